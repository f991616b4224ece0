/* SPDX-License-Identifier: Apache-2.0
 * The table of senders: bounded; where it is full, the sender that was quiet for longest and for which nothing waits
 * makes room. */
#include "cgf_parts.h"

/* Senders that are asked whether they can make room. */
#define EVICT_LOOKS 16

static uint32_t bucket_of(const struct cgf *cgf, const struct address *source,
                          const struct address *destination, uint32_t port)
{
    const struct hash_key *secret = &cgf->options.secret;
    const uint64_t hash =
        address_hash(source, (uint64_t)port << 1, secret) ^ address_hash(destination, 1, secret);
    return (uint32_t)hash_keyed(hash, secret) & cgf->bucket_mask;
}

struct cgf_peer *peers_find(struct cgf *cgf, const struct address *source, const struct address *destination,
                            uint16_t port, bool is_tcp)
{
    const uint16_t key_port = is_tcp ? 0 : port;
    uint32_t index = cgf->buckets[bucket_of(cgf, source, destination, key_port)];
    while (index != NO_PEER) {
        struct cgf_peer *peer = &cgf->peers[index];
        if (peer->port == key_port && peer->is_tcp == is_tcp && address_equal(&peer->source, source) &&
            address_equal(&peer->destination, destination))
            return peer;
        index = peer->chain;
    }
    return NULL;
}

static void unlink_age(struct cgf *cgf, const struct cgf_peer *peer)
{
    if (peer->older == NO_PEER)
        cgf->oldest = peer->newer;
    else
        cgf->peers[peer->older].newer = peer->newer;
    if (peer->newer == NO_PEER)
        cgf->newest = peer->older;
    else
        cgf->peers[peer->newer].older = peer->older;
}

static void link_newest(struct cgf *cgf, struct cgf_peer *peer)
{
    const uint32_t index = peer_index(cgf, peer);
    peer->older = cgf->newest;
    peer->newer = NO_PEER;
    if (peer->older == NO_PEER)
        cgf->oldest = index;
    else
        cgf->peers[peer->older].newer = index;
    cgf->newest = index;
}

/* The slot of a sender that has been quiet and for which nothing waits; NULL when none of the oldest is such. */
static struct cgf_peer *evict(struct cgf *cgf)
{
    uint32_t index = cgf->oldest;
    for (unsigned looks = 0; looks < EVICT_LOOKS && index != NO_PEER; looks++) {
        struct cgf_peer *peer = &cgf->peers[index];
        index = peer->newer;
        if (peer->pending_count > 0 || peer->hold_count > 0)
            continue;
        uint32_t *link = &cgf->buckets[peer->bucket];
        while (*link != peer_index(cgf, peer))
            link = &cgf->peers[*link].chain;
        *link = peer->chain;
        unlink_age(cgf, peer);
        cgf->counters.evicted++;
        return peer;
    }
    return NULL;
}

struct cgf_peer *peers_take(struct cgf *cgf, const struct cgf_arrival *arrival)
{
    struct cgf_peer *peer =
        peers_find(cgf, &arrival->source, &arrival->destination, arrival->source_port, arrival->is_tcp);
    if (peer) {
        unlink_age(cgf, peer);
        link_newest(cgf, peer);
        peer->letter_port = arrival->source_port;
        return peer;
    }
    if (cgf->fresh < cgf->options.peer_count)
        peer = &cgf->peers[cgf->fresh++];
    else
        peer = evict(cgf);
    if (!peer)
        return NULL;
    const uint16_t generation = peer->generation + 1;
    const uint16_t port = arrival->is_tcp ? 0 : arrival->source_port;
    memset(peer, 0, sizeof(*peer));
    peer->source = arrival->source;
    peer->destination = arrival->destination;
    peer->port = port;
    peer->letter_port = arrival->source_port;
    peer->is_tcp = arrival->is_tcp;
    peer->generation = generation;
    peer->bucket = bucket_of(cgf, &peer->source, &peer->destination, port);
    peer->chain = cgf->buckets[peer->bucket];
    peer->echo_ms = arrival->now_ms;
    cgf->buckets[peer->bucket] = peer_index(cgf, peer);
    link_newest(cgf, peer);
    return peer;
}
