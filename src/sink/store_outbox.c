/* SPDX-License-Identifier: Apache-2.0
 * The rows of a lane: its cursor, the alerts behind it, its dead letters (outbox.md). */
#include "store_outbox.h"

#include "store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A lane tries again by itself, and shall not hold the end of the process up. */
#define LANE_BUSY_MS 1000

enum error_class lane_register(struct store *store, const char *name, bool from_start, int64_t *sink,
                               int64_t *cursor, struct error *error)
{
    sqlite3_busy_timeout(store->database, LANE_BUSY_MS);
    if (store_begin(store, error))
        return error->class;
    sqlite3_stmt *statement = store_prepare(store, STORE_LANE_REGISTER, error);
    if (!statement)
        return error->class;
    store_bind_word(statement, 1, name);
    store_bind_integer(statement, 2, from_start);
    if (store_step(store, statement, error))
        return error->class;
    statement = store_prepare(store, STORE_LANE_BY_NAME, error);
    if (!statement)
        return error->class;
    store_bind_word(statement, 1, name);
    const int last = sqlite3_step(statement);
    *sink = sqlite3_column_int64(statement, 0);
    *cursor = sqlite3_column_int64(statement, 1);
    const enum error_class class = store_end_walk(store, statement, last, error);
    return class ? class : store_flush(store, error);
}

enum error_class lane_state(struct store *store, int64_t sink, int64_t cursor, struct lane_state *state,
                            struct error *error)
{
    sqlite3_stmt *statement = store_prepare(store, STORE_LANE_STATE, error);
    if (!statement)
        return error->class;
    store_bind_integer(statement, 1, sink);
    store_bind_integer(statement, 2, cursor);
    const int last = sqlite3_step(statement);
    if (last == SQLITE_ROW) {
        snprintf(state->disabled, sizeof(state->disabled), "%s", store_text_at(statement, 0));
        state->expired = (uint64_t)sqlite3_column_int64(statement, 1);
        state->dead_letters = (uint64_t)sqlite3_column_int64(statement, 2);
        state->behind =
            store_rows_behind(cursor, sqlite3_column_int64(statement, 3), sqlite3_column_int64(statement, 4));
        state->oldest_wall_ms = sqlite3_column_int64(statement, 5);
    }
    const enum error_class class = store_end_walk(store, statement, last, error);
    if (!class && last == SQLITE_DONE)
        return error_set(error, ERROR_CONFIG,
                         "%s: the sink was forgotten while it ran: restart to begin it anew", store->path);
    return class;
}

static enum alert_mode mode_of(const char *word)
{
    for (enum alert_mode mode = MODE_OFF; mode < MODE_COUNT; mode++)
        if (strcmp(alert_mode_name(mode), word) == 0)
            return mode;
    return MODE_OFF;
}

static enum error_class read_provinces(struct store *store, struct outlet_alert *alert, struct error *error)
{
    int last;
    sqlite3_stmt *statement = store_prepare(store, STORE_LANE_PROVINCES, error);
    if (!statement)
        return error->class;
    store_bind_integer(statement, 1, alert->number);
    while ((last = sqlite3_step(statement)) == SQLITE_ROW)
        province_set_add(&alert->provinces, (unsigned)sqlite3_column_int(statement, 0));
    return store_end_walk(store, statement, last, error);
}

/* Copies a text of the row to `end`, which it moves on. */
static const char *copy_text(sqlite3_stmt *row, int column, char **end)
{
    const char *copy = *end;
    const size_t length = (size_t)sqlite3_column_bytes(row, column);
    memcpy(*end, store_text_at(row, column), length + 1);
    *end += length + 1;
    return copy;
}

/* The row as an alert, all its texts in one block. Returns its bytes. */
static size_t take_row(sqlite3_stmt *row, struct lane_rows *rows)
{
    enum { NUMBER, ID, TIME, WRITTEN, MODE, SUBJECT_TYPE, SUBJECT_KEY, JSON }; /* OUTLET_ALERT */
    static const int texts[] = {ID, SUBJECT_TYPE, SUBJECT_KEY, JSON};
    size_t bytes = 0;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        bytes += (size_t)sqlite3_column_bytes(row, texts[i]) + 1;
    char *end = rows->texts[rows->count] = malloc(bytes);
    CHECK(end);
    rows->alerts[rows->count++] = (struct outlet_alert){
        .number = sqlite3_column_int64(row, NUMBER),
        .time_ms = sqlite3_column_int64(row, TIME),
        .written_ms = sqlite3_column_int64(row, WRITTEN),
        .mode = mode_of(store_text_at(row, MODE)),
        .id = copy_text(row, ID, &end),
        .subject_type = copy_text(row, SUBJECT_TYPE, &end),
        .subject_key = copy_text(row, SUBJECT_KEY, &end),
        .json_length = (size_t)sqlite3_column_bytes(row, JSON),
        .json = copy_text(row, JSON, &end),
    };
    return bytes;
}

