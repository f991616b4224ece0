/* SPDX-License-Identifier: Apache-2.0
 * How a run is, for others: /status and /feeds as JSON, /metrics as OpenMetrics 1.0, the accounting for the store. */
#include "run_parts.h"

#include "simsieve/base/calendar.h"
#include "simsieve/base/clock.h"
#include "simsieve/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOCUMENT_BYTES (4u << 20)
#define PERIOD_S       3600.0 /* of one row of accounting */
#define PREFIX         "simsieve_"

struct figures {
    const struct run *run;
    const struct accounting *accounting;
    struct position_log_counters positions;
    uint64_t now_ns;
    int64_t now_wall_ms, watermark_ms;

    /* Whom a metric with a scope is about. */
    const struct run_feed *feed;
    const struct sink_health *sink;
    uint32_t shard;
    enum reason reason;
    size_t rule;
};

void run_account(const struct run *run, struct accounting *accounting)
{
    struct alert_tally tally = {0};
    struct intake intake = {.seconds = (double)(clock_monotonic_ns() - run->started_ns) / 1e9,
                            .was_stopped = run->is_stopping};
    for (size_t i = 0; i < run->feed_count; i++) {
        intake.decoded += run->feeds[i].decoded;
        intake.changes += run->feeds[i].changes;
        intake.complaints += run->feeds[i].complaints;
        intake_add_rejects(&intake, run->feeds[i].rejects);
    }
    for (size_t i = 0; i < run->program->rule_count; i++)
        tally.by_rule[i] = run_alerts_of(&run->alerts, run->program->rules[i]->id);
    tally.total = atomic_load_explicit(&run->alerts.raised, memory_order_relaxed);
    accounting_take(accounting, &intake, run->pipeline, run->options.shard_count, run->program,
                    run->options.names, &tally);
}

/* ---- OpenMetrics ---- */

enum metric_scope { SCOPE_RUN, SCOPE_FEED, SCOPE_SINK, SCOPE_SHARD, SCOPE_REASON, SCOPE_RULE, SCOPE_COUNT };

static const char *const scope_labels[SCOPE_COUNT] = {
    [SCOPE_RUN] = "",        [SCOPE_FEED] = "feed",     [SCOPE_SINK] = "sink",
    [SCOPE_SHARD] = "shard", [SCOPE_REASON] = "reason", [SCOPE_RULE] = "rule",
};

#define METRIC(scope, name, type, meaning, value)          \
    static double value_of_##name(const struct figures *f) \
    {                                                      \
        return (double)(value);                            \
    }
#include "metrics.def"
#undef METRIC

static const struct metric {
    enum metric_scope scope;
    const char *name, *type, *meaning;
    double (*value)(const struct figures *f);
} metrics[] = {
#define METRIC(scope, name, type, meaning, value) {SCOPE_##scope, #name, #type, meaning, value_of_##name},
#include "metrics.def"
#undef METRIC
};

bool run_metric_at(size_t index, const char **name, const char **type, const char **label,
                   const char **meaning)
{
    if (index >= ARRAY_COUNT(metrics))
        return false;
    *name = metrics[index].name;
    *type = metrics[index].type;
    *label = scope_labels[metrics[index].scope];
    *meaning = metrics[index].meaning;
    return true;
}

/* Makes the `index`th of a scope the one that a metric is about, and names it; NULL past the last. */
static const char *choose(struct figures *f, enum metric_scope scope, size_t index, struct sink_health *sink,
                          char name[static 16])
{
    const struct run *run = f->run;
    switch (scope) {
    case SCOPE_FEED:
        f->feed = &run->feeds[index];
        return index < run->feed_count ? f->feed->configuration->name : NULL;
    case SCOPE_SINK:
        f->sink = sink;
        return run->alerts.outbox && outbox_health(run->alerts.outbox, index, sink) ? sink->name : NULL;
    case SCOPE_SHARD:
        f->shard = (uint32_t)index;
        snprintf(name, 16, "%u", f->shard);
        return index < run->options.shard_count ? name : NULL;
    case SCOPE_REASON:
        f->reason = (enum reason)(index + 1);
        return f->reason < REASON_COUNT ? reason_word(f->reason) : NULL;
    case SCOPE_RULE:
        f->rule = index;
        return index < run->program->rule_count ? run->program->rules[index]->id : NULL;
    default:
        return index ? NULL : "";
    }
}

