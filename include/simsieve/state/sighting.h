/* SPDX-License-Identifier: Apache-2.0
 * Whom and where a SIM has been seen with, and when last: contacts that left the ring, serving cells, devices.
 * A chain of blocks of five; the most recently found come first, so that a SIM that stays put costs one line.
 * Times are kept to 4 ms. */
#pragma once

#include "simsieve/state/state.h"

enum sighting_kind { SIGHTING_NONE, SIGHTING_CONTACT, SIGHTING_CELL, SIGHTING_DEVICE };

/* How long a contact is remembered, and how far back "stranger" looks. */
#define CONTACT_MEMORY_MS (30 * DAY_MS)

/* Owner thread. Notes that `key` (a number, cdr_cell_key, cdr_device: 54 bits) was seen at `time_ms`. True when
 * it was not known within the memory of its kind. Contacts beyond the limit go to the Bloom filter of the
 * partition. Bound: the chain, at most (contacts_max + places_max) / 5 lines. */
bool sighting_touch(struct state *state, struct line *line, enum sighting_kind kind, uint64_t key,
                    int64_t time_ms);

/* Owner thread. When a contact that has left the ring was seen last. SIGHTING_MAYBE: at some time in the last 60
 * days, or forgotten; nothing certain can be said. */
enum sighting_answer { SIGHTING_NEVER, SIGHTING_AT, SIGHTING_MAYBE };
enum sighting_answer sighting_contact(const struct state *state, const struct line *line, uint64_t number,
                                      int64_t *time_ms);

/* Owner thread. Distinct cells or devices seen after `since_ms`. */
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
