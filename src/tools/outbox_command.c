/* SPDX-License-Identifier: Apache-2.0
 * simsieve outbox: how far the sinks of a store are, and what becomes of their dead letters. Works beside a running
 * process, which looks once a second. */
#include "simsieve/base/calendar.h"
#include "simsieve/base/text.h"
#include "simsieve/sink/outbox.h"
#include "simsieve/tools/commands.h"

#include <stdio.h>
#include <string.h>

struct request {
    const char *store, *sink, *alert;
    bool forgets;
};

/* "2024-12-09T08:15:30" of a wall clock, "-" for never. */
static const char *format_time(int64_t time_ms, char buffer[static CALENDAR_TEXT_BYTES])
{
    if (time_ms == 0)
        return "-";
    calendar_format(time_ms, buffer);
    buffer[strlen("YYYY-MM-DDThh:mm:ss")] = 0;
    return buffer;
}

static bool print_sink(void *owner, const struct outbox_sink *sink)
{
    const struct request *request = owner;
    char time[CALENDAR_TEXT_BYTES];
    if (request->sink && strcmp(request->sink, sink->name) != 0)
        return true;
    printf("%-28s %10llu %8llu %-19s %10llu %7llu %7llu %7llu\n", sink->name,
           (unsigned long long)sink->delivered, (unsigned long long)sink->behind,
           format_time(sink->oldest_wall_ms, time), (unsigned long long)sink->refused,
           (unsigned long long)sink->dead_letters, (unsigned long long)sink->due,
           (unsigned long long)sink->expired);
    if (sink->disabled)
        printf("    disabled: %s; 'simsieve outbox resend --sink %s' serves it again\n", sink->disabled,
               sink->name);
    return true;
}

static bool print_letter(void *owner, const struct outbox_letter *letter)
{
    char time[CALENDAR_TEXT_BYTES], refused[CALENDAR_TEXT_BYTES];
    (void)owner;
    printf("%s  %s  %s  of %s, refused %s, %llu times%s: %s\n", letter->id, letter->sink, letter->rule,
           format_time(letter->time_ms, time), format_time(letter->refused_wall_ms, refused),
           (unsigned long long)letter->attempts, letter->is_due ? ", to be sent again" : "", letter->reason);
    return true;
}

static enum error_class list(const struct request *request, struct error *error)
{
    struct request copy = *request;
    struct store *store = store_open_readonly(request->store, error);
    if (!store)
        return error->class;
    printf("%-28s %10s %8s %-19s %10s %7s %7s %7s\n", "sink", "delivered", "behind", "oldest since",
           "refused", "letters", "due", "expired");
    enum error_class class = outbox_each_sink(store, print_sink, &copy, error);
    if (!class)
        class = outbox_each_letter(store, request->sink, print_letter, NULL, error);
    store_close(store);
    return class;
}

/* Opens an existing store for writing: store_open would make one where the name is mistyped. */
static struct store *open_existing(const char *path, struct error *error)
{
    struct store *store = store_open_readonly(path, error);
    if (!store)
        return NULL;
    store_close(store);
    return store_open(path, error);
}

static enum error_class change(const struct request *request,
                               enum error_class (*act)(struct store *store, const char *sink, const char *id,
                                                       uint64_t *count, struct error *error),
                               const char *done, struct error *error)
{
    uint64_t count = 0;
    struct store *store = open_existing(request->store, error);
    if (!store)
        return error->class;
    const enum error_class class = act(store, request->sink, request->alert, &count, error);
    store_close(store);
    if (!class)
        printf("%llu dead letter%s %s\n", (unsigned long long)count, count == 1 ? "" : "s", done);
    return class;
}

static enum error_class resend(const struct request *request, struct error *error)
{
    return change(request, outbox_resend, "to be sent again", error);
}

static enum error_class forget_sink(struct store *store, const char *sink, const char *id, uint64_t *count,
                                    struct error *error)
{
    const enum error_class class = outbox_drop(store, sink, id, count, error);
    uint64_t sink_count;
    return class ? class : outbox_forget(store, sink, &sink_count, error);
}

static enum error_class drop(const struct request *request, struct error *error)
{
    return change(request, request->forgets ? forget_sink : outbox_drop, "dropped", error);
}

static const struct verb {
    const char *name;
    enum error_class (*run)(const struct request *request, struct error *error);
} verbs[] = {{"list", list}, {"resend", resend}, {"drop", drop}};

/* What is wrong with the request, NULL for nothing. */
static const char *fault_of(const struct request *request, const struct verb *verb)
{
    if (!request->store)
        return "--store FILE is missing";
    if (verb->run == drop && !request->sink && !request->alert)
        return "drop wants --sink or --alert: what is dropped is not sent any more";
    if (request->forgets && (verb->run != drop || !request->sink || request->alert))
        return "--forget belongs to drop --sink NAME";
    if (verb->run == list && request->alert)
        return "--alert belongs to resend and drop";
    return NULL;
}

static int outbox_main(const struct command *command, int argc, char **argv)
{
    struct request request = {0};
    const struct option_row rows[] = {
        {"--store", "FILE", "store of alerts", OPTION_TEXT, &request.store, 0, 0},
        {"--sink", "NAME", "of one sink, as list names it (default: all)", OPTION_TEXT, &request.sink, 0, 0},
        {"--alert", "ID", "resend, drop: one alert (default: all)", OPTION_TEXT, &request.alert, 0, 0},
        {"--forget", NULL, "drop: forget the sink too, which is no longer configured", OPTION_FLAG,
         &request.forgets, 0, 0},
    };
    struct options options = {
        .command = command, .rows = rows, .row_count = ARRAY_COUNT(rows), .operand_min = 1, .operand_max = 1};
    struct error error;
    int exit_code = 0;
    if (!options_parse(&options, argc, argv, &exit_code))
        return exit_code;
    const char *word = options.operands[0];
    size_t index = 0;
    while (index < ARRAY_COUNT(verbs) && strcmp(verbs[index].name, word) != 0)
        index++;
    if (index == ARRAY_COUNT(verbs))
        return options_wrong(&options, "'%s' is no subcommand; there are list, resend, drop", word);
    const char *fault = fault_of(&request, &verbs[index]);
    if (fault)
        return options_wrong(&options, "%s", fault);
    return verbs[index].run(&request, &error) ? report_error(&error) : 0;
}

const struct command command_outbox = {
    .name = "outbox",
    .summary = "how far the sinks of a run are, and what they refused",
    .operands = "list|resend|drop",
    .example = "simsieve outbox list --store /var/lib/simsieve/store.db",
    .run = outbox_main,
};
