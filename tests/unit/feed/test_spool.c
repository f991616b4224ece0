/* SPDX-License-Identifier: Apache-2.0
 * What the spool feed takes, in which order, and what it makes of files that are not as they should be. */
#include "healthy.h"
#include "simsieve/feed/channel.h"

#include "packing.h"
#include "spooling.h"
#include "suite.h"
#include "vectors.h"
#include "workdir.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define ONCE   "once: yes\n"
#define NOBODY 65534

static struct spooling feed;

static void set_up(void)
{
    workdir_open();
    workdir_capture();
    spooling_prepare();
}

static void tear_down(void)
{
    free(workdir_captured());
    workdir_close();
}

static void open_and_start(const char *settings)
{
    spooling_open(&feed, settings);
    spooling_start(&feed, NULL);
}

/* Received = records + rejects, whatever came. `count`: records. */
static void check_conservation(uint64_t count)
{
    ck_assert_uint_eq(feed.health.received, count + rejects_total(feed.rejects));
}

START_TEST(files_come_oldest_first_then_by_name)
{
    static const struct {
        const char *name;
        int age_s;
    } files[] = {{"b", 10}, {"z", 500}, {"a", 10}, {"y", 20}, {"c", 10}};
    for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
        spooling_write(files[i].name, 100 * i, 100 * i + 3);
        spooling_age(files[i].name, files[i].age_s);
    }
    open_and_start(ONCE);
    spooling_drain(&feed);
    spooling_expect(&feed, 5, (const uint64_t[][2]){{100, 103}, {300, 303}, {200, 203}, {0, 3}, {400, 403}});
    check_conservation(15);
    ck_assert_uint_eq(feed.health.messages, 5);
    ck_assert_uint_eq(feed.health.source_count, 1);
    ck_assert_uint_eq(feed.health.lag, 0);
    ck_assert_uint_gt(feed.health.received_bytes, 0);
    ck_assert(feed.health.is_connected);
    ck_assert_uint_eq(feed.health.errors + feed.health.lost + feed.health.set_aside + feed.health.limited, 0);
    ck_assert_uint_eq(feed.end.offset, 5);
    spooling_close(&feed);
}
END_TEST

START_TEST(what_is_not_closed_or_no_file_is_left_alone)
{
    static const char *const names[] = {
        ".hidden",        "a.tmp",         "a.TMP",        "a.temp",       "a.part",      "a.partial",
        "a.csv.filepart", "a.csv.writing", "a.inprogress", "a.incomplete", "a.uploading", "a.csv~",
    };
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        spooling_write(names[i], 1000 + 10 * i, 1005 + 10 * i);
    ck_assert_int_eq(mkdir(workdir_path("spool/folder"), 0755), 0);
    ck_assert_int_eq(mkfifo(workdir_path("spool/pipe"), 0600), 0);
    workdir_write_text("elsewhere", "type,time,a,b\n");
    ck_assert_int_eq(symlink(workdir_path("elsewhere"), workdir_path("spool/link")), 0);
    spooling_write("parts.csv", 1, 4);
    open_and_start(ONCE);
    spooling_drain(&feed);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{1, 4}});
    ck_assert_uint_eq(feed.health.messages, 1);
    check_conservation(3);
    spooling_close(&feed);
}
END_TEST

START_TEST(only_names_of_the_glob_are_taken)
{
    spooling_write("cdr-1.csv", 1, 3);
    spooling_write("log-1.csv", 11, 13);
    open_and_start(ONCE "folder: spool\nnames: 'cdr*.csv'\n"); /* in the configuration's folder */
    spooling_drain(&feed);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{1, 3}});
    spooling_close(&feed);
}
END_TEST

