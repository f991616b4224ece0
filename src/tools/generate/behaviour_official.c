/* SPDX-License-Identifier: Apache-2.0
 * Somebody the protected list names: an official who talks to his agency, to other agencies and to his
 * family. */
#include "social.h"

static void found(struct network *network, uint32_t sim, struct chance *chance)
{
    struct sim *me = &network->sims[sim];
    me->rate = (uint16_t)chance_between(chance, 400, 1400);
    me->circle = (uint8_t)chance_between(chance, 24, 48);
    network_make_young(network, sim, -chance_between(chance, 400, 4000), chance);
}

static void live(struct day *day, uint32_t sim)
{
    social_live(day, sim, day->is_weekend ? 50 : 110, &social_call);
    social_services(day, sim, 700);
}

const struct behaviour behaviour_official = {
    .name = "official",
    .summary = "on the protected list; eight to an agency",
    .subscriber_class = "person",
    .share = 3000,
    .mobility = MOBILITY_COMMUTER,
    .is_private = true,
    .found = found,
    .live = live,
};
