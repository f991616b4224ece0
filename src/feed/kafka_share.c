/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_share.h"

#include "simsieve/log/log.h"

static bool count_partitions(rd_kafka_t *handle, const char *name, uint32_t *count)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(handle, name, NULL);
    bool is_known = false;
    if (!topic)
        return false;
    if (rd_kafka_metadata(handle, 0, topic, &metadata, KAFKA_SHARE_ASK_MS) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        is_known = metadata->topic_cnt == 1 && metadata->topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR;
        if (is_known)
            *count += (uint32_t)metadata->topics[0].partition_cnt;
        rd_kafka_metadata_destroy(metadata);
    }
    rd_kafka_topic_destroy(topic);
    return is_known;
}

bool kafka_share_note(struct kafka_client *client, const struct kafka_settings *settings)
{
    uint32_t count = 0;
    const uint32_t own = atomic_load_explicit(&client->health->source_count, memory_order_relaxed);
    for (size_t i = 0; i < settings->topic_count; i++)
        if (!count_partitions(client->handle, settings->topic[i], &count))
            return false;
    const uint32_t elsewhere = count > own ? count - own : 0;
    const uint32_t before =
        atomic_exchange_explicit(&client->health->elsewhere_count, elsewhere, memory_order_relaxed);
    if (elsewhere && elsewhere != before)
        log_write(
            LOG_WARNING,
            "feed %s: other members of its group have %u of the %u partitions: rules that ask about replies, "
            "groups or other legs of a call see only a part here, and may accuse whom they would not; let one "
            "process have all, or see src/feed/kafka_group.md",
            client->name, elsewhere, count);
    else if (!elsewhere && before)
        log_write(LOG_INFO, "feed %s: it has all %u partitions", client->name, count);
    return true;
}