START_TEST(packed_files_are_unpacked)
{
    pack_fn *const packings[] = {pack_gzip, pack_zstd};
    for (size_t i = 0; i < ARRAY_COUNT(packings); i++) {
        char name[16];
        size_t length;
        char *text = spooling_text(5000 * i, 5000 * i + 5000, 0);
        void *packed = packings[i](text, strlen(text), &length);
        snprintf(name, sizeof(name), "p%zu", i);
        spooling_write_bytes(name, packed, length);
        spooling_age(name, 10 - (int)i);
        free(packed);
        free(text);
    }
    open_and_start(ONCE);
    spooling_drain(&feed);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{0, 10000}});
    ck_assert_uint_ge(feed.chunk_count, 10);
    check_conservation(10000);
    spooling_close(&feed);
}
END_TEST

static const struct {
    const char *settings, *wanted;
} bad_settings[] = {
    {"folder: ''\n", "folder: is empty"},
    {"names: '*'\n#folder:", "key 'folder' is missing"},
    {"fodler: x\n", "folder"},
    {"done: burn\n", "archive"},
    {"duplicates: no\n", "leave"},
    {"source: 'a,b'\n", "is no name"},
    {"source: ''\n", "is no name"},
    {"rescan: 5\n", "duration"},
    {"rescan: 1ms\n", "range"},
    {"settle: 10x\n", "duration"},
    {"once: maybe\n", "yes nor no"},
    {"waiting: 0\n", "range"},
    {"remember: 1\n", "range"},
    {"records: 4294967295\n", "range"},
    {"folder: /spool/\narchive: /spool\n", "other folders"},
    {"folder: /spool\nquarantine: /spool//\n", "other folders"},
};

START_TEST(bad_settings_are_refused_with_their_place)
{
    struct error error;
    ck_assert_int_eq(spooling_try_open(&feed, bad_settings[_i].settings, &error), ERROR_CONFIG);
    ck_assert_msg(strstr(error.text, bad_settings[_i].wanted) != NULL, "%s", error.text);
    ck_assert_msg(strstr(error.text, "spool.yaml:") != NULL, "%s", error.text);
    spooling_close(&feed);
}
END_TEST

START_TEST(a_copy_under_another_name_goes_to_quarantine)
{
    spooling_write("first.csv", 1, 6);
    spooling_age("first.csv", 10);
    spooling_write("second.csv", 1, 6);
    open_and_start(ONCE);
    spooling_drain(&feed);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{1, 6}});
    ck_assert_uint_eq(rejects_count(feed.rejects, REASON_FILE_DUPLICATE), 1);
    ck_assert_uint_eq(feed.health.set_aside, 1);
    ck_assert_uint_eq(feed.health.messages, 2);
    check_conservation(5);
    ck_assert(spooling_has("spool/first.csv") && !spooling_has("spool/second.csv"));
    ck_assert(spooling_has("spool/.quarantine/second.csv"));
    char *reason = spooling_get("spool/.quarantine/second.csv.reason");
    ck_assert_ptr_nonnull(strstr(reason, "taken before"));
    free(reason);
    /* Again, also in a later process: the name in quarantine is taken, the copy gets another. */
    spooling_close(&feed);
    spooling_write("second.csv", 1, 6);
    spooling_open(&feed, ONCE);
    spooling_start(&feed, &(struct position){1, 0});
    spooling_drain(&feed);
    spooling_expect(&feed, 0, NULL);
    ck_assert_uint_eq(rejects_count(feed.rejects, REASON_FILE_DUPLICATE), 1);
    ck_assert(!spooling_has("spool/second.csv"));
    spooling_close(&feed);
}
END_TEST

START_TEST(a_copy_may_stay_and_is_counted_once)
{
    spooling_write("first.csv", 1, 6);
    spooling_age("first.csv", 10);
    spooling_write("second.csv", 1, 6);
    open_and_start("duplicates: leave\nrescan: 10ms\nsettle: 0s\n");
    spooling_await(&feed, 5);
    spooling_idle(&feed, 100);
    ck_assert(spooling_has("spool/second.csv"));
    ck_assert_uint_eq(rejects_count(feed.rejects, REASON_FILE_DUPLICATE), 1);
    ck_assert_uint_eq(feed.health.set_aside, 0);
    ck_assert_uint_eq(feed.health.lag, 0);
    spooling_write("third.csv", 6, 8);
    spooling_await(&feed, 7);
    check_conservation(7);
    spooling_close(&feed);
}
END_TEST

