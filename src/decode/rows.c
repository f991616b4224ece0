/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include "cells.h"
#include "lines.h"
#include "notice.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define INTEGER_TEXT_BYTES 32

/* What the first line of an input has shown it to be. */
enum form { FORM_UNKNOWN, FORM_CSV, FORM_JSON };

struct rows {
    const struct row_kind *kind;
    const struct decode_context *context;
    char *input;
    struct lines lines;
    struct cells cells;
    enum form form;
    size_t column_count;                  /* of the header; 0: it has not been read */
    uint8_t column_field[CELL_COUNT_MAX]; /* kind->field_count for a column nobody knows */
    /* The texts of the present row by field; the one behind them takes unknown columns. */
    struct slice fields[ROW_FIELDS_MAX + 1];
    char integer_texts[ROW_FIELDS_MAX][INTEGER_TEXT_BYTES];
};

void rows_reset(void *state)
{
    struct rows *rows = state;
    rows->lines = lines_start();
    rows->form = FORM_UNKNOWN;
    rows->column_count = 0;
}

void *rows_open(const struct row_kind *kind, const struct decode_context *context, const char *input)
{
    struct rows *rows = calloc(1, sizeof(*rows));
    CHECK(rows && kind->field_count <= ROW_FIELDS_MAX);
    rows->kind = kind;
    rows->context = context;
    rows->input = strdup(input);
    CHECK(cells_init(&rows->cells, ',') && rows->input);
    rows_reset(rows);
    return rows;
}

void rows_close(void *state)
{
    struct rows *rows = state;
    if (!rows)
        return;
    cells_fini(&rows->cells);
    free(rows->input);
    free(rows);
}

/* The field of a column or key; the count of fields when it is none. */
static unsigned field_of(const struct row_kind *kind, struct slice name)
{
    unsigned field = 0;
    while (field < kind->field_count && (strlen(kind->column(field)) != name.length ||
                                         memcmp(kind->column(field), name.bytes, name.length) != 0))
        field++;
    return field;
}

/* What the fields say, into `cdr`. */
static enum reason decode_row(struct rows *rows, struct cdr *cdr)
{
    for (unsigned field = 0; field < rows->kind->field_count; field++)
        rows->fields[field] = slice_trim(rows->fields[field]);
    return rows->kind->decode(rows->context, rows->fields, cdr);
}

/* ---- CSV ---- */

static enum reason cut_line(struct rows *rows, struct slice line)
{
    struct cells *cells = &rows->cells;
    if (!memchr(line.bytes, '"', line.length))
        cells_cut_plain(cells, line.bytes, line.length);
    else if (!cells_cut_quoted(cells, line))
        return REASON_QUOTE;
    return REASON_NONE;
}

/* The cells as the header of the input; false when they are none. */
static bool take_header(struct rows *rows)
{
    const struct row_kind *kind = rows->kind;
    const struct cells *cells = &rows->cells;
    unsigned seen = 0;
    if (cells->count > CELL_COUNT_MAX)
        return false;
    for (size_t i = 0; i < cells->count; i++) {
        const unsigned field = field_of(kind, slice_trim(cells->texts[i]));
        if (field < kind->field_count && seen >> field & 1)
            return false;
        seen |= 1u << field;
        rows->column_field[i] = (uint8_t)field;
    }
    if (kind->required & ~seen)
        return false;
    rows->column_count = cells->count;
    return true;
}

static void notice_columns(const struct rows *rows)
{
    for (size_t i = 0; i < rows->column_count; i++) {
        const struct slice name = slice_trim(rows->cells.texts[i]);
        if (rows->column_field[i] == rows->kind->field_count && name.length > 0)
            notice_unknown(rows->input, name);
    }
}

/* Whether the cells, as many as columns, are the header again, which a concatenation left in the middle. */
static bool is_header(const struct rows *rows)
{
    size_t i = 0;
    while (i < rows->column_count &&
           field_of(rows->kind, slice_trim(rows->cells.texts[i])) == rows->column_field[i])
        i++;
    return i == rows->column_count;
}

static enum error_class read_header(struct rows *rows, enum reason reason, struct error *error)
{
    const unsigned long long number = rows->lines.number;
    if (reason)
        return error_set(error, ERROR_DATA, "%s:%llu: the header line is damaged: %s", rows->input, number,
                         reason_meaning(reason));
    if (!take_header(rows))
        return error_set(
            error, ERROR_DATA,
            "%s:%llu: no header of %s: it needs %s and no column twice, with commas between them, at most %d",
            rows->input, number, rows->kind->name, rows->kind->needs, CELL_COUNT_MAX);
    notice_columns(rows);
    return ERROR_OK;
}

