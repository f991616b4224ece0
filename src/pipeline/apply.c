/* SPDX-License-Identifier: Apache-2.0
 * The hot path: each side of a record finds its SIM, leaves an event, and now and then makes the SIM looked at.
 * Memory is asked for ahead, each thing when what leads to it has arrived: the record, which another processor wrote,
 * then its SIM's bucket, line, newest events and oldest events. */
#include "shard.h"

#include "simsieve/lists/overlay.h"
#include "simsieve/state/ring.h"
#include "simsieve/state/sighting.h"

#define RECORD_AHEAD 40
#define BUCKET_AHEAD 24
#define LINE_AHEAD   16
#define NEWEST_AHEAD 10
#define OLDEST_AHEAD 5

static inline uint64_t number_of_work(const struct batch *batch, uint16_t work)
{
    switch (WORK_SIDE(work)) {
    case SIDE_A:
        return batch->records[WORK_INDEX(work)].a;
    case SIDE_B:
        return batch->records[WORK_INDEX(work)].b;
    case SIDE_CHANGE:
        return batch->changes[WORK_INDEX(work)].number;
    default:
        return batch->complaints[WORK_INDEX(work)].number;
    }
}

static uint32_t seconds_since_2000(int64_t time_ms)
{
    return (uint32_t)((time_ms - TIME_MIN_MS) / SECOND_MS);
}

/* How old a SIM is, when its line begins. Before its activation the number was somebody else's. */
static void note_birth(struct shard *shard, struct line *line, int64_t time_ms)
{
    const struct subscriber *subscriber = shard_subscriber(shard, line->number);
    const int64_t activated_ms = subscriber ? subscriber->activated_ms : 0;
    const bool was_watched = time_ms - shard->batch->watch_since_ms >= CONTACT_MEMORY_MS;
    unsigned flags = 0;
    if (activated_ms > time_ms)
        flags = LINE_BEFORE_ACTIVATION;
    else if (activated_ms >= TIME_MIN_MS)
        flags = LINE_AGE_KNOWN;
    else if (was_watched && !state_partition(shard->state, line)->has_evicted)
        flags = LINE_AGE_CERTAIN;
    line->flags |= flags;
    state_mark_lost(shard->state, line, flags == LINE_AGE_KNOWN ? activated_ms : 0, time_ms);
    line->born_s = seconds_since_2000(flags == LINE_AGE_KNOWN ? activated_ms : time_ms);
    line->countdown = shard->generation.program->gate_min < COUNTDOWN_MAX
                          ? shard->generation.program->gate_min
                          : COUNTDOWN_MAX;
}

/* The number has a new owner since before `time_ms`: what is known belongs to the former one. */
static void start_anew(struct shard *shard, struct line *line, int64_t time_ms)
{
    state_reset(shard->state, line);
    shard->state->counters.histories_dropped++;
    note_birth(shard, line, time_ms);
}

static struct line *line_of(struct shard *shard, uint64_t number, int64_t time_ms)
{
    struct line *line = state_find(shard->state, number);
    if (likely(line != NULL)) {
        if (unlikely(line->flags & LINE_BEFORE_ACTIVATION)) {
            const struct subscriber *subscriber = shard_subscriber(shard, number);
            if (!subscriber || subscriber->activated_ms <= time_ms)
                start_anew(shard, line, time_ms);
        }
        return line;
    }
    line = state_insert(shard->state, number);
    if (line)
        note_birth(shard, line, time_ms);
    else
        shard->counters.untracked++;
    return line;
}

/* A record from before the activation that comes only after the new owner's first: it is the former owner's. */
static bool is_former_owners(const struct line *line, int64_t time_ms)
{
    return line->flags & LINE_AGE_KNOWN && seconds_since_2000(time_ms) < line->born_s;
}