START_TEST(the_same_content_written_over_a_file_is_counted_and_stays)
{
    spooling_write("a.csv", 1, 6);
    open_and_start("rescan: 10ms\nsettle: 0s\n");
    spooling_await(&feed, 5);
    spooling_write("a.csv", 1, 6);
    spooling_idle(&feed, 100);
    ck_assert_uint_eq(rejects_count(feed.rejects, REASON_FILE_DUPLICATE), 1);
    ck_assert(spooling_has("spool/a.csv"));
    check_conservation(5);
    /* And the next process knows the new one. */
    spooling_close(&feed);
    spooling_open(&feed, ONCE);
    spooling_start(&feed, &(struct position){1, 0});
    spooling_drain(&feed);
    ck_assert_uint_eq(feed.health.received, 0);
    spooling_close(&feed);
}
END_TEST

START_TEST(files_without_records_are_no_copies)
{
    static const char *const texts[] = {"", "type,time,a,b\n"};
    for (size_t i = 0; i < 6; i++) {
        char name[16];
        snprintf(name, sizeof(name), "hour-%zu.csv", i);
        spooling_write_text(name, texts[i % 2]);
    }
    open_and_start(ONCE);
    spooling_drain(&feed);
    ck_assert_uint_eq(feed.health.messages, 6);
    ck_assert_uint_eq(feed.health.received, 0);
    ck_assert_uint_eq(rejects_total(feed.rejects), 0);
    ck_assert_uint_eq(feed.end.offset, 6);
    spooling_close(&feed);
}
END_TEST

START_TEST(other_content_under_a_known_name_is_a_new_file)
{
    spooling_write("cdr.csv", 1, 6);
    open_and_start("rescan: 10ms\nsettle: 0s\n");
    spooling_await(&feed, 5);
    spooling_write("cdr.csv", 6, 11);
    spooling_await(&feed, 10);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{1, 11}});
    ck_assert_uint_eq(feed.end.offset, 2);
    spooling_close(&feed);
}
END_TEST

START_TEST(a_file_that_grew_goes_on_behind_what_was_taken)
{
    char *text = spooling_text(1, 101, 10);
    char *place = strstr(text, "msc1,41\n") + strlen("msc1,41\n");
    open_and_start("rescan: 10ms\nsettle: 0s\n");
    spooling_write_bytes("cdr.csv", text, (size_t)(place - text));
    spooling_await(&feed, 41);
    ck_assert_uint_eq(rejects_total(feed.rejects), 4);
    /* Cut in the middle of a line this time, which is then a reject, and comes whole later. */
    spooling_write_bytes("cdr.csv", text, (size_t)(strstr(text, ",msc1,71\n") - text) - 5);
    spooling_await(&feed, 70);
    spooling_idle(&feed, 50);
    ck_assert_uint_eq(rejects_total(feed.rejects), 8);
    spooling_write_text("cdr.csv", text);
    spooling_await(&feed, 100);
    spooling_idle(&feed, 50);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{1, 101}});
    ck_assert_uint_eq(rejects_total(feed.rejects), 11);
    ck_assert_uint_eq(feed.end.offset, 3);
    check_conservation(100);
    free(text);
    spooling_close(&feed);
}
END_TEST

START_TEST(a_binary_file_that_grew_is_taken_anew)
{
    struct vectors vectors = vectors_read("tests/fixtures/files/ber.txt");
    const struct vector *vector = &vectors.list[0];
    uint8_t *twice = malloc(2 * vector->length);
    memcpy(twice, vector->octets, vector->length);
    memcpy(twice + vector->length, vector->octets, vector->length);
    open_and_start("rescan: 10ms\nsettle: 0s\n");
    spooling_write_bytes("cdr.ber", vector->octets, vector->length);
    spooling_idle(&feed, 100);
    const size_t count = feed.count;
    ck_assert_uint_gt(count, 0);
    ck_assert_uint_eq(feed.health.set_aside, 0);
    spooling_write_bytes("cdr.ber", twice, 2 * vector->length);
    spooling_await(&feed, 3 * count);
    spooling_idle(&feed, 50);
    ck_assert_uint_eq(feed.end.offset, 2);
    check_conservation(3 * count);
    free(twice);
    vectors_free(&vectors);
    spooling_close(&feed);
}
END_TEST

