/* SPDX-License-Identifier: Apache-2.0
 * The whole pipeline against the oracle that keeps every event: random traffic, and traffic that hovers at
 * thresholds. With enough memory every alert comes at the same record; with hardly any, no alert comes that the
 * oracle would not justify, and what is missed or late is told.
 *
 * SEED=n repeats one run; without it a few fixed seeds are run. */
#include "chance.h"
#include "oracle.h"
#include "records.h"
#include "rule_sets.h"
#include "simsieve/pipeline/pipeline.h"
#include "suite.h"
#include "workdir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS    4000
#define SIMS       40 /* of any partition */
#define CROWD      90 /* further ones, all of one partition, which has room for fewer */
#define OFFICIALS  12
#define CROWD_RUNS 12

static struct numbering *numbering;
static struct names *names;
static struct lists *lists;
static struct error error;

static uint64_t crowd[CROWD];

static uint64_t sim(uint64_t index)
{
    return index < SIMS ? number_make(NUMBER_MOBILE, UINT64_C(84910000000) + index) : crowd[index - SIMS];
}

static uint64_t official(uint64_t index)
{
    return number_make(NUMBER_MOBILE, UINT64_C(84980000000) + index);
}

/* Complaints of the list, some of a time to come, and those that come before every COMPLAINT_EVERY-th record: of before it,
 * of then and of later, and now and then what the list has. */
#define LISTED_COMPLAINTS 120
#define COMPLAINT_EVERY   17

static struct complaint listed_complaint(uint64_t index)
{
    return (struct complaint){.number = sim(index * 7 % (SIMS + 10)),
                              .time_ms = START_MS - 8 * DAY_MS + (int64_t)index * 137 * MINUTE_MS,
                              .kind = "SVL"[index % 3]};
}

static struct complaint complaint_before(uint64_t index, const struct cdr *record)
{
    static const int64_t ages_ms[] = {0, HOUR_MS, 5 * HOUR_MS, -HOUR_MS, 2 * DAY_MS, -20 * MINUTE_MS};
    const uint64_t turn = index / COMPLAINT_EVERY;
    if (turn % 5 == 0)
        return listed_complaint(turn % LISTED_COMPLAINTS);
    return (struct complaint){.number = turn % 3 ? record->a : sim(turn % SIMS),
                              .time_ms = record->time_ms - ages_ms[turn % ARRAY_COUNT(ages_ms)],
                              .kind = "SVL"[turn % 3]};
}

static void write_complaints(void)
{
    static const char *const kinds[] = {"S", "V", "LD"};
    static char text[20000];
    struct text csv = text_over(text, sizeof(text));
    text_add(&csv, "number,time,kind\n");
    for (uint64_t i = 0; i < LISTED_COMPLAINTS; i++)
        text_add(&csv, "%llu,%lld,%s\n", (unsigned long long)number_value(listed_complaint(i).number),
                 (long long)listed_complaint(i).time_ms, kinds[i % 3]);
    workdir_write_text("complaints.csv", text);
}

static void write_lists(void)
{
    static char text[20000];
    struct text csv = text_over(text, sizeof(text));
    char time[CALENDAR_TEXT_BYTES];
    text_add(&csv, "number,activated,province,dealer\n");
    for (uint64_t i = 0; i < SIMS + CROWD; i++) /* old, young, unknown, and activated on the way */
        if (i % 4 != 2)
            text_add(&csv, "%llu,%s,11,D%llu\n", (unsigned long long)number_value(sim(i)),
                     calendar_format(START_MS -
                                         (i % 4 == 0   ? 900
                                          : i % 4 == 1 ? 5
                                                       : 0) *
                                             DAY_MS +
                                         (i % 4 == 3 ? (int64_t)i * HOUR_MS / 2 : 0),
                                     time),
                     (unsigned long long)i % 3);
    workdir_write_text("subscribers.csv", text);
    csv = text_over(text, sizeof(text));
    text_add(&csv, "number,agency,province,role\n");
    for (uint64_t i = 0; i < OFFICIALS; i++)
        text_add(&csv, "%llu,agency %llu,%s,x\n", (unsigned long long)number_value(official(i)),
                 (unsigned long long)i % 5, i % 3 ? "11" : "01");
    workdir_write_text("protected.csv", text);
    workdir_write_text("allow.csv", "number,kind,owner,reason,expires\n84910000001,hotline,x,y,2024-12-02\n");
    write_complaints();
}

