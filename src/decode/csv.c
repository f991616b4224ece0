/* SPDX-License-Identifier: Apache-2.0
 * Canonical CSV (csv.md). A line of plain ASCII without quotes takes the fast path: cut where it lies, nothing
 * copied. Whatever the fast path does not turn into a record is done again on the careful path, which knows
 * quotes, repeated headers and reasons. */
#include "csv_parts.h"

#include "decoders.h"

#include <stdlib.h>
#include <string.h>

static void *csv_open(const struct decode_context *context, const char *input, struct error *error)
{
    struct csv *csv = calloc(1, sizeof(*csv));
    if (csv) {
        csv->context = context;
        csv->input = strdup(input);
        csv->lines = lines_start();
    }
    if (!csv || !cells_init(&csv->cells, ',') || !csv->input) {
        error_set(error, ERROR_INTERNAL, "%s: no memory to decode it", input);
        decoder_csv.close(csv);
        return NULL;
    }
    return csv;
}

static void csv_close(void *state)
{
    struct csv *csv = state;
    if (!csv)
        return;
    cells_fini(&csv->cells);
    free(csv->input);
    free(csv);
}

static enum reason decode_cells(struct csv *csv, struct cdr *cdr)
{
    if (csv->cells.count != csv->column_count)
        return REASON_FIELD_COUNT;
    for (size_t i = 0; i < csv->cells.count; i++)
        csv->fields[csv->column_field[i]] = csv->cells.texts[i];
    return decode_fields(csv->context, csv->fields, cdr);
}

/* The careful path: one row from the front of `rest`, whose first line is `line`, into `cdr`. */
static enum error_class careful_row(struct csv *csv, const struct rest *rest, const struct line *line,
                                    struct cdr *cdr, struct row *row, struct error *error)
{
    *row = csv_cut_row(csv, rest, line);
    if (row->kind == ROW_MORE)
        return ERROR_OK;
    if (csv->column_count == 0) {
        const enum error_class class = csv_read_header(csv, row, error);
        row->kind = ROW_HEADER;
        return class;
    }
    if (row->kind == ROW_REJECT)
        return ERROR_OK;
    row->reason = decode_cells(csv, cdr);
    if (row->reason == REASON_NONE)
        return ERROR_OK;
    if (csv_take_repeated_header(csv)) {
        row->kind = ROW_HEADER;
    } else if (row->line_count == 1) {
        row->kind = ROW_REJECT;
    } else {
        /* A stray quote may have joined good lines to a bad one: give up the first alone. */
        *row = (struct row){ROW_REJECT, REASON_QUOTE, {line->bytes, line->length}, line->consumed, 1};
    }
    return ERROR_OK;
}

/* A plain row at the front of `rest` into `cdr`; returns its bytes, 0 when it is for the careful path. */
static size_t fast_row(struct csv *csv, const struct rest *rest, struct cdr *cdr)
{
    size_t consumed;
    if (unlikely(csv->column_count == 0 || csv->lines.is_skipping || !line_is_usual(rest->bytes)) ||
        !csv_cut_plain(csv, rest->bytes, u64_min(rest->length, DECODE_RECORD_BYTES_MAX), &consumed) ||
        decode_fields(csv->context, csv->fields, cdr) != REASON_NONE)
        return 0;
    return consumed;
}

/* Any row at the front of `rest`. ERROR_DATA. */
static enum error_class next_row(struct csv *csv, const struct rest *rest, struct cdr *cdr, struct row *row,
                                 struct error *error)
{
    struct line line;
    const enum line_status status = lines_next(&csv->lines, rest->bytes, rest->length, rest->is_last, &line);
    *row = (struct row){ROW_HEADER, REASON_NONE, {line.bytes, line.length}, line.consumed, 0};
    if (status == LINE_MORE) {
        row->kind = ROW_MORE;
    } else if (status == LINE_TOO_LONG) {
        row->kind = ROW_REJECT;
        row->reason = REASON_LINE_TOO_LONG;
        if (csv->column_count == 0)
            return csv_read_header(csv, row, error);
    } else if (status == LINE_READY) {
        return careful_row(csv, rest, &line, cdr, row, error);
    }
    return ERROR_OK;
}

static enum error_class csv_decode(void *state, const char *bytes, size_t length, bool is_last,
                                   struct decoded *decoded, size_t *consumed, struct error *error)
{
    struct csv *csv = state;
    decoded->count = 0;
    for (*consumed = 0; *consumed < length && decoded->count < decoded->capacity;) {
        struct cdr *cdr = &decoded->records[decoded->count];
        const struct rest rest = {bytes + *consumed, length - *consumed, is_last};
        struct row row = {ROW_RECORD, REASON_NONE, {NULL, 0}, fast_row(csv, &rest, cdr), 1};
        if (unlikely(row.consumed == 0) && next_row(csv, &rest, cdr, &row, error))
            return error->class;
        if (row.kind == ROW_MORE)
            break;
        if (likely(row.kind == ROW_RECORD)) {
            cdr->line = csv->lines.number;
            decoded->count++;
        } else if (row.kind == ROW_REJECT) {
            decoded->reject(decoded->owner, row.reason, csv->lines.number, row.text.bytes, row.text.length);
        }
        csv->lines.number += row.line_count;
        *consumed += row.consumed;
    }
    return ERROR_OK;
}

/* Records between two headers leave the columns as they are, so that most messages cost nothing here. */
static void csv_reset(void *state)
{
    struct csv *csv = state;
    csv->lines = lines_start();
    if (!csv->has_read_header)
        return;
    csv->has_read_header = false;
    csv->column_count = csv->given_count;
    memcpy(csv->column_field, csv->given_field, csv->given_count);
    memset(csv->fields, 0, sizeof(csv->fields));
}

static void reject_nothing(void *owner, enum reason reason, uint64_t line, const char *bytes, size_t length)
{
    (void)owner;
    (void)reason;
    (void)line;
    (void)bytes;
    (void)length;
}

static void *csv_open_columns(const struct decode_context *context, const char *input, const char *header,
                              struct error *error)
{
    struct cdr none;
    struct decoded decoded = {.records = &none, .capacity = 1, .reject = reject_nothing};
    size_t consumed;
    struct csv *csv = csv_open(context, input, error);
    if (!csv)
        return NULL;
    enum error_class class = csv_decode(csv, header, strlen(header), true, &decoded, &consumed, error);
    if (!class && csv->column_count == 0)
        class = error_set(error, ERROR_DATA, "%s: no column in the header", input);
    if (class) {
        csv_close(csv);
        return NULL;
    }
    csv->given_count = csv->column_count;
    memcpy(csv->given_field, csv->column_field, csv->column_count);
    csv_reset(csv);
    return csv;
}

const struct decoder decoder_csv = {
    .name = "csv",
    .summary = "canonical CSV with a header line (RFC 4180)",
    .detect = csv_detect_header,
    .open = csv_open,
    .close = csv_close,
    .decode = csv_decode,
    .reset = csv_reset,
    .open_columns = csv_open_columns,
};
