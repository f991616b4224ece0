/* SPDX-License-Identifier: Apache-2.0
 * What a partition forgets at its limits, and what it says of it afterwards. */
#include "simsieve/state/reclaim.h"

#include "records.h"
#include "simsieve/state/ring.h"
#include "simsieve/state/sighting.h"
#include "simsieve/state/spill.h"
#include "suite.h"

#include <stdlib.h>

#define SIMS 200

static struct error error;
static struct state *state;
static uint64_t sims[SIMS];
static uint32_t room; /* lines of the partition */

static void set_up(void)
{
    struct state_limits limits = state_limits_default();
    limits.lines_max = limits.blocks_max = PARTITION_COUNT; /* as little as there can be */
    limits.horizon_ms = limits.old_horizon_ms = 2 * HOUR_MS;
    limits.lateness_ms = HOUR_MS;
    limits.cooldown_ms = DAY_MS;
    limits.huge_pages = false;
    state = state_create(&limits, 1, &error);
    ck_assert_ptr_nonnull(state);
    room = state->lines_quota;
    ck_assert_uint_lt(room + 10, SIMS);
    numbers_of_one_partition(sims, SIMS);
}

static void tear_down(void)
{
    state_destroy(state);
}

static struct partition *partition(void)
{
    return &state->partitions[0];
}

static void append(struct line *line, uint64_t contact, int64_t time_ms)
{
    const struct event event = event_make(contact, EVENT_OUT, time_ms, 0, 1);
    ring_append(state, line, &event, time_ms);
}

/* The first `room` SIMs, with an event each, a second apart. */
static void fill(void)
{
    for (uint32_t i = 0; i < room; i++) {
        struct line *line = state_insert(state, sims[i]);
        ck_assert_ptr_nonnull(line);
        line->countdown = 10;
        append(line, MOBILE(i), START_MS + i * SECOND_MS);
    }
    ck_assert_uint_eq(state->counters.lines_evicted, 0);
}

START_TEST(the_sim_furthest_from_every_rule_makes_room)
{
    fill();
    state_find(state, sims[20])->countdown = 11;
    ck_assert_ptr_nonnull(state_insert(state, sims[room]));
    ck_assert_ptr_null(state_find(state, sims[20]));
    ck_assert_uint_eq(state->counters.lines_evicted, 1);
    ck_assert_uint_eq(state_line_count(state), room);
    for (uint32_t i = 0; i <= room; i++)
        ck_assert(i == 20 || state_find(state, sims[i]));
}
END_TEST

START_TEST(among_equals_the_one_silent_longest_makes_room)
{
    fill();
    append(state_find(state, sims[0]), MOBILE(9), START_MS + HOUR_MS);
    ck_assert_ptr_nonnull(state_insert(state, sims[room]));
    ck_assert_ptr_null(state_find(state, sims[1]));
    ck_assert_ptr_nonnull(state_find(state, sims[0]));
}
END_TEST

START_TEST(who_was_in_contact_with_protected_numbers_goes_last)
{
    fill();
    for (uint32_t i = 0; i < 31; i++) {
        state_find(state, sims[i])->countdown = 60000;
        state_find(state, sims[i])->flags |= i % 2 ? LINE_PROTECTED_CONTACT : LINE_CAMPAIGN_MEMBER;
    }
    ck_assert_ptr_nonnull(state_insert(state, sims[room]));
    ck_assert_ptr_null(state_find(state, sims[31]));
}
END_TEST

START_TEST(a_partition_whose_sims_all_have_an_open_alert_refuses)
{
    fill();
    for (uint32_t i = 0; i < room; i++)
        state_find(state, sims[i])->flags |= LINE_OPEN_EPISODE;
    ck_assert_ptr_null(state_insert(state, sims[room]));
    ck_assert_uint_eq(state->counters.lines_refused, 1);
    ck_assert_uint_eq(state->counters.lines_evicted, 0);
    ck_assert(partition()->has_evicted);
    ck_assert_int_eq(partition()->events_lost_ms, START_MS + (room - 1) * SECOND_MS);
}
END_TEST

START_TEST(an_alert_that_can_no_longer_be_open_protects_nobody)
{
    fill();
    for (uint32_t i = 0; i < room; i++)
        state_find(state, sims[i])->flags |= LINE_OPEN_EPISODE;
    append(state_find(state, sims[5]), MOBILE(9), START_MS + DAY_MS + 5 * SECOND_MS);
    ck_assert_ptr_nonnull(state_insert(state, sims[room]));
    ck_assert_ptr_null(state_find(state, sims[0]));
}
END_TEST

