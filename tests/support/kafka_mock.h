/* SPDX-License-Identifier: Apache-2.0
 * A Kafka cluster inside the test's process (librdkafka's), a producer for it, and a Kafka feed that reads it. Records are
 * numbered by their time, so that each is known again wherever it arrives. */
#pragma once

#include "simsieve/feed/feed.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#define MOCK_TOPIC       "cdr"
#define MOCK_CSV_COLUMNS "type,time,a,b"

/* Starts a cluster of one broker with the topic; every other call belongs to it. */
void mock_start(int partitions);
void mock_stop(void);
rd_kafka_mock_cluster_t *mock_cluster(void);
const char *mock_brokers(void);

/* Queues a message; NULL is a tombstone. mock_flush waits until all are in the topic. */
void mock_produce(const char *topic, int32_t partition, const char *payload, size_t length);
void mock_flush(void);

/* Queues a message of the records `first` to `first + count - 1`, as CSV lines without a header. */
void mock_produce_records(int32_t partition, uint64_t first, uint64_t count);

/* A feed and what it is given. */
struct mock_feed {
    struct feed_options options;
    struct feed_health health;
    void *state;
    struct error error;
    struct chunk *chunk;
    /* What it handed on: how often each record came, in which order positions did. */
    uint32_t *seen;
    uint64_t seen_count; /* records that can be told apart */
    uint64_t arrived, chunks;
    struct feed_resume ends[FEED_SOURCE_COUNT_MAX];
    size_t end_count;
};

/* Opens a feed on MOCK_TOPIC in group "sieve" with `settings` as further lines of YAML; the class of the error. `records`: how many
 * are told apart. */
enum error_class mock_feed_open(struct mock_feed *feed, const char *settings, uint64_t records);
void mock_feed_close(struct mock_feed *feed);

/* The same with all settings given. */
enum error_class mock_feed_open_text(struct mock_feed *feed, const char *yaml, uint64_t records);

/* Notes what is in the feed's chunk; checks that positions of a source go on where they were, unless `may_jump`. */
void mock_feed_note(struct mock_feed *feed, bool may_jump);

/* Polls until `arrived` records have come or `wait_ms` have passed. FEED_FAILED or FEED_NOTHING. */
enum feed_status mock_feed_poll(struct mock_feed *feed, uint64_t arrived, int wait_ms);

/* Reads a source again and notes it, until `end`; FEED_NOTHING when that takes longer than `wait_ms`. */
enum feed_status mock_feed_read(struct mock_feed *feed, const char *source, struct position begin,
                                struct position end, int wait_ms);

/* How many of the records came exactly once. */
uint64_t mock_feed_once(const struct mock_feed *feed);

uint64_t mock_now_ms(void);
