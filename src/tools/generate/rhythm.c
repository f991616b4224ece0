/* SPDX-License-Identifier: Apache-2.0 */
#include "rhythm.h"

#include "curves.h"

/* Thousandths of a day's activity in each hour, from midnight. */
static const uint16_t weights[RHYTHM_COUNT][24] = {
    [RHYTHM_WORKDAY] = {4,  2,  1,  1,  2,  8,  25, 50, 65, 70, 72, 75,
                        52, 45, 55, 58, 65, 80, 75, 70, 60, 40, 18, 7},
    [RHYTHM_WEEKEND] = {6,  3,  2,  1,  2,  8,  20, 36, 55, 70, 76, 78,
                        60, 48, 52, 56, 62, 72, 74, 72, 66, 48, 24, 9},
    [RHYTHM_OFFICE] = {0,  0,  0,   0,   0,  0,  0, 40, 150, 160, 150, 90,
                       10, 60, 120, 110, 80, 30, 0, 0,  0,   0,   0,   0},
    [RHYTHM_MEALS] = {0,  0,  0,  0,  0,  5,   25,  20, 20, 40, 120, 170,
                      60, 20, 20, 30, 80, 140, 130, 70, 35, 15, 0,   0},
    [RHYTHM_EVENING] = {[17] = 150, 250, 300, 250, 50},
    [RHYTHM_SERVICE] = {8,  5,  3,  3,  5,  15, 40, 60, 70, 75, 75, 70,
                        50, 50, 58, 60, 65, 68, 62, 55, 45, 32, 18, 8},
};

uint32_t rhythm_weight(enum rhythm rhythm, int hour)
{
    CHECK(rhythm < RHYTHM_COUNT && hour >= 0 && hour < 24);
    return weights[rhythm][hour];
}

int64_t rhythm_time_ms(enum rhythm rhythm, struct chance *chance)
{
    const uint16_t *weight = weights[rhythm];
    uint32_t left = chance_below(chance, 1000);
    int hour = 0;
    while (hour < 23 && left >= weight[hour])
        left -= weight[hour++];
    return hour * HOUR_MS + chance_below(chance, (uint32_t)HOUR_MS);
}

bool rhythm_is_weekend(int64_t midnight_ms)
{
    const int64_t day = (midnight_ms + LOCAL_OFFSET_MS) / DAY_MS; /* 1970-01-01 was a Thursday */
    return (day + 4) % 7 == 6 || (day + 4) % 7 == 0;
}

int64_t rhythm_awake_ms(int64_t time_ms, struct chance *chance)
{
    const int64_t morning_ms = 6 * HOUR_MS + 30 * MINUTE_MS;
    const int64_t since_midnight_ms = time_ms % DAY_MS;
    if (since_midnight_ms >= morning_ms && since_midnight_ms < 22 * HOUR_MS)
        return time_ms;
    const int64_t midnight_ms = time_ms - since_midnight_ms + (since_midnight_ms < morning_ms ? 0 : DAY_MS);
    return midnight_ms + morning_ms + curve_exponential(chance, HOUR_MS);
}
