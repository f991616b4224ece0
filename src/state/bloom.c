/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/state/bloom.h"

#include "simsieve/state/sighting.h"

#define BITS_PER_PAIR 4

/* The cache line of a pair, and its bits in it. Fixed hash: what is forgotten must not depend on a secret. */
static uint64_t *line_of(const struct state *state, const struct bloom_generation *generation, uint64_t hash)
{
    const uint32_t line = (uint32_t)(hash >> 40) & ((1u << state->bloom_class) - 1);
    return pool_at(&state->pool, generation->slots + line);
}

static uint64_t pair_hash(uint64_t sim, uint64_t contact)
{
    return hash_fold(hash_fixed(sim), hash_fixed(contact ^ 0x51ed270b9c1f3a3bu));
}

static bool generation_has(const struct state *state, const struct bloom_generation *generation,
                           uint64_t hash)
{
    if (!generation->slots)
        return false;
    const uint64_t *words = line_of(state, generation, hash);
    for (unsigned i = 0; i < BITS_PER_PAIR; i++) {
        const unsigned bit = (unsigned)(hash >> (9 * i)) & 511;
        if (!(words[bit / 64] >> bit % 64 & 1))
            return false;
    }
    return true;
}

static void drop_generation(struct state *state, struct partition *partition,
                            struct bloom_generation *generation)
{
    if (generation->slots)
        pool_give(&state->pool, generation->slots, state->bloom_class);
    partition->bloom_lost_ms = i64_max(partition->bloom_lost_ms, generation->newest_ms);
    *generation = (struct bloom_generation){0};
}

/* By the partition's own clock, which no late event sets back. */
static void rotate(struct state *state, struct partition *partition)
{
    const int64_t memory_ms = contact_memory_ms(&state->limits), now_ms = partition->newest_ms;
    if (now_ms - partition->bloom_since_ms < memory_ms)
        return;
    drop_generation(state, partition, &partition->bloom[1]);
    if (now_ms - partition->bloom_since_ms < 2 * memory_ms) {
        partition->bloom[1] = partition->bloom[0];
        partition->bloom[0] = (struct bloom_generation){0};
    } else {
        drop_generation(state, partition, &partition->bloom[0]);
    }
    partition->bloom_since_ms = now_ms;
}

bool bloom_add(struct state *state, struct partition *partition, uint64_t sim, uint64_t contact,
               int64_t time_ms)
{
    struct bloom_generation *present = &partition->bloom[0];
    const uint64_t hash = pair_hash(sim, contact);
    rotate(state, partition);
    if (generation_has(state, present, hash)) {
        present->newest_ms = i64_max(present->newest_ms, time_ms);
        return true;
    }
    if (present->count >= BLOOM_PAIRS_PER_LINE << state->bloom_class)
        return false;
    if (!present->slots) {
        present->slots = pool_take(&state->pool, state->bloom_class);
        if (!present->slots)
            return false;
    }
    uint64_t *words = line_of(state, present, hash);
    for (unsigned i = 0; i < BITS_PER_PAIR; i++) {
        const unsigned bit = (unsigned)(hash >> (9 * i)) & 511;
        words[bit / 64] |= (uint64_t)1 << bit % 64;
    }
    present->count++;
    present->newest_ms = i64_max(present->newest_ms, time_ms);
    return true;
}

bool bloom_maybe_has(const struct state *state, const struct partition *partition, uint64_t sim,
                     uint64_t contact, int64_t since_ms)
{
    const uint64_t hash = pair_hash(sim, contact);
    return partition->bloom_lost_ms > since_ms || generation_has(state, &partition->bloom[0], hash) ||
           generation_has(state, &partition->bloom[1], hash);
}
