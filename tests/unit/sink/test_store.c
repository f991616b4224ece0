/* SPDX-License-Identifier: Apache-2.0 */
#include "alerts.h"
#include "simsieve/base/calendar.h"
#include "simsieve/sink/sink.h"
#include "simsieve/sink/store.h"
#include "suite.h"
#include "workdir.h"

#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DAY         "tests/fixtures/alerts/day.ndjson"
#define MIDNIGHT_MS INT64_C(1733677200000) /* 2024-12-09 00:00 local */
#define ALWAYS_MS   TIME_MIN_MS, TIME_MAX_MS

static const char *folder, *path;
static struct alert *alerts[32];
static size_t alert_count;
static struct error error;

static void set_up(void)
{
    workdir_open();
    folder = workdir_folder();
    path = workdir_path("alerts.db");
    alert_count = alerts_load(DAY, alerts, ARRAY_COUNT(alerts));
}

static void tear_down(void)
{
    alerts_destroy(alerts, alert_count);
    workdir_close();
}

static struct store *open_store(void)
{
    struct store *store = store_open(path, &error);
    ck_assert_msg(store != NULL, "%s", error.text);
    return store;
}

static void add_all(struct store *store)
{
    for (size_t i = 0; i < alert_count; i++)
        ck_assert_int_eq(store_add_alert(store, alerts[i], &error), ERROR_OK);
}

static struct store *open_filled(void)
{
    struct store *store = open_store();
    add_all(store);
    ck_assert_int_eq(store_flush(store, &error), ERROR_OK);
    return store;
}

/* What a walk saw. */
struct walk {
    size_t count, stop_after;
    char ids[64][ALERT_ID_BYTES];
};

static bool note_alert(void *owner, const struct store_alert *alert)
{
    struct walk *walk = owner;
    if (walk->count < ARRAY_COUNT(walk->ids))
        snprintf(walk->ids[walk->count], ALERT_ID_BYTES, "%s", alert->id);
    walk->count++;
    return walk->count != walk->stop_after;
}

static size_t count_alerts(struct store *store, unsigned province, int64_t from_ms, int64_t to_ms)
{
    struct walk walk = {0};
    ck_assert_int_eq(store_each_alert(store, province, from_ms, to_ms, note_alert, &walk, &error), ERROR_OK);
    return walk.count;
}

static bool compare_alert(void *owner, const struct store_alert *found)
{
    size_t *index = owner;
    const struct alert *wanted = alerts[(*index)++];
    ck_assert_str_eq(found->id, wanted->id);
    ck_assert_str_eq(found->rule, wanted->rule);
    ck_assert_str_eq(found->json, wanted->json);
    ck_assert_str_eq(found->subject_key, wanted->subject_key);
    ck_assert_str_eq(found->severity, severity_name(wanted->severity));
    ck_assert_str_eq(found->mode, alert_mode_name(wanted->mode));
    ck_assert_str_eq(found->subject_type, subject_type_name(wanted->subject_type));
    ck_assert_int_eq(found->time_ms, wanted->time_ms);
    return true;
}

START_TEST(alerts_come_back_as_they_were_in_order_of_time)
{
    size_t index = 0;
    struct store *store = open_store();
    for (size_t i = alert_count; i-- > 0;)
        ck_assert_int_eq(store_add_alert(store, alerts[i], &error), ERROR_OK);
    ck_assert_int_eq(store_flush(store, &error), ERROR_OK);
    store_close(store);
    store = store_open_readonly(path, &error);
    ck_assert_msg(store != NULL, "%s", error.text);
    ck_assert_int_eq(store_each_alert(store, 0, ALWAYS_MS, compare_alert, &index, &error), ERROR_OK);
    ck_assert_uint_eq(index, alert_count);
    store_close(store);
}
END_TEST

