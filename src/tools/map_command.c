/* SPDX-License-Identifier: Apache-2.0
 * simsieve map check: what the first lines of a table become by a column map, before it is trusted with more. */
#include "simsieve/base/text.h"
#include "simsieve/decode/column_map.h"
#include "simsieve/decode/decoder.h"
#include "simsieve/tools/commands.h"
#include "simsieve/tools/environment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_SHOWN 100

/* Lines of the table, and what became of them. */
struct check {
    const struct decode_context *context;
    uint64_t shown, records, left_out, dropped;
};

/* The front of the table: LINES_SHOWN lines and one for a header, and no more than a decoder is given at once. */
static char *read_front(const char *path, size_t *length, struct error *error)
{
    FILE *file = fopen(path, "r");
    char *bytes = malloc(DECODE_RECORD_BYTES_MAX);
    CHECK(bytes);
    *length = file ? fread(bytes, 1, DECODE_RECORD_BYTES_MAX, file) : 0;
    const bool has_failed = !file || ferror(file);
    if (has_failed)
        error_set(error, ERROR_NO_INPUT, "%s: %s", path, strerror(errno));
    if (file)
        fclose(file);
    if (!has_failed && *length > 0)
        return bytes;
    if (!has_failed)
        error_set(error, ERROR_DATA, "%s: is empty", path);
    free(bytes);
    return NULL;
}

/* Whole lines only: what was cut off at the end of the front is none. */
static size_t whole_lines(const char *bytes, size_t length)
{
    const char *end = memrchr(bytes, '\n', length);
    return length < DECODE_RECORD_BYTES_MAX || !end ? length : (size_t)(end - bytes) + 1;
}

static void show_reject(void *owner, enum reason reason, uint64_t line, const char *bytes, size_t length)
{
    struct check *check = owner;
    (void)bytes;
    (void)length;
    if (check->shown++ >= LINES_SHOWN)
        return;
    *(reason_is_damage(reason) ? &check->dropped : &check->left_out) += 1;
    printf("%llu: %s %s: %s\n", (unsigned long long)line, reason_is_damage(reason) ? "dropped" : "left out",
           reason_word(reason), reason_meaning(reason));
}

static void show_record(struct check *check, const struct cdr *cdr)
{
    char buffer[CDR_TEXT_BYTES];
    struct text json = text_over(buffer, sizeof(buffer));
    if (check->shown++ >= LINES_SHOWN)
        return;
    check->records++;
    cdr_format_json(&json, cdr, check->context->names);
    printf("%llu: %s\n", (unsigned long long)cdr->line, json.data);
}

/* Decodes record by record, so that all comes in the order of the lines. */
static enum error_class show_lines(struct check *check, const char *path, const char *bytes, size_t length,
                                   struct error *error)
{
    const char *nearest;
    const struct decoder *decoder = decoder_by_name("map", &nearest);
    enum error_class class = ERROR_OK;
    void *state = decoder->open(check->context, path, error);
    if (!state)
        return error->class;
    while (length > 0 && !class && check->shown < LINES_SHOWN) {
        struct cdr cdr;
        struct decoded decoded = {.records = &cdr, .capacity = 1, .reject = show_reject, .owner = check};
        size_t consumed = 0;
        class = decoder->decode(state, bytes, length, true, &decoded, &consumed, error);
        if (decoded.count > 0)
            show_record(check, &cdr);
        bytes += consumed;
        length -= consumed;
    }
    decoder->close(state);
    return class;
}

static enum error_class check_table(const char *map_path, const char *path, struct error *error)
{
    struct environment environment;
    struct column_map *map = column_map_load(map_path, error);
    size_t length;
    if (!map)
        return error->class;
    char *bytes = read_front(path, &length, error);
    enum error_class class = bytes ? environment_open_without_rules(&environment, NULL, error) : error->class;
    if (!class) {
        const struct decode_context context = {
            .numbering = environment.numbering, .names = environment.names, .map = map};
        struct check check = {.context = &context};
        class = show_lines(&check, path, bytes, whole_lines(bytes, length), error);
        printf("%s%llu records, %llu left out, %llu dropped\n", class ? "until then " : "",
               (unsigned long long)check.records, (unsigned long long)check.left_out,
               (unsigned long long)check.dropped);
        if (!class && check.records == 0)
            class =
                error_set(error, ERROR_DATA, "%s: none of its first lines is a record by %s", path, map_path);
        environment_close(&environment);
    }
    free(bytes);
    column_map_destroy(map);
    return class;
}

static int map_check(const struct command *command, int argc, char **argv)
{
    struct options options = {.command = command, .operand_min = 2, .operand_max = 2};
    struct error error;
    int exit_code = 0;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    const enum error_class class = check_table(options.operands[0], options.operands[1], &error);
    return class ? report_error(&error) : 0;
}

static const struct command check_command = {
    .name = "map check",
    .summary = "what the first hundred lines of FILE become by the column map MAP",
    .operands = "MAP FILE",
    .example = "simsieve map check conf/maps/asterisk.yaml /var/log/asterisk/cdr-csv/Master.csv",
    .run = map_check,
};

static int map_main(const struct command *command, int argc, char **argv)
{
    const struct options options = {.command = command};
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "check") == 0)
        return map_check(&check_command, argc - 1, argv + 1);
    if (strcmp(verb, "--version") == 0) {
        print_version();
        return 0;
    }
    if (strcmp(verb, "--help") != 0 && strcmp(verb, "-h") != 0)
        return options_wrong(
            &options, *verb ? "'%s' is no subcommand; there is check" : "a subcommand is missing%s: check",
            verb);
    printf("usage: simsieve map SUBCOMMAND ...\n\n%s\n\n"
           "A map is a file that says what the columns of a table are; with it any command reads the table:\n"
           "  simsieve decode --format map:conf/maps/asterisk.yaml Master.csv\n"
           "conf/maps has some; conf/REFERENCE.md says what may stand in one.\n\nsubcommands:\n"
           "  %-16s %s\n\nexample:\n  %s\n",
           command->summary, check_command.name, check_command.summary, command->example);
    return 0;
}

const struct command command_map = {
    .name = "map",
    .summary = "tables of others (Asterisk, FreeSWITCH, any CSV) by a file that says what their columns are",
    .operands = "check",
    .example = "simsieve map check conf/maps/asterisk.yaml /var/log/asterisk/cdr-csv/Master.csv",
    .run = map_main,
};
