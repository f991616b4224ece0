/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../src/sink/backoff.h"
#include "outlet_rig.h"
#include "receiver.h"
#include "simsieve/base/calendar.h"
#include "simsieve/base/clock.h"
#include "simsieve/sink/outbox.h"
#include "suite.h"
#include "workdir.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define STORE     workdir_path("alerts.db")
#define BEGIN_MS  INT64_C(1733720400000) /* 2024-12-09 12:00 local */
#define WAIT_MS   10000
#define FILE_SINK "- {name: file, kind: file, from: start, settings: {folder: out}}\n"
#define HOOK_SINK                                                                    \
    "- {name: hook, kind: webhook, from: start, retry_min: 10ms, retry_max: 20ms,\n" \
    "   settings: {endpoints: e.csv, hosts: 127.0.0.1, keys: .}}\n"

static struct error error;
static struct receiver *receiver;

static void set_up(void)
{
    workdir_open();
    receiver = NULL;
}

static void tear_down(void)
{
    if (receiver)
        receiver_close(receiver);
    workdir_close();
}

/* A receiver for HOOK_SINK, by the name of all. */
static void start_receiver(const struct receiver_step *steps, size_t count)
{
    char text[256];
    receiver = receiver_open(steps, count);
    snprintf(text, sizeof(text),
             "endpoint,url,province,valid_from,valid_to\nall,http://127.0.0.1:%u/,all,,\n",
             receiver_port(receiver));
    workdir_write_text("e.csv", text);
    workdir_write_text("all.key", SECRET);
    ck_assert_int_eq(chmod(workdir_path("all.key"), 0600), 0);
}

static struct store *open_store(void)
{
    struct store *store = store_open(STORE, &error);
    ck_assert_msg(store != NULL, "%s", error.text);
    return store;
}

/* Stores alerts `from` to `to`, one a minute, all of one mode. */
static void store_alerts(unsigned from, unsigned to, enum alert_mode mode)
{
    struct store *store = open_store();
    for (unsigned i = from; i <= to; i++) {
        struct alert *alert = alert_create();
        snprintf(alert->id, sizeof(alert->id), "%032u", i);
        snprintf(alert->rule, sizeof(alert->rule), "vn.test");
        snprintf(alert->subject_key, sizeof(alert->subject_key), "84912345678");
        alert->time_ms = BEGIN_MS + i * MINUTE_MS;
        alert->mode = mode;
        alert->severity = SEVERITY_MAJOR;
        province_set_add(&alert->active, 11);
        alert->json = rig_json(i);
        alert->json_length = strlen(alert->json);
        ck_assert_int_eq(store_add_alert(store, alert, &error), ERROR_OK);
        alert_destroy(alert);
    }
    ck_assert_int_eq(store_flush(store, &error), ERROR_OK);
    store_close(store);
}

static struct outbox *try_outbox(const char *sinks)
{
    struct yaml *document = yaml_load_text("simsieve.yaml", sinks, strlen(sinks), &error);
    ck_assert_msg(document != NULL, "%s", error.text);
    struct outbox *outbox = outbox_open(STORE, workdir_folder(), yaml_root(document), 7, &error);
    yaml_destroy(document);
    return outbox;
}

static struct outbox *open_outbox(const char *sinks)
{
    struct outbox *outbox = try_outbox(sinks);
    ck_assert_msg(outbox != NULL, "%s", error.text);
    return outbox;
}

static struct sink_health health_of(struct outbox *outbox, size_t index)
{
    struct sink_health health;
    ck_assert(outbox_health(outbox, index, &health));
    return health;
}

/* Lines of the files of FILE_SINK, in order, as numbers of alerts; returns how many. */
static size_t read_lines(unsigned *numbers, size_t max)
{
    char command[2 * WORKDIR_PATH_BYTES], line[512];
    size_t count = 0;
    snprintf(command, sizeof(command), "cat %s/out/*.ndjson 2>/dev/null", workdir_folder());
    FILE *stream = popen(command, "r");
    while (fgets(line, sizeof(line), stream)) {
        const char *id = strstr(line, "\"id\":\"");
        ck_assert_msg(id && line[strlen(line) - 1] == '\n', "no line: %s", line);
        ck_assert_uint_lt(count, max);
        numbers[count++] = (unsigned)strtoul(id + 6, NULL, 10);
    }
    pclose(stream);
    return count;
}

