/* SPDX-License-Identifier: Apache-2.0
 * A debt collector: a few debtors, rung again and again, who seldom answer. Harassment it may be, spam it is
 * not. */
#include "rhythm.h"
#include "social.h"

enum { DEBTORS, CALLS };

static const struct parameter parameters[] = {
    [DEBTORS] = {"debtors", 12, 1, 100, "rung in a week"},
    [CALLS] = {"calls", 7, 1, 20, "to each of them a day, at most"},
};

static const struct call_style demand = {.answered = 170,
                                         .no_answer = 430,
                                         .busy = 60,
                                         .rejected = 230,
                                         .unreachable = 100,
                                         .median_s = 28,
                                         .spread = 110,
                                         .callback = 10,
                                         .callback_after_s = 3600};

static const struct sms_style reminder = {
    .reply = 20, .reply_after_s = 1800, .failed = 10, .text = 1, .parts_max = 3};

static void found(struct network *network, uint32_t sim, struct chance *chance)
{
    network_make_young(network, sim, -chance_between(chance, 40, 500), chance);
}

static void live(struct day *day, uint32_t sim)
{
    const struct network *network = day->network;
    struct chance *chance = &day->chance;
    const uint32_t debtors = network_parameter(network, sim, DEBTORS);
    social_live(day, sim, 30, &social_call);
    for (uint32_t i = 0; i < debtors; i++) {
        struct chance who =
            chance_make(network->seed, PURPOSE_PLAN, sim, day->index / 7 * UINT64_C(1000) + i);
        const uint32_t debtor = chance_permille(&who, 300)
                                    ? network_outsider(network, &who)
                                    : network_person(network, &who, network->sims[sim].province);
        const int64_t calls = chance_between(chance, 1, network_parameter(network, sim, CALLS));
        for (int64_t call = 0; call < calls; call++)
            contact_try(day, sim, debtor, rhythm_time_ms(RHYTHM_SERVICE, chance), &demand);
        if (chance_permille(chance, 300))
            contact_write(day, sim, debtor, rhythm_time_ms(RHYTHM_OFFICE, chance), &reminder);
    }
}

const struct behaviour behaviour_debt_collector = {
    .name = "debt_collector",
    .summary = "few debtors, many repeats, few answers: harassment, not spam",
    .subscriber_class = "person",
    .share = 100,
    .mobility = MOBILITY_COMMUTER,
    .parameters = parameters,
    .parameter_count = ARRAY_COUNT(parameters),
    .found = found,
    .live = live,
};
