/* SPDX-License-Identifier: Apache-2.0
 * One young SIM goes through officials of several agencies by message and call, within minutes to a working
 * day, comes back to some of them in the days after, and talks to almost nobody else. */
#include "junk.h"
#include "social.h"

#include "curves.h"

enum { VICTIMS_MIN, VICTIMS_MAX, DAYS, AGE, PROVINCE };

static const struct parameter parameters[] = {
    [VICTIMS_MIN] = {"victims_min", 4, 1, 100, "officials contacted, at least"},
    [VICTIMS_MAX] = {"victims_max", 12, 1, 100, "and at most"},
    [DAYS] = {"days", 3, 1, 60, "from the first contact to the last return"},
    [AGE] = {"age_days_max", 7, 0, 30, "age of the SIM when it begins, at most"},
    [PROVINCE] = {"province", 0, 0, 96, "code of the province attacked; 0, or one without officials: any"},
};

static void found(struct network *network, uint32_t sim, struct chance *chance)
{
    struct campaign *campaign = network_enlist(network, sim, 1);
    junk_plan(network, campaign, network_parameter(network, sim, DAYS),
              network_parameter(network, sim, PROVINCE), chance);
    junk_found(network, sim, campaign->first_day, network_parameter(network, sim, AGE), chance);
}

static void attack(struct day *day, uint32_t sim, uint32_t victims)
{
    static const int64_t paces_ms[] = {40 * SECOND_MS, 4 * MINUTE_MS, 30 * MINUTE_MS};
    struct chance *chance = &day->chance;
    const uint32_t campaign = day->network->sims[sim].campaign;
    const int64_t pace_ms = paces_ms[chance_below(chance, ARRAY_COUNT(paces_ms))];
    int64_t time_ms = JUNK_FIRST_MS + chance_below(chance, (uint32_t)(7 * HOUR_MS));
    for (uint32_t i = 0; i < victims; i++) {
        time_ms = junk_approach(day, sim, junk_victim(day->network, campaign, i), time_ms);
        time_ms += pace_ms / 2 + curve_exponential(chance, pace_ms);
    }
}

/* Some are pressed again, and one call goes elsewhere: a taxi, an accomplice. */
static void press(struct day *day, uint32_t sim, uint32_t victims)
{
    struct chance *chance = &day->chance;
    const struct network *network = day->network;
    int64_t time_ms = JUNK_FIRST_MS + chance_below(chance, (uint32_t)(6 * HOUR_MS));
    for (uint32_t i = 0; i < victims; i++) {
        if (!chance_permille(chance, 250))
            continue;
        time_ms = junk_approach(day, sim, junk_victim(network, network->sims[sim].campaign, i), time_ms);
        time_ms += curve_exponential(chance, 20 * MINUTE_MS);
    }
    if (chance_permille(chance, 400))
        contact_try(day, sim, network_outsider(network, chance), time_ms, &social_call);
}

static void live(struct day *day, uint32_t sim)
{
    const struct network *network = day->network;
    const struct campaign *campaign = junk_campaign(network, sim);
    struct chance plan = chance_make(network->seed, PURPOSE_PLAN, sim, 0);
    const uint32_t meant = network_draw(network, sim, &plan, VICTIMS_MIN, VICTIMS_MAX);
    const uint32_t victims =
        (uint32_t)u64_min(meant, junk_victim_count(network, network->sims[sim].campaign));
    if (day->index < campaign->first_day || day->index >= campaign->first_day + (uint32_t)campaign->day_count)
        return;
    social_services(day, sim, 800);
    if (day->index == campaign->first_day)
        attack(day, sim, victims);
    else
        press(day, sim, victims);
}

const struct behaviour behaviour_officials_burst = {
    .name = "officials_burst",
    .summary = "a young SIM messages and calls officials of several agencies within minutes to a day",
    .subscriber_class = "person",
    .share = 60,
    .mobility = MOBILITY_FEW,
    .is_junk = true,
    .needs_officials = true,
    .parameters = parameters,
    .parameter_count = ARRAY_COUNT(parameters),
    .found = found,
    .live = live,
};
