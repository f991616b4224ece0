/* SPDX-License-Identifier: Apache-2.0
 * Walks over the store, for reports and `why`. */
#include "store_private.h"

static const char *text_column(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text ? (const char *)text : "";
}

/* `last`: what the last step returned. */
static enum error_class end_walk(struct store *store, sqlite3_stmt *statement, int last, struct error *error)
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
            .id = text_column(statement, 0),
            .rule = text_column(statement, 1),
            .severity = text_column(statement, 2),
            .mode = text_column(statement, 3),
            .subject_type = text_column(statement, 4),
            .subject_key = text_column(statement, 5),
            .json = text_column(statement, 6),
            .time_ms = sqlite3_column_int64(statement, 7),
        };
        if (!row(owner, &alert))
            break;
    }
    return end_walk(store, statement, last, error);
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
            .rule = text_column(statement, 0),
            .json = text_column(statement, 1),
            .time_ms = sqlite3_column_int64(statement, 2),
        };
        if (!row(owner, &near))
            break;
    }
    return end_walk(store, statement, last, error);
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
            .run = text_column(statement, 0),
            .json = text_column(statement, 1),
            .first_ms = sqlite3_column_int64(statement, 2),
            .last_ms = sqlite3_column_int64(statement, 3),
        };
        if (!row(owner, &accounting))
            break;
    }
    return end_walk(store, statement, last, error);
}
