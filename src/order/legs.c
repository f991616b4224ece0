/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/order/legs.h"

#include "simsieve/base/hash.h"

#include <stdlib.h>

#define WAYS 4

struct leg {
    uint64_t a, b;
    int64_t time_ms;
    uint8_t types; /* record types of this call met so far; 0: free */
    uint8_t is_sms;
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

bool legs_have_counted(struct legs *legs, const struct cdr *cdr)
{
    static_assert(CDR_TYPE_COUNT <= 8, "a record type is a bit of a byte");
    /* Fixed hash: which call is forgotten first must not depend on a secret. */
    struct leg *set = legs->sets[hash_fold(hash_fixed(cdr->a), cdr->b) % (LEGS_MAX / WAYS)];
    const uint8_t type = (uint8_t)(1u << cdr->type);
    struct leg *oldest = &set[0];
    for (unsigned i = 0; i < WAYS; i++) {
        struct leg *leg = &set[i];
        const int64_t apart_ms = llabs(leg->time_ms - cdr->time_ms);
        if (leg->a == cdr->a && leg->b == cdr->b && leg->is_sms == cdr_is_sms(cdr) && leg->types &&
            apart_ms <= LEG_WINDOW_MS && !(leg->types & type)) {
            leg->types |= type;
            return true;
        }
        if (leg->time_ms < oldest->time_ms)
            oldest = leg;
    }
    *oldest = (struct leg){
        .a = cdr->a, .b = cdr->b, .time_ms = cdr->time_ms, .types = type, .is_sms = cdr_is_sms(cdr)};
    return false;
}
