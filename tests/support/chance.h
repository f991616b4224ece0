/* SPDX-License-Identifier: Apache-2.0
 * Chance for random tests: the same draws for the same seed on any machine. */
#pragma once

#include <stdint.h>

/* Starts a series of draws: from SEED in the environment if it is set, else from `seed`; prints which. */
void chance_begin(uint64_t seed);

/* 0 to `below` - 1. */
uint64_t draw(uint64_t below);

/* True once in `times`. */
static inline _Bool draw_once_in(uint64_t times)
{
    return draw(times) == 0;
}
