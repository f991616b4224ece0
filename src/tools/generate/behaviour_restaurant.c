/* SPDX-License-Identifier: Apache-2.0
 * A restaurant: it mostly receives, at meal times, and rings its few suppliers. */
#include "desk.h"

#include "curves.h"
#include "social.h"

enum { CALLS };

static const struct parameter parameters[] = {
    [CALLS] = {"calls", 35, 1, 500, "incoming calls a day"},
};

static const struct desk desk = {.rhythm = RHYTHM_MEALS,
                                 .incoming = {.answered = 850,
                                              .no_answer = 80,
                                              .busy = 65,
                                              .median_s = 42,
                                              .spread = 80,
                                              .callback = 500,
                                              .callback_after_s = 600,
                                              .retry = 500,
                                              .retry_after_s = 300},
                                 .rings_after = 80,
                                 .rings_after_s = 3600};

static void live(struct day *day, uint32_t sim)
{
    struct chance *chance = &day->chance;
    const uint32_t orders = curve_poisson(chance, 5000);
    desk_live(day, sim, network_parameter(day->network, sim, CALLS), &desk);
    for (uint32_t i = 0; i < orders; i++) {
        bool is_mutual;
        const uint32_t supplier = social_contact(day, sim, chance_below(chance, 6), &is_mutual);
        contact_try(day, sim, supplier, rhythm_time_ms(RHYTHM_OFFICE, chance), &social_call);
    }
}

const struct behaviour behaviour_restaurant = {
    .name = "restaurant",
    .summary = "mostly receives, at meal times",
    .subscriber_class = "business",
    .share = 800,
    .mobility = MOBILITY_STATIC,
    .parameters = parameters,
    .parameter_count = ARRAY_COUNT(parameters),
    .live = live,
};
