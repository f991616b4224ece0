/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/text.h"
#include "simsieve/record/numbering.h"
#include "suite.h"
#include "workdir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER "prefix,digits_min,digits_max,holder,valid_from,valid_until,source"

/* The smallest plan that loads. */
static const struct {
    const char *name, *text;
} files[] = {
    {"mobile.csv", HEADER "\n032,10,10,Viettel,2018-09-15,,x\n"},
    {"fixed.csv", HEADER ",province\n0215,11,11,,,,x,11\n"},
    {"renumbered.csv", HEADER ",new_prefix\n0162,11,11,Viettel,,2019-06-30,x,032\n"},
    {"services.csv", HEADER "\n1800,8,10,,,,x\n"},
    {"short_codes.csv", HEADER "\n113,3,3,police,,,x\n"},
    {"country_codes.csv", HEADER "\n855,7,15,Cambodia,,,x\n"},
};

static struct error error;

static void set_up(void)
{
    workdir_open();
    for (size_t i = 0; i < ARRAY_COUNT(files); i++)
        workdir_write_text(files[i].name, files[i].text);
}

static enum numbering_status parse(const struct numbering *numbering, const char *text, int64_t time_ms,
                                   uint64_t *number)
{
    return numbering_parse(numbering, NULL, text, strlen(text), time_ms, number);
}

START_TEST(a_small_plan_loads)
{
    uint64_t number = 0;
    struct numbering *numbering = numbering_load(workdir_folder(), &error);
    ck_assert_msg(numbering != NULL, "%s", error.text);
    ck_assert_int_eq(parse(numbering, "032 1234567", NUMBERING_TIME_NEWEST_MS, &number), NUMBERING_OK);
    ck_assert_uint_eq(number, number_make(NUMBER_MOBILE, 84321234567));
    ck_assert_int_eq(parse(numbering, "033 1234567", NUMBERING_TIME_NEWEST_MS, &number),
                     NUMBERING_UNKNOWN_PREFIX);
    numbering_destroy(numbering);
    numbering_destroy(NULL);
}
END_TEST

static const struct {
    const char *name, *text, *reason;
} wrong[] = {
    {"mobile.csv", "prefix,digits_min\n", ":1: no column 'digits_max'"},
    {"mobile.csv", HEADER ",colour\n", ":1: no column of this table: colour"},
    {"mobile.csv", HEADER "\n032,10\n", ":2: 2 fields"},
    {"mobile.csv", HEADER "\n32,10,10,,,,x\n", ":2: prefix '32' is not a prefix that begins with 0"},
    {"mobile.csv", HEADER "\n,10,10,,,,x\n", ":2: prefix '' is not"},
    {"mobile.csv", HEADER "\n0,10,10,,,,x\n", ":2: prefix '0' is not"},
    {"mobile.csv", HEADER "\n00,10,10,,,,x\n", ":2: prefix '00' is not"},
    {"mobile.csv", HEADER "\n032123,10,10,,,,x\n",
     ":2: prefix '032123' is not a prefix of up to four digits"},
    {"mobile.csv", HEADER "\n03x,10,10,,,,x\n", ":2: prefix '03x' is not"},
    {"mobile.csv", HEADER "\n032,,10,,,,x\n", ":2: digits_min '' is not"},
    {"mobile.csv", HEADER "\n032,2,10,,,,x\n", ":2: digits_min '2' is not"},
    {"mobile.csv", HEADER "\n032,10,16,,,,x\n", ":2: digits_max '16' is not"},
    {"mobile.csv", HEADER "\n032,10,9,,,,x\n", ":2: digits_max '9' is not digits_min or more"},
    {"mobile.csv", HEADER "\n032,10,10,,2018-9-15,,x\n", ":2: valid_from '2018-9-15' is not a date"},
    {"mobile.csv", HEADER "\n032,10,10,,,soon,x\n", ":2: valid_until 'soon' is not a date"},
    {"mobile.csv", HEADER "\n032,10,10,,2018-09-15,2018-09-14,x\n",
     ":2: valid_until '2018-09-14' is not a day after"},
    {"mobile.csv", HEADER ",new_prefix\n032,10,10,,,,x,033\n", ":2: new_prefix '033' is not of this table"},
    {"mobile.csv", HEADER "\n032,10,10,a holder with a name of more than forty-seven bytes,,,x\n",
     ":2: holder"},
    {"mobile.csv", HEADER "\n032,10,10,A,,,x\n032,10,10,B,,,x\n", "mobile.csv:3: the same prefix"},
    {"mobile.csv", HEADER "\n032,10,10,A,,2018-09-15,x\n032,10,10,B,2018-09-15,,x\n", "the same prefix"},
    {"mobile.csv", HEADER "\n0215,11,11,A,,,x\n", "the same prefix"},
    {"fixed.csv", HEADER ",province\n0215,11,11,,,,x,100\n", ":2: province '100' is not the code"},
    {"renumbered.csv", HEADER "\n0162,11,11,Viettel,,2019-06-30,x\n", ":2: new_prefix '' is not"},
    {"renumbered.csv", HEADER ",new_prefix\n0162,10,11,,,2019-06-30,x,032\n",
     ":2: digits_max '11' is not digits_min"},
    {"renumbered.csv", HEADER ",new_prefix\n0162,11,11,,,2019-06-30,x,033\n",
     "no range begins with the new prefix 033"},
    {"renumbered.csv", HEADER ",new_prefix\n0162,11,11,,,2019-06-30,x,0162\n",
     "no range begins with the new prefix"},
    {"services.csv", HEADER "\n0800,8,10,,,,x\n",
     ":2: prefix '0800' is not a prefix that does not begin with 0"},
    {"country_codes.csv", HEADER "\n855,7,15,,,,x\n855,7,15,,,,x\n", "country_codes.csv:3: the same prefix"},
    {"short_codes.csv", "", ":1: empty"},
};

