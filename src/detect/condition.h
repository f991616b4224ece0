/* SPDX-License-Identifier: Apache-2.0
 * Reading "measure op value [in window]". */
#pragma once

#include "simsieve/conf/yaml.h"
#include "simsieve/detect/rule.h"

/* Reads one condition of a SIM (or, with `is_group`, of a group) from a scalar. `window_ms` is the rule's. */
enum error_class condition_read(struct yaml_value value, bool is_group, int64_t window_ms,
                                struct condition *condition, struct error *error);
