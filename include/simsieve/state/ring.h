/* SPDX-License-Identifier: Apache-2.0
 * The exact ring of a SIM's recent events. Events stay in the order in which they were applied; late ones are
 * among younger ones, so whoever reads filters by time. */
#pragma once

#include "simsieve/state/state.h"

/* Owner thread. Applies one event: drops what has expired, moves the SIM's newest time, keeps the event. An
 * event older than the horizon only leaves its contact. Bound: amortised one block; when a limit is reached, one
 * reclaim step (reclaim.h). */
void ring_append(struct state *state, struct line *line, const struct event *event, int64_t time_ms);

/* A reader of all kept events, the oldest applied first. */
struct ring_cursor {
    const struct state *state;
    const struct line *line;
    uint32_t block, last; /* 0: past the chain */
    unsigned slot;
    bool is_inline_next;
};

/* Owner thread. */
struct ring_cursor ring_begin(const struct state *state, const struct line *line);

/* Owner thread. The next event, NULL past the last. */
const struct event *ring_next(struct ring_cursor *cursor);

/* Owner thread. Turns the oldest block into panes (spill.h) to free it; false when the SIM has none. */
bool ring_spill_oldest(struct state *state, struct line *line);

/* Owner thread. Drops blocks whose events have all expired, seen from `now_ms`. */
void ring_expire(struct state *state, struct line *line, int64_t now_ms);

/* Owner thread. Drops all events and panes without a trace (a number given to someone new). */
void ring_clear(struct state *state, struct line *line);