START_TEST(alerts_of_one_moment_keep_the_order_of_their_records)
{
    struct walk walk = {0};
    struct store *store = open_store();
    const int64_t time_ms = alerts[0]->time_ms;
    for (size_t i = 0; i < alert_count; i++) {
        alerts[i]->time_ms = time_ms;
        alerts[i]->position = 1000 - i;
    }
    add_all(store);
    ck_assert_int_eq(store_each_alert(store, 0, time_ms, time_ms + 1, note_alert, &walk, &error), ERROR_OK);
    ck_assert_uint_eq(walk.count, alert_count);
    for (size_t i = 0; i < alert_count; i++)
        ck_assert_str_eq(walk.ids[i], alerts[alert_count - 1 - i]->id);
    store_close(store);
}
END_TEST

START_TEST(an_alert_that_comes_again_is_stored_once)
{
    struct store *store = open_filled();
    add_all(store); /* in a later batch */
    add_all(store); /* in the same one */
    ck_assert_int_eq(store_flush(store, &error), ERROR_OK);
    store_close(store);
    store = open_filled(); /* after a restart */
    ck_assert_uint_eq(count_alerts(store, 0, ALWAYS_MS), alert_count);
    ck_assert_uint_eq(count_alerts(store, 11, ALWAYS_MS),
                      alert_count - 1); /* all but the one without provinces */
    store_close(store);
}
END_TEST

START_TEST(a_province_gets_what_concerns_it_within_the_times)
{
    static const struct {
        unsigned province;
        int64_t from_ms, to_ms;
        size_t count;
    } walks[] = {
        {11, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, 7}, {12, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, 1},
        {1, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, 1},  {51, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, 1},
        {15, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, 1}, {79, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, 0},
        {0, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, 8},  {11, MIDNIGHT_MS - 1, MIDNIGHT_MS, 1},
        {11, MIDNIGHT_MS, MIDNIGHT_MS, 0},          {11, MIDNIGHT_MS + DAY_MS, MIDNIGHT_MS + 2 * DAY_MS, 1},
    };
    struct store *store = open_filled();
    for (size_t i = 0; i < ARRAY_COUNT(walks); i++)
        ck_assert_msg(count_alerts(store, walks[i].province, walks[i].from_ms, walks[i].to_ms) ==
                          walks[i].count,
                      "walk %zu", i);
    store_close(store);
}
END_TEST

START_TEST(a_number_has_its_alerts_newest_first_and_a_walk_can_stop)
{
    struct walk walk = {0}, one = {.stop_after = 1}, none = {0};
    struct store *store = open_store();
    char later[4096];
    snprintf(later, sizeof(later), "%s", alerts[2]->json); /* the campaign, of 4 SIMs */
    struct alert *again = alert_from_json(later, 99);
    memset(again->id, 'f', ALERT_ID_BYTES - 1);
    again->time_ms += HOUR_MS;
    add_all(store);
    ck_assert_int_eq(store_add_alert(store, again, &error), ERROR_OK);
    ck_assert_int_eq(store_each_alert_of(store, "84900000203", note_alert, &walk, &error), ERROR_OK);
    ck_assert_uint_eq(walk.count, 2);
    ck_assert_str_eq(walk.ids[0], again->id);
    ck_assert_str_eq(walk.ids[1], alerts[2]->id);
    ck_assert_int_eq(store_each_alert_of(store, "84900000203", note_alert, &one, &error), ERROR_OK);
    ck_assert_uint_eq(one.count, 1);
    ck_assert_int_eq(store_each_alert_of(store, "84900000999", note_alert, &none, &error), ERROR_OK);
    ck_assert_uint_eq(none.count, 0);
    alert_destroy(again);
    store_close(store);
}
END_TEST

static bool note_near(void *owner, const struct store_near *near)
{
    FILE *stream = owner;
    fprintf(stream, "%s %lld %s\n", near->rule, (long long)near->time_ms, near->json);
    return true;
}

static bool note_accounting(void *owner, const struct store_accounting *accounting)
{
    FILE *stream = owner;
    fprintf(stream, "%s %lld-%lld %s\n", accounting->run, (long long)accounting->first_ms,
            (long long)accounting->last_ms, accounting->json);
    return true;
}

