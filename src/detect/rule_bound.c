/* SPDX-License-Identifier: Apache-2.0
 * What makes a rule affordable: a count that must be reached first. Until a SIM has made that many attempts the rule
 * costs it one decrement a record. A rule without such a count is refused. */
#include "rule_read.h"

static bool is_gate(const struct condition *condition)
{
    return condition->measure && condition->measure->is_count && condition->op == OP_AT_LEAST &&
           (condition->measure->domain & ~(unsigned)(DOMAIN_OUT | DOMAIN_PROTECTED)) == 0;
}

/* Calls `visit` for every condition that must hold for `node` to hold. */
static void each_demanded(const struct rule *rule, uint16_t node,
                          void (*visit)(void *owner, const struct condition *condition), void *owner)
{
    const struct node *at = &rule->nodes[node];
    if (at->kind == NODE_CONDITION)
        visit(owner, &rule->conditions[at->condition]);
    if (at->kind == NODE_ALL)
        for (uint16_t child = at->child; child; child = rule->nodes[child].sibling)
            each_demanded(rule, child, visit, owner);
}

struct gate_search {
    const struct condition *like; /* NULL: any */
    const struct condition *best;
};

static bool is_better(const struct condition *a, const struct condition *b)
{
    const bool a_is_protected = a->measure->domain == DOMAIN_PROTECTED;
    const bool b_is_protected = b->measure->domain == DOMAIN_PROTECTED;
    if (a_is_protected != b_is_protected)
        return a_is_protected; /* records to protected numbers are the rarest */
    return a->threshold > b->threshold;
}

static void consider(void *owner, const struct condition *condition)
{
    struct gate_search *search = owner;
    if (!is_gate(condition) || condition->threshold < 1)
        return;
    if (search->like &&
        (search->like->measure != condition->measure || search->like->window_ms != condition->window_ms))
        return;
    if (!search->best || is_better(condition, search->best))
        search->best = condition;
}

/* The best gate of a root; with `like`, only one over the same measure and window. */
static const struct condition *gate_of(const struct rule *rule, uint16_t root, const struct condition *like)
{
    struct gate_search search = {.like = like};
    each_demanded(rule, root, consider, &search);
    return search.best;
}

/* The gate that every severity of a SIM rule demands, with the smallest of their thresholds. */
static bool find_common_gate(const struct rule *rule, struct condition *gate)
{
    const struct condition *best = NULL;
    double best_threshold = 0;
    for (size_t i = 0; i < rule->condition_count; i++) {
        const struct condition *like = &rule->conditions[i];
        double threshold = like->threshold;
        bool is_common = is_gate(like);
        for (unsigned level = SEVERITY_MINOR; level < SEVERITY_COUNT && is_common; level++) {
            const struct condition *found =
                rule->levels[level] ? gate_of(rule, rule->levels[level], like) : like;
            is_common = found != NULL;
            if (found && found->threshold < threshold)
                threshold = found->threshold;
        }
        if (is_common && threshold >= 1 && (!best || is_better(like, best))) {
            best = like;
            best_threshold = threshold;
        }
    }
    if (!best)
        return false;
    *gate = *best;
    gate->threshold = best_threshold;
    return true;
}

struct age_search {
    double days; /* 0: no demand met */
};

static void consider_age(void *owner, const struct condition *condition)
{
    struct age_search *search = owner;
    const bool is_demand = condition->measure && condition->measure->unit == UNIT_DAYS &&
                           (condition->op == OP_AT_MOST || condition->op == OP_BELOW);
    if (is_demand && (!search->days || condition->threshold < search->days))
        search->days = condition->threshold;
}

/* The age up to which the rule can hold; 0: any. */
static int64_t youth_of(const struct rule *rule)
{
    double days_max = 0;
    for (unsigned level = SEVERITY_NONE; level < SEVERITY_COUNT; level++) {
        const uint16_t root = rule->member ? rule->member : rule->levels[level];
        struct age_search search = {0};
        if (!root)
            continue;
        each_demanded(rule, root, consider_age, &search);
        if (!search.days)
            return 0;
        if (search.days > days_max)
            days_max = search.days;
    }
    return (int64_t)(days_max * (double)DAY_MS);
}

static enum error_class check_samples(struct yaml_value root, const struct rule *rule, struct error *error)
{
    for (size_t i = 0; i < rule->condition_count && !rule->has_sample; i++)
        if (rule->conditions[i].measure && rule->conditions[i].measure->needs_sample)
            return yaml_error(root, error, "'%s' says nothing of a few events: set min_sample",
                              rule->conditions[i].measure->name);
    return ERROR_OK;
}

static enum error_class check_windows(struct yaml_value root, const struct rule *rule, struct error *error)
{
    int64_t windows[VIEWS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < rule->condition_count; i++) {
        const struct condition *condition = &rule->conditions[i];
        size_t known = 0;
        while (known < count && windows[known] != condition->window_ms)
            known++;
        if (!condition->measure || known < count)
            continue;
        if (count == VIEWS_MAX)
            return yaml_error(root, error, "more than %d different windows in one rule", VIEWS_MAX);
        windows[count++] = condition->window_ms;
    }
    return ERROR_OK;
}

enum error_class rule_bound(struct yaml_value root, struct rule *rule, struct error *error)
{
    bool has_level = false;
    for (unsigned i = 0; i < SEVERITY_COUNT; i++)
        has_level |= rule->levels[i] != 0;
    if (!has_level)
        return yaml_error(root, error, "no severity in 'when': give minor, major or critical");
    const struct condition *member_gate = rule->member ? gate_of(rule, rule->member, NULL) : NULL;
    const bool has_gate = rule->member ? member_gate != NULL : find_common_gate(rule, &rule->gate);
    if (!has_gate)
        return yaml_error(root, error,
                          "no count of outgoing attempts bounds this rule: every severity must demand one, "
                          "like 'out_attempts >= 20' or min_sample: {out_attempts: 20}");
    if (member_gate)
        rule->gate = *member_gate;
    rule->young_ms = youth_of(rule);
    rule->is_protected_gate = rule->gate.measure->domain == DOMAIN_PROTECTED;
    const bool is_by_contact = rule->group_by == GROUP_BY_PROTECTED || rule->group_by == GROUP_BY_VICTIM;
    if (is_by_contact && !rule->is_protected_gate)
        return yaml_error(root, error,
                          "members of a %s are found by their contacts to protected numbers: demand "
                          "'protected_out >= 1' in member",
                          group_by_name(rule->group_by));
    const enum error_class class = check_samples(root, rule, error);
    return class ? class : check_windows(root, rule, error);
}
