/* SPDX-License-Identifier: Apache-2.0
 * simsieve alerts: alerts as a table for people, numbers masked. */
#include "simsieve/base/calendar.h"
#include "simsieve/base/text.h"
#include "simsieve/tools/commands.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_COLUMNS   110
#define INDENT_COLUMNS 18

struct printing {
    const char *language; /* "vi" or "en" */
    bool is_unmasked, has_colour;
    uint64_t count, bad;
};

/* Three digits of every long number hidden, as number_mask does it. */
static void add_number(struct text *text, const char *number, const struct printing *printing)
{
    const size_t length = strlen(number);
    const bool is_digits = strspn(number, "0123456789") == length;
    if (printing->is_unmasked || !is_digits || length <= 6)
        text_add(text, "%s", number);
    else
        text_add(text, "%.*s***%s", (int)length - 6, number, number + length - 3);
}

static void add_subject(struct text *text, const json_t *alert, const struct printing *printing)
{
    const json_t *subject = json_object_get(alert, "subject"), *sims = json_object_get(alert, "sims");
    const char *key = json_string_value(json_object_get(subject, "key"));
    add_number(text, key ? key : "?", printing);
    if (json_array_size(sims) > 1)
        text_add(text, " (%zu SIMs)", json_array_size(sims));
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

/* Words in lines of at most LINE_COLUMNS, a letter of UTF-8 a column. */
static void print_wrapped(const char *words)
{
    size_t column = 0;
    while (*words) {
        const size_t length = strcspn(words, " ");
        size_t columns = 0;
        for (size_t i = 0; i < length; i++)
            columns += ((unsigned char)words[i] & 0xC0) != 0x80;
        const bool breaks = !column || column + 1 + columns > LINE_COLUMNS;
        if (breaks)
            printf("%s%*s", column ? "\n" : "", INDENT_COLUMNS, "");
        else
            putchar(' ');
        printf("%.*s", (int)length, words);
        column = (breaks ? INDENT_COLUMNS : column + 1) + columns;
        words += length + (words[length] == ' ');
    }
    putchar('\n');
}

static void print_alert(const json_t *alert, struct printing *printing)
{
    static const struct {
        const char *severity, *colour;
    } colours[] = {{"critical", "\033[1;31m"}, {"major", "\033[33m"}, {"minor", "\033[36m"}};
    char buffer[128];
    struct text subject = text_over(buffer, sizeof(buffer));
    const char *time = text_of(alert, "time"), *severity = text_of(alert, "severity"), *colour = "";
    for (size_t i = 0; i < ARRAY_COUNT(colours) && printing->has_colour; i++)
        if (strcmp(colours[i].severity, severity) == 0)
            colour = colours[i].colour;
    add_subject(&subject, alert, printing);
    printf("%.10s %.5s  %s%-8s%s  %-22s  %s\n", time, strlen(time) > 11 ? time + 11 : "", colour, severity,
           *colour ? "\033[0m" : "", text_of(alert, "rule"), subject.data);
    print_wrapped(text_of(json_object_get(alert, "summary"), printing->language));
    printing->count++;
}

static enum error_class print_file(const char *path, struct printing *printing, struct error *error)
{
    const bool is_stdin = strcmp(path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(path, "r");
    char *line = NULL;
    size_t capacity = 0;
    if (!file)
        return error_set(error, ERROR_NO_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    for (ssize_t length; (length = getline(&line, &capacity, file)) > 0;) {
        json_t *alert = json_loadb(line, (size_t)length, JSON_REJECT_DUPLICATES, NULL);
        if (json_is_object(alert))
            print_alert(alert, printing);
        else
            printing->bad++;
        json_decref(alert);
    }
    free(line);
    if (!is_stdin)
        fclose(file);
    return ERROR_OK;
}

/* no-color.org: set, and not empty. */
static bool may_colour(void)
{
    const char *no_color = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && !(no_color && *no_color);
}

static int alerts_main(const struct command *command, int argc, char **argv)
{
    struct printing printing = {.language = "en", .has_colour = may_colour()};
    const struct option_row rows[] = {
        {"--language", "L", "vi or en (en)", OPTION_TEXT, &printing.language, 0, 0},
        {"--unmasked", NULL, "whole numbers, for who may see them", OPTION_FLAG, &printing.is_unmasked, 0, 0},
    };
    struct options options = {.command = command,
                              .rows = rows,
                              .row_count = ARRAY_COUNT(rows),
                              .operand_min = 1,
                              .operand_max = SIZE_MAX};
    struct error error;
    int exit_code = 0;
    enum error_class class = ERROR_OK;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    if (strcmp(printing.language, "vi") != 0 && strcmp(printing.language, "en") != 0)
        return options_wrong(&options, "--language %s: there are vi and en", printing.language);
    if (strcmp(options.operands[0], "-") == 0)
        setvbuf(stdout, NULL, _IOLBF,
                0); /* an alert of a live run is seen when it comes, through a pipe too */
    for (size_t i = 0; i < options.operand_count && !class; i++)
        class = print_file(options.operands[i], &printing, &error);
    if (!class && printing.bad)
        class = error_set(&error, ERROR_DATA, "%llu lines are no alerts", (unsigned long long)printing.bad);
    if (!class && !printing.count)
        printf("no alerts\n");
    return class ? report_error(&error) : 0;
}

const struct command command_alerts = {
    .name = "alerts",
    .summary = "alerts as a table for people, numbers masked",
    .operands = "FILE...",
    .example = "simsieve alerts --language vi alerts.ndjson",
    .run = alerts_main,
};
