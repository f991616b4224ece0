/* SPDX-License-Identifier: Apache-2.0
 * The index and the lines. A bucket is one cache line of ten 16-bit tags and ten 32-bit line indexes, so a
 * lookup reads one bucket and one line; the key is checked in the line itself (the layout that folly's F14Vector
 * made known). What finds its bucket full is filed in the next, and the bucket counts it, so that a search goes on
 * exactly as long as there is something to find. */
#include "simsieve/state/state.h"

#include "simsieve/state/reclaim.h"
#include "simsieve/state/ring.h"
#include "simsieve/state/sighting.h"

#include "roster.h"

#include <emmintrin.h>
#include <stdlib.h>
#include <string.h>

#define BUCKET_SLOTS 10

struct bucket {
    uint16_t tags[BUCKET_SLOTS]; /* 0: free */
    uint32_t lines[BUCKET_SLOTS];
    uint32_t passed; /* lines that are filed further on because this was full */
};
static_assert(sizeof(struct bucket) == CACHE_LINE_BYTES, "a bucket is one cache line");

struct state_limits state_limits_default(void)
{
    struct state_limits limits = {.events_max = 32768,
                                  .contacts_max = 1024,
                                  .places_max = 256,
                                  .short_call_s = 6,
                                  .horizon_ms = DAY_MS,
                                  .old_horizon_ms = DAY_MS,
                                  .lateness_ms = DAY_MS,
                                  .cooldown_ms = 365 * DAY_MS,
                                  .keeps_contacts = true,
                                  .keeps_places = true,
                                  .huge_pages = true};
    state_limits_for_bytes(&limits, (uint64_t)4 << 30);
    return limits;
}

/* What the limits of one partition are, and what they may take. */
struct quotas {
    uint64_t lines, blocks;
    unsigned bloom_class;
    uint64_t slots;
};

static struct quotas quotas_of(const struct state_limits *limits)
{
    /* Partitions are not equally full: a tenth more than the mean, and never less than a few. */
    struct quotas quotas = {
        .lines = limits->lines_max / PARTITION_COUNT + limits->lines_max / (10 * PARTITION_COUNT) + 64,
        .blocks = limits->blocks_max / PARTITION_COUNT + limits->blocks_max / (10 * PARTITION_COUNT) + 256};
    const uint64_t runs = quotas.lines / RUN_LINES + 1;
    uint64_t buckets = 1;
    while (buckets * 8 < quotas.lines)
        buckets *= 2;
    /* Half a cache line a SIM and generation: 32 contacts of each at the filter's full load. */
    while (quotas.bloom_class < 24 && (4u << quotas.bloom_class) <= quotas.lines)
        quotas.bloom_class++;
    /* Lines, their directory and their buckets, doubled as they grew; blocks, and panes for every line beyond them;
     * two generations of the filter. */
    quotas.slots = runs * RUN_LINES + runs / 4 + 2 * buckets + quotas.blocks + quotas.lines +
                   ((uint64_t)2 << quotas.bloom_class);
    return quotas;
}

void state_limits_for_bytes(struct state_limits *limits, uint64_t bytes)
{
    /* Three blocks a SIM hold eight more events and its contacts. */
    const uint64_t slots_max = u64_min(bytes / CACHE_LINE_BYTES, UINT32_MAX - 64);
    uint64_t lines = slots_max / 4;
    do {
        lines -= lines / 64 + 1;
        limits->lines_max = (uint32_t)u64_max(lines, PARTITION_COUNT);
        limits->blocks_max = 3 * limits->lines_max;
    } while (lines > PARTITION_COUNT && quotas_of(limits).slots * PARTITION_COUNT > slots_max);
}

struct state *state_create(const struct state_limits *limits, uint32_t share_count, struct error *error)
{
    struct state *state = calloc(1, sizeof(*state));
    CHECK(state && share_count > 0);
    CHECK(limits->events_max > 0 && limits->events_max <= EVENTS_OF_ONE_SIM_MAX);
    const struct quotas quotas = quotas_of(limits);
    const uint64_t own = (PARTITION_COUNT + share_count - 1) / share_count, slots = own * quotas.slots + 64;
    state->limits = *limits;
    state->key = hash_key_random();
    state->lines_quota = (uint32_t)quotas.lines;
    state->blocks_quota = (uint32_t)quotas.blocks;
    state->bloom_class = quotas.bloom_class;
    CHECK(slots <= UINT32_MAX);
    if (pool_open(&state->pool, (uint32_t)slots, limits->huge_pages, error)) {
        free(state);
        return NULL;
    }
    return state;
}

void state_destroy(struct state *state)
{
    if (!state)
        return;
    pool_close(&state->pool);
    free(state);
}

static inline uint16_t tag_of(uint64_t hash)
{
    const uint16_t tag = (uint16_t)hash;
    return tag ? tag : 1;
}

