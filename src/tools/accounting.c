/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/tools/accounting.h"

#include "simsieve/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Gaps that a person is shown; the JSON has all. */
#define GAPS_SHOWN 5

struct totals {
    struct order_counters order;
    struct shard_counters shards; /* sums */
};

static struct totals totals_of(const struct walk *walk, const struct pipeline *pipeline, uint32_t shard_count)
{
    struct totals totals = {.order = *order_counters(pipeline_order(pipeline))};
    for (uint32_t i = 0; i < shard_count; i++) {
        const struct shard_counters *shard = pipeline_shard_counters(pipeline, i);
        totals.shards.allowed += shard->allowed;
        totals.shards.protected_subjects += shard->protected_subjects;
        totals.shards.untracked += shard->untracked;
        totals.shards.former_owners += shard->former_owners;
        totals.shards.lines += shard->lines;
        totals.shards.bytes_used += shard->bytes_used;
        totals.shards.events += shard->events;
        totals.shards.state.lines_evicted += shard->state.lines_evicted;
        totals.shards.state.blocks_trimmed += shard->state.blocks_trimmed;
        totals.shards.state.contacts_demoted += shard->state.contacts_demoted;
    }
    CHECK(walk->decoded == totals.order.applied + totals.order.duplicates + totals.order.late);
    return totals;
}

static void add_dropped(struct text *json, const struct walk *walk)
{
    bool is_first = true;
    text_add(json, "\"dropped\":{");
    for (unsigned reason = 1; reason < REASON_COUNT; reason++) {
        const uint64_t count = rejects_count(walk->rejects, (enum reason)reason);
        if (!count)
            continue;
        text_add(json, "%s\"%s\":%llu", is_first ? "" : ",", reason_word((enum reason)reason),
                 (unsigned long long)count);
        is_first = false;
    }
    text_add(json, "},");
}

static void add_gaps(struct text *json, const struct sequence_report *report, const struct pipeline *pipeline,
                     const struct names *names)
{
    text_add(json, "\"gaps\":[");
    for (size_t i = 0; i < report->gap_count; i++) {
        const struct sequence_gap *gap = &report->gaps[i];
        const char *name = names_text(names, order_switch_name(pipeline_order(pipeline), gap->switch_index));
        text_add(json, "%s{\"switch\":", i ? "," : "");
        text_add_json(json, name, strlen(name));
        text_add(json, ",\"from\":%llu,\"to\":%llu,\"missing\":%llu}", (unsigned long long)gap->from,
                 (unsigned long long)gap->to, (unsigned long long)gap->missing);
    }
    text_add(json, "],\"missing\":%llu,\"sequence_restarts\":%llu,", (unsigned long long)report->missing,
             (unsigned long long)report->restarts);
}

static void add_alerts(struct text *json, const struct program *program, const struct alert_tally *tally)
{
    bool is_first = true;
    text_add(json, "\"alerts\":{");
    for (size_t i = 0; i < program->rule_count; i++) {
        if (program->rules[i]->mode == MODE_OFF)
            continue;
        text_add(json, "%s\"%s\":%llu", is_first ? "" : ",", program->rules[i]->id,
                 (unsigned long long)tally->by_rule[i]);
        is_first = false;
    }
    text_add(json, "},");
}

static void add_state(struct text *json, const struct totals *totals, const struct pipeline *pipeline,
                      uint32_t shard_count)
{
    text_add(
        json, "\"allowed\":%llu,\"protected_subjects\":%llu,\"legs_joined\":%llu,\"former_owners\":%llu,",
        (unsigned long long)totals->shards.allowed, (unsigned long long)totals->shards.protected_subjects,
        (unsigned long long)totals->order.legs_joined, (unsigned long long)totals->shards.former_owners);
    text_add(json,
             "\"state\":{\"sims\":%llu,\"bytes\":%llu,\"evicted\":%llu,\"trimmed\":%llu,\"demoted\":%llu,"
             "\"untracked\":%llu},",
             (unsigned long long)totals->shards.lines, (unsigned long long)totals->shards.bytes_used,
             (unsigned long long)totals->shards.state.lines_evicted,
             (unsigned long long)totals->shards.state.blocks_trimmed,
             (unsigned long long)totals->shards.state.contacts_demoted,
             (unsigned long long)totals->shards.untracked);
    text_add(json, "\"shards\":[");
    for (uint32_t i = 0; i < shard_count; i++)
        text_add(json, "%s%llu", i ? "," : "",
                 (unsigned long long)pipeline_shard_counters(pipeline, i)->events);
    text_add(json, "],");
}

