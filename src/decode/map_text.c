/* SPDX-License-Identifier: Apache-2.0 */
#include "column_map.h"

#include "lines.h"

#include <string.h>

/* What no time and no duration is: the checks of the fields refuse it under their own reasons. */
static struct slice nonsense(void)
{
    return (struct slice){"?", 1};
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* What stands behind `after` and before `before`, where these are there. */
static struct slice cut(const struct map_field *field, struct slice text)
{
    const char *found;
    if (field->after && (found = memmem(text.bytes, text.length, field->after, strlen(field->after)))) {
        found += strlen(field->after);
        text = (struct slice){found, (size_t)(text.bytes + text.length - found)};
    }
    if (field->before && (found = memmem(text.bytes, text.length, field->before, strlen(field->before))))
        text.length = (size_t)(found - text.bytes);
    return slice_trim(text);
}

static struct slice translate(const struct map_field *field, struct slice text)
{
    for (size_t i = 0; i < field->word_count; i++)
        if (strlen(field->words[i].from) == text.length &&
            memcmp(field->words[i].from, text.bytes, text.length) == 0)
            return (struct slice){field->words[i].to, strlen(field->words[i].to)};
    return field->otherwise && text.length > 0 ? (struct slice){field->otherwise, strlen(field->otherwise)}
                                               : text;
}

/* The digits of one part of a time, as many as it has letters; one letter stands for one or two. False when they are
 * not there. */
static bool take_part(struct slice *text, size_t letters, char part[static 4])
{
    const bool is_free = letters == 1;
    size_t count = 0;
    while (count < (is_free ? 2 : letters) && count < text->length && is_digit(text->bytes[count]))
        count++;
    if (count == 0 || (!is_free && count < letters))
        return false;
    memset(part, '0', 4);
    memcpy(part + 4 - count, text->bytes, count);
    text->bytes += count;
    text->length -= count;
    return true;
}

/* A fraction of a second to three digits, or nothing. */
static void add_fraction(struct text *time, struct slice *text)
{
    char digits[4] = {'.', '0', '0', '0'};
    size_t count = 1;
    if (text->length < 2 || (text->bytes[0] != '.' && text->bytes[0] != ',') || !is_digit(text->bytes[1]))
        return;
    for (; count < text->length && is_digit(text->bytes[count]); count++)
        if (count < sizeof(digits))
            digits[count] = text->bytes[count];
    text_add_bytes(time, digits, sizeof(digits));
    text->bytes += count;
    text->length -= count;
}

/* A text by its pattern to RFC 3339. */
static struct slice write_time(const struct map_field *field, struct slice text, struct text *time)
{
    static const char letters[] = "YMDhms", separators[] = "--T::";
    char parts[sizeof(letters) - 1][4];
    for (const char *at = field->pattern; *at;) {
        const char *letter = strchr(letters, *at);
        const size_t count = letter ? strspn(at, (char[]){*at, 0}) : 1;
        if (letter && !take_part(&text, count, parts[letter - letters]))
            return nonsense();
        if (letter && *at == 'Y' && count == 2)
            memcpy(parts[0], "20", 2);
        if (!letter) {
            if (text.length == 0 || *text.bytes != *at)
                return nonsense();
            text.bytes++;
            text.length--;
        }
        at += count;
    }
    text_add_bytes(time, parts[0], 4);
    for (size_t i = 1; i < ARRAY_COUNT(parts); i++) {
        text_add_bytes(time, &separators[i - 1], 1);
        text_add_bytes(time, parts[i] + 2, 2);
    }
    add_fraction(time, &text);
    text_add_bytes(time, field->offset, strlen(field->offset));
    return text.length == 0 ? (struct slice){time->data, time->length} : nonsense();
}

/* Seconds since 1970 to milliseconds. */
static struct slice write_epoch(struct slice text, struct text *time)
{
    size_t count = 0;
    char fraction[8];
    struct text rest = text_over(fraction, sizeof(fraction));
    while (count < text.length && is_digit(text.bytes[count]))
        count++;
    if (count == 0 || count > 11)
        return nonsense();
    text_add_bytes(time, text.bytes, count);
    text = (struct slice){text.bytes + count, text.length - count};
    add_fraction(&rest, &text);
    text_add_bytes(time, rest.length ? rest.data + 1 : "000", 3);
    return text.length == 0 ? (struct slice){time->data, time->length} : nonsense();
}

/* mm:ss or h:mm:ss to seconds. */
static struct slice write_clock(struct slice text, struct text *duration)
{
    uint64_t seconds = 0, part;
    unsigned parts = 0;
    const char *colon = text.bytes;
    for (; colon && parts < 3; parts++) {
        colon = memchr(text.bytes, ':', text.length);
        const size_t length = colon ? (size_t)(colon - text.bytes) : text.length;
        if (!text_parse_u64(text.bytes, length, parts ? 59 : 99999, &part))
            return nonsense();
        seconds = seconds * 60 + part;
        if (colon)
            text = (struct slice){colon + 1, text.length - length - 1};
    }
    if (parts < 2 || colon)
        return nonsense();
    text_add(duration, "%llu", (unsigned long long)seconds);
    return (struct slice){duration->data, duration->length};
}

static struct slice write_seconds(struct slice text, struct text *duration)
{
    uint64_t ms;
    if (!text_parse_u64(text.bytes, text.length, UINT32_MAX * (uint64_t)1000, &ms))
        return nonsense();
    text_add(duration, "%llu", (unsigned long long)((ms + 999) / 1000));
    return (struct slice){duration->data, duration->length};
}

struct slice map_text(const struct map_field *field, const struct slice *texts,
                      char room[static MAP_TEXT_BYTES])
{
    struct text buffer = text_over(room, MAP_TEXT_BYTES);
    struct slice text = {NULL, 0};
    if (field->constant)
        return (struct slice){field->constant, strlen(field->constant)};
    for (size_t i = 0; i < field->choice_count && text.length == 0; i++)
        text = cut(field, slice_trim(texts[field->choices[i]]));
    if (text.length == 0 && field->word_count == 0)
        return text;
    text = translate(field, text);
    switch (text.length ? (enum map_form)field->form : MAP_FORM_CANONICAL) {
    case MAP_FORM_PATTERN:
        return write_time(field, text, &buffer);
    case MAP_FORM_EPOCH_S:
        return write_epoch(text, &buffer);
    case MAP_FORM_MILLISECONDS:
        return write_seconds(text, &buffer);
    case MAP_FORM_CLOCK:
        return write_clock(text, &buffer);
    default:
        return text;
    }
}
