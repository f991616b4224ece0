/* SPDX-License-Identifier: Apache-2.0
 * From a writing to a number. Most records write "84" or "0" and nine digits: numbering_parse takes those in a
 * few instructions; everything else is read (writing.c) and resolved here, rule by rule. */
#include "simsieve/record/numbering.h"

#include "numbering_load.h"
#include "writing.h"

#include "simsieve/base/swar.h"

#include <string.h>

#define COUNTRY_CODE        84
#define COUNTRY_CODE_DIGITS 2
#define MOBILE_DIGITS       9
#define MOBILE_END          UINT64_C(1000000000)
#define FIXED_DIGITS        10
#define E164_DIGITS_MAX     15

/* Bare digits below this are not enough for a foreign number; up to here and no more they are a short code. */
#define BARE_FOREIGN_DIGITS_MIN 10
#define SHORT_DIGITS_MIN        3
#define SHORT_DIGITS_MAX        6

#define BIT(kind)     (1u << (kind))
#define TRUNK_KINDS   (BIT(NUMBER_MOBILE) | BIT(NUMBER_FIXED))
#define COUNTRY_KINDS (TRUNK_KINDS | BIT(NUMBER_SERVICE) | BIT(NUMBER_SHORT))

static const char *const status_texts[] = {
    [NUMBERING_OK] = "a number",
    [NUMBERING_EMPTY] = "there is no number",
    [NUMBERING_BAD_CHARACTER] =
        "it has a character that is neither a digit, a separator nor part of a sender's name",
    [NUMBERING_TOO_SHORT] = "it has fewer digits than its prefix needs",
    [NUMBERING_TOO_LONG] = "it has more digits than its prefix allows",
    [NUMBERING_UNKNOWN_PREFIX] = "no range of the numbering plan begins like it; look at conf/numbering",
    [NUMBERING_NOT_IN_USE] = "its range was not in use at that time; look at conf/numbering",
    [NUMBERING_AMBIGUOUS] = "it could be a national or a foreign number: write it with 0 or with + in front",
    [NUMBERING_SENDER_TOO_LONG] = "a sender's name has at most 11 characters",
    [NUMBERING_NAMES_FULL] = "the table of switch, trunk and sender names has reached its limit",
};
static_assert(ARRAY_COUNT(status_texts) == NUMBERING_STATUS_COUNT, "one sentence a status");

const char *numbering_status_text(enum numbering_status status)
{
    CHECK(status < NUMBERING_STATUS_COUNT);
    return status_texts[status];
}

/* Without its first `count` digits. */
static struct digits drop(struct digits digits, unsigned count)
{
    DCHECK(count <= digits.count);
    digits.count -= count;
    digits.value %= powers_of_ten[digits.count];
    return digits;
}

/* The first `count` digits. */
static uint64_t lead(struct digits digits, unsigned count)
{
    return digits.count < count ? UINT64_MAX : digits.value / powers_of_ten[digits.count - count];
}

static uint64_t national_number(const struct range *range, struct digits digits)
{
    if (range->new_prefix != 0) {
        const unsigned kept = digits.count - range->prefix_digits;
        digits.value = range->new_prefix * powers_of_ten[kept] + digits.value % powers_of_ten[kept];
        digits.count = range->new_prefix_digits + kept;
    }
    if (range->kind == NUMBER_SHORT || range->kind == NUMBER_SERVICE)
        return number_make(range->kind, digits.value);
    return number_make(range->kind, COUNTRY_CODE * powers_of_ten[digits.count] + digits.value);
}

/* Digits after the trunk 0, or after the country code 84. */
static enum numbering_status resolve_national(const struct numbering *numbering, struct digits digits,
                                              unsigned kinds, int64_t time_ms, uint64_t *number)
{
    enum numbering_status status;
    if (digits.count == 0)
        return NUMBERING_TOO_SHORT;
    const struct range *range = plan_find(&numbering->national, digits, time_ms, kinds, &status);
    if (range)
        *number = national_number(range, digits);
    return status;
}

static enum numbering_status resolve_foreign(const struct numbering *numbering, struct digits digits,
                                             int64_t time_ms, uint64_t *number)
{
    enum numbering_status status;
    if (digits.count > E164_DIGITS_MAX)
        return NUMBERING_TOO_LONG;
    if (plan_find(&numbering->foreign, digits, time_ms, BIT(NUMBER_INTERNATIONAL), &status))
        *number = number_make(NUMBER_INTERNATIONAL, digits.value);
    return status;
}

