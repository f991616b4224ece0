/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/packet/drop.h"

static const struct {
    const char *word;
    const char *meaning;
    bool is_damage;
} drops[] = {
#define PACKET_OTHER(id, word, meaning) [PACKET_##id] = {word, meaning, false},
#define PACKET_DROP(id, word, meaning)  [PACKET_##id] = {word, meaning, true},
#include "simsieve/packet/drops.def"
#undef PACKET_OTHER
#undef PACKET_DROP
};

const char *packet_drop_word(enum packet_drop drop)
{
    CHECK(drop < PACKET_DROP_COUNT);
    return drops[drop].word;
}

const char *packet_drop_meaning(enum packet_drop drop)
{
    CHECK(drop < PACKET_DROP_COUNT);
    return drops[drop].meaning;
}

bool packet_drop_is_damage(enum packet_drop drop)
{
    CHECK(drop < PACKET_DROP_COUNT);
    return drops[drop].is_damage;
}
