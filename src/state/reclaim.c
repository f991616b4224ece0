/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/state/reclaim.h"

#include "roster.h"
#include "simsieve/state/bloom.h"
#include "simsieve/state/ring.h"
#include "simsieve/state/sighting.h"

/* One attempt on one SIM; true when it freed something. */
typedef bool(attempt_fn)(struct state *state, struct partition *partition, struct line *line);

/* Drops what no event that may still come can ask for. The SIM's own clock is set to there: should an older event
 * come all the same, it is seen in a window that is whole. */
static bool expire(struct state *state, struct partition *partition, struct line *line)
{
    const uint32_t before = partition->block_count;
    const int64_t now_ms = partition->newest_ms - state->limits.lateness_ms;
    if (now_ms <= line_newest_ms(line))
        return false;
    ring_expire(state, line, now_ms);
    line->newest = (uint64_t)(now_ms - TIME_MIN_MS);
    return partition->block_count < before;
}

static bool demote(struct state *state, struct partition *partition, struct line *line)
{
    (void)partition;
    return sighting_demote(state, line) > 0;
}

/* Panes cost a block: a chain of one is not worth them, a longer one is shortened until it frees something. */
static bool trim(struct state *state, struct partition *partition, struct line *line)
{
    const uint32_t before = partition->block_count;
    const struct event_block *tail = pool_at(&state->pool, line->tail);
    if (!line->tail || (!line->spill && tail->next == line->tail))
        return false;
    while (partition->block_count >= before && ring_spill_oldest(state, line))
        continue;
    return partition->block_count < before;
}

/* Steps the hand to the next line in use; NULL after a whole round without one. */
static struct line *next_line(struct state *state, struct partition *partition)
{
    for (uint32_t steps = 0; steps < partition->lines_taken; steps++) {
        if (partition->hand >= partition->lines_taken)
            partition->hand = 0;
        struct line *line = roster_line(state, partition, partition->hand++);
        if (line->number)
            return line;
    }
    return NULL;
}

/* Never what an open alert is about; a SIM that has been silent for longer than any alert stays open has none. */
static bool may_forget(const struct state *state, const struct partition *partition, const struct line *line,
                       const struct line *keeper)
{
    const bool is_open = line->flags & LINE_OPEN_EPISODE &&
                         partition->newest_ms - line_newest_ms(line) <= state->limits.cooldown_ms;
    return line != keeper && !is_open;
}

/* How far from every rule a SIM is: who was in contact with protected numbers may be near one that does not count
 * all attempts. */
static uint32_t distance_of(const struct line *line)
{
    return line->flags & (LINE_PROTECTED_CONTACT | LINE_CAMPAIGN_MEMBER) ? 0 : (uint32_t)line->countdown;
}

/* Tries `attempt` on the next SIMs, the one furthest from every rule first among each RECLAIM_LOOK. */
static bool sweep(struct state *state, struct partition *partition, const struct line *keeper,
                  attempt_fn *attempt, uint32_t looks_max)
{
    for (uint32_t looks = 0; looks < looks_max;) {
        struct line *candidates[RECLAIM_LOOK];
        unsigned count = 0;
        for (unsigned i = 0; i < RECLAIM_LOOK && looks < looks_max; i++, looks++) {
            struct line *line = next_line(state, partition);
            if (line && may_forget(state, partition, line, keeper) &&
                (line->tail || line->sightings || line->spill))
                candidates[count++] = line;
        }
        while (count > 0) {
            unsigned best = 0;
            for (unsigned i = 1; i < count; i++)
                if (distance_of(candidates[i]) > distance_of(candidates[best]))
                    best = i;
            if (attempt(state, partition, candidates[best]))
                return true;
            candidates[best] = candidates[--count];
        }
    }
    return false;
}

bool reclaim_blocks(struct state *state, struct partition *partition, const struct line *keeper)
{
    static attempt_fn *const attempts[] = {expire, demote, trim};
    for (unsigned i = 0; i < ARRAY_COUNT(attempts); i++)
        if (sweep(state, partition, keeper, attempts[i], RECLAIM_LOOK))
            return true;
    for (unsigned i = 0; i < ARRAY_COUNT(attempts); i++)
        if (sweep(state, partition, keeper, attempts[i], partition->line_count + RECLAIM_LOOK))
            return true;
    return false;
}

static void note_newest(void *owner, uint64_t key, int64_t time_ms)
{
    int64_t *newest_ms = owner;
    (void)key;
    *newest_ms = i64_max(*newest_ms, time_ms);
}

/* What goes with a line: should its SIM come back, its new line must not seem to know all. */
static void note_lost(struct state *state, struct partition *partition, struct line *line)
{
    int64_t lost_ms = line->event_count || line->spill ? line_newest_ms(line) : 0;
    struct ring_cursor cursor = ring_begin(state, line);
    sighting_each(state, line, SIGHTING_CELL, 0, note_newest, &lost_ms);
    sighting_each(state, line, SIGHTING_DEVICE, 0, note_newest, &lost_ms);
    for (const struct event *event; state->limits.keeps_contacts && (event = ring_next(&cursor));)
        if (event_number(event) && !bloom_add(state, partition, line->number, event_number(event),
                                              event_time_ms(event, line_newest_ms(line))))
            line->flags |= LINE_CONTACTS_INCOMPLETE;
    sighting_demote(state, line);
    partition->has_evicted = true;
    partition->events_lost_ms = i64_max(partition->events_lost_ms, lost_ms);
    if (line->flags & LINE_CONTACTS_INCOMPLETE)
        partition->contacts_lost_ms = i64_max(partition->contacts_lost_ms, line_newest_ms(line));
}

bool reclaim_line(struct state *state, struct partition *partition)
{
    struct line *victim = NULL;
    for (uint32_t looks = 0; looks < RECLAIM_LOOK || (!victim && looks < partition->line_count); looks++) {
        struct line *line = next_line(state, partition);
        if (!line || !may_forget(state, partition, line, NULL))
            continue;
        const uint32_t distance = distance_of(line), farthest = victim ? distance_of(victim) : 0;
        if (!victim || distance > farthest || (distance == farthest && line->newest < victim->newest))
            victim = line;
    }
    if (!victim)
        return false;
    note_lost(state, partition, victim);
    state_remove(state, victim);
    state->counters.lines_evicted++;
    return true;
}
