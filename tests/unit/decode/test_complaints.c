/* SPDX-License-Identifier: Apache-2.0
 * Complaints that come by a feed: which come out, and why others do not. What all rows of lists have in common is in
 * test_subscribers.c. */
#include "decoding.h"
#include "suite.h"

#include "simsieve/lists/complaints.h"

#include <stdio.h>

#define HEADER "time,number,kind\n"
#define ROW    "2024-12-02T08:00:00+07:00,0912345678,V\n"
#define OBJECT "{\"number\":\"0912345678\",\"kind\":\"V\",\"time\":1733101200000}\n"

static const struct decoder *complaints(void)
{
    return decoder_by_name("complaints", &(const char *){NULL});
}

static struct decoding run(const char *input, size_t piece, size_t capacity)
{
    struct decoding decoding;
    decoding_run(&decoding, complaints(), input, strlen(input), piece, capacity);
    return decoding;
}

static const struct {
    const char *input;
    size_t rows;
    const char *rejects; /* "line:reason " in order */
} cases[] = {
    {"", 0, ""},
    {HEADER, 0, ""},
    {HEADER ROW ROW, 2, ""},
    {"\xEF\xBB\xBF kind , number , time \r\n LD , 0912345678 , 1733101200000 \r\n\r\n", 1, ""},
    {"colour,kind,\"number\",time\nred,S,\"+84 912 345 678\",2024-12-02\n", 1, ""},
    {HEADER ROW "2024-12-02,ZALO,S\n2019-06-30T23:00:00+07:00,0162 345 6789,LD\n", 3, ""},
    {HEADER ROW HEADER ROW, 2, ""},
    {OBJECT OBJECT, 2, ""},
    {"{\"number\":84912345678,\"kind\":\"S\",\"time\":\"2024-12-02\",\"from\":[1]}", 1, ""},
    /* damage of values */
    {HEADER
     ",0912345678,V\nnow,0912345678,V\n1733101200,0912345678,V\n2024-12-02T08:00:00,0912345678,V\n" ROW,
     1, "2:complaint_time 3:complaint_time 4:complaint_time 5:complaint_time "},
    {HEADER "2024-12-02,,V\n2024-12-02,nobody at all,V\n2024-12-02,091234567,V\n2024-12-02,01623456789,V\n",
     0, "2:complaint_number 3:complaint_number 4:complaint_number 5:complaint_number "},
    {HEADER "2024-12-02,0912345678,\n2024-12-02,0912345678,v\n2024-12-02,0912345678,L\n", 0,
     "2:complaint_kind 3:complaint_kind 4:complaint_kind "},
    {HEADER "never,nobody,none\n2024-12-02,nobody,none\n", 0, "2:complaint_time 3:complaint_kind "},
    {"{}\n" OBJECT "{\"time\":1733101200000,\"kind\":\"S\"}\n{\"kind\":7,\"time\":1733101200000}\n", 1,
     "1:complaint_time 3:complaint_number 4:complaint_kind "},
    /* damage of text */
    {HEADER "2024-12-02,0912345678\n2024-12-02,0912345678,V,\n" ROW, 1, "2:field_count 3:field_count "},
    {HEADER "2024-12-02,\"0912345678,V\n" ROW, 1, "2:quote "},
    {"{\"number\":[1]}\nnone\n" OBJECT, 1, "1:json_value 2:json "},
};

START_TEST(an_input_becomes_these_complaints_and_rejects)
{
    static const size_t pieces[] = {1, 2, 7, 64, 4096};
    char found[256] = "";
    struct decoding decoding = run(cases[_i].input, strlen(cases[_i].input) + 1, 1000);
    size_t length = 0;
    for (size_t i = 0; i < decoding.reject_count; i++)
        length += (size_t)snprintf(found + length, sizeof(found) - length, "%llu:%s ",
                                   (unsigned long long)decoding.rejects[i].line,
                                   reason_word(decoding.rejects[i].reason));
    ck_assert_int_eq(decoding.class, ERROR_OK);
    ck_assert_str_eq(found, cases[_i].rejects);
    ck_assert_uint_eq(decoding.record_count, cases[_i].rows);
    for (size_t i = 0; i < decoding.record_count; i++) {
        ck_assert_uint_eq(decoding.records[i].type, COMPLAINT_RECORD_TYPE);
        ck_assert_uint_ne(complaint_unpack(&decoding.records[i]).number, 0);
    }
    for (size_t i = 0; i < ARRAY_COUNT(pieces); i++) {
        struct decoding cut = run(cases[_i].input, pieces[i], i + 1);
        ck_assert(decoding_equal(&decoding, &cut));
        decoding_fini(&cut);
    }
    decoding_fini(&decoding);
}
END_TEST

