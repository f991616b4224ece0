/* SPDX-License-Identifier: Apache-2.0
 * The journal over crashes, full disks and its limit. Entry n is the text "entry n" and n % 50 dots. */
#include "../../../src/feed/journal.h"

#include "suite.h"
#include "workdir.h"

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[WORKDIR_PATH_BYTES];
static struct journal *journal;
static struct error error;
static uint64_t offsets[10000]; /* of entries; one more than there are */
static unsigned count;

static const struct journal_options usual = {.bytes_max = 1 << 20,
                                             .segment_bytes = 4096,
                                             .group_bytes = 1024,
                                             .group_ns = 1000,
                                             .spare_bytes = 4096,
                                             .keep_ms = 60000};

static const char *path_in(char path[static 2 * WORKDIR_PATH_BYTES], const char *name)
{
    snprintf(path, 2 * WORKDIR_PATH_BYTES, "%s/%s", folder, name);
    return path;
}

static void open_with(struct journal_options options)
{
    options.folder = folder;
    journal = journal_open(&options, &error);
    ck_assert_msg(journal != NULL, "%s", error.text);
}

static void set_up(void)
{
    workdir_make(folder);
    count = 0;
    open_with(usual);
}

static void tear_down(void)
{
    journal_close(journal);
    workdir_remove(folder);
}

static void open_again(void)
{
    journal_close(journal);
    open_with(usual);
}

static size_t text_of(unsigned number, char text[static 100])
{
    return (size_t)snprintf(text, 100, "entry %u%.*s", number, (int)(number % 50),
                            "..................................................");
}

static void append(void)
{
    char text[100];
    const size_t length = text_of(count, text);
    const struct octets head = {(const uint8_t *)text, 3}, body = {(const uint8_t *)text + 3, length - 3};
    offsets[count++] = journal_end(journal);
    journal_append(journal, head, body, 0);
    offsets[count] = journal_end(journal);
}

static void append_durably(unsigned wanted)
{
    for (unsigned i = 1; i <= wanted; i++) {
        append();
        if (i % 16 == 0 || i == wanted)
            ck_assert_msg(!journal_sync(journal, &error), "%s", error.text);
    }
}

/* Reads entries [first, end) and what the last `next` says. */
static void check_entries(unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++) {
        struct octets bytes;
        uint64_t next = 0;
        char text[100];
        ck_assert_int_eq(journal_read(journal, offsets[i], &bytes, &next), JOURNAL_ENTRY);
        ck_assert_uint_eq(bytes.length, text_of(i, text));
        ck_assert_mem_eq(bytes.bytes, text, bytes.length);
        ck_assert_uint_eq(next, offsets[i + 1]);
    }
}

static void check_end(uint64_t offset)
{
    struct octets bytes;
    uint64_t next;
    ck_assert_int_eq(journal_read(journal, offset, &bytes, &next), JOURNAL_END);
}

static size_t file_count(char last[static 2 * WORKDIR_PATH_BYTES])
{
    char pattern[2 * WORKDIR_PATH_BYTES];
    glob_t found;
    if (glob(path_in(pattern, "journal-*.log"), 0, NULL, &found) != 0)
        return 0;
    const size_t files = found.gl_pathc;
    snprintf(last, 2 * WORKDIR_PATH_BYTES, "%s", found.gl_pathv[files - 1]);
    globfree(&found);
    return files;
}

START_TEST(an_entry_can_be_read_once_it_is_durable)
{
    append();
    append();
    ck_assert(journal_is_dirty(journal));
    check_end(offsets[0]);
    ck_assert(!journal_sync(journal, &error));
    ck_assert(!journal_is_dirty(journal));
    check_entries(0, 2);
    check_end(offsets[2]);
    ck_assert_uint_eq(journal_counters(journal)->syncs, 1);
    ck_assert_uint_eq(journal_counters(journal)->entries, 2);
}
END_TEST

START_TEST(a_group_is_due_by_its_bytes_or_its_time)
{
    ck_assert(!journal_is_due(journal, UINT64_MAX));
    append();
    ck_assert(!journal_is_due(journal, 999));
    ck_assert(journal_is_due(journal, 1000));
    while (journal_end(journal) < 1024) {
        ck_assert(!journal_is_due(journal, 0));
        append();
    }
    ck_assert(journal_is_due(journal, 0));
}
END_TEST

