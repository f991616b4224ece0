/* SPDX-License-Identifier: Apache-2.0
 * What the configuration says of a Kafka feed (kafka.md). */
#pragma once

#include "simsieve/conf/settings.h"
#include "simsieve/feed/feed.h"

#include <librdkafka/rdkafka.h>

#define KAFKA_TOPIC_COUNT_MAX 64
#define KAFKA_TOPIC_BYTES     250
#define KAFKA_LIST_BYTES      8192

/* What a message is: something for a decoder of the registry, or one record behind the id of a schema. */
enum kafka_wire { WIRE_DECODER, WIRE_AVRO, WIRE_PROTOBUF };

struct kafka_settings {
    char brokers[KAFKA_LIST_BYTES];
    char topics[KAFKA_LIST_BYTES]; /* each zero-terminated, one behind the other */
    const char *topic[KAFKA_TOPIC_COUNT_MAX];
    size_t topic_count;
    char columns[KAFKA_LIST_BYTES];      /* a CSV header line; empty: each message has its own */
    char dead_letter[KAFKA_TOPIC_BYTES]; /* topic; empty: none */
    const struct decoder *format;        /* NULL: by content */
    enum kafka_wire wire;
    char schemas[KAFKA_LIST_BYTES / 4];              /* folder or URL; empty: none */
    struct yaml_value dead_letter_place, properties; /* while they are read */
    const struct decode_context *context; /* of the feed, and its name, for what is checked at once */
    const char *name;
    const char *folder;      /* where relative paths begin */
    bool is_static;          /* member of its group: the same one after a restart */
    int64_t must_exist_ms;   /* 0: a topic that does not exist is waited for */
    rd_kafka_conf_t *client; /* group, properties and what the feed itself needs; no brokers */
};

extern const struct settings kafka_settings_table;

/* Start-up only. Reads and checks `map`; reaches nobody. ERROR_CONFIG with the place. */
enum error_class kafka_settings_read(struct kafka_settings *settings, const struct feed_options *options,
                                     struct yaml_value map, struct error *error);
void kafka_settings_fini(struct kafka_settings *settings);