static uint64_t draw_number(void)
{
    switch (draw(12)) {
    case 0:
        return number_make(NUMBER_SHORT, 198);
    case 1:
        return number_make(NUMBER_INTERNATIONAL, UINT64_C(6591234560) + draw(5));
    case 2:
    case 3:
        return official(draw(OFFICIALS));
    default:
        return sim(draw(SIMS));
    }
}

/* One record of a network in which some SIMs are far busier than others. */
static struct cdr draw_record(int64_t *now_ms)
{
    static const enum cdr_type types[] = {CDR_MO_CALL, CDR_MO_CALL,     CDR_MO_CALL,
                                          CDR_MO_SMS,  CDR_MO_SMS,      CDR_MT_CALL,
                                          CDR_MT_SMS,  CDR_INC_GATEWAY, CDR_FORWARD_CALL};
    static const enum cdr_outcome outcomes[] = {CDR_OUTCOME_NONE, CDR_ANSWERED, CDR_ANSWERED, CDR_NO_ANSWER};
    struct cdr record = {.type = (uint8_t)types[draw(ARRAY_COUNT(types))]};
    *now_ms += (int64_t)draw(draw(10) == 0 ? 900000 : 40000);
    record.time_ms = *now_ms - (draw(8) == 0 ? (int64_t)draw(3 * 3600000) : 0);
    record.a = draw(3) ? sim(draw(6)) : draw_number();
    record.b = draw_number();
    if (number_is_service(record.b) && draw(2))
        record.b = sim(draw(SIMS));
    record.outcome = (uint8_t)(cdr_is_sms(&record) ? CDR_OUTCOME_NONE : outcomes[draw(4)]);
    record.valid = 1u << CDR_A | 1u << CDR_B | 1u << CDR_TYPE | 1u << CDR_TIME;
    if (!cdr_is_sms(&record) && draw(6)) {
        record.duration_s = (uint32_t)draw(draw(2) ? 50 : 500);
        record.valid |= 1u << CDR_DURATION;
    }
    if (draw(2)) {
        record.cell = (struct cdr_cell){.plmn = 904008, .area = 1, .cell = draw(4)};
        record.imei = digits_make(35000000000000 + draw(3), 14);
        record.valid |= 1u << CDR_CELL | 1u << CDR_IMEI;
    }
    return record;
}

struct found {
    struct verdict *verdicts;
    size_t count;
};

static enum error_class note(void *owner, struct alert *alert, struct error *failure)
{
    struct found *found = owner;
    struct verdict verdict = {
        .position = alert->position, .rule_index = alert->rule_index, .severity = alert->severity};
    (void)failure;
    snprintf(verdict.subject, sizeof(verdict.subject), "%s", alert->subject_key);
    found->verdicts = realloc(found->verdicts, (found->count + 1) * sizeof(verdict));
    ck_assert_ptr_nonnull(found->verdicts);
    found->verdicts[found->count++] = verdict;
    alert_destroy(alert);
    return ERROR_OK;
}

static enum error_class nothing(void *owner, struct error *failure)
{
    (void)owner;
    (void)failure;
    return ERROR_OK;
}

struct totals {
    uint64_t due, same_record, late, missed, unjustified, trimmed, evicted;
    int64_t latest_ms;
};

static struct cdr records[RECORDS];

/* Rules and lists to swap in, in turns, every SWAP_EVERY records. */
#define SWAP_EVERY 333

struct swaps {
    const struct program *programs[2];
    const struct lists *lists[2];
};

static const struct swaps *swaps; /* NULL: none */

static struct found run_pipeline(const struct program *program, uint32_t shards,
                                 const struct state_limits *wanted, struct totals *totals)
{
    struct found found = {0};
    struct pipeline_options options = {.shard_count = shards,
                                       .source_count = 1,
                                       .lateness_ms = DAY_MS,
                                       .limits = *wanted,
                                       .program = program,
                                       .lists = lists,
                                       .names = names,
                                       .deliver = note,
                                       .delivered = nothing,
                                       .owner = &found};
    pipeline_fit_limits(&options.limits, program);
    struct pipeline *pipeline = pipeline_create(&options, &error);
    ck_assert_msg(pipeline != NULL, "%s", error.text);
    for (size_t i = 0; i < RECORDS; i++) {
        const struct complaint complaint = complaint_before(i, &records[i]);
        if (i % COMPLAINT_EVERY == 0 && complaint.number)
            pipeline_push_complaint(pipeline, &complaint);
        pipeline_push(pipeline, &records[i]);
        if (i % 777 == 0)
            pipeline_flush(pipeline);
        if (swaps && i % SWAP_EVERY == 0)
            ck_assert_int_eq(pipeline_swap(pipeline, swaps->programs[i / SWAP_EVERY % 2],
                                           swaps->lists[i / SWAP_EVERY % 2], &error),
                             ERROR_OK);
    }
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    for (uint32_t i = 0; i < shards && totals; i++) {
        struct shard_counters counters;
        pipeline_shard_counters(pipeline, i, &counters);
        totals->trimmed += counters.state.blocks_trimmed;
        totals->evicted += counters.state.lines_evicted;
    }
    pipeline_destroy(pipeline);
    return found;
}

