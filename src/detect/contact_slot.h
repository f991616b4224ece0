/* SPDX-License-Identifier: Apache-2.0
 * Scratch of the grouping by the other side. */
#pragma once

#include "simsieve/base/check.h"

/* Where a number is among the contacts of the SIM that is examined. */
struct contact_slot {
    uint64_t number;
    uint32_t contact;
    uint32_t round; /* that wrote it; of other rounds: free */
};

/* One other side. */
struct contact {
    int64_t last_ms, before_ms; /* newest attempt either way, and the newest strictly before it; 0: none */
    uint32_t view_number;       /* whose window the rest is of */
    int64_t first_out_ms;       /* 0: none */
    bool is_in, is_replied;
};
