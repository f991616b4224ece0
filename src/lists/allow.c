/* SPDX-License-Identifier: Apache-2.0
 * allow.csv: who is never accused, why, and until when. */
#include "families.h"
#include "fields.h"

enum column { NUMBER, KIND, OWNER, REASON, EXPIRES, COLUMN_COUNT };

static const struct sheet_column columns[COLUMN_COUNT] = {
    [NUMBER] = {"number", true},  [KIND] = {"kind", false},       [OWNER] = {"owner", false},
    [REASON] = {"reason", false}, [EXPIRES] = {"expires", false},
};

/* In the order of enum allow_kind. */
static const char *const kinds[] = {"hotline", "agency", "brandname", "call_centre", "probe", "other"};
static_assert(ARRAY_COUNT(kinds) == ALLOW_OTHER + 1, "one word a kind");
static_assert(offsetof(struct allow_entry, number) == 0, "the key of its rowset");

static enum error_class parse(const struct list_reader *reader, struct allow_entry *entry,
                              struct error *reason)
{
    struct list_folder *folder = reader->folder;
    const struct slice expires = list_field(reader, EXPIRES);
    size_t kind;
    enum error_class class;
    *entry = (struct allow_entry){.expires_ms = INT64_MAX, .kind = ALLOW_OTHER};
    if ((class = field_number(list_field(reader, NUMBER), "number", folder->numbering, folder->names,
                              NUMBERING_TIME_NEWEST_MS, &entry->number, reason)) != ERROR_OK ||
        (class = field_word(list_field(reader, KIND), "kind", kinds, ARRAY_COUNT(kinds), &kind, reason)) !=
            ERROR_OK)
        return class;
    if (kind > 0)
        entry->kind = (enum allow_kind)(kind - 1);
    if (expires.length > 0 &&
        (class = field_time(expires, "expires", FIELD_DAY_ENDS, &entry->expires_ms, reason)) != ERROR_OK)
        return class;
    return field_name(list_field(reader, OWNER), "owner", folder->names, &entry->owner, reason);
}

/* A known number keeps the row that holds longer. */
static void take(struct rowset *set, struct list_reader *reader, const struct allow_entry *entry,
                 struct error *error)
{
    bool is_new;
    struct allow_entry *row = list_add(reader, set, entry->number, &is_new, error);
    if (!row)
        return;
    if (!is_new)
        list_reject_repeated(reader, entry->number);
    if (is_new || entry->expires_ms > row->expires_ms)
        *row = *entry;
}

enum error_class allow_load(struct lists *lists, struct list_folder *folder, struct error *error)
{
    struct list_reader reader;
    const enum error_class class = list_open_set(&reader, folder, "allow.csv", columns, COLUMN_COUNT,
                                                 &lists->allow, sizeof(struct allow_entry), error);
    if (class != ERROR_OK)
        return class;
    while (list_next(&reader, error)) {
        struct allow_entry entry;
        struct error reason;
        if (parse(&reader, &entry, &reason) == ERROR_OK)
            take(&lists->allow, &reader, &entry, error);
        else
            list_reject(&reader, reason.text);
    }
    return list_close(&reader);
}

const struct allow_entry *lists_allow(const struct lists *lists, uint64_t number, int64_t time_ms)
{
    const struct allow_entry *entry = rowset_find(&lists->allow, number);
    return entry && time_ms <= entry->expires_ms ? entry : NULL;
}
