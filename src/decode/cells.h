/* SPDX-License-Identifier: Apache-2.0
 * A record of separated text to its cells: in place where nothing is quoted, by libcsv where something is. */
#pragma once

#include "simsieve/base/text.h"

#include <csv.h>

#define CELL_COUNT_MAX 256

struct cells {
    struct slice texts[CELL_COUNT_MAX];
    size_t count; /* those beyond the limit too */
    char separator;
    struct csv_parser parser; /* keeps its buffer from record to record */
    size_t row_count;         /* rows that libcsv found in one record */
    char *unfolded;           /* where quoted texts are; DECODE_RECORD_BYTES_MAX bytes */
    size_t unfolded_length;
};

/* Start-up only. False when there is no memory; cells_fini is then due too. */
bool cells_init(struct cells *cells, char separator);
void cells_fini(struct cells *cells);

/* Feed thread. Cuts a record without quotes where it lies. Bound: linear in `length`. */
void cells_cut_plain(struct cells *cells, const char *record, size_t length);

/* Feed thread. Cuts a record with quotes; the texts are valid until the next one. False when it is not RFC 4180 (with
 * this separator). Bound: linear in its length. */
bool cells_cut_quoted(struct cells *cells, struct slice record);
