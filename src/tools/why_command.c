/* SPDX-License-Identifier: Apache-2.0
 * simsieve why: what is known about a number and why it did or did not alert, from a store, from records, or both. */
#include "simsieve/base/text.h"
#include "simsieve/detect/evaluate.h"
#include "simsieve/detect/score.h"
#include "simsieve/sink/store.h"
#include "simsieve/tools/commands.h"
#include "simsieve/tools/measuring.h"
#include "simsieve/tools/replay.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

struct question {
    uint64_t number;
    char text[NUMBER_TEXT_BYTES];
    const struct environment *environment;
    bool was_found;
};

static bool print_alert(void *owner, const struct store_alert *alert)
{
    char time[CALENDAR_TEXT_BYTES];
    ((struct question *)owner)->was_found = true;
    printf("  %s  %-28s %-8s %-7s %s\n", calendar_format(alert->time_ms, time), alert->rule, alert->severity,
           alert->mode, alert->id);
    return true;
}

/* The name of a measure without its window: "fan_out" of "fan_out(1h)". */
static const struct measure *measure_of(const char *name)
{
    return measure_by_name(name, strcspn(name, "("));
}

/* One measure of a stored near miss: its value beside its threshold, in words. */
static void print_near_measure(const char *name, const json_t *compared)
{
    const struct measure *measure = measure_of(name);
    const char *op = json_string_value(json_object_get(compared, "op"));
    const json_t *value = json_object_get(compared, "value");
    const double threshold = json_number_value(json_object_get(compared, "threshold"));
    char wanted[128], found[64];
    struct text wanted_text = text_over(wanted, sizeof(wanted)), found_text = text_over(found, sizeof(found));
    if (!measure || !op)
        return;
    text_add(&wanted_text, "%s %s ", name, op);
    measure_format(&wanted_text, measure, threshold, LANGUAGE_EN);
    if (json_is_number(value))
        measure_format(&found_text, measure, json_number_value(value), LANGUAGE_EN);
    else
        text_add(&found_text, "not defined");
    printf("        %-32s %s\n", wanted, found);
}

static bool print_near(void *owner, const struct store_near *near)
{
    char time[CALENDAR_TEXT_BYTES];
    json_t *alert = json_loads(near->json, 0, NULL), *measures = json_object_get(alert, "measures");
    ((struct question *)owner)->was_found = true;
    printf("  %s  %-28s nearly: all held but one\n", calendar_format(near->time_ms, time), near->rule);
    for (void *at = json_object_iter(measures); at; at = json_object_iter_next(measures, at))
        print_near_measure(json_object_iter_key(at), json_object_iter_value(at));
    json_decref(alert);
    return true;
}

static enum error_class ask_store(struct question *question, const char *path, struct error *error)
{
    struct store *store = store_open_readonly(path, error);
    if (!store)
        return error->class;
    printf("in the store %s:\n", path);
    enum error_class class = store_each_alert_of(store, question->text, print_alert, question, error);
    if (!class)
        class = store_each_near(store, question->text, print_near, question, error);
    if (!class && !question->was_found)
        printf("  no alert, and never near one\n");
    store_close(store);
    return class;
}

static void print_subscriber(const struct question *question, const struct examination *examination)
{
    const struct lists *lists = question->environment->lists;
    const struct subscriber *subscriber = lists_subscriber(lists, question->number);
    const struct allow_entry *allow = lists_allow(lists, question->number, examination->now_ms);
    char time[CALENDAR_TEXT_BYTES];
    if (subscriber && subscriber->activated_ms)
        printf("  activated %s, by the subscriber list\n", calendar_format(subscriber->activated_ms, time));
    else
        printf("  first seen %s; activation date not known\n",
               calendar_format(line_born_ms(examination->line), time));
    if (examination->line->contact_count)
        printf("  first outgoing contact %s, %u outgoing attempts since\n",
               calendar_format(line_first_contact_ms(examination->line), time),
               examination->line->contact_count);
    if (allow)
        printf("  on the allow-list (%s): in no alert\n",
               names_text(question->environment->names, allow->owner));
    if (lists_protected(lists, question->number))
        printf("  itself a protected number: in no alert\n");
}

/* Values of one rule, condition by condition. */
struct condition_printer {
    struct examination *examination;
    const struct rule *rule;
    bool all_hold;
};

static void print_condition(void *owner, const struct condition *condition)
{
    struct condition_printer *printer = owner;
    char wanted[128], value[64];
    struct text wanted_text = text_over(wanted, sizeof(wanted)), value_text = text_over(value, sizeof(value));
    struct bounds bounds;
    condition_format(&wanted_text, printer->rule, condition);
    if (!condition->measure)
        return;
    const bool is_defined = condition_value(printer->examination, condition, &bounds);
    const bool holds = is_defined && condition_holds(condition, &bounds);
    const bool is_low = condition->op == OP_AT_LEAST || condition->op == OP_ABOVE;
    if (is_defined && bounds.high > 1e15 && !is_low)
        text_add(&value_text, "not known");
    else if (is_defined)
        measure_format(&value_text, condition->measure, is_low ? bounds.low : bounds.high, LANGUAGE_EN);
    else
        text_add(&value_text, "not defined");
    printf("    %s %-32s %s\n", holds ? "yes" : "no ", wanted, value);
    printer->all_hold &= holds;
}

