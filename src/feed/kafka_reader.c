/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_reader.h"

#include "kafka_partitions.h"

#include "simsieve/base/clock.h"
#include "simsieve/log/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPEN_COUNT_MAX    256
#define MESSAGES_AT_HAND  256
#define SHORT_PATIENCE_NS ((uint64_t)5 * 1000 * 1000 * 1000)
#define NO_END            (-1)

/* A full queue makes the library leave its partition alone for a second, whatever is taken from it meanwhile (its #2879). Where
 * one was emptied and nothing follows within this time, starting anew is faster. */
#define DRY_MS 5

/* A broker answers one fetch at a time: one that waits for what nobody writes would keep a partition that is opened now
 * waiting as long. The queue is that of each open partition. */
static const struct {
    const char *name, *value;
} own[] = {
    {"enable.partition.eof", "true"},
    {"queued.max.messages.kbytes", "512"},
    {"fetch.wait.max.ms", "10"},
};

/* A partition that is being read. */
struct reading {
    char source[FEED_SOURCE_BYTES]; /* empty: free */
    char topic_name[FEED_SOURCE_BYTES];
    rd_kafka_topic_t *topic;
    int32_t number;
    struct position next; /* behind the last call's chunk */
    bool is_started, is_lost;
    bool has_given;          /* messages, since it was started */
    int64_t end_offset;      /* where the partition ends, if that was reached */
    uint64_t short_since_ns; /* since when that is before what is wanted; 0: it is not */
    uint64_t used;           /* by which call */
    rd_kafka_message_t *messages[MESSAGES_AT_HAND];
    size_t first, count;
};

struct kafka_reader {
    struct kafka_client client;
    const struct kafka_settings *settings;
    struct kafka_intake *intake;
    uint64_t call;
    uint64_t unknown_since_ns; /* no broker knows the partition; 0: they do */
    struct reading readings[OPEN_COUNT_MAX];
};

struct kafka_reader *kafka_reader_open(const struct kafka_settings *settings,
                                       const struct feed_options *options, struct kafka_intake *intake,
                                       struct error *error)
{
    struct kafka_reader *reader = calloc(1, sizeof(*reader));
    CHECK(reader);
    rd_kafka_conf_t *conf = rd_kafka_conf_dup(settings->client);
    for (size_t i = 0; i < ARRAY_COUNT(own); i++)
        CHECK(rd_kafka_conf_set(conf, own[i].name, own[i].value, NULL, 0) == RD_KAFKA_CONF_OK);
    reader->settings = settings;
    reader->intake = intake;
    if (kafka_client_open(&reader->client, reader, RD_KAFKA_CONSUMER, conf, settings, options, error)) {
        free(reader);
        return NULL;
    }
    return reader;
}

static void drop_first(struct kafka_reader *reader, struct reading *reading)
{
    rd_kafka_message_t *message = reading->messages[reading->first++];
    kafka_intake_forget(reader->intake, message);
    rd_kafka_message_destroy(message);
}

static void stop(struct kafka_reader *reader, struct reading *reading)
{
    while (reading->first < reading->count)
        drop_first(reader, reading);
    if (reading->is_started)
        rd_kafka_consume_stop(reading->topic, reading->number);
    reading->is_started = false;
}

static void leave(struct kafka_reader *reader, struct reading *reading)
{
    stop(reader, reading);
    if (reading->topic)
        rd_kafka_topic_destroy(reading->topic);
    memset(reading, 0, sizeof(*reading));
}

void kafka_reader_close(struct kafka_reader *reader)
{
    if (!reader)
        return;
    for (size_t i = 0; i < OPEN_COUNT_MAX; i++)
        leave(reader, &reader->readings[i]);
    rd_kafka_destroy(reader->client.handle);
    free(reader);
}

/* The reading of a source: the one that is open, or one in the place of that which was used longest ago. */
static struct reading *reading_of(struct kafka_reader *reader, const char *source)
{
    struct reading *oldest = &reader->readings[0];
    for (size_t i = 0; i < OPEN_COUNT_MAX; i++) {
        struct reading *reading = &reader->readings[i];
        if (strcmp(reading->source, source) == 0)
            return reading;
        if (reading->used < oldest->used)
            oldest = reading;
    }
    leave(reader, oldest);
    if (!partition_parse(source, oldest->topic_name, &oldest->number))
        return NULL;
    snprintf(oldest->source, sizeof(oldest->source), "%s", source);
    oldest->topic = rd_kafka_topic_new(reader->client.handle, oldest->topic_name, NULL);
    CHECK(oldest->topic);
    return oldest;
}

