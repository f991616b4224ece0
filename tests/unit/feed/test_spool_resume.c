/* SPDX-License-Identifier: Apache-2.0
 * What the spool feed remembers: going on after any stop, reading again, release, and the journal. */
#include "healthy.h"
#include "simsieve/base/clock.h"

#include "packing.h"
#include "spooling.h"
#include "suite.h"
#include "workdir.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

static void write_with_rejects(const char *name, uint64_t first, uint64_t end, uint64_t reject_every)
{
    char *text = spooling_text(first, end, reject_every);
    spooling_write_text(name, text);
    free(text);
}

/* Takes all that is in the folder; the state that a process leaves which has read everything. */
static void take_all(const char *settings)
{
    spooling_open(&feed, settings);
    spooling_start(&feed, NULL);
    spooling_drain(&feed);
    spooling_close(&feed);
}

/* 600 records, a reject behind each third: 800 items, several batches of the decoder. */
#define RECORD_COUNT 600
#define REJECT_EVERY 3
#define ITEM_COUNT   800

/* Items before `item` that are records. */
static uint64_t records_before(uint64_t item)
{
    return item / 4 * 3 + u64_min(item % 4, 3);
}

START_TEST(it_goes_on_behind_any_item_and_tells_only_rejects_behind_it)
{
    write_with_rejects("cdr", 1, RECORD_COUNT + 1, REJECT_EVERY);
    take_all(ONCE);
    for (uint32_t item = 0; item <= ITEM_COUNT; item++) {
        spooling_open(&feed, ONCE);
        spooling_start(&feed, &(struct position){0, item});
        spooling_drain(&feed);
        spooling_expect(&feed, 1, (const uint64_t[][2]){{records_before(item) + 1, RECORD_COUNT + 1}});
        ck_assert_uint_eq(rejects_total(feed.rejects), ITEM_COUNT / 4 - (item - records_before(item)));
        ck_assert_uint_eq(feed.health.received, ITEM_COUNT - item);
        spooling_close(&feed);
    }
}
END_TEST

START_TEST(read_again_it_gives_the_same_in_pieces_of_any_size)
{
    write_with_rejects("a", 1, RECORD_COUNT + 1, REJECT_EVERY);
    spooling_age("a", 10);
    write_with_rejects("b", 2001, 2001 + RECORD_COUNT, 0);
    take_all(ONCE);
    for (uint32_t piece = 1; piece < 900; piece += 97) {
        spooling_open(&feed, ONCE);
        struct position begin = {0, 0};
        /* Positions that a live feed hands out lie behind a record; 0, 1 and 2 modulo 4 do. */
        for (uint32_t at = piece; at < ITEM_COUNT; at += piece) {
            const struct position end = {0, at - (at % 4 == 0)};
            if (position_compare(begin, end) >= 0)
                continue;
            spooling_read(&feed, begin, end);
            ck_assert_uint_eq(feed.count, records_before(end.skip));
            begin = end;
        }
        spooling_read(&feed, begin, (struct position){1, 100});
        ck_assert_uint_eq(feed.count, RECORD_COUNT + 100);
        /* And then live from there: rejects are told once. */
        spooling_start(&feed, &(struct position){1, 100});
        spooling_drain(&feed);
        spooling_expect(&feed, 2, (const uint64_t[][2]){{1, RECORD_COUNT + 1}, {2001, 2001 + RECORD_COUNT}});
        ck_assert_uint_eq(rejects_total(feed.rejects), ITEM_COUNT / 4);
        ck_assert_uint_eq(feed.health.received, ITEM_COUNT + RECORD_COUNT);
        spooling_close(&feed);
    }
}
END_TEST

