/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/state/ring.h"

#include "records.h"
#include "simsieve/state/sighting.h"
#include "simsieve/state/spill.h"
#include "suite.h"

#define SIM MOBILE(1)

static struct error error;
static struct state *state;
static struct line *line;

/* A state of these limits and one SIM in it. */
static void begin(const struct state_limits *wanted)
{
    struct state_limits limits = *wanted;
    limits.huge_pages = false;
    state = state_create(&limits, 1, &error);
    ck_assert_ptr_nonnull(state);
    line = state_insert(state, SIM);
    ck_assert_ptr_nonnull(line);
}

static struct state_limits small_limits(void)
{
    struct state_limits limits = state_limits_default();
    limits.lines_max = limits.blocks_max = 100000;
    limits.horizon_ms = limits.old_horizon_ms = HOUR_MS;
    return limits;
}

static void set_up(void)
{
    const struct state_limits limits = small_limits();
    begin(&limits);
}

static void tear_down(void)
{
    state_destroy(state);
}

/* An outgoing call at `after_ms` to a number that tells which it is. */
static void append(int64_t after_ms, uint64_t index)
{
    const struct event event = event_make(MOBILE(1000 + index), EVENT_OUT, START_MS + after_ms, 0, index);
    ring_append(state, line, &event, START_MS + after_ms);
}

/* The identities in the ring, in its order. */
static size_t read_ring(uint64_t *identities)
{
    struct ring_cursor cursor = ring_begin(state, line);
    size_t count = 0;
    for (const struct event *event; (event = ring_next(&cursor));)
        identities[count++] = event_identity(event);
    return count;
}

static uint32_t spilled(enum spill_class class)
{
    struct spill_bounds bounds;
    spill_read(state, line, line_newest_ms(line) - HOUR_MS, line_newest_ms(line), &bounds);
    return bounds.high[class];
}

START_TEST(a_new_ring_is_empty)
{
    uint64_t identities[1];
    ck_assert_uint_eq(read_ring(identities), 0);
    ck_assert(!ring_spill_oldest(state, line));
    ck_assert_uint_eq(line->event_count, 0);
}
END_TEST

START_TEST(events_stay_in_the_order_in_which_they_were_applied)
{
    uint64_t identities[100];
    for (uint64_t i = 0; i < 100; i++) {
        append(i % 7 ? (int64_t)i * 1000 : (int64_t)i * 1000 - 3500, i + 1); /* some late */
        ck_assert_uint_eq(read_ring(identities), i + 1);
        ck_assert_uint_eq(line->event_count, i + 1);
    }
    for (uint64_t i = 0; i < 100; i++)
        ck_assert_uint_eq(identities[i], i + 1);
    ck_assert_int_eq(line_newest_ms(line), START_MS + 99000);
    ck_assert_uint_eq(state_partition(state, line)->block_count, 33); /* the newest is in the line */
}
END_TEST

START_TEST(an_event_of_exactly_the_horizon_has_left)
{
    uint64_t identities[8];
    append(0, 1);
    append(HOUR_MS - 1, 2);
    ck_assert_uint_eq(read_ring(identities), 2);
    append(HOUR_MS, 3);
    ck_assert_uint_eq(read_ring(identities), 2);
    ck_assert_uint_eq(identities[0], 2);
    ck_assert_uint_eq(line->event_count, 2);
}
END_TEST

START_TEST(who_has_left_the_ring_is_still_known)
{
    append(0, 1);
    append(2 * HOUR_MS, 2);
    ck_assert_int_eq(sighting_contact(state, line, MOBILE(1001), START_MS - 1, START_MS + HOUR_MS),
                     SIGHTING_KNOWN);
    ck_assert_int_eq(sighting_contact(state, line, MOBILE(1002), START_MS - 1, START_MS + 3 * HOUR_MS),
                     SIGHTING_NEVER);
}
END_TEST

START_TEST(an_event_that_comes_too_late_for_the_horizon_only_leaves_its_contact)
{
    uint64_t identities[8];
    append(3 * HOUR_MS, 1);
    append(2 * HOUR_MS, 2);
    ck_assert_uint_eq(read_ring(identities), 1);
    ck_assert_int_eq(line_newest_ms(line), START_MS + 3 * HOUR_MS);
    ck_assert_int_eq(sighting_contact(state, line, MOBILE(1002), START_MS, START_MS + 3 * HOUR_MS),
                     SIGHTING_KNOWN);
}
END_TEST

