/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/calendar.h"
#include "suite.h"

#include <string.h>

static const struct {
    const char *text;
    enum calendar_status status;
    int64_t time_ms;
} writings[] = {
    {"2024-12-09T08:15:30+07:00", CALENDAR_OK, INT64_C(1733706930000)},
    {"2024-12-09T01:15:30Z", CALENDAR_OK, INT64_C(1733706930000)},
    {"2024-12-09t01:15:30z", CALENDAR_OK, INT64_C(1733706930000)},
    {"2024-12-09 01:15:30.25Z", CALENDAR_OK, INT64_C(1733706930250)},
    {"2024-12-09T01:15:30.250999Z", CALENDAR_OK, INT64_C(1733706930250)},
    {"2024-12-08T20:15:30-05:00", CALENDAR_OK, INT64_C(1733706930000)},
    {"2000-01-01T00:00:00Z", CALENDAR_OK, TIME_MIN_MS},
    {"2024-02-29T00:00:00Z", CALENDAR_OK, INT64_C(1709164800000)},
    {"1733706930000", CALENDAR_OK, INT64_C(1733706930000)},
    {"1999-12-31T23:59:59Z", CALENDAR_OUT_OF_RANGE, 0},
    {"2100-01-01T00:00:00Z", CALENDAR_OUT_OF_RANGE, 0},
    {"1733706930", CALENDAR_OUT_OF_RANGE, 0}, /* seconds, not milliseconds */
    {"0", CALENDAR_OUT_OF_RANGE, 0},
    {"2024-12-09T08:15:30", CALENDAR_NO_OFFSET, 0},
    {"2023-02-29T00:00:00Z", CALENDAR_MALFORMED, 0},
    {"2024-13-01T00:00:00Z", CALENDAR_MALFORMED, 0},
    {"2024-12-09T24:00:00Z", CALENDAR_MALFORMED, 0},
    {"2024-12-09T08:15:30+7:00", CALENDAR_MALFORMED, 0},
    {"2024-12-09T08:15:30.Z", CALENDAR_MALFORMED, 0},
    {"2024-12-09", CALENDAR_MALFORMED, 0},
    {"yesterday", CALENDAR_MALFORMED, 0},
    {"-1733706930000", CALENDAR_MALFORMED, 0},
    {"99999999999999999999999999", CALENDAR_MALFORMED, 0},
    {"", CALENDAR_MALFORMED, 0},
};

START_TEST(a_writing_is_read_or_refused_for_its_reason)
{
    int64_t time_ms = 0;
    ck_assert_int_eq(calendar_parse(writings[_i].text, strlen(writings[_i].text), &time_ms),
                     writings[_i].status);
    if (writings[_i].status == CALENDAR_OK)
        ck_assert_int_eq(time_ms, writings[_i].time_ms);
}
END_TEST

START_TEST(what_is_formatted_reads_back)
{
    char buffer[CALENDAR_TEXT_BYTES];
    for (int64_t time_ms = TIME_MIN_MS; time_ms < TIME_MAX_MS; time_ms += 1234567890123 / 97) {
        int64_t again = 0;
        calendar_format(time_ms, buffer);
        ck_assert_int_eq(calendar_parse(buffer, strlen(buffer), &again), CALENDAR_OK);
        ck_assert_int_eq(again, time_ms);
    }
    ck_assert_str_eq(calendar_format(INT64_C(1733706930000), buffer), "2024-12-09T08:15:30+07:00");
    ck_assert_str_eq(calendar_format(INT64_C(1733706930007), buffer), "2024-12-09T08:15:30.007+07:00");
}
END_TEST

START_TEST(every_day_of_four_centuries_follows_the_one_before)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t before_ms = 0, time_ms;
    ck_assert(calendar_instant((struct calendar_date){1899, 12, 31}, 0, 0, 0, 0, &before_ms));
    for (int year = 1900; year < 2300; year++)
        for (int month = 1; month <= 12; month++) {
            const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            const int length = lengths[month - 1] + (month == 2 && is_leap);
            for (int day = 1; day <= length; day++, before_ms = time_ms) {
                REQUIRE(calendar_instant((struct calendar_date){year, month, day}, 0, 0, 0, 0, &time_ms));
                REQUIRE(time_ms == before_ms + DAY_MS);
            }
            REQUIRE(!calendar_instant((struct calendar_date){year, month, length + 1}, 0, 0, 0, 0, &time_ms));
            REQUIRE(!calendar_instant((struct calendar_date){year, month, 0}, 0, 0, 0, 0, &time_ms));
        }
    ck_assert(calendar_instant((struct calendar_date){1970, 1, 1}, 7, 0, 0, LOCAL_OFFSET_MS, &time_ms));
    ck_assert_int_eq(time_ms, 0);
    ck_assert(!calendar_instant((struct calendar_date){2025, 13, 1}, 0, 0, 0, 0, &time_ms));
    ck_assert(!calendar_instant((struct calendar_date){2025, 1, 1}, 24, 0, 0, 0, &time_ms));
    ck_assert(!calendar_instant((struct calendar_date){2025, 1, 1}, 0, 60, 0, 0, &time_ms));
    ck_assert(!calendar_instant((struct calendar_date){2025, 1, 1}, 0, 0, 61, 0, &time_ms));
}
END_TEST

START_TEST(a_local_day_begins_at_17_utc)
{
    struct calendar_date date;
    int64_t since_ms;
    ck_assert(calendar_parse_date("2024-12-09", 10, &date));
    const int64_t midnight_ms = calendar_local_midnight_ms(date);
    ck_assert_int_eq(midnight_ms, INT64_C(1733677200000)); /* 2024-12-08T17:00:00Z */
    date = calendar_local_date(midnight_ms - 1, &since_ms);
    ck_assert_int_eq(date.day, 8);
    ck_assert_int_eq(since_ms, DAY_MS - 1);
    ck_assert_int_eq(calendar_local_hour(midnight_ms), 0);
    ck_assert_int_eq(calendar_local_hour(midnight_ms - 1), 23);
    ck_assert(!calendar_parse_date("2024-02-30", 10, &date));
    ck_assert(!calendar_parse_date("2024-2-3", 8, &date));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/calendar");
    TCase *tests = tcase_create("calendar");
    tcase_add_loop_test(tests, a_writing_is_read_or_refused_for_its_reason, 0, ARRAY_COUNT(writings));
    tcase_add_test(tests, what_is_formatted_reads_back);
    tcase_add_test(tests, every_day_of_four_centuries_follows_the_one_before);
    tcase_add_test(tests, a_local_day_begins_at_17_utc);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
