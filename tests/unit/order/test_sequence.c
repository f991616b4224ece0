/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/calendar.h"
#include "simsieve/base/hash.h"
#include "simsieve/order/sequence.h"
#include "suite.h"

#define START_MS INT64_C(1733101200000)

static struct sequences *sequences;
static struct sequence_gap gaps[SEQUENCE_GAPS_MAX];
static struct sequence_report report;
static uint32_t hanoi;
static int64_t now_ms;

static void set_up(void)
{
    sequences = sequences_create();
    hanoi = sequences_switch(sequences, 1001);
    now_ms = START_MS;
}

static void tear_down(void)
{
    sequences_destroy(sequences);
}

/* A record of the first switch, half a second after the one before. */
static bool note(uint64_t seq)
{
    now_ms += 500;
    return sequences_note(sequences, hanoi, seq, now_ms);
}

static void note_all(uint64_t first, uint64_t last)
{
    for (uint64_t seq = first; seq <= last; seq++)
        REQUIRE(!note(seq));
}

static const struct sequence_report *look(void)
{
    report = (struct sequence_report){.gaps = gaps};
    sequences_report(sequences, &report);
    return &report;
}

static void assert_gap(size_t index, uint64_t from, uint64_t to)
{
    ck_assert_uint_lt(index, look()->gap_count);
    ck_assert_uint_eq(gaps[index].from, from);
    ck_assert_uint_eq(gaps[index].to, to);
    ck_assert_uint_eq(gaps[index].missing, to - from + 1);
}

START_TEST(what_comes_in_order_is_neither_missing_nor_doubled)
{
    note_all(17, 1000);
    ck_assert_uint_eq(look()->missing, 0);
    ck_assert_uint_eq(report.gap_count, 0);
    ck_assert_uint_eq(report.restarts, 0);
}
END_TEST

START_TEST(a_hole_is_a_gap_until_it_is_filled)
{
    note_all(5, 9);
    note_all(13, 20);
    note_all(22, 30);
    ck_assert_uint_eq(look()->missing, 4);
    assert_gap(0, 10, 12);
    assert_gap(1, 21, 21);
    ck_assert(!note(11));
    ck_assert_uint_eq(look()->missing, 3);
    assert_gap(0, 10, 10);
    assert_gap(1, 12, 12);
    ck_assert(!note(10));
    ck_assert(!note(12));
    ck_assert(!note(21));
    ck_assert_uint_eq(look()->missing, 0);
    ck_assert_uint_eq(report.restarts, 0);
}
END_TEST

START_TEST(what_comes_before_the_first_is_counted_from_there)
{
    note_all(100, 120);
    ck_assert(!sequences_note(sequences, hanoi, 97, START_MS - 1000));
    assert_gap(0, 98, 99);
    ck_assert_uint_eq(report.missing, 2);
    ck_assert(sequences_note(sequences, hanoi, 97, START_MS - 1000));
}
END_TEST

#ifndef SIMSIEVE_TSAN
START_TEST(a_second_copy_is_found_at_every_distance)
{
    const uint64_t count = SEQUENCE_WINDOW + 5000;
    for (uint64_t seq = 0; seq < count; seq++)
        REQUIRE(!sequences_note(sequences, hanoi, seq, START_MS + (int64_t)seq));
    for (uint64_t distance = 0; distance < SEQUENCE_WINDOW - 256; distance++)
        REQUIRE(sequences_note(sequences, hanoi, count - 1 - distance,
                               START_MS + (int64_t)(count - 1 - distance)));
    ck_assert_uint_eq(look()->missing, 0);
    ck_assert_uint_eq(report.restarts, 0);
}
END_TEST
#endif

#ifndef SIMSIEVE_TSAN
START_TEST(of_what_is_older_than_the_window_nothing_is_said)
{
    const uint64_t count = SEQUENCE_WINDOW + 5000;
    for (uint64_t seq = 0; seq < count; seq++)
        REQUIRE(!sequences_note(sequences, hanoi, seq, START_MS + (int64_t)seq));
    for (uint64_t seq = 0; seq < 5000 + 256; seq++)
        sequences_note(sequences, hanoi, seq, START_MS + (int64_t)seq);
    ck_assert_uint_eq(look()->missing, 0);
    ck_assert_uint_eq(report.restarts, 0);
    ck_assert(!sequences_note(sequences, hanoi, count, START_MS + (int64_t)count));
    ck_assert(sequences_note(sequences, hanoi, count, START_MS + (int64_t)count));
    ck_assert_uint_eq(look()->missing, 0);
}
END_TEST
#endif

