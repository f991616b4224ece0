/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/detect/groups.h"

#include "counted_set.h"
#include "group_alert.h"
#include "simsieve/base/hash.h"

#include <stdlib.h>
#include <string.h>

struct groups {
    const struct program *program;
    struct group *of_rule[RULES_MAX]; /* the groups of each rule, linked */
    struct group **slots;             /* open addressing; GROUPS_MAX is half of it */
    uint32_t count;
    struct groups_counters counters;
};

#define SLOTS (2u * GROUPS_MAX)

struct groups *groups_create(const struct program *program)
{
    struct groups *groups = calloc(1, sizeof(*groups));
    CHECK(groups);
    groups->program = program;
    groups->slots = calloc(SLOTS, sizeof(groups->slots[0]));
    CHECK(groups->slots);
    return groups;
}

static void group_destroy(struct group *group)
{
    counted_set_fini(&group->sims);
    counted_set_fini(&group->victims);
    counted_set_fini(&group->agencies);
    counted_set_fini(&group->reported);
    free(group->contacts);
    free(group);
}

void groups_destroy(struct groups *groups)
{
    if (!groups)
        return;
    for (uint32_t i = 0; i < SLOTS; i++)
        if (groups->slots[i])
            group_destroy(groups->slots[i]);
    free(groups->slots);
    free(groups);
}

static uint32_t slot_of(const struct groups *groups, uint16_t rule_index, uint64_t key)
{
    uint32_t slot = (uint32_t)hash_fixed(key ^ (uint64_t)rule_index << 56) % SLOTS;
    for (; groups->slots[slot]; slot = (slot + 1) % SLOTS)
        if (groups->slots[slot]->key == key && groups->slots[slot]->rule_index == rule_index)
            break;
    return slot;
}

static void file(struct groups *groups, uint32_t slot, struct group *group)
{
    groups->slots[slot] = group;
    group->next_of_rule = groups->of_rule[group->rule_index];
    groups->of_rule[group->rule_index] = group;
    groups->count++;
}

/* Files every group anew that goes on; the others are gone. */
static void refile(struct groups *groups, int64_t now_ms,
                   bool (*goes_on)(const struct groups *groups, struct group *group, int64_t now_ms))
{
    struct group **old = groups->slots;
    groups->slots = calloc(SLOTS, sizeof(groups->slots[0]));
    CHECK(groups->slots);
    memset(groups->of_rule, 0, sizeof(groups->of_rule));
    groups->count = 0;
    for (uint32_t i = 0; i < SLOTS; i++) {
        struct group *group = old[i];
        if (!group)
            continue;
        if (goes_on(groups, group, now_ms))
            file(groups, slot_of(groups, group->rule_index, group->key), group);
        else
            group_destroy(group);
    }
    free(old);
}

/* Nothing has happened in a group for its window and cooldown: nobody would miss it. */
static bool is_not_quiet(const struct groups *groups, struct group *group, int64_t now_ms)
{
    const int64_t quiet_ms = now_ms - group->newest_ms;
    (void)groups;
    return quiet_ms <= group->rule->window_ms || quiet_ms <= group->rule->cooldown_ms;
}

/* The index of the rule that goes on as `rule`; RULES_MAX when none does. */
static uint16_t successor(const struct program *program, const struct rule *rule)
{
    for (uint16_t i = 0; i < program->rule_count; i++) {
        const struct rule *next = program->rules[i];
        if (next->id_hash == rule->id_hash && next->group_by == rule->group_by &&
            next->window_ms == rule->window_ms)
            return i;
    }
    return RULES_MAX;
}

static bool has_successor(const struct groups *groups, struct group *group, int64_t now_ms)
{
    (void)now_ms;
    group->rule_index = successor(groups->program, group->rule);
    if (group->rule_index == RULES_MAX)
        return false;
    group->rule = groups->program->rules[group->rule_index];
    return true;
}

