/* SPDX-License-Identifier: Apache-2.0
 * Scratch of the grouping by the other side. */
#pragma once

#include "simsieve/base/check.h"

struct contact_slot {
    uint64_t number;            /* 0: free */
    int64_t last_ms, before_ms; /* newest attempt either way, and the newest strictly before it; 0: none */
    int64_t first_out_ms;       /* in the window; 0: none */
    bool is_in, is_replied;
};
