/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/feed/input.h"
#include "simsieve/feed/rejects.h"

#include "decoding.h"
#include "packing.h"
#include "suite.h"
#include "workdir.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER "type,time,a,b,seq\n"
#define CALL   "mo_call,2024-12-09T08:15:30Z,0912345678,0987654321,"
#define JSON \
    "{\"type\":\"mo_call\",\"time\":1733706930000,\"a\":\"0912345678\",\"b\":\"0987654321\",\"seq\":1}\n"

static struct rejects *rejects;
static struct input_options options;
static struct error error;

/* Writes a file of the folder and returns its path. */
static const char *write_file(const char *name, const void *bytes, size_t length)
{
    workdir_write(name, bytes, length);
    return workdir_path(name);
}

static const char *write_text(const char *name, const char *text)
{
    return write_file(name, text, strlen(text));
}

static void set_up(void)
{
    workdir_open();
    rejects = rejects_open(NULL, &error);
    options = (struct input_options){.context = decoding_context(), .rejects = rejects};
}

static void tear_down(void)
{
    rejects_close(rejects, &error);
    workdir_close();
}

static struct inputs *open_one(const char *path)
{
    return inputs_open(&path, 1, &options, &error);
}

static struct inputs *must_open(const char *path)
{
    struct inputs *inputs = open_one(path);
    ck_assert_msg(inputs != NULL, "%s", error.text);
    return inputs;
}

/* Takes every record of one input; the state that ended it. */
static enum input_state drain(struct inputs *inputs, size_t index, size_t *count)
{
    const struct cdr *record, *again;
    enum input_state state;
    for (*count = 0; (state = inputs_head(inputs, index, 1000, &record, &error)) == INPUT_READY; ++*count) {
        ck_assert_uint_eq(record->source, index);
        ck_assert_int_eq(inputs_head(inputs, index, 1000, &again, &error), INPUT_READY);
        ck_assert_ptr_eq(record, again); /* not taken yet */
        inputs_take(inputs, index);
    }
    return state;
}

static size_t drain_to_the_end(struct inputs *inputs, size_t index)
{
    size_t count;
    const enum input_state state = drain(inputs, index, &count);
    ck_assert_msg(state == INPUT_ENDED, "state %d: %s", state, state == INPUT_FAILED ? error.text : "");
    return count;
}

/* HEADER and `count` records with seq from 1, allocated. */
static char *many_records(size_t count, size_t *length)
{
    char *bytes = malloc(count * 96 + sizeof(HEADER));
    *length = (size_t)sprintf(bytes, HEADER);
    for (size_t i = 1; i <= count; i++)
        *length += (size_t)sprintf(bytes + *length, CALL "%zu\n", i);
    return bytes;
}

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder))
        count++;
    closedir(folder);
    return count - 3; /* ".", ".." and the folder itself */
}

START_TEST(a_folder_is_its_record_files_by_name)
{
    static const char *const taken[] = {"a.csv", "b.csv", "cdr-2.csv", "cdr.csv", "cdr.ndjson", "z"};
    static const char *const left[] = {
        ".hidden.csv",        "subscribers.csv", "protected.csv", "allow.csv", "do_not_originate.csv",
        "cells.csv",          "trunks.csv",      "senders.csv",   "dnc.csv",   "complaints.csv",
        "truth.csv",          "truth.csv.gz",    "cdr.csv.part",  "README.md", "simsieve.yaml",
        "subscribers.csv.zst"};
    for (size_t i = 0; i < ARRAY_COUNT(left); i++)
        write_text(left[i], "number,name\n");
    for (size_t i = ARRAY_COUNT(taken); i-- > 0;)
        write_text(taken[i], strstr(taken[i], "json") ? JSON : HEADER CALL "1\n");
    ck_assert_int_eq(mkdir(workdir_path("folder"), 0700), 0);
    ck_assert_int_eq(mkfifo(workdir_path("fifo"), 0600), 0);
    struct inputs *inputs = must_open(workdir_path("./"));
    ck_assert_uint_eq(inputs_count(inputs), ARRAY_COUNT(taken));
    for (size_t i = 0; i < ARRAY_COUNT(taken); i++) {
        const char *name = inputs_name(inputs, i);
        ck_assert_str_eq(strrchr(name, '/') + 1, taken[i]);
        ck_assert_ptr_null(strstr(name, "//"));
        ck_assert_uint_eq(drain_to_the_end(inputs, i), 1);
    }
    ck_assert_uint_eq(rejects_total(rejects), 0);
    inputs_close(inputs);
    inputs_close(NULL);
}
END_TEST