static void expect_file(unsigned from, unsigned to)
{
    unsigned numbers[4096];
    const size_t count = read_lines(numbers, ARRAY_COUNT(numbers));
    ck_assert_uint_eq(count, to - from + 1);
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_eq(numbers[i], from + i);
}

struct found {
    size_t count;
    struct outbox_sink sink;
    char disabled[OUTLET_REASON_BYTES], id[ALERT_ID_BYTES], reason[OUTLET_REASON_BYTES];
    uint64_t attempts;
};

static bool note_sink(void *owner, const struct outbox_sink *sink)
{
    struct found *found = owner;
    found->count++;
    found->sink = *sink;
    snprintf(found->disabled, sizeof(found->disabled), "%s", sink->disabled ? sink->disabled : "");
    return true;
}

static bool note_letter(void *owner, const struct outbox_letter *letter)
{
    struct found *found = owner;
    found->count++;
    found->attempts = letter->attempts;
    snprintf(found->id, sizeof(found->id), "%s", letter->id);
    snprintf(found->reason, sizeof(found->reason), "%s", letter->reason);
    return true;
}

/* The last sink that a store knows. */
static struct found last_sink(void)
{
    struct found found = {0};
    struct store *store = store_open_readonly(STORE, &error);
    ck_assert_msg(store != NULL, "%s", error.text);
    ck_assert_int_eq(outbox_each_sink(store, note_sink, &found, &error), ERROR_OK);
    store_close(store);
    return found;
}

static struct found letters(const char *sink)
{
    struct found found = {0};
    struct store *store = store_open_readonly(STORE, &error);
    ck_assert_msg(store != NULL, "%s", error.text);
    ck_assert_msg(outbox_each_letter(store, sink, note_letter, &found, &error) == ERROR_OK, "%s", error.text);
    store_close(store);
    return found;
}

START_TEST(every_alert_is_delivered_in_order_and_counted)
{
    store_alerts(1, 300, MODE_ALERT); /* more than a batch */
    struct outbox *outbox = open_outbox(FILE_SINK);
    ck_assert(outbox_drain(outbox, WAIT_MS));
    expect_file(1, 300);
    store_alerts(301, 310, MODE_SHADOW);
    ck_assert(outbox_drain(outbox, WAIT_MS));
    expect_file(1, 310);
    const struct sink_health health = health_of(outbox, 0);
    ck_assert_str_eq(health.name, "file");
    ck_assert_uint_eq(health.delivered, 310);
    ck_assert_uint_eq(health.behind + health.skipped + health.retried + health.dead + health.store_errors, 0);
    ck_assert_int_eq(health.oldest_wall_ms, 0);
    ck_assert_int_gt(health.last_delivery_wall_ms, BEGIN_MS);
    struct sink_health none;
    ck_assert(!outbox_health(outbox, 1, &none));
    outbox_close(outbox);
    ck_assert_uint_eq(last_sink().sink.delivered, 310);
}
END_TEST

START_TEST(a_ring_wakes_the_sinks_at_once)
{
    start_receiver(NULL, 0);
    struct outbox *outbox = open_outbox(HOOK_SINK);
    ck_assert(outbox_drain(outbox, WAIT_MS));
    uint64_t fastest_ms = UINT64_MAX;
    for (unsigned i = 1; i <= 5; i++) {
        store_alerts(i, i, MODE_ALERT);
        const uint64_t begin_ns = clock_monotonic_ns();
        outbox_ring(outbox);
        receiver_await(receiver, i);
        fastest_ms = u64_min(fastest_ms, (clock_monotonic_ns() - begin_ns) / 1000000);
    }
    ck_assert_uint_lt(fastest_ms, OUTBOX_LOOK_MS / 2);
    outbox_close(outbox);
}
END_TEST

START_TEST(rows_are_found_without_a_ring)
{
    start_receiver(NULL, 0);
    struct outbox *outbox = open_outbox(HOOK_SINK);
    store_alerts(1, 3, MODE_ALERT);
    receiver_await(receiver, 3);
    outbox_close(outbox);
}
END_TEST

