/* SPDX-License-Identifier: Apache-2.0
 * Messages come through a queue of their own, behind the library's bound, and everything else (rebalances, errors,
 * statistics) through the group's: so a feed that is held back only leaves its messages alone and stays a good member of
 * the group, without pausing partitions. */
#include "kafka_consumer.h"

#include "kafka_hand.h"
#include "kafka_leaving.h"
#include "kafka_member.h"
#include "kafka_share.h"

#include "simsieve/base/clock.h"
#include "simsieve/log/log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DUTY_EVERY_NS    ((uint64_t)1000 * 1000 * 1000)
#define SETTLING_NS      ((uint64_t)2000 * 1000 * 1000)
#define FORWARD_EVERY_NS ((uint64_t)50 * 1000 * 1000)
#define ASK_MS           5000

struct consumer {
    struct kafka_client client;
    const struct kafka_settings *settings;
    struct kafka_intake *intake;
    rd_kafka_queue_t *messages;
    struct partitions partitions;
    struct partition *last_found; /* messages of one partition come in runs */
    rd_kafka_topic_t *last_topic; /* only compared, never used */
    struct hand hand;
    bool is_unknown[KAFKA_TOPIC_COUNT_MAX]; /* topics that no broker knows */
    bool is_member, had_assignment;         /* of the group; ever, also of no partition */
    bool is_share_known;                    /* since the last rebalance */
    bool has_released;
    bool has_failed;
    struct error failure;
    uint64_t started_ns, duty_ns;
    uint64_t settled_ns, forward_ns; /* until when, and when next, new partitions are forwarded again */
};

static void fail(struct consumer *consumer, enum error_class class, const char *topic, const char *what)
{
    if (consumer->has_failed)
        return;
    consumer->has_failed = true;
    error_set(&consumer->failure, class, "feed %s: %s%s%s", consumer->client.name, topic,
              topic[0] ? ": " : "", what);
}

static void count_assigned(struct consumer *consumer, const char *what, int count)
{
    struct feed_health *health = consumer->client.health;
    uint32_t assigned = 0;
    if (count == 0) /* members of a cooperative group are told of every generation */
        return;
    for (size_t i = 0; i < consumer->partitions.count; i++)
        assigned += consumer->partitions.sorted[i]->is_assigned;
    atomic_store_explicit(&health->source_count, assigned, memory_order_relaxed);
    health_add(&health->rebalances, 1);
    consumer->is_share_known = false;
    log_write(LOG_INFO, "feed %s: the group %s %d partitions; %u now", consumer->client.name, what, count,
              assigned);
}

/* Messages of this partition go to the queue of messages. The library takes that back when it stops fetching, at a
 * time of its own soon after an assignment; what arrived meanwhile is moved along. */
static void forward(struct consumer *consumer, const struct partition *partition)
{
    rd_kafka_queue_t *queue =
        rd_kafka_queue_get_partition(consumer->client.handle, partition->topic, partition->number);
    CHECK(queue);
    rd_kafka_queue_forward(queue, consumer->messages);
    rd_kafka_queue_destroy(queue);
}

static void check(struct consumer *consumer, const char *what, rd_kafka_error_t *problem)
{
    if (problem)
        fail(consumer, ERROR_INTERNAL, what, rd_kafka_error_string(problem));
    rd_kafka_error_destroy(problem);
}

static void assign(struct consumer *consumer, rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++) {
        struct partition *partition =
            partitions_get(&consumer->partitions, list->elems[i].topic, list->elems[i].partition);
        if (!partition) {
            fail(consumer, ERROR_CONFIG, list->elems[i].topic,
                 "more than 4096 partitions; divide the topics among several feeds");
            break;
        }
        partition->is_assigned = true;
        partition->is_lost = false;
        list->elems[i].offset =
            partition->is_known ? (int64_t)partition->next.offset : RD_KAFKA_OFFSET_BEGINNING;
        forward(consumer, partition);
    }
    consumer->settled_ns = clock_monotonic_ns() + SETTLING_NS;
    check(consumer, "assigning partitions", rd_kafka_incremental_assign(consumer->client.handle, list));
}