START_TEST(a_late_event_in_a_block_of_younger_ones_waits_for_them)
{
    uint64_t identities[8];
    append(HOUR_MS, 1);
    append(30 * MINUTE_MS, 2);
    append(HOUR_MS + 1, 3);
    append(HOUR_MS + 2, 4);
    append(90 * MINUTE_MS + 1, 5); /* 2 has expired, its block has not */
    ck_assert_uint_eq(read_ring(identities), 5);
    append(2 * HOUR_MS + 1, 6);
    ck_assert_uint_eq(read_ring(identities), 3);
    ck_assert_uint_eq(identities[0], 4);
}
END_TEST

/* The limit of one ring. */
static const uint32_t caps[] = {1, 2, 3, 4, 5, 12, 100};

START_TEST(a_ring_at_its_limit_turns_its_oldest_into_panes)
{
    struct state_limits limits = small_limits();
    uint64_t identities[300];
    const uint32_t cap = caps[_i];
    limits.events_max = cap;
    tear_down();
    begin(&limits);
    for (uint64_t i = 0; i < 200; i++) {
        append((int64_t)i * 1000, i + 1);
        const size_t kept = read_ring(identities);
        ck_assert_uint_le(kept, cap);
        ck_assert_uint_eq(kept, line->event_count);
        ck_assert_uint_eq(kept + spilled(SPILL_OUT_CALL), i + 1);
        ck_assert_uint_eq(identities[kept - 1], i + 1);
    }
    ck_assert_uint_gt(state->counters.events_capped, 0);
    ck_assert_int_eq(sighting_contact(state, line, MOBILE(1001), START_MS - 1, START_MS + HOUR_MS),
                     SIGHTING_KNOWN);
}
END_TEST

START_TEST(a_cleared_ring_gives_everything_back)
{
    uint64_t identities[100];
    for (uint64_t i = 0; i < 50; i++)
        append((int64_t)i, i + 1);
    ck_assert(ring_spill_oldest(state, line));
    ck_assert_uint_eq(state->counters.blocks_trimmed, 1);
    ring_clear(state, line);
    sighting_clear(state, line);
    ck_assert_uint_eq(read_ring(identities), 0);
    ck_assert_uint_eq(state_partition(state, line)->block_count, 0);
    append(100, 77);
    ck_assert_uint_eq(read_ring(identities), 1);
    ck_assert_uint_eq(identities[0], 77);
}
END_TEST

START_TEST(a_sim_that_stops_being_young_keeps_the_shorter_horizon)
{
    struct state_limits limits = small_limits();
    uint64_t identities[8];
    limits.old_horizon_ms = 10 * MINUTE_MS;
    limits.young_ms = HOUR_MS;
    tear_down();
    begin(&limits);
    line->flags |= LINE_AGE_KNOWN;
    line->born_s = (uint32_t)((START_MS - TIME_MIN_MS) / SECOND_MS);
    append(0, 1);
    append(50 * MINUTE_MS, 2);
    append(HOUR_MS - 1, 3); /* still young: all of the hour */
    ck_assert_uint_eq(read_ring(identities), 3);
    append(HOUR_MS + 1, 4);
    ck_assert_uint_eq(read_ring(identities), 2);
    ck_assert_uint_eq(identities[0], 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("state/ring");
    TCase *tests = tcase_create("ring");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_new_ring_is_empty);
    tcase_add_test(tests, events_stay_in_the_order_in_which_they_were_applied);
    tcase_add_test(tests, an_event_of_exactly_the_horizon_has_left);
    tcase_add_test(tests, who_has_left_the_ring_is_still_known);
    tcase_add_test(tests, an_event_that_comes_too_late_for_the_horizon_only_leaves_its_contact);
    tcase_add_test(tests, a_late_event_in_a_block_of_younger_ones_waits_for_them);
    tcase_add_loop_test(tests, a_ring_at_its_limit_turns_its_oldest_into_panes, 0, ARRAY_COUNT(caps));
    tcase_add_test(tests, a_cleared_ring_gives_everything_back);
    tcase_add_test(tests, a_sim_that_stops_being_young_keeps_the_shorter_horizon);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
