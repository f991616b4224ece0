/* SPDX-License-Identifier: Apache-2.0
 * The thread of a lane: look for rows, deliver them, settle what became of them, wait (outbox.md). */
#include "outbox_lane.h"

#include "simsieve/base/calendar.h"
#include "simsieve/base/clock.h"
#include "simsieve/base/thread.h"
#include "simsieve/log/log.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define MS_NS          UINT64_C(1000000)
#define CURSOR_LAZY_NS (10000 * MS_NS) /* how long the store need not know of a cursor that only skipped */

static bool is_stopping(const struct lane *lane)
{
    return atomic_load_explicit(&lane->bell->is_stopping, memory_order_acquire);
}

/* What others may know from here on; `served`: all that was rung for before this ring is dealt with. */
static void tell(struct lane *lane, uint64_t served)
{
    pthread_mutex_lock(&lane->bell->lock);
    lane->told = lane->health;
    lane->served_count = u64_max(lane->served_count, served);
    pthread_cond_broadcast(&lane->bell->told);
    pthread_mutex_unlock(&lane->bell->lock);
}

/* Who asks how the sink is sees the newest reason. */
static void note_error(struct lane *lane, const char *reason)
{
    struct sink_health *health = &lane->health;
    snprintf(health->error, sizeof(health->error), "%.*s", OUTLET_REASON_BYTES - 1, reason);
    health->last_error_wall_ms = clock_wall_ms();
    if (!health->is_failing && !health->is_disabled)
        health->error_wall_ms = health->last_error_wall_ms;
}

/* A failure that is told once, when it begins. */
static void begin_failing(struct lane *lane, const char *reason)
{
    note_error(lane, reason);
    if (!lane->health.is_failing)
        log_write(LOG_WARNING, "sink %s: not delivered, tried again: %s", lane->health.name, reason);
    lane->health.is_failing = true;
}

static void end_failing(struct lane *lane)
{
    if (lane->health.is_failing)
        log_write(LOG_INFO, "sink %s: delivers again", lane->health.name);
    lane->health.is_failing = false;
    backoff_succeed(&lane->backoff);
    lane->failing_number = 0;
}

/* The wait after a failure of the store. */
static int64_t store_failed_ms(struct lane *lane, const struct error *error)
{
    lane->health.store_errors++;
    begin_failing(lane, error->text);
    return backoff_fail(&lane->backoff, 0);
}

/* Waits although there may be something to do; stays awake for the stop. */
static void rest(struct lane *lane, int64_t wait_ms)
{
    bell_await(lane->bell, UINT64_MAX, clock_monotonic_ns() + (uint64_t)wait_ms * MS_NS);
}

/* Makes an outcome durable. What was delivered must not be delivered again because the store is busy: the store is asked
 * until it takes it or the process stops. */
static void settle(struct lane *lane, const struct lane_settlement *settlement)
{
    struct error error;
    while (lane_settle(lane->store, lane->sink, settlement, &error)) {
        if (is_stopping(lane))
            return;
        rest(lane, store_failed_ms(lane, &error));
    }
    if (settlement->are_due)
        return;
    lane->cursor = lane->stored_cursor = settlement->alerts[settlement->count - 1].number;
    lane->stored_ns = clock_monotonic_ns();
}

/* Tells the store of a cursor that only skipped, now and then. */
static void settle_skipped(struct lane *lane, bool is_last)
{
    const struct outlet_alert skipped = {.number = lane->cursor};
    const struct lane_settlement settlement = {.alerts = &skipped, .count = 1};
    struct error error;
    if (lane->cursor == lane->stored_cursor ||
        (!is_last && clock_monotonic_ns() - lane->stored_ns < CURSOR_LAZY_NS))
        return;
    if (lane_settle(lane->store, lane->sink, &settlement, &error)) {
        lane->health.store_errors++;
        return; /* it is skipped again then */
    }
    lane->stored_cursor = lane->cursor;
    lane->stored_ns = clock_monotonic_ns();
}

