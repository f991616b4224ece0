/* SPDX-License-Identifier: Apache-2.0
 * What one shard knows about its SIMs. Every SIM has one 64-byte line found through one 64-byte bucket; its
 * events of the last `horizon_ms` are kept exactly, one in the line and the others in a chain of 64-byte blocks;
 * whom it was in contact with before that, and where it was served, is a second chain (sighting.h).
 *
 * Partitions are fixed in number and own their SIMs, limits and counters, so that nothing depends on how many
 * shards there are. When a partition reaches a limit it forgets in this order (reclaim.h): events that have
 * expired, exact contacts of SIMs far from every rule (into a Bloom filter that can only make strangers look
 * known), old events of such SIMs (into panes that bound the counts), whole idle SIMs. What was forgotten is
 * marked on the line, or in the partition for lines to come: a rule then compares bounds that hold for certain.
 *
 * One thread owns a shard's state. No function here allocates from the system, locks, prints or reads a clock. */
#pragma once

#include "simsieve/base/hash.h"
#include "simsieve/state/event.h"
#include "simsieve/state/pool.h"

/* The event count of a line has 22 bits. */
#define EVENTS_OF_ONE_SIM_MAX ((1u << 22) - 2)

#define PARTITION_BITS  10
#define PARTITION_COUNT (1u << PARTITION_BITS)

/* The partition of a number: the same on every machine and run. */
static inline uint32_t partition_of(uint64_t number)
{
    return (uint32_t)(hash_fixed(number) >> (64 - PARTITION_BITS));
}

enum line_flags {
    LINE_AGE_KNOWN = 1,            /* born_s is the activation date of the subscriber list */
    LINE_AGE_CERTAIN = 2,          /* first seen after 30 days of watching: first seen is its age */
    LINE_BEFORE_ACTIVATION = 4,    /* has history from before its activation date: a former owner's */
    LINE_OPEN_EPISODE = 8,         /* an alert is open: never evicted, never trimmed */
    LINE_PROTECTED_CONTACT = 16,   /* was in contact with a protected number: forgotten last */
    LINE_CONTACTS_INCOMPLETE = 32, /* some contact was forgotten: nobody is certainly a stranger */
    LINE_PLACES_INCOMPLETE = 64,   /* some cell or device was forgotten: counts are lower bounds */
    LINE_CAMPAIGN_MEMBER = 128,    /* last told to the cohorts as a member */
    LINE_PAST_UNKNOWN = 256, /* events from before its line began may have been evicted with an older line */
};

/* Times in lines are 42 bits of milliseconds since TIME_MIN_MS (2000). */
struct line {
    uint64_t number : 54, flags : 10;
    uint64_t newest : 42, countdown : 16,
        began : 6; /* countdown: detect/evaluate.h; began: see state_mark_lost */
    uint64_t first_contact : 42, event_count : 22; /* of the ring, the inline event included */
    uint32_t born_s;                               /* activation, or first seen; seconds since 2000 */
    uint32_t contact_count;                        /* outgoing attempts since then */
    uint32_t tail;      /* newest block of the event chain, whose link is the oldest; 0: none */
    uint32_t sightings; /* first block of the sighting chain; 0: none */
    uint32_t spill;     /* block of panes; 0: the ring is complete over the horizon */
    struct event newest_event;
};
static_assert(sizeof(struct line) == CACHE_LINE_BYTES, "a quiet SIM is one cache line");

struct event_block {
    uint32_t next;
    struct event events[3]; /* filled from the front; event_is_empty ends it */
};
static_assert(sizeof(struct event_block) == CACHE_LINE_BYTES, "a block is one cache line");

static inline int64_t line_newest_ms(const struct line *line)
{
    return TIME_MIN_MS + (int64_t)line->newest;
}

static inline int64_t line_first_contact_ms(const struct line *line)
{
    return TIME_MIN_MS + (int64_t)line->first_contact;
}

static inline int64_t line_born_ms(const struct line *line)
{
    return TIME_MIN_MS + (int64_t)line->born_s * SECOND_MS;
}

/* The same for every shard of a run. */
struct state_limits {
    uint32_t lines_max;     /* SIMs over all partitions */
    uint32_t blocks_max;    /* event, sighting and pane blocks over all partitions */
    uint32_t events_max;    /* in one SIM's ring; 1 to EVENTS_OF_ONE_SIM_MAX */
    uint32_t contacts_max;  /* exact contacts of one SIM, before the Bloom filter */
    uint32_t places_max;    /* cells and devices of one SIM */
    int64_t horizon_ms;     /* events older than this, seen from the SIM's newest, leave the ring */
    int64_t old_horizon_ms; /* the same for SIMs not certainly younger than young_ms; at most horizon_ms */
    int64_t young_ms;
    int64_t lateness_ms;   /* no event comes that is older than the newest of its partition by more */
    int64_t cooldown_ms;   /* no alert stays open longer without an event of its SIM */
    uint32_t short_call_s; /* a call up to this is short */
    bool keeps_contacts;   /* some rule asks about strangers */
    bool keeps_places;     /* some rule asks about cells or devices */
    bool huge_pages;
};

/* The defaults of the reference (about 4 GiB when all are used). */
struct state_limits state_limits_default(void);

/* Limits that use at most `bytes` when all of them are reached, but not less than 32 MiB. */
void state_limits_for_bytes(struct state_limits *limits, uint64_t bytes);

