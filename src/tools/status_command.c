/* SPDX-License-Identifier: Apache-2.0
 * simsieve status, simsieve feeds: what a running process says of itself, through its local socket. */
#include "simsieve/base/text.h"
#include "simsieve/control/server.h"
#include "simsieve/run/configuration.h"
#include "simsieve/tools/commands.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static const char *words_of(const json_t *object, const char *name)
{
    const char *words = json_string_value(json_object_get(object, name));
    return words ? words : "-";
}

static long long number_of(const json_t *object, const char *name)
{
    return (long long)json_number_value(json_object_get(object, name));
}

static void print_counts(const char *title, json_t *counts)
{
    for (void *at = json_object_iter(counts); at; at = json_object_iter_next(counts, at)) {
        const long long count = (long long)json_number_value(json_object_iter_value(at));
        if (count)
            printf("%-12s %12lld  %s\n", title, count, json_object_iter_key(at));
    }
}

static void print_status(const json_t *status)
{
    const json_t *accounting = json_object_get(status, "accounting");
    const json_t *state = json_object_get(accounting, "state");
    printf("%-12s %12s  since %s, generation %lld of rules and lists\n", "state", words_of(status, "state"),
           words_of(status, "started"), number_of(status, "generation"));
    if (*words_of(status, "trouble"))
        printf("%-12s %s\n", "TROUBLE", words_of(status, "trouble"));
    printf("%-12s %12s  all active sources have come so far\n", "watermark", words_of(status, "watermark"));
    printf("%-12s %12lld  = decoded %lld + dropped %lld; applied %lld, duplicates %lld, late %lld\n",
           "received", number_of(accounting, "received"), number_of(accounting, "decoded"),
           number_of(accounting, "received") - number_of(accounting, "decoded"),
           number_of(accounting, "applied"), number_of(accounting, "duplicates"),
           number_of(accounting, "late"));
    if (number_of(accounting, "changes"))
        printf("%-12s %12lld  of subscribers, beside the records\n", "changes",
               number_of(accounting, "changes"));
    if (number_of(accounting, "complaints"))
        printf("%-12s %12lld  beside the records\n", "complaints", number_of(accounting, "complaints"));
    print_counts("dropped", json_object_get(accounting, "dropped"));
    printf("%-12s %12lld  by sequence numbers of their switches\n", "missing",
           number_of(accounting, "missing"));
    if (number_of(status, "recovered") || number_of(status, "recovery_gaps"))
        printf("%-12s %12lld  after the restart; %lld places no longer there\n", "read again",
               number_of(status, "recovered"), number_of(status, "recovery_gaps"));
    printf("%-12s %12lld  in %.1f MiB, evicted %lld, untracked %lld\n", "SIMs", number_of(state, "sims"),
           json_number_value(json_object_get(state, "bytes")) / (1 << 20), number_of(state, "evicted"),
           number_of(state, "untracked"));
    print_counts("alerts", json_object_get(accounting, "alerts"));
    if (json_is_true(json_object_get(status, "store_stuck")))
        printf("%-12s %12s  alerts wait: the store does not take them\n", "TROUBLE", "store");
}

/* Of a feed or sink: why it is not well, or what the last error was. */
static void print_errors(const json_t *object)
{
    if (*words_of(object, "error"))
        printf("    ERROR since %s: %s\n", words_of(object, "error_time"), words_of(object, "error"));
    else if (*words_of(object, "last_error"))
        printf("    last error at %s: %s\n", words_of(object, "last_error_time"),
               words_of(object, "last_error"));
}

