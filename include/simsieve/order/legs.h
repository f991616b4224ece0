/* SPDX-License-Identifier: Apache-2.0
 * The legs of one call. The role table lets several records of one call count where nobody on it is known to be
 * on-net: in-gateway, transit and out-gateway of a call in transit, or the mt_* record and the mo_* record of an A
 * that is seen for the first time. Here such records are recognised: same A, same B, both calls or both SMS, begun
 * within LEG_WINDOW_MS of each other, of different record types. The first counts, the others do not.
 *
 * Two calls of one pair within the window stay two: each leaves a record of the same type. One thread. */
#pragma once

#include "simsieve/record/cdr.h"

#define LEG_WINDOW_MS (30 * SECOND_MS)
#define LEGS_MAX      65536 /* remembered at once; an older one is overwritten */

struct legs;

struct legs *legs_create(void);
void legs_destroy(struct legs *legs);

/* Feed thread. Asks the processor for what legs_have_counted will read. */
void legs_prefetch(const struct legs *legs, const struct cdr *cdr);

/* Feed thread. True when another leg of the same call has counted already. Looks at 4 remembered calls. */
bool legs_have_counted(struct legs *legs, const struct cdr *cdr);

/* Feed thread. Remembers a leg that counts. False when that took the place of one whose others may still come. */
bool legs_remember(struct legs *legs, const struct cdr *cdr);
