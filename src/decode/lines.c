/* SPDX-License-Identifier: Apache-2.0 */
#include "lines.h"

#include "simsieve/base/swar.h"
#include "simsieve/base/text.h"

static const char byte_order_mark[] = {'\xEF', '\xBB', '\xBF'};

static enum line_status skip_rest(struct lines *lines, const char *bytes, size_t length, struct line *line)
{
    const char *newline = memchr(bytes, '\n', length);
    line->consumed = length;
    if (newline) {
        line->consumed = (size_t)(newline - bytes) + 1;
        lines->is_skipping = false;
        lines->number++;
    }
    return LINE_SKIPPED;
}

static bool is_blank(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r')
            return false;
    return true;
}

enum line_status lines_next(struct lines *lines, const char *bytes, size_t length, bool is_last,
                            struct line *line)
{
    if (unlikely(lines->is_skipping))
        return skip_rest(lines, bytes, length, line);
    const size_t window = u64_min(length, DECODE_RECORD_BYTES_MAX);
    const char *newline = memchr(bytes, '\n', window);
    *line = (struct line){bytes, window, window};
    if (likely(newline)) {
        line->length = (size_t)(newline - bytes);
        line->consumed = line->length + 1;
    } else if (window == DECODE_RECORD_BYTES_MAX) {
        lines->is_skipping = true;
        return LINE_TOO_LONG;
    } else if (!is_last) {
        return LINE_MORE;
    }
    if (line->length > 0 && bytes[line->length - 1] == '\r')
        line->length--;
    if (likely(line->length > 0 && line_is_usual(line->bytes)))
        return LINE_READY;
    /* Concatenated files have byte order marks in the middle. */
    if (line->length >= sizeof(byte_order_mark) &&
        memcmp(bytes, byte_order_mark, sizeof(byte_order_mark)) == 0) {
        line->bytes += sizeof(byte_order_mark);
        line->length -= sizeof(byte_order_mark);
    }
    if (is_blank(line->bytes, line->length)) {
        lines->number++;
        return LINE_BLANK;
    }
    return LINE_READY;
}

enum reason line_check(const char *bytes, size_t length)
{
    uint64_t not_plain = 0;
    for (size_t at = 0; at < length; at += SWAR_BYTES)
        not_plain |= swar_not_plain(swar_load(bytes + at, length - at, length - at));
    if (likely(!not_plain))
        return REASON_NONE;
    if (memchr(bytes, 0, length))
        return REASON_NUL_BYTE;
    return text_is_utf8(bytes, length) ? REASON_NONE : REASON_NOT_UTF8;
}

struct slice slice_trim(struct slice text)
{
    while (text.length > 0 && (*text.bytes == ' ' || *text.bytes == '\t')) {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 && (text.bytes[text.length - 1] == ' ' || text.bytes[text.length - 1] == '\t'))
        text.length--;
    return text;
}