static void add_metric(struct text *text, const struct metric *metric, const struct figures *figures)
{
    struct figures f = *figures;
    struct sink_health sink;
    const bool is_counter = strcmp(metric->type, "counter") == 0;
    const char *label = scope_labels[metric->scope], *name;
    char buffer[16];
    text_add(text, "# TYPE " PREFIX "%s %s\n# HELP " PREFIX "%s %s\n", metric->name, metric->type,
             metric->name, metric->meaning);
    for (size_t i = 0; (name = choose(&f, metric->scope, i, &sink, buffer)); i++) {
        text_add(text, PREFIX "%s%s", metric->name, is_counter ? "_total" : "");
        if (*label)
            text_add(text, "{%s=\"%s\"}", label, name);
        text_add(text, " ");
        text_add_number(text, metric->value(&f), 3);
        text_add(text, "\n");
    }
}

static void add_metrics(struct text *text, const struct figures *figures)
{
    for (size_t i = 0; i < ARRAY_COUNT(metrics); i++)
        add_metric(text, &metrics[i], figures);
    text_add(text, "# EOF\n");
}

/* ---- status and feeds ---- */

static void add_time(struct text *json, const char *name, int64_t time_ms)
{
    char buffer[CALENDAR_TEXT_BYTES];
    if (time_ms)
        text_add(json, "\"%s\":\"%s\",", name, calendar_format(time_ms, buffer));
    else
        text_add(json, "\"%s\":null,", name);
}

static void add_words(struct text *json, const char *name, const char *words)
{
    text_add(json, "\"%s\":", name);
    text_add_json(json, words, strlen(words));
    text_add(json, ",");
}

static void add_status(struct text *json, const struct figures *figures)
{
    const struct run *run = figures->run;
    text_add(json, "{");
    add_words(json, "state", run->is_recovering ? "recovering" : run->is_stopping ? "stopping" : "live");
    add_words(json, "trouble", run->trouble);
    add_time(json, "started", run->started_wall_ms);
    add_time(json, "watermark", figures->watermark_ms);
    text_add(json, "\"uptime_seconds\":");
    text_add_number(json, (double)(figures->now_ns - run->started_ns) / 1e9, 0);
    text_add(json, ",\"generation\":%llu,\"recovered\":%llu,\"recovery_gaps\":%llu,",
             (unsigned long long)run->generation, (unsigned long long)run->recovered,
             (unsigned long long)run->lost_before);
    text_add(json, "\"alerts_stored\":%llu,\"store_stuck\":%s,\"accounting\":",
             (unsigned long long)atomic_load_explicit(&run->alerts.stored, memory_order_relaxed),
             atomic_load_explicit(&run->alerts.is_stuck, memory_order_relaxed) ? "true" : "false");
    accounting_json(json, figures->accounting);
    text_add(json, "}\n");
}

static const char *const phase_names[RUN_FEED_PHASE_COUNT] = {[RUN_FEED_WAITS] = "waits",
                                                              [RUN_FEED_LIVE] = "live",
                                                              [RUN_FEED_ENDED] = "ended",
                                                              [RUN_FEED_FAILED] = "failed"};

static void add_sources(struct text *json, const struct run *run, const struct run_feed *feed)
{
    char buffer[CALENDAR_TEXT_BYTES];
    text_add(json, "\"sources\":[");
    for (size_t i = 0; i < feed->source_count; i++) {
        const struct run_source *source = &feed->sources[i];
        const int64_t newest_ms = order_newest_ms(pipeline_order(run->pipeline), source->id);
        text_add(json, "%s{\"name\":", i ? "," : "");
        text_add_json(json, source->name, strlen(source->name));
        text_add(json, ",\"offset\":%llu,\"skip\":%u,\"is_active\":%s,\"newest\":%s%s%s}",
                 (unsigned long long)source->end.offset, source->end.skip,
                 source->is_active ? "true" : "false", newest_ms ? "\"" : "",
                 newest_ms ? calendar_format(newest_ms, buffer) : "null", newest_ms ? "\"" : "");
    }
    text_add(json, "]");
}

/* The metrics of one feed or sink as members; `prefix_bytes` of their names are left out. */
static void add_figures(struct text *json, const struct figures *figures, enum metric_scope scope,
                        size_t prefix_bytes)
{
    for (size_t i = 0; i < ARRAY_COUNT(metrics); i++) {
        if (metrics[i].scope != scope)
            continue;
        text_add(json, "\"%s\":", metrics[i].name + prefix_bytes);
        text_add_number(json, metrics[i].value(figures), 3);
        text_add(json, ",");
    }
}

