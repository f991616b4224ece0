/* SPDX-License-Identifier: Apache-2.0
 * Whom a SIM was in contact with. */
#include "measures.h"

/* Outgoing attempts of the window that were forgotten, at most. */
static double forgotten_out(const struct view *view)
{
    const uint32_t calls = view->spill.high[SPILL_OUT_CALL], sms = view->spill.high[SPILL_OUT_SMS];
    return calls == UINT32_MAX || sms == UINT32_MAX ? BOUND_UNKNOWN : (double)calls + sms;
}

static double forgotten_in(const struct view *view)
{
    return view->spill.high[SPILL_IN] == UINT32_MAX ? BOUND_UNKNOWN : view->spill.high[SPILL_IN];
}

static bool fan_out(struct view *view, struct bounds *bounds)
{
    bounds->low = view_contacts(view)->fan_out;
    bounds->high = bounds->low + forgotten_out(view);
    return true;
}

static bool fan_in(struct view *view, struct bounds *bounds)
{
    bounds->low = view_contacts(view)->fan_in;
    bounds->high = bounds->low + forgotten_in(view);
    return true;
}

static void per_contact_parts(struct view *view, struct bounds *numerator, struct bounds *denominator)
{
    measure_out_attempts_value(view, numerator);
    fan_out(view, denominator);
}

/* Not a part of a whole: attempts are at least contacts. */
static bool per_contact_value(struct view *view, struct bounds *bounds)
{
    struct bounds attempts, contacts;
    per_contact_parts(view, &attempts, &contacts);
    if (contacts.low == 0)
        return false;
    bounds->low = attempts.low / contacts.high;
    bounds->high = attempts.high / contacts.low;
    return true;
}

static void stranger_parts(struct view *view, struct bounds *numerator, struct bounds *denominator)
{
    const struct contact_figures *figures = view_contacts(view);
    measure_out_attempts_value(view, denominator);
    numerator->low = figures->strangers;
    numerator->high = (double)figures->strangers + figures->maybe_strangers + forgotten_out(view);
}

static void reply_parts(struct view *view, struct bounds *numerator, struct bounds *denominator)
{
    const double replied = view_contacts(view)->replied;
    fan_out(view, denominator);
    *numerator = (struct bounds){replied, view->is_complete ? replied : denominator->high};
}

static bool protected_out(struct view *view, struct bounds *bounds)
{
    bounds->low = view->tally.protected ? view_contacts(view)->protected : 0;
    bounds->high = bounds->low + forgotten_out(view);
    return true;
}

static bool agencies_out(struct view *view, struct bounds *bounds)
{
    bounds->low = view->tally.protected ? view_contacts(view)->agencies : 0;
    bounds->high = bounds->low + forgotten_out(view);
    return true;
}

static void protected_share_parts(struct view *view, struct bounds *numerator, struct bounds *denominator)
{
    protected_out(view, numerator);
    fan_out(view, denominator);
}

RATIO_VALUE(stranger)
RATIO_VALUE(reply)
RATIO_VALUE(protected_share)

const struct measure measure_fan_out = {
    .name = "fan_out",
    .unit = UNIT_COUNT,
    .domain = DOMAIN_OUT,
    .is_count = true,
    .meaning = "distinct numbers called or written to, services left out",
    .formula = "number of distinct B of outgoing attempts",
    .example = "A, B, A, C: 3",
    .value = fan_out,
};
const struct measure measure_fan_in = {
    .name = "fan_in",
    .unit = UNIT_COUNT,
    .domain = DOMAIN_IN,
    .is_count = true,
    .meaning = "distinct numbers that called or wrote, services left out",
    .formula = "number of distinct A of incoming attempts",
    .example = "A, A, B: 2",
    .value = fan_in,
};
const struct measure measure_per_contact = {
    .name = "per_contact",
    .unit = UNIT_PLAIN,
    .domain = DOMAIN_OUT,
    .needs_sample = true,
    .meaning = "outgoing attempts for each number contacted",
    .formula = "(out_calls + out_sms) / fan_out",
    .example = "60 attempts at 50 numbers: 1.2",
    .value = per_contact_value,
    .parts = per_contact_parts,
    .whole = DOMAIN_OUT,
};
const struct measure measure_stranger_ratio = {
    .name = "stranger_ratio",
    .unit = UNIT_RATIO,
    .domain = DOMAIN_OUT | DOMAIN_IN,
    .needs_sample = true,
    .meaning = "share of outgoing attempts to numbers with no attempt either way in the 30 days before",
    .formula = "outgoing attempts to such numbers / (out_calls + out_sms)",
    .example = "first call to X, second call to X, call to a friend of last week: 1 / 3 = 33 %",
    .value = stranger_value,
    .parts = stranger_parts,
    .whole = DOMAIN_OUT,
};
const struct measure measure_reply_ratio = {
    .name = "reply_ratio",
    .unit = UNIT_RATIO,
    .domain = DOMAIN_OUT | DOMAIN_IN,
    .needs_sample = true,
    .meaning = "share of the contacted numbers that called or wrote afterwards, answered or not",
    .formula = "distinct B with an attempt to this SIM later than its first attempt to B / fan_out",
    .example = "40 numbers contacted, 2 of them call back: 2 / 40 = 5 %",
    .value = reply_value,
    .parts = reply_parts,
};
const struct measure measure_protected_out = {
    .name = "protected_out",
    .unit = UNIT_COUNT,
    .domain = DOMAIN_PROTECTED,
    .is_count = true,
    .meaning = "distinct protected numbers called or written to",
    .formula = "number of distinct B in the protected list",
    .example = "two officials, one of them twice: 2",
    .value = protected_out,
};
const struct measure measure_agencies_out = {
    .name = "agencies_out",
    .unit = UNIT_COUNT,
    .domain = DOMAIN_PROTECTED,
    .is_count = true,
    .meaning = "distinct agencies of the protected numbers contacted",
    .formula = "number of distinct agencies of protected B",
    .example = "three officials of two departments: 2",
    .value = agencies_out,
};
const struct measure measure_protected_share = {
    .name = "protected_share",
    .unit = UNIT_RATIO,
    .domain = DOMAIN_OUT,
    .needs_sample = true,
    .meaning = "share of protected numbers among all numbers contacted",
    .formula = "protected_out / fan_out",
    .example = "6 officials of 8 numbers contacted: 75 %",
    .value = protected_share_value,
    .parts = protected_share_parts,
};
