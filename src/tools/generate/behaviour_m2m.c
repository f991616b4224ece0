/* SPDX-License-Identifier: Apache-2.0
 * A meter, a tracker, a vending machine: it reports to one server by the clock and knows nobody else. */
#include "contact.h"

enum { REPORTS, FLEET };

static const struct parameter parameters[] = {
    [REPORTS] = {"reports", 4, 1, 96, "messages a day"},
    [FLEET] = {"fleet", 50, 1, 100000, "machines that share a server"},
};

static void found(struct network *network, uint32_t sim, struct chance *chance)
{
    network_make_young(network, sim, -chance_between(chance, 5, 2500), chance);
}

static void live(struct day *day, uint32_t sim)
{
    const struct network *network = day->network;
    struct chance *chance = &day->chance;
    const uint32_t reports = network_parameter(network, sim, REPORTS);
    const uint32_t fleet =
        (sim - network->groups[BEHAVIOUR_M2M].first) / network_parameter(network, sim, FLEET);
    const uint64_t address = chance_hash(network->seed, PURPOSE_PLAN, fleet, 0) % network->mobile_count;
    const uint32_t server = party_make(PARTY_MOBILE, (uint32_t)address);
    const int64_t every_ms = DAY_MS / reports;
    const int64_t phase_ms = (int64_t)(chance_hash(network->seed, PURPOSE_PLAN, sim, 1) % (uint64_t)every_ms);
    for (uint32_t i = 0; i < reports; i++) {
        const int64_t time_ms = i * every_ms + phase_ms + chance_between(chance, 0, 2000);
        contact_send(day, sim, server, time_ms, 1, 1, !chance_permille(chance, 15));
        if (chance_permille(chance, 60)) /* a command from the server */
            contact_send(day, server, sim, time_ms + chance_between(chance, 4000, 30000), 1, 1, true);
    }
}

const struct behaviour behaviour_m2m = {
    .name = "m2m",
    .summary = "a machine that reports to its one server",
    .subscriber_class = "m2m",
    .share = 20000,
    .mobility = MOBILITY_STATIC,
    .parameters = parameters,
    .parameter_count = ARRAY_COUNT(parameters),
    .found = found,
    .live = live,
};
