/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

const uint64_t powers_of_ten[20] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};

/* The first four digits; fewer are filled up with zeros. */
static uint64_t prefix_of(struct digits digits)
{
    if (digits.count >= PLAN_PREFIX_DIGITS_MAX)
        return digits.value / powers_of_ten[digits.count - PLAN_PREFIX_DIGITS_MAX];
    return digits.value * powers_of_ten[PLAN_PREFIX_DIGITS_MAX - digits.count];
}

const struct range *plan_find(const struct plan *plan, struct digits digits, int64_t time_ms, unsigned kinds,
                              enum numbering_status *status)
{
    *status = NUMBERING_UNKNOWN_PREFIX;
    for (const struct range *range = plan_first(plan, prefix_of(digits)); range != plan->ranges;
         range = &plan->ranges[range->next]) {
        if (range->prefix_digits > digits.count || !(kinds >> range->kind & 1))
            continue;
        const bool is_right_length = digits.count >= range->digits_min && digits.count <= range->digits_max;
        if (is_right_length && range_is_in_use(range, time_ms)) {
            *status = NUMBERING_OK;
            return range;
        }
        if (is_right_length)
            *status = NUMBERING_NOT_IN_USE;
        else if (digits.count < range->digits_min && *status != NUMBERING_NOT_IN_USE)
            *status = NUMBERING_TOO_SHORT;
        else if (*status == NUMBERING_UNKNOWN_PREFIX)
            *status = NUMBERING_TOO_LONG;
    }
    return NULL;
}

const struct range *plan_find_newest(const struct plan *plan, struct digits digits, unsigned kinds)
{
    const struct range *newest = NULL;
    for (const struct range *range = plan_first(plan, prefix_of(digits)); range != plan->ranges;
         range = &plan->ranges[range->next]) {
        if (range->prefix_digits > digits.count || !(kinds >> range->kind & 1) ||
            digits.count < range->digits_min || digits.count > range->digits_max)
            continue;
        if (!newest || range->until_ms > newest->until_ms)
            newest = range;
    }
    return newest;
}
