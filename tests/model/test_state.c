/* SPDX-License-Identifier: Apache-2.0
 * The state against an oracle that keeps every event of everybody: more SIMs than a partition has room for, late
 * events, long silences, new owners, at several limits. What is certain must be so, and no block may be lost.
 *
 * SEED=n repeats one run. */
#include "chance.h"
#include "records.h"
#include "simsieve/state/ring.h"
#include "simsieve/state/sighting.h"
#include "simsieve/state/spill.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIMS      130
#define CONTACTS  40
#define STEPS     20000
#define HORIZON   (2 * HOUR_MS)
#define LATENESS  HOUR_MS
#define FACTS_MAX 4000

struct fact {
    int64_t time_ms;
    uint64_t contact;
};

/* What truly happened to a SIM since it has its owner. */
struct truth {
    uint64_t number;
    int64_t activated_ms; /* 0: unknown */
    struct fact facts[FACTS_MAX];
    size_t count;
};

static const struct {
    uint32_t events, contacts, places;
} limits_of_run[] = {{1, 1, 1}, {3, 4, 2}, {12, 10, 4}, {1000, 1000, 100}};

static struct error error;
static struct truth truths[SIMS];
static struct state *state;
static int64_t now_ms;
static uint64_t asked, certain;

static struct partition *partition(void)
{
    return &state->partitions[0];
}

static void set_up(int run)
{
    struct state_limits limits = state_limits_default();
    uint64_t numbers[SIMS];
    limits.lines_max = limits.blocks_max = PARTITION_COUNT;
    limits.events_max = limits_of_run[run].events;
    limits.contacts_max = limits_of_run[run].contacts;
    limits.places_max = limits_of_run[run].places;
    limits.horizon_ms = limits.old_horizon_ms = HORIZON;
    limits.lateness_ms = LATENESS;
    limits.cooldown_ms = DAY_MS;
    limits.huge_pages = false;
    state = state_create(&limits, 1, &error);
    ck_assert_ptr_nonnull(state);
    numbers_of_one_partition(numbers, SIMS);
    for (size_t i = 0; i < SIMS; i++)
        truths[i] = (struct truth){.number = numbers[i]};
    now_ms = START_MS;
    chance_begin(3000 + (uint64_t)run);
}

/* The line of a SIM, begun if need be; NULL when there is no room. */
static struct line *line_of(const struct truth *truth, int64_t time_ms)
{
    struct line *line = state_find(state, truth->number);
    if (line)
        return line;
    line = state_insert(state, truth->number);
    if (!line)
        return NULL;
    line->countdown = draw(1000) & 0xffff;
    line->flags |= draw_once_in(20) ? LINE_OPEN_EPISODE : 0;
    state_mark_lost(state, line, truth->activated_ms, time_ms);
    return line;
}

static void apply_event(struct truth *truth)
{
    const int64_t late_ms = draw_once_in(4) ? (int64_t)draw((uint64_t)LATENESS) : (int64_t)draw(1000);
    const int64_t time_ms = now_ms - late_ms;
    const uint64_t contact = MOBILE(draw(CONTACTS));
    if (time_ms < truth->activated_ms)
        return;
    REQUIRE(truth->count < FACTS_MAX);
    truth->facts[truth->count++] = (struct fact){time_ms, contact};
    struct line *line = line_of(truth, time_ms);
    if (!line)
        return;
    const struct event event = event_make(contact, EVENT_OUT, time_ms, 0, truth->count);
    sighting_touch(state, line, SIGHTING_CELL, 1 + draw(6), time_ms);
    ring_append(state, line, &event, time_ms);
}

static void change_owner(struct truth *truth)
{
    struct line *line = state_find(state, truth->number);
    truth->count = 0;
    truth->activated_ms = now_ms;
    if (line) {
        state_reset(state, line);
        state_mark_lost(state, line, truth->activated_ms, now_ms);
    }
}

/* A count over a window lies between what is kept and what may have been forgotten. */
static void check_count(const struct truth *truth, const struct line *line, int64_t window_ms)
{
    const int64_t newest_ms = line_newest_ms(line), since_ms = newest_ms - window_ms;
    struct ring_cursor cursor = ring_begin(state, line);
    struct spill_bounds bounds;
    uint64_t kept = 0, in_ring = 0, due = 0;
    for (const struct event *event; (event = ring_next(&cursor)); in_ring++)
        kept += event_time_ms(event, newest_ms) > since_ms;
    REQUIRE(in_ring == line->event_count);
    spill_read(state, line, since_ms, newest_ms, &bounds);
    for (size_t i = 0; i < truth->count; i++)
        due += truth->facts[i].time_ms > since_ms;
    REQUIRE(kept + bounds.low[SPILL_OUT_CALL] <= due);
    asked++;
    if (state_unknown_until_ms(state, line) > since_ms || bounds.high[SPILL_OUT_CALL] == UINT32_MAX)
        return;
    REQUIRE(kept + bounds.high[SPILL_OUT_CALL] >= due);
    certain += kept + bounds.low[SPILL_OUT_CALL] == due;
}

