/* SPDX-License-Identifier: Apache-2.0
 * simsieve decode: any supported input to NDJSON records. */
#include "simsieve/base/text.h"
#include "simsieve/decode/capture.h"
#include "simsieve/tools/commands.h"
#include "simsieve/tools/environment.h"
#include "simsieve/tools/walk.h"

#include <stdio.h>
#include <stdlib.h>

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
        return error_set(error, ERROR_IO, "standard output: writing failed");
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

static int decode_main(const struct command *command, int argc, char **argv)
{
    const char *format = NULL, *rejects = NULL, *ports_text = NULL;
    bool is_strict = false, is_csv = false;
    const struct option_row rows[] = {
        {"--format", "F", "format of all inputs (default: by content)", OPTION_TEXT, &format, 0, 0},
        {"--ports", "LIST", "of captures: gtpp=3386,smpp=2775,records=PORT (those two)", OPTION_TEXT,
         &ports_text, 0, 0},
        {"--csv", NULL, "canonical CSV instead of NDJSON", OPTION_FLAG, &is_csv, 0, 0},
        {"--rejects", "FILE", "damaged records, readable by their owner only", OPTION_TEXT, &rejects, 0, 0},
        {"--strict", NULL, "exit 65 when any record could not be decoded", OPTION_FLAG, &is_strict, 0, 0},
    };
    struct options options = {.command = command,
                              .rows = rows,
                              .row_count = ARRAY_COUNT(rows),
                              .operand_min = 1,
                              .operand_max = SIZE_MAX};
    struct environment environment;
    struct error error, later;
    struct walk walk;
    struct capture_ports ports;
    int exit_code = 0;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    stop_on_signals();
    if (capture_ports_parse(ports_text, &ports, &error) ||
        environment_open_without_rules(&environment, NULL, &error))
        return report_error(&error);
    const struct decode_context context = {environment.numbering, environment.names, &ports};
    struct decoding decoding = {.names = environment.names, .is_csv = is_csv};
    const struct walk_options walk_options = {.context = &context,
                                              .paths = options.operands,
                                              .path_count = options.operand_count,
                                              .format = format,
                                              .rejects = rejects,
                                              .record = print_record,
                                              .idle = flush_output,
                                              .owner = &decoding};
    enum error_class class = walk_open(&walk, &walk_options, &error);
    if (!class) {
        if (is_csv)
            print_header();
        class = walk_run(&walk, &walk_options, &error);
        const uint64_t damaged = rejects_damaged(walk.rejects);
        print_dropped(&walk);
        if (!class && damaged && (is_strict || !decoding.count))
            class = error_set(&error, ERROR_DATA, "%llu records could not be decoded",
                              (unsigned long long)damaged);
        const enum error_class closed = walk_close(&walk, class ? &later : &error);
        class = class ? class : closed;
    }
    if (!class && fflush(stdout) != 0)
        class = error_set(&error, ERROR_IO, "standard output: writing failed");
    environment_close(&environment);
    free(options.operands);
    return class ? report_error(&error) : 0;
}

const struct command command_decode = {
    .name = "decode",
    .summary = "any supported input to NDJSON records, one a line",
    .operands = "INPUT...",
    .example = "simsieve decode cdr-2024-12-09.csv.gz | jq -r .type | sort | uniq -c",
    .run = decode_main,
};
