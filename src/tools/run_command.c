/* SPDX-License-Identifier: Apache-2.0
 * simsieve run: the pipeline over feeds, until it is told to stop. */
#include "rules_test.h"
#include "stats.h"

#include "simsieve/base/text.h"
#include "simsieve/log/log.h"
#include "simsieve/run/run.h"
#include "simsieve/tools/commands.h"
#include "simsieve/tools/environment.h"
#include "simsieve/tools/replay.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static volatile sig_atomic_t reload_was_asked;

static void on_hangup(int signal_number)
{
    (void)signal_number;
    reload_was_asked = 1;
}

static bool reload_is_asked(void)
{
    const bool is_asked = reload_was_asked;
    if (is_asked)
        reload_was_asked = 0;
    return is_asked;
}

/* New rules must pass their own tests before they may accuse anybody. */
static enum error_class verify(const struct program *program, struct error *error)
{
    unsigned count;
    for (size_t i = 0; i < program->rule_count; i++)
        if (rules_run_tests(program->rules[i], &count, error))
            return error->class;
    return ERROR_OK;
}

struct job {
    const char *config, *alerts, *stats;
    bool is_check, is_replay;
};

static enum error_class account(const struct job *job, const struct run *run, struct error *error)
{
    struct accounting accounting;
    char *buffer = malloc(ACCOUNTING_JSON_BYTES);
    CHECK(buffer);
    struct text json = text_over(buffer, ACCOUNTING_JSON_BYTES);
    run_account(run, &accounting);
    accounting_print(&accounting, NULL);
    accounting_json(&json, &accounting);
    const enum error_class class = job->stats ? stats_write(job->stats, &json, error) : ERROR_OK;
    free(buffer);
    return class;
}

static enum error_class run_job(const struct job *job, const struct run_configuration *configuration,
                                struct environment *environment, const char *lists, const char *rules,
                                struct error *error)
{
    const struct run_options options = {.configuration = configuration,
                                        .numbering = environment->numbering,
                                        .names = environment->names,
                                        .lists = environment->lists,
                                        .program = environment->program,
                                        .lists_folder = lists,
                                        .rules_folder = rules,
                                        .alerts = job->alerts,
                                        .shard_count = configuration->shards ? (uint32_t)configuration->shards
                                                                             : replay_default_shards(),
                                        .is_check = job->is_check,
                                        .is_replay = job->is_replay,
                                        .stop_is_asked = stop_is_asked,
                                        .reload_is_asked = reload_is_asked,
                                        .verify = verify};
    environment->lists = NULL; /* the run's now */
    environment->program = NULL;
    struct run *run = run_open(&options, error);
    if (!run)
        return error->class;
    struct error later;
    enum error_class class = ERROR_OK;
    if (job->is_check) {
        class = verify(options.program, error);
    } else {
        class = run_go(run, error);
        const enum error_class accounted = account(job, run, class ? &later : error);
        class = class ? class : accounted;
    }
    run_close(run);
    return class;
}

static enum error_class run_with(const struct job *job, const struct run_configuration *configuration,
                                 struct error *error)
{
    char lists_path[RUN_PATH_BYTES], rules_path[RUN_PATH_BYTES], data[DATA_PATH_BYTES];
    const char *lists =
        configuration->lists[0] ? run_path(configuration, configuration->lists, lists_path) : NULL;
    const char *rules = configuration->rules[0] ? run_path(configuration, configuration->rules, rules_path)
                                                : data_path("rules", data);
    struct environment environment;
    enum error_class class = environment_open(&environment, lists, rules, error);
    if (class)
        return class;
    class = run_job(job, configuration, &environment, lists, rules, error);
    environment_close(&environment);
    return class;
}

static int run_main(const struct command *command, int argc, char **argv)
{
    struct job job = {0};
    const struct option_row rows[] = {
        {"-c", "FILE", "the configuration; conf/simsieve.yaml is an example that says what may be in it",
         OPTION_TEXT, &job.config, 0, 0},
        {"--alerts", "FILE",
         "new alerts as lines of JSON too, as they come; sinks of kind file survive a crash without a gap",
         OPTION_TEXT, &job.alerts, 0, 0},
        {"--stats", "FILE", "accounting as JSON, when the run ends", OPTION_TEXT, &job.stats, 0, 0},
        {"--check", NULL,
         "only checks configuration, rules with their tests, and lists; beside a running process too",
         OPTION_FLAG, &job.is_check, 0, 0},
        {"--replay", NULL, "only reads again what the position log holds, and writes its alerts to --alerts",
         OPTION_FLAG, &job.is_replay, 0, 0},
    };
    struct options options = {
        .command = command, .rows = rows, .row_count = ARRAY_COUNT(rows), .operand_min = 0, .operand_max = 0};
    struct run_configuration configuration;
    struct error error;
    int exit_code = 0;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    if (!job.config)
        return options_wrong(&options, "-c FILE is missing");
    if (job.is_replay && !job.alerts)
        return options_wrong(&options, "--replay needs --alerts FILE");
    log_init(LOG_INFO, getenv("JOURNAL_STREAM") != NULL); /* systemd.exec(5) */
    stop_on_signals();
    sigaction(SIGHUP, &(struct sigaction){.sa_handler = on_hangup, .sa_flags = SA_RESTART}, NULL);
    enum error_class class = run_configuration_load(&configuration, job.config, &error);
    if (!class) {
        class = run_with(&job, &configuration, &error);
        run_configuration_unload(&configuration);
    }
    return class ? report_error(&error) : 0;
}

const struct command command_run = {
    .name = "run",
    .summary = "the detection over feeds, while the calls are still being made",
    .operands = "",
    .example = "simsieve run -c /etc/simsieve/simsieve.yaml",
    .run = run_main,
};
