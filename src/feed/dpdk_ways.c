/* SPDX-License-Identifier: Apache-2.0 */
#include "dpdk_ways.h"

#include <stdlib.h>

#define WAY_COUNT 4096
#define WAY_LOOKS 8 /* places an address may have */

struct way {
    struct address address; /* family 0: free */
    struct answer_link link;
    uint8_t port;
};

struct dpdk_ways {
    struct hash_key secret;
    struct way ways[WAY_COUNT];
};

struct dpdk_ways *dpdk_ways_create(struct hash_key secret)
{
    struct dpdk_ways *ways = calloc(1, sizeof(*ways));
    CHECK(ways);
    ways->secret = secret;
    return ways;
}

void dpdk_ways_destroy(struct dpdk_ways *ways)
{
    free(ways);
}

/* Place `look` of an address. */
static size_t place_of(const struct dpdk_ways *ways, const struct address *address, unsigned look)
{
    return (address_hash(address, 0, &ways->secret) + look) % WAY_COUNT;
}

void dpdk_ways_put(struct dpdk_ways *ways, const struct address *address, const struct answer_link *link,
                   size_t port)
{
    struct way *way = &ways->ways[place_of(ways, address, 0)];
    for (unsigned look = 0; look < WAY_LOOKS; look++) {
        struct way *other = &ways->ways[place_of(ways, address, look)];
        if (other->address.family == 0 || address_equal(&other->address, address)) {
            way = other;
            break;
        }
    }
    *way = (struct way){*address, *link, (uint8_t)port};
}

const struct answer_link *dpdk_ways_find(const struct dpdk_ways *ways, const struct address *address,
                                         size_t *port)
{
    for (unsigned look = 0; look < WAY_LOOKS; look++) {
        const struct way *way = &ways->ways[place_of(ways, address, look)];
        if (!address_equal(&way->address, address))
            continue;
        *port = way->port;
        return &way->link;
    }
    return NULL;
}
