/* SPDX-License-Identifier: Apache-2.0
 * The classic false positive: hundreds of short calls to people who never called before, rejected calls,
 * peaks of forty and more an hour. What tells him from a spammer: a route of cells, one area of customers
 * that recur, and customers who call back. */
#include "curves.h"
#include "redial.h"
#include "rhythm.h"
#include "social.h"

enum { PARCELS_MIN, PARCELS_MAX, AREA, NEW_PERCENT, CALLBACK };

static const struct parameter parameters[] = {
    [PARCELS_MIN] = {"parcels_min", 80, 1, 400, "calls about parcels a day, at least"},
    [PARCELS_MAX] = {"parcels_max", 280, 1, 400, "and at most"},
    [AREA] = {"area", 700, 50, 100000, "people who live where the courier works"},
    [NEW_PERCENT] = {"new_percent", 15, 0, 100,
                     "of the couriers that began with a new SIM in the last weeks"},
    [CALLBACK] = {"callback_permille", 340, 0, 1000, "of the unanswered calls that the customer returns"},
};

static const struct call_style delivery = {.answered = 640,
                                           .no_answer = 160,
                                           .busy = 40,
                                           .rejected = 100,
                                           .unreachable = 50,
                                           .median_s = 15,
                                           .spread = 70,
                                           .callback_after_s = 400};

static void found(struct network *network, uint32_t sim, struct chance *chance)
{
    if (chance_below(chance, 100) < network_parameter(network, sim, NEW_PERCENT))
        network_make_young(network, sim, -chance_between(chance, 1, 25), chance);
    else
        network_make_young(network, sim, -chance_between(chance, 120, 2500), chance);
}

/* Sixty regulars get a third of the parcels; the rest goes to anybody in the area. */
static uint32_t customer(struct day *day, uint32_t sim)
{
    const struct network *network = day->network;
    struct chance *chance = &day->chance;
    const struct sim *me = &network->sims[sim];
    uint32_t first, count = network_members(network, BEHAVIOUR_PERSON, me->province, &first);
    const uint32_t area = network_parameter(network, sim, AREA);
    const uint64_t centre = chance_hash(network->seed, PURPOSE_PLAN, sim, 0);
    if (chance_permille(chance, 250)) /* a subscriber of another carrier, in the same streets */
        return party_make(PARTY_MOBILE,
                          (uint32_t)((centre + chance_below(chance, area / 3)) % network->mobile_count));
    const uint32_t anybody = network_person(network, chance, me->province);
    if (network->sims[anybody].behaviour != BEHAVIOUR_PERSON)
        return anybody; /* officials and students get parcels too */
    if (count < 20) {
        first = network->groups[BEHAVIOUR_PERSON].first;
        count = network->groups[BEHAVIOUR_PERSON].count;
    }
    if (chance_permille(chance, 330)) {
        const uint64_t regular = chance_hash(network->seed, PURPOSE_PLAN, sim, 1 + curve_zipf(chance, 60));
        return first + (uint32_t)((centre + regular % area) % count);
    }
    return first + (uint32_t)((centre + chance_below(chance, area)) % count);
}

static int64_t deliver(struct day *day, uint32_t sim, int64_t time_ms, const struct call_style *style,
                       struct redial *redial)
{
    struct chance *chance = &day->chance;
    enum contact_end end;
    uint32_t other;
    if (!redial_take(redial, time_ms, &other))
        other = customer(day, sim);
    const int64_t held_ms = contact_ring(day, sim, other, time_ms, style, &end);
    if (end == CONTACT_MISSED && chance_permille(chance, 400))
        redial_add(redial, other, time_ms + curve_exponential(chance, 10 * MINUTE_MS));
    if (chance_permille(chance, 60)) /* "where are you?" */
        contact_try(day, other, sim,
                    rhythm_awake_ms(time_ms + held_ms + curve_exponential(chance, 20 * MINUTE_MS), chance),
                    style);
    return held_ms;
}

static void live(struct day *day, uint32_t sim)
{
    const struct network *network = day->network;
    struct chance *chance = &day->chance;
    struct call_style style = delivery;
    struct redial redial = {0};
    const uint64_t parcels = network_draw(network, sim, chance, PARCELS_MIN, PARCELS_MAX);
    style.callback = (uint16_t)network_parameter(network, sim, CALLBACK);
    social_live(day, sim, 60, &social_call);
    social_services(day, sim, 700);
    if (day->is_weekend && chance_permille(chance, 400))
        return;
    for (int64_t time_ms = 7 * HOUR_MS + 30 * MINUTE_MS; time_ms < 21 * HOUR_MS;) {
        const uint64_t in_hour = parcels * rhythm_weight(RHYTHM_MEALS, (int)(time_ms / HOUR_MS));
        const int64_t held_ms = deliver(day, sim, time_ms, &style, &redial);
        const int64_t gap_ms = curve_exponential(chance, HOUR_MS * 1000 / (int64_t)(in_hour + 1));
        time_ms += (int64_t)u64_max((uint64_t)held_ms, (uint64_t)gap_ms) + SECOND_MS;
    }
}

const struct behaviour behaviour_courier = {
    .name = "courier",
    .summary = "hundreds of short calls along a route; customers recur and call back",
    .subscriber_class = "person",
    .share = 2500,
    .mobility = MOBILITY_ROUTE,
    .parameters = parameters,
    .parameter_count = ARRAY_COUNT(parameters),
    .found = found,
    .live = live,
};
