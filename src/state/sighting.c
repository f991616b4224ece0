/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/state/sighting.h"

#include "simsieve/state/bloom.h"

#define ENTRIES 5

/* 96 bits: the key with its kind in 56, the time since 2000 in units of 4 ms in 40. */
struct sighting {
    uint32_t words[3];
};

struct sighting_block {
    uint32_t next;
    struct sighting entries[ENTRIES];
};
static_assert(sizeof(struct sighting_block) == CACHE_LINE_BYTES, "a block is one cache line");

static struct sighting sighting_make(enum sighting_kind kind, uint64_t key, int64_t time_ms)
{
    const uint64_t units = (uint64_t)(time_ms - TIME_MIN_MS) / SIGHTING_UNIT_MS;
    const uint64_t low = key | (uint64_t)kind << 54 | units >> 32 << 56;
    return (struct sighting){{(uint32_t)low, (uint32_t)(low >> 32), (uint32_t)units}};
}

static inline uint64_t tagged_key(const struct sighting *sighting)
{
    return (sighting->words[0] | (uint64_t)sighting->words[1] << 32) & (((uint64_t)1 << 56) - 1);
}

static inline enum sighting_kind kind_of(const struct sighting *sighting)
{
    return (enum sighting_kind)(sighting->words[1] >> 22 & 3);
}

static inline int64_t time_of(const struct sighting *sighting)
{
    return TIME_MIN_MS +
           (int64_t)((uint64_t)(sighting->words[1] >> 24) << 32 | sighting->words[2]) * SIGHTING_UNIT_MS;
}

static struct sighting_block *block_at(const struct state *state, uint32_t block)
{
    return pool_at(&state->pool, block);
}

/* Where in the chain a key is, and what else a walk learns on its way. */
struct walk {
    struct sighting *found, *vacant, *oldest; /* oldest: of the kind that was looked for */
    unsigned count;                           /* of that kind */
};

static struct walk walk_chain(const struct state *state, const struct line *line, enum sighting_kind kind,
                              uint64_t key, int64_t forget_ms)
{
    struct walk walk = {0};
    const uint64_t wanted = key | (uint64_t)kind << 54;
    for (uint32_t index = line->sightings; index && !walk.found; index = block_at(state, index)->next) {
        struct sighting_block *block = block_at(state, index);
        if (block->next)
            __builtin_prefetch(block_at(state, block->next));
        for (unsigned i = 0; i < ENTRIES && !walk.found; i++) {
            struct sighting *entry = &block->entries[i];
            if (tagged_key(entry) == wanted)
                walk.found = entry;
            else if (kind_of(entry) == SIGHTING_NONE || time_of(entry) < forget_ms)
                walk.vacant = walk.vacant ? walk.vacant : entry;
            else if (kind_of(entry) == kind) {
                walk.count++;
                if (!walk.oldest || time_of(entry) < time_of(walk.oldest))
                    walk.oldest = entry;
            }
        }
    }
    return walk;
}

/* Room for one more entry at the front of the chain; NULL when there is no block to be had. */
static struct sighting *grow(struct state *state, struct line *line)
{
    const uint32_t fresh = state_take_block(state, state_partition(state, line), line);
    if (!fresh)
        return NULL;
    struct sighting_block *block = block_at(state, fresh);
    block->next = line->sightings;
    line->sightings = fresh;
    return &block->entries[0];
}

/* What does not fit exactly: a contact goes to the filter, a place pushes out the oldest of its kind. */
static void overflow(struct state *state, struct line *line, const struct walk *walk, enum sighting_kind kind,
                     uint64_t key, int64_t time_ms)
{
    if (kind == SIGHTING_CONTACT) {
        state->counters.contacts_demoted++;
        if (!bloom_add(state, state_partition(state, line), line->number, key, time_ms))
            line->flags |= LINE_CONTACTS_INCOMPLETE;
        return;
    }
    line->flags |= LINE_PLACES_INCOMPLETE;
    if (walk->oldest)
        *walk->oldest = sighting_make(kind, key, time_ms);
}

