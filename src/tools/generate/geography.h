/* SPDX-License-Identifier: Apache-2.0
 * Carriers, provinces, cells and switches: where a SIM is at a moment, and which switch then writes its
 * records. */
#pragma once

#include "behaviour.h"

#include "simsieve/base/calendar.h"
#include "simsieve/base/error.h"

enum province_index {
#define PROVINCE(code, area_code, latitude, longitude, inhabitants) PROVINCE_##code,
#include "provinces.def"
#undef PROVINCE
    PROVINCE_COUNT
};

struct province {
    uint8_t code; /* of the 34 */
    uint16_t area_code;
    int32_t latitude, longitude; /* thousandths of a degree */
    uint32_t inhabitants;        /* thousands */
};

extern const struct province geography_provinces[PROVINCE_COUNT];

/* A carrier whose switches deliver records. In the order of their codes: switch names sort like their ids. */
enum { CARRIER_MBF, CARRIER_VNP, CARRIER_VTL, CARRIER_COUNT };

struct carrier {
    const char *name, *code;
    uint32_t network; /* MNC */
    uint32_t share;   /* percent of the SIMs */
    uint32_t prefix_count;
    uint8_t prefixes[12]; /* after the country code; ten million numbers each */
};

extern const struct carrier geography_carriers[CARRIER_COUNT];

/* One mobile switch a carrier and province, and one gateway a carrier. */
#define SWITCH_COUNT (CARRIER_COUNT * (PROVINCE_COUNT + 1))

/* Trunk groups of a carrier's gateway. */
enum trunk { TRUNK_GROUP_ENTERPRISE, TRUNK_GROUP_INTERNATIONAL, TRUNK_GROUP_NATIONAL, TRUNK_GROUP_COUNT };

#define CELL_TEXT_BYTES 24

struct cell {
    uint8_t province; /* index */
    uint8_t carrier;
    char text[CELL_TEXT_BYTES - 2]; /* MCC-MNC-LAC-CI */
};

struct geography {
    struct cell *cells; /* by carrier, then province */
    uint32_t cell_count;
    uint32_t first[CARRIER_COUNT][PROVINCE_COUNT + 1];
    char switch_names[SWITCH_COUNT][8];
    char trunk_names[CARRIER_COUNT][TRUNK_GROUP_COUNT][12];
};

/* Start-up only. Lays out cells for `sims` of each carrier and province. ERROR_INTERNAL (memory). */
enum error_class geography_init(struct geography *geography, uint32_t sims[CARRIER_COUNT][PROVINCE_COUNT],
                                struct error *error);
void geography_fini(struct geography *geography);

/* Any thread. A fixed cell of the carrier in the province, chosen by `key`. */
uint32_t geography_cell(const struct geography *geography, unsigned carrier, unsigned province, uint64_t key);

/* Any thread. The switch ids of a cell and of a carrier's gateway. */
unsigned geography_switch(const struct geography *geography, uint32_t cell);
unsigned geography_gateway(unsigned carrier);

/* Any thread. The cell of a SIM at `time_ms` (since 1970) by its mobility; `home` is the cell it sleeps
 * in. */
uint32_t geography_place(const struct geography *geography, uint64_t seed, uint32_t sim, uint32_t home,
                         enum mobility mobility, int64_t time_ms);
