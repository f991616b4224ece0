/* SPDX-License-Identifier: Apache-2.0
 * One physical line at a time goes into libcsv, so that at most one row comes out of each step and its line is
 * known. */
#include "simsieve/base/sheet.h"

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ABSENT SIZE_MAX

struct sheet {
    int fd;
    char *path;
    const struct sheet_column *columns;
    size_t column_count;
    uint64_t file_bytes;
    size_t header_count;
    size_t positions[SHEET_COLUMNS_MAX]; /* of a wanted column in the file's rows, or ABSENT */
    char unknown_columns[512];

    struct csv_parser parser;
    bool has_parser;

    uint64_t lines_read;
    uint64_t row_line;
    bool in_row;     /* libcsv holds the beginning of a row */
    bool has_row;    /* libcsv has given a whole row, in `row` and `fields` */
    bool is_doubled; /* and another one from the same line */

    struct slice fields[SHEET_COLUMNS_MAX];
    size_t field_count; /* may be above SHEET_COLUMNS_MAX; the rest is not kept */
    size_t row_length;
    size_t row_bytes_read;

    size_t input_begin, input_end;
    bool at_end;
    char input[SHEET_ROW_BYTES_MAX];
    char row[SHEET_ROW_BYTES_MAX + 1]; /* fields, each with a comma after it */
};

static void on_field(void *bytes, size_t length, void *owner)
{
    struct sheet *sheet = owner;
    if (sheet->has_row)
        return;
    if (sheet->field_count < SHEET_COLUMNS_MAX) {
        CHECK(length < sizeof(sheet->row) - sheet->row_length);
        char *copy = sheet->row + sheet->row_length;
        memcpy(copy, bytes, length);
        copy[length] = ',';
        sheet->fields[sheet->field_count] = (struct slice){copy, length};
        sheet->row_length += length + 1;
    }
    sheet->field_count++;
}

static void on_row(int terminator, void *owner)
{
    struct sheet *sheet = owner;
    (void)terminator;
    sheet->is_doubled = sheet->has_row;
    sheet->has_row = true;
    sheet->in_row = false;
}

static void drop_parser(struct sheet *sheet)
{
    if (!sheet->has_parser)
        return;
    if (sheet->parser.entry_buf)
        sodium_memzero(sheet->parser.entry_buf, sheet->parser.entry_size);
    csv_free(&sheet->parser);
    sheet->has_parser = false;
}