static void unassign(struct consumer *consumer, rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++) {
        struct partition *partition =
            partitions_find(&consumer->partitions, list->elems[i].topic, list->elems[i].partition);
        if (partition)
            partition->is_assigned = false;
    }
    check(consumer, "giving partitions back", rd_kafka_incremental_unassign(consumer->client.handle, list));
}

static void on_rebalance(rd_kafka_t *handle, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t *list,
                         void *opaque)
{
    struct consumer *consumer = ((struct kafka_client *)opaque)->owner;
    switch (code) {
    case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
        consumer->had_assignment = true;
        kafka_client_connected(&consumer->client, true);
        assign(consumer, list);
        count_assigned(consumer, "gave", list->cnt);
        break;
    case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
        unassign(consumer, list);
        count_assigned(consumer, "took", list->cnt);
        break;
    default:
        kafka_client_weather(&consumer->client, KAFKA_TOPICS, code, "the group", rd_kafka_err2str(code));
        rd_kafka_assign(handle, NULL);
    }
}

static void on_commit(rd_kafka_t *handle, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t *list,
                      void *opaque)
{
    (void)handle;
    (void)list;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR__NO_OFFSET)
        kafka_client_weather(opaque, KAFKA_TOPICS, code, "telling the group its positions",
                             rd_kafka_err2str(code));
}

static enum error_class subscribe(struct consumer *consumer, struct error *error)
{
    const struct kafka_settings *settings = consumer->settings;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)settings->topic_count);
    for (size_t i = 0; i < settings->topic_count; i++)
        rd_kafka_topic_partition_list_add(list, settings->topic[i], RD_KAFKA_PARTITION_UA);
    const rd_kafka_resp_err_t code = rd_kafka_subscribe(consumer->client.handle, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return ERROR_OK;
    return error_set(error, ERROR_CONFIG, "feed %s: cannot subscribe: %s", consumer->client.name,
                     rd_kafka_err2str(code));
}

static enum error_class know_positions(struct consumer *consumer, const struct feed_resume *resume,
                                       size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        char topic[FEED_SOURCE_BYTES];
        int32_t number;
        if (!partition_parse(resume[i].source, topic, &number))
            return error_set(error, ERROR_CONFIG,
                             "feed %s: '%s' is no partition: another feed's state folder?",
                             consumer->client.name, resume[i].source);
        struct partition *partition = partitions_get(&consumer->partitions, topic, number);
        CHECK(partition);
        partition->is_known = true;
        partition->next = resume[i].position;
    }
    return ERROR_OK;
}

struct consumer *consumer_start(const struct kafka_settings *settings, const struct feed_options *options,
                                struct kafka_intake *intake, const struct feed_resume *resume, size_t count,
                                struct error *error)
{
    struct consumer *consumer = calloc(1, sizeof(*consumer));
    CHECK(consumer);
    consumer->settings = settings;
    consumer->intake = intake;
    consumer->started_ns = clock_monotonic_ns();
    rd_kafka_conf_t *conf = rd_kafka_conf_dup(settings->client);
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_offset_commit_cb(conf, on_commit);
    if (settings->is_static && kafka_member_set(conf, options->state_folder, error)) {
        rd_kafka_conf_destroy(conf);
        free(consumer);
        return NULL;
    }
    if (kafka_client_open(&consumer->client, consumer, RD_KAFKA_CONSUMER, conf, settings, options, error)) {
        free(consumer);
        return NULL;
    }
    if (settings->dead_letter[0] && !(intake->letters = letters_open(settings, options, error))) {
        rd_kafka_destroy(consumer->client.handle);
        free(consumer);
        return NULL;
    }
    rd_kafka_poll_set_consumer(consumer->client.handle);
    consumer->messages = rd_kafka_queue_new(consumer->client.handle);
    if (know_positions(consumer, resume, count, error) || subscribe(consumer, error)) {
        consumer_stop(consumer);
        return NULL;
    }
    return consumer;
}

