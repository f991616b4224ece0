/* SPDX-License-Identifier: Apache-2.0
 * Panes against exact counts: whatever window is asked for, each class lies between its two bounds. How far apart they
 * are is printed. SEED=n repeats one run. */
#include "chance.h"
#include "records.h"
#include "simsieve/state/ring.h"
#include "simsieve/state/spill.h"
#include "suite.h"

#include <math.h>
#include <stdio.h>

#define EVENTS 3000

static const struct {
    int64_t horizon_ms, gap_ms; /* between events, at most */
} traffic[] = {{HOUR_MS, 2 * MINUTE_MS},
               {DAY_MS, 20 * MINUTE_MS},
               {7 * DAY_MS, 2 * HOUR_MS},
               {DAY_MS, 30 * SECOND_MS}, /* full panes */
               {DAY_MS, DAY_MS}};        /* hardly any */

static struct error error;
static struct state *state;
static struct line *line;
static struct event events[EVENTS];
static int64_t times_ms[EVENTS];

/* How wide the bounds were. */
struct widths {
    uint64_t asked, unbounded;
    double sum, worst;
};

static void set_up(int run)
{
    struct state_limits limits = state_limits_default();
    limits.lines_max = limits.blocks_max = PARTITION_COUNT;
    limits.events_max = 20;
    limits.horizon_ms = limits.old_horizon_ms = traffic[run].horizon_ms;
    limits.keeps_contacts = false;
    limits.huge_pages = false;
    state = state_create(&limits, 1, &error);
    ck_assert_ptr_nonnull(state);
    line = state_insert(state, MOBILE(1));
    ck_assert_ptr_nonnull(line);
    chance_begin(5000 + (uint64_t)run);
}

static struct event draw_event(int64_t time_ms)
{
    static const unsigned flags[] = {0,
                                     EVENT_SMS,
                                     EVENT_OUT | EVENT_SMS,
                                     EVENT_OUT | EVENT_TIMED,
                                     EVENT_OUT | EVENT_ANSWERED,
                                     EVENT_OUT | EVENT_ANSWERED | EVENT_TIMED,
                                     EVENT_OUT | EVENT_ANSWERED | EVENT_TIMED};
    return event_make(MOBILE(2), flags[draw(ARRAY_COUNT(flags))], time_ms, (uint32_t)draw(90), 1);
}

/* Counts by class of the events that `from_ms < time <= to_ms`. */
static void count_due(size_t count, int64_t from_ms, int64_t to_ms, uint32_t *due)
{
    for (size_t i = 0; i < count; i++)
        for (unsigned kind = 0; kind < SPILL_CLASS_COUNT && times_ms[i] > from_ms && times_ms[i] <= to_ms;
             kind++)
            due[kind] += spill_classes(&events[i], state->limits.short_call_s) >> kind & 1;
}

static void count_kept(int64_t from_ms, int64_t to_ms, uint32_t *kept)
{
    struct ring_cursor cursor = ring_begin(state, line);
    for (const struct event *event; (event = ring_next(&cursor));) {
        const int64_t time_ms = event_time_ms(event, line_newest_ms(line));
        for (unsigned kind = 0; kind < SPILL_CLASS_COUNT && time_ms > from_ms && time_ms <= to_ms; kind++)
            kept[kind] += spill_classes(event, state->limits.short_call_s) >> kind & 1;
    }
}

static void check_window(size_t count, int64_t from_ms, int64_t to_ms, struct widths *widths)
{
    uint32_t due[SPILL_CLASS_COUNT] = {0}, kept[SPILL_CLASS_COUNT] = {0};
    struct spill_bounds bounds;
    count_due(count, from_ms, to_ms, due);
    count_kept(from_ms, to_ms, kept);
    spill_read(state, line, from_ms, to_ms, &bounds);
    for (unsigned kind = 0; kind < SPILL_CLASS_COUNT; kind++) {
        REQUIRE(kept[kind] + bounds.low[kind] <= due[kind]);
        widths->asked++;
        if (bounds.high[kind] == UINT32_MAX) {
            widths->unbounded++;
            continue;
        }
        REQUIRE(kept[kind] + bounds.high[kind] >= due[kind]);
        const double width = (double)(bounds.high[kind] - bounds.low[kind]) / fmax(1, due[kind]);
        widths->sum += width;
        widths->worst = fmax(widths->worst, width);
    }
}

START_TEST(every_count_of_every_window_lies_between_its_bounds)
{
    struct widths widths = {0};
    int64_t now_ms = START_MS;
    set_up(_i);
    for (size_t i = 0; i < EVENTS; i++) {
        now_ms += (int64_t)draw((uint64_t)traffic[_i].gap_ms);
        times_ms[i] = now_ms - (draw_once_in(5) ? (int64_t)draw((uint64_t)traffic[_i].horizon_ms) : 0);
        events[i] = draw_event(times_ms[i]);
        ring_append(state, line, &events[i], times_ms[i]);
        const int64_t newest_ms = line_newest_ms(line);
        const int64_t window_ms = 1 + (int64_t)draw((uint64_t)traffic[_i].horizon_ms);
        check_window(i + 1, newest_ms - window_ms, newest_ms, &widths);
        check_window(i + 1, newest_ms - traffic[_i].horizon_ms, newest_ms, &widths);
        check_window(i + 1, newest_ms - window_ms, newest_ms - (int64_t)draw((uint64_t)window_ms), &widths);
    }
    printf(
        "horizon %lld h: bounds %.1f %% apart in the mean, %.0f %% at worst; %.1f %% without upper bound\n",
        (long long)(traffic[_i].horizon_ms / HOUR_MS),
        100 * widths.sum / fmax(1, (double)(widths.asked - widths.unbounded)), 100 * widths.worst,
        100.0 * (double)widths.unbounded / (double)widths.asked);
    ck_assert_uint_lt(widths.unbounded, widths.asked);
    state_destroy(state);
}
END_TEST

START_TEST(seven_panes_cover_any_horizon)
{
    static const int64_t horizons_ms[] = {MINUTE_MS, 7 * MINUTE_MS, HOUR_MS, DAY_MS, DAY_MS + 1, 30 * DAY_MS};
    for (size_t i = 0; i < ARRAY_COUNT(horizons_ms); i++) {
        const int64_t pane_ms = spill_pane_ms(horizons_ms[i]);
        ck_assert_int_ge((SPILL_PANES - 1) * pane_ms, horizons_ms[i]);
        ck_assert_int_eq(pane_ms % MINUTE_MS, 0);
        ck_assert_int_lt(pane_ms, horizons_ms[i] / (SPILL_PANES - 1) + 2 * MINUTE_MS);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model/windows");
    TCase *tests = tcase_create("windows");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, every_count_of_every_window_lies_between_its_bounds, 0, ARRAY_COUNT(traffic));
    tcase_add_test(tests, seven_panes_cover_any_horizon);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
