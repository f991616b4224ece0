/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/state/ring.h"

#include "simsieve/state/sighting.h"
#include "simsieve/state/spill.h"

static struct event_block *block_at(const struct state *state, uint32_t block)
{
    return pool_at(&state->pool, block);
}

static unsigned block_count(const struct event_block *block)
{
    unsigned count = 0;
    while (count < 3 && !event_is_empty(&block->events[count]))
        count++;
    return count;
}

/* Remembers the other side of an event that leaves the ring. */
static void leave_contact(struct state *state, struct line *line, const struct event *event, int64_t time_ms)
{
    if (state->limits.keeps_contacts && event_number(event) && !number_is_service(line->number))
        sighting_touch(state, line, SIGHTING_CONTACT, event_number(event), time_ms);
}

/* An event that leaves before it has expired: its class stays in the bounds, and its contact is remembered. */
static void forget(struct state *state, struct line *line, const struct event *event)
{
    spill_add(state, line, event);
    if (state->limits.keeps_contacts)
        leave_contact(state, line, event, event_time_ms(event, line_newest_ms(line)));
    else
        line->flags |= LINE_CONTACTS_INCOMPLETE;
}

/* Takes the oldest block out of the chain and frees it. */
static void drop_oldest(struct state *state, struct line *line)
{
    struct event_block *tail = block_at(state, line->tail);
    const uint32_t oldest = tail->next;
    if (oldest == line->tail)
        line->tail = 0;
    else
        tail->next = block_at(state, oldest)->next;
    state_give_block(state, state_partition(state, line), oldest);
}

/* True when every event of the block is at or before `cutoff_ms`. */
static bool block_has_expired(const struct event_block *block, int64_t newest_ms, int64_t cutoff_ms)
{
    for (unsigned i = 0; i < 3 && !event_is_empty(&block->events[i]); i++)
        if (event_time_ms(&block->events[i], newest_ms) > cutoff_ms)
            return false;
    return true;
}

void ring_expire(struct state *state, struct line *line, int64_t now_ms)
{
    const int64_t newest_ms = line_newest_ms(line),
                  cutoff_ms = now_ms - horizon_of(&state->limits, line, now_ms);
    while (line->tail) {
        const uint32_t oldest = block_at(state, line->tail)->next;
        const struct event_block *block = block_at(state, oldest);
        if (!block_has_expired(block, newest_ms, cutoff_ms))
            break;
        const struct event_block gone = *block;
        const unsigned count = block_count(&gone);
        drop_oldest(state, line);
        line->event_count -= count;
        for (unsigned i = 0; i < count; i++)
            leave_contact(state, line, &gone.events[i], event_time_ms(&gone.events[i], newest_ms));
    }
    if (!event_is_empty(&line->newest_event) && event_time_ms(&line->newest_event, newest_ms) <= cutoff_ms) {
        const struct event gone = line->newest_event;
        line->newest_event = (struct event){0};
        line->event_count--;
        leave_contact(state, line, &gone, event_time_ms(&gone, newest_ms));
    }
    if (line->spill) {
        struct spill_bounds bounds;
        spill_read(state, line, cutoff_ms, newest_ms, &bounds);
        if ((bounds.high[SPILL_OUT_CALL] | bounds.high[SPILL_OUT_SMS] | bounds.high[SPILL_IN]) == 0) {
            state_give_block(state, state_partition(state, line), line->spill);
            line->spill = 0;
        }
    }
}

bool ring_spill_oldest(struct state *state, struct line *line)
{
    if (!line->tail)
        return false;
    const struct event_block gone = *block_at(state, block_at(state, line->tail)->next);
    const unsigned count = block_count(&gone);
    drop_oldest(state, line);
    line->event_count -= count;
    state->counters.blocks_trimmed++;
    for (unsigned i = 0; i < count; i++)
        forget(state, line, &gone.events[i]);
    return true;
}

/* Puts an event behind all others of the chain. */
static void chain_append(struct state *state, struct line *line, const struct event *event)
{
    if (line->tail) {
        struct event_block *tail = block_at(state, line->tail);
        const unsigned count = block_count(tail);
        if (count < 3) {
            tail->events[count] = *event;
            return;
        }
    }
    const uint32_t fresh = state_take_block(state, state_partition(state, line), line);
    if (!fresh) { /* the partition is at its limit and all else is nearer to a rule */
        forget(state, line, event);
        line->event_count--;
        return;
    }
    struct event_block *block = block_at(state, fresh);
    block->events[0] = *event;
    if (line->tail) {
        struct event_block *tail = block_at(state, line->tail);
        block->next = tail->next;
        tail->next = fresh;
    } else {
        block->next = fresh;
    }
    line->tail = fresh;
}

void ring_append(struct state *state, struct line *line, const struct event *event, int64_t time_ms)
{
    struct partition *partition = state_partition(state, line);
    const int64_t newest_ms = line_newest_ms(line);
    const int64_t now_ms = line->newest && newest_ms > time_ms ? newest_ms : time_ms;
    ring_expire(state, line, now_ms);
    line->newest = (uint64_t)(now_ms - TIME_MIN_MS);
    if (now_ms > partition->newest_ms)
        partition->newest_ms = now_ms;
    const int64_t cutoff_ms = now_ms - horizon_of(&state->limits, line, now_ms);
    if (unlikely(line->flags & LINE_PAST_UNKNOWN) && state_unknown_until_ms(state, line) <= cutoff_ms)
        line->flags &= ~(unsigned)LINE_PAST_UNKNOWN;
    if (time_ms <= cutoff_ms) {
        leave_contact(state, line, event, time_ms);
        return;
    }
    if (line->event_count >= state->limits.events_max) {
        state->counters.events_capped++;
        if (!ring_spill_oldest(state, line)) { /* a ring of one */
            forget(state, line, &line->newest_event);
            line->newest_event = *event;
            return;
        }
    }
    line->event_count++;
    if (!event_is_empty(&line->newest_event))
        chain_append(state, line, &line->newest_event);
    line->newest_event = *event;
}

void ring_clear(struct state *state, struct line *line)
{
    while (line->tail)
        drop_oldest(state, line);
    if (line->spill)
        state_give_block(state, state_partition(state, line), line->spill);
    line->spill = 0;
    line->newest_event = (struct event){0};
    line->event_count = 0;
}

struct ring_cursor ring_begin(const struct state *state, const struct line *line)
{
    struct ring_cursor cursor = {.state = state, .line = line, .is_inline_next = true};
    if (line->tail) {
        cursor.last = line->tail;
        cursor.block = block_at(state, line->tail)->next;
    }
    return cursor;
}

const struct event *ring_next(struct ring_cursor *cursor)
{
    while (cursor->block) {
        const struct event_block *block = block_at(cursor->state, cursor->block);
        if (cursor->slot < 3 && !event_is_empty(&block->events[cursor->slot]))
            return &block->events[cursor->slot++];
        cursor->block = cursor->block == cursor->last ? 0 : block->next;
        cursor->slot = 0;
        if (cursor->block)
            __builtin_prefetch(block_at(cursor->state, block_at(cursor->state, cursor->block)->next));
    }
    if (cursor->is_inline_next && !event_is_empty(&cursor->line->newest_event)) {
        cursor->is_inline_next = false;
        return &cursor->line->newest_event;
    }
    return NULL;
}
