/* SPDX-License-Identifier: Apache-2.0
 * How a run waits, for how long, and what it says while something is wrong. */
#include "run_parts.h"

#include "simsieve/base/clock.h"
#include "simsieve/log/log.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DRAIN_NS (10 * UINT64_C(1000000000)) /* how long what has come in may take to be applied at the end */

void run_trouble(struct run *run, const struct error *error)
{
    if (!error && run->trouble[0])
        log_write(LOG_INFO, "over: %s", run->trouble);
    if (error && strcmp(run->trouble, error->text) != 0)
        log_write(LOG_ERROR, "%s", error->text);
    snprintf(run->trouble, sizeof(run->trouble), "%s", error ? error->text : "");
}

void run_wait(struct run *run, int wait_ms)
{
    struct pollfd bell = {.fd = run->bell, .events = POLLIN};
    uint64_t rings;
    if (poll(&bell, 1, wait_ms) > 0 && read(run->bell, &rings, sizeof(rings)) != sizeof(rings))
        return; /* somebody rang and nobody counts how often */
}

bool run_gives_up(struct run *run)
{
    uint64_t give_up_ns = atomic_load_explicit(&run->give_up_ns, memory_order_relaxed);
    if (!give_up_ns && run->options.stop_is_asked()) {
        const uint64_t wanted_ns = clock_monotonic_ns() + DRAIN_NS;
        if (atomic_compare_exchange_strong_explicit(&run->give_up_ns, &give_up_ns, wanted_ns,
                                                    memory_order_relaxed, memory_order_relaxed))
            give_up_ns = wanted_ns;
    }
    return give_up_ns && clock_monotonic_ns() >= give_up_ns;
}
