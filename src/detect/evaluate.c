/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/detect/evaluate.h"

#include <math.h>

/* Distance of what no further attempt can bring about. */
#define FAR COUNTDOWN_MAX

bool condition_value(struct examination *examination, const struct condition *condition,
                     struct bounds *bounds)
{
    return condition->measure->value(examination_view(examination, condition->window_ms), bounds);
}

bool condition_holds(const struct condition *condition, const struct bounds *bounds)
{
    switch (condition->op) {
    case OP_AT_LEAST:
        return bounds->low >= condition->threshold;
    case OP_ABOVE:
        return bounds->low > condition->threshold;
    case OP_AT_MOST:
        return bounds->high <= condition->threshold;
    case OP_BELOW:
        return bounds->high < condition->threshold;
    }
    return false;
}

bool rule_gate_holds(struct examination *examination, const struct rule *rule)
{
    struct bounds bounds;
    return condition_value(examination, &rule->gate, &bounds) && condition_holds(&rule->gate, &bounds);
}

void rule_each_condition(const struct rule *rule, uint16_t node,
                         void (*visit)(void *owner, const struct condition *condition), void *owner)
{
    const struct node *at = &rule->nodes[node];
    if (at->kind == NODE_CONDITION)
        visit(owner, &rule->conditions[at->condition]);
    for (uint16_t child = at->child; child; child = rule->nodes[child].sibling)
        rule_each_condition(rule, child, visit, owner);
}

static uint32_t whole(double events)
{
    return events >= FAR ? FAR : events <= 1 ? 1 : (uint32_t)ceil(events);
}

/* Upper bound of the attempts in the gate's window that the gate can count. */
static double gate_count(const struct rule *rule, const struct view *view)
{
    const unsigned domain = rule->gate.measure->domain;
    double count = 0;
    if (domain == DOMAIN_PROTECTED)
        return view->is_complete ? view->tally.protected : INFINITY;
    if (domain & DOMAIN_OUT_CALL)
        count += view->tally.out_calls + (double)view->spill.high[SPILL_OUT_CALL];
    if (domain & DOMAIN_OUT_SMS)
        count += view->tally.out_sms + (double)view->spill.high[SPILL_OUT_SMS];
    return count;
}

/* How many attempts it takes until a ratio can pass its threshold, given that the gate must then count T.
 *
 * First bound: of a whole of at least T the smaller part must be at least a share, and grows by 1 an attempt.
 * Second bound: m further attempts come with at most n + m - T that leave the window (n: the gate's count now), and
 * each of either moves numerator - threshold * denominator by at most max(1, threshold). It holds for ratios that
 * only attempts of the gate move. */
static uint32_t ratio_distance(struct examination *examination, const struct rule *rule,
                               const struct condition *condition)
{
    const struct measure *measure = condition->measure;
    const struct condition *gate = &rule->gate;
    const bool wants_more = condition->op == OP_AT_LEAST || condition->op == OP_ABOVE;
    struct bounds numerator, denominator;
    if (!measure->parts || condition->window_ms != gate->window_ms)
        return 1;
    struct view *view = examination_view(examination, condition->window_ms);
    measure->parts(view, &numerator, &denominator);
    double attempts = 1;
    if (measure->whole && (gate->measure->domain & ~measure->whole) == 0) {
        const bool is_part_of_whole = measure->unit == UNIT_RATIO;
        if (is_part_of_whole && wants_more)
            attempts = condition->threshold * gate->threshold - numerator.high;
        else if (!is_part_of_whole && !wants_more)
            attempts = gate->threshold / condition->threshold - denominator.high;
    }
    if ((measure->domain & ~gate->measure->domain) == 0) {
        const double deficit = wants_more ? condition->threshold * denominator.low - numerator.high
                                          : numerator.low - condition->threshold * denominator.high;
        const double moves = deficit / fmax(1, condition->threshold);
        const double spare = gate_count(rule, view) - gate->threshold;
        attempts = fmax(attempts, (moves - fmax(0, spare)) / 2);
    }
    return whole(attempts);
}

