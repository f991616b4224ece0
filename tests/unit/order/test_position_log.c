/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/order/position_log.h"

#include "suite.h"
#include "workdir.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEGMENT "log/positions-000000000001.log"

static struct error error;

static void set_up(void)
{
    workdir_open();
}

static void tear_down(void)
{
    workdir_close();
}

static struct position_log *open_log(uint64_t bytes_max)
{
    struct position_log *log = position_log_open(workdir_path("log"), bytes_max, &error);
    ck_assert_msg(log != NULL, "%s", error.text);
    return log;
}

/* Reads to the end; returns the runs' records, -1 on damage. */
static int64_t read_all(struct position_log *log, char *story, size_t room)
{
    struct position_entry entry;
    int64_t records = 0;
    story[0] = 0;
    while (position_log_next(log, &entry, &error)) {
        const size_t at = strlen(story);
        if (entry.kind == POSITION_RUN)
            snprintf(story + at, room - at, "%s/%s %llu.%u-%llu.%u; ", entry.feed, entry.name,
                     (unsigned long long)entry.begin.offset, entry.begin.skip,
                     (unsigned long long)entry.end.offset, entry.end.skip);
        else if (entry.kind == POSITION_MARK)
            snprintf(story + at, room - at, "[%s %s] ", entry.word, entry.text);
        records += (int64_t)entry.count * (entry.kind == POSITION_RUN);
    }
    return error.class ? -1 : records;
}

static void add_story(struct position_log *log)
{
    const uint32_t north = position_log_source(log, "north", "cdr/0");
    const uint32_t south = position_log_source(log, "south", "spool");
    ck_assert_uint_eq(position_log_source(log, "north", "cdr/0"), north);
    position_log_add(log, north, 10, (struct position){100, 0}, (struct position){110, 0});
    position_log_add(log, north, 5, (struct position){110, 0}, (struct position){112, 3});
    position_log_add(log, south, 7, (struct position){0, 0}, (struct position){7, 0});
    position_log_mark(log, "rules", "abc");
    position_log_add(log, north, 1, (struct position){112, 3}, (struct position){112, 4});
    ck_assert_int_eq(position_log_write(log, &error), ERROR_OK);
    ck_assert_int_eq(position_log_sync(log, &error), ERROR_OK);
}

static const char story_told[] =
    "north/cdr/0 100.0-112.3; south/spool 0.0-7.0; [rules abc] north/cdr/0 112.3-112.4; ";

START_TEST(what_was_added_is_read_again_and_neighbours_are_joined)
{
    char story[1000];
    struct position_log *log = open_log(UINT64_MAX);
    ck_assert_int_eq(read_all(log, story, sizeof(story)), 0);
    add_story(log);
    position_log_close(log);
    log = open_log(UINT64_MAX);
    ck_assert_int_eq(read_all(log, story, sizeof(story)), 23);
    ck_assert_str_eq(story, story_told);
    ck_assert_uint_eq(position_log_source(log, "south", "spool"), 1);
    position_log_close(log);
}
END_TEST

START_TEST(a_log_cut_anywhere_is_read_up_to_its_last_whole_line_and_goes_on)
{
    char story[1000], path[WORKDIR_PATH_BYTES];
    struct position_log *log = open_log(UINT64_MAX);
    ck_assert_int_eq(read_all(log, story, sizeof(story)), 0);
    add_story(log);
    position_log_close(log);
    snprintf(path, sizeof(path), "%s", workdir_path(SEGMENT));
    char whole[2000];
    FILE *file = fopen(path, "r");
    const size_t length = fread(whole, 1, sizeof(whole), file);
    fclose(file);
    for (size_t cut = 0; cut < length; cut++) {
        unlink(workdir_path("log/positions-000000000002.log"));
        workdir_write(SEGMENT, whole, cut);
        log = open_log(UINT64_MAX);
        const int64_t records = read_all(log, story, sizeof(story));
        ck_assert_msg(records >= 0, "cut at %zu: %s", cut, error.text);
        ck_assert_int_eq(strncmp(story, story_told, strlen(story)), 0);
        const size_t whole_lines = cut == 0 ? 0 : (size_t)((char *)memrchr(whole, '\n', cut) - whole + 1);
        ck_assert_uint_eq(position_log_counters(log).cut_bytes,
                          memrchr(whole, '\n', cut) ? cut - whole_lines : cut);
        position_log_mark(log, "start", "");
        ck_assert_int_eq(position_log_write(log, &error), ERROR_OK);
        position_log_close(log);
        log = open_log(UINT64_MAX);
        ck_assert_int_eq(read_all(log, story, sizeof(story)), records);
        ck_assert_ptr_nonnull(strstr(story, "[start ]"));
        position_log_close(log);
    }
}
END_TEST

START_TEST(damage_before_the_end_is_never_passed_over)
{
    char story[1000], whole[2000];
    struct position_log *log = open_log(UINT64_MAX);
    ck_assert_int_eq(read_all(log, story, sizeof(story)), 0);
    add_story(log);
    position_log_close(log);
    FILE *file = fopen(workdir_path(SEGMENT), "r");
    const size_t length = fread(whole, 1, sizeof(whole), file);
    fclose(file);
    const char *last_line = (char *)memrchr(whole, '\n', length - 1) + 1;
    /* Where the last two lines become one, the damage is at the end. */
    for (size_t at = 0; whole + at < last_line - 1; at++) {
        char damaged[2000];
        memcpy(damaged, whole, length);
        damaged[at] ^= 1;
        workdir_write(SEGMENT, damaged, length);
        log = position_log_open_readonly(workdir_path("log"), &error);
        ck_assert_ptr_nonnull(log);
        ck_assert_int_eq(read_all(log, story, sizeof(story)), -1);
        ck_assert_int_eq(error.class, ERROR_DATA);
        ck_assert_ptr_nonnull(strstr(error.text, "positions-000000000001.log:"));
        position_log_close(log);
    }
}
END_TEST