static const uint64_t moduli[] = {256,
                                  1000,
                                  10000,
                                  1 << 16,
                                  100000,
                                  1000000,
                                  10000000,
                                  1 << 24,
                                  100000000,
                                  1000000000,
                                  UINT64_C(1) << 31,
                                  UINT64_C(1) << 32,
                                  UINT64_C(10000000000)};

START_TEST(a_counter_that_wraps_goes_on_counting)
{
    const uint64_t modulus = moduli[_i];
    int64_t early_ms = 0;
    for (uint64_t seq = modulus - 100; seq < modulus; seq++) {
        if (seq == modulus - 10) /* lost before the turn */
            continue;
        REQUIRE(!note(seq));
        if (seq == modulus - 20)
            early_ms = now_ms;
    }
    for (uint64_t seq = 0; seq < 90; seq++)
        if (seq != 3) /* lost after it */
            REQUIRE(!note(seq));
    ck_assert(sequences_note(sequences, hanoi, modulus - 20, early_ms));
    ck_assert(!note(modulus - 10)); /* late */
    ck_assert_uint_eq(look()->missing, 1);
    ck_assert_uint_eq(report.restarts, 0);
    assert_gap(0, 3, 3);
}
END_TEST

START_TEST(what_is_lost_at_the_turn_is_a_gap_on_both_sides_of_it)
{
    const uint64_t modulus = moduli[_i];
    note_all(modulus - 200, modulus - 3);
    note_all(2, 20);
    ck_assert_uint_eq(look()->restarts, 0);
    assert_gap(0, modulus - 2, modulus - 1);
    assert_gap(1, 1, 1); /* 0 was never seen: this counter may have none */
    ck_assert_uint_eq(report.missing, 3);
}
END_TEST

START_TEST(a_counter_without_zero_has_no_gap_there)
{
    note_all(60000, 65535);
    note_all(1, 65535);
    note_all(1, 500);
    ck_assert_uint_eq(look()->missing, 0);
    ck_assert_uint_eq(report.restarts, 0);
}
END_TEST

START_TEST(a_counter_with_a_zero_misses_it)
{
    note_all(0, 65535);
    note_all(1, 500);
    ck_assert_uint_eq(look()->missing, 1);
    assert_gap(0, 0, 0);
}
END_TEST

START_TEST(a_zero_that_comes_behind_the_one_is_no_second_copy)
{
    note_all(60000, 65535);
    ck_assert(!note(1));
    ck_assert(!sequences_note(sequences, hanoi, 0, now_ms - 100));
    ck_assert(sequences_note(sequences, hanoi, 0, now_ms - 100));
    ck_assert(!note(2));
    ck_assert_uint_eq(look()->missing, 0);
}
END_TEST

START_TEST(holes_of_several_turns_are_told_as_the_switch_counted)
{
    for (unsigned turn = 0; turn < 5; turn++)
        for (uint64_t seq = 0; seq < 1000; seq++)
            if (seq != 100 + turn)
                REQUIRE(!note(seq));
    ck_assert_uint_eq(look()->missing, 5);
    for (unsigned turn = 0; turn < 5; turn++)
        assert_gap(turn, 100 + turn, 100 + turn);
}
END_TEST

START_TEST(a_late_record_of_an_earlier_turn_moves_nothing)
{
    int64_t first_turn_ms = 0;
    for (unsigned turn = 0; turn < 3; turn++)
        for (uint64_t seq = 0; seq < 10000; seq++) {
            if (turn == 0 && seq == 5001) {
                first_turn_ms = now_ms + 250;
                continue;
            }
            REQUIRE(!note(seq));
        }
    ck_assert_uint_eq(look()->missing, 1);
    sequences_note(sequences, hanoi, 5001, first_turn_ms); /* two turns late */
    note_all(0, 500);
    ck_assert_uint_le(look()->missing, 1);
    ck_assert_uint_eq(report.restarts, 0);
}
END_TEST