void groups_adopt(struct groups *groups, const struct program *program)
{
    groups->program = program;
    refile(groups, 0, has_successor);
}

static struct group *find_or_make(struct groups *groups, const struct edge *edge)
{
    uint32_t slot = slot_of(groups, edge->rule_index, edge->key);
    if (groups->slots[slot])
        return groups->slots[slot];
    if (groups->count >= GROUPS_MAX) {
        refile(groups, edge->time_ms, is_not_quiet);
        slot = slot_of(groups, edge->rule_index, edge->key);
    }
    if (groups->count >= GROUPS_MAX) {
        groups->counters.groups_refused++;
        return NULL;
    }
    struct group *group = calloc(1, sizeof(*group));
    CHECK(group);
    group->rule = groups->program->rules[edge->rule_index];
    group->rule_index = edge->rule_index;
    group->key = edge->key;
    file(groups, slot, group);
    return group;
}

static struct group_contact *contact_at(const struct group *group, uint32_t index)
{
    return &group->contacts[(group->first + index) & (group->capacity - 1)];
}

static void drop_first(struct group *group)
{
    const struct group_contact *contact = contact_at(group, 0);
    if (contact->sim) { /* else its SIM has left */
        counted_set_remove(&group->sims, contact->sim);
        if (contact->victim)
            counted_set_remove(&group->victims, contact->victim);
        if (contact->agency)
            counted_set_remove(&group->agencies, contact->agency);
        group->live--;
    }
    group->first = (group->first + 1) & (group->capacity - 1);
    group->count--;
}

static void make_room(struct groups *groups, struct group *group)
{
    if (group->count < group->capacity)
        return;
    if (group->capacity == GROUP_CONTACTS_MAX) {
        groups->counters.contacts_dropped++;
        drop_first(group);
        return;
    }
    const uint32_t capacity = group->capacity ? 2 * group->capacity : 8;
    struct group_contact *contacts = malloc(capacity * sizeof(*contacts));
    CHECK(contacts);
    for (uint32_t i = 0; i < group->count; i++)
        contacts[i] = *contact_at(group, i);
    free(group->contacts);
    group->contacts = contacts;
    group->capacity = capacity;
    group->first = 0;
}

/* The place of a contact in the order of times: contacts come nearly in order, each late one moves the few younger. */
static struct group_contact *insert_contact(struct group *group, int64_t time_ms)
{
    uint32_t at = group->count++;
    for (; at > 0 && contact_at(group, at - 1)->time_ms > time_ms; at--)
        *contact_at(group, at) = *contact_at(group, at - 1);
    return contact_at(group, at);
}

static void add_contact(struct groups *groups, struct group *group, const struct edge *edge)
{
    if (edge->time_ms > group->newest_ms)
        group->newest_ms = edge->time_ms;
    const int64_t since_ms = group->newest_ms - group->rule->window_ms;
    while (group->count > 0 && contact_at(group, 0)->time_ms <= since_ms)
        drop_first(group);
    if (edge->time_ms <= since_ms)
        return;
    make_room(groups, group);
    *insert_contact(group, edge->time_ms) =
        (struct group_contact){.time_ms = edge->time_ms,
                               .sim = edge->sim,
                               .victim = edge->victim,
                               .identity = edge->identity,
                               .first_contact_ms = edge->first_contact_ms,
                               .agency = edge->agency,
                               .victim_province = edge->victim_province,
                               .active_province = edge->active_province,
                               .registered_province = edge->registered_province};
    group->live++;
    counted_set_add(&group->sims, edge->sim);
    if (edge->victim)
        counted_set_add(&group->victims, edge->victim);
    if (edge->agency)
        counted_set_add(&group->agencies, edge->agency);
}

