/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../src/feed/stream.h"

#include "packing.h"
#include "suite.h"
#include "workdir.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_BYTES (1u << 20)

static char text[TEXT_BYTES]; /* lines that compress, but not to nothing */

/* Writes a file of the folder and returns its path. */
static const char *write_file(const char *name, const void *bytes, size_t length)
{
    workdir_write(name, bytes, length);
    return workdir_path(name);
}

static void set_up(void)
{
    uint64_t state = 1;
    workdir_open();
    for (size_t i = 0; i < TEXT_BYTES; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        text[i] = i % 80 == 79 ? '\n' : (char)('a' + (state >> 60));
    }
}

static void tear_down(void)
{
    workdir_close();
}

/* All that a stream gives, read in pieces of `room` bytes; the status that ended it. */
struct reading {
    char *bytes;
    size_t length;
    enum stream_status status;
    size_t damage_count;
};

static struct reading read_stream(struct stream *stream, size_t room)
{
    struct error error;
    struct reading reading = {.bytes = malloc(4 * TEXT_BYTES)};
    size_t got = 0;
    for (;;) {
        ck_assert_uint_le(reading.length + room, 4 * TEXT_BYTES);
        reading.status = stream_read(stream, reading.bytes + reading.length, room, 1000, &got, &error);
        if (reading.status == STREAM_DAMAGED)
            reading.damage_count++;
        if (reading.status == STREAM_ENDED || reading.status == STREAM_FAILED)
            return reading;
        if (reading.status == STREAM_READ)
            ck_assert_uint_ge(got, 1);
        reading.length += got;
    }
}

static struct reading read_file(const char *path, size_t room)
{
    struct error error;
    struct stream *stream = stream_open(path, &error);
    ck_assert_msg(stream != NULL, "%s", error.text);
    struct reading reading = read_stream(stream, room);
    if (reading.damage_count == 0)
        ck_assert_uint_eq(stream_bytes_read(stream), stream_bytes_total(stream));
    stream_close(stream);
    return reading;
}

static void check_is_text(struct reading reading, size_t length)
{
    ck_assert_int_eq(reading.status, STREAM_ENDED);
    ck_assert_uint_eq(reading.damage_count, 0);
    ck_assert_uint_eq(reading.length, length);
    ck_assert(memcmp(reading.bytes, text, length) == 0);
    free(reading.bytes);
}

static pack_fn *const packings[] = {pack_gzip, pack_zstd};

START_TEST(plain_bytes_come_as_they_are)
{
    static const size_t lengths[] = {0, 1, 3, 4, 5, 8192, TEXT_BYTES};
    for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
        const char *path = write_file("plain", text, lengths[i]);
        check_is_text(read_file(path, 4096), lengths[i]);
        check_is_text(read_file(path, 1 << 20), lengths[i]);
    }
    check_is_text(read_file(write_file("plain", text, 5), 1), 5);
}
END_TEST

START_TEST(packed_bytes_are_unpacked)
{
    static const size_t lengths[] = {0, 1, 70000, TEXT_BYTES};
    for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
        size_t packed_length;
        void *packed = packings[_i](text, lengths[i], &packed_length);
        const char *path = write_file("packed", packed, packed_length);
        check_is_text(read_file(path, 777), lengths[i]);
        check_is_text(read_file(path, 1 << 20), lengths[i]);
        free(packed);
    }
}
END_TEST

START_TEST(members_one_after_another_are_one_stream)
{
    static const char zeros[1000];
    static const size_t parts[] = {0, 300000, 300000, 500000, TEXT_BYTES};
    const char *path = workdir_path("members");
    FILE *file = fopen(path, "w");
    for (size_t i = 1; i < ARRAY_COUNT(parts); i++) {
        size_t packed_length;
        void *packed = packings[_i](text + parts[i - 1], parts[i] - parts[i - 1], &packed_length);
        fwrite(packed, 1, packed_length, file);
        free(packed);
    }
    if (packings[_i] == pack_gzip)
        fwrite(zeros, 1, sizeof(zeros), file); /* as tape blocks leave it */
    else
        fwrite("\x50\x2A\x4D\x18\x03\x00\x00\x00xyz", 1, 11, file); /* a skippable frame */
    fclose(file);
    check_is_text(read_file(path, 65536), TEXT_BYTES);
}
END_TEST

START_TEST(a_cut_stream_gives_what_it_has_and_then_damage_once)
{
    size_t packed_length;
    void *packed = packings[_i](text, TEXT_BYTES, &packed_length);
    const size_t cuts[] = {4, 5, packed_length / 2, packed_length - 1};
    for (size_t i = 0; i < ARRAY_COUNT(cuts); i++) {
        struct reading reading = read_file(write_file("cut", packed, cuts[i]), 4096);
        ck_assert_int_eq(reading.status, STREAM_ENDED);
        ck_assert_uint_eq(reading.damage_count, 1);
        ck_assert(memcmp(reading.bytes, text, reading.length) == 0);
        if (cuts[i] == packed_length / 2)
            ck_assert_uint_gt(reading.length, TEXT_BYTES / 4);
        if (cuts[i] == packed_length - 1)
            ck_assert_uint_gt(reading.length, TEXT_BYTES - (1u << 17));
        free(reading.bytes);
    }
    free(packed);
}
END_TEST

