/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "simsieve/conf/yaml.h"
#include "simsieve/detect/rule.h"

/* Reads and bounds one rule; `rule` is zeroed but for its path. */
enum error_class rule_read(struct yaml_value root, struct rule *rule, struct error *error);

/* Finds the rule's gate and refuses what cannot be bounded. */
enum error_class rule_bound(struct yaml_value root, struct rule *rule, struct error *error);