static void print_rule(struct examination *examination, const struct rule *rule)
{
    struct condition_printer printer = {examination, rule, true};
    enum severity severity = SEVERITY_MINOR;
    if (!(rule->number_kinds >> number_kind(examination->line->number) & 1) || rule->mode == MODE_OFF)
        return;
    while (!rule->member && !rule->levels[severity])
        severity++;
    printf("  %s%s%s\n", rule->id, rule->member ? ", as a member" : ", ",
           rule->member ? "" : severity_name(severity));
    rule_each_condition(rule, rule->member ? rule->member : rule->levels[severity], print_condition,
                        &printer);
}

static void print_measures(struct examination *examination, int64_t window_ms)
{
    struct view *view = examination_view(examination, window_ms);
    for (size_t i = 0; i < measure_count(); i++) {
        char value[64];
        struct text text = text_over(value, sizeof(value));
        struct bounds bounds;
        if (!measure_at(i)->value(view, &bounds))
            continue;
        measure_format(&text, measure_at(i), bounds.low, LANGUAGE_EN);
        printf("    %-18s %-12s %s\n", measure_at(i)->name, value, measure_at(i)->meaning);
    }
    printf("  score %u of 100\n", score_of(view));
    for (size_t i = 0; score_point_at(i) && score_of(view); i++) {
        const struct score_point *point = score_point_at(i);
        char threshold[64];
        struct text text = text_over(threshold, sizeof(threshold));
        measure_format(&text, point->measure, point->threshold, LANGUAGE_EN);
        if (score_point_holds(point, view))
            printf("    %2u for %s %s %s\n", point->points, point->measure->name,
                   point->is_at_least ? ">=" : "<=", threshold);
    }
}

static void answer(void *owner, struct examination *examination)
{
    struct question *question = owner;
    const struct program *program = question->environment->program;
    char time[CALENDAR_TEXT_BYTES];
    if (examination->line->number != question->number)
        return;
    question->was_found = true;
    printf("in the records, at %s:\n", calendar_format(examination->now_ms, time));
    print_subscriber(question, examination);
    if (line_newest_ms(examination->line) <= examination->now_ms - DAY_MS)
        printf("  its newest record is a day old or more: --at %s shows it then\n",
               calendar_format(line_newest_ms(examination->line), time));
    printf("  measures over 24h\n");
    print_measures(examination, DAY_MS);
    for (size_t i = 0; i < program->rule_count; i++) {
        examination->view_count = 0; /* each rule has its windows */
        print_rule(examination, program->rules[i]);
    }
}

static enum error_class ask_records(struct question *question, const struct options *options, int64_t at_ms,
                                    struct error *error)
{
    const struct program *program = question->environment->program;
    struct program *none = program_load(NULL, error);
    char time[CALENDAR_TEXT_BYTES];
    struct environment environment = *question->environment;
    struct measuring_result result;
    environment.program = none;
    const struct measuring_options measuring = {
        .environment = &environment,
        .paths = options->operands + 1,
        .path_count = options->operand_count - 1,
        .window_ms = program->horizon_ms > DAY_MS ? program->horizon_ms : DAY_MS,
        .at_ms = at_ms,
        .shard_count = replay_default_shards(),
        .sim = answer,
        .owner = question};
    const enum error_class class = measure_inputs(&measuring, &result, error);
    program_destroy(none);
    if (!class && !question->was_found)
        printf(
            "in the records: nothing of this number in the %lld hours before %s; --at TIME looks at another moment\n",
            (long long)(measuring.window_ms / HOUR_MS), calendar_format(result.at_ms, time));
    return class;
}

static enum error_class ask(struct question *question, const struct options *options, const char *store,
                            int64_t at_ms, struct error *error)
{
    const char *word = options->operands[0];
    const struct environment *environment = question->environment;
    const enum numbering_status status =
        numbering_parse(environment->numbering, environment->names, word, strlen(word),
                        NUMBERING_TIME_NEWEST_MS, &question->number);
    if (status)
        return error_set(error, ERROR_USAGE, "'%s': %s", word, numbering_status_text(status));
    number_format(question->number, environment->names, question->text);
    printf("%s, %s number\n", question->text, number_kind_name(number_kind(question->number)));
    enum error_class class = store ? ask_store(question, store, error) : ERROR_OK;
    question->was_found = false;
    if (!class && options->operand_count > 1)
        class = ask_records(question, options, at_ms, error);
    return class;
}

static int why_main(const struct command *command, int argc, char **argv)
{
    const char *lists = NULL, *rules = NULL, *store = NULL;
    int64_t at_ms = 0;
    const struct option_row rows[] = {
        {"--store", "FILE", "store of alerts and near misses", OPTION_TEXT, &store, 0, 0},
        {"--lists", "DIR", "subscribers, protected numbers, allow-list and the rest", OPTION_TEXT, &lists, 0,
         0},
        {"--rules", "DIR", "rule files (default: those that ship with the product)", OPTION_TEXT, &rules, 0,
         0},
        {"--at", "TIME", "the moment (default: the time of the last record)", OPTION_TIME, &at_ms, 0, 0},
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
    if (!store && options.operand_count < 2)
        return options_wrong(&options, "nothing to look into: give --store FILE or the records");
    enum error_class class = environment_open(&environment, lists, rules, &error);
    if (!class) {
        struct question question = {.environment = &environment};
        class = ask(&question, &options, store, at_ms, &error);
        environment_close(&environment);
    }
    return class ? report_error(&error) : 0;
}

const struct command command_why = {
    .name = "why",
    .summary = "what is known about a number, and why it did or did not alert",
    .operands = "NUMBER [INPUT...]",
    .example = "simsieve why 0912345678 --lists lists/ cdr-2024-12-09.csv",
    .run = why_main,
};
