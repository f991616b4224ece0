/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/state/reclaim.h"

#include "roster.h"
#include "simsieve/state/ring.h"
#include "simsieve/state/sighting.h"

/* One attempt on one SIM; true when it freed something. */
typedef bool(attempt_fn)(struct state *state, struct partition *partition, struct line *line);

static bool expire(struct state *state, struct partition *partition, struct line *line)
{
    const uint32_t before = partition->block_count;
    ring_expire(state, line, partition->newest_ms);
    return partition->block_count < before;
}

static bool demote(struct state *state, struct partition *partition, struct line *line)
{
    (void)partition;
    return sighting_demote(state, line) > 0;
}

static bool trim(struct state *state, struct partition *partition, struct line *line)
{
    const uint32_t before = partition->block_count;
    ring_spill_oldest(state, line);
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

static bool may_forget(const struct line *line, const struct line *keeper)
{
    return line != keeper && !(line->flags & LINE_OPEN_EPISODE);
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
            if (line && may_forget(line, keeper) && (line->tail || line->sightings))
                candidates[count++] = line;
        }
        while (count > 0) {
            unsigned best = 0;
            for (unsigned i = 1; i < count; i++)
                if (candidates[i]->countdown > candidates[best]->countdown)
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

bool reclaim_line(struct state *state, struct partition *partition)
{
    struct line *victim = NULL;
    for (uint32_t looks = 0; looks < RECLAIM_LOOK || (!victim && looks < partition->line_count); looks++) {
        struct line *line = next_line(state, partition);
        if (!line || !may_forget(line, NULL))
            continue;
        const bool is_further = !victim || line->countdown > victim->countdown ||
                                (line->countdown == victim->countdown && line->newest < victim->newest);
        if (is_further)
            victim = line;
    }
    if (!victim)
        return false;
    state_remove(state, victim);
    state->counters.lines_evicted++;
    partition->has_evicted = true;
    return true;
}