void accounting_json(struct text *json, const struct walk *walk, const struct pipeline *pipeline,
                     uint32_t shard_count, const struct program *program, const struct names *names,
                     const struct alert_tally *tally)
{
    const struct totals totals = totals_of(walk, pipeline, shard_count);
    struct sequence_report report = {.gaps = malloc(SEQUENCE_GAPS_MAX * sizeof(struct sequence_gap))};
    CHECK(report.gaps);
    sequences_report(order_sequences(pipeline_order(pipeline)), &report);
    text_add(json, "{\"received\":%llu,\"decoded\":%llu,",
             (unsigned long long)(walk->decoded + rejects_total(walk->rejects)),
             (unsigned long long)walk->decoded);
    add_dropped(json, walk);
    text_add(json, "\"duplicates\":%llu,\"late\":%llu,\"applied\":%llu,",
             (unsigned long long)totals.order.duplicates, (unsigned long long)totals.order.late,
             (unsigned long long)totals.order.applied);
    add_gaps(json, &report, pipeline, names);
    add_alerts(json, program, tally);
    add_state(json, &totals, pipeline, shard_count);
    text_add(json,
             "\"rejects_not_kept\":%llu,\"seconds\":", (unsigned long long)rejects_not_kept(walk->rejects));
    text_add_number(json, walk->seconds, 3);
    text_add(json, "}");
    free(report.gaps);
}

static void print_dropped(const struct walk *walk)
{
    for (unsigned reason = 1; reason < REASON_COUNT; reason++) {
        const uint64_t count = rejects_count(walk->rejects, (enum reason)reason);
        if (count)
            fprintf(stderr, "  dropped %10llu  %-18s first at %s: %s\n", (unsigned long long)count,
                    reason_word((enum reason)reason), rejects_first(walk->rejects, (enum reason)reason),
                    reason_meaning((enum reason)reason));
    }
}

static void print_gaps(const struct pipeline *pipeline, const struct names *names)
{
    struct sequence_report report = {.gaps = malloc(SEQUENCE_GAPS_MAX * sizeof(struct sequence_gap))};
    CHECK(report.gaps);
    sequences_report(order_sequences(pipeline_order(pipeline)), &report);
    if (report.missing)
        fprintf(stderr, "  missing %10llu  by sequence numbers of their switches:\n",
                (unsigned long long)report.missing);
    for (size_t i = 0; i < report.gap_count && i < GAPS_SHOWN; i++)
        fprintf(stderr, "          %10llu  %s %llu to %llu\n", (unsigned long long)report.gaps[i].missing,
                names_text(names, order_switch_name(pipeline_order(pipeline), report.gaps[i].switch_index)),
                (unsigned long long)report.gaps[i].from, (unsigned long long)report.gaps[i].to);
    if (report.gap_count > GAPS_SHOWN)
        fprintf(stderr, "                      and %zu more gaps (--stats FILE lists them)\n",
                report.gap_count - GAPS_SHOWN);
    free(report.gaps);
}

void accounting_print(const struct walk *walk, const struct pipeline *pipeline, uint32_t shard_count,
                      const struct program *program, const struct names *names,
                      const struct alert_tally *tally)
{
    const struct totals totals = totals_of(walk, pipeline, shard_count);
    fprintf(stderr, "received %llu = decoded %llu + dropped %llu; applied %llu, duplicates %llu, late %llu\n",
            (unsigned long long)(walk->decoded + rejects_total(walk->rejects)),
            (unsigned long long)walk->decoded, (unsigned long long)rejects_total(walk->rejects),
            (unsigned long long)totals.order.applied, (unsigned long long)totals.order.duplicates,
            (unsigned long long)totals.order.late);
    print_dropped(walk);
    print_gaps(pipeline, names);
    for (size_t i = 0; i < program->rule_count; i++)
        if (tally->by_rule[i])
            fprintf(stderr, "  alerts  %10llu  %s\n", (unsigned long long)tally->by_rule[i],
                    program->rules[i]->id);
    if (totals.shards.allowed || totals.shards.protected_subjects)
        fprintf(stderr, "  spared  %10llu  by the allow-list, %llu because they are protected themselves\n",
                (unsigned long long)totals.shards.allowed,
                (unsigned long long)totals.shards.protected_subjects);
    fprintf(stderr, "%llu alerts, %llu SIMs in %.1f MiB, %.1f s, %.0f records/s%s\n",
            (unsigned long long)tally->total, (unsigned long long)totals.shards.lines,
            (double)totals.shards.bytes_used / (1 << 20), walk->seconds,
            walk->seconds > 0 ? (double)walk->decoded / walk->seconds : 0,
            walk->was_stopped ? " (stopped)" : "");
}
