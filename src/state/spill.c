/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/state/spill.h"

#include <string.h>

struct spill_block {
    uint32_t newest_pane;   /* number of the newest pane that has been written: time / width */
    uint32_t width_minutes; /* of the SIM's horizon when its panes began */
    uint8_t counts[SPILL_PANES][SPILL_CLASS_COUNT];
};
static_assert(sizeof(struct spill_block) == CACHE_LINE_BYTES, "the panes of a SIM are one cache line");

int64_t spill_pane_ms(int64_t horizon_ms)
{
    /* Seven panes cover the horizon; the eighth is the one that is being left. */
    const int64_t width_ms = (horizon_ms + SPILL_PANES - 2) / (SPILL_PANES - 1);
    return (width_ms + MINUTE_MS - 1) / MINUTE_MS * MINUTE_MS;
}

unsigned spill_classes(const struct event *event, uint32_t short_call_s)
{
    const unsigned flags = event_flags(event);
    if (!(flags & EVENT_OUT))
        return 1u << SPILL_IN;
    if (flags & EVENT_SMS)
        return 1u << SPILL_OUT_SMS;
    unsigned classes = 1u << SPILL_OUT_CALL;
    if (flags & EVENT_ANSWERED)
        classes |= 1u << SPILL_ANSWERED;
    if (!(flags & EVENT_TIMED))
        return classes | 1u << SPILL_UNTIMED;
    if (event_duration_s(event) < 45)
        classes |= 1u << SPILL_BELOW_45;
    if (flags & EVENT_ANSWERED && event_duration_s(event) <= short_call_s)
        classes |= 1u << SPILL_SHORT;
    return classes;
}

static int64_t width_of(const struct spill_block *block)
{
    return block->width_minutes * MINUTE_MS;
}

/* The panes of a line, begun if need be with that of `time_ms`. */
static struct spill_block *begin(struct state *state, struct line *line, int64_t time_ms)
{
    if (line->spill)
        return pool_at(&state->pool, line->spill);
    /* Beyond the quota: state_create reserves one for each line. */
    line->spill = pool_take(&state->pool, 0);
    CHECK(line->spill);
    state_partition(state, line)->block_count++;
    struct spill_block *block = pool_at(&state->pool, line->spill);
    const int64_t width_ms = spill_pane_ms(horizon_of(&state->limits, line, line_newest_ms(line)));
    block->width_minutes = (uint32_t)(width_ms / MINUTE_MS);
    block->newest_pane = (uint32_t)(time_ms / width_ms);
    return block;
}

/* Moves on to a newer pane; those that fall out are forgotten. */
static void move_on(struct spill_block *block, uint32_t pane)
{
    if (pane - block->newest_pane >= SPILL_PANES) {
        memset(block->counts, 0, sizeof(block->counts));
        block->newest_pane = pane;
    }
    for (; block->newest_pane < pane; block->newest_pane++)
        memset(block->counts[(block->newest_pane + 1) % SPILL_PANES], 0, SPILL_CLASS_COUNT);
}

void spill_add(struct state *state, struct line *line, const struct event *event)
{
    const int64_t time_ms = event_time_ms(event, line_newest_ms(line));
    struct spill_block *block = begin(state, line, time_ms);
    const uint32_t pane = (uint32_t)(time_ms / width_of(block));
    if (pane > block->newest_pane)
        move_on(block, pane);
    if (block->newest_pane - pane >= SPILL_PANES)
        return; /* older than the horizon */
    uint8_t *counts = block->counts[pane % SPILL_PANES];
    const unsigned classes = spill_classes(event, state->limits.short_call_s);
    for (unsigned kind = 0; kind < SPILL_CLASS_COUNT; kind++)
        if (classes >> kind & 1 && counts[kind] < SPILL_COUNT_MAX)
            counts[kind]++;
}

void spill_read(const struct state *state, const struct line *line, int64_t from_ms, int64_t to_ms,
                struct spill_bounds *bounds)
{
    memset(bounds, 0, sizeof(*bounds));
    if (!line->spill)
        return;
    const struct spill_block *block = pool_at(&state->pool, line->spill);
    const int64_t width_ms = width_of(block);
    const bool is_to_the_end = to_ms >= line_newest_ms(line); /* no event is newer */
    for (int64_t pane = (int64_t)block->newest_pane - SPILL_PANES + 1; pane <= block->newest_pane; pane++) {
        const int64_t first_ms = pane * width_ms, last_ms = first_ms + width_ms - 1;
        if (last_ms <= from_ms || first_ms > to_ms)
            continue;
        const bool is_inside = first_ms > from_ms && (last_ms <= to_ms || is_to_the_end);
        for (unsigned kind = 0; kind < SPILL_CLASS_COUNT; kind++) {
            const uint8_t count = block->counts[pane % SPILL_PANES][kind];
            if (is_inside)
                bounds->low[kind] += count;
            if (count == SPILL_COUNT_MAX || bounds->high[kind] == UINT32_MAX)
                bounds->high[kind] = UINT32_MAX;
            else
                bounds->high[kind] += count;
        }
    }
}
