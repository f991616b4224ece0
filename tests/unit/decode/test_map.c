/* SPDX-License-Identifier: Apache-2.0
 * Column maps: what is wrong with one is told with its place, and what tables become by them. */
#include "decoding.h"
#include "suite.h"

#include "simsieve/decode/column_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY 8

#define HEAD   "format: 1\nfields:\n"
#define OTHERS "  time: {column: t}\n  a: {column: a}\n  b: {column: b}\n"

static const struct {
    const char *map;
    const char *message; /* of the error; NULL: none */
} maps[] = {
    {HEAD "  type: {is: mo_call}\n" OTHERS, NULL},
    {HEAD "  type: {column: k, words: {V: mo_call, S: skip}, otherwise: skip}\n" OTHERS, NULL},
    {"format: 1\nheader: no\ncolumns: [t, a, b]\nfields:\n  type: {is: mo_call}\n" OTHERS, NULL},
    {"format: 1\nfields:\n  type: {is: mo_call}\n" OTHERS "header: no\ncolumns: [t, a, b]\n",
     NULL}, /* any order */
    /* the file */
    {"", "m:1:1: the file is empty"},
    {"format: 2\nfields:\n  type: {is: mo_call}\n" OTHERS, "m:1:1: format: '2': this program reads format 1"},
    {"fields: {}\n", "m:1:1: key 'format' is missing"},
    {"format: 1\n", "m:1:1: key 'fields' is missing"},
    {"format: 1\nfeilds: {}\n", "m:2:1: 'feilds' is no key; did you mean 'fields'?"},
    {"format: 1\nfields: []\n", "m:2:9: a map of keys is expected here"},
    {"format: 1\nformat: 1\n", "m:2:1: key 'format' is given twice"},
    {"format: 1\nseparator: x\nfields: {}\n", "m:2:12: separator: 'x' is none"},
    {"format: 1\nseparator: ';;'\nfields: {}\n", "m:2:12: separator: ';;' is none"},
    {"format: 1\nseparator: ''\nfields: {}\n", "m:2:12: separator: '' is none"},
    {"format: 1\nquotes: maybe\nfields: {}\n", "m:2:9: quotes: 'maybe' is neither yes nor no"},
    {"format: 1\nheader: no\nfields: {}\n", "m:1:1: 'header: no' needs 'columns'"},
    {"format: 1\ncolumns: [t]\nfields: {}\n", "m:1:1: 'columns' are for files without a header"},
    {"format: 1\nheader: no\ncolumns: [t, a, t]\nfields: {}\n", "m:3:17: columns: 't' is there twice"},
    {"format: 1\nheader: no\ncolumns: {t: a}\nfields: {}\n", "m:3:10: a text is expected here, not a map"},
    /* its fields */
    {HEAD "  type: {is: mo_call}\n  time: {column: t}\n  a: {column: a}\n", "m:3:3: field 'b' is missing"},
    {HEAD "  type: {is: mo_call}\n  duratoin: {column: d}\n" OTHERS,
     "m:4:3: 'duratoin' is no field; did you mean 'duration'?"},
    {HEAD "  type: {}\n" OTHERS, "m:3:9: type: a column, or 'is' with a fixed value, is missing"},
    {HEAD "  type: {is: mo_call, column: k}\n" OTHERS, "m:3:9: type: has a column and 'is'"},
    {HEAD "  type: {is: mo_cal}\n" OTHERS, "m:3:14: 'mo_cal' is no type; did you mean 'mo_call'?"},
    {HEAD "  type: {column: k, words: {V: voice}}\n" OTHERS, "m:3:32: 'voice' is no type"},
    {HEAD "  type: {column: k, words: {V: mo_call, V: mt_call}}\n" OTHERS, "m:3:41: key 'V' is given twice"},
    {HEAD "  type: {column: k, otherwise: skip}\n" OTHERS, "m:3:9: type: 'otherwise' without 'words'"},
    {HEAD "  type: {is: mo_call}\n  outcome: {is: answerd}\n" OTHERS,
     "m:4:17: 'answerd' is no outcome; did you mean 'answered'?"},
    {HEAD "  type: {column: }\n" OTHERS, "m:3:18: column: the name is empty"},
    {HEAD "  type: {column: [k, l, m, n, o]}\n" OTHERS, "m:3:31: column: more than 4 columns for one field"},
    {HEAD "  type: {colum: k}\n" OTHERS, "m:3:10: 'colum' is no key; did you mean 'column'?"},
    {"format: 1\nheader: no\ncolumns: [when, from, to]\nfields:\n  time: {column: wen}\n",
     "m:5:18: 'wen' is no column of this map; did you mean 'when'?"},
    {HEAD "  time: {is: 2025}\n", "m:3:14: is: a time cannot be the same in all records"},
    {HEAD "  time: {column: t, form: 'YYYY-MM-DD hh:mm:ss'}\n", "m:3:9: time: 'offset' is missing"},
    {HEAD "  time: {column: t, form: 'YYYY-MM-DD hh:mm', offset: '+07:00'}\n",
     "m:3:27: form: 'YYYY-MM-DD hh:mm' is none"},
    {HEAD "  time: {column: t, form: 'YYY-MM-DD hh:mm:ss', offset: '+07:00'}\n", "m:3:27: form:"},
    {HEAD "  time: {column: t, form: 'YYYY-MM-DD hh:mm:ss m', offset: '+07:00'}\n", "m:3:27: form:"},
    {HEAD "  time: {column: t, form: 'YYYY-MM-DD hh:mm:ss', offset: '7'}\n",
     "m:3:58: offset: '7' is none: write it as +07:00"},
    {HEAD "  time: {column: t, form: 'YYYY-MM-DD hh:mm:ss', offset: '+07:61'}\n", "m:3:58: offset:"},
    {HEAD "  time: {column: t, form: epoch_s, offset: '+07:00'}\n",
     "m:3:9: time: 'offset' belongs to a form of letters"},
    {HEAD "  a: {column: a, form: epoch_s}\n", "m:3:24: form: only time and duration have one"},
    {HEAD "  duration: {column: d, form: minutes}\n", "m:3:31: form: 'minutes' is none of a duration"},
};

