/* SPDX-License-Identifier: Apache-2.0 */
#include "counted_set.h"

#include "simsieve/base/hash.h"

#include <stdlib.h>

#define FIRST_SLOTS 16u

void counted_set_fini(struct counted_set *set)
{
    free(set->slots);
    *set = (struct counted_set){0};
}

static struct counted_key *slot_of(const struct counted_set *set, uint64_t key)
{
    for (uint64_t at = hash_fixed(key);; at++) {
        struct counted_key *slot = &set->slots[at & set->mask];
        if (slot->key == key || !slot->key)
            return slot;
    }
}

/* Makes room for one more key, and drops keys that are in no more. */
static void grow(struct counted_set *set)
{
    const struct counted_set old = *set;
    uint32_t slots = FIRST_SLOTS;
    if (old.slots && (old.used + 1) * 2 <= old.mask + 1)
        return;
    while (slots < 4 * (old.distinct + 1))
        slots *= 2;
    *set = (struct counted_set){
        .slots = calloc(slots, sizeof(struct counted_key)), .mask = slots - 1, .distinct = old.distinct};
    CHECK(set->slots);
    for (uint32_t i = 0; old.slots && i <= old.mask; i++) {
        if (!old.slots[i].count)
            continue;
        *slot_of(set, old.slots[i].key) = old.slots[i];
        set->used++;
    }
    free(old.slots);
}

uint32_t counted_set_add(struct counted_set *set, uint64_t key)
{
    DCHECK(key);
    grow(set);
    struct counted_key *slot = slot_of(set, key);
    if (!slot->key) {
        slot->key = key;
        set->used++;
    }
    set->distinct += slot->count == 0;
    return ++slot->count;
}

uint32_t counted_set_remove(struct counted_set *set, uint64_t key)
{
    struct counted_key *slot = slot_of(set, key);
    CHECK(slot->count > 0);
    set->distinct -= slot->count == 1;
    return --slot->count;
}

uint32_t counted_set_has(const struct counted_set *set, uint64_t key)
{
    return set->slots ? slot_of(set, key)->count : 0;
}