START_TEST(paths_are_ordered_whatever_their_order)
{
    const char *paths[3] = {write_text("c", HEADER CALL "1\n"), write_text("a", HEADER CALL "1\n"),
                            write_text("b", JSON)};
    struct inputs *inputs = inputs_open(paths, 3, &options, &error);
    ck_assert_str_eq(inputs_name(inputs, 0), paths[1]);
    ck_assert_str_eq(inputs_name(inputs, 1), paths[2]);
    ck_assert_str_eq(inputs_name(inputs, 2), paths[0]);
    inputs_close(inputs);
}
END_TEST

START_TEST(records_come_in_order_plain_or_packed)
{
    static pack_fn *const packings[] = {NULL, pack_gzip, pack_zstd};
    enum { RECORDS = 20000 };
    size_t length, packed_length;
    char *bytes = many_records(RECORDS, &length);
    void *packed = packings[_i] ? packings[_i](bytes, length, &packed_length) : NULL;
    const char *path = packed ? write_file("in", packed, packed_length) : write_file("in", bytes, length);
    struct inputs *inputs = must_open(path);
    const struct cdr *record;
    ck_assert_uint_eq(inputs_bytes_read(inputs), 0);
    for (uint64_t i = 1; i <= RECORDS; i++) {
        ck_assert_int_eq(inputs_head(inputs, 0, 0, &record, &error), INPUT_READY);
        ck_assert_uint_eq(record->seq, i);
        ck_assert_uint_eq(record->line, i + 1);
        inputs_take(inputs, 0);
        ck_assert_uint_le(inputs_bytes_read(inputs), inputs_bytes_total(inputs));
    }
    ck_assert_int_eq(inputs_head(inputs, 0, 0, &record, &error), INPUT_ENDED);
    ck_assert_int_eq(inputs_head(inputs, 0, 0, &record, &error), INPUT_ENDED);
    ck_assert_uint_eq(inputs_bytes_total(inputs), packed ? packed_length : length);
    ck_assert_uint_eq(inputs_bytes_read(inputs), inputs_bytes_total(inputs));
    inputs_close(inputs);
    free(packed);
    free(bytes);
}
END_TEST

START_TEST(rejects_met_while_looking_are_counted_once)
{
    enum { BEFORE = 3000, AFTER = 7 };
    char *bytes = malloc((BEFORE + AFTER) * 64 + 256);
    size_t length = (size_t)sprintf(bytes, HEADER);
    for (size_t i = 0; i < BEFORE; i++)
        length += (size_t)sprintf(bytes + length, "mo_fax,,,,\n");
    length += (size_t)sprintf(bytes + length, CALL "1\n");
    for (size_t i = 0; i < AFTER; i++)
        length += (size_t)sprintf(bytes + length, "mo_call,,,,\n");
    struct inputs *inputs = must_open(write_file("in", bytes, length));
    ck_assert_uint_eq(rejects_total(rejects), BEFORE);
    ck_assert_uint_eq(drain_to_the_end(inputs, 0), 1);
    ck_assert_uint_eq(rejects_count(rejects, REASON_TYPE_UNKNOWN), BEFORE);
    ck_assert_uint_eq(rejects_count(rejects, REASON_TIME_MISSING), AFTER);
    ck_assert_uint_eq(rejects_total(rejects), BEFORE + AFTER);
    ck_assert_ptr_nonnull(strstr(rejects_first(rejects, REASON_TYPE_UNKNOWN), "/in:2"));
    ck_assert_ptr_nonnull(strstr(rejects_first(rejects, REASON_TIME_MISSING), "/in:3003"));
    inputs_close(inputs);
    free(bytes);
}
END_TEST

START_TEST(an_input_of_rejects_only_ends_at_once)
{
    struct inputs *inputs = must_open(write_text("in", HEADER "x\ny\n"));
    ck_assert_uint_eq(drain_to_the_end(inputs, 0), 0);
    ck_assert_uint_eq(rejects_count(rejects, REASON_FIELD_COUNT), 2);
    inputs_close(inputs);
}
END_TEST