static enum reason decode_cells(struct rows *rows, struct cdr *cdr)
{
    const struct cells *cells = &rows->cells;
    if (cells->count != rows->column_count)
        return REASON_FIELD_COUNT;
    memset(rows->fields, 0, sizeof(rows->fields));
    for (size_t i = 0; i < cells->count; i++)
        rows->fields[rows->column_field[i]] = cells->texts[i];
    return decode_row(rows, cdr);
}

/* ---- NDJSON ---- */

static enum reason value_text(struct rows *rows, unsigned field, const json_t *value)
{
    struct text integer = text_over(rows->integer_texts[field], INTEGER_TEXT_BYTES);
    switch (json_typeof(value)) {
    case JSON_STRING:
        rows->fields[field] = (struct slice){json_string_value(value), json_string_length(value)};
        return REASON_NONE;
    case JSON_INTEGER:
        text_add(&integer, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        rows->fields[field] = (struct slice){integer.data, integer.length};
        return REASON_NONE;
    case JSON_NULL:
        return REASON_NONE;
    default:
        return REASON_JSON_VALUE;
    }
}

static enum reason read_object(struct rows *rows, json_t *object)
{
    const char *key;
    json_t *value;
    memset(rows->fields, 0, sizeof(rows->fields));
    json_object_foreach(object, key, value)
    {
        const struct slice name = {key, strlen(key)};
        const unsigned field = field_of(rows->kind, name);
        if (field == rows->kind->field_count)
            notice_unknown(rows->input, name);
        else if (value_text(rows, field, value))
            return REASON_JSON_VALUE;
    }
    return REASON_NONE;
}

static enum reason decode_object(struct rows *rows, struct slice line, struct cdr *cdr)
{
    json_error_t error;
    enum reason reason = REASON_JSON;
    json_t *object = json_loadb(line.bytes, line.length, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(object))
        reason = read_object(rows, object);
    if (!reason)
        reason = decode_row(rows, cdr);
    json_decref(object);
    return reason;
}

/* ---- both ---- */

static enum form form_of(struct slice line)
{
    line = slice_trim(line);
    return line.length > 0 && line.bytes[0] == '{' ? FORM_JSON : FORM_CSV;
}

/* A whole line: a header, a row into the next record, or a reject. */
static enum error_class take_line(struct rows *rows, struct slice line, enum reason reason,
                                  struct decoded *decoded, struct error *error)
{
    struct cdr *cdr = &decoded->records[decoded->count];
    if (rows->form == FORM_UNKNOWN)
        rows->form = form_of(line);
    const bool is_csv = rows->form == FORM_CSV;
    if (!reason)
        reason = line_check(line.bytes, line.length);
    if (!reason)
        reason = is_csv ? cut_line(rows, line) : decode_object(rows, line, cdr);
    if (is_csv && rows->column_count == 0)
        return read_header(rows, reason, error);
    if (is_csv && !reason) {
        reason = decode_cells(rows, cdr);
        if (reason && reason != REASON_FIELD_COUNT && is_header(rows))
            return ERROR_OK;
    }
    if (reason) {
        decoded->reject(decoded->owner, reason, rows->lines.number, line.bytes, line.length);
    } else {
        cdr->line = rows->lines.number;
        decoded->count++;
    }
    return ERROR_OK;
}

enum error_class rows_decode(void *state, const char *bytes, size_t length, bool is_last,
                             struct decoded *decoded, size_t *consumed, struct error *error)
{
    struct rows *rows = state;
    decoded->count = 0;
    *consumed = 0;
    while (*consumed < length && decoded->count < decoded->capacity) {
        struct line line;
        const enum line_status status =
            lines_next(&rows->lines, bytes + *consumed, length - *consumed, is_last, &line);
        if (status == LINE_MORE)
            break;
        if (status == LINE_READY || status == LINE_TOO_LONG) {
            const enum reason reason = status == LINE_READY ? REASON_NONE : REASON_LINE_TOO_LONG;
            if (take_line(rows, (struct slice){line.bytes, line.length}, reason, decoded, error))
                return error->class;
            rows->lines.number += status == LINE_READY;
        }
        *consumed += line.consumed;
    }
    return ERROR_OK;
}

int rows_detect(const char *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    return 0;
}
