/* SPDX-License-Identifier: Apache-2.0
 * What the pipeline does beside finding: who owns a number, what a receiver that fails does to a run, limits. Whether it
 * finds what it should is tests/model/test_pipeline.c. */
#include "simsieve/pipeline/pipeline.h"

#include "records.h"
#include "simsieve/lists/complaints.h"
#include "simsieve/lists/overlay.h"
#include "suite.h"
#include "workdir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char rule_text[] =
    "format: 1\nid: t.busy\nrev: 1\ntitle: {vi: a, en: b}\nsummary: {vi: a, en: b}\nstatus: alert\nreferences: []\n"
    "false_positives: []\nsubject: sim\nwindow: 1h\nwhen:\n  minor: [out_calls >= 5]\nworse: out_calls\n"
    "cooldown: 1m\ntests: []\n";

/* Where alerts go. */
struct receiver {
    unsigned alerts, batches;
    unsigned fails_at; /* this alert; 0: never */
    bool fails_at_end; /* of a batch */
    uint64_t positions[100];
    char subjects[100][16];
};

static struct error error;
static struct names *names;
static struct numbering *numbering;
static struct lists *lists;
static struct program *program;
static struct receiver receiver;
static struct pipeline *pipeline;

static enum error_class deliver(void *owner, struct alert *alert, struct error *failure)
{
    struct receiver *to = owner;
    CHECK(to->alerts < ARRAY_COUNT(to->positions));
    to->positions[to->alerts] = alert->position;
    memcpy(to->subjects[to->alerts], alert->subject_key, sizeof(to->subjects[0]));
    to->alerts++;
    alert_destroy(alert);
    return to->fails_at == to->alerts ? error_set(failure, ERROR_IO, "the disk is full") : ERROR_OK;
}

static enum error_class delivered(void *owner, struct error *failure)
{
    struct receiver *to = owner;
    to->batches++;
    return to->fails_at_end ? error_set(failure, ERROR_IO, "the store is gone") : ERROR_OK;
}

static void begin(uint32_t shards, const struct state_limits *limits)
{
    struct pipeline_options options = {.shard_count = shards,
                                       .source_count = 1,
                                       .lateness_ms = DAY_MS,
                                       .limits = *limits,
                                       .program = program,
                                       .lists = lists,
                                       .names = names,
                                       .deliver = deliver,
                                       .delivered = delivered,
                                       .owner = &receiver};
    options.limits.huge_pages = false;
    pipeline_fit_limits(&options.limits, program);
    pipeline = pipeline_create(&options, &error);
    ck_assert_msg(pipeline != NULL, "%s", error.text);
}

static void begin_default(uint32_t shards)
{
    const struct state_limits limits = state_limits_default();
    begin(shards, &limits);
}

static void set_up(void)
{
    workdir_open();
    receiver = (struct receiver){0};
    names = names_create(64, &error);
    numbering = numbering_load("conf/numbering", &error);
    workdir_write_text("subscribers.csv", "number,activated\n84910000001,2024-12-01\n");
    workdir_write_text("allow.csv", "number,kind,owner,reason,expires\n84910000009,hotline,x,y,2030-01-01\n");
    lists = lists_load(workdir_folder(), numbering, names, &error);
    program = program_load_text("rule.yaml", rule_text, &error);
    ck_assert(names && numbering && lists && program);
}

static void tear_down(void)
{
    pipeline_destroy(pipeline);
    program_destroy(program);
    lists_destroy(lists);
    numbering_destroy(numbering);
    names_destroy(names);
    workdir_close();
}

static void call(uint64_t sim, int64_t after_ms)
{
    const struct cdr record = call_make(CDR_MO_CALL, START_MS + after_ms, MOBILE(sim), MOBILE(500000), 10);
    pipeline_push(pipeline, &record);
}

static struct shard_counters counters(void)
{
    struct shard_counters of_shard;
    pipeline_shard_counters(pipeline, 0, &of_shard);
    return of_shard;
}