static void print_feed(const json_t *feed)
{
    const json_t *sources = json_object_get(feed, "sources");
    const bool is_up = json_number_value(json_object_get(feed, "up")) > 0;
    printf("%-20s %-7s %-8s %12lld %10lld %8lld %8lld  %s\n", words_of(feed, "name"), words_of(feed, "kind"),
           is_up ? words_of(feed, "state") : "down", number_of(feed, "decoded"), number_of(feed, "dropped"),
           number_of(feed, "lag_records"), number_of(feed, "errors"), words_of(feed, "last_record"));
    print_errors(feed);
    if (number_of(feed, "sources_elsewhere"))
        printf(
            "    %lld partitions are with other members of its group: rules on replies, groups and legs do not see "
            "them\n",
            number_of(feed, "sources_elsewhere"));
    for (size_t i = 0; i < json_array_size(sources); i++) {
        const json_t *source = json_array_get(sources, i);
        printf("    %-32s %14lld  %-6s  newest %s\n", words_of(source, "name"), number_of(source, "offset"),
               json_is_true(json_object_get(source, "is_active")) ? "active" : "idle",
               words_of(source, "newest"));
    }
}

static void print_sinks(const json_t *sinks)
{
    if (json_array_size(sinks))
        printf("\n%-20s %-8s %12s %10s %8s %8s %12s\n", "sink", "state", "delivered", "retries", "dead",
               "behind", "lag s");
    for (size_t i = 0; i < json_array_size(sinks); i++) {
        const json_t *sink = json_array_get(sinks, i);
        printf("%-20s %-8s %12lld %10lld %8lld %8lld %12lld\n", words_of(sink, "name"),
               number_of(sink, "disabled")  ? "disabled"
               : number_of(sink, "failing") ? "failing"
                                            : "well",
               number_of(sink, "delivered_alerts"), number_of(sink, "retries"),
               number_of(sink, "dead_letters"), number_of(sink, "behind_alerts"),
               number_of(sink, "lag_seconds"));
        print_errors(sink);
    }
}

static void print_feeds(const json_t *answer)
{
    const json_t *feeds = json_object_get(answer, "feeds");
    printf("%-20s %-7s %-8s %12s %10s %8s %8s  %s\n", "feed", "kind", "state", "decoded", "dropped", "lag",
           "errors", "last record");
    for (size_t i = 0; i < json_array_size(feeds); i++)
        print_feed(json_array_get(feeds, i));
    print_sinks(json_object_get(answer, "sinks"));
}

/* Asks for `page` and shows it. */
static int ask(const struct command *command, int argc, char **argv, const char *page,
               void (*print)(const json_t *answer))
{
    const char *config = NULL;
    bool is_json = false;
    const struct option_row rows[] = {
        {"-c", "FILE", "the configuration that the process runs with", OPTION_TEXT, &config, 0, 0},
        {"--json", NULL, "as the process says it", OPTION_FLAG, &is_json, 0, 0},
    };
    struct options options = {
        .command = command, .rows = rows, .row_count = ARRAY_COUNT(rows), .operand_min = 0, .operand_max = 0};
    struct run_configuration configuration;
    struct error error;
    char folder[RUN_PATH_BYTES], path[RUN_PATH_BYTES + 16], *text = NULL;
    int exit_code = 0;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    if (!config)
        return options_wrong(&options, "-c FILE is missing");
    if (run_configuration_load(&configuration, config, &error))
        return report_error(&error);
    snprintf(path, sizeof(path), "%s/simsieve.sock", run_path(&configuration, configuration.state, folder));
    run_configuration_unload(&configuration);
    if (server_ask(path, page, &text, &error))
        return report_error(&error);
    json_t *answer = is_json ? NULL : json_loads(text, 0, NULL);
    if (answer)
        print(answer);
    else
        fputs(text, stdout);
    json_decref(answer);
    free(text);
    return 0;
}

static int status_main(const struct command *command, int argc, char **argv)
{
    return ask(command, argc, argv, "/status", print_status);
}

static int feeds_main(const struct command *command, int argc, char **argv)
{
    return ask(command, argc, argv, "/feeds", print_feeds);
}

const struct command command_status = {
    .name = "status",
    .summary = "how a running process is",
    .operands = "",
    .example = "simsieve status -c /etc/simsieve/simsieve.yaml",
    .run = status_main,
};

const struct command command_feeds = {
    .name = "feeds",
    .summary = "how the feeds of a running process are, source by source",
    .operands = "",
    .example = "simsieve feeds -c /etc/simsieve/simsieve.yaml",
    .run = feeds_main,
};
