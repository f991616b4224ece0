/* SPDX-License-Identifier: Apache-2.0
 * One port of DPDK: frames in bursts, frames out, and what it counts. */
#pragma once

#include "simsieve/base/error.h"
#include "simsieve/packet/octets.h"

#define DPDK_BURST 64

struct dpdk_port;

struct dpdk_port_options {
    const char *device; /* as DPDK knows it */
    uint64_t queue_count;
    uint64_t frame_bytes;
    bool can_send; /* false: no transmit queue is set up at all */
};

/* Since the port was opened. */
struct dpdk_port_counters {
    uint64_t received, sent;
    uint64_t missed;    /* no room in the ring: this program was too slow */
    uint64_t damaged;   /* the card or driver refused it */
    uint64_t no_memory; /* no free buffer */
};

/* Feed thread, after dpdk_eal_start. May block. ERROR_CONFIG with what to do. */
struct dpdk_port *dpdk_port_open(const struct dpdk_port_options *options, struct error *error);
void dpdk_port_close(struct dpdk_port *port);

const uint8_t *dpdk_port_mac(const struct dpdk_port *port);

/* Feed thread. Hands at most DPDK_BURST frames of a queue to `take`, valid during the call; returns how many there were. */
size_t dpdk_port_receive(struct dpdk_port *port, uint64_t queue,
                         void (*take)(void *owner, struct octets frame), void *owner);

/* Feed thread. False when it cannot be sent now. */
bool dpdk_port_send(struct dpdk_port *port, const uint8_t *bytes, size_t length);

/* Feed thread. */
struct dpdk_port_counters dpdk_port_counters(const struct dpdk_port *port);
