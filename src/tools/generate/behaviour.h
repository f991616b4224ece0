/* SPDX-License-Identifier: Apache-2.0
 * The plug point of the simulator's classes: one const descriptor in its own file, one line in
 * behaviours.def. A behaviour founds its SIMs once and then lives each of their days; it speaks only through
 * contact.h, so that every record it causes has its legs, switches and sequence numbers like any other. */
#pragma once

#include "chance.h"

#define BEHAVIOUR_PARAMETERS_MAX 10
#define BEHAVIOUR_SHARE          1000000 /* shares are per million subscribers */

enum behaviour_id {
#define BEHAVIOUR(ID, name) BEHAVIOUR_##ID,
#include "behaviours.def"
#undef BEHAVIOUR
    BEHAVIOUR_COUNT
};

/* How a SIM moves between cells. */
enum mobility {
    MOBILITY_NONE,     /* a fixed line: never a served party */
    MOBILITY_STATIC,   /* one cell */
    MOBILITY_FEW,      /* three neighbouring cells */
    MOBILITY_COMMUTER, /* home, work, errands, now and then a trip */
    MOBILITY_ROUTE,    /* along a route all day, home at night */
};

/* A number that a scenario may set for a class. */
struct parameter {
    const char *name;
    uint32_t preset, minimum, maximum;
    const char *meaning;
};

struct network;
struct day;

struct behaviour {
    const char *name;             /* the class in truth.csv */
    const char *summary;          /* one line of conf/scenarios/default.yaml */
    const char *subscriber_class; /* subscribers.csv; NULL: a fixed line, not in that file */
    const char *allow_kind;       /* allow.csv; NULL: not listed */
    uint32_t allow_percent;       /* of its numbers that are listed */
    uint32_t share; /* per million subscribers when the scenario does not say; person: the rest */
    enum mobility mobility;
    bool is_private; /* a telephone that strangers ring: couriers, call centres, junk */
    bool is_junk;
    bool needs_officials;
    const struct parameter *parameters;
    size_t parameter_count;

    /* Start-up only. Settles what is special in a SIM whose number, cells and age are already those of an
     * ordinary one; NULL: nothing. */
    void (*found)(struct network *network, uint32_t sim, struct chance *chance);

    /* One thread. Makes the SIM's contacts of the day (contact.h), chance from day->chance. */
    void (*live)(struct day *day, uint32_t sim);
};

#define BEHAVIOUR(ID, name) extern const struct behaviour behaviour_##name;
#include "behaviours.def"
#undef BEHAVIOUR

/* Any thread. The registry, by enum behaviour_id. */
extern const struct behaviour *const behaviours[BEHAVIOUR_COUNT];
