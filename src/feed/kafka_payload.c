/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_payload.h"

#include "kafka_protobuf.h"
#include "kafka_schemas.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA_ID_BYTES 5 /* with the zero before it */

enum phase { PHASE_RECORD, PHASE_DECODING, PHASE_FINISHING, PHASE_DONE };

struct payload {
    const struct kafka_settings *settings;
    payload_reject *reject;
    void *owner;
    struct schemas *schemas; /* NULL: none are needed */
    /* The decoder of the last message, kept open for the next one of the same format. */
    const struct decoder *decoder;
    void *state;
    /* The present message; NULL between messages. */
    const char *bytes;
    size_t length, at;
    enum phase phase;
    bool is_skipping;
    bool is_waiting; /* for a schema */
};

static void close_decoder(struct payload *payload)
{
    if (payload->state)
        payload->decoder->close(payload->state);
    payload->state = NULL;
}

static enum error_class open_decoder(struct payload *payload, const struct decoder *decoder,
                                     struct error *error)
{
    const struct kafka_settings *settings = payload->settings;
    payload->decoder = decoder;
    payload->state = settings->columns[0]
                         ? decoder->open_columns(settings->context, settings->name, settings->columns, error)
                         : decoder->open(settings->context, settings->name, error);
    return payload->state ? ERROR_OK : error->class;
}

struct payload *payload_create(const struct kafka_settings *settings, const struct feed_options *options,
                               payload_reject *reject, void *owner, struct error *error)
{
    struct payload *payload = calloc(1, sizeof(*payload));
    CHECK(payload);
    payload->settings = settings;
    payload->reject = reject;
    payload->owner = owner;
    if (settings->wire == WIRE_AVRO)
        payload->schemas = schemas_open(settings->schemas, options);
    if (settings->format && open_decoder(payload, settings->format, error)) {
        payload_destroy(payload);
        return NULL;
    }
    return payload;
}

void payload_destroy(struct payload *payload)
{
    if (!payload)
        return;
    close_decoder(payload);
    schemas_close(payload->schemas);
    free(payload);
}

/* The decoder for another message, as new. */
static void renew(struct payload *payload, const struct decoder *decoder)
{
    struct error error;
    if (payload->state && payload->decoder == decoder && decoder->reset) {
        decoder->reset(payload->state);
        return;
    }
    close_decoder(payload);
    CHECK(!open_decoder(payload, decoder, &error)); /* memory alone could be missing */
}

static bool is_blank(const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length && (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\r' || bytes[at] == '\n'))
        at++;
    return at == length;
}

static void reject(void *owner, enum reason reason, uint64_t line, const char *bytes, size_t length)
{
    const struct payload *payload = owner;
    (void)line;
    if (!payload->is_skipping)
        payload->reject(payload->owner, reason, bytes, length);
}

/* What is left of the message cannot be used. */
static void give_up(struct payload *payload, enum reason reason_of_it)
{
    reject(payload, reason_of_it, 0, payload->bytes + payload->at, payload->length - payload->at);
    payload->phase = PHASE_DONE;
}

/* A message that is one record behind the id of its schema; returns how many records it gave. */
static size_t take_record(struct payload *payload, struct cdr *cdr)
{
    const struct decode_context *context = payload->settings->context;
    const char *body = payload->bytes + SCHEMA_ID_BYTES;
    const struct avro_plan *plan;
    enum reason reason = REASON_SCHEMA_HEADER;
    uint32_t id;
    if (payload->length < SCHEMA_ID_BYTES || payload->bytes[0] != 0) {
        give_up(payload, reason);
        return 0;
    }
    memcpy(&id, payload->bytes + 1, sizeof(id));
    if (payload->settings->wire == WIRE_PROTOBUF) {
        reason = protobuf_decode(context, body, payload->length - SCHEMA_ID_BYTES, cdr);
    } else {
        const enum schema_status status = schemas_find(payload->schemas, ntohl(id), &plan);
        payload->is_waiting = status == SCHEMA_AWAY;
        if (payload->is_waiting)
            return 0;
        reason = status == SCHEMA_UNKNOWN
                     ? REASON_SCHEMA_UNKNOWN
                     : avro_decode(plan, context, body, payload->length - SCHEMA_ID_BYTES, cdr);
    }
    if (reason)
        give_up(payload, reason);
    payload->phase = PHASE_DONE;
    return reason == REASON_NONE;
}

/* One call of the decoder; returns the records that it gave. */
static size_t step(struct payload *payload, struct cdr *records, size_t capacity)
{
    struct decoded decoded = {.records = records, .capacity = capacity, .reject = reject, .owner = payload};
    const struct decoder *decoder = payload->decoder;
    struct error error;
    size_t consumed = 0;
    if (payload->phase == PHASE_RECORD)
        return take_record(payload, records);
    if (payload->phase == PHASE_FINISHING) {
        decoder->finish(payload->state, &decoded);
        if (decoded.count == 0)
            payload->phase = PHASE_DONE;
        return decoded.count;
    }
    if (decoder->decode(payload->state, payload->bytes + payload->at, payload->length - payload->at, true,
                        &decoded, &consumed, &error)) {
        give_up(payload, decoder->open_columns ? REASON_MESSAGE_HEADER : REASON_MESSAGE_FORMAT);
        return decoded.count;
    }
    CHECK((consumed > 0 || decoded.count > 0) && decoded.count <= capacity);
    payload->at += consumed;
    if (payload->at == payload->length)
        payload->phase = decoder->finish ? PHASE_FINISHING : PHASE_DONE;
    return decoded.count;
}

size_t payload_take(struct payload *payload, struct cdr *records, size_t capacity, bool *is_done)
{
    size_t count = 0;
    payload->is_waiting = false;
    while (payload->phase != PHASE_DONE && count < capacity && !payload->is_waiting)
        count += step(payload, records + count, capacity - count);
    *is_done = payload->phase == PHASE_DONE;
    if (*is_done)
        payload->bytes = NULL;
    return count;
}

/* Another message for the decoder of its format. */
static void enter_decoder(struct payload *payload)
{
    const struct decoder *decoder = payload->settings->format;
    payload->phase = PHASE_DONE;
    if (is_blank(payload->bytes, payload->length))
        return;
    if (!decoder)
        decoder = decoder_detect(payload->bytes, payload->length);
    if (!decoder) {
        give_up(payload, REASON_MESSAGE_FORMAT);
        return;
    }
    payload->phase = PHASE_DECODING;
    renew(payload, decoder);
}

void payload_enter(struct payload *payload, const char *bytes, size_t length, uint32_t skip)
{
    struct cdr passed;
    bool is_done = false;
    if (payload->bytes == bytes)
        return;
    payload->bytes = bytes;
    payload->length = length;
    payload->at = 0;
    payload->is_skipping = skip > 0;
    if (payload->settings->wire != WIRE_DECODER)
        payload->phase = PHASE_RECORD;
    else
        enter_decoder(payload);
    for (; skip > 0 && !is_done && !payload->is_waiting; skip--)
        payload_take(payload, &passed, 1, &is_done);
    payload->is_skipping = false;
    payload->bytes = bytes;
}

void payload_forget(struct payload *payload)
{
    payload->bytes = NULL;
}
