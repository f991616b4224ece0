/* SPDX-License-Identifier: Apache-2.0
 * The telephone of a state office: it speaks with officials every day, and when there is a meeting it texts
 * dozens of them within minutes. They write back. */
#include "curves.h"
#include "rhythm.h"
#include "social.h"

enum { INVITED_MIN, INVITED_MAX, EVERY_DAYS, REPLY };

static const struct parameter parameters[] = {
    [INVITED_MIN] = {"invited_min", 15, 1, 500, "officials invited to a meeting, at least"},
    [INVITED_MAX] = {"invited_max", 60, 1, 500, "and at most"},
    [EVERY_DAYS] = {"every_days", 2, 1, 60, "days between invitations"},
    [REPLY] = {"reply_permille", 600, 0, 1000, "of the invited who write back"},
};

static void found(struct network *network, uint32_t sim, struct chance *chance)
{
    network_make_young(network, sim, -chance_between(chance, 700, 4000), chance);
    network->sims[sim].rate = 200;
}

/* Officials of the province; of the country where the province has none. */
static uint32_t officials(const struct network *network, uint32_t sim, uint32_t *first)
{
    const uint32_t count = network_members(network, BEHAVIOUR_OFFICIAL, network->sims[sim].province, first);
    if (count > 0)
        return count;
    *first = network->groups[BEHAVIOUR_OFFICIAL].first;
    return network->groups[BEHAVIOUR_OFFICIAL].count;
}

static void invite(struct day *day, uint32_t sim, uint32_t first, uint32_t count)
{
    const struct network *network = day->network;
    struct chance *chance = &day->chance;
    const uint64_t invited = u64_min(count, network_draw(network, sim, chance, INVITED_MIN, INVITED_MAX));
    const uint32_t start = chance_below(chance, count);
    const struct sms_style invitation = {.reply = (uint16_t)network_parameter(network, sim, REPLY),
                                         .reply_after_s = 900,
                                         .failed = 5,
                                         .text = 1,
                                         .parts_max = 3};
    int64_t time_ms = 8 * HOUR_MS + chance_below(chance, (uint32_t)(8 * HOUR_MS));
    for (uint32_t i = 0; i < invited; i++) {
        contact_write(day, sim, first + (start + i) % count, time_ms, &invitation);
        time_ms += chance_between(chance, 3000, 9000);
    }
}

static void live(struct day *day, uint32_t sim)
{
    struct chance *chance = &day->chance;
    uint32_t first;
    const uint32_t count = officials(day->network, sim, &first);
    social_live(day, sim, 100, &social_call);
    if (count == 0 || day->is_weekend)
        return;
    const uint32_t calls = curve_poisson(chance, 14000);
    for (uint32_t i = 0; i < calls; i++) {
        const uint32_t official = first + chance_below(chance, count);
        const bool is_out = chance_permille(chance, 550);
        contact_try(day, is_out ? sim : official, is_out ? official : sim,
                    rhythm_time_ms(RHYTHM_OFFICE, chance), &social_call);
    }
    if (day->index % network_parameter(day->network, sim, EVERY_DAYS) == 0)
        invite(day, sim, first, count);
}

const struct behaviour behaviour_agency = {
    .name = "agency",
    .summary = "an office that invites dozens of officials within minutes; they write back",
    .subscriber_class = "business",
    .share = 60,
    .mobility = MOBILITY_STATIC,
    .parameters = parameters,
    .parameter_count = ARRAY_COUNT(parameters),
    .found = found,
    .live = live,
};
