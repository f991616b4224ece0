/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_share.h"

#include "simsieve/log/log.h"

bool kafka_share_note(struct kafka_client *client, const struct kafka_settings *settings)
{
    uint32_t count = 0, partition_count;
    const uint32_t own = atomic_load_explicit(&client->health->source_count, memory_order_relaxed);
    for (size_t i = 0; i < settings->topic_count; i++) {
        if (kafka_client_topic(client, settings->topic[i], KAFKA_SHARE_ASK_MS, &partition_count))
            return false;
        count += partition_count;
    }
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
