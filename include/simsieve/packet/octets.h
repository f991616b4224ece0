/* SPDX-License-Identifier: Apache-2.0
 * Octets of a packet: somebody else's bytes, numbers in network order, addresses. */
#pragma once

#include "simsieve/base/hash.h"

#include <string.h>

struct octets {
    const uint8_t *bytes;
    size_t length;
};

static inline uint16_t octets_get16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t octets_get32(const uint8_t *bytes)
{
    return (uint32_t)octets_get16(bytes) << 16 | octets_get16(bytes + 2);
}

static inline void octets_put16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static inline void octets_put32(uint8_t *bytes, uint32_t value)
{
    octets_put16(bytes, (uint16_t)(value >> 16));
    octets_put16(bytes + 2, (uint16_t)value);
}

#define ADDRESS_IPV4 4
#define ADDRESS_IPV6 6

/* An IP address; of IPv4 the first four octets, the rest 0. Equal addresses are equal bytes. */
struct address {
    uint8_t octets[16];
    uint64_t family; /* ADDRESS_IPV4, ADDRESS_IPV6; 0: none */
};

/* "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" and its terminating zero. */
#define ADDRESS_TEXT_BYTES 40

/* Any thread. Writes the address as people know it ("10.0.0.1", "2001:db8:0:0:0:0:0:1"; "?" for none); returns
 * `buffer`. */
const char *address_format(const struct address *address, char buffer[static ADDRESS_TEXT_BYTES]);

/* Any thread. `length` octets (4 or 16) as an address; none for another length. */
struct address address_make(const uint8_t *bytes, size_t length);

static inline bool address_equal(const struct address *a, const struct address *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static inline uint64_t address_hash(const struct address *address, uint64_t more,
                                    const struct hash_key *secret)
{
    uint64_t halves[2];
    memcpy(halves, address->octets, sizeof(halves));
    return hash_keyed(hash_keyed(halves[0] ^ more, secret) ^ halves[1], secret);
}
