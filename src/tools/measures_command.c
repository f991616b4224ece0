/* SPDX-License-Identifier: Apache-2.0
 * simsieve measures: every measure of every number at one moment, as CSV. */
#include "simsieve/base/text.h"
#include "simsieve/detect/score.h"
#include "simsieve/tools/commands.h"
#include "simsieve/tools/measuring.h"
#include "simsieve/tools/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_BYTES 1024

struct table {
    const struct names *names;
    int64_t window_ms;
    char **rows; /* each "number\0,rest": sorted by number */
    size_t count, capacity;
};

static void add_row(void *owner, struct examination *examination)
{
    struct table *table = owner;
    char buffer[ROW_BYTES], number[NUMBER_TEXT_BYTES];
    struct text row = text_over(buffer, sizeof(buffer));
    struct view *view = examination_view(examination, table->window_ms);
    for (size_t i = 0; i < measure_count(); i++) {
        struct bounds bounds;
        text_add(&row, ",");
        if (measure_at(i)->value(view, &bounds))
            text_add_number(&row, bounds.low, 6);
    }
    text_add(&row, ",%u", score_of(view));
    CHECK(!row.is_cut);
    number_format(examination->line->number, table->names, number);
    const size_t length = strlen(number) + 1;
    char *stored = malloc(length + row.length + 1);
    CHECK(stored);
    memcpy(stored, number, length);
    memcpy(stored + length, row.data, row.length + 1);
    if (table->count == table->capacity) {
        table->capacity = table->capacity ? 2 * table->capacity : 1024;
        table->rows = realloc(table->rows, table->capacity * sizeof(table->rows[0]));
        CHECK(table->rows);
    }
    table->rows[table->count++] = stored;
}

static int by_number(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A sender's name may hold what CSV must quote. */
static void print_number(const char *number)
{
    if (!strpbrk(number, ",\"\r\n")) {
        fputs(number, stdout);
        return;
    }
    putchar('"');
    for (; *number; number++) {
        if (*number == '"')
            putchar('"');
        putchar(*number);
    }
    putchar('"');
}

static void print_table(struct table *table, const struct measuring_result *result)
{
    char time[CALENDAR_TEXT_BYTES], buffer[64];
    struct text window = text_over(buffer, sizeof(buffer));
    text_add_duration(&window, table->window_ms);
    printf(
        "# simsieve measures at %s over %s: events with at - window < time <= at, all counts, medians and distinct "
        "counts exact; cells and devices by their newest time, kept to 4 ms\n",
        calendar_format(result->at_ms, time), window.data);
    printf("number");
    for (size_t i = 0; i < measure_count(); i++)
        printf(",%s", measure_at(i)->name);
    printf(",score\n");
    if (table->count) /* else there are no rows to point at */
        qsort(table->rows, table->count, sizeof(table->rows[0]), by_number);
    for (size_t i = 0; i < table->count; i++) {
        print_number(table->rows[i]);
        puts(table->rows[i] + strlen(table->rows[i]) + 1);
    }
}

static int measures_main(const struct command *command, int argc, char **argv)
{
    const char *lists = NULL, *format = NULL;
    int64_t window_ms = DAY_MS, at_ms = 0;
    uint64_t shards = replay_default_shards(), memory = 0;
    const struct option_row rows[] = {
        {"--lists", "DIR", "subscribers, protected numbers and the rest", OPTION_TEXT, &lists, 0, 0},
        {"--window", "D", "how far back, 1m to 30d (24h)", OPTION_DURATION, &window_ms, 0, 0},
        {"--at", "TIME", "the moment (default: the time of the last record)", OPTION_TIME, &at_ms, 0, 0},
        {"--format", "F", "format of all inputs (default: by content); map:FILE: see `simsieve map`",
         OPTION_TEXT, &format, 0, 0},
        {"--shards", "N", "threads", OPTION_COUNT, &shards, 1, SHARDS_MAX},
        {"--memory", "SIZE", "limit of what is kept about SIMs (4G)", OPTION_BYTES, &memory, 0, 0},
    };
    struct options options = {.command = command,
                              .rows = rows,
                              .row_count = ARRAY_COUNT(rows),
                              .operand_min = 1,
                              .operand_max = SIZE_MAX};
    struct environment environment;
    struct error error;
    int exit_code = 0;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    if (window_ms < MINUTE_MS || window_ms > 30 * DAY_MS)
        return options_wrong(&options, "--window is 1m to 30d");
    if (environment_open_without_rules(&environment, lists, &error))
        return report_error(&error);
    struct table table = {.names = environment.names, .window_ms = window_ms};
    struct measuring_result result;
    const struct measuring_options measuring = {.environment = &environment,
                                                .paths = options.operands,
                                                .path_count = options.operand_count,
                                                .format = format,
                                                .window_ms = window_ms,
                                                .at_ms = at_ms,
                                                .memory_bytes = memory,
                                                .shard_count = (uint32_t)shards,
                                                .sim = add_row,
                                                .owner = &table};
    const enum error_class class = measure_inputs(&measuring, &result, &error);
    if (!class)
        print_table(&table, &result);
    for (size_t i = 0; i < table.count; i++)
        free(table.rows[i]);
    free(table.rows);
    environment_close(&environment);
    return class ? report_error(&error) : 0;
}

const struct command command_measures = {
    .name = "measures",
    .summary = "every measure of every number at one moment, as CSV",
    .operands = "INPUT...",
    .example = "simsieve measures --window 24h --at 2024-12-09T18:00:00+07:00 cdr-2024-12-09.csv",
    .run = measures_main,
};
