/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/hash.h"

#include <sodium.h>
#include <xxhash.h>

uint64_t hash_bytes(const void *bytes, size_t length)
{
    return XXH3_64bits(bytes, length);
}

struct hash_key hash_key_random(void)
{
    struct hash_key key;
    CHECK(sodium_init() >= 0);
    randombytes_buf(&key, sizeof(key));
    return key;
}
