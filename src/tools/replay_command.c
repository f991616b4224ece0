/* SPDX-License-Identifier: Apache-2.0
 * simsieve replay: the pipeline over files, as fast as they can be read. */
#include "stats.h"
#include "targets.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/text.h"
#include "simsieve/decode/capture.h"
#include "simsieve/sink/sink.h"
#include "simsieve/sink/store.h"
#include "simsieve/tools/commands.h"
#include "simsieve/tools/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct job {
    /* options */
    const char *lists, *rules, *alerts, *store, *stats, *rejects, *changes, *format;
    uint64_t shards, memory;
    int64_t lateness_ms;
    struct capture_ports ports;
    bool is_strict, is_quiet;

    /* where alerts go */
    const struct sink *sinks[REPLAY_SINKS_MAX];
    void *states[REPLAY_SINKS_MAX];
    size_t sink_count;
    struct store *accounts; /* the store's state, for the accounting; NULL: no store */
};

static enum error_class add_sink(struct job *job, const struct sink *sink, const char *target, bool is_live,
                                 struct error *error)
{
    const enum error_class class = sink->open(&job->states[job->sink_count], target, is_live, error);
    if (!class)
        job->sinks[job->sink_count++] = sink;
    return class;
}

static enum error_class deliver(void *owner, struct alert *alert, struct error *error)
{
    struct job *job = owner;
    enum error_class class = ERROR_OK;
    if (alert->is_near)
        class = store_add_near(job->accounts, alert->sims, alert->rule, alert->time_ms, alert->json, error);
    for (size_t i = 0; i < job->sink_count && !class && !alert->is_near; i++)
        class = job->sinks[i]->write(job->states[i], alert, error);
    alert_destroy(alert);
    return class;
}

static enum error_class delivered(void *owner, struct error *error)
{
    struct job *job = owner;
    enum error_class class = ERROR_OK;
    for (size_t i = 0; i < job->sink_count && !class; i++)
        class = job->sinks[i]->flush(job->states[i], error);
    return class;
}

/* Completes every sink, or leaves what there is as .part. */
static enum error_class close_sinks(struct job *job, bool is_whole, struct error *error)
{
    enum error_class class = ERROR_OK;
    for (size_t i = 0; i < job->sink_count; i++) {
        if (!is_whole || class)
            job->sinks[i]->abandon(job->states[i]);
        else
            class = job->sinks[i]->commit(job->states[i], error);
    }
    job->sink_count = 0;
    return class;
}

static enum error_class open_sinks(struct job *job, bool is_live, struct error *error)
{
    enum error_class class = add_sink(job, &sink_ndjson, job->alerts, is_live, error);
    if (!class && job->store) {
        class = add_sink(job, &sink_store, job->store, true, error);
        if (!class)
            job->accounts = job->states[job->sink_count - 1];
    }
    return class;
}

/* Names a run by what it read, so that the same replay into the same store is one row. */
static uint64_t run_id(const struct replay *replay)
{
    uint64_t id = replay->options->environment->program->fingerprint;
    for (size_t i = 0; i < inputs_count(replay->walk.inputs); i++) {
        const char *name = inputs_name(replay->walk.inputs, i);
        id = hash_fold(id ^ hash_bytes(name, strlen(name)), 0x9e3779b97f4a7c15u);
    }
    return id;
}

/* The accounting, to all who want it. */
static enum error_class account(struct job *job, const struct replay *replay, struct error *error)
{
    struct accounting accounting;
    replay_account(replay, &accounting);
    char *buffer = malloc(ACCOUNTING_JSON_BYTES), run[32];
    CHECK(buffer);
    struct text json = text_over(buffer, ACCOUNTING_JSON_BYTES), run_text = text_over(run, sizeof(run));
    enum error_class class = ERROR_OK;
    accounting_json(&json, &accounting);
    CHECK(!json.is_cut);
    if (!job->is_quiet)
        accounting_print(&accounting, replay->walk.rejects);
    text_add(&run_text, "replay-%016llx", (unsigned long long)run_id(replay));
    if (job->stats)
        class = stats_write(job->stats, &json, error);
    if (!class && job->accounts && accounting.order.applied)
        class = store_add_accounting(job->accounts, run, accounting.order.first_ms, accounting.order.last_ms,
                                     json.data, error);
    free(buffer);
    return class;
}

/* What the input was worth: ERROR_DATA when nothing could be decoded, or --strict and something could not. */
static enum error_class judge_input(const struct job *job, const struct replay *replay, struct error *error)
{
    const uint64_t damaged = rejects_damaged(replay->walk.rejects);
    if (damaged && !replay->walk.decoded)
        return error_set(error, ERROR_DATA,
                         "none of the %llu records could be decoded; the reasons are above",
                         (unsigned long long)damaged);
    if (damaged && job->is_strict)
        return error_set(error, ERROR_DATA, "%llu records could not be decoded (--strict)",
                         (unsigned long long)damaged);
    return ERROR_OK;
}

