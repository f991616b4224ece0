/* SPDX-License-Identifier: Apache-2.0
 * What travels through a run: a batch of ordered records, seen by every shard, and what the shards have to say about
 * it. Batches live in a ring; four cursors say how far each stage has come:
 *
 *   published  feed thread     batches that are filled
 *   done[i]    shard thread i  batches that shard i has applied
 *   retired    alert thread    batches whose alerts have been delivered; their places are free again
 *
 * The feed thread waits for retired, shards for published, the alert thread for every done: nobody waits in a circle. */
#pragma once

#include "simsieve/detect/edge.h"
#include "simsieve/lists/lists.h"
#include "simsieve/order/order.h"

#define BATCH_RECORDS 1024
#define BATCH_RING    16

/* A piece of work: index of the record (or change, or complaint) and which side of it. */
enum side { SIDE_A, SIDE_B, SIDE_CHANGE, SIDE_COMPLAINT };
#define WORK_MAKE(index, side) ((uint16_t)((index) << 2 | (side)))
#define WORK_INDEX(work)       ((work) >> 2)
#define WORK_SIDE(work)        ((enum side)((work)&3))

/* Filled by one shard thread, emptied by the alert thread. */
struct shard_output {
    _Alignas(CACHE_LINE_BYTES) struct alert *first_alert;
    struct alert *last_alert;
    struct edge *edges;
    uint32_t edge_count, edge_capacity;
};

/* Filled by the feed thread, read by every shard. */
struct shard_work {
    uint32_t count;
    uint16_t works[4 * BATCH_RECORDS]; /* two sides of each record, changes and complaints */
};

/* What records are judged by: read-only, swapped whole between two batches. */
struct generation {
    const struct program *program;
    const struct lists *lists;
};

struct batch {
    struct generation generation;
    uint32_t count;         /* records */
    uint32_t ordered_count; /* of them, from the front: the order has seen them (feed thread only) */
    uint32_t change_count, complaint_count;
    int64_t watch_since_ms;
    struct cdr records[BATCH_RECORDS];
    struct ordered ordered[BATCH_RECORDS];
    struct subscriber changes[BATCH_RECORDS];
    int64_t change_ms[BATCH_RECORDS];
    struct complaint complaints[BATCH_RECORDS];
    struct shard_work *work;      /* one a shard */
    struct shard_output *outputs; /* one a shard */
};

/* Shard thread. Adds to its output; both allocate, which only the finding of something does. */
void output_alert(struct shard_output *output, struct alert *alert);
void output_edge(struct shard_output *output, const struct edge *edge);
