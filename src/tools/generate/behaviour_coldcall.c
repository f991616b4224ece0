/* SPDX-License-Identifier: Apache-2.0
 * A caller with a script and a list of strangers: most calls end in the first sentences, a few victims are
 * hooked and talk for long. Regular gaps, office hours with a lunch break, few cells, nearly nobody calls
 * back. Fast ones call all day long; slow ones stay below what a volume rule sees. */
#include "junk.h"
#include "redial.h"
#include "social.h"

#include "curves.h"

enum { TEAM, DAYS_MIN, DAYS_MAX, AGE, FAST, FAST_GAP, SLOW_GAP, HOOKED };

static const struct parameter parameters[] = {
    [TEAM] = {"team", 3, 1, 50, "SIMs that share a dealer and a cell"},
    [DAYS_MIN] = {"days_min", 2, 1, 60, "a SIM is used, at least"},
    [DAYS_MAX] = {"days_max", 6, 1, 60, "and at most"},
    [AGE] = {"age_days_max", 10, 0, 30, "age of the SIM when it begins, at most"},
    [FAST] = {"fast_percent", 50, 0, 100, "of the SIMs that are fast"},
    [FAST_GAP] = {"fast_gap_s", 100, 5, 3600, "seconds between two calls of a fast one"},
    [SLOW_GAP] = {"slow_gap_s", 540, 5, 7200, "seconds between two calls of a slow one"},
    [HOOKED] = {"hooked_permille", 35, 0, 1000, "of the calls that hook a victim"},
};

static const struct call_style script = {.answered = 430,
                                         .no_answer = 270,
                                         .busy = 50,
                                         .rejected = 160,
                                         .unreachable = 80,
                                         .median_s = 17,
                                         .spread = 45,
                                         .callback = 30,
                                         .callback_after_s = 1800};

static void found(struct network *network, uint32_t sim, struct chance *chance)
{
    struct campaign *campaign = network_enlist(network, sim, network_parameter(network, sim, TEAM));
    struct sim *me = &network->sims[sim];
    if (campaign->sim_count == 1)
        junk_plan(network, campaign, network_draw(network, sim, chance, DAYS_MIN, DAYS_MAX), 0, chance);
    junk_found(network, sim, campaign->first_day, network_parameter(network, sim, AGE), chance);
    me->home = geography_cell(&network->geography, me->carrier, network->sims[campaign->first_sim].province,
                              chance_hash(network->seed, PURPOSE_CAMPAIGN, me->campaign, 1));
}

static uint32_t stranger(struct day *day, uint32_t sim)
{
    struct chance *chance = &day->chance;
    const struct network *network = day->network;
    switch (chance_below(chance, 10)) {
    case 0:
    case 1:
    case 2:
        return network_outsider(network, chance);
    case 3:
    case 4:
        return network_person(network, chance, ANYWHERE);
    default:
        return network_person(network, chance, network->sims[sim].province);
    }
}

/* A hooked victim stays on the line and is rung again later; one who missed the call is sometimes. */
static int64_t call_next(struct day *day, uint32_t sim, int64_t time_ms, struct redial *redial)
{
    struct chance *chance = &day->chance;
    enum contact_end end;
    uint32_t victim;
    const bool is_known = redial_take(redial, time_ms, &victim);
    if (!is_known)
        victim = stranger(day, sim);
    if (chance_permille(chance, is_known ? 500 : network_parameter(day->network, sim, HOOKED))) {
        if (chance_permille(chance, 600))
            redial_add(redial, victim, time_ms + HOUR_MS + curve_exponential(chance, 2 * HOUR_MS));
        return contact_call(day, sim, victim, time_ms, CDR_ANSWERED, 240 + curve_lognormal(chance, 350, 90));
    }
    const int64_t held_ms = contact_ring(day, sim, victim, time_ms, &script, &end);
    if (end == CONTACT_MISSED && chance_permille(chance, 280))
        redial_add(redial, victim, time_ms + curve_exponential(chance, 2 * HOUR_MS));
    return held_ms;
}

static void live(struct day *day, uint32_t sim)
{
    const struct network *network = day->network;
    struct chance *chance = &day->chance;
    const struct campaign *campaign = junk_campaign(network, sim);
    struct redial redial = {0};
    if (day->index < campaign->first_day || day->index >= campaign->first_day + (uint32_t)campaign->day_count)
        return;
    const bool is_fast =
        chance_hash(network->seed, PURPOSE_PLAN, sim, 0) % 100 < network_parameter(network, sim, FAST);
    const int64_t gap_ms = network_parameter(network, sim, is_fast ? FAST_GAP : SLOW_GAP) * SECOND_MS;
    int64_t time_ms = JUNK_FIRST_MS + chance_below(chance, (uint32_t)(20 * MINUTE_MS));
    social_services(day, sim, 700);
    while (time_ms < 17 * HOUR_MS + 15 * MINUTE_MS) {
        time_ms += call_next(day, sim, time_ms, &redial);
        time_ms += chance_between(chance, gap_ms * 8 / 10, gap_ms * 12 / 10);
        if (time_ms > 11 * HOUR_MS + 45 * MINUTE_MS && time_ms < 13 * HOUR_MS)
            time_ms = 13 * HOUR_MS + chance_below(chance, (uint32_t)(20 * MINUTE_MS));
    }
}

const struct behaviour behaviour_coldcall = {
    .name = "coldcall",
    .summary = "a script and a list of strangers; half of them fast, half slow",
    .subscriber_class = "person",
    .share = 500,
    .mobility = MOBILITY_FEW,
    .is_junk = true,
    .parameters = parameters,
    .parameter_count = ARRAY_COUNT(parameters),
    .found = found,
    .live = live,
};