/* When the line of an evicted SIM begins anew, after the eviction and its activation; what it then does not know. */
static const struct {
    int64_t begins_ms, activated_ms;
    bool events, contacts;
} returns[] = {
    {HOUR_MS, 0, true, false},
    {2 * HOUR_MS - SECOND_MS, 0, true, false},
    {2 * HOUR_MS + DAY_MS, 0, false, false}, /* nothing of then is in any window */
    {HOUR_MS, HOUR_MS / 2, false, false},    /* what was lost was a former owner's */
};

START_TEST(a_line_that_begins_anew_knows_that_it_may_lack_something)
{
    fill();
    const uint64_t gone = sims[0];
    state_find(state, gone)->countdown = 99;
    ck_assert_ptr_nonnull(state_insert(state, sims[room]));
    ck_assert_int_eq(partition()->events_lost_ms, START_MS);
    state_find(state, sims[1])->countdown = 99;
    struct line *line = state_insert(state, gone);
    ck_assert_ptr_nonnull(line);
    const int64_t now_ms = START_MS + returns[_i].begins_ms;
    const int64_t activated_ms = returns[_i].activated_ms ? START_MS + returns[_i].activated_ms : 0;
    partition()->events_lost_ms = START_MS; /* of the first eviction alone */
    partition()->newest_ms = now_ms;
    state_mark_lost(state, line, activated_ms, now_ms);
    ck_assert_int_eq((line->flags & LINE_PAST_UNKNOWN) != 0, returns[_i].events);
    ck_assert_int_eq((line->flags & LINE_CONTACTS_INCOMPLETE) != 0, returns[_i].contacts);
    ck_assert_int_eq(state_unknown_until_ms(state, line) > 0, returns[_i].events);
    /* The contact went to the filter. */
    ck_assert_int_eq(sighting_contact(state, line, MOBILE(0), START_MS - 1, now_ms), SIGHTING_MAYBE);
    ck_assert_int_eq(sighting_contact(state, line, MOBILE(500), START_MS - 1, now_ms), SIGHTING_NEVER);
}
END_TEST

START_TEST(the_unknown_past_is_over_when_the_horizon_has_passed)
{
    fill();
    state_find(state, sims[0])->countdown = 99;
    ck_assert_ptr_nonnull(state_insert(state, sims[room]));
    state_find(state, sims[1])->countdown = 99;
    struct line *line = state_insert(state, sims[0]);
    state_mark_lost(state, line, 0, START_MS + room * SECOND_MS);
    ck_assert(line->flags & LINE_PAST_UNKNOWN);
    const int64_t until_ms = state_unknown_until_ms(state, line);
    ck_assert_int_ge(until_ms, START_MS);
    append(line, MOBILE(1), until_ms + 2 * HOUR_MS - 1);
    ck_assert(line->flags & LINE_PAST_UNKNOWN);
    append(line, MOBILE(1), until_ms + 2 * HOUR_MS);
    ck_assert(!(line->flags & LINE_PAST_UNKNOWN));
    ck_assert_int_eq(state_unknown_until_ms(state, line), 0);
}
END_TEST

/* Appends to one SIM until its partition has no block left. */
static uint64_t fill_blocks(struct line *line)
{
    uint64_t count = 0;
    while (partition()->block_count < state->blocks_quota) {
        append(line, MOBILE(2000), START_MS + (int64_t)count++);
        REQUIRE(count < 100000);
    }
    return count;
}

START_TEST(expired_events_make_room_before_anything_is_blurred)
{
    struct line *idle = state_insert(state, sims[0]), *busy = state_insert(state, sims[1]);
    for (int64_t i = 0; i < 30; i++)
        append(idle, MOBILE(7), START_MS - 4 * HOUR_MS + i);
    fill_blocks(busy);
    for (int64_t i = 0; i < 10; i++)
        append(busy, MOBILE(2000), START_MS + SECOND_MS + i);
    ck_assert_uint_eq(idle->event_count, 0);
    ck_assert_uint_eq(idle->spill, 0);
    ck_assert_uint_eq(state->counters.blocks_trimmed, 0);
    ck_assert_uint_le(partition()->block_count, state->blocks_quota);
}
END_TEST

START_TEST(what_late_records_may_ask_for_has_not_expired)
{
    struct line *idle = state_insert(state, sims[0]), *busy = state_insert(state, sims[1]);
    for (int64_t i = 0; i < 30; i++)
        append(idle, MOBILE(7), START_MS - 150 * MINUTE_MS + i); /* within horizon and lateness */
    fill_blocks(busy);
    append(busy, MOBILE(2000), START_MS + SECOND_MS);
    append(busy, MOBILE(2000), START_MS + SECOND_MS);
    append(busy, MOBILE(2000), START_MS + SECOND_MS);
    struct spill_bounds bounds;
    spill_read(state, idle, START_MS - 3 * HOUR_MS, START_MS, &bounds);
    ck_assert_uint_eq(idle->event_count + bounds.high[SPILL_OUT_CALL], 30);
}
END_TEST

