/* SPDX-License-Identifier: Apache-2.0
 * What the files of the store share. */
#pragma once

#include "simsieve/sink/store.h"

#include <sqlite3.h>

enum store_query {
#define QUERY(id, sql) STORE_##id,
#include "store_queries.def"
#undef QUERY
    STORE_QUERY_COUNT
};

struct store {
    sqlite3 *database;
    sqlite3_stmt *statements[STORE_QUERY_COUNT]; /* prepared at first use */
    bool is_readonly;
    bool was_new; /* the last alert added */
    char path[];  /* for messages */
};

/* Fills `error` from the database's last error, and takes back the open transaction. `doing`: what failed. */
enum error_class store_failed(struct store *store, const char *doing, struct error *error);

/* The statement, ready to be bound; NULL with `error` filled. */
sqlite3_stmt *store_prepare(struct store *store, enum store_query query, struct error *error);

/* Runs a bound statement that returns no rows. */
enum error_class store_step(struct store *store, sqlite3_stmt *statement, struct error *error);

/* Opens a transaction unless one is open. */
enum error_class store_begin(struct store *store, struct error *error);

/* Runs SQL without parameters or rows. */
enum error_class store_execute(struct store *store, const char *sql, struct error *error);
