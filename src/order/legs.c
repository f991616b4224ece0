/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/order/legs.h"

#include "simsieve/base/hash.h"

#include <stdlib.h>

#define WAYS 4

struct leg {
    uint64_t a;
    uint64_t b : 54, is_sms : 1, types : 8; /* record types of this call met so far; 0: free */
    int64_t time_ms;
};

struct legs {
    struct leg sets[LEGS_MAX / WAYS][WAYS];
};

struct legs *legs_create(void)
{
    struct legs *legs = calloc(1, sizeof(*legs));
    CHECK(legs);
    return legs;
}

void legs_destroy(struct legs *legs)
{
    free(legs);
}

/* Fixed hash: which call is forgotten first must not depend on a secret. */
static size_t set_of(const struct cdr *cdr)
{
    return hash_fold(hash_fixed(cdr->a), cdr->b) % (LEGS_MAX / WAYS);
}

static unsigned type_bit(const struct cdr *cdr)
{
    static_assert(CDR_TYPE_COUNT <= 8, "a record type is a bit of a byte");
    return 1u << cdr->type;
}

static bool is_near(const struct leg *leg, const struct cdr *cdr)
{
    return leg->types && llabs(leg->time_ms - cdr->time_ms) <= LEG_WINDOW_MS;
}

void legs_prefetch(const struct legs *legs, const struct cdr *cdr)
{
    const struct leg *set = legs->sets[set_of(cdr)];
    __builtin_prefetch(&set[0]);
    __builtin_prefetch(&set[WAYS - 1]);
}

bool legs_have_counted(struct legs *legs, const struct cdr *cdr)
{
    struct leg *set = legs->sets[set_of(cdr)];
    for (unsigned i = 0; i < WAYS; i++) {
        struct leg *leg = &set[i];
        if (leg->a != cdr->a || leg->b != cdr->b || leg->is_sms != cdr_is_sms(cdr) || !is_near(leg, cdr) ||
            leg->types & type_bit(cdr))
            continue;
        leg->types |= type_bit(cdr);
        return true;
    }
    return false;
}

bool legs_remember(struct legs *legs, const struct cdr *cdr)
{
    struct leg *set = legs->sets[set_of(cdr)], *oldest = &set[0];
    for (unsigned i = 1; i < WAYS; i++)
        if (set[i].time_ms < oldest->time_ms)
            oldest = &set[i];
    const bool is_lost = is_near(oldest, cdr);
    *oldest = (struct leg){
        .a = cdr->a, .b = cdr->b, .is_sms = cdr_is_sms(cdr), .types = type_bit(cdr), .time_ms = cdr->time_ms};
    return !is_lost;
}
