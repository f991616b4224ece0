/* SPDX-License-Identifier: Apache-2.0
 * Attempts, and how the calls went. */
#include "measures.h"

static bool bounded(double exact, uint32_t low, uint32_t high, struct bounds *bounds)
{
    bounds->low = exact + low;
    bounds->high = high == UINT32_MAX ? BOUND_UNKNOWN : exact + high;
    return true;
}

static bool out_calls(struct view *view, struct bounds *bounds)
{
    return bounded(view->tally.out_calls, view->spill.low[SPILL_OUT_CALL], view->spill.high[SPILL_OUT_CALL],
                   bounds);
}

static bool out_sms(struct view *view, struct bounds *bounds)
{
    return bounded(view->tally.out_sms, view->spill.low[SPILL_OUT_SMS], view->spill.high[SPILL_OUT_SMS],
                   bounds);
}

/* What was forgotten of incoming events is one sum: nothing certain about its parts. */
static bool incoming(const struct view *view, uint32_t exact, struct bounds *bounds)
{
    return bounded(exact, 0, view->spill.high[SPILL_IN], bounds);
}

static bool in_calls(struct view *view, struct bounds *bounds)
{
    return incoming(view, view->tally.in_calls, bounds);
}

static bool in_sms(struct view *view, struct bounds *bounds)
{
    return incoming(view, view->tally.in_sms, bounds);
}

static bool in_service_sms(struct view *view, struct bounds *bounds)
{
    return incoming(view, view->tally.in_service_sms, bounds);
}

static bool answered(struct view *view, struct bounds *bounds)
{
    return bounded(view->tally.answered, view->spill.low[SPILL_ANSWERED], view->spill.high[SPILL_ANSWERED],
                   bounds);
}

bool measure_out_attempts_value(struct view *view, struct bounds *bounds)
{
    struct bounds calls, sms;
    out_calls(view, &calls);
    out_sms(view, &sms);
    *bounds = (struct bounds){calls.low + sms.low, calls.high + sms.high};
    return true;
}

static void asr_parts(struct view *view, struct bounds *numerator, struct bounds *denominator)
{
    answered(view, numerator);
    out_calls(view, denominator);
}

static void short_parts(struct view *view, struct bounds *numerator, struct bounds *denominator)
{
    struct bounds untimed;
    bounded(view->tally.short_calls, view->spill.low[SPILL_SHORT], view->spill.high[SPILL_SHORT], numerator);
    answered(view, denominator);
    bounded(view->tally.answered - view->tally.answered_timed, view->spill.low[SPILL_UNTIMED],
            view->spill.high[SPILL_UNTIMED], &untimed);
    bounds_subtract(denominator, &untimed);
}

static void below45_parts(struct view *view, struct bounds *numerator, struct bounds *denominator)
{
    struct bounds untimed;
    bounded(view->tally.below_45, view->spill.low[SPILL_BELOW_45], view->spill.high[SPILL_BELOW_45],
            numerator);
    out_calls(view, denominator);
    bounded(view->tally.out_calls - view->tally.timed_calls, view->spill.low[SPILL_UNTIMED],
            view->spill.high[SPILL_UNTIMED], &untimed);
    bounds_subtract(denominator, &untimed);
}

static void night_parts(struct view *view, struct bounds *numerator, struct bounds *denominator)
{
    measure_out_attempts_value(view, denominator);
    *numerator = (struct bounds){view->tally.night, view->tally.night + denominator->high -
                                                        (view->tally.out_calls + view->tally.out_sms)};
}

static void out_share_parts(struct view *view, struct bounds *numerator, struct bounds *denominator)
{
    measure_out_attempts_value(view, numerator);
    bounded((double)view->tally.in_calls + view->tally.in_sms, 0, view->spill.high[SPILL_IN], denominator);
    denominator->low += numerator->low;
    denominator->high += numerator->high;
}

static void out_call_share_parts(struct view *view, struct bounds *numerator, struct bounds *denominator)
{
    struct bounds out;
    out_share_parts(view, &out, denominator);
    out_calls(view, numerator);
}

static bool acd_s(struct view *view, struct bounds *bounds)
{
    /* Seconds of forgotten calls are not kept. */
    if (view->spill.high[SPILL_ANSWERED] || !view->tally.answered_timed)
        return false;
    bounds->low = bounds->high = (double)view->tally.conversation_s / view->tally.answered_timed;
    return true;
}

RATIO_VALUE(asr)
RATIO_VALUE(short)
RATIO_VALUE(below45)
RATIO_VALUE(night)
RATIO_VALUE(out_share)
RATIO_VALUE(out_call_share)

