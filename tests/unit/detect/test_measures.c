/* SPDX-License-Identifier: Apache-2.0
 * Every measure against stories worked out by hand. A story is a list of events of one SIM, in the order in which they
 * are applied: seconds after 08:00 local time, kind, other side, and seconds of conversation where there are any.
 *
 *   kind  C call out, answered    U call out, not answered    T call out, answered, seconds unknown    S SMS out
 *         c call in               s SMS in
 *   side  A to Z people, 1 to 3 officials (1 and 2 of one agency), * a service, - nobody known */
#include "chance.h"
#include "records.h"
#include "simsieve/detect/measure.h"
#include "simsieve/state/ring.h"
#include "simsieve/state/sighting.h"
#include "suite.h"
#include "workdir.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNDEFINED (-1)

static struct error error;
static struct names *names;
static struct numbering *numbering;
static struct lists *lists;
static struct state *state;
static struct line *line;
static struct examination *examination;

static void set_up(void)
{
    struct state_limits limits = state_limits_default();
    limits.lines_max = limits.blocks_max = PARTITION_COUNT;
    limits.horizon_ms = limits.old_horizon_ms = 7 * DAY_MS;
    limits.huge_pages = false;
    workdir_open();
    names = names_create(64, &error);
    numbering = numbering_load("conf/numbering", &error);
    workdir_write_text("protected.csv", "number,agency,province,role\n84980000001,first,11,x\n"
                                        "84980000002,first,11,x\n84980000003,second,01,x\n");
    lists = lists_load(workdir_folder(), numbering, names, &error);
    state = state_create(&limits, 1, &error);
    ck_assert(names && numbering && lists && state);
    line = state_insert(state, MOBILE(1));
    examination = examination_create(1000);
}

static void tear_down(void)
{
    examination_destroy(examination);
    state_destroy(state);
    lists_destroy(lists);
    numbering_destroy(numbering);
    names_destroy(names);
    workdir_close();
}

static uint64_t number_of(char side)
{
    if (side == '*')
        return number_make(NUMBER_SHORT, 198);
    if (side >= '1' && side <= '3')
        return number_make(NUMBER_MOBILE, UINT64_C(84980000000) + (uint64_t)(side - '0'));
    return side == '-' ? 0 : MOBILE(100 + side);
}

static unsigned flags_of(char kind, char side)
{
    unsigned flags = side == '*' ? EVENT_SERVICE : side <= '9' && side >= '1' ? EVENT_PROTECTED : 0;
    switch (kind) {
    case 'C':
        return flags | EVENT_OUT | EVENT_ANSWERED | EVENT_TIMED;
    case 'U':
        return flags | EVENT_OUT | EVENT_TIMED;
    case 'T':
        return flags | EVENT_OUT | EVENT_ANSWERED;
    case 'S':
        return flags | EVENT_OUT | EVENT_SMS | EVENT_ANSWERED;
    case 'c':
        return flags | EVENT_ANSWERED | EVENT_TIMED;
    default:
        return flags | EVENT_SMS | EVENT_ANSWERED;
    }
}

/* Applies a story; times with a point have milliseconds. */
static void tell(const char *story)
{
    double after_s;
    char kind, side;
    unsigned duration_s;
    for (const char *at = story; *at; at += strcspn(at, ","), at += *at == ',') {
        duration_s = 0;
        ck_assert_int_ge(sscanf(at, " %lf %c %c %u", &after_s, &kind, &side, &duration_s), 3);
        const int64_t time_ms = START_MS + (int64_t)llround(after_s * 1000);
        const struct event event = event_make(number_of(side), flags_of(kind, side), time_ms, duration_s,
                                              (uint64_t)(at - story) + 1);
        ring_append(state, line, &event, time_ms);
    }
}

/* The value of a measure over a window that ends at the SIM's newest time; it must be exact. */
static double value_of(const char *name, int64_t window_ms)
{
    const struct measure *measure = measure_by_name(name, strlen(name));
    struct bounds bounds;
    ck_assert_ptr_nonnull(measure);
    examination_begin(examination, state, lists, line, line_newest_ms(line));
    if (!measure->value(examination_view(examination, window_ms), &bounds))
        return UNDEFINED;
    ck_assert_msg(bounds.low == bounds.high, "%s is between %g and %g", name, bounds.low, bounds.high);
    return bounds.low;
}

