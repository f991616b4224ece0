/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/feed/rejects.h"

#include "suite.h"
#include "workdir.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct error error;

/* Writes a file of the folder and returns its path. */
static const char *write_text(const char *name, const char *text)
{
    workdir_write_text(name, text);
    return workdir_path(name);
}

static void set_up(void)
{
    workdir_open();
}

static void tear_down(void)
{
    workdir_close();
}

/* The n-th object of the file. */
static json_t *read_object(const char *path, size_t index)
{
    json_error_t json_error;
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    json_t *object = NULL;
    for (size_t i = 0; i <= index; i++) {
        json_decref(object);
        object = json_loadf(file, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &json_error);
        ck_assert_msg(object != NULL, "object %zu: %s", i, json_error.text);
    }
    fclose(file);
    return object;
}

static const char *member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

START_TEST(every_reason_is_counted_by_itself)
{
    struct rejects *rejects = rejects_open(NULL, &error);
    uint64_t total = 0;
    for (unsigned reason = REASON_NONE + 1; reason < REASON_COUNT; reason++) {
        ck_assert_ptr_null(rejects_first(rejects, reason));
        for (uint64_t i = 0; i < reason; i++, total++)
            rejects_add(rejects, "in.csv", reason, 7 + i, "x", 1);
    }
    for (unsigned reason = REASON_NONE + 1; reason < REASON_COUNT; reason++) {
        ck_assert_uint_eq(rejects_count(rejects, reason), reason);
        ck_assert_str_eq(rejects_first(rejects, reason), "in.csv:7");
    }
    ck_assert_uint_eq(rejects_total(rejects), total);
    ck_assert_uint_eq(rejects_not_kept(rejects), 0);
    ck_assert_int_eq(rejects_close(rejects, &error), ERROR_OK);
    ck_assert_int_eq(rejects_close(NULL, &error), ERROR_OK);
}
END_TEST

START_TEST(the_file_keeps_raw_records_for_its_owner_alone)
{
    static const char raw[] = "mo_call,\"Hà\tNội\"";
    struct stat status;
    const char *path = write_text("rejects.ndjson", "an older file\n");
    chmod(path, 0644);
    struct rejects *rejects = rejects_open(path, &error);
    ck_assert_ptr_nonnull(rejects);
    rejects_add(rejects, "dir/\"quoted\".csv", REASON_A_TOO_SHORT, 812, raw, strlen(raw));
    rejects_add(rejects, "b", REASON_NUL_BYTE, 1, "a\0b", 3);
    rejects_add(rejects, "b", REASON_NOT_UTF8, 2, "\xFF\xFE", 2);
    rejects_add(rejects, "b", REASON_STREAM, 3, "", 0);
    ck_assert_int_eq(access(path, F_OK), 0); /* the older file stays until the new one is whole */
    ck_assert_int_eq(rejects_close(rejects, &error), ERROR_OK);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0600);
    json_t *object = read_object(path, 0);
    ck_assert_uint_eq(json_object_size(object), 4);
    ck_assert_str_eq(member(object, "input"), "dir/\"quoted\".csv");
    ck_assert_int_eq(json_integer_value(json_object_get(object, "line")), 812);
    ck_assert_str_eq(member(object, "reason"), "a_too_short");
    ck_assert_str_eq(member(object, "bytes"), raw);
    json_decref(object);
    object = read_object(path, 1);
    ck_assert_str_eq(member(object, "base64"), "YQBi");
    ck_assert_ptr_null(member(object, "bytes"));
    json_decref(object);
    object = read_object(path, 2);
    ck_assert_str_eq(member(object, "base64"), "//4=");
    json_decref(object);
    object = read_object(path, 3);
    ck_assert_str_eq(member(object, "bytes"), "");
    json_decref(object);
}
END_TEST

