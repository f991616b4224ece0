/* SPDX-License-Identifier: Apache-2.0 */
#include "backoff.h"

#include "simsieve/base/hash.h"

int64_t backoff_fail(struct backoff *backoff, int64_t asked_ms)
{
    int64_t step_ms = backoff->min_ms;
    for (unsigned i = 0; i < backoff->failure_count && step_ms < backoff->max_ms; i++)
        step_ms *= 2;
    if (step_ms > backoff->max_ms)
        step_ms = backoff->max_ms;
    backoff->failure_count++;
    const uint64_t chance = hash_fixed(backoff->seed ^ hash_fixed(++backoff->draw_count));
    const int64_t half_ms = step_ms / 2;
    const int64_t jitter_ms = (int64_t)(chance % (uint64_t)(step_ms - half_ms + 1));
    if (asked_ms <= half_ms)
        return half_ms + jitter_ms;
    return (asked_ms < BACKOFF_ASKED_MAX_MS ? asked_ms : BACKOFF_ASKED_MAX_MS) + jitter_ms;
}

void backoff_succeed(struct backoff *backoff)
{
    backoff->failure_count = 0;
}