START_TEST(the_newest_near_miss_of_a_sim_and_rule_is_kept)
{
    char *seen = NULL;
    size_t length = 0;
    struct store *store = open_store();
    FILE *stream = open_memstream(&seen, &length);
    store_add_near(store, "84900000001", "vn.cvt5", 2000, "{\"measures\":2}", &error);
    store_add_near(store, "84900000001", "vn.cvt5", 1000, "{\"measures\":1}", &error);
    store_add_near(store, "84900000001", "vn.cvt5", 3000, "{\"measures\":3}", &error);
    store_add_near(store, "84900000001", "simbox", 9000, "{}", &error);
    store_add_near(store, "84900000002", "vn.cvt5", 4000, "{}", &error);
    ck_assert_int_eq(store_flush(store, &error), ERROR_OK);
    ck_assert_int_eq(store_each_near(store, "84900000001", note_near, stream, &error), ERROR_OK);
    fclose(stream);
    ck_assert_str_eq(seen, "simbox 9000 {}\nvn.cvt5 3000 {\"measures\":3}\n");
    free(seen);
    store_close(store);
}
END_TEST

START_TEST(the_accounting_of_a_run_is_replaced_and_found_by_the_days_it_touched)
{
    char *seen = NULL;
    size_t length = 0;
    struct store *store = open_store();
    FILE *stream = open_memstream(&seen, &length);
    store_add_accounting(store, "b", 100, 199, "{\"received\":1}", &error);
    store_add_accounting(store, "a", 150, 300, "{\"received\":2}", &error);
    store_add_accounting(store, "b", 100, 200, "{\"received\":3}", &error);
    ck_assert_int_eq(store_each_accounting(store, 200, 250, note_accounting, stream, &error), ERROR_OK);
    fprintf(stream, "-\n");
    ck_assert_int_eq(store_each_accounting(store, 201, 250, note_accounting, stream, &error), ERROR_OK);
    fprintf(stream, "-\n");
    ck_assert_int_eq(store_each_accounting(store, 0, 100, note_accounting, stream, &error), ERROR_OK);
    fclose(stream);
    ck_assert_str_eq(seen, "b 100-200 {\"received\":3}\na 150-300 {\"received\":2}\n-\n"
                           "a 150-300 {\"received\":2}\n-\n");
    free(seen);
    store_close(store);
}
END_TEST

START_TEST(a_reader_sees_flushed_batches_while_the_writer_works)
{
    struct store *writer = open_store();
    ck_assert_int_eq(store_add_alert(writer, alerts[0], &error), ERROR_OK);
    ck_assert_int_eq(store_flush(writer, &error), ERROR_OK);
    struct store *reader = store_open_readonly(path, &error);
    ck_assert_msg(reader != NULL, "%s", error.text);
    for (size_t i = 1; i < alert_count; i++) {
        ck_assert_int_eq(store_add_alert(writer, alerts[i], &error), ERROR_OK);
        ck_assert_uint_eq(count_alerts(reader, 0, ALWAYS_MS), i);
        ck_assert_int_eq(store_flush(writer, &error), ERROR_OK);
        ck_assert_uint_eq(count_alerts(reader, 0, ALWAYS_MS), i + 1);
    }
    store_close(reader);
    store_close(writer);
}
END_TEST

struct overlap {
    struct store *writer;
    size_t count;
};

/* Writes in the middle of the walk. */
static bool write_while_read(void *owner, const struct store_alert *alert)
{
    struct overlap *overlap = owner;
    (void)alert;
    if (overlap->count++ == 0)
        for (size_t i = 1; i < alert_count; i++)
            ck_assert_int_eq(store_add_alert(overlap->writer, alerts[i], &error), ERROR_OK);
    ck_assert_int_eq(store_flush(overlap->writer, &error), ERROR_OK);
    return true;
}

START_TEST(a_walk_sees_one_moment_and_does_not_hold_the_writer_up)
{
    struct overlap overlap = {.writer = open_store()};
    ck_assert_int_eq(store_add_alert(overlap.writer, alerts[0], &error), ERROR_OK);
    ck_assert_int_eq(store_flush(overlap.writer, &error), ERROR_OK);
    struct store *reader = store_open_readonly(path, &error);
    ck_assert_int_eq(store_each_alert(reader, 0, ALWAYS_MS, write_while_read, &overlap, &error), ERROR_OK);
    ck_assert_uint_eq(overlap.count, 1);
    ck_assert_uint_eq(count_alerts(reader, 0, ALWAYS_MS), alert_count);
    store_close(reader);
    store_close(overlap.writer);
}
END_TEST

