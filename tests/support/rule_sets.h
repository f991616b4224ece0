/* SPDX-License-Identifier: Apache-2.0
 * Rules for the model tests, as files in the folder of the test (workdir.h). The caller destroys the program. */
#pragma once

#include "simsieve/detect/rule.h"

/* Seven rules that together ask for every family of measures, one of them a campaign. */
struct program *rule_set_of_the_model(void);

/* Sixteen rules by chance: any gate, any measures with thresholds around which traffic hovers, branches, windows of their
 * own. Each is a rule that a person could have written. */
struct program *rule_set_by_chance(bool asks_for_complaints);