static struct oracle *run_oracle(const struct program *program, int64_t *position_ms)
{
    struct oracle *oracle = oracle_create(program, lists, names);
    struct order *order = order_create(1, DAY_MS, &error);
    ck_assert_ptr_nonnull(order);
    for (size_t i = 0; i < lists_subscriber_count(lists); i++)
        order_add_on_net(order, lists_subscriber_at(lists, i)->number);
    for (uint64_t i = 0; i < LISTED_COMPLAINTS; i++) {
        const struct complaint complaint = listed_complaint(i);
        oracle_complain(oracle, &complaint);
    }
    for (size_t i = 0; i < RECORDS; i++) {
        struct ordered ordered;
        const struct complaint complaint = complaint_before(i, &records[i]);
        if (i % COMPLAINT_EVERY == 0 && complaint.number)
            oracle_complain(oracle, &complaint);
        if (order_record(order, &records[i], &ordered) != ORDER_APPLIED)
            continue;
        position_ms[ordered.position] = records[i].time_ms;
        oracle_take(oracle, &records[i], &ordered);
    }
    order_destroy(order);
    return oracle;
}

static int by_position(const void *a, const void *b)
{
    const struct verdict *left = a, *right = b;
    if (left->position != right->position)
        return left->position < right->position ? -1 : 1;
    if (left->rule_index != right->rule_index)
        return left->rule_index < right->rule_index ? -1 : 1;
    return strcmp(left->subject, right->subject);
}

/* The crowd takes turns: four others an hour become busy, and those that were come back when all have been. */
static void draw_crowd(int run)
{
    int64_t now_ms = START_MS;
    chance_begin(2000 + (uint64_t)run);
    for (size_t i = 0; i < RECORDS; i++) {
        const uint64_t turn = (uint64_t)(now_ms - START_MS) / (HOUR_MS / 4);
        records[i] = draw_record(&now_ms);
        if (draw(4))
            records[i].a = crowd[(turn + draw(6)) % CROWD];
        if (draw(4) == 0)
            records[i].b = crowd[draw(CROWD)];
    }
}

static void draw_records(int run)
{
    int64_t now_ms = START_MS;
    chance_begin(1000 + (uint64_t)run);
    for (size_t i = 0; i < RECORDS; i++)
        records[i] = draw_record(&now_ms);
}

/* With memory for everything the drawn records give the alerts that are due, and no other. */
static void expect_due_alerts(const struct program *program, size_t due_min)
{
    static int64_t position_ms[RECORDS + 1];
    const struct state_limits limits = state_limits_default();
    struct oracle *oracle = run_oracle(program, position_ms);
    size_t due_count;
    const struct verdict *due = oracle_verdicts(oracle, &due_count);
    struct verdict *sorted = malloc((due_count + 1) * sizeof(*sorted));
    memcpy(sorted, due, due_count * sizeof(*sorted));
    qsort(sorted, due_count, sizeof(*sorted), by_position);
    ck_assert_uint_ge(due_count, due_min);
    for (uint32_t shards = 1; shards <= 3; shards += 2) {
        struct found found = run_pipeline(program, shards, &limits, NULL);
        for (size_t i = 0; i < due_count && i < found.count; i++)
            ck_assert_msg(memcmp(&sorted[i], &found.verdicts[i], sizeof(sorted[i])) == 0,
                          "alert %zu: due %llu %s %s of %s, raised %llu %s %s of %s", i,
                          (unsigned long long)sorted[i].position, program->rules[sorted[i].rule_index]->id,
                          severity_name(sorted[i].severity), sorted[i].subject,
                          (unsigned long long)found.verdicts[i].position,
                          program->rules[found.verdicts[i].rule_index]->id,
                          severity_name(found.verdicts[i].severity), found.verdicts[i].subject);
        ck_assert_uint_eq(found.count, due_count);
        free(found.verdicts);
    }
    free(sorted);
    oracle_destroy(oracle);
}

