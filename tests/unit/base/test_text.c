/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/calendar.h"
#include "simsieve/base/text.h"
#include "suite.h"

#include <math.h>
#include <string.h>

START_TEST(what_fits_is_appended_and_what_does_not_is_cut)
{
    char buffer[8];
    struct text text = text_over(buffer, sizeof(buffer));
    ck_assert_str_eq(buffer, "");
    text_add(&text, "%d-%s", 12, "ab");
    ck_assert_str_eq(buffer, "12-ab");
    ck_assert_uint_eq(text.length, 5);
    text_add_bytes(&text, "cd", 2);
    ck_assert(!text.is_cut); /* seven bytes and the zero */
    ck_assert_str_eq(buffer, "12-abcd");
    text_add_bytes(&text, "e", 1);
    ck_assert(text.is_cut);
    ck_assert_str_eq(buffer, "12-abcd");
    text_add(&text, "%s", "");
    ck_assert_uint_eq(text.length, 7);
}
END_TEST

START_TEST(a_cut_in_the_middle_keeps_the_front)
{
    char buffer[6], one[1];
    struct text text = text_over(buffer, sizeof(buffer));
    text_add(&text, "%s", "0123456789");
    ck_assert(text.is_cut);
    ck_assert_str_eq(buffer, "01234");
    text = text_over(buffer, sizeof(buffer));
    text_add_bytes(&text, "abcdefgh", 8);
    ck_assert(text.is_cut);
    ck_assert_str_eq(buffer, "abcde");
    text = text_over(one, sizeof(one));
    text_add_bytes(&text, "a", 1);
    ck_assert(text.is_cut && one[0] == 0);
}
END_TEST

#define REPLACED "\xEF\xBF\xBD"

static const struct {
    const char *bytes;
    size_t length;
    const char *json;
    bool is_utf8;
} writings[] = {
    {"", 0, "\"\"", true},
    {"plain", 5, "\"plain\"", true},
    {"a\"b\\c/", 6, "\"a\\\"b\\\\c/\"", true},
    {"\n\t\x01\x1f", 4, "\"\\u000a\\u0009\\u0001\\u001f\"", true},
    {"\x7f", 1, "\"\\u007f\"", true},
    {"a\0b", 3, "\"a\\u0000b\"", false},
    {"Vi\xE1\xBB\x87t", 6, "\"Vi\xE1\xBB\x87t\"", true},
    {"\xF0\x9F\x93\x9E", 4, "\"\xF0\x9F\x93\x9E\"", true},
    {"\xC2\x80", 2, "\"\xC2\x80\"", true},
    {"\xEF\xBF\xBF", 3, "\"\xEF\xBF\xBF\"", true},
    {"\xF4\x8F\xBF\xBF", 4, "\"\xF4\x8F\xBF\xBF\"", true},
    {"\xF4\x90\x80\x80", 4, "\"" REPLACED REPLACED REPLACED REPLACED "\"", false}, /* above U+10FFFF */
    {"\xC0\xAF", 2, "\"" REPLACED REPLACED "\"", false},                           /* overlong */
    {"\xE0\x9F\xBF", 3, "\"" REPLACED REPLACED REPLACED "\"", false},
    {"\xF0\x8F\xBF\xBF", 4, "\"" REPLACED REPLACED REPLACED REPLACED "\"", false},
    {"\xED\xA0\x80", 3, "\"" REPLACED REPLACED REPLACED "\"", false}, /* a surrogate */
    {"\x80", 1, "\"" REPLACED "\"", false},
    {"a\xE1\xBB", 3, "\"a" REPLACED REPLACED "\"", false}, /* cut off */
    {"\xE1\xBBz", 3, "\"" REPLACED REPLACED "z\"", false},
    {"\xFFz", 2, "\"" REPLACED "z\"", false},
};

START_TEST(a_text_becomes_valid_json_whatever_its_bytes)
{
    char buffer[64];
    struct text text = text_over(buffer, sizeof(buffer));
    text_add_json(&text, writings[_i].bytes, writings[_i].length);
    ck_assert_str_eq(buffer, writings[_i].json);
    ck_assert(text_is_utf8(writings[_i].bytes, writings[_i].length) == writings[_i].is_utf8);
    ck_assert(text_is_utf8(buffer, strlen(buffer)));
}
END_TEST

