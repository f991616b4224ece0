/* SPDX-License-Identifier: Apache-2.0
 * The shapes of human behaviour in integer arithmetic: a result must not depend on a machine's libm. Q16 is a
 * number times 65,536. */
#pragma once

#include "chance.h"

#define Q16_ONE 65536

/* Any thread. log2 of 1 or more, Q16, at most 4 too small. */
uint32_t curve_log2(uint32_t value);

/* Any thread. 2^exponent, both Q16, within 1 in 50,000; the exponent from -16 to below 32. */
uint64_t curve_exp2(int32_t exponent);

/* Any thread. Exponential (waiting times) with this mean, in the mean's unit. */
int64_t curve_exponential(struct chance *chance, int64_t mean);

/* Any thread. About normal, mean 0 and deviation 1, Q16; within 3.5 (sum of four uniforms). */
int32_t curve_normal(struct chance *chance);

/* Any thread. Log-normal around `median`: one deviation is a factor of 2^(spread / 100). At least 1 for a
 * median of 1 or more. */
uint32_t curve_lognormal(struct chance *chance, uint32_t median, uint32_t spread);

/* Any thread. A Poisson count of this mean in thousandths (normal above 40). */
uint32_t curve_poisson(struct chance *chance, uint32_t mean_permille);

/* Any thread. A rank below `count` (1 or more) with weights about 1 / (rank + 1): Zipf's law. */
uint32_t curve_zipf(struct chance *chance, uint32_t count);
