/* SPDX-License-Identifier: Apache-2.0 */
#include "decoding.h"
#include "suite.h"
#include "workdir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "type,time,a,b\n"
#define TIME   "2024-12-09T08:15:30Z"
#define CALL   "mo_call," TIME ",0912345678,0987654321"
#define SMS    "mt_sms," TIME ",VIETCOMBANK,0912345678"
#define WINDOW DECODE_RECORD_BYTES_MAX

static const struct decoder *csv(void)
{
    const char *nearest;
    return decoder_by_name("csv", &nearest);
}

static struct decoding run(const char *bytes, size_t length)
{
    struct decoding decoding;
    decoding_run(&decoding, csv(), bytes, length, length + 1, 1000);
    return decoding;
}

/* What an input becomes: an "r" a record and the reason's word a reject, each with its line. */
static const struct {
    const char *input;
    size_t records;
    const char *rejects; /* "line:reason " in order */
} cases[] = {
    {HEADER CALL "\n", 1, ""},
    {HEADER CALL "\n" SMS "\n", 2, ""},
    {HEADER CALL, 1, ""},
    {HEADER, 0, ""},
    {"", 0, ""},
    {" \n\r\n\t\n", 0, ""},
    {"\xEF\xBB\xBF" HEADER CALL "\n", 1, ""},
    {"\xEF\xBB\xBF", 0, ""},
    {"\n \n" HEADER "\n\n" CALL "\n \t\r\n" CALL "\n\n", 2, ""},
    {"type,time,a,b\r\n" CALL "\r\n" SMS "\r\n", 2, ""},
    {"type,time,a,b\r\n" CALL "\n" SMS "\r", 2, ""},
    {"b,a,time,type\n0987654321,0912345678," TIME ",mo_call\n", 1, ""},
    {" type , time,\ta,b \n mo_call , " TIME " ,\t0912345678 , 0987654321 \n", 1, ""},
    {"type,time,a,b,outcome,duration\n" CALL ",,\n" CALL ",answered,5\n", 2, ""},
    {"note,type,time,a,b,x1\nhi," CALL ",\n", 1, ""},
    {"type,time,a,b,\n" CALL ",\n", 1, ""},
    /* quotes */
    {"\"type\",\"time\",\"a\",\"b\"\n\"mo_call\",\"" TIME "\",\"0912345678\",\"0987654321\"\n", 1, ""},
    {HEADER "\"mo_call\"," TIME ",0912345678,0987654321", 1, ""},
    {"type,time,a,b,note\n" CALL ",\"one, \"\"two\"\"\"\n" CALL ",\"\"\n", 2, ""},
    {"type,time,a,b,note\n" CALL ",\"first\nsecond\r\n\nfourth\"\n" CALL ",x\n", 2, ""},
    {"type,time,a,b,note\r\n" CALL ",\"first\r\nsecond\"\r\n" CALL ",x\r\n", 2, ""},
    {"type,time,a,b,note\n\"mo_call\",\"" TIME "\",\"0912345678\",\"0987654321\",\"\"\"one\"\"\ntwo\"\n", 1,
     ""},
    {"type,time,a,\"b\n\",b\n" CALL ",0912345678\n", 1, ""},
    {HEADER CALL "\"\n" CALL "\n", 1, "2:quote "},
    {HEADER "mo\"call" TIME ",1,2\n" CALL "\n", 1, "2:quote "},
    {HEADER "\"mo_call\"x," TIME ",0912345678,0987654321\n" CALL "\n", 1, "2:quote "},
    {HEADER "\"" CALL "\n" CALL "\n" CALL "\n", 2, "2:quote "},
    {HEADER "\"" CALL "\n" CALL "\n\"" CALL "\n" CALL "\n", 2, "2:quote 4:quote "},
    {HEADER CALL "\n\"", 1, "3:quote "},
    {HEADER CALL "\n\"\n\n", 1, "3:quote "},
    /* a stray quote in each of two lines pairs up over the good line between them */
    {"type,time,a,b,note\n" CALL ",5\" pipe\n" CALL ",ok\n" CALL ",6\" pipe\n" CALL ",ok\n", 2,
     "2:quote 4:quote "},
    /* a quoted field over two lines in a record that does not decode: the first line is given up alone */
    {"type,time,a,b,note\nmo_fax," TIME ",0912345678,0987654321,\"x\n" CALL ",y\"\n", 0, "2:quote 3:quote "},
    {"type,time,a,b,note\n" CALL ",\"x\n\xFF\"\n", 0, "2:quote 3:not_utf8 "},
    /* reasons of text and of fields */
    {HEADER CALL ",\n", 0, "2:field_count "},
    {HEADER "mo_call," TIME ",0912345678\n", 0, "2:field_count "},
    {HEADER "\"mo_call\"," TIME ",0912345678\n", 0, "2:field_count "},
    {HEADER "x\n" CALL "\n", 1, "2:field_count "},
    {HEADER "mo_fax," TIME ",0912345678,0987654321\n", 0, "2:type_unknown "},
    {HEADER "\"mo_fax\"," TIME ",0912345678,0987654321\n", 0, "2:type_unknown "},
    {HEADER ",,,\n", 0, "2:type_missing "},
    {HEADER "mo_call,2024-12-09,0912345678,0987654321\n" CALL "\n", 1, "2:time_malformed "},
    {HEADER "mo_call," TIME ",0912345678\r,0987654321\n", 0, "2:a_character "},
    {HEADER "mo_call," TIME ",\xFF,0987654321\n" CALL "\n", 1, "2:not_utf8 "},
    {"type,time,a,b,note\n" CALL ",Hà Nội\n" CALL ",\xC3\n", 1, "3:not_utf8 "},
    /* headers again */
    {HEADER CALL "\n" HEADER CALL "\n", 2, ""},
    {HEADER CALL "\n\xEF\xBB\xBF" HEADER CALL "\n", 2, ""},
    {HEADER CALL "\n\"type\",time,a,b\r\n" CALL "\n", 2, ""},
    {HEADER CALL "\nb,a,time,type,trunk\n0987654321,0912345678," TIME ",mo_call,T\n", 2, ""},
    {HEADER CALL "\ntype,time,a,c\n" CALL "\n", 2, "3:type_unknown "},
    {HEADER CALL "\ntype,time,a,b,a\n" CALL "\n", 2, "3:field_count "},
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
    ck_assert_msg(decoding.class == ERROR_OK, "%s", decoding.error.text);
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
        decoding_run(&cut, csv(), input, strlen(input), pieces[i], i + 1);
        ck_assert(decoding_equal(&whole, &cut));
        decoding_fini(&cut);
    }
    decoding_fini(&whole);
}
END_TEST

