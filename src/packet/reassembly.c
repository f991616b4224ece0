/* SPDX-License-Identifier: Apache-2.0
 * A slot holds one datagram: its bytes, and a bit for every eight of them that has come (frame.md). Slots in use
 * are in one list by the time of their first fragment, so the oldest is always at its head. */
#include "simsieve/packet/reassembly.h"

#include "simsieve/base/region.h"

#include <stdlib.h>

#define UNIT_BYTES   8
#define UNIT_COUNT   ((REASSEMBLY_DATAGRAM_BYTES + UNIT_BYTES) / UNIT_BYTES)
#define BUFFER_BYTES (UNIT_COUNT * UNIT_BYTES)
#define WORD_BITS    64
#define NO_SLOT      UINT32_MAX

struct slot {
    struct frame frame; /* of the fragment that came first */
    uint64_t tag;
    int64_t begun_ms;
    uint32_t bucket;
    uint32_t chain;        /* next slot of the bucket, or of the free list */
    uint32_t older, newer; /* by begun_ms */
    uint32_t unit_count;   /* that have come */
    uint32_t length;       /* 0 until the last fragment has come */
    uint32_t reach;        /* end of the farthest byte that has come */
    bool is_spoilt;        /* overlap: kept so that the rest of it is not taken for something new */
    uint64_t units[UNIT_COUNT / WORD_BITS];
    uint8_t bytes[BUFFER_BYTES];
};
static_assert(UNIT_COUNT % WORD_BITS == 0, "whole words");

struct reassembly {
    struct reassembly_options options;
    struct reassembly_counters counters;
    struct region region;
    struct slot *slots;
    uint32_t *buckets;
    uint32_t bucket_mask;
    uint32_t fresh; /* slots from here on were never used: their memory is untouched */
    uint32_t free;  /* list of those given back */
    uint32_t oldest, newest;
};

struct reassembly *reassembly_create(const struct reassembly_options *options, struct error *error)
{
    struct reassembly *reassembly = calloc(1, sizeof(*reassembly));
    uint32_t bucket_count = 16;
    CHECK(reassembly && options->datagram_count > 0 && options->datagram_count < NO_SLOT / 4);
    while (bucket_count < 2 * options->datagram_count)
        bucket_count *= 2;
    reassembly->options = *options;
    reassembly->bucket_mask = bucket_count - 1;
    reassembly->buckets = malloc(bucket_count * sizeof(*reassembly->buckets));
    CHECK(reassembly->buckets);
    for (uint32_t i = 0; i < bucket_count; i++)
        reassembly->buckets[i] = NO_SLOT;
    reassembly->free = reassembly->oldest = reassembly->newest = NO_SLOT;
    if (region_open(&reassembly->region, options->datagram_count * sizeof(struct slot), false, error)) {
        reassembly_destroy(reassembly);
        return NULL;
    }
    reassembly->slots = reassembly->region.base;
    return reassembly;
}

void reassembly_destroy(struct reassembly *reassembly)
{
    if (!reassembly)
        return;
    region_close(&reassembly->region);
    free(reassembly->buckets);
    free(reassembly);
}

const struct reassembly_counters *reassembly_counters(const struct reassembly *reassembly)
{
    return &reassembly->counters;
}

/* IPv4 counts identifications for each protocol, IPv6 for all. */
static uint8_t key_protocol(const struct frame *frame)
{
    return frame->source.family == ADDRESS_IPV4 ? frame->protocol : 0;
}

static bool is_same_datagram(const struct frame *a, const struct frame *b)
{
    return a->fragment_id == b->fragment_id && key_protocol(a) == key_protocol(b) &&
           address_equal(&a->source, &b->source) && address_equal(&a->destination, &b->destination);
}

static uint32_t bucket_of(const struct reassembly *reassembly, const struct frame *frame)
{
    const struct hash_key *secret = &reassembly->options.secret;
    const uint64_t id = (uint64_t)frame->fragment_id << 8 | key_protocol(frame);
    const uint64_t hash =
        address_hash(&frame->source, id, secret) ^ address_hash(&frame->destination, 0, secret);
    return (uint32_t)hash_keyed(hash, secret) & reassembly->bucket_mask;
}

static void unlink_age(struct reassembly *reassembly, struct slot *slot)
{
    if (slot->older == NO_SLOT)
        reassembly->oldest = slot->newer;
    else
        reassembly->slots[slot->older].newer = slot->newer;
    if (slot->newer == NO_SLOT)
        reassembly->newest = slot->older;
    else
        reassembly->slots[slot->newer].older = slot->older;
}

static void give_back(struct reassembly *reassembly, struct slot *slot)
{
    const uint32_t index = (uint32_t)(slot - reassembly->slots);
    uint32_t *link = &reassembly->buckets[slot->bucket];
    while (*link != index)
        link = &reassembly->slots[*link].chain;
    *link = slot->chain;
    unlink_age(reassembly, slot);
    slot->chain = reassembly->free;
    reassembly->free = index;
}

/* Gives a datagram up; one that is spoilt has been told already. */
static void give_up(struct reassembly *reassembly, struct slot *slot, enum packet_drop why, uint64_t *counter)
{
    if (!slot->is_spoilt) {
        (*counter)++;
        reassembly->options.lost(reassembly->options.owner, why, &slot->frame, slot->tag);
    }
    give_back(reassembly, slot);
}

void reassembly_expire(struct reassembly *reassembly, int64_t now_ms)
{
    while (reassembly->oldest != NO_SLOT) {
        struct slot *slot = &reassembly->slots[reassembly->oldest];
        if (slot->begun_ms > now_ms - reassembly->options.timeout_ms)
            return;
        give_up(reassembly, slot, PACKET_FRAGMENT_TIMEOUT, &reassembly->counters.timeouts);
    }
}