START_TEST(it_goes_from_reading_again_to_live_inside_rejects)
{
    write_with_rejects("cdr", 1, RECORD_COUNT + 1, 1); /* record, reject, record, ... */
    take_all(ONCE);
    spooling_open(&feed, ONCE);
    spooling_read(&feed, (struct position){0, 0}, (struct position){0, 301});
    spooling_start(&feed, &(struct position){0, 301});
    spooling_drain(&feed);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{1, RECORD_COUNT + 1}});
    ck_assert_uint_eq(rejects_total(feed.rejects), RECORD_COUNT);
    ck_assert_uint_eq(feed.health.received, 2 * RECORD_COUNT);
    spooling_close(&feed);
}
END_TEST

START_TEST(files_are_read_again_from_archive_and_quarantine)
{
    size_t length;
    char *text = spooling_text(0, 5000, 0);
    void *packed = pack_gzip(text, strlen(text), &length);
    spooling_write_bytes("a.gz", packed, length - 4); /* its records are whole, its end is cut off */
    spooling_age("a.gz", 10);
    spooling_write("b", 5000, 5100);
    spooling_open(&feed, ONCE);
    spooling_start(&feed, NULL);
    spooling_drain(&feed);
    const size_t count = feed.count;
    ck_assert_uint_eq(rejects_count(feed.rejects, REASON_STREAM), 1);
    feed.kind->release(feed.state, "spool", (struct position){2, 0});
    ck_assert(spooling_has("spool/.quarantine/a.gz") && spooling_has("spool/.archive/b"));
    spooling_close(&feed);
    spooling_open(&feed, ONCE);
    const struct position begin = spooling_read(&feed, (struct position){0, 0}, (struct position){2, 0});
    ck_assert_int_eq(position_compare(begin, (struct position){0, 0}), 0);
    ck_assert_uint_eq(feed.count, count);
    ck_assert_uint_eq(rejects_count(feed.rejects, REASON_STREAM), 1);
    ck_assert_uint_eq(feed.health.set_aside, 0);
    /* Nobody has taken note of anything: the feed without a position begins there too. */
    feed.count = 0;
    spooling_start(&feed, NULL);
    spooling_drain(&feed);
    ck_assert_uint_eq(feed.count, count);
    ck_assert_uint_eq(rejects_count(feed.rejects, REASON_STREAM), 1);
    free(packed);
    free(text);
    spooling_close(&feed);
}
END_TEST

START_TEST(what_was_deleted_is_no_longer_to_be_had)
{
    for (uint64_t i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof(name), "f%" PRIu64, i);
        spooling_write(name, i * 10, i * 10 + 10);
        spooling_age(name, 100 - (int)i);
    }
    spooling_open(&feed, ONCE "done: delete\n");
    spooling_start(&feed, NULL);
    spooling_drain(&feed);
    feed.kind->release(feed.state, "spool", (struct position){1, 5});
    ck_assert(!spooling_has("spool/f0") && spooling_has("spool/f1"));
    feed.kind->release(feed.state, "other", (struct position){3, 0});
    ck_assert(spooling_has("spool/f1"));
    spooling_close(&feed);
    spooling_open(&feed, ONCE);
    struct position begin = spooling_read(&feed, (struct position){0, 3}, (struct position){1, 5});
    ck_assert_int_eq(position_compare(begin, (struct position){1, 0}), 0);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{10, 15}});
    begin = spooling_read(&feed, (struct position){0, 3}, (struct position){0, 7});
    ck_assert_int_eq(position_compare(begin, (struct position){0, 7}), 0);
    spooling_expect(&feed, 0, NULL);
    /* Beyond all that was ever taken there is nothing either. */
    begin = spooling_read(&feed, (struct position){7, 0}, (struct position){9, 0});
    ck_assert_int_eq(position_compare(begin, (struct position){9, 0}), 0);
    ck_assert_uint_eq(feed.health.lost, 0);
    spooling_start(&feed, NULL);
    spooling_drain(&feed);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{10, 30}});
    ck_assert_uint_eq(feed.health.lost, 0);
    spooling_close(&feed);
}
END_TEST