START_TEST(a_cut_upload_goes_to_quarantine_and_comes_whole_later)
{
    size_t length;
    char *text = spooling_text(0, 20000, 0);
    void *packed = pack_gzip(text, strlen(text), &length);
    open_and_start("rescan: 10ms\nsettle: 0s\n");
    spooling_write_bytes("cdr.csv.gz", packed, length / 2);
    for (int i = 0; i < 1000 && feed.health.set_aside == 0; i++)
        spooling_poll(&feed, 10);
    ck_assert_uint_gt(feed.count, 1000);
    ck_assert_uint_lt(feed.count, 20000);
    ck_assert_uint_eq(rejects_count(feed.rejects, REASON_STREAM), 1);
    ck_assert(spooling_has("spool/.quarantine/cdr.csv.gz") && !spooling_has("spool/cdr.csv.gz"));
    char *reason = spooling_get("spool/.quarantine/cdr.csv.gz.reason");
    ck_assert_ptr_nonnull(strstr(reason, "cut off"));
    free(reason);
    spooling_write_bytes("cdr.csv.gz", packed, length);
    spooling_await(&feed, 20000);
    spooling_idle(&feed, 50);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{0, 20000}});
    check_conservation(20000);
    ck_assert_uint_eq(rejects_total(feed.rejects), 1);
    free(packed);
    free(text);
    spooling_close(&feed);
}
END_TEST

static const struct {
    const char *text, *wanted;
} foreign_files[] = {
    {"this is a letter\nto nobody\n", "of no known format"},
    {"type,time,a\nmo_call,2024-12-09T08:00:00+07:00,0912345678\n", "b"},
    {"PK\x03\x04 and so on\n", "zip"},
};

START_TEST(a_file_that_cannot_be_decoded_goes_to_quarantine_and_the_next_one_comes)
{
    spooling_write_text("foreign", foreign_files[_i].text);
    spooling_age("foreign", 10);
    spooling_write("good", 1, 4);
    open_and_start(ONCE);
    spooling_drain(&feed);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{1, 4}});
    ck_assert_uint_eq(rejects_count(feed.rejects, REASON_FILE_FORMAT), 1);
    ck_assert_uint_eq(feed.health.set_aside, 1);
    check_conservation(3);
    ck_assert(spooling_has("spool/.quarantine/foreign"));
    char *reason = spooling_get("spool/.quarantine/foreign.reason");
    ck_assert_msg(strstr(reason, foreign_files[_i].wanted) != NULL, "%s", reason);
    free(reason);
    spooling_close(&feed);
}
END_TEST