static unsigned flags_of(const struct shard *shard, const struct cdr *record, enum side side, uint64_t other)
{
    unsigned flags = side == SIDE_A ? EVENT_OUT : 0;
    if (cdr_is_sms(record))
        flags |= EVENT_SMS;
    else if (cdr_is_timed(record))
        flags |= EVENT_TIMED;
    if (cdr_is_answered(record))
        flags |= EVENT_ANSWERED;
    if (number_is_service(other) ||
        (cdr_is_sms(record) && lists_sender(shard->generation.lists, other) != SENDER_UNKNOWN))
        flags |= EVENT_SERVICE;
    if (other && lists_protected(shard->generation.lists, other))
        flags |= EVENT_PROTECTED;
    return flags;
}

static void note_attempt(struct line *line, int64_t time_ms)
{
    const uint64_t since_2000_ms = (uint64_t)(time_ms - TIME_MIN_MS);
    if (!line->contact_count || since_2000_ms < line->first_contact)
        line->first_contact = since_2000_ms & (((uint64_t)1 << 42) - 1);
    line->contact_count++;
}

/* Leaves an event with the SIM; the looks that it gives cause to. */
static unsigned leave_event(struct shard *shard, struct line *line, enum side side)
{
    const struct cdr *record = shard->record;
    const struct program *program = shard->generation.program;
    const uint64_t other = side == SIDE_A ? record->b : record->a;
    const unsigned flags = flags_of(shard, record, side, other);
    const uint32_t duration_s = flags & EVENT_ANSWERED && flags & EVENT_TIMED ? record->duration_s : 0;
    const struct event event =
        event_make(other, flags, record->time_ms, duration_s, shard->ordered->identity);
    ring_append(shard->state, line, &event, record->time_ms);
    shard->counters.events++;
    if (flags & EVENT_PROTECTED)
        line->flags |= LINE_PROTECTED_CONTACT;
    /* An answer, or contacts with others, may show that a SIM does not belong to a campaign. */
    unsigned looks = line->flags & LINE_CAMPAIGN_MEMBER ? LOOK_MEMBER : 0;
    if (side == SIDE_B)
        return looks;
    note_attempt(line, record->time_ms);
    if (flags & EVENT_PROTECTED && program->has_protected_rules)
        looks |= LOOK_PROTECTED;
    if (line->countdown > 1)
        line->countdown--;
    else
        looks |= LOOK_ATTEMPTS;
    return looks;
}

static void note_place(struct shard *shard, struct line *line)
{
    const struct cdr *record = shard->record;
    if (cdr_has(record, CDR_CELL))
        sighting_touch(shard->state, line, SIGHTING_CELL, cdr_cell_key(&record->cell), record->time_ms);
    if (cdr_has(record, CDR_IMEI))
        sighting_touch(shard->state, line, SIGHTING_DEVICE, cdr_device(record), record->time_ms);
}

static void apply_side(struct shard *shard, enum side side)
{
    const unsigned roles = shard->ordered->roles;
    const uint64_t number = side == SIDE_A ? shard->record->a : shard->record->b;
    struct line *line = line_of(shard, number, shard->record->time_ms);
    if (!line)
        return;
    if (unlikely(is_former_owners(line, shard->record->time_ms))) {
        shard->counters.former_owners++;
        return;
    }
    const bool counts = roles & (side == SIDE_A ? ROLE_OUT_A : ROLE_IN_B);
    const bool is_place = roles & (side == SIDE_A ? ROLE_PLACE_A : ROLE_PLACE_B);
    if (is_place && shard->options->limits.keeps_places)
        note_place(shard, line);
    const unsigned looks = counts ? leave_event(shard, line, side) : 0;
    if (unlikely(looks))
        shard_look(shard, line, looks);
}

/* A row may come behind the first records of its SIM, as long as nothing of what is kept of a young one is gone. */
static void learn_age(const struct shard *shard, struct line *line)
{
    const struct subscriber *subscriber = shard_subscriber(shard, line->number);
    const int64_t newest_ms = TIME_MIN_MS + (int64_t)line->newest;
    const bool is_age =
        subscriber->activated_ms >= TIME_MIN_MS && subscriber->activated_ms <= line_born_ms(line);
    if (line->flags & (LINE_AGE_KNOWN | LINE_BEFORE_ACTIVATION) || !is_age ||
        newest_ms - line_born_ms(line) > shard->options->limits.old_horizon_ms)
        return;
    line->flags = (line->flags & ~(unsigned)LINE_AGE_CERTAIN) | LINE_AGE_KNOWN;
    line->born_s = seconds_since_2000(subscriber->activated_ms);
}

