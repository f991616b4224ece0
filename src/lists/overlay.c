/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/lists/overlay.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/region.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS (1u << 20)

struct overlay {
    struct region region;
    struct subscriber *rows; /* open addressing; number 0: free */
    struct hash_key key;
    uint32_t count;
};

struct overlay *overlay_create(struct error *error)
{
    struct overlay *overlay = calloc(1, sizeof(*overlay));
    CHECK(overlay);
    if (region_open(&overlay->region, SLOTS * sizeof(struct subscriber), false, error)) {
        free(overlay);
        return NULL;
    }
    overlay->rows = overlay->region.base;
    overlay->key = hash_key_random();
    return overlay;
}

void overlay_destroy(struct overlay *overlay)
{
    if (!overlay)
        return;
    region_close(&overlay->region);
    free(overlay);
}

static struct subscriber *slot_of(const struct overlay *overlay, uint64_t number)
{
    for (uint64_t at = hash_keyed(number, &overlay->key);; at++) {
        struct subscriber *row = &overlay->rows[at % SLOTS];
        if (row->number == number || !row->number)
            return row;
    }
}

bool overlay_set(struct overlay *overlay, const struct subscriber *subscriber)
{
    struct subscriber *row = slot_of(overlay, subscriber->number);
    if (!row->number && overlay->count >= OVERLAY_ROWS_MAX)
        return false;
    overlay->count += row->number == 0;
    *row = *subscriber;
    return true;
}

static bool is_in_lists(const struct subscriber *row, const struct lists *lists)
{
    const struct subscriber *listed = lists_subscriber(lists, row->number);
    return listed && (listed->activated_ms > row->activated_ms || memcmp(listed, row, sizeof(*listed)) == 0);
}

void overlay_settle(struct overlay *overlay, const struct lists *lists)
{
    size_t kept_count = 0;
    if (!overlay->count)
        return;
    struct subscriber *kept = malloc(overlay->count * sizeof(*kept));
    CHECK(kept);
    for (size_t i = 0; i < SLOTS; i++) {
        struct subscriber *row = &overlay->rows[i];
        if (row->number && !is_in_lists(row, lists))
            kept[kept_count++] = *row;
        if (row->number)
            *row = (struct subscriber){0};
    }
    overlay->count = 0;
    for (size_t i = 0; i < kept_count; i++)
        overlay_set(overlay, &kept[i]);
    free(kept);
}

const struct subscriber *overlay_get(const struct overlay *overlay, uint64_t number)
{
    if (!overlay->count)
        return NULL;
    const struct subscriber *row = slot_of(overlay, number);
    return row->number ? row : NULL;
}
