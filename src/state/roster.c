/* SPDX-License-Identifier: Apache-2.0 */
#include "roster.h"

#include <string.h>

#define RUNS_PER_SLOT (CACHE_LINE_BYTES / sizeof(uint32_t))

/* Doubles the directory. */
static bool grow_directory(struct state *state, struct partition *partition)
{
    const unsigned bits = partition->directory ? partition->directory_bits + 1u : 0;
    const uint32_t directory = pool_take(&state->pool, bits);
    if (!directory)
        return false;
    if (partition->directory) {
        memcpy(pool_at(&state->pool, directory), pool_at(&state->pool, partition->directory),
               (size_t)CACHE_LINE_BYTES << partition->directory_bits);
        pool_give(&state->pool, partition->directory, partition->directory_bits);
    }
    partition->directory = directory;
    partition->directory_bits = (uint8_t)bits;
    return true;
}

uint32_t roster_take(struct state *state, struct partition *partition)
{
    if (partition->lines_taken % RUN_LINES == 0) {
        const uint32_t run_count = partition->lines_taken / RUN_LINES;
        const bool is_full = !partition->directory || run_count == RUNS_PER_SLOT << partition->directory_bits;
        if (is_full && !grow_directory(state, partition))
            return 0;
        const uint32_t run = pool_take(&state->pool, RUN_CLASS);
        if (!run)
            return 0;
        ((uint32_t *)pool_at(&state->pool, partition->directory))[run_count] = run;
    }
    return roster_index(state, partition, partition->lines_taken++);
}