/* False when the library refuses; the next call tries again. */
static bool start(struct kafka_reader *reader, struct reading *reading, struct position begin)
{
    stop(reader, reading);
    reading->first = reading->count = 0;
    reading->next = begin;
    reading->end_offset = NO_END;
    reading->short_since_ns = 0;
    reading->is_lost = reading->has_given = false;
    reading->is_started = rd_kafka_consume_start(reading->topic, reading->number, (int64_t)begin.offset) == 0;
    if (!reading->is_started)
        kafka_client_weather(&reader->client, KAFKA_TOPICS, rd_kafka_last_error(), reading->source,
                             rd_kafka_err2str(rd_kafka_last_error()));
    return reading->is_started;
}

/* Retention went over the position: on at the oldest that is there. */
static void find_place(struct kafka_reader *reader, struct reading *reading)
{
    int64_t low, high;
    if (!kafka_client_ends(&reader->client, reading->topic_name, reading->number, &low, &high))
        return;
    if (reading->next.offset > (uint64_t)high) {
        reading->end_offset = high;
        reading->is_lost = false;
        return;
    }
    if (reading->next.offset < (uint64_t)low) {
        health_add(&reader->client.health->lost, (uint64_t)low - reading->next.offset);
        log_write(
            LOG_WARNING, "feed %s: %s: retention has deleted what was to be read again, from %llu to %lld",
            reader->client.name, reading->source, (unsigned long long)reading->next.offset, (long long)low);
        reading->next = (struct position){(uint64_t)low, 0};
    }
    start(reader, reading, reading->next);
}

static void take_event(struct kafka_reader *reader, struct reading *reading,
                       const rd_kafka_message_t *message)
{
    switch (message->err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        reading->end_offset = message->offset;
        return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        reading->is_lost = true;
        return;
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        if (!reader->unknown_since_ns)
            reader->unknown_since_ns = clock_monotonic_ns();
        break;
    default:
        break;
    }
    kafka_client_weather(&reader->client, KAFKA_TOPICS, message->err, reading->source,
                         rd_kafka_message_errstr(message));
}

static ssize_t consume(struct reading *reading, int wait_ms, size_t count_max)
{
    return rd_kafka_consume_batch(reading->topic, reading->number, wait_ms, reading->messages, count_max);
}

/* Takes what the library has, or waits for the first of it. */
static void fetch(struct kafka_reader *reader, struct reading *reading, int wait_ms)
{
    ssize_t count = consume(reading, 0, MESSAGES_AT_HAND);
    const bool is_at_end = reading->end_offset != NO_END;
    if (count == 0 && !is_at_end && reading->has_given) {
        count = consume(reading, wait_ms < DRY_MS ? wait_ms : DRY_MS, 1);
        if (count == 0 && wait_ms >= DRY_MS && !start(reader, reading, reading->next))
            return;
    }
    if (count == 0 && !is_at_end)
        count = consume(reading, wait_ms, 1);
    reading->first = 0;
    reading->count = count > 0 ? (size_t)count : 0;
    reading->has_given |= count > 0;
    if (count > 0 && !reading->messages[0]->err)
        feed_health_well(reader->client.health, KAFKA_TOPICS);
}

/* The message at the front, NULL when there is none now. */
static const rd_kafka_message_t *front(struct kafka_reader *reader, struct reading *reading, int wait_ms)
{
    while (!reading->is_lost) {
        if (reading->first == reading->count) {
            fetch(reader, reading, wait_ms);
            wait_ms = 0;
        }
        if (reading->first == reading->count)
            return NULL;
        const rd_kafka_message_t *message = reading->messages[reading->first];
        kafka_client_connected(&reader->client, true);
        if (!message->err) {
            reading->end_offset = NO_END;
            reader->unknown_since_ns = 0;
            return message;
        }
        take_event(reader, reading, message);
        drop_first(reader, reading);
    }
    return NULL;
}

