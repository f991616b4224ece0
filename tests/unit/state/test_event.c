/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/state/event.h"

#include "chance.h"
#include "records.h"
#include "suite.h"

#define WRAP_MS (INT64_C(1) << 36)

START_TEST(an_event_gives_back_what_it_was_made_of)
{
    chance_begin(1);
    for (unsigned i = 0; i < 100000; i++) {
        const uint64_t number = draw(UINT64_C(1) << 54), identity = draw(UINT64_C(1) << EVENT_IDENTITY_BITS);
        const unsigned flags = (unsigned)draw(64);
        const uint32_t duration_s = (uint32_t)draw(EVENT_DURATION_S_MAX + 1);
        const int64_t time_ms = START_MS + (int64_t)draw(1000 * (uint64_t)DAY_MS);
        const int64_t newest_ms = time_ms + (int64_t)draw((uint64_t)WRAP_MS);
        const struct event event = event_make(number, flags, time_ms, duration_s, identity);
        REQUIRE(event_number(&event) == number);
        REQUIRE(event_flags(&event) == flags);
        REQUIRE(event_duration_s(&event) == duration_s);
        REQUIRE(event_identity(&event) == identity);
        REQUIRE(event_time_ms(&event, newest_ms) == time_ms);
    }
}
END_TEST

START_TEST(a_conversation_longer_than_the_field_reads_as_the_longest)
{
    const struct event event = event_make(MOBILE(1), EVENT_OUT, START_MS, UINT32_MAX, 5);
    ck_assert_uint_eq(event_duration_s(&event), EVENT_DURATION_S_MAX);
    ck_assert_uint_eq(event_identity(&event), 5);
}
END_TEST

START_TEST(times_are_read_back_for_795_days)
{
    const struct event event = event_make(MOBILE(1), EVENT_OUT, START_MS, 0, 0);
    ck_assert_int_eq(event_time_ms(&event, START_MS), START_MS);
    ck_assert_int_eq(event_time_ms(&event, START_MS + WRAP_MS - 1), START_MS);
    ck_assert_int_eq(event_time_ms(&event, START_MS + WRAP_MS), START_MS + WRAP_MS);
    ck_assert_int_ge(WRAP_MS / DAY_MS, 795);
}
END_TEST

START_TEST(only_an_event_of_nobody_without_flags_is_empty)
{
    const struct event none = {0}, of_nobody = event_make(0, EVENT_SMS, START_MS, 0, 0);
    const struct event of_somebody = event_make(1, 0, 0, 0, 0);
    ck_assert(event_is_empty(&none));
    ck_assert(!event_is_empty(&of_nobody));
    ck_assert(!event_is_empty(&of_somebody));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("state/event");
    TCase *tests = tcase_create("event");
    tcase_add_test(tests, an_event_gives_back_what_it_was_made_of);
    tcase_add_test(tests, a_conversation_longer_than_the_field_reads_as_the_longest);
    tcase_add_test(tests, times_are_read_back_for_795_days);
    tcase_add_test(tests, only_an_event_of_nobody_without_flags_is_empty);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