void sighting_touch(struct state *state, struct line *line, enum sighting_kind kind, uint64_t key,
                    int64_t time_ms)
{
    const int64_t newest_ms = i64_max(line_newest_ms(line), time_ms);
    const int64_t forget_ms = newest_ms - CONTACT_MEMORY_MS - state->limits.horizon_ms;
    DCHECK(key && key >> 54 == 0);
    if (time_ms < forget_ms)
        return;
    struct walk walk = walk_chain(state, line, kind, key, forget_ms);
    if (walk.found) {
        if (time_of(walk.found) < time_ms)
            *walk.found = sighting_make(kind, key, time_ms);
        /* To the front, where the next look finds it at once. */
        struct sighting *front = &block_at(state, line->sightings)->entries[0];
        const struct sighting swapped = *front;
        *front = *walk.found;
        *walk.found = swapped;
        return;
    }
    const unsigned count_max =
        kind == SIGHTING_CONTACT ? state->limits.contacts_max : state->limits.places_max;
    if (walk.count >= count_max) {
        overflow(state, line, &walk, kind, key, time_ms);
        return;
    }
    struct sighting *place = walk.vacant ? walk.vacant : grow(state, line);
    if (place)
        *place = sighting_make(kind, key, time_ms);
    else
        overflow(state, line, &walk, kind, key, time_ms);
}

enum sighting_answer sighting_contact(const struct state *state, const struct line *line, uint64_t number,
                                      int64_t since_ms, int64_t before_ms)
{
    const struct walk walk = walk_chain(state, line, SIGHTING_CONTACT, number, TIME_MIN_MS);
    const struct partition *partition = &state->partitions[partition_of(line->number)];
    if (walk.found) {
        const int64_t first_ms = time_of(walk.found), last_ms = first_ms + SIGHTING_UNIT_MS - 1;
        if (first_ms > since_ms)
            return last_ms < before_ms ? SIGHTING_KNOWN : SIGHTING_MAYBE;
        if (last_ms > since_ms)
            return SIGHTING_MAYBE;
    }
    if (line->flags & LINE_CONTACTS_INCOMPLETE ||
        bloom_maybe_has(state, partition, line->number, number, since_ms))
        return SIGHTING_MAYBE;
    return SIGHTING_NEVER;
}

void sighting_each(const struct state *state, const struct line *line, enum sighting_kind kind,
                   int64_t since_ms, void (*visit)(void *owner, uint64_t key, int64_t time_ms), void *owner)
{
    for (uint32_t index = line->sightings; index; index = block_at(state, index)->next) {
        const struct sighting_block *block = block_at(state, index);
        for (unsigned i = 0; i < ENTRIES; i++) {
            const struct sighting *entry = &block->entries[i];
            if (kind_of(entry) == kind && time_of(entry) > since_ms)
                visit(owner, tagged_key(entry) & (((uint64_t)1 << 54) - 1), time_of(entry));
        }
    }
}

static void count_one(void *owner, uint64_t key, int64_t time_ms)
{
    (void)key;
    (void)time_ms;
    ++*(unsigned *)owner;
}

unsigned sighting_count(const struct state *state, const struct line *line, enum sighting_kind kind,
                        int64_t since_ms)
{
    unsigned count = 0;
    sighting_each(state, line, kind, since_ms, count_one, &count);
    return count;
}

unsigned sighting_demote(struct state *state, struct line *line)
{
    struct partition *partition = state_partition(state, line);
    unsigned freed = 0;
    uint32_t *link = &line->sightings;
    while (*link) {
        struct sighting_block *block = block_at(state, *link);
        unsigned kept = 0;
        for (unsigned i = 0; i < ENTRIES; i++) {
            struct sighting *entry = &block->entries[i];
            if (kind_of(entry) == SIGHTING_CONTACT) {
                const uint64_t contact = tagged_key(entry) & (((uint64_t)1 << 54) - 1);
                state->counters.contacts_demoted++;
                if (!bloom_add(state, partition, line->number, contact,
                               time_of(entry) + SIGHTING_UNIT_MS - 1))
                    line->flags |= LINE_CONTACTS_INCOMPLETE;
                *entry = (struct sighting){0};
            }
            kept += kind_of(entry) != SIGHTING_NONE;
        }
        if (kept) {
            link = &block->next;
            continue;
        }
        const uint32_t empty = *link;
        *link = block->next;
        state_give_block(state, partition, empty);
        freed++;
    }
    return freed;
}

void sighting_clear(struct state *state, struct line *line)
{
    while (line->sightings) {
        const uint32_t first = line->sightings;
        line->sightings = block_at(state, first)->next;
        state_give_block(state, state_partition(state, line), first);
    }
}
