/* SPDX-License-Identifier: Apache-2.0
 * A telephone number as one 54-bit integer: the kind in the top 4 bits, the value in the low 50.
 *   mobile, fixed, international  the E.164 digits (country code first, up to 15 digits) as an integer
 *   short, service                the digits as dialled (113, 5656, 18001090)
 *   sender                        the id of an alphanumeric sender in the name table (base/names.h)
 * 0 is "no number". Equal integers are equal subscribers, whatever way they were written. */
#pragma once

#include "simsieve/base/names.h"

enum number_kind {
    NUMBER_NONE,
    NUMBER_MOBILE,        /* Vietnamese mobile, M2M included */
    NUMBER_FIXED,         /* Vietnamese geographic, UAN and other fixed ranges */
    NUMBER_SHORT,         /* 3 to 6 digits: emergency, care, premium SMS */
    NUMBER_SERVICE,       /* 1800 and 1900 */
    NUMBER_INTERNATIONAL, /* any other country code */
    NUMBER_SENDER,        /* alphanumeric sender (brandname) */
    NUMBER_KIND_COUNT
};

#define NUMBER_VALUE_BITS 50
#define NUMBER_BITS       54

/* Longest printed form: a sender name, and its terminating zero. */
#define NUMBER_TEXT_BYTES 48

static inline uint64_t number_make(enum number_kind kind, uint64_t value)
{
    return (uint64_t)kind << NUMBER_VALUE_BITS | value;
}

static inline enum number_kind number_kind(uint64_t number)
{
    return (enum number_kind)(number >> NUMBER_VALUE_BITS);
}

static inline uint64_t number_value(uint64_t number)
{
    return number & (((uint64_t)1 << NUMBER_VALUE_BITS) - 1);
}

/* A service or a brandname, not a person: its SMS are no sign of an answer, and it is no contact. */
static inline bool number_is_service(uint64_t number)
{
    const enum number_kind kind = number_kind(number);
    return kind == NUMBER_SHORT || kind == NUMBER_SERVICE || kind == NUMBER_SENDER;
}

/* Any thread. "mobile", "fixed", ...: the words of rules and reports. */
const char *number_kind_name(enum number_kind kind);

/* Any thread. E.164 without "+", or the digits or the name as they are; returns `buffer`. */
const char *number_format(uint64_t number, const struct names *names, char buffer[static NUMBER_TEXT_BYTES]);

/* Any thread. The same with three digits hidden ("84912***456"), the default for logs and reports; senders,
 * short codes and service numbers belong to no citizen and stay whole. */
const char *number_mask(uint64_t number, const struct names *names, char buffer[static NUMBER_TEXT_BYTES]);