START_TEST(a_long_record_is_cut_between_characters)
{
    /* A character of 3 bytes begins 0 to 2 bytes before the limit. */
    for (size_t before = 0; before < 3; before++) {
        const size_t cut = REJECT_RECORD_BYTES_MAX - before;
        char *bytes = malloc(DECODE_RECORD_BYTES_MAX);
        memset(bytes, 'x', DECODE_RECORD_BYTES_MAX);
        memcpy(bytes + cut, "\xE1\xBB\x99", 3);
        const char *path = workdir_path("rejects.ndjson");
        struct rejects *rejects = rejects_open(path, &error);
        rejects_add(rejects, "in", REASON_LINE_TOO_LONG, 1, bytes, DECODE_RECORD_BYTES_MAX);
        memset(bytes, '\x80', DECODE_RECORD_BYTES_MAX); /* nothing but half characters */
        rejects_add(rejects, "in", REASON_NOT_UTF8, 2, bytes, DECODE_RECORD_BYTES_MAX);
        ck_assert_int_eq(rejects_close(rejects, &error), ERROR_OK);
        json_t *object = read_object(path, 0);
        ck_assert_uint_eq(strlen(member(object, "bytes")), cut);
        json_decref(object);
        object = read_object(path, 1);
        ck_assert_uint_ge(strlen(member(object, "base64")), (REJECT_RECORD_BYTES_MAX - 3) / 3 * 4);
        json_decref(object);
        free(bytes);
    }
}
END_TEST

START_TEST(the_worst_record_fits_in_a_line)
{
    char input[OUTPUT_PATH_BYTES + 100], bytes[REJECT_RECORD_BYTES_MAX];
    memset(input, '\x01', sizeof(input) - 1);
    input[sizeof(input) - 1] = 0;
    memset(bytes, '\x02', sizeof(bytes));
    const char *path = workdir_path("rejects.ndjson");
    struct rejects *rejects = rejects_open(path, &error);
    rejects_add(rejects, input, REASON_A_UNKNOWN_PREFIX, INT64_MAX, bytes, sizeof(bytes));
    ck_assert_int_eq(rejects_close(rejects, &error), ERROR_OK);
    json_t *object = read_object(path, 0);
    ck_assert_uint_eq(strlen(member(object, "bytes")), sizeof(bytes));
    json_decref(object);
}
END_TEST

START_TEST(above_the_limit_of_the_file_records_are_counted_only)
{
    struct stat status;
    char bytes[REJECT_RECORD_BYTES_MAX];
    const uint64_t count = REJECT_FILE_BYTES_MAX / REJECT_RECORD_BYTES_MAX + 100;
    memset(bytes, 'x', sizeof(bytes));
    const char *path = workdir_path("rejects.ndjson");
    struct rejects *rejects = rejects_open(path, &error);
    for (uint64_t i = 0; i < count; i++)
        rejects_add(rejects, "in", REASON_QUOTE, i + 1, bytes, sizeof(bytes));
    ck_assert_uint_eq(rejects_count(rejects, REASON_QUOTE), count);
    ck_assert_uint_gt(rejects_not_kept(rejects), 100);
    ck_assert_uint_lt(rejects_not_kept(rejects), 400);
    ck_assert_int_eq(rejects_close(rejects, &error), ERROR_OK);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_le(status.st_size, REJECT_FILE_BYTES_MAX);
    ck_assert_int_gt(status.st_size, REJECT_FILE_BYTES_MAX - 2 * REJECT_RECORD_BYTES_MAX);
}
END_TEST

START_TEST(a_file_that_cannot_be_made_or_written_is_an_error)
{
    ck_assert_ptr_null(rejects_open(workdir_path("missing/rejects.ndjson"), &error));
    ck_assert_int_eq(error.class, ERROR_CANNOT_CREATE);
    struct rejects *rejects = rejects_open("/dev/full", &error);
    ck_assert_ptr_nonnull(rejects);
    for (uint64_t i = 0; i < 10000; i++) /* the run goes on */
        rejects_add(rejects, "in", REASON_JSON, i + 1, "{", 1);
    ck_assert_uint_eq(rejects_total(rejects), 10000);
    ck_assert_int_eq(rejects_close(rejects, &error), ERROR_IO);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("feed/rejects");
    TCase *tests = tcase_create("rejects");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, every_reason_is_counted_by_itself);
    tcase_add_test(tests, the_file_keeps_raw_records_for_its_owner_alone);
    tcase_add_test(tests, a_long_record_is_cut_between_characters);
    tcase_add_test(tests, the_worst_record_fits_in_a_line);
    tcase_add_test(tests, above_the_limit_of_the_file_records_are_counted_only);
    tcase_add_test(tests, a_file_that_cannot_be_made_or_written_is_an_error);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