START_TEST(csv_and_ndjson_say_the_same)
{
    struct decoding csv = run(HEADER ROW, 1000, 1000), json = run(OBJECT, 1000, 1000);
    ck_assert_uint_eq(csv.record_count + json.record_count, 2);
    const struct complaint row = complaint_unpack(&csv.records[0]);
    const struct complaint object = complaint_unpack(&json.records[0]);
    ck_assert_mem_eq(&row, &object, sizeof(row));
    ck_assert_int_eq(row.kind, 'V');
    ck_assert_int_eq(row.time_ms, INT64_C(1733101200000));
    ck_assert_uint_eq(row.number, number_make(NUMBER_MOBILE, UINT64_C(84912345678)));
    ck_assert_int_eq(csv.records[0].time_ms, row.time_ms);
    decoding_fini(&csv);
    decoding_fini(&json);
}
END_TEST

static const char *const unusable[] = {
    "time,number\n", "number,kind\n", "time,kind\n", "time,number,kind,number\n", ROW, "2024-12-02\n"};

START_TEST(an_input_without_all_columns_cannot_be_used)
{
    struct decoding decoding = run(unusable[_i], 1000, 1000);
    ck_assert_int_eq(decoding.class, ERROR_DATA);
    ck_assert_str_eq(
        decoding.error.text,
        "test-input:1: no header of complaints: it needs the columns \"time\", \"number\" and \"kind\" "
        "and no column twice, with commas between them, at most 256");
    ck_assert_uint_eq(decoding.record_count + decoding.reject_count, 0);
    decoding_fini(&decoding);
}
END_TEST

static void keep_reason(void *owner, enum reason reason, uint64_t line, const char *bytes, size_t length)
{
    (void)line;
    (void)bytes;
    (void)length;
    *(enum reason *)owner = reason;
}

START_TEST(a_sender_that_finds_no_room_in_the_table_of_names_is_a_reason)
{
    static const char input[] = HEADER "2024-12-02,ONE,S\n2024-12-02,TWO,S\n";
    struct cdr records[2];
    struct error error;
    enum reason reason = REASON_NONE;
    struct decode_context context = *decoding_context();
    struct decoded decoded = {.records = records, .capacity = 2, .reject = keep_reason, .owner = &reason};
    size_t consumed;
    context.names = names_create(1, &error);
    void *state = complaints()->open(&context, "input", &error);
    ck_assert_int_eq(complaints()->decode(state, input, strlen(input), true, &decoded, &consumed, &error),
                     ERROR_OK);
    ck_assert_uint_eq(decoded.count, 1);
    ck_assert_int_eq(reason, REASON_NAMES_FULL);
    complaints()->close(state);
    names_destroy(context.names);
}
END_TEST

START_TEST(nothing_is_taken_for_complaints_by_its_content)
{
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        ck_assert_ptr_ne(decoder_detect(cases[i].input, strlen(cases[i].input)), complaints());
    ck_assert_ptr_nonnull(complaints());
    ck_assert(complaints()->is_for_feeds);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode/complaints");
    TCase *tests = tcase_create("complaints");
    tcase_add_loop_test(tests, an_input_becomes_these_complaints_and_rejects, 0, ARRAY_COUNT(cases));
    tcase_add_test(tests, csv_and_ndjson_say_the_same);
    tcase_add_loop_test(tests, an_input_without_all_columns_cannot_be_used, 0, ARRAY_COUNT(unusable));
    tcase_add_test(tests, a_sender_that_finds_no_room_in_the_table_of_names_is_a_reason);
    tcase_add_test(tests, nothing_is_taken_for_complaints_by_its_content);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