static uint32_t condition_distance(struct examination *examination, const struct rule *rule,
                                   const struct condition *condition)
{
    const struct measure *measure = condition->measure;
    struct bounds bounds;
    if (!measure->value(examination_view(examination, condition->window_ms), &bounds))
        return 1;
    if (condition_holds(condition, &bounds))
        return 0;
    const bool wants_more = condition->op == OP_AT_LEAST || condition->op == OP_ABOVE;
    if (measure->unit == UNIT_DAYS && !wants_more)
        return FAR; /* a SIM only grows older; a new owner starts a new history */
    if (measure->is_count && wants_more && measure->domain & (DOMAIN_OUT | DOMAIN_PROTECTED))
        return whole(condition->threshold - bounds.high);
    return ratio_distance(examination, rule, condition);
}

/* Attempts until a node can hold; 0: it holds now. Of conditions that must all hold the first that does not is
 * bound enough. */
static uint32_t node_distance(struct examination *examination, const struct rule *rule, uint16_t node)
{
    const struct node *at = &rule->nodes[node];
    uint32_t distance = at->kind == NODE_ANY ? FAR : 0;
    if (at->kind == NODE_CONDITION)
        return condition_distance(examination, rule, &rule->conditions[at->condition]);
    for (uint16_t child = at->child; child; child = rule->nodes[child].sibling) {
        const uint32_t next = node_distance(examination, rule, child);
        if (at->kind == NODE_ALL && next > 0)
            return next;
        if (at->kind == NODE_ANY && next < distance)
            distance = next;
        if (at->kind == NODE_ANY && distance == 0)
            break;
    }
    return distance;
}

/* Looks with one rule: the highest severity that holds, and the distance when none does. */
static enum severity look_at(struct examination *examination, const struct rule *rule, uint32_t *distance)
{
    const double short_of =
        rule->gate.threshold - gate_count(rule, examination_view(examination, rule->gate.window_ms));
    *distance = FAR;
    if (short_of > 0) {
        *distance = whole(short_of);
        return SEVERITY_NONE;
    }
    if (rule->member) {
        *distance = node_distance(examination, rule, rule->member);
        return SEVERITY_NONE;
    }
    for (unsigned severity = SEVERITY_COUNT - 1; severity > SEVERITY_NONE; severity--) {
        if (!rule->levels[severity])
            continue;
        const uint32_t next = node_distance(examination, rule, rule->levels[severity]);
        if (next < *distance)
            *distance = next;
        if (next == 0)
            return (enum severity)severity;
    }
    return SEVERITY_NONE;
}

static double worse_value(struct examination *examination, const struct rule *rule)
{
    struct bounds bounds;
    const struct condition *worse = &rule->conditions[rule->worse];
    return worse->measure && condition_value(examination, worse, &bounds) ? bounds.low : 0;
}

/* True when all conditions of a SIM rule's lowest severity hold but one. */
static bool is_near(struct examination *examination, const struct rule *rule, enum severity *severity)
{
    const struct view *view = examination_view(examination, rule->gate.window_ms);
    unsigned missed = 0;
    *severity = SEVERITY_MINOR;
    while (!rule->levels[*severity])
        ++*severity;
    if (rule->member || gate_count(rule, view) < rule->gate.threshold)
        return false;
    /* The root has the sample's conditions and the tree; the tree's own branches are what is counted. */
    for (uint16_t at = rule->nodes[rule->levels[*severity]].child; at; at = rule->nodes[at].sibling) {
        const struct node *node = &rule->nodes[at];
        if (node->kind != NODE_ALL)
            missed += node_distance(examination, rule, at) > 0;
        for (uint16_t child = node->kind == NODE_ALL ? node->child : 0; child;
             child = rule->nodes[child].sibling)
            missed += node_distance(examination, rule, child) > 0;
    }
    return missed == 1;
}

uint32_t evaluate(struct examination *examination, const struct program *program, unsigned looks,
                  bool wants_near, void (*matched)(void *owner, const struct match *match), void *owner)
{
    const unsigned kind = 1u << number_kind(examination->line->number);
    uint32_t countdown = FAR;
    for (uint32_t i = 0; i < program->rule_count; i++) {
        const struct rule *rule = program->rules[i];
        if (!rule_is_looked_at(rule, looks) || !(rule->number_kinds & kind))
            continue;
        uint32_t distance;
        struct match match = {.rule = rule, .rule_index = i};
        match.severity = look_at(examination, rule, &distance);
        if (distance == 0) {
            match.worse = worse_value(examination, rule);
            matched(owner, &match);
            distance = 1;
        } else if (wants_near && is_near(examination, rule, &match.severity)) {
            match.is_near = true;
            matched(owner, &match);
        }
        if (!rule->is_protected_gate && distance < countdown)
            countdown = distance;
    }
    return countdown;
}
