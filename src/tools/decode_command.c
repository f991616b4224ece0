/* SPDX-License-Identifier: Apache-2.0
 * simsieve decode: any supported input to NDJSON records. */
#include "targets.h"

#include "simsieve/base/text.h"
#include "simsieve/decode/capture.h"
#include "simsieve/tools/commands.h"
#include "simsieve/tools/environment.h"
#include "simsieve/tools/walk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct decode_job {
    const char *const *paths;
    size_t path_count;
    const char *format, *rejects;
    struct capture_ports ports;
    bool is_strict, is_csv;
};

struct decoding {
    const struct names *names;
    bool is_csv;
    uint64_t count;
};

static enum error_class print_record(void *owner, const struct cdr *record, struct error *error)
{
    struct decoding *decoding = owner;
    char buffer[CDR_TEXT_BYTES];
    struct text line = text_over(buffer, sizeof(buffer));
    if (decoding->is_csv)
        cdr_format_csv(&line, record, decoding->names);
    else
        cdr_format_json(&line, record, decoding->names);
    CHECK(!line.is_cut);
    decoding->count++;
    if (puts(line.data) < 0)
        return error_set(error, ERROR_IO, "standard output: writing failed: %s", strerror(errno));
    return ERROR_OK;
}

static void flush_output(void *owner)
{
    (void)owner;
    fflush(stdout);
}

static void print_header(void)
{
    for (unsigned i = 0; i < CDR_FIELD_COUNT; i++)
        printf("%s%s", i ? "," : "", cdr_column((enum cdr_field)i));
    printf("\n");
}

/* What could not be decoded, for people. */
static void print_dropped(const struct walk *walk)
{
    for (unsigned reason = 1; reason < REASON_COUNT; reason++)
        if (rejects_count(walk->rejects, (enum reason)reason))
            fprintf(stderr, "dropped %llu %s, first at %s: %s\n",
                    (unsigned long long)rejects_count(walk->rejects, (enum reason)reason),
                    reason_word((enum reason)reason), rejects_first(walk->rejects, (enum reason)reason),
                    reason_meaning((enum reason)reason));
}

/* Prints every record of the inputs; fills `was_stopped` when a signal ended it. */
static enum error_class decode_inputs(const struct decode_job *job, const struct environment *environment,
                                      bool *was_stopped, struct error *error)
{
    const struct decode_context context = {
        .numbering = environment->numbering, .names = environment->names, .ports = &job->ports};
    struct decoding decoding = {.names = environment->names, .is_csv = job->is_csv};
    const struct walk_options options = {.context = &context,
                                         .paths = job->paths,
                                         .path_count = job->path_count,
                                         .format = job->format,
                                         .rejects = job->rejects,
                                         .record = print_record,
                                         .idle = flush_output,
                                         .owner = &decoding};
    struct walk walk;
    struct error later;
    enum error_class class = walk_open(&walk, &options, error);
    if (class)
        return class;
    if (job->is_csv)
        print_header();
    class = walk_run(&walk, &options, error);
    *was_stopped = walk.was_stopped;
    const uint64_t damaged = rejects_damaged(walk.rejects);
    print_dropped(&walk);
    if (!class && damaged && (job->is_strict || !decoding.count))
        class =
            error_set(error, ERROR_DATA, "%llu records could not be decoded", (unsigned long long)damaged);
    const enum error_class closed = walk_close(&walk, class ? &later : error);
    return class ? class : closed;
}

static int decode_main(const struct command *command, int argc, char **argv)
{
    struct decode_job job = {0};
    const char *ports = NULL;
    const struct option_row rows[] = {
        {"--format", "F", "format of all inputs (default: by content); map:FILE: see `simsieve map`",
         OPTION_TEXT, &job.format, 0, 0},
        {"--ports", "LIST", "of captures: gtpp=3386,smpp=2775,records=PORT (those two)", OPTION_TEXT, &ports,
         0, 0},
        {"--csv", NULL, "canonical CSV instead of NDJSON", OPTION_FLAG, &job.is_csv, 0, 0},
        {"--rejects", "FILE", "damaged records, readable by their owner only", OPTION_TEXT, &job.rejects, 0,
         0},
        {"--strict", NULL, "exit 65 when any record could not be decoded", OPTION_FLAG, &job.is_strict, 0, 0},
    };
    struct options options = {.command = command,
                              .rows = rows,
                              .row_count = ARRAY_COUNT(rows),
                              .operand_min = 1,
                              .operand_max = SIZE_MAX};
    struct environment environment;
    struct error error;
    bool was_stopped = false;
    int exit_code = 0;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    stop_on_signals();
    job.paths = options.operands;
    job.path_count = options.operand_count;
    const struct target rejects = {"--rejects", job.rejects};
    enum error_class class = targets_check(&rejects, 1, job.paths, job.path_count, &error);
    if (!class)
        class = capture_ports_parse(ports, &job.ports, &error);
    if (!class)
        class = environment_open_without_rules(&environment, NULL, &error);
    if (!class) {
        class = decode_inputs(&job, &environment, &was_stopped, &error);
        environment_close(&environment);
    }
    if (class)
        return report_error(&error);
    return was_stopped ? EXIT_INTERRUPTED : 0;
}

const struct command command_decode = {
    .name = "decode",
    .summary = "any supported input to NDJSON records, one a line",
    .operands = "INPUT...",
    .example = "simsieve decode cdr-2024-12-09.csv.gz | jq -r .type | sort | uniq -c",
    .run = decode_main,
};
