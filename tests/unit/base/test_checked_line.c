/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/checked_line.h"

#include "suite.h"

#include <stdio.h>
#include <string.h>

#define TEXT "t,7,cdr"

static size_t make(char line[static 64])
{
    snprintf(line, 64, "%s", TEXT);
    return checked_line_close(line, strlen(TEXT));
}

START_TEST(a_closed_line_opens_to_what_it_was)
{
    char line[64];
    char *fields[4];
    const size_t length = make(line);
    ck_assert_uint_eq(length, strlen(line));
    ck_assert_uint_eq(length + 1, strlen(TEXT) + CHECKED_LINE_EXTRA_BYTES);
    ck_assert_int_eq(line[length - 1], '\n');
    ck_assert(checked_line_open(line));
    ck_assert_str_eq(line, TEXT);
    ck_assert_uint_eq(checked_line_split(line, fields, 4), 3);
    ck_assert_str_eq(fields[0], "t");
    ck_assert_str_eq(fields[1], "7");
    ck_assert_str_eq(fields[2], "cdr");
}
END_TEST

START_TEST(a_line_cut_anywhere_is_not_whole)
{
    char line[64];
    for (size_t length = make(line); length-- > 0;) {
        make(line);
        line[length] = 0;
        ck_assert(!checked_line_open(line));
    }
}
END_TEST

START_TEST(a_line_with_any_byte_changed_is_not_whole)
{
    char line[64];
    const size_t length = make(line);
    for (size_t i = 0; i < length; i++) {
        make(line);
        line[i] ^= 1;
        ck_assert_msg(!checked_line_open(line), "byte %zu", i);
    }
}
END_TEST

START_TEST(fields_beyond_the_room_are_left_out)
{
    char line[] = "a,,b,c", empty[] = "";
    char *fields[3];
    ck_assert_uint_eq(checked_line_split(line, fields, 3), 3);
    ck_assert_str_eq(fields[0], "a");
    ck_assert_str_eq(fields[1], "");
    ck_assert_str_eq(fields[2], "b");
    ck_assert_uint_eq(checked_line_split(empty, fields, 3), 1);
    ck_assert_str_eq(fields[0], "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/checked_line");
    TCase *tests = tcase_create("checked_line");
    tcase_add_test(tests, a_closed_line_opens_to_what_it_was);
    tcase_add_test(tests, a_line_cut_anywhere_is_not_whole);
    tcase_add_test(tests, a_line_with_any_byte_changed_is_not_whole);
    tcase_add_test(tests, fields_beyond_the_room_are_left_out);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
