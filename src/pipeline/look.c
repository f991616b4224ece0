/* SPDX-License-Identifier: Apache-2.0
 * What a shard does with rules that hold: alerts of SIM rules, edges for groups, silence for whom the allow-list
 * protects. */
#include "shard.h"

#include "simsieve/detect/sim_alert.h"

static const char *switch_name(void *owner, uint32_t switch_index)
{
    const struct shard *shard = owner;
    return names_text(shard->options->names, order_switch_name(shard->order, switch_index));
}

/* The group that a SIM belongs to by a contact; 0: none, or not known of an earlier contact (`record` NULL). */
static uint64_t group_key(const struct shard *shard, const struct rule *rule, const struct cdr *record,
                          const struct subscriber *subscriber, const struct protected_number *victim)
{
    switch (rule->group_by) {
    case GROUP_BY_PROTECTED:
        return victim ? victim->province : 0;
    case GROUP_BY_VICTIM:
        return victim ? victim->pseudonym : 0;
    case GROUP_BY_DEVICE:
        return record && shard->ordered->roles & ROLE_PLACE_A ? cdr_device(record) : 0;
    case GROUP_BY_CELL:
        return record && shard->ordered->roles & ROLE_PLACE_A ? cdr_cell_key(&record->cell) : 0;
    case GROUP_BY_TRUNK:
        return record ? record->trunk_name : 0;
    case GROUP_BY_DEALER:
        return subscriber ? subscriber->dealer : 0;
    case GROUP_BY_BATCH:
        return subscriber ? subscriber->batch : 0;
    case GROUP_BY_IDENTITY:
        return subscriber ? subscriber->identity : 0;
    default:
        return 0;
    }
}

/* What every edge of a SIM says, by the record that is being applied. */
static struct edge edge_of(const struct shard *shard, const struct line *line, uint32_t rule_index)
{
    return (struct edge){.position = shard->ordered->position,
                         .sim = line->number,
                         .first_contact_ms = line_first_contact_ms(line),
                         .rule_index = (uint16_t)rule_index};
}

/* Completes and sends an edge; `record` is NULL for an earlier contact. */
static void send(struct shard *shard, const struct rule *rule, const struct cdr *record, uint64_t other,
                 struct edge *edge)
{
    const struct protected_number *victim = lists_protected(shard->generation.lists, other);
    const struct subscriber *subscriber = shard_subscriber(shard, edge->sim);
    edge->key = group_key(shard, rule, record, subscriber, victim);
    if (!edge->key)
        return;
    if (victim) {
        edge->victim = hash_keyed(other, &shard->options->victim_key);
        edge->agency = victim->agency;
        edge->victim_province = victim->province;
    }
    edge->registered_province = subscriber ? subscriber->province : 0;
    output_edge(shard->output, edge);
}

static void send_edge(struct shard *shard, const struct line *line, const struct rule *rule,
                      uint32_t rule_index)
{
    const struct cdr *record = shard->record;
    struct edge edge = edge_of(shard, line, rule_index);
    edge.time_ms = record->time_ms;
    edge.identity = shard->ordered->identity;
    if (!identity_is_seq(edge.identity))
        edge.firing = cdr_content_hash(record);
    edge.active_province = (uint8_t)lists_cell_province(shard->generation.lists, cdr_cell_key(&record->cell));
    send(shard, rule, record, line->number == record->a ? record->b : record->a, &edge);
}

/* A SIM that has become a member brings along the contacts that made it one: its first victims are victims too. */
static void send_past_edges(struct shard *shard, const struct line *line, const struct match *match)
{
    const struct rule *rule = match->rule;
    const struct view *view = examination_view(shard->examination, rule->gate.window_ms);
    for (size_t i = view->first; i < shard->examination->count && rule->is_protected_gate; i++) {
        const struct seen *seen = &shard->examination->events[i];
        const bool is_now =
            seen->time_ms == shard->record->time_ms && seen->identity == shard->ordered->identity;
        if (!(seen->flags & EVENT_OUT) || !(seen->flags & EVENT_PROTECTED) || is_now)
            continue;
        struct edge edge = edge_of(shard, line, match->rule_index);
        edge.time_ms = seen->time_ms;
        edge.identity = seen->identity;
        edge.is_past = true;
        send(shard, rule, NULL, seen->number, &edge);
    }
}

/* Whether a SIM must not be accused; counted once an episode. */
static bool is_spared(const struct shard *shard, uint64_t number)
{
    return lists_allow(shard->generation.lists, number, shard->record->time_ms) ||
           lists_protected(shard->generation.lists, number);
}

