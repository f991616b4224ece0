/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/tools/options.h"

#include "simsieve/base/calendar.h"
#include "simsieve/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef SIMSIEVE_VERSION
#define SIMSIEVE_VERSION "0.1"
#endif

void print_version(void)
{
    printf("simsieve " SIMSIEVE_VERSION "\n");
}

static void print_usage(FILE *stream, const struct options *options)
{
    fprintf(stream, "usage: simsieve %s [options]%s%s\n", options->command->name,
            *options->command->operands ? " " : "", options->command->operands);
}

static void print_help(const struct options *options)
{
    print_usage(stdout, options);
    printf("\n%s\n\noptions:\n", options->command->summary);
    for (size_t i = 0; i < options->row_count; i++) {
        const struct option_row *row = &options->rows[i];
        char left[64];
        struct text text = text_over(left, sizeof(left));
        text_add(&text, "%s%s%s", row->name, row->argument ? " " : "", row->argument ? row->argument : "");
        printf("  %-22s %s\n", left, row->meaning);
    }
    printf("  %-22s %s\n", "--help", "this text");
    printf("  %-22s %s\n\nexample:\n  %s\n", "--version", "which program this is", options->command->example);
}

int options_wrong(const struct options *options, const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "simsieve %s: ", options->command->name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    print_usage(stderr, options);
    fprintf(stderr, "example: %s\n", options->command->example);
    return ERROR_USAGE;
}

int report_error(const struct error *error)
{
    fprintf(stderr, "simsieve: %s\n", error->text);
    return (int)error->class;
}

/* Stores a value; the message of what was expected when it is none, else NULL. */
static const char *store_value(const struct option_row *row, const char *value)
{
    const size_t length = strlen(value);
    switch (row->kind) {
    case OPTION_FLAG:
        return "takes no value";
    case OPTION_TEXT:
        *(const char **)row->target = value;
        return length ? NULL : "needs a value";
    case OPTION_COUNT:
        if (!text_parse_u64(value, length, row->max, row->target) || *(uint64_t *)row->target < row->min)
            return "is out of range";
        return NULL;
    case OPTION_DURATION:
        return text_parse_duration_ms(value, length, row->target)
                   ? NULL
                   : "needs a time with its unit, like 30s, 5m, 24h";
    case OPTION_TIME:
        return calendar_parse(value, length, row->target) == CALENDAR_OK
                   ? NULL
                   : "needs a time with its offset, like 2024-12-09T08:00:00+07:00";
    case OPTION_BYTES:
        return text_parse_bytes(value, length, row->target) ? NULL : "needs a size, like 512M or 4G";
    }
    return NULL;
}

static const struct option_row *row_of(const struct options *options, const char *name, size_t length)
{
    for (size_t i = 0; i < options->row_count; i++)
        if (strlen(options->rows[i].name) == length && memcmp(options->rows[i].name, name, length) == 0)
            return &options->rows[i];
    return NULL;
}

/* One option, its value in `=value` or in the next argument. Steps `at` past what it used. */
static int take_option(struct options *options, int argc, char **argv, int *at)
{
    const char *word = argv[*at];
    const size_t length = strcspn(word, "=");
    const struct option_row *row = row_of(options, word, length);
    if (!row) {
        const char *nearest =
            text_nearest(word, length, options->rows, sizeof(options->rows[0]), options->row_count);
        return nearest ? options_wrong(options, "unknown option %.*s; did you mean %s?", (int)length, word,
                                       nearest)
                       : options_wrong(options, "unknown option %.*s", (int)length, word);
    }
    const char *value = word[length] ? word + length + 1 : NULL;
    if (row->kind == OPTION_FLAG && !value) {
        *(bool *)row->target = true;
        return 0;
    }
    if (!value && row->kind != OPTION_FLAG) {
        if (*at + 1 >= argc)
            return options_wrong(options, "%s needs %s", row->name, row->argument);
        value = argv[++*at];
    }
    const char *wrong = store_value(row, value);
    if (wrong && row->kind == OPTION_COUNT)
        return options_wrong(options, "%s %s: a whole number from %llu to %llu is expected", row->name, value,
                             (unsigned long long)row->min, (unsigned long long)row->max);
    return wrong ? options_wrong(options, "%s %s: %s", row->name, value, wrong) : 0;
}

bool options_parse(struct options *options, int argc, char **argv, int *exit_code)
{
    void *const operands = argv + 1; /* there are never more of them than words that have been read */
    bool is_past_options = false;
    options->operands = operands;
    options->operand_count = 0;
    for (int at = 1; at < argc; at++) {
        const char *word = argv[at];
        if (!is_past_options && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
            print_help(options);
            *exit_code = 0;
            return false;
        }
        if (!is_past_options && strcmp(word, "--version") == 0) {
            print_version();
            *exit_code = 0;
            return false;
        }
        if (!is_past_options && strcmp(word, "--") == 0) {
            is_past_options = true;
        } else if (!is_past_options && word[0] == '-' && word[1]) {
            *exit_code = take_option(options, argc, argv, &at);
            if (*exit_code)
                return false;
        } else {
            options->operands[options->operand_count++] = word;
        }
    }
    if (options->operand_count < options->operand_min)
        *exit_code = options_wrong(options, "%s is missing", options->command->operands);
    else if (options->operand_count > options->operand_max)
        *exit_code =
            options_wrong(options, "'%s' is one word too many", options->operands[options->operand_max]);
    else
        return true;
    return false;
}
