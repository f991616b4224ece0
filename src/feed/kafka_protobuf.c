/* SPDX-License-Identifier: Apache-2.0
 * protobuf-c copies what it unpacks; the copies go to a piece of the stack that is large enough for any record. */
#include "kafka_protobuf.h"

#include "cdr.pb-c.h"

#include <string.h>

#define ARENA_BYTES   (2 * DECODE_RECORD_BYTES_MAX)
#define ARENA_GRAIN   16
#define INTEGER_BYTES 24

struct arena {
    size_t used;
    _Alignas(ARENA_GRAIN) char bytes[ARENA_BYTES];
};

static void *arena_take(void *owner, size_t size)
{
    struct arena *arena = owner;
    if (size > ARENA_BYTES - arena->used)
        return NULL;
    char *taken = arena->bytes + arena->used;
    arena->used += u64_min((size + ARENA_GRAIN - 1) / ARENA_GRAIN * ARENA_GRAIN, ARENA_BYTES - arena->used);
    return taken;
}

/* The arena ends with the record. */
static void arena_give(void *owner, void *pointer)
{
    (void)owner;
    (void)pointer;
}

/* The list of message indexes: how many and which, zigzag varints; one 0 alone stands for "the first". Returns its bytes, 0
 * when it names another message. */
static size_t first_message_bytes(const char *bytes, size_t length)
{
    if (length >= 1 && bytes[0] == 0)
        return 1;
    return length >= 2 && bytes[0] == 2 && bytes[1] == 0 ? 2 : 0;
}

static void set_text(struct slice fields[static CDR_FIELD_COUNT], enum cdr_field field, const char *text)
{
    if (text)
        fields[field] = (struct slice){text, strlen(text)};
}

static void set_number(struct slice fields[static CDR_FIELD_COUNT],
                       char buffers[static CDR_FIELD_COUNT][INTEGER_BYTES], enum cdr_field field,
                       bool is_there, long long value)
{
    struct text text = text_over(buffers[field], INTEGER_BYTES);
    if (!is_there)
        return;
    text_add(&text, "%lld", value);
    fields[field] = (struct slice){text.data, text.length};
}

static void set_fields(const Simsieve__Cdr *message, struct slice fields[static CDR_FIELD_COUNT],
                       char numbers[static CDR_FIELD_COUNT][INTEGER_BYTES])
{
    set_text(fields, CDR_TYPE, message->type);
    set_number(fields, numbers, CDR_TIME, message->has_time, message->time);
    set_text(fields, CDR_A, message->a);
    set_text(fields, CDR_B, message->b);
    set_text(fields, CDR_FORWARDED_BY, message->forwarded_by);
    set_text(fields, CDR_OUTCOME, message->outcome);
    set_number(fields, numbers, CDR_DURATION, message->has_duration, message->duration);
    set_text(fields, CDR_IMSI, message->imsi);
    set_text(fields, CDR_IMEI, message->imei);
    set_text(fields, CDR_CELL, message->cell);
    set_text(fields, CDR_TRUNK, message->trunk);
    set_text(fields, CDR_SWITCH, message->switch_);
    set_number(fields, numbers, CDR_SEQ, message->has_seq, (long long)message->seq);
    set_number(fields, numbers, CDR_SMS_PARTS, message->has_sms_parts, message->sms_parts);
    set_text(fields, CDR_SMS_TEMPLATE, message->sms_template);
}

enum reason protobuf_decode(const struct decode_context *context, const char *bytes, size_t length,
                            struct cdr *cdr)
{
    struct slice fields[CDR_FIELD_COUNT] = {0};
    char numbers[CDR_FIELD_COUNT][INTEGER_BYTES];
    struct arena arena;
    arena.used = 0;
    ProtobufCAllocator allocator = {.alloc = arena_take, .free = arena_give, .allocator_data = &arena};
    const size_t skip = first_message_bytes(bytes, length);
    if (length > DECODE_RECORD_BYTES_MAX)
        return REASON_LINE_TOO_LONG;
    if (skip == 0)
        return REASON_SCHEMA_MISMATCH;
    const Simsieve__Cdr *message =
        simsieve__cdr__unpack(&allocator, length - skip, (const uint8_t *)bytes + skip);
    if (!message)
        return REASON_SCHEMA_MISMATCH;
    set_fields(message, fields, numbers);
    for (size_t field = 0; field < CDR_FIELD_COUNT; field++)
        if (fields[field].length > 0 && !text_is_utf8(fields[field].bytes, fields[field].length))
            return REASON_NOT_UTF8;
    return decode_fields(context, fields, cdr);
}
