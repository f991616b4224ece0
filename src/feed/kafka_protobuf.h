/* SPDX-License-Identifier: Apache-2.0
 * Protobuf records of conf/schemas/cdr.proto (kafka_schemas.md). */
#pragma once

#include "simsieve/decode/decoder.h"

/* Feed thread. One record out of all of `bytes`, the list of message indexes at their front. REASON_NONE when `cdr` is filled
 * (all but `source` and `line`). Bound: linear in `length`; no allocation. */
enum reason protobuf_decode(const struct decode_context *context, const char *bytes, size_t length,
                            struct cdr *cdr);
