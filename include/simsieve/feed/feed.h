/* SPDX-License-Identifier: Apache-2.0
 * The plug point of feeds: where a long-running process gets records from. A feed is one descriptor, its own files in
 * src/feed, one page, and a line in feed_registry.c. It knows sources (a topic's partition, a spool folder, a port's journal)
 * whose records have positions, and it can do two things with them: hand on what comes, and read again what has
 * come before. It knows nothing of order, SIMs or alerts.
 *
 * Life cycle: open (reads and checks its settings, reaches nobody), then read any number of times, then start, poll
 * until the end, stop, close. One thread at a time: the run's while it reads again, the feed's own from start to stop. */
#pragma once

#include "simsieve/conf/settings.h"
#include "simsieve/feed/rejects.h"

#include <stdatomic.h>

#define FEED_NAME_BYTES       32
#define FEED_SOURCE_BYTES     300 /* a topic has up to 249 characters */
#define CHUNK_RECORDS         1024
#define FEED_SOURCE_COUNT_MAX 4096

/* A place in a source: before the record `skip` of the message (line block, packet, file) `offset`. Both only grow. */
struct position {
    uint64_t offset;
    uint32_t skip;
};

/* Records of one source in its order. */
struct chunk {
    char source[FEED_SOURCE_BYTES]; /* its name, unique in the feed; by which it is found again */
    struct position begin, end;     /* from the first record, or rejected message, to behind the last */
    uint64_t received_wall_ms;      /* when the newest of it arrived here; for lag only */
    uint32_t count;
    struct cdr records[CHUNK_RECORDS]; /* all but cdr.source */
};

/* Parts of a feed that fail and recover each for itself; each kind has an enum of its own for them. */
#define FEED_PARTS_MAX 4

/* Something that went wrong: what, where, and what to do, without secrets, as on the log. */
struct feed_error {
    char text[ERROR_TEXT_BYTES]; /* empty: none */
    int64_t since_wall_ms;       /* when its part stopped being well */
    int64_t told_wall_ms;        /* the last time */
};

/* What a person asks about a feed. Written by the feed's thread, read by any: relaxed, each stands for itself. */
struct feed_health {
    _Atomic uint64_t received; /* records, decoded or not */
    _Atomic uint64_t received_bytes;
    _Atomic uint64_t messages;  /* Kafka messages, packets, files */
    _Atomic uint64_t set_aside; /* files moved to quarantine */
    _Atomic uint64_t limited;   /* times that a limit of the feed made it wait, or look again later */
    _Atomic uint64_t errors;    /* of the feed itself (broker, disk); not damaged records */
    _Atomic uint64_t reconnects;
    _Atomic uint64_t lost;              /* known to be lost: overrun rings, messages past retention */
    _Atomic uint64_t lag;               /* records or messages known to wait at the source */
    _Atomic uint64_t held;              /* times it was stopped because the pipeline was behind */
    _Atomic uint64_t empty;             /* messages without a record: tombstones, blank ones */
    _Atomic uint64_t rebalances;        /* times that sources were given or taken */
    _Atomic uint64_t dead_letters;      /* messages that a dead-letter topic has taken */
    _Atomic uint64_t dead_letters_lost; /* that it has not; their rejects are counted all the same */
    _Atomic uint64_t hung_up;           /* connections of senders that the feed ended: limits, or nonsense */
    _Atomic uint32_t connection_count;  /* of senders, now */
    _Atomic uint32_t source_count;      /* sources assigned now */
    _Atomic uint32_t elsewhere_count;   /* sources that others who share them have */
    _Atomic bool is_connected;
    _Atomic int64_t last_record_wall_ms;

    /* Why it is not well (health.md). Texts need a lock, which is health.c's, and taken only when something goes wrong, when that is
     * over, and by who asks: never on the way of a record. Written under it; the bits of parts that are not well are
     * read without it, relaxed, by the one thread that sets them. */
    _Atomic uint32_t ill_parts;
    struct feed_error part_errors[FEED_PARTS_MAX], last_error;
};

