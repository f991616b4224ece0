/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/region.h"

#define AHEAD      16 /* operations between asking for a line and using it */
#define OPERATIONS UINT64_C(20000000)

static inline uint64_t *line_of(const struct region *region, size_t line_count, uint64_t operation,
                                unsigned which)
{
    const uint64_t hash = hash_fixed(operation * 8 + which);
    const size_t line = (size_t)(((unsigned __int128)hash * line_count) >> 64);
    return (uint64_t *)region->base + line * (CACHE_LINE_BYTES / sizeof(uint64_t));
}

struct figure memory_figure(size_t bytes, unsigned lines_per_op, bool has_huge_pages)
{
    struct error error;
    struct region region;
    CHECK(region_open(&region, bytes, has_huge_pages, &error) == ERROR_OK);
    const size_t line_count = bytes / CACHE_LINE_BYTES;
    for (size_t line = 0; line < line_count; line++)
        ((uint64_t *)region.base)[line * (CACHE_LINE_BYTES / sizeof(uint64_t))] = line;
    const uint64_t operations = OPERATIONS / lines_per_op;
    const struct stopwatch started = stopwatch_start();
    for (uint64_t operation = 0; operation < operations + AHEAD; operation++) {
        for (unsigned which = 0; which < lines_per_op; which++)
            __builtin_prefetch(line_of(&region, line_count, operation, which), 1);
        if (operation < AHEAD)
            continue;
        for (unsigned which = 0; which < lines_per_op; which++)
            ++*line_of(&region, line_count, operation - AHEAD, which);
    }
    const struct figure figure = stopwatch_stop(&started, operations);
    region_close(&region);
    return figure;
}
