/* SPDX-License-Identifier: Apache-2.0
 * Rules over past records, beside other rules: what would be added, what would be lost. */
#include "rules_parts.h"
#include "simsieve/tools/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* (rule, SIM) pairs that one set of rules accused. */
struct outcome {
    char **pairs; /* "rule number" */
    size_t count, capacity;
    uint64_t alerts[RULES_MAX];
    uint64_t allowed;
    int64_t first_ms, last_ms;
    double megabytes;
};

static enum error_class note_alert(void *owner, struct alert *alert, struct error *error)
{
    struct outcome *outcome = owner;
    const char *sim = alert->sims;
    (void)error;
    for (uint32_t i = 0; i < alert->sim_count; i++, sim += strlen(sim) + 1) {
        if (outcome->count == outcome->capacity) {
            outcome->capacity = outcome->capacity ? 2 * outcome->capacity : 256;
            outcome->pairs = realloc(outcome->pairs, outcome->capacity * sizeof(outcome->pairs[0]));
            CHECK(outcome->pairs);
        }
        CHECK(asprintf(&outcome->pairs[outcome->count++], "%s %s", alert->rule, sim) > 0);
    }
    alert_destroy(alert);
    return ERROR_OK;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts and keeps one of each. */
static void settle(struct outcome *outcome)
{
    size_t kept = 0;
    if (outcome->count)
        qsort(outcome->pairs, outcome->count, sizeof(outcome->pairs[0]), by_text);
    for (size_t i = 0; i < outcome->count; i++) {
        if (kept && strcmp(outcome->pairs[kept - 1], outcome->pairs[i]) == 0)
            free(outcome->pairs[i]);
        else
            outcome->pairs[kept++] = outcome->pairs[i];
    }
    outcome->count = kept;
}

static void outcome_fini(struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->count; i++)
        free(outcome->pairs[i]);
    free(outcome->pairs);
}

static enum error_class run(const struct environment *environment, const struct options *options,
                            struct outcome *outcome, struct error *error)
{
    const struct replay_options replay_options = {.environment = environment,
                                                  .paths = options->operands,
                                                  .path_count = options->operand_count,
                                                  .shard_count = replay_default_shards(),
                                                  .lateness_ms = REPLAY_LATENESS_MS,
                                                  .shows_progress = true,
                                                  .deliver = note_alert,
                                                  .owner = outcome};
    struct replay replay;
    struct error later;
    enum error_class class = replay_open(&replay, &replay_options, error);
    if (class)
        return class;
    class = replay_run(&replay, error);
    if (!class)
        class = walk_judge(&replay.walk, error);
    struct accounting accounting;
    replay_account(&replay, &accounting);
    memcpy(outcome->alerts, accounting.alerts, sizeof(outcome->alerts));
    outcome->first_ms = accounting.order.first_ms;
    outcome->last_ms = accounting.order.last_ms;
    outcome->allowed = accounting.shards.allowed;
    outcome->megabytes = (double)accounting.shards.bytes_used / (1 << 20);
    replay_close(&replay, &later);
    settle(outcome);
    return class;
}

static void print_outcome(const struct program *program, const struct outcome *outcome)
{
    const double days = (double)(outcome->last_ms - outcome->first_ms) / DAY_MS;
    printf("%-28s %10s %12s %10s\n", "rule", "alerts", "a day", "SIMs");
    for (size_t i = 0; i < program->rule_count; i++) {
        const size_t length = strlen(program->rules[i]->id);
        size_t sims = 0;
        for (size_t k = 0; k < outcome->count; k++)
            sims += strncmp(outcome->pairs[k], program->rules[i]->id, length) == 0 &&
                    outcome->pairs[k][length] == ' ';
        printf("%-28s %10llu %12.1f %10zu\n", program->rules[i]->id, (unsigned long long)outcome->alerts[i],
               days > 0 ? (double)outcome->alerts[i] / days : 0, sims);
    }
    printf("episodes stopped by the allow-list: %llu; memory %.1f MiB\n",
           (unsigned long long)outcome->allowed, outcome->megabytes);
}

/* Pairs of `a` that `b` has not. */
static void print_missing(const char *title, const struct outcome *a, const struct outcome *b)
{
    size_t count = 0;
    for (size_t i = 0; i < a->count; i++) {
        char *const *found =
            b->count ? bsearch(&a->pairs[i], b->pairs, b->count, sizeof(b->pairs[0]), by_text) : NULL;
        if (found)
            continue;
        if (count++ == 0)
            printf("%s:\n", title);
        printf("  %s\n", a->pairs[i]);
    }
    if (!count)
        printf("%s: none\n", title);
}

int rules_backtest(const struct command *command, int argc, char **argv)
{
    const char *rules = NULL, *lists = NULL, *against = NULL;
    const struct option_row rows[] = {
        {"--rules", "DIR", "rule files (default: those that ship with the product)", OPTION_TEXT, &rules, 0,
         0},
        {"--against", "DIR", "other rule files: what is added and lost against them", OPTION_TEXT, &against,
         0, 0},
        {"--lists", "DIR", "subscribers, protected numbers, allow-list and the rest", OPTION_TEXT, &lists, 0,
         0},
    };
    struct options options = {.command = command,
                              .rows = rows,
                              .row_count = ARRAY_COUNT(rows),
                              .operand_min = 1,
                              .operand_max = SIZE_MAX};
    struct environment environment, other;
    struct outcome outcome = {0}, before = {0};
    struct error error;
    int exit_code = 0;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    enum error_class class = environment_open(&environment, lists, rules, &error);
    if (!class)
        class = run(&environment, &options, &outcome, &error);
    if (!class)
        print_outcome(environment.program, &outcome);
    if (!class && against) {
        class = environment_open(&other, lists, against, &error);
        if (!class) {
            class = run(&other, &options, &before, &error);
            environment_close(&other);
        }
        if (!class) {
            print_missing("added", &outcome, &before);
            print_missing("lost", &before, &outcome);
        }
    }
    outcome_fini(&outcome);
    outcome_fini(&before);
    environment_close(&environment);
    return class ? report_error(&error) : 0;
}