START_TEST(a_map_is_taken_or_told_what_is_wrong_where)
{
    struct error error = {0};
    struct column_map *map = column_map_load_text("m", maps[_i].map, strlen(maps[_i].map), &error);
    if (maps[_i].message) {
        ck_assert_msg(!map, "%s", maps[_i].map);
        ck_assert_int_eq(error.class, ERROR_CONFIG);
        ck_assert_msg(strncmp(error.text, maps[_i].message, strlen(maps[_i].message)) == 0,
                      "%s\n  expected %s\n  found    %s", maps[_i].map, maps[_i].message, error.text);
    } else {
        ck_assert_msg(map != NULL, "%s: %s", maps[_i].map, error.text);
    }
    column_map_destroy(map);
}
END_TEST

/* Begins, an item `count` times, ends. */
static char *repeat(const char *begin, const char *item, unsigned count, const char *end)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    fputs(begin, out);
    for (unsigned i = 0; i < count; i++)
        fprintf(out, item, i);
    fputs(end, out);
    fclose(out);
    return text;
}

START_TEST(limits_are_told)
{
    static const struct {
        const char *begin, *item, *end;
        unsigned limit;
        const char *message;
    } limits[] = {
        {HEAD "  type: {is: mo_call}\n" OTHERS "  trunk: {column: k, words: {", "w%u: x, ", "}}\n", 64,
         "words: more than 64"},
        {"format: 1\nheader: no\ncolumns: [t, a, b, ", "c%u, ", "]\nfields:\n  type: {is: mo_call}\n" OTHERS,
         253, "columns: more than 256"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(limits); i++)
        for (unsigned over = 0; over < 2; over++) {
            struct error error = {0};
            char *text = repeat(limits[i].begin, limits[i].item, limits[i].limit + over, limits[i].end);
            struct column_map *map = column_map_load_text("m", text, strlen(text), &error);
            ck_assert((map == NULL) == over);
            ck_assert(!over || strstr(error.text, limits[i].message));
            column_map_destroy(map);
            free(text);
        }
}
END_TEST

START_TEST(a_file_that_is_not_there_is_told)
{
    struct error error;
    ck_assert_ptr_null(column_map_load("tests/fixtures/none.yaml", &error));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
}
END_TEST

/* ---- tables ---- */

static void check_table(const struct column_map *map, const char *table, size_t piece, const char *expected)
{
    struct decoding decoding;
    decoding_context()->map = map;
    decoding_run(&decoding, decoder_by_name("map", &(const char *){NULL}), table, strlen(table), piece,
                 CAPACITY);
    char *found = decoding.class ? strdup(decoding.error.text) : decoding_outcome(&decoding);
    ck_assert_msg(strcmp(found, expected) == 0, "%s\n  expected %s\n  found    %s", table, expected, found);
    free(found);
    decoding_fini(&decoding);
}

static void check_text(const char *map_text, const char *table, const char *expected)
{
    struct error error = {0};
    struct column_map *map = column_map_load_text("m", map_text, strlen(map_text), &error);
    ck_assert_msg(map != NULL, "%s: %s", map_text, error.text);
    check_table(map, table, strlen(table) + 1, expected);
    check_table(map, table, 1, expected);
    column_map_destroy(map);
}

#define RECORD \
    "{\"type\":\"mo_call\",\"time\":\"2025-03-14T09:26:50+07:00\",\"a\":\"84981234567\",\"b\":\"84912345678\"}"
#define TABLE "t,a,b\n2025-03-14T09:26:50+07:00,0981234567,0912345678\n"
#define CALLS HEAD "  type: {is: mo_call}\n" OTHERS

static const struct {
    const char *map, *table, *expected;
} tables[] = {
    {CALLS, TABLE, RECORD},
    {CALLS, "b,x,t,a\n0912345678,,2025-03-14T09:26:50+07:00,0981234567\n", RECORD},
    {CALLS, "\xEF\xBB\xBFt,a,b\r\n\r\n 2025-03-14T09:26:50+07:00 , 0981234567,0912345678 \r\n", RECORD},
    {CALLS, "\"t\",a,b\n\"2025-03-14T09:26:50+07:00\",0981234567,\"0912345678\"", RECORD},
    {CALLS, TABLE TABLE, RECORD " | " RECORD}, /* concatenated files */
    {CALLS, TABLE "2025-03-14T09:26:50+07:00,0981234567\n", RECORD " | 3:field_count"},
    {CALLS, TABLE "2025-03-14T09:26:50+07:00,0981234567,0912345678,\n", RECORD " | 3:field_count"},
    {CALLS, TABLE "2025-03-14T09:26:50+07:00,0981234567,\"0912345678\n", RECORD " | 3:quote"},
    {CALLS, TABLE "2025-03-14T09:26:50+07:00,0981234567,091234567\xC8\n", RECORD " | 3:not_utf8"},
    {CALLS, TABLE "yesterday,0981234567,0912345678\n", RECORD " | 3:time_malformed"},
    {CALLS, "t;a;b\n1;2;3\n",
     "test-input:1: the header has no column \"t\" of m (it has 1 columns; is ',' between them?)"},
    {CALLS, "t,a,c\n",
     "test-input:1: the header has no column \"b\" of m (it has 3 columns; is ',' between them?)"},
    {CALLS, "t,a,\"b\n",
     "test-input:1: the header line is damaged: a quoted field that does not close, or text after its closing quote (RFC 4180)"},
    {"format: 1\nseparator: ';'\nfields:\n  type: {is: mo_call}\n" OTHERS,
     "t;a;b\n2025-03-14T09:26:50+07:00;\"0981234567\";0912345678\n", RECORD},
    {"format: 1\nseparator: tab\nquotes: no\nheader: no\ncolumns: [t, a, x, b]\nfields:\n  type: {is: mo_call}\n" OTHERS,
     "2025-03-14T09:26:50+07:00\t0981234567\t\"\t0912345678\tmore\n2025-03-14T09:26:50+07:00\t0981234567\t0912345678\n",
     RECORD " | 2:field_count"},
    {HEAD "  type: {column: k, words: {V: mo_call, LU: skip}}\n" OTHERS,
     "k,t,a,b\nV,2025-03-14T09:26:50+07:00,0981234567,0912345678\nLU,,,\nX,,,\n,,,\n",
     RECORD " | 3:not_call_or_sms | 4:type_unknown | 5:type_missing"},
    {HEAD "  type: {column: k, words: {V: mo_call, '': mo_call}, otherwise: skip}\n" OTHERS,
     "k,t,a,b\n,2025-03-14T09:26:50+07:00,0981234567,0912345678\nX,,,\n", RECORD " | 3:not_call_or_sms"},
    {HEAD
     "  type: {is: mo_call}\n  time: {column: t}\n  a: {column: a, after: 'sip:', before: '@'}\n  b: {column: [b, c]}\n",
     "t,a,b,c\n2025-03-14T09:26:50+07:00,<sip:+84981234567@pbx>,,0912345678\n2025-03-14T09:26:50+07:00,0981234567,0912345678,5656\n",
     RECORD " | " RECORD},
};

START_TEST(a_table_becomes_records_by_its_map)
{
    check_text(tables[_i].map, tables[_i].table, tables[_i].expected);
}
END_TEST

static const struct {
    const char *form, *text, *time; /* as it comes out; NULL: refused */
} times[] = {
    {"form: 'YYYY-MM-DD hh:mm:ss', offset: '+07:00'", "2025-03-14 09:26:50", "2025-03-14T09:26:50+07:00"},
    {"form: 'YYYY-MM-DD hh:mm:ss', offset: '+00:00'", "2025-03-14 02:26:50", "2025-03-14T09:26:50+07:00"},
    {"form: 'YYYY-MM-DD hh:mm:ss', offset: '+07:00'", "2025-03-14 09:26:50.1239",
     "2025-03-14T09:26:50.123+07:00"},
    {"form: 'YYYY-MM-DD hh:mm:ss', offset: '+07:00'", "2025-03-14 09:26:50.5",
     "2025-03-14T09:26:50.500+07:00"},
    {"form: 'D/M/YYYY h:mm:ss', offset: '+07:00'", "14/3/2025 9:26:50", "2025-03-14T09:26:50+07:00"},
    {"form: 'DD/MM/YY hh:mm:ss', offset: '+07:00'", "14/03/25 09:26:50", "2025-03-14T09:26:50+07:00"},
    {"form: 'YYYYMMDDhhmmss', offset: '+07:00'", "20250314092650", "2025-03-14T09:26:50+07:00"},
    {"form: epoch_s", "1741919210", "2025-03-14T09:26:50+07:00"},
    {"form: epoch_s", "1741919210.25", "2025-03-14T09:26:50.250+07:00"},
    {"form: 'YYYY-MM-DD hh:mm:ss', offset: '+07:00'", "2025-03-14 09:26", NULL},
    {"form: 'YYYY-MM-DD hh:mm:ss', offset: '+07:00'", "2025-03-14T09:26:50", NULL},
    {"form: 'YYYY-MM-DD hh:mm:ss', offset: '+07:00'", "2025-3-14 09:26:50", NULL},
    {"form: 'YYYY-MM-DD hh:mm:ss', offset: '+07:00'", "2025-13-14 09:26:50", NULL},
    {"form: 'YYYY-MM-DD hh:mm:ss', offset: '+07:00'", "2025-03-14 09:26:50 PM", NULL},
    {"form: 'YYYY-MM-DD hh:mm:ss', offset: '+07:00'", "2025-03-14 09:26:50.", NULL},
    {"form: epoch_s", "1741919210s", NULL},
    {"form: epoch_s", "174191921000", NULL},
    {"form: epoch_s", ".5", NULL},
};

START_TEST(times_are_read_as_they_are_written)
{
    char map[512], table[256], expected[512];
    snprintf(map, sizeof(map),
             HEAD "  type: {is: mo_call}\n  time: {column: t, %s}\n  a: {column: a}\n  b: {column: b}\n",
             times[_i].form);
    snprintf(table, sizeof(table), "t,a,b\n%s,0981234567,0912345678\n", times[_i].text);
    snprintf(expected, sizeof(expected),
             "{\"type\":\"mo_call\",\"time\":\"%s\",\"a\":\"84981234567\",\"b\":\"84912345678\"}",
             times[_i].time ? times[_i].time : "");
    check_text(map, table, times[_i].time ? expected : "2:time_malformed");
}
END_TEST

static const struct {
    const char *form, *text, *seconds; /* NULL: refused */
} durations[] = {
    {"", "61", "61"},
    {", form: ms", "60001", "61"},
    {", form: ms", "0", "0"},
    {", form: clock", "01:01", "61"},
    {", form: clock", "1:00:01", "3601"},
    {", form: clock", "0:00:00", "0"},
    {", form: ms", "1.5", NULL},
    {", form: ms", "-1", NULL},
    {", form: clock", "61", NULL},
    {", form: clock", "1:60", NULL},
    {", form: clock", "1:00:00:00", NULL},
    {", form: clock", "1:", NULL},
    {", form: clock", ":1", NULL},
};

START_TEST(durations_are_read_as_they_are_written)
{
    char map[512], table[256], expected[512];
    snprintf(map, sizeof(map), CALLS "  duration: {column: d%s}\n", durations[_i].form);
    snprintf(table, sizeof(table), "t,a,b,d\n2025-03-14T09:26:50+07:00,0981234567,0912345678,%s\n",
             durations[_i].text);
    snprintf(expected, sizeof(expected), "%.*s,\"duration\":%s}", (int)strlen(RECORD) - 1, RECORD,
             durations[_i].seconds ? durations[_i].seconds : "");
    check_text(map, table, durations[_i].seconds ? expected : "2:duration");
}
END_TEST

START_TEST(without_a_map_the_format_cannot_be_opened)
{
    const struct decode_context context = {.numbering = decoding_context()->numbering,
                                           .names = decoding_context()->names};
    const struct decoder *decoder = decoder_by_name("map", &(const char *){NULL});
    struct error error = {0};
    ck_assert_ptr_null(decoder->open(&context, "x", &error));
    ck_assert_int_eq(error.class, ERROR_USAGE);
    ck_assert_int_eq(decoder->detect("t,a,b\n", 6), 0);
}
END_TEST

/* ---- the maps that ship ---- */

static const struct {
    const char *path, *table, *expected;
} shipped[] = {
    {"conf/maps/asterisk.yaml",
     "\"\",\"0981234567\",\"0912345678\",\"from-internal\",\"\"\"An, B\"\" <0981234567>\",\"SIP/1-1\",\"SIP/t-2\",\"Dial\",\"SIP/t,30\","
     "\"2025-03-14 09:26:50\",\"2025-03-14 09:26:55\",\"2025-03-14 09:27:03\",13,8,\"ANSWERED\",\"DOCUMENTATION\"\n"
     "\"\",\"0981234567\",\"19001234\",\"c\",\"x\",\"y\",\"z\",\"Dial\",\"\",\"2025-03-14 09:26:50\",\"\",\"2025-03-14 09:27:03\",13,0,"
     "\"NO ANSWER\",\"DOCUMENTATION\",\"1741919210.1\",\"\"\n"
     "\"\",\"0981234567\",\"19001234\"\n",
     "{\"type\":\"mo_call\",\"time\":\"2025-03-14T09:26:50+07:00\",\"a\":\"84981234567\",\"b\":\"84912345678\",\"outcome\":\"answered\","
     "\"duration\":8,\"switch\":\"asterisk\"} | {\"type\":\"mo_call\",\"time\":\"2025-03-14T09:26:50+07:00\",\"a\":\"84981234567\","
     "\"b\":\"19001234\",\"outcome\":\"no_answer\",\"duration\":0,\"switch\":\"asterisk\"} | 3:field_count"},
    {"conf/maps/freeswitch.yaml",
     "\"An\",\"0981234567\",\"0912345678\",\"default\",\"2025-03-14 09:26:50\",\"2025-03-14 09:26:55\",\"2025-03-14 09:27:03\",\"13\",\"8\","
     "\"NORMAL_CLEARING\",\"u1\",\"u2\",\"\"\n"
     "\"An\",\"sip:0981234567@pbx\",\"0912345678\",\"default\",\"2025-03-14 09:26:50\",\"\",\"2025-03-14 09:27:03\",\"13\",\"0\",\"USER_BUSY\","
     "\"u1\",\"\",\"\"\n",
     "{\"type\":\"mo_call\",\"time\":\"2025-03-14T09:26:50+07:00\",\"a\":\"84981234567\",\"b\":\"84912345678\",\"duration\":8,"
     "\"switch\":\"freeswitch\"} | {\"type\":\"mo_call\",\"time\":\"2025-03-14T09:26:50+07:00\",\"a\":\"84981234567\",\"b\":\"84912345678\","
     "\"outcome\":\"busy\",\"duration\":0,\"switch\":\"freeswitch\"}"},
    {"conf/maps/smpp-gateway.yaml",
     "1|SUBMIT|VIETTEL|84912345678||0|ok|2025-03-14 09:30:00|2025-03-14 09:30:01|smsc1|OTP|0|1|||x|Your \"code|\n"
     "2|DELIVER|84912345678|VIETTEL||1|ok|2025-03-14 09:30:05||smsc1|OTP|0|1|||x|\n"
     "3|SUBMIT|VIETTEL|84912345678||0|no||2025-03-14 09:30:01|smsc1|OTP|8|1|||x|\n",
     "{\"type\":\"mt_sms\",\"time\":\"2025-03-14T09:30:00+07:00\",\"a\":\"VIETTEL\",\"b\":\"84912345678\",\"outcome\":\"delivered\","
     "\"switch\":\"smsc1\"} | {\"type\":\"mt_sms\",\"time\":\"2025-03-14T09:30:01+07:00\",\"a\":\"VIETTEL\",\"b\":\"84912345678\","
     "\"outcome\":\"failed\",\"switch\":\"smsc1\"} | 2:not_call_or_sms"},
};

START_TEST(the_maps_that_ship_read_what_they_are_for)
{
    struct error error = {0};
    struct column_map *map = column_map_load(shipped[_i].path, &error);
    ck_assert_msg(map != NULL, "%s", error.text);
    check_table(map, shipped[_i].table, SIZE_MAX / 2, shipped[_i].expected);
    check_table(map, shipped[_i].table, 1, shipped[_i].expected);
    column_map_destroy(map);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode/map");
    TCase *tests = tcase_create("map");
    tcase_add_loop_test(tests, a_map_is_taken_or_told_what_is_wrong_where, 0, ARRAY_COUNT(maps));
    tcase_add_test(tests, limits_are_told);
    tcase_add_test(tests, a_file_that_is_not_there_is_told);
    tcase_add_loop_test(tests, a_table_becomes_records_by_its_map, 0, ARRAY_COUNT(tables));
    tcase_add_loop_test(tests, times_are_read_as_they_are_written, 0, ARRAY_COUNT(times));
    tcase_add_loop_test(tests, durations_are_read_as_they_are_written, 0, ARRAY_COUNT(durations));
    tcase_add_test(tests, without_a_map_the_format_cannot_be_opened);
    tcase_add_loop_test(tests, the_maps_that_ship_read_what_they_are_for, 0, ARRAY_COUNT(shipped));
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
