/* SPDX-License-Identifier: Apache-2.0
 * Complaints that come while records are read: how they travel among these, and what is kept of them beside the list of
 * complaints. */
#pragma once

#include "simsieve/lists/lists.h"

#include <string.h>

/* cdr.type of what is no record but carries a complaint. */
#define COMPLAINT_RECORD_TYPE (UINT8_MAX - 1)

static_assert(COMPLAINT_RECORD_TYPE >= CDR_TYPE_COUNT, "no type of a record");
static_assert(offsetof(struct cdr, sms_parts) + sizeof(struct complaint) <= offsetof(struct cdr, source),
              "between what every record has, there is room for a complaint");

/* Any thread. Makes `record` carry a complaint. */
static inline void complaint_pack(struct cdr *record, const struct complaint *complaint)
{
    *record = (struct cdr){.time_ms = complaint->time_ms, .type = COMPLAINT_RECORD_TYPE};
    memcpy((char *)record + offsetof(struct cdr, sms_parts), complaint, sizeof(*complaint));
}

/* Any thread. The complaint that `record`, of COMPLAINT_RECORD_TYPE, carries. */
static inline struct complaint complaint_unpack(const struct cdr *record)
{
    struct complaint complaint;
    memcpy(&complaint, (const char *)record + offsetof(struct cdr, sms_parts), sizeof(complaint));
    return complaint;
}

/* Complaints that came by a feed, a part for each partition of numbers, so that what is let go of never depends on the
 * number of shards. One thread; each shard has one for its own numbers. */
struct complaint_book;

#define COMPLAINTS_OF_PARTITION_MAX 1024          /* then the oldest of the partition gives way */
#define COMPLAINTS_KEPT_MS          (30 * DAY_MS) /* the longest window that asks for them */

/* Start-up only. NULL and ERROR_INTERNAL when the address space is not to be had. */
struct complaint_book *complaint_book_create(uint32_t partition_count, struct error *error);
void complaint_book_destroy(struct complaint_book *book);

/* Owner thread. Takes a complaint, unless it is there or `lists` have it. False when the partition was full and one was let
 * go of that is not COMPLAINTS_KEPT_MS older than this one. Bound: a pass over the partition's. */
bool complaint_book_add(struct complaint_book *book, const struct lists *lists, uint32_t partition,
                        const struct complaint *complaint);

/* Owner thread. Lets go of those that `lists` have themselves. Bound: a pass over all. */
void complaint_book_settle(struct complaint_book *book, const struct lists *lists);

/* Owner thread. How many of a number came in from_ms < time <= to_ms, beside those that the lists have. Bound: two binary
 * searches. */
size_t complaint_book_count(const struct complaint_book *book, uint32_t partition, uint64_t number,
                            int64_t from_ms, int64_t to_ms);

/* Owner thread. The time of the newest complaint of a partition that was let go of; 0: none was. A count of what came after
 * it is exact, of what came before a lower bound. */
int64_t complaint_book_lost_ms(const struct complaint_book *book, uint32_t partition);
