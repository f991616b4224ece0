/* SPDX-License-Identifier: Apache-2.0
 * What the rules make the program keep. The prediction is a formula over what an operator knows of his network; on
 * INPUT both sides are shown: the formula over what was counted there, and what the state really holds. */
#include "rules_parts.h"
#include "simsieve/base/text.h"
#include "simsieve/detect/evaluate.h"
#include "simsieve/state/sighting.h"
#include "simsieve/tools/replay.h"

#include <stdio.h>

/* A line, and a 128th of a line that lists it. */
#define LINE_COST (64.0 + 64.0 / 128 * 1.5)

/* A bucket of 64 bytes holds 4 to 8 SIMs, as its array doubles: 5.77 in the mean (4 / ln 2). */
#define INDEX_COST (64 / 5.77)

/* Each partition has a run of lines that is half full, its first bucket and its directory. */
#define PARTITION_COST (256.0 + 64 + 64)

/* Events behind the one in the line: three a block, the newest block half full and the oldest half expired. */
#define EVENT_COST        (64.0 / 3)
#define CHAIN_ENDS_COST   64.0
#define SIGHTING_COST     (64.0 / 5)
#define SIGHTING_END_COST 32.0

/* What there is to keep. */
struct load {
    double partitions;
    double sims, chains, events, sighting_chains, sightings; /* events, sightings: beyond what a line holds */
};

static double predict(const struct load *load)
{
    return load->partitions * PARTITION_COST + load->sims * (LINE_COST + INDEX_COST) +
           load->events * EVENT_COST + load->chains * CHAIN_ENDS_COST / 2 + load->sightings * SIGHTING_COST +
           load->sighting_chains * SIGHTING_END_COST;
}

struct count {
    struct state *state;
    struct load load;
};

static void count_one(void *owner, uint64_t key, int64_t time_ms)
{
    struct load *load = owner;
    (void)key;
    (void)time_ms;
    load->sightings++;
}

static bool count_line(void *owner, struct line *line)
{
    struct count *count = owner;
    struct load *load = &count->load;
    load->sims++;
    load->chains += line->tail != 0;
    load->sighting_chains += line->sightings != 0;
    if (line->tail)
        load->events += line->event_count - (line->newest_event.words[0] || line->newest_event.words[1]);
    for (unsigned kind = SIGHTING_CONTACT; kind <= SIGHTING_DEVICE; kind++)
        sighting_each(count->state, line, (enum sighting_kind)kind, 0, count_one, load);
    return true;
}

static void print_load(const char *what, double bytes, double sims)
{
    printf("%-44s %14.0f bytes %10.1f a SIM\n", what, bytes, sims > 0 ? bytes / sims : 0);
}

static void print_measured(struct pipeline *pipeline, uint32_t shard_count)
{
    struct count count = {0};
    double used = 0;
    for (uint32_t shard = 0; shard < shard_count; shard++) {
        count.state = pipeline_state(pipeline, shard);
        struct shard_counters counters;
        pipeline_shard_counters(pipeline, shard, &counters);
        used += (double)counters.bytes_used;
        for (uint32_t partition = 0; partition < PARTITION_COUNT; partition++)
            count.load.partitions += count.state->partitions[partition].lines_taken > 0;
        for (uint32_t partition = 0; partition < PARTITION_COUNT; partition++)
            state_each_line(count.state, partition, count_line, &count);
    }
    const struct load *load = &count.load;
    printf("\non the input: %.0f SIMs, %.0f events kept beyond one each, %.0f contacts and places\n",
           load->sims, load->events, load->sightings);
    print_load("lines and their index",
               load->partitions * PARTITION_COST + load->sims * (LINE_COST + INDEX_COST), load->sims);
    print_load("events", load->events * EVENT_COST + load->chains * CHAIN_ENDS_COST / 2, load->sims);
    print_load("contacts and places",
               load->sightings * SIGHTING_COST + load->sighting_chains * SIGHTING_END_COST, load->sims);
    print_load("predicted", predict(load), load->sims);
    print_load("measured", used, load->sims);
    printf("difference %+.1f %%\n", used > 0 ? 100 * (predict(load) - used) / used : 0);
}

static void print_rules(const struct program *program)
{
    char buffer[64];
    printf("%-28s %-8s %-12s %s\n", "rule", "status", "events kept", "looked at once");
    for (size_t i = 0; i < program->rule_count; i++) {
        const struct rule *rule = program->rules[i];
        char gate[256];
        struct text text = text_over(buffer, sizeof(buffer)), gate_text = text_over(gate, sizeof(gate));
        int64_t window_ms = 0;
        for (size_t k = 0; k < rule->condition_count; k++)
            if (rule->conditions[k].measure && rule->conditions[k].window_ms > window_ms)
                window_ms = rule->conditions[k].window_ms;
        text_add_duration(&text, window_ms);
        condition_format(&gate_text, rule, &rule->gate);
        printf("%-28s %-8s %-12s %s\n", rule->id, alert_mode_name(rule->mode), buffer, gate);
    }
}