START_TEST(wrong_bytes_give_what_came_before_and_then_damage_once)
{
    size_t packed_length;
    unsigned char *packed = packings[_i](text, TEXT_BYTES, &packed_length);
    packed[packed_length - 2] ^= 0xFF; /* the checksum */
    struct reading reading = read_file(write_file("wrong", packed, packed_length), 4096);
    ck_assert_uint_eq(reading.damage_count, 1);
    ck_assert_uint_gt(reading.length, TEXT_BYTES - (1u << 17));
    free(reading.bytes);
    memset(packed + packed_length / 2, 0xAA, 64);
    reading = read_file(write_file("wrong", packed, packed_length), 4096);
    ck_assert_uint_eq(reading.damage_count, 1);
    ck_assert_uint_gt(reading.length, TEXT_BYTES / 4);
    ck_assert(memcmp(reading.bytes, text, TEXT_BYTES / 4) == 0);
    free(reading.bytes);
    free(packed);
}
END_TEST

START_TEST(what_follows_the_last_member_is_damage)
{
    size_t packed_length;
    char *packed = packings[_i](text, 1000, &packed_length);
    packed = realloc(packed, packed_length + 8);
    memcpy(packed + packed_length, "trailing", 8);
    struct reading reading = read_file(write_file("more", packed, packed_length + 8), 4096);
    ck_assert_uint_eq(reading.length, 1000);
    ck_assert_uint_eq(reading.damage_count, 1);
    free(reading.bytes);
    free(packed);
}
END_TEST

START_TEST(a_resting_file_goes_on_where_it_was)
{
    struct error error;
    size_t packed_length, got, length = 0;
    void *packed = pack_gzip(text, TEXT_BYTES, &packed_length);
    const char *paths[] = {write_file("plain", text, TEXT_BYTES),
                           write_file("packed", packed, packed_length)};
    char *bytes = malloc(TEXT_BYTES + 10000);
    struct stream *stream = stream_open(paths[_i], &error);
    ck_assert(stream_is_file(stream) && !stream_is_live(stream));
    while (stream_read(stream, bytes + length, 10000, 0, &got, &error) == STREAM_READ) {
        length += got;
        ck_assert(!stream_is_resting(stream) || _i == 1);
        stream_rest(stream);
        ck_assert(stream_is_resting(stream));
        stream_rest(stream);
    }
    ck_assert_uint_eq(length, TEXT_BYTES);
    ck_assert(memcmp(bytes, text, TEXT_BYTES) == 0);
    stream_close(stream);
    free(bytes);
    free(packed);
}
END_TEST

START_TEST(a_file_that_was_replaced_while_it_rested_fails)
{
    struct error error;
    size_t got;
    char bytes[4096];
    const char *path = write_file("file", text, TEXT_BYTES);
    struct stream *stream = stream_open(path, &error);
    ck_assert_int_eq(stream_read(stream, bytes, 4096, 0, &got, &error), STREAM_READ);
    stream_rest(stream);
    ck_assert_int_eq(rename(write_file("other", text, TEXT_BYTES), path), 0);
    ck_assert_int_eq(stream_read(stream, bytes, 4096, 0, &got, &error), STREAM_FAILED);
    ck_assert_int_eq(error.class, ERROR_IO);
    ck_assert_ptr_nonnull(strstr(error.text, "another file took its name"));
    stream_close(stream);
    stream = stream_open(path, &error);
    ck_assert_int_eq(stream_read(stream, bytes, 4096, 0, &got, &error), STREAM_READ);
    stream_rest(stream);
    unlink(path);
    ck_assert_int_eq(stream_read(stream, bytes, 4096, 0, &got, &error), STREAM_FAILED);
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
    stream_close(stream);
}
END_TEST

