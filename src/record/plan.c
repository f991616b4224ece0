/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include <stdlib.h>

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

bool plan_add(struct plan *plan, const struct range *range)
{
    if (plan->count == PLAN_RANGES_MAX)
        return false;
    plan->ranges[++plan->count] = *range;
    return true;
}

/* Shorter prefixes first, then earlier ranges: what comes later hides what came before. */
static int compare_ranges(const void *left, const void *right)
{
    const struct range *a = left, *b = right;
    if (a->prefix_digits != b->prefix_digits)
        return a->prefix_digits - b->prefix_digits;
    if (a->prefix != b->prefix)
        return a->prefix - b->prefix;
    if (a->from_ms != b->from_ms)
        return a->from_ms < b->from_ms ? -1 : 1;
    return a->digits_min - b->digits_min;
}

static bool overlap(const struct range *a, const struct range *b)
{
    return a->prefix == b->prefix && a->prefix_digits == b->prefix_digits && a->digits_min <= b->digits_max &&
           b->digits_min <= a->digits_max && a->from_ms < b->until_ms && b->from_ms < a->until_ms;
}

enum error_class plan_seal(struct plan *plan, struct error *error)
{
    qsort(plan->ranges + 1, plan->count, sizeof(plan->ranges[0]), compare_ranges);
    for (size_t i = 1; i <= plan->count; i++) {
        struct range *range = &plan->ranges[i];
        for (size_t k = i; k > 1 && plan->ranges[k - 1].prefix == range->prefix; k--)
            if (overlap(range, &plan->ranges[k - 1]))
                return error_set(error, ERROR_CONFIG,
                                 "%s:%llu: the same prefix, length and time as %s:%llu; end one before the "
                                 "other begins",
                                 range->file, (unsigned long long)range->line, plan->ranges[k - 1].file,
                                 (unsigned long long)plan->ranges[k - 1].line);
        const uint64_t width = powers_of_ten[PLAN_PREFIX_DIGITS_MAX - range->prefix_digits];
        uint16_t *slots = plan->slots + range->prefix * width;
        /* All slots of a prefix hold the same so far: whatever was added is not longer than it. */
        range->next = slots[0];
        for (uint64_t slot = 0; slot < width; slot++)
            slots[slot] = (uint16_t)i;
    }
    return ERROR_OK;
}

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
