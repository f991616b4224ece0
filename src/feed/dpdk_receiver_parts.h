/* SPDX-License-Identifier: Apache-2.0
 * The inside of the receiver: dpdk_receiver.c has frames and rounds, dpdk_connections.c the messages of TCP, dpdk_messages.c what
 * is in them. */
#pragma once

#include "dpdk_answers.h"
#include "dpdk_receiver.h"
#include "dpdk_ways.h"

#include "simsieve/packet/cgf.h"
#include "simsieve/packet/listener.h"
#include "simsieve/packet/reassembly.h"
#include "simsieve/packet/stream.h"

#define TICKET_COUNT_MAX 16384

struct dpdk_receiver {
    struct dpdk_receiver_options options;
    const struct dpdk_settings *settings;
    struct journal *journal;
    struct cgf *cgf;
    struct reassembly *reassembly;
    struct streams *streams;   /* passive */
    struct listener *listener; /* cgf */
    struct dpdk_ways *ways;    /* cgf: back to the senders */
    struct answer_self selves[DPDK_PORT_COUNT_MAX];
    struct dpdk_receiver_counters counters;
    struct dpdk_moment now; /* its wall time never goes back */
    int64_t round_ms;       /* when the last round was */
    bool has_room;          /* further on */
    bool is_blocked;        /* the journal is full or its disk fails */
    int64_t tried_ms;       /* when that was looked at last */
    bool is_recalling;
    bool is_going_down;
    bool has_stopped; /* TCP: a whole message waits in its connection */

    /* of the message in hand */
    const struct cgf_arrival *arrival; /* NULL: none */
    bool has_decided;                  /* about packets that came before */

    size_t ticket_count;
    uint64_t tickets[TICKET_COUNT_MAX];
    uint64_t ticket_ends[TICKET_COUNT_MAX]; /* in the journal: where each is durable */
};

static inline bool is_cgf(const struct dpdk_receiver *receiver)
{
    return receiver->settings->mode == DPDK_CGF;
}

/* Of a clock that never goes back nor jumps. */
static inline int64_t monotonic_ms(const struct dpdk_receiver *receiver)
{
    return (int64_t)(receiver->now.monotonic_ns / 1000000);
}

static inline void take_time(struct dpdk_receiver *receiver, struct dpdk_moment now)
{
    receiver->now.monotonic_ns = now.monotonic_ns;
    if (now.wall_ms > receiver->now.wall_ms)
        receiver->now.wall_ms = now.wall_ms;
}

/* Feed thread. Counts a loss under its reason, and keeps the headers. */
void dpdk_receiver_reject(struct dpdk_receiver *receiver, enum packet_drop drop, struct octets bytes);

/* Feed thread. Whether a message can be taken now; others (data requests) come again over UDP and wait over TCP. */
bool dpdk_receiver_can_take(struct dpdk_receiver *receiver, struct octets message);

/* Feed thread. A GTP' message that can be taken, a datagram of records. */
void dpdk_receiver_take_gtpp(struct dpdk_receiver *receiver, const struct frame *frame, bool is_tcp,
                             struct octets message);
void dpdk_receiver_take_datagram(struct dpdk_receiver *receiver, const struct frame *frame);

/* Feed thread. NULL and ERROR_INTERNAL. */
struct listener *dpdk_receiver_listen(struct dpdk_receiver *receiver, struct error *error);

/* Feed thread. After a burst: what TCP has to do, and what had to wait there. */
void dpdk_receiver_settle_connections(struct dpdk_receiver *receiver);

/* Feed thread. What struct cgf_options calls `event`. */
void dpdk_receiver_take_event(void *owner, const struct cgf_event *event);

/* Feed thread. Sends a message of the gateway. */
void dpdk_receiver_send(struct dpdk_receiver *receiver, const struct cgf_letter *letter);

/* Feed thread. Answers for what has become durable; with `starts` the next group is synced from here on. False when the disk
 * does not take it. */
bool dpdk_receiver_sync(struct dpdk_receiver *receiver, bool starts);

/* Feed thread. Whether a journal that was full or failed takes entries now. */
void dpdk_receiver_try_again(struct dpdk_receiver *receiver);