static inline struct bucket *bucket_at(const struct state *state, const struct partition *partition,
                                       uint64_t hash, uint32_t step)
{
    const uint32_t mask = ((uint32_t)1 << partition->bucket_bits) - 1;
    return pool_at(&state->pool, partition->buckets + (((uint32_t)(hash >> 16) + step) & mask));
}

/* The slots of a bucket whose tag matches, as a bit set. */
static inline unsigned matching_slots(const struct bucket *bucket, uint16_t tag)
{
    const __m128i tags = _mm_loadu_si128((const __m128i *)(const void *)bucket->tags);
    const __m128i equal = _mm_cmpeq_epi16(tags, _mm_set1_epi16((short)tag));
    unsigned slots = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(equal, _mm_setzero_si128()));
    slots |= (unsigned)(bucket->tags[8] == tag) << 8 | (unsigned)(bucket->tags[9] == tag) << 9;
    return slots;
}

void state_prefetch_bucket(const struct state *state, uint64_t number)
{
    const struct partition *partition = &state->partitions[partition_of(number)];
    if (partition->buckets)
        __builtin_prefetch(bucket_at(state, partition, hash_keyed(number, &state->key), 0));
}

const struct line *state_prefetch_line(const struct state *state, uint64_t number)
{
    const struct partition *partition = &state->partitions[partition_of(number)];
    if (!partition->buckets)
        return NULL;
    const uint64_t hash = hash_keyed(number, &state->key);
    const struct bucket *bucket = bucket_at(state, partition, hash, 0);
    const unsigned slots = matching_slots(bucket, tag_of(hash));
    if (!slots)
        return NULL;
    const struct line *line = pool_at(&state->pool, bucket->lines[__builtin_ctz(slots)]);
    __builtin_prefetch(line, 1);
    return line;
}

void state_prefetch_newest(const struct state *state, const struct line *line)
{
    if (line && line->tail)
        __builtin_prefetch(pool_at(&state->pool, line->tail), 1);
}

/* The guess may be another SIM's line, or one that was emptied since; the memory of a line stays a line's. */
void state_prefetch_oldest(const struct state *state, const struct line *line)
{
    if (line && line->tail) {
        const struct event_block *tail = pool_at(&state->pool, line->tail);
        __builtin_prefetch(pool_at(&state->pool, tail->next));
    }
}

struct line *state_find(const struct state *state, uint64_t number)
{
    const struct partition *partition = &state->partitions[partition_of(number)];
    if (unlikely(!partition->buckets))
        return NULL;
    const uint64_t hash = hash_keyed(number, &state->key);
    for (uint32_t step = 0;; step++) {
        const struct bucket *bucket = bucket_at(state, partition, hash, step);
        unsigned slots = matching_slots(bucket, tag_of(hash));
        for (; slots; slots &= slots - 1) {
            struct line *line = pool_at(&state->pool, bucket->lines[__builtin_ctz(slots)]);
            if (likely(line->number == number))
                return line;
        }
        if (likely(!bucket->passed))
            return NULL;
    }
}

static void index_add(struct state *state, struct partition *partition, uint64_t number, uint32_t line_index)
{
    const uint64_t hash = hash_keyed(number, &state->key);
    for (uint32_t step = 0;; step++) {
        struct bucket *bucket = bucket_at(state, partition, hash, step);
        const unsigned free_slots = matching_slots(bucket, 0);
        if (free_slots) {
            const unsigned slot = (unsigned)__builtin_ctz(free_slots);
            bucket->tags[slot] = tag_of(hash);
            bucket->lines[slot] = line_index;
            return;
        }
        bucket->passed++;
    }
}

static void index_remove(struct state *state, struct partition *partition, uint64_t number,
                         uint32_t line_index)
{
    const uint64_t hash = hash_keyed(number, &state->key);
    for (uint32_t step = 0;; step++) {
        struct bucket *bucket = bucket_at(state, partition, hash, step);
        for (unsigned slot = 0; slot < BUCKET_SLOTS; slot++) {
            if (bucket->tags[slot] == tag_of(hash) && bucket->lines[slot] == line_index) {
                bucket->tags[slot] = 0;
                bucket->lines[slot] = 0;
                return;
            }
        }
        CHECK(bucket->passed > 0);
        bucket->passed--;
    }
}

/* Doubles the bucket array and files every line anew. Amortised over as many inserts as there are lines. */
static bool index_grow(struct state *state, struct partition *partition)
{
    const uint32_t old = partition->buckets;
    const unsigned old_bits = partition->bucket_bits, bits = old ? old_bits + 1 : 0;
    const uint32_t buckets = pool_take(&state->pool, bits);
    if (!buckets)
        return false;
    partition->buckets = buckets;
    partition->bucket_bits = (uint8_t)bits;
    for (uint32_t at = 0; at < partition->lines_taken; at++) {
        const struct line *line = roster_line(state, partition, at);
        if (line->number)
            index_add(state, partition, line->number, roster_index(state, partition, at));
    }
    if (old)
        pool_give(&state->pool, old, old_bits);
    return true;
}

