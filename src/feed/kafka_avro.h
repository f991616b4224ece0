/* SPDX-License-Identifier: Apache-2.0
 * Avro records by the schema they were written with (kafka_avro.md). */
#pragma once

#include "simsieve/decode/decoder.h"

struct avro_plan;

/* Any thread. Compiles a schema, called `name` in messages. NULL and ERROR_DATA when it is none or cannot be a
 * call record. */
struct avro_plan *avro_plan_create(const char *json, size_t length, const char *name, struct error *error);
void avro_plan_destroy(struct avro_plan *plan);

/* Feed thread. One record out of all of `bytes`. REASON_NONE when `cdr` is filled (all but `source` and `line`).
 * Bound: linear in `length`. */
enum reason avro_decode(const struct avro_plan *plan, const struct decode_context *context, const char *bytes,
                        size_t length, struct cdr *cdr);
