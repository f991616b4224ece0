/* SPDX-License-Identifier: Apache-2.0
 * A counter that one thread advances and others wait for: how batches are handed from stage to stage.
 *
 * Ordering: cursor_advance publishes with release all that its writer did before; cursor_get and cursor_await
 * acquire it. Sleeping uses a futex on the low half of the value; `sleepers` and `value` are both accessed
 * sequentially consistent, so a waiter that has announced itself either sees the new value or is woken. */
#pragma once

#include "simsieve/base/check.h"

#include <stdatomic.h>

struct cursor {
    _Alignas(CACHE_LINE_BYTES) _Atomic uint64_t value; /* written by one thread only */
    _Atomic uint32_t sleepers;                         /* written by the waiters */
};

/* Any thread. The present value. */
static inline uint64_t cursor_get(const struct cursor *cursor)
{
    return atomic_load_explicit(&cursor->value, memory_order_acquire);
}

/* The one writer's thread. Sets a larger value and wakes whoever waits. */
void cursor_advance(struct cursor *cursor, uint64_t value);

/* Any thread. May block. Waits until the value is above `seen` and returns it; the present value when
 * `timeout_ms` (0 or more) have passed, `seen` may then still hold. */
uint64_t cursor_await(struct cursor *cursor, uint64_t seen, int timeout_ms);
