/* SPDX-License-Identifier: Apache-2.0
 * How the lanes of an outbox are woken. Off the path of records: rung once a flush that had alerts. */
#include "outbox_lane.h"
#include "simsieve/base/clock.h"

#define SECOND_NS UINT64_C(1000000000)

void bell_init(struct bell *bell)
{
    pthread_condattr_t attributes;
    *bell = (struct bell){0};
    CHECK(pthread_mutex_init(&bell->lock, NULL) == 0);
    CHECK(pthread_condattr_init(&attributes) == 0);
    CHECK(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    CHECK(pthread_cond_init(&bell->rung, &attributes) == 0);
    CHECK(pthread_cond_init(&bell->told, &attributes) == 0);
    pthread_condattr_destroy(&attributes);
}

void bell_fini(struct bell *bell)
{
    pthread_cond_destroy(&bell->told);
    pthread_cond_destroy(&bell->rung);
    pthread_mutex_destroy(&bell->lock);
}

void bell_ring(struct bell *bell)
{
    pthread_mutex_lock(&bell->lock);
    bell->ring_count++;
    pthread_cond_broadcast(&bell->rung);
    pthread_mutex_unlock(&bell->lock);
}

void bell_stop(struct bell *bell)
{
    pthread_mutex_lock(&bell->lock);
    atomic_store_explicit(&bell->is_stopping, true, memory_order_release);
    pthread_cond_broadcast(&bell->rung);
    pthread_mutex_unlock(&bell->lock);
}

static struct timespec timespec_of(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / SECOND_NS), .tv_nsec = (long)(ns % SECOND_NS)};
}

uint64_t bell_await(struct bell *bell, uint64_t seen, uint64_t until_ns)
{
    const struct timespec until = timespec_of(until_ns);
    int code = 0;
    pthread_mutex_lock(&bell->lock);
    while (code == 0 && until_ns > 0 && bell->ring_count <= seen &&
           !atomic_load_explicit(&bell->is_stopping, memory_order_relaxed))
        code = pthread_cond_timedwait(&bell->rung, &bell->lock, &until);
    const uint64_t ring_count = bell->ring_count;
    pthread_mutex_unlock(&bell->lock);
    return ring_count;
}

bool bell_ring_and_await(struct bell *bell, bool (*is_answered)(const void *owner, uint64_t ring_count),
                         const void *owner, uint64_t until_ns)
{
    const struct timespec until = timespec_of(until_ns);
    int code = 0;
    pthread_mutex_lock(&bell->lock);
    const uint64_t ring_count = ++bell->ring_count;
    pthread_cond_broadcast(&bell->rung);
    while (code == 0 && !is_answered(owner, ring_count))
        code = pthread_cond_timedwait(&bell->told, &bell->lock, &until);
    const bool is_done = is_answered(owner, ring_count);
    pthread_mutex_unlock(&bell->lock);
    return is_done;
}