START_TEST(a_late_record_is_no_turn_of_the_counter)
{
    /* A hole near the beginning, filled when the counter is near a number at which some counters turn. */
    const uint64_t modulus = moduli[_i];
    int64_t hole_ms = 0;
    if (modulus < 1000 || modulus > 1000000)
        return;
    for (uint64_t seq = 0; seq < modulus - modulus / 20; seq++) {
        if (seq == 7) {
            hole_ms = now_ms + 250;
            continue;
        }
        now_ms += 1;
        REQUIRE(!sequences_note(sequences, hanoi, seq, now_ms));
    }
    ck_assert(!sequences_note(sequences, hanoi, 7, hole_ms));
    ck_assert(sequences_note(sequences, hanoi, 7, hole_ms));
    note_all(modulus - modulus / 20, modulus + 1000); /* it does not turn there */
    ck_assert_uint_eq(look()->missing, 0);
    ck_assert_uint_eq(report.restarts, 0);
}
END_TEST

START_TEST(a_counter_that_jumps_is_restarted_and_nothing_between_is_missing)
{
    note_all(500000, 500100);
    now_ms += 10 * MINUTE_MS;
    note_all(1, 50);
    ck_assert(sequences_note(sequences, hanoi, 50, now_ms));
    ck_assert_uint_eq(look()->missing, 0);
    ck_assert_uint_eq(report.restarts, 1);
}
END_TEST

START_TEST(numbers_that_come_again_are_a_restart)
{
    note_all(1, 5000);
    now_ms += 10 * MINUTE_MS;
    note_all(1, 50);
    ck_assert_uint_eq(look()->restarts, 1);
    ck_assert_uint_eq(report.missing, 0);
    ck_assert(sequences_note(sequences, hanoi, 50, now_ms));
    note_all(52, 60);
    ck_assert_uint_eq(look()->missing, 1);
    assert_gap(0, 51, 51);
}
END_TEST

START_TEST(a_jump_beyond_the_window_is_a_restart_both_ways)
{
    note_all(1000, 1010);
    note_all(12, 20);
    ck_assert(!note(1010 + SEQUENCE_WINDOW));
    ck_assert_uint_eq(look()->restarts, 1);
    ck_assert(!note(500));
    ck_assert_uint_eq(look()->restarts, 2);
    ck_assert(!note(501));
    ck_assert(sequences_note(sequences, hanoi, 501, now_ms));
}
END_TEST

START_TEST(an_old_record_beyond_the_window_restarts_nothing)
{
    note_all(SEQUENCE_WINDOW + 1000, SEQUENCE_WINDOW + 1010);
    ck_assert(!sequences_note(sequences, hanoi, 5, now_ms - 2 * HOUR_MS));
    ck_assert(!sequences_note(sequences, hanoi, 5, now_ms - 2 * HOUR_MS)); /* nothing can be said */
    ck_assert_uint_eq(look()->restarts, 0);
    ck_assert_uint_eq(report.missing, 0);
}
END_TEST

#ifndef SIMSIEVE_TSAN
START_TEST(holes_that_leave_the_window_stay_missing)
{
    note_all(0, 9);
    note_all(20, 29);
    for (uint64_t seq = 30; seq < SEQUENCE_WINDOW + 100; seq++)
        REQUIRE(!sequences_note(sequences, hanoi, seq, now_ms + (int64_t)seq));
    ck_assert_uint_eq(look()->missing, 10);
    assert_gap(0, 10, 19);
    ck_assert_uint_eq(report.restarts, 0);
}
END_TEST
#endif

START_TEST(all_that_is_missing_is_counted_when_the_list_is_full)
{
    for (uint64_t seq = 0; seq < 4 * SEQUENCE_GAPS_MAX; seq += 2)
        REQUIRE(!note(seq));
    ck_assert_uint_eq(look()->gap_count, SEQUENCE_GAPS_MAX);
    ck_assert_uint_eq(report.missing, 2 * SEQUENCE_GAPS_MAX - 1);
    assert_gap(SEQUENCE_GAPS_MAX - 1, 2 * SEQUENCE_GAPS_MAX - 1, 2 * SEQUENCE_GAPS_MAX - 1);
}
END_TEST