static void note_unknown_topic(struct consumer *consumer, const char *topic)
{
    for (size_t i = 0; i < consumer->settings->topic_count; i++)
        if (strcmp(consumer->settings->topic[i], topic) == 0)
            consumer->is_unknown[i] = true;
}

/* The partition has to be fetched again from its position. */
static void lose_place(struct consumer *consumer, const rd_kafka_message_t *message)
{
    struct partition *partition =
        partitions_find(&consumer->partitions, rd_kafka_topic_name(message->rkt), message->partition);
    if (partition)
        partition->is_lost = true;
}

/* Something else than a record. */
static void take_event(struct consumer *consumer, const rd_kafka_message_t *message)
{
    const char *topic = message->rkt ? rd_kafka_topic_name(message->rkt) : "";
    enum kafka_part part = KAFKA_TOPICS;
    switch (message->err) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        lose_place(consumer, message);
        return;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        note_unknown_topic(consumer, topic);
        break;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
        part = KAFKA_BROKERS;
        break;
    default:
        break;
    }
    kafka_client_weather(&consumer->client, part, message->err, topic, rd_kafka_message_errstr(message));
}

/* Callbacks and errors that wait. */
static void serve(struct consumer *consumer)
{
    rd_kafka_message_t *event;
    while ((event = rd_kafka_consumer_poll(consumer->client.handle, 0))) {
        if (event->err)
            take_event(consumer, event);
        else
            lose_place(consumer, event); /* it came the wrong way */
        rd_kafka_message_destroy(event);
    }
}

/* The partition goes on at its position: the library forgot where it was. */
static void restart(struct consumer *consumer, struct partition *partition)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, partition->topic, partition->number)->offset =
        partition->is_known ? (int64_t)partition->next.offset : RD_KAFKA_OFFSET_BEGINNING;
    check(consumer, "leaving a partition", rd_kafka_incremental_unassign(consumer->client.handle, list));
    check(consumer, "coming back to a partition", rd_kafka_incremental_assign(consumer->client.handle, list));
    rd_kafka_topic_partition_list_destroy(list);
    partition->is_lost = false;
    consumer->settled_ns = clock_monotonic_ns() + SETTLING_NS;
}

/* A position that the broker does not have: retention went over it, or the topic is not the one that it was. */
static void find_place(struct consumer *consumer, struct partition *partition)
{
    int64_t low, high;
    if (!kafka_client_ends(&consumer->client, partition->topic, partition->number, &low, &high))
        return;
    if (partition->is_known && partition->next.offset > (uint64_t)high) {
        fail(
            consumer, ERROR_CONFIG, partition->source,
            "it ends before the position that was reached: the topic was made anew or truncated, and what is missing is not "
            "known; name the new topic differently, or start without this feed's state");
        return;
    }
    if (partition->is_known && partition->next.offset < (uint64_t)low) {
        const uint64_t lost = (uint64_t)low - partition->next.offset;
        health_add(&consumer->client.health->lost, lost);
        log_write(LOG_WARNING,
                  "feed %s: %s: retention has deleted %llu offsets that were not read; going on at %lld",
                  consumer->client.name, partition->source, (unsigned long long)lost, (long long)low);
        partition->next = (struct position){(uint64_t)low, 0};
    }
    restart(consumer, partition);
}

/* A topic that was unknown may have come since; then nobody says so unless this member gets a part of it. */
static void check_topic(struct consumer *consumer, size_t index)
{
    uint32_t partition_count;
    switch (
        kafka_client_topic(&consumer->client, consumer->settings->topic[index], ASK_MS, &partition_count)) {
    case KAFKA_TOPIC_KNOWN:
    case KAFKA_TOPIC_REFUSED:
        consumer->is_unknown[index] = false;
        break;
    case KAFKA_TOPIC_UNKNOWN:
        fail(consumer, ERROR_CONFIG, consumer->settings->topic[index],
             "no such topic within the time of must_exist: create it, or mend its name");
        break;
    case KAFKA_TOPIC_NO_ANSWER:
        break;
    }
}