START_TEST(an_alert_comes_at_the_record_that_completes_it)
{
    begin_default(1);
    for (int64_t i = 0; i < 7; i++)
        call(1, i * 1000);
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    ck_assert_uint_eq(receiver.alerts, 1);
    ck_assert_uint_eq(receiver.positions[0], 5);
    ck_assert_str_eq(receiver.subjects[0], "84910000001");
    ck_assert_uint_eq(receiver.batches, 1);
    ck_assert_uint_eq(counters().alerts, 1);
    ck_assert_uint_eq(pipeline_alert_count(pipeline), 1);
    ck_assert_uint_eq(counters().events, 7); /* nobody asks what comes in */
}
END_TEST

START_TEST(a_run_without_records_ends)
{
    begin_default(4);
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    ck_assert_uint_eq(receiver.alerts + receiver.batches, 0);
}
END_TEST

START_TEST(a_run_can_be_given_up_at_any_time)
{
    begin_default(3);
    for (uint64_t i = 0; i < 5000; i++)
        call(i % 10, (int64_t)i);
}
END_TEST

START_TEST(alerts_of_all_shards_leave_in_the_order_of_records)
{
    begin_default(5);
    for (int64_t i = 0; i < 5; i++)
        for (uint64_t sim = 10; sim < 30; sim++)
            call(sim, i * 1000);
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    ck_assert_uint_eq(receiver.alerts, 20);
    for (unsigned i = 0; i < 20; i++)
        ck_assert_uint_eq(receiver.positions[i], 81 + i);
}
END_TEST

START_TEST(whom_the_allow_list_spares_is_counted_and_not_told)
{
    begin_default(1);
    for (int64_t i = 0; i < 9; i++)
        call(9, i * 1000);
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    ck_assert_uint_eq(receiver.alerts, 0);
    ck_assert_uint_eq(counters().allowed, 1);
}
END_TEST

START_TEST(after_a_failure_nothing_more_is_delivered_and_the_run_says_why)
{
    const bool at_end = _i;
    receiver.fails_at = at_end ? 0 : 2;
    receiver.fails_at_end = at_end;
    begin_default(2);
    for (uint64_t sim = 10; sim < 40; sim++) {
        for (int64_t i = 0; i < 5; i++)
            call(sim, (int64_t)sim * 10000 + i);
        if (sim == 19)
            pipeline_flush(pipeline);
    }
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_IO);
    ck_assert(pipeline_has_failed(pipeline));
    ck_assert_str_eq(error.text, at_end ? "the store is gone" : "the disk is full");
    ck_assert_uint_eq(receiver.alerts, at_end ? 10 : 2);
    ck_assert_uint_eq(receiver.batches, at_end);
}
END_TEST

/* A row that says when a number was activated comes between its records. */
static const struct {
    int64_t activated_ms; /* after the first record */
    unsigned alerts;
    uint64_t dropped;
} rows[] = {
    {-32 * HOUR_MS, 1, 0},  /* as in the list: nothing changes */
    {-DAY_MS, 0, 1},        /* a later date is somebody new, whatever was done since */
    {3 * MINUTE_MS, 0, 1},  /* somebody new: three calls were another's */
    {10 * MINUTE_MS, 0, 1}, /* not yet: the number is nobody's until then */
};

START_TEST(a_later_activation_drops_the_history)
{
    const struct subscriber row = {.number = MOBILE(1), .activated_ms = START_MS + rows[_i].activated_ms};
    begin_default(2);
    for (int64_t i = 0; i < 3; i++)
        call(1, i * MINUTE_MS);
    pipeline_push_change(pipeline, &row, START_MS + 4 * MINUTE_MS);
    for (int64_t i = 5; i < 8; i++)
        call(1, i * MINUTE_MS);
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    struct shard_counters first, second;
    pipeline_shard_counters(pipeline, 0, &first);
    pipeline_shard_counters(pipeline, 1, &second);
    ck_assert_uint_eq(receiver.alerts, rows[_i].alerts);
    ck_assert_uint_eq(first.state.histories_dropped + second.state.histories_dropped, rows[_i].dropped);
}
END_TEST

