/* SPDX-License-Identifier: Apache-2.0
 * A run that is watched: another thread reads its counters while records, rows and new rules go through many shards. For
 * ThreadSanitizer; what is read must grow and end at the truth. */
#include "simsieve/pipeline/pipeline.h"

#include "records.h"
#include "suite.h"

#include <pthread.h>
#include <stdatomic.h>

#define SHARDS  4
#define SIMS    1000
#define RECORDS 60000

static const char rule_text[] =
    "format: 1\nid: t.busy\nrev: 1\ntitle: {vi: a, en: b}\nsummary: {vi: a, en: b}\nstatus: alert\nreferences: []\n"
    "false_positives: []\nsubject: sim\nwindow: 1h\nwhen:\n  minor: [out_calls >= 20]\nworse: out_calls\n"
    "cooldown: 24h\ntests: []\n";

static struct error error;
static struct pipeline *pipeline;
static _Atomic bool is_over; /* release by the feed thread, acquire by the watcher */
static uint64_t watched;     /* the watcher's, read after it was joined */

static enum error_class count_alert(void *owner, struct alert *alert, struct error *failure)
{
    (void)failure;
    ++*(uint64_t *)owner;
    alert_destroy(alert);
    return ERROR_OK;
}

static enum error_class nothing(void *owner, struct error *failure)
{
    (void)owner;
    (void)failure;
    return ERROR_OK;
}

static uint64_t events_so_far(void)
{
    uint64_t events = 0;
    for (uint32_t i = 0; i < SHARDS; i++) {
        struct shard_counters counters;
        pipeline_shard_counters(pipeline, i, &counters);
        events += counters.events;
    }
    return events;
}

static void *watch(void *argument)
{
    uint64_t events = 0, alerts = 0;
    (void)argument;
    while (!atomic_load_explicit(&is_over, memory_order_acquire)) {
        const uint64_t events_now = events_so_far(), alerts_now = pipeline_alert_count(pipeline);
        CHECK(events_now >= events && events_now <= RECORDS && alerts_now >= alerts);
        events = events_now;
        alerts = alerts_now;
        watched++;
    }
    return NULL;
}

/* Pushes all records; in between rows, complaints, and the same rules again. */
static void push_all(struct program *const programs[2], const struct lists *lists)
{
    for (uint64_t i = 0; i < RECORDS; i++) {
        const struct cdr record =
            call_make(CDR_MO_CALL, START_MS + (int64_t)i * 10, MOBILE(i % SIMS), MOBILE(700000 + i % 77), 10);
        const struct subscriber row = {.number = MOBILE(i % SIMS), .activated_ms = START_MS - DAY_MS};
        if (i % 9999 == 9998 && pipeline_has_settled(pipeline))
            ck_assert_int_eq(pipeline_swap(pipeline, programs[i / 9999 % 2], lists, &error), ERROR_OK);
        const struct complaint complaint = {.number = record.a, .time_ms = record.time_ms, .kind = 'V'};
        if (i % 101 == 0)
            pipeline_push_change(pipeline, &row, record.time_ms);
        if (i % 103 == 0)
            pipeline_push_complaint(pipeline, &complaint);
        pipeline_push(pipeline, &record);
    }
}

START_TEST(a_run_can_be_watched_while_it_goes_on)
{
    struct names *names = names_create(16, &error);
    struct lists *lists = lists_load(NULL, NULL, names, &error);
    struct program *programs[2] = {program_load_text("rule.yaml", rule_text, &error),
                                   program_load_text("rule.yaml", rule_text, &error)};
    uint64_t alerts = 0;
    pthread_t watcher;
    struct pipeline_options options = {.shard_count = SHARDS,
                                       .source_count = 1,
                                       .lateness_ms = DAY_MS,
                                       .limits = state_limits_default(),
                                       .program = programs[0],
                                       .lists = lists,
                                       .names = names,
                                       .deliver = count_alert,
                                       .delivered = nothing,
                                       .owner = &alerts};
    ck_assert(names && lists && programs[0] && programs[1]);
    options.limits.huge_pages = false;
    pipeline_fit_limits(&options.limits, programs[0]);
    pipeline = pipeline_create(&options, &error);
    ck_assert_msg(pipeline != NULL, "%s", error.text);
    ck_assert_int_eq(pthread_create(&watcher, NULL, watch, NULL), 0);
    push_all(programs, lists);
    ck_assert_int_eq(pipeline_finish(pipeline, &error), ERROR_OK);
    atomic_store_explicit(&is_over, true, memory_order_release);
    ck_assert_int_eq(pthread_join(watcher, NULL), 0);
    ck_assert_uint_gt(watched, 0);
    ck_assert_uint_eq(events_so_far(), RECORDS);
    ck_assert_uint_eq(pipeline_alert_count(pipeline), alerts);
    ck_assert_uint_ge(alerts, SIMS);
    pipeline_destroy(pipeline);
    program_destroy(programs[0]);
    program_destroy(programs[1]);
    lists_destroy(lists);
    names_destroy(names);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("concurrency/pipeline");
    TCase *tests = tcase_create("pipeline");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, a_run_can_be_watched_while_it_goes_on);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
