/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/output.h"
#include "suite.h"
#include "workdir.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct error error;
static struct output output;
static const char *path, *part;

static void set_up(void)
{
    workdir_open();
    path = workdir_path("out.csv");
    part = workdir_path("out.csv.part");
}

static bool exists(const char *name)
{
    return access(name, F_OK) == 0;
}

static void assert_holds(const char *name, const char *wanted)
{
    char *text = file_read(name, NULL);
    ck_assert_pstr_eq(text, wanted);
    free(text);
}

static void open_output(bool is_live)
{
    ck_assert_msg(output_open(&output, path, is_live, 0600, &error) == ERROR_OK, "%s", error.text);
}

START_TEST(a_file_gets_its_name_when_it_is_whole)
{
    workdir_write_text("out.csv", "old");
    open_output(false);
    fputs("new", output.stream);
    ck_assert_int_eq(output_flush(&output, &error), ERROR_OK);
    assert_holds(path, "old");
    assert_holds(part, "new");
    ck_assert_int_eq(output_commit(&output, &error), ERROR_OK);
    assert_holds(path, "new");
    ck_assert(!exists(part));
    ck_assert_ptr_null(output.stream);
}
END_TEST

START_TEST(a_live_file_grows_under_its_own_name)
{
    open_output(true);
    fputs("line\n", output.stream);
    assert_holds(path, "");
    ck_assert_int_eq(output_flush(&output, &error), ERROR_OK);
    assert_holds(path, "line\n");
    ck_assert_int_eq(output_commit(&output, &error), ERROR_OK);
    assert_holds(path, "line\n");
}
END_TEST

/* is_live, keep_part: what is there afterwards. */
static const struct {
    bool is_live, keep_part;
    const char *under_name, *under_part;
} endings[] = {
    {false, false, "old", NULL},
    {false, true, "old", "half"},
    {true, false, NULL, NULL},
    {true, true, NULL, "half"},
};

START_TEST(an_abandoned_file_never_has_its_name)
{
    workdir_write_text("out.csv", "old");
    open_output(endings[_i].is_live);
    fputs("half", output.stream);
    output_abandon(&output, endings[_i].keep_part);
    assert_holds(path, endings[_i].under_name);
    assert_holds(part, endings[_i].under_part);
    ck_assert_ptr_null(output.stream);
}
END_TEST

START_TEST(a_closed_output_is_left_alone)
{
    const bool is_live = _i & 1, keep_part = _i & 2;
    open_output(is_live);
    fputs("whole", output.stream);
    ck_assert_int_eq(output_commit(&output, &error), ERROR_OK);
    workdir_write_text("out.csv.part", "somebody else's");
    ck_assert_int_eq(output_commit(&output, &error), ERROR_OK);
    ck_assert_int_eq(output_flush(&output, &error), ERROR_OK);
    output_abandon(&output, keep_part);
    assert_holds(path, "whole");
    assert_holds(part, "somebody else's");
}
END_TEST

START_TEST(what_could_not_be_opened_is_left_alone)
{
    struct stat status;
    ck_assert_int_eq(symlink(part, part), 0); /* a link that leads nowhere */
    ck_assert_int_eq(output_open(&output, path, false, 0600, &error), ERROR_CANNOT_CREATE);
    output_abandon(&output, false);
    ck_assert_int_eq(lstat(part, &status), 0);
    output = (struct output){0};
    output_abandon(&output, true); /* zeroed */
    ck_assert_int_eq(output_commit(&output, &error), ERROR_OK);
}
END_TEST

START_TEST(a_file_has_the_mode_it_was_opened_with)
{
    struct stat status;
    umask(077);
    ck_assert_int_eq(output_open(&output, path, false, 0644, &error), ERROR_OK);
    ck_assert_int_eq(output_commit(&output, &error), ERROR_OK);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0644);
}
END_TEST

START_TEST(a_path_that_cannot_be_is_named)
{
    char longest[OUTPUT_PATH_BYTES + 10];
    memset(longest, 'a', sizeof(longest));
    longest[sizeof(longest) - 1] = 0;
    ck_assert_int_eq(output_open(&output, workdir_path("no/such/x"), false, 0600, &error),
                     ERROR_CANNOT_CREATE);
    ck_assert_ptr_nonnull(strstr(error.text, "no/such/x.part"));
    ck_assert_int_eq(output_open(&output, workdir_folder(), false, 0600, &error), ERROR_CANNOT_CREATE);
    ck_assert_ptr_nonnull(strstr(error.text, workdir_folder()));
    ck_assert_int_eq(output_open(&output, longest, false, 0600, &error), ERROR_CANNOT_CREATE);
    ck_assert_ptr_nonnull(strstr(error.text, "longer than 4096"));
}
END_TEST

START_TEST(a_full_disk_is_an_error_and_the_device_stays)
{
    ck_assert_int_eq(output_open(&output, "/dev/full", false, 0600, &error), ERROR_OK);
    ck_assert(output.is_live); /* no regular file: nothing to rename */
    fputs("x", output.stream);
    ck_assert_int_eq(output_flush(&output, &error), ERROR_IO);
    ck_assert_ptr_nonnull(strstr(error.text, "/dev/full: writing failed: No space left"));
    ck_assert_int_eq(output_commit(&output, &error), ERROR_IO);
    ck_assert_ptr_null(output.stream);
    ck_assert(exists("/dev/full"));
}
END_TEST

START_TEST(a_name_that_was_taken_meanwhile_is_an_error_and_the_part_stays)
{
    open_output(false);
    fputs("precious", output.stream);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(output_commit(&output, &error), ERROR_IO);
    ck_assert_ptr_nonnull(strstr(error.text, "renaming failed"));
    assert_holds(part, "precious");
    ck_assert_ptr_null(output.stream);
}
END_TEST

START_TEST(standard_output_is_never_closed)
{
    const int saved = dup(STDOUT_FILENO), file = open(path, O_WRONLY | O_CREAT, 0600);
    fflush(stdout);
    ck_assert_int_ge(dup2(file, STDOUT_FILENO), 0);
    const enum error_class opened = output_open(&output, "-", false, 0600, &error);
    const bool is_live = output.is_live;
    fputs("one ", output.stream);
    const enum error_class committed = output_commit(&output, &error);
    fputs("two", stdout);
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(file);
    ck_assert_int_eq(opened, ERROR_OK);
    ck_assert(is_live);
    ck_assert_int_eq(committed, ERROR_OK);
    assert_holds(path, "one two");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/output");
    TCase *tests = tcase_create("output");
    tcase_add_checked_fixture(tests, set_up, workdir_close);
    tcase_add_test(tests, a_file_gets_its_name_when_it_is_whole);
    tcase_add_test(tests, a_live_file_grows_under_its_own_name);
    tcase_add_loop_test(tests, an_abandoned_file_never_has_its_name, 0, ARRAY_COUNT(endings));
    tcase_add_loop_test(tests, a_closed_output_is_left_alone, 0, 4);
    tcase_add_test(tests, what_could_not_be_opened_is_left_alone);
    tcase_add_test(tests, a_file_has_the_mode_it_was_opened_with);
    tcase_add_test(tests, a_path_that_cannot_be_is_named);
    tcase_add_test(tests, a_full_disk_is_an_error_and_the_device_stays);
    tcase_add_test(tests, a_name_that_was_taken_meanwhile_is_an_error_and_the_part_stays);
    tcase_add_test(tests, standard_output_is_never_closed);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
