/* SPDX-License-Identifier: Apache-2.0
 * The bytes of a message as records, through the decoders of the registry. Each message is an input of its own. */
#pragma once

#include "kafka_settings.h"

struct payload;

/* What becomes of a record that cannot be decoded, or of a message that cannot be taken apart. */
typedef void payload_reject(void *owner, enum reason reason, const char *bytes, size_t length);

/* Start-up only. ERROR_CONFIG, ERROR_INTERNAL. */
struct payload *payload_create(const struct kafka_settings *settings, const struct feed_options *options,
                               payload_reject *reject, void *owner, struct error *error);
void payload_destroy(struct payload *payload);

/* One thread. Goes on with the message of these bytes, or begins it and steps over `skip` records, whose neighbours'
 * rejects have been told before. The bytes stay where they are until it is taken whole or payload_forget. */
void payload_enter(struct payload *payload, const char *bytes, size_t length, uint32_t skip);
void payload_forget(struct payload *payload);

/* One thread. At most `capacity` (at least 1) records of the message; rejects are told on the way. `is_done`: there
 * are no more; without it and with fewer records than asked for, the message has to wait for its schema. Bound: linear in the bytes of the message. */
size_t payload_take(struct payload *payload, struct cdr *records, size_t capacity, bool *is_done);
