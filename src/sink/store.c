/* SPDX-License-Identifier: Apache-2.0
 * Opening the store, its schema, and how failures of SQLite become errors (store.md). */
#include "store_private.h"

#include "simsieve/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION_ID  0x53494d53 /* "SIMS" */
#define BUSY_TIMEOUT_MS 5000

/* Step i upgrades schema i to i + 1. Steps that have been released never change. */
static const char *const schema_steps[] = {
    "CREATE TABLE alerts ("
    " number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, time_ms INTEGER NOT NULL, position INTEGER NOT NULL,"
    " rule TEXT NOT NULL, rev INTEGER NOT NULL, mode TEXT NOT NULL, severity TEXT NOT NULL,"
    " subject_type TEXT NOT NULL, subject_key TEXT NOT NULL, json TEXT NOT NULL, written_at_ms INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX alerts_by_time ON alerts (time_ms, position);"
    "CREATE TABLE alert_sims ("
    " alert INTEGER NOT NULL REFERENCES alerts ON DELETE CASCADE, sim TEXT NOT NULL, PRIMARY KEY (alert, sim)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX alert_sims_by_sim ON alert_sims (sim);"
    "CREATE TABLE alert_provinces ("
    " alert INTEGER NOT NULL REFERENCES alerts ON DELETE CASCADE, province INTEGER NOT NULL,"
    " role TEXT NOT NULL CHECK (role IN ('active', 'registered', 'victim')), time_ms INTEGER NOT NULL,"
    " PRIMARY KEY (alert, province, role)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX alert_provinces_by_time ON alert_provinces (province, time_ms);"
    "CREATE TABLE near ("
    " sim TEXT NOT NULL, rule TEXT NOT NULL, time_ms INTEGER NOT NULL, json TEXT NOT NULL,"
    " PRIMARY KEY (sim, rule)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE accounting ("
    " run TEXT PRIMARY KEY NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, json TEXT NOT NULL,"
    " written_at_ms INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;",
    "CREATE TABLE alert_numbers (highest INTEGER NOT NULL) STRICT;"
    "INSERT INTO alert_numbers VALUES (0);"
    "CREATE TABLE outbox ("
    " sink INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, cursor INTEGER NOT NULL,"
    " delivered INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0,"
    " expired INTEGER NOT NULL DEFAULT 0, disabled TEXT"
    ") STRICT;"
    "CREATE TABLE dead_letters ("
    " sink INTEGER NOT NULL REFERENCES outbox ON DELETE CASCADE,"
    " alert INTEGER NOT NULL REFERENCES alerts ON DELETE CASCADE,"
    " reason TEXT NOT NULL, refused_at_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 1,"
    " is_due INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (sink, alert)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX dead_letters_by_alert ON dead_letters (alert);"
    "CREATE INDEX dead_letters_due ON dead_letters (sink, alert) WHERE is_due = 1;",
};

#define SCHEMA_VERSION ((int64_t)ARRAY_COUNT(schema_steps))
#define OUTBOX_VERSION 2

static const char *const query_texts[] = {
#define QUERY(id, sql) [STORE_##id] = (sql),
#include "store_queries.def"
#undef QUERY
};

/* What a failure of SQLite means here; the row for its class of result codes. */
static const struct cause {
    int code;
    enum error_class writer, reader;
    const char *advice;
} causes[] = {
    {SQLITE_FULL, ERROR_IO, ERROR_IO,
     "free space, raise the store's limit or keep alerts for a shorter time"},
    {SQLITE_IOERR, ERROR_IO, ERROR_IO, "free space or mend the device"},
    {SQLITE_BUSY, ERROR_IO, ERROR_IO,
     "another program has been writing to it for over 5 s: stop it, or wait"},
    {SQLITE_CORRUPT, ERROR_IO, ERROR_IO,
     "it is damaged: move it away; a replay of the records makes it again"},
    {SQLITE_NOTADB, ERROR_CONFIG, ERROR_CONFIG, "it is no store of simsieve: name another file"},
    {SQLITE_CANTOPEN, ERROR_CANNOT_CREATE, ERROR_NO_INPUT,
     "check the path, and that its folder can be written"},
    {SQLITE_READONLY, ERROR_CANNOT_CREATE, ERROR_NO_INPUT,
     "check the permissions of the file and its folder"},
    {SQLITE_PERM, ERROR_CANNOT_CREATE, ERROR_NO_INPUT, "check the permissions of the file and its folder"},
};

