/* SPDX-License-Identifier: Apache-2.0 */
#include "junk.h"

#include "curves.h"
#include "rhythm.h"

#define TWO_AGENCIES 16

static const struct call_style threat = {.answered = 370,
                                         .no_answer = 380,
                                         .busy = 30,
                                         .rejected = 150,
                                         .unreachable = 60,
                                         .median_s = 45,
                                         .spread = 110,
                                         .callback = 15,
                                         .callback_after_s = 3600,
                                         .retry = 150,
                                         .retry_after_s = 1800};

const struct campaign *junk_campaign(const struct network *network, uint32_t sim)
{
    CHECK(network->sims[sim].campaign > 0);
    return &network->campaigns[network->sims[sim].campaign - 1];
}

void junk_found(struct network *network, uint32_t sim, int64_t day, uint32_t days_max, struct chance *chance)
{
    struct sim *me = &network->sims[sim];
    const int64_t age_days = chance_between(chance, 0, days_max);
    network_make_young(network, sim, day - age_days, chance);
    if (age_days == 0)
        me->activated_s = (int32_t)(day * 86400 + 8 * 3600 + chance_between(chance, 0, 1800));
    me->rate = 0;
    me->circle = 1;
}

static uint32_t official_count(const struct network *network, unsigned province)
{
    uint32_t first;
    return network_members(network, BEHAVIOUR_OFFICIAL, province, &first);
}

/* The province (index) of a code; else of an official drawn by chance, or the one with most of them where
 * his has fewer than two agencies: nobody plans a campaign for three people. */
static uint8_t attacked(const struct network *network, uint32_t code, struct chance *chance)
{
    const struct group *officials = &network->groups[BEHAVIOUR_OFFICIAL];
    unsigned most = 0;
    for (unsigned p = 0; p < PROVINCE_COUNT; p++) {
        if (geography_provinces[p].code == code && official_count(network, p) > 0)
            return (uint8_t)p;
        if (official_count(network, p) > official_count(network, most))
            most = p;
    }
    const uint8_t drawn = network->sims[officials->first + chance_below(chance, officials->count)].province;
    return official_count(network, drawn) >= TWO_AGENCIES ? drawn : (uint8_t)most;
}

void junk_plan(struct network *network, struct campaign *campaign, uint32_t days_max, uint32_t code,
               struct chance *chance)
{
    campaign->day_count = (uint16_t)u64_min(days_max, network->days);
    campaign->first_day = (uint16_t)chance_between(chance, 0, network->days - campaign->day_count);
    if (network->groups[BEHAVIOUR_OFFICIAL].count > 0)
        campaign->province = attacked(network, code, chance);
}

/* A step from one agency to the next that visits every official before any comes twice. */
static uint32_t victim_step(uint32_t count)
{
    static const uint32_t steps[] = {9, 11, 13, 17};
    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        uint32_t a = steps[i], b = count;
        while (b) {
            const uint32_t rest = a % b;
            a = b;
            b = rest;
        }
        if (a == 1)
            return steps[i];
    }
    return 1;
}

uint32_t junk_victim_count(const struct network *network, uint32_t campaign)
{
    return official_count(network, network->campaigns[campaign - 1].province);
}

uint32_t junk_victim(const struct network *network, uint32_t campaign, uint32_t index)
{
    uint32_t first;
    const unsigned province = network->campaigns[campaign - 1].province;
    const uint32_t count = network_members(network, BEHAVIOUR_OFFICIAL, province, &first);
    const uint64_t start = chance_hash(network->seed, PURPOSE_CAMPAIGN, campaign, 0);
    return first + (uint32_t)((start % count + (uint64_t)index * victim_step(count)) % count);
}

int64_t junk_approach(struct day *day, uint32_t sim, uint32_t victim, int64_t time_ms)
{
    struct chance *chance = &day->chance;
    const uint32_t manner = chance_below(chance, 10); /* 0 to 6: both; 7, 8: message only; 9: call only */
    const struct sms_style letter = {
        .reply = 20, .reply_after_s = 1200, .failed = 10, .text = 1, .parts_max = 4};
    if (manner < 9) {
        contact_write(day, sim, victim, time_ms, &letter);
        time_ms += 30 * SECOND_MS + curve_exponential(chance, 90 * SECOND_MS);
    }
    if (manner < 7 || manner == 9)
        time_ms += contact_try(day, sim, victim, time_ms, &threat);
    return time_ms;
}
