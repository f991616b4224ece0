/* SPDX-License-Identifier: Apache-2.0
 * From the journal of a DPDK feed to chunks of records: the same when it is read for the first time and again. */
#pragma once

#include "journal.h"

#include "simsieve/feed/feed.h"

#define DPDK_SOURCE "journal"

struct dpdk_records;

/* Start-up only. Borrows both. NULL and ERROR_INTERNAL. */
struct dpdk_records *dpdk_records_create(const struct feed_options *options, struct journal *journal,
                                         struct error *error);
void dpdk_records_destroy(struct dpdk_records *records);

/* One thread at a time. May block. Fills `chunk` from `begin` up to `end`, as far as the journal is durable; false when there
 * is nothing. Whether what lay before chunk->begin is gone, the caller sees from `begin`. Going on at the last chunk's
 * end is cheap; another place costs a look through the file before it. */
bool dpdk_records_fill(struct dpdk_records *records, struct position begin, struct position end,
                       struct chunk *chunk);

/* Feed thread. Places where the journal had a gap: how many records they held is not known. */
uint64_t dpdk_records_gaps(const struct dpdk_records *records);

/* Feed thread. Entries that have been handed on whole. */
uint64_t dpdk_records_entries(const struct dpdk_records *records);