static const struct {
    const char *input;
    const char *error;
} unusable[] = {
    {"type,time,a\n" CALL "\n",
     "test-input:1: no column \"b\" in the header; required are type, time, a and b"},
    {"\n\ntyp,time,a,b\n",
     "test-input:3: no column \"type\" in the header, the nearest is \"typ\"; required are type, time, a and b"},
    {"time,a,b,Type\n",
     "test-input:1: no column \"type\" in the header, the nearest is \"Type\"; required are type, time, a and b"},
    {"type;time;a;b\n", "test-input:1: no column \"type\": the header is separated by ';', write commas; "
                        "required are type, time, a and b"},
    {"type\ttime\ta\tb\n", "test-input:1: no column \"type\": the header is separated by TAB, write commas; "
                           "required are type, time, a and b"},
    {"type,time,a,b\rmo_call,1,2,3\r",
     "test-input:1: no column \"b\": lines end in CR alone, write LF or CRLF; "
     "required are type, time, a and b"},
    {CALL "\n", "test-input:1: no column \"type\" in the header; required are type, time, a and b"},
    {"type,time,a,b,a\n", "test-input:1: the header has the column \"a\" twice"},
    {"type,time,a,b,\"note\n",
     "test-input:1: the header line is damaged: a quoted field that does not close, or "
     "text after its closing quote (RFC 4180)"},
    {"type,time,a,b,\xFF\n",
     "test-input:1: the header line is damaged: bytes that are no UTF-8: convert the export"},
};

START_TEST(a_header_without_what_is_required_makes_the_input_unusable)
{
    struct decoding decoding = run(unusable[_i].input, strlen(unusable[_i].input));
    ck_assert_int_eq(decoding.class, ERROR_DATA);
    ck_assert_str_eq(decoding.error.text, unusable[_i].error);
    ck_assert_uint_eq(decoding.record_count + decoding.reject_count, 0);
    decoding_fini(&decoding);
}
END_TEST

START_TEST(a_nul_byte_costs_its_line_only)
{
    static const char input[] = HEADER "mo_call," TIME ",09123\0"
                                       "45678,0987654321\n" CALL "\n";
    struct decoding decoding = run(input, sizeof(input) - 1);
    ck_assert_uint_eq(decoding.record_count, 1);
    ck_assert_uint_eq(decoding.records[0].line, 3);
    ck_assert_uint_eq(decoding.reject_count, 1);
    ck_assert_int_eq(decoding.rejects[0].reason, REASON_NUL_BYTE);
    ck_assert_uint_eq(decoding.rejects[0].length,
                      strlen("mo_call," TIME ",09123") + 1 + strlen("45678,0987654321"));
    decoding_fini(&decoding);
}
END_TEST

