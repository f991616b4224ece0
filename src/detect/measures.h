/* SPDX-License-Identifier: Apache-2.0
 * What the families of measures share. */
#pragma once

#include "simsieve/detect/measure.h"

#include <math.h>

/* A bound that nothing certain is known about. */
#define BOUND_UNKNOWN INFINITY

/* a - b for counts of which b is a part of a. */
static inline void bounds_subtract(struct bounds *a, const struct bounds *b)
{
    a->low = a->low > b->high ? a->low - b->high : 0;
    a->high = a->high - b->low;
}

/* Bounds of numerator / denominator, counts of which the first is a part of the second; false where there is
 * nothing to divide by, or may be. */
bool ratio_bounds(const struct bounds *numerator, const struct bounds *denominator, struct bounds *ratio);

/* Defines NAME_value from NAME_parts. */
#define RATIO_VALUE(name)                                              \
    static bool name##_value(struct view *view, struct bounds *bounds) \
    {                                                                  \
        struct bounds numerator, denominator;                          \
        name##_parts(view, &numerator, &denominator);                  \
        return ratio_bounds(&numerator, &denominator, bounds);         \
    }

bool measure_out_attempts_value(struct view *view, struct bounds *bounds);

extern const struct measure measure_sim_age_d, measure_age_known;
extern const struct measure measure_out_calls, measure_out_sms, measure_in_calls, measure_in_sms,
    measure_in_service_sms, measure_out_attempts, measure_out_share, measure_out_call_share, measure_answered,
    measure_asr, measure_acd_s, measure_short_ratio, measure_below45_ratio, measure_night_ratio;
extern const struct measure measure_fan_out, measure_fan_in, measure_per_contact, measure_stranger_ratio,
    measure_reply_ratio, measure_protected_out, measure_agencies_out, measure_protected_share;
extern const struct measure measure_gap_median_s, measure_gap_cv, measure_short_gap_ratio;
extern const struct measure measure_cells, measure_imeis, measure_complaints;
