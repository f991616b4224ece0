/* SPDX-License-Identifier: Apache-2.0
 * Rows of subscribers that change: which come out, why others do not, and that they are no records. */
#include "decoding.h"
#include "suite.h"

#include "simsieve/lists/change.h"

#include <stdio.h>
#include <stdlib.h>

#define HEADER "number,activated,province,time\n"
#define ROW    "0912345678,2024-12-01T00:00:00+07:00,11,2024-12-02T08:00:00+07:00\n"
#define OBJECT \
    "{\"number\":\"0912345678\",\"activated\":1732986000000,\"province\":\"11\",\"time\":1733101200000}\n"
#define MORE "{\"number\":\"0912345678\","

static const struct decoder *subscribers(void)
{
    return decoder_by_name("subscribers", &(const char *){NULL});
}

static struct decoding run(const char *input)
{
    struct decoding decoding;
    decoding_run(&decoding, subscribers(), input, strlen(input), strlen(input) + 1, 1000);
    return decoding;
}

static const struct {
    const char *input;
    size_t rows;
    const char *rejects; /* "line:reason " in order */
} cases[] = {
    {"", 0, ""},
    {"\n \t\r\n", 0, ""},
    {HEADER, 0, ""},
    {HEADER ROW, 1, ""},
    {HEADER ROW ROW ROW, 3, ""},
    {"number\n0912345678", 1, ""},
    {"\xEF\xBB\xBF number , activated \r\n 0912345678 , 2024-12-01 \r\n\r\n", 1, ""},
    {"dealer,\"number\"\n\"D \"\"7\"\", Hà Nội\",\"+84 912 345 678\"\n", 1, ""},
    {"colour,number,imsi,,\nred,0912345678,452010000000001,,\n", 1, ""},
    {"number,identity,age_band,class,carrier,batch\n0912345678,owner,<18,m2m,X,B\n", 1, ""},
    {"class,number\nnumber,0912345678\n", 0, "2:subscriber_class "},
    /* a header in the middle */
    {HEADER ROW HEADER ROW, 2, ""},
    {HEADER ROW "time,number\n,0912345678\n" ROW, 2, "3:field_count 4:field_count "},
    {HEADER ROW "number,number,province,time\n" ROW, 2, "3:subscriber_time "},
    /* NDJSON */
    {OBJECT, 1, ""},
    {"\n \n  " OBJECT OBJECT, 2, ""},
    {MORE "\"colour\":[1],\"imsi\":null,\"province\":\"\"}", 1, ""},
    {"{\"number\":84912345678,\"class\":\"probe\"}\n", 1, ""},
    {MORE "\"number\":\"0912345678\"}\n" MORE "}\n[]\n7\n" HEADER OBJECT, 1,
     "1:json 2:json 3:json 4:json 5:json "},
    {MORE "\"class\":{}}\n" MORE "\"province\":true}\n" MORE "\"time\":1.5}\n", 0,
     "1:json_value 2:json_value 3:json_value "},
    {MORE "\"dealer\":\"a\\u0000b\"}\n" OBJECT, 1, "1:json "},
    {"{\n", 0, "1:json "},
    /* damage of values */
    {HEADER ",,,\nnobody,,,\n0,,,\n" ROW, 1, "2:subscriber_number 3:subscriber_number 4:subscriber_number "},
    {HEADER "0912345678,never,,\n0912345678,2024-12-01T00:00:00,,\n", 0,
     "2:subscriber_activated 3:subscriber_activated "},
    {HEADER "0912345678,,,2024-12-01\n0912345678,,,1733101200\n", 0, "2:subscriber_time 3:subscriber_time "},
    {"number,age_band,class\n0912345678,20,\n0912345678,,robot\n", 0,
     "2:subscriber_age_band 3:subscriber_class "},
    {"{}\n" MORE "\"time\":0}\n" MORE "\"activated\":\"x\"}\n", 0,
     "1:subscriber_number 2:subscriber_time 3:subscriber_activated "},
    {HEADER "nobody,never,,never\n", 0, "2:subscriber_time "},
    /* damage of text */
    {HEADER "0912345678\n0912345678,,,,\n" ROW, 1, "2:field_count 3:field_count "},
    {HEADER "\"0912345678,,,\n" ROW "a\"b\"c,\"d\"e,,\n" ROW, 2, "2:quote 4:quote "},
    {HEADER "0912345678\xFF,,,\n" ROW, 1, "2:not_utf8 "},
};