/* A subscriber row: a later activation than the history means a new owner. */
static void apply_change(struct shard *shard, const struct subscriber *subscriber, int64_t time_ms)
{
    struct line *line = state_find(shard->state, subscriber->number);
    if (!overlay_set(shard->overlay, subscriber)) {
        shard->counters.changes_refused++;
        return;
    }
    if (!line)
        return;
    if (subscriber->activated_ms > line_born_ms(line))
        start_anew(shard, line, time_ms);
    else
        learn_age(shard, line);
    line->countdown = 1;
}

/* Asks for what piece `i` of the work, and those before it, will need; `lines` remembers guesses until they are used. */
static inline void ask_ahead(const struct shard *shard, const struct batch *batch,
                             const struct shard_work *work, uint32_t i,
                             const struct line *lines[static LINE_AHEAD])
{
    const uint32_t bucket = i - (RECORD_AHEAD - BUCKET_AHEAD), line = i - (RECORD_AHEAD - LINE_AHEAD),
                   newest = i - (RECORD_AHEAD - NEWEST_AHEAD), oldest = i - (RECORD_AHEAD - OLDEST_AHEAD);
    if (i < work->count) {
        __builtin_prefetch(&batch->records[WORK_INDEX(work->works[i])]);
        __builtin_prefetch(&batch->ordered[WORK_INDEX(work->works[i])]);
    }
    if (bucket < work->count)
        state_prefetch_bucket(shard->state, number_of_work(batch, work->works[bucket]));
    if (line < work->count)
        lines[line % LINE_AHEAD] =
            state_prefetch_line(shard->state, number_of_work(batch, work->works[line]));
    if (newest < work->count)
        state_prefetch_newest(shard->state, lines[newest % LINE_AHEAD]);
    if (oldest < work->count)
        state_prefetch_oldest(shard->state, lines[oldest % LINE_AHEAD]);
}

/* It counts from its own time on; whoever it names is looked at after the next attempt. */
static void apply_complaint(struct shard *shard, const struct complaint *complaint)
{
    struct line *line = state_find(shard->state, complaint->number);
    if (!complaint_book_add(shard->complaints, shard->generation.lists, partition_of(complaint->number),
                            complaint))
        shard->counters.complaints_refused++;
    if (line)
        line->countdown = 1;
}

static void apply_row(struct shard *shard, enum side side, uint32_t index)
{
    const struct batch *batch = shard->batch;
    if (side == SIDE_CHANGE)
        apply_change(shard, &batch->changes[index], batch->change_ms[index]);
    else
        apply_complaint(shard, &batch->complaints[index]);
}

void shard_apply(struct shard *shard, const struct batch *batch, struct shard_output *output)
{
    const struct shard_work *work = &batch->work[shard->index];
    shard->batch = batch;
    shard->output = output;
    if (unlikely(batch->generation.program != shard->generation.program ||
                 batch->generation.lists != shard->generation.lists))
        shard_adopt(shard, &batch->generation);
    const struct line *lines[LINE_AHEAD] = {NULL};
    for (uint32_t i = 0; i < work->count + RECORD_AHEAD; i++) {
        ask_ahead(shard, batch, work, i, lines);
        if (i < RECORD_AHEAD)
            continue;
        const uint16_t at = work->works[i - RECORD_AHEAD];
        const uint32_t index = WORK_INDEX(at);
        if (unlikely(WORK_SIDE(at) >= SIDE_CHANGE)) {
            apply_row(shard, WORK_SIDE(at), index);
            continue;
        }
        shard->record = &batch->records[index];
        shard->ordered = &batch->ordered[index];
        apply_side(shard, WORK_SIDE(at));
    }
}