START_TEST(switches_count_for_themselves)
{
    const uint32_t saigon = sequences_switch(sequences, 2002);
    ck_assert_uint_ne(hanoi, saigon);
    ck_assert_uint_eq(sequences_switch(sequences, 1001), hanoi);
    ck_assert_uint_eq(sequences_switch_name(sequences, saigon), 2002);
    for (uint64_t seq = 0; seq < 100; seq++) {
        if (seq != 50)
            REQUIRE(!sequences_note(sequences, saigon, 1000 + seq, START_MS + (int64_t)seq));
        if (seq != 60)
            REQUIRE(!sequences_note(sequences, hanoi, 1000 + seq, START_MS + (int64_t)seq));
    }
    ck_assert_uint_eq(look()->missing, 2);
    ck_assert_uint_eq(gaps[0].switch_index, hanoi);
    assert_gap(0, 1060, 1060);
    ck_assert_uint_eq(gaps[1].switch_index, saigon);
    assert_gap(1, 1050, 1050);
}
END_TEST

START_TEST(switches_beyond_the_table_are_refused_and_counted)
{
    for (uint64_t i = 1; i < SWITCHES_MAX; i++)
        REQUIRE(sequences_switch(sequences, 5000 + i) == i);
    ck_assert_uint_eq(look()->switches_refused, 0);
    ck_assert_uint_eq(sequences_switch(sequences, 4), SWITCHES_MAX);
    ck_assert_uint_eq(sequences_switch(sequences, 4), SWITCHES_MAX);
    ck_assert_uint_eq(sequences_switch(sequences, 1001), hanoi);
    ck_assert_uint_eq(look()->switches_refused, 2);
}
END_TEST

/* Each jump may leave millions of numbers out: that many steps a record would be hours. */
START_TEST(a_switch_that_counts_nonsense_costs_little)
{
    uint64_t chance = 1;
    for (unsigned i = 0; i < 1000; i++) {
        chance = hash_fixed(chance + i);
        note(chance % SEQUENCE_WINDOW);
    }
    ck_assert_uint_gt(look()->missing, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("order/sequence");
    TCase *tests = tcase_create("sequence");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 20);
    tcase_add_test(tests, what_comes_in_order_is_neither_missing_nor_doubled);
    tcase_add_test(tests, a_hole_is_a_gap_until_it_is_filled);
    tcase_add_test(tests, what_comes_before_the_first_is_counted_from_there);
#ifndef SIMSIEVE_TSAN /* one thread, 50 million records */
    tcase_add_test(tests, a_second_copy_is_found_at_every_distance);
    tcase_add_test(tests, of_what_is_older_than_the_window_nothing_is_said);
    tcase_add_test(tests, holes_that_leave_the_window_stay_missing);
#endif
    tcase_add_loop_test(tests, a_counter_that_wraps_goes_on_counting, 0, ARRAY_COUNT(moduli));
    tcase_add_loop_test(tests, what_is_lost_at_the_turn_is_a_gap_on_both_sides_of_it, 0, ARRAY_COUNT(moduli));
    tcase_add_test(tests, a_counter_without_zero_has_no_gap_there);
    tcase_add_test(tests, a_counter_with_a_zero_misses_it);
    tcase_add_test(tests, a_zero_that_comes_behind_the_one_is_no_second_copy);
    tcase_add_test(tests, holes_of_several_turns_are_told_as_the_switch_counted);
    tcase_add_test(tests, a_late_record_of_an_earlier_turn_moves_nothing);
    tcase_add_loop_test(tests, a_late_record_is_no_turn_of_the_counter, 0, ARRAY_COUNT(moduli));
    tcase_add_test(tests, a_counter_that_jumps_is_restarted_and_nothing_between_is_missing);
    tcase_add_test(tests, numbers_that_come_again_are_a_restart);
    tcase_add_test(tests, a_jump_beyond_the_window_is_a_restart_both_ways);
    tcase_add_test(tests, an_old_record_beyond_the_window_restarts_nothing);
    tcase_add_test(tests, all_that_is_missing_is_counted_when_the_list_is_full);
    tcase_add_test(tests, switches_count_for_themselves);
    tcase_add_test(tests, switches_beyond_the_table_are_refused_and_counted);
    tcase_add_test(tests, a_switch_that_counts_nonsense_costs_little);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