START_TEST(a_file_that_somebody_took_away_is_counted_as_lost)
{
    spooling_write("a", 0, 10);
    spooling_age("a", 10);
    spooling_write("b", 10, 20);
    take_all(ONCE);
    unlink(workdir_path("spool/a"));
    spooling_open(&feed, ONCE);
    spooling_start(&feed, &(struct position){0, 4});
    spooling_drain(&feed);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{10, 20}});
    ck_assert_uint_eq(feed.health.lost, 6);
    spooling_close(&feed);
}
END_TEST

START_TEST(released_files_are_archived_and_names_do_not_clash)
{
    struct spooling *spooling = &feed;
    spooling_open(spooling, "rescan: 10ms\nsettle: 0s\n");
    spooling_start(spooling, NULL);
    for (uint64_t i = 0; i < 3; i++) { /* the same name every day */
        spooling_write("cdr.csv", i * 10, i * 10 + 10);
        spooling_await(spooling, i * 10 + 10);
        spooling_poll(spooling, 0);
        spooling->kind->release(spooling->state, "spool", spooling->end);
        ck_assert(!spooling_has("spool/cdr.csv"));
    }
    struct stat status;
    ck_assert_int_eq(stat(workdir_path("spool/.archive"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0700);
    ck_assert_uint_eq(feed.health.errors, 0);
    spooling_close(spooling);
    spooling_open(spooling, ONCE);
    spooling_read(spooling, (struct position){0, 0}, (struct position){3, 0});
    spooling_expect(spooling, 1, (const uint64_t[][2]){{0, 30}});
    spooling_close(spooling);
}
END_TEST

START_TEST(what_took_the_name_of_a_released_file_is_not_moved)
{
    spooling_write("cdr.csv", 0, 10);
    spooling_open(&feed, "rescan: 10ms\nsettle: 1h\n");
    spooling_start(&feed, NULL);
    spooling_close(&feed);
    take_all(ONCE);
    spooling_open(&feed, "rescan: 10ms\nsettle: 1h\nnotify: no\n");
    spooling_start(&feed, &(struct position){1, 0});
    spooling_idle(&feed, 30);
    spooling_write("cdr.csv", 10, 20); /* seen, but not settled */
    spooling_idle(&feed, 30);
    feed.kind->release(feed.state, "spool", (struct position){1, 0});
    ck_assert(spooling_has("spool/cdr.csv") && !spooling_has("spool/.archive/cdr.csv"));
    spooling_close(&feed);
    spooling_open(&feed, ONCE);
    spooling_start(&feed, &(struct position){1, 0});
    spooling_drain(&feed);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{10, 20}});
    ck_assert_uint_eq(feed.health.lost, 0);
    spooling_close(&feed);
}
END_TEST

START_TEST(an_archive_that_cannot_be_made_is_tried_again_at_the_next_release)
{
    spooling_write("a", 0, 10);
    workdir_write_text("wall", "a file where a folder should be");
    char settings[512];
    snprintf(settings, sizeof(settings), ONCE "archive: %s\n", workdir_path("wall/archive"));
    spooling_open(&feed, settings);
    spooling_start(&feed, NULL);
    spooling_drain(&feed);
    feed.kind->release(feed.state, "spool", feed.end);
    ck_assert_uint_eq(feed.health.errors, 1);
    expect_error(&feed.health, "wall/archive", "wall/archive");
    ck_assert(spooling_has("spool/a"));
    unlink(workdir_path("wall"));
    ck_assert_int_eq(mkdir(workdir_path("wall"), 0700), 0);
    feed.kind->release(feed.state, "spool", feed.end);
    ck_assert(spooling_has("wall/archive/a") && !spooling_has("spool/a"));
    ck_assert_uint_eq(feed.health.errors, 1);
    expect_error(&feed.health, NULL, "wall/archive");
    spooling_close(&feed);
}
END_TEST

