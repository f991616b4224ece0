/* SPDX-License-Identifier: Apache-2.0
 * What one thread sees of a cursor; tests/concurrency/test_cursor.c has the others. */
#include "simsieve/base/clock.h"
#include "simsieve/base/cursor.h"
#include "suite.h"

START_TEST(a_cursor_begins_at_zero_and_goes_forward)
{
    struct cursor cursor = {0};
    ck_assert_uint_eq(cursor_get(&cursor), 0);
    cursor_advance(&cursor, 1);
    cursor_advance(&cursor, 7);
    ck_assert_uint_eq(cursor_get(&cursor), 7);
}
END_TEST

START_TEST(who_waits_for_what_has_happened_does_not_wait)
{
    struct cursor cursor = {0};
    cursor_advance(&cursor, 5);
    const uint64_t before_ns = clock_monotonic_ns();
    ck_assert_uint_eq(cursor_await(&cursor, 4, 60000), 5);
    ck_assert_uint_eq(cursor_await(&cursor, 0, 60000), 5);
    ck_assert_uint_lt(clock_monotonic_ns() - before_ns, UINT64_C(30000000000));
    ck_assert_uint_eq(cursor.sleepers, 0);
}
END_TEST

START_TEST(a_wait_for_nothing_ends)
{
    struct cursor cursor = {0};
    cursor_advance(&cursor, 5);
    const uint64_t before_ns = clock_monotonic_ns();
    ck_assert_uint_eq(cursor_await(&cursor, 5, 30), 5);
    ck_assert_uint_ge(clock_monotonic_ns() - before_ns, 30000000);
    ck_assert_uint_eq(cursor_await(&cursor, 5, 0), 5);
    ck_assert_uint_eq(cursor_await(&cursor, 9, 0), 5);
    ck_assert_uint_eq(cursor.sleepers, 0);
}
END_TEST

START_TEST(values_above_32_bits_are_told_apart)
{
    struct cursor cursor = {0};
    cursor_advance(&cursor, UINT64_C(1) << 32);
    ck_assert_uint_eq(cursor_await(&cursor, 0, 60000), UINT64_C(1) << 32);
    cursor_advance(&cursor, (UINT64_C(1) << 32) + 1);
    ck_assert_uint_eq(cursor_await(&cursor, UINT64_C(1) << 32, 60000), (UINT64_C(1) << 32) + 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/cursor");
    TCase *tests = tcase_create("cursor");
    tcase_add_test(tests, a_cursor_begins_at_zero_and_goes_forward);
    tcase_add_test(tests, who_waits_for_what_has_happened_does_not_wait);
    tcase_add_test(tests, a_wait_for_nothing_ends);
    tcase_add_test(tests, values_above_32_bits_are_told_apart);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
