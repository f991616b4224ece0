/* SPDX-License-Identifier: Apache-2.0
 * complaints.csv: reports to 156 and 5656. */
#include "families.h"
#include "fields.h"

#include <stdlib.h>

enum column { TIME, NUMBER, KIND, COLUMN_COUNT };

static const struct sheet_column columns[COLUMN_COUNT] = {
    [TIME] = {"time", true}, [NUMBER] = {"number", true}, [KIND] = {"kind", true}};

static const char *const kinds[] = {"S", "V", "LD"};

static enum error_class parse(const struct list_reader *reader, struct complaint *complaint,
                              struct error *reason)
{
    const struct list_folder *folder = reader->folder;
    size_t kind;
    enum error_class class;
    *complaint = (struct complaint){0};
    if ((class = field_time(list_field(reader, TIME), "time", FIELD_DAY_BEGINS, &complaint->time_ms,
                            reason)) != ERROR_OK ||
        (class = field_number(list_field(reader, NUMBER), "number", folder->numbering, folder->names,
                              complaint->time_ms, &complaint->number, reason)) != ERROR_OK ||
        (class = field_word(list_field(reader, KIND), "kind", kinds, ARRAY_COUNT(kinds), &kind, reason)) !=
            ERROR_OK)
        return class;
    if (kind == 0)
        return error_set(reason, ERROR_DATA, "kind: it is empty; S, V or LD");
    complaint->kind = kinds[kind - 1][0];
    return ERROR_OK;
}

static int compare(const void *left, const void *right)
{
    const struct complaint *a = left, *b = right;
    if (a->time_ms != b->time_ms)
        return a->time_ms < b->time_ms ? -1 : 1;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return a->kind - b->kind;
}

enum error_class complaints_load(struct lists *lists, struct list_folder *folder, struct error *error)
{
    struct complaint_list *list = &lists->complaints;
    struct list_reader reader;
    enum error_class class = list_open(&reader, folder, "complaints.csv", columns, COLUMN_COUNT, error);
    if (class != ERROR_OK || !reader.sheet)
        return class;
    reader.class = region_open(&list->rows, reader.rows_max * sizeof(struct complaint), false, error);
    while (list_next(&reader, error)) {
        struct complaint *complaint = (struct complaint *)list->rows.base + list->count;
        struct error reason;
        if (list->count == reader.rows_max)
            list_reject(&reader, "the list has reached its limit of rows");
        else if (parse(&reader, complaint, &reason) == ERROR_OK)
            list->count++;
        else
            list_reject(&reader, reason.text);
    }
    if (list->count > 0)
        qsort(list->rows.base, list->count, sizeof(struct complaint), compare);
    return list_close(&reader);
}

const struct complaint *lists_complaints(const struct lists *lists, size_t *count)
{
    *count = lists->complaints.count;
    return lists->complaints.rows.base;
}