static uint32_t take_line(struct state *state, struct partition *partition)
{
    if (partition->free_line) {
        const uint32_t index = partition->free_line;
        struct line *line = pool_at(&state->pool, index);
        partition->free_line = line->sightings;
        memset(line, 0, sizeof(*line));
        return index;
    }
    return roster_take(state, partition);
}

/* The events of a SIM that finds no room are lost like those of one that is evicted. */
static struct line *refuse(struct state *state, struct partition *partition)
{
    state->counters.lines_refused++;
    partition->has_evicted = true;
    partition->events_lost_ms = partition->contacts_lost_ms = partition->newest_ms;
    return NULL;
}

struct line *state_insert(struct state *state, uint64_t number)
{
    struct partition *partition = &state->partitions[partition_of(number)];
    DCHECK(number && !state_find(state, number));
    if (partition->line_count >= state->lines_quota && !reclaim_line(state, partition))
        return refuse(state, partition);
    const bool is_full = !partition->buckets || partition->line_count >= (8u << partition->bucket_bits);
    uint32_t index = 0;
    if (!is_full || index_grow(state, partition))
        index = take_line(state, partition);
    if (!index)
        return refuse(state, partition);
    struct line *line = pool_at(&state->pool, index);
    line->number = number & (((uint64_t)1 << NUMBER_BITS) - 1);
    index_add(state, partition, number, index);
    partition->line_count++;
    state->line_count++;
    return line;
}

/* The 32nd parts of how far back anybody asks. */
static int64_t part_ms(const struct state_limits *limits)
{
    return (limits->horizon_ms + limits->lateness_ms) / 32 + 1;
}

#define PARTS_MASK 63

void state_mark_lost(const struct state *state, struct line *line, int64_t since_ms, int64_t time_ms)
{
    const struct partition *partition = &state->partitions[partition_of(line->number)];
    const struct state_limits *limits = &state->limits;
    if (partition->events_lost_ms > i64_max(since_ms, time_ms - limits->horizon_ms)) {
        line->flags |= LINE_PAST_UNKNOWN;
        line->began = (uint64_t)(partition->newest_ms / part_ms(limits)) & PARTS_MASK;
    }
    if (partition->contacts_lost_ms > i64_max(since_ms, time_ms - contact_memory_ms(limits)))
        line->flags |= LINE_CONTACTS_INCOMPLETE;
}

int64_t state_unknown_until_ms(const struct state *state, const struct line *line)
{
    const struct partition *partition = &state->partitions[partition_of(line->number)];
    if (likely(!(line->flags & LINE_PAST_UNKNOWN)))
        return 0;
    const int64_t part = partition->newest_ms / part_ms(&state->limits);
    const int64_t parts_ago = (part - (int64_t)line->began) & PARTS_MASK;
    return i64_min(partition->events_lost_ms, (part - parts_ago + 1) * part_ms(&state->limits));
}

static uint32_t line_index(const struct state *state, const struct line *line)
{
    return (uint32_t)(((const char *)line - (const char *)state->pool.region.base) / CACHE_LINE_BYTES);
}

void state_reset(struct state *state, struct line *line)
{
    const uint64_t number = line->number;
    ring_clear(state, line);
    sighting_clear(state, line);
    memset(line, 0, sizeof(*line));
    line->number = number & (((uint64_t)1 << NUMBER_BITS) - 1);
}

void state_remove(struct state *state, struct line *line)
{
    struct partition *partition = state_partition(state, line);
    const uint32_t index = line_index(state, line);
    const uint64_t number = line->number;
    state_reset(state, line);
    index_remove(state, partition, number, index);
    line->number = 0;
    line->sightings = partition->free_line;
    partition->free_line = index;
    partition->line_count--;
    state->line_count--;
}

void state_each_line(struct state *state, uint32_t partition, bool (*visit)(void *owner, struct line *line),
                     void *owner)
{
    const struct partition *lines = &state->partitions[partition];
    for (uint32_t at = 0; at < lines->lines_taken; at++) {
        struct line *line = roster_line(state, lines, at);
        if (line->number && !visit(owner, line))
            return;
    }
}

uint64_t state_bytes_used(const struct state *state)
{
    return state->pool.slots_used * CACHE_LINE_BYTES;
}

uint64_t state_line_count(const struct state *state)
{
    return state->line_count;
}

uint32_t state_take_block(struct state *state, struct partition *partition, const struct line *keeper)
{
    if (partition->is_reclaiming) /* what is being forgotten must neither stay nor push out something else */
        return 0;
    if (partition->block_count >= state->blocks_quota) {
        partition->is_reclaiming = true;
        const bool has_room = reclaim_blocks(state, partition, keeper);
        partition->is_reclaiming = false;
        if (!has_room)
            return 0;
    }
    const uint32_t block = pool_take(&state->pool, 0);
    partition->block_count += block != 0;
    return block;
}

void state_give_block(struct state *state, struct partition *partition, uint32_t block)
{
    pool_give(&state->pool, block, 0);
    partition->block_count--;
}
