/* SPDX-License-Identifier: Apache-2.0
 * Looking at one SIM with all rules. A condition holds only if it holds for certain: "at least" compares the lower
 * bound of a measure, "at most" the upper one, and an undefined measure holds nothing.
 *
 * A SIM is not looked at after each of its records: every look says how many more outgoing attempts it takes at
 * least until any rule can hold, and the SIM's countdown starts there. A quiet SIM so costs one decrement. */
#pragma once

#include "simsieve/detect/rule.h"

/* The longest countdown a line holds (16 bits). */
#define COUNTDOWN_MAX 65535u

/* A rule that holds, at the moment of the examination. */
struct match {
    const struct rule *rule;
    uint32_t rule_index;
    enum severity severity; /* SEVERITY_NONE: the SIM belongs to a group of this rule */
    double worse;           /* value of the rule's worse measure; 0 for groups */
    bool is_near;           /* it does not hold: all conditions of its lowest severity do but one */
};

enum look {
    LOOK_ATTEMPTS = 1,  /* rules that any outgoing attempt can open */
    LOOK_PROTECTED = 2, /* rules that a record to a protected number can open */
    LOOK_MEMBER = 4,    /* something happened to a member: does it still belong to its groups? */
};

/* Any thread. Whether a rule takes part in these looks. */
static inline bool rule_is_looked_at(const struct rule *rule, unsigned looks)
{
    const unsigned opens = rule->is_protected_gate ? LOOK_PROTECTED : LOOK_ATTEMPTS;
    const unsigned belongs = rule->member && rule->is_protected_gate ? LOOK_MEMBER : 0;
    return rule->mode != MODE_OFF && looks & (opens | belongs);
}

/* Shard thread. Looks at the SIM of an examination with the rules of `looks`; calls `matched` for each that holds
 * (with `wants_near`, for each SIM rule that nearly does too), in the order of rules. Returns the countdown: attempts until a rule of LOOK_ATTEMPTS can hold (1 when one holds).
 * Bound: each rule at most once, each measure over the SIM's events. */
uint32_t evaluate(struct examination *examination, const struct program *program, unsigned looks,
                  bool wants_near, void (*matched)(void *owner, const struct match *match), void *owner);

/* Shard thread. Bounds of one condition's measure; false when it is not defined. */
bool condition_value(struct examination *examination, const struct condition *condition,
                     struct bounds *bounds);

/* Shard thread. Whether the count that a rule demands first is certainly reached. */
bool rule_gate_holds(struct examination *examination, const struct rule *rule);

/* Any thread. Whether bounds satisfy a condition for certain. */
bool condition_holds(const struct condition *condition, const struct bounds *bounds);

/* Shard thread. Calls `visit` for each condition below `node`, in the order of the rule file. */
void rule_each_condition(const struct rule *rule, uint16_t node,
                         void (*visit)(void *owner, const struct condition *condition), void *owner);