const struct measure measure_out_calls = {
    .name = "out_calls",
    .unit = UNIT_COUNT,
    .domain = DOMAIN_OUT_CALL,
    .is_count = true,
    .meaning = "outgoing call attempts, answered or not",
    .formula = "number of calls with this SIM as A",
    .example = "3 answered, 2 busy, 1 unanswered: 6",
    .value = out_calls,
};
const struct measure measure_out_sms = {
    .name = "out_sms",
    .unit = UNIT_COUNT,
    .domain = DOMAIN_OUT_SMS,
    .is_count = true,
    .meaning = "outgoing SMS, delivered or not",
    .formula = "number of SMS with this SIM as A",
    .example = "10 delivered, 2 failed: 12",
    .value = out_sms,
};
const struct measure measure_out_attempts = {
    .name = "out_attempts",
    .unit = UNIT_COUNT,
    .domain = DOMAIN_OUT,
    .is_count = true,
    .meaning = "outgoing attempts, calls and SMS together",
    .formula = "out_calls + out_sms",
    .example = "6 calls and 12 SMS: 18",
    .value = measure_out_attempts_value,
};
const struct measure measure_in_calls = {
    .name = "in_calls",
    .unit = UNIT_COUNT,
    .domain = DOMAIN_IN,
    .is_count = true,
    .meaning = "incoming call attempts, answered or not",
    .formula = "number of calls with this SIM as B",
    .example = "called 4 times, answered once: 4",
    .value = in_calls,
};
const struct measure measure_in_sms = {
    .name = "in_sms",
    .unit = UNIT_COUNT,
    .domain = DOMAIN_IN,
    .is_count = true,
    .meaning = "incoming SMS of people; those of services and brandnames are in_service_sms",
    .formula = "number of SMS with this SIM as B whose A is no service, short code or alphanumeric sender",
    .example = "2 from a friend, 3 from a bank: 2",
    .value = in_sms,
};
const struct measure measure_in_service_sms = {
    .name = "in_service_sms",
    .unit = UNIT_COUNT,
    .domain = DOMAIN_IN,
    .is_count = true,
    .meaning = "incoming SMS of services and brandnames",
    .formula = "number of SMS with this SIM as B whose A is a service, short code or alphanumeric sender",
    .example = "2 from a friend, 3 from a bank: 3",
    .value = in_service_sms,
};
const struct measure measure_out_share = {
    .name = "out_share",
    .unit = UNIT_RATIO,
    .domain = DOMAIN_OUT | DOMAIN_IN,
    .needs_sample = true,
    .meaning = "share of this SIM's attempts that go out",
    .formula = "(out_calls + out_sms) / (out_calls + out_sms + in_calls + in_sms)",
    .example = "48 out, 2 in: 48 / 50 = 96 %",
    .value = out_share_value,
    .parts = out_share_parts,
};
const struct measure measure_out_call_share = {
    .name = "out_call_share",
    .unit = UNIT_RATIO,
    .domain = DOMAIN_OUT | DOMAIN_IN,
    .needs_sample = true,
    .meaning =
        "share of outgoing calls in all the SIM does (national criterion: mainly calls out, receives no calls, "
        "sends no messages)",
    .formula = "out_calls / (out_calls + out_sms + in_calls + in_sms)",
    .example = "60 calls out, 1 SMS out, 2 calls in: 60 / 63 = 95 %",
    .value = out_call_share_value,
    .parts = out_call_share_parts,
};
const struct measure measure_answered = {
    .name = "answered",
    .unit = UNIT_COUNT,
    .domain = DOMAIN_OUT_CALL,
    .is_count = true,
    .meaning = "outgoing calls that were answered",
    .formula = "number of outgoing calls with outcome answered, or without outcome and a duration above 0",
    .example = "3 answered, 2 busy: 3",
    .value = answered,
};
const struct measure measure_asr = {
    .name = "asr",
    .unit = UNIT_RATIO,
    .domain = DOMAIN_OUT_CALL,
    .needs_sample = true,
    .meaning = "answer-seizure ratio (ITU-T E.425)",
    .formula = "answered / out_calls",
    .example = "3 of 5 answered: 60 %",
    .value = asr_value,
    .parts = asr_parts,
    .whole = DOMAIN_OUT_CALL,
};
const struct measure measure_acd_s = {
    .name = "acd_s",
    .unit = UNIT_SECONDS,
    .domain = DOMAIN_OUT_CALL,
    .needs_sample = true,
    .meaning = "average call duration: mean conversation of answered outgoing calls",
    .formula = "sum of conversation seconds / answered calls with known seconds",
    .example = "10 s and 50 s: 30 s",
    .value = acd_s,
};
const struct measure measure_short_ratio = {
    .name = "short_ratio",
    .unit = UNIT_RATIO,
    .domain = DOMAIN_OUT_CALL,
    .needs_sample = true,
    .meaning = "share of answered outgoing calls that lasted at most the short-call limit (6 s)",
    .formula = "answered calls of <= 6 s / answered calls with known seconds",
    .example = "3 s, 5 s, 40 s, 6 s: 3 / 4 = 75 %",
    .value = short_value,
    .parts = short_parts,
};
const struct measure measure_below45_ratio = {
    .name = "below45_ratio",
    .unit = UNIT_RATIO,
    .domain = DOMAIN_OUT_CALL,
    .needs_sample = true,
    .meaning =
        "share of outgoing calls below 45 s, unanswered ones included (the official mark of a short call)",
    .formula = "outgoing calls of < 45 s / outgoing calls with known seconds (0 when unanswered)",
    .example = "0 s (busy), 20 s, 44 s, 45 s: 3 / 4 = 75 %",
    .value = below45_value,
    .parts = below45_parts,
};
const struct measure measure_night_ratio = {
    .name = "night_ratio",
    .unit = UNIT_RATIO,
    .domain = DOMAIN_OUT,
    .needs_sample = true,
    .meaning = "share of outgoing attempts between 22:00 and 06:00 (UTC+7)",
    .formula = "outgoing attempts at night / (out_calls + out_sms)",
    .example = "at 21:59, 22:00, 05:59, 06:00: 2 / 4 = 50 %",
    .value = night_value,
    .parts = night_parts,
    .whole = DOMAIN_OUT,
};
