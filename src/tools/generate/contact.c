/* SPDX-License-Identifier: Apache-2.0 */
#include "contact.h"

#include "curves.h"
#include "rhythm.h"

#define CALL_MAX_S 14400

static bool is_alive(const struct day *day, uint32_t party, int64_t time_ms)
{
    return party_kind(party) != PARTY_SIM ||
           network_activated_ms(day->network, party) <= day->midnight_ms + time_ms;
}

/* Both are in service, they are two, and the network sees at least one of them. */
static bool is_possible(const struct day *day, uint32_t a, uint32_t b, int64_t time_ms)
{
    return a != b && is_alive(day, a, time_ms) && is_alive(day, b, time_ms) &&
           (network_is_served(day->network, a) || network_is_served(day->network, b));
}

static void note_junk(struct day *day, uint32_t a, uint32_t b, int64_t time_ms)
{
    struct network *network = day->network;
    if (party_kind(a) != PARTY_SIM || a < network->junk_first || party_kind(b) == PARTY_SERVICE)
        return;
    int64_t *first_ms = &network->first_junk_ms[a - network->junk_first];
    const int64_t at_ms = day->midnight_ms + time_ms;
    if (at_ms < *first_ms && at_ms < network->scenario.start_ms + network->days * DAY_MS)
        *first_ms = at_ms;
}

/* The second record of a contact, some time after the first but in the same day. */
static uint32_t second_leg_ms(uint32_t time_ms, int64_t delay_ms)
{
    const uint32_t last_ms = time_ms - time_ms % (uint32_t)DAY_MS + (uint32_t)DAY_MS - 1;
    return (uint32_t)u64_min(time_ms + (uint64_t)delay_ms, last_ms);
}

/* The trunk group between a served SIM's carrier and somebody outside. */
static uint32_t trunk_of(const struct network *network, uint32_t served, uint32_t outsider)
{
    enum trunk trunk = TRUNK_GROUP_NATIONAL;
    if (party_kind(outsider) == PARTY_INTERNATIONAL)
        trunk = TRUNK_GROUP_INTERNATIONAL;
    else if (party_kind(outsider) == PARTY_SIM) /* a line of the network: a call centre's */
        trunk = TRUNK_GROUP_ENTERPRISE;
    return network->sims[served].carrier * (uint32_t)TRUNK_GROUP_COUNT + trunk;
}

int64_t contact_call(struct day *day, uint32_t a, uint32_t b, int64_t time_ms, enum cdr_outcome outcome,
                     uint32_t duration_s)
{
    const struct network *network = day->network;
    if (!is_possible(day, a, b, time_ms))
        return 0;
    const bool a_is_served = network_is_served(network, a), b_is_served = network_is_served(network, b);
    const bool reaches_b = outcome != CDR_UNREACHABLE && outcome != CDR_FAILED;
    const int64_t delay_ms = chance_between(&day->chance, 300, 1800);
    struct leg leg = {.time_ms = (uint32_t)time_ms, .a = a, .b = b, .outcome = (uint8_t)outcome};
    leg.duration_s = outcome == CDR_ANSWERED ? (uint16_t)u64_min(u64_max(duration_s, 1), CALL_MAX_S) : 0;
    note_junk(day, a, b, time_ms);
    if (a_is_served) {
        leg.type = CDR_MO_CALL;
    } else {
        leg.type = CDR_INC_GATEWAY;
        leg.third = trunk_of(network, b, a);
    }
    day_push(day, &leg);
    leg.time_ms = second_leg_ms(leg.time_ms, delay_ms);
    leg.third = 0;
    if (b_is_served && reaches_b) {
        leg.type = CDR_MT_CALL;
        day_push(day, &leg);
    } else if (!b_is_served && party_kind(b) != PARTY_SERVICE && outcome != CDR_FAILED) {
        leg.type = CDR_OUT_GATEWAY;
        leg.third = trunk_of(network, a, b);
        day_push(day, &leg);
    }
    const int64_t ringing_s = outcome == CDR_NO_ANSWER  ? chance_between(&day->chance, 20, 45)
                              : outcome == CDR_ANSWERED ? chance_between(&day->chance, 3, 15)
                                                        : chance_between(&day->chance, 2, 12);
    return (ringing_s + leg.duration_s) * SECOND_MS + delay_ms;
}

static enum cdr_outcome draw_outcome(struct chance *chance, const struct call_style *style)
{
    const struct {
        uint16_t permille;
        enum cdr_outcome outcome;
    } shares[] = {{style->answered, CDR_ANSWERED},
                  {style->no_answer, CDR_NO_ANSWER},
                  {style->busy, CDR_BUSY},
                  {style->rejected, CDR_REJECTED},
                  {style->unreachable, CDR_UNREACHABLE}};
    uint32_t left = chance_below(chance, 1000);
    for (size_t i = 0; i < ARRAY_COUNT(shares); i++) {
        if (left < shares[i].permille)
            return shares[i].outcome;
        left -= shares[i].permille;
    }
    return CDR_FAILED;
}

