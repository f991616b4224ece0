/* SPDX-License-Identifier: Apache-2.0
 * How calls and messages ended. */
#include "ts32298_parts.h"

#include "simsieve/base/calendar.h"

#define NONE UINT64_MAX

/* TS 32.250 causeForTerm. */
enum { CLOSED_PARTIAL = 1, CLOSED_PARTIAL_AGAIN = 2, CLOSED_UNSUCCESSFUL = 3 };

/* Ericsson's callPosition and end-of-selection codes. */
#define POSITION_ANSWERED 3

struct cause_range {
    uint16_t first, last;
    uint8_t outcome;
};

/* ITU-T Q.850. 16 without an answer: the caller gave up. */
static const struct cause_range q850[] = {
    {16, 16, CDR_NO_ANSWER}, {17, 17, CDR_BUSY},        {18, 19, CDR_NO_ANSWER}, {20, 20, CDR_UNREACHABLE},
    {21, 21, CDR_REJECTED},  {27, 27, CDR_UNREACHABLE}, {1, 127, CDR_FAILED},
};

/* TS 29.002 17.6.6, local errors. */
static const struct cause_range map_errors[] = {
    {6, 6, CDR_UNREACHABLE}, {27, 27, CDR_UNREACHABLE}, {31, 31, CDR_BUSY},
    {45, 45, CDR_BUSY},      {46, 46, CDR_NO_ANSWER},   {1, 255, CDR_FAILED},
};

/* RFC 3261 21. 487: the caller gave up. */
static const struct cause_range sip_statuses[] = {
    {408, 408, CDR_NO_ANSWER}, {480, 480, CDR_UNREACHABLE}, {486, 486, CDR_BUSY},
    {487, 487, CDR_NO_ANSWER}, {600, 600, CDR_BUSY},        {603, 603, CDR_REJECTED},
    {607, 608, CDR_REJECTED},  {300, 699, CDR_FAILED},
};

static const struct cause_range end_of_selection[] = {
    {0x23, 0x24, CDR_BUSY},      {0x28, 0x28, CDR_UNREACHABLE}, {0x2E, 0x2E, CDR_NO_ANSWER},
    {0x35, 0x35, CDR_NO_ANSWER}, {0x3F, 0x3F, CDR_UNREACHABLE}, {0x21, 0x3E, CDR_FAILED},
};

/* Where the reason for no answer may be told, and how it is coded. */
static const struct {
    uint8_t slot;
    const struct cause_range *ranges;
    size_t count;
} codings[] = {
    {SLOT_CAUSE, q850, ARRAY_COUNT(q850)},
    {SLOT_CAUSE_MAP, map_errors, ARRAY_COUNT(map_errors)},
    {SLOT_END_OF_SELECTION, end_of_selection, ARRAY_COUNT(end_of_selection)},
};

static enum cdr_outcome find_range(const struct cause_range *ranges, size_t count, uint64_t cause)
{
    for (size_t i = 0; i < count; i++)
        if (cause >= ranges[i].first && cause <= ranges[i].last)
            return (enum cdr_outcome)ranges[i].outcome;
    return CDR_OUTCOME_NONE;
}

static enum cdr_outcome cause_of_failure(const struct members *members)
{
    enum cdr_outcome outcome = CDR_OUTCOME_NONE;
    for (size_t i = 0; i < ARRAY_COUNT(codings) && outcome == CDR_OUTCOME_NONE; i++)
        outcome = find_range(codings[i].ranges, codings[i].count,
                             ts32298_value(members, (enum slot)codings[i].slot, NONE));
    return outcome;
}

/* Seconds of a clock, hours first (Ericsson). */
static uint64_t clock_seconds(const struct members *members)
{
    const struct ber_element *clock = &members->elements[SLOT_CLOCK_DURATION];
    if (!members_has(members, SLOT_CLOCK_DURATION) || clock->length < 3)
        return NONE;
    return clock->content[0] * 3600u + clock->content[1] * 60u + clock->content[2];
}

/* TS 32.250: a record of a successful call has its answer time, one of an attempt its seizure, and then the duration
 * is how long it was tried. Switches that write neither time have nothing but the duration. */
