/* SPDX-License-Identifier: Apache-2.0
 * The curves against what mathematics says of them; the draws are fixed, so the bounds are too. */
#include "../../../src/tools/generate/curves.h"
#include "../../../src/tools/generate/rhythm.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>

#define DRAWS 100000

START_TEST(a_logarithm_is_near_the_true_one)
{
    for (uint32_t value = 1; value < UINT32_MAX / 3; value = value * 2 + value / 7 + 1) {
        const double error = log2(value) * Q16_ONE - curve_log2(value);
        ck_assert_double_ge(error, -1);
        ck_assert_double_le(error, 4);
    }
    ck_assert_uint_eq(curve_log2(1), 0);
    ck_assert_uint_eq(curve_log2(UINT32_MAX), 32 * Q16_ONE - 1);
}
END_TEST

START_TEST(a_power_is_near_the_true_one)
{
    for (int32_t exponent = -4 * Q16_ONE; exponent < 32 * Q16_ONE; exponent += 9973) {
        const double truth = exp2((double)exponent / Q16_ONE) * Q16_ONE;
        ck_assert_double_le(fabs((double)curve_exp2(exponent) - truth), 1 + truth / 50000);
    }
    ck_assert_uint_eq(curve_exp2(0), Q16_ONE);
    ck_assert_uint_eq(curve_exp2(10 * Q16_ONE), 1024 * Q16_ONE);
    ck_assert_uint_eq(curve_exp2(-Q16_ONE), Q16_ONE / 2);
}
END_TEST

START_TEST(draws_stay_within_their_limits_and_reach_them)
{
    struct chance chance = chance_make(1, PURPOSE_LIVE, 2, 3);
    bool low = false, high = false;
    for (int i = 0; i < DRAWS; i++) {
        const int64_t value = chance_between(&chance, -3, 4);
        ck_assert(value >= -3 && value <= 4);
        low = low || value == -3;
        high = high || value == 4;
    }
    ck_assert(low && high);
    ck_assert_uint_eq(chance_below(&chance, 0), 0);
    ck_assert_int_eq(chance_between(&chance, 7, 7), 7);
    ck_assert(!chance_permille(&chance, 0));
    ck_assert(chance_permille(&chance, 1000));
}
END_TEST

START_TEST(streams_of_different_purposes_differ)
{
    const struct chance base = chance_make(1, PURPOSE_LIVE, 2, 3);
    ck_assert_uint_ne(base.state, chance_make(2, PURPOSE_LIVE, 2, 3).state);
    ck_assert_uint_ne(base.state, chance_make(1, PURPOSE_FOUND, 2, 3).state);
    ck_assert_uint_ne(base.state, chance_make(1, PURPOSE_LIVE, 3, 3).state);
    ck_assert_uint_ne(base.state, chance_make(1, PURPOSE_LIVE, 2, 4).state);
    ck_assert_uint_eq(base.state, chance_make(1, PURPOSE_LIVE, 2, 3).state);
}
END_TEST

START_TEST(a_waiting_time_has_its_mean)
{
    struct chance chance = chance_make(1, PURPOSE_LIVE, 0, 0);
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
        const int64_t value = curve_exponential(&chance, 60000);
        ck_assert_int_ge(value, 0);
        sum += (double)value;
    }
    ck_assert_double_eq_tol(sum / DRAWS, 60000, 600);
    ck_assert_int_eq(curve_exponential(&chance, 0), 0);
}
END_TEST

START_TEST(a_poisson_count_has_its_mean_and_as_much_variance)
{
    static const uint32_t means_permille[] = {0, 50, 3000, 39000, 41000, 300000};
    struct chance chance = chance_make(1, PURPOSE_LIVE, 0, 1);
    const double mean = means_permille[_i] / 1000.0;
    double sum = 0, squares = 0;
    for (int i = 0; i < 20000; i++) {
        const double count = curve_poisson(&chance, means_permille[_i]);
        sum += count;
        squares += count * count;
    }
    const double average = sum / 20000, variance = squares / 20000 - average * average;
    ck_assert_double_le(fabs(average - mean), 0.02 * mean + 1);
    ck_assert_double_le(fabs(variance - mean), 0.08 * mean);
}
END_TEST

