/* SPDX-License-Identifier: Apache-2.0 */
#include "redial.h"

void redial_add(struct redial *redial, uint32_t party, int64_t due_ms)
{
    if (redial->count == REDIAL_MAX)
        return;
    redial->entries[redial->count].party = party;
    redial->entries[redial->count++].due_ms = due_ms;
}

bool redial_take(struct redial *redial, int64_t time_ms, uint32_t *party)
{
    uint32_t best = redial->count;
    for (uint32_t i = 0; i < redial->count; i++)
        if (redial->entries[i].due_ms <= time_ms &&
            (best == redial->count || redial->entries[i].due_ms < redial->entries[best].due_ms))
            best = i;
    if (best == redial->count)
        return false;
    *party = redial->entries[best].party;
    redial->entries[best] = redial->entries[--redial->count];
    return true;
}