START_TEST(a_new_sink_begins_where_it_is_told_to)
{
    store_alerts(1, 5, MODE_ALERT);
    struct outbox *outbox = open_outbox("- {name: late, kind: file, settings: {folder: out}}\n");
    store_alerts(6, 7, MODE_ALERT);
    ck_assert(outbox_drain(outbox, WAIT_MS));
    outbox_close(outbox);
    expect_file(6, 7);
    outbox =
        open_outbox("- {name: late, kind: file, from: start, settings: {folder: out}}\n"); /* no longer new */
    ck_assert(outbox_drain(outbox, WAIT_MS));
    outbox_close(outbox);
    expect_file(6, 7);
}
END_TEST

START_TEST(modes_that_a_sink_does_not_take_are_skipped)
{
    start_receiver(NULL, 0);
    store_alerts(1, 3, MODE_SHADOW);
    store_alerts(4, 5, MODE_PROPOSE);
    store_alerts(6, 6, MODE_SHADOW);
    struct outbox *outbox = open_outbox(
        HOOK_SINK "- {name: rest, kind: file, from: start, modes: [shadow], settings: {folder: out}}\n");
    ck_assert(outbox_drain(outbox, WAIT_MS));
    ck_assert_uint_eq(receiver_count(receiver), 2);
    ck_assert_uint_eq(strtoul(receiver_request(receiver, 0)->id, NULL, 10), 4);
    ck_assert_str_eq(health_of(outbox, 0).name, "hook/all");
    ck_assert_uint_eq(health_of(outbox, 0).skipped, 4);
    ck_assert_uint_eq(health_of(outbox, 0).delivered, 2);
    ck_assert_uint_eq(health_of(outbox, 1).skipped, 2);
    ck_assert_uint_eq(health_of(outbox, 1).delivered, 4);
    outbox_close(outbox);
    outbox = open_outbox(HOOK_SINK); /* the cursor was written although it only skipped at the end */
    ck_assert(outbox_drain(outbox, WAIT_MS));
    ck_assert_uint_eq(health_of(outbox, 0).skipped, 0);
    outbox_close(outbox);
}
END_TEST

START_TEST(an_ill_receiver_gets_everything_in_order_and_holds_nobody_up)
{
    static const struct receiver_step steps[] = {
        {500, NULL, 0},  {0, NULL, 0},   {200, NULL, 0},
        {429, NULL, 0},  {0, NULL, 0},   {302, "Location: /\r\n", 0},
        {200, NULL, 50}, {503, NULL, 0}, {200, NULL, 0},
    };
    start_receiver(steps, ARRAY_COUNT(steps));
    store_alerts(1, 20, MODE_ALERT);
    workdir_capture();
    struct outbox *outbox = open_outbox(HOOK_SINK FILE_SINK);
    const bool is_drained = outbox_drain(outbox, WAIT_MS);
    free(workdir_captured());
    ck_assert(is_drained);
    ck_assert_uint_eq(receiver_count(receiver), 20 + 6);
    unsigned newest = 0;
    for (size_t i = 0; i < receiver_count(receiver); i++) {
        const unsigned number = (unsigned)strtoul(receiver_request(receiver, i)->id, NULL, 10);
        ck_assert_msg(number == newest || number == newest + 1, "%u after %u", number, newest);
        newest = number;
    }
    ck_assert_uint_eq(newest, 20);
    ck_assert_uint_eq(health_of(outbox, 0).delivered, 20);
    ck_assert_uint_eq(health_of(outbox, 0).retried, 6);
    ck_assert_uint_eq(health_of(outbox, 0).dead, 0);
    ck_assert(!health_of(outbox, 0).is_failing);
    ck_assert_str_eq(health_of(outbox, 0).error, "HTTP 503"); /* the last one */
    ck_assert_uint_eq(health_of(outbox, 1).retried, 0);
    ck_assert_str_eq(health_of(outbox, 1).error, "");
    outbox_close(outbox);
    expect_file(1, 20);
}
END_TEST