/* Fills the chunk from the reading's position up to `end`. */
static void fill(struct kafka_reader *reader, struct reading *reading, struct position end,
                 struct chunk *chunk, int wait_ms)
{
    const rd_kafka_message_t *message;
    struct position *next = &reading->next;
    while (chunk->count < CHUNK_RECORDS && position_compare(*next, end) < 0 &&
           (message = front(reader, reading, chunk->count ? 0 : wait_ms))) {
        const struct position here = {(uint64_t)message->offset, 0};
        size_t capacity = CHUNK_RECORDS - chunk->count;
        if (here.offset > next->offset)
            *next = here;
        if (position_compare(*next, end) >= 0)
            break;
        if (here.offset == end.offset)
            capacity = u64_min(capacity, end.skip - next->skip);
        if (here.offset >= next->offset && !kafka_intake_take(reader->intake, message, chunk, next, capacity))
            break;
        drop_first(reader, reading);
    }
    /* Nobody wrote a record at the end itself, or the last message had fewer than were taken of it. */
    if (position_compare(*next, end) > 0 ||
        (reading->end_offset != NO_END &&
         position_compare(end, (struct position){(uint64_t)reading->end_offset, 0}) <= 0))
        *next = end;
}

/* The partition ended before `end`: does it stay so? */
static bool is_gone(struct reading *reading, struct position end)
{
    const uint64_t now_ns = clock_monotonic_ns();
    if (reading->end_offset == NO_END || position_compare(reading->next, end) >= 0) {
        reading->short_since_ns = 0;
        return false;
    }
    if (!reading->short_since_ns)
        reading->short_since_ns = now_ns;
    return now_ns - reading->short_since_ns > SHORT_PATIENCE_NS;
}

static enum feed_status nothing(struct kafka_reader *reader, struct reading *reading, struct error *error)
{
    const uint64_t must_exist_ns = (uint64_t)reader->settings->must_exist_ms * 1000 * 1000;
    if (must_exist_ns && reader->unknown_since_ns &&
        clock_monotonic_ns() - reader->unknown_since_ns > must_exist_ns) {
        error_set(
            error, ERROR_CONFIG,
            "feed %s: %s: no such partition within the time of must_exist: create the topic, or start without "
            "this feed's state",
            reader->client.name, reading->source);
        return FEED_FAILED;
    }
    return kafka_client_is_fatal(&reader->client, error) ? FEED_FAILED : FEED_NOTHING;
}

enum feed_status kafka_reader_read(struct kafka_reader *reader, const char *source, struct position begin,
                                   struct position end, struct chunk *chunk, int wait_ms, struct error *error)
{
    struct reading *reading = reading_of(reader, source);
    if (!reading) {
        error_set(error, ERROR_CONFIG, "feed %s: '%s' is no partition: another feed's state folder?",
                  reader->client.name, source);
        return FEED_FAILED;
    }
    reading->used = ++reader->call;
    rd_kafka_poll(reader->client.handle, 0);
    if ((!reading->is_started || position_compare(reading->next, begin) != 0) &&
        !start(reader, reading, begin))
        return nothing(reader, reading, error);
    snprintf(chunk->source, sizeof(chunk->source), "%s", source);
    chunk->count = 0;
    chunk->begin = begin;
    fill(reader, reading, end, chunk, wait_ms);
    if (reading->is_lost && chunk->count == 0) {
        find_place(reader, reading);
        chunk->begin = position_compare(reading->next, end) < 0 ? reading->next : end;
        fill(reader, reading, end, chunk, 0);
    }
    if (is_gone(reading, end)) {
        log_write(LOG_WARNING,
                  "feed %s: %s: ends at %lld; what was to be read again up to %llu is not there any more",
                  reader->client.name, source, (long long)reading->end_offset,
                  (unsigned long long)end.offset);
        reading->next = end;
        if (chunk->count == 0)
            chunk->begin = end;
    }
    chunk->end = reading->next;
    chunk->received_wall_ms = (uint64_t)clock_wall_ms();
    if (position_compare(begin, chunk->end) == 0 && reading->first < reading->count)
        usleep((useconds_t)wait_ms * 1000); /* for want of a schema */
    if (position_compare(begin, chunk->end) == 0)
        return nothing(reader, reading, error);
    return FEED_RECORDS;
}
