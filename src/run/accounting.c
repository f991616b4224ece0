/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/run/accounting.h"

#include "simsieve/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Gaps that a person is shown; the JSON has all. */
#define GAPS_SHOWN 5

void intake_add_rejects(struct intake *intake, const struct rejects *rejects)
{
    for (unsigned reason = 1; reason < REASON_COUNT; reason++)
        intake->dropped[reason] += rejects_count(rejects, (enum reason)reason);
    intake->rejects_not_kept += rejects_not_kept(rejects);
}

uint64_t intake_dropped(const struct intake *intake)
{
    uint64_t dropped = 0;
    for (unsigned reason = 1; reason < REASON_COUNT; reason++)
        dropped += intake->dropped[reason];
    return dropped;
}

/* Counters of a run are structs of nothing but 64-bit counters: sums and differences go by the word. */
static void add_words(void *sum, const void *part, size_t bytes, bool subtracts)
{
    uint64_t *to = sum;
    const uint64_t *from = part;
    for (size_t i = 0; i < bytes / sizeof(*to); i++)
        to[i] += subtracts ? -from[i] : from[i];
}

void accounting_take(struct accounting *accounting, const struct intake *intake,
                     const struct pipeline *pipeline, uint32_t shard_count, const struct program *program,
                     const struct names *names, const struct alert_tally *tally)
{
    *accounting = (struct accounting){.intake = *intake,
                                      .order = *order_counters(pipeline_order(pipeline)),
                                      .shard_count = shard_count,
                                      .pipeline = pipeline,
                                      .program = program,
                                      .names = names};
    for (uint32_t i = 0; i < shard_count; i++) {
        struct shard_counters shard;
        pipeline_shard_counters(pipeline, i, &shard);
        add_words(&accounting->shards, &shard, sizeof(shard), false);
        accounting->shard_events[i] = shard.events;
    }
    pipeline_group_counters(pipeline, &accounting->groups);
    for (size_t i = 0; i < program->rule_count; i++)
        accounting->alerts[i] = atomic_load_explicit(&tally->by_rule[i], memory_order_relaxed);
    accounting->alert_total = atomic_load_explicit(&tally->total, memory_order_relaxed);
    const struct order_counters *order = &accounting->order;
    CHECK(intake->decoded == order->applied + order->duplicates + order->late);
}

void accounting_subtract(struct accounting *later, const struct accounting *earlier)
{
    CHECK(later->program == earlier->program);
    const double seconds = later->intake.seconds - earlier->intake.seconds;
    later->intake.decoded -= earlier->intake.decoded;
    later->intake.changes -= earlier->intake.changes;
    later->intake.complaints -= earlier->intake.complaints;
    later->intake.rejects_not_kept -= earlier->intake.rejects_not_kept;
    later->intake.seconds = seconds;
    add_words(later->intake.dropped, earlier->intake.dropped, sizeof(later->intake.dropped), true);
    add_words(later->alerts, earlier->alerts, sizeof(later->alerts), true);
    add_words(later->shard_events, earlier->shard_events, sizeof(later->shard_events), true);
    later->alert_total -= earlier->alert_total;
    later->order.applied -= earlier->order.applied;
    later->order.duplicates -= earlier->order.duplicates;
    later->order.late -= earlier->order.late;
    later->order.legs_joined -= earlier->order.legs_joined;
    later->shards.allowed -= earlier->shards.allowed;
    later->shards.protected_subjects -= earlier->shards.protected_subjects;
    later->shards.untracked -= earlier->shards.untracked;
    later->shards.former_owners -= earlier->shards.former_owners;
}