static void add_errors(struct text *json, const char *present, int64_t since_ms, const char *last,
                       int64_t last_ms)
{
    add_words(json, "error", present);
    add_time(json, "error_time", since_ms);
    add_words(json, "last_error", last);
    add_time(json, "last_error_time", last_ms);
}

static void add_feed(struct text *json, const struct figures *figures)
{
    const struct run_feed *feed = figures->feed;
    struct feed_error present, last;
    feed_health_errors(&feed->health, &present, &last);
    text_add(json, "{");
    add_words(json, "name", feed->configuration->name);
    add_words(json, "kind", feed->configuration->kind->name);
    add_words(json, "state", phase_names[feed->phase]);
    add_errors(json, present.text, present.since_wall_ms, last.text, last.told_wall_ms);
    add_time(json, "last_record",
             atomic_load_explicit(&feed->health.last_record_wall_ms, memory_order_relaxed));
    text_add(json, "\"decoded\":%llu,\"changes\":%llu,\"complaints\":%llu,\"dropped\":%llu,",
             (unsigned long long)feed->decoded, (unsigned long long)feed->changes,
             (unsigned long long)feed->complaints, (unsigned long long)rejects_total(feed->rejects));
    add_figures(json, figures, SCOPE_FEED, strlen("feed_"));
    add_sources(json, figures->run, feed);
    text_add(json, "}");
}

static void add_feeds(struct text *json, const struct figures *figures)
{
    struct figures f = *figures;
    struct sink_health sink;
    char buffer[16];
    const char *name;
    text_add(json, "{\"feeds\":[");
    for (size_t i = 0; choose(&f, SCOPE_FEED, i, &sink, buffer); i++) {
        text_add(json, "%s", i ? "," : "");
        add_feed(json, &f);
    }
    text_add(json, "],\"sinks\":[");
    for (size_t i = 0; (name = choose(&f, SCOPE_SINK, i, &sink, buffer)); i++) {
        text_add(json, "%s{", i ? "," : "");
        add_figures(json, &f, SCOPE_SINK, strlen("sink_"));
        const bool is_ill = sink.is_failing || sink.is_disabled;
        add_errors(json, is_ill ? sink.error : "", is_ill ? sink.error_wall_ms : 0, sink.error,
                   sink.last_error_wall_ms);
        add_words(json, "name", name);
        json->data[json->length - 1] = '}'; /* instead of the last comma */
    }
    text_add(json, "]}\n");
}

static void publish(struct run *run, const char *path, const char *content_type,
                    void (*add)(struct text *text, const struct figures *figures),
                    const struct figures *figures)
{
    if (!run->document)
        run->document = malloc(DOCUMENT_BYTES);
    CHECK(run->document);
    struct text text = text_over(run->document, DOCUMENT_BYTES);
    add(&text, figures);
    if (!text.is_cut) /* with thousands of sources: better the last whole one than half of this one */
        server_publish(run->server, path, content_type, text.data, text.length);
}

void run_show(struct run *run)
{
    struct accounting accounting;
    run_account(run, &accounting);
    const struct figures figures = {.run = run,
                                    .accounting = &accounting,
                                    .positions = position_log_counters(run->positions),
                                    .now_ns = clock_monotonic_ns(),
                                    .now_wall_ms = clock_wall_ms(),
                                    .watermark_ms = run_watermark(run)};
    publish(run, "/status", "application/json", add_status, &figures);
    publish(run, "/feeds", "application/json", add_feeds, &figures);
    publish(run, "/metrics", "application/openmetrics-text; version=1.0.0; charset=utf-8", add_metrics,
            &figures);
}

/* ---- books ---- */

void run_open_book(struct run *run)
{
    run_account(run, &run->book);
    run->book_first_ms = run->book.order.last_ms;
    run->book_number++;
}

void run_book(struct run *run)
{
    struct accounting now;
    char name[64], *json = malloc(ACCOUNTING_JSON_BYTES);
    CHECK(json);
    run_account(run, &now);
    const bool is_over = now.intake.seconds - run->book.intake.seconds > PERIOD_S;
    struct accounting period = now;
    accounting_subtract(&period, &run->book);
    struct text text = text_over(json, ACCOUNTING_JSON_BYTES);
    accounting_json(&text, &period);
    snprintf(name, sizeof(name), "run-%lld-%llu", (long long)run->started_wall_ms,
             (unsigned long long)run->book_number);
    if (now.order.last_ms && period.intake.decoded + intake_dropped(&period.intake))
        keeper_book(run->keeper, name, run->book_first_ms ? run->book_first_ms : now.order.first_ms,
                    now.order.last_ms, text.data);
    free(json);
    if (is_over)
        run_open_book(run);
}
