/* SPDX-License-Identifier: Apache-2.0
 * A labelled synthetic network: CDRs, lists and the truth about every number, in the files of the contract
 * (src/tools/generate/generate.md). */
#pragma once

#include "simsieve/base/error.h"

#define GENERATE_SUBSCRIBERS_MIN 100
#define GENERATE_SUBSCRIBERS_MAX 10000000
#define GENERATE_DAYS_MAX        60

struct generate_options {
    uint32_t subscribers; /* GENERATE_SUBSCRIBERS_MIN to _MAX */
    uint32_t days;        /* 1 to GENERATE_DAYS_MAX */
    uint64_t seed;
    const char *folder;   /* created when missing */
    const char *scenario; /* a YAML file (conf/scenarios/default.yaml shows every key), NULL: the defaults */
};

/* Any thread. May block. Writes cdr-YYYY-MM-DD.csv, one a local day, the lists and truth.csv into the folder;
 * the same options give the same bytes on any machine. Holds one day of events: about 32 bytes a subscriber
 * and 24 a record. ERROR_USAGE (an option out of bounds), ERROR_NO_INPUT and ERROR_CONFIG (the scenario, with
 * line and column), ERROR_CANNOT_CREATE (also a folder with CDR files that no generator made), ERROR_IO,
 * ERROR_INTERNAL (memory). */
enum error_class generate_network(const struct generate_options *options, struct error *error);
