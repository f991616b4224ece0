/* SPDX-License-Identifier: Apache-2.0
 * Whom and where a SIM has been seen with, and when last: contacts that left the ring, serving cells, devices.
 * A chain of blocks of five; the most recently found come first, so that a SIM that stays put costs one line.
 * Times are kept to SIGHTING_UNIT_MS, rounded down. */
#pragma once

#include "simsieve/state/state.h"

enum sighting_kind { SIGHTING_NONE, SIGHTING_CONTACT, SIGHTING_CELL, SIGHTING_DEVICE };

#define SIGHTING_UNIT_MS 4

/* How far back "stranger" looks from an event. */
#define CONTACT_MEMORY_MS (30 * DAY_MS)

/* Any thread. How long a contact must be remembered: events of the whole horizon are asked about, and late ones. */
static inline int64_t contact_memory_ms(const struct state_limits *limits)
{
    return CONTACT_MEMORY_MS + limits->horizon_ms + limits->lateness_ms;
}

/* Owner thread. Notes that `key` (a number, cdr_cell_key, cdr_device: 54 bits) was seen at `time_ms`. Contacts
 * beyond the limit go to the Bloom filter of the partition, beyond it the oldest cell or device is forgotten. Bound:
 * the chain, at most (contacts_max + 2 x places_max) / 5 lines. */
void sighting_touch(struct state *state, struct line *line, enum sighting_kind kind, uint64_t key,
                    int64_t time_ms);

/* Owner thread. Whether a SIM was in contact with a number after `since_ms` and before `before_ms`, as far as those
 * tell that have left the ring. Only when it was last is kept: what is later, or may be forgotten, is "maybe". */
enum sighting_answer { SIGHTING_NEVER, SIGHTING_KNOWN, SIGHTING_MAYBE };
enum sighting_answer sighting_contact(const struct state *state, const struct line *line, uint64_t number,
                                      int64_t since_ms, int64_t before_ms);

/* Owner thread. Distinct cells or devices whose kept time is after `since_ms`. */
unsigned sighting_count(const struct state *state, const struct line *line, enum sighting_kind kind,
                        int64_t since_ms);

/* Owner thread. Calls `visit` for each sighting of a kind after `since_ms`. */
void sighting_each(const struct state *state, const struct line *line, enum sighting_kind kind,
                   int64_t since_ms, void (*visit)(void *owner, uint64_t key, int64_t time_ms), void *owner);

/* Owner thread. Moves all contacts into the partition's Bloom filter and frees what that empties. Returns the
 * blocks freed. */
unsigned sighting_demote(struct state *state, struct line *line);

/* Owner thread. Frees the chain. */
void sighting_clear(struct state *state, struct line *line);