static void measure_lag(struct consumer *consumer)
{
    uint64_t lag = 0;
    for (size_t i = 0; i < consumer->partitions.count; i++) {
        const struct partition *partition = consumer->partitions.sorted[i];
        int64_t low, high;
        if (partition->is_assigned &&
            rd_kafka_get_watermark_offsets(consumer->client.handle, partition->topic, partition->number, &low,
                                           &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
            high > (int64_t)partition->next.offset)
            lag += (uint64_t)high - u64_max(partition->next.offset, low > 0 ? (uint64_t)low : 0);
    }
    atomic_store_explicit(&consumer->client.health->lag, lag, memory_order_relaxed);
}

static void forward_again(struct consumer *consumer, uint64_t now_ns)
{
    if (now_ns >= consumer->settled_ns || now_ns < consumer->forward_ns)
        return;
    consumer->forward_ns = now_ns + FORWARD_EVERY_NS;
    for (size_t i = 0; i < consumer->partitions.count; i++)
        if (consumer->partitions.sorted[i]->is_assigned)
            forward(consumer, consumer->partitions.sorted[i]);
}

static void note_membership(struct consumer *consumer)
{
    if (!consumer->had_assignment && !consumer->is_member)
        consumer->is_member = kafka_is_member(consumer->client.handle);
}

/* After each rebalance, and while something about the topics is not well: that they can be asked for ends it. */
static void note_share(struct consumer *consumer, uint64_t now_ns)
{
    struct feed_health *health = consumer->client.health;
    const bool is_ill = feed_health_is_ill(health, KAFKA_TOPICS) &&
                        atomic_load_explicit(&health->is_connected, memory_order_relaxed);
    if (!consumer->had_assignment || now_ns < consumer->settled_ns || (consumer->is_share_known && !is_ill))
        return;
    consumer->is_share_known = kafka_share_note(&consumer->client, consumer->settings);
    if (consumer->is_share_known)
        feed_health_well(health, KAFKA_TOPICS);
}

/* Once a second. */
static void do_duties(struct consumer *consumer, uint64_t now_ns)
{
    const uint64_t must_exist_ns = (uint64_t)consumer->settings->must_exist_ms * 1000 * 1000;
    if (now_ns < consumer->duty_ns)
        return;
    consumer->duty_ns = now_ns + DUTY_EVERY_NS;
    note_membership(consumer);
    note_share(consumer, now_ns);
    for (size_t i = 0; i < consumer->partitions.count; i++) {
        struct partition *partition = consumer->partitions.sorted[i];
        if (partition->is_assigned && partition->is_lost && !partition->waiting)
            find_place(consumer, partition);
    }
    for (size_t i = 0; i < consumer->settings->topic_count; i++)
        if (consumer->is_unknown[i] && must_exist_ns && now_ns - consumer->started_ns > must_exist_ns)
            check_topic(consumer, i);
    measure_lag(consumer);
}

static void commit(struct consumer *consumer)
{
    if (!consumer->has_released)
        return;
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)consumer->partitions.count);
    for (size_t i = 0; i < consumer->partitions.count; i++) {
        struct partition *partition = consumer->partitions.sorted[i];
        if (partition->is_assigned && partition->released.offset)
            rd_kafka_topic_partition_list_add(list, partition->topic, partition->number)->offset =
                (int64_t)partition->released.offset;
        partition->released = (struct position){0, 0};
    }
    /* The outcome comes to on_commit. */
    if (list->cnt)
        rd_kafka_commit(consumer->client.handle, list, 1);
    rd_kafka_topic_partition_list_destroy(list);
    consumer->has_released = false;
}

