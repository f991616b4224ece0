/* SPDX-License-Identifier: Apache-2.0
 * Identity of a record in 47 bits, small enough to be kept with every event: switch index and sequence number, or
 * 46 bits of the content's hash. */
#pragma once

#include "simsieve/base/check.h"

#define IDENTITY_BITS        47
#define IDENTITY_SWITCH_BITS 12
#define IDENTITY_SEQ_BITS    34

static inline uint64_t identity_of_seq(uint32_t switch_index, uint64_t seq)
{
    return (uint64_t)1 << 46 | (uint64_t)switch_index << IDENTITY_SEQ_BITS | seq;
}

static inline uint64_t identity_of_hash(uint64_t hash)
{
    return hash & (((uint64_t)1 << 46) - 1);
}

static inline bool identity_is_seq(uint64_t identity)
{
    return identity >> 46 & 1;
}

static inline uint32_t identity_switch(uint64_t identity)
{
    return identity >> IDENTITY_SEQ_BITS & ((1u << IDENTITY_SWITCH_BITS) - 1);
}

static inline uint64_t identity_seq(uint64_t identity)
{
    return identity & (((uint64_t)1 << IDENTITY_SEQ_BITS) - 1);
}
