/* SPDX-License-Identifier: Apache-2.0
 * The group stage: what SIMs do together. It stands behind the partitions and consumes their edges in the order of
 * positions; one group is a rule and a key (a province's protected list, a device, a cell, a dealer ...), and keeps
 * the contacts of its members over the rule's window exactly, up to its limits. What does not fit makes counts lower
 * bounds, which can only keep a rule from firing. One thread. */
#pragma once

#include "simsieve/alert/content.h"
#include "simsieve/detect/edge.h"

#define GROUP_CONTACTS_MAX 16384 /* in one group's window */
#define GROUPS_MAX         65536 /* over all rules */

struct groups;

/* Start-up only. */
struct groups *groups_create(const struct program *program);
void groups_destroy(struct groups *groups);

/* Alert thread. From here on these rules hold. Groups of rules that are there again, with the same key and window, go on;
 * the others are forgotten. */
void groups_adopt(struct groups *groups, const struct program *program);

/* What alerts of groups need from the run. */
struct group_context {
    const struct names *names;
    const char *(*switch_name)(void *owner, uint32_t switch_index);
    void *owner;
};

/* Alert thread. Takes one edge, no older in position than the one before. Returns the alert that it raises (the
 * caller owns it), NULL when it raises none. Amortised constant but for alerts. */
struct alert *groups_take(struct groups *groups, const struct edge *edge,
                          const struct group_context *context);

struct groups_counters {
    uint64_t groups;           /* held now */
    uint64_t groups_refused;   /* no room for a new group */
    uint64_t contacts_dropped; /* oldest contacts of full groups */
};
struct groups_counters groups_counters(const struct groups *groups);
