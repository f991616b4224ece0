/* SPDX-License-Identifier: Apache-2.0
 * Rows of one size, each beginning with its 64-bit key, found by that key: built at start-up, read by any
 * thread, never shrunk. 4 bytes of index for each half-full slot; buckets are chosen under a secret, so nobody
 * outside can aim at one. */
#pragma once

#include "simsieve/base/hash.h"
#include "simsieve/base/region.h"

/* 27 bits of a slot are a row, 5 tell most other keys apart without touching their rows. */
#define ROWSET_ROWS_MAX (((size_t)1 << 27) - 1)

struct rowset {
    struct region rows;
    struct region slots; /* uint32_t: tag and row + 1; 0 is free */
    size_t row_bytes;
    size_t count, count_max;
    size_t slot_mask;
    struct hash_key secret;
};

/* Start-up only. An empty set of rows of `row_bytes` (a multiple of 8), at most `count_max` of them (at most
 * ROWSET_ROWS_MAX; memory is taken as they come). A zeroed set is legal, empty and full. ERROR_INTERNAL. */
enum error_class rowset_open(struct rowset *set, size_t row_bytes, size_t count_max, struct error *error);

/* Start-up and shut-down only. Legal on a zeroed set. */
void rowset_close(struct rowset *set);

static inline bool rowset_is_full(const struct rowset *set)
{
    return set->count == set->count_max;
}

/* Start-up only. The row of `key`, `is_new` and zeroed but for its key when there was none; the set must not be
 * full. Pointers to rows stay valid. NULL and ERROR_INTERNAL when the index cannot grow. */
void *rowset_add(struct rowset *set, uint64_t key, bool *is_new, struct error *error);

/* Any thread. The row of `key`, NULL when there is none. Bound: expected below three slots and one row. */
const void *rowset_find(const struct rowset *set, uint64_t key);

/* Any thread. Row `index` of `count`, in the order of adding. */
static inline const void *rowset_at(const struct rowset *set, size_t index)
{
    DCHECK(index < set->count);
    return (const char *)set->rows.base + index * set->row_bytes;
}
