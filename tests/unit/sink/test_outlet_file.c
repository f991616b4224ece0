/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../src/sink/file_set.h"
#include "outlet_rig.h"
#include "suite.h"
#include "workdir.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define NOON_MS INT64_C(1733720400000) /* 2024-12-09 12:00 local */
#define FIRST   "alerts-2024-12-09-000001.ndjson"

static struct outlet_rig rig;
static struct error error;

static void open_rig(const char *yaml)
{
    ck_assert_msg(rig_open(&rig, "file", workdir_folder(), yaml, &error) == ERROR_OK, "%s", error.text);
}

static char *read_file(const char *name)
{
    char inside[64];
    snprintf(inside, sizeof(inside), "out/%s", name);
    return file_read(workdir_path(inside), NULL);
}

static void append_to(const char *name, const char *text)
{
    char inside[64];
    snprintf(inside, sizeof(inside), "out/%s", name);
    FILE *stream = fopen(workdir_path(inside), "a");
    fputs(text, stream);
    fclose(stream);
}

static size_t count_files(void)
{
    size_t count = 0;
    DIR *stream = opendir(workdir_path("out"));
    for (struct dirent *entry; (entry = readdir(stream));)
        count += entry->d_name[0] != '.';
    closedir(stream);
    return count;
}

/* The file holds exactly the alerts `from` to `to`. */
static void expect_lines(const char *name, unsigned from, unsigned to)
{
    char *text = read_file(name), *wanted = NULL;
    size_t length;
    FILE *memory = open_memstream(&wanted, &length);
    for (unsigned i = from; i <= to; i++) {
        char *json = rig_json(i);
        fprintf(memory, "%s\n", json);
        free(json);
    }
    fclose(memory);
    ck_assert_msg(text != NULL, "no file %s", name);
    ck_assert_str_eq(text, wanted);
    free(text);
    free(wanted);
}

