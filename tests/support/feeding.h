/* SPDX-License-Identifier: Apache-2.0
 * A feed driven as a run drives it, in the test's own thread, and what came out of it. */
#pragma once

#include "workdir.h"

#include "simsieve/feed/feed.h"

struct feeding_chunk {
    struct position begin, end;
    size_t first, count; /* of the records */
};

struct feeding {
    const struct feed_kind *kind;
    void *state;
    char folder[WORKDIR_PATH_BYTES]; /* the feed's state folder; empty: it gets none */
    struct yaml *yaml;
    struct feed_health health;
    struct rejects *rejects;
    struct error error;
    struct cdr *records;
    size_t record_count;
    struct feeding_chunk *chunks;
    size_t chunk_count;
    char *outcome;
};

void feeding_make(struct feeding *feeding, const char *kind);
void feeding_end(struct feeding *feeding); /* closes and removes the folder */

/* Opens with settings in YAML; feeding_open fails the test where that fails. */
enum error_class feeding_try_open(struct feeding *feeding, const char *settings);
void feeding_open(struct feeding *feeding, const char *settings);
void feeding_close(struct feeding *feeding);

/* Starts from the beginning, or behind the last chunk that was kept. */
void feeding_start(struct feeding *feeding);
void feeding_resume(struct feeding *feeding);
void feeding_stop(struct feeding *feeding);

/* Polls and keeps what comes, until there are `records` more or `milliseconds` have passed; with `records` 0 all that time.
 * Returns how many came. */
size_t feeding_poll(struct feeding *feeding, size_t records, int milliseconds);

/* Polls without a chunk. */
void feeding_hold(struct feeding *feeding, int milliseconds);

/* Reads [begin, end) of a source again, checks that it is the kept records [first, first + count), in their chunks' order. */
void feeding_check_again(struct feeding *feeding, const char *source, struct position begin,
                         struct position end, size_t first, size_t count);

/* The kept records as lines of NDJSON, then "reason: count" of each reason that was counted. Valid until the next call. */
const char *feeding_outcome(struct feeding *feeding);
