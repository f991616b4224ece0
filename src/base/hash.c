/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/hash.h"

#include <sodium.h>
#include <xxhash.h>

uint64_t hash_bytes(const void *bytes, size_t length)
{
    return XXH3_64bits(bytes, length);
}

uint64_t hash_secret(const void *bytes, size_t length, const struct hash_key *secret)
{
    uint64_t hash;
    static_assert(sizeof(hash) == crypto_shorthash_BYTES && sizeof(*secret) == crypto_shorthash_KEYBYTES,
                  "SipHash-2-4");
    crypto_shorthash((uint8_t *)&hash, bytes, length, (const uint8_t *)secret);
    return hash;
}

struct hash_key hash_key_random(void)
{
    struct hash_key key;
    CHECK(sodium_init() >= 0);
    randombytes_buf(&key, sizeof(key));
    return key;
}
