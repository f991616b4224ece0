/* SPDX-License-Identifier: Apache-2.0
 * Messages at hand: what one call of the library gave, kept until it is in chunks, one partition after another. */
#pragma once

#include "kafka_intake.h"
#include "kafka_partitions.h"

#define HAND_MESSAGES 8192

struct hand {
    rd_kafka_message_t *messages[HAND_MESSAGES];
    uint32_t following[HAND_MESSAGES]; /* of the same partition */
    struct partition *first, *last;    /* partitions with messages that wait */
    int64_t fetched_wall_ms;
};

/* Feed thread. Message `index` waits for its partition's turn. */
void hand_add(struct hand *hand, uint32_t index, struct partition *partition);

/* Feed thread. Fills a chunk with what one partition has; messages of partitions that are not assigned any more, and those that
 * were handed on before, are dropped. False when nothing was filled: no message is
 * left, or the first one has to wait for its schema. */
bool hand_fill(struct hand *hand, struct kafka_intake *intake, struct chunk *chunk);

/* Feed thread. Drops all. */
void hand_clear(struct hand *hand, struct kafka_intake *intake);
