/* SPDX-License-Identifier: Apache-2.0 */
#include "cells.h"

#include "simsieve/decode/decoder.h"

#include <stdlib.h>
#include <string.h>

/* Only the decoder's framing ends a record; a bare CR is a character like any other. */
static int is_newline(unsigned char byte)
{
    return byte == '\n';
}

static void start_parser(struct cells *cells)
{
    CHECK(csv_init(&cells->parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
    csv_set_delim(&cells->parser, (unsigned char)cells->separator);
    csv_set_term_func(&cells->parser, is_newline);
    csv_set_blk_size(&cells->parser, DECODE_RECORD_BYTES_MAX);
}

bool cells_init(struct cells *cells, char separator)
{
    cells->count = 0;
    cells->separator = separator;
    cells->unfolded = malloc(DECODE_RECORD_BYTES_MAX);
    start_parser(cells);
    return cells->unfolded != NULL;
}

void cells_fini(struct cells *cells)
{
    csv_free(&cells->parser);
    free(cells->unfolded);
}

static void add_cell(struct cells *cells, const char *bytes, size_t length)
{
    if (cells->count < CELL_COUNT_MAX)
        cells->texts[cells->count] = (struct slice){bytes, length};
    cells->count++;
}

void cells_cut_plain(struct cells *cells, const char *record, size_t length)
{
    cells->count = 0;
    for (size_t begin = 0; begin <= length;) {
        const char *separator = memchr(record + begin, cells->separator, length - begin);
        const size_t end = separator ? (size_t)(separator - record) : length;
        add_cell(cells, record + begin, end - begin);
        begin = end + 1;
    }
}

/* libcsv: a cell is complete; its bytes are valid during the call only. */
static void on_cell(void *bytes, size_t length, void *owner)
{
    struct cells *cells = owner;
    char *copy = cells->unfolded + cells->unfolded_length;
    if (length > 0)
        memcpy(copy, bytes, length);
    cells->unfolded_length += length;
    add_cell(cells, copy, length);
}

static void on_row(int end, void *owner)
{
    struct cells *cells = owner;
    (void)end;
    cells->row_count++;
}

bool cells_cut_quoted(struct cells *cells, struct slice record)
{
    struct csv_parser *parser = &cells->parser;
    cells->count = 0;
    cells->row_count = 0;
    cells->unfolded_length = 0;
    if (csv_parse(parser, record.bytes, record.length, on_cell, on_row, cells) == record.length &&
        csv_fini(parser, on_cell, on_row, cells) == 0)
        return cells->row_count == 1;
    csv_free(parser); /* the only way back from an error */
    start_parser(cells);
    return false;
}
