/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"
#include "simsieve/order/order.h"
#include "simsieve/record/identity.h"
#include "suite.h"

#include <string.h>

#define LATENESS_MS DAY_MS

static struct error error;
static struct order *order;
static struct ordered ordered;

static void set_up(void)
{
    order = order_create(2, LATENESS_MS, &error);
    ck_assert_ptr_nonnull(order);
}

static void tear_down(void)
{
    order_destroy(order);
}

static enum order_verdict take(const struct cdr *record)
{
    order_prefetch(order, record);
    return order_record(order, record, &ordered);
}

static enum order_verdict take_at(int64_t time_ms, uint64_t source)
{
    struct cdr record = record_make(CDR_MO_CALL, time_ms, MOBILE(1), MOBILE(2));
    record.source = source;
    return take(&record);
}

START_TEST(positions_count_the_applied_records)
{
    struct cdr record = record_make(CDR_MO_CALL, START_MS, MOBILE(1), MOBILE(2));
    record_set_seq(&record, 5, 100);
    ck_assert_int_eq(take(&record), ORDER_APPLIED);
    ck_assert_uint_eq(ordered.position, 1);
    ck_assert_int_eq(take(&record), ORDER_DUPLICATE);
    record_set_seq(&record, 5, 101);
    ck_assert_int_eq(take(&record), ORDER_APPLIED);
    ck_assert_uint_eq(ordered.position, 2);
    ck_assert_int_eq(take_at(START_MS - LATENESS_MS - 1, 0), ORDER_LATE);
    ck_assert_int_eq(take_at(START_MS, 0), ORDER_APPLIED);
    ck_assert_uint_eq(ordered.position, 3);
    const struct order_counters *counters = order_counters(order);
    ck_assert_uint_eq(counters->applied, 3);
    ck_assert_uint_eq(counters->duplicates, 1);
    ck_assert_uint_eq(counters->late, 1);
}
END_TEST

START_TEST(late_is_more_than_the_lateness_behind_the_newest_of_its_own_source)
{
    ck_assert_int_eq(take_at(START_MS, 0), ORDER_APPLIED);
    ck_assert_int_eq(take_at(START_MS - LATENESS_MS, 0), ORDER_APPLIED);
    ck_assert_int_eq(take_at(START_MS - LATENESS_MS - 1, 0), ORDER_LATE);
    ck_assert_int_eq(take_at(START_MS - 30 * DAY_MS, 1), ORDER_APPLIED); /* the other source has just begun */
    ck_assert_int_eq(take_at(START_MS + HOUR_MS, 0), ORDER_APPLIED);
    ck_assert_int_eq(take_at(START_MS + HOUR_MS - LATENESS_MS - 1, 0), ORDER_LATE);
    ck_assert_int_eq(take_at(START_MS + HOUR_MS - LATENESS_MS, 0), ORDER_APPLIED);
    ck_assert_uint_eq(order_counters(order)->late, 2);
}
END_TEST

START_TEST(a_late_record_moves_neither_time_nor_first_and_last)
{
    take_at(START_MS, 0);
    take_at(START_MS - 2 * LATENESS_MS, 0);
    ck_assert_int_eq(order_counters(order)->first_ms, START_MS);
    take_at(START_MS - HOUR_MS, 0);
    take_at(START_MS + HOUR_MS, 0);
    take_at(START_MS + MINUTE_MS, 0);
    ck_assert_int_eq(order_counters(order)->first_ms, START_MS - HOUR_MS);
    ck_assert_int_eq(order_counters(order)->last_ms, START_MS + HOUR_MS);
}
END_TEST

START_TEST(without_switch_and_seq_nothing_is_a_duplicate_and_the_content_is_the_identity)
{
    struct cdr record = record_make(CDR_MO_CALL, START_MS, MOBILE(1), MOBILE(2));
    ck_assert_int_eq(take(&record), ORDER_APPLIED);
    ck_assert(!identity_is_seq(ordered.identity));
    ck_assert_uint_eq(ordered.identity, identity_of_hash(cdr_content_hash(&record)));
    ck_assert_int_eq(take(&record), ORDER_APPLIED);
    record.switch_name = 5;
    record.valid |= 1u << CDR_SWITCH;
    ck_assert_int_eq(take(&record), ORDER_APPLIED);
    ck_assert(!identity_is_seq(ordered.identity));
    ck_assert_uint_eq(order_counters(order)->duplicates, 0);
}
END_TEST