START_TEST(a_receiver_that_is_down_is_told_once_and_served_when_it_is_back)
{
    start_receiver(NULL, 0);
    receiver_up(receiver, false);
    store_alerts(1, 5, MODE_ALERT);
    workdir_capture();
    struct outbox *outbox = open_outbox(HOOK_SINK FILE_SINK);
    const bool is_drained = outbox_drain(outbox, 300);
    const struct sink_health ill = health_of(outbox, 0);
    receiver_up(receiver, true);
    const bool is_drained_at_last = outbox_drain(outbox, WAIT_MS);
    char *told = workdir_captured();
    ck_assert(!is_drained && is_drained_at_last);
    ck_assert(ill.is_failing && !ill.is_disabled);
    ck_assert_str_ne(ill.error, "");
    ck_assert_int_gt(ill.error_wall_ms, 0);
    ck_assert_int_le(ill.error_wall_ms, ill.last_error_wall_ms);
    ck_assert_uint_eq(ill.behind, 5);
    ck_assert_int_gt(ill.oldest_wall_ms, BEGIN_MS);
    ck_assert_uint_ge(ill.retried, 2);
    ck_assert_uint_eq(health_of(outbox, 0).delivered, 5);
    ck_assert_uint_eq(health_of(outbox, 0).behind, 0);
    const char *first = strstr(told, "sink hook/all: not delivered");
    ck_assert_msg(first && !strstr(first + strlen("sink hook/all: not delivered"), "not delivered"), "%s",
                  told);
    ck_assert_ptr_null(strstr(told, "84912345678"));
    free(told);
    outbox_close(outbox);
    expect_file(1, 5);
}
END_TEST

START_TEST(a_stop_is_quick_and_loses_nothing)
{
    static const struct receiver_step steps[] = {{200, NULL, 0}, {200, NULL, 20000}, {200, NULL, 0}};
    start_receiver(steps, ARRAY_COUNT(steps));
    store_alerts(1, 4, MODE_ALERT);
    struct outbox *outbox = open_outbox(HOOK_SINK);
    receiver_await(receiver, 2);
    const uint64_t begin_ns = clock_monotonic_ns();
    outbox_close(outbox);
    ck_assert_uint_lt((clock_monotonic_ns() - begin_ns) / 1000000, OUTBOX_STOP_MS);
    ck_assert_uint_eq(last_sink().sink.delivered, 1);
    receiver_up(receiver, true);
    receiver_close(receiver);
    start_receiver(NULL, 0);
    outbox = open_outbox(HOOK_SINK);
    ck_assert(outbox_drain(outbox, WAIT_MS));
    outbox_close(outbox);
    ck_assert_uint_eq(receiver_count(receiver), 3);
    ck_assert_uint_eq(last_sink().sink.delivered, 4);
}
END_TEST