START_TEST(names_are_read_and_written_alike)
{
    static const struct {
        const char *text;
        bool is_name;
    } rows[] = {
        {"alerts-2024-12-09-000001.ndjson", true},   {"alerts-2024-12-09-999999.ndjson", true},
        {"alerts-2024-12-09-000000.ndjson", false},  {"alerts-2024-13-09-000001.ndjson", false},
        {"alerts-2024-12-09-00001.ndjson", false},   {"alerts-2024-12-09-000001.ndjsonx", false},
        {"alerts-2024-12-09_000001.ndjson", false},  {"alarms-2024-12-09-000001.ndjson", false},
        {"alerts-2024-12-09-00000a.ndjson", false},  {"", false},
        {"alerts-2024-12-09-000001.ndjson~", false}, {"alerts-2024-12-09-000001.njdson", false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct file_name name;
        char text[FILE_NAME_BYTES];
        ck_assert_msg(file_name_read(rows[i].text, &name) == rows[i].is_name, "%s", rows[i].text);
        if (rows[i].is_name)
            ck_assert_str_eq(file_name_write(&name, text), rows[i].text);
    }
}
END_TEST

START_TEST(the_last_number_of_a_day_has_no_next_until_tomorrow)
{
    const struct file_name last = {{2024, 12, 9}, FILE_NUMBER_MAX};
    struct file_name next;
    ck_assert(!file_name_next(&last, (struct calendar_date){2024, 12, 9}, &next));
    ck_assert(!file_name_next(&last, (struct calendar_date){2024, 12, 8}, &next));
    ck_assert(file_name_next(&last, (struct calendar_date){2025, 1, 1}, &next));
    ck_assert_uint_eq(next.number, 1);
}
END_TEST

START_TEST(alerts_are_lines_in_order_that_only_the_owner_reads)
{
    struct stat status;
    open_rig("folder: out");
    ck_assert_uint_eq(rig_deliver(&rig, 1, 3, NOON_MS), 3);
    ck_assert_uint_eq(rig_deliver(&rig, 4, 2, NOON_MS), 2);
    rig_close(&rig);
    expect_lines(FIRST, 1, 5);
    ck_assert_int_eq(stat(workdir_path("out/" FIRST), &status), 0);
    ck_assert_int_eq(status.st_mode & 07777, 0600);
    ck_assert_int_eq(stat(workdir_path("out"), &status), 0);
    ck_assert_int_eq(status.st_mode & 07777, 0700);
}
END_TEST

START_TEST(nothing_is_made_before_the_first_alert)
{
    open_rig("folder: out");
    ck_assert_uint_eq(count_files(), 0);
    rig_close(&rig);
}
END_TEST

START_TEST(a_restart_goes_on_in_the_same_file)
{
    for (unsigned i = 0; i < 3; i++) {
        open_rig("folder: out");
        ck_assert_uint_eq(rig_deliver(&rig, 1 + 2 * i, 2, NOON_MS), 2);
        rig_close(&rig);
    }
    expect_lines(FIRST, 1, 6);
}
END_TEST

START_TEST(a_file_that_is_full_is_followed_by_the_next_number)
{
    open_rig("{folder: out, rotate: 4K}");
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(rig_deliver(&rig, 1 + 50 * i, 50, NOON_MS), 50); /* of 94 bytes */
    rig_close(&rig);
    expect_lines(FIRST, 1, 50);
    expect_lines("alerts-2024-12-09-000002.ndjson", 51, 100);
    expect_lines("alerts-2024-12-09-000003.ndjson", 101, 150);
}
END_TEST

START_TEST(a_local_day_begins_a_file)
{
    open_rig("folder: out");
    const int64_t midnight_ms = NOON_MS + 12 * HOUR_MS;
    ck_assert_uint_eq(rig_deliver(&rig, 1, 1, midnight_ms - 1), 1);
    ck_assert_uint_eq(rig_deliver(&rig, 2, 1, midnight_ms), 1);
    ck_assert_uint_eq(rig_deliver(&rig, 3, 1, NOON_MS), 1); /* the clock was set back */
    rig_close(&rig);
    expect_lines(FIRST, 1, 1);
    expect_lines("alerts-2024-12-10-000001.ndjson", 2, 3);
}
END_TEST

START_TEST(only_the_newest_files_stay_and_others_files_are_left_alone)
{
    open_rig("{folder: out, keep: 2}");
    append_to("notes.txt", "mine\n");
    for (unsigned day = 0; day < 5; day++)
        ck_assert_uint_eq(rig_deliver(&rig, day, 1, NOON_MS + day * DAY_MS), 1);
    rig_close(&rig);
    ck_assert_uint_eq(count_files(), 3);
    expect_lines("alerts-2024-12-12-000001.ndjson", 3, 3);
    expect_lines("alerts-2024-12-13-000001.ndjson", 4, 4);
}
END_TEST

START_TEST(what_a_kill_left_is_neither_torn_nor_twice)
{
    /* The last batch was written, in part or whole, and the outbox does not know. */
    static const char torn[] = "{\"schema\":\"simsieve.al";
    for (unsigned written = 0; written <= 4; written++) {
        open_rig("folder: out");
        if (written > 0)
            ck_assert_uint_eq(rig_deliver(&rig, 1, written, NOON_MS), written);
        rig_close(&rig);
        if (written > 0)
            append_to(FIRST, torn);
        open_rig("folder: out");
        ck_assert_uint_eq(rig_deliver(&rig, 1, 4, NOON_MS), 4);
        rig_close(&rig);
        expect_lines(FIRST, 1, 4);
        workdir_close();
        workdir_open();
    }
}
END_TEST

START_TEST(a_batch_that_was_cut_short_stays_in_one_file)
{
    open_rig("{folder: out, rotate: 4K}");
    ck_assert_uint_eq(rig_deliver(&rig, 1, 100, NOON_MS), 100); /* more than the file may hold */
    rig_close(&rig);
    for (unsigned restart = 0; restart < 2; restart++) { /* the second one must still find all of it */
        open_rig("{folder: out, rotate: 4K}");
        ck_assert_uint_eq(rig_deliver(&rig, 1, 200, NOON_MS + DAY_MS), 200);
        rig_close(&rig);
        expect_lines(FIRST, 1, 200);
    }
    open_rig("{folder: out, rotate: 4K}");
    ck_assert_uint_eq(rig_deliver(&rig, 201, 1, NOON_MS + DAY_MS), 1);
    rig_close(&rig);
    expect_lines("alerts-2024-12-10-000001.ndjson", 201, 201);
}
END_TEST

START_TEST(a_full_disk_takes_back_half_a_batch_and_is_tried_again)
{
    struct rlimit before, small = {.rlim_cur = 300, .rlim_max = RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    open_rig("folder: out");
    ck_assert_uint_eq(rig_deliver(&rig, 1, 2, NOON_MS), 2);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    const size_t delivered = rig_deliver(&rig, 3, 5, NOON_MS);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    ck_assert_uint_eq(delivered, 0);
    ck_assert_int_eq(rig.answers[0].outcome, OUTLET_RETRY);
    ck_assert_ptr_nonnull(strstr(rig.answers[0].reason, "File too large"));
    expect_lines(FIRST, 1, 2);
    ck_assert_uint_eq(rig_deliver(&rig, 3, 5, NOON_MS), 5);
    rig_close(&rig);
    expect_lines(FIRST, 1, 7);
}
END_TEST

START_TEST(a_folder_has_one_writer)
{
    struct outlet_rig second;
    open_rig("folder: out");
    ck_assert_int_eq(rig_open(&second, "file", workdir_folder(), "folder: out", &error), ERROR_CONFIG);
    ck_assert_ptr_nonnull(strstr(error.text, "another sink or process"));
    rig_close(&rig);
    open_rig("folder: out");
    rig_close(&rig);
}
END_TEST

START_TEST(wrong_settings_are_refused)
{
    static const struct {
        const char *yaml;
        enum error_class class;
        const char *text;
    } rows[] = {
        {"{keep: 3}", ERROR_CONFIG, "'folder' is missing"},
        {"{folder: out, keep: 0}", ERROR_CONFIG, "keep: '0' is out of its range"},
        {"{folder: out, rotate: 1K}", ERROR_CONFIG, "rotate"},
        {"{folder: out, rotates: 1M}", ERROR_CONFIG, "rotate"},
        {"{folder: no/such}", ERROR_CANNOT_CREATE, "cannot be made"},
        {"{folder: /dev/null}", ERROR_CANNOT_CREATE, "cannot be used"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        ck_assert_int_eq(rig_open(&rig, "file", workdir_folder(), rows[i].yaml, &error), rows[i].class);
        ck_assert_msg(strstr(error.text, rows[i].text) != NULL, "%s: %s", rows[i].yaml, error.text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sink/outlet_file");
    TCase *tests = tcase_create("file");
    tcase_add_checked_fixture(tests, workdir_open, workdir_close);
    tcase_add_test(tests, names_are_read_and_written_alike);
    tcase_add_test(tests, the_last_number_of_a_day_has_no_next_until_tomorrow);
    tcase_add_test(tests, alerts_are_lines_in_order_that_only_the_owner_reads);
    tcase_add_test(tests, nothing_is_made_before_the_first_alert);
    tcase_add_test(tests, a_restart_goes_on_in_the_same_file);
    tcase_add_test(tests, a_file_that_is_full_is_followed_by_the_next_number);
    tcase_add_test(tests, a_local_day_begins_a_file);
    tcase_add_test(tests, only_the_newest_files_stay_and_others_files_are_left_alone);
    tcase_add_test(tests, what_a_kill_left_is_neither_torn_nor_twice);
    tcase_add_test(tests, a_batch_that_was_cut_short_stays_in_one_file);
    tcase_add_test(tests, a_full_disk_takes_back_half_a_batch_and_is_tried_again);
    tcase_add_test(tests, a_folder_has_one_writer);
    tcase_add_test(tests, wrong_settings_are_refused);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
