/* SPDX-License-Identifier: Apache-2.0
 * The rhythm of outgoing attempts. Where some of the window were forgotten, nothing certain is known of it. */
#include "measures.h"

static bool is_known(const struct view *view)
{
    return !view->spill.high[SPILL_OUT_CALL] && !view->spill.high[SPILL_OUT_SMS];
}

static bool gap_median_s(struct view *view, struct bounds *bounds)
{
    if (!is_known(view))
        return false;
    const struct gap_figures *figures = view_gaps(view);
    bounds->low = bounds->high = figures->median_s;
    return figures->count > 0;
}

static bool gap_cv(struct view *view, struct bounds *bounds)
{
    if (!is_known(view))
        return false;
    const struct gap_figures *figures = view_gaps(view);
    bounds->low = bounds->high = figures->cv;
    return figures->cv >= 0;
}

static bool short_gap_ratio(struct view *view, struct bounds *bounds)
{
    if (!is_known(view))
        return false;
    const struct gap_figures *figures = view_gaps(view);
    if (!figures->count)
        return false;
    bounds->low = bounds->high = (double)figures->short_gaps / figures->count;
    return true;
}

const struct measure measure_gap_median_s = {
    .name = "gap_median_s",
    .unit = UNIT_SECONDS,
    .domain = DOMAIN_OUT,
    .needs_sample = true,
    .meaning = "median time between outgoing attempts, from begin to begin",
    .formula = "median of the differences of successive attempt times; mean of the middle two when even",
    .example = "at 0 s, 20 s, 60 s: gaps 20 and 40: 30 s",
    .value = gap_median_s,
};
const struct measure measure_gap_cv = {
    .name = "gap_cv",
    .unit = UNIT_PLAIN,
    .domain = DOMAIN_OUT,
    .needs_sample = true,
    .meaning = "how irregular the gaps are: 0 for a machine, about 1 for chance, more for bursts",
    .formula = "population standard deviation of the gaps / their mean (two gaps or more)",
    .example = "gaps of 20 s and 40 s: 10 / 30 = 0.333",
    .value = gap_cv,
};
const struct measure measure_short_gap_ratio = {
    .name = "short_gap_ratio",
    .unit = UNIT_RATIO,
    .domain = DOMAIN_OUT,
    .needs_sample = true,
    .meaning = "share of gaps between outgoing attempts that are shorter than 60 s (a national criterion)",
    .formula = "gaps of < 60 s / gaps",
    .example = "gaps of 20 s, 40 s, 300 s: 2 / 3 = 67 %",
    .value = short_gap_ratio,
};
