/* SPDX-License-Identifier: Apache-2.0
 * Every SIM of some inputs at one moment, exactly: all events of a window and of the 30 days before it are kept. What
 * `measures` and `why` print. */
#pragma once

#include "simsieve/detect/examination.h"
#include "simsieve/tools/environment.h"

struct measuring_options {
    const struct environment *environment;
    const char *const *paths;
    size_t path_count;
    const char *format;
    int64_t window_ms;
    int64_t at_ms; /* 0: the time of the last record */
    uint64_t memory_bytes;
    uint32_t shard_count;

    /* Feed thread. One SIM with events in the window, laid open at `at_ms`. */
    void (*sim)(void *owner, struct examination *examination);
    void *owner;
};

struct measuring_result {
    int64_t at_ms;
    uint64_t applied, dropped, duplicates;
};

/* Feed thread. Reads the inputs to their end and calls `sim` for each SIM, in no particular order. ERROR_INTERNAL
 * when the memory does not suffice to be exact. */
enum error_class measure_inputs(const struct measuring_options *options, struct measuring_result *result,
                                struct error *error);
