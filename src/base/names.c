/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/names.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/region.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct name_slot {
    /* 0 free; else the id, with READY set once `text` may be read. Claimed by compare-and-swap (acquire: the
     * loser reads what the winner published), published by the claimer with release. */
    _Atomic uint64_t id_state;
    char text[NAME_BYTES_MAX + 1];
};

#define READY ((uint64_t)1 << 63)

struct names {
    struct region region;
    struct name_slot *slots;
    struct hash_key secret; /* senders choose their names: nobody may choose their slots */
    size_t mask;
    size_t count_max;
    _Atomic size_t count; /* relaxed: a limit, not a fence */
};

struct names *names_create(size_t count_max, struct error *error)
{
    struct names *names = calloc(1, sizeof(*names));
    size_t slots = 64;
    CHECK(names);
    while (slots < count_max + count_max / 2)
        slots *= 2;
    if (region_open(&names->region, slots * sizeof(struct name_slot), false, error)) {
        free(names);
        return NULL;
    }
    names->slots = names->region.base;
    names->secret = hash_key_random();
    names->mask = slots - 1;
    names->count_max = count_max;
    return names;
}

void names_destroy(struct names *names)
{
    if (!names)
        return;
    region_close(&names->region);
    free(names);
}

/* The state of a slot that holds `id`, once its text is there: the claimer writes 48 bytes, no more. */
static void await_ready(struct name_slot *slot)
{
    while (!(atomic_load_explicit(&slot->id_state, memory_order_acquire) & READY))
        __builtin_ia32_pause();
}

uint64_t names_intern(struct names *names, const char *bytes, size_t length)
{
    if (length == 0 || length > NAME_BYTES_MAX)
        return 0;
    uint64_t id = hash_bytes(bytes, length) & (((uint64_t)1 << NAME_ID_BITS) - 1);
    id += id == 0;
    for (size_t i = hash_keyed(id, &names->secret) & names->mask;; i = (i + 1) & names->mask) {
        struct name_slot *slot = &names->slots[i];
        uint64_t seen = atomic_load_explicit(&slot->id_state, memory_order_acquire);
        if (seen == 0) {
            if (atomic_load_explicit(&names->count, memory_order_relaxed) >= names->count_max)
                return 0;
            if (atomic_compare_exchange_strong_explicit(&slot->id_state, &seen, id, memory_order_acquire,
                                                        memory_order_acquire)) {
                memcpy(slot->text, bytes, length);
                atomic_fetch_add_explicit(&names->count, 1, memory_order_relaxed);
                atomic_store_explicit(&slot->id_state, id | READY, memory_order_release);
                return id;
            }
        }
        if ((seen & ~READY) == id) {
            await_ready(slot);
            return id;
        }
    }
}

const char *names_text(const struct names *names, uint64_t id)
{
    for (size_t i = hash_keyed(id, &names->secret) & names->mask;; i = (i + 1) & names->mask) {
        const struct name_slot *slot = &names->slots[i];
        const uint64_t seen = atomic_load_explicit(&slot->id_state, memory_order_acquire);
        if (seen == (id | READY))
            return slot->text;
        if (seen == 0)
            return "?";
    }
}

size_t names_count(const struct names *names)
{
    return atomic_load_explicit(&names->count, memory_order_relaxed);
}
