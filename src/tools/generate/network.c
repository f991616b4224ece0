/* SPDX-License-Identifier: Apache-2.0 */
#include "network.h"

#include "curves.h"

#include <stdlib.h>

#define NUMBERS_PER_PREFIX 10000000
#define NUMBER_STEP        UINT64_C(15485863) /* prime to every carrier's range */
#define DEVICE_MODELS      64                 /* type allocation codes, a million devices each */
#define POOL_DEVICES       16
#define PEOPLE_MIN         20 /* in a province with fewer, strangers come from the whole country */

const struct behaviour *network_behaviour(const struct network *network, uint32_t sim)
{
    return behaviours[network->sims[sim].behaviour];
}

uint32_t network_parameter(const struct network *network, uint32_t sim, unsigned index)
{
    const enum behaviour_id behaviour = network->sims[sim].behaviour;
    DCHECK(index < behaviours[behaviour]->parameter_count);
    return network->scenario.plans[behaviour].parameters[index];
}

uint32_t network_draw(const struct network *network, uint32_t sim, struct chance *chance, unsigned low,
                      unsigned high)
{
    return (uint32_t)chance_between(chance, network_parameter(network, sim, low),
                                    network_parameter(network, sim, high));
}

bool network_is_served(const struct network *network, uint32_t party)
{
    return party_kind(party) == PARTY_SIM && network_behaviour(network, party)->mobility != MOBILITY_NONE;
}

int64_t network_activated_ms(const struct network *network, uint32_t sim)
{
    return network->scenario.start_ms + network->sims[sim].activated_s * SECOND_MS;
}

uint32_t network_members(const struct network *network, enum behaviour_id behaviour, unsigned province,
                         uint32_t *first)
{
    const struct group *group = &network->groups[behaviour];
    *first = group->province_first[province];
    return group->province_first[province + 1] - *first;
}

uint32_t network_person(const struct network *network, struct chance *chance, unsigned province)
{
    const unsigned where = network->private_count[province] < PEOPLE_MIN ? ANYWHERE : province;
    uint32_t left = chance_below(chance, network->private_count[where]);
    for (unsigned b = 0; b < BEHAVIOUR_COUNT; b++) {
        const struct group *group = &network->groups[b];
        if (!behaviours[b]->is_private)
            continue;
        const uint32_t first = where == ANYWHERE ? group->first : group->province_first[where];
        const uint32_t end =
            where == ANYWHERE ? group->first + group->count : group->province_first[where + 1];
        if (left < end - first)
            return first + left;
        left -= end - first;
    }
    CHECK(!"private_count is the sum of the private groups");
    return 0;
}

uint32_t network_outsider(const struct network *network, struct chance *chance)
{
    return party_make(PARTY_MOBILE, chance_below(chance, network->mobile_count));
}

struct campaign *network_enlist(struct network *network, uint32_t sim, uint32_t size)
{
    struct sim *sims = network->sims;
    const struct campaign *last =
        network->campaign_count ? &network->campaigns[network->campaign_count - 1] : NULL;
    const bool is_new = !last || last->behaviour != sims[sim].behaviour || last->sim_count >= size;
    if (is_new) {
        const bool is_first = !last || last->behaviour != sims[sim].behaviour;
        network->campaigns[network->campaign_count++] =
            (struct campaign){.first_sim = sim,
                              .behaviour = sims[sim].behaviour,
                              .province = sims[sim].province,
                              .ordinal = is_first ? 1 : last->ordinal + 1};
    }
    sims[sim].campaign = network->campaign_count;
    struct campaign *campaign = &network->campaigns[network->campaign_count - 1];
    campaign->sim_count++;
    return campaign;
}

void network_make_young(struct network *network, uint32_t sim, int64_t day, struct chance *chance)
{
    network->sims[sim].activated_s = (int32_t)(day * 86400 + chance_between(chance, 8 * 3600, 20 * 3600));
}

uint32_t network_cell(const struct network *network, uint32_t sim, int64_t time_ms)
{
    return geography_place(&network->geography, network->seed, sim, network->sims[sim].home,
                           network_behaviour(network, sim)->mobility, time_ms);
}

uint32_t network_device(const struct network *network, uint32_t sim, int64_t time_ms)
{
    const uint32_t device = network->sims[sim].device;
    if (device != sim) /* one of a campaign's pool */
        return device;
    const uint64_t fate = chance_hash(network->seed, PURPOSE_DEVICE, sim, 0);
    const int64_t day = (time_ms - network->scenario.start_ms) / DAY_MS;
    const bool buys_new = fate % 100 < 4 && (int64_t)(fate >> 8) % 60 <= day;
    return buys_new ? network->sim_count + sim : device;
}

