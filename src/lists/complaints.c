/* SPDX-License-Identifier: Apache-2.0
 * complaints.csv: reports to 156 and 5656. */
#include "families.h"
#include "fields.h"

#include <stdlib.h>

static const struct sheet_column columns[COMPLAINT_FIELD_COUNT] = {[COMPLAINT_TIME] = {"time", true},
                                                                   [COMPLAINT_NUMBER] = {"number", true},
                                                                   [COMPLAINT_KIND] = {"kind", true}};

static const char *const kinds[] = {"S", "V", "LD"};

const char *complaint_column(unsigned field)
{
    CHECK(field < COMPLAINT_FIELD_COUNT);
    return columns[field].name;
}

/* The number comes last: a row that is damaged elsewhere leaves no name behind. */
enum error_class complaint_parse(const struct slice fields[static COMPLAINT_FIELD_COUNT],
                                 const struct numbering *numbering, struct names *names,
                                 struct complaint *complaint, unsigned *wrong, struct error *error)
{
    const struct slice number = fields[COMPLAINT_NUMBER];
    size_t kind;
    *complaint = (struct complaint){0};
    *wrong = COMPLAINT_TIME;
    if (field_time(fields[COMPLAINT_TIME], "time", FIELD_DAY_BEGINS, &complaint->time_ms, error))
        return error->class;
    *wrong = COMPLAINT_KIND;
    if (field_word(fields[COMPLAINT_KIND], "kind", kinds, ARRAY_COUNT(kinds), &kind, error))
        return error->class;
    if (kind == 0)
        return error_set(error, ERROR_DATA, "kind: it is empty; S, V or LD");
    complaint->kind = kinds[kind - 1][0];
    const enum numbering_status status = numbering_parse(numbering, names, number.bytes, number.length,
                                                         complaint->time_ms, &complaint->number);
    *wrong = status == NUMBERING_NAMES_FULL ? COMPLAINT_FIELD_COUNT : COMPLAINT_NUMBER;
    if (status != NUMBERING_OK)
        return error_set(error, ERROR_DATA, "number: %s", numbering_status_text(status));
    return ERROR_OK;
}

static int compare(const void *left, const void *right)
{
    const struct complaint *a = left, *b = right;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    if (a->time_ms != b->time_ms)
        return a->time_ms < b->time_ms ? -1 : 1;
    return a->kind - b->kind;
}

size_t complaints_before(const struct complaint *rows, size_t count, const struct complaint *bound)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare(&rows[middle], bound) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool complaints_have(const struct complaint *rows, size_t count, const struct complaint *complaint)
{
    const size_t at = complaints_before(rows, count, complaint);
    return at < count && compare(&rows[at], complaint) == 0;
}

size_t complaints_within(const struct complaint *rows, size_t count, uint64_t number, int64_t from_ms,
                         int64_t to_ms)
{
    const struct complaint first = {.number = number, .time_ms = from_ms + 1};
    const struct complaint behind = {.number = number, .time_ms = to_ms + 1};
    if (from_ms >= to_ms)
        return 0;
    return complaints_before(rows, count, &behind) - complaints_before(rows, count, &first);
}

/* Orders the rows and leaves one of each. */
static void put_in_order(struct complaint_list *list)
{
    struct complaint *rows = list->rows.base;
    size_t kept = 0;
    if (list->count > 0)
        qsort(rows, list->count, sizeof(*rows), compare);
    for (size_t i = 0; i < list->count; i++)
        if (i == 0 || compare(&rows[i], &rows[kept - 1]) != 0)
            rows[kept++] = rows[i];
    list->count = kept;
}

enum error_class complaints_load(struct lists *lists, struct list_folder *folder, struct error *error)
{
    struct complaint_list *list = &lists->complaints;
    struct list_reader reader;
    enum error_class class =
        list_open(&reader, folder, "complaints.csv", columns, COMPLAINT_FIELD_COUNT, error);
    if (class != ERROR_OK || !reader.sheet)
        return class;
    reader.class = region_open(&list->rows, reader.rows_max * sizeof(struct complaint), false, error);
    while (list_next(&reader, error)) {
        struct complaint *complaint = (struct complaint *)list->rows.base + list->count;
        struct slice fields[COMPLAINT_FIELD_COUNT];
        struct error reason;
        unsigned wrong;
        for (size_t i = 0; i < COMPLAINT_FIELD_COUNT; i++)
            fields[i] = list_field(&reader, i);
        if (list->count == reader.rows_max)
            list_reject(&reader, "the list has reached its limit of rows");
        else if (complaint_parse(fields, folder->numbering, folder->names, complaint, &wrong, &reason))
            list_reject(&reader, reason.text);
        else
            list->count++;
    }
    put_in_order(list);
    return list_close(&reader);
}

size_t lists_complaint_count(const struct lists *lists, uint64_t number, int64_t from_ms, int64_t to_ms)
{
    return complaints_within(lists->complaints.rows.base, lists->complaints.count, number, from_ms, to_ms);
}