START_TEST(old_events_of_idle_sims_become_panes_that_still_count_them)
{
    struct line *idle = state_insert(state, sims[0]), *busy = state_insert(state, sims[1]);
    struct spill_bounds bounds;
    idle->countdown = 100;
    for (int64_t i = 0; i < 30; i++)
        append(idle, MOBILE(7), START_MS - 1000 + i);
    const uint64_t before = fill_blocks(busy);
    for (int64_t i = 0; i < 60; i++)
        append(busy, MOBILE(2000), START_MS + SECOND_MS + i);
    ck_assert_uint_gt(state->counters.blocks_trimmed, 0);
    spill_read(state, idle, START_MS - HOUR_MS, START_MS, &bounds);
    ck_assert_uint_eq(idle->event_count + bounds.high[SPILL_OUT_CALL], 30);
    spill_read(state, busy, START_MS - HOUR_MS, START_MS + HOUR_MS, &bounds);
    const uint64_t busy_high = bounds.high[SPILL_OUT_CALL];
    ck_assert_uint_ge(busy->event_count + busy_high, before + 60);
}
END_TEST

START_TEST(exact_contacts_go_before_events_do)
{
    struct line *idle = state_insert(state, sims[0]), *busy = state_insert(state, sims[1]);
    idle->countdown = 100;
    for (uint64_t i = 0; i < 50; i++)
        sighting_touch(state, idle, SIGHTING_CONTACT, MOBILE(100 + i), START_MS);
    fill_blocks(busy);
    append(busy, MOBILE(2000), START_MS + SECOND_MS);
    for (int64_t i = 0; i < 20; i++)
        append(busy, MOBILE(2000), START_MS + SECOND_MS + i);
    ck_assert_uint_eq(state->counters.contacts_demoted, 50);
    ck_assert_uint_eq(state->counters.blocks_trimmed, 0);
    for (uint64_t i = 0; i < 50; i++)
        ck_assert_int_eq(sighting_contact(state, idle, MOBILE(100 + i), START_MS - 1, START_MS + HOUR_MS),
                         SIGHTING_MAYBE);
}
END_TEST

START_TEST(a_lone_sim_that_fills_its_partition_goes_into_its_own_panes)
{
    struct line *busy = state_insert(state, sims[0]);
    struct spill_bounds bounds;
    const uint64_t before = fill_blocks(busy);
    for (int64_t i = 0; i < 100; i++)
        append(busy, MOBILE(2000), START_MS + SECOND_MS + i);
    spill_read(state, busy, START_MS - HOUR_MS, START_MS + HOUR_MS, &bounds);
    ck_assert_uint_ge((uint64_t)busy->event_count + bounds.high[SPILL_OUT_CALL], before + 100);
    ck_assert_uint_le(partition()->block_count, state->blocks_quota + 1); /* panes are beyond the quota */
}
END_TEST

START_TEST(limits_for_bytes_are_kept_by_what_is_reserved)
{
    static const uint64_t sizes[] = {32, 64, 100, 1000, 4096, 16384, 65536, 200000};
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        struct state_limits limits = state_limits_default();
        const uint64_t bytes = sizes[i] << 20;
        limits.huge_pages = false;
        state_limits_for_bytes(&limits, bytes);
        struct state *other = state_create(&limits, 1, &error);
        ck_assert_ptr_nonnull(other);
        const uint64_t reserved = (uint64_t)other->pool.slot_count * CACHE_LINE_BYTES;
        ck_assert_uint_le(reserved, bytes + 64 * CACHE_LINE_BYTES);
        ck_assert_uint_ge(reserved, bytes / 4 * 3);
        state_destroy(other);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("state/reclaim");
    TCase *tests = tcase_create("reclaim");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, the_sim_furthest_from_every_rule_makes_room);
    tcase_add_test(tests, among_equals_the_one_silent_longest_makes_room);
    tcase_add_test(tests, who_was_in_contact_with_protected_numbers_goes_last);
    tcase_add_test(tests, a_partition_whose_sims_all_have_an_open_alert_refuses);
    tcase_add_test(tests, an_alert_that_can_no_longer_be_open_protects_nobody);
    tcase_add_loop_test(tests, a_line_that_begins_anew_knows_that_it_may_lack_something, 0,
                        ARRAY_COUNT(returns));
    tcase_add_test(tests, the_unknown_past_is_over_when_the_horizon_has_passed);
    tcase_add_test(tests, expired_events_make_room_before_anything_is_blurred);
    tcase_add_test(tests, what_late_records_may_ask_for_has_not_expired);
    tcase_add_test(tests, old_events_of_idle_sims_become_panes_that_still_count_them);
    tcase_add_test(tests, exact_contacts_go_before_events_do);
    tcase_add_test(tests, a_lone_sim_that_fills_its_partition_goes_into_its_own_panes);
    tcase_add_test(tests, limits_for_bytes_are_kept_by_what_is_reserved);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
