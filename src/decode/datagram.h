/* SPDX-License-Identifier: Apache-2.0
 * Records in a UDP datagram of their own: canonical CSV, NDJSON, or BER records of TS 32.298 one after another. */
#pragma once

#include "simsieve/decode/decoder.h"
#include "simsieve/packet/octets.h"

struct datagrams;

/* Where the records of one datagram go. */
struct datagram_sink {
    void (*give)(void *owner, const struct cdr *cdr);
    void (*reject)(void *owner, enum reason reason, const char *bytes, size_t length);
    void *owner;
};

/* Start-up only. NULL and ERROR_INTERNAL. */
struct datagrams *datagrams_create(const struct decode_context *context, const char *input,
                                   struct error *error);
void datagrams_destroy(struct datagrams *datagrams);

/* Feed thread. A datagram of CSV without a header line has the columns of `simsieve decode --csv` in their order.
 * Bound: linear in `length`. */
void datagrams_take(struct datagrams *datagrams, struct octets payload, const struct datagram_sink *sink);
