/* SPDX-License-Identifier: Apache-2.0
 * Bounded parsing and formatting of short texts: no locale, no allocation. */
#pragma once

#include "simsieve/base/check.h"

/* Bytes of somebody else's buffer; length 0 is "not there". */
struct slice {
    const char *bytes;
    size_t length;
};

/* A fixed buffer that text is appended to; what does not fit is cut and `is_cut` says so. */
struct text {
    char *data;      /* always zero-terminated; borrowed from the caller */
    size_t capacity; /* with the terminating zero */
    size_t length;
    bool is_cut;
};

/* Any thread. An empty text over the caller's `capacity` bytes (at least 1). */
struct text text_over(char *data, size_t capacity);

/* Any thread. Appends. */
void text_add(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);
void text_add_bytes(struct text *text, const char *bytes, size_t length);

/* Any thread. Appends a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void text_add_json(struct text *text, const char *bytes, size_t length);

/* Any thread. `length` bytes of decimal digits as a number; false when empty, not digits or above `max`. */
bool text_parse_u64(const char *bytes, size_t length, uint64_t max, uint64_t *value);

/* Any thread. "10s", "5m", "24h", "30d", "250ms": the unit is mandatory, because nobody should have to guess
 * between seconds and minutes. False when malformed, negative or above 36,500 d. */
bool text_parse_duration_ms(const char *bytes, size_t length, int64_t *duration_ms);

/* Any thread. "4096", "64K", "512M", "4G" (powers of 1,024). */
bool text_parse_bytes(const char *bytes, size_t length, uint64_t *value);

/* Any thread. The shortest exact form: 86400000 becomes "24h" (not "1d": operators speak of 24 h), 90000 "90s". */
void text_add_duration(struct text *text, int64_t duration_ms);

/* Any thread. A number as people write it: no exponent, at most `decimals` (0 to 9), no trailing zeros. */
void text_add_number(struct text *text, double value, int decimals);

/* Any thread. The word of `words` (`stride` bytes apart, each starting with a `const char *`) nearest to
 * `bytes` by edits, NULL when none is near enough to be what was meant. */
const char *text_nearest(const char *bytes, size_t length, const void *words, size_t stride, size_t count);

/* Any thread. True when `bytes` is well-formed UTF-8 without NUL (RFC 3629). */
bool text_is_utf8(const char *bytes, size_t length);