START_TEST(an_input_becomes_these_rows_and_rejects)
{
    char found[256] = "";
    struct decoding decoding = run(cases[_i].input);
    size_t length = 0;
    for (size_t i = 0; i < decoding.reject_count; i++)
        length += (size_t)snprintf(found + length, sizeof(found) - length, "%llu:%s ",
                                   (unsigned long long)decoding.rejects[i].line,
                                   reason_word(decoding.rejects[i].reason));
    ck_assert_int_eq(decoding.class, ERROR_OK);
    ck_assert_str_eq(found, cases[_i].rejects);
    ck_assert_uint_eq(decoding.record_count, cases[_i].rows);
    for (size_t i = 0; i < decoding.record_count; i++) {
        ck_assert_uint_eq(decoding.records[i].type, CHANGE_RECORD_TYPE);
        ck_assert_uint_ne(change_unpack(&decoding.records[i]).number, 0);
    }
    decoding_fini(&decoding);
}
END_TEST

START_TEST(pieces_make_no_difference)
{
    static const size_t pieces[] = {1, 2, 7, 64, 4096};
    struct decoding whole = run(cases[_i].input);
    for (size_t i = 0; i < ARRAY_COUNT(pieces); i++) {
        struct decoding cut;
        decoding_run(&cut, subscribers(), cases[_i].input, strlen(cases[_i].input), pieces[i], i + 1);
        ck_assert(decoding_equal(&whole, &cut));
        decoding_fini(&cut);
    }
    decoding_fini(&whole);
}
END_TEST

START_TEST(csv_and_ndjson_say_the_same)
{
    struct decoding csv = run(HEADER ROW), json = run(OBJECT);
    ck_assert_uint_eq(csv.record_count + json.record_count, 2);
    const struct subscriber row = change_unpack(&csv.records[0]), object = change_unpack(&json.records[0]);
    ck_assert_mem_eq(&row, &object, sizeof(row));
    ck_assert_int_eq(row.activated_ms, INT64_C(1732986000000));
    ck_assert_uint_eq(row.province, 11);
    ck_assert_int_eq(csv.records[0].time_ms, INT64_C(1733101200000));
    ck_assert_int_eq(json.records[0].time_ms, INT64_C(1733101200000));
    decoding_fini(&csv);
    decoding_fini(&json);
}
END_TEST

static const struct {
    const char *input, *error;
} unusable[] = {
    {"activated,time\n", "test-input:1: no header of subscriber rows"},
    {"number,time,number\n", "test-input:1: no header of subscriber rows"},
    {"\n\n0912345678\n", "test-input:3: no header of subscriber rows"},
    {"\"number\n", "test-input:1: the header line is damaged"},
    {"number\xFF\n", "test-input:1: the header line is damaged"},
};

START_TEST(an_input_without_a_header_cannot_be_used)
{
    struct decoding decoding = run(unusable[_i].input);
    ck_assert_int_eq(decoding.class, ERROR_DATA);
    ck_assert_ptr_eq(strstr(decoding.error.text, unusable[_i].error), decoding.error.text);
    ck_assert_uint_eq(decoding.record_count + decoding.reject_count, 0);
    decoding_fini(&decoding);
}
END_TEST

START_TEST(a_header_of_more_columns_than_the_limit_cannot_be_used)
{
    enum { COLUMNS_MAX = 256 };
    char header[2 * COLUMNS_MAX + 16];
    for (int excess = 0; excess <= 1; excess++) {
        int length = snprintf(header, sizeof(header), "number");
        for (int i = 1; i < COLUMNS_MAX + excess; i++)
            length += snprintf(header + length, sizeof(header) - (size_t)length, ",");
        struct decoding decoding = run(header);
        ck_assert_int_eq(decoding.class, excess ? ERROR_DATA : ERROR_OK);
        decoding_fini(&decoding);
    }
}
END_TEST

START_TEST(a_line_above_the_limit_is_one_reject)
{
    const bool is_json = _i;
    static const char head[] = "number\n0912345678\n", tail[] = "\n0912345678\n";
    static const char json_head[] = "{\"number\":\"0912345678\"}\n",
                      json_tail[] = "\n{\"number\":\"0912345678\"}\n";
    const char *begin = is_json ? json_head : head, *end = is_json ? json_tail : tail;
    char *input = malloc(strlen(begin) + DECODE_RECORD_BYTES_MAX + strlen(end) + 1);
    memcpy(input, begin, strlen(begin));
    memset(input + strlen(begin), '1', DECODE_RECORD_BYTES_MAX);
    memcpy(input + strlen(begin) + DECODE_RECORD_BYTES_MAX, end, strlen(end) + 1);
    struct decoding decoding = run(input);
    ck_assert_uint_eq(decoding.record_count, 2);
    ck_assert_uint_eq(decoding.reject_count, 1);
    ck_assert_int_eq(decoding.rejects[0].reason, REASON_LINE_TOO_LONG);
    ck_assert_uint_eq(decoding.records[1].line, decoding.rejects[0].line + 1);
    decoding_fini(&decoding);
    free(input);
}
END_TEST

