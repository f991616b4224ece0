/* SPDX-License-Identifier: Apache-2.0 */
#include "fields.h"

#include "simsieve/base/hash.h"
#include "simsieve/record/province.h"

#include <string.h>

/* How much of a wrong value a message shows. */
#define SHOWN_BYTES 40

static enum error_class wrong(struct error *error, const char *column, struct slice field, const char *wanted)
{
    char buffer[SHOWN_BYTES * 6 + 8];
    struct text value = text_over(buffer, sizeof(buffer));
    text_add_json(&value, field.bytes, u64_min(field.length, SHOWN_BYTES));
    return error_set(error, ERROR_DATA, "%s: %s is %s", column, buffer, wanted);
}

enum error_class field_number(struct slice field, const char *column, const struct numbering *numbering,
                              struct names *names, int64_t time_ms, uint64_t *number, struct error *error)
{
    const enum numbering_status status =
        numbering_parse(numbering, names, field.bytes, field.length, time_ms, number);
    if (status == NUMBERING_OK)
        return ERROR_OK;
    return error_set(error, ERROR_DATA, "%s: %s", column, numbering_status_text(status));
}

enum error_class field_time(struct slice field, const char *column, enum field_day day, int64_t *time_ms,
                            struct error *error)
{
    struct calendar_date date;
    if (calendar_parse_date(field.bytes, field.length, &date)) {
        const int64_t begin_ms = calendar_local_midnight_ms(date);
        *time_ms = day == FIELD_DAY_BEGINS ? begin_ms : begin_ms + DAY_MS - 1;
        if (*time_ms >= TIME_MIN_MS && *time_ms < TIME_MAX_MS)
            return ERROR_OK;
        return wrong(error, column, field, "not within 2000 to 2099");
    }
    switch (calendar_parse(field.bytes, field.length, time_ms)) {
    case CALENDAR_OK:
        return ERROR_OK;
    case CALENDAR_NO_OFFSET:
        return wrong(error, column, field, "a time without Z or +hh:mm");
    case CALENDAR_OUT_OF_RANGE:
        return wrong(error, column, field, "not within 2000 to 2099; epoch seconds instead of milliseconds?");
    default:
        return wrong(error, column, field, "neither RFC 3339 nor YYYY-MM-DD");
    }
}

enum error_class field_word(struct slice field, const char *column, const char *const *words, size_t count,
                            size_t *index, struct error *error)
{
    *index = 0;
    if (field.length == 0)
        return ERROR_OK;
    for (size_t i = 0; i < count; i++) {
        if (strlen(words[i]) == field.length && memcmp(words[i], field.bytes, field.length) == 0) {
            *index = i + 1;
            return ERROR_OK;
        }
    }
    char buffer[160];
    struct text wanted = text_over(buffer, sizeof(buffer));
    text_add(&wanted, "none of");
    for (size_t i = 0; i < count; i++)
        text_add(&wanted, " %s", words[i]);
    return wrong(error, column, field, buffer);
}

enum error_class field_province(struct slice field, const char *column, uint8_t *code, struct error *error)
{
    *code = 0;
    if (field.length == 0 || province_parse(field, code))
        return ERROR_OK;
    return wrong(error, column, field, "no code of the 34 provinces (codes changed on 2025-07-01)");
}

/* The longest beginning of at most `length_max` bytes that ends with a whole character. */
static size_t whole_characters(struct slice field, size_t length_max)
{
    size_t length = u64_min(field.length, length_max);
    while (length > 0 && length < field.length && ((unsigned char)field.bytes[length] & 0xC0) == 0x80)
        length--;
    return length;
}

enum error_class field_name(struct slice field, const char *column, struct names *names, uint64_t *id,
                            struct error *error)
{
    char buffer[NAME_BYTES_MAX + 1];
    *id = 0;
    if (field.length == 0)
        return ERROR_OK;
    if (field.length > NAME_BYTES_MAX) {
        struct text cut = text_over(buffer, sizeof(buffer));
        const uint64_t hash = hash_bytes(field.bytes, field.length);
        text_add_bytes(&cut, field.bytes, whole_characters(field, NAME_BYTES_MAX - 9));
        text_add(&cut, "~%08llx", (unsigned long long)(hash >> 32));
        field = (struct slice){cut.data, cut.length};
    }
    *id = names_intern(names, field.bytes, field.length);
    if (*id == 0)
        return error_set(error, ERROR_DATA, "%s: the table of names has reached its limit", column);
    return ERROR_OK;
}