START_TEST(the_identity_is_switch_and_seq)
{
    struct cdr record = record_make(CDR_MO_CALL, START_MS, MOBILE(1), MOBILE(2));
    record_set_seq(&record, 5, 100);
    take(&record);
    record_set_seq(&record, 6, (UINT64_C(1) << 34) - 1);
    take(&record);
    ck_assert(identity_is_seq(ordered.identity));
    ck_assert_uint_eq(identity_seq(ordered.identity), (UINT64_C(1) << 34) - 1);
    ck_assert_uint_eq(order_switch_name(order, identity_switch(ordered.identity)), 6);
    /* A larger number has no room: its identity is the content, a second copy of it is found all the same. */
    record_set_seq(&record, 6, UINT64_C(1) << 34);
    ck_assert_int_eq(take(&record), ORDER_APPLIED);
    ck_assert(!identity_is_seq(ordered.identity));
    ck_assert_int_eq(take(&record), ORDER_DUPLICATE);
    record_set_seq(&record, 6, UINT64_MAX); /* damage: no counter gets there */
    ck_assert_int_eq(take(&record), ORDER_APPLIED);
    ck_assert_int_eq(take(&record), ORDER_APPLIED);
}
END_TEST

START_TEST(switches_beyond_the_table_lose_their_identity_not_their_records)
{
    struct sequence_report report = {.gaps = (struct sequence_gap[SEQUENCE_GAPS_MAX]){{0}}};
    struct cdr record = record_make(CDR_MO_CALL, START_MS, MOBILE(1), MOBILE(2));
    for (uint64_t i = 0; i <= SWITCHES_MAX; i++) {
        record_set_seq(&record, 1000 + i, 7);
        REQUIRE(take(&record) == ORDER_APPLIED);
        REQUIRE(identity_is_seq(ordered.identity) == (i < SWITCHES_MAX));
    }
    ck_assert_int_eq(take(&record), ORDER_APPLIED);
    sequences_report(order_sequences(order), &report);
    ck_assert_uint_eq(report.switches_refused, 2);
}
END_TEST

START_TEST(foreign_numbers_that_find_no_room_are_counted_and_stay_off_net)
{
    for (uint64_t i = 0; i < 1000000; i++)
        order_add_on_net(order, FOREIGN(i));
    ck_assert_uint_eq(order_counters(order)->onnet_refused, 0);
    struct cdr record = record_make(CDR_MO_CALL, START_MS, FOREIGN(1000000), MOBILE(2));
    take(&record);
    ck_assert_uint_eq(order_counters(order)->onnet_refused, 1);
    record = record_make(CDR_MT_CALL, START_MS + HOUR_MS, FOREIGN(1000000), MOBILE(2));
    take(&record);
    ck_assert_uint_eq(ordered.roles & ROLE_COUNTS, ROLE_COUNTS); /* of an off-net A it counts */
}
END_TEST

START_TEST(who_was_served_is_on_net_from_then_on)
{
    struct cdr record = record_make(CDR_MT_CALL, START_MS, MOBILE(1), MOBILE(2));
    take(&record);
    ck_assert_uint_eq(ordered.roles, ROLE_COUNTS | ROLE_PLACE_B);
    record = record_make(CDR_MT_CALL, START_MS + HOUR_MS, MOBILE(2), MOBILE(1)); /* B was served */
    take(&record);
    ck_assert_uint_eq(ordered.roles, ROLE_PLACE_B);
    record = record_make(CDR_FORWARD_CALL, START_MS, MOBILE(5), MOBILE(6));
    record.forwarded_by = MOBILE(7);
    record.valid |= 1u << CDR_FORWARDED_BY;
    take(&record);
    ck_assert_uint_eq(ordered.roles, 0);
    record = record_make(CDR_MT_SMS, START_MS, MOBILE(7), MOBILE(8)); /* who forwards is served */
    take(&record);
    ck_assert_uint_eq(ordered.roles, ROLE_PLACE_B);
    record = record_make(CDR_MT_SMS, START_MS, MOBILE(5), MOBILE(8)); /* the first caller is not */
    take(&record);
    ck_assert_uint_eq(ordered.roles, ROLE_COUNTS | ROLE_PLACE_B);
}
END_TEST

