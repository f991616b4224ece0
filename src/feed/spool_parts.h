/* SPDX-License-Identifier: Apache-2.0
 * What the parts of the spool feed share. Run thread while it reads again, then the feed's. */
#pragma once

#include "reader.h"
#include "spool_folder.h"
#include "spool_journal.h"

#include "simsieve/feed/feed.h"

/* Attempts to read on in a file that has become unreadable. */
#define SPOOL_TRIES 8

struct spool {
    struct spool_settings settings;
    const struct feed_options *options;
    struct feed_health *health;
    struct input_options input;
    struct spool_journal *journal;
    struct spool_folder *folder;

    struct position at;    /* where reading goes on */
    struct reader *reader; /* of file at.offset; NULL: not open */
    uint64_t reader_bytes; /* of it, counted already */
    /* Rejects of this file up to here were told in this process, and all of older ones. */
    uint64_t told_ordinal, told_rejects;
    bool is_format_told;

    uint64_t retry_ns; /* the file at.offset is not to be tried before */
    unsigned tries;
    uint64_t release_next; /* ordinals below need nothing more */
    bool is_away;          /* the folder; and has been said to be */
    bool is_full;          /* the journal; and has been said to be */
    uint64_t overflows;    /* counted already */
};

static inline void spool_count(_Atomic uint64_t *counter, uint64_t count)
{
    atomic_fetch_add_explicit(counter, count, memory_order_relaxed);
}

/* What fails and recovers by itself (health.md). */
enum spool_part {
    SPOOL_FOLDER,  /* until it can be listed */
    SPOOL_FILES,   /* until none waits that could not be read */
    SPOOL_JOURNAL, /* until it is written again */
    SPOOL_MOVING,  /* until a file has been archived, deleted or set aside */
    SPOOL_PART_COUNT
};
static_assert(SPOOL_PART_COUNT <= FEED_PARTS_MAX, "feed/spool_parts");

/* Counts and says something that went wrong with the feed itself. */
void spool_trouble(struct spool *spool, enum spool_part part, const struct error *error);

/* ---- spool_reading.c ---- */

/* What came of reading the file spool->at.offset. */
enum spool_reading {
    SPOOL_READING_ON,     /* the chunk is full, or `end` is reached */
    SPOOL_READING_ENDED,  /* spool->at is the beginning of the next file; `end_of_file` says how it ended */
    SPOOL_READING_FAILED, /* `error`; what came before is in the chunk */
    SPOOL_READING_GONE    /* the file is not to be had */
};

struct spool_end {
    uint64_t items, rest;
    bool is_cut;   /* there is more, beyond the limit */
    char why[256]; /* it belongs in quarantine; empty otherwise */
};

/* Feed thread. May block. Fills the chunk from spool->at, a file that the journal has, on; nothing at or behind `end`. */
enum spool_reading spool_reading_fill(struct spool *spool, struct chunk *chunk, struct position end,
                                      struct spool_end *end_of_file, struct error *error);

/* Feed thread. Goes to another place. */
void spool_reading_seek(struct spool *spool, struct position position);

/* ---- spool_intake.c ---- */

/* Feed thread. May block. Looks into the oldest file that waits and is whole. True when it was taken: the journal has one
 * ordinal more. `has_looked` is false when there was none to look into. */
bool spool_intake_next(struct spool *spool, uint64_t now_ns, bool *has_looked);

/* Feed thread. A file that is known and has not changed. */
bool spool_intake_is_known(void *owner, const char *name, const struct spool_identity *identity);

/* Feed thread. May block. Moves a file that was taken to quarantine; or does what the settings want for files that are no
 * longer needed. False when it has to be tried again. */
bool spool_intake_set_aside(struct spool *spool, uint64_t ordinal, const char *why);
bool spool_intake_dispose(struct spool *spool, uint64_t ordinal);
