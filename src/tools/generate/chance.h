/* SPDX-License-Identifier: Apache-2.0
 * Chance as an argument: a counter-based generator (the step of wyrand, Wang Yi, public domain) whose start
 * is a hash of what it is for, so that every SIM and day has its own stream and none depends on the order of
 * work. */
#pragma once

#include "simsieve/base/hash.h"

struct chance {
    uint64_t state;
};

/* What a draw is for; two purposes never share one. Only append: a new purpose must not change old
 * networks. */
enum purpose {
    PURPOSE_FOUND,
    PURPOSE_LIVE,
    PURPOSE_NUMBER,
    PURPOSE_PLACE,
    PURPOSE_TRIP,
    PURPOSE_DEVICE,
    PURPOSE_CONTACT,
    PURPOSE_CIRCLE,
    PURPOSE_OWNER,
    PURPOSE_DEALER,
    PURPOSE_AGE,
    PURPOSE_TEXT,
    PURPOSE_CELL,
    PURPOSE_CAMPAIGN,
    PURPOSE_PLAN,
    PURPOSE_LIST,
};

/* Any thread. 64 fixed bits for a purpose and two indexes. */
static inline uint64_t chance_hash(uint64_t seed, enum purpose purpose, uint64_t x, uint64_t y)
{
    const uint64_t first = hash_fold(seed ^ 0x2d358dccaa6c78a5u, 0x8bb84b93962eacc9u + 2 * purpose);
    const uint64_t second = hash_fold(first ^ x, 0x4b33a62ed433d4a3u ^ first >> 32);
    return hash_fixed(second ^ hash_fixed(y + 1));
}

/* Any thread. The stream of a purpose and two indexes. */
static inline struct chance chance_make(uint64_t seed, enum purpose purpose, uint64_t x, uint64_t y)
{
    return (struct chance){chance_hash(seed, purpose, x, y)};
}

/* Any thread. The next 64 bits. At most one draw in an expression: C leaves the order of operands and
 * arguments to the compiler, and the networks must not. */
static inline uint64_t chance_next(struct chance *chance)
{
    chance->state += 0xa0761d6478bd642fu;
    return hash_fold(chance->state, chance->state ^ 0xe7037ed1a0b428dbu);
}

/* Any thread. 0 to limit - 1; 0 for a limit of 0. */
static inline uint32_t chance_below(struct chance *chance, uint32_t limit)
{
    return (uint32_t)((chance_next(chance) >> 32) * limit >> 32);
}

/* Any thread. low to high, both included. */
static inline int64_t chance_between(struct chance *chance, int64_t low, int64_t high)
{
    const unsigned __int128 width = (unsigned __int128)(uint64_t)(high - low) + 1;
    return low + (int64_t)(chance_next(chance) * width >> 64);
}

/* Any thread. True `permille` times in a thousand. */
static inline bool chance_permille(struct chance *chance, uint32_t permille)
{
    return chance_below(chance, 1000) < permille;
}
