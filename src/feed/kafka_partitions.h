/* SPDX-License-Identifier: Apache-2.0
 * The partitions that a Kafka feed knows, and how far it is in each; one that was taken away is remembered. */
#pragma once

#include "simsieve/feed/feed.h"

struct partition {
    char source[FEED_SOURCE_BYTES]; /* "topic/number" */
    char topic[FEED_SOURCE_BYTES];
    int32_t number;
    bool is_known; /* `next` is a position; otherwise it begins at the oldest message */
    bool is_assigned;
    bool is_lost;                    /* its position has to be asked of the broker (kafka_places.c) */
    struct position next;            /* behind all that was handed on */
    struct position released;        /* by a checkpoint, not committed yet; offset 0: nothing */
    uint32_t first_waiting, waiting; /* its messages at hand (kafka_hand.c) */
    uint32_t last_waiting;
    struct partition *next_with_waiting;
};

struct partitions {
    struct partition *sorted[FEED_SOURCE_COUNT_MAX]; /* by topic, then number */
    size_t count;
};

/* The one that is meant, NULL when it is not known. */
struct partition *partitions_find(const struct partitions *partitions, const char *topic, int32_t number);

/* The same, added if need be; NULL when there are FEED_SOURCE_COUNT_MAX. */
struct partition *partitions_get(struct partitions *partitions, const char *topic, int32_t number);

/* Takes "topic/number" apart. */
bool partition_parse(const char *source, char topic[static FEED_SOURCE_BYTES], int32_t *number);

void partitions_fini(struct partitions *partitions);