static struct partition *partition_of(struct consumer *consumer, const rd_kafka_message_t *message)
{
    if (consumer->last_found && consumer->last_topic == message->rkt &&
        consumer->last_found->number == message->partition)
        return consumer->last_found;
    consumer->last_topic = message->rkt;
    consumer->last_found =
        partitions_find(&consumer->partitions, rd_kafka_topic_name(message->rkt), message->partition);
    return consumer->last_found;
}

/* Takes what the library has, or waits for the first of it. */
static void fetch(struct consumer *consumer, int wait_ms)
{
    struct hand *hand = &consumer->hand;
    ssize_t count = rd_kafka_consume_batch_queue(consumer->messages, 0, hand->messages, HAND_MESSAGES);
    if (count == 0) /* it waits until it has all that it was asked for */
        count = rd_kafka_consume_batch_queue(consumer->messages, wait_ms, hand->messages, 1);
    hand->fetched_wall_ms = clock_wall_ms();
    consumer->last_found = NULL; /* the topic of an earlier call may be gone, and its address another's */
    for (ssize_t i = 0; i < count; i++) {
        struct partition *partition =
            hand->messages[i]->err ? NULL : partition_of(consumer, hand->messages[i]);
        if (hand->messages[i]->err)
            take_event(consumer, hand->messages[i]);
        if (partition)
            hand_add(hand, (uint32_t)i, partition);
        else
            rd_kafka_message_destroy(hand->messages[i]);
    }
    if (count > 0)
        kafka_client_connected(&consumer->client, true);
}

enum feed_status consumer_poll(struct consumer *consumer, struct chunk *chunk, int wait_ms,
                               struct error *error)
{
    const uint64_t now_ns = clock_monotonic_ns();
    serve(consumer);
    commit(consumer);
    forward_again(consumer, now_ns);
    do_duties(consumer, now_ns);
    if (consumer->has_failed || kafka_client_is_fatal(&consumer->client, &consumer->failure)) {
        *error = consumer->failure;
        return FEED_FAILED;
    }
    const bool has_many_letters = consumer->intake->letters && letters_are_many(consumer->intake->letters);
    if (has_many_letters)
        usleep((useconds_t)wait_ms * 1000);
    if (!chunk || has_many_letters)
        return FEED_NOTHING;
    bool is_filled = hand_fill(&consumer->hand, consumer->intake, chunk);
    if (!is_filled && consumer->hand.first) {
        usleep((useconds_t)wait_ms * 1000);
        return FEED_NOTHING;
    }
    if (!is_filled) {
        fetch(consumer, wait_ms);
        is_filled = hand_fill(&consumer->hand, consumer->intake, chunk);
    }
    if (!is_filled)
        return FEED_NOTHING;
    if (chunk->count)
        atomic_store_explicit(&consumer->client.health->last_record_wall_ms, (int64_t)chunk->received_wall_ms,
                              memory_order_relaxed);
    return FEED_RECORDS;
}

void consumer_release(struct consumer *consumer, const char *source, struct position end)
{
    char topic[FEED_SOURCE_BYTES];
    int32_t number;
    struct partition *partition = partition_parse(source, topic, &number)
                                      ? partitions_find(&consumer->partitions, topic, number)
                                      : NULL;
    if (!partition)
        return;
    partition->released = end;
    consumer->has_released = true;
}

void consumer_stop(struct consumer *consumer)
{
    if (!consumer)
        return;
    struct feed_health *health = consumer->client.health;
    serve(consumer);
    commit(consumer);
    hand_clear(&consumer->hand, consumer->intake);
    letters_close(consumer->intake->letters);
    consumer->intake->letters = NULL;
    note_membership(consumer);
    rd_kafka_queue_destroy(consumer->messages);
    const bool is_half_in = consumer->is_member && !consumer->had_assignment;
    const bool has_left = kafka_leave(&consumer->client, is_half_in);
    partitions_fini(&consumer->partitions);
    atomic_store_explicit(&health->is_connected, false, memory_order_relaxed);
    atomic_store_explicit(&health->source_count, 0, memory_order_relaxed);
    if (has_left)
        free(consumer);
}