static const struct cause *cause_of(int code)
{
    static const struct cause other = {0, ERROR_INTERNAL, ERROR_INTERNAL, "report it with this message"};
    for (size_t i = 0; i < ARRAY_COUNT(causes); i++)
        if (causes[i].code == (code & 0xff))
            return &causes[i];
    return &other;
}

enum error_class store_failed(struct store *store, const char *doing, struct error *error)
{
    const struct cause *cause = cause_of(sqlite3_extended_errcode(store->database));
    const int system_errno = sqlite3_system_errno(store->database);
    const bool has_errno = (cause->code == SQLITE_IOERR || cause->code == SQLITE_CANTOPEN) && system_errno;
    error_set(error, store->is_readonly ? cause->reader : cause->writer, "%s: %s failed: %s%s%s; %s",
              store->path, doing, sqlite3_errmsg(store->database), has_errno ? ": " : "",
              has_errno ? strerror(system_errno) : "", cause->advice);
    for (size_t i = 0; i < STORE_QUERY_COUNT; i++)
        sqlite3_reset(store->statements[i]);
    if (!sqlite3_get_autocommit(store->database))
        sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    return error->class;
}

sqlite3_stmt *store_prepare(struct store *store, enum store_query query, struct error *error)
{
    sqlite3_stmt **statement = &store->statements[query];
    if (!*statement && sqlite3_prepare_v3(store->database, query_texts[query], -1, SQLITE_PREPARE_PERSISTENT,
                                          statement, NULL) != SQLITE_OK) {
        store_failed(store, "preparing a statement", error);
        return NULL;
    }
    CHECK(!sqlite3_stmt_busy(*statement));
    return *statement;
}

enum error_class store_step(struct store *store, sqlite3_stmt *statement, struct error *error)
{
    if (sqlite3_step(statement) != SQLITE_DONE)
        return store_failed(store, "writing", error);
    sqlite3_reset(statement);
    return ERROR_OK;
}

enum error_class store_begin(struct store *store, struct error *error)
{
    if (!sqlite3_get_autocommit(store->database))
        return ERROR_OK;
    sqlite3_stmt *statement = store_prepare(store, STORE_BEGIN, error);
    return statement ? store_step(store, statement, error) : error->class;
}

enum error_class store_execute(struct store *store, const char *sql, struct error *error)
{
    if (sqlite3_exec(store->database, sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_failed(store, "opening it", error);
    return ERROR_OK;
}

/* The first column of the first row. */
static enum error_class query_integer(struct store *store, const char *sql, int64_t *value,
                                      struct error *error)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) != SQLITE_OK)
        return store_failed(store, "reading it", error);
    enum error_class class = ERROR_OK;
    if (sqlite3_step(statement) == SQLITE_ROW)
        *value = sqlite3_column_int64(statement, 0);
    else
        class = store_failed(store, "reading it", error);
    sqlite3_finalize(statement);
    return class;
}

/* Whose file it is: `version` 0 for a fresh one. Reads only, and in the caller's transaction: another writer may
 * be making the schema at this moment. */
static enum error_class identify(struct store *store, int64_t *version, struct error *error)
{
    int64_t application_id, object_count;
    enum error_class class = query_integer(store, "PRAGMA application_id", &application_id, error);
    if (!class)
        class = query_integer(store, "PRAGMA user_version", version, error);
    if (!class)
        class = query_integer(store, "SELECT count(*) FROM sqlite_schema", &object_count, error);
    if (class)
        return class;
    const bool is_fresh = application_id == 0 && *version == 0 && object_count == 0;
    if (is_fresh && store->is_readonly)
        return error_set(error, ERROR_CONFIG, "%s: the database is empty: no run has stored anything in it",
                         store->path);
    if (!is_fresh && application_id != APPLICATION_ID)
        return error_set(error, ERROR_CONFIG,
                         "%s: the database of another program; it was left alone: name another file",
                         store->path);
    if (*version > SCHEMA_VERSION)
        return error_set(error, ERROR_CONFIG,
                         "%s: a store of schema %lld, this program knows up to %lld: use a newer simsieve",
                         store->path, (long long)*version, (long long)SCHEMA_VERSION);
    store->has_outbox = *version >= OUTBOX_VERSION;
    return ERROR_OK;
}

/* `identify` in a transaction of its own. */
static enum error_class look_at(struct store *store, int64_t *version, struct error *error)
{
    enum error_class class = store_execute(store, "BEGIN", error);
    if (!class)
        class = identify(store, version, error);
    sqlite3_exec(store->database, "ROLLBACK", NULL, NULL,
                 NULL); /* nothing was written; none open after a failure */
    return class;
}

