/* SPDX-License-Identifier: Apache-2.0
 * What the alert thread adds, makes durable and lets expire. */
#include "simsieve/base/clock.h"
#include "store_private.h"

#include <string.h>

static void bind_text(sqlite3_stmt *statement, int index, const char *text, size_t length)
{
    CHECK(sqlite3_bind_text64(statement, index, text, length, SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK);
}

static void bind_word(sqlite3_stmt *statement, int index, const char *word)
{
    bind_text(statement, index, word, strlen(word));
}

static void bind_integer(sqlite3_stmt *statement, int index, int64_t value)
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
        bind_integer(statement, 1, row);
        bind_word(statement, 2, sim);
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
        bind_integer(statement, 1, row);
        bind_integer(statement, 2, code);
        bind_word(statement, 3, roles[role].name);
        bind_integer(statement, 4, alert->time_ms);
        class = store_step(store, statement, error);
    }
    return class;
}

static void bind_alert(sqlite3_stmt *statement, const struct alert *alert)
{
    CHECK(alert->position <= INT64_MAX);
    bind_word(statement, 1, alert->id);
    bind_integer(statement, 2, alert->time_ms);
    bind_integer(statement, 3, (int64_t)alert->position);
    bind_word(statement, 4, alert->rule);
    bind_integer(statement, 5, alert->rev);
    bind_word(statement, 6, alert_mode_name(alert->mode));
    bind_word(statement, 7, severity_name(alert->severity));
    bind_word(statement, 8, subject_type_name(alert->subject_type));
    bind_word(statement, 9, alert->subject_key);
    bind_text(statement, 10, alert->json, alert->json_length);
    bind_integer(statement, 11, clock_wall_ms());
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
    bind_word(statement, 1, number);
    bind_word(statement, 2, rule);
    bind_integer(statement, 3, time_ms);
    bind_word(statement, 4, json);
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
    bind_word(statement, 1, run);
    bind_integer(statement, 2, first_ms);
    bind_integer(statement, 3, last_ms);
    bind_word(statement, 4, json);
    bind_integer(statement, 5, clock_wall_ms());
    return store_step(store, statement, error);
}

enum error_class store_flush(struct store *store, struct error *error)
{
    if (sqlite3_get_autocommit(store->database))
        return ERROR_OK;
    sqlite3_stmt *statement = store_prepare(store, STORE_COMMIT, error);
    return statement ? store_step(store, statement, error) : error->class;
}

/* The newest moment in the store; false when it is empty. */
static enum error_class find_newest(struct store *store, int64_t *newest_ms, bool *is_empty,
                                    struct error *error)
{
    sqlite3_stmt *statement = store_prepare(store, STORE_NEWEST, error);
    if (!statement)
        return error->class;
    if (sqlite3_step(statement) != SQLITE_ROW)
        return store_failed(store, "reading it", error);
    *is_empty = sqlite3_column_type(statement, 0) == SQLITE_NULL;
    *newest_ms = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return ERROR_OK;
}

enum error_class store_expire(struct store *store, int64_t keep_ms, int64_t now_ms, struct error *error)
{
    static const enum store_query deletions[] = {STORE_EXPIRE_ALERTS, STORE_EXPIRE_NEAR,
                                                 STORE_EXPIRE_ACCOUNTING};
    int64_t newest_ms = 0;
    bool is_empty = true;
    enum error_class class = store_begin(store, error);
    if (!class)
        class = find_newest(store, &newest_ms, &is_empty, error);
    for (size_t i = 0; i < ARRAY_COUNT(deletions) && !class && !is_empty; i++) {
        sqlite3_stmt *statement = store_prepare(store, deletions[i], error);
        if (!statement)
            return error->class;
        bind_integer(statement, 1, (newest_ms < now_ms ? newest_ms : now_ms) - keep_ms);
        class = store_step(store, statement, error);
    }
    if (!class)
        class = store_flush(store, error);
    /* The log still holds what was deleted. A reader in the middle of a walk keeps it until the next time. */
    if (!class)
        sqlite3_wal_checkpoint_v2(store->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return class;
}