/* Digits after 84. "+84 (0) 912 ..." is a common courtesy to callers at home. */
static enum numbering_status resolve_country(const struct numbering *numbering, struct digits digits,
                                             int64_t time_ms, uint64_t *number)
{
    if (lead(digits, 1) == 0)
        return resolve_national(numbering, drop(digits, 1), TRUNK_KINDS, time_ms, number);
    return resolve_national(numbering, digits, COUNTRY_KINDS, time_ms, number);
}

/* Digits after "+" or "00". */
static enum numbering_status resolve_e164(const struct numbering *numbering, struct digits digits,
                                          int64_t time_ms, uint64_t *number)
{
    if (digits.count == 0)
        return NUMBERING_TOO_SHORT;
    if (lead(digits, 1) == 0)
        return NUMBERING_UNKNOWN_PREFIX;
    if (lead(digits, COUNTRY_CODE_DIGITS) == COUNTRY_CODE)
        return resolve_country(numbering, drop(digits, COUNTRY_CODE_DIGITS), time_ms, number);
    return resolve_foreign(numbering, digits, time_ms, number);
}

/* Nine bare digits: a mobile number that lost its 0 in a spreadsheet, unless it can also be read as 84 and a
 * short national number. */
static enum numbering_status resolve_nine(const struct numbering *numbering, struct digits digits,
                                          int64_t time_ms, uint64_t *number)
{
    uint64_t as_mobile, as_country;
    const enum numbering_status status =
        resolve_national(numbering, digits, BIT(NUMBER_MOBILE), time_ms, &as_mobile);
    const bool is_mobile = status == NUMBERING_OK;
    const bool is_country =
        lead(digits, COUNTRY_CODE_DIGITS) == COUNTRY_CODE &&
        resolve_country(numbering, drop(digits, COUNTRY_CODE_DIGITS), time_ms, &as_country) == NUMBERING_OK;
    if (is_mobile != is_country) {
        *number = is_mobile ? as_mobile : as_country;
        return NUMBERING_OK;
    }
    return status == NUMBERING_NOT_IN_USE ? NUMBERING_NOT_IN_USE : NUMBERING_AMBIGUOUS;
}

/* Digits with neither "+" nor a leading 0. */
static enum numbering_status resolve_bare(const struct numbering *numbering, struct digits digits,
                                          int64_t time_ms, uint64_t *number)
{
    if (digits.count < SHORT_DIGITS_MIN)
        return NUMBERING_TOO_SHORT;
    if (digits.count <= SHORT_DIGITS_MAX) {
        *number = number_make(NUMBER_SHORT, digits.value);
        return NUMBERING_OK;
    }
    const enum numbering_status status =
        resolve_national(numbering, digits, BIT(NUMBER_SERVICE), time_ms, number);
    if (status == NUMBERING_OK || status == NUMBERING_TOO_SHORT || status == NUMBERING_NOT_IN_USE)
        return status;
    if (digits.count == MOBILE_DIGITS)
        return resolve_nine(numbering, digits, time_ms, number);
    if (digits.count < BARE_FOREIGN_DIGITS_MIN)
        return NUMBERING_AMBIGUOUS;
    if (lead(digits, COUNTRY_CODE_DIGITS) == COUNTRY_CODE)
        return resolve_country(numbering, drop(digits, COUNTRY_CODE_DIGITS), time_ms, number);
    if (digits.count == FIXED_DIGITS && lead(digits, 1) == 2 &&
        resolve_national(numbering, digits, BIT(NUMBER_FIXED), time_ms, number) == NUMBERING_OK)
        return NUMBERING_OK;
    return resolve_foreign(numbering, digits, time_ms, number);
}

static enum numbering_status intern_sender(struct names *names, struct slice sender, uint64_t *number)
{
    if (!names)
        return NUMBERING_BAD_CHARACTER;
    const uint64_t id = names_intern(names, sender.bytes, sender.length);
    if (id == 0)
        return NUMBERING_NAMES_FULL;
    *number = number_make(NUMBER_SENDER, id);
    return NUMBERING_OK;
}

/* Nine digits after 84 or the trunk 0 of a mobile range: nearly all numbers. 0 when they are something else. */
static inline uint64_t usual_number(const struct numbering *numbering, uint64_t national, int64_t time_ms)
{
    const struct range *range = plan_first(&numbering->national, national / 100000);
    if (likely(range->kind == NUMBER_MOBILE && range->digits_min == MOBILE_DIGITS &&
               range_is_in_use(range, time_ms)))
        return number_make(NUMBER_MOBILE, COUNTRY_CODE * MOBILE_END + national);
    return 0;
}

