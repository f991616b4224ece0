/* SPDX-License-Identifier: Apache-2.0 */
#include "chance.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/text.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t chance;

void chance_begin(uint64_t seed)
{
    const char *given = getenv("SEED");
    chance = seed;
    if (given)
        ck_assert_msg(text_parse_u64(given, strlen(given), UINT64_MAX, &chance), "SEED=%s is no number",
                      given);
    printf("seed %llu\n", (unsigned long long)chance);
}

uint64_t draw(uint64_t below)
{
    chance = hash_fixed(chance + 0x9e3779b97f4a7c15u);
    return chance % below;
}
