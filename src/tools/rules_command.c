/* SPDX-License-Identifier: Apache-2.0
 * simsieve rules: what the rules say, cost, and would have done. */
#include "rules_parts.h"
#include "rules_test.h"
#include "simsieve/tools/commands.h"

#include <stdio.h>
#include <string.h>

static int rules_check(const struct command *command, int argc, char **argv)
{
    struct options options = {.command = command, .operand_max = 1};
    char path[DATA_PATH_BYTES];
    struct error error;
    int exit_code = 0;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    const char *folder = options.operand_count ? options.operands[0] : data_path("rules", path);
    struct program *program = program_load(folder, &error);
    if (!program)
        return report_error(&error);
    enum error_class class = ERROR_OK;
    for (size_t i = 0; i < program->rule_count && !class; i++) {
        unsigned count = 0;
        class = rules_run_tests(program->rules[i], &count, &error);
        if (!class)
            printf("%-28s rev %u  %-7s  %u tests passed\n", program->rules[i]->id, program->rules[i]->rev,
                   alert_mode_name(program->rules[i]->mode), count);
    }
    program_destroy(program);
    return class ? report_error(&error) : 0;
}

static int rules_table(const struct command *command, int argc, char **argv)
{
    struct options options = {.command = command, .operand_max = 1};
    char path[DATA_PATH_BYTES];
    struct error error;
    int exit_code = 0;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    struct program *program =
        program_load(options.operand_count ? options.operands[0] : data_path("rules", path), &error);
    if (!program)
        return report_error(&error);
    rules_print_table(program);
    program_destroy(program);
    return 0;
}

static int rules_explain(const struct command *command, int argc, char **argv)
{
    const char *rules = NULL;
    const struct option_row rows[] = {
        {"--rules", "DIR", "rule files (default: those that ship with the product)", OPTION_TEXT, &rules, 0,
         0},
    };
    struct options options = {
        .command = command, .rows = rows, .row_count = ARRAY_COUNT(rows), .operand_max = 1};
    char path[DATA_PATH_BYTES];
    struct error error;
    int exit_code = 0;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    struct program *program = program_load(rules ? rules : data_path("rules", path), &error);
    if (!program)
        return report_error(&error);
    const enum error_class class =
        rules_print_explanation(program, options.operand_count ? options.operands[0] : NULL, &error);
    program_destroy(program);
    return class ? report_error(&error) : 0;
}

static const struct command commands[] = {
    {"rules check", "checks rule files and runs the tests that stand in them", "[DIR or FILE]",
     "simsieve rules check conf/rules", rules_check},
    {"rules table", "one line a rule and severity", "[DIR or FILE]", "simsieve rules table conf/rules",
     rules_table},
    {"rules cost", "what the rules make the program keep: bytes per SIM, and measured on INPUT", "[INPUT...]",
     "simsieve rules cost --rules conf/rules cdr-2024-12-09.csv", rules_cost},
    {"rules explain",
     "a rule or a measure in words, with formula and worked example; without a name, all measures", "[NAME]",
     "simsieve rules explain stranger_ratio", rules_explain},
    {"rules backtest", "what rules would have raised on past records, against other rules if wanted",
     "INPUT...", "simsieve rules backtest --rules new/ --against conf/rules cdr-2024-12-09.csv",
     rules_backtest},
};

static int rules_main(const struct command *command, int argc, char **argv)
{
    const struct options options = {.command = command};
    const char *verb = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++)
        if (strcmp(commands[i].name + strlen("rules "), verb) == 0)
            return commands[i].run(&commands[i], argc - 1, argv + 1);
    if (strcmp(verb, "--version") == 0) {
        print_version();
        return 0;
    }
    if (strcmp(verb, "--help") != 0 && strcmp(verb, "-h") != 0)
        return options_wrong(&options,
                             *verb ? "'%s' is no subcommand; there are check, table, cost, explain, backtest"
                                   : "a subcommand is missing%s: check, table, cost, explain, backtest",
                             verb);
    printf("usage: simsieve rules SUBCOMMAND ...\n\n%s\n\nsubcommands:\n", command->summary);
    for (size_t i = 0; i < ARRAY_COUNT(commands); i++)
        printf("  %-16s %s\n", commands[i].name, commands[i].summary);
    printf("\nexample:\n  %s\n", command->example);
    return 0;
}

const struct command command_rules = {
    .name = "rules",
    .summary = "what the rules say, cost, and would have done",
    .operands = "check|table|cost|explain|backtest",
    .example = "simsieve rules table",
    .run = rules_main,
};
