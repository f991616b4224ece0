/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/text.h"

#include "simsieve/base/calendar.h"
#include "simsieve/base/swar.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct text text_over(char *data, size_t capacity)
{
    CHECK(capacity > 0);
    data[0] = 0;
    return (struct text){.data = data, .capacity = capacity};
}

void text_add(struct text *text, const char *format, ...)
{
    const size_t room = text->capacity - text->length;
    va_list arguments;
    va_start(arguments, format);
    const int wanted = vsnprintf(text->data + text->length, room, format, arguments);
    va_end(arguments);
    CHECK(wanted >= 0);
    if ((size_t)wanted >= room) {
        text->is_cut = true;
        text->length = text->capacity - 1;
    } else {
        text->length += (size_t)wanted;
    }
}

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
    const size_t room = text->capacity - text->length - 1;
    if (length > room) {
        text->is_cut = true;
        length = room;
    }
    memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = 0;
}

/* Length of the UTF-8 sequence at `bytes`, 0 when there is none (RFC 3629 section 4). */
static size_t utf8_sequence(const unsigned char *bytes, size_t length)
{
    static const struct {
        unsigned char low, high, second_low, second_high;
        size_t length;
    } forms[] = {{0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
                 {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
                 {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
    if (bytes[0] < 0x80)
        return bytes[0] != 0;
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        if (bytes[0] < forms[i].low || bytes[0] > forms[i].high)
            continue;
        if (length < forms[i].length || bytes[1] < forms[i].second_low || bytes[1] > forms[i].second_high)
            return 0;
        for (size_t k = 2; k < forms[i].length; k++)
            if ((bytes[k] & 0xC0) != 0x80)
                return 0;
        return forms[i].length;
    }
    return 0;
}

bool text_is_utf8(const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        const size_t step = utf8_sequence((const unsigned char *)bytes + at, length - at);
        if (step == 0)
            return false;
        at += step;
    }
    return true;
}

void text_add_json(struct text *text, const char *bytes, size_t length)
{
    text_add_bytes(text, "\"", 1);
    for (size_t at = 0; at < length;) {
        const unsigned char byte = (unsigned char)bytes[at];
        const size_t step = utf8_sequence((const unsigned char *)bytes + at, length - at);
        if (byte < 0x20 || byte == 0x7f)
            text_add(text, "\\u%04x", byte);
        else if (byte == '"' || byte == '\\')
            text_add(text, "\\%c", byte);
        else if (step == 0)
            text_add_bytes(text, "\xEF\xBF\xBD", 3);
        else
            text_add_bytes(text, bytes + at, step);
        at += step ? step : 1;
    }
    text_add_bytes(text, "\"", 1);
}

bool text_parse_u64(const char *bytes, size_t length, uint64_t max, uint64_t *value)
{
    enum { DIGITS_SAFE = 19 }; /* as many fit whatever they are */
    const size_t safe = length < DIGITS_SAFE ? length : DIGITS_SAFE;
    uint64_t sum = 0;
    if (length == 0 || length > DIGITS_SAFE + 1)
        return false;
    const size_t many = safe >= SWAR_BYTES ? u64_min(safe, 2 * SWAR_BYTES) : 0;
    if (many > 0 && !swar_read_digits(bytes, many, &sum))
        return false;
    for (size_t i = many; i < safe; i++) {
        const unsigned digit = (unsigned char)bytes[i] - '0';
        if (digit > 9)
            return false;
        sum = sum * 10 + digit;
    }
    if (length > DIGITS_SAFE) {
        const unsigned digit = (unsigned char)bytes[DIGITS_SAFE] - '0';
        if (digit > 9 || __builtin_mul_overflow(sum, 10u, &sum) || __builtin_add_overflow(sum, digit, &sum))
            return false;
    }
    if (sum > max)
        return false;
    *value = sum;
    return true;
}

static size_t leading_digits(const char *bytes, size_t length)
{
    size_t count = 0;
    while (count < length && (unsigned char)(bytes[count] - '0') <= 9)
        count++;
    return count;
}

bool text_parse_duration_ms(const char *bytes, size_t length, int64_t *duration_ms)
{
    static const struct {
        const char *name;
        int64_t unit_ms;
    } units[] = {{"ms", 1}, {"s", SECOND_MS}, {"m", MINUTE_MS}, {"h", HOUR_MS}, {"d", DAY_MS}};
    const size_t count = leading_digits(bytes, length);
    uint64_t value;
    if (!text_parse_u64(bytes, count, (uint64_t)1 << 50, &value))
        return false;
    for (size_t i = 0; i < ARRAY_COUNT(units); i++) {
        if (strlen(units[i].name) != length - count ||
            memcmp(units[i].name, bytes + count, length - count) != 0)
            continue;
        if (value > (uint64_t)(36500 * DAY_MS / units[i].unit_ms))
            return false;
        *duration_ms = (int64_t)value * units[i].unit_ms;
        return true;
    }
    return false;
}

bool text_parse_bytes(const char *bytes, size_t length, uint64_t *value)
{
    const size_t count = leading_digits(bytes, length);
    unsigned shift = 0;
    if (length - count > 1)
        return false;
    if (length - count == 1) {
        static const char suffixes[] = "KMGT";
        const char *suffix = memchr(suffixes, bytes[count], 4);
        if (!suffix)
            return false;
        shift = 10 * (unsigned)(suffix - suffixes + 1);
    }
    if (!text_parse_u64(bytes, count, UINT64_MAX >> shift, value))
        return false;
    *value <<= shift;
    return true;
}

void text_add_duration(struct text *text, int64_t duration_ms)
{
    if (duration_ms % DAY_MS == 0 && duration_ms > DAY_MS)
        text_add(text, "%lldd", (long long)(duration_ms / DAY_MS));
    else if (duration_ms % HOUR_MS == 0 && duration_ms)
        text_add(text, "%lldh", (long long)(duration_ms / HOUR_MS));
    else if (duration_ms % MINUTE_MS == 0 && duration_ms)
        text_add(text, "%lldm", (long long)(duration_ms / MINUTE_MS));
    else if (duration_ms % SECOND_MS == 0)
        text_add(text, "%llds", (long long)(duration_ms / SECOND_MS));
    else
        text_add(text, "%lldms", (long long)duration_ms);
}

void text_add_number(struct text *text, double value, int decimals)
{
    char digits[400];
    int length = snprintf(digits, sizeof(digits), "%.*f", decimals, value);
    CHECK(length > 0 && (size_t)length < sizeof(digits));
    if (decimals > 0) {
        while (digits[length - 1] == '0')
            length--;
        if (digits[length - 1] == '.')
            length--;
    }
    if (length == 2 && digits[0] == '-' && digits[1] == '0')
        text_add_bytes(text, "0", 1);
    else
        text_add_bytes(text, digits, (size_t)length);
}

/* Edits (insert, delete, replace, swap of neighbours) between two short words. */
static size_t edits(const char *a, size_t a_length, const char *b, size_t b_length)
{
    enum { LONGEST = 48 };
    size_t rows[3][LONGEST + 1];
    if (a_length > LONGEST || b_length > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            const size_t replaced = above[j - 1] + (a[i - 1] != b[j - 1]);
            const size_t one_side = u64_min(above[j], row[j - 1]) + 1;
            row[j] = u64_min(replaced, one_side);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = u64_min(row[j], above2[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

const char *text_nearest(const char *bytes, size_t length, const void *words, size_t stride, size_t count)
{
    const char *best = NULL;
    size_t best_edits = length / 2 + 1; /* further than half the word is not what was meant */
    for (size_t i = 0; i < count; i++) {
        const char *word;
        memcpy(&word, (const char *)words + i * stride, sizeof(word));
        const size_t word_length = strlen(word);
        size_t distance = edits(bytes, length, word, word_length);
        if (length >= 3 && word_length > length && strncasecmp(word, bytes, length) == 0)
            distance = 1; /* an abbreviation */
        if (distance < best_edits) {
            best_edits = distance;
            best = word;
        }
    }
    return best;
}