/* A SIM that turned out not to belong takes its contacts along. */
static void leave(struct group *group, uint64_t sim)
{
    for (uint32_t i = 0; i < group->count && counted_set_has(&group->sims, sim); i++) {
        struct group_contact *contact = contact_at(group, i);
        if (contact->sim != sim)
            continue;
        counted_set_remove(&group->sims, sim);
        if (contact->victim)
            counted_set_remove(&group->victims, contact->victim);
        if (contact->agency)
            counted_set_remove(&group->agencies, contact->agency);
        contact->sim = 0;
        group->live--;
    }
}

double group_figure(const struct group *group, enum group_measure measure)
{
    switch (measure) {
    case GROUP_SIMS:
        return group->sims.distinct;
    case GROUP_CONTACTS:
        return group->live;
    case GROUP_VICTIMS:
        return group->victims.distinct;
    case GROUP_AGENCIES:
        return group->agencies.distinct;
    case GROUP_MEASURE_COUNT:
        break;
    }
    return 0;
}

static bool holds(const struct group *group, uint16_t node)
{
    const struct rule *rule = group->rule;
    const struct node *at = &rule->nodes[node];
    if (at->kind == NODE_CONDITION) {
        const struct condition *condition = &rule->conditions[at->condition];
        const double value = group_figure(group, condition->group);
        /* A full group has forgotten contacts: its figures are lower bounds. */
        const bool is_exact = group->count < GROUP_CONTACTS_MAX;
        const struct bounds bounds = {value, is_exact ? value : (double)UINT32_MAX};
        return condition_holds(condition, &bounds);
    }
    for (uint16_t child = at->child; child; child = rule->nodes[child].sibling)
        if (holds(group, child) != (at->kind == NODE_ALL))
            return at->kind == NODE_ANY;
    return at->kind == NODE_ALL;
}

static enum severity severity_of(const struct group *group)
{
    for (unsigned severity = SEVERITY_COUNT - 1; severity > SEVERITY_NONE; severity--)
        if (group->rule->levels[severity] && holds(group, group->rule->levels[severity]))
            return (enum severity)severity;
    return SEVERITY_NONE;
}

/* Whether this match is to be reported: it is new, worse, or a SIM has joined since the last report. */
static bool is_to_be_raised(struct group *group, enum severity severity, const struct edge *edge)
{
    const double worse = group_figure(group, group->rule->conditions[group->rule->worse].group);
    const bool is_new =
        group->last_match_ms == 0 || edge->time_ms - group->last_match_ms > group->rule->cooldown_ms;
    const bool has_joined = group->rule->accuses && !counted_set_has(&group->reported, edge->sim);
    group->last_match_ms = edge->time_ms > group->last_match_ms ? edge->time_ms : group->last_match_ms;
    if (is_new) {
        counted_set_fini(&group->reported);
        group->reported_severity = SEVERITY_NONE;
        group->reported_worse = 0;
    }
    if (!is_new && !has_joined && severity <= group->reported_severity &&
        !(group->reported_worse > 0 && worse >= 2 * group->reported_worse))
        return false;
    if (severity > group->reported_severity)
        group->reported_severity = severity;
    if (worse >= 2 * group->reported_worse)
        group->reported_worse = worse;
    group->is_first_report = is_new;
    return true;
}

struct alert *groups_take(struct groups *groups, const struct edge *edge, const struct group_context *context)
{
    struct group *group = edge->leaves ? groups->of_rule[edge->rule_index] : NULL;
    for (; group; group = group->next_of_rule)
        leave(group, edge->sim);
    if (edge->leaves)
        return NULL;
    group = find_or_make(groups, edge);
    if (!group)
        return NULL;
    add_contact(groups, group, edge);
    if (edge->is_past)
        return NULL;
    const enum severity severity = severity_of(group);
    if (severity == SEVERITY_NONE || !is_to_be_raised(group, severity, edge))
        return NULL;
    return group_alert(group, severity, edge, context);
}

struct groups_counters groups_counters(const struct groups *groups)
{
    struct groups_counters counters = groups->counters;
    counters.groups = groups->count;
    return counters;
}
