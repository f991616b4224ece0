/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/lists/overlay.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/region.h"

#include <stdlib.h>

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

const struct subscriber *overlay_get(const struct overlay *overlay, uint64_t number)
{
    if (!overlay->count)
        return NULL;
    const struct subscriber *row = slot_of(overlay, number);
    return row->number ? row : NULL;
}
