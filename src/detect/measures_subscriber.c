/* SPDX-License-Identifier: Apache-2.0
 * How old a SIM is, where it was served, and who complained of it. */
#include "measures.h"
#include "simsieve/state/sighting.h"

/* Without an activation date a SIM is at least as old as its first record; only one that was first seen after 30
 * days of watching is certainly no older. */
static bool sim_age_d(struct view *view, struct bounds *bounds)
{
    const struct line *line = view->examination->line;
    const double age_d = (double)(view->examination->now_ms - line_born_ms(line)) / DAY_MS;
    const bool is_certain = line->flags & (LINE_AGE_KNOWN | LINE_AGE_CERTAIN);
    bounds->low = age_d > 0 ? age_d : 0;
    bounds->high = is_certain ? bounds->low : BOUND_UNKNOWN;
    return true;
}

static bool age_known(struct view *view, struct bounds *bounds)
{
    bounds->low = bounds->high = (view->examination->line->flags & LINE_AGE_KNOWN) != 0;
    return true;
}

static bool places(struct view *view, enum sighting_kind kind, struct bounds *bounds)
{
    const struct examination *examination = view->examination;
    const int64_t since_ms = examination->now_ms - view->window_ms;
    const bool is_complete = !(examination->line->flags & LINE_PLACES_INCOMPLETE) && view->is_past_known;
    bounds->low = sighting_count(examination->state, examination->line, kind, since_ms);
    bounds->high = BOUND_UNKNOWN;
    if (is_complete) /* kept times are rounded down */
        bounds->high =
            sighting_count(examination->state, examination->line, kind, since_ms - (SIGHTING_UNIT_MS - 1));
    return true;
}

static bool cells(struct view *view, struct bounds *bounds)
{
    return places(view, SIGHTING_CELL, bounds);
}

static bool imeis(struct view *view, struct bounds *bounds)
{
    return places(view, SIGHTING_DEVICE, bounds);
}

/* What was reported before the activation was the former owner's doing. Some that came by a feed may have been let go of. */
static bool complaints(struct view *view, struct bounds *bounds)
{
    const struct examination *examination = view->examination;
    const struct line *line = examination->line;
    const struct complaint_book *book = examination->complaints;
    const int64_t now_ms = examination->now_ms;
    int64_t since_ms = now_ms - view->window_ms;
    if (line->flags & LINE_AGE_KNOWN)
        since_ms = i64_max(since_ms, line_born_ms(line) - 1);
    size_t count = lists_complaint_count(examination->lists, line->number, since_ms, now_ms);
    if (book)
        count += complaint_book_count(book, partition_of(line->number), line->number, since_ms, now_ms);
    bounds->low = bounds->high = (double)count;
    if (book && complaint_book_lost_ms(book, partition_of(line->number)) > since_ms)
        bounds->high = BOUND_UNKNOWN;
    return true;
}

const struct measure measure_sim_age_d = {
    .name = "sim_age_d",
    .unit = UNIT_DAYS,
    .domain = DOMAIN_OTHER,
    .is_timeless = true,
    .meaning = "days since activation; without an activation date, since first seen",
    .formula = "(now - activated) / 24 h",
    .example = "activated on 1 December 08:00, now 2 December 20:00: 1.5 days",
    .value = sim_age_d,
};
const struct measure measure_age_known = {
    .name = "age_known",
    .unit = UNIT_COUNT,
    .domain = DOMAIN_OTHER,
    .is_timeless = true,
    .meaning = "1 when the activation date is in the subscriber list",
    .formula = "1 or 0",
    .example = "listed with a date: 1",
    .value = age_known,
};
const struct measure measure_cells = {
    .name = "cells",
    .unit = UNIT_COUNT,
    .domain = DOMAIN_OTHER,
    .meaning = "distinct serving cells",
    .formula = "number of distinct cells in records that served this SIM",
    .example = "home, office, home: 2",
    .value = cells,
};
const struct measure measure_imeis = {
    .name = "imeis",
    .unit = UNIT_COUNT,
    .domain = DOMAIN_OTHER,
    .meaning = "distinct devices",
    .formula = "number of distinct first-14-digit IMEIs in records that served this SIM",
    .example = "one phone, then another: 2",
    .value = imeis,
};
const struct measure measure_complaints = {
    .name = "complaints",
    .unit = UNIT_COUNT,
    .domain = DOMAIN_OTHER,
    .is_of_lists = true,
    .meaning = "reports to 156 and 5656 that name this number, since its activation",
    .formula = "number of complaints",
    .example = "two spam calls and a spam SMS reported within the window: 3",
    .value = complaints,
};
