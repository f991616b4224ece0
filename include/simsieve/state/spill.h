/* SPDX-License-Identifier: Apache-2.0
 * Panes: counts by class of events that had to leave the ring before they expired. Eight panes of a seventh of
 * the horizon; a count over a window is then known between two bounds, which differ by the oldest pane. */
#pragma once

#include "simsieve/state/state.h"

enum spill_class {
    SPILL_OUT_CALL,
    SPILL_OUT_SMS,
    SPILL_IN,
    SPILL_ANSWERED, /* outgoing calls */
    SPILL_SHORT,
    SPILL_BELOW_45,
    SPILL_UNTIMED, /* answered, seconds unknown */
    SPILL_CLASS_COUNT
};

#define SPILL_PANES     8
#define SPILL_COUNT_MAX 255 /* a pane that reads this may hold more */

struct spill_bounds {
    uint32_t low[SPILL_CLASS_COUNT];
    uint32_t high[SPILL_CLASS_COUNT]; /* UINT32_MAX: unbounded, a pane is full */
};

/* Any thread. Width of a pane. */
int64_t spill_pane_ms(int64_t horizon_ms);

/* Owner thread. Adds one event of the line. */
void spill_add(struct state *state, struct line *line, const struct event *event);

/* Owner thread. Bounds of the counts over `from_ms` < time <= `to_ms`. Zero for a line without panes. */
void spill_read(const struct state *state, const struct line *line, int64_t from_ms, int64_t to_ms,
                struct spill_bounds *bounds);

/* Any thread. The classes of one event, as a bit set. */
unsigned spill_classes(const struct event *event, uint32_t short_call_s);
