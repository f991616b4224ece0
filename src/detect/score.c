/* SPDX-License-Identifier: Apache-2.0
 * Weights follow the strength of evidence on labelled users: attempts per correspondent, distinct over total and the
 * outgoing share say most, then age, devices and places; durations say next to nothing alone. */
#include "simsieve/detect/score.h"

#include "measures.h"

static const struct score_point points[] = {
    {&measure_per_contact, false, 1.3, 15},
    {&measure_fan_out, true, 30, 10},
    {&measure_fan_out, true, 100, 5},
    {&measure_out_share, true, 0.9, 15},
    {&measure_stranger_ratio, true, 0.8, 10},
    {&measure_reply_ratio, false, 0.05, 10},
    {&measure_sim_age_d, false, 30, 15},
    {&measure_cells, false, 2, 5},
    {&measure_imeis, true, 3, 5},
    {&measure_below45_ratio, true, 0.7, 5},
    {&measure_gap_cv, false, 1, 5},
};

const struct score_point *score_point_at(size_t index)
{
    return index < ARRAY_COUNT(points) ? &points[index] : NULL;
}

bool score_point_holds(const struct score_point *point, struct view *view)
{
    struct bounds bounds;
    if (!point->measure->value(view, &bounds))
        return false;
    return point->is_at_least ? bounds.low >= point->threshold : bounds.high <= point->threshold;
}

unsigned score_of(struct view *view)
{
    struct bounds attempts;
    unsigned sum = 0;
    measure_out_attempts_value(view, &attempts);
    if (attempts.low < SCORE_SAMPLE_MIN)
        return 0;
    for (size_t i = 0; i < ARRAY_COUNT(points); i++)
        sum += score_point_holds(&points[i], view) ? points[i].points : 0;
    return sum;
}
