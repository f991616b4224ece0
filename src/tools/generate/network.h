/* SPDX-License-Identifier: Apache-2.0
 * Everybody in the synthetic network: who has which number, where, since when, in what class and campaign.
 * SIMs are ordered by class, inside a class by province, so that "an official of province 11" is a range. */
#pragma once

#include "party.h"
#include "scenario.h"

#include "simsieve/base/region.h"
#include "simsieve/tools/generate.h"

struct sim {
    uint64_t number;     /* E.164 digits */
    int32_t activated_s; /* since the first midnight; old SIMs are negative */
    uint32_t home;       /* cell */
    uint32_t device;     /* network_imei */
    uint32_t campaign;   /* 1 and up; 0: none */
    uint16_t rate;       /* own everyday contacts a day, in hundredths */
    uint8_t circle;      /* people it knows */
    uint8_t behaviour;   /* enum behaviour_id */
    uint8_t province;    /* index: where it is registered */
    uint8_t carrier;
    uint8_t unused[2];
};

static_assert(sizeof(struct sim) == 32, "ten million SIMs are 320 MB");

/* The SIMs of one class. */
struct group {
    uint32_t first, count;
    uint32_t province_first[PROVINCE_COUNT + 1];
};

/* SIMs that work together; a lone junk SIM is a campaign of one. */
struct campaign {
    uint32_t first_sim, sim_count;
    uint32_t ordinal; /* among the campaigns of its class, from 1 */
    uint8_t behaviour;
    uint8_t province; /* whom it attacks, index */
    uint16_t first_day, day_count;
};

#define NEVER_MS INT64_MAX

struct network {
    uint64_t seed;
    uint32_t days;
    struct scenario scenario;
    struct geography geography;
    struct group groups[BEHAVIOUR_COUNT];
    uint32_t private_count[PROVINCE_COUNT + 1]; /* private SIMs by province, and ANYWHERE */
    struct region sims_region;                  /* huge pages: records name SIMs at random */
    struct sim *sims;
    uint32_t sim_count;
    uint32_t junk_first;   /* SIMs from here on are junk */
    uint32_t mobile_count; /* outsiders with a mobile that somebody here knows */
    struct campaign *campaigns;
    uint32_t campaign_count;
    int64_t *first_junk_ms; /* of sims[junk_first + i]: first contact, NEVER_MS before it */
};

/* Start-up only. Founds the network of these options. ERROR_NO_INPUT and ERROR_CONFIG (scenario),
 * ERROR_INTERNAL (memory). */
enum error_class network_init(struct network *network, const struct generate_options *options,
                              struct error *error);
void network_fini(struct network *network);

/* Any thread. The behaviour, and the value of parameter `index`, of a SIM's class. */
const struct behaviour *network_behaviour(const struct network *network, uint32_t sim);
uint32_t network_parameter(const struct network *network, uint32_t sim, unsigned index);

/* Any thread. A draw between two parameters of the SIM's class, NAME_min and NAME_max. */
uint32_t network_draw(const struct network *network, uint32_t sim, struct chance *chance, unsigned low,
                      unsigned high);

/* Any thread. The party is served by the network's switches: a SIM, not a fixed line or an outsider. */
bool network_is_served(const struct network *network, uint32_t party);

/* Any thread. The SIM's activation, ms since 1970. */
int64_t network_activated_ms(const struct network *network, uint32_t sim);

/* Any thread. Random people: a private SIM of a province (index; of the country for ANYWHERE, or where a
 * province has next to nobody), of whatever class; or a mobile outside. */
#define ANYWHERE PROVINCE_COUNT
uint32_t network_person(const struct network *network, struct chance *chance, unsigned province);
uint32_t network_outsider(const struct network *network, struct chance *chance);

/* Any thread. SIMs of a class in a province, and the first of them. */
uint32_t network_members(const struct network *network, enum behaviour_id behaviour, unsigned province,
                         uint32_t *first);

/* Start-up only, from `found`. Joins `sim` to the campaign of the SIM before it while that has fewer than
 * `size`, else to a new one, whose days and province are the caller's to settle. */
struct campaign *network_enlist(struct network *network, uint32_t sim, uint32_t size);

/* Start-up only. The SIM is new: activated `days` before midnight of `day`, at a shop's hour. */
void network_make_young(struct network *network, uint32_t sim, int64_t day, struct chance *chance);

/* Any thread. Where the SIM is at a moment and in which device. */
uint32_t network_cell(const struct network *network, uint32_t sim, int64_t time_ms);
uint32_t network_device(const struct network *network, uint32_t sim, int64_t time_ms);

/* Any thread. Digits: 15 of an IMSI; 14 of an IMEI without its check digit. */
uint64_t network_imsi(const struct network *network, uint32_t sim);
uint64_t network_imei(uint32_t device);

/* Any thread. The device of a campaign's pool. */
uint32_t network_pool_device(const struct network *network, uint32_t campaign, uint32_t index);
