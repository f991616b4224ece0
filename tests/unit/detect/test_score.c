/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/detect/score.h"

#include "records.h"
#include "simsieve/state/ring.h"
#include "suite.h"

static struct error error;
static struct state *state;
static struct line *line;
static struct examination *examination;

static void set_up(void)
{
    struct state_limits limits = state_limits_default();
    limits.lines_max = limits.blocks_max = PARTITION_COUNT;
    limits.huge_pages = false;
    state = state_create(&limits, 1, &error);
    ck_assert_ptr_nonnull(state);
    line = state_insert(state, MOBILE(1));
    examination = examination_create(1000);
}

static void tear_down(void)
{
    examination_destroy(examination);
    state_destroy(state);
}

/* Calls out, 20 s apart and answered for `duration_s`; each to somebody else, or all to one. */
static unsigned score_of_calls(unsigned count, bool to_many, uint32_t duration_s)
{
    for (unsigned i = 0; i < count; i++) {
        const int64_t time_ms = START_MS + i * 20 * SECOND_MS;
        const struct event event =
            event_make(MOBILE(1000 + (to_many ? i : 0)), EVENT_OUT | EVENT_ANSWERED | EVENT_TIMED, time_ms,
                       duration_s, i + 1);
        ring_append(state, line, &event, time_ms);
    }
    examination_begin(examination, state, NULL, line, line_newest_ms(line));
    return score_of(examination_view(examination, DAY_MS));
}

START_TEST(all_points_together_are_100)
{
    unsigned sum = 0;
    for (size_t i = 0; score_point_at(i); i++)
        sum += score_point_at(i)->points;
    ck_assert_uint_eq(sum, 100);
}
END_TEST

START_TEST(a_few_attempts_say_nothing)
{
    ck_assert_uint_eq(score_of_calls(SCORE_SAMPLE_MIN - 1, true, 5), 0);
    ck_assert_uint_gt(score_of_calls(1, true, 5), 0); /* the tenth */
}
END_TEST

START_TEST(a_machine_with_a_new_sim_has_nearly_all_points)
{
    line->flags |= LINE_AGE_KNOWN;
    line->born_s = (uint32_t)((START_MS - DAY_MS - TIME_MIN_MS) / SECOND_MS);
    ck_assert_uint_eq(score_of_calls(120, true, 5), 95); /* all but those of many devices */
}
END_TEST

START_TEST(who_calls_one_friend_for_long_has_few)
{
    line->flags |= LINE_AGE_KNOWN;
    line->born_s = (uint32_t)((START_MS - 1000 * DAY_MS - TIME_MIN_MS) / SECOND_MS);
    const unsigned score = score_of_calls(20, false, 600);
    ck_assert_uint_le(score, 35); /* only out, nobody calls back, at one place, evenly */
}
END_TEST

START_TEST(what_is_not_certain_gives_no_points)
{
    const unsigned unknown_age = score_of_calls(120, true, 5);
    ck_assert_uint_eq(unknown_age, 80); /* of 95, without the 15 of a new SIM */
    line->flags |= LINE_CONTACTS_INCOMPLETE | LINE_PLACES_INCOMPLETE;
    examination_begin(examination, state, NULL, line, line_newest_ms(line));
    ck_assert_uint_eq(score_of(examination_view(examination, DAY_MS)), unknown_age - 10 - 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("detect/score");
    TCase *tests = tcase_create("score");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, all_points_together_are_100);
    tcase_add_test(tests, a_few_attempts_say_nothing);
    tcase_add_test(tests, a_machine_with_a_new_sim_has_nearly_all_points);
    tcase_add_test(tests, who_calls_one_friend_for_long_has_few);
    tcase_add_test(tests, what_is_not_certain_gives_no_points);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
