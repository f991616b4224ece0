/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/sheet.h"
#include "simsieve/record/province.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROVINCES "conf/provinces.csv"

static struct error error;

static bool parses(const char *text, unsigned wanted)
{
    uint8_t code = 0;
    return province_parse((struct slice){text, strlen(text)}, &code) && code == wanted;
}

START_TEST(there_are_34_provinces)
{
    unsigned count = 0;
    ck_assert_int_eq(provinces_load(PROVINCES, &error), ERROR_OK);
    for (unsigned code = 0; code <= PROVINCE_CODE_MAX + 1; code++)
        count += province_name(code) != NULL;
    ck_assert_uint_eq(count, 34);
    ck_assert_str_eq(province_name(11), "Tỉnh Điện Biên");
    ck_assert_str_eq(province_name(1), "Thành phố Hà Nội");
    ck_assert_str_eq(province_name(44), "Tỉnh Quảng Trị"); /* was Quảng Bình's code */
    ck_assert_ptr_null(province_name(45));                 /* was Quảng Trị's */
    ck_assert_ptr_null(province_name(0));
}
END_TEST

/* The first of the tests: where all run in one process, the others load the table. */
START_TEST(without_the_table_a_code_is_any_number)
{
    ck_assert(parses("45", 45));
}
END_TEST

START_TEST(a_code_is_one_of_the_34)
{
    ck_assert_int_eq(provinces_load(PROVINCES, &error), ERROR_OK);
    ck_assert(parses("01", 1));
    ck_assert(parses("1", 1));
    ck_assert(parses("96", 96));
    static const char *const bad[] = {"45", "0", "00", "", "100", "011", "x", "1 ", "-1"};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        uint8_t code;
        ck_assert(!province_parse((struct slice){bad[i], strlen(bad[i])}, &code));
    }
}
END_TEST

START_TEST(each_of_the_63_went_into_one_of_the_34)
{
    static const struct sheet_column columns[] = {{"old_code", true},        {"old_name", true},
                                                  {"old_valid_until", true}, {"code", true},
                                                  {"valid_from", true},      {"source", true}};
    bool seen[PROVINCE_CODE_MAX + 1] = {false}, is_kept[PROVINCE_CODE_MAX + 1] = {false};
    unsigned rows = 0, kept = 0;
    ck_assert_int_eq(provinces_load(PROVINCES, &error), ERROR_OK);
    struct sheet *sheet = sheet_open(PROVINCES, columns, ARRAY_COUNT(columns), &error);
    ck_assert_ptr_nonnull(sheet);
    ck_assert_str_eq(sheet_unknown_columns(sheet), "name");
    while (sheet_next(sheet, &error) == SHEET_ROW) {
        uint64_t old_code, code;
        ck_assert(text_parse_u64(sheet_field(sheet, 0).bytes, 2, PROVINCE_CODE_MAX, &old_code));
        ck_assert(text_parse_u64(sheet_field(sheet, 3).bytes, 2, PROVINCE_CODE_MAX, &code));
        ck_assert(!seen[old_code]);
        seen[old_code] = true;
        ck_assert_ptr_nonnull(province_name((unsigned)code));
        is_kept[code] |= old_code == code;
        ck_assert_int_eq(memcmp(sheet_field(sheet, 2).bytes, "2025-06-30", 10), 0);
        ck_assert_int_eq(memcmp(sheet_field(sheet, 4).bytes, "2025-07-01", 10), 0);
        ck_assert_uint_gt(sheet_field(sheet, 5).length, 0);
        rows++;
    }
    for (unsigned code = 0; code <= PROVINCE_CODE_MAX; code++)
        kept += is_kept[code];
    ck_assert_uint_eq(rows, 63);
    ck_assert_uint_eq(kept, 34); /* each new code is an old one of a province that went into it */
    sheet_close(sheet);
}
END_TEST

static const struct {
    const char *text, *reason;
} wrong[] = {
    {"code,name\n", ":1: names no province"},
    {"code,name\n00,X\n", ":2: code '00' is not 01 to 99"},
    {"code,name\n100,X\n", ":2: code '100'"},
    {"code,name\n11,\n", ":2: name is empty"},
    {"code,name\n11,123456789012345678901234567890123456789012345678\n", ":2: name is empty or above 47"},
    {"code,name\n11,X\n11,Y\n", ":3: province 11 is 'Y' here and 'X' above"},
    {"code,name\n11,X\n11\n", ":3: 1 fields"},
    {"code\n11\n", ":1: no column 'name'"},
};

START_TEST(a_wrong_table_is_refused_and_the_old_one_stays)
{
    char path[] = "/tmp/simsieve-province-XXXXXX";
    const int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, wrong[_i].text, strlen(wrong[_i].text)), (ssize_t)strlen(wrong[_i].text));
    close(fd);
    ck_assert_int_eq(provinces_load(PROVINCES, &error), ERROR_OK);
    ck_assert_int_eq(provinces_load(path, &error), ERROR_CONFIG);
    ck_assert_msg(strstr(error.text, wrong[_i].reason) != NULL, "%s", error.text);
    ck_assert_str_eq(province_name(11), "Tỉnh Điện Biên");
    unlink(path);
    ck_assert_int_eq(provinces_load(path, &error), ERROR_NO_INPUT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record/province");
    TCase *tests = tcase_create("province");
    tcase_add_test(tests, without_the_table_a_code_is_any_number);
    tcase_add_test(tests, there_are_34_provinces);
    tcase_add_test(tests, a_code_is_one_of_the_34);
    tcase_add_test(tests, each_of_the_63_went_into_one_of_the_34);
    tcase_add_loop_test(tests, a_wrong_table_is_refused_and_the_old_one_stays, 0, ARRAY_COUNT(wrong));
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
