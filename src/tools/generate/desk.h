/* SPDX-License-Identifier: Apache-2.0
 * A telephone that many people ring: hotlines, restaurants, taxi desks. */
#pragma once

#include "contact.h"
#include "rhythm.h"

struct desk {
    enum rhythm rhythm;
    struct call_style incoming; /* its callback is the desk ringing back a missed caller */
    uint16_t rings_after;       /* permille of the answered callers that the desk rings later */
    uint16_t rings_after_s;     /* median */
};

/* One thread. A day of about `calls` incoming calls from the province and beyond. */
void desk_live(struct day *day, uint32_t sim, uint32_t calls, const struct desk *desk);
