/* SPDX-License-Identifier: Apache-2.0
 * Messages into chunks: positions, rejects and health, the same for what comes and for what is read again. */
#pragma once

#include "kafka_letters.h"
#include "kafka_payload.h"

struct kafka_intake {
    const struct feed_options *options;
    struct payload *payload;
    /* The message that is being taken apart. */
    const rd_kafka_message_t *message;
    const char *source;
    uint64_t item_count;      /* records and rejects of this call */
    struct letters *letters;  /* NULL: messages are not sent on */
    uint64_t reject_count;    /* damaged records of the message */
    enum reason first_reason; /* of its rejects */
};

/* Start-up only. `options` and `settings` stay the caller's. ERROR_INTERNAL. */
enum error_class kafka_intake_init(struct kafka_intake *intake, const struct feed_options *options,
                                   const struct kafka_settings *settings, struct error *error);
void kafka_intake_fini(struct kafka_intake *intake);

/* One thread. Appends at most `capacity` (at least 1) records of the message to the chunk and moves `next`, which is in this
 * message, behind them. True when the message is done: `next` is then at the following offset. */
bool kafka_intake_take(struct kafka_intake *intake, const rd_kafka_message_t *message, struct chunk *chunk,
                       struct position *next, size_t capacity);

/* One thread. The message will not be gone on with. */
void kafka_intake_forget(struct kafka_intake *intake, const rd_kafka_message_t *message);
