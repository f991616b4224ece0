/* SPDX-License-Identifier: Apache-2.0
 * A client of librdkafka as all parts of the feed use it: what it reports goes to the feed's health and, seldom, to the
 * log. */
#pragma once

#include "kafka_settings.h"

/* The feed's present thread, which alone writes its health: no locked instruction. */
static inline void health_add(_Atomic uint64_t *counter, uint64_t count)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + count,
                          memory_order_relaxed);
}

/* What fails and recovers by itself (health.md). */
enum kafka_part { KAFKA_BROKERS, KAFKA_TOPICS, KAFKA_SCHEMAS, KAFKA_LETTERS, KAFKA_PART_COUNT };
static_assert(KAFKA_PART_COUNT <= FEED_PARTS_MAX, "feed/kafka_health");

struct kafka_client {
    rd_kafka_t *handle; /* NULL: not open */
    void *owner;        /* the part of the feed that uses it */
    const char *name;   /* of the feed */
    struct feed_health *health;
    bool was_connected; /* ever */
    _Atomic uint64_t
        last_told_ns; /* the last line on the log about weather; relaxed, any of the library's threads */
};

/* May block. Opens it with `conf`, which it takes over; its opaque pointer is then the client. ERROR_CONFIG. */
enum error_class kafka_client_open(struct kafka_client *client, void *owner, rd_kafka_type_t type,
                                   rd_kafka_conf_t *conf, const struct kafka_settings *settings,
                                   const struct feed_options *options, struct error *error);

/* The feed has heard from a broker, or from none of them. */
void kafka_client_connected(struct kafka_client *client, bool is_connected);

/* Feed thread. Something that passes: counted, told in the feed's health and, at most every ten seconds, on the log; with `where`
 * (a topic, a partition; empty: nowhere) and what can be done about `code`. */
void kafka_client_weather(struct kafka_client *client, enum kafka_part part, rd_kafka_resp_err_t code,
                          const char *where, const char *what);

/* May block for a second. Asks the broker where a partition begins and ends; false when it does not answer (weather). */
bool kafka_client_ends(struct kafka_client *client, const char *topic, int32_t number, int64_t *low,
                       int64_t *high);

enum kafka_topic_answer {
    KAFKA_TOPIC_KNOWN,
    KAFKA_TOPIC_UNKNOWN,
    KAFKA_TOPIC_REFUSED, /* it is there, and something about it is not well */
    KAFKA_TOPIC_NO_ANSWER
};

/* May block for `ask_ms`. Asks the brokers for a topic, and how many partitions it has if they know it. */
enum kafka_topic_answer kafka_client_topic(struct kafka_client *client, const char *name, int ask_ms,
                                           uint32_t *partition_count);

/* Whether the library has given up for good; the reason is then in `error`. */
bool kafka_client_is_fatal(const struct kafka_client *client, struct error *error);