START_TEST(an_sms_of_an_unknown_sender_counts_for_b_alone)
{
    const struct cdr record = record_make(CDR_MT_SMS, START_MS, 0, MOBILE(2));
    take(&record);
    ck_assert_uint_eq(ordered.roles, ROLE_IN_B | ROLE_PLACE_B);
    take(&record); /* two of them within the window are no legs of one */
    ck_assert_uint_eq(ordered.roles, ROLE_IN_B | ROLE_PLACE_B);
    ck_assert_uint_eq(order_counters(order)->legs_joined, 0);
}
END_TEST

/* Stories of one call: which records it leaves, and which of the two sides are subscribers of ours. */
static const struct story {
    enum cdr_type types[4];
    size_t count;
    bool a_is_ours, b_is_ours;
} stories[] = {
    {{CDR_MO_CALL, CDR_MT_CALL}, 2, true, true},
    {{CDR_MO_SMS, CDR_MT_SMS}, 2, true, true},
    {{CDR_MO_CALL, CDR_OUT_GATEWAY, CDR_INC_GATEWAY, CDR_MT_CALL}, 4, true, true},
    {{CDR_MO_CALL, CDR_TRANSIT, CDR_MT_CALL}, 3, true, true},
    {{CDR_MO_CALL, CDR_OUT_GATEWAY}, 2, true, false},
    {{CDR_MO_CALL, CDR_TRANSIT, CDR_OUT_GATEWAY}, 3, true, false},
    {{CDR_MO_CALL}, 1, true, false},
    {{CDR_INC_GATEWAY, CDR_MT_CALL}, 2, false, true},
    {{CDR_INC_GATEWAY, CDR_TRANSIT, CDR_MT_CALL}, 3, false, true},
    {{CDR_MT_SMS}, 1, false, true},
    {{CDR_INC_GATEWAY, CDR_OUT_GATEWAY}, 2, false, false},
    {{CDR_INC_GATEWAY, CDR_TRANSIT, CDR_OUT_GATEWAY}, 3, false, false},
};

static const unsigned factorials[] = {1, 1, 2, 6, 24};

/* The records of a story in the permutation of that number. */
static void permute(const struct story *story, unsigned code, enum cdr_type types[4])
{
    memcpy(types, story->types, sizeof(story->types));
    for (size_t left = story->count; left > 1; left--) {
        const size_t at = code / factorials[left - 1];
        code %= factorials[left - 1];
        const enum cdr_type chosen = types[story->count - left + at];
        for (size_t i = story->count - left + at; i > story->count - left; i--)
            types[i] = types[i - 1];
        types[story->count - left] = chosen;
    }
}

enum { A_LISTED = 1, B_LISTED = 2, A_ACTS = 4, B_ACTS = 8, VARIANTS = 16 };

/* Tells one story in one order; `meanwhile` records of other calls of A and B come before record `interruption`. */
static void tell(const struct story *story, unsigned code, unsigned variant, size_t interruption)
{
    unsigned out = 0, in = 0;
    enum cdr_type types[4];
    permute(story, code, types);
    tear_down();
    set_up();
    if (variant & A_LISTED)
        order_add_on_net(order, MOBILE(1));
    if (variant & B_LISTED)
        order_add_on_net(order, MOBILE(2));
    for (size_t i = 0; i < story->count; i++) {
        const struct cdr a_acts = record_make(CDR_MO_CALL, START_MS, MOBILE(1), MOBILE(3));
        const struct cdr b_acts = record_make(CDR_MO_CALL, START_MS, MOBILE(2), MOBILE(3));
        if (i == interruption && variant & A_ACTS)
            take(&a_acts);
        if (i == interruption && variant & B_ACTS)
            take(&b_acts);
        const struct cdr record =
            record_make(types[i], START_MS + 2000 * (int64_t)code, MOBILE(1), MOBILE(2));
        take(&record);
        out += (ordered.roles & ROLE_OUT_A) != 0;
        in += (ordered.roles & ROLE_IN_B) != 0;
    }
    if (out != 1 || in != 1)
        ck_abort_msg("order %u, variant %x, interrupted at %zu: %u out, %u in", code, variant, interruption,
                     out, in);
}

