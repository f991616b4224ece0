/* SPDX-License-Identifier: Apache-2.0
 * The plainest detection there can be: it keeps every event of everybody and works everything out anew at every
 * record. What the pipeline says is held against it. It shares with the pipeline the order of records (tested on its
 * own) and the parsed rules, and no line of measuring or deciding. */
#pragma once

#include "simsieve/detect/rule.h"
#include "simsieve/lists/lists.h"
#include "simsieve/order/order.h"

/* One alert that is due. */
struct verdict {
    uint64_t position;
    uint32_t rule_index;
    enum severity severity;
    char subject[ALERT_SUBJECT_BYTES];
};

struct oracle;

struct oracle *oracle_create(const struct program *program, const struct lists *lists,
                             const struct names *names);
void oracle_destroy(struct oracle *oracle);

/* Takes one applied record. */
void oracle_take(struct oracle *oracle, const struct cdr *record, const struct ordered *ordered);

/* Takes one complaint, of the list or by a feed; the same twice is one. */
void oracle_complain(struct oracle *oracle, const struct complaint *complaint);

/* The alerts due so far, in the order of delivery. */
const struct verdict *oracle_verdicts(const struct oracle *oracle, size_t *count);

/* Whether a SIM rule held for a number when the record of that position was applied: what no alert may contradict,
 * reported before or not. Only positions at which the rule was looked at are known. */
bool oracle_held(const struct oracle *oracle, uint32_t rule_index, uint64_t position);