START_TEST(with_memory_every_alert_comes_at_the_record_that_justifies_it)
{
    struct program *program = rule_set_of_the_model();
    draw_records(_i);
    expect_due_alerts(program, 21);
    program_destroy(program);
}
END_TEST

START_TEST(whatever_the_rules_every_alert_comes_at_the_record_that_justifies_it)
{
    draw_records(100 + _i);
    struct program *program = rule_set_by_chance(_i % 2);
    expect_due_alerts(program, 1);
    program_destroy(program);
}
END_TEST

/* Each alert of a starved pipeline: justified at its record, and how late it is. */
static void hold_against(const struct program *program, const struct oracle *oracle,
                         const struct found *found, const int64_t *position_ms, struct totals *totals)
{
    size_t due_count;
    const struct verdict *due = oracle_verdicts(oracle, &due_count);
    for (size_t i = 0; i < found->count; i++) {
        const struct verdict *verdict = &found->verdicts[i];
        if (program->rules[verdict->rule_index]->member == 0)
            totals->unjustified += !oracle_held(oracle, verdict->rule_index, verdict->position);
    }
    for (size_t i = 0; i < due_count; i++) {
        size_t k = 0;
        while (k < found->count && !(found->verdicts[k].rule_index == due[i].rule_index &&
                                     strcmp(found->verdicts[k].subject, due[i].subject) == 0 &&
                                     found->verdicts[k].position >= due[i].position))
            k++;
        totals->due++;
        if (k == found->count) {
            totals->missed++;
            continue;
        }
        const int64_t late_ms = position_ms[found->verdicts[k].position] - position_ms[due[i].position];
        totals->same_record += found->verdicts[k].position == due[i].position;
        totals->late += found->verdicts[k].position != due[i].position;
        if (late_ms > totals->latest_ms)
            totals->latest_ms = late_ms;
    }
}

/* Runs the drawn records with too little memory: what is raised is justified all the same. Destroys the program. */
static void starve(const char *what, struct program *program, const struct state_limits *limits,
                   struct totals *totals)
{
    static int64_t position_ms[RECORDS + 1];
    struct oracle *oracle = run_oracle(program, position_ms);
    struct found found = run_pipeline(program, 1, limits, totals);
    hold_against(program, oracle, &found, position_ms, totals);
    printf(
        "%s: %llu alerts due, %llu at the same record, %llu later (by %lld min at most), %llu missed; %llu "
        "raised without cause; %llu blocks trimmed, %llu SIMs evicted\n",
        what, (unsigned long long)totals->due, (unsigned long long)totals->same_record,
        (unsigned long long)totals->late, (long long)(totals->latest_ms / MINUTE_MS),
        (unsigned long long)totals->missed, (unsigned long long)totals->unjustified,
        (unsigned long long)totals->trimmed, (unsigned long long)totals->evicted);
    ck_assert_uint_gt(totals->trimmed, 0);
    ck_assert_uint_gt(found.count, 0);
    ck_assert_uint_eq(totals->unjustified, 0);
    free(found.verdicts);
    oracle_destroy(oracle);
    program_destroy(program);
}

START_TEST(without_memory_no_alert_comes_that_is_not_justified)
{
    struct totals totals = {0};
    struct state_limits limits = state_limits_default();
    draw_records(_i);
    limits.events_max = 12; /* rings overflow into panes */
    limits.contacts_max = 4;
    limits.places_max = 2;
    starve("starved", _i % 2 ? rule_set_by_chance(false) : rule_set_of_the_model(), &limits, &totals);
}
END_TEST

START_TEST(of_a_crowd_that_has_no_room_nobody_is_accused_for_what_was_forgotten)
{
    struct totals totals = {0};
    struct state_limits limits = state_limits_default();
    /* The last: a SIM that was evicted comes back with a late record, which is not its newest. */
    const int run = _i < CROWD_RUNS ? _i : 3017;
    draw_crowd(run);
    limits.lines_max = limits.blocks_max = PARTITION_COUNT; /* as little as a partition can have */
    starve("crowd", run % 2 ? rule_set_by_chance(false) : rule_set_of_the_model(), &limits, &totals);
    ck_assert_uint_gt(totals.evicted, 0);
}
END_TEST