START_TEST(what_was_flushed_survives_a_kill_and_nothing_else_does)
{
    const pid_t child = fork();
    if (child == 0) {
        struct store *store = store_open(path, &error);
        for (size_t i = 0; i < 3; i++)
            store_add_alert(store, alerts[i], &error);
        store_flush(store, &error);
        for (size_t i = 3; i < alert_count; i++)
            store_add_alert(store, alerts[i], &error);
        raise(SIGKILL);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    struct store *store = open_store();
    ck_assert_uint_eq(count_alerts(store, 0, ALWAYS_MS), 3);
    add_all(store);
    ck_assert_uint_eq(count_alerts(store, 0, ALWAYS_MS), alert_count);
    store_close(store);
}
END_TEST

START_TEST(several_programs_may_make_and_write_one_store)
{
    enum { WRITERS = 4, ROUNDS = 20 };
    for (int i = 0; i < WRITERS; i++) {
        if (fork() != 0)
            continue;
        struct store *store = store_open(path, &error);
        bool is_good = store;
        for (int round = 0; round < ROUNDS && is_good; round++) {
            snprintf(alerts[0]->id, ALERT_ID_BYTES, "%032x", i * ROUNDS + round);
            is_good = !store_add_alert(store, alerts[0], &error) && !store_flush(store, &error);
        }
        if (!is_good)
            fprintf(stderr, "writer %d: %s\n", i, error.text);
        store_close(store);
        _exit(is_good ? 0 : 1);
    }
    for (int i = 0, status; i < WRITERS; i++) {
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
    struct store *store = store_open_readonly(path, &error);
    ck_assert_uint_eq(count_alerts(store, 0, ALWAYS_MS), WRITERS * ROUNDS);
    store_close(store);
}
END_TEST

START_TEST(a_writer_that_never_flushes_stops_the_others_with_a_message)
{
    struct store *first = open_store(), *second = open_store();
    ck_assert_int_eq(store_add_alert(first, alerts[0], &error), ERROR_OK);
    ck_assert_int_eq(store_add_alert(second, alerts[1], &error), ERROR_IO);
    ck_assert_ptr_nonnull(strstr(error.text, "another program"));
    ck_assert_int_eq(store_flush(first, &error), ERROR_OK);
    ck_assert_int_eq(store_add_alert(second, alerts[1], &error), ERROR_OK);
    ck_assert_int_eq(store_flush(second, &error), ERROR_OK);
    ck_assert_uint_eq(count_alerts(first, 0, ALWAYS_MS), 2);
    store_close(second);
    store_close(first);
}
END_TEST

/* Adds alerts under fresh ids, a flush each, until one fails; how many went in. */
static size_t fill(struct store *store, size_t first)
{
    for (size_t i = first; i < first + 100000; i++) {
        snprintf(alerts[1]->id, ALERT_ID_BYTES, "%032zx", i);
        if (store_add_alert(store, alerts[1], &error) || store_flush(store, &error))
            return i - first;
    }
    ck_abort_msg("the limit was never reached");
    return 0;
}

START_TEST(at_its_limit_the_store_says_so_and_keeps_what_it_has)
{
    struct store *store = open_store();
    ck_assert_int_eq(store_limit(store, 256 << 10, &error), ERROR_OK);
    const size_t held = fill(store, 0);
    ck_assert_uint_gt(held, 20);
    ck_assert_int_eq(error.class, ERROR_IO);
    ck_assert_ptr_nonnull(strstr(error.text, path));
    ck_assert_ptr_nonnull(strstr(error.text, "full"));
    ck_assert_ptr_nonnull(strstr(error.text, "raise the store's limit"));
    ck_assert_uint_eq(count_alerts(store, 0, ALWAYS_MS), held);
    ck_assert_int_eq(store_limit(store, 512 << 10, &error), ERROR_OK);
    ck_assert_uint_gt(fill(store, held), 20);
    store_close(store);
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_le(status.st_size, 512 << 10);
}
END_TEST

START_TEST(a_full_disk_is_an_error_and_loses_nothing_that_was_flushed)
{
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("simsieve", folder, "tmpfs", 0, "size=512k") != 0) {
        fprintf(stderr,
                "SKIPPED: a full disk needs the right to mount; store_limit and /dev/full are tested\n");
        return;
    }
    struct store *store = open_store();
    const size_t held = fill(store, 0);
    ck_assert_uint_gt(held, 5);
    ck_assert_int_eq(error.class, ERROR_IO);
    ck_assert_uint_eq(count_alerts(store, 0, ALWAYS_MS), held);
    ck_assert_int_eq(mount("simsieve", folder, "tmpfs", MS_REMOUNT, "size=4m"), 0);
    snprintf(alerts[1]->id, ALERT_ID_BYTES, "%032zx", held);
    ck_assert_int_eq(store_add_alert(store, alerts[1], &error), ERROR_OK);
    ck_assert_int_eq(store_flush(store, &error), ERROR_OK);
    store_close(store);
    store = open_store();
    ck_assert_uint_eq(count_alerts(store, 0, ALWAYS_MS), held + 1);
    store_close(store);
    ck_assert_int_eq(umount(folder), 0);
}
END_TEST

/* True when any file of the store holds `word`. */
static bool files_hold(const char *word)
{
    static const char *const names[] = {"alerts.db", "alerts.db-wal"};
    bool is_found = false;
    for (size_t i = 0; i < ARRAY_COUNT(names) && !is_found; i++) {
        size_t length = 0;
        char *bytes = file_read(workdir_path(names[i]), &length);
        is_found = bytes && memmem(bytes, length, word, strlen(word));
        free(bytes);
    }
    return is_found;
}

START_TEST(what_expires_is_gone_from_the_files)
{
    char *seen = NULL;
    size_t length = 0;
    struct store *store = open_filled(); /* 23:59:59.999 to 00:00:00 two days later */
    const int64_t newest_ms = MIDNIGHT_MS + DAY_MS;
    store_add_near(store, "84900000888", "vn.cvt5", MIDNIGHT_MS - 1, "{}", &error);
    store_add_near(store, "84900000889", "vn.cvt5", MIDNIGHT_MS, "{}", &error);
    store_add_accounting(store, "old", 0, MIDNIGHT_MS - 1, "{}", &error);
    store_add_accounting(store, "new", 0, MIDNIGHT_MS, "{}", &error);
    ck_assert_int_eq(store_flush(store, &error), ERROR_OK);
    ck_assert(files_hold("84900000101"));
    ck_assert_int_eq(store_expire(store, DAY_MS, newest_ms + 1, &error), ERROR_OK);
    ck_assert_uint_eq(count_alerts(store, 0, ALWAYS_MS), alert_count - 1);
    ck_assert_uint_eq(count_alerts(store, 11, ALWAYS_MS), alert_count - 2);
    ck_assert(!files_hold("84900000101"));
    ck_assert(!files_hold("84900000888"));
    ck_assert(files_hold("84900000889"));
    FILE *stream = open_memstream(&seen, &length);
    ck_assert_int_eq(store_each_accounting(store, ALWAYS_MS, note_accounting, stream, &error), ERROR_OK);
    ck_assert_int_eq(store_each_alert_of(store, "84900000101", note_alert, &(struct walk){0}, &error),
                     ERROR_OK);
    fclose(stream);
    ck_assert_ptr_nonnull(strstr(seen, "new "));
    ck_assert_ptr_null(strstr(seen, "old "));
    free(seen);
    store_close(store);
}
END_TEST

START_TEST(a_moment_ahead_of_the_clock_does_not_empty_the_store)
{
    struct store *store = open_store();
    alerts[0]->time_ms = TIME_MAX_MS - 1; /* a switch whose clock is wrong */
    add_all(store);
    ck_assert_int_eq(store_expire(store, DAY_MS, MIDNIGHT_MS + DAY_MS, &error), ERROR_OK);
    ck_assert_uint_eq(count_alerts(store, 0, ALWAYS_MS), alert_count);
    ck_assert_int_eq(store_expire(store, 0, MIDNIGHT_MS + DAY_MS, &error), ERROR_OK);
    ck_assert_uint_eq(count_alerts(store, 0, ALWAYS_MS), 2);
    store_close(store);
}
END_TEST

START_TEST(expiring_an_empty_store_is_no_error)
{
    struct store *store = open_store();
    ck_assert_int_eq(store_expire(store, DAY_MS, MIDNIGHT_MS, &error), ERROR_OK);
    store_close(store);
}
END_TEST

START_TEST(only_the_owner_may_read_its_files)
{
    static const char *const names[] = {"alerts.db", "alerts.db-wal", "alerts.db-shm"};
    umask(0);
    struct store *store = open_filled();
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        struct stat status;
        ck_assert_int_eq(stat(workdir_path(names[i]), &status), 0);
        ck_assert_msg((status.st_mode & 0777) == 0600, "%s: %o", names[i], status.st_mode & 0777);
    }
    store_close(store);
}
END_TEST

