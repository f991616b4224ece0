/* SPDX-License-Identifier: Apache-2.0 */
#include "social.h"

#include "curves.h"
#include "rhythm.h"

#define FAMILY 3 /* the other three of a household of four */

const struct call_style social_call = {.answered = 740,
                                       .no_answer = 125,
                                       .busy = 45,
                                       .rejected = 30,
                                       .unreachable = 50,
                                       .median_s = 58,
                                       .spread = 170,
                                       .few_words = 110,
                                       .callback = 450,
                                       .callback_after_s = 900,
                                       .retry = 350,
                                       .retry_after_s = 400};

const struct call_style student_call = {.answered = 735,
                                        .no_answer = 130,
                                        .busy = 45,
                                        .rejected = 30,
                                        .unreachable = 50,
                                        .median_s = 58,
                                        .spread = 170,
                                        .few_words = 260,
                                        .callback = 450,
                                        .callback_after_s = 900,
                                        .retry = 350,
                                        .retry_after_s = 400};

const struct sms_style social_sms = {.reply = 550, .reply_after_s = 150, .failed = 8, .parts_max = 2};

/* A shop, an office, a wrong number: once and never again. */
static const struct call_style stranger_call = {.answered = 760,
                                                .no_answer = 130,
                                                .busy = 70,
                                                .rejected = 10,
                                                .unreachable = 20,
                                                .median_s = 55,
                                                .spread = 120,
                                                .callback = 150,
                                                .callback_after_s = 1200};

/* The reflection of rank `rank` of a range: position i becomes (centre - i) mod count. */
static uint32_t reflect(const struct network *network, uint64_t circle, uint32_t first, uint32_t count,
                        uint32_t sim)
{
    const uint64_t centre = chance_hash(network->seed, PURPOSE_CIRCLE, circle, first) % count;
    return first + (uint32_t)((centre + count - (sim - first)) % count);
}

static uint32_t person_contact(const struct network *network, uint32_t sim, uint32_t rank)
{
    const struct group *group = &network->groups[BEHAVIOUR_PERSON];
    const struct sim *me = &network->sims[sim];
    const uint32_t first = group->province_first[me->province];
    const uint32_t count = group->province_first[me->province + 1] - first;
    const uint32_t relative = first + ((sim - first) ^ (rank + 1));
    if (rank < FAMILY && relative < first + count)
        return relative;
    if (rank % 8 == 6) /* somebody in another province */
        return reflect(network, rank, group->first, group->count, sim);
    return reflect(network, rank, first, count, sim);
}

/* Officials know the seven of their own agency best, then colleagues of the province. */
static uint32_t official_contact(const struct network *network, uint32_t sim, uint32_t rank)
{
    uint32_t first;
    const uint32_t count = network_members(network, BEHAVIOUR_OFFICIAL, network->sims[sim].province, &first);
    const uint32_t colleague = first + ((sim - first) ^ (rank % 8));
    if (rank % 8 && rank < 16 && colleague < first + count)
        return colleague;
    return reflect(network, rank, first, count, sim);
}

uint32_t social_contact(struct day *day, uint32_t sim, uint32_t rank, bool *is_mutual)
{
    const struct network *network = day->network;
    const struct sim *me = &network->sims[sim];
    struct chance who = chance_make(network->seed, PURPOSE_CONTACT, sim, rank);
    *is_mutual = false;
    if (rank % 8 == 3 || rank % 8 == 5) {
        if (chance_permille(&who, 30))
            return party_make(PARTY_INTERNATIONAL, chance_below(&who, network->mobile_count));
        return network_outsider(network, &who);
    }
    if (me->behaviour == BEHAVIOUR_PERSON) {
        const uint32_t other = person_contact(network, sim, rank);
        *is_mutual = rank < network->sims[other].circle;
        return other;
    }
    if (me->behaviour == BEHAVIOUR_OFFICIAL && rank >= FAMILY && rank % 2 == 0) {
        const uint32_t other = official_contact(network, sim, rank);
        *is_mutual = rank < network->sims[other].circle;
        return other;
    }
    return network_person(network, &who, me->province);
}

/* Some people have their missed calls taken by the first of their family. */
static bool forwards(const struct network *network, uint32_t party)
{
    return party_kind(party) == PARTY_SIM && network->sims[party].behaviour == BEHAVIOUR_PERSON &&
           chance_hash(network->seed, PURPOSE_OWNER, party, 1) % 50 == 0;
}

static void call_friend(struct day *day, uint32_t a, uint32_t b, int64_t time_ms,
                        const struct call_style *style)
{
    bool is_mutual;
    if (forwards(day->network, b) && chance_permille(&day->chance, 260))
        contact_forward(day, a, b, social_contact(day, b, 0, &is_mutual), time_ms,
                        curve_lognormal(&day->chance, style->median_s, style->spread));
    else
        contact_try(day, a, b, time_ms, style);
}

static void meet_stranger(struct day *day, uint32_t sim, int64_t time_ms)
{
    struct chance *chance = &day->chance;
    const struct network *network = day->network;
    uint32_t other = network_person(network, chance, network->sims[sim].province);
    switch (chance_below(chance, 5)) {
    case 0:
    case 1:
        other = party_make(PARTY_FIXED, chance_below(chance, network->mobile_count / 8 + 1));
        break;
    case 2:
        other = network_outsider(network, chance);
        break;
    case 3:
        other = party_make(PARTY_SERVICE, 3 + chance_below(chance, party_service_count() - 3));
        break;
    default:
        break;
    }
    if (party_kind(other) == PARTY_SERVICE || chance_permille(chance, 600))
        contact_try(day, sim, other, time_ms, &stranger_call);
    else
        contact_try(day, other, sim, time_ms, &stranger_call);
}

void social_live(struct day *day, uint32_t sim, uint32_t percent, const struct call_style *style)
{
    struct chance *chance = &day->chance;
    const struct sim *me = &day->network->sims[sim];
    const enum rhythm rhythm = day->is_weekend ? RHYTHM_WEEKEND : RHYTHM_WORKDAY;
    const uint32_t count = curve_poisson(chance, me->rate * percent / 10);
    for (uint32_t i = 0; i < count; i++) {
        const int64_t time_ms = rhythm_time_ms(rhythm, chance);
        bool is_mutual;
        if (chance_permille(chance, 30)) {
            meet_stranger(day, sim, time_ms);
            continue;
        }
        const uint32_t other = social_contact(day, sim, curve_zipf(chance, me->circle), &is_mutual);
        const bool is_out = is_mutual || chance_permille(chance, 500);
        if (chance_permille(chance, 200))
            contact_write(day, is_out ? sim : other, is_out ? other : sim, time_ms, &social_sms);
        else
            call_friend(day, is_out ? sim : other, is_out ? other : sim, time_ms, style);
    }
}

void social_services(struct day *day, uint32_t sim, uint32_t mean_permille)
{
    struct chance *chance = &day->chance;
    const uint32_t count = curve_poisson(chance, mean_permille);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t sender = chance_below(chance, party_sender_count());
        contact_send(day, party_make(PARTY_SENDER, sender), sim, rhythm_time_ms(RHYTHM_SERVICE, chance), 1, 1,
                     true);
    }
}
