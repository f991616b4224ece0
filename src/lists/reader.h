/* SPDX-License-Identifier: Apache-2.0
 * One list file, row by row, with the policy for bad rows (lists.md). */
#pragma once

#include "simsieve/base/rowset.h"
#include "simsieve/base/sheet.h"
#include "simsieve/lists/lists.h"

#define LIST_PATH_BYTES     4096
#define LIST_BAD_ROWS_NAMED 20

/* What the files of one folder share while they are read. */
struct list_folder {
    const char *path;
    const struct numbering *numbering;
    struct names *names;
    uint64_t bad_rows; /* of all files */
};

struct list_reader {
    struct list_folder *folder;
    struct sheet *sheet; /* NULL: there is no such file, or it has ended */
    size_t rows_max;     /* no more are taken; only a file that grows while it is read has more */
    uint64_t bad_rows;
    enum error_class class;
    char path[LIST_PATH_BYTES];
};

/* May block. Opens `name` in the folder; a file that does not exist has no rows and no sheet. ERROR_NO_INPUT,
 * ERROR_CONFIG. */
enum error_class list_open(struct list_reader *reader, struct list_folder *folder, const char *name,
                           const struct sheet_column *columns, size_t column_count, struct error *error);

/* The same, and opens `set` for as many rows of `row_bytes` as the file can have. */
enum error_class list_open_set(struct list_reader *reader, struct list_folder *folder, const char *name,
                               const struct sheet_column *columns, size_t column_count, struct rowset *set,
                               size_t row_bytes, struct error *error);

/* May block. Steps to the next whole row; false at the end, or when the reading has failed. */
bool list_next(struct list_reader *reader, struct error *error);

/* rowset_add for the present row; NULL when it is left out because the set is full, or when the reading fails
 * because the set's index cannot grow. */
void *list_add(struct list_reader *reader, struct rowset *set, uint64_t key, bool *is_new,
               struct error *error);

/* The row is left out: counts it, and names it on the log if it is one of the first. */
void list_reject(struct list_reader *reader, const char *reason);

/* The same for an earlier row. */
void list_reject_line(struct list_reader *reader, uint64_t line, const char *reason);

/* The same for a number that has a row already, where the row with the later date stays. */
void list_reject_repeated(struct list_reader *reader, uint64_t number);

/* Closes, and says how many rows were left out. The class of what ended the reading, ERROR_OK at its end. */
enum error_class list_close(struct list_reader *reader);

static inline struct slice list_field(const struct list_reader *reader, size_t column)
{
    return sheet_field(reader->sheet, column);
}
