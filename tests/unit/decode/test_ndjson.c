/* SPDX-License-Identifier: Apache-2.0 */
#include "decoding.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIME   "\"time\":\"2024-12-09T08:15:30Z\""
#define PAIR   "\"a\":\"0912345678\",\"b\":\"0987654321\""
#define CALL   "{\"type\":\"mo_call\"," TIME "," PAIR "}"
#define MORE   "{\"type\":\"mo_call\"," TIME "," PAIR ","
#define WINDOW DECODE_RECORD_BYTES_MAX

static const struct decoder *ndjson(void)
{
    const char *nearest;
    return decoder_by_name("ndjson", &nearest);
}

static struct decoding run(const char *bytes, size_t length)
{
    struct decoding decoding;
    decoding_run(&decoding, ndjson(), bytes, length, length + 1, 1000);
    return decoding;
}

static const struct {
    const char *input;
    size_t records;
    const char *rejects; /* "line:reason " in order */
} cases[] = {
    {CALL "\n", 1, ""},
    {CALL, 1, ""},
    {"", 0, ""},
    {"\n \t\r\n", 0, ""},
    {"\xEF\xBB\xBF" CALL "\r\n\n" CALL "\n", 2, ""},
    {" { \"b\" : \"0987654321\" , \"a\" : \"0912345678\" , " TIME " , \"type\" : \"mo_call\" } \n", 1, ""},
    {"{\"type\":\"mo_call\",\"time\":1733706930000,\"a\":84912345678,\"b\":84987654321}\n", 1, ""},
    {MORE "\"duration\":5,\"seq\":9,\"switch\":\"\",\"cell\":null}\n", 1, ""},
    {MORE "\"duration\":5.5}\n" MORE "\"duration\":5e0}\n", 2, ""},
    {MORE "\"colour\":\"red\",\"size\":-1}\n", 1, ""},
    {MORE "\"colour\":{\"r\":[1,true]},\"x\":null,\"y\":true,\"z\":1.5}\n", 1, ""},
    {MORE "\"u1\":1,\"u2\":1,\"u3\":1,\"u4\":1,\"u5\":1,\"u6\":1,\"u7\":1,\"u8\":1,\"u9\":1}\n", 1, ""},
    {MORE "\"switch\":\"Hà Nội\"}\n" MORE "\"switch\":\"H\\u00e0\"}\n", 2, ""},
    {"{\"type\":\"mt_sms\"," TIME ",\"a\":\"\",\"b\":\"0987654321\"}\n", 1, ""},
    /* no JSON object */
    {"{}\n", 0, "1:type_missing "},
    {"[]\n" CALL "\n", 1, "1:json "},
    {"{\n" CALL "\n", 1, "1:json "},
    {"7\n\"x\"\nnull\ntrue\n", 0, "1:json 2:json 3:json 4:json "},
    {CALL "x\n" CALL " " CALL "\n" CALL ",\n", 0, "1:json 2:json 3:json "},
    {MORE "}\n" MORE "\"seq\"}\n" MORE "\"seq\":}\n" MORE "seq:1}\n", 0, "1:json 2:json 3:json 4:json "},
    {MORE "\"seq\":01}\n" MORE "\"seq\":+1}\n" MORE "\"seq\":1 2}\n", 0, "1:json 2:json 3:json "},
    {MORE "\"seq\":nul}\n" MORE "\"seq\":99999999999999999999}\n", 0, "1:json 2:json "},
    {MORE "\"switch\":\"a\tb\"}\n" MORE "\"switch\":\"a\\u0000b\"}\n" MORE "\"switch\":\"a\\x\"}\n", 0,
     "1:json 2:json 3:json "},
    {MORE "\"switch\":\"\\ud800\"}\n" MORE "\"switch\":\"open}\n", 0, "1:json 2:json "},
    /* which of two values counts would be a guess */
    {MORE "\"a\":\"0912345678\"}\n" CALL "\n", 1, "1:json "},
    {MORE "\"\\u0061\":\"0912345678\"}\n", 0, "1:json "},
    {MORE "\"x\":1,\"x\":1}\n" MORE "\"x\":[],\"x\":[]}\n", 0, "1:json 2:json "},
    /* values of the wrong kind */
    {MORE "\"switch\":[\"a\"]}\n" MORE "\"switch\":{}}\n" MORE "\"switch\":true}\n" MORE
          "\"switch\":false}\n",
     0, "1:json_value 2:json_value 3:json_value 4:json_value "},
    {MORE "\"seq\":1.0}\n" MORE "\"seq\":1e3}\n", 0, "1:json_value 2:json_value "},
    {"{\"type\":1," TIME "," PAIR "}\n", 0, "1:type_unknown "},
    {"{\"type\":\"mo_call\",\"time\":1733706930," PAIR "}\n", 0, "1:time_out_of_range "},
    {MORE "\"duration\":-1}\n" MORE "\"duration\":-0.5}\n" MORE "\"duration\":1e300}\n" MORE
          "\"duration\":-0}\n",
     1, "1:duration 2:duration 3:duration "},
    {"{\"type\":\"mo_call\"," TIME ",\"a\":\"0912345678\"}\n" CALL "\n", 1, "1:b_missing "},
    /* text */
    {CALL "\n{\"type\":\"\xFF\"}\n" CALL "\n", 2, "2:not_utf8 "},
};

