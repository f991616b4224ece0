/* SPDX-License-Identifier: Apache-2.0
 * Packets that wait for a decision, copied into blocks of fixed size: bounded, and no allocation a packet. */
#pragma once

#include "simsieve/base/error.h"
#include "simsieve/packet/octets.h"

#define HOLD_BLOCK_BYTES  512
#define HOLD_PACKET_BYTES UINT16_MAX

enum hold_kind {
    HOLD_QUARANTINE, /* possibly duplicated, until release or cancel */
    HOLD_UNANSWERED, /* passive: until its answer is seen */
    HOLD_KIND_COUNT
};

struct hold {
    uint32_t peer; /* index */
    uint16_t sequence;
    uint8_t kind;
    bool was_repeated;
    uint32_t hash;   /* of the content */
    uint32_t length; /* bytes */
    uint32_t first_block;
    uint32_t bucket, chain;
    uint32_t older, newer; /* of its kind, by since_ms */
    int64_t time_ms;       /* when it came */
    int64_t since_ms;      /* when it was last touched */
    uint64_t tag;
};

struct holds;

/* Start-up only. Room for `bytes` in blocks. NULL and ERROR_INTERNAL when the address space is not to be had. */
struct holds *holds_create(size_t bytes, struct hash_key secret, struct error *error);
void holds_destroy(struct holds *holds);

/* Feed thread. Copies `packet` (at most HOLD_PACKET_BYTES); NULL when there is no room. The caller fills in time,
 * tag and hash. */
struct hold *holds_put(struct holds *holds, enum hold_kind kind, uint32_t peer, uint16_t sequence,
                       struct octets packet, int64_t now_ms);

/* Feed thread. NULL when there is none. */
struct hold *holds_find(struct holds *holds, enum hold_kind kind, uint32_t peer, uint16_t sequence);

/* Feed thread. Its bytes, valid until the next call for another. */
struct octets holds_read(struct holds *holds, const struct hold *hold);

void holds_remove(struct holds *holds, struct hold *hold);

/* Feed thread. Makes it the newest of its kind. */
void holds_touch(struct holds *holds, struct hold *hold, int64_t now_ms);

/* Feed thread. The one of a kind that was touched longest ago, NULL when there is none. */
struct hold *holds_oldest(struct holds *holds, enum hold_kind kind);

size_t holds_bytes(const struct holds *holds);
size_t holds_count(const struct holds *holds);