/* Any thread. How long the events of a SIM are kept, seen from `now_ms`: rules that only accuse young SIMs look
 * further back than the others, and nobody else pays for them. */
static inline int64_t horizon_of(const struct state_limits *limits, const struct line *line, int64_t now_ms)
{
    const bool is_young =
        line->flags & (LINE_AGE_KNOWN | LINE_AGE_CERTAIN) && now_ms - line_born_ms(line) <= limits->young_ms;
    return is_young ? limits->horizon_ms : limits->old_horizon_ms;
}

struct state_counters {
    uint64_t lines_evicted;
    uint64_t lines_refused;  /* no SIM could be evicted: events of a new SIM were not kept */
    uint64_t blocks_trimmed; /* event blocks turned into panes */
    uint64_t contacts_demoted;
    uint64_t events_capped;     /* rings that reached events_max */
    uint64_t histories_dropped; /* number given to someone new */
};

struct bloom_generation {
    uint32_t slots;    /* run in the pool, 0: none yet */
    uint32_t count;    /* pairs added */
    int64_t newest_ms; /* of their contacts */
};

struct partition {
    uint32_t buckets; /* run of 1 << bucket_bits slots */
    uint8_t bucket_bits;
    bool has_evicted; /* a SIM first seen now may have been known before */
    bool is_reclaiming;
    int64_t events_lost_ms;   /* newest event that went with an evicted or refused line; 0: none */
    int64_t contacts_lost_ms; /* newest contact that went with one and found no room in the filter; 0: none */
    uint32_t line_count, block_count;
    uint32_t directory; /* run of 1 << directory_bits slots: the runs of lines, in the order of arrival */
    uint8_t directory_bits;
    uint32_t lines_taken;             /* from the runs, in use or freed */
    uint32_t free_line;               /* list through `sightings` of freed lines */
    uint32_t hand;                    /* where reclaim looks next */
    struct bloom_generation bloom[2]; /* present, previous */
    int64_t bloom_since_ms;
    int64_t bloom_lost_ms; /* newest contact of the generations that were dropped; 0: none */
    int64_t newest_ms;     /* event of any of its SIMs */
};

struct state {
    struct pool pool;
    struct hash_key key;
    struct state_limits limits;
    uint32_t lines_quota, blocks_quota; /* of one partition */
    unsigned bloom_class; /* a generation of a partition's Bloom filter is 1 << this many slots */
    struct state_counters counters;
    uint64_t line_count;
    struct partition partitions[PARTITION_COUNT];
};

/* Start-up only. A shard's state: `share` of `share_count` shards, which decides the reserve. NULL and
 * ERROR_INTERNAL when the address space is not to be had. */
struct state *state_create(const struct state_limits *limits, uint32_t share_count, struct error *error);
void state_destroy(struct state *state);

/* Owner thread. Asks the processor for what will be read, a step at a time: first the bucket, then the line in it
 * (a guess by its tag; NULL for none), then the newest block of its events and the oldest. Never changes anything. */
void state_prefetch_bucket(const struct state *state, uint64_t number);
const struct line *state_prefetch_line(const struct state *state, uint64_t number);
void state_prefetch_newest(const struct state *state, const struct line *line);
void state_prefetch_oldest(const struct state *state, const struct line *line);

/* Owner thread. The line of a number, NULL when there is none. A lookup never inserts. One bucket and one line
 * of memory, more only in the 3 % of buckets that overflowed. */
struct line *state_find(const struct state *state, uint64_t number);

/* Owner thread. A new, zeroed line for a number that has none; NULL when the partition is full of SIMs that must
 * not be evicted. */
struct line *state_insert(struct state *state, uint64_t number);

/* Owner thread. Marks a line that begins (or begins anew) at `time_ms` with what evictions may have taken from its
 * SIM; nothing from before `since_ms`, its activation, would be its. When a line began is kept as the 32nd part of
 * the horizon in which it did, modulo 64. */
void state_mark_lost(const struct state *state, struct line *line, int64_t since_ms, int64_t time_ms);

/* Owner thread. The time up to which events of a SIM may have been evicted before its line began (at most one 32nd
 * of the horizon too late); 0: none were. */
int64_t state_unknown_until_ms(const struct state *state, const struct line *line);

/* Owner thread. Forgets all of a SIM's history but the line itself (its number was given to someone new). */
void state_reset(struct state *state, struct line *line);

/* Owner thread. Takes a SIM out. */
void state_remove(struct state *state, struct line *line);

static inline struct partition *state_partition(struct state *state, const struct line *line)
{
    return &state->partitions[partition_of(line->number)];
}

/* Owner thread. Calls `visit` for each line of a partition in the order of arrival until it returns false. */
void state_each_line(struct state *state, uint32_t partition, bool (*visit)(void *owner, struct line *line),
                     void *owner);

/* Owner thread. Bytes handed out of the pool now, and SIMs held. */
uint64_t state_bytes_used(const struct state *state);
uint64_t state_line_count(const struct state *state);

/* Owner thread. One block on the partition's account, after reclaiming if need be; 0 when nothing can be
 * reclaimed. Blocks of `keeper` are never reclaimed by this call. */
uint32_t state_take_block(struct state *state, struct partition *partition, const struct line *keeper);
void state_give_block(struct state *state, struct partition *partition, uint32_t block);