static struct slot *take_slot(struct reassembly *reassembly)
{
    if (reassembly->free == NO_SLOT && reassembly->fresh == reassembly->options.datagram_count)
        give_up(reassembly, &reassembly->slots[reassembly->oldest], PACKET_FRAGMENT_TABLE,
                &reassembly->counters.evicted);
    if (reassembly->free == NO_SLOT)
        return &reassembly->slots[reassembly->fresh++];
    struct slot *slot = &reassembly->slots[reassembly->free];
    reassembly->free = slot->chain;
    return slot;
}

static struct slot *find_or_begin(struct reassembly *reassembly, const struct frame *fragment, int64_t now_ms,
                                  uint64_t tag)
{
    const uint32_t bucket = bucket_of(reassembly, fragment);
    for (uint32_t i = reassembly->buckets[bucket]; i != NO_SLOT; i = reassembly->slots[i].chain)
        if (is_same_datagram(&reassembly->slots[i].frame, fragment))
            return &reassembly->slots[i];
    struct slot *slot = take_slot(reassembly);
    const uint32_t index = (uint32_t)(slot - reassembly->slots);
    slot->frame = *fragment;
    slot->frame.payload = (struct octets){NULL, 0};
    slot->tag = tag;
    slot->begun_ms = now_ms;
    slot->unit_count = slot->length = slot->reach = 0;
    slot->is_spoilt = false;
    memset(slot->units, 0, sizeof(slot->units));
    slot->bucket = bucket;
    slot->chain = reassembly->buckets[bucket];
    reassembly->buckets[bucket] = index;
    slot->older = reassembly->newest;
    slot->newer = NO_SLOT;
    if (reassembly->newest == NO_SLOT)
        reassembly->oldest = index;
    else
        reassembly->slots[reassembly->newest].newer = index;
    reassembly->newest = index;
    return slot;
}

static bool is_well_formed(const struct frame *fragment)
{
    const size_t length = fragment->payload.length;
    return length > 0 && fragment->fragment_offset + length <= REASSEMBLY_DATAGRAM_BYTES &&
           (!fragment->has_more || length % UNIT_BYTES == 0);
}

enum fit { FIT_NEW, FIT_REPEATED, FIT_OVERLAP };

/* How a fragment lies among what has come. */
static enum fit fit_of(const struct slot *slot, const struct frame *fragment)
{
    const uint32_t begin = fragment->fragment_offset;
    const uint32_t end = begin + (uint32_t)fragment->payload.length;
    uint32_t known = 0, count = 0;
    if (!fragment->has_more && (slot->reach > end || (slot->length && slot->length != end)))
        return FIT_OVERLAP;
    if (fragment->has_more && slot->length && end >= slot->length)
        return FIT_OVERLAP;
    for (uint32_t unit = begin / UNIT_BYTES; unit * UNIT_BYTES < end; unit++, count++)
        known += slot->units[unit / WORD_BITS] >> unit % WORD_BITS & 1;
    if (known == 0)
        return FIT_NEW;
    if (known == count && memcmp(slot->bytes + begin, fragment->payload.bytes, end - begin) == 0 &&
        (fragment->has_more || slot->length))
        return FIT_REPEATED;
    return FIT_OVERLAP;
}

static void add_units(struct slot *slot, const struct frame *fragment)
{
    const uint32_t begin = fragment->fragment_offset;
    const uint32_t end = begin + (uint32_t)fragment->payload.length;
    memcpy(slot->bytes + begin, fragment->payload.bytes, end - begin);
    for (uint32_t unit = begin / UNIT_BYTES; unit * UNIT_BYTES < end; unit++, slot->unit_count++)
        slot->units[unit / WORD_BITS] |= (uint64_t)1 << unit % WORD_BITS;
    if (end > slot->reach)
        slot->reach = end;
    if (!fragment->has_more)
        slot->length = end;
    if (begin == 0)
        slot->frame.protocol = fragment->protocol; /* RFC 8200 4.5: the first fragment's */
}

static bool is_whole(const struct slot *slot)
{
    return slot->length && slot->unit_count == (slot->length + UNIT_BYTES - 1) / UNIT_BYTES;
}

bool reassembly_add(struct reassembly *reassembly, const struct frame *fragment, int64_t now_ms, uint64_t tag,
                    struct frame *whole, enum packet_drop *drop)
{
    CHECK(fragment->is_fragment);
    reassembly->counters.fragments++;
    reassembly_expire(reassembly, now_ms);
    *drop = PACKET_NONE;
    if (!is_well_formed(fragment)) {
        reassembly->counters.malformed++;
        *drop = PACKET_FRAGMENT_LENGTH;
        return false;
    }
    struct slot *slot = find_or_begin(reassembly, fragment, now_ms, tag);
    if (slot->is_spoilt) {
        reassembly->counters.late++;
        return false;
    }
    switch (fit_of(slot, fragment)) {
    case FIT_REPEATED:
        reassembly->counters.repeated++;
        return false;
    case FIT_OVERLAP:
        reassembly->counters.overlaps++;
        reassembly->options.lost(reassembly->options.owner, PACKET_FRAGMENT_OVERLAP, &slot->frame, slot->tag);
        slot->is_spoilt = true;
        return false;
    case FIT_NEW:
        break;
    }
    add_units(slot, fragment);
    if (!is_whole(slot))
        return false;
    reassembly->counters.whole++;
    *whole = slot->frame;
    whole->payload = (struct octets){slot->bytes, slot->length};
    give_back(reassembly, slot); /* its bytes stay as they are until the next fragment */
    return true;
}
