/* SPDX-License-Identifier: Apache-2.0 */
#include "geography.h"

#include "rhythm.h"

#include <stdio.h>
#include <stdlib.h>

#define SIMS_PER_CELL      400
#define CELLS_MIN          12 /* a courier's route needs some even in a small network */
#define CELLS_PER_AREA     64
#define AREAS_PER_PROVINCE 600

const struct province geography_provinces[PROVINCE_COUNT] = {
#define PROVINCE(code, area_code, latitude, longitude, inhabitants) \
    {code, area_code, latitude, longitude, inhabitants},
#include "provinces.def"
#undef PROVINCE
};

const struct carrier geography_carriers[CARRIER_COUNT] = {
    [CARRIER_MBF] = {"MobiFone", "MBF", 1, 21, 7, {90, 93, 70, 76, 77, 78, 79}},
    [CARRIER_VNP] = {"VinaPhone", "VNP", 2, 27, 8, {91, 94, 88, 81, 82, 83, 84, 85}},
    [CARRIER_VTL] = {"Viettel", "VTL", 4, 52, 12, {86, 96, 97, 98, 32, 33, 34, 35, 36, 37, 38, 39}},
};

static void name_switches(struct geography *geography)
{
    static const char *const trunk_words[TRUNK_GROUP_COUNT] = {"ENT", "INT", "NAT"};
    for (unsigned carrier = 0; carrier < CARRIER_COUNT; carrier++) {
        char(*names)[8] = geography->switch_names + (size_t)carrier * (PROVINCE_COUNT + 1);
        for (unsigned p = 0; p < PROVINCE_COUNT; p++)
            snprintf(names[p], sizeof(names[p]), "%.3s-%02u", geography_carriers[carrier].code,
                     geography_provinces[p].code % 100u);
        snprintf(names[PROVINCE_COUNT], sizeof(names[0]), "%.3s-GW", geography_carriers[carrier].code);
        for (unsigned t = 0; t < TRUNK_GROUP_COUNT; t++)
            snprintf(geography->trunk_names[carrier][t], sizeof(geography->trunk_names[0][0]), "%.3s-%.3s-1",
                     geography_carriers[carrier].code, trunk_words[t]);
    }
}

static void name_cell(struct cell *cell, unsigned carrier, unsigned province, uint32_t position)
{
    const unsigned area = geography_provinces[province].code * AREAS_PER_PROVINCE + position / CELLS_PER_AREA;
    cell->carrier = (uint8_t)carrier;
    cell->province = (uint8_t)province;
    snprintf(cell->text, sizeof(cell->text), "452-%02u-%u-%u", geography_carriers[carrier].network % 100,
             area % 100000, (10 + position) * 3 % 100000);
}

enum error_class geography_init(struct geography *geography, uint32_t sims[CARRIER_COUNT][PROVINCE_COUNT],
                                struct error *error)
{
    *geography = (struct geography){0};
    for (unsigned carrier = 0; carrier < CARRIER_COUNT; carrier++) {
        for (unsigned p = 0; p < PROVINCE_COUNT; p++) {
            uint32_t all = 0;
            for (unsigned c = 0; c < CARRIER_COUNT; c++)
                all += sims[c][p];
            geography->first[carrier][p] = geography->cell_count;
            geography->cell_count += all ? CELLS_MIN + sims[carrier][p] / SIMS_PER_CELL : 0;
        }
        geography->first[carrier][PROVINCE_COUNT] = geography->cell_count;
    }
    geography->cells = calloc(geography->cell_count, sizeof(*geography->cells));
    if (!geography->cells)
        return error_set(error, ERROR_INTERNAL, "no memory for %u cells", geography->cell_count);
    for (unsigned carrier = 0; carrier < CARRIER_COUNT; carrier++)
        for (unsigned p = 0; p < PROVINCE_COUNT; p++)
            for (uint32_t i = geography->first[carrier][p]; i < geography->first[carrier][p + 1]; i++)
                name_cell(&geography->cells[i], carrier, p, i - geography->first[carrier][p]);
    name_switches(geography);
    return ERROR_OK;
}

void geography_fini(struct geography *geography)
{
    free(geography->cells);
    geography->cells = NULL;
}

uint32_t geography_cell(const struct geography *geography, unsigned carrier, unsigned province, uint64_t key)
{
    const uint32_t first = geography->first[carrier][province];
    const uint32_t count = geography->first[carrier][province + 1] - first;
    CHECK(count > 0);
    return first + (uint32_t)(key % count);
}

unsigned geography_switch(const struct geography *geography, uint32_t cell)
{
    return geography->cells[cell].carrier * (PROVINCE_COUNT + 1u) + geography->cells[cell].province;
}

unsigned geography_gateway(unsigned carrier)
{
    return carrier * (PROVINCE_COUNT + 1u) + PROVINCE_COUNT;
}

/* The cell `steps` after `home` in its carrier's part of the province. */
static uint32_t neighbour(const struct geography *geography, uint32_t home, uint64_t steps)
{
    const struct cell *cell = &geography->cells[home];
    const uint32_t first = geography->first[cell->carrier][cell->province];
    return geography_cell(geography, cell->carrier, cell->province, home - first + steps);
}

static uint32_t commuter_place(const struct geography *geography, uint64_t seed, uint32_t sim, uint32_t home,
                               int64_t time_ms)
{
    const int64_t local_hour = (time_ms + LOCAL_OFFSET_MS) / HOUR_MS, day = local_hour / 24;
    const int hour = (int)(local_hour % 24);
    const uint64_t trip = chance_hash(seed, PURPOSE_TRIP, sim, (uint64_t)day);
    if (trip % 50 == 0) { /* a day away, anywhere in the country */
        const uint32_t *first = geography->first[geography->cells[home].carrier];
        return first[0] + (uint32_t)((trip >> 8) % (first[PROVINCE_COUNT] - first[0]));
    }
    const uint64_t errand = chance_hash(seed, PURPOSE_PLACE, sim, (uint64_t)local_hour);
    if (hour >= 6 && hour < 22 && errand % 10 == 0)
        return neighbour(geography, home, errand >> 8);
    if (hour >= 8 && hour < 17 && !rhythm_is_weekend(time_ms))
        return neighbour(geography, home, chance_hash(seed, PURPOSE_PLACE, sim, 0) % 7);
    return home;
}

static uint32_t route_place(const struct geography *geography, uint64_t seed, uint32_t sim, uint32_t home,
                            int64_t time_ms)
{
    const int64_t local_ms = time_ms + LOCAL_OFFSET_MS;
    const int64_t slot = local_ms % DAY_MS / (20 * MINUTE_MS);
    if (slot < 7 * 3 || slot >= 21 * 3)
        return home;
    return neighbour(geography, home,
                     chance_hash(seed, PURPOSE_TRIP, sim, (uint64_t)(local_ms / DAY_MS)) % 8 +
                         (uint64_t)slot);
}

uint32_t geography_place(const struct geography *geography, uint64_t seed, uint32_t sim, uint32_t home,
                         enum mobility mobility, int64_t time_ms)
{
    switch (mobility) {
    case MOBILITY_FEW:
        return neighbour(geography, home,
                         chance_hash(seed, PURPOSE_PLACE, sim, (uint64_t)(time_ms / (2 * HOUR_MS))) % 3);
    case MOBILITY_COMMUTER:
        return commuter_place(geography, seed, sim, home, time_ms);
    case MOBILITY_ROUTE:
        return route_place(geography, seed, sim, home, time_ms);
    default:
        return home;
    }
}
