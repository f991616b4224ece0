/* SPDX-License-Identifier: Apache-2.0
 * One record of the several that switches write of one call (partials.md). One thread. */
#pragma once

#include "simsieve/decode/decoder.h"

#define PARTIALS_MAX 2048 /* calls held at a time */
#define SESSIONS_MAX 8192 /* calls remembered that other nodes may write again */

struct partials;

/* NULL when there is no memory. */
struct partials *partials_create(void);
void partials_destroy(struct partials *partials);

/* Feed thread. Takes a record of this input. Returns why it does not count for itself (REASON_PARTIAL,
 * REASON_SAME_CALL), or REASON_NONE. With `has_output` set there is a call to be given on in its place: itself, the one
 * that it ends, or the one that had to make room. Bound: one look into each of two tables. */
enum reason partials_take(struct partials *partials, struct cdr *cdr, bool *has_output);

/* Feed thread. At the end of the input: the call held for longest; false when there is none. */
bool partials_release(struct partials *partials, struct cdr *cdr);

/* Any thread. Calls given on early because the table was full. */
uint64_t partials_released_early(const struct partials *partials);
