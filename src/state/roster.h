/* SPDX-License-Identifier: Apache-2.0
 * The lines of a partition in the order of arrival: runs of eight, and a directory of the runs. */
#pragma once

#include "simsieve/state/state.h"

#define RUN_CLASS 3
#define RUN_LINES 8u

/* Line `at` of the order of arrival; freed ones have number 0. */
static inline uint32_t roster_index(const struct state *state, const struct partition *partition, uint32_t at)
{
    const uint32_t *runs = pool_at(&state->pool, partition->directory);
    return runs[at / RUN_LINES] + at % RUN_LINES;
}

static inline struct line *roster_line(const struct state *state, const struct partition *partition,
                                       uint32_t at)
{
    return pool_at(&state->pool, roster_index(state, partition, at));
}

/* Owner thread. Takes a line from the end of the roster; 0 when the pool is used up. */
uint32_t roster_take(struct state *state, struct partition *partition);
