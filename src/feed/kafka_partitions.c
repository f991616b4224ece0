/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_partitions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const struct partition *partition, const char *topic, int32_t number)
{
    const int order = strcmp(partition->topic, topic);
    return order ? order : (partition->number > number) - (partition->number < number);
}

/* Where it is, or would be. */
static size_t place_of(const struct partitions *partitions, const char *topic, int32_t number)
{
    size_t low = 0, high = partitions->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (compare(partitions->sorted[middle], topic, number) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct partition *partitions_find(const struct partitions *partitions, const char *topic, int32_t number)
{
    const size_t place = place_of(partitions, topic, number);
    if (place == partitions->count || compare(partitions->sorted[place], topic, number) != 0)
        return NULL;
    return partitions->sorted[place];
}

struct partition *partitions_get(struct partitions *partitions, const char *topic, int32_t number)
{
    struct partition *partition = partitions_find(partitions, topic, number);
    if (partition || partitions->count == FEED_SOURCE_COUNT_MAX)
        return partition;
    const size_t place = place_of(partitions, topic, number);
    partition = calloc(1, sizeof(*partition));
    CHECK(partition);
    snprintf(partition->topic, sizeof(partition->topic), "%s", topic);
    snprintf(partition->source, sizeof(partition->source), "%.250s/%d", topic, number);
    partition->number = number;
    memmove(&partitions->sorted[place + 1], &partitions->sorted[place],
            (partitions->count - place) * sizeof(partitions->sorted[0]));
    partitions->sorted[place] = partition;
    partitions->count++;
    return partition;
}

bool partition_parse(const char *source, char topic[static FEED_SOURCE_BYTES], int32_t *number)
{
    uint64_t value;
    const char *slash = strrchr(source, '/');
    if (!slash || slash == source || (size_t)(slash - source) >= FEED_SOURCE_BYTES ||
        !text_parse_u64(slash + 1, strlen(slash + 1), INT32_MAX, &value))
        return false;
    memcpy(topic, source, (size_t)(slash - source));
    topic[slash - source] = 0;
    *number = (int32_t)value;
    return true;
}

void partitions_fini(struct partitions *partitions)
{
    for (size_t i = 0; i < partitions->count; i++)
        free(partitions->sorted[i]);
    partitions->count = 0;
}
