/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "simsieve/tools/environment.h"
#include "simsieve/tools/options.h"

/* rules_print.c: on stdout. */
void rules_print_table(const struct program *program);

/* A rule or a measure by its name; NULL: all measures. ERROR_USAGE for a name that is neither. */
enum error_class rules_print_explanation(const struct program *program, const char *name,
                                         struct error *error);

/* rules_cost.c, rules_backtest.c: whole subcommands. */
int rules_cost(const struct command *command, int argc, char **argv);
int rules_backtest(const struct command *command, int argc, char **argv);
