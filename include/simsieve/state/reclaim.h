/* SPDX-License-Identifier: Apache-2.0
 * What a partition forgets when it reaches a limit. A hand walks its SIMs in the order of arrival; of the next
 * RECLAIM_LOOK it takes the one furthest from every rule (the largest countdown), never one with an open alert.
 * All of it depends on the partition's own records only. */
#pragma once

#include "simsieve/state/state.h"

#define RECLAIM_LOOK 32

/* Owner thread. Frees at least one block, not of `keeper`; false when there is nothing to free. Bound: looks at
 * RECLAIM_LOOK lines in each of three passes, a whole round only when those have nothing. */
bool reclaim_blocks(struct state *state, struct partition *partition, const struct line *keeper);

/* Owner thread. Evicts one SIM; false when every SIM has an open alert. */
bool reclaim_line(struct state *state, struct partition *partition);