static enum error_class read_rows(struct store *store, enum store_query query, int64_t key,
                                  struct lane_rows *rows, struct error *error)
{
    int last;
    size_t bytes = 0;
    sqlite3_stmt *statement = store_prepare(store, query, error);
    if (!statement)
        return error->class;
    store_bind_integer(statement, 1, key);
    store_bind_integer(statement, 2, OUTLET_BATCH_MAX);
    CHECK(rows->count == 0);
    while ((last = sqlite3_step(statement)) == SQLITE_ROW && bytes < LANE_BATCH_BYTES_MAX) {
        bytes += take_row(statement, rows);
        if (read_provinces(store, &rows->alerts[rows->count - 1], error))
            return error->class; /* which has reset the walk, too */
    }
    return store_end_walk(store, statement, last, error);
}

enum error_class lane_next(struct store *store, int64_t cursor, struct lane_rows *rows, struct error *error)
{
    return read_rows(store, STORE_LANE_NEXT, cursor, rows, error);
}

enum error_class lane_due(struct store *store, int64_t sink, struct lane_rows *rows, struct error *error)
{
    return read_rows(store, STORE_LANE_DUE, sink, rows, error);
}

void lane_rows_clear(struct lane_rows *rows)
{
    while (rows->count > 0)
        free(rows->texts[--rows->count]);
}

static enum error_class bury(struct store *store, int64_t sink, const struct lane_settlement *settlement,
                             size_t index, struct error *error)
{
    sqlite3_stmt *statement = store_prepare(store, STORE_LANE_BURY, error);
    if (!statement)
        return error->class;
    store_bind_integer(statement, 1, sink);
    store_bind_integer(statement, 2, settlement->alerts[index].number);
    store_bind_word(statement, 3, settlement->answers[index].reason);
    store_bind_integer(statement, 4, settlement->now_ms);
    return store_step(store, statement, error);
}

static enum error_class raise_letter(struct store *store, int64_t sink, int64_t number, struct error *error)
{
    sqlite3_stmt *statement = store_prepare(store, STORE_LANE_RAISE, error);
    if (!statement)
        return error->class;
    store_bind_integer(statement, 1, sink);
    store_bind_integer(statement, 2, number);
    return store_step(store, statement, error);
}

static enum error_class move(struct store *store, int64_t sink, const struct lane_settlement *settlement,
                             size_t delivered, size_t refused, struct error *error)
{
    sqlite3_stmt *statement = store_prepare(store, STORE_LANE_MOVE, error);
    if (!statement)
        return error->class;
    store_bind_integer(statement, 1, sink);
    store_bind_integer(statement, 2,
                       settlement->are_due ? 0 : settlement->alerts[settlement->count - 1].number);
    store_bind_integer(statement, 3, (int64_t)delivered);
    store_bind_integer(statement, 4, (int64_t)refused);
    return store_step(store, statement, error);
}

enum error_class lane_settle(struct store *store, int64_t sink, const struct lane_settlement *settlement,
                             struct error *error)
{
    size_t delivered = 0, refused = 0;
    CHECK(settlement->count > 0);
    enum error_class class = store_begin(store, error);
    for (size_t i = 0; i < settlement->count && settlement->answers && !class; i++) {
        const bool is_delivered = settlement->answers[i].outcome == OUTLET_DELIVERED;
        CHECK(is_delivered || settlement->answers[i].outcome == OUTLET_REFUSED);
        delivered += is_delivered;
        refused += !is_delivered;
        if (!is_delivered)
            class = bury(store, sink, settlement, i, error);
        else if (settlement->are_due)
            class = raise_letter(store, sink, settlement->alerts[i].number, error);
    }
    if (!class)
        class = move(store, sink, settlement, delivered, refused, error);
    return class ? class : store_flush(store, error);
}

enum error_class lane_disable(struct store *store, int64_t sink, const char *reason, struct error *error)
{
    if (store_begin(store, error))
        return error->class;
    sqlite3_stmt *statement = store_prepare(store, STORE_LANE_DISABLE, error);
    if (!statement)
        return error->class;
    store_bind_integer(statement, 1, sink);
    store_bind_word(statement, 2, reason);
    const enum error_class class = store_step(store, statement, error);
    return class ? class : store_flush(store, error);
}