START_TEST(an_input_becomes_these_records_and_rejects)
{
    char found[256] = "";
    struct decoding decoding = run(cases[_i].input, strlen(cases[_i].input));
    size_t length = 0;
    for (size_t i = 0; i < decoding.reject_count; i++)
        length += (size_t)snprintf(found + length, sizeof(found) - length, "%llu:%s ",
                                   (unsigned long long)decoding.rejects[i].line,
                                   reason_word(decoding.rejects[i].reason));
    ck_assert_int_eq(decoding.class, ERROR_OK);
    ck_assert_str_eq(found, cases[_i].rejects);
    ck_assert_uint_eq(decoding.record_count, cases[_i].records);
    decoding_fini(&decoding);
}
END_TEST

START_TEST(pieces_make_no_difference)
{
    static const size_t pieces[] = {1, 2, 7, 64, 4096};
    const char *input = cases[_i].input;
    struct decoding whole = run(input, strlen(input));
    for (size_t i = 0; i < ARRAY_COUNT(pieces); i++) {
        struct decoding cut;
        decoding_run(&cut, ndjson(), input, strlen(input), pieces[i], i + 1);
        ck_assert(decoding_equal(&whole, &cut));
        decoding_fini(&cut);
    }
    decoding_fini(&whole);
}
END_TEST

/* Pairs of writings of one record: the second takes the long way. */
static const char *const pairs[][2] = {
    {MORE "\"duration\":5,\"seq\":7}", MORE "\"duration\":\"\\u0035\",\"seq\":\"7\"}"},
    {MORE "\"duration\":6}", MORE "\"duration\":5.000000000001}"},
    {MORE "\"switch\":\"Hà Nội\"}", MORE "\"switch\":\"H\\u00e0 N\\u1ed9i\"}"},
    {MORE "\"switch\":\"a/b\",\"trunk\":\"\"}", MORE "\"switch\":\"a\\/b\",\"x\":{}}"},
    {MORE "\"seq\":123456789012345678}", MORE "\"seq\":123456789012345678,\"x\":[]}"},
    {MORE "\"seq\":0}", MORE "\"seq\":-0}"},
    {CALL, "{\r\"type\":\"mo_call\"," TIME "," PAIR "}"},
};

START_TEST(the_fast_and_the_long_way_give_the_same_record)
{
    struct decoding fast = run(pairs[_i][0], strlen(pairs[_i][0]));
    struct decoding slow = run(pairs[_i][1], strlen(pairs[_i][1]));
    ck_assert_uint_eq(fast.record_count, 1);
    ck_assert(decoding_equal(&fast, &slow));
    decoding_fini(&fast);
    decoding_fini(&slow);
}
END_TEST

