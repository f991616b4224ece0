/* SPDX-License-Identifier: Apache-2.0 */
#include "desk.h"

#include "curves.h"

void desk_live(struct day *day, uint32_t sim, uint32_t calls, const struct desk *desk)
{
    const struct network *network = day->network;
    struct chance *chance = &day->chance;
    const uint32_t count = curve_poisson(chance, calls * 1000);
    for (uint32_t i = 0; i < count; i++) {
        const int64_t time_ms = rhythm_time_ms(desk->rhythm, chance);
        const uint32_t caller = chance_permille(chance, 300)
                                    ? network_outsider(network, chance)
                                    : network_person(network, chance, network->sims[sim].province);
        const int64_t held_ms = contact_try(day, caller, sim, time_ms, &desk->incoming);
        if (!chance_permille(chance, desk->rings_after))
            continue;
        const int64_t after_ms = curve_lognormal(chance, desk->rings_after_s, 100) * SECOND_MS;
        const enum cdr_outcome outcome = chance_permille(chance, 870) ? CDR_ANSWERED : CDR_NO_ANSWER;
        const uint32_t duration_s = curve_lognormal(chance, desk->incoming.median_s, desk->incoming.spread);
        contact_call(day, sim, caller, time_ms + held_ms + after_ms, outcome, duration_s);
    }
}
