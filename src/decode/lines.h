/* SPDX-License-Identifier: Apache-2.0
 * Physical lines of a text input, and the checks that every line passes: the framing that the text decoders
 * share. A line and its newline fit in DECODE_RECORD_BYTES_MAX or the line is damage; whether it does depends on
 * its bytes alone, never on how the input was cut into pieces. */
#pragma once

#include "simsieve/decode/decoder.h"

struct lines {
    uint64_t number;  /* of the line at the front, from 1 */
    bool is_skipping; /* inside a line that was too long */
};

struct line {
    const char *bytes;
    size_t length;   /* without line end */
    size_t consumed; /* from the front of what was given to lines_next, with the line end */
};

enum line_status {
    LINE_MORE,     /* no whole line yet */
    LINE_READY,    /* `line` is filled */
    LINE_BLANK,    /* nothing but spaces: no record */
    LINE_TOO_LONG, /* `line` holds its first DECODE_RECORD_BYTES_MAX bytes; the rest comes as LINE_SKIPPED */
    LINE_SKIPPED   /* bytes of a line that was too long */
};

static inline struct lines lines_start(void)
{
    return (struct lines){.number = 1};
}

/* Whether a line that starts with this byte is neither blank nor behind a byte order mark. */
static inline bool line_is_usual(const char *bytes)
{
    return (unsigned char)(*bytes - '!') <= '~' - '!';
}

/* Any thread. The line at the front of `length` (at least 1) bytes. After LINE_BLANK and LINE_SKIPPED the count
 * of lines is right again; after LINE_READY the caller adds the lines that it takes to `number`. */
enum line_status lines_next(struct lines *lines, const char *bytes, size_t length, bool is_last,
                            struct line *line);

/* Any thread. REASON_NUL_BYTE, REASON_NOT_UTF8 or REASON_NONE. */
enum reason line_check(const char *bytes, size_t length);

/* Any thread. A text without the spaces and tabs around it. */
struct slice slice_trim(struct slice text);