START_TEST(old_segments_are_deleted_at_the_limit_and_the_rest_is_whole)
{
    char *story = malloc(64u << 20);
    struct position_log *log = open_log(40u << 20);
    ck_assert_int_eq(read_all(log, story, 1000), 0);
    const uint32_t a = position_log_source(log, "a", "x"), b = position_log_source(log, "b", "y");
    uint64_t at = 0;
    for (unsigned round = 0; round < 2500; round++) {
        for (unsigned i = 0; i < 1000; i++, at++)
            position_log_add(log, i % 2 ? a : b, 1, (struct position){at, 0}, (struct position){at + 1, 0});
        ck_assert_int_eq(position_log_write(log, &error), ERROR_OK);
    }
    ck_assert_uint_gt(position_log_counters(log).segments_deleted, 0);
    ck_assert_uint_le(position_log_counters(log).bytes, 58u << 20);
    position_log_close(log);
    log = open_log(UINT64_MAX);
    struct position_entry entry;
    uint64_t records = 0, newest = 0;
    while (position_log_next(log, &entry, &error)) {
        records += entry.kind == POSITION_RUN ? entry.count : 0;
        if (entry.kind == POSITION_RUN)
            newest = entry.end.offset;
    }
    ck_assert_int_eq(error.class, ERROR_OK);
    ck_assert_uint_lt(records, at);
    ck_assert_uint_gt(records, 0);
    ck_assert_uint_eq(newest, at);
    position_log_close(log);
    free(story);
}
END_TEST

START_TEST(a_folder_belongs_to_one_process_and_reading_beside_it_is_fine)
{
    char story[1000];
    struct position_log *log = open_log(UINT64_MAX);
    ck_assert_ptr_null(position_log_open_readonly(workdir_path("log"), &error));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
    ck_assert_int_eq(read_all(log, story, sizeof(story)), 0);
    add_story(log);
    ck_assert_ptr_null(position_log_open(workdir_path("log"), UINT64_MAX, &error));
    ck_assert_int_eq(error.class, ERROR_CONFIG);
    struct position_log *reader = position_log_open_readonly(workdir_path("log"), &error);
    ck_assert_int_eq(read_all(reader, story, sizeof(story)), 23);
    position_log_close(reader);
    position_log_close(log);
}
END_TEST

START_TEST(a_full_disk_loses_nothing_once_there_is_room_again)
{
    char story[1000];
    const struct rlimit narrow = {100, RLIM_INFINITY}, wide = {RLIM_INFINITY, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    struct position_log *log = open_log(UINT64_MAX);
    ck_assert_int_eq(read_all(log, story, sizeof(story)), 0);
    const uint32_t source = position_log_source(log, "a", "x");
    for (unsigned i = 0; i < 20; i++)
        position_log_add(log, source, 1, (struct position){2 * i, 0}, (struct position){2 * i + 1, 0});
    setrlimit(RLIMIT_FSIZE, &narrow);
    ck_assert_int_eq(position_log_write(log, &error), ERROR_IO);
    ck_assert_int_eq(position_log_write(log, &error), ERROR_IO);
    setrlimit(RLIMIT_FSIZE, &wide);
    ck_assert_int_eq(position_log_write(log, &error), ERROR_OK);
    position_log_close(log);
    log = open_log(UINT64_MAX);
    ck_assert_int_eq(read_all(log, story, sizeof(story)), 20);
    position_log_close(log);
}
END_TEST

START_TEST(the_number_of_sources_is_limited)
{
    char story[1000], name[20];
    struct position_log *log = open_log(UINT64_MAX);
    ck_assert_int_eq(read_all(log, story, sizeof(story)), 0);
    for (unsigned i = 0; i < FEED_SOURCE_COUNT_MAX; i++) {
        snprintf(name, sizeof(name), "cdr/%u", i);
        ck_assert_uint_eq(position_log_source(log, "k", name), i);
        ck_assert_int_eq(position_log_write(log, &error), ERROR_OK);
    }
    ck_assert_uint_eq(position_log_source(log, "k", "one more"), POSITION_NO_SOURCE);
    ck_assert_uint_eq(position_log_counters(log).sources, FEED_SOURCE_COUNT_MAX);
    position_log_close(log);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("position log");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_was_added_is_read_again_and_neighbours_are_joined);
    tcase_add_test(tests, a_log_cut_anywhere_is_read_up_to_its_last_whole_line_and_goes_on);
    tcase_add_test(tests, damage_before_the_end_is_never_passed_over);
    tcase_add_test(tests, old_segments_are_deleted_at_the_limit_and_the_rest_is_whole);
    tcase_add_test(tests, a_folder_belongs_to_one_process_and_reading_beside_it_is_fine);
    tcase_add_test(tests, a_full_disk_loses_nothing_once_there_is_room_again);
    tcase_add_test(tests, the_number_of_sources_is_limited);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