/* True when an alert has failed for so long that the others shall not wait any more. */
static bool gives_up(struct lane *lane, const struct outlet_alert *alert, bool is_due)
{
    const uint64_t now_ns = clock_monotonic_ns();
    if (lane->failing_number != alert->number || lane->is_due_failing != is_due) {
        lane->failing_number = alert->number;
        lane->is_due_failing = is_due;
        lane->failing_since_ns = now_ns;
        lane->attempt_count = 0;
    }
    lane->attempt_count++;
    return lane->give_up_ms > 0 && now_ns - lane->failing_since_ns >= (uint64_t)lane->give_up_ms * MS_NS;
}

static void give_up(struct lane *lane, struct outlet_answer *answer)
{
    char last[OUTLET_REASON_BYTES];
    snprintf(last, sizeof(last), "%s", answer->reason);
    outlet_answer(answer, OUTLET_REFUSED, "given up after %llu attempts: %.150s",
                  (unsigned long long)lane->attempt_count, last);
}

static void disable(struct lane *lane, const char *reason)
{
    struct error error;
    log_write(LOG_WARNING, "sink %s: disabled until 'simsieve outbox resend': %s", lane->health.name, reason);
    note_error(lane, reason);
    lane->health.is_disabled = true;
    while (lane_disable(lane->store, lane->sink, reason, &error) && !is_stopping(lane))
        rest(lane, store_failed_ms(lane, &error));
}

/* Delivers `size` alerts that are all wanted, and settles the first of them, as many as became something; `done` says how
 * many. Returns the wait that the next one needs, 0 for none. */
static int64_t deliver(struct lane *lane, const struct outlet_alert *alerts, size_t size, bool are_due,
                       size_t *done)
{
    struct outlet_batch batch = {.alerts = alerts,
                                 .count = size,
                                 .now_ms = clock_wall_ms(),
                                 .is_stopping = &lane->bell->is_stopping,
                                 .answers = lane->answers};
    memset(lane->answers, 0, size * sizeof(lane->answers[0]));
    lane->outlet->deliver(lane->state, &batch);
    size_t settled = 0, dead = 0;
    while (settled < size && (lane->answers[settled].outcome == OUTLET_DELIVERED ||
                              lane->answers[settled].outcome == OUTLET_REFUSED))
        dead += lane->answers[settled++].outcome == OUTLET_REFUSED;
    struct outlet_answer *stopped = settled < size ? &lane->answers[settled] : NULL;
    if (settled > 0)
        end_failing(lane);
    if (stopped && stopped->outcome == OUTLET_RETRY && !is_stopping(lane)) {
        lane->health.retried++;
        if (gives_up(lane, &alerts[settled], are_due)) {
            give_up(lane, stopped);
            settled++;
            dead++;
            lane->failing_number = 0;
        }
    }
    *done = settled;
    if (settled > 0)
        settle(lane, &(struct lane_settlement){alerts, lane->answers, settled, are_due, clock_wall_ms()});
    if (settled > dead)
        lane->health.last_delivery_wall_ms = batch.now_ms;
    lane->health.delivered += settled - dead;
    lane->health.dead += dead;
    if (!stopped || is_stopping(lane))
        return 0;
    if (stopped->outcome == OUTLET_GONE) {
        disable(lane, stopped->reason);
        return OUTBOX_LOOK_MS;
    }
    begin_failing(lane, stopped->reason);
    return backoff_fail(&lane->backoff, stopped->retry_after_ms);
}

static bool is_wanted(const struct lane *lane, const struct outlet_alert *alert)
{
    return (lane->modes >> alert->mode & 1) &&
           (!lane->outlet->wants || lane->outlet->wants(lane->state, alert));
}