#define D        DAY_MS
#define LONG_AGO "-200000 c A, -190000 c B, "

static const struct {
    const char *measure, *story;
    int64_t window_ms;
    double value;
} cases[] = {
    {"out_calls", "0 C A 5, 1 U B, 2 T C, 3 S D, 4 c A, 5 s A", D, 3},
    {"out_sms", "0 C A 5, 1 S B, 2 S B, 3 s B", D, 2},
    {"out_attempts", "0 C A 5, 1 S B, 2 U *, 3 c B", D, 3},
    {"in_calls", "0 c A 5, 1 c B, 2 s A, 3 C A 1", D, 2},
    {"in_calls", "0 c - 5", D, 1}, /* nobody known is somebody */
    {"in_sms", "0 s A, 1 s *, 2 s -, 3 c A", D, 2},
    {"in_service_sms", "0 s A, 1 s *, 2 s *, 3 S *", D, 2},
    {"answered", "0 C A 5, 1 U B, 2 T C, 3 S D", D, 2},
    {"fan_out", "0 C A 5, 1 U A, 2 S A, 3 S B, 4 S *, 5 c C", D, 2},
    {"fan_in", "0 c A 5, 1 s A, 2 c B, 3 s *, 4 C C 1", D, 2},
    {"fan_in", "0 c -, 1 c A", D, 1},

    /* now - window < time <= now, to the millisecond */
    {"out_calls", "0 U A, 3600 U B", HOUR_MS, 1},
    {"out_calls", "0.001 U A, 3600 U B", HOUR_MS, 2},
    {"out_calls", "0 U A, 3599.999 U B", HOUR_MS, 2},
    {"out_calls", "10 U A, 0 U B, 3605 U C", HOUR_MS, 2}, /* a late one has left before its elder */

    {"out_share", "0 U A, 1 S A, 2 U A, 3 c A", D, 0.75},
    {"out_share", "0 U A, 1 s *", D, 1},
    {"out_share", "0 s *", D, UNDEFINED},
    {"out_call_share", "0 U A, 1 S A, 2 c A, 3 s A", D, 0.25},
    {"out_call_share", "0 s *", D, UNDEFINED},
    {"per_contact", "0 U A, 1 U A, 2 U B", D, 1.5},
    {"per_contact", "0 U *", D, UNDEFINED},
    {"per_contact", "0 U A, 1 S *", D, 2}, /* attempts at a service are attempts */

    {"asr", "0 C A 5, 1 U B, 2 T C, 3 U A", D, 0.5},
    {"asr", "0 S A", D, UNDEFINED},
    {"acd_s", "0 C A 10, 1 C B 50, 2 T C, 3 U D", D, 30},
    {"acd_s", "0 T A, 1 U B", D, UNDEFINED},
    {"acd_s", "0 C A 0", D, 0},
    {"short_ratio", "0 C A 3, 1 C B 5, 2 C C 40, 3 C D 6, 4 U E, 5 T F", D, 0.75},
    {"short_ratio", "0 C A 7", D, 0},
    {"short_ratio", "0 U A, 1 T B", D, UNDEFINED},
    {"below45_ratio", "0 U A, 1 C B 20, 2 C C 44, 3 C D 45, 4 T E", D, 0.75},
    {"below45_ratio", "0 T A", D, UNDEFINED},

    {"gap_median_s", "0 U A, 20 U B, 60 U C", D, 30},
    {"gap_median_s", "0 U A, 20 S B, 60 U C, 61 U D", D, 20},
    {"gap_median_s", "60 U C, 0 U A, 20 U B", D, 30}, /* in order of time, not of arrival */
    {"gap_median_s", "0 U A, 5 c B", D, UNDEFINED},
    {"gap_median_s", "0 U A, 0 U B", D, 0},
    {"gap_cv", "0 U A, 20 U B, 60 U C", D, 1.0 / 3},
    {"gap_cv", "0 U A, 10 U B, 20 U C, 30 U D", D, 0},
    {"gap_cv", "0 U A, 10 U B", D, UNDEFINED},
    {"gap_cv", "0 U A, 0 U B, 0 U C", D, UNDEFINED},
    {"short_gap_ratio", "0 U A, 20 U B, 60 U C, 360 U D", D, 2.0 / 3},
    {"short_gap_ratio", "0 U A, 60 U B, 119.999 U C", D, 0.5},
    {"short_gap_ratio", "0 U A", D, UNDEFINED},

    {"stranger_ratio", LONG_AGO "0 C A 5, 1 C X 5, 2 C X 5", D, 1.0 / 3},
    {"stranger_ratio", "0 c A, 1 U A, 2 U B", D, 0.5},
    {"stranger_ratio", "0 U A, 0 U A", D, 1}, /* at the same moment neither was before */
    {"stranger_ratio", "0 U A, 0 U A, 1 U A", D, 2.0 / 3},
    {"stranger_ratio", "1 U A, 0 c A", D, 0}, /* a late record tells that they knew each other */
    {"stranger_ratio", "0 c A", D, UNDEFINED},
    {"stranger_ratio", "-2592000.004 c A, 0 U A", D, 1}, /* 30 days, to the 4 ms of a sighting */
    {"stranger_ratio", "-2591999.996 c A, 0 U A", D, 0},

    {"reply_ratio", "0 U A, 1 U B, 2 c A", D, 0.5},
    {"reply_ratio", "0 U A, 0 c A", D, 0}, /* at the same moment is not afterwards */
    {"reply_ratio", "0 c A, 1 U A", D, 0},
    {"reply_ratio", "0 U A, 1 s A, 2 s A, 3 U A", D, 1},
    {"reply_ratio", "0 U *, 1 s *", D, UNDEFINED},
    {"protected_out", "0 U 1, 1 U 1, 2 S 2, 3 U A, 4 c 3", D, 2},
    {"agencies_out", "0 U 1, 1 S 2", D, 1},
    {"agencies_out", "0 U 1, 1 S 3, 2 U A", D, 2},
    {"agencies_out", "0 U A", D, 0},
    {"protected_share", "0 U 1, 1 U 1, 2 U A, 3 U B, 4 S 3", D, 0.5},
    {"protected_share", "0 c 1", D, UNDEFINED},

    /* 08:00 is 0: 21:59:59.999 is 50399.999, 22:00 is 50400, 05:59:59.999 is 79199.999, 06:00 is 79200 */
    {"night_ratio", "50399.999 U A, 50400 U A, 79199.999 S A, 79200 U A", D, 0.5},
    {"night_ratio", "50400 c A", D, UNDEFINED},
};