/* A SIM of which events are kept for so long. */
static double sim_bytes(const struct program *program, int64_t horizon_ms, double events_a_day,
                        double contacts, double places)
{
    const double events =
        events_a_day * (double)horizon_ms / (double)DAY_MS * (program->keeps_incoming ? 1 : 0.5);
    const struct load load = {.sims = 1,
                              .chains = events > 1,
                              .events = events > 1 ? events - 1 : 0,
                              .sighting_chains = program->keeps_contacts || program->keeps_places,
                              .sightings = (program->keeps_contacts ? contacts : 0) +
                                           (program->keeps_places ? places : 0)};
    return predict(&load);
}

static void print_formula(const struct program *program, double events_a_day, double contacts, double places)
{
    char buffer[64], young[64];
    struct text horizon = text_over(buffer, sizeof(buffer)), young_horizon = text_over(young, sizeof(young));
    text_add_duration(&horizon, program->old_horizon_ms);
    text_add_duration(&young_horizon, program->horizon_ms);
    printf(
        "\nkept of each SIM: a line of 64 bytes and its index (%.0f), %.1f bytes for each event of the last %s",
        INDEX_COST, EVENT_COST, horizon.data);
    if (program->horizon_ms > program->old_horizon_ms)
        printf(" (%s for young SIMs)", young);
    if (program->keeps_contacts || program->keeps_places)
        printf(",\n%.1f bytes for each %s%s%s of the last 30 days", SIGHTING_COST,
               program->keeps_contacts ? "contact" : "",
               program->keeps_contacts && program->keeps_places ? " and " : "",
               program->keeps_places ? "cell or device" : "");
    printf("\na SIM with %.0f events a day, %.0f contacts and %.0f places in 30 days: %.0f bytes",
           events_a_day, contacts, places,
           sim_bytes(program, program->old_horizon_ms, events_a_day, contacts, places));
    if (program->horizon_ms > program->old_horizon_ms)
        printf("; a young one %.0f", sim_bytes(program, program->horizon_ms, events_a_day, contacts, places));
    printf("\n");
}

static enum error_class forget_alert(void *owner, struct alert *alert, struct error *error)
{
    (void)owner;
    (void)error;
    alert_destroy(alert);
    return ERROR_OK;
}

static enum error_class measure(const struct environment *environment, const struct options *options,
                                struct error *error)
{
    const struct replay_options replay_options = {.environment = environment,
                                                  .paths = options->operands,
                                                  .path_count = options->operand_count,
                                                  .shard_count = replay_default_shards(),
                                                  .lateness_ms = REPLAY_LATENESS_MS,
                                                  .shows_progress = true,
                                                  .deliver = forget_alert};
    struct replay replay;
    struct error later;
    enum error_class class = replay_open(&replay, &replay_options, error);
    if (class)
        return class;
    class = replay_run(&replay, error);
    if (!class)
        class = walk_judge(&replay.walk, error);
    if (!class)
        print_measured(replay.pipeline, replay_options.shard_count);
    replay_close(&replay, &later);
    return class;
}

int rules_cost(const struct command *command, int argc, char **argv)
{
    const char *rules = NULL, *lists = NULL;
    uint64_t events = 10, contacts = 30, places = 6;
    const struct option_row rows[] = {
        {"--rules", "DIR", "rule files (default: those that ship with the product)", OPTION_TEXT, &rules, 0,
         0},
        {"--lists", "DIR", "lists, for the run over INPUT", OPTION_TEXT, &lists, 0, 0},
        {"--events", "N", "calls and SMS of a SIM and day, both directions (10)", OPTION_COUNT, &events, 0,
         100000},
        {"--contacts", "N", "contacts of a SIM in 30 days (30)", OPTION_COUNT, &contacts, 0, 100000},
        {"--places", "N", "cells and devices of a SIM in 30 days (6)", OPTION_COUNT, &places, 0, 100000},
    };
    struct options options = {
        .command = command, .rows = rows, .row_count = ARRAY_COUNT(rows), .operand_max = SIZE_MAX};
    struct environment environment;
    struct error error;
    int exit_code = 0;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    enum error_class class = environment_open(&environment, lists, rules, &error);
    if (!class) {
        print_rules(environment.program);
        print_formula(environment.program, (double)events, (double)contacts, (double)places);
        if (options.operand_count)
            class = measure(&environment, &options, &error);
        environment_close(&environment);
    }
    return class ? report_error(&error) : 0;
}
