/* SPDX-License-Identifier: Apache-2.0
 * The memory of a shard: cache lines, addressed by a 32-bit index, handed out alone or in runs of a power of two.
 * Lines, event blocks and bucket arrays all come from here, so one limit holds for all of them and all of them
 * sit on huge pages. Index 0 is never handed out and means "none". One thread. */
#pragma once

#include "simsieve/base/region.h"

#define POOL_CLASSES 27 /* runs of 1, 2, 4, ... slots */

struct pool {
    struct region region;
    uint32_t slot_count; /* reserved */
    uint32_t next;       /* first slot never handed out */
    uint32_t free[POOL_CLASSES];
    uint64_t slots_used; /* handed out now */
};

/* Start-up only. Reserves `slot_count` cache lines of address space. */
enum error_class pool_open(struct pool *pool, uint32_t slot_count, bool huge, struct error *error);
void pool_close(struct pool *pool);

static inline void *pool_at(const struct pool *pool, uint32_t index)
{
    return (char *)pool->region.base + (size_t)index * CACHE_LINE_BYTES;
}

/* Owner thread. A zeroed run of 1 << class slots, 0 when the reserve is used up. */
uint32_t pool_take(struct pool *pool, unsigned class);

/* Owner thread. Gives a run back. */
void pool_give(struct pool *pool, uint32_t index, unsigned class);
