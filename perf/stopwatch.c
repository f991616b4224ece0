/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"

#include "simsieve/base/clock.h"

#include <sys/resource.h>

struct stopwatch stopwatch_start(void)
{
    struct rusage usage;
    CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
    return (struct stopwatch){clock_monotonic_ns(),
                              (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                                  (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6};
}

struct figure stopwatch_stop(const struct stopwatch *started, uint64_t count)
{
    const struct stopwatch now = stopwatch_start();
    const double wall_s = (double)(now.wall_ns - started->wall_ns) / 1e9;
    return (struct figure){(double)count / wall_s / 1e6, (now.cpu_s - started->cpu_s) * 1e6 / (double)count};
}
