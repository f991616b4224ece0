/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

#include "simsieve/log/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum error_class list_open(struct list_reader *reader, struct list_folder *folder, const char *name,
                           const struct sheet_column *columns, size_t column_count, struct error *error)
{
    reader->folder = folder;
    reader->sheet = NULL;
    reader->rows_max = 0;
    reader->bad_rows = 0;
    reader->class = ERROR_OK;
    if ((size_t)snprintf(reader->path, sizeof(reader->path), "%s/%s", folder->path, name) >=
        sizeof(reader->path))
        return error_set(error, ERROR_NO_INPUT, "%s: a path above %d bytes", folder->path, LIST_PATH_BYTES);
    if (access(reader->path, F_OK) != 0 && errno == ENOENT)
        return ERROR_OK;
    reader->sheet = sheet_open(reader->path, columns, column_count, error);
    if (!reader->sheet)
        return error->class;
    reader->rows_max = u64_min(sheet_bytes(reader->sheet) / 2 + 1, ROWSET_ROWS_MAX);
    const char *unknown = sheet_unknown_columns(reader->sheet);
    if (unknown[0] != 0)
        log_write(LOG_WARNING, "%s: columns that are not used: %s", reader->path, unknown);
    return ERROR_OK;
}

enum error_class list_open_set(struct list_reader *reader, struct list_folder *folder, const char *name,
                               const struct sheet_column *columns, size_t column_count, struct rowset *set,
                               size_t row_bytes, struct error *error)
{
    enum error_class class = list_open(reader, folder, name, columns, column_count, error);
    if (class == ERROR_OK && reader->sheet)
        class = rowset_open(set, row_bytes, reader->rows_max, error);
    if (class != ERROR_OK)
        sheet_close(reader->sheet);
    return class;
}

/* `where` is "path:line: reason" already. */
static void leave_out(struct list_reader *reader, const char *where, const char *which)
{
    reader->bad_rows++;
    if (reader->bad_rows <= LIST_BAD_ROWS_NAMED)
        log_write(LOG_WARNING, "%s; %s is left out", where, which);
}

bool list_next(struct list_reader *reader, struct error *error)
{
    while (reader->sheet && reader->class == ERROR_OK) {
        switch (sheet_next(reader->sheet, error)) {
        case SHEET_ROW:
            return true;
        case SHEET_BAD_ROW:
            leave_out(reader, error->text, "the row");
            break;
        case SHEET_FAILED:
            reader->class = error->class;
            break;
        case SHEET_END:
            return false;
        }
    }
    return false;
}

static void reject(struct list_reader *reader, uint64_t line, const char *reason, const char *which)
{
    char where[LIST_PATH_BYTES + ERROR_TEXT_BYTES];
    snprintf(where, sizeof(where), "%s:%llu: %s", reader->path, (unsigned long long)line, reason);
    leave_out(reader, where, which);
}

void list_reject_line(struct list_reader *reader, uint64_t line, const char *reason)
{
    reject(reader, line, reason, "the row");
}

void list_reject(struct list_reader *reader, const char *reason)
{
    list_reject_line(reader, sheet_line(reader->sheet), reason);
}

void *list_add(struct list_reader *reader, struct rowset *set, uint64_t key, bool *is_new,
               struct error *error)
{
    if (rowset_is_full(set) && !rowset_find(set, key)) {
        list_reject(reader, "the list has reached its limit of rows");
        return NULL;
    }
    void *row = rowset_add(set, key, is_new, error);
    if (!row)
        reader->class = error->class;
    return row;
}

void list_reject_repeated(struct list_reader *reader, uint64_t number)
{
    char reason[NUMBER_TEXT_BYTES + 32], masked[NUMBER_TEXT_BYTES];
    snprintf(reason, sizeof(reason), "number: %s has a row already",
             number_mask(number, reader->folder->names, masked));
    reject(reader, sheet_line(reader->sheet), reason, "the one that ends or begins earlier");
}

enum error_class list_close(struct list_reader *reader)
{
    sheet_close(reader->sheet);
    reader->sheet = NULL;
    reader->folder->bad_rows += reader->bad_rows;
    if (reader->bad_rows > LIST_BAD_ROWS_NAMED)
        log_write(LOG_WARNING, "%s: %llu rows are left out; the first %d are named above", reader->path,
                  (unsigned long long)reader->bad_rows, LIST_BAD_ROWS_NAMED);
    return reader->class;
}
