/* SPDX-License-Identifier: Apache-2.0 */
#include "writing.h"

#include <strings.h>

struct span {
    uint32_t first, last;
};

/* Code points beyond ASCII that make a name of a row of signs: the letters of the GSM alphabet (TS 23.038), its
 * neighbours and those of Vietnamese. */
static const struct span letters[] = {
    {0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x24F}, {0x370, 0x52F}, {0x1E00, 0x1EFF},
};

/* Code points that nobody can see or tell from others, so two names that look alike would not be alike. */
static const struct span hidden[] = {
    {0x80, 0x9F},     {0xAD, 0xAD},     {0x200B, 0x200F}, {0x2028, 0x202E},   {0x2060, 0x206F},
    {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFF00, 0xFFFF}, {0xE0000, 0xE0FFF},
};

static bool is_within(uint32_t code_point, const struct span *spans, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (code_point >= spans[i].first && code_point <= spans[i].last)
            return true;
    return false;
}

static bool is_letter(uint32_t code_point)
{
    if (code_point < 0x80)
        return (code_point | 0x20) - 'a' < 26;
    return is_within(code_point, letters, ARRAY_COUNT(letters));
}

static bool is_hidden(uint32_t code_point)
{
    if (code_point < 0x80)
        return code_point < 0x20 || code_point == 0x7F;
    return is_within(code_point, hidden, ARRAY_COUNT(hidden));
}

/* The code point at the front of well-formed UTF-8, and its bytes. */
static size_t take_code_point(const char *bytes, size_t length, uint32_t *code_point)
{
    const unsigned char first = (unsigned char)bytes[0];
    const size_t count = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    DCHECK(count <= length);
    (void)length;
    *code_point = count == 1 ? first : first & (0x7Fu >> count);
    for (size_t i = 1; i < count; i++)
        *code_point = *code_point << 6 | ((unsigned char)bytes[i] & 0x3F);
    return count;
}

/* Bytes of the separator at the front: ". - space ( ) / tab", no-break and thin spaces; 0 when it is none. */
static size_t separator_bytes(const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes;
    switch (at[0]) {
    case ' ':
    case '.':
    case '-':
    case '(':
    case ')':
    case '/':
    case '\t':
        return 1;
    case 0xC2: /* U+00A0 */
        return length >= 2 && at[1] == 0xA0 ? 2 : 0;
    case 0xE2: /* U+2000 to U+200A, U+202F, U+205F */
        if (length >= 3 && at[1] == 0x80 && ((at[2] >= 0x80 && at[2] <= 0x8A) || at[2] == 0xAF))
            return 3;
        return length >= 3 && at[1] == 0x81 && at[2] == 0x9F ? 3 : 0;
    default:
        return 0;
    }
}

static bool is_space(const char *bytes, size_t count)
{
    return count > 1 || *bytes == ' ' || *bytes == '\t';
}

static struct slice trim(const char *bytes, size_t length)
{
    size_t count;
    while (length > 0 && (count = separator_bytes(bytes, length)) > 0 && is_space(bytes, count)) {
        bytes += count;
        length -= count;
    }
    for (size_t back = 1; back <= 3 && back <= length; back++) {
        const char *end = bytes + length - back;
        if (separator_bytes(end, back) != back || !is_space(end, back))
            continue;
        length -= back;
        back = 0;
    }
    return (struct slice){bytes, length};
}

/* Signs with at least one letter among them are a sender's name. */
static enum numbering_status read_sender(const char *bytes, size_t length, struct writing *writing)
{
    size_t characters = 0;
    bool has_letter = false;
    writing->sender = trim(bytes, length);
    if (!text_is_utf8(writing->sender.bytes, writing->sender.length))
        return NUMBERING_BAD_CHARACTER;
    for (size_t at = 0; at < writing->sender.length; characters++) {
        uint32_t code_point;
        at += take_code_point(writing->sender.bytes + at, writing->sender.length - at, &code_point);
        if (is_hidden(code_point))
            return NUMBERING_BAD_CHARACTER;
        has_letter |= is_letter(code_point);
    }
    if (!has_letter)
        return NUMBERING_BAD_CHARACTER;
    writing->is_sender = true;
    return characters > SENDER_CHARACTERS_MAX ? NUMBERING_SENDER_TOO_LONG : NUMBERING_OK;
}

enum numbering_status writing_read(const char *bytes, size_t length, struct writing *writing)
{
    const bool has_scheme = length >= 4 && strncasecmp(bytes, "tel:", 4) == 0; /* RFC 3966 */
    *writing = (struct writing){0};
    for (size_t at = has_scheme ? 4 : 0; at < length;) {
        const unsigned digit = (unsigned char)bytes[at] - '0';
        if (digit <= 9) {
            writing->digits.count++;
            if (writing->digits.count <= DIGITS_COUNT_MAX)
                writing->digits.value = writing->digits.value * 10 + digit;
            at++;
            continue;
        }
        if (bytes[at] == '+' && !writing->is_plus && writing->digits.count == 0) {
            writing->is_plus = true;
            at++;
            continue;
        }
        const size_t step = separator_bytes(bytes + at, length - at);
        if (step == 0)
            return read_sender(bytes, length, writing);
        at += step;
    }
    if (writing->digits.count == 0 && !writing->is_plus && !has_scheme)
        return NUMBERING_EMPTY;
    return writing->digits.count > DIGITS_COUNT_MAX ? NUMBERING_TOO_LONG : NUMBERING_OK;
}
