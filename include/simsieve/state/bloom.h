/* SPDX-License-Identifier: Apache-2.0
 * Pairs (SIM, contact) that lost their exact memory: a blocked Bloom filter of two generations, each as long as a
 * contact may be asked for (sighting.h, contact_memory_ms). It forgets nothing for that time and says "maybe known"
 * too often, never too seldom: strangers are undercounted, nobody is accused by it. Putze, Sanders, Singler,
 * "Cache-, Hash- and Space-Efficient Bloom Filters", 2007. */
#pragma once

#include "simsieve/state/state.h"

#define BLOOM_PAIRS_PER_LINE 64u /* 8 bits a pair: 3 % say "maybe" wrongly */

/* Owner thread. Notes that a SIM was in contact with a number at `time_ms`. False when the generation is full or has
 * no memory: the caller marks the SIM's contacts as incomplete. */
bool bloom_add(struct state *state, struct partition *partition, uint64_t sim, uint64_t contact,
               int64_t time_ms);

/* Owner thread. False: certainly no contact after `since_ms` was added. */
bool bloom_maybe_has(const struct state *state, const struct partition *partition, uint64_t sim,
                     uint64_t contact, int64_t since_ms);
