/* SPDX-License-Identifier: Apache-2.0
 * The memory of legs alone; test_order.c tells whole stories of calls. */
#include "records.h"
#include "simsieve/base/hash.h"
#include "simsieve/order/legs.h"
#include "suite.h"

static struct legs *legs;

static void set_up(void)
{
    legs = legs_create();
}

static void tear_down(void)
{
    legs_destroy(legs);
}

static bool have_counted(enum cdr_type type, int64_t time_ms, uint64_t a, uint64_t b)
{
    const struct cdr record = record_make(type, time_ms, a, b);
    legs_prefetch(legs, &record);
    return legs_have_counted(legs, &record);
}

static bool remember(enum cdr_type type, int64_t time_ms, uint64_t a, uint64_t b)
{
    const struct cdr record = record_make(type, time_ms, a, b);
    return legs_remember(legs, &record);
}

START_TEST(legs_of_one_call_are_recognised)
{
    ck_assert(!have_counted(CDR_MT_CALL, START_MS, MOBILE(1), MOBILE(2)));
    ck_assert(remember(CDR_MT_CALL, START_MS, MOBILE(1), MOBILE(2)));
    ck_assert(have_counted(CDR_MO_CALL, START_MS - 3000, MOBILE(1), MOBILE(2)));
    ck_assert(have_counted(CDR_INC_GATEWAY, START_MS + 3000, MOBILE(1), MOBILE(2)));
}
END_TEST

/* What is no leg of a call A to B, mt_call, at START_MS. */
static const struct {
    enum cdr_type type;
    int64_t after_ms;
    uint64_t a, b;
} others[] = {
    {CDR_MO_CALL, LEG_WINDOW_MS + 1, MOBILE(1), MOBILE(2)},
    {CDR_MO_CALL, -LEG_WINDOW_MS - 1, MOBILE(1), MOBILE(2)},
    {CDR_MT_CALL, 0, MOBILE(1), MOBILE(2)}, /* the same type is another call */
    {CDR_MO_SMS, 0, MOBILE(1), MOBILE(2)},
    {CDR_MO_CALL, 0, MOBILE(2), MOBILE(1)},
    {CDR_MO_CALL, 0, MOBILE(1), MOBILE(3)},
    {CDR_MO_CALL, 0, MOBILE(3), MOBILE(2)},
};

START_TEST(other_calls_are_not_taken_for_legs)
{
    remember(CDR_MT_CALL, START_MS, MOBILE(1), MOBILE(2));
    ck_assert(!have_counted(others[_i].type, START_MS + others[_i].after_ms, others[_i].a, others[_i].b));
}
END_TEST

START_TEST(the_window_includes_its_ends)
{
    remember(CDR_MT_CALL, START_MS, MOBILE(1), MOBILE(2));
    ck_assert(have_counted(CDR_MO_CALL, START_MS + LEG_WINDOW_MS, MOBILE(1), MOBILE(2)));
    ck_assert(have_counted(CDR_TRANSIT, START_MS - LEG_WINDOW_MS, MOBILE(1), MOBILE(2)));
}
END_TEST

START_TEST(two_calls_of_a_pair_stay_two)
{
    remember(CDR_MT_CALL, START_MS, MOBILE(1), MOBILE(2));
    ck_assert(!have_counted(CDR_MT_CALL, START_MS + 10000, MOBILE(1), MOBILE(2)));
    remember(CDR_MT_CALL, START_MS + 10000, MOBILE(1), MOBILE(2));
    ck_assert(have_counted(CDR_MO_CALL, START_MS, MOBILE(1), MOBILE(2)));
    ck_assert(have_counted(CDR_MO_CALL, START_MS + 10000, MOBILE(1), MOBILE(2)));
    ck_assert(!have_counted(CDR_MO_CALL, START_MS + 20000, MOBILE(1), MOBILE(2))); /* a third */
}
END_TEST

START_TEST(a_message_and_a_call_are_apart)
{
    remember(CDR_MT_SMS, START_MS, MOBILE(1), MOBILE(2));
    ck_assert(!have_counted(CDR_MO_CALL, START_MS, MOBILE(1), MOBILE(2)));
    ck_assert(have_counted(CDR_MO_SMS, START_MS, MOBILE(1), MOBILE(2)));
}
END_TEST

/* Of five calls that fall into one set of four the oldest is forgotten; that is told while it may still matter. */
START_TEST(the_oldest_of_a_full_set_is_overwritten)
{
    uint64_t callers[5];
    size_t count = 0;
    const uint64_t b = MOBILE(7), sets = LEGS_MAX / 4;
    for (uint64_t i = 0; count < 5; i++)
        if (hash_fold(hash_fixed(FOREIGN(i)), b) % sets == hash_fold(hash_fixed(FOREIGN(0)), b) % sets)
            callers[count++] = FOREIGN(i);
    for (size_t i = 0; i < 4; i++)
        ck_assert(remember(CDR_MT_CALL, START_MS + (int64_t)i, callers[i], b));
    ck_assert(!remember(CDR_MT_CALL, START_MS + LEG_WINDOW_MS, callers[4], b));
    ck_assert(!have_counted(CDR_MO_CALL, START_MS, callers[0], b));
    for (size_t i = 1; i < 5; i++)
        ck_assert(have_counted(CDR_MO_CALL, START_MS + 10, callers[i], b));
    /* Much later nobody asks for them any more. */
    ck_assert(remember(CDR_MT_CALL, START_MS + HOUR_MS, callers[0], b));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("order/legs");
    TCase *tests = tcase_create("legs");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, legs_of_one_call_are_recognised);
    tcase_add_loop_test(tests, other_calls_are_not_taken_for_legs, 0, ARRAY_COUNT(others));
    tcase_add_test(tests, the_window_includes_its_ends);
    tcase_add_test(tests, two_calls_of_a_pair_stay_two);
    tcase_add_test(tests, a_message_and_a_call_are_apart);
    tcase_add_test(tests, the_oldest_of_a_full_set_is_overwritten);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
