/* SPDX-License-Identifier: Apache-2.0
 * Numbers, times and places as switches write them, as values, and names as texts. Nothing here judges beyond whether
 * octets can be read at all: what a number or a time is worth is for the numbering plan and decode_columns to say. */
#pragma once

#include "tbcd.h"

#include "simsieve/base/text.h"
#include "simsieve/record/numbering.h"

/* Digits with what was said about them. */
struct signalled {
    uint64_t value; /* as of struct digits */
    uint32_t count;
    uint8_t form;    /* enum digits_form */
    bool is_damaged; /* there is a code among them that is no digit (* # a b c, filler) */
    bool is_sender;  /* it is no number but a name */
};

/* A network; digits above 9 make its MCC 0, which is none. */
struct plmn {
    unsigned mcc, mnc, mnc_digits;
};

/* Where a user is: three octets of a network, and a cell of it. */
struct location {
    const uint8_t *plmn;
    uint64_t area, cell;
};

/* Numbers of a network, whatever type they are said to have. */
#define SHORT_DIGITS_MAX 6

/* Types of number (TS 24.008 10.5.4.7). */
#define TYPE_INTERNATIONAL 1
#define TYPE_NATIONAL      2
#define TYPE_ALPHANUMERIC  5

#define ERICSSON_ALPHANUMERIC 14

/* How an address lies in its octets. */
enum address_style {
    ADDRESS_3GPP,     /* TS 24.008 and 29.002: type of number, maybe an octet of presentation, TBCD digits */
    ADDRESS_TP,       /* TS 23.040: the same, maybe with a count of digits before it */
    ADDRESS_HUAWEI,   /* names are ASCII with its halves swapped */
    ADDRESS_ERICSSON, /* type of number in the whole upper half; 14 is a name */
};

/* Any thread. Digits in octets of any number; `low_first` is 4 where the lower half comes first, 0 where the upper. */
struct signalled octets_any_digits(const uint8_t *bytes, size_t length, unsigned low_first);

/* Any thread. Digits, the lower half of an octet first, up to the filler (TS 29.002 TBCD-STRING). */
static inline struct signalled octets_tbcd(const uint8_t *bytes, size_t length)
{
    uint64_t nibbles;
    const unsigned usual = tbcd_read_usual(bytes, length, true, &nibbles);
    if (unlikely(!usual))
        return octets_any_digits(bytes, length, 4);
    return (struct signalled){.value = tbcd_value(nibbles), .count = usual};
}

/* Any thread. The same, the upper half first (roaming files: TD.57 BCDString). */
static inline struct signalled octets_bcd(const uint8_t *bytes, size_t length)
{
    uint64_t nibbles;
    const unsigned usual = tbcd_read_usual(bytes, length, false, &nibbles);
    if (unlikely(!usual))
        return octets_any_digits(bytes, length, 0);
    return (struct signalled){.value = tbcd_value(nibbles), .count = usual};
}

/* Any thread. The same digits as a number of the given type (TS 24.008: 1 international, 2 national). */
static inline struct signalled octets_number(struct signalled digits, unsigned type_of_number)
{
    if (digits.count > SHORT_DIGITS_MAX && type_of_number == TYPE_INTERNATIONAL)
        digits.form = DIGITS_INTERNATIONAL;
    if (digits.count > SHORT_DIGITS_MAX && type_of_number == TYPE_NATIONAL)
        digits.form = DIGITS_NATIONAL;
    return digits;
}

/* An address field of a short message starts with its count of digits; some switches leave it away. */
static inline bool has_digit_count(const uint8_t *bytes, size_t length)
{
    return length >= 2 && !(bytes[0] & 0x80) && bytes[1] & 0x80 && (bytes[0] + 1u) / 2 + 2 == length;
}

/* Octet 3a of TS 24.008: presentation and screening, its other bits fixed. It follows an octet 3 without extension
 * bit; a withheld number is a number all the same. */
static inline bool has_presentation(const uint8_t *bytes, size_t length)
{
    return length >= 2 && !(bytes[0] & 0x80) && (bytes[1] & 0x9C) == 0x80;
}

/* What an address begins with. */
struct signalled_address {
    const uint8_t *bytes; /* behind its type, and what may follow that */
    size_t length;
    unsigned type_of_number;
    size_t digit_count; /* 0: not told */
};

static inline struct signalled_address octets_open_address(enum address_style style, const uint8_t *bytes,
                                                           size_t length)
{
    struct signalled_address address = {bytes, length, 0, 0};
    if (style == ADDRESS_TP && has_digit_count(bytes, length)) {
        address.digit_count = bytes[0];
        bytes++;
        length--;
    }
    if (length == 0)
        return address;
    size_t skipped = 1;
    address.type_of_number = bytes[0] >> 4 & 7;
    if (style == ADDRESS_ERICSSON && bytes[0] >> 4 == ERICSSON_ALPHANUMERIC)
        address.type_of_number = TYPE_ALPHANUMERIC;
    else if (style != ADDRESS_ERICSSON && has_presentation(bytes, length))
        skipped = 2;
    address.bytes = bytes + skipped;
    address.length = length - skipped;
    return address;
}

/* Any thread. The number of an address with what its type of number says about it; no digits when the address is
 * empty or an alphanumeric sender. */
static inline struct signalled octets_address(enum address_style style, const uint8_t *bytes, size_t length)
{
    const struct signalled_address address = octets_open_address(style, bytes, length);
    if (unlikely(address.type_of_number == TYPE_ALPHANUMERIC))
        return (struct signalled){.is_sender = true};
    return octets_number(octets_tbcd(address.bytes, address.length), address.type_of_number);
}

/* Any thread. Appends the name of an address that is one, as UTF-8. */
void octets_add_sender(struct text *text, enum address_style style, const uint8_t *bytes, size_t length);

/* Any thread. Appends digits, a star for what is none: the name of a switch. */
void octets_add_tbcd(struct text *text, const uint8_t *bytes, size_t length);

/* Any thread. The instant of a time stamp of TS 32.298 (YYMMDDhhmmss and an offset), or of its first six octets
 * alone, which are taken as local time; false when it is none. */
bool octets_time_ms(const uint8_t *bytes, size_t length, int64_t *time_ms);

/* Any thread. A network of three octets (TS 24.008 10.5.1.3). */
static inline struct plmn octets_plmn(const uint8_t plmn[static 3])
{
    const unsigned first = plmn[0], second = plmn[1], third = plmn[2], last = second >> 4;
    const bool has_two = last == TBCD_FILLER;
    const unsigned mnc = (third & 0x0F) * 10 + (third >> 4);
    if (tbcd_not_decimal(first | (has_two ? second & 0x0F : second) << 8 | third << 16))
        return (struct plmn){0};
    return (struct plmn){(first & 0x0F) * 100 + (first >> 4) * 10 + (second & 0x0F),
                         has_two ? mnc : mnc * 10 + last, has_two ? 2 : 3};
}

/* Any thread. A user location (TS 29.274 8.21, or TS 29.060 7.7.51); false when it has no cell. */
bool octets_read_location(const uint8_t *bytes, size_t length, struct location *location);

/* Any thread. Two octets, big-endian. */
static inline unsigned octets_u16(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}