static const struct {
    const char *digits;
    uint64_t max, value;
    bool is_number;
} numbers[] = {
    {"0", 0, 0, true},
    {"7", 6, 0, false},
    {"12345678", UINT64_MAX, 12345678, true},
    {"123456789", UINT64_MAX, 123456789, true},
    {"0000000000000042", 42, 42, true},
    {"9999999999999999999", UINT64_MAX, UINT64_C(9999999999999999999), true},
    {"18446744073709551615", UINT64_MAX, UINT64_MAX, true},
    {"18446744073709551616", UINT64_MAX, 0, false},
    {"99999999999999999999", UINT64_MAX, 0, false},
    {"100000000000000000000", UINT64_MAX, 0, false},
    {"", UINT64_MAX, 0, false},
    {"-1", UINT64_MAX, 0, false},
    {"+1", UINT64_MAX, 0, false},
    {" 1", UINT64_MAX, 0, false},
    {"1.", UINT64_MAX, 0, false},
    {"0x10", UINT64_MAX, 0, false},
};

START_TEST(digits_are_a_number_within_its_bound)
{
    uint64_t value = 77;
    ck_assert(text_parse_u64(numbers[_i].digits, strlen(numbers[_i].digits), numbers[_i].max, &value) ==
              numbers[_i].is_number);
    ck_assert_uint_eq(value, numbers[_i].is_number ? numbers[_i].value : 77);
}
END_TEST

START_TEST(one_wrong_byte_anywhere_is_no_number)
{
    static const char wrong[] = {'/', ':', 'a', ' ', '\0', (char)0x80, (char)0xB5, '-', '.'};
    for (size_t length = 1; length <= 20; length++)
        for (size_t at = 0; at < length; at++)
            for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
                char digits[24] = "11111111111111111111";
                uint64_t value;
                REQUIRE(text_parse_u64(digits, length, UINT64_MAX, &value));
                digits[at] = wrong[i];
                REQUIRE(!text_parse_u64(digits, length, UINT64_MAX, &value));
            }
}
END_TEST

static const struct {
    const char *text;
    int64_t duration_ms;    /* -1: refused */
    const char *as_written; /* by text_add_duration */
} durations[] = {
    {"0s", 0, "0s"},
    {"250ms", 250, "250ms"},
    {"10s", 10 * SECOND_MS, "10s"},
    {"90s", 90 * SECOND_MS, "90s"},
    {"60s", MINUTE_MS, "1m"},
    {"5m", 5 * MINUTE_MS, "5m"},
    {"1h", HOUR_MS, "1h"},
    {"24h", DAY_MS, "24h"},
    {"1d", DAY_MS, "24h"},
    {"36h", 36 * HOUR_MS, "36h"},
    {"30d", 30 * DAY_MS, "30d"},
    {"36500d", 36500 * DAY_MS, "36500d"},
    {"1001ms", 1001, "1001ms"},
    {"36501d", -1, ""},
    {"3153600000001ms", -1, ""},
    {"99999999999999999999d", -1, ""},
    {"10", -1, ""},
    {"", -1, ""},
    {"s", -1, ""},
    {"-1s", -1, ""},
    {"1.5h", -1, ""},
    {"10 s", -1, ""},
    {"10S", -1, ""},
    {"10sec", -1, ""},
    {"10w", -1, ""},
};

START_TEST(a_duration_has_its_unit)
{
    char buffer[32];
    struct text text = text_over(buffer, sizeof(buffer));
    int64_t duration_ms = -1;
    const bool is_read = text_parse_duration_ms(durations[_i].text, strlen(durations[_i].text), &duration_ms);
    ck_assert(is_read == (durations[_i].duration_ms >= 0));
    ck_assert_int_eq(duration_ms, durations[_i].duration_ms);
    if (!is_read)
        return;
    text_add_duration(&text, duration_ms);
    ck_assert_str_eq(buffer, durations[_i].as_written);
}
END_TEST

static const struct {
    const char *text;
    bool is_read;
    uint64_t bytes;
} sizes[] = {
    {"0", true, 0},
    {"4096", true, 4096},
    {"64K", true, 65536},
    {"512M", true, UINT64_C(512) << 20},
    {"4G", true, UINT64_C(4) << 30},
    {"16777215T", true, UINT64_C(16777215) << 40},
    {"16777216T", false, 0},
    {"18446744073709551615", true, UINT64_MAX},
    {"", false, 0},
    {"K", false, 0},
    {"4k", false, 0},
    {"4KB", false, 0},
    {"4P", false, 0},
    {"-4", false, 0},
    {"1.5G", false, 0},
};

