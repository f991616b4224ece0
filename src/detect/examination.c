/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/detect/examination.h"

#include "simsieve/state/ring.h"

#include <string.h>

/* Joins two neighbours that are in order each. Of equal times the left one's stay in front. */
static void merge(struct seen *events, struct seen *spare, size_t begin, size_t middle, size_t end)
{
    if (events[middle - 1].time_ms <= events[middle].time_ms)
        return;
    const size_t left_count = middle - begin;
    size_t left = 0, right = middle, to = begin;
    memcpy(spare, events + begin, left_count * sizeof(*spare));
    while (left < left_count && right < end)
        events[to++] = events[right].time_ms < spare[left].time_ms ? events[right++] : spare[left++];
    memcpy(events + to, spare + left, (left_count - left) * sizeof(*spare));
}

/* Whatever order they came in: a SIM may have thousands of events, of several feeds that are not equally far. */
static void sort_by_time(struct seen *events, struct seen *spare, size_t count)
{
    for (size_t width = 1; width < count; width *= 2)
        for (size_t begin = 0; begin + width < count; begin += 2 * width)
            merge(events, spare, begin, begin + width, u64_min(begin + 2 * width, count));
}

void examination_begin(struct examination *examination, const struct state *state, const struct lists *lists,
                       const struct line *line, int64_t now_ms)
{
    examination->state = state;
    examination->lists = lists;
    examination->line = line;
    examination->now_ms = now_ms;
    examination->count = 0;
    examination->view_count = 0;
    examination->view_number = 0;
    examination->is_grouped = false;
    const int64_t newest_ms = line_newest_ms(line);
    int64_t last_ms = INT64_MIN;
    bool is_in_order = true;
    struct ring_cursor cursor = ring_begin(state, line);
    for (const struct event *event; (event = ring_next(&cursor));) {
        const struct seen seen = {.time_ms = event_time_ms(event, newest_ms),
                                  .number = event_number(event),
                                  .identity = event_identity(event),
                                  .duration_s = event_duration_s(event),
                                  .flags = (uint16_t)event_flags(event)};
        if (seen.time_ms > now_ms)
            continue;
        CHECK(examination->count < examination->capacity);
        is_in_order &= seen.time_ms >= last_ms;
        last_ms = seen.time_ms;
        examination->events[examination->count++] = seen;
    }
    if (unlikely(!is_in_order))
        sort_by_time(examination->events, examination->spare, examination->count);
}

static bool is_night(int64_t time_ms)
{
    const int hour = calendar_local_hour(time_ms);
    return hour >= 22 || hour < 6;
}

static void tally_out_call(struct tally *tally, const struct seen *seen, uint32_t short_call_s)
{
    tally->out_calls++;
    if (seen->flags & EVENT_ANSWERED)
        tally->answered++;
    if (!(seen->flags & EVENT_TIMED))
        return;
    tally->timed_calls++;
    tally->below_45 += seen->duration_s < 45;
    if (seen->flags & EVENT_ANSWERED) {
        tally->answered_timed++;
        tally->short_calls += seen->duration_s <= short_call_s;
        tally->conversation_s += seen->duration_s;
    }
}

static void tally_add(struct tally *tally, const struct seen *seen, uint32_t short_call_s)
{
    if (!(seen->flags & EVENT_OUT)) {
        if (!(seen->flags & EVENT_SMS))
            tally->in_calls++;
        else if (seen->flags & EVENT_SERVICE)
            tally->in_service_sms++;
        else
            tally->in_sms++;
        return;
    }
    tally->night += is_night(seen->time_ms);
    tally->protected += (seen->flags & EVENT_PROTECTED) != 0;
    if (seen->flags & EVENT_SMS)
        tally->out_sms++;
    else
        tally_out_call(tally, seen, short_call_s);
}

struct view *examination_view(struct examination *examination, int64_t window_ms)
{
    for (size_t i = 0; i < examination->view_count; i++)
        if (examination->views[i].window_ms == window_ms)
            return &examination->views[i];
    CHECK(examination->view_count < VIEWS_MAX);
    struct view *view = &examination->views[examination->view_count++];
    *view = (struct view){.examination = examination,
                          .number = ++examination->view_number,
                          .window_ms = window_ms,
                          .first = examination->count};
    const int64_t since_ms = examination->now_ms - window_ms;
    while (view->first > 0 && examination->events[view->first - 1].time_ms > since_ms) {
        view->first--;
        tally_add(&view->tally, &examination->events[view->first], examination->state->limits.short_call_s);
    }
    view->is_past_known = state_unknown_until_ms(examination->state, examination->line) <= since_ms;
    spill_read(examination->state, examination->line, since_ms, examination->now_ms, &view->spill);
    for (unsigned kind = 0; kind < SPILL_CLASS_COUNT && !view->is_past_known; kind++)
        view->spill.high[kind] = UINT32_MAX;
    view->is_complete = (view->spill.high[SPILL_OUT_CALL] | view->spill.high[SPILL_OUT_SMS] |
                         view->spill.high[SPILL_IN]) == 0;
    return view;
}
