/* SPDX-License-Identifier: Apache-2.0
 * Where the order of records is decided, once, in one place: duplicates and late records are left out, the others
 * get their position and their roles. Everything behind works on positions. One thread. */
#pragma once

#include "simsieve/order/role.h"
#include "simsieve/order/sequence.h"

enum order_verdict { ORDER_APPLIED, ORDER_DUPLICATE, ORDER_LATE };

/* What the order decides about one applied record. */
struct ordered {
    uint64_t position; /* 1, 2, ... */
    uint64_t identity; /* state/event.h's 47 bits, made here because switches get their index here */
    uint8_t roles;     /* bits of enum role */
};

struct order_counters {
    uint64_t applied, duplicates, late;
    uint64_t legs_joined;      /* applied, but another leg of the call had counted */
    uint64_t legs_overwritten; /* calls forgotten while their other legs could still come */
    uint64_t
        onnet_refused; /* served foreign numbers that the on-net set had no room for: they count as off-net */
    int64_t first_ms, last_ms; /* earliest and newest event time applied; 0: none */
};

struct order;

/* Start-up only. `source_count` inputs, each with its own newest time; a record older than that by more than
 * `lateness_ms` is late. NULL and ERROR_INTERNAL when memory is not to be had. */
struct order *order_create(size_t source_count, int64_t lateness_ms, struct error *error);
void order_destroy(struct order *order);

/* Feed thread. A source's own lateness; the newest time it has shown, 0 before its first record. */
void order_set_lateness(struct order *order, uint32_t source, int64_t lateness_ms);
int64_t order_newest_ms(const struct order *order, uint32_t source);

/* Feed thread. Marks a number as on-net (a row of the subscriber list). */
void order_add_on_net(struct order *order, uint64_t number);

/* Feed thread. Asks the processor for what order_record will read. */
void order_prefetch(const struct order *order, const struct cdr *record);

/* Feed thread. Decides about one record; `ordered` is filled when it is applied. A few memory accesses. */
enum order_verdict order_record(struct order *order, const struct cdr *record, struct ordered *ordered);

/* Feed thread. */
const struct order_counters *order_counters(const struct order *order);
const struct sequences *order_sequences(const struct order *order);

/* Any thread that received a record of that switch from the feed thread. */
uint64_t order_switch_name(const struct order *order, uint32_t switch_index);