START_TEST(a_message_is_an_input_of_its_own)
{
    static const char *const messages[] = {HEADER ROW, OBJECT, "number\n0912345678\n", ROW};
    struct cdr records[4];
    struct error error;
    struct decoded decoded = {.records = records, .capacity = ARRAY_COUNT(records)};
    size_t consumed;
    void *state = subscribers()->open(decoding_context(), "topic", &error);
    for (size_t i = 0; i < ARRAY_COUNT(messages); i++) {
        const bool has_header = i + 1 < ARRAY_COUNT(messages);
        subscribers()->reset(state);
        ck_assert_int_eq(
            subscribers()->decode(state, messages[i], strlen(messages[i]), true, &decoded, &consumed, &error),
            has_header ? ERROR_OK : ERROR_DATA);
        ck_assert_uint_eq(decoded.count, has_header);
    }
    subscribers()->close(state);
}
END_TEST

static void keep_reason(void *owner, enum reason reason, uint64_t line, const char *bytes, size_t length)
{
    ck_assert_uint_gt(line + length, 0);
    ck_assert_ptr_nonnull(bytes);
    *(enum reason *)owner = reason;
}

/* The reason of one object, by a state that keeps its table of names. */
static enum reason reason_of(void *state, const char *object)
{
    struct cdr record;
    struct error error;
    enum reason reason = REASON_NONE;
    struct decoded decoded = {.records = &record, .capacity = 1, .reject = keep_reason, .owner = &reason};
    size_t consumed;
    ck_assert_int_eq(subscribers()->decode(state, object, strlen(object), true, &decoded, &consumed, &error),
                     ERROR_OK);
    ck_assert_uint_eq(decoded.count, reason == REASON_NONE);
    return reason;
}

START_TEST(a_full_table_of_names_is_a_reason_and_damage_leaves_no_name)
{
    struct error error;
    struct decode_context context = *decoding_context();
    context.names = names_create(1, &error);
    void *state = subscribers()->open(&context, "input", &error);
    ck_assert_int_eq(reason_of(state, MORE "\"dealer\":\"X\",\"class\":\"x\"}"), REASON_SUBSCRIBER_CLASS);
    ck_assert_int_eq(reason_of(state, MORE "\"dealer\":\"X\",\"time\":\"x\"}"), REASON_SUBSCRIBER_TIME);
    ck_assert_uint_eq(names_count(context.names), 0);
    ck_assert_int_eq(reason_of(state, MORE "\"dealer\":\"D\"}"), REASON_NONE);
    ck_assert_int_eq(reason_of(state, MORE "\"batch\":\"D\",\"carrier\":\"D\"}"), REASON_NONE);
    ck_assert_int_eq(reason_of(state, MORE "\"dealer\":\"X\"}"), REASON_NAMES_FULL);
    ck_assert_int_eq(reason_of(state, MORE "\"batch\":\"X\"}"), REASON_NAMES_FULL);
    ck_assert_int_eq(reason_of(state, MORE "\"carrier\":\"X\"}"), REASON_NAMES_FULL);
    subscribers()->close(state);
    names_destroy(context.names);
}
END_TEST

START_TEST(nothing_is_taken_for_rows_by_its_content)
{
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct decoder *found = decoder_detect(cases[i].input, strlen(cases[i].input));
        ck_assert_ptr_ne(found, subscribers());
    }
    ck_assert_ptr_nonnull(subscribers());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode/subscribers");
    TCase *tests = tcase_create("subscribers");
    tcase_add_loop_test(tests, an_input_becomes_these_rows_and_rejects, 0, ARRAY_COUNT(cases));
    tcase_add_loop_test(tests, pieces_make_no_difference, 0, ARRAY_COUNT(cases));
    tcase_add_test(tests, csv_and_ndjson_say_the_same);
    tcase_add_loop_test(tests, an_input_without_a_header_cannot_be_used, 0, ARRAY_COUNT(unusable));
    tcase_add_test(tests, a_header_of_more_columns_than_the_limit_cannot_be_used);
    tcase_add_loop_test(tests, a_line_above_the_limit_is_one_reject, 0, 2);
    tcase_add_test(tests, a_message_is_an_input_of_its_own);
    tcase_add_test(tests, a_full_table_of_names_is_a_reason_and_damage_leaves_no_name);
    tcase_add_test(tests, nothing_is_taken_for_rows_by_its_content);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