START_TEST(a_wrong_table_is_refused_with_its_line)
{
    workdir_write_text(wrong[_i].name, wrong[_i].text);
    ck_assert_ptr_null(numbering_load(workdir_folder(), &error));
    ck_assert_int_eq(error.class, ERROR_CONFIG);
    ck_assert_msg(strstr(error.text, wrong[_i].reason) != NULL, "%s", error.text);
    ck_assert_msg(strstr(error.text, ".csv:") != NULL, "%s", error.text);
}
END_TEST

START_TEST(a_missing_table_or_folder_is_no_input)
{
    for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
        ck_assert_int_eq(unlink(workdir_path(files[i].name)), 0);
        ck_assert_ptr_null(numbering_load(workdir_folder(), &error));
        ck_assert_int_eq(error.class, ERROR_NO_INPUT);
        ck_assert_ptr_nonnull(strstr(error.text, files[i].name));
        workdir_write_text(files[i].name, files[i].text);
    }
    ck_assert_ptr_null(numbering_load("/tmp/no/such/folder", &error));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
}
END_TEST

START_TEST(a_block_can_change_hands_at_midnight)
{
    const int64_t midnight_ms = INT64_C(1735664400000); /* 2025-01-01T00:00:00+07:00 */
    uint64_t number = 0;
    workdir_write_text("mobile.csv", HEADER "\n032,10,10,Viettel,,,x\n"
                                            "0321,10,10,Old,,2024-12-31,x\n0321,10,10,New,2025-02-01,,x\n");
    struct numbering *numbering = numbering_load(workdir_folder(), &error);
    ck_assert_msg(numbering != NULL, "%s", error.text);
    ck_assert_int_eq(parse(numbering, "0321234567", midnight_ms - 1, &number), NUMBERING_OK);
    /* Between the two the shorter prefix holds. */
    ck_assert_int_eq(parse(numbering, "0321234567", midnight_ms, &number), NUMBERING_OK);
    ck_assert_str_eq(numbering_block_holder(numbering, number), "New");
    ck_assert_int_eq(parse(numbering, "0322234567", midnight_ms, &number), NUMBERING_OK);
    ck_assert_str_eq(numbering_block_holder(numbering, number), "Viettel");
    numbering_destroy(numbering);
}
END_TEST

START_TEST(a_plan_has_at_most_1024_ranges)
{
    enum { OTHERS = 4 }; /* of the national plan: mobile, fixed, renumbered, short codes */
    static char bytes[65536];
    struct text text = text_over(bytes, sizeof(bytes));
    uint64_t number = 0;
    text_add(&text, "%s\n", HEADER);
    for (int i = 0; i < 1024 - OTHERS; i++)
        text_add(&text, "%d,8,8,,,,x\n", 5000 + i);
    workdir_write_text("services.csv", bytes);
    struct numbering *numbering = numbering_load(workdir_folder(), &error);
    ck_assert_msg(numbering != NULL, "%s", error.text);
    ck_assert_int_eq(parse(numbering, "50001234", 0, &number), NUMBERING_OK);
    ck_assert_int_eq(parse(numbering, "60191234", 0, &number), NUMBERING_OK);
    numbering_destroy(numbering);
    text_add(&text, "%d,8,8,,,,x\n", 9999);
    ck_assert(!text.is_cut);
    workdir_write_text("services.csv", bytes);
    ck_assert_ptr_null(numbering_load(workdir_folder(), &error));
    ck_assert_int_eq(error.class, ERROR_CONFIG);
    ck_assert_msg(strstr(error.text, "more than 1024 ranges") != NULL, "%s", error.text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record/numbering_load");
    TCase *tests = tcase_create("numbering_load");
    tcase_add_checked_fixture(tests, set_up, workdir_close);
    tcase_add_test(tests, a_small_plan_loads);
    tcase_add_loop_test(tests, a_wrong_table_is_refused_with_its_line, 0, ARRAY_COUNT(wrong));
    tcase_add_test(tests, a_missing_table_or_folder_is_no_input);
    tcase_add_test(tests, a_block_can_change_hands_at_midnight);
    tcase_add_test(tests, a_plan_has_at_most_1024_ranges);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