START_TEST(kept_files_stay_and_are_not_taken_again)
{
    spooling_write("a", 0, 10);
    spooling_open(&feed, ONCE "done: keep\n");
    spooling_start(&feed, NULL);
    spooling_drain(&feed);
    feed.kind->release(feed.state, "spool", feed.end);
    spooling_close(&feed);
    spooling_open(&feed, ONCE "done: keep\n");
    spooling_start(&feed, &(struct position){1, 0});
    spooling_drain(&feed);
    ck_assert(spooling_has("spool/a"));
    ck_assert_uint_eq(feed.health.received, 0);
    spooling_close(&feed);
}
END_TEST

/* ---- kill -9 ---- */

#define FILE_COUNT     12
#define RECORDS_A_FILE 5000
#define LINE_BYTES_MAX 16384
#define CHUNK_US       500
#define KILLS_MAX      200

/* What a run would do: write down what came and how far that is, at once; and from time to time release. */
static void run_child(struct position from)
{
    static char line[LINE_BYTES_MAX];
    const int output = open(workdir_path("taken"), O_WRONLY | O_APPEND);
    enum feed_status status;
    spooling_open(&feed, ONCE);
    spooling_start(&feed, &from);
    while ((status = spooling_poll(&feed, 10)) != FEED_ENDED) {
        if (status != FEED_RECORDS)
            continue;
        int length = snprintf(line, sizeof(line), "%" PRIu64 " %" PRIu32, feed.end.offset, feed.end.skip);
        for (size_t i = 0; i < feed.count; i++)
            length += snprintf(line + length, sizeof(line) - (size_t)length, " %" PRIu64, feed.sequence[i]);
        length += snprintf(line + length, sizeof(line) - (size_t)length, "\n");
        ck_assert_int_lt(length, LINE_BYTES_MAX);
        ck_assert_int_eq(write(output, line, (size_t)length), length);
        feed.count = 0;
        usleep(CHUNK_US); /* so that even the fastest machine does not get through before the first kill */
        if (feed.end.skip == 0)
            feed.kind->release(feed.state, "spool", feed.end);
    }
    _exit(0);
}

/* Checks that records come one after another and returns where the last line ends. */
static struct position check_taken(uint64_t *next)
{
    struct position end = {0, 0};
    char *line = malloc(LINE_BYTES_MAX), *at;
    FILE *file = fopen(workdir_path("taken"), "r");
    *next = 0;
    while (fgets(line, LINE_BYTES_MAX, file)) {
        end.offset = strtoull(line, &at, 10);
        end.skip = (uint32_t)strtoul(at, &at, 10);
        while (*at == ' ')
            if (strtoull(at, &at, 10) != (*next)++)
                ck_abort_msg("record %" PRIu64 " did not come in its turn", *next - 1);
        ck_assert_int_eq(*at, '\n');
    }
    fclose(file);
    free(line);
    return end;
}

START_TEST(killed_at_any_moment_it_loses_nothing_and_gives_nothing_twice)
{
    const char *text = getenv("SEED");
    const unsigned seed = text ? (unsigned)strtoul(text, NULL, 10) : 20241209;
    uint64_t next = 0, random = seed;
    unsigned kills = 0;
    int status = -1;
    printf("SEED=%u\n", seed);
    workdir_write_text("taken", "");
    for (int i = 0; i < FILE_COUNT; i++) {
        char name[16];
        snprintf(name, sizeof(name), "f%02d", i);
        spooling_write(name, (uint64_t)i * RECORDS_A_FILE, (uint64_t)(i + 1) * RECORDS_A_FILE);
        spooling_age(name, 100 - i);
    }
    for (; kills < KILLS_MAX && status != 0; kills++) {
        const struct position from = check_taken(&next);
        const pid_t child = fork();
        if (child == 0)
            run_child(from);
        random = random * 6364136223846793005u + 1442695040888963407u;
        usleep((useconds_t)(2000 + (random >> 33) % 15000 * (1 + kills / 4)));
        kill(child, SIGKILL);
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : status == 0);
    }
    const struct position end = check_taken(&next);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_gt(kills, 1);
    ck_assert_uint_eq(next, (uint64_t)FILE_COUNT * RECORDS_A_FILE);
    ck_assert_int_eq(position_compare(end, (struct position){FILE_COUNT, 0}), 0);
}
END_TEST

