/* SPDX-License-Identifier: Apache-2.0
 * A lane of the outbox: one receiver, one thread (outbox.md). */
#pragma once

#include "backoff.h"
#include "simsieve/sink/outbox.h"
#include "store_outbox.h"

#include <pthread.h>

static_assert(OUTBOX_NAME_BYTES >= 2 * OUTLET_NAME_BYTES, "sink/lane");

/* By which lanes are woken and stopped, and say how they are; one for all. */
struct bell {
    pthread_mutex_t lock;
    pthread_cond_t rung;      /* monotonic clock, like the next one */
    pthread_cond_t told;      /* a lane has said how it is */
    uint64_t ring_count;      /* under the lock */
    _Atomic bool is_stopping; /* set under the lock; read without it by outlets in the middle of a delivery */
};

struct lane {
    struct bell *bell;
    const struct outlet *outlet;
    void *state; /* the outlet's */
    unsigned modes;
    int64_t give_up_ms;
    struct store *store; /* the thread's own connection, once it runs */
    int64_t sink;        /* its row */
    pthread_t thread;
    bool is_running;

    /* under the bell's lock */
    struct sink_health told; /* what others may know */
    uint64_t served_count;   /* it had nothing left to do at this ring, or is disabled */

    /* the thread's own */
    struct sink_health health;
    struct backoff backoff;
    int64_t cursor;
    int64_t stored_cursor;  /* what the store knows of it */
    uint64_t stored_ns;     /* when it was told */
    int64_t failing_number; /* the alert that nobody takes; 0: none */
    uint64_t failing_since_ns;
    uint64_t attempt_count; /* at it */
    bool is_due_failing;    /* it comes from the dead letters */
    struct lane_rows rows;
    struct outlet_answer answers[OUTLET_BATCH_MAX];
};

/* Start-up only. */
void bell_init(struct bell *bell);
void bell_fini(struct bell *bell);
void bell_ring(struct bell *bell);
void bell_stop(struct bell *bell);

/* Any thread. Waits until the bell was rung more than `seen` times, it stops, or the time (clock_monotonic_ns) has come; with
 * `seen` UINT64_MAX rings do not wake. Returns how often it was rung. */
uint64_t bell_await(struct bell *bell, uint64_t seen, uint64_t until_ns);

/* Any thread. Rings, and waits until `is_answered`, which is called under the lock with the number of this ring, says so;
 * false when the time has come before. */
bool bell_ring_and_await(struct bell *bell, bool (*is_answered)(const void *owner, uint64_t ring_count),
                         const void *owner, uint64_t until_ns);

/* Start-up only. */
void lane_start(struct lane *lane);
void lane_join(struct lane *lane);
