/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/state/sighting.h"

#include "records.h"
#include "simsieve/state/ring.h"
#include "suite.h"

static struct error error;
static struct state *state;
static struct line *line;

static void begin(uint32_t contacts_max, uint32_t places_max)
{
    struct state_limits limits = state_limits_default();
    limits.lines_max = limits.blocks_max = 1000000;
    limits.contacts_max = contacts_max;
    limits.places_max = places_max;
    limits.huge_pages = false;
    state = state_create(&limits, 1, &error);
    ck_assert_ptr_nonnull(state);
    line = state_insert(state, MOBILE(1));
    ck_assert_ptr_nonnull(line);
}

static void set_up(void)
{
    begin(1024, 256);
}

static void tear_down(void)
{
    state_destroy(state);
}

static void meet(uint64_t contact, int64_t time_ms)
{
    sighting_touch(state, line, SIGHTING_CONTACT, contact, time_ms);
}

static enum sighting_answer ask(uint64_t contact, int64_t since_ms, int64_t before_ms)
{
    return sighting_contact(state, line, contact, since_ms, before_ms);
}

/* A contact at 4,000 ms sharp, which is kept to 4 ms: what may be said of the time between. */
static const struct {
    int64_t since_ms, before_ms;
    enum sighting_answer answer;
} intervals[] = {
    {0, 10000, SIGHTING_KNOWN},    {3999, 10000, SIGHTING_KNOWN}, {4000, 10000, SIGHTING_MAYBE},
    {4002, 10000, SIGHTING_MAYBE}, {4003, 10000, SIGHTING_NEVER}, {5000, 10000, SIGHTING_NEVER},
    {0, 4004, SIGHTING_KNOWN},     {0, 4003, SIGHTING_MAYBE},     {0, 4000, SIGHTING_MAYBE},
    {0, 2000, SIGHTING_MAYBE}, /* it may have been met before too: only the last time is kept */
};

START_TEST(an_answer_is_certain_only_where_rounding_leaves_nothing_open)
{
    const int64_t origin_ms = START_MS / 1000 * 1000;
    meet(MOBILE(2), origin_ms + 4000);
    ck_assert_int_eq(ask(MOBILE(2), origin_ms + intervals[_i].since_ms, origin_ms + intervals[_i].before_ms),
                     intervals[_i].answer);
    ck_assert_int_eq(ask(MOBILE(3), origin_ms, origin_ms + 10000), SIGHTING_NEVER);
}
END_TEST

START_TEST(the_last_time_counts_in_whatever_order_they_come)
{
    meet(MOBILE(2), START_MS + HOUR_MS);
    meet(MOBILE(2), START_MS);
    ck_assert_int_eq(ask(MOBILE(2), START_MS + MINUTE_MS, START_MS + DAY_MS), SIGHTING_KNOWN);
    meet(MOBILE(2), START_MS + 2 * HOUR_MS);
    ck_assert_int_eq(ask(MOBILE(2), START_MS + 90 * MINUTE_MS, START_MS + DAY_MS), SIGHTING_KNOWN);
    ck_assert_uint_eq(state_partition(state, line)->block_count, 1);
}
END_TEST

START_TEST(a_contact_a_cell_and_a_device_of_one_key_are_three)
{
    meet(7, START_MS);
    sighting_touch(state, line, SIGHTING_CELL, 7, START_MS);
    sighting_touch(state, line, SIGHTING_DEVICE, 7, START_MS);
    sighting_touch(state, line, SIGHTING_CELL, 8, START_MS);
    ck_assert_uint_eq(sighting_count(state, line, SIGHTING_CONTACT, START_MS - 4), 1);
    ck_assert_uint_eq(sighting_count(state, line, SIGHTING_CELL, START_MS - 4), 2);
    ck_assert_uint_eq(sighting_count(state, line, SIGHTING_DEVICE, START_MS - 4), 1);
    ck_assert_uint_eq(sighting_count(state, line, SIGHTING_CELL, START_MS), 0);
}
END_TEST

START_TEST(what_is_older_than_the_memory_gives_its_place_away)
{
    for (uint64_t i = 0; i < 5; i++)
        meet(MOBILE(10 + i), START_MS);
    ck_assert_uint_eq(state_partition(state, line)->block_count, 1);
    line->newest = (uint64_t)(START_MS + 40 * DAY_MS - TIME_MIN_MS);
    for (uint64_t i = 0; i < 5; i++)
        meet(MOBILE(20 + i), START_MS + 40 * DAY_MS);
    ck_assert_uint_eq(state_partition(state, line)->block_count, 1);
    meet(MOBILE(30), START_MS); /* too old to be asked for */
    ck_assert_uint_eq(sighting_count(state, line, SIGHTING_CONTACT, START_MS - 4), 5);
}
END_TEST