static uint32_t draw_duration_s(struct chance *chance, const struct call_style *style)
{
    if (chance_permille(chance, style->few_words))
        return (uint32_t)chance_between(chance, 2, 6);
    return curve_lognormal(chance, style->median_s, style->spread);
}

/* B rings back, or A tries again, some time later but not at night. */
static void contact_later(struct day *day, uint32_t a, uint32_t b, int64_t from_ms, uint32_t median_s,
                          uint32_t answered, const struct call_style *style)
{
    struct chance *chance = &day->chance;
    const int64_t after_ms = curve_lognormal(chance, median_s, 120) * SECOND_MS;
    const int64_t time_ms = rhythm_awake_ms(from_ms + after_ms, chance);
    const enum cdr_outcome outcome = chance_permille(chance, answered) ? CDR_ANSWERED : CDR_NO_ANSWER;
    contact_call(day, a, b, time_ms, outcome, draw_duration_s(chance, style));
}

int64_t contact_ring(struct day *day, uint32_t a, uint32_t b, int64_t time_ms, const struct call_style *style,
                     enum contact_end *end)
{
    struct chance *chance = &day->chance;
    const enum cdr_outcome outcome = draw_outcome(chance, style);
    const int64_t held_ms = contact_call(day, a, b, time_ms, outcome, draw_duration_s(chance, style));
    *end = CONTACT_ANSWERED;
    if (held_ms > 0 && outcome != CDR_ANSWERED) {
        *end = chance_permille(chance, style->callback) ? CONTACT_CALLED_BACK : CONTACT_MISSED;
        if (*end == CONTACT_CALLED_BACK)
            contact_later(day, b, a, time_ms + held_ms, style->callback_after_s, 850, style);
    }
    return held_ms;
}

int64_t contact_try(struct day *day, uint32_t a, uint32_t b, int64_t time_ms, const struct call_style *style)
{
    enum contact_end end;
    const int64_t held_ms = contact_ring(day, a, b, time_ms, style, &end);
    if (end == CONTACT_MISSED && chance_permille(&day->chance, style->retry))
        contact_later(day, a, b, time_ms + held_ms, style->retry_after_s, style->answered, style);
    return held_ms;
}

void contact_forward(struct day *day, uint32_t a, uint32_t b, uint32_t target, int64_t time_ms,
                     uint32_t duration_s)
{
    if (!network_is_served(day->network, a) || !network_is_served(day->network, b) ||
        !network_is_served(day->network, target) || a == target || b == target ||
        !is_possible(day, a, b, time_ms) || !is_alive(day, target, time_ms))
        return;
    struct leg leg = {.time_ms = (uint32_t)time_ms,
                      .a = a,
                      .b = b,
                      .type = CDR_MO_CALL,
                      .outcome = CDR_ANSWERED,
                      .duration_s = (uint16_t)u64_min(u64_max(duration_s, 1), CALL_MAX_S)};
    note_junk(day, a, b, time_ms);
    day_push(day, &leg);
    leg.type = CDR_FORWARD_CALL;
    leg.b = target;
    leg.third = b;
    leg.time_ms = second_leg_ms(leg.time_ms, chance_between(&day->chance, 500, 2500));
    day_push(day, &leg);
    leg.type = CDR_MT_CALL;
    leg.third = 0;
    leg.time_ms = second_leg_ms(leg.time_ms, chance_between(&day->chance, 300, 1800));
    day_push(day, &leg);
}

bool contact_send(struct day *day, uint32_t a, uint32_t b, int64_t time_ms, unsigned parts, unsigned text,
                  bool is_delivered)
{
    if (!is_possible(day, a, b, time_ms))
        return false;
    struct leg leg = {.time_ms = (uint32_t)time_ms,
                      .a = a,
                      .b = b,
                      .type = CDR_MO_SMS,
                      .outcome = is_delivered ? CDR_DELIVERED : CDR_FAILED,
                      .parts = (uint8_t)parts,
                      .text = (uint16_t)text};
    note_junk(day, a, b, time_ms);
    if (network_is_served(day->network, a)) {
        day_push(day, &leg);
        leg.time_ms = second_leg_ms(leg.time_ms, chance_between(&day->chance, 1500, 8000));
    }
    leg.type = CDR_MT_SMS;
    if (network_is_served(day->network, b) && is_delivered)
        day_push(day, &leg);
    return is_delivered;
}

void contact_write(struct day *day, uint32_t a, uint32_t b, int64_t time_ms, const struct sms_style *style)
{
    struct chance *chance = &day->chance;
    const bool is_delivered = !chance_permille(chance, style->failed);
    const unsigned parts = 1 + chance_below(chance, style->parts_max);
    const bool is_sent = contact_send(day, a, b, time_ms, parts, style->text, is_delivered);
    if (!is_sent || !chance_permille(chance, style->reply))
        return;
    const int64_t after_ms = (8 + curve_lognormal(chance, style->reply_after_s, 120)) * SECOND_MS;
    contact_send(day, b, a, rhythm_awake_ms(time_ms + after_ms, chance), 1, 0, true);
}