START_TEST(a_measure_says_what_is_worked_out_by_hand)
{
    tell(cases[_i].story);
    const double value = value_of(cases[_i].measure, cases[_i].window_ms);
    ck_assert_msg(fabs(value - cases[_i].value) < 1e-9, "%s of '%s': %g, not %g", cases[_i].measure,
                  cases[_i].story, value, cases[_i].value);
}
END_TEST

START_TEST(a_sim_without_events_has_counts_of_0_and_no_ratios)
{
    line->newest = (uint64_t)(START_MS - TIME_MIN_MS);
    for (size_t i = 0; measure_at(i); i++) {
        const struct measure *measure = measure_at(i);
        if (measure->unit == UNIT_COUNT)
            ck_assert_double_eq(value_of(measure->name, DAY_MS), 0);
        else if (measure->needs_sample)
            ck_assert_double_eq(value_of(measure->name, DAY_MS), UNDEFINED);
    }
}
END_TEST

START_TEST(an_age_is_certain_when_the_activation_is_known_or_the_sim_was_seen_to_appear)
{
    static const unsigned flags[] = {LINE_AGE_KNOWN, LINE_AGE_CERTAIN, 0};
    const struct measure *age = measure_by_name("sim_age_d", strlen("sim_age_d"));
    struct bounds bounds;
    tell("0 U A");
    line->flags |= flags[_i];
    line->born_s = (uint32_t)((START_MS - 36 * HOUR_MS - TIME_MIN_MS) / SECOND_MS);
    examination_begin(examination, state, lists, line, START_MS);
    ck_assert(age->value(examination_view(examination, DAY_MS), &bounds));
    ck_assert_double_eq(bounds.low, 1.5);
    ck_assert_double_eq(bounds.high, flags[_i] ? 1.5 : INFINITY);
    ck_assert_double_eq(value_of("age_known", DAY_MS), flags[_i] == LINE_AGE_KNOWN);
}
END_TEST