static void raise(struct shard *shard, const struct match *match)
{
    const uint64_t number = shard->examination->line->number;
    const struct alert_context context = {.names = shard->options->names,
                                          .switch_name = switch_name,
                                          .owner = shard,
                                          .position = shard->ordered->position,
                                          .record = shard->record,
                                          .identity = shard->ordered->identity,
                                          .subscriber = shard_subscriber(shard, number)};
    struct alert *alert = sim_alert(shard->examination, match, &context);
    alert->is_near = match->is_near;
    output_alert(shard->output, alert);
}

/* A SIM that nearly meets a rule is noted once a cooldown; nobody is alerted. */
static void note_near(struct shard *shard, const struct line *line, const struct match *match)
{
    const struct episode_match episode = {.subject = line->number,
                                          .rule = match->rule->id_hash,
                                          .now_ms = line_newest_ms(line),
                                          .cooldown_ms = match->rule->cooldown_ms};
    if (!is_spared(shard, line->number) &&
        episodes_match(shard->near, partition_of(line->number), &episode) == EPISODE_RAISE)
        raise(shard, match);
}

static void note_member(struct shard *shard, struct line *line, const struct match *match)
{
    if (line->number != shard->record->a)
        return; /* it was written to, and still belongs: no contact of its own */
    if (!(line->flags & LINE_CAMPAIGN_MEMBER))
        send_past_edges(shard, line, match);
    line->flags |= LINE_CAMPAIGN_MEMBER;
    send_edge(shard, line, match->rule, match->rule_index);
}

static void matched(void *owner, const struct match *match)
{
    struct shard *shard = owner;
    struct line *line = (struct line *)(uintptr_t)shard->examination->line;
    const struct rule *rule = match->rule;
    const struct episode_match episode = {.subject = line->number,
                                          .rule = rule->id_hash,
                                          .severity = match->severity,
                                          .worse = match->worse,
                                          .now_ms = line_newest_ms(line),
                                          .cooldown_ms = rule->cooldown_ms,
                                          .is_allowed = rule->accuses && is_spared(shard, line->number)};
    if (match->is_near) {
        note_near(shard, line, match);
        return;
    }
    shard->matched |= (uint64_t)1 << match->rule_index;
    if (rule->member && !episode.is_allowed) {
        note_member(shard, line, match);
        return;
    }
    const enum episode_verdict verdict =
        episodes_match(shard->episodes, partition_of(line->number), &episode);
    line->flags |= LINE_OPEN_EPISODE;
    if (verdict == EPISODE_ALLOWED && lists_protected(shard->generation.lists, line->number))
        shard->counters.protected_subjects++;
    else if (verdict == EPISODE_ALLOWED)
        shard->counters.allowed++;
    else if (verdict == EPISODE_RAISE) {
        raise(shard, match);
        shard->counters.alerts++;
    }
}

/* Tells the group stage of rules whose members the SIM turned out not to be: it still has the contacts that the rule
 * demands, but not the rest. Contacts that are merely old say nothing. */
static void send_leaves(struct shard *shard, struct line *line, unsigned looks)
{
    const struct program *program = shard->generation.program;
    bool is_member = false, has_left = false;
    for (uint32_t i = 0; i < program->rule_count; i++) {
        const struct rule *rule = program->rules[i];
        if (!rule->member || !rule_is_looked_at(rule, looks))
            continue;
        if (shard->matched >> i & 1 || !rule_gate_holds(shard->examination, rule)) {
            is_member |= shard->matched >> i & 1;
            continue;
        }
        struct edge edge = edge_of(shard, line, i);
        edge.time_ms = shard->record->time_ms;
        edge.leaves = has_left = true;
        output_edge(shard->output, &edge);
    }
    if (has_left && !is_member)
        line->flags &= ~(unsigned)LINE_CAMPAIGN_MEMBER;
}

void shard_look(struct shard *shard, struct line *line, unsigned looks)
{
    static_assert(RULES_MAX <= 64, "a rule is a bit of shard->matched");
    struct examination *examination = shard->examination;
    const unsigned before = line->flags;
    /* It was evicted, and a late record has brought it back: what its windows end at is not known. */
    if (unlikely(state_unknown_until_ms(shard->state, line) > line_newest_ms(line))) {
        line->countdown = 1;
        return;
    }
    examination->complaints = shard->complaints;
    examination_begin(examination, shard->state, shard->generation.lists, line, line_newest_ms(line));
    shard->matched = 0;
    shard->counters.looks++;
    const uint32_t countdown =
        evaluate(examination, shard->generation.program, looks, shard->options->wants_near, matched, shard);
    if (looks & LOOK_ATTEMPTS)
        line->countdown = countdown & COUNTDOWN_MAX;
    if (before & LINE_CAMPAIGN_MEMBER)
        send_leaves(shard, line, looks);
    if (before & LINE_OPEN_EPISODE && !shard->matched &&
        !episodes_is_open(shard->episodes, partition_of(line->number), line->number, line_newest_ms(line)))
        line->flags &= ~(unsigned)LINE_OPEN_EPISODE;
}