/* ---- the journal ---- */

static void append_to_journal(const char *text)
{
    FILE *file = fopen(workdir_path("state/spool.journal"), "a");
    fputs(text, file);
    fclose(file);
}

static const char *const torn_ends[] = {
    "t", "t,1,812", "f,0,10,10,0123", "t,1,5,00000000000000000000000000000000,1,1,0,x,00000000\n", "\n",
};

START_TEST(a_torn_last_line_is_cut_off)
{
    spooling_write("a", 0, 10);
    take_all(ONCE);
    char *before = spooling_get("state/spool.journal");
    append_to_journal(torn_ends[_i]);
    spooling_open(&feed, ONCE);
    char *after = spooling_get("state/spool.journal");
    ck_assert_str_eq(before, after);
    spooling_write("b", 10, 20);
    spooling_start(&feed, &(struct position){1, 0});
    spooling_drain(&feed);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{10, 20}});
    spooling_close(&feed);
    spooling_open(&feed, ONCE);
    spooling_read(&feed, (struct position){0, 0}, (struct position){2, 0});
    spooling_expect(&feed, 1, (const uint64_t[][2]){{0, 20}});
    spooling_close(&feed);
    free(before);
    free(after);
}
END_TEST

START_TEST(damage_before_the_last_line_is_refused_with_its_place)
{
    struct error error;
    spooling_write("a", 0, 10);
    spooling_age("a", 10);
    spooling_write("b", 10, 20);
    take_all(ONCE);
    char *text = spooling_get("state/spool.journal");
    text[strcspn(text, "\n") + 3] ^= 1; /* in the second line */
    workdir_write_text("state/spool.journal", text);
    ck_assert_int_eq(spooling_try_open(&feed, ONCE, &error), ERROR_DATA);
    ck_assert_msg(strstr(error.text, "spool.journal:2:") != NULL, "%s", error.text);
    spooling_close(&feed);
    free(text);
}
END_TEST

START_TEST(another_feed_cannot_have_the_same_state)
{
    struct error error;
    struct spooling other = {.state = NULL};
    spooling_open(&feed, ONCE);
    ck_assert_int_eq(spooling_try_open(&other, ONCE, &error), ERROR_CONFIG);
    ck_assert_ptr_nonnull(strstr(error.text, "another process has it"));
    spooling_close(&other);
    spooling_close(&feed);
    spooling_open(&other, ONCE);
    spooling_close(&other);
}
END_TEST

START_TEST(names_of_any_bytes_are_remembered)
{
    static const char name[] = "a, b%\t\n\x01\xc3\xa9\xff.csv";
    spooling_write(name, 0, 10);
    take_all(ONCE);
    spooling_open(&feed, ONCE);
    spooling_start(&feed, NULL);
    spooling_drain(&feed);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{0, 10}});
    feed.kind->release(feed.state, "spool", feed.end);
    char path[64];
    snprintf(path, sizeof(path), "spool/.archive/%s", name);
    ck_assert(spooling_has(path));
    spooling_close(&feed);
}
END_TEST

START_TEST(a_journal_that_was_moved_away_leaves_the_numbers_to_grow)
{
    spooling_write("a", 0, 10);
    take_all(ONCE);
    unlink(workdir_path("state/spool.journal"));
    spooling_open(&feed, ONCE);
    spooling_start(&feed, &(struct position){7, 3});
    spooling_drain(&feed);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{0, 10}}); /* it is still there, and nobody knows it */
    ck_assert_uint_eq(feed.end.offset, 9);
    ck_assert_uint_eq(feed.health.lost, 1); /* the rest of 7 */
    spooling_close(&feed);
    spooling_open(&feed, ONCE);
    spooling_start(&feed, &(struct position){9, 0});
    spooling_drain(&feed);
    ck_assert_uint_eq(feed.health.received, 0);
    spooling_close(&feed);
}
END_TEST

