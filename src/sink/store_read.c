/* SPDX-License-Identifier: Apache-2.0
 * Walks over the store, for reports and `why`. */
#include "store_private.h"

const char *store_text_at(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text ? (const char *)text : "";
}

enum error_class store_end_walk(struct store *store, sqlite3_stmt *statement, int last, struct error *error)
{
    if (last != SQLITE_ROW && last != SQLITE_DONE)
        return store_failed(store, "reading it", error);
    sqlite3_reset(statement);
    return ERROR_OK;
}

static enum error_class walk_alerts(struct store *store, sqlite3_stmt *statement,
                                    bool (*row)(void *owner, const struct store_alert *alert), void *owner,
                                    struct error *error)
{
    int last;
    while ((last = sqlite3_step(statement)) == SQLITE_ROW) {
        const struct store_alert alert = {
            .id = store_text_at(statement, 0),
            .rule = store_text_at(statement, 1),
            .severity = store_text_at(statement, 2),
            .mode = store_text_at(statement, 3),
            .subject_type = store_text_at(statement, 4),
            .subject_key = store_text_at(statement, 5),
            .json = store_text_at(statement, 6),
            .time_ms = sqlite3_column_int64(statement, 7),
        };
        if (!row(owner, &alert))
            break;
    }
    return store_end_walk(store, statement, last, error);
}

enum error_class store_each_alert(struct store *store, unsigned province, int64_t from_ms, int64_t to_ms,
                                  bool (*row)(void *owner, const struct store_alert *alert), void *owner,
                                  struct error *error)
{
    sqlite3_stmt *statement = store_prepare(store, province ? STORE_ALERTS_OF_PROVINCE : STORE_ALERTS, error);
    if (!statement)
        return error->class;
    sqlite3_bind_int64(statement, 1, from_ms);
    sqlite3_bind_int64(statement, 2, to_ms);
    if (province)
        sqlite3_bind_int64(statement, 3, province);
    return walk_alerts(store, statement, row, owner, error);
}

enum error_class store_each_alert_of(struct store *store, const char *number,
                                     bool (*row)(void *owner, const struct store_alert *alert), void *owner,
                                     struct error *error)
{
    sqlite3_stmt *statement = store_prepare(store, STORE_ALERTS_OF_SIM, error);
    if (!statement)
        return error->class;
    sqlite3_bind_text(statement, 1, number, -1, SQLITE_STATIC);
    return walk_alerts(store, statement, row, owner, error);
}

enum error_class store_each_near(struct store *store, const char *number,
                                 bool (*row)(void *owner, const struct store_near *near), void *owner,
                                 struct error *error)
{
    int last;
    sqlite3_stmt *statement = store_prepare(store, STORE_NEAR_OF_SIM, error);
    if (!statement)
        return error->class;
    sqlite3_bind_text(statement, 1, number, -1, SQLITE_STATIC);
    while ((last = sqlite3_step(statement)) == SQLITE_ROW) {
        const struct store_near near = {
            .rule = store_text_at(statement, 0),
            .json = store_text_at(statement, 1),
            .time_ms = sqlite3_column_int64(statement, 2),
        };
        if (!row(owner, &near))
            break;
    }
    return store_end_walk(store, statement, last, error);
}

enum error_class store_each_accounting(struct store *store, int64_t from_ms, int64_t to_ms,
                                       bool (*row)(void *owner, const struct store_accounting *accounting),
                                       void *owner, struct error *error)
{
    int last;
    sqlite3_stmt *statement = store_prepare(store, STORE_ACCOUNTINGS, error);
    if (!statement)
        return error->class;
    sqlite3_bind_int64(statement, 1, from_ms);
    sqlite3_bind_int64(statement, 2, to_ms);
    while ((last = sqlite3_step(statement)) == SQLITE_ROW) {
        const struct store_accounting accounting = {
            .run = store_text_at(statement, 0),
            .json = store_text_at(statement, 1),
            .first_ms = sqlite3_column_int64(statement, 2),
            .last_ms = sqlite3_column_int64(statement, 3),
        };
        if (!row(owner, &accounting))
            break;
    }
    return store_end_walk(store, statement, last, error);
}
