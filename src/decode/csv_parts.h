/* SPDX-License-Identifier: Apache-2.0
 * The parts of the CSV decoder: csv_cut.c cuts rows into cells, csv_header.c knows what the columns are, csv.c makes
 * records. */
#pragma once

#include "cells.h"
#include "lines.h"

#define CSV_COLUMN_COUNT_MAX CELL_COUNT_MAX

struct csv {
    const struct decode_context *context;
    char *input;
    struct lines lines;
    size_t column_count; /* 0: the header has not been read */
    /* The field of each column; CDR_FIELD_COUNT for a column nobody knows. */
    uint8_t column_field[CSV_COLUMN_COUNT_MAX];
    /* The columns of inputs without a header; 0: each input has its own. */
    size_t given_count;
    uint8_t given_field[CSV_COLUMN_COUNT_MAX];
    bool has_read_header; /* since the state was opened or reset */
    /* The texts of the present row by field; the last takes unknown columns. Fields without a column stay empty. */
    struct slice fields[CDR_FIELD_COUNT + 1];
    /* The careful path: the texts of the present row by column. */
    struct cells cells;
};

/* What a decode call has not consumed yet. */
struct rest {
    const char *bytes;
    size_t length;
    bool is_last;
};

/* What the careful path made of the front of the input. */
enum row_kind { ROW_RECORD, ROW_REJECT, ROW_HEADER, ROW_MORE };

struct row {
    enum row_kind kind;
    enum reason reason; /* of a reject */
    struct slice text;
    size_t consumed;   /* with its last line end */
    size_t line_count; /* physical lines */
};

/* The fast path: cuts the line at the front of `readable` bytes into csv->fields and sets how far it goes with its
 * line end. False for anything but one whole line with a cell a column and no quotes, control characters or bytes
 * above 0x7f; then csv->fields hold nothing of use. */
bool csv_cut_plain(struct csv *csv, const char *bytes, size_t readable, size_t *consumed);

/* The careful path: finds the row at the front of `rest`, whose first line is `line`, and cuts it into csv->cells;
 * a row that is damaged as text is ROW_REJECT. */
struct row csv_cut_row(struct csv *csv, const struct rest *rest, const struct line *line);

/* The first row of an input must be a header; ROW_RECORD: its cells are in csv->cells. ERROR_DATA. */
enum error_class csv_read_header(struct csv *csv, const struct row *row, struct error *error);

/* Whether csv->cells are a header that a concatenation left in the middle; then its columns hold from here on,
 * in whatever order they are. */
bool csv_take_repeated_header(struct csv *csv);

/* How sure it is, 0 to 100, that an input that starts so has a header. */
int csv_detect_header(const char *bytes, size_t length);
