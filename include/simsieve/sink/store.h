/* SPDX-License-Identifier: Apache-2.0
 * The store: one SQLite database (WAL, one writer) of alerts, of the accounting of each run, and of SIMs that came
 * near a threshold. Schema in src/sink/store.md. Readers open it read-only while a run writes.
 * Protected numbers are never in it. */
#pragma once

#include "simsieve/alert/alert.h"
#include "simsieve/base/error.h"

struct store;

/* May block. Opens for writing, makes or upgrades the schema. ERROR_CANNOT_CREATE; ERROR_CONFIG when the file is
 * no store of this program or of a newer one. */
struct store *store_open(const char *path, struct error *error);

/* Start-up only. Additions that would make the database larger fail with ERROR_IO; the log of open transactions
 * comes on top. A database that is larger already only stops growing. */
enum error_class store_limit(struct store *store, uint64_t bytes_max, struct error *error);

/* May block. Opens for reading. ERROR_NO_INPUT, ERROR_CONFIG. */
struct store *store_open_readonly(const char *path, struct error *error);
void store_close(struct store *store);

/* Alert thread. Inserts, or leaves the row that has this id. Rows become durable at store_flush. When this or any
 * other addition or the flush fails, all since the last flush is taken back. */
enum error_class store_add_alert(struct store *store, const struct alert *alert, struct error *error);

/* Alert thread. Whether the last alert that was added was not there before. */
bool store_was_new(const struct store *store);

/* Alert thread. A SIM that met all but some conditions of a rule: the newest such moment is kept, one row a
 * (number, rule). `json` is {"measures": {...}} as in an alert. */
enum error_class store_add_near(struct store *store, const char *number, const char *rule, int64_t time_ms,
                                const char *json, struct error *error);

/* Alert thread. Ends the open transaction: what was added is durable. */
enum error_class store_flush(struct store *store, struct error *error);

/* Alert thread, at the end of a run. The accounting (contract section 4) of records from `first_ms` to `last_ms`
 * (event time); one row a run, replaced when the same `run` is stored again. */
enum error_class store_add_accounting(struct store *store, const char *run, int64_t first_ms, int64_t last_ms,
                                      const char *json, struct error *error);

/* Any one thread. Flushes, and deletes alerts, near misses and accountings older than `keep_ms` before the newest
 * moment in the store, or before `now_ms` (wall clock) where that moment lies ahead of it. */
enum error_class store_expire(struct store *store, int64_t keep_ms, int64_t now_ms, struct error *error);

/* Readers, any one thread. Walks in (time, position) order: calls `row` until it returns false. `province` 0: all.
 * Times are [from_ms, to_ms). Strings are valid during the call. One walk at a time on one store. */
struct store_alert {
    const char *id, *rule, *severity, *mode, *subject_type, *subject_key, *json;
    int64_t time_ms;
};
enum error_class store_each_alert(struct store *store, unsigned province, int64_t from_ms, int64_t to_ms,
                                  bool (*row)(void *owner, const struct store_alert *alert), void *owner,
                                  struct error *error);

/* The same for one accused number: its alerts, newest first. */
enum error_class store_each_alert_of(struct store *store, const char *number,
                                     bool (*row)(void *owner, const struct store_alert *alert), void *owner,
                                     struct error *error);

struct store_near {
    const char *rule, *json;
    int64_t time_ms;
};
enum error_class store_each_near(struct store *store, const char *number,
                                 bool (*row)(void *owner, const struct store_near *near), void *owner,
                                 struct error *error);

/* Accountings of runs that touched [from_ms, to_ms), in order of their first record. */
struct store_accounting {
    const char *run, *json;
    int64_t first_ms, last_ms;
};
enum error_class store_each_accounting(struct store *store, int64_t from_ms, int64_t to_ms,
                                       bool (*row)(void *owner, const struct store_accounting *accounting),
                                       void *owner, struct error *error);
