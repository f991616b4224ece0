/* SPDX-License-Identifier: Apache-2.0
 * Who is on-net, exactly: one bit for each Vietnamese number there can be (two ranges of 10^9, touched only where
 * somebody is), and a bounded set for foreign numbers that have been served here (roamers). One thread. */
#pragma once

#include "simsieve/record/number.h"

struct onnet;

/* Start-up only. NULL and ERROR_INTERNAL when the address space is not to be had. */
struct onnet *onnet_create(struct error *error);
void onnet_destroy(struct onnet *onnet);

/* Feed thread. One memory access for a Vietnamese number. Services and senders are never on-net. */
bool onnet_has(const struct onnet *onnet, uint64_t number);

/* Feed thread. False when a foreign number did not fit: it counts as off-net. */
bool onnet_add(struct onnet *onnet, uint64_t number);

/* Feed thread. Asks the processor for what onnet_has will read. */
void onnet_prefetch(const struct onnet *onnet, uint64_t number);

#define ONNET_FOREIGN_MAX 1000000