START_TEST(a_long_journal_is_written_anew_and_says_the_same)
{
    struct stat status;
    spooling_open(&feed, "rescan: 10ms\nsettle: 0s\nremember: 4\n");
    spooling_start(&feed, NULL);
    for (uint64_t i = 0; i < 60; i++) {
        spooling_write("cdr.csv", i * 10, i * 10 + 10);
        spooling_await(&feed, i * 10 + 10);
        spooling_poll(&feed, 0);
        feed.kind->release(feed.state, "spool", feed.end);
    }
    ck_assert_uint_eq(feed.health.limited, 0);
    spooling_close(&feed);
    ck_assert_int_eq(stat(workdir_path("state/spool.journal"), &status), 0);
    const off_t bytes = status.st_size;
    spooling_open(&feed, ONCE "remember: 4\n");
    ck_assert_int_eq(stat(workdir_path("state/spool.journal"), &status), 0);
    ck_assert_int_lt(status.st_size, bytes / 5);
    for (int i = 0; i < 2; i++) {
        const struct position begin = spooling_read(&feed, (struct position){0, 0}, (struct position){60, 0});
        ck_assert_uint_eq(begin.offset, 56);
        spooling_expect(&feed, 1, (const uint64_t[][2]){{560, 600}});
        spooling_close(&feed);
        spooling_open(&feed, ONCE "remember: 4\n");
    }
    /* Copies are known as far back as files are remembered. */
    spooling_write("copy", 590, 600);
    spooling_write("forgotten", 10, 20);
    spooling_start(&feed, &(struct position){60, 0});
    spooling_drain(&feed);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{10, 20}});
    ck_assert_uint_eq(rejects_count(feed.rejects, REASON_FILE_DUPLICATE), 1);
    spooling_close(&feed);
}
END_TEST

/* From here on files of this process end at `bytes`; what goes beyond fails. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(a_file_that_cannot_be_written_down_is_not_taken)
{
    struct stat status;
    spooling_write("a", 0, 10);
    take_all(ONCE);
    ck_assert_int_eq(stat(workdir_path("state/spool.journal"), &status), 0);
    const off_t bytes = status.st_size;
    spooling_open(&feed, "rescan: 10ms\nsettle: 0s\n");
    spooling_start(&feed, &(struct position){1, 0});
    spooling_write("b", 10, 20);
    limit_files((rlim_t)bytes + 7 * (rlim_t)_i); /* in the middle of the line, or at its beginning */
    spooling_idle(&feed, 100);
    ck_assert_uint_eq(feed.count, 0);
    ck_assert_uint_gt(feed.health.errors, 0);
    ck_assert_uint_eq(feed.health.lag, 1);
    ck_assert_int_eq(stat(workdir_path("state/spool.journal"), &status), 0);
    ck_assert_int_eq(status.st_size, bytes);
    expect_error(&feed.health, "spool.journal", "spool.journal");
    limit_files(RLIM_INFINITY);
    spooling_await(&feed, 10);
    expect_error(&feed.health, NULL, "spool.journal");
    spooling_close(&feed);
    spooling_open(&feed, ONCE);
    spooling_read(&feed, (struct position){0, 0}, (struct position){2, 0});
    spooling_expect(&feed, 1, (const uint64_t[][2]){{0, 20}});
    spooling_close(&feed);
}
END_TEST

