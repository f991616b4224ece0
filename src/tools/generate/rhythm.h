/* SPDX-License-Identifier: Apache-2.0
 * At what time of day people, shops and machines use the telephone. */
#pragma once

#include "chance.h"

#include "simsieve/base/calendar.h"

enum rhythm {
    RHYTHM_WORKDAY,
    RHYTHM_WEEKEND,
    RHYTHM_OFFICE,
    RHYTHM_MEALS,
    RHYTHM_EVENING,
    RHYTHM_SERVICE, /* a desk that is open early and late */
    RHYTHM_COUNT
};

/* Any thread. A time of the day, ms since midnight. */
int64_t rhythm_time_ms(enum rhythm rhythm, struct chance *chance);

/* Any thread. A hour's weight in thousandths, for tests and for gaps that follow the hour. */
uint32_t rhythm_weight(enum rhythm rhythm, int hour);

/* Any thread. Saturday and Sunday of a local midnight. */
bool rhythm_is_weekend(int64_t midnight_ms);

/* Any thread. A time moved out of the night (22:00 to 06:30) into the next morning, as people do who
 * answer. */
int64_t rhythm_awake_ms(int64_t time_ms, struct chance *chance);