static void execute(const char *sql)
{
    sqlite3 *database;
    ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

static void assert_refused(enum error_class writer, enum error_class reader, const char *reason)
{
    ck_assert_ptr_null(store_open(path, &error));
    ck_assert_int_eq(error.class, writer);
    ck_assert_msg(strstr(error.text, reason) && strstr(error.text, path), "%s", error.text);
    ck_assert_ptr_null(store_open_readonly(path, &error));
    ck_assert_int_eq(error.class, reader);
    ck_assert_msg(strstr(error.text, path) != NULL, "%s", error.text);
}

START_TEST(another_programs_file_is_refused_and_left_alone)
{
    static const char *const made_by[] = {NULL, "CREATE TABLE t (x)", "PRAGMA application_id = 7",
                                          "PRAGMA user_version = 3"};
    size_t before_length, after_length;
    if (made_by[_i])
        execute(made_by[_i]);
    else
        file_write(path, "number,agency\n84912345678,A\n", 27);
    char *before = file_read(path, &before_length);
    assert_refused(ERROR_CONFIG, ERROR_CONFIG, made_by[_i] ? "another program" : "no store of simsieve");
    char *after = file_read(path, &after_length);
    ck_assert_uint_eq(before_length, after_length);
    ck_assert_int_eq(memcmp(before, after, before_length), 0);
    free(before);
    free(after);
}
END_TEST

START_TEST(a_newer_store_is_refused)
{
    store_close(open_filled());
    execute("PRAGMA user_version = 99");
    assert_refused(ERROR_CONFIG, ERROR_CONFIG, "schema 99");
}
END_TEST

START_TEST(places_where_no_store_can_be_are_named)
{
    path = workdir_path("absent.db");
    ck_assert_ptr_null(store_open_readonly(path, &error));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "absent.db"));
    ck_assert_int_ne(access(path, F_OK), 0); /* asking makes no file */
    path = workdir_path("no/such/folder/alerts.db");
    assert_refused(ERROR_CANNOT_CREATE, ERROR_NO_INPUT, "no/such/folder");
    path = folder;
    assert_refused(ERROR_CANNOT_CREATE, ERROR_NO_INPUT, folder);
    ck_assert_ptr_null(store_open("", &error));
    ck_assert_ptr_null(store_open(":memory:", &error));
    ck_assert_int_eq(error.class, ERROR_CANNOT_CREATE);
}
END_TEST