uint32_t network_pool_device(const struct network *network, uint32_t campaign, uint32_t index)
{
    return 2 * network->sim_count + campaign * POOL_DEVICES + index % POOL_DEVICES;
}

uint64_t network_imei(uint32_t device)
{
    const uint64_t mixed = device * NUMBER_STEP % (DEVICE_MODELS * UINT64_C(1000000));
    return (35200000 + mixed / 1000000 * 1733) * 1000000 + mixed % 1000000;
}

uint64_t network_imsi(const struct network *network, uint32_t sim)
{
    const struct sim *me = &network->sims[sim];
    /* Test SIMs have a range of their own, as networks give them. */
    const uint64_t base = me->behaviour == BEHAVIOUR_PROBE ? UINT64_C(9990000000) : UINT64_C(2000000000);
    return (45200 + (uint64_t)geography_carriers[me->carrier].network) * UINT64_C(10000000000) + base + sim;
}

static void choose_carrier(struct network *network, uint32_t sim, uint64_t next[CARRIER_COUNT])
{
    struct sim *me = &network->sims[sim];
    uint64_t left = chance_hash(network->seed, PURPOSE_NUMBER, sim, 1) % 100;
    while (left >= geography_carriers[me->carrier].share)
        left -= geography_carriers[me->carrier++].share;
    const struct carrier *carrier = &geography_carriers[me->carrier];
    const uint64_t room = (uint64_t)carrier->prefix_count * NUMBERS_PER_PREFIX;
    const uint64_t mixed = (chance_hash(network->seed, PURPOSE_NUMBER, 0, me->carrier) % room +
                            next[me->carrier]++ * NUMBER_STEP % room) %
                           room;
    me->number = (8400 + (uint64_t)carrier->prefixes[mixed / NUMBERS_PER_PREFIX]) * NUMBERS_PER_PREFIX +
                 mixed % NUMBERS_PER_PREFIX;
}

/* What an ordinary SIM has; its class may change it in `found`. */
static void found_ordinary(struct network *network, uint32_t sim, struct chance *chance)
{
    struct sim *me = &network->sims[sim];
    const int64_t age_days = chance_permille(chance, 10) ? chance_between(chance, 1, 30)
                                                         : 45 + curve_lognormal(chance, 700, 120) % 4000;
    network_make_young(network, sim, -age_days, chance);
    me->device = sim;
    me->rate = (uint16_t)u64_min(curve_lognormal(chance, 300, 90), 2500);
    me->circle = (uint8_t)u64_min(5 + me->rate / 45 + curve_lognormal(chance, 5, 60), 60);
    me->home = geography_cell(&network->geography, me->carrier, me->province,
                              chance_hash(network->seed, PURPOSE_CELL, sim, 0));
}

static void found_sims(struct network *network)
{
    for (uint32_t sim = 0; sim < network->sim_count; sim++) {
        struct chance chance = chance_make(network->seed, PURPOSE_FOUND, sim, 0);
        struct sim *me = &network->sims[sim];
        const struct behaviour *behaviour = behaviours[me->behaviour];
        found_ordinary(network, sim, &chance);
        if (behaviour->mobility == MOBILITY_NONE) {
            const uint32_t position = sim - network->groups[me->behaviour].first;
            me->number = party_fixed_number(me->province, PARTY_FIXED_OUTSIDERS + position);
        }
        if (behaviour->found)
            behaviour->found(network, sim, &chance);
    }
}

/* How many of each class, in the order of the registry; person is what is left. */
static enum error_class count_groups(struct network *network, struct error *error)
{
    uint64_t sum = 0;
    for (unsigned b = 0; b < BEHAVIOUR_COUNT; b++) {
        const struct class_plan *plan = &network->scenario.plans[b];
        if (b == BEHAVIOUR_PERSON)
            continue;
        const uint64_t share =
            ((uint64_t)plan->amount * network->sim_count + BEHAVIOUR_SHARE / 2) / BEHAVIOUR_SHARE;
        const uint64_t count = plan->is_count ? plan->amount : share;
        if (behaviours[b]->mobility == MOBILITY_NONE && count > PARTY_FIXED_OUTSIDERS)
            return error_set(error, ERROR_CONFIG, "class %s: at most %d lines", behaviours[b]->name,
                             PARTY_FIXED_OUTSIDERS);
        network->groups[b].count = (uint32_t)u64_min(count, UINT32_MAX);
        sum += count;
    }
    if (sum > network->sim_count / 2)
        return error_set(
            error, ERROR_CONFIG,
            "the classes of the scenario ask for %llu of %u subscribers: leave at least half to person",
            (unsigned long long)sum, network->sim_count);
    for (unsigned b = 0; b < BEHAVIOUR_COUNT; b++)
        if (behaviours[b]->needs_officials && network->groups[b].count > 0 &&
            network->groups[BEHAVIOUR_OFFICIAL].count == 0)
            return error_set(error, ERROR_CONFIG, "class %s needs officials: give class official a count",
                             behaviours[b]->name);
    network->groups[BEHAVIOUR_PERSON].count = network->sim_count - (uint32_t)sum;
    return ERROR_OK;
}

