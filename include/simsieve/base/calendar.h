/* SPDX-License-Identifier: Apache-2.0
 * Event time: milliseconds since 1970-01-01 UTC, and its RFC 3339 form. Local time is UTC+7 all year
 * (Viet Nam has no summer time). */
#pragma once

#include "simsieve/base/check.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

#define LOCAL_OFFSET_MS (7 * HOUR_MS)

/* Event times outside [2000-01-01, 2100-01-01) UTC are damage, not history. */
#define TIME_MIN_MS INT64_C(946684800000)
#define TIME_MAX_MS INT64_C(4102444800000)

/* "2024-12-09T08:15:30.250+07:00" and its terminating zero. */
#define CALENDAR_TEXT_BYTES 32

enum calendar_status {
    CALENDAR_OK,
    CALENDAR_MALFORMED,   /* neither RFC 3339 nor digits */
    CALENDAR_NO_OFFSET,   /* RFC 3339 without Z or +hh:mm: the instant is not known */
    CALENDAR_OUT_OF_RANGE /* well formed, not within TIME_MIN_MS..TIME_MAX_MS */
};

struct calendar_date {
    int year;
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
};

/* Any thread. Reads RFC 3339 with an offset ("T" or a space between date and time, any number of fraction
 * digits, cut to milliseconds), or epoch milliseconds in digits. */
enum calendar_status calendar_parse(const char *text, size_t length, int64_t *time_ms);

/* Any thread. The instant of a date and a time of day at an offset, in range or not; false when no calendar or clock
 * shows it (second 60 is a leap second's). */
bool calendar_instant(struct calendar_date date, int hour, int minute, int second, int64_t offset_ms,
                      int64_t *time_ms);

static inline bool calendar_is_in_range(int64_t time_ms)
{
    return time_ms >= TIME_MIN_MS && time_ms < TIME_MAX_MS;
}

/* Any thread. Reads "YYYY-MM-DD". */
bool calendar_parse_date(const char *text, size_t length, struct calendar_date *date);

/* Any thread. The first millisecond of a local (UTC+7) date. */
int64_t calendar_local_midnight_ms(struct calendar_date date);

/* Any thread. The local (UTC+7) date and the milliseconds since its midnight. */
struct calendar_date calendar_local_date(int64_t time_ms, int64_t *since_midnight_ms);

/* Any thread. Writes RFC 3339 at +07:00, milliseconds only when there are some; returns `buffer`. */
const char *calendar_format(int64_t time_ms, char buffer[static CALENDAR_TEXT_BYTES]);

/* Any thread. Hour of the local day, 0 to 23. */
static inline int calendar_local_hour(int64_t time_ms)
{
    return (int)(((time_ms + LOCAL_OFFSET_MS) / HOUR_MS) % 24);
}
