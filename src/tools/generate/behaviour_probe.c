/* SPDX-License-Identifier: Apache-2.0
 * A network probe: test calls and messages day and night to a fixed set of test numbers, never called itself
 * by a person. The profile of a SIM box, in a known range of IMSIs and on the allow-list. */
#include "contact.h"

enum { GAP, CALLEES };

static const struct parameter parameters[] = {
    [GAP] = {"gap_s", 600, 60, 86400, "seconds between tests"},
    [CALLEES] = {"callees", 4, 1, 20, "test numbers"},
};

static void found(struct network *network, uint32_t sim, struct chance *chance)
{
    network_make_young(network, sim, -chance_between(chance, 300, 3000), chance);
}

static void live(struct day *day, uint32_t sim)
{
    const struct network *network = day->network;
    struct chance *chance = &day->chance;
    const int64_t gap_ms = network_parameter(network, sim, GAP) * SECOND_MS;
    uint32_t test = 0;
    for (int64_t time_ms = sim % 60 * SECOND_MS; time_ms < DAY_MS; time_ms += gap_ms) {
        const uint32_t which = test++ % network_parameter(network, sim, CALLEES);
        const uint64_t address = chance_hash(network->seed, PURPOSE_PLAN, 0, which) % network->mobile_count;
        const uint32_t callee = party_make(PARTY_MOBILE, (uint32_t)address);
        if (test % 6 == 0)
            contact_send(day, sim, callee, time_ms, 1, 1, true);
        else
            contact_call(day, sim, callee, time_ms, chance_permille(chance, 20) ? CDR_FAILED : CDR_ANSWERED,
                         20);
    }
}

const struct behaviour behaviour_probe = {
    .name = "probe",
    .summary = "test calls by the clock to fixed test numbers; allow-listed",
    .subscriber_class = "probe",
    .allow_kind = "probe",
    .allow_percent = 100,
    .share = 20,
    .mobility = MOBILITY_STATIC,
    .parameters = parameters,
    .parameter_count = ARRAY_COUNT(parameters),
    .found = found,
    .live = live,
};
