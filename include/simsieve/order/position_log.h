/* SPDX-License-Identifier: Apache-2.0
 * In which order a run took what came to it: runs of records of one source, and marks between them. Alerts are a function
 * of the ordered records, so whoever reads the sources again in this order gets the same alerts. Text, so that a
 * person can look at it; src/order/position_log.md has the form. */
#pragma once

#include "simsieve/feed/feed.h"

struct position_log;

enum position_entry_kind {
    POSITION_SOURCE, /* `source` is from here on `feed`/`name` */
    POSITION_RUN,    /* `count` records of `source`, from `begin` to `end` */
    POSITION_MARK    /* something else that happened here: `word` and what it says of it in `text` */
};

struct position_entry {
    enum position_entry_kind kind;
    uint32_t source;
    const char *feed, *name; /* of the source; in a POSITION_RUN too */
    uint64_t count;
    struct position begin, end;
    const char *word, *text;
};

/* Start-up only. Opens the log in `folder`, which is made if need be, for reading and then adding; no other process may
 * have it open. `bytes_max`: the oldest segments are deleted beyond that. ERROR_CANNOT_CREATE, ERROR_IO;
 * ERROR_CONFIG when the folder is another process's or holds something else. */
struct position_log *position_log_open(const char *folder, uint64_t bytes_max, struct error *error);

/* The same without adding, while another process may add. ERROR_NO_INPUT. */
struct position_log *position_log_open_readonly(const char *folder, struct error *error);
void position_log_close(struct position_log *log);

/* Start-up only. The next entry; false at the end. What was written half when a process died is cut off there, once. Texts
 * are valid until the next call. ERROR_DATA in `error` (class otherwise ERROR_OK) for damage before the end. */
bool position_log_next(struct position_log *log, struct position_entry *entry, struct error *error);

#define POSITION_NO_SOURCE UINT32_MAX

/* Run thread, after position_log_next has said that there is no more. The number of a source, new or known;
 * POSITION_NO_SOURCE when there are FEED_SOURCE_COUNT_MAX already. */
uint32_t position_log_source(struct position_log *log, const char *feed, const char *name);

/* Run thread. Adds to what position_log_write will write; a run that goes on where the last one of the same source ended is
 * joined to it. */
void position_log_add(struct position_log *log, uint32_t source, uint64_t count, struct position begin,
                      struct position end);
void position_log_mark(struct position_log *log, const char *word, const char *text);

/* Run thread. Hands what was added to the system: it survives the death of this process. ERROR_IO. */
enum error_class position_log_write(struct position_log *log, struct error *error);

/* Any thread. May block. What position_log_write has handed over survives a power cut. ERROR_IO. */
enum error_class position_log_sync(struct position_log *log, struct error *error);

/* Any thread. Sources seen, entries that were cut off at the end, segments deleted by the limit. */
struct position_log_counters {
    uint64_t sources, cut_bytes, segments_deleted, bytes;
};
struct position_log_counters position_log_counters(const struct position_log *log);
