/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_hand.h"

#include <stdio.h>

void hand_add(struct hand *hand, uint32_t index, struct partition *partition)
{
    if (partition->waiting++) {
        hand->following[partition->last_waiting] = index;
        partition->last_waiting = index;
        return;
    }
    partition->first_waiting = partition->last_waiting = index;
    partition->next_with_waiting = NULL;
    if (hand->first)
        hand->last->next_with_waiting = partition;
    else
        hand->first = partition;
    hand->last = partition;
}

static void drop_first(struct hand *hand, struct kafka_intake *intake, struct partition *partition)
{
    rd_kafka_message_t *message = hand->messages[partition->first_waiting];
    kafka_intake_forget(intake, message);
    rd_kafka_message_destroy(message);
    partition->first_waiting = hand->following[partition->first_waiting];
    partition->waiting--;
}

/* What comes before the position was handed on already: the library fetches it again after a rebalance. What comes behind a
 * lost place is fetched again from the position. */
static bool is_old(const struct hand *hand, const struct partition *partition)
{
    const uint64_t offset = (uint64_t)hand->messages[partition->first_waiting]->offset;
    return !partition->is_assigned || partition->is_lost ||
           (partition->is_known && offset < partition->next.offset);
}

static void drop_old(struct hand *hand, struct kafka_intake *intake, struct partition *partition)
{
    while (partition->waiting && is_old(hand, partition))
        drop_first(hand, intake, partition);
}

/* Fills the chunk from the partition's messages; there is at least one, and none is old. */
static void take(struct hand *hand, struct kafka_intake *intake, struct partition *partition,
                 struct chunk *chunk)
{
    for (; partition->waiting && chunk->count < CHUNK_RECORDS; drop_old(hand, intake, partition)) {
        const rd_kafka_message_t *message = hand->messages[partition->first_waiting];
        const struct position here = {(uint64_t)message->offset, 0};
        if (!partition->is_known || here.offset > partition->next.offset)
            partition->next = here;
        partition->is_known = true;
        if (!kafka_intake_take(intake, message, chunk, &partition->next, CHUNK_RECORDS - chunk->count))
            break;
    }
}

bool hand_fill(struct hand *hand, struct kafka_intake *intake, struct chunk *chunk)
{
    bool is_filled = false;
    while (hand->first && !is_filled) {
        struct partition *partition = hand->first;
        drop_old(hand, intake, partition);
        if (partition->waiting) {
            const uint64_t offset = (uint64_t)hand->messages[partition->first_waiting]->offset;
            snprintf(chunk->source, sizeof(chunk->source), "%s", partition->source);
            chunk->begin = partition->is_known ? partition->next : (struct position){offset, 0};
            chunk->count = 0;
            take(hand, intake, partition, chunk);
            chunk->end = partition->next;
            chunk->received_wall_ms = (uint64_t)hand->fetched_wall_ms;
            is_filled = position_compare(chunk->begin, chunk->end) != 0;
        }
        if (!partition->waiting)
            hand->first = partition->next_with_waiting;
        else if (!is_filled)
            break; /* for want of a schema */
    }
    return is_filled;
}

void hand_clear(struct hand *hand, struct kafka_intake *intake)
{
    for (; hand->first; hand->first = hand->first->next_with_waiting)
        while (hand->first->waiting)
            drop_first(hand, intake, hand->first);
}
