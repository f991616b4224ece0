/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_mock.h"

#include "decoding.h"

#include "simsieve/base/clock.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE_TIME_MS 1733702400000 /* 2024-12-09 */
#define POLL_MS      50
#define FLUSH_MS     20000
#define LINE_BYTES   64

static rd_kafka_t *producer;
static rd_kafka_mock_cluster_t *cluster;

void mock_start(int partitions)
{
    char wrong[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    ck_assert_int_eq(rd_kafka_conf_set(conf, "test.mock.num.brokers", "1", wrong, sizeof(wrong)),
                     RD_KAFKA_CONF_OK);
    ck_assert_int_eq(rd_kafka_conf_set(conf, "linger.ms", "5", wrong, sizeof(wrong)), RD_KAFKA_CONF_OK);
    ck_assert_int_eq(rd_kafka_conf_set(conf, "enable.idempotence", "true", wrong, sizeof(wrong)),
                     RD_KAFKA_CONF_OK);
    rd_kafka_conf_set_log_cb(conf, NULL);
    producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, wrong, sizeof(wrong));
    ck_assert_msg(producer != NULL, "%s", wrong);
    cluster = rd_kafka_handle_mock_cluster(producer);
    ck_assert_int_eq(rd_kafka_mock_topic_create(cluster, MOCK_TOPIC, partitions, 1), 0);
}

void mock_stop(void)
{
    rd_kafka_destroy(producer);
}

rd_kafka_mock_cluster_t *mock_cluster(void)
{
    return cluster;
}

const char *mock_brokers(void)
{
    return rd_kafka_mock_cluster_bootstraps(cluster);
}

void mock_produce(const char *topic, int32_t partition, const char *payload, size_t length)
{
    rd_kafka_resp_err_t code;
    do {
        code = rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
                                 RD_KAFKA_V_VALUE((void *)(uintptr_t)payload, length),
                                 RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
        if (code)
            rd_kafka_poll(producer, POLL_MS);
    } while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL);
    ck_assert_int_eq(code, 0);
}

void mock_flush(void)
{
    ck_assert_int_eq(rd_kafka_flush(producer, FLUSH_MS), 0);
}

void mock_produce_records(int32_t partition, uint64_t first, uint64_t count)
{
    char *text = malloc(count * LINE_BYTES + 1);
    size_t length = 0;
    for (uint64_t i = first; i < first + count; i++)
        length += (size_t)snprintf(text + length, LINE_BYTES, "mo_call,%llu,0912345678,0987654321\n",
                                   (unsigned long long)(BASE_TIME_MS + i));
    mock_produce(MOCK_TOPIC, partition, text, length);
    free(text);
}

enum error_class mock_feed_open_text(struct mock_feed *feed, const char *text, uint64_t records)
{
    memset(feed, 0, sizeof(*feed));
    struct yaml *yaml = yaml_load_text("feed.yaml", text, strlen(text), &feed->error);
    ck_assert_msg(yaml != NULL, "%s", feed->error.text);
    feed->options =
        (struct feed_options){.name = "mobile", .state_folder = "/nowhere", .context = decoding_context()};
    feed->options.health = &feed->health;
    feed->options.rejects = rejects_open(NULL, &feed->error);
    feed->chunk = malloc(sizeof(*feed->chunk));
    feed->seen_count = records;
    feed->seen = calloc(records + 1, sizeof(*feed->seen));
    const struct feed_kind *kind = feed_kind_by_name("kafka");
    const enum error_class class = kind->open(&feed->state, &feed->options, yaml_root(yaml), &feed->error);
    yaml_destroy(yaml);
    if (class)
        mock_feed_close(feed);
    return class;
}

enum error_class mock_feed_open(struct mock_feed *feed, const char *settings, uint64_t records)
{
    char text[4096];
    snprintf(text, sizeof(text),
             "brokers: [%s]\ntopics: [" MOCK_TOPIC "]\ngroup: sieve\nmembership: dynamic\n%s", mock_brokers(),
             settings);
    return mock_feed_open_text(feed, text, records);
}