START_TEST(a_size_may_have_a_suffix)
{
    uint64_t bytes = 0;
    ck_assert(text_parse_bytes(sizes[_i].text, strlen(sizes[_i].text), &bytes) == sizes[_i].is_read);
    if (sizes[_i].is_read)
        ck_assert_uint_eq(bytes, sizes[_i].bytes);
}
END_TEST

static const struct {
    double value;
    int decimals;
    const char *text;
} values[] = {
    {0, 0, "0"},
    {0, 3, "0"},
    {12, 2, "12"},
    {0.5, 2, "0.5"},
    {0.125, 2, "0.12"},
    {99.96, 1, "100"},
    {1234567, 0, "1234567"},
    {-0.001, 2, "0"},
    {-1.5, 1, "-1.5"},
    {-0.4, 0, "0"},
    {1e21, 1, "1000000000000000000000"},
    {100, 0, "100"},
    {0.000000001, 9, "0.000000001"},
};

START_TEST(a_number_has_no_more_digits_than_it_needs)
{
    char buffer[64];
    struct text text = text_over(buffer, sizeof(buffer));
    text_add_number(&text, values[_i].value, values[_i].decimals);
    ck_assert_str_eq(buffer, values[_i].text);
}
END_TEST

START_TEST(the_largest_number_there_is_can_be_written)
{
    char buffer[512];
    struct text text = text_over(buffer, sizeof(buffer));
    text_add_number(&text, -1.7976931348623157e308, 9);
    ck_assert(!text.is_cut);
    ck_assert_uint_eq(text.length, 310);
}
END_TEST

static const char *const words[] = {"fan_out", "fan_in", "out_calls", "out_sms", "reply_ratio", "cells"};

static const struct {
    const char *given, *meant;
} slips[] = {
    {"fan_otu", "fan_out"},
    {"fanout", "fan_out"},
    {"fan_outt", "fan_out"},
    {"fan_ins", "fan_in"},
    {"outcalls", "out_calls"},
    {"cell", "cells"},
    {"celsl", "cells"},
    {"reply", "reply_ratio"},
    {"REPLY", "reply_ratio"},
    {"xyzzy", NULL},
    {"", NULL},
    {"q", NULL},
    {"temperature", NULL},
};

START_TEST(the_nearest_word_is_what_was_meant_or_none)
{
    const char *nearest =
        text_nearest(slips[_i].given, strlen(slips[_i].given), words, sizeof(words[0]), ARRAY_COUNT(words));
    ck_assert_pstr_eq(nearest, slips[_i].meant);
}
END_TEST

START_TEST(words_of_any_length_can_be_compared)
{
    char longest[200];
    const char *const one[] = {longest};
    memset(longest, 'a', sizeof(longest));
    longest[sizeof(longest) - 1] = 0;
    ck_assert_ptr_null(text_nearest("b", 1, one, sizeof(one[0]), 1));
    longest[48] = 0;
    ck_assert_ptr_eq(text_nearest(longest, 47, one, sizeof(one[0]), 1), longest);
    ck_assert_ptr_null(text_nearest("b", 1, one, sizeof(one[0]), 0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/text");
    TCase *tests = tcase_create("text");
    tcase_add_test(tests, what_fits_is_appended_and_what_does_not_is_cut);
    tcase_add_test(tests, a_cut_in_the_middle_keeps_the_front);
    tcase_add_loop_test(tests, a_text_becomes_valid_json_whatever_its_bytes, 0, ARRAY_COUNT(writings));
    tcase_add_loop_test(tests, digits_are_a_number_within_its_bound, 0, ARRAY_COUNT(numbers));
    tcase_add_test(tests, one_wrong_byte_anywhere_is_no_number);
    tcase_add_loop_test(tests, a_duration_has_its_unit, 0, ARRAY_COUNT(durations));
    tcase_add_loop_test(tests, a_size_may_have_a_suffix, 0, ARRAY_COUNT(sizes));
    tcase_add_loop_test(tests, a_number_has_no_more_digits_than_it_needs, 0, ARRAY_COUNT(values));
    tcase_add_test(tests, the_largest_number_there_is_can_be_written);
    tcase_add_loop_test(tests, the_nearest_word_is_what_was_meant_or_none, 0, ARRAY_COUNT(slips));
    tcase_add_test(tests, words_of_any_length_can_be_compared);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
