/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_intake.h"

#include "kafka_health.h"

static void count_reject(void *owner, enum reason reason, const char *bytes, size_t length)
{
    struct kafka_intake *intake = owner;
    intake->item_count++;
    if (reason_is_damage(reason) && intake->reject_count++ == 0)
        intake->first_reason = reason;
    rejects_add(intake->options->rejects, intake->source, reason, (uint64_t)intake->message->offset, bytes,
                length);
}

enum error_class kafka_intake_init(struct kafka_intake *intake, const struct feed_options *options,
                                   const struct kafka_settings *settings, struct error *error)
{
    *intake = (struct kafka_intake){.options = options};
    intake->payload = payload_create(settings, options, count_reject, intake, error);
    return intake->payload ? ERROR_OK : error->class;
}

void kafka_intake_fini(struct kafka_intake *intake)
{
    payload_destroy(intake->payload);
    intake->payload = NULL;
}

bool kafka_intake_take(struct kafka_intake *intake, const rd_kafka_message_t *message, struct chunk *chunk,
                       struct position *next, size_t capacity)
{
    struct feed_health *health = intake->options->health;
    struct cdr *records = &chunk->records[chunk->count];
    const bool is_whole = next->skip == 0;
    bool is_done = true;
    size_t count = 0;
    if (intake->message != message) {
        payload_forget(intake->payload);
        intake->reject_count = 0;
    }
    intake->message = message;
    intake->source = chunk->source;
    intake->item_count = 0;
    if (message->payload) {
        payload_enter(intake->payload, message->payload, message->len, next->skip);
        count = payload_take(intake->payload, records, capacity, &is_done);
    }
    for (size_t i = 0; i < count; i++)
        records[i].line = (uint64_t)message->offset;
    chunk->count += (uint32_t)count;
    intake->item_count += count;
    health_add(&health->received, intake->item_count);
    if (is_done) {
        health_add(&health->messages, 1);
        health_add(&health->received_bytes, message->len);
        health_add(&health->empty, is_whole && intake->item_count == 0);
        if (intake->letters && intake->reject_count)
            letters_send(intake->letters, message, intake->first_reason, intake->reject_count);
    }
    *next = is_done ? (struct position){(uint64_t)message->offset + 1, 0}
                    : (struct position){(uint64_t)message->offset, next->skip + (uint32_t)count};
    if (is_done)
        intake->message = NULL;
    return is_done;
}

void kafka_intake_forget(struct kafka_intake *intake, const rd_kafka_message_t *message)
{
    if (intake->message != message)
        return;
    intake->message = NULL;
    payload_forget(intake->payload);
}
