/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/detect/episodes.h"

#include "records.h"
#include "suite.h"

static struct episodes *episodes;

static void set_up(void)
{
    episodes = episodes_create();
}

static void tear_down(void)
{
    episodes_destroy(episodes);
}

/* A match `after_ms` after the start of one subject and rule with a cooldown of an hour. */
static enum episode_verdict match(int64_t after_ms, enum severity severity, double worse)
{
    const struct episode_match match = {.subject = MOBILE(1),
                                        .rule = 7,
                                        .severity = severity,
                                        .worse = worse,
                                        .now_ms = START_MS + after_ms,
                                        .cooldown_ms = HOUR_MS};
    return episodes_match(episodes, 3, &match);
}

static bool is_open(int64_t after_ms)
{
    return episodes_is_open(episodes, 3, MOBILE(1), START_MS + after_ms);
}

/* A second match, after one of minor with a worse value of 10 at 0. */
static const struct {
    int64_t after_ms;
    enum severity severity;
    double worse;
    enum episode_verdict verdict;
} seconds[] = {
    {0, SEVERITY_MINOR, 10, EPISODE_GOES_ON},
    {MINUTE_MS, SEVERITY_MINOR, 19.9, EPISODE_GOES_ON},
    {MINUTE_MS, SEVERITY_MINOR, 20, EPISODE_RAISE},
    {MINUTE_MS, SEVERITY_MAJOR, 10, EPISODE_RAISE},
    {MINUTE_MS, SEVERITY_MAJOR, 1, EPISODE_RAISE},
    {HOUR_MS, SEVERITY_MINOR, 10, EPISODE_GOES_ON}, /* the cooldown has not passed, it is just over */
    {HOUR_MS + 1, SEVERITY_MINOR, 10, EPISODE_RAISE},
    {HOUR_MS + 1, SEVERITY_MINOR, 1, EPISODE_RAISE},
};

START_TEST(a_second_match_is_told_only_when_it_says_more)
{
    ck_assert_int_eq(match(0, SEVERITY_MINOR, 10), EPISODE_RAISE);
    ck_assert_int_eq(match(seconds[_i].after_ms, seconds[_i].severity, seconds[_i].worse),
                     seconds[_i].verdict);
}
END_TEST

START_TEST(an_episode_lasts_as_long_as_matches_come)
{
    ck_assert(!is_open(0));
    ck_assert_int_eq(match(0, SEVERITY_MINOR, 10), EPISODE_RAISE);
    for (int64_t i = 1; i < 100; i++)
        ck_assert_int_eq(match(i * HOUR_MS, SEVERITY_MINOR, 10), EPISODE_GOES_ON);
    ck_assert(is_open(100 * HOUR_MS));
    ck_assert(!is_open(100 * HOUR_MS + 1));
}
END_TEST

START_TEST(what_was_told_is_what_is_doubled)
{
    ck_assert_int_eq(match(0, SEVERITY_MINOR, 10), EPISODE_RAISE);
    ck_assert_int_eq(match(1, SEVERITY_MINOR, 15), EPISODE_GOES_ON);
    ck_assert_int_eq(match(2, SEVERITY_MINOR, 20), EPISODE_RAISE);
    ck_assert_int_eq(match(3, SEVERITY_MINOR, 30), EPISODE_GOES_ON);
    ck_assert_int_eq(match(4, SEVERITY_MINOR, 40), EPISODE_RAISE);
}
END_TEST

START_TEST(subjects_rules_and_partitions_are_told_apart)
{
    struct episode_match other = {.subject = MOBILE(2),
                                  .rule = 7,
                                  .severity = SEVERITY_MINOR,
                                  .now_ms = START_MS,
                                  .cooldown_ms = HOUR_MS};
    ck_assert_int_eq(match(0, SEVERITY_MINOR, 1), EPISODE_RAISE);
    ck_assert_int_eq(episodes_match(episodes, 3, &other), EPISODE_RAISE);
    other.subject = MOBILE(1);
    other.rule = 8;
    ck_assert_int_eq(episodes_match(episodes, 3, &other), EPISODE_RAISE);
    ck_assert_int_eq(episodes_match(episodes, 3, &other), EPISODE_GOES_ON);
    ck_assert(!episodes_is_open(episodes, 4, MOBILE(1), START_MS));
}
END_TEST

START_TEST(who_is_allowed_is_counted_once_and_told_when_no_longer_allowed)
{
    struct episode_match match = {.subject = MOBILE(1),
                                  .rule = 7,
                                  .severity = SEVERITY_MINOR,
                                  .worse = 1,
                                  .now_ms = START_MS,
                                  .cooldown_ms = HOUR_MS,
                                  .is_allowed = true};
    ck_assert_int_eq(episodes_match(episodes, 0, &match), EPISODE_ALLOWED);
    ck_assert_int_eq(episodes_match(episodes, 0, &match), EPISODE_GOES_ON);
    match.worse = 100;
    ck_assert_int_eq(episodes_match(episodes, 0, &match), EPISODE_GOES_ON);
    match.is_allowed = false;
    ck_assert_int_eq(episodes_match(episodes, 0, &match), EPISODE_RAISE);
}
END_TEST

START_TEST(a_full_partition_forgets_the_one_that_was_to_end_first)
{
    struct episode_match match = {.rule = 7, .severity = SEVERITY_MINOR, .cooldown_ms = HOUR_MS};
    for (uint64_t i = 0; i < EPISODES_MAX; i++) {
        match.subject = MOBILE(i);
        match.now_ms = START_MS + (int64_t)(i == 40 ? 0 : 1000 + i);
        ck_assert_int_eq(episodes_match(episodes, 0, &match), EPISODE_RAISE);
    }
    ck_assert_uint_eq(episodes_forgotten(episodes), 0);
    match.subject = MOBILE(EPISODES_MAX);
    match.now_ms = START_MS + MINUTE_MS;
    ck_assert_int_eq(episodes_match(episodes, 0, &match), EPISODE_RAISE);
    ck_assert_uint_eq(episodes_forgotten(episodes), 1);
    for (uint64_t i = 0; i <= EPISODES_MAX; i++)
        ck_assert_int_eq(episodes_is_open(episodes, 0, MOBILE(i), match.now_ms), i != 40);
}
END_TEST

START_TEST(one_that_is_over_gives_its_place_without_being_counted)
{
    struct episode_match match = {.rule = 7, .severity = SEVERITY_MINOR, .cooldown_ms = HOUR_MS};
    for (uint64_t i = 0; i <= EPISODES_MAX; i++) {
        match.subject = MOBILE(i);
        match.now_ms = START_MS + (int64_t)i * MINUTE_MS;
        ck_assert_int_eq(episodes_match(episodes, 0, &match), EPISODE_RAISE);
    }
    ck_assert_uint_eq(episodes_forgotten(episodes), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("detect/episodes");
    TCase *tests = tcase_create("episodes");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, a_second_match_is_told_only_when_it_says_more, 0, ARRAY_COUNT(seconds));
    tcase_add_test(tests, an_episode_lasts_as_long_as_matches_come);
    tcase_add_test(tests, what_was_told_is_what_is_doubled);
    tcase_add_test(tests, subjects_rules_and_partitions_are_told_apart);
    tcase_add_test(tests, who_is_allowed_is_counted_once_and_told_when_no_longer_allowed);
    tcase_add_test(tests, a_full_partition_forgets_the_one_that_was_to_end_first);
    tcase_add_test(tests, one_that_is_over_gives_its_place_without_being_counted);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