START_TEST(more_rows_than_a_batch_holds_are_taken)
{
    begin_default(1);
    for (uint64_t i = 0; i < 3000; i++) {
        const struct subscriber row = {.number = MOBILE(1000 + i), .activated_ms = START_MS};
        pipeline_push_change(pipeline, &row, START_MS);
    }
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    ck_assert_uint_eq(counters().lines, 0); /* a row alone makes no line */
}
END_TEST

/* Lists that are swapped in after a row said that the number was given to somebody three minutes after the start. */
static const struct {
    const char *listed;
    unsigned alerts;
    uint64_t dropped;
} swaps[] = {
    {"84910000003,2024-12-01", 0, 1},                    /* they do not have the number */
    {"84910000002,2024-12-01", 0, 1},                    /* they are older than the row */
    {"84910000002,", 0, 1},                              /* or know no date */
    {"84910000002,2024-12-02T08:03:00+07:00", 0, 1},     /* they have the row */
    {"84910000002,2024-12-02T08:00:00.001+07:00", 0, 1}, /* an owner in between */
    {"84910000002,2024-12-02T08:10:00+07:00", 1, 0},     /* a later owner, who has not begun yet */
};

START_TEST(a_row_outlives_lists_that_are_swapped_in)
{
    char text[128];
    const struct subscriber row = {.number = MOBILE(2), .activated_ms = START_MS + 3 * MINUTE_MS};
    snprintf(text, sizeof(text), "number,activated\n%s\n", swaps[_i].listed);
    workdir_write_text("subscribers.csv", text);
    struct lists *swapped = lists_load(workdir_folder(), numbering, names, &error);
    ck_assert_ptr_nonnull(swapped);
    begin_default(1);
    pipeline_push_change(pipeline, &row, START_MS);
    ck_assert_int_eq(pipeline_swap(pipeline, program, swapped, &error), ERROR_OK);
    for (int64_t i = 0; i < 6; i++)
        call(2, i * MINUTE_MS);
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    ck_assert_uint_eq(receiver.alerts, swaps[_i].alerts);
    ck_assert_uint_eq(counters().state.histories_dropped, swaps[_i].dropped);
    pipeline_destroy(pipeline);
    pipeline = NULL;
    lists_destroy(swapped);
}
END_TEST

/* A row that comes behind the first record of a SIM. */
static const struct {
    uint64_t sim;
    int64_t activated_ms; /* after that record; 0: not given */
    bool is_known;
    int64_t born_ms;
} ages[] = {
    {2, -HOUR_MS, true, -HOUR_MS},           /* no list knew it */
    {2, 0, false, 0},                        /* the row does not say either */
    {2, MINUTE_MS, true, MINUTE_MS},         /* somebody new since then */
    {1, -HOUR_MS, true, -HOUR_MS},           /* a list knew another owner */
    {1, -40 * HOUR_MS, true, -32 * HOUR_MS}, /* a list knows better */
};

START_TEST(a_row_behind_the_first_record_of_a_sim_tells_its_age)
{
    const struct subscriber row = {.number = MOBILE(ages[_i].sim),
                                   .activated_ms =
                                       ages[_i].activated_ms ? START_MS + ages[_i].activated_ms : 0};
    begin_default(1);
    call(ages[_i].sim, 0);
    pipeline_push_change(pipeline, &row, START_MS + 2 * MINUTE_MS);
    call(ages[_i].sim, 3 * MINUTE_MS);
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    const struct line *line = state_find(pipeline_state(pipeline, 0), row.number);
    ck_assert_ptr_nonnull(line);
    ck_assert_int_eq((line->flags & LINE_AGE_KNOWN) != 0, ages[_i].is_known);
    ck_assert_int_eq(line_born_ms(line), START_MS + ages[_i].born_ms);
}
END_TEST

START_TEST(a_row_behind_what_was_let_go_of_tells_no_age)
{
    const struct subscriber row = {.number = MOBILE(2), .activated_ms = START_MS - HOUR_MS};
    const int64_t later_ms = 40 * DAY_MS;
    begin_default(1);
    call(2, 0);
    call(2, later_ms);
    pipeline_push_change(pipeline, &row, START_MS + later_ms);
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    const struct line *line = state_find(pipeline_state(pipeline, 0), row.number);
    ck_assert_ptr_nonnull(line);
    ck_assert_uint_eq(line->flags & LINE_AGE_KNOWN, 0);
}
END_TEST

