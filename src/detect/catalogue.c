/* SPDX-License-Identifier: Apache-2.0
 * The catalogue: a new measure adds one line here, in the order of printed columns. */
#include "measures.h"
#include "simsieve/base/text.h"

#include <string.h>

static const struct measure *const catalogue[] = {
    &measure_sim_age_d,
    &measure_age_known,
    &measure_out_calls,
    &measure_out_sms,
    &measure_in_calls,
    &measure_in_sms,
    &measure_in_service_sms,
    &measure_fan_out,
    &measure_fan_in,
    &measure_out_share,
    &measure_per_contact,
    &measure_answered,
    &measure_asr,
    &measure_acd_s,
    &measure_short_ratio,
    &measure_below45_ratio,
    &measure_gap_median_s,
    &measure_gap_cv,
    &measure_stranger_ratio,
    &measure_reply_ratio,
    &measure_protected_out,
    &measure_agencies_out,
    &measure_cells,
    &measure_imeis,
    &measure_night_ratio,
    &measure_out_attempts,
    &measure_out_call_share,
    &measure_short_gap_ratio,
    &measure_protected_share,
    &measure_complaints,
};

#define COUNT ARRAY_COUNT(catalogue)

size_t measure_count(void)
{
    return COUNT;
}

const struct measure *measure_at(size_t index)
{
    return index < COUNT ? catalogue[index] : NULL;
}

const struct measure *measure_by_name(const char *name, size_t length)
{
    for (size_t i = 0; i < COUNT; i++)
        if (strlen(catalogue[i]->name) == length && memcmp(catalogue[i]->name, name, length) == 0)
            return catalogue[i];
    return NULL;
}

const char *const *measure_names(void)
{
    static const char *names[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        names[i] = catalogue[i]->name;
    return names;
}

const char *unit_name(enum unit unit)
{
    static const char *const names[] = {"count", "ratio", "seconds", "days", "plain"};
    return names[unit];
}

void measure_format(struct text *text, const struct measure *measure, double value, enum language language)
{
    static const char *const units[][2] = {[UNIT_COUNT] = {"", ""},
                                           [UNIT_RATIO] = {" %", " %"},
                                           [UNIT_SECONDS] = {" s", " giây"},
                                           [UNIT_DAYS] = {" days", " ngày"},
                                           [UNIT_PLAIN] = {"", ""}};
    char digits[64];
    struct text number = text_over(digits, sizeof(digits));
    text_add_number(&number, measure->unit == UNIT_RATIO ? value * 100 : value,
                    measure->unit == UNIT_PLAIN ? 2 : 1);
    char *point = strchr(digits, '.');
    if (point && language == LANGUAGE_VI)
        *point = ',';
    text_add(text, "%s%s", digits, units[measure->unit][language]);
}

void window_format(struct text *text, int64_t window_ms, enum language language)
{
    if (language != LANGUAGE_VI || window_ms % MINUTE_MS)
        text_add_duration(text, window_ms);
    else if (window_ms % DAY_MS == 0 && window_ms > DAY_MS) /* one day is 24 hours, as in the rules */
        text_add(text, "%lld ngày", (long long)(window_ms / DAY_MS));
    else if (window_ms % HOUR_MS == 0)
        text_add(text, "%lld giờ", (long long)(window_ms / HOUR_MS));
    else
        text_add(text, "%lld phút", (long long)(window_ms / MINUTE_MS));
}

bool ratio_bounds(const struct bounds *numerator, const struct bounds *denominator, struct bounds *ratio)
{
    if (denominator->low == 0)
        return false;
    ratio->low = isinf(denominator->high) ? 0 : numerator->low / denominator->high;
    ratio->high = isinf(numerator->high) ? 1 : numerator->high / denominator->low;
    if (ratio->high > 1)
        ratio->high = 1;
    return true;
}
