/* SPDX-License-Identifier: Apache-2.0
 * The same aim with rotation: eight to twenty young SIMs, one to four contacts each, over days, all on the
 * officials of one province. No SIM of it stands out; some share a device, all a dealer and the neighbourhood
 * of a cell. */
#include "junk.h"
#include "social.h"

#include "curves.h"

enum { SIMS_MIN, SIMS_MAX, CONTACTS_MIN, CONTACTS_MAX, DAYS, AGE, SHARED, PROVINCE };

static const struct parameter parameters[] = {
    [SIMS_MIN] = {"sims_min", 8, 2, 100, "of one campaign, at least; the last one takes what is left"},
    [SIMS_MAX] = {"sims_max", 20, 2, 100, "and at most"},
    [CONTACTS_MIN] = {"contacts_min", 1, 1, 20, "officials a SIM contacts, at least"},
    [CONTACTS_MAX] = {"contacts_max", 4, 1, 20, "and at most"},
    [DAYS] = {"days", 5, 1, 60, "the rotation takes"},
    [AGE] = {"age_days_max", 10, 0, 30, "age of a SIM when it begins, at most"},
    [SHARED] = {"shared_device_percent", 40, 0, 100, "of the SIMs used in one of three common devices"},
    [PROVINCE] = {"province", 0, 0, 96, "code of the province attacked; 0, or one without officials: any"},
};

/* SIMs that a campaign is meant to have; the last of the network may have fewer. */
static uint32_t size_of(const struct network *network, uint32_t sim, uint32_t campaign)
{
    struct chance chance = chance_make(network->seed, PURPOSE_CAMPAIGN, campaign, 2);
    return network_draw(network, sim, &chance, SIMS_MIN, SIMS_MAX);
}

/* The day on which this SIM has its turn. */
static uint32_t turn(const struct network *network, uint32_t sim)
{
    const struct campaign *campaign = junk_campaign(network, sim);
    const uint32_t sims = size_of(network, sim, network->sims[sim].campaign);
    return campaign->first_day + (sim - campaign->first_sim) * campaign->day_count / sims;
}

static void found(struct network *network, uint32_t sim, struct chance *chance)
{
    struct campaign *campaign = network_enlist(network, sim, size_of(network, sim, network->campaign_count));
    struct sim *me = &network->sims[sim];
    if (campaign->sim_count == 1)
        junk_plan(network, campaign, network_parameter(network, sim, DAYS),
                  network_parameter(network, sim, PROVINCE), chance);
    junk_found(network, sim, turn(network, sim), network_parameter(network, sim, AGE), chance);
    me->home = geography_cell(&network->geography, me->carrier, network->sims[campaign->first_sim].province,
                              chance_hash(network->seed, PURPOSE_CAMPAIGN, me->campaign, 1));
    if (chance_below(chance, 100) < network_parameter(network, sim, SHARED))
        me->device = network_pool_device(network, me->campaign, chance_below(chance, 3));
}

static void live(struct day *day, uint32_t sim)
{
    const struct network *network = day->network;
    struct chance *chance = &day->chance;
    const struct campaign *campaign = junk_campaign(network, sim);
    if (day->index != turn(network, sim))
        return;
    const uint32_t contacts = network_draw(network, sim, chance, CONTACTS_MIN, CONTACTS_MAX);
    const uint32_t mine = sim - campaign->first_sim;
    int64_t time_ms = JUNK_FIRST_MS + chance_below(chance, (uint32_t)(8 * HOUR_MS));
    social_services(day, sim, 500);
    for (uint32_t i = 0; i < contacts; i++) {
        /* the list is shared out, and now and then somebody gets a second SIM's call */
        const uint32_t index = chance_permille(chance, 250) ? chance_below(chance, 10) : mine * 3 + i;
        time_ms = junk_approach(day, sim, junk_victim(network, network->sims[sim].campaign, index), time_ms);
        time_ms += 2 * MINUTE_MS + curve_exponential(chance, 25 * MINUTE_MS);
    }
}

const struct behaviour behaviour_officials_campaign = {
    .name = "officials_campaign",
    .summary = "many young SIMs, few contacts each, one province's officials",
    .subscriber_class = "person",
    .share = 150,
    .mobility = MOBILITY_FEW,
    .is_junk = true,
    .needs_officials = true,
    .parameters = parameters,
    .parameter_count = ARRAY_COUNT(parameters),
    .found = found,
    .live = live,
};