START_TEST(ten_thousand_files_need_few_descriptors)
{
    enum { FILES = 10000, RECORDS = 3 };
    const size_t before = open_descriptors();
    struct rlimit limit, saved;
    size_t length, taken = 0;
    char name[32];
    char *bytes = many_records(RECORDS, &length);
    const struct cdr *record;
    for (size_t i = 0; i < FILES; i++) {
        snprintf(name, sizeof(name), "cdr-%05zu.csv", i);
        write_file(name, bytes, length);
    }
    getrlimit(RLIMIT_NOFILE, &saved);
    limit = (struct rlimit){before + 150, saved.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    struct inputs *inputs = must_open(workdir_folder());
    ck_assert_uint_eq(inputs_count(inputs), FILES);
    ck_assert_uint_eq(open_descriptors(), before);
    /* All at the same time, as a merge of records of one time would. */
    for (uint64_t round = 1; round <= RECORDS; round++)
        for (size_t i = 0; i < FILES; i++) {
            ck_assert_int_eq(inputs_head(inputs, i, 0, &record, &error), INPUT_READY);
            ck_assert_uint_eq(record->seq, round);
            inputs_take(inputs, i);
            taken++;
        }
    ck_assert_uint_gt(open_descriptors(), before);
    ck_assert_uint_le(open_descriptors(), before + 128);
    for (size_t i = 0; i < FILES; i++)
        ck_assert_int_eq(inputs_head(inputs, i, 0, &record, &error), INPUT_ENDED);
    ck_assert_uint_eq(open_descriptors(), before);
    ck_assert_uint_eq(taken, (size_t)FILES * RECORDS);
    setrlimit(RLIMIT_NOFILE, &saved);
    ck_assert_uint_eq(inputs_bytes_read(inputs), inputs_bytes_total(inputs));
    inputs_close(inputs);
    free(bytes);
}
END_TEST

START_TEST(a_resting_input_goes_on_where_it_was)
{
    enum { FILES = 140, RECORDS = 5000 }; /* more than may be open, each longer than a buffer */
    size_t length;
    char name[32];
    char *bytes = many_records(RECORDS, &length);
    const struct cdr *record;
    for (size_t i = 0; i < FILES; i++) {
        snprintf(name, sizeof(name), "cdr-%05zu.csv", i);
        write_file(name, bytes, length);
    }
    struct inputs *inputs = must_open(workdir_folder());
    for (uint64_t round = 1; round <= RECORDS; round++)
        for (size_t i = 0; i < FILES; i++) {
            if (inputs_head(inputs, i, 0, &record, &error) != INPUT_READY || record->seq != round)
                ck_abort_msg("input %zu, record %llu", i, (unsigned long long)round);
            inputs_take(inputs, i);
        }
    inputs_close(inputs);
    free(bytes);
}
END_TEST

START_TEST(a_cut_packed_file_gives_its_whole_lines_and_one_reject)
{
    static pack_fn *const packings[] = {pack_gzip, pack_zstd};
    static const char plain[] = HEADER CALL "1\n" CALL "2\n\"" CALL "3\n" CALL "4\n" CALL "5";
    size_t packed_length;
    unsigned char *packed = packings[_i](plain, sizeof(plain) - 1, &packed_length);
    packed[packed_length - 2] ^= 0xFF;
    struct inputs *inputs = must_open(write_file("in", packed, packed_length));
    const size_t count = drain_to_the_end(inputs, 0);
    const bool is_gzip =
        packings[_i] == pack_gzip; /* zstd gives nothing of a small frame whose end is wrong */
    ck_assert_uint_eq(count, is_gzip ? 3 : 0);
    ck_assert_uint_eq(rejects_count(rejects, REASON_QUOTE), is_gzip ? 1 : 0);
    ck_assert_uint_eq(rejects_count(rejects, REASON_STREAM), 1);
    ck_assert_uint_eq(rejects_total(rejects), is_gzip ? 2 : 1);
    if (is_gzip) /* the whole looks fine, yet the half line at the end is none */
        ck_assert_ptr_nonnull(strstr(rejects_first(rejects, REASON_STREAM), "/in:6"));
    inputs_close(inputs);
    free(packed);
}
END_TEST

START_TEST(a_long_cut_file_gives_most_of_its_records)
{
    static pack_fn *const packings[] = {pack_gzip, pack_zstd};
    enum { RECORDS = 50000 };
    size_t length, packed_length;
    char *bytes = many_records(RECORDS, &length);
    void *packed = packings[_i](bytes, length, &packed_length);
    struct inputs *inputs = must_open(write_file("in", packed, packed_length - 1));
    const size_t count = drain_to_the_end(inputs, 0);
    ck_assert_uint_gt(count, RECORDS / 2);
    ck_assert_uint_le(count, RECORDS);
    ck_assert_uint_eq(rejects_count(rejects, REASON_STREAM), 1);
    ck_assert_uint_eq(rejects_total(rejects), 1);
    inputs_close(inputs);
    free(packed);
    free(bytes);
}
END_TEST

START_TEST(an_empty_input_beside_others_is_no_error)
{
    size_t packed_length;
    void *packed = pack_gzip("", 0, &packed_length);
    const char *paths[4] = {write_text("a", ""), write_text("b", " \n\r\n"),
                            write_file("c", packed, packed_length), write_text("d", HEADER)};
    struct inputs *inputs = inputs_open(paths, 4, &options, &error);
    ck_assert_ptr_nonnull(inputs);
    for (size_t i = 0; i < 4; i++)
        ck_assert_uint_eq(drain_to_the_end(inputs, i), 0);
    inputs_close(inputs);
    ck_assert_ptr_null(inputs_open(paths, 3, &options, &error));
    ck_assert_int_eq(error.class, ERROR_DATA);
    ck_assert_ptr_nonnull(strstr(error.text, "as are all inputs"));
    ck_assert_ptr_null(open_one(paths[0]));
    ck_assert_ptr_nonnull(strstr(error.text, "is empty: there is nothing to decode"));
    ck_assert_uint_eq(rejects_total(rejects), 0);
    free(packed);
}
END_TEST

static const struct {
    const char *bytes;
    size_t length;
    const char *error;
} unusable[] = {
    {"hello\n", 6, "of no known format"},
    {"\0\0\0\0\0\0", 6, "of no known format"},
    {"\xFD\x37zXZ\0abcdef", 12, "compressed with xz"},
    {"BZh91AY&SY", 10, "compressed with bzip2"},
    {"\x04\x22\x4D\x18rest", 8, "compressed with lz4"},
    {"PK\x03\x04rest", 8, "a zip archive"},
    {"\xFF\xFEt\0y\0p\0e\0", 10, "UTF-16 text"},
    {"type,time,a\n", 12, "no column \"b\" in the header"},
    {"type;time;a;b\n", 14, "separated by ';'"},
    {CALL "\n", sizeof(CALL), "no column \"type\" in the header"},
};

START_TEST(an_unusable_file_says_why_at_the_start)
{
    write_text("a.csv", HEADER CALL "1\n");
    write_file("b.csv", unusable[_i].bytes, unusable[_i].length);
    ck_assert_ptr_null(open_one(workdir_folder()));
    ck_assert_int_eq(error.class, ERROR_DATA);
    ck_assert_ptr_nonnull(strstr(error.text, "/b.csv"));
    ck_assert_msg(strstr(error.text, unusable[_i].error), "%s", error.text);
}
END_TEST

START_TEST(a_format_may_be_forced)
{
    const char *nearest;
    options.format = decoder_by_name("ndjson", &nearest);
    struct inputs *inputs = must_open(write_text("in", HEADER JSON));
    ck_assert_uint_eq(drain_to_the_end(inputs, 0), 1);
    ck_assert_uint_eq(rejects_count(rejects, REASON_JSON), 1);
    inputs_close(inputs);
}
END_TEST

START_TEST(missing_and_unreadable_paths_are_no_input)
{
    ck_assert_ptr_null(open_one(workdir_path("missing")));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
    ck_assert_ptr_null(open_one(workdir_folder()));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "no file of records in this folder"));
    write_text("truth.csv", "number\n");
    ck_assert_int_eq(mkdir(workdir_path("folder"), 0700), 0);
    ck_assert_ptr_null(open_one(workdir_folder()));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
    ck_assert_int_eq(symlink("nowhere", workdir_path("link.csv")), 0);
    ck_assert_ptr_null(open_one(workdir_folder()));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "link.csv"));
    if (geteuid() == 0)
        return; /* nothing is unreadable to root */
    chmod(write_text("secret", HEADER), 0);
    ck_assert_ptr_null(open_one(workdir_path("secret")));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
}
END_TEST

