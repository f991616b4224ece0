/* SPDX-License-Identifier: Apache-2.0
 * Eight bytes of text at a time in one 64-bit register, the first byte lowest ("SIMD within a register"): the
 * compares behind the fast paths of the text decoders. Little-endian, like every processor with x86-64-v2. */
#pragma once

#include "simsieve/base/check.h"

#include <string.h>

#define SWAR_BYTES       8
#define SWAR_EVERY(byte) (0x0101010101010101u * (uint8_t)(byte))
#define SWAR_HIGH        SWAR_EVERY(0x80)

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is the lowest");

/* `length` (0 to 8) bytes, spaces in place of those that are missing; reads no byte beyond `readable`. */
static inline uint64_t swar_load(const char *bytes, size_t length, size_t readable)
{
    uint64_t word = SWAR_EVERY(' ');
    if (likely(length >= SWAR_BYTES)) {
        memcpy(&word, bytes, SWAR_BYTES);
        return word;
    }
    if (readable < SWAR_BYTES) {
        memcpy(&word, bytes, length);
        return word;
    }
    const uint64_t wanted = ((uint64_t)1 << (8 * length)) - 1;
    memcpy(&word, bytes, SWAR_BYTES);
    return (word & wanted) | (SWAR_EVERY(' ') & ~wanted);
}

/* 0x80 in each byte that equals `byte`; exact where no byte of `word` is above 0x7f. */
static inline uint64_t swar_equal(uint64_t word, char byte)
{
    return ~((word ^ SWAR_EVERY(byte)) + SWAR_EVERY(0x7f)) & SWAR_HIGH;
}

/* Not 0 when some byte is not printable ASCII or a space: a control character or above 0x7f. (0x7f itself
 * passes: it is harmless.) */
static inline uint64_t swar_not_plain(uint64_t word)
{
    return (word | (word - SWAR_EVERY(' '))) & SWAR_HIGH;
}

/* Not 0 when some byte equals `byte`; may also be when swar_not_plain is. Cheaper than swar_equal. */
static inline uint64_t swar_some_equal(uint64_t word, char byte)
{
    return ((word ^ SWAR_EVERY(byte)) - SWAR_EVERY(1)) & SWAR_HIGH;
}

/* The high bits of the eight bytes as eight bits, the first byte's lowest. */
static inline uint64_t swar_bits(uint64_t high_bits)
{
    return (high_bits * 0x0002040810204081u) >> 56;
}

/* Eight decimal digits as a number, all at once: each step joins neighbours (1 + 1, 2 + 2, 4 + 4 digits). */
static inline uint64_t swar_eight_digits(uint64_t word)
{
    word = (word & SWAR_EVERY(0x0f)) * (10 * 0x100 + 1) >> 8;
    word = (word & 0x00ff00ff00ff00ffu) * (100 * 0x10000 + 1) >> 16;
    return (word & 0x0000ffff0000ffffu) * (10000 * 0x100000000 + 1) >> 32;
}

/* Not 0 when some byte is no decimal digit. */
static inline uint64_t swar_not_digits(uint64_t word)
{
    return ((word - SWAR_EVERY('0')) | (word + SWAR_EVERY(0x7f - '9')) | word) & SWAR_HIGH;
}

/* 8 to 16 decimal digits as a number; false when one is none. The first eight, and the last eight with those that
 * were already read as zeros. */
static inline bool swar_read_digits(const char *bytes, size_t count, uint64_t *value)
{
    static const uint32_t shifts[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    const size_t rest = count - SWAR_BYTES;
    uint64_t high, low;
    DCHECK(rest <= SWAR_BYTES);
    memcpy(&high, bytes, sizeof(high));
    memcpy(&low, bytes + rest, sizeof(low));
    if (unlikely(swar_not_digits(high) | swar_not_digits(low)))
        return false;
    const uint64_t wanted = rest == 0 ? 0 : UINT64_MAX << (8 * (SWAR_BYTES - rest));
    *value = swar_eight_digits(high) * shifts[rest] + swar_eight_digits(low & wanted);
    return true;
}
