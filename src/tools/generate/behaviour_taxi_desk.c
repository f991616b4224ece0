/* SPDX-License-Identifier: Apache-2.0
 * A taxi desk: customers order, the desk rings a part of them when the car is there. Short calls both
 * ways. */
#include "desk.h"

enum { CALLS };

static const struct parameter parameters[] = {
    [CALLS] = {"calls", 150, 1, 2000, "incoming calls a day"},
};

static const struct desk desk = {.rhythm = RHYTHM_SERVICE,
                                 .incoming = {.answered = 880,
                                              .no_answer = 30,
                                              .busy = 85,
                                              .median_s = 24,
                                              .spread = 60,
                                              .callback = 300,
                                              .callback_after_s = 200,
                                              .retry = 700,
                                              .retry_after_s = 120},
                                 .rings_after = 350,
                                 .rings_after_s = 420};

static void live(struct day *day, uint32_t sim)
{
    desk_live(day, sim, network_parameter(day->network, sim, CALLS), &desk);
}

const struct behaviour behaviour_taxi_desk = {
    .name = "taxi_desk",
    .summary = "customers order, the desk rings a part of them back; short calls",
    .subscriber_class = "business",
    .share = 60,
    .mobility = MOBILITY_STATIC,
    .parameters = parameters,
    .parameter_count = ARRAY_COUNT(parameters),
    .live = live,
};
