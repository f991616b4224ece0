/* SPDX-License-Identifier: Apache-2.0
 * A CSV file with a header line, row by row: configuration tables and lists (RFC 4180; sheet.md says what is
 * forgiven). One thread at a time. */
#pragma once

#include "simsieve/base/error.h"
#include "simsieve/base/text.h"

#define SHEET_ROW_BYTES_MAX 65536
#define SHEET_COLUMNS_MAX   64

struct sheet_column {
    const char *name;
    bool is_required;
};

enum sheet_state {
    SHEET_ROW,     /* sheet_field has its fields */
    SHEET_BAD_ROW, /* `error` says why; the next call goes on after it */
    SHEET_END,
    SHEET_FAILED /* `error` says why; nothing more can be read */
};

struct sheet;

/* May block. Opens the file and reads its header; `columns` must outlive the sheet. NULL and
 * ERROR_NO_INPUT (cannot be opened or read), ERROR_CONFIG (no header, a required column missing). */
struct sheet *sheet_open(const char *path, const struct sheet_column *columns, size_t column_count,
                         struct error *error);

/* Wipes all buffers. */
void sheet_close(struct sheet *sheet);

/* May block. Reads the next row; texts in `error` begin with "path:line: ". Bound: SHEET_ROW_BYTES_MAX. */
enum sheet_state sheet_next(struct sheet *sheet, struct error *error);

/* One field of the present row by its index in `columns`, valid until the next call; length 0 when the file has
 * no such column. */
struct slice sheet_field(const struct sheet *sheet, size_t column);

/* The line at which the present row begins, from 1. */
uint64_t sheet_line(const struct sheet *sheet);

/* The size of the file when it was opened: unless it grows, no more rows than half of it can follow. UINT64_MAX
 * when it is not known. */
uint64_t sheet_bytes(const struct sheet *sheet);

/* Names of columns of the file that are in nobody's `columns`, "a, b"; "" when there are none. */
const char *sheet_unknown_columns(const struct sheet *sheet);
