/* SPDX-License-Identifier: Apache-2.0
 * Civil dates by the day-count arithmetic of the proleptic Gregorian calendar (Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms", 2021): no table, no locale, no time zone database. */
#include "simsieve/base/calendar.h"

#include "simsieve/base/text.h"

#include <stdio.h>

#define EPOCH_DIGITS_MAX 18

static inline int64_t days_from_civil(int year, int month, int day)
{
    /* Years begin in March, and one era of 400 later so that none is negative. */
    const unsigned years = (unsigned)(year + 400 - (month <= 2)), centuries = years / 100;
    const unsigned day_of_year = (153 * (unsigned)(month + (month > 2 ? -3 : 9)) + 2) / 5 + (unsigned)day - 1;
    return (int64_t)(years * 365 + years / 4 - centuries + centuries / 4 + day_of_year) - 146097 - 719468;
}

static struct calendar_date civil_from_days(int64_t days)
{
    days += 719468;
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const int day_of_era = (int)(days - era * 146097);
    const int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int month_index = (5 * day_of_year + 2) / 153;
    struct calendar_date date;
    date.day = day_of_year - (153 * month_index + 2) / 5 + 1;
    date.month = month_index < 10 ? month_index + 3 : month_index - 9;
    date.year = (int)(year_of_era + era * 400) + (date.month <= 2);
    return date;
}

/* Two digits at `text`; adds to `wrong` when one is none. Straight-line: every record has a time. */
static inline int pair(const char *text, unsigned *wrong)
{
    const unsigned tens = (unsigned char)text[0] - '0', ones = (unsigned char)text[1] - '0';
    *wrong |= (tens > 9) | (ones > 9);
    return (int)(tens * 10 + ones);
}

static bool is_date(int year, int month, int day)
{
    static const int month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1)
        return false;
    if (likely(day <= 28))
        return true;
    if (day > month_days[month - 1])
        return false;
    const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return !(month == 2 && day == 29 && !is_leap);
}

static bool is_clock(int hour, int minute, int second)
{
    return hour <= 23 && minute <= 59 && second <= 60;
}

/* Of a date and a time of day that exist. */
static int64_t local_ms(struct calendar_date date, int hour, int minute, int second)
{
    return days_from_civil(date.year, date.month, date.day) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS +
           second * SECOND_MS;
}

bool calendar_instant(struct calendar_date date, int hour, int minute, int second, int64_t offset_ms,
                      int64_t *time_ms)
{
    if (!is_date(date.year, date.month, date.day) || !is_clock(hour, minute, second))
        return false;
    *time_ms = local_ms(date, hour, minute, second) - offset_ms;
    return true;
}

bool calendar_parse_date(const char *text, size_t length, struct calendar_date *date)
{
    unsigned wrong = 0;
    if (length != 10 || text[4] != '-' || text[7] != '-')
        return false;
    date->year = pair(text, &wrong) * 100 + pair(text + 2, &wrong);
    date->month = pair(text + 5, &wrong);
    date->day = pair(text + 8, &wrong);
    return !wrong && is_date(date->year, date->month, date->day);
}

static enum calendar_status in_range(int64_t value_ms, int64_t *time_ms)
{
    if (!calendar_is_in_range(value_ms))
        return CALENDAR_OUT_OF_RANGE;
    *time_ms = value_ms;
    return CALENDAR_OK;
}

static enum calendar_status parse_epoch(const char *text, size_t length, int64_t *time_ms)
{
    uint64_t value;
    if (length > EPOCH_DIGITS_MAX || !text_parse_u64(text, length, INT64_MAX, &value))
        return CALENDAR_MALFORMED;
    return in_range((int64_t)value, time_ms);
}

/* The offset at `text`: "Z", "+hh:mm" or "-hh:mm". */
static enum calendar_status parse_offset(const char *text, size_t length, int64_t *offset_ms)
{
    if (length == 0)
        return CALENDAR_NO_OFFSET;
    if (length == 1 && (text[0] == 'Z' || text[0] == 'z')) {
        *offset_ms = 0;
        return CALENDAR_OK;
    }
    if (length != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
        return CALENDAR_MALFORMED;
    unsigned wrong = 0;
    const int hour = pair(text + 1, &wrong), minute = pair(text + 4, &wrong);
    if (wrong || hour > 23 || minute > 59)
        return CALENDAR_MALFORMED;
    *offset_ms = (hour * HOUR_MS + minute * MINUTE_MS) * (text[0] == '-' ? -1 : 1);
    return CALENDAR_OK;
}

enum calendar_status calendar_parse(const char *text, size_t length, int64_t *time_ms)
{
    struct calendar_date date;
    if (length < 19 || !calendar_parse_date(text, 10, &date))
        return length > 0 ? parse_epoch(text, length, time_ms) : CALENDAR_MALFORMED;
    if ((text[10] != 'T' && text[10] != 't' && text[10] != ' ') || text[13] != ':' || text[16] != ':')
        return CALENDAR_MALFORMED;
    unsigned wrong = 0;
    const int hour = pair(text + 11, &wrong), minute = pair(text + 14, &wrong),
              second = pair(text + 17, &wrong);
    if (wrong || !is_clock(hour, minute, second))
        return CALENDAR_MALFORMED;
    size_t at = 19;
    int fraction_ms = 0;
    if (at < length && (text[at] == '.' || text[at] == ',')) {
        int scale = 100;
        const size_t first = ++at;
        for (; at < length && (unsigned char)(text[at] - '0') <= 9; at++, scale /= 10)
            fraction_ms += (text[at] - '0') * scale;
        if (at == first)
            return CALENDAR_MALFORMED;
    }
    int64_t offset_ms;
    const enum calendar_status status = parse_offset(text + at, length - at, &offset_ms);
    if (status != CALENDAR_OK)
        return status;
    return in_range(local_ms(date, hour, minute, second) + fraction_ms - offset_ms, time_ms);
}

int64_t calendar_local_midnight_ms(struct calendar_date date)
{
    return days_from_civil(date.year, date.month, date.day) * DAY_MS - LOCAL_OFFSET_MS;
}

struct calendar_date calendar_local_date(int64_t time_ms, int64_t *since_midnight_ms)
{
    const int64_t shown_ms = time_ms + LOCAL_OFFSET_MS;
    const int64_t days = shown_ms >= 0 ? shown_ms / DAY_MS : -((DAY_MS - 1 - shown_ms) / DAY_MS);
    *since_midnight_ms = shown_ms - days * DAY_MS;
    return civil_from_days(days);
}

const char *calendar_format(int64_t time_ms, char buffer[static CALENDAR_TEXT_BYTES])
{
    int64_t rest_ms;
    const struct calendar_date date = calendar_local_date(time_ms, &rest_ms);
    const unsigned ms = (unsigned)rest_ms;
    const int length =
        snprintf(buffer, CALENDAR_TEXT_BYTES, "%04d-%02d-%02dT%02u:%02u:%02u", date.year % 10000,
                 date.month % 100, date.day % 100, ms / 3600000 % 24, ms / 60000 % 60, ms / 1000 % 60);
    if (ms % 1000)
        snprintf(buffer + length, CALENDAR_TEXT_BYTES - (size_t)length, ".%03u+07:00", ms % 1000);
    else
        snprintf(buffer + length, CALENDAR_TEXT_BYTES - (size_t)length, "+07:00");
    return buffer;
}
