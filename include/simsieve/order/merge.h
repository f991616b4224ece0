/* SPDX-License-Identifier: Apache-2.0
 * Several inputs as one stream: the input whose next record is the earliest goes first; equal times by
 * (switch, seq), then by content. Inside one input the order is the input's. */
#pragma once

#include "simsieve/feed/input.h"

struct merge;

/* Start-up only. Borrows `inputs` and `names` for its life. */
struct merge *merge_create(struct inputs *inputs, const struct names *names);
void merge_destroy(struct merge *merge);

/* Feed thread. May block for at most `wait_ms` on a live input. The next record, valid until merge_take;
 * INPUT_WAITING when a live input decides and has nothing yet; INPUT_FAILED with `error` when reading failed.
 * log2(inputs) comparisons. */
enum input_state merge_head(struct merge *merge, int wait_ms, const struct cdr **record, struct error *error);

/* Feed thread. Steps past the head record. */
void merge_take(struct merge *merge);
