/* SPDX-License-Identifier: Apache-2.0 */
#include "curves.h"

#include <math.h>

#define STEPS 64 /* of an octave; between two steps the curves are taken for straight */

/* log2(1 + i / 64), Q16 */
static const uint32_t logarithms[STEPS + 1] = {
    0,     1466,  2909,  4331,  5732,  7112,  8473,  9814,  11136, 12440, 13727, 14996, 16248,
    17484, 18704, 19909, 21098, 22272, 23433, 24579, 25711, 26830, 27936, 29029, 30109, 31178,
    32234, 33279, 34312, 35334, 36346, 37346, 38336, 39316, 40286, 41246, 42196, 43137, 44068,
    44990, 45904, 46809, 47705, 48593, 49472, 50344, 51207, 52063, 52911, 53751, 54584, 55410,
    56229, 57040, 57845, 58643, 59434, 60219, 60997, 61769, 62534, 63294, 64047, 64794, 65536,
};

/* 2^(i / 64), Q30 */
static const uint32_t powers[STEPS + 1] = {
    1073741824, 1085434106, 1097253708, 1109202018, 1121280436, 1133490379, 1145833280, 1158310587,
    1170923762, 1183674286, 1196563654, 1209593378, 1222764986, 1236080024, 1249540052, 1263146652,
    1276901417, 1290805962, 1304861917, 1319070932, 1333434672, 1347954824, 1362633090, 1377471191,
    1392470869, 1407633882, 1422962010, 1438457051, 1454120821, 1469955159, 1485961921, 1502142985,
    1518500250, 1535035634, 1551751076, 1568648537, 1585730000, 1602997467, 1620452965, 1638098541,
    1655936265, 1673968228, 1692196547, 1710623359, 1729250827, 1748081133, 1767116489, 1786359126,
    1805811301, 1825475297, 1845353420, 1865448001, 1885761398, 1906295993, 1927054196, 1948038440,
    1969251188, 1990694927, 2012372174, 2034285470, 2056437387, 2078830522, 2101467502, 2124350982,
    2147483648,
};

uint32_t curve_log2(uint32_t value)
{
    CHECK(value > 0);
    const uint32_t whole = 31 - (uint32_t)__builtin_clz(value);
    const uint32_t fraction = value << (31 - whole) << 1; /* what is above 2^whole, Q32 */
    const uint32_t step = fraction >> 26, rest = fraction >> 10 & 0xffff;
    return whole * Q16_ONE + logarithms[step] + ((logarithms[step + 1] - logarithms[step]) * rest >> 16);
}

uint64_t curve_exp2(int32_t exponent)
{
    const uint32_t fraction = (uint32_t)exponent & (Q16_ONE - 1);
    const int whole = (exponent - (int32_t)fraction) / Q16_ONE;
    const uint32_t step = fraction >> 10, rest = fraction & 1023;
    const uint64_t value = powers[step] + ((uint64_t)(powers[step + 1] - powers[step]) * rest >> 10);
    CHECK(whole >= -16 && whole <= 31);
    return whole >= 14 ? value << (whole - 14) : value >> (14 - whole);
}

int64_t curve_exponential(struct chance *chance, int64_t mean)
{
    const uint32_t ln2 = 45426; /* Q16 */
    const uint32_t uniform = (uint32_t)(chance_next(chance) >> 32) | 1;
    const uint64_t minus_ln = (uint64_t)(32 * Q16_ONE - curve_log2(uniform)) * ln2 >> 16;
    return (int64_t)((unsigned __int128)minus_ln * (uint64_t)mean >> 16);
}

int32_t curve_normal(struct chance *chance)
{
    const int64_t root3 = 113512; /* Q16: four uniforms have the deviation 1 / root 3 */
    const uint64_t bits = chance_next(chance);
    const int64_t sum =
        (int64_t)((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48));
    return (int32_t)((sum - 2 * 65535) * root3 / Q16_ONE);
}

uint32_t curve_lognormal(struct chance *chance, uint32_t median, uint32_t spread)
{
    const int64_t exponent = (int64_t)curve_normal(chance) * spread / 100;
    const uint64_t value = (uint64_t)median * curve_exp2((int32_t)exponent) / Q16_ONE;
    return (uint32_t)u64_min(u64_max(value, median > 0), UINT32_MAX);
}

uint32_t curve_poisson(struct chance *chance, uint32_t mean_permille)
{
    if (mean_permille > 40000) {
        const int64_t deviation =
            (int64_t)(sqrt((double)mean_permille / 1000) * Q16_ONE);                   /* exact by IEEE 754 */
        const int64_t scaled = (int64_t)mean_permille * (Q16_ONE / 8) / 125 * Q16_ONE; /* Q32 */
        const int64_t count = (scaled + deviation * curve_normal(chance) + INT64_C(0x80000000)) >> 32;
        return count > 0 ? (uint32_t)count : 0;
    }
    uint32_t count = 0;
    for (int64_t sum = curve_exponential(chance, 1000); sum < mean_permille; count++)
        sum += curve_exponential(chance, 1000);
    return count;
}

uint32_t curve_zipf(struct chance *chance, uint32_t count)
{
    const uint64_t exponent = (chance_next(chance) >> 32) * curve_log2(count + 1) >> 32;
    const uint32_t rank = (uint32_t)(curve_exp2((int32_t)exponent) >> 16) - 1;
    return rank < count ? rank : count - 1;
}
