/* SPDX-License-Identifier: Apache-2.0
 * Hashes of 64-bit keys. Two families, never to be confused:
 *   hash_fixed  the same on every machine and run; decides what results may depend on (partition, order)
 *   hash_keyed  under a secret of this process; decides buckets, so that nobody outside can aim at one
 * Both multiply 64 x 64 bits and fold the halves (the construction of wyhash, public domain). */
#pragma once

#include "simsieve/base/check.h"

struct hash_key {
    uint64_t k0, k1;
};

static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
    const unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_fixed(uint64_t key)
{
    return hash_fold(key ^ 0x9e3779b97f4a7c15u, 0xd6e8feb86659fd93u ^ (key >> 32));
}

static inline uint64_t hash_keyed(uint64_t key, const struct hash_key *secret)
{
    return hash_fold(hash_fold(key ^ secret->k0, 0xa0761d6478bd642fu) ^ secret->k1, 0xe7037ed1a0b428dbu);
}

/* Any thread. 64 bits over `length` bytes, fixed family (XXH3). */
uint64_t hash_bytes(const void *bytes, size_t length);

/* Any thread. 64 bits over `length` bytes that say nothing about the secret (SipHash-2-4): for numbers that somebody else
 * gets to see. */
uint64_t hash_secret(const void *bytes, size_t length, const struct hash_key *secret);

/* Start-up only. A fresh secret from the operating system. */
struct hash_key hash_key_random(void);
