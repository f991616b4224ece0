/* SPDX-License-Identifier: Apache-2.0
 * Most of the country: private life and nothing else. */
#include "social.h"

static void live(struct day *day, uint32_t sim)
{
    social_live(day, sim, 100, &social_call);
    social_services(day, sim, 500);
}

const struct behaviour behaviour_person = {
    .name = "person",
    .summary = "everybody else: a circle of people, answered and returned",
    .subscriber_class = "person",
    .mobility = MOBILITY_COMMUTER,
    .is_private = true,
    .live = live,
};