START_TEST(a_fifo_waits_for_its_writer_and_ends_with_it)
{
    struct error error;
    size_t got;
    char bytes[4096];
    const char *path = workdir_path("fifo");
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    struct stream *stream = stream_open(path, &error);
    ck_assert_ptr_nonnull(stream);
    ck_assert(stream_is_live(stream) && !stream_is_file(stream));
    ck_assert_uint_eq(stream_bytes_total(stream), 0);
    ck_assert_int_eq(stream_read(stream, bytes, sizeof(bytes), 0, &got, &error), STREAM_WAITING);
    const int writer = open(path, O_WRONLY);
    ck_assert_int_eq(stream_read(stream, bytes, sizeof(bytes), 1, &got, &error), STREAM_WAITING);
    ck_assert_int_eq(write(writer, "hello", 5), 5);
    size_t length = 0;
    while (length < 5 &&
           stream_read(stream, bytes + length, sizeof(bytes) - length, 1000, &got, &error) == STREAM_READ)
        length += got;
    ck_assert_uint_eq(length, 5);
    ck_assert(memcmp(bytes, "hello", 5) == 0);
    stream_rest(stream); /* does nothing: a pipe is read only once */
    ck_assert(!stream_is_resting(stream));
    ck_assert_int_eq(stream_read(stream, bytes, sizeof(bytes), 0, &got, &error), STREAM_WAITING);
    close(writer);
    ck_assert_int_eq(stream_read(stream, bytes, sizeof(bytes), 1000, &got, &error), STREAM_ENDED);
    stream_close(stream);
}
END_TEST

START_TEST(a_packed_pipe_gives_what_has_come)
{
    struct error error;
    size_t got, packed_length, length = 0;
    char *bytes = malloc(TEXT_BYTES);
    unsigned char *packed = packings[_i](text, TEXT_BYTES, &packed_length);
    const char *path = workdir_path("fifo");
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    struct stream *stream = stream_open(path, &error);
    const int writer = open(path, O_WRONLY);
    for (size_t at = 0; at < packed_length;) {
        const size_t piece = u64_min(10007, packed_length - at);
        ck_assert_int_eq(write(writer, packed + at, piece), (ssize_t)piece);
        at += piece;
        while (stream_read(stream, bytes + length, TEXT_BYTES - length + (length == TEXT_BYTES), 0, &got,
                           &error) == STREAM_READ)
            length += got;
        ck_assert(at < packed_length / 2 || length > 0);
    }
    close(writer);
    while (length < TEXT_BYTES &&
           stream_read(stream, bytes + length, TEXT_BYTES - length, 1000, &got, &error) == STREAM_READ)
        length += got;
    ck_assert_uint_eq(length, TEXT_BYTES);
    ck_assert(memcmp(bytes, text, TEXT_BYTES) == 0);
    stream_close(stream);
    free(bytes);
    free(packed);
}
END_TEST

START_TEST(standard_input_may_be_a_file_from_somewhere_on)
{
    struct error error;
    const int saved = dup(STDIN_FILENO);
    const int file = open(write_file("plain", text, 5000), O_RDONLY);
    ck_assert_int_eq(dup2(file, STDIN_FILENO), STDIN_FILENO);
    lseek(STDIN_FILENO, 1000, SEEK_SET);
    struct stream *stream = stream_open("-", &error);
    ck_assert(!stream_is_live(stream) && !stream_is_file(stream));
    struct reading reading = read_stream(stream, 4096);
    ck_assert_uint_eq(reading.length, 4000);
    ck_assert(memcmp(reading.bytes, text + 1000, 4000) == 0);
    free(reading.bytes);
    stream_close(stream);
    ck_assert_int_ge(fcntl(STDIN_FILENO, F_GETFD), 0); /* not ours to close */
    dup2(saved, STDIN_FILENO);
    close(saved);
    close(file);
}
END_TEST

START_TEST(what_cannot_be_opened_says_why)
{
    struct error error;
    ck_assert_ptr_null(stream_open(workdir_path("missing"), &error));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "missing: cannot be opened: No such file"));
    ck_assert_ptr_null(stream_open(workdir_folder(), &error));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "is a folder"));
    stream_close(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("feed/stream");
    TCase *tests = tcase_create("stream");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, plain_bytes_come_as_they_are);
    tcase_add_loop_test(tests, packed_bytes_are_unpacked, 0, ARRAY_COUNT(packings));
    tcase_add_loop_test(tests, members_one_after_another_are_one_stream, 0, ARRAY_COUNT(packings));
    tcase_add_loop_test(tests, a_cut_stream_gives_what_it_has_and_then_damage_once, 0, ARRAY_COUNT(packings));
    tcase_add_loop_test(tests, wrong_bytes_give_what_came_before_and_then_damage_once, 0,
                        ARRAY_COUNT(packings));
    tcase_add_loop_test(tests, what_follows_the_last_member_is_damage, 0, ARRAY_COUNT(packings));
    tcase_add_loop_test(tests, a_resting_file_goes_on_where_it_was, 0, 2);
    tcase_add_test(tests, a_file_that_was_replaced_while_it_rested_fails);
    tcase_add_test(tests, a_fifo_waits_for_its_writer_and_ends_with_it);
    tcase_add_loop_test(tests, a_packed_pipe_gives_what_has_come, 0, ARRAY_COUNT(packings));
    tcase_add_test(tests, standard_input_may_be_a_file_from_somewhere_on);
    tcase_add_test(tests, what_cannot_be_opened_says_why);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
