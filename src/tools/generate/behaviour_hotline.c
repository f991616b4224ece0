/* SPDX-License-Identifier: Apache-2.0
 * The hotline of the police or an agency: strangers ring it, it rings many of them back, briefly. On the
 * allow-list, because by its records alone it is a junk SIM half of the time. */
#include "desk.h"

enum { CALLS };

static const struct parameter parameters[] = {
    [CALLS] = {"calls", 90, 1, 2000, "incoming calls a day"},
};

static const struct desk desk = {.rhythm = RHYTHM_SERVICE,
                                 .incoming = {.answered = 780,
                                              .no_answer = 110,
                                              .busy = 100,
                                              .median_s = 32,
                                              .spread = 90,
                                              .callback = 800,
                                              .callback_after_s = 900,
                                              .retry = 300,
                                              .retry_after_s = 300},
                                 .rings_after = 330,
                                 .rings_after_s = 2400};

static void live(struct day *day, uint32_t sim)
{
    desk_live(day, sim, network_parameter(day->network, sim, CALLS), &desk);
}

const struct behaviour behaviour_hotline = {
    .name = "hotline",
    .summary = "receives from many strangers and rings many back; allow-listed",
    .subscriber_class = "business",
    .allow_kind = "hotline",
    .allow_percent = 100,
    .share = 30,
    .mobility = MOBILITY_STATIC,
    .parameters = parameters,
    .parameter_count = ARRAY_COUNT(parameters),
    .live = live,
};
