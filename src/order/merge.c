/* SPDX-License-Identifier: Apache-2.0
 * A binary heap of inputs, ordered by their head records; only its top can change. */
#include "simsieve/order/merge.h"

#include <stdlib.h>

struct entry {
    size_t input;
    const struct cdr *record; /* NULL: not known yet, or waiting */
};

struct merge {
    struct inputs *inputs;
    const struct names *names;
    size_t count;      /* entries in the heap */
    size_t next_input; /* inputs from here on have not been looked at */
    struct entry heap[];
};

struct merge *merge_create(struct inputs *inputs, const struct names *names)
{
    struct merge *merge = calloc(1, sizeof(*merge) + inputs_count(inputs) * sizeof(struct entry));
    CHECK(merge);
    merge->inputs = inputs;
    merge->names = names;
    return merge;
}

void merge_destroy(struct merge *merge)
{
    free(merge);
}

static bool goes_first(const struct merge *merge, const struct entry *a, const struct entry *b)
{
    if (!a->record || !b->record) /* an input that has nothing yet must be asked before anything else */
        return !a->record && b->record;
    if (a->record->time_ms != b->record->time_ms)
        return a->record->time_ms < b->record->time_ms;
    const int order = cdr_compare(a->record, b->record, merge->names);
    return order < 0 || (order == 0 && a->input < b->input);
}

static void sift_down(struct merge *merge, size_t at)
{
    for (;;) {
        size_t first = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < merge->count; child++)
            if (goes_first(merge, &merge->heap[child], &merge->heap[first]))
                first = child;
        if (first == at)
            return;
        const struct entry swapped = merge->heap[at];
        merge->heap[at] = merge->heap[first];
        merge->heap[first] = swapped;
        at = first;
    }
}

static void sift_up(struct merge *merge, size_t at)
{
    for (; at > 0; at = (at - 1) / 2) {
        struct entry *parent = &merge->heap[(at - 1) / 2];
        if (!goes_first(merge, &merge->heap[at], parent))
            return;
        const struct entry swapped = merge->heap[at];
        merge->heap[at] = *parent;
        *parent = swapped;
    }
}

static void remove_top(struct merge *merge)
{
    merge->heap[0] = merge->heap[--merge->count];
    if (merge->count)
        sift_down(merge, 0);
}

enum input_state merge_head(struct merge *merge, int wait_ms, const struct cdr **record, struct error *error)
{
    while (merge->next_input < inputs_count(merge->inputs)) {
        merge->heap[merge->count] = (struct entry){.input = merge->next_input++};
        sift_up(merge, merge->count++);
    }
    while (merge->count > 0) {
        struct entry *top = &merge->heap[0];
        if (!top->record) {
            const enum input_state state =
                inputs_head(merge->inputs, top->input, wait_ms, &top->record, error);
            if (state == INPUT_ENDED)
                remove_top(merge);
            else if (state == INPUT_READY)
                sift_down(merge, 0);
            else
                return state;
            continue;
        }
        *record = top->record;
        return INPUT_READY;
    }
    return INPUT_ENDED;
}

void merge_take(struct merge *merge)
{
    CHECK(merge->count > 0 && merge->heap[0].record);
    inputs_take(merge->inputs, merge->heap[0].input);
    merge->heap[0].record = NULL; /* asked for at the next merge_head, which also restores the heap */
}