START_TEST(an_empty_file_becomes_a_store_but_is_none_to_read)
{
    file_write(path, "", 0);
    ck_assert_ptr_null(store_open_readonly(path, &error));
    ck_assert_int_eq(error.class, ERROR_CONFIG);
    ck_assert_ptr_nonnull(strstr(error.text, "empty"));
    store_close(open_filled());
    struct store *store = store_open_readonly(path, &error);
    ck_assert_uint_eq(count_alerts(store, 0, ALWAYS_MS), alert_count);
    store_close(store);
}
END_TEST

START_TEST(damaged_pages_are_an_error_not_a_crash)
{
    size_t length;
    store_close(open_filled());
    char *bytes = file_read(path, &length);
    memset(bytes + 4096, 0xa5, length - 4096);
    file_write(path, bytes, length);
    free(bytes);
    struct store *store = store_open_readonly(path, &error);
    if (store)
        ck_assert_int_eq(store_each_alert(store, 0, ALWAYS_MS, note_alert, &(struct walk){0}, &error),
                         ERROR_IO);
    ck_assert_int_eq(error.class, ERROR_IO);
    ck_assert_ptr_nonnull(strstr(error.text, "damaged"));
    store_close(store);
}
END_TEST

START_TEST(the_sink_keeps_committed_alerts_and_drops_abandoned_ones)
{
    void *state;
    ck_assert_int_eq(sink_store.open(&state, path, true, &error), ERROR_OK);
    ck_assert_int_eq(sink_store.write(state, alerts[0], &error), ERROR_OK);
    ck_assert_int_eq(sink_store.flush(state, &error), ERROR_OK);
    ck_assert_int_eq(sink_store.write(state, alerts[1], &error), ERROR_OK);
    sink_store.abandon(state);
    ck_assert_int_eq(sink_store.open(&state, path, true, &error), ERROR_OK);
    ck_assert_uint_eq(count_alerts(state, 0, ALWAYS_MS), 1);
    for (size_t i = 0; i < alert_count; i++)
        ck_assert_int_eq(sink_store.write(state, alerts[i], &error), ERROR_OK);
    ck_assert_int_eq(sink_store.commit(state, &error), ERROR_OK);
    struct store *store = store_open_readonly(path, &error);
    ck_assert_uint_eq(count_alerts(store, 0, ALWAYS_MS), alert_count);
    store_close(store);
    path = workdir_path("no/such/alerts.db");
    ck_assert_int_eq(sink_store.open(&state, path, true, &error), ERROR_CANNOT_CREATE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sink/store");
    TCase *tests = tcase_create("store");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, alerts_come_back_as_they_were_in_order_of_time);
    tcase_add_test(tests, alerts_of_one_moment_keep_the_order_of_their_records);
    tcase_add_test(tests, an_alert_that_comes_again_is_stored_once);
    tcase_add_test(tests, a_province_gets_what_concerns_it_within_the_times);
    tcase_add_test(tests, a_number_has_its_alerts_newest_first_and_a_walk_can_stop);
    tcase_add_test(tests, the_newest_near_miss_of_a_sim_and_rule_is_kept);
    tcase_add_test(tests, the_accounting_of_a_run_is_replaced_and_found_by_the_days_it_touched);
    tcase_add_test(tests, a_reader_sees_flushed_batches_while_the_writer_works);
    tcase_add_test(tests, a_walk_sees_one_moment_and_does_not_hold_the_writer_up);
    tcase_add_test(tests, what_was_flushed_survives_a_kill_and_nothing_else_does);
    tcase_add_test(tests, several_programs_may_make_and_write_one_store);
    tcase_add_test(tests, a_writer_that_never_flushes_stops_the_others_with_a_message);
    tcase_add_test(tests, at_its_limit_the_store_says_so_and_keeps_what_it_has);
    tcase_add_test(tests, a_full_disk_is_an_error_and_loses_nothing_that_was_flushed);
    tcase_add_test(tests, what_expires_is_gone_from_the_files);
    tcase_add_test(tests, a_moment_ahead_of_the_clock_does_not_empty_the_store);
    tcase_add_test(tests, expiring_an_empty_store_is_no_error);
    tcase_add_test(tests, only_the_owner_may_read_its_files);
    tcase_add_loop_test(tests, another_programs_file_is_refused_and_left_alone, 0, 4);
    tcase_add_test(tests, a_newer_store_is_refused);
    tcase_add_test(tests, places_where_no_store_can_be_are_named);
    tcase_add_test(tests, an_empty_file_becomes_a_store_but_is_none_to_read);
    tcase_add_test(tests, damaged_pages_are_an_error_not_a_crash);
    tcase_add_test(tests, the_sink_keeps_committed_alerts_and_drops_abandoned_ones);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