START_TEST(an_unreadable_file_is_said_once_and_taken_when_it_can_be_read)
{
    spooling_write("secret", 1, 4);
    spooling_age("secret", 10);
    ck_assert_int_eq(chmod(workdir_path("spool/secret"), 0), 0);
    spooling_write("good", 11, 14);
    for (size_t i = 0; i < 2 && geteuid() == 0; i++)
        ck_assert_int_eq(chown(workdir_path(i ? "state" : "spool"), NOBODY, NOBODY), 0);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(workdir_folder(), NOBODY, NOBODY), 0);
        ck_assert_int_eq(chmod(workdir_path("spool/good"), 0644), 0);
        ck_assert_int_eq(seteuid(NOBODY), 0);
    }
    open_and_start("rescan: 10ms\nsettle: 0s\n");
    spooling_await(&feed, 3);
    spooling_idle(&feed, 200);
    ck_assert_uint_ge(feed.health.errors, 2);
    ck_assert_uint_le(feed.health.errors, 8); /* it waits for ever longer: 10, 20, 40 ... ms */
    ck_assert_uint_eq(feed.health.lag, 1);
    expect_error(&feed.health, "spool/secret: cannot be read: Permission denied", "secret");
    if (getuid() == 0)
        ck_assert_int_eq(seteuid(0), 0);
    ck_assert_int_eq(chmod(workdir_path("spool/secret"), 0644), 0);
    spooling_await(&feed, 6);
    spooling_expect(&feed, 2, (const uint64_t[][2]){{11, 14}, {1, 4}});
    spooling_idle(&feed, 100);
    expect_error(&feed.health, NULL, "spool/secret: cannot be read: Permission denied");
    char *log = workdir_captured();
    const char *said = strstr(log, "secret: cannot be read: Permission denied");
    ck_assert_ptr_nonnull(said);
    ck_assert_ptr_null(strstr(said + 1, "secret: cannot be read"));
    free(log);
    workdir_capture();
    spooling_close(&feed);
}
END_TEST

START_TEST(a_folder_that_is_away_is_waited_for)
{
    char away[WORKDIR_PATH_BYTES], here[WORKDIR_PATH_BYTES];
    snprintf(away, sizeof(away), "%s", workdir_path("away"));
    snprintf(here, sizeof(here), "%s", workdir_path("spool"));
    spooling_write("a", 1, 3);
    ck_assert_int_eq(rename(here, away), 0);
    open_and_start("rescan: 10ms\nsettle: 0s\n");
    spooling_idle(&feed, 100);
    ck_assert(!feed.health.is_connected);
    ck_assert_uint_eq(feed.health.errors, 1);
    expect_error(&feed.health, "spool: No such file or directory; is it mounted", "looked for every 10 ms");
    ck_assert_int_eq(rename(away, here), 0);
    spooling_await(&feed, 2);
    ck_assert(feed.health.is_connected);
    expect_error(&feed.health, NULL, "spool: No such file or directory");
    ck_assert_uint_eq(feed.health.reconnects, 1);
    /* It goes away while it is watched, and comes back with more in it. */
    ck_assert_int_eq(rename(here, away), 0);
    spooling_idle(&feed, 100);
    ck_assert(!feed.health.is_connected);
    ck_assert_int_eq(rename(away, here), 0);
    spooling_write("b", 3, 5);
    spooling_await(&feed, 4);
    ck_assert_uint_eq(feed.health.reconnects, 2);
    ck_assert_uint_eq(feed.health.lost, 0);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{1, 5}});
    spooling_close(&feed);
    rename(here, away);
    open_and_start(ONCE);
    ck_assert_int_eq(spooling_poll(&feed, 10), FEED_FAILED);
    spooling_close(&feed);
}
END_TEST

START_TEST(inotify_shows_a_file_at_once)
{
    open_and_start("rescan: 1h\nsettle: 1h\n");
    spooling_idle(&feed, 20);
    spooling_write("moved", 1, 4);
    spooling_await(&feed, 3);
    char *text = spooling_text(4, 7, 0);
    workdir_write_text("spool/written", text);
    free(text);
    spooling_await(&feed, 6);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{1, 7}});
    /* Made and closed, but nothing in it: whoever did that will come back. */
    workdir_write_text("spool/touched", "");
    spooling_idle(&feed, 50);
    ck_assert_uint_eq(feed.health.messages, 2);
    ck_assert_uint_eq(feed.health.lag, 1);
    spooling_close(&feed);
}
END_TEST

START_TEST(without_inotify_a_listing_shows_it_when_it_has_settled)
{
    open_and_start("notify: no\nrescan: 10ms\nsettle: 300ms\n");
    FILE *file = fopen(workdir_path("spool/slow"), "w");
    char *text = spooling_text(1, 11, 0);
    for (size_t i = 0; i < 5; i++) {
        fwrite(text + i * strlen(text) / 5, 1, strlen(text) / 5 + (i == 4) * strlen(text) % 5, file);
        fflush(file);
        spooling_idle(&feed, 120);
        ck_assert_uint_eq(feed.count, 0);
    }
    fclose(file);
    free(text);
    spooling_await(&feed, 10);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{1, 11}});
    ck_assert_uint_eq(rejects_total(feed.rejects), 0);
    spooling_close(&feed);
}
END_TEST

