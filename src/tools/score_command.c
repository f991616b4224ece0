/* SPDX-License-Identifier: Apache-2.0
 * simsieve score: alerts held against the truth of a labelled network. */
#include "simsieve/base/output.h"
#include "simsieve/tools/commands.h"
#include "simsieve/tools/environment.h"
#include "simsieve/tools/score.h"
#include "simsieve/tools/walk.h"

#include <stdlib.h>

/* --cdr takes the first input, the operands are more of them. */
#define INPUTS_MAX 1024

static enum error_class take_record(void *owner, const struct cdr *record, struct error *error)
{
    (void)error;
    scorer_record(owner, record);
    return ERROR_OK;
}

static enum error_class score_inputs(struct scorer *scorer, const char *const *paths, size_t path_count,
                                     struct error *error)
{
    struct environment environment;
    struct walk walk;
    struct error later;
    enum error_class class = environment_open_without_rules(&environment, NULL, error);
    if (class)
        return class;
    const struct decode_context context = {.numbering = environment.numbering, .names = environment.names};
    const struct walk_options walk_options = {.context = &context,
                                              .paths = paths,
                                              .path_count = path_count,
                                              .shows_progress = true,
                                              .record = take_record,
                                              .owner = scorer};
    class = walk_open(&walk, &walk_options, error);
    if (!class) {
        class = walk_run(&walk, &walk_options, error);
        if (!class)
            class = walk_judge(&walk, error);
        walk_close(&walk, &later);
    }
    environment_close(&environment);
    return class ? class : scorer_finish(scorer, error);
}

static int score_main(const struct command *command, int argc, char **argv)
{
    const char *truth = NULL, *alerts = NULL, *cdr = NULL, *paths[INPUTS_MAX];
    bool is_json = false;
    const struct option_row rows[] = {
        {"--truth", "FILE", "truth.csv of the network", OPTION_TEXT, &truth, 0, 0},
        {"--alerts", "FILE", "alerts of a replay over it", OPTION_TEXT, &alerts, 0, 0},
        {"--cdr", "INPUT", "its records; further ones behind", OPTION_TEXT, &cdr, 0, 0},
        {"--json", NULL, "one JSON object instead of tables", OPTION_FLAG, &is_json, 0, 0},
    };
    struct options options = {
        .command = command, .rows = rows, .row_count = ARRAY_COUNT(rows), .operand_max = INPUTS_MAX - 1};
    struct error error;
    int exit_code = 0;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    if (!truth || !alerts || !cdr)
        return options_wrong(&options, "--truth, --alerts and --cdr are needed");
    paths[0] = cdr;
    for (size_t i = 0; i < options.operand_count; i++)
        paths[i + 1] = options.operands[i];
    struct score *score = calloc(1, sizeof(*score));
    CHECK(score);
    struct scorer *scorer = scorer_create(truth, alerts, score, &error);
    enum error_class class =
        scorer ? score_inputs(scorer, paths, options.operand_count + 1, &error) : error.class;
    if (!class)
        (is_json ? score_print_json : score_print_text)(score, stdout);
    scorer_destroy(scorer);
    free(score);
    return class ? report_error(&error) : 0;
}

const struct command command_score = {
    .name = "score",
    .summary = "alerts held against the truth of a labelled network",
    .operands = "[INPUT...]",
    .example = "simsieve score --truth province/truth.csv --alerts alerts.ndjson --cdr province/",
    .run = score_main,
};
