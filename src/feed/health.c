/* SPDX-License-Identifier: Apache-2.0
 * Why a feed is not well (health.md). */
#include "simsieve/base/clock.h"
#include "simsieve/feed/feed.h"

#include <pthread.h>
#include <stdio.h>

/* Of all feeds: errors are rare, and so a health needs no life cycle of its own. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void feed_health_tell(struct feed_health *health, unsigned part, const char *text)
{
    CHECK(part < FEED_PARTS_MAX);
    const int64_t now_wall_ms = clock_wall_ms();
    struct feed_error *error = &health->part_errors[part];
    pthread_mutex_lock(&lock);
    if (!feed_health_is_ill(health, part))
        error->since_wall_ms = now_wall_ms;
    error->told_wall_ms = now_wall_ms;
    snprintf(error->text, sizeof(error->text), "%s", text);
    health->last_error = *error;
    atomic_fetch_or_explicit(&health->ill_parts, 1u << part, memory_order_relaxed);
    pthread_mutex_unlock(&lock);
}

void feed_health_well(struct feed_health *health, unsigned part)
{
    CHECK(part < FEED_PARTS_MAX);
    if (!feed_health_is_ill(health, part))
        return;
    pthread_mutex_lock(&lock);
    atomic_fetch_and_explicit(&health->ill_parts, ~(1u << part), memory_order_relaxed);
    pthread_mutex_unlock(&lock);
}

void feed_health_errors(const struct feed_health *health, struct feed_error *present, struct feed_error *last)
{
    *present = (struct feed_error){0};
    pthread_mutex_lock(&lock);
    *last = health->last_error;
    for (unsigned part = 0; part < FEED_PARTS_MAX; part++)
        if (feed_health_is_ill(health, part) &&
            health->part_errors[part].told_wall_ms >= present->told_wall_ms)
            *present = health->part_errors[part];
    pthread_mutex_unlock(&lock);
}
