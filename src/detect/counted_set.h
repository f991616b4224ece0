/* SPDX-License-Identifier: Apache-2.0
 * A set of keys, each with how often it is in: distinct counts over a sliding window, exactly. Grows by doubling; the
 * group stage that owns it bounds what goes in. */
#pragma once

#include "simsieve/base/check.h"

struct counted_set {
    struct counted_key {
        uint64_t key; /* 0: free */
        uint32_t count;
    } * slots;
    uint32_t mask, used; /* used: slots that hold a key, counted or not */
    uint32_t distinct;   /* keys with a count above 0 */
};

void counted_set_fini(struct counted_set *set);

/* Group stage. Once more in, or once less; the new count. `key` is not 0. */
uint32_t counted_set_add(struct counted_set *set, uint64_t key);
uint32_t counted_set_remove(struct counted_set *set, uint64_t key);

/* Group stage. How often a key is in. */
uint32_t counted_set_has(const struct counted_set *set, uint64_t key);
