/* SPDX-License-Identifier: Apache-2.0
 * Rules by chance: any gate, any measures with thresholds around which traffic hovers, branches, windows of their own.
 * Every one is a rule that a person could have written. */
#pragma once

#include "simsieve/base/text.h"

/* Appends the YAML of a SIM rule named t.random<index>. */
void random_rule(struct text *text, unsigned index);