/* Shares a class's SIMs out over the provinces by weight and notes class and province in each. */
static void place_group(struct network *network, enum behaviour_id behaviour)
{
    struct group *group = &network->groups[behaviour];
    uint64_t weights = 0, before = 0;
    for (unsigned p = 0; p < PROVINCE_COUNT; p++)
        weights += network->scenario.province_weight[p];
    for (unsigned p = 0; p <= PROVINCE_COUNT; p++) {
        group->province_first[p] = group->first + (uint32_t)((group->count * before + weights / 2) / weights);
        before += p < PROVINCE_COUNT ? network->scenario.province_weight[p] : 0;
    }
    for (unsigned p = 0; p < PROVINCE_COUNT; p++)
        for (uint32_t sim = group->province_first[p]; sim < group->province_first[p + 1]; sim++) {
            network->sims[sim].behaviour = (uint8_t)behaviour;
            network->sims[sim].province = (uint8_t)p;
        }
}

static void count_private(struct network *network)
{
    for (unsigned b = 0; b < BEHAVIOUR_COUNT; b++)
        for (unsigned p = 0; p < PROVINCE_COUNT && behaviours[b]->is_private; p++) {
            uint32_t first;
            const uint32_t count = network_members(network, b, p, &first);
            network->private_count[p] += count;
            network->private_count[ANYWHERE] += count;
        }
}

static enum error_class people(struct network *network, struct error *error)
{
    uint32_t(*sims)[PROVINCE_COUNT] = calloc(CARRIER_COUNT, sizeof(*sims));
    uint64_t next[CARRIER_COUNT] = {0};
    uint32_t first = 0;
    if (!sims)
        return error_set(error, ERROR_INTERNAL, "no memory for the provinces");
    for (unsigned b = 0; b < BEHAVIOUR_COUNT; b++) {
        network->groups[b].first = first;
        first += network->groups[b].count;
        place_group(network, b);
        if (!behaviours[b]->is_junk)
            network->junk_first = first;
        CHECK(!behaviours[b]->is_junk || network->junk_first <= network->groups[b].first);
    }
    count_private(network);
    for (uint32_t sim = 0; sim < network->sim_count; sim++) {
        choose_carrier(network, sim, next);
        sims[network->sims[sim].carrier][network->sims[sim].province]++;
    }
    const enum error_class class = geography_init(&network->geography, sims, error);
    free(sims);
    return class;
}

enum error_class network_init(struct network *network, const struct generate_options *options,
                              struct error *error)
{
    *network =
        (struct network){.seed = options->seed, .days = options->days, .sim_count = options->subscribers};
    enum error_class class = ERROR_OK;
    scenario_init(&network->scenario);
    if (options->scenario)
        class = scenario_load(&network->scenario, options->scenario, error);
    if (!class)
        class = count_groups(network, error);
    if (class)
        return class;
    network->mobile_count =
        (uint32_t)u64_min(200 + network->sim_count / 2 + network->sim_count / 5, PARTY_MOBILES_MAX);
    class = region_open(&network->sims_region, network->sim_count * sizeof(*network->sims), true, error);
    if (class)
        return class;
    network->sims = network->sims_region.base;
    class = people(network, error);
    const uint32_t junk_count = network->sim_count - network->junk_first;
    network->campaigns = calloc(junk_count + 1u, sizeof(*network->campaigns));
    network->first_junk_ms = malloc((junk_count + 1u) * sizeof(*network->first_junk_ms));
    if (!class && (!network->campaigns || !network->first_junk_ms))
        class = error_set(error, ERROR_INTERNAL, "no memory for %u junk SIMs", junk_count);
    if (!class) {
        for (uint32_t i = 0; i < junk_count; i++)
            network->first_junk_ms[i] = NEVER_MS;
        found_sims(network);
        return ERROR_OK;
    }
    network_fini(network);
    return class;
}

void network_fini(struct network *network)
{
    geography_fini(&network->geography);
    region_close(&network->sims_region);
    free(network->campaigns);
    free(network->first_junk_ms);
    *network = (struct network){0};
}
