/* SPDX-License-Identifier: Apache-2.0
 * Which record counts for which side: one call counts once, however many records describe it.
 *
 * A number is on-net if the subscriber list has it or it has been the served party of a record. */
#pragma once

#include "simsieve/record/cdr.h"

enum role {
    ROLE_OUT_A = 1,   /* an outgoing attempt of A */
    ROLE_IN_B = 2,    /* an incoming attempt of B */
    ROLE_PLACE_A = 4, /* cell and device belong to A */
    ROLE_PLACE_B = 8,
    ROLE_TRUNK = 16, /* feeds the trunk group */
    ROLE_COUNTS = ROLE_OUT_A | ROLE_IN_B,
};

/* Any thread. The roles of a record type, given who is on-net: the whole of contract section 2, "Which record
 * counts". Bits of enum role. */
unsigned role_of(enum cdr_type type, bool a_is_on_net, bool b_is_on_net);
