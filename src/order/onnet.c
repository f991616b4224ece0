/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/order/onnet.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/region.h"

#include <stdlib.h>

/* Mobile 84 + 9 digits and fixed 84 2 + 9 digits: each range is 10^9 numbers. */
#define RANGE_NUMBERS UINT64_C(1000000000)
#define MOBILE_FIRST  UINT64_C(84000000000)
#define FIXED_FIRST   UINT64_C(842000000000)

#define FOREIGN_SLOTS (1u << 21)

struct onnet {
    struct region bits; /* RANGE_NUMBERS of mobile, then of fixed */
    struct region foreign;
    struct hash_key key;
    uint64_t foreign_count;
};

struct onnet *onnet_create(struct error *error)
{
    struct onnet *onnet = calloc(1, sizeof(*onnet));
    CHECK(onnet);
    onnet->key = hash_key_random();
    if (region_open(&onnet->bits, 2 * RANGE_NUMBERS / 8, false, error) ||
        region_open(&onnet->foreign, FOREIGN_SLOTS * sizeof(uint64_t), false, error)) {
        onnet_destroy(onnet);
        return NULL;
    }
    return onnet;
}

void onnet_destroy(struct onnet *onnet)
{
    if (!onnet)
        return;
    region_close(&onnet->bits);
    region_close(&onnet->foreign);
    free(onnet);
}

/* The bit of a Vietnamese number; false for any other. */
static inline bool bit_of(uint64_t number, uint64_t *bit)
{
    const uint64_t value = number_value(number);
    if (value - MOBILE_FIRST < RANGE_NUMBERS)
        *bit = value - MOBILE_FIRST;
    else if (value - FIXED_FIRST < RANGE_NUMBERS)
        *bit = value - FIXED_FIRST + RANGE_NUMBERS;
    else
        return false;
    return number_kind(number) == NUMBER_MOBILE || number_kind(number) == NUMBER_FIXED;
}

static uint64_t *foreign_slot(const struct onnet *onnet, uint64_t number)
{
    uint64_t *slots = onnet->foreign.base;
    uint64_t at = hash_keyed(number, &onnet->key);
    for (;; at++) {
        uint64_t *slot = &slots[at & (FOREIGN_SLOTS - 1)];
        if (*slot == number || *slot == 0)
            return slot;
    }
}

void onnet_prefetch(const struct onnet *onnet, uint64_t number)
{
    uint64_t bit;
    if (bit_of(number, &bit))
        __builtin_prefetch((const char *)onnet->bits.base + bit / 8);
}

bool onnet_has(const struct onnet *onnet, uint64_t number)
{
    uint64_t bit;
    if (likely(bit_of(number, &bit)))
        return ((const uint8_t *)onnet->bits.base)[bit / 8] >> bit % 8 & 1;
    if (!number || number_is_service(number))
        return false;
    return *foreign_slot(onnet, number) == number;
}

bool onnet_add(struct onnet *onnet, uint64_t number)
{
    uint64_t bit;
    if (likely(bit_of(number, &bit))) {
        uint8_t *byte = (uint8_t *)onnet->bits.base + bit / 8;
        const uint8_t mask = (uint8_t)(1u << bit % 8);
        if (!(*byte & mask)) /* a clean line stays clean */
            *byte |= mask;
        return true;
    }
    if (!number || number_is_service(number))
        return true;
    uint64_t *slot = foreign_slot(onnet, number);
    if (*slot == number)
        return true;
    if (onnet->foreign_count >= ONNET_FOREIGN_MAX)
        return false;
    *slot = number;
    onnet->foreign_count++;
    return true;
}
