/* SPDX-License-Identifier: Apache-2.0
 * What people ask about the outbox of a store, and what they tell it to do. */
#include "simsieve/base/text.h"
#include "simsieve/sink/outbox.h"
#include "store_private.h"

#include <string.h>

uint64_t store_rows_behind(int64_t cursor, int64_t highest, int64_t lowest)
{
    const int64_t from = cursor < lowest - 1 ? lowest - 1 : cursor;
    return highest > from ? (uint64_t)(highest - from) : 0;
}

static uint64_t count_at(sqlite3_stmt *statement, int column)
{
    return (uint64_t)sqlite3_column_int64(statement, column);
}

enum error_class outbox_each_sink(struct store *store,
                                  bool (*row)(void *owner, const struct outbox_sink *sink), void *owner,
                                  struct error *error)
{
    int last;
    sqlite3_stmt *statement = store->has_outbox ? store_prepare(store, STORE_OUTBOX_SINKS, error) : NULL;
    if (!statement)
        return store->has_outbox ? error->class : ERROR_OK;
    while ((last = sqlite3_step(statement)) == SQLITE_ROW) {
        const bool is_served = sqlite3_column_type(statement, 1) == SQLITE_NULL;
        const struct outbox_sink sink = {
            .name = store_text_at(statement, 0),
            .disabled = is_served ? NULL : store_text_at(statement, 1),
            .delivered = count_at(statement, 2),
            .refused = count_at(statement, 3),
            .expired = count_at(statement, 4),
            .dead_letters = count_at(statement, 5),
            .due = count_at(statement, 6),
            .behind =
                store_rows_behind(sqlite3_column_int64(statement, 7), sqlite3_column_int64(statement, 8),
                                  sqlite3_column_int64(statement, 9)),
            .oldest_wall_ms = sqlite3_column_int64(statement, 10),
        };
        if (!row(owner, &sink))
            break;
    }
    return store_end_walk(store, statement, last, error);
}

/* Looks for a name among the store's sinks. */
struct search {
    const char *wanted;
    bool is_found;
    size_t count;
    struct text names; /* of all, for the message */
};

static bool compare_name(void *owner, const struct outbox_sink *sink)
{
    struct search *search = owner;
    text_add(&search->names, "%s%s", search->count++ ? ", " : "", sink->name);
    search->is_found = strcmp(sink->name, search->wanted) == 0;
    return !search->is_found;
}

static enum error_class expect_sink(struct store *store, const char *sink, struct error *error)
{
    char names[500];
    struct search search = {.wanted = sink, .names = text_over(names, sizeof(names))};
    if (!sink)
        return ERROR_OK;
    const enum error_class class = outbox_each_sink(store, compare_name, &search, error);
    if (class || search.is_found)
        return class;
    return error_set(error, ERROR_USAGE, "%s: no sink '%.60s' in its outbox; %s%s%s", store->path, sink,
                     search.count ? "there are: " : "no sink was ever fed from it", search.names.data,
                     search.names.is_cut ? ", ..." : "");
}

enum error_class outbox_each_letter(struct store *store, const char *sink,
                                    bool (*row)(void *owner, const struct outbox_letter *letter), void *owner,
                                    struct error *error)
{
    int last;
    if (expect_sink(store, sink, error))
        return error->class;
    sqlite3_stmt *statement = store->has_outbox ? store_prepare(store, STORE_OUTBOX_LETTERS, error) : NULL;
    if (!statement)
        return store->has_outbox ? error->class : ERROR_OK;
    store_bind_word(statement, 1, sink);
    while ((last = sqlite3_step(statement)) == SQLITE_ROW) {
        const struct outbox_letter letter = {
            .sink = store_text_at(statement, 0),
            .id = store_text_at(statement, 1),
            .rule = store_text_at(statement, 2),
            .reason = store_text_at(statement, 3),
            .time_ms = sqlite3_column_int64(statement, 4),
            .refused_wall_ms = sqlite3_column_int64(statement, 5),
            .attempts = count_at(statement, 6),
            .is_due = sqlite3_column_int(statement, 7) != 0,
        };
        if (!row(owner, &letter))
            break;
    }
    return store_end_walk(store, statement, last, error);
}

/* Runs one statement over a sink (NULL: all) in a transaction of its own; `id` unless it has no such parameter. */
static enum error_class change(struct store *store, enum store_query query, const char *sink, const char *id,
                               uint64_t *count, struct error *error)
{
    enum error_class class = expect_sink(store, sink, error);
    if (!class)
        class = store_begin(store, error);
    sqlite3_stmt *statement = class ? NULL : store_prepare(store, query, error);
    if (!statement)
        return error->class;
    store_bind_word(statement, 1, sink);
    if (sqlite3_bind_parameter_count(statement) > 1)
        store_bind_word(statement, 2, id);
    if (store_step(store, statement, error))
        return error->class;
    *count = (uint64_t)sqlite3_changes64(store->database);
    return store_flush(store, error);
}

enum error_class outbox_resend(struct store *store, const char *sink, const char *id, uint64_t *count,
                               struct error *error)
{
    uint64_t enabled;
    const enum error_class class = change(store, STORE_OUTBOX_RESEND, sink, id, count, error);
    return class ? class : change(store, STORE_OUTBOX_ENABLE, sink, NULL, &enabled, error);
}

enum error_class outbox_drop(struct store *store, const char *sink, const char *id, uint64_t *count,
                             struct error *error)
{
    return change(store, STORE_OUTBOX_DROP, sink, id, count, error);
}

enum error_class outbox_forget(struct store *store, const char *sink, uint64_t *count, struct error *error)
{
    CHECK(sink);
    return change(store, STORE_OUTBOX_FORGET, sink, NULL, count, error);
}
