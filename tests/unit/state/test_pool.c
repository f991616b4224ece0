/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/state/pool.h"

#include "suite.h"

#include <string.h>

static struct error error;
static struct pool pool;

static void open_slots(uint32_t count)
{
    ck_assert_int_eq(pool_open(&pool, count, false, &error), ERROR_OK);
}

START_TEST(runs_come_zeroed_also_when_they_were_used_before)
{
    static const char zeroes[8 * CACHE_LINE_BYTES];
    open_slots(100);
    const uint32_t first = pool_take(&pool, 3);
    ck_assert_uint_gt(first, 0);
    ck_assert_mem_eq(pool_at(&pool, first), zeroes, sizeof(zeroes));
    memset(pool_at(&pool, first), 0xFF, sizeof(zeroes));
    pool_give(&pool, first, 3);
    ck_assert_uint_eq(pool_take(&pool, 3), first);
    ck_assert_mem_eq(pool_at(&pool, first), zeroes, sizeof(zeroes));
    pool_close(&pool);
}
END_TEST

START_TEST(what_is_given_back_is_taken_last_first_and_by_its_own_size)
{
    open_slots(100);
    const uint32_t a = pool_take(&pool, 0), b = pool_take(&pool, 0), pair = pool_take(&pool, 1);
    ck_assert_uint_eq(pool.slots_used, 4);
    pool_give(&pool, a, 0);
    pool_give(&pool, b, 0);
    pool_give(&pool, pair, 1);
    ck_assert_uint_eq(pool.slots_used, 0);
    ck_assert_uint_eq(pool_take(&pool, 1), pair);
    ck_assert_uint_eq(pool_take(&pool, 0), b);
    ck_assert_uint_eq(pool_take(&pool, 0), a);
    pool_close(&pool);
}
END_TEST

START_TEST(an_empty_pool_gives_0_and_goes_on_when_something_comes_back)
{
    open_slots(9); /* slot 0 is nobody's */
    uint32_t last = 0;
    for (unsigned i = 0; i < 8; i++) {
        last = pool_take(&pool, 0);
        ck_assert_uint_gt(last, 0);
    }
    ck_assert_uint_eq(pool_take(&pool, 0), 0);
    ck_assert_uint_eq(pool_take(&pool, 1), 0);
    ck_assert_uint_eq(pool.slots_used, 8);
    pool_give(&pool, last, 0);
    ck_assert_uint_eq(pool_take(&pool, 1), 0);
    ck_assert_uint_eq(pool_take(&pool, 0), last);
    pool_close(&pool);
}
END_TEST

START_TEST(a_run_that_does_not_fit_leaves_room_for_one_that_does)
{
    open_slots(6);
    ck_assert_uint_eq(pool_take(&pool, 3), 0);
    ck_assert_uint_gt(pool_take(&pool, 2), 0);
    ck_assert_uint_gt(pool_take(&pool, 0), 0);
    ck_assert_uint_eq(pool_take(&pool, 0), 0);
    pool_close(&pool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("state/pool");
    TCase *tests = tcase_create("pool");
    tcase_add_test(tests, runs_come_zeroed_also_when_they_were_used_before);
    tcase_add_test(tests, what_is_given_back_is_taken_last_first_and_by_its_own_size);
    tcase_add_test(tests, an_empty_pool_gives_0_and_goes_on_when_something_comes_back);
    tcase_add_test(tests, a_run_that_does_not_fit_leaves_room_for_one_that_does);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
