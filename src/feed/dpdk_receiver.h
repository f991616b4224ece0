/* SPDX-License-Identifier: Apache-2.0
 * From frames to the journal, and from the journal to answers (dpdk.md). Knows no DPDK: frames come in and go out as bytes. One
 * thread. */
#pragma once

#include "dpdk_settings.h"
#include "journal.h"

#include "simsieve/feed/feed.h"

/* Of possibly duplicated packets that wait, and what the journal must take at once when all are released. */
#define DPDK_WAITING_BYTES ((size_t)64 << 20)
#define DPDK_SPARE_BYTES   (DPDK_WAITING_BYTES + DPDK_WAITING_BYTES / 4)

struct dpdk_receiver;

struct dpdk_moment {
    int64_t wall_ms;
    uint64_t monotonic_ns;
};

struct dpdk_receiver_options {
    const struct dpdk_settings *settings;
    const struct feed_options *feed;
    struct journal *journal;
    uint8_t restarts;
    /* Sends a frame out of a port; never called in passive mode. */
    void (*send)(void *owner, size_t port, const uint8_t *bytes, size_t length);
    void *owner;
};

struct dpdk_receiver_counters {
    uint64_t frames;
    uint64_t others;    /* none of our traffic */
    uint64_t greetings; /* ARP, neighbour solicitations and pings answered */
    uint64_t letters;   /* GTP' messages sent */
    uint64_t
        unreachable; /* that could not be: the way to their addressee is not known any more, or no connection is open */
    uint64_t withheld; /* data requests left without an answer: no room further on (UDP) */
    uint64_t stopped;  /* times that they had to wait in their connection instead (TCP) */
    uint64_t lost;     /* passive: messages that could not be journaled */
};

/* Start-up only. NULL and ERROR_INTERNAL. */
struct dpdk_receiver *dpdk_receiver_create(const struct dpdk_receiver_options *options, struct error *error);
void dpdk_receiver_destroy(struct dpdk_receiver *receiver);

/* Start-up only. The hardware address of a port. */
void dpdk_receiver_set_mac(struct dpdk_receiver *receiver, size_t port, const uint8_t mac[static 6]);

/* Start-up only. May block. Reads the journal: what has come before the start is known again. */
void dpdk_receiver_recall(struct dpdk_receiver *receiver);

/* Feed thread. Without room further on, data requests are left unanswered (cgf). */
void dpdk_receiver_set_room(struct dpdk_receiver *receiver, bool has_room);

/* Feed thread. True when nothing can be journaled: the port is not to be read (passive). */
bool dpdk_receiver_is_blocked(const struct dpdk_receiver *receiver);

/* Feed thread. Takes one frame. Blocks only when a whole group waits for one that is being
 * synced. Bound: the frame, and what it sets free. */
void dpdk_receiver_take(struct dpdk_receiver *receiver, size_t port, struct octets frame,
                        struct dpdk_moment now);

/* Feed thread. To be called after each burst, `is_idle` when it was empty: answers for what has become durable, lets a group be
 * synced, decides what has waited too long, writes letters that are due. */
void dpdk_receiver_settle(struct dpdk_receiver *receiver, bool is_idle, struct dpdk_moment now);

/* Feed thread. May block. Waits until all is durable, and answers for it; false when the disk does not take it. */
bool dpdk_receiver_wait(struct dpdk_receiver *receiver);

/* Feed thread. Redirects all senders from here on (cgf); decides about packets whose answer has not been seen (passive). */
void dpdk_receiver_go_down(struct dpdk_receiver *receiver);

/* Feed thread. The last of all (cgf): TCP connections end behind the answers that are there. To be settled on until none is
 * left, or for as long as one likes. */
void dpdk_receiver_hang_up(struct dpdk_receiver *receiver);

/* Feed thread. TCP connections there are. */
uint32_t dpdk_receiver_connection_count(const struct dpdk_receiver *receiver);

/* Feed thread. What the journal must keep whatever is released: offset of the oldest entry that waits. */
uint64_t dpdk_receiver_oldest(const struct dpdk_receiver *receiver);

const struct dpdk_receiver_counters *dpdk_receiver_counters(const struct dpdk_receiver *receiver);
const struct cgf_counters *dpdk_receiver_cgf_counters(const struct dpdk_receiver *receiver);

/* Feed thread. NULL in passive mode. */
const struct listener_counters *dpdk_receiver_listener_counters(const struct dpdk_receiver *receiver);
