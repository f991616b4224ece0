/* SPDX-License-Identifier: Apache-2.0
 * What a scenario file says: when it starts, where people live, how many there are of each class and how they
 * behave. conf/scenarios/default.yaml shows every key with its default. */
#pragma once

#include "behaviour.h"
#include "geography.h"

#include "simsieve/base/error.h"

struct class_plan {
    bool is_count;   /* `amount` SIMs, else `amount` per million subscribers */
    uint32_t amount; /* without meaning for person: the rest */
    uint32_t parameters[BEHAVIOUR_PARAMETERS_MAX];
};

struct scenario {
    int64_t start_ms;                         /* a local midnight */
    uint32_t province_weight[PROVINCE_COUNT]; /* 0: nobody lives there */
    struct class_plan plans[BEHAVIOUR_COUNT];
};

/* Start-up only. The defaults. */
void scenario_init(struct scenario *scenario);

/* Start-up only. May block. The defaults, changed by what the YAML file at `path` says. ERROR_NO_INPUT, or
 * ERROR_CONFIG with file:line:column and, for an unknown key, the nearest known one. */
enum error_class scenario_load(struct scenario *scenario, const char *path, struct error *error);