/* libcsv cannot go on after an error. */
static void renew_parser(struct sheet *sheet)
{
    drop_parser(sheet);
    CHECK(csv_init(&sheet->parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
    csv_set_blk_size(&sheet->parser, SHEET_ROW_BYTES_MAX + 1); /* never moved, so one buffer to wipe */
    sheet->has_parser = true;
    sheet->in_row = false;
}

static bool fill(struct sheet *sheet, struct error *error)
{
    memmove(sheet->input, sheet->input + sheet->input_begin, sheet->input_end - sheet->input_begin);
    sheet->input_end -= sheet->input_begin;
    sheet->input_begin = 0;
    while (sheet->input_end < sizeof(sheet->input)) {
        const ssize_t count =
            read(sheet->fd, sheet->input + sheet->input_end, sizeof(sheet->input) - sheet->input_end);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            error_set(error, ERROR_NO_INPUT, "%s: cannot be read: %s", sheet->path, strerror(errno));
            return false;
        }
        if (count == 0) {
            sheet->at_end = true;
            return true;
        }
        sheet->input_end += (size_t)count;
        if (memchr(sheet->input, '\n', sheet->input_end))
            return true;
    }
    return true;
}

static bool too_long(struct sheet *sheet, struct error *error)
{
    error_set(error, ERROR_CONFIG, "%s:%llu: a row above %u bytes; does a quote close that it opens?",
              sheet->path, (unsigned long long)sheet->row_line, SHEET_ROW_BYTES_MAX);
    return false;
}

/* The next physical line with its newline; length 0 at the end of the file. */
static bool next_line(struct sheet *sheet, struct slice *line, struct error *error)
{
    const char *begin = sheet->input + sheet->input_begin;
    const char *newline = memchr(begin, '\n', sheet->input_end - sheet->input_begin);
    if (!newline && !sheet->at_end) {
        if (!fill(sheet, error))
            return false;
        begin = sheet->input;
        newline = memchr(begin, '\n', sheet->input_end);
    }
    if (!sheet->in_row) {
        sheet->row_line = sheet->lines_read + 1;
        sheet->row_bytes_read = 0;
    }
    if (!newline && !sheet->at_end)
        return too_long(sheet, error);
    line->bytes = begin;
    line->length =
        newline ? (size_t)(newline - begin) + 1 : sheet->input_end - (size_t)(begin - sheet->input);
    sheet->input_begin = (size_t)(begin - sheet->input) + line->length;
    sheet->lines_read += line->length > 0;
    sheet->row_bytes_read += line->length;
    if (sheet->row_bytes_read > SHEET_ROW_BYTES_MAX)
        return too_long(sheet, error);
    return true;
}

static enum sheet_state bad_row(struct sheet *sheet, struct error *error, const char *reason)
{
    error_set(error, ERROR_CONFIG, "%s:%llu: %s", sheet->path, (unsigned long long)sheet->row_line, reason);
    return SHEET_BAD_ROW;
}

/* The end of the file: the last row may lack its newline. */
static enum sheet_state finish(struct sheet *sheet, struct error *error)
{
    if (csv_fini(&sheet->parser, on_field, on_row, sheet) != 0) {
        error_set(error, ERROR_CONFIG, "%s:%llu: a quote that does not close", sheet->path,
                  (unsigned long long)sheet->row_line);
        return SHEET_FAILED;
    }
    return sheet->has_row ? SHEET_ROW : SHEET_END;
}

/* Feeds lines until a row is whole. */
static enum sheet_state read_row(struct sheet *sheet, struct error *error)
{
    sheet->has_row = sheet->is_doubled = false;
    sheet->field_count = sheet->row_length = 0;
    while (!sheet->has_row) {
        struct slice line;
        if (!next_line(sheet, &line, error))
            return SHEET_FAILED;
        if (line.length == 0)
            return finish(sheet, error);
        sheet->in_row = true;
        if (csv_parse(&sheet->parser, line.bytes, line.length, on_field, on_row, sheet) != line.length) {
            renew_parser(sheet);
            return bad_row(sheet, error,
                           "a quote where none belongs (RFC 4180: a quoted field is quoted whole)");
        }
        if (!sheet->has_row && sheet->field_count == 0 && sheet->parser.pstate == 0)
            sheet->in_row = false; /* a blank line */
    }
    if (sheet->is_doubled) {
        renew_parser(sheet);
        return bad_row(sheet, error, "a bare carriage return: save the file with LF or CRLF line ends");
    }
    return SHEET_ROW;
}

static bool is_blank(const struct sheet *sheet)
{
    return sheet->row_length == sheet->field_count;
}

enum sheet_state sheet_next(struct sheet *sheet, struct error *error)
{
    enum sheet_state state;
    do {
        state = read_row(sheet, error);
        if (state != SHEET_ROW)
            return state;
    } while (is_blank(sheet));
    if (sheet->field_count != sheet->header_count) {
        error_set(error, ERROR_CONFIG, "%s:%llu: %zu fields where the header has %zu", sheet->path,
                  (unsigned long long)sheet->row_line, sheet->field_count, sheet->header_count);
        return SHEET_BAD_ROW;
    }
    if (!text_is_utf8(sheet->row, sheet->row_length))
        return bad_row(sheet, error, "bytes that are no UTF-8: convert the file");
    return SHEET_ROW;
}

static size_t wanted_column(const struct sheet *sheet, struct slice name)
{
    for (size_t i = 0; i < sheet->column_count; i++)
        if (strlen(sheet->columns[i].name) == name.length &&
            memcmp(sheet->columns[i].name, name.bytes, name.length) == 0)
            return i;
    return ABSENT;
}

static bool is_repeated(const struct sheet *sheet, size_t index)
{
    const struct slice name = sheet->fields[index];
    for (size_t i = 0; i < index; i++)
        if (sheet->fields[i].length == name.length &&
            memcmp(sheet->fields[i].bytes, name.bytes, name.length) == 0)
            return true;
    return false;
}

static enum error_class take_header(struct sheet *sheet, struct error *error)
{
    struct text unknown = text_over(sheet->unknown_columns, sizeof(sheet->unknown_columns));
    if (sheet->field_count > SHEET_COLUMNS_MAX)
        return error_set(error, ERROR_CONFIG, "%s:%llu: %zu columns; at most %u can be read", sheet->path,
                         (unsigned long long)sheet->row_line, sheet->field_count, SHEET_COLUMNS_MAX);
    sheet->header_count = sheet->field_count;
    for (size_t i = 0; i < sheet->field_count; i++) {
        const struct slice name = sheet->fields[i];
        if (name.length == 0 || is_repeated(sheet, i))
            return error_set(error, ERROR_CONFIG, "%s:%llu: column %zu has %s", sheet->path,
                             (unsigned long long)sheet->row_line, i + 1,
                             name.length ? "the name of an earlier one" : "no name");
        const size_t column = wanted_column(sheet, name);
        if (column != ABSENT)
            sheet->positions[column] = i;
        else
            text_add(&unknown, "%s%.*s", unknown.length ? ", " : "", (int)name.length, name.bytes);
    }
    for (size_t i = 0; i < sheet->column_count; i++)
        if (sheet->columns[i].is_required && sheet->positions[i] == ABSENT)
            return error_set(error, ERROR_CONFIG, "%s:%llu: no column '%s'; the first line must name it",
                             sheet->path, (unsigned long long)sheet->row_line, sheet->columns[i].name);
    return ERROR_OK;
}

static enum error_class read_header(struct sheet *sheet, struct error *error)
{
    if (!fill(sheet, error))
        return error->class;
    if (sheet->input_end >= 3 && memcmp(sheet->input, "\xEF\xBB\xBF", 3) == 0)
        sheet->input_begin = 3;
    switch (read_row(sheet, error)) {
    case SHEET_ROW:
        if (!text_is_utf8(sheet->row, sheet->row_length))
            return error_set(error, ERROR_CONFIG, "%s:%llu: the header is no UTF-8: convert the file",
                             sheet->path, (unsigned long long)sheet->row_line);
        return take_header(sheet, error);
    case SHEET_END:
        return error_set(error, ERROR_CONFIG, "%s:1: empty; the first line must name the columns",
                         sheet->path);
    default:
        return error->class;
    }
}

struct sheet *sheet_open(const char *path, const struct sheet_column *columns, size_t column_count,
                         struct error *error)
{
    struct stat status;
    CHECK(column_count <= SHEET_COLUMNS_MAX);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        error_set(error, ERROR_NO_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct sheet *sheet = calloc(1, sizeof(*sheet));
    CHECK(sheet);
    sheet->fd = fd;
    sheet->path = strdup(path);
    CHECK(sheet->path);
    sheet->columns = columns;
    sheet->column_count = column_count;
    /* Some file systems say 0 for what they make up as it is read. */
    sheet->file_bytes = S_ISREG(status.st_mode) && status.st_size > 0 ? (uint64_t)status.st_size : UINT64_MAX;
    for (size_t i = 0; i < column_count; i++)
        sheet->positions[i] = ABSENT;
    renew_parser(sheet);
    if (read_header(sheet, error) != ERROR_OK) {
        sheet_close(sheet);
        return NULL;
    }
    return sheet;
}

void sheet_close(struct sheet *sheet)
{
    if (!sheet)
        return;
    drop_parser(sheet);
    close(sheet->fd);
    free(sheet->path);
    sodium_memzero(sheet, sizeof(*sheet));
    free(sheet);
}

struct slice sheet_field(const struct sheet *sheet, size_t column)
{
    CHECK(column < sheet->column_count);
    const size_t position = sheet->positions[column];
    return position == ABSENT ? (struct slice){"", 0} : sheet->fields[position];
}

uint64_t sheet_line(const struct sheet *sheet)
{
    return sheet->row_line;
}

uint64_t sheet_bytes(const struct sheet *sheet)
{
    return sheet->file_bytes;
}

const char *sheet_unknown_columns(const struct sheet *sheet)
{
    return sheet->unknown_columns;
}