START_TEST(it_goes_on_where_it_ended_over_many_files)
{
    char last[2 * WORKDIR_PATH_BYTES];
    append_durably(500);
    open_again();
    ck_assert_uint_eq(journal_durable(journal), offsets[500]);
    append_durably(500);
    ck_assert_uint_gt(file_count(last), 10);
    check_entries(0, 1000);
    check_entries(123, 140); /* backwards is possible */
    ck_assert_uint_eq(journal_counters(journal)->cut_bytes, 0);
    struct stat status;
    ck_assert_int_eq(stat(last, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
}
END_TEST

START_TEST(a_torn_end_is_cut_at_every_byte)
{
    char last[2 * WORKDIR_PATH_BYTES];
    append_durably(5);
    ck_assert_uint_eq(file_count(last), 1);
    for (uint64_t length = offsets[5] - 1; length > offsets[3]; length--) {
        ck_assert_int_eq(truncate(last, (off_t)length), 0);
        open_again();
        const unsigned whole = length >= offsets[4] ? 4 : 3;
        ck_assert_uint_eq(journal_durable(journal), offsets[whole]);
        ck_assert_uint_eq(journal_counters(journal)->cut_bytes, length - offsets[whole]);
        check_entries(0, whole);
        check_end(offsets[whole]);
        count = whole; /* what comes now takes the place of what was torn */
        append_durably(5 - whole);
        check_entries(0, 5);
    }
}
END_TEST

static void damage(const char *path, long at)
{
    FILE *file = fopen(path, "r+");
    ck_assert_ptr_nonnull(file);
    fseek(file, at, SEEK_SET);
    const int byte = fgetc(file);
    fseek(file, at, SEEK_SET);
    fputc(byte ^ 0x40, file);
    fclose(file);
}

START_TEST(a_wrong_byte_at_the_end_is_a_torn_end)
{
    char last[2 * WORKDIR_PATH_BYTES];
    append_durably(3);
    ck_assert_uint_eq(file_count(last), 1);
    damage(last, (long)offsets[3] - 1);
    open_again();
    ck_assert_uint_eq(journal_durable(journal), offsets[2]);
    check_entries(0, 2);
}
END_TEST

START_TEST(damage_further_up_costs_the_rest_of_its_file)
{
    char path[2 * WORKDIR_PATH_BYTES];
    append_durably(300);
    path_in(path, "journal-00000000000000000000.log");
    damage(path, (long)offsets[10] + 20);
    open_again();
    check_entries(0, 10);
    struct octets bytes;
    uint64_t next;
    ck_assert_int_eq(journal_read(journal, offsets[10], &bytes, &next), JOURNAL_GAP);
    ck_assert_uint_ge(next, 4096);
    ck_assert_uint_eq(journal_counters(journal)->gaps, 1);
    unsigned first = 0;
    while (offsets[first] != next)
        first++;
    check_entries(first, 300);
}
END_TEST

START_TEST(a_missing_file_is_a_gap)
{
    char path[2 * WORKDIR_PATH_BYTES];
    append_durably(300);
    ck_assert_int_eq(unlink(path_in(path, "journal-00000000000000000000.log")), 0);
    open_again();
    struct octets bytes;
    uint64_t next;
    ck_assert_int_eq(journal_read(journal, 0, &bytes, &next), JOURNAL_GAP);
    ck_assert_uint_eq(next, journal_begin(journal));
    ck_assert_uint_gt(next, 0);
}
END_TEST

/* Syncs while files cannot grow beyond `bytes`; nothing else may write meanwhile, Check neither. */
static enum error_class sync_on_full_disk(rlim_t bytes)
{
    struct rlimit usual_limit, limit;
    signal(SIGXFSZ, SIG_IGN);
    CHECK(getrlimit(RLIMIT_FSIZE, &usual_limit) == 0);
    limit = (struct rlimit){bytes, usual_limit.rlim_max};
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    const enum error_class class = journal_sync(journal, &error);
    CHECK(setrlimit(RLIMIT_FSIZE, &usual_limit) == 0);
    return class;
}

START_TEST(a_sync_that_failed_is_made_good_by_the_next)
{
    append_durably(3);
    while (journal_end(journal) < 900)
        append();
    ck_assert_int_eq(sync_on_full_disk(500), ERROR_IO);
    ck_assert_int_eq(sync_on_full_disk(500), ERROR_IO);
    ck_assert_ptr_nonnull(strstr(error.text, "cannot be written"));
    ck_assert_uint_eq(journal_durable(journal), offsets[3]);
    check_end(offsets[3]);
    ck_assert(!journal_sync(journal, &error));
    check_entries(0, count);
    ck_assert_uint_eq(journal_counters(journal)->failed_syncs, 2);
}
END_TEST

START_TEST(its_limit_ends_the_room_until_files_are_released)
{
    struct journal_options small = usual;
    char last[2 * WORKDIR_PATH_BYTES];
    journal_close(journal);
    small.bytes_max = 10000;
    open_with(small);
    while (journal_has_room(journal, 100))
        append_durably(1);
    ck_assert_uint_ge(journal_durable(journal), 10000 - 100 - JOURNAL_HEADER_BYTES);
    ck_assert_uint_le(journal_durable(journal), 10000);
    const size_t files = file_count(last);
    ck_assert_uint_gt(files, 1);
    journal_release(journal, offsets[count], 0); /* young files are kept until their room is needed */
    ck_assert_uint_eq(file_count(last), files);
    ck_assert(journal_has_room(journal, 100));
    ck_assert_uint_lt(file_count(last), files);
    ck_assert_uint_eq(journal_counters(journal)->deleted, files - file_count(last));
    append_durably(1);
    check_entries(count - 1, count);
}
END_TEST

START_TEST(released_files_go_when_they_are_old_and_not_before)
{
    char last[2 * WORKDIR_PATH_BYTES];
    append_durably(500);
    const size_t files = file_count(last);
    journal_release(journal, offsets[250], 1000);
    ck_assert_uint_eq(file_count(last), files);
    journal_release(journal, offsets[250], INT64_MAX);
    ck_assert_uint_lt(file_count(last), files);
    ck_assert_uint_gt(file_count(last), 1);
    ck_assert_uint_le(journal_begin(journal), offsets[250]);
    check_entries(250, 500);
    journal_release(journal, UINT64_MAX, INT64_MAX);
    ck_assert_uint_eq(file_count(last), 1); /* the one that is being written */
    ck_assert_uint_ge(journal_segment_before(journal, offsets[500]), offsets[250]);
}
END_TEST

START_TEST(it_goes_on_behind_entries_that_were_lost_with_their_disk)
{
    append_durably(2);
    journal_skip_to(journal, 1000000);
    ck_assert_uint_eq(journal_durable(journal), 1000000);
    count = 2;
    append_durably(2);
    ck_assert_uint_eq(offsets[2], 1000000);
    open_again();
    check_entries(0, 1);
    check_entries(2, 4);
    struct octets bytes;
    uint64_t next;
    ck_assert_int_eq(journal_read(journal, 70, &bytes, &next), JOURNAL_GAP);
    ck_assert_uint_eq(next, 1000000);
    journal_skip_to(journal, 5); /* never backwards */
    ck_assert_uint_eq(journal_durable(journal), offsets[4]);
}
END_TEST

START_TEST(a_reader_beside_the_writer_changes_nothing)
{
    char last[2 * WORKDIR_PATH_BYTES];
    struct journal_options options = usual;
    struct stat before, after;
    append_durably(5);
    ck_assert_uint_eq(journal_count(journal, 0), 5);
    ck_assert_uint_eq(journal_count(journal, offsets[2]), 3);
    ck_assert_uint_eq(file_count(last), 1);
    ck_assert_int_eq(truncate(last, (off_t)offsets[5] - 1), 0); /* its writer is at work */
    ck_assert_int_eq(stat(last, &before), 0);
    journal_close(journal);
    options.is_readonly = true;
    open_with(options);
    check_entries(0, 4);
    check_end(offsets[4]);
    ck_assert_int_eq(stat(last, &after), 0);
    ck_assert_int_eq(before.st_size, after.st_size);
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_said)
{
    struct journal_options options = usual;
    options.folder = "/nowhere/at/all";
    ck_assert_ptr_null(journal_open(&options, &error));
    ck_assert_int_eq(error.class, ERROR_CANNOT_CREATE);
    ck_assert_ptr_nonnull(strstr(error.text, "/nowhere/at/all"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal");
    TCase *tcase = tcase_create("journal");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 60); /* a busy disk may take its time */
    tcase_add_test(tcase, an_entry_can_be_read_once_it_is_durable);
    tcase_add_test(tcase, a_group_is_due_by_its_bytes_or_its_time);
    tcase_add_test(tcase, it_goes_on_where_it_ended_over_many_files);
    tcase_add_test(tcase, a_torn_end_is_cut_at_every_byte);
    tcase_add_test(tcase, a_wrong_byte_at_the_end_is_a_torn_end);
    tcase_add_test(tcase, damage_further_up_costs_the_rest_of_its_file);
    tcase_add_test(tcase, a_missing_file_is_a_gap);
    tcase_add_test(tcase, a_sync_that_failed_is_made_good_by_the_next);
    tcase_add_test(tcase, its_limit_ends_the_room_until_files_are_released);
    tcase_add_test(tcase, released_files_go_when_they_are_old_and_not_before);
    tcase_add_test(tcase, it_goes_on_behind_entries_that_were_lost_with_their_disk);
    tcase_add_test(tcase, a_reader_beside_the_writer_changes_nothing);
    tcase_add_test(tcase, a_folder_that_is_not_there_is_said);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
