/* SPDX-License-Identifier: Apache-2.0 */
#include "hold.h"

#include "simsieve/base/region.h"

#include <stdlib.h>

#define NONE UINT32_MAX

struct block {
    uint8_t bytes[HOLD_BLOCK_BYTES - sizeof(uint32_t)];
    uint32_t next; /* of the packet, or of the free list */
};
static_assert(sizeof(struct block) == HOLD_BLOCK_BYTES, "no padding");

/* Slots in use are in a bucket's chain and in the list of their kind; free ones in one list through `chain`. There
 * are as many slots as blocks, so blocks are what runs out. */
struct holds {
    struct hash_key secret;
    struct region region; /* of slots, blocks and buckets */
    struct hold *slots;
    struct block *blocks;
    uint32_t *buckets; /* index + 1: fresh memory is empty */
    uint32_t capacity; /* blocks, and slots */
    uint32_t bucket_mask;
    uint32_t fresh_slot, free_slot;
    uint32_t fresh_block, free_block;
    uint32_t free_count; /* blocks */
    uint32_t oldest[HOLD_KIND_COUNT], newest[HOLD_KIND_COUNT];
    size_t bytes, count;
    uint8_t scratch[HOLD_PACKET_BYTES];
};

struct holds *holds_create(size_t bytes, struct hash_key secret, struct error *error)
{
    struct holds *holds = calloc(1, sizeof(*holds));
    uint32_t bucket_count = 16;
    CHECK(holds && bytes >= HOLD_BLOCK_BYTES && bytes / HOLD_BLOCK_BYTES < NONE / 4);
    holds->secret = secret;
    holds->capacity = holds->free_count = (uint32_t)(bytes / HOLD_BLOCK_BYTES);
    while (bucket_count < holds->capacity)
        bucket_count *= 2;
    holds->bucket_mask = bucket_count - 1;
    holds->free_slot = holds->free_block = NONE;
    for (size_t kind = 0; kind < HOLD_KIND_COUNT; kind++)
        holds->oldest[kind] = holds->newest[kind] = NONE;
    const size_t slot_bytes = holds->capacity * sizeof(*holds->slots);
    const size_t block_bytes = holds->capacity * sizeof(*holds->blocks);
    if (region_open(&holds->region, slot_bytes + block_bytes + bucket_count * sizeof(*holds->buckets), false,
                    error)) {
        free(holds);
        return NULL;
    }
    holds->slots = holds->region.base;
    holds->blocks = (struct block *)(holds->slots + holds->capacity);
    holds->buckets = (uint32_t *)(holds->blocks + holds->capacity);
    return holds;
}

void holds_destroy(struct holds *holds)
{
    if (!holds)
        return;
    region_close(&holds->region);
    free(holds);
}

static uint32_t bucket_of(const struct holds *holds, enum hold_kind kind, uint32_t peer, uint16_t sequence)
{
    const uint64_t key = (uint64_t)kind << 48 | (uint64_t)peer << 16 | sequence;
    return (uint32_t)hash_keyed(key, &holds->secret) & holds->bucket_mask;
}

static void link_newest(struct holds *holds, struct hold *hold)
{
    const uint32_t index = (uint32_t)(hold - holds->slots);
    hold->older = holds->newest[hold->kind];
    hold->newer = NONE;
    if (hold->older == NONE)
        holds->oldest[hold->kind] = index;
    else
        holds->slots[hold->older].newer = index;
    holds->newest[hold->kind] = index;
}

static void unlink_age(struct holds *holds, const struct hold *hold)
{
    if (hold->older == NONE)
        holds->oldest[hold->kind] = hold->newer;
    else
        holds->slots[hold->older].newer = hold->newer;
    if (hold->newer == NONE)
        holds->newest[hold->kind] = hold->older;
    else
        holds->slots[hold->newer].older = hold->older;
}

static uint32_t take_block(struct holds *holds)
{
    const uint32_t index = holds->free_block;
    holds->free_count--;
    if (index == NONE)
        return holds->fresh_block++;
    holds->free_block = holds->blocks[index].next;
    return index;
}