/* Goes through the rows that were read. Returns the wait after which to go on, 0 for none. */
static int64_t serve_rows(struct lane *lane, bool are_due)
{
    const struct outlet_alert *alerts = lane->rows.alerts;
    int64_t wait_ms = 0;
    for (size_t i = 0; i < lane->rows.count && !wait_ms && !is_stopping(lane);) {
        size_t end = i, done = 0;
        while (end < lane->rows.count && end - i < lane->outlet->batch_max &&
               (are_due || is_wanted(lane, &alerts[end])))
            end++;
        if (end == i) {
            lane->cursor = alerts[i++].number;
            lane->health.skipped++;
            continue;
        }
        wait_ms = deliver(lane, alerts + i, end - i, are_due, &done);
        tell(lane, 0);
        i += done;
    }
    return wait_ms;
}

/* What the store says of the lane, for health. */
static enum error_class look(struct lane *lane, struct lane_state *state, struct error *error)
{
    if (lane_state(lane->store, lane->sink, lane->cursor, state, error))
        return error->class;
    lane->health.behind = state->behind;
    lane->health.dead_letters = state->dead_letters;
    lane->health.expired = state->expired;
    lane->health.oldest_wall_ms = state->oldest_wall_ms;
    if (state->disabled[0] != 0 && !lane->health.is_disabled)
        note_error(lane, state->disabled); /* by another process, or before this one */
    lane->health.is_disabled = state->disabled[0] != 0;
    return ERROR_OK;
}

/* One round. Returns the wait before the next one; `*is_idle`: all was done that could be. */
static int64_t serve(struct lane *lane, bool *is_idle)
{
    struct error error;
    struct lane_state state;
    *is_idle = false;
    enum error_class class = look(lane, &state, &error);
    if (!class && state.disabled[0] != 0) {
        *is_idle = true;
        return OUTBOX_LOOK_MS;
    }
    if (!class)
        class = lane_due(lane->store, lane->sink, &lane->rows, &error);
    const bool are_due = lane->rows.count > 0;
    if (!class && !are_due)
        class = lane_next(lane->store, lane->cursor, &lane->rows, &error);
    int64_t wait_ms = 0;
    if (class) {
        wait_ms = store_failed_ms(lane, &error);
    } else if (lane->rows.count == 0) {
        end_failing(lane);
        *is_idle = true;
        wait_ms = OUTBOX_LOOK_MS;
    } else {
        wait_ms = serve_rows(lane, are_due);
        settle_skipped(lane, false);
    }
    lane_rows_clear(&lane->rows);
    return wait_ms;
}

/* Waits out a failure, looking at the store meanwhile: people watch the lag. */
static void wait_out(struct lane *lane, int64_t wait_ms)
{
    const uint64_t until_ns = clock_monotonic_ns() + (uint64_t)wait_ms * MS_NS;
    struct lane_state state;
    struct error error;
    for (uint64_t now_ns; (now_ns = clock_monotonic_ns()) < until_ns && !is_stopping(lane);) {
        look(lane, &state, &error);
        tell(lane, 0);
        bell_await(lane->bell, UINT64_MAX, u64_min(until_ns, now_ns + OUTBOX_LOOK_MS * MS_NS));
    }
}

static void *lane_main(void *argument)
{
    struct lane *lane = argument;
    sigset_t all;
    sigfillset(&all); /* not SIGPIPE either, of a receiver that goes away; threads of libraries inherit it */
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    while (!is_stopping(lane)) {
        bool is_idle;
        const uint64_t seen = bell_await(lane->bell, 0, 0);
        const int64_t wait_ms = serve(lane, &is_idle);
        if (is_idle) {
            settle_skipped(lane, false);
            tell(lane, seen);
            bell_await(lane->bell, seen, clock_monotonic_ns() + (uint64_t)wait_ms * MS_NS);
        } else if (wait_ms > 0) {
            wait_out(lane, wait_ms);
        }
    }
    settle_skipped(lane, true);
    return NULL;
}

void lane_start(struct lane *lane)
{
    thread_start(&lane->thread, lane_main, lane, "sink %s", lane->outlet->name);
    lane->is_running = true;
}

void lane_join(struct lane *lane)
{
    if (lane->is_running)
        CHECK(pthread_join(lane->thread, NULL) == 0);
    lane->is_running = false;
}