START_TEST(dead_letters_are_kept_sent_again_and_dropped)
{
    static const struct receiver_step steps[] = {{200, NULL, 0}, {400, NULL, 0}, {404, NULL, 0},
                                                 {200, NULL, 0}, {413, NULL, 0}, {200, NULL, 0}};
    uint64_t count = 0;
    start_receiver(steps, ARRAY_COUNT(steps));
    store_alerts(1, 4, MODE_ALERT);
    struct outbox *outbox = open_outbox(HOOK_SINK);
    ck_assert(outbox_drain(outbox, WAIT_MS));
    ck_assert_uint_eq(health_of(outbox, 0).dead, 2);
    ck_assert_uint_eq(health_of(outbox, 0).dead_letters, 2);
    ck_assert_uint_eq(letters("hook/all").count, 2);
    ck_assert_str_eq(letters(NULL).reason, "HTTP 404");

    struct store *store = open_store();
    ck_assert_int_eq(outbox_resend(store, "hook/all", "00000000000000000000000000000002", &count, &error),
                     ERROR_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert(outbox_drain(outbox, WAIT_MS)); /* refused again, 413 */
    ck_assert_uint_eq(letters(NULL).count, 2);
    ck_assert_uint_eq(health_of(outbox, 0).dead, 3);
    ck_assert_int_eq(outbox_drop(store, NULL, "00000000000000000000000000000003", &count, &error), ERROR_OK);
    ck_assert_uint_eq(count, 1);
    const struct found left = letters("hook/all");
    ck_assert_uint_eq(left.count, 1);
    ck_assert_uint_eq(left.attempts, 2);
    ck_assert_str_eq(left.reason, "HTTP 413");
    ck_assert_str_eq(left.id, "00000000000000000000000000000002");
    ck_assert_int_eq(outbox_resend(store, NULL, NULL, &count, &error), ERROR_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert(outbox_drain(outbox, WAIT_MS)); /* taken now */
    ck_assert_uint_eq(letters(NULL).count, 0);
    ck_assert_uint_eq(health_of(outbox, 0).delivered, 3);
    outbox_close(outbox);

    const struct found sink = last_sink();
    ck_assert_uint_eq(sink.sink.delivered, 3);
    ck_assert_uint_eq(sink.sink.refused, 3);
    ck_assert_uint_eq(sink.sink.dead_letters, 0);
    ck_assert_int_eq(outbox_resend(store, "hook", NULL, &count, &error), ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(error.text, "there are: hook/all"));
    ck_assert_int_eq(outbox_drop(store, "hook/all", "no such", &count, &error), ERROR_OK);
    ck_assert_uint_eq(count, 0);
    store_close(store);
}
END_TEST

START_TEST(an_alert_that_nobody_takes_for_too_long_is_given_up)
{
    static const struct receiver_step steps[] = {{200, NULL, 0}, {500, NULL, 0}};
    start_receiver(steps, 2);
    store_alerts(1, 2, MODE_ALERT);
    workdir_capture();
    struct outbox *outbox = open_outbox(
        "- {name: hook, kind: webhook, from: start, retry_min: 10ms, retry_max: 20ms, give_up: 200ms,\n"
        "   settings: {endpoints: e.csv, hosts: 127.0.0.1, keys: .}}\n");
    const bool is_drained = outbox_drain(outbox, WAIT_MS);
    free(workdir_captured());
    ck_assert(is_drained);
    ck_assert_uint_eq(health_of(outbox, 0).dead, 1);
    ck_assert_uint_ge(health_of(outbox, 0).retried, 5);
    ck_assert_ptr_nonnull(strstr(letters(NULL).reason, "given up after "));
    ck_assert_ptr_nonnull(strstr(letters(NULL).reason, ": HTTP 500"));
    outbox_close(outbox);
}
END_TEST

START_TEST(a_receiver_that_is_gone_is_left_alone_until_somebody_says_so)
{
    static const struct receiver_step steps[] = {{200, NULL, 0}, {410, NULL, 0}, {200, NULL, 0}};
    uint64_t count;
    start_receiver(steps, 3);
    store_alerts(1, 3, MODE_ALERT);
    workdir_capture();
    struct outbox *outbox = open_outbox(HOOK_SINK);
    const bool is_drained = outbox_drain(outbox, WAIT_MS);
    free(workdir_captured());
    ck_assert(is_drained); /* a disabled sink is not waited for */
    ck_assert(health_of(outbox, 0).is_disabled);
    ck_assert_uint_eq(health_of(outbox, 0).behind, 2);
    ck_assert_uint_eq(receiver_count(receiver), 2);
    outbox_close(outbox);
    ck_assert_str_eq(last_sink().disabled, "HTTP 410");
    outbox = open_outbox(HOOK_SINK); /* nor after a restart */
    ck_assert(outbox_drain(outbox, WAIT_MS));
    ck_assert_uint_eq(receiver_count(receiver), 2);
    struct store *store = open_store();
    ck_assert_int_eq(outbox_resend(store, "hook/all", NULL, &count, &error), ERROR_OK);
    store_close(store);
    ck_assert(outbox_drain(outbox, WAIT_MS));
    ck_assert_uint_eq(receiver_count(receiver), 4);
    ck_assert(!health_of(outbox, 0).is_disabled);
    outbox_close(outbox);
}
END_TEST

START_TEST(what_expires_before_it_is_delivered_is_counted_and_told_once)
{
    start_receiver(NULL, 0);
    receiver_up(receiver, false);
    store_alerts(1, 10, MODE_ALERT);
    workdir_capture();
    struct outbox *outbox = open_outbox(HOOK_SINK);
    outbox_drain(outbox, 50);
    struct store *store = open_store();
    const enum error_class first = store_expire(store, 4 * MINUTE_MS, BEGIN_MS + DAY_MS, &error);
    const enum error_class second = store_expire(store, 2 * MINUTE_MS, BEGIN_MS + DAY_MS, &error);
    store_close(store);
    receiver_up(receiver, true);
    const bool is_drained = outbox_drain(outbox, WAIT_MS);
    char *told = workdir_captured();
    ck_assert_int_eq(first, ERROR_OK);
    ck_assert_int_eq(second, ERROR_OK);
    ck_assert(is_drained);
    ck_assert_uint_eq(health_of(outbox, 0).expired, 7);
    ck_assert_uint_eq(health_of(outbox, 0).behind, 0);
    const char *line = strstr(told, "end of their retention");
    ck_assert_msg(line && !strstr(line + 1, "end of their retention"), "%s", told);
    free(told);
    outbox_close(outbox);
    ck_assert_uint_eq(last_sink().sink.expired, 7);
}
END_TEST

START_TEST(dead_letters_expire_with_their_alerts)
{
    static const struct receiver_step refuses = {400, NULL, 0};
    start_receiver(&refuses, 1);
    store_alerts(1, 3, MODE_ALERT);
    struct outbox *outbox = open_outbox(HOOK_SINK);
    ck_assert(outbox_drain(outbox, WAIT_MS));
    ck_assert_uint_eq(letters(NULL).count, 3);
    struct store *store = open_store();
    workdir_capture();
    const enum error_class class = store_expire(store, MINUTE_MS, BEGIN_MS + DAY_MS, &error);
    free(workdir_captured());
    ck_assert_int_eq(class, ERROR_OK);
    store_close(store);
    ck_assert(outbox_drain(outbox, WAIT_MS));
    ck_assert_uint_eq(letters(NULL).count, 2);
    ck_assert_uint_eq(health_of(outbox, 0).dead_letters, 2);
    ck_assert_uint_eq(health_of(outbox, 0).expired, 1);
    outbox_close(outbox);
}
END_TEST

START_TEST(delivered_alerts_expire_silently_and_their_numbers_are_not_given_again)
{
    store_alerts(1, 10, MODE_ALERT);
    struct outbox *outbox = open_outbox(FILE_SINK);
    ck_assert(outbox_drain(outbox, WAIT_MS));
    struct store *store = open_store();
    store_alerts(1000, 1000, MODE_ALERT);
    ck_assert(outbox_drain(outbox, WAIT_MS));
    ck_assert_int_eq(store_expire(store, MINUTE_MS, BEGIN_MS + DAY_MS, &error), ERROR_OK);
    ck_assert_uint_eq(health_of(outbox, 0).expired, 0);
    store_alerts(2000, 2000, MODE_ALERT);
    ck_assert_int_eq(store_expire(store, 0, INT64_MAX, &error), ERROR_OK); /* all but the newest */
    store_alerts(2001, 2003, MODE_ALERT);
    ck_assert(outbox_drain(outbox, WAIT_MS));
    ck_assert_uint_ge(health_of(outbox, 0).delivered, 14);
    store_close(store);
    outbox_close(outbox);
    unsigned numbers[64];
    const size_t count = read_lines(numbers, ARRAY_COUNT(numbers));
    ck_assert_uint_eq(numbers[count - 1], 2003);
    ck_assert_uint_eq(numbers[count - 3], 2001);
}
END_TEST

START_TEST(a_store_of_the_first_schema_is_upgraded)
{
    sqlite3 *database;
    store_alerts(1, 3, MODE_ALERT);
    ck_assert_int_eq(sqlite3_open(STORE, &database), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(database,
                                  "DROP TABLE dead_letters; DROP TABLE outbox; DROP TABLE alert_numbers;"
                                  "PRAGMA user_version = 1",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
    ck_assert_uint_eq(last_sink().count, 0); /* readers do with it as it is */
    ck_assert_uint_eq(letters(NULL).count, 0);
    struct outbox *outbox = open_outbox(FILE_SINK);
    ck_assert(outbox_drain(outbox, WAIT_MS));
    outbox_close(outbox);
    expect_file(1, 3);
}
END_TEST

START_TEST(a_sink_that_left_the_configuration_can_be_forgotten)
{
    uint64_t count = 0;
    outbox_close(open_outbox(FILE_SINK));
    struct store *store = open_store();
    ck_assert_int_eq(outbox_forget(store, "fil", &count, &error), ERROR_USAGE);
    ck_assert_int_eq(outbox_forget(store, "file", &count, &error), ERROR_OK);
    ck_assert_uint_eq(count, 1);
    store_close(store);
    ck_assert_uint_eq(last_sink().count, 0);
}
END_TEST

#ifndef SIMSIEVE_TSAN

/* A child that delivers, to be killed. */
static pid_t start_child(void)
{
    const pid_t child = fork();
    if (child != 0)
        return child;
    struct outbox *outbox = try_outbox(HOOK_SINK FILE_SINK);
    if (outbox)
        outbox_drain(outbox, 60000);
    outbox_close(outbox);
    _exit(outbox ? 0 : 1);
}

START_TEST(a_killed_process_loses_nothing_and_writes_no_line_twice)
{
    enum { ALERTS = 400, KILLS = 8 };
    static bool has_come[ALERTS + 1];
    start_receiver(NULL, 0);
    store_alerts(1, ALERTS / 2, MODE_ALERT);
    for (unsigned kill_count = 0; kill_count < KILLS; kill_count++) {
        const size_t before = receiver_count(receiver);
        const pid_t child = start_child();
        if (kill_count == KILLS / 2)
            store_alerts(ALERTS / 2 + 1, ALERTS, MODE_ALERT);
        receiver_await(receiver, before + 7 * (kill_count % 4));
        usleep(1000 * kill_count);
        ck_assert_int_eq(kill(child, SIGKILL), 0);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
    }
    struct outbox *outbox = open_outbox(HOOK_SINK FILE_SINK);
    ck_assert(outbox_drain(outbox, 30000));
    outbox_close(outbox);
    expect_file(1, ALERTS);
    for (size_t i = 0; i < receiver_count(receiver); i++)
        has_come[strtoul(receiver_request(receiver, i)->id, NULL, 10)] = true;
    for (unsigned i = 1; i <= ALERTS; i++)
        ck_assert_msg(has_come[i], "alert %u was lost", i);
    ck_assert_uint_le(receiver_count(receiver), ALERTS + 16 * KILLS); /* at most a batch a kill comes again */
}
END_TEST

#endif

START_TEST(wrong_configurations_are_refused_with_their_place)
{
    static const struct {
        const char *yaml, *message;
    } rows[] = {
        {"- {name: a}", "simsieve.yaml:1:3: key 'kind' is missing"},
        {"- {kind: file, settings: {folder: out}}", "key 'name' is missing"},
        {"- {name: a, kind: file}", "key 'settings' is missing"},
        {"- {name: a, kind: fil, settings: {folder: out}}", "file"},
        {"- {name: A, kind: file, settings: {folder: out}}", "name: 'A' is none"},
        {"- {name: a/b, kind: file, settings: {folder: out}}", "name: 'a/b' is none"},
        {"- {name: a, kind: file, settings: {folder: out, kep: 3}}", "keep"},
        {"- {name: a, kind: file, settings: {}}", "'folder' is missing"},
        {"- {name: a, kind: file, from: later, settings: {folder: out}}", "place to begin"},
        {"- {name: a, kind: file, modes: [], settings: {folder: out}}", "takes none"},
        {"- {name: a, kind: file, modes: [off], settings: {folder: out}}", "mode"},
        {"- {name: a, kind: file, retry_min: 1h, retry_max: 1m, settings: {folder: out}}",
         "longer than retry_max"},
        {"- {name: a, kind: file, retry_min: 1ms, settings: {folder: out}}", "retry_min"},
        {"- {name: a, kind: file, give_up: 3, settings: {folder: out}}", "give_up"},
        {"- {name: a, kind: file, settings: {folder: a}}\n- {name: a, kind: file, settings: {folder: b}}",
         "simsieve.yaml:2:3: there is another sink of the name 'a'"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        ck_assert_msg(try_outbox(rows[i].yaml) == NULL, "row %zu", i);
        ck_assert_int_eq(error.class, ERROR_CONFIG);
        ck_assert_msg(strstr(error.text, rows[i].message) != NULL, "row %zu: %s", i, error.text);
    }
    outbox_close(NULL);
}
END_TEST

START_TEST(the_tables_of_settings_are_for_everybody_to_read)
{
    size_t count = 0;
    for (const struct settings *settings; (settings = outbox_settings_at(count)); count++)
        for (size_t i = 0; i < settings->count; i++)
            ck_assert(settings->rows[i].name && settings->rows[i].meaning[0]);
    ck_assert_uint_ge(count, 3);
    ck_assert_str_eq(outbox_settings_at(0)->title, "sinks[]");
}
END_TEST

START_TEST(the_wait_doubles_within_its_limits_and_is_the_same_for_a_seed)
{
    struct backoff first = {.min_ms = 100, .max_ms = 1600, .seed = 5}, same = first, other = first;
    static const int64_t steps[] = {100, 200, 400, 800, 1600, 1600, 1600};
    bool differs = false;
    other.seed = 6;
    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        const int64_t wait_ms = backoff_fail(&first, 0);
        ck_assert_int_ge(wait_ms, steps[i] / 2);
        ck_assert_int_le(wait_ms, steps[i]);
        ck_assert_int_eq(backoff_fail(&same, 0), wait_ms);
        differs |= backoff_fail(&other, 0) != wait_ms;
    }
    ck_assert(differs);
    ck_assert_int_ge(backoff_fail(&first, 5000), 5000); /* what a receiver asks for */
    ck_assert_int_le(backoff_fail(&first, 5000), 5000 + 800);
    ck_assert_int_le(backoff_fail(&first, INT64_MAX), BACKOFF_ASKED_MAX_MS + 800);
    backoff_succeed(&first);
    ck_assert_int_le(backoff_fail(&first, 0), 100);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sink/outbox");
    TCase *tests = tcase_create("outbox");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, every_alert_is_delivered_in_order_and_counted);
    tcase_add_test(tests, a_ring_wakes_the_sinks_at_once);
    tcase_add_test(tests, rows_are_found_without_a_ring);
    tcase_add_test(tests, a_new_sink_begins_where_it_is_told_to);
    tcase_add_test(tests, modes_that_a_sink_does_not_take_are_skipped);
    tcase_add_test(tests, an_ill_receiver_gets_everything_in_order_and_holds_nobody_up);
    tcase_add_test(tests, a_receiver_that_is_down_is_told_once_and_served_when_it_is_back);
    tcase_add_test(tests, a_stop_is_quick_and_loses_nothing);
    tcase_add_test(tests, dead_letters_are_kept_sent_again_and_dropped);
    tcase_add_test(tests, an_alert_that_nobody_takes_for_too_long_is_given_up);
    tcase_add_test(tests, a_receiver_that_is_gone_is_left_alone_until_somebody_says_so);
    tcase_add_test(tests, what_expires_before_it_is_delivered_is_counted_and_told_once);
    tcase_add_test(tests, dead_letters_expire_with_their_alerts);
    tcase_add_test(tests, delivered_alerts_expire_silently_and_their_numbers_are_not_given_again);
    tcase_add_test(tests, a_store_of_the_first_schema_is_upgraded);
    tcase_add_test(tests, a_sink_that_left_the_configuration_can_be_forgotten);
#ifndef SIMSIEVE_TSAN /* which does not go on in the child of a process with threads */
    tcase_add_test(tests, a_killed_process_loses_nothing_and_writes_no_line_twice);
#endif
    tcase_add_test(tests, wrong_configurations_are_refused_with_their_place);
    tcase_add_test(tests, the_tables_of_settings_are_for_everybody_to_read);
    tcase_add_test(tests, the_wait_doubles_within_its_limits_and_is_the_same_for_a_seed);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
