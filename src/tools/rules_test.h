/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "simsieve/detect/rule.h"

/* Start-up only. May block. Runs the embedded tests of a rule: its records through the pipeline with its lists, the
 * alerts counted by severity. `count` is how many ran. ERROR_CONFIG with file:line:column of the first that failed. */
enum error_class rules_run_tests(const struct rule *rule, unsigned *count, struct error *error);