START_TEST(places_are_counted_over_the_window_within_the_rounding_of_their_times)
{
    tell("3600 U A");
    const int64_t now_ms = START_MS + HOUR_MS;
    sighting_touch(state, line, SIGHTING_CELL, 1, now_ms - HOUR_MS - 10);
    sighting_touch(state, line, SIGHTING_CELL, 2, now_ms - HOUR_MS + 10);
    sighting_touch(state, line, SIGHTING_CELL, 2, now_ms);
    sighting_touch(state, line, SIGHTING_CELL, 3, now_ms);
    sighting_touch(state, line, SIGHTING_DEVICE, 3, now_ms);
    ck_assert_double_eq(value_of("cells", HOUR_MS), 2);
    ck_assert_double_eq(value_of("cells", DAY_MS), 3);
    ck_assert_double_eq(value_of("imeis", DAY_MS), 1);
}
END_TEST

#define AT_8    START_MS
#define AGO(ms) (START_MS - (ms))

/* The list has complaints of 08:00 and of two days before and after; what a feed brought is beside them. */
static const struct {
    int64_t came_ms[3]; /* by a feed */
    int64_t window_ms, now_ms;
    int64_t activated_ms; /* 0: not known */
    double value;
} complaint_cases[] = {
    {{0}, DAY_MS, AT_8, 0, 1},
    {{0}, 2 * DAY_MS, AT_8, 0, 1}, /* now - window is outside */
    {{0}, 2 * DAY_MS + 1, AT_8, 0, 2},
    {{0}, 30 * DAY_MS, AT_8, 0, 2}, /* what lies ahead does not count yet */
    {{0}, 30 * DAY_MS, AT_8 + 2 * DAY_MS - 1, 0, 2},
    {{0}, 30 * DAY_MS, AT_8 + 2 * DAY_MS, 0, 3},
    {{0}, DAY_MS, AGO(1), 0, 0},
    {{AGO(HOUR_MS), AGO(1), AT_8 + 1}, DAY_MS, AT_8, 0, 3},
    {{AGO(HOUR_MS), AGO(1), AT_8 + 1}, HOUR_MS, AT_8, 0, 2},
    {{AGO(HOUR_MS), AGO(1), AT_8 + 1}, DAY_MS, AT_8 + 1, 0, 4},
    {{AT_8, AT_8, AT_8}, DAY_MS, AT_8, 0, 1}, /* the list has it */
    {{AGO(HOUR_MS), AGO(HOUR_MS), AGO(HOUR_MS)}, DAY_MS, AT_8, 0, 2},
    /* of a former owner, by the list and by a feed */
    {{AGO(DAY_MS + 1), AGO(DAY_MS), 0}, 30 * DAY_MS, AT_8, AGO(DAY_MS), 2},
    {{AGO(DAY_MS)}, 30 * DAY_MS, AT_8, AGO(3 * DAY_MS), 3},
    {{AGO(HOUR_MS)}, 30 * DAY_MS, AGO(DAY_MS), AGO(HOUR_MS), 0}, /* looked at before its activation */
};