START_TEST(rows_without_room_are_counted)
{
    enum { EXCESS = 5 };
    begin_default(1);
    for (uint64_t i = 0; i < OVERLAY_ROWS_MAX + EXCESS; i++) {
        const struct subscriber row = {.number = MOBILE(1000 + i), .activated_ms = START_MS};
        pipeline_push_change(pipeline, &row, START_MS);
    }
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    ck_assert_uint_eq(counters().changes_refused, EXCESS);
}
END_TEST

static const char complaint_rule_text[] =
    "format: 1\nid: t.complained\nrev: 1\ntitle: {vi: a, en: b}\nsummary: {vi: a, en: b}\nstatus: alert\n"
    "references: []\nfalse_positives: []\nsubject: sim\nwindow: 1h\nwhen:\n"
    "  minor: [complaints >= 2 in 7d, out_calls >= 3]\nworse: out_sms\ncooldown: 1m\ntests: []\n";

static void ask_for_complaints(void)
{
    program_destroy(program);
    program = program_load_text("rule.yaml", complaint_rule_text, &error);
    ck_assert_msg(program != NULL, "%s", error.text);
}

static void complain(uint64_t sim, int64_t after_ms)
{
    const struct complaint complaint = {.number = MOBILE(sim), .time_ms = START_MS + after_ms, .kind = 'V'};
    pipeline_push_complaint(pipeline, &complaint);
}

/* SIMs call every minute from the start on; in between two complaints come. */
static const struct {
    uint64_t sim;
    unsigned calls_before;
    int64_t after_ms[2]; /* the times of the complaints */
    uint64_t of;
    unsigned alerts;
    uint64_t position; /* of the call that fires */
    uint64_t allowed;
} complained[] = {
    {2, 0, {-DAY_MS, -HOUR_MS}, 2, 1, 3, 0}, /* before the first call */
    {2, 7, {-DAY_MS, -HOUR_MS}, 2, 1, 8, 0}, /* behind calls that would have sufficed: the next one fires */
    {2, 7, {-DAY_MS, -DAY_MS}, 2, 0, 0, 0},  /* the same twice */
    {2, 7, {-DAY_MS, -HOUR_MS}, 3, 0, 0, 0}, /* of somebody else */
    {2, 7, {-7 * DAY_MS + 7 * MINUTE_MS, 0}, 2, 0, 0, 0},
    {2, 7, {-7 * DAY_MS + 7 * MINUTE_MS + 1, 0}, 2, 1, 8, 0},
    {2, 7, {10 * MINUTE_MS, 0}, 2, 1, 11, 0}, /* counts from its time on */
    {2, 7, {10 * MINUTE_MS + 1, 0}, 2, 1, 12, 0},
    {2, 7, {DAY_MS, 0}, 2, 0, 0, 0},
    {2, 7, {10 * MINUTE_MS, 10 * MINUTE_MS - 1}, 2, 1, 11, 0}, /* no number of calls says when */
    {1, 7, {-31 * HOUR_MS, 0}, 1, 1, 8, 0},
    {1, 7, {-33 * HOUR_MS, 0}, 1, 0, 0, 0},  /* of the number's former owner */
    {9, 7, {-DAY_MS, -HOUR_MS}, 9, 0, 0, 1}, /* the allow-list wins */
    {8, 7, {-DAY_MS, -HOUR_MS}, 8, 0, 0, 0}, /* and who is protected is accused of nothing */
};

START_TEST(a_complaint_counts_from_its_time_on_against_whom_it_names)
{
    enum { CALLS = 20 };
    workdir_write_text("protected.csv", "number,agency,province,role\n84910000008,x,11,x\n");
    struct lists *with = lists_load(workdir_folder(), numbering, names, &error), *without = lists;
    ask_for_complaints();
    lists = with;
    begin_default(1);
    for (unsigned i = 0; i < CALLS; i++) {
        for (unsigned k = 0; k < 2 && i == complained[_i].calls_before; k++)
            complain(complained[_i].of, complained[_i].after_ms[k]);
        call(complained[_i].sim, i * MINUTE_MS);
    }
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    ck_assert_uint_eq(receiver.alerts, complained[_i].alerts);
    ck_assert_uint_eq(receiver.positions[0], complained[_i].position);
    ck_assert_uint_eq(counters().allowed, complained[_i].allowed);
    ck_assert_uint_eq(counters().protected_subjects, complained[_i].sim == 8);
    ck_assert_uint_eq(counters().complaints_refused, 0);
    pipeline_destroy(pipeline);
    pipeline = NULL;
    lists_destroy(with);
    lists = without;
}
END_TEST

