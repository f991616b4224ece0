/* SPDX-License-Identifier: Apache-2.0
 * A new member of a large class or club with a new SIM: on the first day he writes to everybody, and a good
 * third write back; then a lively private life with the same people. */
#include "curves.h"
#include "rhythm.h"
#include "social.h"

enum { FIRST_DAY_MIN, FIRST_DAY_MAX, REPLY };

static const struct parameter parameters[] = {
    [FIRST_DAY_MIN] = {"first_day_min", 20, 1, 200, "people written to on the first day, at least"},
    [FIRST_DAY_MAX] = {"first_day_max", 97, 1, 200, "and at most"},
    [REPLY] = {"reply_permille", 450, 0, 1000, "of them that write back"},
};

/* The burst falls on the first whole day in service. */
static int64_t burst_day(const struct network *network, uint32_t sim)
{
    return network->sims[sim].activated_s / 86400 + (network->sims[sim].activated_s >= 0);
}

static void found(struct network *network, uint32_t sim, struct chance *chance)
{
    struct sim *me = &network->sims[sim];
    network_make_young(network, sim, chance_between(chance, -12, (int64_t)network->days - 2), chance);
    me->rate = (uint16_t)chance_between(chance, 400, 1200);
    me->circle = (uint8_t)chance_between(chance, 20, 45);
}

static void burst(struct day *day, uint32_t sim)
{
    const struct network *network = day->network;
    struct chance *chance = &day->chance;
    struct sms_style hello = social_sms;
    const uint32_t count = network_draw(network, sim, chance, FIRST_DAY_MIN, FIRST_DAY_MAX);
    int64_t time_ms = 9 * HOUR_MS + curve_exponential(chance, 2 * HOUR_MS);
    hello.reply = (uint16_t)network_parameter(network, sim, REPLY);
    for (uint32_t rank = 0; rank < count && time_ms < 22 * HOUR_MS; rank++) {
        bool is_mutual;
        const uint32_t other = social_contact(day, sim, rank, &is_mutual);
        contact_write(day, sim, other, time_ms, &hello);
        time_ms += 20 * SECOND_MS + curve_exponential(chance, 3 * MINUTE_MS);
    }
}

static void live(struct day *day, uint32_t sim)
{
    if ((int64_t)day->index == burst_day(day->network, sim))
        burst(day, sim);
    social_live(day, sim, 100, &student_call);
    social_services(day, sim, 600);
}

const struct behaviour behaviour_student = {
    .name = "student",
    .summary = "new member with a new SIM: a burst on the first day, and replies",
    .subscriber_class = "person",
    .share = 6000,
    .mobility = MOBILITY_COMMUTER,
    .is_private = true,
    .parameters = parameters,
    .parameter_count = ARRAY_COUNT(parameters),
    .found = found,
    .live = live,
};
