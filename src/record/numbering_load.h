/* SPDX-License-Identifier: Apache-2.0
 * What the tables of conf/numbering become. */
#pragma once

#include "plan.h"

struct numbering {
    struct plan national; /* by the number without its leading 0 or 84 */
    struct plan foreign;  /* by country code */
};