START_TEST(a_reader_reads_beside_the_feed_and_changes_nothing)
{
    struct spooling reader = {.options.is_reader = true};
    spooling_write("a", 0, 10);
    spooling_open(&feed, ONCE);
    spooling_start(&feed, NULL);
    spooling_drain(&feed);
    append_to_journal("t,1,8"); /* what the other is about to write */
    char *before = spooling_get("state/spool.journal");
    spooling_open(&reader, ONCE);
    spooling_read(&reader, (struct position){0, 0}, (struct position){1, 0});
    spooling_expect(&reader, 1, (const uint64_t[][2]){{0, 10}});
    spooling_close(&reader);
    char *after = spooling_get("state/spool.journal");
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
    spooling_close(&feed);
}
END_TEST

START_TEST(a_file_that_stays_unreadable_in_its_middle_is_given_up)
{
    spooling_write("a", 0, 10);
    spooling_age("a", 10);
    spooling_write("b", 10, 20);
    take_all(ONCE);
    ck_assert_int_eq(chmod(workdir_path("spool/a"), 0), 0);
    if (geteuid() == 0) {
        static const char *const paths[] = {
            "", "spool", "state", "state/spool.journal", "state/spool.lock", "spool/b"};
        for (size_t i = 0; i < ARRAY_COUNT(paths); i++)
            ck_assert_int_eq(chown(workdir_path(paths[i]), NOBODY, NOBODY), 0);
        ck_assert_int_eq(seteuid(NOBODY), 0);
    }
    spooling_open(&feed, "rescan: 10ms\nsettle: 0s\n");
    spooling_start(&feed, &(struct position){0, 4});
    spooling_await(&feed, 10);
    spooling_expect(&feed, 1, (const uint64_t[][2]){{10, 20}});
    ck_assert_uint_eq(feed.health.errors, 8);
    ck_assert_uint_eq(feed.health.lost, 6);
    spooling_idle(&feed, 100);
    expect_error(&feed.health, NULL, "spool/a: ");
    if (getuid() == 0)
        ck_assert_int_eq(seteuid(0), 0);
    spooling_close(&feed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("feed/spool_resume");
    TCase *tests = tcase_create("resume");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, it_goes_on_behind_any_item_and_tells_only_rejects_behind_it);
    tcase_add_test(tests, read_again_it_gives_the_same_in_pieces_of_any_size);
    tcase_add_test(tests, it_goes_from_reading_again_to_live_inside_rejects);
    tcase_add_test(tests, files_are_read_again_from_archive_and_quarantine);
    tcase_add_test(tests, what_was_deleted_is_no_longer_to_be_had);
    tcase_add_test(tests, a_file_that_somebody_took_away_is_counted_as_lost);
    tcase_add_test(tests, released_files_are_archived_and_names_do_not_clash);
    tcase_add_test(tests, what_took_the_name_of_a_released_file_is_not_moved);
    tcase_add_test(tests, an_archive_that_cannot_be_made_is_tried_again_at_the_next_release);
    tcase_add_test(tests, kept_files_stay_and_are_not_taken_again);
    tcase_add_test(tests, killed_at_any_moment_it_loses_nothing_and_gives_nothing_twice);
    tcase_add_loop_test(tests, a_torn_last_line_is_cut_off, 0, ARRAY_COUNT(torn_ends));
    tcase_add_test(tests, damage_before_the_last_line_is_refused_with_its_place);
    tcase_add_test(tests, another_feed_cannot_have_the_same_state);
    tcase_add_test(tests, names_of_any_bytes_are_remembered);
    tcase_add_test(tests, a_journal_that_was_moved_away_leaves_the_numbers_to_grow);
    tcase_add_test(tests, a_long_journal_is_written_anew_and_says_the_same);
    tcase_add_loop_test(tests, a_file_that_cannot_be_written_down_is_not_taken, 0, 3);
    tcase_add_test(tests, a_reader_reads_beside_the_feed_and_changes_nothing);
    tcase_add_test(tests, a_file_that_stays_unreadable_in_its_middle_is_given_up);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
