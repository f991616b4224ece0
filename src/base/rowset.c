/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/rowset.h"

#include <string.h>

#define TAG_SHIFT       27
#define SLOTS_MIN       ((size_t)64)
#define HUGE_FROM_BYTES ((size_t)64 << 20) /* below, a 2 MiB page would cost more than it saves */

static enum error_class open_slots(struct region *slots, size_t count, struct error *error)
{
    const size_t bytes = count * sizeof(uint32_t);
    return region_open(slots, bytes, bytes >= HUGE_FROM_BYTES, error);
}

enum error_class rowset_open(struct rowset *set, size_t row_bytes, size_t count_max, struct error *error)
{
    CHECK(row_bytes >= sizeof(uint64_t) && row_bytes % sizeof(uint64_t) == 0);
    CHECK(count_max > 0 && count_max <= ROWSET_ROWS_MAX);
    *set = (struct rowset){.row_bytes = row_bytes, .count_max = count_max, .slot_mask = SLOTS_MIN - 1};
    set->secret = hash_key_random();
    const size_t bytes = row_bytes * count_max;
    enum error_class class = region_open(&set->rows, bytes, bytes >= HUGE_FROM_BYTES, error);
    if (class == ERROR_OK)
        class = open_slots(&set->slots, SLOTS_MIN, error);
    if (class != ERROR_OK)
        rowset_close(set);
    return class;
}

void rowset_close(struct rowset *set)
{
    region_close(&set->rows);
    region_close(&set->slots);
    *set = (struct rowset){0};
}

static uint64_t key_of(const struct rowset *set, size_t index)
{
    uint64_t key;
    memcpy(&key, (const char *)set->rows.base + index * set->row_bytes, sizeof(key));
    return key;
}

static uint32_t slot_value(uint64_t hash, size_t index)
{
    return (uint32_t)(hash >> 59 << TAG_SHIFT | (index + 1));
}

/* The free slot where a key that is not there belongs. */
static uint32_t *free_slot(const struct region *slots, size_t mask, uint64_t hash)
{
    uint32_t *base = slots->base;
    size_t at = hash & mask;
    while (base[at] != 0)
        at = (at + 1) & mask;
    return &base[at];
}

static enum error_class grow(struct rowset *set, struct error *error)
{
    struct region larger;
    const size_t mask = set->slot_mask * 2 + 1;
    const enum error_class class = open_slots(&larger, mask + 1, error);
    if (class != ERROR_OK)
        return class;
    for (size_t i = 0; i < set->count; i++) {
        const uint64_t hash = hash_keyed(key_of(set, i), &set->secret);
        *free_slot(&larger, mask, hash) = slot_value(hash, i);
    }
    region_close(&set->slots);
    set->slots = larger;
    set->slot_mask = mask;
    return ERROR_OK;
}

const void *rowset_find(const struct rowset *set, uint64_t key)
{
    if (set->count == 0)
        return NULL;
    const uint64_t hash = hash_keyed(key, &set->secret);
    const uint32_t tag = slot_value(hash, 0) >> TAG_SHIFT;
    const uint32_t *slots = set->slots.base;
    for (size_t at = hash & set->slot_mask; slots[at] != 0; at = (at + 1) & set->slot_mask) {
        const size_t index = (slots[at] & ROWSET_ROWS_MAX) - 1;
        if (slots[at] >> TAG_SHIFT == tag && key_of(set, index) == key)
            return (const char *)set->rows.base + index * set->row_bytes;
    }
    return NULL;
}

void *rowset_add(struct rowset *set, uint64_t key, bool *is_new, struct error *error)
{
    const char *known = rowset_find(set, key);
    *is_new = !known;
    if (known)
        return (char *)set->rows.base + (known - (const char *)set->rows.base);
    CHECK(!rowset_is_full(set));
    if (set->count * 2 > set->slot_mask && grow(set, error) != ERROR_OK)
        return NULL;
    const uint64_t hash = hash_keyed(key, &set->secret);
    *free_slot(&set->slots, set->slot_mask, hash) = slot_value(hash, set->count);
    char *row = (char *)set->rows.base + set->count++ * set->row_bytes;
    memcpy(row, &key, sizeof(key));
    return row;
}
