/* SPDX-License-Identifier: Apache-2.0 */
#include "octets.h"

#include "gsm7.h"

#include "simsieve/base/calendar.h"

#include <string.h>

#define DIGITS_MAX 40 /* of one address; longer ones are damage and stay too long when cut */

/* What follows the country code is a national number; the plan (conf/numbering) is Viet Nam's. */
#define COUNTRY_PREFIX "+84"

/* Local time where a switch gives no offset: Viet Nam has one. */
#define LOCAL_OFFSET_TEXT "+07:00"

#define HOME_MCC "452"

#define TYPE_INTERNATIONAL 1
#define TYPE_NATIONAL      2
#define TYPE_ALPHANUMERIC  5
#define SHORT_DIGITS_MAX   6 /* numbers of a network, whatever type they are said to have */

#define ERICSSON_ALPHANUMERIC 14

/* Digits, and for the codes above 9 (* # a b c, filler) a star: no number has one. */
static const char tbcd_characters[] = "0123456789******";
#define FILLER 15

/* `low_first`: 4 for the lower half first, 0 for the upper. */
static size_t read_digits(const uint8_t *bytes, size_t length, unsigned low_first,
                          char digits[static DIGITS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < length && count + 2 <= DIGITS_MAX; i++) {
        const unsigned first = bytes[i] >> (4 - low_first) & 0x0F, second = bytes[i] >> low_first & 0x0F;
        if (first == FILLER)
            break;
        digits[count++] = tbcd_characters[first];
        if (second == FILLER)
            break;
        digits[count++] = tbcd_characters[second];
    }
    return count;
}

static size_t read_tbcd(const uint8_t *bytes, size_t length, char digits[static DIGITS_MAX])
{
    return read_digits(bytes, length, 4, digits);
}

void octets_add_bcd(struct text *text, const uint8_t *bytes, size_t length)
{
    char digits[DIGITS_MAX];
    text_add_bytes(text, digits, read_digits(bytes, length, 0, digits));
}

void octets_add_tbcd(struct text *text, const uint8_t *bytes, size_t length)
{
    char digits[DIGITS_MAX];
    text_add_bytes(text, digits, read_tbcd(bytes, length, digits));
}

void octets_add_number(struct text *text, unsigned type_of_number, const char *digits, size_t count)
{
    const bool is_whole = count > SHORT_DIGITS_MAX;
    if (is_whole && type_of_number == TYPE_INTERNATIONAL)
        text_add_bytes(text, "+", 1);
    else if (is_whole && type_of_number == TYPE_NATIONAL && digits[0] != '0')
        text_add_bytes(text, COUNTRY_PREFIX, strlen(COUNTRY_PREFIX));
    text_add_bytes(text, digits, count);
}

static void add_swapped_ascii(struct text *text, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length && bytes[i] != 0x00 && bytes[i] != 0xFF; i++) {
        const char character = (char)(bytes[i] << 4 | bytes[i] >> 4);
        text_add_bytes(text, &character, 1);
    }
}

/* An address field of a short message starts with its count of digits; some switches leave it away. */
static bool has_digit_count(const uint8_t *bytes, size_t length)
{
    return length >= 2 && !(bytes[0] & 0x80) && bytes[1] & 0x80 && (bytes[0] + 1u) / 2 + 2 == length;
}

/* Octet 3a of TS 24.008: presentation and screening, its other bits fixed. It follows an octet 3 without extension
 * bit; a withheld number is a number all the same. */
static bool has_presentation(const uint8_t *bytes, size_t length)
{
    return length >= 2 && !(bytes[0] & 0x80) && (bytes[1] & 0x9C) == 0x80;
}

/* Whether octets are characters of their own, as one release of Ericsson's writes them: packed ones seldom are all
 * visible. */
static bool is_unpacked(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] < ' ' || bytes[i] > 'z')
            return false;
    return true;
}

static void add_name(struct text *text, enum address_style style, const uint8_t *bytes, size_t length,
                     size_t digit_count)
{
    if (style == ADDRESS_HUAWEI)
        add_swapped_ascii(text, bytes, length);
    else if (style == ADDRESS_ERICSSON && is_unpacked(bytes, length))
        text_add_bytes(text, (const char *)bytes, length);
    else
        gsm7_add(text, bytes, length, digit_count ? digit_count * 4 / 7 : gsm7_count(bytes, length));
}

void octets_add_address(struct text *text, enum address_style style, const uint8_t *bytes, size_t length)
{
    char digits[DIGITS_MAX];
    size_t digit_count = 0;
    if (style == ADDRESS_TP && has_digit_count(bytes, length)) {
        digit_count = bytes[0];
        bytes++;
        length--;
    }
    if (length == 0)
        return;
    unsigned type_of_number = bytes[0] >> 4 & 7;
    size_t skipped = 1;
    if (style == ADDRESS_ERICSSON)
        type_of_number = bytes[0] >> 4 == ERICSSON_ALPHANUMERIC ? TYPE_ALPHANUMERIC : type_of_number;
    else if (has_presentation(bytes, length))
        skipped = 2;
    if (type_of_number == TYPE_ALPHANUMERIC) {
        add_name(text, style, bytes + skipped, length - skipped, digit_count);
        return;
    }
    octets_add_number(text, type_of_number, digits, read_tbcd(bytes + skipped, length - skipped, digits));
}

