/* SPDX-License-Identifier: Apache-2.0
 * What the alert thread adds, makes durable and lets expire. */
#include "simsieve/base/clock.h"
#include "simsieve/log/log.h"
#include "store_private.h"

#include <string.h>

void store_bind_text(sqlite3_stmt *statement, int index, const char *text, size_t length)
{
    CHECK(sqlite3_bind_text64(statement, index, text, length, SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK);
}

void store_bind_word(sqlite3_stmt *statement, int index, const char *word)
{
    if (word)
        store_bind_text(statement, index, word, strlen(word));
    else
        CHECK(sqlite3_bind_null(statement, index) == SQLITE_OK);
}

void store_bind_integer(sqlite3_stmt *statement, int index, int64_t value)
{
    CHECK(sqlite3_bind_int64(statement, index, value) == SQLITE_OK);
}

static enum error_class add_sims(struct store *store, int64_t row, const struct alert *alert,
                                 struct error *error)
{
    const char *sim = alert->sims;
    sqlite3_stmt *statement = store_prepare(store, STORE_ADD_SIM, error);
    enum error_class class = statement ? ERROR_OK : error->class;
    for (uint32_t i = 0; i < alert->sim_count && !class; i++, sim += strlen(sim) + 1) {
        store_bind_integer(statement, 1, row);
        store_bind_word(statement, 2, sim);
        class = store_step(store, statement, error);
    }
    return class;
}

static enum error_class add_provinces(struct store *store, int64_t row, const struct alert *alert,
                                      struct error *error)
{
    const struct {
        const char *name;
        const struct province_set *provinces;
    } roles[] = {{"active", &alert->active}, {"registered", &alert->registered}, {"victim", &alert->victims}};
    sqlite3_stmt *statement = store_prepare(store, STORE_ADD_PROVINCE, error);
    enum error_class class = statement ? ERROR_OK : error->class;
    for (unsigned cell = 0; cell < ARRAY_COUNT(roles) * (PROVINCE_CODE_MAX + 1) && !class; cell++) {
        const unsigned role = cell / (PROVINCE_CODE_MAX + 1), code = cell % (PROVINCE_CODE_MAX + 1);
        if (!province_set_has(roles[role].provinces, code))
            continue;
        store_bind_integer(statement, 1, row);
        store_bind_integer(statement, 2, code);
        store_bind_word(statement, 3, roles[role].name);
        store_bind_integer(statement, 4, alert->time_ms);
        class = store_step(store, statement, error);
    }
    return class;
}

static void bind_alert(sqlite3_stmt *statement, const struct alert *alert)
{
    CHECK(alert->position <= INT64_MAX);
    store_bind_word(statement, 1, alert->id);
    store_bind_integer(statement, 2, alert->time_ms);
    store_bind_integer(statement, 3, (int64_t)alert->position);
    store_bind_word(statement, 4, alert->rule);
    store_bind_integer(statement, 5, alert->rev);
    store_bind_word(statement, 6, alert_mode_name(alert->mode));
    store_bind_word(statement, 7, severity_name(alert->severity));
    store_bind_word(statement, 8, subject_type_name(alert->subject_type));
    store_bind_word(statement, 9, alert->subject_key);
    store_bind_text(statement, 10, alert->json, alert->json_length);
    store_bind_integer(statement, 11, clock_wall_ms());
}

enum error_class store_add_alert(struct store *store, const struct alert *alert, struct error *error)
{
    if (store_begin(store, error))
        return error->class;
    sqlite3_stmt *statement = store_prepare(store, STORE_ADD_ALERT, error);
    if (!statement)
        return error->class;
    bind_alert(statement, alert);
    enum error_class class = store_step(store, statement, error);
    store->was_new = !class && sqlite3_changes(store->database) > 0;
    if (!store->was_new)
        return class;
    const int64_t row = sqlite3_last_insert_rowid(store->database);
    class = add_sims(store, row, alert, error);
    return class ? class : add_provinces(store, row, alert, error);
}

bool store_was_new(const struct store *store)
{
    return store->was_new;
}

enum error_class store_add_near(struct store *store, const char *number, const char *rule, int64_t time_ms,
                                const char *json, struct error *error)
{
    if (store_begin(store, error))
        return error->class;
    sqlite3_stmt *statement = store_prepare(store, STORE_ADD_NEAR, error);
    if (!statement)
        return error->class;
    store_bind_word(statement, 1, number);
    store_bind_word(statement, 2, rule);
    store_bind_integer(statement, 3, time_ms);
    store_bind_word(statement, 4, json);
    return store_step(store, statement, error);
}

enum error_class store_add_accounting(struct store *store, const char *run, int64_t first_ms, int64_t last_ms,
                                      const char *json, struct error *error)
{
    if (store_begin(store, error))
        return error->class;
    sqlite3_stmt *statement = store_prepare(store, STORE_ADD_ACCOUNTING, error);
    if (!statement)
        return error->class;
    store_bind_word(statement, 1, run);
    store_bind_integer(statement, 2, first_ms);
    store_bind_integer(statement, 3, last_ms);
    store_bind_word(statement, 4, json);
    store_bind_integer(statement, 5, clock_wall_ms());
    return store_step(store, statement, error);
}

enum error_class store_flush(struct store *store, struct error *error)
{
    if (sqlite3_get_autocommit(store->database))
        return ERROR_OK;
    sqlite3_stmt *statement = store_prepare(store, STORE_COMMIT, error);
    return statement ? store_step(store, statement, error) : error->class;
}

/* The one value of a query; `is_null` when there is none. */
static enum error_class ask(struct store *store, enum store_query query, int64_t *value, bool *is_null,
                            struct error *error)
{
    sqlite3_stmt *statement = store_prepare(store, query, error);
    if (!statement)
        return error->class;
    if (sqlite3_step(statement) != SQLITE_ROW)
        return store_failed(store, "reading it", error);
    *is_null = sqlite3_column_type(statement, 0) == SQLITE_NULL;
    *value = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return ERROR_OK;
}

/* Says it once: how much it is, and of whom, is counted. */
static enum error_class tell_undelivered(struct store *store, int64_t expired_before, struct error *error)
{
    int64_t expired;
    bool is_null;
    if (ask(store, STORE_EXPIRED, &expired, &is_null, error))
        return error->class;
    if (expired > expired_before && !store->has_told_expiry) {
        log_write(LOG_WARNING,
                  "%s: alerts reached the end of their retention before some sink had them; "
                  "'simsieve outbox list' counts them",
                  store->path);
        store->has_told_expiry = true;
    }
    return ERROR_OK;
}

/* Deletes what is older than `limit_ms`, in the open transaction. */
static enum error_class expire_before(struct store *store, int64_t limit_ms, struct error *error)
{
    static const enum store_query deletions[] = {STORE_EXPIRE_UNDELIVERED, STORE_EXPIRE_ALERTS,
                                                 STORE_EXPIRE_NEAR, STORE_EXPIRE_ACCOUNTING};
    int64_t expired_before;
    bool is_null;
    enum error_class class = ask(store, STORE_EXPIRED, &expired_before, &is_null, error);
    sqlite3_stmt *statement = class ? NULL : store_prepare(store, STORE_KEEP_NUMBERS, error);
    if (!statement || store_step(store, statement, error))
        return error->class;
    for (size_t i = 0; i < ARRAY_COUNT(deletions); i++) {
        statement = store_prepare(store, deletions[i], error);
        if (!statement)
            return error->class;
        store_bind_integer(statement, 1, limit_ms);
        if (store_step(store, statement, error))
            return error->class;
    }
    return tell_undelivered(store, expired_before, error);
}

enum error_class store_expire(struct store *store, int64_t keep_ms, int64_t now_ms, struct error *error)
{
    int64_t newest_ms = 0;
    bool is_empty = true;
    enum error_class class = store_begin(store, error);
    if (!class)
        class = ask(store, STORE_NEWEST, &newest_ms, &is_empty, error);
    if (!class && !is_empty)
        class = expire_before(store, (newest_ms < now_ms ? newest_ms : now_ms) - keep_ms, error);
    if (!class)
        class = store_flush(store, error);
    /* The log still holds what was deleted. A reader in the middle of a walk keeps it until the next time. */
    if (!class)
        sqlite3_wal_checkpoint_v2(store->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return class;
}
