/* SPDX-License-Identifier: Apache-2.0
 * The only door to the machine's clocks. Detection runs on event time and never comes here. */
#pragma once

#include <stdint.h>

/* Any thread. Nanoseconds that only go forward; for durations. */
uint64_t clock_monotonic_ns(void);

/* Any thread. Milliseconds since 1970-01-01 UTC; for what people read. */
int64_t clock_wall_ms(void);
