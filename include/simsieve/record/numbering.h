/* SPDX-License-Identifier: Apache-2.0
 * The numbering plan: from a number as somebody wrote it to the integer of number.h. What ranges exist, since
 * when and until when, is data (conf/numbering/): prefixes change and are renumbered, code does not. */
#pragma once

#include "simsieve/base/calendar.h"
#include "simsieve/record/number.h"

/* A time for what has none of its own (a list): the plan as it is known to become. */
#define NUMBERING_TIME_NEWEST_MS (TIME_MAX_MS - 1)

/* Why a writing is no number. Each is a word of decode/reasons.def with "a_" or "b_" before it. */
enum numbering_status {
    NUMBERING_OK,
    NUMBERING_EMPTY,
    NUMBERING_BAD_CHARACTER,   /* neither digits and separators nor an alphanumeric sender */
    NUMBERING_TOO_SHORT,       /* fewer digits than its prefix has */
    NUMBERING_TOO_LONG,        /* more digits than its prefix has, or than E.164 allows (15) */
    NUMBERING_UNKNOWN_PREFIX,  /* no such range in the plan */
    NUMBERING_NOT_IN_USE,      /* the range was not valid at that time */
    NUMBERING_AMBIGUOUS,       /* bare digits that may be a national or a foreign number: write "+" */
    NUMBERING_SENDER_TOO_LONG, /* an alphanumeric sender has at most 11 characters (TS 23.040 9.1.2.5) */
    NUMBERING_NAMES_FULL,      /* the name table has reached its limit */
    NUMBERING_STATUS_COUNT
};

/* Digits with their leading zeros: 0912 is {912, 4}. */
struct digits {
    uint64_t value;
    unsigned count; /* up to DIGITS_COUNT_MAX, so that the value fits; above it the value is nobody's */
};

#define DIGITS_COUNT_MAX 19

/* What is known of digits beside themselves (TS 24.008 10.5.4.7 type of number). */
enum digits_form {
    DIGITS_AS_DIALLED,
    DIGITS_NATIONAL,     /* without the country code 84; with a leading 0: as dialled */
    DIGITS_INTERNATIONAL /* they begin with a country code */
};

struct numbering;

/* Start-up only. Loads every table of `folder` (conf/numbering/README.md describes them). NULL and
 * ERROR_CONFIG, ERROR_NO_INPUT with the file, line and column in `error`. */
struct numbering *numbering_load(const char *folder, struct error *error);
void numbering_destroy(struct numbering *numbering);

/* Any thread. Reads `length` bytes in any Vietnamese or international writing ("0912.345.678", "84912345678",
 * "+84 912 345 678", "0084...", "(0215) 3925.113", "113", "1800 1090", "VIETCOMBANK") as it was valid at
 * `time_ms`; a number renumbered since is returned in its new form. Bound: one pass over the bytes and one
 * table walk. Allocates nothing; a sender is interned in `names`. With `names` NULL a sender is
 * NUMBERING_BAD_CHARACTER. On refusal `number` is as it was. */
enum numbering_status numbering_parse(const struct numbering *numbering, struct names *names,
                                      const char *bytes, size_t length, int64_t time_ms, uint64_t *number);

/* Any thread. The same of a number that comes as digits. Bound: one table walk. */
enum numbering_status numbering_resolve(const struct numbering *numbering, struct digits digits,
                                        enum digits_form form, int64_t time_ms, uint64_t *number);

/* Any thread. One sentence a person can act on, for each status. */
const char *numbering_status_text(enum numbering_status status);

/* Any thread. Province code (of the 34) of a fixed number's area, 0 when there is none. */
unsigned numbering_province(const struct numbering *numbering, uint64_t number);

/* Any thread. Who the block was allocated to ("Viettel"); with number portability not who serves it now.
 * NULL when the plan does not say. */
const char *numbering_block_holder(const struct numbering *numbering, uint64_t number);
