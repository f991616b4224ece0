/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/order/order.h"

#include "simsieve/order/legs.h"
#include "simsieve/order/onnet.h"
#include "simsieve/record/identity.h"

#include <stdlib.h>

static_assert(SWITCHES_MAX == 1u << IDENTITY_SWITCH_BITS, "every switch index fits into an identity");

struct order {
    struct onnet *onnet;
    struct legs *legs;
    struct sequences *sequences;
    struct order_counters counters;
    size_t source_count;
    struct source {
        int64_t newest_ms; /* 0: nothing yet */
        int64_t lateness_ms;
    } sources[];
};

struct order *order_create(size_t source_count, int64_t lateness_ms, struct error *error)
{
    struct order *order = calloc(1, sizeof(*order) + source_count * sizeof(order->sources[0]));
    CHECK(order);
    order->source_count = source_count;
    for (size_t i = 0; i < source_count; i++)
        order->sources[i].lateness_ms = lateness_ms;
    order->legs = legs_create();
    order->sequences = sequences_create();
    order->onnet = onnet_create(error);
    if (!order->onnet) {
        order_destroy(order);
        return NULL;
    }
    return order;
}

void order_destroy(struct order *order)
{
    if (!order)
        return;
    onnet_destroy(order->onnet);
    legs_destroy(order->legs);
    sequences_destroy(order->sequences);
    free(order);
}

void order_add_on_net(struct order *order, uint64_t number)
{
    order->counters.onnet_refused += !onnet_add(order->onnet, number);
}

void order_set_lateness(struct order *order, uint32_t source, int64_t lateness_ms)
{
    CHECK(source < order->source_count);
    order->sources[source].lateness_ms = lateness_ms;
}

int64_t order_newest_ms(const struct order *order, uint32_t source)
{
    CHECK(source < order->source_count);
    return order->sources[source].newest_ms;
}

/* The identity of a record, and whether it is a second copy. */
static bool identify(struct order *order, const struct cdr *record, uint64_t *identity)
{
    const bool has_seq =
        cdr_has(record, CDR_SWITCH) && cdr_has(record, CDR_SEQ) && record->seq < UINT64_MAX / 4;
    const uint32_t switch_index =
        has_seq ? sequences_switch(order->sequences, record->switch_name) : SWITCHES_MAX;
    if (switch_index == SWITCHES_MAX) {
        *identity = identity_of_hash(cdr_content_hash(record));
        return false;
    }
    *identity = record->seq >> IDENTITY_SEQ_BITS ? identity_of_hash(cdr_content_hash(record))
                                                 : identity_of_seq(switch_index, record->seq);
    return sequences_note(order->sequences, switch_index, record->seq, record->time_ms);
}

static bool is_late(struct order *order, const struct cdr *record)
{
    CHECK(record->source < order->source_count);
    struct source *source = &order->sources[record->source];
    if (record->time_ms < source->newest_ms - source->lateness_ms)
        return true;
    if (record->time_ms > source->newest_ms)
        source->newest_ms = record->time_ms;
    return false;
}

/* The roles of a record that another leg of its call leaves to it: see legs.h. The mo_* record of an on-net A counts
 * whatever comes after it, but A may have become on-net only since another leg counted. */
static unsigned leave_to_other_legs(struct order *order, const struct cdr *record, unsigned roles,
                                    bool a_was_on_net)
{
    const bool is_mo = record->type == CDR_MO_CALL || record->type == CDR_MO_SMS;
    if (!(roles & ROLE_COUNTS) || !record->a)
        return roles;
    if (legs_have_counted(order->legs, record)) {
        order->counters.legs_joined++;
        return roles & ~(unsigned)ROLE_COUNTS;
    }
    if (!(is_mo && a_was_on_net))
        order->counters.legs_overwritten += !legs_remember(order->legs, record);
    return roles;
}

static void note_served(struct order *order, const struct cdr *record, unsigned roles)
{
    if (roles & ROLE_PLACE_A)
        order_add_on_net(order, record->a);
    if (roles & ROLE_PLACE_B)
        order_add_on_net(order, record->b);
    if (record->type == CDR_FORWARD_CALL && record->forwarded_by)
        order_add_on_net(order, record->forwarded_by);
}

void order_prefetch(const struct order *order, const struct cdr *record)
{
    onnet_prefetch(order->onnet, record->a);
    onnet_prefetch(order->onnet, record->b);
    legs_prefetch(order->legs, record);
}

enum order_verdict order_record(struct order *order, const struct cdr *record, struct ordered *ordered)
{
    struct order_counters *counters = &order->counters;
    if (identify(order, record, &ordered->identity)) {
        counters->duplicates++;
        return ORDER_DUPLICATE;
    }
    if (is_late(order, record)) {
        counters->late++;
        return ORDER_LATE;
    }
    const bool a_was_on_net = onnet_has(order->onnet, record->a);
    unsigned roles = role_of(record->type, a_was_on_net, onnet_has(order->onnet, record->b));
    if (!record->a)
        roles &= ~(unsigned)ROLE_OUT_A;
    roles = leave_to_other_legs(order, record, roles, a_was_on_net);
    note_served(order, record, roles);
    if (!counters->applied || record->time_ms < counters->first_ms)
        counters->first_ms = record->time_ms;
    if (record->time_ms > counters->last_ms)
        counters->last_ms = record->time_ms;
    ordered->position = ++counters->applied;
    ordered->roles = (uint8_t)roles;
    return ORDER_APPLIED;
}

const struct order_counters *order_counters(const struct order *order)
{
    return &order->counters;
}

const struct sequences *order_sequences(const struct order *order)
{
    return order->sequences;
}

uint64_t order_switch_name(const struct order *order, uint32_t switch_index)
{
    return sequences_switch_name(order->sequences, switch_index);
}
