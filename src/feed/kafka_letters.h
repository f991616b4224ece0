/* SPDX-License-Identifier: Apache-2.0
 * Dead letters: messages that could not be decoded whole, sent on to a topic where a person can look at them. */
#pragma once

#include "kafka_health.h"

struct letters;

/* Feed thread. ERROR_CONFIG. */
struct letters *letters_open(const struct kafka_settings *settings, const struct feed_options *options,
                             struct error *error);

/* Feed thread. May block for five seconds, for what is still under way. */
void letters_close(struct letters *letters);

/* Feed thread. Sends a copy of the message; `reason` is that of the first of its `rejects`. */
void letters_send(struct letters *letters, const rd_kafka_message_t *message, enum reason reason,
                  uint64_t rejects);

/* Feed thread. Takes reports of delivery; whether so many letters are under way that no more should follow. */
bool letters_are_many(struct letters *letters);
