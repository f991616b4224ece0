/* SPDX-License-Identifier: Apache-2.0
 * A line of a registered call centre: a fixed number on an enterprise trunk, no device, office hours, short
 * calls to everybody. Most are on the allow-list. */
#include "curves.h"
#include "rhythm.h"
#include "social.h"

enum { CALLS_MIN, CALLS_MAX };

static const struct parameter parameters[] = {
    [CALLS_MIN] = {"calls_min", 120, 1, 2000, "calls a working day, at least"},
    [CALLS_MAX] = {"calls_max", 350, 1, 2000, "and at most"},
};

static const struct call_style campaign_call = {.answered = 520,
                                                .no_answer = 230,
                                                .busy = 60,
                                                .rejected = 110,
                                                .unreachable = 60,
                                                .median_s = 30,
                                                .spread = 110,
                                                .callback = 90,
                                                .callback_after_s = 1500,
                                                .retry = 200,
                                                .retry_after_s = 7200};

static void live(struct day *day, uint32_t sim)
{
    const struct network *network = day->network;
    struct chance *chance = &day->chance;
    const uint32_t calls = network_draw(network, sim, chance, CALLS_MIN, CALLS_MAX);
    if (day->is_weekend)
        return;
    for (uint32_t i = 0; i < calls; i++) {
        const uint32_t other = network_person(network, chance, ANYWHERE);
        contact_try(day, sim, other, rhythm_time_ms(RHYTHM_OFFICE, chance), &campaign_call);
    }
}

const struct behaviour behaviour_call_centre = {
    .name = "call_centre",
    .summary = "a fixed line that calls everybody in office hours; most allow-listed",
    .allow_kind = "call_centre",
    .allow_percent = 85,
    .share = 60,
    .mobility = MOBILITY_NONE,
    .parameters = parameters,
    .parameter_count = ARRAY_COUNT(parameters),
    .live = live,
};
