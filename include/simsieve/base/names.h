/* SPDX-License-Identifier: Apache-2.0
 * Interned short names: switches, trunk groups, alphanumeric senders, dealers. A name's id is a fixed 50-bit
 * hash of its bytes, so it is the same in every run and needs no order of arrival; the table only turns ids
 * back into text. Two names with one id (once in 10^15 pairs) would print as the first of them.
 *
 * Any thread may intern and look up at any time: a slot is claimed by one compare-and-swap, written by the
 * winner, and published by a release store; nothing is ever removed. */
#pragma once

#include "simsieve/base/error.h"

#define NAME_BYTES_MAX 47
#define NAME_ID_BITS   50

struct names;

/* Start-up only. Room for `count_max` names, and one more for each further thread that interns at
 * the moment the last place goes. NULL with `error` filled when memory is not to be had. */
struct names *names_create(size_t count_max, struct error *error);
void names_destroy(struct names *names);

/* Any thread. The id of `length` bytes (1 to NAME_BYTES_MAX), never 0; 0 when the table is full or the length
 * is out of bounds: the caller counts that. */
uint64_t names_intern(struct names *names, const char *bytes, size_t length);

/* Any thread. The text of an id, zero-terminated, valid as long as the table; "?" for an unknown id. */
const char *names_text(const struct names *names, uint64_t id);

/* Any thread. Names held now. */
size_t names_count(const struct names *names);