void octets_add_address_digits(struct text *text, const uint8_t *bytes, size_t length)
{
    if (length > 1)
        octets_add_tbcd(text, bytes + 1, length - 1);
}

static void put_pair(char *at, uint8_t bcd)
{
    at[0] = (char)('0' + (bcd >> 4)); /* above 9: no digit, and the calendar refuses it */
    at[1] = (char)('0' + (bcd & 0x0F));
}

/* RFC 3339 of a time stamp; 0 when it has none of the two lengths. */
static size_t write_time(const uint8_t *bytes, size_t length, char time[static CALENDAR_TEXT_BYTES])
{
    static const char form[] = "20yy-mm-ddThh:mm:ss" LOCAL_OFFSET_TEXT;
    static const uint8_t places[] = {2, 5, 8, 11, 14, 17};
    if (length != 6 && length != 9)
        return 0;
    memcpy(time, form, sizeof(form));
    for (size_t i = 0; i < ARRAY_COUNT(places); i++)
        put_pair(time + places[i], bytes[i]);
    if (length == 9) {
        time[19] = (char)bytes[6];
        put_pair(time + 20, bytes[7]);
        put_pair(time + 23, bytes[8]);
    }
    return sizeof(form) - 1;
}

void octets_add_time(struct text *text, const uint8_t *bytes, size_t length)
{
    char time[CALENDAR_TEXT_BYTES];
    const size_t written = write_time(bytes, length, time);
    text_add_bytes(text, written ? time : "?", written ? written : 1);
}

bool octets_time_ms(const uint8_t *bytes, size_t length, int64_t *time_ms)
{
    char time[CALENDAR_TEXT_BYTES];
    const size_t written = write_time(bytes, length, time);
    return written && calendar_parse(time, written, time_ms) == CALENDAR_OK;
}

void octets_add_plmn(struct text *text, const uint8_t plmn[static 3])
{
    char digits[7] = {
        tbcd_characters[plmn[0] & 0x0F], tbcd_characters[plmn[0] >> 4 & 0x0F],
        tbcd_characters[plmn[1] & 0x0F], '-',
        tbcd_characters[plmn[2] & 0x0F], tbcd_characters[plmn[2] >> 4 & 0x0F],
        tbcd_characters[plmn[1] >> 4],
    };
    text_add_bytes(text, digits, plmn[1] >> 4 == FILLER ? 6 : 7);
}

bool octets_add_home_plmn(struct text *text, struct slice imsi)
{
    if (imsi.length < 5 || memcmp(imsi.bytes, HOME_MCC, 3) != 0)
        return false;
    text_add_bytes(text, imsi.bytes, 3);
    text_add_bytes(text, "-", 1);
    text_add_bytes(text, imsi.bytes + 3, 2);
    return true;
}

void octets_add_decimal(struct text *text, uint64_t value)
{
    char digits[20];
    size_t begin = sizeof(digits);
    do
        digits[--begin] = (char)('0' + value % 10);
    while (value /= 10);
    text_add_bytes(text, digits + begin, sizeof(digits) - begin);
}

void octets_add_area_and_cell(struct text *text, uint64_t area, uint64_t cell)
{
    text_add_bytes(text, "-", 1);
    octets_add_decimal(text, area);
    text_add_bytes(text, "-", 1);
    octets_add_decimal(text, cell);
}

/* Parts of a user location, in the order of their flags and of their octets (TS 29.274 8.21). */
enum location_part { PART_CGI, PART_SAI, PART_RAI, PART_TAI, PART_ECGI, PART_COUNT };

#define ECI_MASK 0x0FFFFFFFu

static uint64_t eutran_cell(const uint8_t ecgi[static 7])
{
    return ((uint64_t)octets_u16(ecgi + 3) << 16 | octets_u16(ecgi + 5)) & ECI_MASK;
}

/* TS 29.060 7.7.51: a type (0 CGI, 1 SAI, 2 RAI) instead of flags, then always seven octets. */
static bool is_old_form(const uint8_t *bytes, size_t length)
{
    return length == 8 && bytes[0] == 0;
}

void octets_add_user_location(struct text *text, const uint8_t *bytes, size_t length)
{
    static const uint8_t part_bytes[PART_COUNT] = {7, 7, 7, 5, 7};
    const uint8_t *parts[PART_COUNT] = {NULL};
    size_t at = 1;
    if (is_old_form(bytes, length))
        parts[PART_CGI] = bytes + 1;
    for (unsigned part = 0; part < PART_COUNT && length > 0; part++) {
        if (!(bytes[0] >> part & 1))
            continue;
        if (at + part_bytes[part] > length)
            return;
        parts[part] = bytes + at;
        at += part_bytes[part];
    }
    const uint8_t *old = parts[PART_CGI] ? parts[PART_CGI] : parts[PART_SAI];
    if (parts[PART_TAI] && parts[PART_ECGI]) {
        octets_add_plmn(text, parts[PART_ECGI]);
        octets_add_area_and_cell(text, octets_u16(parts[PART_TAI] + 3), eutran_cell(parts[PART_ECGI]));
    } else if (old) {
        octets_add_plmn(text, old);
        octets_add_area_and_cell(text, octets_u16(old + 3), octets_u16(old + 5));
    }
}