START_TEST(contacts_beyond_the_limit_are_maybe_known)
{
    tear_down();
    begin(10, 256);
    for (uint64_t i = 0; i < 40; i++)
        meet(MOBILE(10 + i), START_MS + (int64_t)i * 1000);
    ck_assert_uint_eq(state->counters.contacts_demoted, 30);
    ck_assert_uint_eq(sighting_count(state, line, SIGHTING_CONTACT, 0), 10);
    ck_assert(!(line->flags & LINE_CONTACTS_INCOMPLETE));
    for (uint64_t i = 0; i < 40; i++)
        ck_assert_int_eq(ask(MOBILE(10 + i), START_MS - 1, START_MS + HOUR_MS),
                         i < 10 ? SIGHTING_KNOWN : SIGHTING_MAYBE);
    ck_assert_int_eq(ask(MOBILE(9), START_MS - 1, START_MS + HOUR_MS), SIGHTING_NEVER);
}
END_TEST

START_TEST(a_full_filter_makes_every_contact_of_the_sim_uncertain)
{
    tear_down();
    begin(5, 256);
    uint64_t contact = 100;
    while (!(line->flags & LINE_CONTACTS_INCOMPLETE)) {
        meet(MOBILE(contact++), START_MS);
        REQUIRE(contact < 1000000);
    }
    ck_assert_uint_ge(state->counters.contacts_demoted, (uint64_t)64 << state->bloom_class);
    ck_assert_int_eq(ask(MOBILE(9), START_MS - 1, START_MS + HOUR_MS), SIGHTING_MAYBE);
}
END_TEST

START_TEST(places_beyond_the_limit_push_out_the_oldest_and_mark_the_sim)
{
    tear_down();
    begin(1024, 6);
    for (uint64_t i = 0; i < 6; i++)
        sighting_touch(state, line, SIGHTING_CELL, 100 + i, START_MS + (int64_t)i * 1000);
    sighting_touch(state, line, SIGHTING_CELL, 100, START_MS + 10000); /* now the newest */
    ck_assert(!(line->flags & LINE_PLACES_INCOMPLETE));
    sighting_touch(state, line, SIGHTING_CELL, 200, START_MS + 11000);
    ck_assert(line->flags & LINE_PLACES_INCOMPLETE);
    ck_assert_uint_eq(sighting_count(state, line, SIGHTING_CELL, START_MS - 4), 6);
    ck_assert_uint_eq(sighting_count(state, line, SIGHTING_CELL, START_MS + 1000), 6); /* 101 has gone */
    sighting_touch(state, line, SIGHTING_DEVICE, 100, START_MS); /* has a limit of its own */
    ck_assert_uint_eq(sighting_count(state, line, SIGHTING_DEVICE, START_MS - 4), 1);
}
END_TEST

START_TEST(demoting_frees_blocks_of_contacts_and_keeps_places)
{
    for (uint64_t i = 0; i < 23; i++)
        meet(MOBILE(10 + i), START_MS);
    sighting_touch(state, line, SIGHTING_CELL, 7, START_MS);
    const uint32_t before = state_partition(state, line)->block_count;
    ck_assert_uint_eq(before, 5);
    ck_assert_uint_eq(sighting_demote(state, line), 4);
    ck_assert_uint_eq(state_partition(state, line)->block_count, 1);
    ck_assert_uint_eq(sighting_count(state, line, SIGHTING_CELL, START_MS - 4), 1);
    ck_assert_uint_eq(sighting_demote(state, line), 0);
    for (uint64_t i = 0; i < 23; i++)
        ck_assert_int_eq(ask(MOBILE(10 + i), START_MS - 1, START_MS + HOUR_MS), SIGHTING_MAYBE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("state/sighting");
    TCase *tests = tcase_create("sighting");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, an_answer_is_certain_only_where_rounding_leaves_nothing_open, 0,
                        ARRAY_COUNT(intervals));
    tcase_add_test(tests, the_last_time_counts_in_whatever_order_they_come);
    tcase_add_test(tests, a_contact_a_cell_and_a_device_of_one_key_are_three);
    tcase_add_test(tests, what_is_older_than_the_memory_gives_its_place_away);
    tcase_add_test(tests, contacts_beyond_the_limit_are_maybe_known);
    tcase_add_test(tests, a_full_filter_makes_every_contact_of_the_sim_uncertain);
    tcase_add_test(tests, places_beyond_the_limit_push_out_the_oldest_and_mark_the_sim);
    tcase_add_test(tests, demoting_frees_blocks_of_contacts_and_keeps_places);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