void mock_feed_close(struct mock_feed *feed)
{
    if (feed->state)
        feed_kind_by_name("kafka")->close(feed->state);
    ck_assert_int_eq(rejects_close(feed->options.rejects, &(struct error){0}), 0);
    free(feed->chunk);
    free(feed->seen);
}

void mock_feed_note(struct mock_feed *feed, bool may_jump)
{
    const struct chunk *chunk = feed->chunk;
    size_t i = 0;
    while (i < feed->end_count && strcmp(feed->ends[i].source, chunk->source) != 0)
        i++;
    if (i == feed->end_count) {
        ck_assert_uint_lt(i, FEED_SOURCE_COUNT_MAX);
        snprintf(feed->ends[feed->end_count++].source, FEED_SOURCE_BYTES, "%s", chunk->source);
    } else if (!may_jump) {
        ck_assert_int_eq(position_compare(feed->ends[i].position, chunk->begin), 0);
    }
    ck_assert_int_lt(position_compare(chunk->begin, chunk->end), 0);
    feed->ends[i].position = chunk->end;
    feed->chunks++;
    feed->arrived += chunk->count;
    for (uint32_t k = 0; k < chunk->count; k++) {
        const uint64_t number = (uint64_t)(chunk->records[k].time_ms - BASE_TIME_MS);
        ck_assert_uint_lt(number, feed->seen_count);
        ck_assert_uint_ge(chunk->records[k].line, chunk->begin.offset);
        ck_assert_uint_le(chunk->records[k].line, chunk->end.offset);
        feed->seen[number]++;
    }
}

uint64_t mock_now_ms(void)
{
    return clock_monotonic_ns() / 1000000;
}

enum feed_status mock_feed_poll(struct mock_feed *feed, uint64_t arrived, int wait_ms)
{
    const struct feed_kind *kind = feed_kind_by_name("kafka");
    const uint64_t until_ms = mock_now_ms() + (uint64_t)wait_ms;
    enum feed_status status = FEED_NOTHING;
    while (status != FEED_FAILED && feed->arrived < arrived && mock_now_ms() < until_ms) {
        status = kind->poll(feed->state, feed->chunk, POLL_MS, &feed->error);
        if (status == FEED_RECORDS)
            mock_feed_note(feed, false);
    }
    return status == FEED_FAILED ? FEED_FAILED : FEED_NOTHING;
}

enum feed_status mock_feed_read(struct mock_feed *feed, const char *source, struct position begin,
                                struct position end, int wait_ms)
{
    const struct feed_kind *kind = feed_kind_by_name("kafka");
    const uint64_t until_ms = mock_now_ms() + (uint64_t)wait_ms;
    while (position_compare(begin, end) < 0) {
        const enum feed_status status =
            kind->read(feed->state, source, begin, end, feed->chunk, POLL_MS, &feed->error);
        if (status == FEED_FAILED || (status == FEED_NOTHING && mock_now_ms() >= until_ms))
            return status;
        if (status != FEED_RECORDS)
            continue;
        ck_assert_str_eq(feed->chunk->source, source);
        ck_assert_int_le(position_compare(feed->chunk->begin, feed->chunk->end), 0);
        ck_assert_int_ge(position_compare(feed->chunk->begin, begin), 0);
        ck_assert_int_le(position_compare(feed->chunk->end, end), 0);
        begin = feed->chunk->end;
        if (position_compare(feed->chunk->begin, feed->chunk->end) < 0)
            mock_feed_note(feed, true);
    }
    return FEED_RECORDS;
}

uint64_t mock_feed_once(const struct mock_feed *feed)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < feed->seen_count; i++)
        count += feed->seen[i] == 1;
    return count;
}