/* Any thread; for errors only, it locks. `part` is not well, because of `text`, which is cut at ERROR_TEXT_BYTES. */
void feed_health_tell(struct feed_health *health, unsigned part, const char *text);

/* The feed's present thread. `part` is well; nothing but a load where that is known. */
void feed_health_well(struct feed_health *health, unsigned part);

/* The feed's present thread. Whether `part` was told of and not told to be well since. */
static inline bool feed_health_is_ill(const struct feed_health *health, unsigned part)
{
    return atomic_load_explicit(&health->ill_parts, memory_order_relaxed) >> part & 1;
}

/* Any thread; locks. The newest of the errors that hold, and the newest that there ever was; texts are empty where there is
 * none. */
void feed_health_errors(const struct feed_health *health, struct feed_error *present,
                        struct feed_error *last);

/* Where to go on with a source. */
struct feed_resume {
    char source[FEED_SOURCE_BYTES];
    struct position position;
};

/* What every feed is given; owned by the caller, valid until close. */
struct feed_options {
    const char *name;   /* from the configuration */
    const char *folder; /* of the configuration: relative paths of settings start there */
    const char
        *state_folder; /* of this feed alone, made by the caller; NULL: only the settings are to be checked */
    bool is_reader;    /* only `read` will follow, perhaps beside a process that has the state folder */
    const struct decode_context *context;
    const struct decoder *format; /* NULL: by content */
    struct rejects *rejects;      /* this feed's own */
    struct feed_health *health;
};

enum feed_status {
    FEED_RECORDS, /* the chunk holds something: records, or only a way further */
    FEED_NOTHING, /* nothing within the wait */
    FEED_ENDED,   /* there will never be more (tests, a spool folder read once) */
    FEED_FAILED   /* `error`: this feed cannot go on; weather is retried inside and is no failure */
};

struct feed_kind {
    const char *name;                /* the word of `kind:` */
    const char *summary;             /* one line */
    const struct settings *settings; /* what its map may hold, for the reference */

    /* Start-up only. `settings` is the map of the feed's own keys, which it reads strictly. What is wrong with them is
     * said here, with its place. ERROR_CONFIG, ERROR_INTERNAL. */
    enum error_class (*open)(void **state, const struct feed_options *options, struct yaml_value settings,
                             struct error *error);
    void (*close)(void *state);

    /* Run thread, before start. May block for `wait_ms`. Fills `chunk` with records of `source` from `begin`, nothing at
     * or behind `end`. FEED_RECORDS with chunk->begin behind `begin` says that what lay between is no longer to be had.
     * Successive calls usually go on where the last one ended; that must be cheap. */
    enum feed_status (*read)(void *state, const char *source, struct position begin, struct position end,
                             struct chunk *chunk, int wait_ms, struct error *error);

    /* Feed thread. Live from here on; known sources go on at these positions, others at their beginning (their
     * oldest record that can be had). */
    enum error_class (*start)(void *state, const struct feed_resume *resume, size_t count,
                              struct error *error);

    /* Feed thread. May block for `wait_ms`. Fills `chunk`. With `chunk` NULL there is no room further on: the feed
     * holds its source back (pauses partitions) and only keeps its connections alive; the next call with a chunk lets
     * it go again. */
    enum feed_status (*poll)(void *state, struct chunk *chunk, int wait_ms, struct error *error);

    /* Feed thread. Says good-bye to the other side; everything handed on stays valid. */
    void (*stop)(void *state);

    /* Feed thread, between polls. Up to `end` (inclusive of what lies before it) all is safe in a checkpoint: the feed may
     * commit, archive or delete. May be NULL. */
    void (*release)(void *state, const char *source, struct position end);
};

/* Any thread. The kind of that name, NULL when there is none; row `index` of the registry, NULL past the end. */
const struct feed_kind *feed_kind_by_name(const char *name);
const struct feed_kind *feed_kind_at(size_t index);

/* Any thread. */
static inline int position_compare(struct position a, struct position b)
{
    if (a.offset != b.offset)
        return a.offset < b.offset ? -1 : 1;
    return a.skip < b.skip ? -1 : a.skip > b.skip;
}