#define LISTED_0 "2024-12-02T08:00:00+07:00,84910000002,V\n"
#define LISTED_1 "2024-12-02T08:00:00.001+07:00,84910000002,V\n"

/* Lists that are swapped in between two complaints by a feed: one of the first moment, another some ms after it. */
static const struct {
    const char *listed;
    int64_t second_ms;
    unsigned alerts;
} complaint_swaps[] = {
    {"", 1, 1},       {"", 0, 0}, /* the same again */
    {LISTED_0, 1, 1}, {LISTED_0, 0, 0}, {LISTED_0 LISTED_1, 1, 1}, {LISTED_1, 0, 1},
};

START_TEST(complaints_outlive_lists_that_are_swapped_in_and_count_once)
{
    char text[200];
    snprintf(text, sizeof(text), "time,number,kind\n%s", complaint_swaps[_i].listed);
    workdir_write_text("complaints.csv", text);
    struct lists *swapped = lists_load(workdir_folder(), numbering, names, &error);
    ck_assert_ptr_nonnull(swapped);
    ask_for_complaints();
    begin_default(2);
    complain(2, 0);
    ck_assert_int_eq(pipeline_swap(pipeline, program, swapped, &error), ERROR_OK);
    complain(2, complaint_swaps[_i].second_ms);
    for (int64_t i = 0; i < 6; i++)
        call(2, i * MINUTE_MS);
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    ck_assert_uint_eq(receiver.alerts, complaint_swaps[_i].alerts);
    pipeline_destroy(pipeline);
    pipeline = NULL;
    lists_destroy(swapped);
}
END_TEST

START_TEST(more_complaints_than_a_batch_holds_are_taken)
{
    ask_for_complaints();
    begin_default(1);
    for (int64_t i = 0; i < 3000; i++)
        complain((uint64_t)i, -i);
    complain(2999, 0);
    for (int64_t i = 0; i < 3; i++)
        call(2999, i);
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    ck_assert_uint_eq(receiver.alerts, 1);
    ck_assert_uint_eq(counters().lines, 1); /* a complaint alone makes no line */
    ck_assert_uint_eq(counters().complaints_refused, 0);
}
END_TEST

/* What a full partition lets go of is the same for any number of shards, and is counted. */
START_TEST(complaints_without_room_are_counted)
{
    enum { SIMS = 20, EXCESS = 300 };
    static const uint32_t shards[] = {1, 4};
    struct receiver receivers[ARRAY_COUNT(shards)];
    uint64_t sims[SIMS];
    numbers_of_one_partition(sims, SIMS);
    ask_for_complaints();
    for (unsigned run = 0; run < ARRAY_COUNT(shards); run++) {
        uint64_t refused = 0;
        receiver = (struct receiver){0};
        begin_default(shards[run]);
        for (unsigned i = 0; i < COMPLAINTS_OF_PARTITION_MAX + EXCESS;
             i++) { /* the first SIMs' are the oldest */
            const struct complaint complaint = {.number =
                                                    sims[i * SIMS / (COMPLAINTS_OF_PARTITION_MAX + EXCESS)],
                                                .time_ms = START_MS - DAY_MS + i,
                                                .kind = 'S'};
            pipeline_push_complaint(pipeline, &complaint);
        }
        for (unsigned i = 0; i < 3 * SIMS; i++) {
            const struct cdr record =
                call_make(CDR_MO_CALL, START_MS + i, sims[i % SIMS], MOBILE(500000), 10);
            pipeline_push(pipeline, &record);
        }
        ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
        for (uint32_t i = 0; i < shards[run]; i++) {
            struct shard_counters of_shard;
            pipeline_shard_counters(pipeline, i, &of_shard);
            refused += of_shard.complaints_refused;
        }
        ck_assert_uint_eq(refused, EXCESS);
        ck_assert_uint_eq(receiver.alerts,
                          SIMS - 4); /* 66 of each; the 300 oldest are those of four and some more */
        receivers[run] = receiver;
        pipeline_destroy(pipeline);
        pipeline = NULL;
    }
    ck_assert_mem_eq(receivers[0].subjects, receivers[1].subjects, sizeof(receivers[0].subjects));
    ck_assert_mem_eq(receivers[0].positions, receivers[1].positions, sizeof(receivers[0].positions));
}
END_TEST