static bool is_answered(const struct members *members, uint64_t duration_s)
{
    const uint64_t closing = ts32298_value(members, SLOT_CLOSING, 0);
    const uint64_t position = ts32298_value(members, SLOT_CALL_POSITION, NONE);
    if (closing == CLOSED_UNSUCCESSFUL)
        return false;
    if (closing == CLOSED_PARTIAL || closing == CLOSED_PARTIAL_AGAIN || members_has(members, SLOT_ANSWER))
        return true;
    if (position != NONE)
        return position == POSITION_ANSWERED;
    return !members_has(members, SLOT_SEIZURE) && duration_s != NONE && duration_s > 0;
}

static void put_outcome(struct columns *columns, const struct members *members, bool answered,
                        uint64_t duration_s)
{
    columns_set_outcome(columns, answered ? CDR_ANSWERED : cause_of_failure(members));
    if (!answered)
        duration_s = 0;
    if (duration_s != NONE)
        columns_set_integer(columns, CDR_DURATION, duration_s);
}

void ts32298_put_call_outcome(struct columns *columns, const struct members *members)
{
    const uint64_t clock_s = clock_seconds(members);
    const uint64_t duration_s = ts32298_value(members, SLOT_DURATION, clock_s);
    put_outcome(columns, members, is_answered(members, duration_s), duration_s);
}

static bool time_of(const struct members *members, enum slot slot, enum slot fraction, int64_t *time_ms)
{
    const struct ber_element *element = &members->elements[slot];
    if (!members_has(members, slot) || !octets_time_ms(element->content, element->length, time_ms) ||
        !calendar_is_in_range(*time_ms))
        return false;
    *time_ms += (int64_t)(ts32298_value(members, fraction, 0) % 1000);
    return true;
}

/* The status of a session that did not come about, a text of digits. */
static enum cdr_outcome sip_failure(const struct members *members)
{
    const struct ber_element *text = &members->elements[SLOT_CAUSE_SIP];
    uint64_t status;
    if (!members_has(members, SLOT_CAUSE_SIP) ||
        !text_parse_u64((const char *)text->content, text->length, UINT16_MAX, &status))
        return CDR_OUTCOME_NONE;
    return find_range(sip_statuses, ARRAY_COUNT(sip_statuses), status);
}

void ts32298_put_session_outcome(struct columns *columns, const struct members *members)
{
    int64_t answer_ms, release_ms;
    const uint64_t stated_s = ts32298_value(members, SLOT_DURATION, NONE);
    const bool has_answer = time_of(members, SLOT_ANSWER, SLOT_ANSWER_MS, &answer_ms);
    if (has_answer) {
        columns_set_outcome(columns, CDR_ANSWERED);
        if (time_of(members, SLOT_RELEASE, SLOT_RELEASE_MS, &release_ms) && release_ms >= answer_ms)
            columns_set_integer(columns, CDR_DURATION,
                                (uint64_t)(release_ms - answer_ms + SECOND_MS - 1) / (uint64_t)SECOND_MS);
    } else if (stated_s != NONE && stated_s > 0) {
        columns_set_outcome(columns, CDR_ANSWERED);
        columns_set_integer(columns, CDR_DURATION, stated_s);
    } else {
        columns_set_outcome(columns, sip_failure(members));
        columns_set_integer(columns, CDR_DURATION, 0);
    }
}

/* TS 23.040 9.2.3.15: below 0x20 the message has arrived. RFC 6733 7.1.2: a result of 2xxx is a success. */
void ts32298_put_sms_outcome(struct columns *columns, const struct members *members)
{
    const uint64_t diameter = ts32298_value(members, SLOT_CAUSE_DIAMETER, 0);
    const bool is_failed =
        ts32298_value(members, SLOT_CAUSE, 0) != 0 || ts32298_value(members, SLOT_CAUSE_MAP, 0) != 0 ||
        members_has(members, SLOT_CAUSE_OTHER) || (diameter != 0 && diameter / 1000 != 2) ||
        ts32298_value(members, SLOT_STATUS, 0) >= 0x20 || sip_failure(members) != CDR_OUTCOME_NONE;
    columns_set_outcome(columns, is_failed ? CDR_FAILED : CDR_DELIVERED);
}