START_TEST(complaints_count_from_their_time_on_and_against_the_present_owner)
{
    workdir_write_text("complaints.csv", "time,number,kind\n"
                                         "2024-12-02T08:00:00+07:00,84910000001,V\n"
                                         "2024-11-30T08:00:00+07:00,84910000001,V\n"
                                         "2024-12-04T08:00:00+07:00,84910000001,V\n"
                                         "2024-12-02T08:00:00+07:00,84910000002,V\n");
    struct lists *with = lists_load(workdir_folder(), numbering, names, &error);
    struct complaint_book *book = complaint_book_create(PARTITION_COUNT, &error);
    const struct measure *measure = measure_by_name("complaints", strlen("complaints"));
    struct bounds bounds;
    ck_assert(with && book && measure);
    for (size_t i = 0; i < ARRAY_COUNT(complaint_cases[_i].came_ms); i++) {
        const struct complaint complaint = {
            .number = line->number, .time_ms = complaint_cases[_i].came_ms[i], .kind = 'V'};
        if (complaint.time_ms)
            ck_assert(complaint_book_add(book, with, partition_of(line->number), &complaint));
    }
    if (complaint_cases[_i].activated_ms) {
        line->flags |= LINE_AGE_KNOWN;
        line->born_s = (uint32_t)((complaint_cases[_i].activated_ms - TIME_MIN_MS) / SECOND_MS);
    }
    examination->complaints = book;
    examination_begin(examination, state, with, line, complaint_cases[_i].now_ms);
    ck_assert(measure->value(examination_view(examination, complaint_cases[_i].window_ms), &bounds));
    ck_assert_double_eq(bounds.low, complaint_cases[_i].value);
    ck_assert_double_eq(bounds.high, complaint_cases[_i].value);
    complaint_book_destroy(book);
    lists_destroy(with);
}
END_TEST

START_TEST(where_complaints_were_let_go_of_their_count_is_a_lower_bound)
{
    struct complaint_book *book = complaint_book_create(PARTITION_COUNT, &error);
    const struct measure *measure = measure_by_name("complaints", strlen("complaints"));
    struct complaint complaint = {.number = line->number, .kind = 'V'};
    struct bounds bounds;
    for (int64_t i = 0; i <= COMPLAINTS_OF_PARTITION_MAX; i++) {
        complaint.time_ms = START_MS + i * SECOND_MS;
        complaint_book_add(book, lists, partition_of(line->number), &complaint);
    }
    examination->complaints = book;
    examination_begin(examination, state, lists, line, complaint.time_ms);
    ck_assert(measure->value(examination_view(examination, DAY_MS), &bounds));
    ck_assert_double_eq(bounds.low, COMPLAINTS_OF_PARTITION_MAX);
    ck_assert_double_eq(bounds.high, INFINITY);
    ck_assert(measure->value(examination_view(examination, MINUTE_MS), &bounds));
    ck_assert_double_eq(bounds.low, 60);
    ck_assert_double_eq(bounds.high, 60);
    complaint_book_destroy(book);
}
END_TEST

/* Calls to a service, of which the three oldest were forgotten: they may have been to others, or not. */
START_TEST(what_may_be_a_figure_of_nothing_is_not_defined)
{
    static const struct {
        const char *measure;
        bool is_defined;
    } after[] = {{"per_contact", false},     {"reply_ratio", false},  {"protected_share", false},
                 {"acd_s", false},           {"gap_median_s", false}, {"gap_cv", false},
                 {"short_gap_ratio", false}, {"asr", true},           {"below45_ratio", true},
                 {"stranger_ratio", true},   {"out_share", true}};
    tell("0 C * 5, 10 C * 5, 20 C * 5, 30 C * 5, 40 C * 5, 50 C * 5, 60 C * 5");
    ck_assert(ring_spill_oldest(state, line));
    examination_begin(examination, state, lists, line, line_newest_ms(line));
    for (size_t i = 0; i < ARRAY_COUNT(after); i++) {
        const struct measure *measure = measure_by_name(after[i].measure, strlen(after[i].measure));
        struct bounds bounds;
        ck_assert_msg(measure->value(examination_view(examination, D), &bounds) == after[i].is_defined, "%s",
                      after[i].measure);
    }
}
END_TEST

START_TEST(every_measure_has_a_case)
{
    for (size_t i = 0; measure_at(i); i++) {
        const struct measure *measure = measure_at(i);
        bool has_case = measure->domain == DOMAIN_OTHER; /* the tests above */
        for (size_t k = 0; k < ARRAY_COUNT(cases); k++)
            has_case |= strcmp(cases[k].measure, measure->name) == 0;
        ck_assert_msg(has_case, "%s", measure->name);
    }
}
END_TEST

