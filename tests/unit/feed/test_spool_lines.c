/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../src/feed/spool_lines.h"

#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static char name_of_any_bytes[SPOOL_NAME_BYTES];

static const struct {
    enum spool_line_kind kind;
    uint64_t ordinal;
    struct spool_entry entry;
    const char *text;
} lines[] = {
    {SPOOL_LINE_TAKEN,
     7,
     {.name = (char[]){"a, b%.csv"},
      .identity = {81220, -5, 5512},
      .content = {81220, 0xfedcba9876543210u, 0x0123456789abcdefu},
      .first = 3},
     "t,7,81220,0123456789abcdeffedcba9876543210,-5,5512,3,a%2c%20b%25.csv"},
    {SPOOL_LINE_TAKEN,
     UINT64_MAX - 1,
     {.name = name_of_any_bytes,
      .identity = {UINT64_MAX, INT64_MAX, UINT64_MAX},
      .content = {UINT64_MAX, 0, 1},
      .first = UINT32_MAX},
     NULL},
    {SPOOL_LINE_READ, 0, {.items = 812, .rest = 811}, "f,0,812,811"},
    {SPOOL_LINE_SAME, 7, {.identity = {0, 1733706060000000000, 5513}}, "s,7,1733706060000000000,5513"},
    {SPOOL_LINE_PLACE, 7, {.place = SPOOL_ARCHIVED}, "d,7,archived"},
    {SPOOL_LINE_PLACE, 7, {.place = SPOOL_GONE}, "d,7,gone"},
    {SPOOL_LINE_NEXT, 8, {.name = NULL}, "n,8"},
};

START_TEST(a_line_says_what_was_written)
{
    char line[1280];
    struct text text = text_over(line, sizeof(line));
    enum spool_line_kind kind;
    uint64_t ordinal;
    struct spool_entry entry;
    for (size_t i = 0; i < sizeof(name_of_any_bytes) - 1; i++)
        name_of_any_bytes[i] = (char)(i + 1);
    const struct spool_entry *wanted = &lines[_i].entry;
    spool_line_add(&text, lines[_i].kind, lines[_i].ordinal, wanted);
    ck_assert(!text.is_cut);
    if (lines[_i].text)
        ck_assert_str_eq(line, lines[_i].text);
    ck_assert(spool_line_parse(line, &kind, &ordinal, &entry));
    ck_assert_int_eq(kind, lines[_i].kind);
    ck_assert_uint_eq(ordinal, lines[_i].ordinal);
    ck_assert(spool_identity_equal(&entry.identity, &wanted->identity));
    ck_assert(spool_content_equal(&entry.content, &wanted->content));
    ck_assert_uint_eq(entry.first, wanted->first);
    ck_assert_uint_eq(entry.items, wanted->items);
    ck_assert_uint_eq(entry.rest, wanted->rest);
    ck_assert_int_eq(entry.place, wanted->place);
    ck_assert_int_eq(entry.name != NULL, wanted->name != NULL);
    if (entry.name)
        ck_assert_str_eq(entry.name, wanted->name);
}
END_TEST

#define HASH "0123456789abcdeffedcba9876543210"

static const char *const wrong_lines[] = {
    "",
    "t",
    "x,1",
    "tt,7,1," HASH ",1,1,0,a",
    "t,7,1," HASH ",1,1,0",
    "t,7,1," HASH ",1,1,0,a,b",
    "t,-7,1," HASH ",1,1,0,a",
    "t,7,,,1,1,0,a",
    "t,7,1,0123,1,1,0,a",
    "t,7,1,0123456789ABCDEFfedcba9876543210,1,1,0,a",
    "t,7,1," HASH ",--1,1,0,a",
    "t,7,1," HASH ",9223372036854775808,1,0,a",
    "t,7,1," HASH ",1,1,0,",
    "t,7,1," HASH ",1,1,0,a%",
    "t,7,1," HASH ",1,1,0,a%2",
    "t,7,1," HASH ",1,1,0,a%2G",
    "t,7,1," HASH ",1,1,0,a%00b",
    "f,7,1",
    "f,7,1,2,3",
    "f,7,1,x",
    "s,7,1",
    "s,7,x,1",
    "d,7",
    "d,7,lost",
    "d,7,archived,1",
    "n",
    "n,",
    "n,1,2",
    "n,18446744073709551616",
};

START_TEST(a_line_that_nobody_writes_is_refused)
{
    char line[256];
    enum spool_line_kind kind;
    uint64_t ordinal;
    struct spool_entry entry;
    snprintf(line, sizeof(line), "%s", wrong_lines[_i]);
    ck_assert_msg(!spool_line_parse(line, &kind, &ordinal, &entry), "%s", wrong_lines[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("feed/spool_lines");
    TCase *tests = tcase_create("lines");
    tcase_add_loop_test(tests, a_line_says_what_was_written, 0, ARRAY_COUNT(lines));
    tcase_add_loop_test(tests, a_line_that_nobody_writes_is_refused, 0, ARRAY_COUNT(wrong_lines));
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
