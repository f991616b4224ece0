/* SPDX-License-Identifier: Apache-2.0
 * How long to wait before the next attempt: doubling from `min_ms` to `max_ms`, drawn from the upper half of the step, so
 * that many lanes whose receivers came back together do not come back together. */
#pragma once

#include "simsieve/base/check.h"

struct backoff {
    int64_t min_ms, max_ms;
    uint64_t seed;
    uint64_t draw_count;
    unsigned failure_count; /* since the last success */
};

/* What a receiver asks for is a lower bound, up to this. */
#define BACKOFF_ASKED_MAX_MS INT64_C(3600000)

/* Any one thread. The wait after one more failure, of which the receiver asked for `asked_ms` (0: nothing). */
int64_t backoff_fail(struct backoff *backoff, int64_t asked_ms);

/* Any one thread. */
void backoff_succeed(struct backoff *backoff);