START_TEST(standard_input_is_read_once)
{
    const char *paths[] = {"-", "-"};
    ck_assert_ptr_null(inputs_open(paths, 2, &options, &error));
    ck_assert_int_eq(error.class, ERROR_USAGE);
    int ends[2];
    size_t count;
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    ck_assert_int_eq(write(ends[1], HEADER CALL "1\n", strlen(HEADER CALL "1\n")), strlen(HEADER CALL "1\n"));
    struct inputs *inputs = must_open("-");
    ck_assert_str_eq(inputs_name(inputs, 0), "-");
    ck_assert_uint_eq(inputs_bytes_total(inputs), 0);
    ck_assert_int_eq(drain(inputs, 0, &count), INPUT_WAITING);
    ck_assert_uint_eq(count, 1);
    close(ends[1]);
    ck_assert_uint_eq(drain_to_the_end(inputs, 0), 0);
    ck_assert_uint_eq(inputs_bytes_read(inputs), strlen(HEADER CALL "1\n"));
    inputs_close(inputs);
}
END_TEST

START_TEST(a_file_as_standard_input_is_looked_at_and_read_on)
{
    size_t length;
    char *bytes = many_records(1000, &length);
    const int file = open(write_file("in", bytes, length), O_RDONLY);
    ck_assert_int_eq(dup2(file, STDIN_FILENO), STDIN_FILENO);
    struct inputs *inputs = must_open("-");
    ck_assert_uint_eq(inputs_bytes_total(inputs), length);
    ck_assert_uint_eq(drain_to_the_end(inputs, 0), 1000);
    inputs_close(inputs);
    lseek(STDIN_FILENO, 3, SEEK_SET);
    ck_assert_ptr_null(open_one("-"));
    ck_assert_int_eq(error.class, ERROR_DATA); /* "e,time,a,b" */
    free(bytes);
}
END_TEST

