/* SPDX-License-Identifier: Apache-2.0
 * Numbers, times and places as switches write them, appended as the texts that decode_fields reads. Nothing here
 * judges: what is no digit becomes a character that the numbering plan or the calendar refuses. */
#pragma once

#include "simsieve/base/text.h"

/* How an address lies in its octets. */
enum address_style {
    ADDRESS_3GPP,     /* TS 24.008 and 29.002: type of number, maybe an octet of presentation, TBCD digits */
    ADDRESS_TP,       /* TS 23.040: the same, maybe with a count of digits before it */
    ADDRESS_HUAWEI,   /* names are ASCII with its halves swapped */
    ADDRESS_ERICSSON, /* type of number in the whole upper half; 14 is a name */
};

/* Any thread. Digits, the lower half of an octet first, up to the filler (TS 29.002 TBCD-STRING). */
void octets_add_tbcd(struct text *text, const uint8_t *bytes, size_t length);

/* Any thread. The same, the upper half first (roaming files: TD.57 BCDString). */
void octets_add_bcd(struct text *text, const uint8_t *bytes, size_t length);

/* Any thread. A number with what its type of number says about it ("+84981234567", "0981234567", "113"), or an
 * alphanumeric sender as UTF-8. */
void octets_add_address(struct text *text, enum address_style style, const uint8_t *bytes, size_t length);

/* Any thread. A number of `count` digits of the given type (TS 24.008: 1 international, 2 national). */
void octets_add_number(struct text *text, unsigned type_of_number, const char *digits, size_t count);

/* Any thread. The digits of an address alone: the name of a switch. */
void octets_add_address_digits(struct text *text, const uint8_t *bytes, size_t length);

/* Any thread. A time stamp of TS 32.298 (YYMMDDhhmmss and an offset), or its first six octets alone, which are taken
 * as local time. */
void octets_add_time(struct text *text, const uint8_t *bytes, size_t length);

/* Any thread. The instant of the same; false when it is none. */
bool octets_time_ms(const uint8_t *bytes, size_t length, int64_t *time_ms);

/* Any thread. "MCC-MNC" of three octets (TS 24.008 10.5.1.3). */
void octets_add_plmn(struct text *text, const uint8_t plmn[static 3]);

/* Any thread. "MCC-MNC" of the network that a cell without one belongs to: the one that wrote the record, which is the
 * subscriber's when that is Vietnamese. False, and nothing added, when it is not known. */
bool octets_add_home_plmn(struct text *text, struct slice imsi);

/* Any thread. "-area-cell", both big-endian of up to 8 octets. */
void octets_add_area_and_cell(struct text *text, uint64_t area, uint64_t cell);

/* Any thread. A user location (TS 29.274 8.21, or TS 29.060 7.7.51) as a whole cell; nothing when it has none. */
void octets_add_user_location(struct text *text, const uint8_t *bytes, size_t length);

/* Any thread. A decimal number. */
void octets_add_decimal(struct text *text, uint64_t value);

/* Any thread. Two octets, big-endian. */
static inline unsigned octets_u16(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}
