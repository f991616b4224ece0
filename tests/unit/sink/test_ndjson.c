/* SPDX-License-Identifier: Apache-2.0 */
#include "alerts.h"
#include "simsieve/sink/sink.h"
#include "suite.h"
#include "workdir.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY "tests/fixtures/alerts/day.ndjson"

static const char *path, *part;
static struct alert *alerts[32];
static size_t alert_count;
static struct error error;

static void set_up(void)
{
    workdir_open();
    path = workdir_path("alerts.ndjson");
    part = workdir_path("alerts.ndjson.part");
    alert_count = alerts_load(DAY, alerts, ARRAY_COUNT(alerts));
}

static void tear_down(void)
{
    alerts_destroy(alerts, alert_count);
    workdir_close();
}

static void write_all(void *state)
{
    for (size_t i = 0; i < alert_count; i++)
        ck_assert_int_eq(sink_ndjson.write(state, alerts[i], &error), ERROR_OK);
}

static void assert_same_as_fixture(const char *file)
{
    char *wanted = file_read(DAY, NULL), *found = file_read(file, NULL);
    ck_assert_ptr_nonnull(found);
    ck_assert_str_eq(found, wanted);
    free(wanted);
    free(found);
}

START_TEST(a_file_has_its_name_only_when_it_is_whole)
{
    void *state;
    file_write(path, "old\n", 4);
    ck_assert_int_eq(sink_ndjson.open(&state, path, false, &error), ERROR_OK);
    write_all(state);
    ck_assert_int_eq(sink_ndjson.flush(state, &error), ERROR_OK);
    char *before = file_read(path, NULL);
    ck_assert_str_eq(before, "old\n");
    free(before);
    ck_assert_int_eq(sink_ndjson.commit(state, &error), ERROR_OK);
    assert_same_as_fixture(path);
    ck_assert_int_ne(access(part, F_OK), 0);
}
END_TEST

START_TEST(readers_of_a_live_file_see_each_batch_after_its_flush)
{
    void *state;
    ck_assert_int_eq(sink_ndjson.open(&state, path, true, &error), ERROR_OK);
    for (size_t i = 0; i < alert_count; i++) {
        size_t length;
        ck_assert_int_eq(sink_ndjson.write(state, alerts[i], &error), ERROR_OK);
        ck_assert_int_eq(sink_ndjson.flush(state, &error), ERROR_OK);
        char *seen = file_read(path, &length);
        ck_assert_uint_ge(length, alerts[i]->json_length + 1);
        ck_assert_int_eq(
            memcmp(seen + length - 1 - alerts[i]->json_length, alerts[i]->json, alerts[i]->json_length), 0);
        free(seen);
    }
    ck_assert_int_eq(sink_ndjson.commit(state, &error), ERROR_OK);
    assert_same_as_fixture(path);
}
END_TEST

START_TEST(a_failed_run_leaves_no_file_under_the_name)
{
    void *state;
    const bool is_live = _i;
    ck_assert_int_eq(sink_ndjson.open(&state, path, is_live, &error), ERROR_OK);
    write_all(state);
    sink_ndjson.abandon(state);
    ck_assert_int_ne(access(path, F_OK), 0);
    assert_same_as_fixture(part);
}
END_TEST

START_TEST(only_the_owner_may_read_it_whatever_the_umask)
{
    void *state;
    struct stat status;
    umask(0);
    ck_assert_int_eq(sink_ndjson.open(&state, path, false, &error), ERROR_OK);
    ck_assert_int_eq(sink_ndjson.commit(state, &error), ERROR_OK);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0600);
}
END_TEST

START_TEST(standard_output_is_a_target)
{
    void *state;
    const int file = open(path, O_WRONLY | O_CREAT, 0600), saved = dup(STDOUT_FILENO);
    fflush(stdout);
    ck_assert_int_ge(dup2(file, STDOUT_FILENO), 0);
    const enum error_class opened = sink_ndjson.open(&state, "-", false, &error);
    write_all(state);
    const enum error_class committed = sink_ndjson.commit(state, &error);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(file);
    ck_assert_int_eq(opened, ERROR_OK);
    ck_assert_int_eq(committed, ERROR_OK);
    assert_same_as_fixture(path);
}
END_TEST

START_TEST(a_full_disk_is_an_error_at_the_end_of_the_batch_at_the_latest)
{
    void *state;
    enum error_class class = ERROR_OK;
    ck_assert_int_eq(sink_ndjson.open(&state, "/dev/full", true, &error), ERROR_OK);
    for (size_t i = 0; i < alert_count && !class; i++)
        class = sink_ndjson.write(state, alerts[i], &error);
    if (!class)
        class = sink_ndjson.flush(state, &error);
    ck_assert_int_eq(class, ERROR_IO);
    ck_assert_ptr_nonnull(strstr(error.text, "/dev/full"));
    ck_assert_ptr_nonnull(strstr(error.text, "No space left"));
    sink_ndjson.abandon(state);
    ck_assert_int_eq(access("/dev/full", F_OK), 0);
}
END_TEST

START_TEST(commit_does_not_hide_a_failed_write)
{
    void *state;
    ck_assert_int_eq(sink_ndjson.open(&state, "/dev/full", true, &error), ERROR_OK);
    ck_assert_int_eq(sink_ndjson.write(state, alerts[0], &error), ERROR_OK); /* still buffered */
    ck_assert_int_eq(sink_ndjson.commit(state, &error), ERROR_IO);
}
END_TEST

START_TEST(a_target_that_cannot_be_made_is_named)
{
    void *state;
    path = workdir_path("no/such/folder/alerts.ndjson");
    ck_assert_int_eq(sink_ndjson.open(&state, path, false, &error), ERROR_CANNOT_CREATE);
    ck_assert_ptr_nonnull(strstr(error.text, "no/such/folder"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sink/ndjson");
    TCase *tests = tcase_create("ndjson");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_file_has_its_name_only_when_it_is_whole);
    tcase_add_test(tests, readers_of_a_live_file_see_each_batch_after_its_flush);
    tcase_add_loop_test(tests, a_failed_run_leaves_no_file_under_the_name, 0, 2);
    tcase_add_test(tests, only_the_owner_may_read_it_whatever_the_umask);
    tcase_add_test(tests, standard_output_is_a_target);
    tcase_add_test(tests, a_full_disk_is_an_error_at_the_end_of_the_batch_at_the_latest);
    tcase_add_test(tests, commit_does_not_hide_a_failed_write);
    tcase_add_test(tests, a_target_that_cannot_be_made_is_named);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
