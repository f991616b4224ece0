/* SPDX-License-Identifier: Apache-2.0
 * Subscriber rows that changed after the lists were loaded (a SIM activated a minute ago), by number. One thread;
 * each shard has one for its own numbers. */
#pragma once

#include "simsieve/lists/lists.h"

#define OVERLAY_ROWS_MAX 500000 /* load lists that have them before there are more: overlay_settle */

struct overlay;

/* Start-up only. NULL and ERROR_INTERNAL when the address space is not to be had. */
struct overlay *overlay_create(struct error *error);
void overlay_destroy(struct overlay *overlay);

/* Owner thread. Sets the row of a number; false when there is no room (the row is not kept). */
bool overlay_set(struct overlay *overlay, const struct subscriber *subscriber);

/* Owner thread. Lets go of rows that `lists` have themselves, or with a later activation. Bound: a pass over all slots. */
void overlay_settle(struct overlay *overlay, const struct lists *lists);

/* Owner thread. NULL when the number has not changed. */
const struct subscriber *overlay_get(const struct overlay *overlay, uint64_t number);