/* A SIM's events by several feeds, of which none is as far as the others; identities say in which order they came. */
START_TEST(events_lie_in_order_of_time_and_of_those_of_one_time_as_they_came)
{
    enum { COUNT = 700 };
    chance_begin((uint64_t)_i + 1);
    const uint64_t spread_s = _i % 2 ? 20 : 2 * COUNT; /* many of one time, or few */
    const uint64_t behind_once_in = (uint64_t[]){1, 2, 50, COUNT}[_i / 2];
    for (uint64_t i = 0; i < COUNT; i++) {
        const uint64_t second = draw_once_in(behind_once_in) ? draw(spread_s) : i * spread_s / COUNT;
        const int64_t time_ms = START_MS + (int64_t)second * SECOND_MS;
        const struct event event = event_make(MOBILE(100 + i % 7), EVENT_OUT, time_ms, 0, i + 1);
        ring_append(state, line, &event, time_ms);
    }
    examination_begin(examination, state, lists, line, line_newest_ms(line));
    ck_assert_uint_eq(examination->count, COUNT);
    for (size_t i = 1; i < COUNT; i++) {
        const struct seen *before = &examination->events[i - 1], *seen = &examination->events[i];
        REQUIRE(before->time_ms < seen->time_ms ||
                (before->time_ms == seen->time_ms && before->identity < seen->identity));
    }
}
END_TEST

/* Contacts are grouped once for all windows of a look: which is asked for first must not matter. */
START_TEST(figures_of_contacts_are_those_of_their_window_in_any_order_of_asking)
{
    static const struct {
        int64_t window_ms;
        struct contact_figures figures;
    } windows[] = {
        {100 * SECOND_MS, {.fan_out = 2, .fan_in = 1, .replied = 1, .strangers = 1}},
        {2000 * SECOND_MS, {.fan_out = 4, .fan_in = 2, .replied = 1, .strangers = 3}},
        {4000 * SECOND_MS, {.fan_out = 5, .fan_in = 2, .replied = 2, .strangers = 5}},
    };
    static const uint8_t orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1, 2, 0}};
    tell(
        "0 C A 5, 10 C B 5, 2000 c A 9, 2100 C C 5, 2200 C D 5, 3000 c B 9, 3950 C A 5, 3960 C E 5, 3970 c A 9");
    for (size_t look = 0; look < ARRAY_COUNT(orders); look++) {
        examination_begin(examination, state, lists, line, line_newest_ms(line));
        for (size_t i = 0; i < 2 * ARRAY_COUNT(windows); i++) {
            const size_t which = orders[look][i % 3];
            if (look % 2)
                examination->view_count = 0; /* as `why` does for each rule */
            const struct contact_figures *wanted = &windows[which].figures,
                                         *got = view_contacts(
                                             examination_view(examination, windows[which].window_ms));
            ck_assert_msg(got->fan_out == wanted->fan_out && got->fan_in == wanted->fan_in &&
                              got->replied == wanted->replied && got->strangers == wanted->strangers,
                          "look %zu, window %zu: out %u in %u replied %u strangers %u", look, which,
                          got->fan_out, got->fan_in, got->replied, got->strangers);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("detect/measures");
    TCase *tests = tcase_create("measures");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, a_measure_says_what_is_worked_out_by_hand, 0, ARRAY_COUNT(cases));
    tcase_add_loop_test(tests, events_lie_in_order_of_time_and_of_those_of_one_time_as_they_came, 0, 8);
    tcase_add_test(tests, figures_of_contacts_are_those_of_their_window_in_any_order_of_asking);
    tcase_add_test(tests, a_sim_without_events_has_counts_of_0_and_no_ratios);
    tcase_add_loop_test(tests, an_age_is_certain_when_the_activation_is_known_or_the_sim_was_seen_to_appear,
                        0, 3);
    tcase_add_test(tests, places_are_counted_over_the_window_within_the_rounding_of_their_times);
    tcase_add_loop_test(tests, complaints_count_from_their_time_on_and_against_the_present_owner, 0,
                        ARRAY_COUNT(complaint_cases));
    tcase_add_test(tests, where_complaints_were_let_go_of_their_count_is_a_lower_bound);
    tcase_add_test(tests, what_may_be_a_figure_of_nothing_is_not_defined);
    tcase_add_test(tests, every_measure_has_a_case);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
