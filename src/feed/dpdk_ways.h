/* SPDX-License-Identifier: Apache-2.0
 * The way back to senders: which port, and which Ethernet header. A fixed table; where it is full, a newcomer takes the place of
 * another, whose next frame makes it known again. */
#pragma once

#include "dpdk_answers.h"

struct dpdk_ways;

/* Start-up only. */
struct dpdk_ways *dpdk_ways_create(struct hash_key secret);
void dpdk_ways_destroy(struct dpdk_ways *ways);

/* Feed thread. Remembers, or corrects. */
void dpdk_ways_put(struct dpdk_ways *ways, const struct address *address, const struct answer_link *link,
                   size_t port);

/* Feed thread. NULL when it is not known. */
const struct answer_link *dpdk_ways_find(const struct dpdk_ways *ways, const struct address *address,
                                         size_t *port);
