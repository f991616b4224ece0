/* SPDX-License-Identifier: Apache-2.0 */
#include "octets.h"

#include "gsm7.h"

#include "simsieve/base/calendar.h"

#define DIGITS_MAX 40 /* of one address; longer ones are damage and stay too long when cut */

#define OFFSET_BYTES 3 /* of a time stamp */

struct signalled octets_any_digits(const uint8_t *bytes, size_t length, unsigned low_first)
{
    struct signalled number = {0};
    if (length > DIGITS_MAX / 2)
        length = DIGITS_MAX / 2;
    for (size_t i = 0; i < length; i++) {
        const unsigned first = bytes[i] >> (4 - low_first) & 0x0F, second = bytes[i] >> low_first & 0x0F;
        if (first == TBCD_FILLER)
            break;
        number.is_damaged |= first > 9;
        if (second == TBCD_FILLER) {
            number.value = number.value * 10 + first;
            number.count++;
            break;
        }
        number.is_damaged |= second > 9;
        number.value = number.value * 100 + first * 10 + second;
        number.count += 2;
    }
    return number;
}

/* Eight digits as text, from the lowest nibble on. */
static inline uint64_t spread(uint64_t nibbles)
{
    nibbles = (nibbles | nibbles << 16) & 0x0000ffff0000ffffu;
    nibbles = (nibbles | nibbles << 8) & 0x00ff00ff00ff00ffu;
    return ((nibbles | nibbles << 4) & SWAR_EVERY(0x0f)) | SWAR_EVERY('0');
}

void octets_add_tbcd(struct text *text, const uint8_t *bytes, size_t length)
{
    static const char characters[] = "0123456789*****"; /* the last is no filler */
    char digits[DIGITS_MAX];
    uint64_t nibbles;
    size_t count = tbcd_read_usual(bytes, length, true, &nibbles);
    if (likely(count)) {
        const uint64_t texts[] = {spread(nibbles & UINT32_MAX), spread(nibbles >> 32)};
        text_add_bytes(text, (const char *)texts + TBCD_DIGITS - count, count);
        return;
    }
    for (size_t i = 0; i < length && i < DIGITS_MAX / 2; i++) {
        const unsigned first = bytes[i] & 0x0F, second = bytes[i] >> 4;
        if (first == TBCD_FILLER)
            break;
        digits[count++] = characters[first];
        if (second == TBCD_FILLER)
            break;
        digits[count++] = characters[second];
    }
    text_add_bytes(text, digits, count);
}

static void add_swapped_ascii(struct text *text, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length && bytes[i] != 0x00 && bytes[i] != 0xFF; i++) {
        const char character = (char)(bytes[i] << 4 | bytes[i] >> 4);
        text_add_bytes(text, &character, 1);
    }
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

void octets_add_sender(struct text *text, enum address_style style, const uint8_t *bytes, size_t length)
{
    const struct signalled_address address = octets_open_address(style, bytes, length);
    add_name(text, style, address.bytes, address.length, address.digit_count);
}

/* One of the octets that pairs_of has made numbers of. */
static inline int pair(uint64_t pairs, unsigned place)
{
    return (int)(pairs >> (8 * place) & 0xFF);
}

/* A sign, hours and minutes. */
static bool read_offset(const uint8_t bytes[static OFFSET_BYTES], int64_t *offset_ms)
{
    const uint64_t word = (uint64_t)bytes[1] | (uint64_t)bytes[2] << 8, pairs = tbcd_pairs(word);
    const int hour = pair(pairs, 0), minute = pair(pairs, 1);
    if ((bytes[0] != '+' && bytes[0] != '-') || tbcd_not_decimal(word) || hour > 23 || minute > 59)
        return false;
    *offset_ms = (hour * HOUR_MS + minute * MINUTE_MS) * (bytes[0] == '-' ? -1 : 1);
    return true;
}

bool octets_time_ms(const uint8_t *bytes, size_t length, int64_t *time_ms)
{
    enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, PART_COUNT };
    int64_t offset_ms = LOCAL_OFFSET_MS;
    if (length != PART_COUNT && length != PART_COUNT + OFFSET_BYTES)
        return false;
    if (length > PART_COUNT && !read_offset(bytes + PART_COUNT, &offset_ms))
        return false;
    const uint64_t word = tbcd_load(bytes, PART_COUNT), pairs = tbcd_pairs(word);
    const struct calendar_date date = {2000 + pair(pairs, YEAR), pair(pairs, MONTH), pair(pairs, DAY)};
    return !tbcd_not_decimal(word) && calendar_instant(date, pair(pairs, HOUR), pair(pairs, MINUTE),
                                                       pair(pairs, SECOND), offset_ms, time_ms);
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

bool octets_read_location(const uint8_t *bytes, size_t length, struct location *location)
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
            return false;
        parts[part] = bytes + at;
        at += part_bytes[part];
    }
    const uint8_t *old = parts[PART_CGI] ? parts[PART_CGI] : parts[PART_SAI];
    if (parts[PART_TAI] && parts[PART_ECGI]) {
        *location = (struct location){parts[PART_ECGI], octets_u16(parts[PART_TAI] + 3),
                                      eutran_cell(parts[PART_ECGI])};
        return true;
    }
    if (old)
        *location = (struct location){old, octets_u16(old + 3), octets_u16(old + 5)};
    return old != NULL;
}