static enum error_class run_job(struct job *job, const struct environment *environment,
                                const struct options *options, bool *was_stopped, struct error *error)
{
    const struct replay_options replay_options = {.environment = environment,
                                                  .paths = options->operands,
                                                  .path_count = options->operand_count,
                                                  .format = job->format,
                                                  .ports = &job->ports,
                                                  .rejects = job->rejects,
                                                  .changes = job->changes,
                                                  .shard_count = (uint32_t)job->shards,
                                                  .lateness_ms = job->lateness_ms,
                                                  .memory_bytes = job->memory,
                                                  .shows_progress = !job->is_quiet,
                                                  .wants_near = job->store != NULL,
                                                  .deliver = deliver,
                                                  .delivered = delivered,
                                                  .owner = job};
    struct replay replay;
    struct error later;
    enum error_class class = replay_open(&replay, &replay_options, error);
    if (class)
        return class;
    class = open_sinks(job, replay.walk.is_live, error);
    if (!class) {
        class = replay_run(&replay, error);
        *was_stopped = replay.walk.was_stopped;
        const enum error_class accounted = account(job, &replay, class ? &later : error);
        class = class ? class : accounted;
    }
    if (!class)
        class = judge_input(job, &replay, error);
    const bool is_whole = (!class || class == ERROR_DATA) && !*was_stopped;
    const enum error_class closed = close_sinks(job, is_whole, class ? &later : error);
    class = class ? class : closed;
    const enum error_class ended = replay_close(&replay, class ? &later : error);
    return class ? class : ended;
}

static enum error_class check_targets(const struct job *job, const struct options *options,
                                      struct error *error)
{
    const struct target targets[] = {{"--alerts", job->alerts},
                                     {"--store", job->store},
                                     {"--stats", job->stats},
                                     {"--rejects", job->rejects}};
    return targets_check(targets, ARRAY_COUNT(targets), options->operands, options->operand_count, error);
}

static int replay_main(const struct command *command, int argc, char **argv)
{
    struct job job = {.alerts = "-", .shards = replay_default_shards(), .lateness_ms = REPLAY_LATENESS_MS};
    const char *ports = NULL;
    const struct option_row rows[] = {
        {"--lists", "DIR", "subscribers, protected numbers, allow-list and the rest", OPTION_TEXT, &job.lists,
         0, 0},
        {"--rules", "DIR", "rule files (default: those that ship with the product)", OPTION_TEXT, &job.rules,
         0, 0},
        {"--shards", "N", "threads that share the SIMs; does not change the alerts", OPTION_COUNT,
         &job.shards, 1, SHARDS_MAX},
        {"--lateness", "D", "a record this much older than its input's newest is late (24h)", OPTION_DURATION,
         &job.lateness_ms, 0, 0},
        {"--alerts", "FILE", "where alerts go, one JSON object a line (standard output)", OPTION_TEXT,
         &job.alerts, 0, 0},
        {"--store", "FILE", "SQLite store that alerts go to as well", OPTION_TEXT, &job.store, 0, 0},
        {"--stats", "FILE", "accounting as JSON", OPTION_TEXT, &job.stats, 0, 0},
        {"--rejects", "FILE", "damaged records, readable by their owner only", OPTION_TEXT, &job.rejects, 0,
         0},
        {"--changes", "FILE", "subscriber rows that change on the way, by time", OPTION_TEXT, &job.changes, 0,
         0},
        {"--format", "F", "format of all inputs (default: by content); map:FILE: see `simsieve map`",
         OPTION_TEXT, &job.format, 0, 0},
        {"--ports", "LIST", "of captures: gtpp=3386,smpp=2775,records=PORT (those two)", OPTION_TEXT, &ports,
         0, 0},
        {"--memory", "SIZE", "limit of what is kept about SIMs (4G)", OPTION_BYTES, &job.memory, 0, 0},
        {"--strict", NULL, "exit 65 when any record could not be decoded", OPTION_FLAG, &job.is_strict, 0, 0},
        {"--quiet", NULL, "no progress and no accounting on stderr", OPTION_FLAG, &job.is_quiet, 0, 0},
    };
    struct options options = {.command = command,
                              .rows = rows,
                              .row_count = ARRAY_COUNT(rows),
                              .operand_min = 1,
                              .operand_max = SIZE_MAX};
    struct environment environment;
    struct error error;
    int exit_code = 0;
    bool was_stopped = false;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    stop_on_signals();
    enum error_class class = check_targets(&job, &options, &error);
    if (!class)
        class = capture_ports_parse(ports, &job.ports, &error);
    if (!class)
        class = environment_open(&environment, job.lists, job.rules, &error);
    if (!class) {
        class = run_job(&job, &environment, &options, &was_stopped, &error);
        environment_close(&environment);
    }
    if (class)
        return report_error(&error);
    return was_stopped ? EXIT_INTERRUPTED : 0;
}

const struct command command_replay = {
    .name = "replay",
    .summary = "runs the detection over files, as fast as they can be read",
    .operands = "INPUT...",
    .example = "simsieve replay --lists lists/ --alerts alerts.ndjson cdr-2024-12-09.csv.zst",
    .run = replay_main,
};
