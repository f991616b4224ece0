/* SPDX-License-Identifier: Apache-2.0
 * The plug point of places where alerts go. A sink is one file in src/sink and one descriptor. All calls come from
 * the alert thread, in the order of the alerts; a sink that cannot take an alert says so and the run decides.
 *
 * Life cycle: open, write in order, flush at the end of each batch that had alerts, commit at a clean end or
 * abandon at a failed one. */
#pragma once

#include "simsieve/alert/alert.h"
#include "simsieve/base/error.h"

struct sink {
    const char *name;

    /* ERROR_CANNOT_CREATE, ERROR_CONFIG. `is_live`: readers follow the target while it grows. */
    enum error_class (*open)(void **state, const char *target, bool is_live, struct error *error);

    /* One alert; the same id twice is stored once where the target can tell. ERROR_IO. */
    enum error_class (*write)(void *state, const struct alert *alert, struct error *error);
    enum error_class (*flush)(void *state, struct error *error);

    /* Both close and free. */
    enum error_class (*commit)(void *state, struct error *error);
    void (*abandon)(void *state);
};

extern const struct sink sink_ndjson; /* target: a path, "-" for standard output */
extern const struct sink sink_store; /* target: the path of an SQLite database; `state` is its struct store */