static void say(int writer, const char *text)
{
    ck_assert_int_eq(write(writer, text, strlen(text)), (ssize_t)strlen(text));
}

START_TEST(a_live_input_gives_each_record_when_its_line_has_come)
{
    const char *path = workdir_path("fifo");
    const struct cdr *record;
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    struct inputs *inputs = must_open(path);
    ck_assert_int_eq(inputs_head(inputs, 0, 0, &record, &error), INPUT_WAITING);
    const int writer = open(path, O_WRONLY);
    say(writer, "type,time,");
    ck_assert_int_eq(inputs_head(inputs, 0, 0, &record, &error), INPUT_WAITING);
    say(writer, "a,b,seq\n" CALL "1");
    ck_assert_int_eq(inputs_head(inputs, 0, 0, &record, &error), INPUT_WAITING);
    say(writer, "7\n" CALL);
    ck_assert_int_eq(inputs_head(inputs, 0, 0, &record, &error), INPUT_READY);
    ck_assert_uint_eq(record->seq, 17);
    inputs_take(inputs, 0);
    ck_assert_int_eq(inputs_head(inputs, 0, 1, &record, &error), INPUT_WAITING);
    say(writer, "18");
    close(writer); /* the last line needs no end */
    ck_assert_int_eq(inputs_head(inputs, 0, 1000, &record, &error), INPUT_READY);
    ck_assert_uint_eq(record->seq, 18);
    inputs_take(inputs, 0);
    ck_assert_int_eq(inputs_head(inputs, 0, 1000, &record, &error), INPUT_ENDED);
    inputs_close(inputs);
}
END_TEST

START_TEST(an_unusable_live_input_fails_at_its_head)
{
    const char *path = workdir_path("fifo");
    const struct cdr *record;
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    struct inputs *inputs = must_open(path);
    const int writer = open(path, O_WRONLY);
    say(writer, "number,name\n");
    for (size_t i = 0; i < 2; i++) {
        error = (struct error){0};
        ck_assert_int_eq(inputs_head(inputs, 0, 0, &record, &error), INPUT_FAILED);
        ck_assert_int_eq(error.class, ERROR_DATA);
        ck_assert_ptr_nonnull(strstr(error.text, "of no known format"));
    }
    close(writer);
    inputs_close(inputs);
}
END_TEST