START_TEST(more_files_than_may_wait_come_all_the_same_and_in_order)
{
    for (int i = 0; i < 20; i++) {
        char name[16];
        snprintf(name, sizeof(name), "f%d", i * 7 % 20);
        spooling_write(name, (uint64_t)(i * 7 % 20) * 10, (uint64_t)(i * 7 % 20) * 10 + 10);
        spooling_age(name, 100 - i * 7 % 20);
    }
    open_and_start(ONCE "waiting: 3\n");
    spooling_drain(&feed);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{0, 200}});
    ck_assert_uint_gt(feed.health.limited, 0);
    check_conservation(200);
    spooling_close(&feed);
}
END_TEST

START_TEST(copies_that_stay_may_fill_what_may_wait_until_they_are_taken_away)
{
    static const char *const copies[] = {"b", "c"};
    spooling_write("a", 0, 10);
    spooling_age("a", 100);
    for (size_t i = 0; i < ARRAY_COUNT(copies); i++) {
        spooling_write(copies[i], 0, 10);
        spooling_age(copies[i], 50);
    }
    spooling_write("new", 10, 20);
    open_and_start("rescan: 10ms\nsettle: 0s\nduplicates: leave\nwaiting: 2\n");
    spooling_await(&feed, 10);
    spooling_idle(&feed, 100);
    ck_assert_uint_eq(feed.count, 10);
    ck_assert_uint_eq(rejects_count(feed.rejects, REASON_FILE_DUPLICATE), 2);
    ck_assert_uint_gt(feed.health.limited, 0);
    unlink(workdir_path("spool/b"));
    spooling_await(&feed, 20);
    ck_assert_uint_eq(rejects_count(feed.rejects, REASON_FILE_DUPLICATE), 2);
    check_conservation(20);
    spooling_close(&feed);
    spooling_open(&feed, ONCE "duplicates: leave\nwaiting: 1\n");
    spooling_start(&feed, &(struct position){2, 0});
    spooling_drain(&feed); /* and ends, although there is more than may wait */
    spooling_close(&feed);
}
END_TEST

START_TEST(when_all_that_is_remembered_is_still_there_it_waits)
{
    for (uint64_t i = 0; i < 4; i++) {
        char name[16];
        snprintf(name, sizeof(name), "f%" PRIu64, i);
        spooling_write(name, i * 10, i * 10 + 10);
        spooling_age(name, 100 - (int)i);
    }
    open_and_start("rescan: 10ms\nsettle: 0s\nremember: 2\n");
    spooling_await(&feed, 20);
    spooling_idle(&feed, 100);
    ck_assert_uint_eq(feed.count, 20);
    ck_assert_uint_eq(feed.health.limited, 1);
    feed.kind->release(feed.state, "spool", (struct position){1, 0});
    spooling_await(&feed, 30);
    spooling_idle(&feed, 50);
    ck_assert_uint_eq(feed.health.limited, 2);
    unlink(workdir_path("spool/f1")); /* somebody cleans up */
    spooling_await(&feed, 40);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{0, 40}});
    check_conservation(40);
    spooling_close(&feed);
}
END_TEST

START_TEST(a_file_with_too_many_records_goes_to_quarantine_with_what_is_left)
{
    spooling_write("long", 0, 3000);
    spooling_age("long", 10);
    spooling_write("short", 5000, 5002);
    open_and_start(ONCE "records: 2500\n");
    spooling_drain(&feed);
    spooling_expect(&feed, 2, (const uint64_t[][2]){{0, 2500}, {5000, 5002}});
    ck_assert_uint_eq(feed.health.set_aside, 1);
    ck_assert_uint_eq(feed.health.lost, 1);
    char *reason = spooling_get("spool/.quarantine/long.reason");
    ck_assert_ptr_nonnull(strstr(reason, "more than 2500 records"));
    free(reason);
    check_conservation(2502);
    spooling_close(&feed);
}
END_TEST

