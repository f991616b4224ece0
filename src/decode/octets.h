/* SPDX-License-Identifier: Apache-2.0
 * Numbers, times and places as switches write them, as values, and names as texts. Nothing here judges beyond whether octets
 * can be read at all: what a number or a time is worth is for the numbering plan and decode_columns to say. */
#pragma once

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

/* How an address lies in its octets. */
enum address_style {
    ADDRESS_3GPP,     /* TS 24.008 and 29.002: type of number, maybe an octet of presentation, TBCD digits */
    ADDRESS_TP,       /* TS 23.040: the same, maybe with a count of digits before it */
    ADDRESS_HUAWEI,   /* names are ASCII with its halves swapped */
    ADDRESS_ERICSSON, /* type of number in the whole upper half; 14 is a name */
};

/* Any thread. Digits, the lower half of an octet first, up to the filler (TS 29.002 TBCD-STRING). */
struct signalled octets_tbcd(const uint8_t *bytes, size_t length);

/* Any thread. The same, the upper half first (roaming files: TD.57 BCDString). */
struct signalled octets_bcd(const uint8_t *bytes, size_t length);

/* Any thread. The same digits as a number of the given type (TS 24.008: 1 international, 2 national). */
struct signalled octets_number(struct signalled digits, unsigned type_of_number);

/* Any thread. The number of an address with what its type of number says about it; no digits when the address is empty or an
 * alphanumeric sender. */
struct signalled octets_address(enum address_style style, const uint8_t *bytes, size_t length);

/* Any thread. Appends the name of an address that is one, as UTF-8. */
void octets_add_sender(struct text *text, enum address_style style, const uint8_t *bytes, size_t length);

/* Any thread. Appends digits, a star for what is none: the name of a switch. */
void octets_add_tbcd(struct text *text, const uint8_t *bytes, size_t length);

/* Any thread. The instant of a time stamp of TS 32.298 (YYMMDDhhmmss and an offset), or of its first six octets alone, which
 * are taken as local time; false when it is none. */
bool octets_time_ms(const uint8_t *bytes, size_t length, int64_t *time_ms);

/* Any thread. A network of three octets (TS 24.008 10.5.1.3). */
struct plmn octets_plmn(const uint8_t plmn[static 3]);

/* Any thread. A user location (TS 29.274 8.21, or TS 29.060 7.7.51); false when it has no cell. */
bool octets_read_location(const uint8_t *bytes, size_t length, struct location *location);

/* Any thread. Two octets, big-endian. */
static inline unsigned octets_u16(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}
