/* SPDX-License-Identifier: Apache-2.0
 * Lines of a partition in runs of 63 behind a head, so that a walk meets them in the order of arrival. */
#pragma once

#include "simsieve/state/state.h"

#define CHUNK_CLASS 6
#define CHUNK_LINES 63

struct chunk_head {
    uint32_t next, used;
};

static inline struct line *chunk_line(const struct pool *pool, uint32_t chunk, uint32_t offset)
{
    return pool_at(pool, chunk + 1 + offset);
}
