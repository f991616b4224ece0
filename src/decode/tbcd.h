/* SPDX-License-Identifier: Apache-2.0
 * Decimal digits, two an octet (TS 29.002 TBCD-STRING): sixteen of them in one register, the first octet lowest, read
 * all at once as swar.h reads text. */
#pragma once

#include "simsieve/base/swar.h"

#define TBCD_FILLER 15

#define TBCD_EVERY(nibble) (UINT64_C(0x1111111111111111) * (nibble))
#define TBCD_DIGITS        16

#define TBCD_LOAD_MIN 4
#define TBCD_LOAD_MAX 8

/* `length` octets, TBCD_LOAD_MIN to _MAX, the rest 0; two loads that overlap. */
static inline uint64_t tbcd_load(const uint8_t *bytes, size_t length)
{
    uint32_t first, last;
    memcpy(&first, bytes, sizeof(first));
    memcpy(&last, bytes + length - sizeof(last), sizeof(last));
    return first | (uint64_t)last << (8 * (length - sizeof(last)));
}

static inline uint64_t tbcd_swap(uint64_t word)
{
    return (word >> 4 & SWAR_EVERY(0x0F)) | (word & SWAR_EVERY(0x0F)) << 4;
}

/* Not 0 when some nibble is above 9. */
static inline uint64_t tbcd_not_decimal(uint64_t word)
{
    return word & TBCD_EVERY(8) & ((word & TBCD_EVERY(4)) << 1 | (word & TBCD_EVERY(2)) << 2);
}

/* Each octet of two decimal digits, the upper half first, as a number. */
static inline uint64_t tbcd_pairs(uint64_t word)
{
    return word - (word >> 4 & SWAR_EVERY(0x0F)) * 6;
}

/* Sixteen digits, the first in the lowest nibble. */
static inline uint64_t tbcd_value(uint64_t word)
{
    word = (word & SWAR_EVERY(0x0F)) * 10 + (word >> 4 & SWAR_EVERY(0x0F));
    word = (word & 0x00ff00ff00ff00ffu) * 100 + (word >> 8 & 0x00ff00ff00ff00ffu);
    word = (word & 0x0000ffff0000ffffu) * 10000 + (word >> 16 & 0x0000ffff0000ffffu);
    return (word & UINT32_MAX) * 100000000 + (word >> 32);
}

/* Four to eight octets of digits with at most one filler, at the end: moves them to the highest nibbles, the last digit
 * topmost, and returns their count. 0 for other octets. */
static inline unsigned tbcd_read_usual(const uint8_t *bytes, size_t length, bool is_low_first,
                                       uint64_t *nibbles)
{
    if (length - TBCD_LOAD_MIN > TBCD_LOAD_MAX - TBCD_LOAD_MIN)
        return 0;
    const uint64_t word = tbcd_load(bytes, length);
    uint64_t digits = (is_low_first ? word : tbcd_swap(word)) << (8 * (8 - length));
    unsigned count = 2 * (unsigned)length;
    if (digits >> 60 == TBCD_FILLER) {
        digits <<= 4;
        count--;
    }
    *nibbles = digits;
    return tbcd_not_decimal(digits) ? 0 : count;
}
