/* SPDX-License-Identifier: Apache-2.0
 * Messages as inputs: a decoder that was reset knows nothing of the last one, and columns may come from outside. */
#include "decoding.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define LINE "mo_call,1733702400000,0912345678,0987654321\n"
#define JSON "{\"type\":\"mo_call\",\"time\":1733702400000,\"a\":\"0912345678\",\"b\":\"0987654321\"}\n"

/* What came out of one message. */
struct outcome {
    enum error_class class;
    size_t records, rejects;
    uint64_t first_line;
    uint64_t a;
};

static void count(void *owner, enum reason reason, uint64_t line, const char *bytes, size_t length)
{
    struct outcome *outcome = owner;
    (void)reason, (void)bytes, (void)length;
    if (outcome->rejects++ == 0 && outcome->records == 0)
        outcome->first_line = line;
}

static struct outcome decode(const struct decoder *decoder, void *state, const char *message, size_t length)
{
    struct cdr records[16];
    struct outcome outcome = {.class = ERROR_OK};
    struct decoded decoded = {
        .records = records, .capacity = ARRAY_COUNT(records), .reject = count, .owner = &outcome};
    struct error error;
    for (size_t at = 0, consumed; at < length && !outcome.class; at += consumed) {
        outcome.class = decoder->decode(state, message + at, length - at, true, &decoded, &consumed, &error);
        if (!outcome.class && outcome.records == 0 && decoded.count > 0) {
            outcome.first_line = outcome.rejects ? outcome.first_line : records[0].line;
            outcome.a = records[0].a;
        }
        outcome.records += outcome.class ? 0 : decoded.count;
    }
    return outcome;
}

static const struct {
    const char *format, *columns, *before, *message;
} cases[] = {
    {"csv", NULL, "type,time,a,b\n" LINE, "type,time,a,b\n" LINE LINE},
    {"csv", NULL, "type,time,a,b\n" LINE, "time,type,b,a\n1733702400000,mo_call,0987654321,0912345678\n"},
    {"csv", NULL, "type,time,a,b\n" LINE, LINE},
    {"csv", NULL, "type,time,a,b\nmo_call,\"", "type,time,a,b\n" LINE},
    {"csv", "type,time,a,b", LINE LINE, LINE},
    {"csv", "type,time,a,b", "time,type,b,a\n1733702400000,mo_call,0987654321,0912345678\n", LINE "x\n" LINE},
    {"csv", "type,time,a,b", "type,time,a,b,duration\nmo_call,1733702400000,0912345678,0987654321,9\n", LINE},
    {"ndjson", NULL, JSON "{\n", JSON JSON},
};

/* A line above the limit, whose end does not come. */
static char *long_line(void)
{
    char *line = malloc(DECODE_RECORD_BYTES_MAX + 1);
    memset(line, 'x', DECODE_RECORD_BYTES_MAX);
    line[DECODE_RECORD_BYTES_MAX] = 0;
    return line;
}

static void *open_state(const struct decoder *decoder, const char *columns)
{
    struct error error;
    void *state = columns ? decoder->open_columns(decoding_context(), "message", columns, &error)
                          : decoder->open(decoding_context(), "message", &error);
    ck_assert_msg(state != NULL, "%s", error.text);
    return state;
}

START_TEST(a_decoder_that_was_reset_is_as_new)
{
    const struct decoder *decoder = decoder_by_name(cases[_i].format, &(const char *){NULL});
    const char *message = cases[_i].message;
    char *too_long = long_line();
    const char *const befores[] = {cases[_i].before, too_long};
    void *fresh = open_state(decoder, cases[_i].columns), *used = open_state(decoder, cases[_i].columns);
    const struct outcome wanted = decode(decoder, fresh, message, strlen(message));
    for (size_t i = 0; i < ARRAY_COUNT(befores); i++) {
        decode(decoder, used, befores[i], strlen(befores[i]));
        decoder->reset(used);
        const struct outcome got = decode(decoder, used, message, strlen(message));
        ck_assert_int_eq(got.class, wanted.class);
        ck_assert_uint_eq(got.records, wanted.records);
        ck_assert_uint_eq(got.rejects, wanted.rejects);
        ck_assert_uint_eq(got.first_line, wanted.first_line);
        ck_assert_uint_eq(got.a, wanted.a);
    }
    decoder->close(fresh);
    decoder->close(used);
    free(too_long);
}
END_TEST

START_TEST(columns_from_outside_are_a_header)
{
    const struct decoder *csv = decoder_by_name("csv", &(const char *){NULL});
    void *state = open_state(csv, "b, time ,type,note,a");
    const struct outcome outcome = decode(csv, state, "0987654321,1733702400000,mo_call,x,0912345678", 45);
    ck_assert_uint_eq(outcome.records, 1);
    ck_assert_uint_eq(outcome.first_line, 1);
    csv->close(state);
}
END_TEST

static const struct {
    const char *columns, *says;
} wrongs[] = {
    {"type,time,a", "no column \"b\""},
    {"type,time,a,b,b", "\"b\" twice"},
    {"", "no column"},
    {"type;time;a;b", "separated by ';'"},
};

START_TEST(columns_that_are_no_header_are_refused)
{
    struct error error;
    const struct decoder *csv = decoder_by_name("csv", &(const char *){NULL});
    ck_assert_ptr_null(csv->open_columns(decoding_context(), "message", wrongs[_i].columns, &error));
    ck_assert_int_eq(error.class, ERROR_DATA);
    ck_assert_msg(strstr(error.text, wrongs[_i].says) != NULL, "%s", error.text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("messages");
    TCase *tests = tcase_create("messages");
    tcase_add_loop_test(tests, a_decoder_that_was_reset_is_as_new, 0, ARRAY_COUNT(cases));
    tcase_add_test(tests, columns_from_outside_are_a_header);
    tcase_add_loop_test(tests, columns_that_are_no_header_are_refused, 0, ARRAY_COUNT(wrongs));
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
