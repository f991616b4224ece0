/* SPDX-License-Identifier: Apache-2.0
 * The commands of the program. One file each in src/tools, one line each in src/main.c. */
#pragma once

#include "simsieve/tools/options.h"

extern const struct command command_replay, command_decode, command_map, command_measures, command_generate,
    command_score, command_rules, command_report, command_why, command_alerts, command_run, command_status,
    command_feeds, command_outbox, command_reference;
