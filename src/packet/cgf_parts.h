/* SPDX-License-Identifier: Apache-2.0
 * What the files of the gateway share: its senders, and what it remembers of their requests. */
#pragma once

#include "simsieve/packet/cgf.h"

#include "hold.h"

#include "simsieve/base/region.h"

enum entry_state {
    ENTRY_FREE,
    ENTRY_PENDING, /* accepted, and not yet durable: not answered */
    ENTRY_HELD,    /* passive: its answer has not been seen */
    ENTRY_QUARANTINED,
    ENTRY_FULFILLED
};

/* A request that came. The place is its sequence number modulo CGF_WINDOW. */
struct cgf_entry {
    uint16_t sequence;
    uint8_t state;
    uint8_t cause; /* of the answer */
    uint8_t version;
    bool is_long;
    uint32_t hash; /* of what it carried: a sender that starts again uses its numbers again */
};

/* What is known of the other direction of a mirror. */
enum mirror { MIRROR_UNKNOWN, MIRROR_BOTH_WAYS, MIRROR_ONE_WAY };

/* A sender, as seen by one receiver. */
struct cgf_peer {
    struct address source, destination;
    uint16_t port; /* 0 over TCP */
    bool is_tcp;
    uint8_t mirror;
    uint8_t version;
    bool is_long;
    uint8_t recovery;
    bool has_recovery;
    uint8_t redirect_tries; /* CGF_REDIRECT_TRIES: done */
    uint16_t redirect_sequence, echo_sequence;
    uint16_t generation;  /* of the slot: old tickets mean nothing */
    uint16_t letter_port; /* where it wrote from last */
    uint32_t pending_count, hold_count;
    uint32_t bucket, chain;
    uint32_t older, newer;
    int64_t redirect_ms, echo_ms;
    struct cgf_entry entries[CGF_WINDOW];
};

#define NO_PEER UINT32_MAX

struct cgf {
    struct cgf_options options;
    struct cgf_counters counters;
    struct region region; /* of the peers */
    struct cgf_peer *peers;
    struct holds *holds;
    uint32_t *buckets;
    uint32_t bucket_mask;
    uint32_t fresh; /* peers from here on were never used */
    uint32_t oldest, newest;
    enum cgf_state state;
    struct address recommended;
    uint16_t sequence;    /* of our requests */
    uint32_t letter_next; /* peer to ask next for a letter */
};

/* Feed thread. The sender of requests from `source`:`port` to `destination`, NULL when it is not known. */
struct cgf_peer *peers_find(struct cgf *cgf, const struct address *source, const struct address *destination,
                            uint16_t port, bool is_tcp);

/* Feed thread. The sender of an arrival, made when it is new; NULL when the table is full of senders that something
 * waits for. */
struct cgf_peer *peers_take(struct cgf *cgf, const struct cgf_arrival *arrival);

static inline uint32_t peer_index(const struct cgf *cgf, const struct cgf_peer *peer)
{
    return (uint32_t)(peer - cgf->peers);
}

/* The entry of a number, whatever it holds. */
static inline struct cgf_entry *peer_entry(struct cgf_peer *peer, uint16_t sequence)
{
    return &peer->entries[sequence % CGF_WINDOW];
}

static inline bool entry_is(const struct cgf_entry *entry, uint16_t sequence)
{
    return entry->state != ENTRY_FREE && entry->sequence == sequence;
}

/* ---- what waits (cgf_waiting.c) ---- */

/* Feed thread. Keeps a packet until it is decided; NULL when there is no room even after unanswered packets have
 * been decided. */
struct hold *waiting_put(struct cgf *cgf, enum hold_kind kind, struct cgf_peer *peer, uint16_t sequence,
                         const struct cgf_arrival *arrival, struct octets packet, uint32_t hash);

/* Feed thread. What the window says of the packet from now on, where it still knows it. */
void waiting_settle(struct cgf *cgf, const struct hold *hold, enum entry_state state);

/* Feed thread. An unanswered packet is decided without its answer: it has waited long enough (`is_timeout`), or has to
 * make room. */
void waiting_decide(struct cgf *cgf, struct hold *hold, bool is_timeout);

/* Feed thread. Ends the waiting of a packet with an event. */
void waiting_end(struct cgf *cgf, struct hold *hold, enum cgf_event_kind kind, enum packet_drop why,
                 uint64_t ticket);

/* Feed thread. An event about records that came just now. */
void tell(struct cgf *cgf, enum cgf_event_kind kind, const struct cgf_peer *peer,
          const struct cgf_arrival *arrival, const struct gtpp_message *message, uint64_t ticket);