START_TEST(a_sim_without_room_is_counted_as_untracked)
{
    struct state_limits limits = state_limits_default();
    uint64_t sims[100];
    limits.lines_max = limits.blocks_max = PARTITION_COUNT;
    numbers_of_one_partition(sims, ARRAY_COUNT(sims));
    begin(1, &limits);
    for (size_t i = 0; i < ARRAY_COUNT(sims); i++) /* every one of them has an open alert */
        for (int64_t k = 0; k < 5; k++) {
            const struct cdr record = call_make(CDR_MO_CALL, START_MS + k, sims[i], MOBILE(500000), 10);
            pipeline_push(pipeline, &record);
        }
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    const struct shard_counters of_shard = counters();
    ck_assert_uint_gt(of_shard.lines, 60);
    ck_assert_uint_eq(of_shard.alerts, of_shard.lines);
    ck_assert_uint_eq(of_shard.untracked, (ARRAY_COUNT(sims) - of_shard.lines) * 5);
    ck_assert_uint_eq(of_shard.state.lines_refused, of_shard.untracked);
}
END_TEST

START_TEST(there_is_room_until_the_ring_of_batches_is_full)
{
    begin_default(1);
    ck_assert(pipeline_has_room(pipeline));
    for (uint64_t i = 0; i < 100000; i++) /* six rings of batches: pushing waits for the shards */
        call(i % 5000, (int64_t)i * 1000);
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    ck_assert_uint_eq(counters().events, 100000);
    ck_assert(pipeline_has_room(pipeline));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pipeline/pipeline");
    TCase *tests = tcase_create("pipeline");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, an_alert_comes_at_the_record_that_completes_it);
    tcase_add_test(tests, a_run_without_records_ends);
    tcase_add_test(tests, a_run_can_be_given_up_at_any_time);
    tcase_add_test(tests, alerts_of_all_shards_leave_in_the_order_of_records);
    tcase_add_test(tests, whom_the_allow_list_spares_is_counted_and_not_told);
    tcase_add_loop_test(tests, after_a_failure_nothing_more_is_delivered_and_the_run_says_why, 0, 2);
    tcase_add_loop_test(tests, a_later_activation_drops_the_history, 0, ARRAY_COUNT(rows));
    tcase_add_test(tests, more_rows_than_a_batch_holds_are_taken);
    tcase_add_loop_test(tests, a_row_outlives_lists_that_are_swapped_in, 0, ARRAY_COUNT(swaps));
    tcase_add_loop_test(tests, a_row_behind_the_first_record_of_a_sim_tells_its_age, 0, ARRAY_COUNT(ages));
    tcase_add_test(tests, a_row_behind_what_was_let_go_of_tells_no_age);
    tcase_add_test(tests, rows_without_room_are_counted);
    tcase_add_loop_test(tests, a_complaint_counts_from_its_time_on_against_whom_it_names, 0,
                        ARRAY_COUNT(complained));
    tcase_add_loop_test(tests, complaints_outlive_lists_that_are_swapped_in_and_count_once, 0,
                        ARRAY_COUNT(complaint_swaps));
    tcase_add_test(tests, more_complaints_than_a_batch_holds_are_taken);
    tcase_add_test(tests, complaints_without_room_are_counted);
    tcase_add_test(tests, a_sim_without_room_is_counted_as_untracked);
    tcase_add_test(tests, there_is_room_until_the_ring_of_batches_is_full);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