static bool ring_has(const struct line *line, uint64_t contact, int64_t since_ms, int64_t before_ms)
{
    struct ring_cursor cursor = ring_begin(state, line);
    for (const struct event *event; (event = ring_next(&cursor));) {
        const int64_t time_ms = event_time_ms(event, line_newest_ms(line));
        if (event_number(event) == contact && time_ms > since_ms && time_ms < before_ms)
            return true;
    }
    return false;
}

static bool has_met(const struct truth *truth, uint64_t contact, int64_t since_ms, int64_t before_ms)
{
    for (size_t i = 0; i < truth->count; i++)
        if (truth->facts[i].contact == contact && truth->facts[i].time_ms > since_ms &&
            truth->facts[i].time_ms < before_ms)
            return true;
    return false;
}

/* As rules ask: whether somebody was met in the 30 days before an event of the window. */
static void check_contact(const struct truth *truth, const struct line *line, uint64_t contact)
{
    const int64_t before_ms = line_newest_ms(line) - (int64_t)draw((uint64_t)HORIZON);
    const int64_t since_ms = before_ms - CONTACT_MEMORY_MS;
    switch (sighting_contact(state, line, contact, since_ms, before_ms)) {
    case SIGHTING_NEVER:
        REQUIRE(ring_has(line, contact, since_ms, before_ms) ||
                !has_met(truth, contact, since_ms, before_ms));
        break;
    case SIGHTING_KNOWN:
        REQUIRE(has_met(truth, contact, since_ms, before_ms));
        break;
    case SIGHTING_MAYBE:
        break;
    }
}

static uint32_t chain_length(uint32_t first, uint32_t last)
{
    uint32_t count = 0, block = first, next;
    for (; block; block = next) {
        memcpy(&next, pool_at(&state->pool, block), sizeof(next));
        count++;
        if (block == last)
            break;
    }
    return count;
}

static uint32_t oldest_of(uint32_t tail)
{
    uint32_t oldest = 0;
    if (tail)
        memcpy(&oldest, pool_at(&state->pool, tail), sizeof(oldest));
    return oldest;
}

/* Every block that was taken belongs to somebody, and the index finds exactly who is there. */
static void check_whole(void)
{
    uint32_t blocks = 0, lines = 0;
    for (size_t i = 0; i < SIMS; i++) {
        const struct line *line = state_find(state, truths[i].number);
        if (!line)
            continue;
        REQUIRE(line->number == truths[i].number);
        lines++;
        blocks += chain_length(oldest_of(line->tail), line->tail) + chain_length(line->sightings, 0) +
                  (line->spill != 0);
    }
    REQUIRE(lines == partition()->line_count);
    REQUIRE(lines == state_line_count(state));
    REQUIRE(lines <= state->lines_quota);
    REQUIRE(blocks == partition()->block_count);
    REQUIRE(blocks <= state->blocks_quota + lines);
}

static void step(uint64_t number_of_step)
{
    struct truth *truth = &truths[draw_once_in(3) ? draw(SIMS) : (number_of_step / 200 + draw(10)) % SIMS];
    now_ms += (int64_t)draw(draw_once_in(500) ? 3 * (uint64_t)DAY_MS : 20 * (uint64_t)SECOND_MS);
    if (draw_once_in(2000))
        change_owner(truth);
    apply_event(truth);
    const struct line *line = state_find(state, truth->number);
    if (!line)
        return;
    check_count(truth, line, 1 + (int64_t)draw((uint64_t)HORIZON));
    check_contact(truth, line, MOBILE(draw(CONTACTS)));
    if (number_of_step % 100 == 0)
        check_whole();
}

START_TEST(what_the_state_is_certain_of_is_so)
{
    set_up(_i);
    asked = certain = 0;
    for (uint64_t i = 0; i < STEPS; i++)
        step(i);
    const struct state_counters *counters = &state->counters;
    printf("rings of %u: %.1f %% of counts exact; %llu lines evicted, %llu refused, %llu blocks trimmed, "
           "%llu contacts demoted, %llu events capped\n",
           limits_of_run[_i].events, 100.0 * (double)certain / (double)asked,
           (unsigned long long)counters->lines_evicted, (unsigned long long)counters->lines_refused,
           (unsigned long long)counters->blocks_trimmed, (unsigned long long)counters->contacts_demoted,
           (unsigned long long)counters->events_capped);
    ck_assert_uint_gt(asked, STEPS / 2);
    ck_assert_uint_gt(certain, 0);
    ck_assert_uint_gt(counters->lines_evicted, 0);
    ck_assert_uint_gt(counters->contacts_demoted, 0);
    ck_assert(limits_of_run[_i].events > 100 || counters->events_capped > 0);
    state_destroy(state);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model/state");
    TCase *tests = tcase_create("state");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, what_the_state_is_certain_of_is_so, 0, ARRAY_COUNT(limits_of_run));
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
