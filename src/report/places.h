/* SPDX-License-Identifier: Apache-2.0
 * Provinces and their agencies as they were on a day: conf/recipients.csv. */
#pragma once

#include "simsieve/base/error.h"

#define PLACES_MAX         1024
#define PLACE_NAME_BYTES   64
#define PLACE_AGENCY_BYTES 192

struct place {
    unsigned code, version; /* own code, among the 63 or the 34 */
    unsigned now;           /* code of the 34 that covers it */
    int64_t from_ms, to_ms; /* [from, to) */
    char name[PLACE_NAME_BYTES];
    char department[PLACE_AGENCY_BYTES]; /* "" when there is none */
    char police[PLACE_AGENCY_BYTES];
};

struct places;

/* May block. NULL with ERROR_NO_INPUT or ERROR_CONFIG, with file and line. */
struct places *places_load(const char *path, struct error *error);
void places_destroy(struct places *places);

/* The first row after `place` (NULL: from the start) whose territory belongs to `province` and that was valid at
 * `time_ms`. */
const struct place *places_next(const struct places *places, const struct place *place, unsigned province,
                                int64_t time_ms);

/* The present name of a code of the 34, NULL when it is none. */
const char *places_name(const struct places *places, unsigned province);

/* ERROR_USAGE that says what is wrong with the province that was `typed`. */
enum error_class places_find(const struct places *places, const char *typed, unsigned *province,
                             struct error *error);
