/* SPDX-License-Identifier: Apache-2.0
 * Records in payloads of packets, for feeds that get packets and not files: the BER records of GTP' and datagrams of
 * records. One thread. */
#pragma once

#include "simsieve/decode/decoder.h"
#include "simsieve/packet/drop.h"
#include "simsieve/packet/octets.h"

struct payloads;

/* What came out of one payload, in its order. */
struct payload_sink {
    void (*give)(void *owner, const struct cdr *cdr); /* all but source and line */
    void (*reject)(void *owner, enum reason reason, const char *bytes, size_t length);
    void *owner;
};

/* Start-up only. `input` names it in messages. NULL and ERROR_INTERNAL. */
struct payloads *payloads_create(const struct decode_context *context, const char *input,
                                 struct error *error);
void payloads_destroy(struct payloads *payloads);

/* Feed thread. One record of TS 32.298: gives one, rejects one, or neither (the first part of a call is held back until the last
 * has come). Bound: linear in its length. */
void payloads_take_record(struct payloads *payloads, struct octets record, const struct payload_sink *sink);

/* Feed thread. A datagram of canonical CSV, NDJSON or BER records; which of them is seen from its first octet. Bound: linear
 * in its length. */
void payloads_take_datagram(struct payloads *payloads, struct octets datagram,
                            const struct payload_sink *sink);

/* Feed thread. Forgets the calls that are held back. */
void payloads_forget(struct payloads *payloads);

/* Any thread. The reason of records that were lost with a packet. */
enum reason payload_reason(enum packet_drop drop);
