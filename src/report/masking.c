/* SPDX-License-Identifier: Apache-2.0 */
#include "masking.h"

#include "simsieve/record/number.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_DIGITS_MIN = 9, NUMBER_DIGITS_MAX = 15, GROUPED_DIGITS_MAX = 12, CODE_DIGITS_MAX = 6 };

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* A number's integer. Digits alone do not say that 1800... is a service: North America's numbers have 11 digits,
 * a service at most 10. */
static bool to_number(const char *digits, uint64_t *number)
{
    uint64_t value;
    const size_t length = strlen(digits);
    enum number_kind kind = NUMBER_INTERNATIONAL;
    if (length > NUMBER_DIGITS_MAX || !text_parse_u64(digits, length, UINT64_MAX, &value))
        return false;
    if (length <= CODE_DIGITS_MAX)
        kind = NUMBER_SHORT;
    else if (length <= 10 && (begins_with(digits, "1800") || begins_with(digits, "1900")))
        kind = NUMBER_SERVICE;
    else if (begins_with(digits, "84"))
        kind = NUMBER_MOBILE;
    *number = number_make(kind, value);
    return true;
}

static void add_in_groups(struct text *text, const char *digits)
{
    const size_t length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        if (i > 3 && (length - i) % 3 == 0)
            text_add(text, " ");
        text_add_bytes(text, digits + i, 1);
    }
}

void masking_add_number(struct text *text, const char *digits, enum number_form form)
{
    char printed[NUMBER_TEXT_BYTES], domestic[NUMBER_TEXT_BYTES + 2];
    uint64_t number;
    if (!to_number(digits, &number)) {
        text_add(text, "?"); /* no number of ours: nothing to be shown as one */
        return;
    }
    if (form == FORM_MASKED)
        number_mask(number, NULL, printed);
    else
        number_format(number, NULL, printed);
    if (number_is_service(number))
        snprintf(domestic, sizeof(domestic), "%s", printed);
    else if (number_kind(number) == NUMBER_MOBILE)
        snprintf(domestic, sizeof(domestic), "0%s", printed + 2);
    else
        snprintf(domestic, sizeof(domestic), "00%s", printed);
    if (form == FORM_GROUPED && !number_is_service(number))
        add_in_groups(text, domestic);
    else
        text_add(text, "%s", domestic);
}

/* Bytes at `words` of characters that would break a line or turn its direction: C0 and C1 controls, U+2028 and
 * U+2029, marks and overrides of direction, U+FEFF. 0 when there is none. */
static size_t unprintable(const unsigned char *words)
{
    if (words[0] < 0x20 || words[0] == 0x7F)
        return 1;
    if (words[0] == 0xC2 && words[1] >= 0x80 && words[1] <= 0x9F)
        return 2;
    if (words[0] == 0xD8 && words[1] == 0x9C)
        return 2;
    if (words[0] == 0xE2 && words[1] == 0x80 &&
        ((words[2] >= 0x8B && words[2] <= 0x8F) || (words[2] >= 0xA8 && words[2] <= 0xAE)))
        return 3;
    if (words[0] == 0xE2 && words[1] == 0x81 && words[2] >= 0xA0 && words[2] <= 0xAF)
        return 3;
    return words[0] == 0xEF && words[1] == 0xBB && words[2] == 0xBF ? 3 : 0;
}

/* A run of digits with single separators between them: its digits in `digits` (the first 16), its length returned. */
static size_t digit_run(const char *words, char digits[static NUMBER_DIGITS_MAX + 2], bool *is_grouped)
{
    size_t at = 0, count = 0;
    *is_grouped = false;
    while (words[at] >= '0' && words[at] <= '9') {
        if (count <= NUMBER_DIGITS_MAX)
            digits[count++] = words[at];
        at++;
        const bool is_separated =
            strchr(" .-", words[at]) && words[at] && words[at + 1] >= '0' && words[at + 1] <= '9';
        *is_grouped |= is_separated;
        at += is_separated;
    }
    digits[count] = 0;
    return at;
}

/* Bytes at `words` that are a number, appended masked; 0 when they are none. A Vietnamese number in international
 * writing becomes domestic; others (foreign, or a device) lose three digits where they stand. */
static size_t mask_number(struct text *text, const char *words)
{
    char digits[NUMBER_DIGITS_MAX + 2];
    bool is_grouped;
    size_t taken = digit_run(words, digits, &is_grouped), length = strlen(digits);
    const bool is_number = is_grouped && length >= NUMBER_DIGITS_MIN && length <= GROUPED_DIGITS_MAX &&
                           (digits[0] == '0' || begins_with(digits, "84"));
    if (!is_number) {
        taken = length = strspn(words, "0123456789");
        if (length < NUMBER_DIGITS_MIN)
            return 0;
        if (length > NUMBER_DIGITS_MAX) { /* too long for one: a pseudonym, an amount */
            text_add_bytes(text, words, length);
            return length;
        }
        digits[length] = 0;
    }
    if (begins_with(digits, "84") && length >= 11 && length <= GROUPED_DIGITS_MAX) {
        masking_add_number(text, digits, FORM_MASKED);
        return taken;
    }
    memset(digits + length - 6, '*', 3);
    text_add(text, "%s", digits);
    return taken;
}

/* Bytes of a pseudonym or an alert's id at `words`: 16 or 32 hexadecimal digits, not all of them decimal. */
static size_t hexadecimal_id(const char *words)
{
    const size_t length = strspn(words, "0123456789abcdef");
    return (length == 16 || length == 32) && strspn(words, "0123456789") < length ? length : 0;
}

void masking_add_text(struct text *text, const char *words, enum number_form form)
{
    bool is_word = false; /* inside a run of letters and digits */
    while (*words) {
        size_t taken = unprintable((const unsigned char *)words), id = is_word ? 0 : hexadecimal_id(words);
        const bool is_signed = words[0] == '+' && isdigit((unsigned char)words[1]);
        if (taken) {
            text_add(text, " ");
        } else if (id) {
            text_add_bytes(text, words, taken = id);
        } else if (form == FORM_MASKED && (is_signed || isdigit((unsigned char)words[0]))) {
            taken = mask_number(text, words + is_signed);
            taken += taken ? is_signed : 0;
        }
        if (!taken)
            text_add_bytes(text, words, taken = 1);
        words += taken;
        is_word = isalnum((unsigned char)words[-1]);
    }
}