START_TEST(a_lognormal_has_its_median_and_its_spread)
{
    struct chance chance = chance_make(1, PURPOSE_LIVE, 0, 2);
    int below = 0, within = 0;
    for (int i = 0; i < DRAWS; i++) {
        const uint32_t value = curve_lognormal(&chance, 1000, 100);
        below += value < 1000;
        within += value >= 500 && value < 2000; /* one deviation each way */
    }
    ck_assert_int_le(abs(below - DRAWS / 2), DRAWS / 100);
    ck_assert_int_le(abs(within - DRAWS * 68 / 100), DRAWS * 2 / 100);
    ck_assert_uint_eq(curve_lognormal(&chance, 0, 100), 0);
    ck_assert_uint_ge(curve_lognormal(&chance, 1, 300), 1);
}
END_TEST

START_TEST(ranks_follow_zipf)
{
    enum { RANKS = 20 };
    struct chance chance = chance_make(1, PURPOSE_LIVE, 0, 3);
    int counts[RANKS] = {0};
    for (int i = 0; i < DRAWS; i++)
        counts[curve_zipf(&chance, RANKS)]++;
    for (int rank = 0; rank < RANKS; rank++) {
        const double share = log((rank + 2.0) / (rank + 1.0)) / log(RANKS + 1.0);
        ck_assert_double_eq_tol((double)counts[rank] / DRAWS, share, 0.006);
    }
    ck_assert_uint_eq(curve_zipf(&chance, 1), 0);
}
END_TEST

START_TEST(the_hours_of_a_day_make_a_whole)
{
    struct chance chance = chance_make(1, PURPOSE_LIVE, 0, 4);
    uint32_t sum = 0;
    int counts[24] = {0};
    for (int hour = 0; hour < 24; hour++)
        sum += rhythm_weight(_i, hour);
    ck_assert_uint_eq(sum, 1000);
    for (int i = 0; i < DRAWS; i++)
        counts[rhythm_time_ms(_i, &chance) / HOUR_MS]++;
    for (int hour = 0; hour < 24; hour++)
        ck_assert_double_eq_tol((double)counts[hour] / DRAWS, rhythm_weight(_i, hour) / 1000.0, 0.006);
}
END_TEST

START_TEST(nobody_is_woken_by_a_reply)
{
    struct chance chance = chance_make(1, PURPOSE_LIVE, 0, 5);
    for (int64_t time_ms = 0; time_ms < 3 * DAY_MS; time_ms += 7 * MINUTE_MS) {
        const int64_t moved_ms = rhythm_awake_ms(time_ms, &chance);
        const int64_t hour = moved_ms % DAY_MS / HOUR_MS;
        ck_assert_int_ge(moved_ms, time_ms);
        ck_assert_int_lt(moved_ms - time_ms, DAY_MS);
        ck_assert(hour >= 6 && (hour < 22 || moved_ms != time_ms));
        const bool is_day = time_ms % DAY_MS >= 7 * HOUR_MS && time_ms % DAY_MS < 22 * HOUR_MS;
        ck_assert(!is_day || moved_ms == time_ms);
    }
}
END_TEST

START_TEST(the_second_of_december_2024_was_a_monday)
{
    const int64_t monday_ms = calendar_local_midnight_ms((struct calendar_date){2024, 12, 2});
    for (int day = 0; day < 14; day++)
        ck_assert_int_eq(rhythm_is_weekend(monday_ms + day * DAY_MS), day % 7 >= 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tools/generate curves");
    TCase *tests = tcase_create("curves");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_logarithm_is_near_the_true_one);
    tcase_add_test(tests, a_power_is_near_the_true_one);
    tcase_add_test(tests, draws_stay_within_their_limits_and_reach_them);
    tcase_add_test(tests, streams_of_different_purposes_differ);
    tcase_add_test(tests, a_waiting_time_has_its_mean);
    tcase_add_loop_test(tests, a_poisson_count_has_its_mean_and_as_much_variance, 0, 6);
    tcase_add_test(tests, a_lognormal_has_its_median_and_its_spread);
    tcase_add_test(tests, ranks_follow_zipf);
    tcase_add_loop_test(tests, the_hours_of_a_day_make_a_whole, 0, RHYTHM_COUNT);
    tcase_add_test(tests, nobody_is_woken_by_a_reply);
    tcase_add_test(tests, the_second_of_december_2024_was_a_monday);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
