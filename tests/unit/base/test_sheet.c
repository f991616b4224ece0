/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/sheet.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct sheet_column columns[] = {{"number", true}, {"owner", false}, {"kind", false}};
enum { NUMBER, OWNER, KIND };

static char path[64];
static struct error error;

static void set_up(void)
{
    snprintf(path, sizeof(path), "/tmp/simsieve-sheet-XXXXXX");
    const int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void tear_down(void)
{
    unlink(path);
}

static struct sheet *open_bytes(const char *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
    return sheet_open(path, columns, ARRAY_COUNT(columns), &error);
}

static struct sheet *open_text(const char *text)
{
    return open_bytes(text, strlen(text));
}

static void assert_field(const struct sheet *sheet, size_t column, const char *wanted)
{
    const struct slice field = sheet_field(sheet, column);
    ck_assert_uint_eq(field.length, strlen(wanted));
    ck_assert_int_eq(memcmp(field.bytes, wanted, field.length), 0);
}

static void assert_row(struct sheet *sheet, uint64_t line, const char *number, const char *owner,
                       const char *kind)
{
    ck_assert_int_eq(sheet_next(sheet, &error), SHEET_ROW);
    ck_assert_uint_eq(sheet_line(sheet), line);
    assert_field(sheet, NUMBER, number);
    assert_field(sheet, OWNER, owner);
    assert_field(sheet, KIND, kind);
}

static void assert_bad_row(struct sheet *sheet, uint64_t line, const char *reason)
{
    char where[96];
    ck_assert_int_eq(sheet_next(sheet, &error), SHEET_BAD_ROW);
    ck_assert_uint_eq(sheet_line(sheet), line);
    snprintf(where, sizeof(where), "%s:%llu: ", path, (unsigned long long)line);
    ck_assert_msg(strncmp(error.text, where, strlen(where)) == 0, "%s", error.text);
    ck_assert_msg(strstr(error.text, reason) != NULL, "%s", error.text);
}

START_TEST(columns_come_in_any_order_and_may_be_missing)
{
    struct sheet *sheet = open_text("kind,number\nhotline,113\n,114\n");
    assert_row(sheet, 2, "113", "", "hotline");
    assert_row(sheet, 3, "114", "", "");
    ck_assert_int_eq(sheet_next(sheet, &error), SHEET_END);
    ck_assert_int_eq(sheet_next(sheet, &error), SHEET_END);
    ck_assert_str_eq(sheet_unknown_columns(sheet), "");
    ck_assert_uint_eq(sheet_bytes(sheet), strlen("kind,number\nhotline,113\n,114\n"));
    sheet_close(sheet);
}
END_TEST

START_TEST(what_spreadsheets_do_is_forgiven)
{
    struct sheet *sheet = open_text("\xEF\xBB\xBFnote, number ,colour,owner\r\n"
                                    "\r\n"
                                    "x,113,red,\"Công an, \"\"113\"\"\"\r\n"
                                    ",,,\r\n"
                                    "   \r\n"
                                    "y,114,,\"two\r\nlines\"\r\n"
                                    "z, 115 ,,last");
    ck_assert_str_eq(sheet_unknown_columns(sheet), "note, colour");
    assert_row(sheet, 3, "113", "Công an, \"113\"", "");
    assert_row(sheet, 6, "114", "two\r\nlines", "");
    assert_row(sheet, 8, "115", "last", "");
    ck_assert_int_eq(sheet_next(sheet, &error), SHEET_END);
    sheet_close(sheet);
}
END_TEST

START_TEST(a_bad_row_is_named_and_the_next_one_is_read)
{
    static const char text[] = "number,owner\n"
                               "1,a\n"
                               "2\n"
                               "3,b,c\n"
                               "4,a \"quoted\" word\n"
                               "5,\"closed\" late\n"
                               "6,\xC3\n"
                               "7,\xC3,\xA9\n"
                               "8,\0\n"
                               "9,x\r10,y\n"
                               "11,z\n";
    struct sheet *sheet = open_bytes(text, sizeof(text) - 1);
    assert_row(sheet, 2, "1", "a", "");
    assert_bad_row(sheet, 3, "1 fields where the header has 2");
    assert_bad_row(sheet, 4, "3 fields where the header has 2");
    assert_bad_row(sheet, 5, "quote");
    assert_bad_row(sheet, 6, "quote");
    assert_bad_row(sheet, 7, "UTF-8");
    assert_bad_row(sheet, 8, "3 fields");
    assert_bad_row(sheet, 9, "UTF-8");
    assert_bad_row(sheet, 10, "carriage return");
    assert_row(sheet, 11, "11", "z", "");
    ck_assert_int_eq(sheet_next(sheet, &error), SHEET_END);
    sheet_close(sheet);
}
END_TEST

START_TEST(half_a_character_is_not_completed_by_the_next_field)
{
    struct sheet *sheet = open_text("number,owner\n\xC3,\xA9\n");
    assert_bad_row(sheet, 2, "UTF-8");
    sheet_close(sheet);
}
END_TEST

static const struct {
    const char *text, *reason;
} refused[] = {
    {"", "empty"},
    {"\n\n", "empty"},
    {"owner,kind\n113,x\n", ":1: no column 'number'"},
    {"\nNumber\n113\n", ":2: no column 'number'"},
    {"number,owner,number\n", ":1: column 3 has the name of an earlier one"},
    {"number,\n", ":1: column 2 has no name"},
    {"number,owner \xFF\n", ":1: the header is no UTF-8"},
    {"number,\"owner\n113,x\n", ":1: a quote that does not close"},
    {"number,owner\r113,x\r", ":1: a bare carriage return"},
};

START_TEST(a_file_without_a_usable_header_is_refused)
{
    ck_assert_ptr_null(open_text(refused[_i].text));
    ck_assert_int_eq(error.class, ERROR_CONFIG);
    ck_assert_msg(strstr(error.text, refused[_i].reason) != NULL, "%s", error.text);
    ck_assert_int_eq(strncmp(error.text, path, strlen(path)), 0);
}
END_TEST

START_TEST(a_quote_that_never_closes_ends_the_reading)
{
    struct sheet *sheet = open_text("number,owner\n113,a\n114,\"b\n115,c\n");
    assert_row(sheet, 2, "113", "a", "");
    ck_assert_int_eq(sheet_next(sheet, &error), SHEET_FAILED);
    ck_assert_int_eq(error.class, ERROR_CONFIG);
    ck_assert_msg(strstr(error.text, ":3: a quote that does not close") != NULL, "%s", error.text);
    sheet_close(sheet);
}
END_TEST

/* "number,owner\n113," and `count` letters, in quotes and over many lines if `line_bytes` is not 0. */
static struct sheet *open_long(size_t count, size_t line_bytes)
{
    const size_t capacity = count + 64;
    char *bytes = malloc(capacity);
    ck_assert_ptr_nonnull(bytes);
    size_t length = (size_t)snprintf(bytes, capacity, "number,owner\n113,%s", line_bytes ? "\"" : "");
    for (size_t i = 0; i < count; i++)
        bytes[length++] = line_bytes && i % line_bytes == line_bytes - 1 ? '\n' : 'x';
    length += (size_t)snprintf(bytes + length, capacity - length, "%s\n114,y\n", line_bytes ? "\"" : "");
    struct sheet *sheet = open_bytes(bytes, length);
    free(bytes);
    return sheet;
}

START_TEST(a_row_has_at_most_65536_bytes)
{
    const size_t fitting = SHEET_ROW_BYTES_MAX - strlen("113,\n");
    struct sheet *sheet = open_long(fitting, 0);
    ck_assert_int_eq(sheet_next(sheet, &error), SHEET_ROW);
    ck_assert_uint_eq(sheet_field(sheet, OWNER).length, fitting);
    assert_row(sheet, 3, "114", "y", "");
    sheet_close(sheet);

    sheet = open_long(fitting + 1, 0);
    ck_assert_int_eq(sheet_next(sheet, &error), SHEET_FAILED);
    ck_assert_msg(strstr(error.text, ":2: a row above 65536 bytes") != NULL, "%s", error.text);
    sheet_close(sheet);

    sheet = open_long(fitting - 2, 100); /* two quotes */
    ck_assert_int_eq(sheet_next(sheet, &error), SHEET_ROW);
    sheet_close(sheet);
    sheet = open_long(fitting - 1, 100);
    ck_assert_int_eq(sheet_next(sheet, &error), SHEET_FAILED);
    ck_assert_msg(strstr(error.text, ":2: a row above 65536 bytes") != NULL, "%s", error.text);
    sheet_close(sheet);
}
END_TEST

START_TEST(a_header_has_at_most_64_columns)
{
    char bytes[1024];
    struct text text = text_over(bytes, sizeof(bytes));
    text_add(&text, "number");
    for (int i = 1; i < SHEET_COLUMNS_MAX; i++)
        text_add(&text, ",c%d", i);
    struct sheet *sheet = open_text(bytes);
    ck_assert_ptr_nonnull(sheet);
    ck_assert_int_eq(sheet_next(sheet, &error), SHEET_END);
    sheet_close(sheet);
    text_add(&text, ",c64");
    ck_assert_ptr_null(open_text(bytes));
    ck_assert_int_eq(error.class, ERROR_CONFIG);
    ck_assert_msg(strstr(error.text, "65 columns; at most 64") != NULL, "%s", error.text);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_no_input)
{
    ck_assert_ptr_null(sheet_open("/tmp/no/such/sheet.csv", columns, ARRAY_COUNT(columns), &error));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
    ck_assert_ptr_null(sheet_open("/tmp", columns, ARRAY_COUNT(columns), &error));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
    sheet_close(NULL);
}
END_TEST

START_TEST(rows_across_reads_keep_their_lines)
{
    enum { ROWS = 20000 };
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    fprintf(file, "number,owner\r\n");
    for (int i = 0; i < ROWS; i++)
        fprintf(file, "%d,%0*d\r\n", i, i % 50 + 1, 7);
    ck_assert_int_eq(fclose(file), 0);
    struct sheet *sheet = sheet_open(path, columns, ARRAY_COUNT(columns), &error);
    bool is_right = true;
    for (uint64_t i = 0; i < ROWS; i++) {
        uint64_t value = ROWS;
        is_right &= sheet_next(sheet, &error) == SHEET_ROW && sheet_line(sheet) == i + 2;
        const struct slice number = sheet_field(sheet, NUMBER);
        is_right &= text_parse_u64(number.bytes, number.length, ROWS, &value) && value == i;
        is_right &= sheet_field(sheet, OWNER).length == i % 50 + 1;
    }
    ck_assert(is_right);
    ck_assert_int_eq(sheet_next(sheet, &error), SHEET_END);
    sheet_close(sheet);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/sheet");
    TCase *tests = tcase_create("sheet");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, columns_come_in_any_order_and_may_be_missing);
    tcase_add_test(tests, what_spreadsheets_do_is_forgiven);
    tcase_add_test(tests, a_bad_row_is_named_and_the_next_one_is_read);
    tcase_add_test(tests, half_a_character_is_not_completed_by_the_next_field);
    tcase_add_loop_test(tests, a_file_without_a_usable_header_is_refused, 0, ARRAY_COUNT(refused));
    tcase_add_test(tests, a_quote_that_never_closes_ends_the_reading);
    tcase_add_test(tests, a_row_has_at_most_65536_bytes);
    tcase_add_test(tests, a_header_has_at_most_64_columns);
    tcase_add_test(tests, a_file_that_cannot_be_read_is_no_input);
    tcase_add_test(tests, rows_across_reads_keep_their_lines);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