/* Any digits, rule by rule. */
static enum numbering_status resolve_any(const struct numbering *numbering, struct digits digits,
                                         bool is_plus, int64_t time_ms, uint64_t *number)
{
    if (is_plus)
        return resolve_e164(numbering, digits, time_ms, number);
    if (lead(digits, 2) == 0)
        return resolve_e164(numbering, drop(digits, 2), time_ms, number);
    if (lead(digits, 1) == 0)
        return resolve_national(numbering, drop(digits, 1), TRUNK_KINDS, time_ms, number);
    return resolve_bare(numbering, digits, time_ms, number);
}

static inline bool is_usual(struct digits digits, enum digits_form form)
{
    switch (digits.count) {
    case MOBILE_DIGITS:
        return form == DIGITS_NATIONAL;
    case 1 + MOBILE_DIGITS:
        return form != DIGITS_INTERNATIONAL && digits.value < MOBILE_END;
    case COUNTRY_CODE_DIGITS + MOBILE_DIGITS:
        return form != DIGITS_NATIONAL && digits.value / MOBILE_END == COUNTRY_CODE;
    default:
        return false;
    }
}

enum numbering_status numbering_resolve(const struct numbering *numbering, struct digits digits,
                                        enum digits_form form, int64_t time_ms, uint64_t *number)
{
    if (digits.count == 0)
        return NUMBERING_EMPTY;
    if (digits.count > DIGITS_COUNT_MAX)
        return NUMBERING_TOO_LONG;
    if (form == DIGITS_NATIONAL && lead(digits, 1) == 0)
        form = DIGITS_AS_DIALLED;
    const uint64_t usual =
        is_usual(digits, form) ? usual_number(numbering, digits.value % MOBILE_END, time_ms) : 0;
    if (likely(usual)) {
        *number = usual;
        return NUMBERING_OK;
    }
    if (form != DIGITS_NATIONAL)
        return resolve_any(numbering, digits, form == DIGITS_INTERNATIONAL, time_ms, number);
    if (digits.count + COUNTRY_CODE_DIGITS > DIGITS_COUNT_MAX)
        return NUMBERING_TOO_LONG;
    return resolve_country(numbering, digits, time_ms, number);
}

static enum numbering_status parse_any(const struct numbering *numbering, struct names *names,
                                       const char *bytes, size_t length, int64_t time_ms, uint64_t *number)
{
    struct writing writing;
    const enum numbering_status status = writing_read(bytes, length, &writing);
    if (writing.is_sender && !names)
        return NUMBERING_BAD_CHARACTER;
    if (status != NUMBERING_OK)
        return status;
    if (writing.is_sender)
        return intern_sender(names, writing.sender, number);
    return resolve_any(numbering, writing.digits, writing.is_plus, time_ms, number);
}

/* Nine digits after "84", "0" or "+84". */
static inline bool read_usual(const char *bytes, size_t length, uint64_t *national)
{
    size_t skip;
    if (length == 11 && bytes[0] == '8' && bytes[1] == '4')
        skip = 2;
    else if (length == 10 && bytes[0] == '0')
        skip = 1;
    else if (length == 12 && bytes[0] == '+' && bytes[1] == '8' && bytes[2] == '4')
        skip = 3;
    else
        return false;
    return swar_read_digits(bytes + skip, MOBILE_DIGITS, national);
}

enum numbering_status numbering_parse(const struct numbering *numbering, struct names *names,
                                      const char *bytes, size_t length, int64_t time_ms, uint64_t *number)
{
    uint64_t national = 0;
    if (likely(read_usual(bytes, length, &national))) {
        const uint64_t usual = usual_number(numbering, national, time_ms);
        if (likely(usual)) {
            *number = usual;
            return NUMBERING_OK;
        }
    }
    return parse_any(numbering, names, bytes, length, time_ms, number);
}

/* The newest range of a number, NULL when the plan has none. */
static const struct range *range_of(const struct numbering *numbering, uint64_t number)
{
    const enum number_kind kind = number_kind(number);
    struct digits digits = {number_value(number), 1};
    if (kind == NUMBER_NONE || kind == NUMBER_SENDER)
        return NULL;
    while (digits.value >= powers_of_ten[digits.count])
        digits.count++;
    if (kind == NUMBER_INTERNATIONAL)
        return plan_find_newest(&numbering->foreign, digits, BIT(kind));
    if (kind == NUMBER_MOBILE || kind == NUMBER_FIXED)
        digits = drop(digits, COUNTRY_CODE_DIGITS);
    return plan_find_newest(&numbering->national, digits, BIT(kind));
}

unsigned numbering_province(const struct numbering *numbering, uint64_t number)
{
    const struct range *range = range_of(numbering, number);
    return range ? range->province : 0;
}

const char *numbering_block_holder(const struct numbering *numbering, uint64_t number)
{
    const struct range *range = range_of(numbering, number);
    return range && range->holder[0] ? range->holder : NULL;
}