START_TEST(all_comes_through_a_channel_once_and_the_position_is_the_end)
{
    const int bell = eventfd(0, EFD_CLOEXEC);
    uint64_t next = 0, rings;
    struct position end = {0, 0};
    spooling_write("a", 0, 40000); /* more than the ring holds */
    spooling_age("a", 10);
    spooling_write("b", 40000, 50000);
    spooling_open(&feed, ONCE);
    struct channel *channel = channel_start(feed.kind, feed.state, &feed.health, NULL, 0, bell);
    while (channel_state(channel) == CHANNEL_LIVE) {
        const struct chunk *chunk = channel_take(channel);
        if (!chunk) {
            struct pollfd pollfd = {bell, POLLIN, 0};
            if (poll(&pollfd, 1, 5000) == 1)
                ck_assert_int_eq(read(bell, &rings, sizeof(rings)), sizeof(rings));
            continue;
        }
        ck_assert_int_eq(position_compare(chunk->begin, end), 0);
        for (uint32_t i = 0; i < chunk->count; i++)
            ck_assert_uint_eq(chunk->records[i].seq, next++);
        end = chunk->end;
        channel_release(channel);
    }
    ck_assert_int_eq(channel_state(channel), CHANNEL_ENDED);
    channel_destroy(channel);
    close(bell);
    ck_assert_uint_eq(next, 50000);
    ck_assert_int_eq(position_compare(end, (struct position){2, 0}), 0);
    check_conservation(50000);
    ck_assert_uint_eq(feed.health.source_count, 0);
    spooling_close(&feed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("feed/spool");
    TCase *tests = tcase_create("spool");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, files_come_oldest_first_then_by_name);
    tcase_add_test(tests, what_is_not_closed_or_no_file_is_left_alone);
    tcase_add_test(tests, only_names_of_the_glob_are_taken);
    tcase_add_test(tests, packed_files_are_unpacked);
    tcase_add_loop_test(tests, bad_settings_are_refused_with_their_place, 0, ARRAY_COUNT(bad_settings));
    tcase_add_test(tests, a_copy_under_another_name_goes_to_quarantine);
    tcase_add_test(tests, a_copy_may_stay_and_is_counted_once);
    tcase_add_test(tests, the_same_content_written_over_a_file_is_counted_and_stays);
    tcase_add_test(tests, files_without_records_are_no_copies);
    tcase_add_test(tests, other_content_under_a_known_name_is_a_new_file);
    tcase_add_test(tests, a_file_that_grew_goes_on_behind_what_was_taken);
    tcase_add_test(tests, a_binary_file_that_grew_is_taken_anew);
    tcase_add_test(tests, a_cut_upload_goes_to_quarantine_and_comes_whole_later);
    tcase_add_loop_test(tests, a_file_that_cannot_be_decoded_goes_to_quarantine_and_the_next_one_comes, 0,
                        ARRAY_COUNT(foreign_files));
    tcase_add_test(tests, an_unreadable_file_is_said_once_and_taken_when_it_can_be_read);
    tcase_add_test(tests, a_folder_that_is_away_is_waited_for);
    tcase_add_test(tests, inotify_shows_a_file_at_once);
    tcase_add_test(tests, without_inotify_a_listing_shows_it_when_it_has_settled);
    tcase_add_test(tests, more_files_than_may_wait_come_all_the_same_and_in_order);
    tcase_add_test(tests, copies_that_stay_may_fill_what_may_wait_until_they_are_taken_away);
    tcase_add_test(tests, when_all_that_is_remembered_is_still_there_it_waits);
    tcase_add_test(tests, a_file_with_too_many_records_goes_to_quarantine_with_what_is_left);
    tcase_add_test(tests, all_comes_through_a_channel_once_and_the_position_is_the_end);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
