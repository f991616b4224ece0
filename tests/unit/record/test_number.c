/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/record/number.h"
#include "suite.h"

#include <string.h>

static const struct {
    enum number_kind kind;
    uint64_t value;
    const char *text, *masked;
    bool is_service;
} numbers[] = {
    {NUMBER_NONE, 0, "", "", false},
    {NUMBER_MOBILE, 84912345678, "84912345678", "84912***678", false},
    {NUMBER_FIXED, 842153925113, "842153925113", "842153***113", false},
    {NUMBER_FIXED, 848043162, "848043162", "848***162", false},
    {NUMBER_INTERNATIONAL, 29022222, "29022222", "29***222", false},
    {NUMBER_INTERNATIONAL, 999999999999999, "999999999999999", "999999999***999", false},
    {NUMBER_SHORT, 113, "113", "113", true},
    {NUMBER_SHORT, 999999, "999999", "999999", true},
    {NUMBER_SERVICE, 1900123456, "1900123456", "1900123456", true},
};

START_TEST(a_number_prints_whole_and_masked)
{
    struct error error;
    char buffer[NUMBER_TEXT_BYTES];
    struct names *names = names_create(8, &error);
    const uint64_t number = number_make(numbers[_i].kind, numbers[_i].value);
    ck_assert_uint_eq(number >> NUMBER_BITS, 0);
    ck_assert_int_eq(number_kind(number), numbers[_i].kind);
    ck_assert_uint_eq(number_value(number), numbers[_i].value);
    ck_assert_int_eq(number_is_service(number), numbers[_i].is_service);
    ck_assert_str_eq(number_format(number, names, buffer), numbers[_i].text);
    ck_assert_str_eq(number_mask(number, names, buffer), numbers[_i].masked);
    names_destroy(names);
}
END_TEST

START_TEST(a_sender_prints_as_its_name_and_is_never_masked)
{
    struct error error;
    char buffer[NUMBER_TEXT_BYTES];
    struct names *names = names_create(8, &error);
    char name[NAME_BYTES_MAX + 1] = {0};
    memset(name, 'N', NAME_BYTES_MAX); /* the longest fits the buffer */
    const uint64_t number = number_make(NUMBER_SENDER, names_intern(names, name, NAME_BYTES_MAX));
    ck_assert(number_is_service(number));
    ck_assert_str_eq(number_format(number, names, buffer), name);
    ck_assert_str_eq(number_mask(number, names, buffer), name);
    ck_assert_str_eq(number_format(number_make(NUMBER_SENDER, 12345), names, buffer), "?");
    names_destroy(names);
}
END_TEST

START_TEST(every_kind_has_its_own_word)
{
    for (enum number_kind i = 0; i < NUMBER_KIND_COUNT; i++)
        for (enum number_kind k = 0; k < i; k++)
            ck_assert_str_ne(number_kind_name(k), number_kind_name(i));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record/number");
    TCase *tests = tcase_create("number");
    tcase_add_loop_test(tests, a_number_prints_whole_and_masked, 0, ARRAY_COUNT(numbers));
    tcase_add_test(tests, a_sender_prints_as_its_name_and_is_never_masked);
    tcase_add_test(tests, every_kind_has_its_own_word);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