START_TEST(a_nul_byte_costs_its_line_only)
{
    static const char input[] = "{\"type\":\"mo\0_call\"}\n" CALL "\n";
    struct decoding decoding = run(input, sizeof(input) - 1);
    ck_assert_uint_eq(decoding.record_count, 1);
    ck_assert_uint_eq(decoding.records[0].line, 2);
    ck_assert_uint_eq(decoding.reject_count, 1);
    ck_assert_int_eq(decoding.rejects[0].reason, REASON_NUL_BYTE);
    decoding_fini(&decoding);
}
END_TEST

START_TEST(a_line_above_the_limit_is_one_reject_and_the_next_line_decodes)
{
    static const size_t lengths[] = {WINDOW - 1, WINDOW, WINDOW + 1, 1u << 20};
    static const size_t pieces[] = {997, WINDOW, 1u << 21};
    char *input = malloc((1u << 20) + 1024);
    for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
        memset(input, ' ', lengths[i]);
        memcpy(input, "{\"type\":", 8);
        memcpy(input + lengths[i], "\n" CALL, sizeof("\n" CALL) - 1);
        for (size_t k = 0; k < ARRAY_COUNT(pieces); k++) {
            struct decoding decoding;
            decoding_run(&decoding, ndjson(), input, lengths[i] + sizeof("\n" CALL) - 1, pieces[k], 1);
            ck_assert_uint_eq(decoding.record_count, 1);
            ck_assert_uint_eq(decoding.records[0].line, 2);
            ck_assert_uint_eq(decoding.reject_count, 1);
            ck_assert_int_eq(decoding.rejects[0].reason,
                             lengths[i] < WINDOW ? REASON_JSON : REASON_LINE_TOO_LONG);
            decoding_fini(&decoding);
        }
    }
    free(input);
}
END_TEST

START_TEST(keys_in_another_order_do_not_confuse_the_guess)
{
    static const char input[] =
        MORE "\"seq\":1}\n"
             "{\"seq\":2,\"b\":\"0987654321\",\"a\":\"0912345678\"," TIME ",\"type\":\"mo_call\"}\n" MORE
             "\"x\":0,\"seq\":3}\n" MORE "\"seq\":4}\n";
    struct decoding decoding = run(input, sizeof(input) - 1);
    ck_assert_uint_eq(decoding.record_count, 4);
    for (uint64_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(decoding.records[i].seq, i + 1);
        ck_assert_uint_eq(decoding.records[i].line, i + 1);
        ck_assert_uint_eq(decoding.records[i].a, number_make(NUMBER_MOBILE, 84912345678));
    }
    decoding_fini(&decoding);
}
END_TEST

START_TEST(an_object_is_recognised)
{
    ck_assert_int_eq(ndjson()->detect(CALL, sizeof(CALL) - 1), 90);
    ck_assert_int_eq(ndjson()->detect("\xEF\xBB\xBF\n \n \t{", 9), 90);
    ck_assert_int_eq(ndjson()->detect("type,time,a,b", 13), 0);
    ck_assert_int_eq(ndjson()->detect("[{", 2), 0);
    ck_assert_int_eq(ndjson()->detect(" \n", 2), 0);
    ck_assert_int_eq(ndjson()->detect("", 0), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode/ndjson");
    TCase *tests = tcase_create("ndjson");
    tcase_add_loop_test(tests, an_input_becomes_these_records_and_rejects, 0, ARRAY_COUNT(cases));
    tcase_add_loop_test(tests, pieces_make_no_difference, 0, ARRAY_COUNT(cases));
    tcase_add_loop_test(tests, the_fast_and_the_long_way_give_the_same_record, 0, ARRAY_COUNT(pairs));
    tcase_add_test(tests, a_nul_byte_costs_its_line_only);
    tcase_add_test(tests, a_line_above_the_limit_is_one_reject_and_the_next_line_decodes);
    tcase_add_test(tests, keys_in_another_order_do_not_confuse_the_guess);
    tcase_add_test(tests, an_object_is_recognised);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