/* HEADER, a line of `length` bytes `fill` that begins with `start`, CALL. Returns the input's length. */
static size_t with_long_line(char *input, const char *start, char fill, size_t length)
{
    size_t at = 0;
    memcpy(input, HEADER, strlen(HEADER));
    at += strlen(HEADER);
    memset(input + at, fill, length);
    memcpy(input + at, start, strlen(start));
    at += length;
    memcpy(input + at, "\n" CALL "\n", strlen("\n" CALL "\n"));
    return at + strlen("\n" CALL "\n");
}

static const struct {
    size_t length;
    enum reason reason;
} long_lines[] = {
    {WINDOW - 2, REASON_FIELD_COUNT},   {WINDOW - 1, REASON_FIELD_COUNT}, {WINDOW, REASON_LINE_TOO_LONG},
    {WINDOW + 1, REASON_LINE_TOO_LONG}, {1u << 20, REASON_LINE_TOO_LONG},
};

START_TEST(a_line_above_the_limit_is_one_reject_and_the_next_line_decodes)
{
    static const size_t pieces[] = {997, WINDOW - 1, WINDOW, WINDOW + 1, 1u << 21};
    char *input = malloc((1u << 20) + 1024);
    const size_t length = with_long_line(input, "x", 'x', long_lines[_i].length);
    for (size_t i = 0; i < ARRAY_COUNT(pieces); i++) {
        struct decoding decoding;
        decoding_run(&decoding, csv(), input, length, pieces[i], 2);
        ck_assert_uint_eq(decoding.record_count, 1);
        ck_assert_uint_eq(decoding.records[0].line, 3);
        ck_assert_uint_eq(decoding.reject_count, 1);
        ck_assert_int_eq(decoding.rejects[0].reason, long_lines[_i].reason);
        ck_assert_uint_eq(decoding.rejects[0].line, 2);
        ck_assert_uint_eq(decoding.rejects[0].length, u64_min(long_lines[_i].length, WINDOW));
        decoding_fini(&decoding);
    }
    free(input);
}
END_TEST

START_TEST(a_header_above_the_limit_makes_the_input_unusable)
{
    char *input = calloc(1, WINDOW + 10);
    memset(input, ',', WINDOW + 9);
    struct decoding decoding = run(input, WINDOW + 9);
    ck_assert_int_eq(decoding.class, ERROR_DATA);
    ck_assert_ptr_nonnull(strstr(decoding.error.text, "above 65,536 bytes"));
    decoding_fini(&decoding);
    memcpy(input, "type,time,a,b", 13);
    input[300] = '\n'; /* 291 columns */
    decoding = run(input, WINDOW);
    ck_assert_int_eq(decoding.class, ERROR_DATA);
    ck_assert_ptr_nonnull(strstr(decoding.error.text, "291 columns, the limit is 256"));
    decoding_fini(&decoding);
    free(input);
}
END_TEST

START_TEST(a_quoted_record_may_fill_the_window_and_no_more)
{
    static const char header[] = "type,time,a,b,note\n";
    static const char start[] = CALL ",\"";
    for (size_t over = 0; over < 2; over++) {
        /* the record: start, many lines, closing quote and newline */
        const size_t record_bytes = WINDOW + over;
        char *input = malloc(record_bytes + 1024);
        size_t at = sizeof(header) - 1;
        memcpy(input, header, at);
        memset(input + at, '\n', record_bytes);
        memcpy(input + at, start, sizeof(start) - 1);
        input[at + record_bytes - 2] = '"';
        at += record_bytes;
        memcpy(input + at, CALL ",\n", strlen(CALL ",\n"));
        at += strlen(CALL ",\n");
        struct decoding whole = run(input, at), cut;
        ck_assert_uint_eq(whole.record_count, over ? 1 : 2);
        ck_assert_uint_eq(whole.reject_count, over ? 2 : 0); /* the first line, and the quote at the end */
        decoding_run(&cut, csv(), input, at, 4096, 1000);
        ck_assert(decoding_equal(&whole, &cut));
        decoding_fini(&cut);
        decoding_fini(&whole);
        free(input);
    }
}
END_TEST

START_TEST(a_stray_quote_costs_one_line_of_many)
{
    enum { LINES = 3000 };
    char *input = malloc(LINES * 64 + 64);
    size_t at = (size_t)sprintf(input, HEADER "\"");
    for (size_t i = 0; i < LINES; i++)
        at += (size_t)sprintf(input + at, CALL "\n");
    struct decoding decoding = run(input, at);
    ck_assert_uint_eq(decoding.record_count, LINES - 1);
    ck_assert_uint_eq(decoding.reject_count, 1);
    ck_assert_int_eq(decoding.rejects[0].reason, REASON_QUOTE);
    ck_assert_str_eq(decoding.rejects[0].bytes, "\"" CALL);
    decoding_fini(&decoding);
    free(input);
}
END_TEST

