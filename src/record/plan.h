/* SPDX-License-Identifier: Apache-2.0
 * Ranges of numbers by their leading digits. The first four digits of a number index a table of the longest
 * range that begins so; ranges that it hides (a shorter prefix, another length, an earlier time) are chained
 * behind it. */
#pragma once

#include "simsieve/base/error.h"
#include "simsieve/record/numbering.h"

#define PLAN_PREFIX_DIGITS_MAX 4
#define PLAN_SLOTS             10000
#define PLAN_RANGES_MAX        1024
#define PLAN_DIGITS_MAX        15

struct range {
    int64_t from_ms, until_ms; /* in use: from <= time < until */
    uint64_t new_prefix;       /* 0, or what the prefix was renumbered to */
    uint16_t next;             /* the range to look at if this one does not fit; 0: none */
    uint8_t digits_min, digits_max;
    uint8_t kind; /* enum number_kind */
    uint8_t province;
    uint8_t prefix_digits, new_prefix_digits;
    uint16_t prefix;
    char holder[48]; /* "" when not known */
    uint64_t line;   /* where it stands, for messages */
    const char *file;
};

struct plan {
    uint16_t slots[PLAN_SLOTS];               /* by the first four digits; 0: no range */
    struct range ranges[PLAN_RANGES_MAX + 1]; /* from 1 */
    size_t count;
};

extern const uint64_t powers_of_ten[20];

/* Start-up only. Adds a range; false when the plan is full. */
bool plan_add(struct plan *plan, const struct range *range);

/* Start-up only. Builds the index. ERROR_CONFIG when two ranges would give one number two meanings. */
enum error_class plan_seal(struct plan *plan, struct error *error);

/* Any thread. The range of a number at a time, among the kinds whose bit (1 << kind) is in `kinds`; NULL with
 * the reason in `status`. Bound: one table look-up and the few ranges that share a prefix. */
const struct range *plan_find(const struct plan *plan, struct digits digits, int64_t time_ms, unsigned kinds,
                              enum numbering_status *status);

/* Any thread. The newest range of a number, in use or not; NULL when there is none. */
const struct range *plan_find_newest(const struct plan *plan, struct digits digits, unsigned kinds);

/* The first range to look at for digits whose first four are `prefix`. */
static inline const struct range *plan_first(const struct plan *plan, uint64_t prefix)
{
    return &plan->ranges[plan->slots[prefix]];
}

static inline bool range_is_in_use(const struct range *range, int64_t time_ms)
{
    return time_ms >= range->from_ms && time_ms < range->until_ms;
}
