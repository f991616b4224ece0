/* SPDX-License-Identifier: Apache-2.0
 * The Kafka feed beside the library alone, both from the library's own cluster in this process: its work is in both
 * figures. It keeps about 5 MB a partition, so a pass is over soon; what matters is the ratio. */
#include "figures.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/text.h"
#include "simsieve/feed/feed.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTITIONS      16
#define PARTITION_BYTES ((size_t)4 << 20) /* less than the cluster keeps */
#define TOPIC           "perf"
#define BATCH_COUNT     8192
#define MESSAGE_BYTES   65536
#define WAIT_MS         100
#define PATIENCE        600 /* waits */
#define OVERHEAD_BYTES  80  /* of a message in the cluster's log, at most */

struct cluster {
    rd_kafka_t *producer;
    const char *brokers;
    uint64_t records;
};

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    CHECK(rd_kafka_conf_set(conf, name, value, NULL, 0) == RD_KAFKA_CONF_OK);
}

static size_t write_message(char *buffer, uint64_t first, unsigned count)
{
    struct text text = text_over(buffer, MESSAGE_BYTES);
    for (uint64_t i = first; i < first + count; i++)
        text_add(&text, "mo_call,%llu,%llu,%llu,%u\n", (unsigned long long)(1733706000000 + i * 10),
                 (unsigned long long)(84900000000 + hash_fixed(i) % 1000000),
                 (unsigned long long)(84310000000 + hash_fixed(~i) % 50000000), (unsigned)(i % 600));
    return text.length;
}

static void cluster_open(struct cluster *cluster, unsigned records_per_message)
{
    static char message[MESSAGE_BYTES];
    char wrong[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "test.mock.num.brokers", "1");
    set(conf, "queue.buffering.max.messages", "10000000");
    rd_kafka_conf_set_log_cb(conf, NULL);
    cluster->producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, wrong, sizeof(wrong));
    CHECK(cluster->producer);
    rd_kafka_mock_cluster_t *mock = rd_kafka_handle_mock_cluster(cluster->producer);
    cluster->brokers = rd_kafka_mock_cluster_bootstraps(mock);
    cluster->records = 0;
    CHECK(rd_kafka_mock_topic_create(mock, TOPIC, PARTITIONS, 1) == 0);
    for (int32_t partition = 0; partition < PARTITIONS; partition++)
        for (size_t bytes = 0, length; bytes < PARTITION_BYTES; bytes += length + OVERHEAD_BYTES) {
            length = write_message(message, cluster->records, records_per_message);
            CHECK(rd_kafka_producev(cluster->producer, RD_KAFKA_V_TOPIC(TOPIC),
                                    RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_VALUE(message, length),
                                    RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END) == 0);
            cluster->records += records_per_message;
        }
    CHECK(rd_kafka_flush(cluster->producer, WAIT_MS * PATIENCE) == 0);
}

/* Takes every message and looks at one byte of it. */
static struct figure bare(const struct cluster *cluster, unsigned records_per_message)
{
    static rd_kafka_message_t *messages[BATCH_COUNT];
    char wrong[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", cluster->brokers);
    set(conf, "group.id", "bare");
    set(conf, "enable.auto.commit", "false");
    set(conf, "enable.auto.offset.store", "false");
    rd_kafka_conf_set_log_cb(conf, NULL);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, wrong, sizeof(wrong));
    CHECK(client);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS);
    for (int32_t partition = 0; partition < PARTITIONS; partition++)
        rd_kafka_topic_partition_list_add(list, TOPIC, partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
    CHECK(rd_kafka_assign(client, list) == 0);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
    uint64_t records = 0, first = 0, sum = 0;
    struct stopwatch watch = {0};
    for (unsigned waits = 0; records < cluster->records && waits < PATIENCE;) {
        ssize_t count = rd_kafka_consume_batch_queue(queue, 0, messages, BATCH_COUNT);
        if (count == 0) {
            count = rd_kafka_consume_batch_queue(queue, WAIT_MS, messages, 1);
            waits += count == 0;
        }
        for (ssize_t i = 0; i < count; i++) {
            sum += messages[i]->len ? ((const uint8_t *)messages[i]->payload)[0] : 0;
            rd_kafka_message_destroy(messages[i]);
        }
        records += (uint64_t)count * records_per_message;
        if (first == 0 && records) {
            first = records;
            watch = stopwatch_start();
        }
    }
    const struct figure figure = stopwatch_stop(&watch, records - first);
    CHECK(records == cluster->records && sum > 0);
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
    return figure;
}

/* What the configuration of a feed says; `group` so that every consumer begins at the beginning. */
static const char *settings_of(const struct cluster *cluster, const char *group)
{
    static char settings[512];
    struct text text = text_over(settings, sizeof(settings));
    text_add(&text,
             "{brokers: ['%s'], topics: [" TOPIC
             "], group: %s, membership: dynamic, payload: csv, columns: [type, time, a, b, duration]}",
             cluster->brokers, group);
    CHECK(!text.is_cut);
    return settings;
}

static struct figure through_feed(const struct cluster *cluster, const struct decode_context *context)
{
    static struct chunk chunk;
    const struct feed_kind *kind = feed_kind_by_name("kafka");
    struct feed_health health = {0};
    struct error error;
    const char *settings = settings_of(cluster, "feed");
    void *state;
    struct yaml *yaml = yaml_load_text("perf", settings, strlen(settings), &error);
    struct feed_options options = {
        .name = "perf", .folder = ".", .state_folder = ".", .context = context, .health = &health};
    options.rejects = rejects_open(NULL, &error);
    CHECK(yaml && options.rejects && !kind->open(&state, &options, yaml_root(yaml), &error));
    CHECK(!kind->start(state, NULL, 0, &error));
    uint64_t records = 0, first = 0;
    struct stopwatch watch = {0};
    for (unsigned waits = 0; records < cluster->records && waits < PATIENCE;) {
        const enum feed_status status = kind->poll(state, &chunk, WAIT_MS, &error);
        CHECK(status != FEED_FAILED);
        waits += status == FEED_NOTHING;
        records += status == FEED_RECORDS ? chunk.count : 0;
        if (first == 0 && records) {
            first = records;
            watch = stopwatch_start();
        }
    }
    const struct figure figure = stopwatch_stop(&watch, records - first);
    CHECK(records == cluster->records && rejects_total(options.rejects) == 0);
    kind->stop(state);
    kind->close(state);
    CHECK(!rejects_close(options.rejects, &error));
    yaml_destroy(yaml);
    return figure;
}

struct kafka_result kafka_figure(unsigned records_per_message)
{
    struct error error;
    struct cluster cluster;
    struct kafka_result result;
    struct numbering *numbering = numbering_load("conf/numbering", &error);
    struct names *names = names_create(1000, &error);
    CHECK(numbering && names);
    const struct decode_context context = {.numbering = numbering, .names = names};
    cluster_open(&cluster, records_per_message);
    result.bare = bare(&cluster, records_per_message);
    result.feed = through_feed(&cluster, &context);
    result.whole = live_figure("kafka", settings_of(&cluster, "whole"), cluster.records);
    rd_kafka_destroy(cluster.producer);
    names_destroy(names);
    numbering_destroy(numbering);
    return result;
}