START_TEST(records_know_their_lines_and_values)
{
    static const char input[] = "note,type,time,a,b,switch,seq\r\n"
                                "\"two\nlines\"," CALL ",\"the \"\"best\"\"\",7\r\n"
                                "\r\n"
                                "," SMS ",MSC,18446744073709551615\r\n";
    struct decoding decoding = run(input, sizeof(input) - 1);
    ck_assert_uint_eq(decoding.record_count, 2);
    const struct cdr *call = &decoding.records[0], *sms = &decoding.records[1];
    ck_assert_uint_eq(call->line, 2);
    ck_assert_uint_eq(sms->line, 5);
    ck_assert_str_eq(names_text(decoding.names, call->switch_name), "the \"best\"");
    ck_assert_uint_eq(call->seq, 7);
    ck_assert_uint_eq(call->a, number_make(NUMBER_MOBILE, 84912345678));
    ck_assert_int_eq(number_kind(sms->a), NUMBER_SENDER);
    ck_assert_str_eq(names_text(decoding.names, number_value(sms->a)), "VIETCOMBANK");
    ck_assert_uint_eq(sms->seq, UINT64_MAX);
    decoding_fini(&decoding);
}
END_TEST

START_TEST(a_capacity_of_zero_takes_nothing)
{
    struct error error;
    size_t consumed = 1;
    void *state = csv()->open(decoding_context(), "test-input", &error);
    struct decoded decoded = {.capacity = 0};
    ck_assert_int_eq(csv()->decode(state, HEADER, strlen(HEADER), true, &decoded, &consumed, &error),
                     ERROR_OK);
    ck_assert_uint_eq(consumed, 0);
    csv()->close(state);
    csv()->close(NULL);
}
END_TEST

START_TEST(an_unknown_column_is_named_once_in_a_process)
{
    static const char input[] = "type,time,a,b,colour\n" CALL ",red\n";
    workdir_open();
    workdir_capture();
    for (size_t i = 0; i < 3; i++) {
        struct decoding decoding = run(input, sizeof(input) - 1);
        decoding_fini(&decoding);
    }
    char *log = workdir_captured();
    workdir_close();
    const char *first = strstr(log, "test-input: unknown column \"colour\"");
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_null(strstr(strchr(first, '\n'), "unknown column"));
    free(log);
}
END_TEST

static const struct {
    const char *bytes;
    int certainty;
} looks[] = {
    {"type,time,a,b\n", 100},
    {"b,a,time,type,more", 100},
    {"\xEF\xBB\xBF\n\n\"a\",\"b\",\"time\",\"type\"\r\n", 100},
    {"type;time;a;b\n", 100}, /* its error says what is wrong with it */
    {"type,time,caller\n", 50},
    {CALL "\n", 25},
    {"number,agency,province\n", 0},
    {"{\"type\":\"mo_call\",\"time\":1,\"a\":\"1\",\"b\":\"2\"}\n", 0},
    {"", 0},
    {"\n\n", 0},
};

START_TEST(a_header_is_recognised)
{
    ck_assert_int_eq(csv()->detect(looks[_i].bytes, strlen(looks[_i].bytes)), looks[_i].certainty);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode/csv");
    TCase *tests = tcase_create("csv");
    tcase_add_loop_test(tests, an_input_becomes_these_records_and_rejects, 0, ARRAY_COUNT(cases));
    tcase_add_loop_test(tests, pieces_make_no_difference, 0, ARRAY_COUNT(cases));
    tcase_add_loop_test(tests, a_header_without_what_is_required_makes_the_input_unusable, 0,
                        ARRAY_COUNT(unusable));
    tcase_add_test(tests, a_nul_byte_costs_its_line_only);
    tcase_add_loop_test(tests, a_line_above_the_limit_is_one_reject_and_the_next_line_decodes, 0,
                        ARRAY_COUNT(long_lines));
    tcase_add_test(tests, a_header_above_the_limit_makes_the_input_unusable);
    tcase_add_test(tests, a_quoted_record_may_fill_the_window_and_no_more);
    tcase_add_test(tests, a_stray_quote_costs_one_line_of_many);
    tcase_add_test(tests, records_know_their_lines_and_values);
    tcase_add_test(tests, a_capacity_of_zero_takes_nothing);
    tcase_add_test(tests, an_unknown_column_is_named_once_in_a_process);
    tcase_add_loop_test(tests, a_header_is_recognised, 0, ARRAY_COUNT(looks));
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