START_TEST(a_swap_to_equal_rules_and_lists_changes_no_alert)
{
    const struct state_limits limits = state_limits_default();
    struct program *program = rule_set_of_the_model(), *again = program_load(workdir_path("rules"), &error);
    struct lists *lists_again = lists_load(workdir_folder(), numbering, names, &error);
    const struct swaps in_turns = {{again, program}, {lists_again, lists}};
    ck_assert(again && lists_again);
    draw_records(_i);
    struct found undisturbed = run_pipeline(program, 1, &limits, NULL);
    ck_assert_uint_gt(undisturbed.count, 20);
    swaps = &in_turns;
    for (uint32_t shards = 1; shards <= 3; shards += 2) {
        struct found found = run_pipeline(program, shards, &limits, NULL);
        ck_assert_uint_eq(found.count, undisturbed.count);
        ck_assert_mem_eq(found.verdicts, undisturbed.verdicts, found.count * sizeof(*found.verdicts));
        free(found.verdicts);
    }
    swaps = NULL;
    free(undisturbed.verdicts);
    lists_destroy(lists_again);
    program_destroy(again);
    program_destroy(program);
}
END_TEST

START_TEST(rules_that_need_a_past_that_was_not_kept_are_refused_whole)
{
    static const char longer[] =
        "format: 1\nid: t.longer\nrev: 1\ntitle: {vi: a, en: b}\nsummary: {vi: a, en: b}\n"
        "status: alert\nreferences: []\nfalse_positives: []\nsubject: sim\nwindow: 25h\n"
        "min_sample: {out_calls: 5}\nwhen:\n  minor: [out_calls >= 5]\nworse: out_calls\n"
        "cooldown: 1h\ntests: []\n";
    const struct state_limits limits = state_limits_default();
    struct program *program = rule_set_of_the_model(),
                   *next = program_load_text("longer.yaml", longer, &error);
    ck_assert_msg(next != NULL, "%s", error.text);
    struct found found = {0};
    struct pipeline_options options = {.shard_count = 1,
                                       .source_count = 1,
                                       .lateness_ms = DAY_MS,
                                       .limits = limits,
                                       .program = program,
                                       .lists = lists,
                                       .names = names,
                                       .deliver = note,
                                       .delivered = nothing,
                                       .owner = &found};
    pipeline_fit_limits(&options.limits, program);
    struct pipeline *pipeline = pipeline_create(&options, &error);
    ck_assert_ptr_nonnull(pipeline);
    ck_assert_int_eq(pipeline_swap(pipeline, next, lists, &error), ERROR_CONFIG);
    ck_assert_ptr_nonnull(strstr(error.text, "restart"));
    program_destroy(next);
    draw_records(1000);
    for (size_t i = 0; i < RECORDS; i++)
        pipeline_push(pipeline, &records[i]);
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    ck_assert_uint_gt(found.count, 20);
    pipeline_destroy(pipeline);
    free(found.verdicts);
    program_destroy(program);
}
END_TEST

static void set_up(void)
{
    workdir_open();
    numbers_of_one_partition(crowd, CROWD);
    names = names_create(64, &error);
    numbering = numbering_load("conf/numbering", &error);
    ck_assert_msg(numbering != NULL, "%s", error.text);
    write_lists();
    lists = lists_load(workdir_folder(), numbering, names, &error);
    ck_assert_msg(lists != NULL, "%s", error.text);
    ck_assert_uint_eq(lists_bad_rows(lists), 0);
}

static void tear_down(void)
{
    lists_destroy(lists);
    numbering_destroy(numbering);
    names_destroy(names);
    workdir_close();
}

int main(void)
{
    Suite *suite = suite_create("model/pipeline");
    TCase *tests = tcase_create("pipeline");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, with_memory_every_alert_comes_at_the_record_that_justifies_it, 0, 6);
    tcase_add_loop_test(tests, whatever_the_rules_every_alert_comes_at_the_record_that_justifies_it, 0, 12);
    tcase_add_loop_test(tests, without_memory_no_alert_comes_that_is_not_justified, 0, 12);
    tcase_add_loop_test(tests, of_a_crowd_that_has_no_room_nobody_is_accused_for_what_was_forgotten, 0,
                        CROWD_RUNS + 1);
    tcase_add_loop_test(tests, a_swap_to_equal_rules_and_lists_changes_no_alert, 0, 3);
    tcase_add_test(tests, rules_that_need_a_past_that_was_not_kept_are_refused_whole);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
