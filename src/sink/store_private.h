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
    bool has_outbox;      /* its schema knows sinks; always so for a writer */
    bool has_told_expiry; /* alerts expired before a sink had them */
    bool was_new;         /* the last alert added */
    char path[];          /* for messages */
};

/* Fills `error` from the database's last error, and takes back the open transaction. `doing`: what failed. */
enum error_class store_failed(struct store *store, const char *doing, struct error *error);

/* The statement, ready to be bound; NULL with `error` filled. */
sqlite3_stmt *store_prepare(struct store *store, enum store_query query, struct error *error);

/* Runs a bound statement that returns no rows. */
enum error_class store_step(struct store *store, sqlite3_stmt *statement, struct error *error);

/* Bind parameters of a statement that store_prepare gave; a text must stay until the statement has run. `store_bind_word`
 * with NULL binds NULL. */
void store_bind_integer(sqlite3_stmt *statement, int index, int64_t value);
void store_bind_text(sqlite3_stmt *statement, int index, const char *text, size_t length);
void store_bind_word(sqlite3_stmt *statement, int index, const char *word);

/* The text of a column of the present row, "" for NULL; valid until the next step. */
const char *store_text_at(sqlite3_stmt *statement, int column);

/* Ends a walk whose last step returned `last`. */
enum error_class store_end_walk(struct store *store, sqlite3_stmt *statement, int last, struct error *error);

/* Rows behind a cursor, of alerts numbered from `lowest` to `highest` (0: none); too many where some between expired. */
uint64_t store_rows_behind(int64_t cursor, int64_t highest, int64_t lowest);

/* Opens a transaction unless one is open. */
enum error_class store_begin(struct store *store, struct error *error);

/* Runs SQL without parameters or rows. */
enum error_class store_execute(struct store *store, const char *sql, struct error *error);
