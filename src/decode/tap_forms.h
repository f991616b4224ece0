/* SPDX-License-Identifier: Apache-2.0
 * The records of TAP 3.12 (GSMA TD.57) and NRTRDE 2.1 (TD.35) as tables of forms.h. */
#pragma once

#include "forms.h"

struct tap_form {
    bool is_originated;
    const struct member_table *members;
};

/* Any thread. The form of the record at `bytes`, by its tag and what it begins with; NULL when it is no call or SMS.
 * Bound: two headers. */
const struct tap_form *tap_form_of(const uint8_t *bytes, size_t length);