/* Copies a packet into a chain of blocks and returns the first. */
static uint32_t store(struct holds *holds, struct octets packet)
{
    const uint32_t first = take_block(holds);
    uint32_t index = first;
    for (size_t at = 0;;) {
        struct block *block = &holds->blocks[index];
        const size_t length = u64_min(sizeof(block->bytes), packet.length - at);
        memcpy(block->bytes, packet.bytes + at, length);
        at += length;
        block->next = at < packet.length ? take_block(holds) : NONE;
        if (block->next == NONE)
            return first;
        index = block->next;
    }
}

static struct hold *take_slot(struct holds *holds)
{
    if (holds->free_slot == NONE)
        return &holds->slots[holds->fresh_slot++];
    struct hold *hold = &holds->slots[holds->free_slot];
    holds->free_slot = hold->chain;
    return hold;
}

struct hold *holds_put(struct holds *holds, enum hold_kind kind, uint32_t peer, uint16_t sequence,
                       struct octets packet, int64_t now_ms)
{
    const size_t block_bytes = sizeof(holds->blocks->bytes);
    CHECK(packet.length > 0 && packet.length <= HOLD_PACKET_BYTES);
    if ((packet.length + block_bytes - 1) / block_bytes > holds->free_count)
        return NULL;
    struct hold *hold = take_slot(holds);
    const uint32_t bucket = bucket_of(holds, kind, peer, sequence);
    *hold = (struct hold){.kind = (uint8_t)kind,
                          .peer = peer,
                          .sequence = sequence,
                          .length = (uint32_t)packet.length,
                          .first_block = store(holds, packet),
                          .bucket = bucket,
                          .chain = holds->buckets[bucket],
                          .since_ms = now_ms};
    holds->buckets[bucket] = (uint32_t)(hold - holds->slots) + 1;
    link_newest(holds, hold);
    holds->bytes += packet.length;
    holds->count++;
    return hold;
}

struct hold *holds_find(struct holds *holds, enum hold_kind kind, uint32_t peer, uint16_t sequence)
{
    uint32_t link = holds->buckets[bucket_of(holds, kind, peer, sequence)];
    while (link) {
        struct hold *hold = &holds->slots[link - 1];
        if (hold->kind == kind && hold->peer == peer && hold->sequence == sequence)
            return hold;
        link = hold->chain;
    }
    return NULL;
}

struct octets holds_read(struct holds *holds, const struct hold *hold)
{
    size_t at = 0;
    for (uint32_t index = hold->first_block; index != NONE; index = holds->blocks[index].next) {
        const struct block *block = &holds->blocks[index];
        const size_t length = u64_min(sizeof(block->bytes), hold->length - at);
        memcpy(holds->scratch + at, block->bytes, length);
        at += length;
    }
    return (struct octets){holds->scratch, hold->length};
}

static void give_blocks_back(struct holds *holds, uint32_t first)
{
    uint32_t last = first;
    holds->free_count++;
    for (; holds->blocks[last].next != NONE; holds->free_count++)
        last = holds->blocks[last].next;
    holds->blocks[last].next = holds->free_block;
    holds->free_block = first;
}

void holds_remove(struct holds *holds, struct hold *hold)
{
    const uint32_t index = (uint32_t)(hold - holds->slots);
    uint32_t *link = &holds->buckets[hold->bucket];
    while (*link != index + 1)
        link = &holds->slots[*link - 1].chain;
    *link = hold->chain;
    unlink_age(holds, hold);
    give_blocks_back(holds, hold->first_block);
    holds->bytes -= hold->length;
    holds->count--;
    hold->chain = holds->free_slot;
    holds->free_slot = index;
}

void holds_touch(struct holds *holds, struct hold *hold, int64_t now_ms)
{
    unlink_age(holds, hold);
    hold->since_ms = now_ms;
    link_newest(holds, hold);
}

struct hold *holds_oldest(struct holds *holds, enum hold_kind kind)
{
    return holds->oldest[kind] == NONE ? NULL : &holds->slots[holds->oldest[kind]];
}

size_t holds_bytes(const struct holds *holds)
{
    return holds->bytes;
}

size_t holds_count(const struct holds *holds)
{
    return holds->count;
}
