/* SPDX-License-Identifier: Apache-2.0
 * An old SIM with one evening of many new numbers: a teacher rings the parents of a new class. Long calls,
 * and the parents call back. */
#include "curves.h"
#include "social.h"

enum { PARENTS };

static const struct parameter parameters[] = {
    [PARENTS] = {"parents", 40, 1, 100, "of a class, all rung in one evening of every five"},
};

static const struct call_style parent_call = {.answered = 760,
                                              .no_answer = 150,
                                              .busy = 40,
                                              .rejected = 20,
                                              .unreachable = 30,
                                              .median_s = 95,
                                              .spread = 90,
                                              .callback = 600,
                                              .callback_after_s = 1800,
                                              .retry = 500,
                                              .retry_after_s = 3600};

static void ring_parents(struct day *day, uint32_t sim)
{
    struct chance *chance = &day->chance;
    const uint32_t parents = network_parameter(day->network, sim, PARENTS);
    const uint64_t class = chance_hash(day->network->seed, PURPOSE_PLAN, sim, day->index / 5);
    int64_t time_ms = 16 * HOUR_MS + 45 * MINUTE_MS + curve_exponential(chance, 10 * MINUTE_MS);
    for (uint32_t i = 0; i < parents && time_ms < 21 * HOUR_MS + 30 * MINUTE_MS; i++) {
        struct chance who = {class + i * UINT64_C(0x9e3779b97f4a7c15)};
        const uint32_t parent = network_person(day->network, &who, day->network->sims[sim].province);
        time_ms += contact_try(day, sim, parent, time_ms, &parent_call);
        time_ms += 15 * SECOND_MS + curve_exponential(chance, 90 * SECOND_MS);
    }
}

static void live(struct day *day, uint32_t sim)
{
    const uint64_t evening = chance_hash(day->network->seed, PURPOSE_PLAN, sim, 0) % 5;
    if (day->index % 5 == evening)
        ring_parents(day, sim);
    social_live(day, sim, 120, &social_call);
    social_services(day, sim, 500);
}

const struct behaviour behaviour_teacher = {
    .name = "teacher",
    .summary = "rings forty new parents in an evening; long calls, answers, calls back",
    .subscriber_class = "person",
    .share = 6000,
    .mobility = MOBILITY_COMMUTER,
    .is_private = true,
    .parameters = parameters,
    .parameter_count = ARRAY_COUNT(parameters),
    .live = live,
};
