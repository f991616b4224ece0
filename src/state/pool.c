/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/state/pool.h"

#include <string.h>

enum error_class pool_open(struct pool *pool, uint32_t slot_count, bool huge, struct error *error)
{
    *pool = (struct pool){.slot_count = slot_count, .next = 1};
    return region_open(&pool->region, (size_t)slot_count * CACHE_LINE_BYTES, huge, error);
}

void pool_close(struct pool *pool)
{
    region_close(&pool->region);
    *pool = (struct pool){0};
}

uint32_t pool_take(struct pool *pool, unsigned class)
{
    const uint32_t run = (uint32_t)1 << class;
    DCHECK(class < POOL_CLASSES);
    uint32_t index = pool->free[class];
    if (index) {
        memcpy(&pool->free[class], pool_at(pool, index), sizeof(uint32_t));
        memset(pool_at(pool, index), 0, (size_t)run * CACHE_LINE_BYTES);
    } else {
        if (pool->slot_count - pool->next < run)
            return 0;
        index = pool->next; /* fresh pages are zero */
        pool->next += run;
    }
    pool->slots_used += run;
    return index;
}

void pool_give(struct pool *pool, uint32_t index, unsigned class)
{
    DCHECK(index > 0 && index < pool->next);
    memcpy(pool_at(pool, index), &pool->free[class], sizeof(uint32_t));
    pool->free[class] = index;
    pool->slots_used -= (uint32_t)1 << class;
}