static void add_dropped(struct text *json, const struct intake *intake)
{
    bool is_first = true;
    text_add(json, "\"dropped\":{");
    for (unsigned reason = 1; reason < REASON_COUNT; reason++) {
        if (!intake->dropped[reason])
            continue;
        text_add(json, "%s\"%s\":%llu", is_first ? "" : ",", reason_word((enum reason)reason),
                 (unsigned long long)intake->dropped[reason]);
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

static void add_alerts(struct text *json, const struct accounting *accounting)
{
    const struct program *program = accounting->program;
    bool is_first = true;
    text_add(json, "\"alerts\":{");
    for (size_t i = 0; i < program->rule_count; i++) {
        if (program->rules[i]->mode == MODE_OFF)
            continue;
        text_add(json, "%s\"%s\":%llu", is_first ? "" : ",", program->rules[i]->id,
                 (unsigned long long)accounting->alerts[i]);
        is_first = false;
    }
    text_add(json, "},");
}

static void add_state(struct text *json, const struct accounting *accounting)
{
    text_add(json,
             "\"allowed\":%llu,\"protected_subjects\":%llu,\"legs_joined\":%llu,\"former_owners\":%llu,",
             (unsigned long long)accounting->shards.allowed,
             (unsigned long long)accounting->shards.protected_subjects,
             (unsigned long long)accounting->order.legs_joined,
             (unsigned long long)accounting->shards.former_owners);
    text_add(json,
             "\"state\":{\"sims\":%llu,\"bytes\":%llu,\"evicted\":%llu,\"trimmed\":%llu,\"demoted\":%llu,"
             "\"untracked\":%llu},",
             (unsigned long long)accounting->shards.lines, (unsigned long long)accounting->shards.bytes_used,
             (unsigned long long)accounting->shards.state.lines_evicted,
             (unsigned long long)accounting->shards.state.blocks_trimmed,
             (unsigned long long)accounting->shards.state.contacts_demoted,
             (unsigned long long)accounting->shards.untracked);
    text_add(json, "\"shards\":[");
    for (uint32_t i = 0; i < accounting->shard_count; i++)
        text_add(json, "%s%llu", i ? "," : "", (unsigned long long)accounting->shard_events[i]);
    text_add(json, "],");
}

/* What did not fit somewhere, each under its name. */
static void add_limits(struct text *json, const struct accounting *accounting,
                       const struct sequence_report *sequences)
{
    const struct {
        const char *name;
        uint64_t count;
    } limits[] = {
        {"sims_refused", accounting->shards.state.lines_refused},
        {"events_capped", accounting->shards.state.events_capped},
        {"changes_refused", accounting->shards.changes_refused},
        {"complaints_refused", accounting->shards.complaints_refused},
        {"episodes_forgotten", accounting->shards.episodes_forgotten},
        {"groups_refused", accounting->groups.groups_refused},
        {"group_contacts_dropped", accounting->groups.contacts_dropped},
        {"legs_overwritten", accounting->order.legs_overwritten},
        {"onnet_refused", accounting->order.onnet_refused},
        {"switches_refused", sequences->switches_refused},
    };
    text_add(json, "\"limits\":{");
    for (size_t i = 0; i < ARRAY_COUNT(limits); i++)
        text_add(json, "%s\"%s\":%llu", i ? "," : "", limits[i].name, (unsigned long long)limits[i].count);
    text_add(json, "},");
}

void accounting_json(struct text *json, const struct accounting *accounting)
{
    const struct intake *intake = &accounting->intake;
    struct sequence_report report = {.gaps = malloc(SEQUENCE_GAPS_MAX * sizeof(struct sequence_gap))};
    CHECK(report.gaps);
    sequences_report(order_sequences(pipeline_order(accounting->pipeline)), &report);
    text_add(json, "{\"received\":%llu,\"decoded\":%llu,",
             (unsigned long long)(intake->decoded + intake_dropped(intake)),
             (unsigned long long)intake->decoded);
    add_dropped(json, intake);
    text_add(json, "\"changes\":%llu,\"complaints\":%llu,\"duplicates\":%llu,\"late\":%llu,\"applied\":%llu,",
             (unsigned long long)intake->changes, (unsigned long long)intake->complaints,
             (unsigned long long)accounting->order.duplicates, (unsigned long long)accounting->order.late,
             (unsigned long long)accounting->order.applied);
    add_gaps(json, &report, accounting->pipeline, accounting->names);
    add_alerts(json, accounting);
    add_state(json, accounting);
    add_limits(json, accounting, &report);
    text_add(json, "\"rejects_not_kept\":%llu,\"seconds\":", (unsigned long long)intake->rejects_not_kept);
    text_add_number(json, intake->seconds, 3);
    text_add(json, "}");
    free(report.gaps);
}

static void print_dropped(const struct intake *intake, const struct rejects *rejects)
{
    for (unsigned reason = 1; reason < REASON_COUNT; reason++) {
        const char *first = rejects ? rejects_first(rejects, (enum reason)reason) : NULL;
        if (intake->dropped[reason])
            fprintf(stderr, "  dropped %10llu  %-18s %s%s%s%s\n", (unsigned long long)intake->dropped[reason],
                    reason_word((enum reason)reason), first ? "first at " : "", first ? first : "",
                    first ? ": " : "", reason_meaning((enum reason)reason));
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

void accounting_print(const struct accounting *accounting, const struct rejects *rejects)
{
    const struct intake *intake = &accounting->intake;
    const uint64_t dropped = intake_dropped(intake);
    fprintf(stderr, "received %llu = decoded %llu + dropped %llu; applied %llu, duplicates %llu, late %llu\n",
            (unsigned long long)(intake->decoded + dropped), (unsigned long long)intake->decoded,
            (unsigned long long)dropped, (unsigned long long)accounting->order.applied,
            (unsigned long long)accounting->order.duplicates, (unsigned long long)accounting->order.late);
    if (intake->changes)
        fprintf(stderr, "  changes %10llu  of subscribers\n", (unsigned long long)intake->changes);
    if (intake->complaints)
        fprintf(stderr, "  complaints %7llu  to 156 and 5656\n", (unsigned long long)intake->complaints);
    print_dropped(intake, rejects);
    print_gaps(accounting->pipeline, accounting->names);
    for (size_t i = 0; i < accounting->program->rule_count; i++)
        if (accounting->alerts[i])
            fprintf(stderr, "  alerts  %10llu  %s\n", (unsigned long long)accounting->alerts[i],
                    accounting->program->rules[i]->id);
    if (accounting->shards.allowed || accounting->shards.protected_subjects)
        fprintf(stderr, "  spared  %10llu  by the allow-list, %llu because they are protected themselves\n",
                (unsigned long long)accounting->shards.allowed,
                (unsigned long long)accounting->shards.protected_subjects);
    fprintf(stderr, "%llu alerts, %llu SIMs in %.1f MiB, %.1f s, %.0f records/s%s\n",
            (unsigned long long)accounting->alert_total, (unsigned long long)accounting->shards.lines,
            (double)accounting->shards.bytes_used / (1 << 20), intake->seconds,
            intake->seconds > 0 ? (double)intake->decoded / intake->seconds : 0,
            intake->was_stopped ? " (stopped)" : "");
}
