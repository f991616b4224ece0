/* SPDX-License-Identifier: Apache-2.0
 * The feed of kind `kafka` (kafka.md). */
#include "feeds.h"
#include "kafka_consumer.h"
#include "kafka_reader.h"

#include <stdlib.h>

struct kafka {
    struct feed_options options;
    struct kafka_settings settings;
    struct kafka_intake intake;
    struct kafka_reader *reader; /* from the first read to start */
    struct consumer *consumer;   /* from start to stop */
};

static void kafka_close(void *state)
{
    struct kafka *kafka = state;
    if (!kafka)
        return;
    kafka_reader_close(kafka->reader);
    kafka_intake_fini(&kafka->intake);
    kafka_settings_fini(&kafka->settings);
    free(kafka);
}

static enum error_class kafka_open(void **state, const struct feed_options *options,
                                   struct yaml_value settings, struct error *error)
{
    struct kafka *kafka = calloc(1, sizeof(*kafka));
    CHECK(kafka);
    kafka->options = *options;
    if (kafka_settings_read(&kafka->settings, options, settings, error) ||
        kafka_intake_init(&kafka->intake, &kafka->options, &kafka->settings, error)) {
        kafka_close(kafka);
        return error->class;
    }
    *state = kafka;
    return ERROR_OK;
}

static enum feed_status kafka_read(void *state, const char *source, struct position begin,
                                   struct position end, struct chunk *chunk, int wait_ms, struct error *error)
{
    struct kafka *kafka = state;
    if (!kafka->reader)
        kafka->reader = kafka_reader_open(&kafka->settings, &kafka->options, &kafka->intake, error);
    if (!kafka->reader)
        return FEED_FAILED;
    return kafka_reader_read(kafka->reader, source, begin, end, chunk, wait_ms, error);
}

static enum error_class kafka_start(void *state, const struct feed_resume *resume, size_t count,
                                    struct error *error)
{
    struct kafka *kafka = state;
    kafka_reader_close(kafka->reader);
    kafka->reader = NULL;
    kafka->consumer = consumer_start(&kafka->settings, &kafka->options, &kafka->intake, resume, count, error);
    return kafka->consumer ? ERROR_OK : error->class;
}

static enum feed_status kafka_poll(void *state, struct chunk *chunk, int wait_ms, struct error *error)
{
    return consumer_poll(((struct kafka *)state)->consumer, chunk, wait_ms, error);
}

static void kafka_stop(void *state)
{
    struct kafka *kafka = state;
    consumer_stop(kafka->consumer);
    kafka->consumer = NULL;
}

static void kafka_release(void *state, const char *source, struct position end)
{
    consumer_release(((struct kafka *)state)->consumer, source, end);
}

const struct feed_kind feed_kafka = {
    .name = "kafka",
    .summary = "topics of a Kafka cluster, as a member of a consumer group",
    .settings = &kafka_settings_table,
    .open = kafka_open,
    .close = kafka_close,
    .read = kafka_read,
    .start = kafka_start,
    .poll = kafka_poll,
    .stop = kafka_stop,
    .release = kafka_release,
};