/* The change to WAL needs the database for itself for a moment, and SQLite does not wait for that. */
static enum error_class use_wal(struct store *store, struct error *error)
{
    enum { STEP_MS = 20 };
    for (int waited_ms = 0;; waited_ms += STEP_MS) {
        const int code = sqlite3_exec(store->database, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if (code == SQLITE_OK)
            return ERROR_OK;
        if (code != SQLITE_BUSY || waited_ms >= BUSY_TIMEOUT_MS)
            return store_failed(store, "opening it", error);
        sqlite3_sleep(STEP_MS);
    }
}

static enum error_class upgrade(struct store *store, struct error *error)
{
    char sql[128];
    int64_t version;
    enum error_class class = store_begin(store, error);
    if (!class)
        class = identify(store, &version, error); /* again: another writer may have been first */
    for (; !class && version < SCHEMA_VERSION; version++) {
        snprintf(sql, sizeof(sql), "PRAGMA application_id = %d; PRAGMA user_version = %lld", APPLICATION_ID,
                 (long long)version + 1);
        class = store_execute(store, schema_steps[version], error);
        if (!class)
            class = store_execute(store, sql, error);
    }
    store->has_outbox = !class;
    return class ? class : store_flush(store, error);
}

static enum error_class prepare_writer(struct store *store, struct error *error)
{
    int64_t version = 0;
    enum error_class class = look_at(store, &version, error);
    if (!class && sqlite3_db_readonly(store->database, "main"))
        class = error_set(error, ERROR_CANNOT_CREATE,
                          "%s: can only be read: check its permissions and its folder's", store->path);
    if (!class)
        class = use_wal(store, error);
    /* secure_delete: what retention deletes is gone from the file, not only from the index */
    if (!class)
        class =
            store_execute(store,
                          "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
                          "PRAGMA trusted_schema = OFF",
                          error);
    return class || version == SCHEMA_VERSION ? class : upgrade(store, error);
}

static struct store *open_database(const char *path, bool is_readonly, struct error *error)
{
    const size_t length = strlen(path);
    int64_t version;
    struct store *store = calloc(1, sizeof(*store) + length + 1);
    CHECK(store);
    memcpy(store->path, path, length);
    store->is_readonly = is_readonly;
    const int flags = is_readonly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    enum error_class class = ERROR_OK;
    if (sqlite3_open_v2(path, &store->database, flags, NULL) != SQLITE_OK)
        class = store_failed(store, "opening it", error);
    sqlite3_busy_timeout(store->database, BUSY_TIMEOUT_MS);
    if (!class)
        class = is_readonly ? look_at(store, &version, error) : prepare_writer(store, error);
    if (!class)
        return store;
    store_close(store);
    return NULL;
}

/* Names that SQLite gives a meaning of its own: no file, or one in memory. */
static bool is_special(const char *path)
{
    return path[0] == 0 || path[0] == ':';
}

struct store *store_open(const char *path, struct error *error)
{
    if (is_special(path)) {
        error_set(error, ERROR_CANNOT_CREATE, "the store \"%s\" is no file name: name a file", path);
        return NULL;
    }
    /* SQLite would make it readable to everybody; its log files take over the mode. O_EXCL, because closing a
     * second descriptor of an open database would drop its locks. */
    const int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor >= 0)
        close(descriptor);
    return open_database(path, false, error);
}

struct store *store_open_readonly(const char *path, struct error *error)
{
    struct stat status;
    if (is_special(path) || stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
        error_set(error, ERROR_NO_INPUT,
                  "%s: no store there: name the file that a run was given with --store", path);
        return NULL;
    }
    if (access(path, R_OK) != 0) {
        error_set(error, ERROR_NO_INPUT, "%s: cannot be read: %s", path, strerror(errno));
        return NULL;
    }
    return open_database(path, true, error);
}

void store_close(struct store *store)
{
    if (!store)
        return;
    for (size_t i = 0; i < STORE_QUERY_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    CHECK(sqlite3_close(store->database) == SQLITE_OK); /* takes back an open transaction */
    free(store);
}

enum error_class store_limit(struct store *store, uint64_t bytes_max, struct error *error)
{
    char sql[64];
    int64_t page_bytes;
    const enum error_class class = query_integer(store, "PRAGMA page_size", &page_bytes, error);
    if (class)
        return class;
    CHECK(bytes_max >= (uint64_t)page_bytes);
    snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %llu",
             (unsigned long long)u64_min(bytes_max / (uint64_t)page_bytes, UINT32_MAX - 1));
    return store_execute(store, sql, error);
}
