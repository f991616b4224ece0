/* SPDX-License-Identifier: Apache-2.0
 * Building a plan, at start; finding in it is plan.c. */
#include "plan.h"

#include <stdlib.h>

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
