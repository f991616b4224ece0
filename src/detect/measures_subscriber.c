/* SPDX-License-Identifier: Apache-2.0
 * How old a SIM is, and where it was served. */
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
