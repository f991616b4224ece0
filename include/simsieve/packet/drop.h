/* SPDX-License-Identifier: Apache-2.0
 * Why a packet went no further (drops.def). */
#pragma once

#include "simsieve/base/check.h"

enum packet_drop {
#define PACKET_OTHER(id, word, meaning) PACKET_##id,
#define PACKET_DROP(id, word, meaning)  PACKET_##id,
#include "simsieve/packet/drops.def"
#undef PACKET_OTHER
#undef PACKET_DROP
    PACKET_DROP_COUNT
};

/* Any thread. The word and the meaning of a drop. */
const char *packet_drop_word(enum packet_drop drop);
const char *packet_drop_meaning(enum packet_drop drop);

/* Any thread. Whether it is damage or a limit; false for traffic that is simply not ours. */
bool packet_drop_is_damage(enum packet_drop drop);