START_TEST(a_file_that_changes_before_its_turn_fails)
{
    const char *path = write_text("in", HEADER CALL "1\n" CALL "2\n");
    const struct cdr *record;
    for (size_t i = 0; i < 3; i++) {
        struct inputs *inputs = must_open(path);
        ck_assert_int_eq(inputs_head(inputs, 0, 0, &record, &error), INPUT_READY);
        inputs_take(inputs, 0);
        if (i == 0) /* replaced */
            ck_assert_int_eq(rename(write_text("new", HEADER CALL "1\n"), path), 0);
        else if (i == 1) /* written over */
            write_text("in", HEADER CALL "3\n");
        else
            unlink(path);
        ck_assert_int_eq(inputs_head(inputs, 0, 0, &record, &error), INPUT_FAILED);
        ck_assert_int_eq(error.class, i == 2 ? ERROR_NO_INPUT : ERROR_IO);
        inputs_close(inputs);
    }
}
END_TEST

START_TEST(damage_at_the_edge_of_a_buffer_does_not_matter)
{
    /* Long, quoted, damaged and good lines of many lengths: the feed must give what one decode call gives. */
    const char *seed_text = getenv("SEED");
    uint64_t seed = seed_text ? strtoull(seed_text, NULL, 10) : 20241209;
    enum { LINES = 4000 };
    char *bytes = malloc(8u << 20);
    size_t length = (size_t)sprintf(bytes, "note," HEADER);
    printf("SEED=%llu\n", (unsigned long long)seed);
    for (size_t i = 0; i < LINES; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        const unsigned dice = (unsigned)(seed >> 59);
        const int pad = dice == 0 ? (int)(seed >> 40 & 0x1FFFF) : (int)(seed >> 40 & 63);
        length += (size_t)sprintf(bytes + length,
                                  dice == 1   ? "\"%*d\n\"," CALL "%zu\n"
                                  : dice == 2 ? "\"%*d," CALL "%zu\n"
                                              : "%*d," CALL "%zu\r\n",
                                  pad, 1, i);
    }
    struct decoding whole;
    const char *nearest;
    decoding_run(&whole, decoder_by_name("csv", &nearest), bytes, length, length, LINES);
    struct inputs *inputs = must_open(write_file("in", bytes, length));
    const struct cdr *record;
    for (size_t i = 0; i < whole.record_count; i++) {
        ck_assert_int_eq(inputs_head(inputs, 0, 0, &record, &error), INPUT_READY);
        struct cdr copy = *record;
        copy.source = whole.records[i].source;
        ck_assert(memcmp(&copy, &whole.records[i], sizeof(copy)) == 0);
        inputs_take(inputs, 0);
    }
    ck_assert_int_eq(inputs_head(inputs, 0, 0, &record, &error), INPUT_ENDED);
    ck_assert_uint_eq(rejects_total(rejects), whole.reject_count);
    ck_assert_uint_gt(whole.reject_count, 0);
    ck_assert_uint_gt(rejects_count(rejects, REASON_LINE_TOO_LONG), 0);
    inputs_close(inputs);
    decoding_fini(&whole);
    free(bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("feed/input");
    TCase *tests = tcase_create("input");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_folder_is_its_record_files_by_name);
    tcase_add_test(tests, paths_are_ordered_whatever_their_order);
    tcase_add_loop_test(tests, records_come_in_order_plain_or_packed, 0, 3);
    tcase_add_test(tests, rejects_met_while_looking_are_counted_once);
    tcase_add_test(tests, an_input_of_rejects_only_ends_at_once);
    tcase_add_test(tests, ten_thousand_files_need_few_descriptors);
    tcase_add_test(tests, a_resting_input_goes_on_where_it_was);
    tcase_add_loop_test(tests, a_cut_packed_file_gives_its_whole_lines_and_one_reject, 0, 2);
    tcase_add_loop_test(tests, a_long_cut_file_gives_most_of_its_records, 0, 2);
    tcase_add_test(tests, an_empty_input_beside_others_is_no_error);
    tcase_add_loop_test(tests, an_unusable_file_says_why_at_the_start, 0, ARRAY_COUNT(unusable));
    tcase_add_test(tests, a_format_may_be_forced);
    tcase_add_test(tests, missing_and_unreadable_paths_are_no_input);
    tcase_add_test(tests, standard_input_is_read_once);
    tcase_add_test(tests, a_file_as_standard_input_is_looked_at_and_read_on);
    tcase_add_test(tests, a_live_input_gives_each_record_when_its_line_has_come);
    tcase_add_test(tests, an_unusable_live_input_fails_at_its_head);
    tcase_add_test(tests, a_file_that_changes_before_its_turn_fails);
    tcase_add_test(tests, damage_at_the_edge_of_a_buffer_does_not_matter);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