START_TEST(a_call_counts_once_for_each_side_in_whatever_order_its_records_come)
{
    const struct story *story = &stories[_i];
    for (unsigned variant = 0; variant < VARIANTS; variant++) {
        if ((variant & (A_LISTED | A_ACTS) && !story->a_is_ours) ||
            (variant & (B_LISTED | B_ACTS) && !story->b_is_ours))
            continue;
        for (unsigned code = 0; code < factorials[story->count]; code++)
            for (size_t interruption = 0; interruption < story->count; interruption++)
                tell(story, code, variant, interruption);
    }
}
END_TEST

START_TEST(every_call_of_a_pair_counts)
{
    const bool is_listed = _i;
    unsigned out = 0;
    if (is_listed)
        order_add_on_net(order, MOBILE(1));
    for (unsigned call = 0; call < 10; call++) { /* ten calls, three seconds apart, each with both legs */
        const int64_t time_ms = START_MS + 3000 * (int64_t)call;
        const struct cdr mo = record_make(CDR_MO_CALL, time_ms, MOBILE(1), MOBILE(2));
        const struct cdr mt = record_make(CDR_MT_CALL, time_ms + 500, MOBILE(1), MOBILE(2));
        take(&mt);
        out += (ordered.roles & ROLE_OUT_A) != 0;
        take(&mo);
        out += (ordered.roles & ROLE_OUT_A) != 0;
    }
    ck_assert_uint_eq(out, 10);
}
END_TEST

START_TEST(legs_that_are_joined_and_forgotten_are_counted)
{
    struct cdr record = record_make(CDR_MT_CALL, START_MS, FOREIGN(0), MOBILE(2));
    take(&record);
    record.type = CDR_INC_GATEWAY; /* B has been served by now: no role to leave */
    take(&record);
    ck_assert_uint_eq(order_counters(order)->legs_joined, 0);
    record = record_make(CDR_INC_GATEWAY, START_MS, FOREIGN(0), FOREIGN(1));
    take(&record);
    record.type = CDR_OUT_GATEWAY;
    take(&record);
    ck_assert_uint_eq(order_counters(order)->legs_joined, 1);
    ck_assert_uint_eq(ordered.roles, ROLE_TRUNK);
    ck_assert_uint_eq(order_counters(order)->legs_overwritten, 0);
    for (uint64_t i = 0; i < 200000; i++) { /* three times as many as are remembered, all at once */
        record = record_make(CDR_INC_GATEWAY, START_MS, FOREIGN(i), FOREIGN(500000));
        take(&record);
    }
    ck_assert_uint_gt(order_counters(order)->legs_overwritten, 100000);
    ck_assert_uint_eq(order_counters(order)->legs_joined, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("order/order");
    TCase *tests = tcase_create("order");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, positions_count_the_applied_records);
    tcase_add_test(tests, late_is_more_than_the_lateness_behind_the_newest_of_its_own_source);
    tcase_add_test(tests, a_late_record_moves_neither_time_nor_first_and_last);
    tcase_add_test(tests, without_switch_and_seq_nothing_is_a_duplicate_and_the_content_is_the_identity);
    tcase_add_test(tests, the_identity_is_switch_and_seq);
    tcase_add_test(tests, switches_beyond_the_table_lose_their_identity_not_their_records);
    tcase_add_test(tests, foreign_numbers_that_find_no_room_are_counted_and_stay_off_net);
    tcase_add_test(tests, who_was_served_is_on_net_from_then_on);
    tcase_add_test(tests, an_sms_of_an_unknown_sender_counts_for_b_alone);
    tcase_add_loop_test(tests, a_call_counts_once_for_each_side_in_whatever_order_its_records_come, 0,
                        ARRAY_COUNT(stories));
    tcase_add_loop_test(tests, every_call_of_a_pair_counts, 0, 2);
    tcase_add_test(tests, legs_that_are_joined_and_forgotten_are_counted);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
