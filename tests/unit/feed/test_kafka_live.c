/* SPDX-License-Identifier: Apache-2.0
 * The live side against librdkafka's own cluster: whatever happens, every record comes once or is counted. */
#include "healthy.h"
#include "kafka_mock.h"
#include "suite.h"
#include "workdir.h"

#include "simsieve/feed/channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* The last line, so that tests can add properties. A group of the mock cluster misses members only by their time-out, which must
 * be longer than the three seconds that it waits for its first. */
#define CSV                                                                                    \
    "payload: csv\ncolumns: [" MOCK_CSV_COLUMNS "]\nproperties:\n  session.timeout.ms: 4000\n" \
    "  heartbeat.interval.ms: 200\n  reconnect.backoff.max.ms: 500\n"
#define WAIT_MS     40000 /* a group of the mock cluster needs seconds to agree */
#define PARTITIONS  4
#define LANES       4
#define API_PRODUCE 0
#define API_FETCH   1
#define API_SYNC    14

static struct mock_feed feed;
static const struct feed_kind *kind;
static uint64_t produced;

static void set_up(void)
{
    mock_start(PARTITIONS);
    kind = feed_kind_by_name("kafka");
    produced = 0;
}

static void tear_down(void)
{
    mock_stop();
}

/* `messages` of ten records each, over all partitions. */
static void produce(uint64_t messages)
{
    for (uint64_t i = 0; i < messages; i++, produced += 10)
        mock_produce_records((int32_t)(i % PARTITIONS), produced, 10);
    mock_flush();
}

static void open_and_start(struct mock_feed *which, const char *settings, uint64_t records)
{
    ck_assert_msg(mock_feed_open(which, settings, records) == ERROR_OK, "%s", which->error.text);
    ck_assert_int_eq(kind->start(which->state, NULL, 0, &which->error), ERROR_OK);
}

static void stop_and_close(struct mock_feed *which)
{
    kind->stop(which->state);
    mock_feed_close(which);
}

START_TEST(a_new_group_gets_every_partition_from_its_beginning)
{
    produce(400);
    open_and_start(&feed, CSV, 8000);
    mock_feed_poll(&feed, produced, WAIT_MS);
    ck_assert_uint_eq(mock_feed_once(&feed), produced);
    ck_assert_uint_eq(feed.end_count, PARTITIONS);
    ck_assert_uint_eq(feed.health.source_count, PARTITIONS);
    ck_assert_uint_eq(feed.health.rebalances, 1);
    ck_assert_uint_eq(feed.health.messages, 400);
    ck_assert_uint_eq(feed.health.received, produced);
    ck_assert(feed.health.is_connected);
    ck_assert_int_gt(feed.health.last_record_wall_ms, 0);
    /* And what comes later. */
    produce(400);
    mock_feed_poll(&feed, produced, WAIT_MS);
    ck_assert_uint_eq(mock_feed_once(&feed), 8000);
    mock_feed_poll(&feed, UINT64_MAX, 1500);
    ck_assert_uint_eq(feed.arrived, 8000);
    ck_assert_uint_eq(feed.health.lag, 0);
    kind->stop(feed.state);
    ck_assert_uint_eq(feed.health.source_count, 0);
    ck_assert(!feed.health.is_connected);
    mock_feed_close(&feed);
}
END_TEST

START_TEST(a_run_that_ends_anywhere_goes_on_there)
{
    struct feed_resume ends[PARTITIONS];
    size_t count;
    produce(400);
    open_and_start(&feed, CSV, 8000);
    mock_feed_poll(&feed, 1000, WAIT_MS);
    const uint64_t first = mock_feed_once(&feed);
    ck_assert_uint_eq(first, feed.arrived);
    count = feed.end_count;
    memcpy(ends, feed.ends, count * sizeof(ends[0]));
    uint32_t *seen = feed.seen;
    feed.seen = NULL;
    stop_and_close(&feed);

    produce(400);
    ck_assert_int_eq(mock_feed_open(&feed, CSV, 8000), ERROR_OK);
    ck_assert_int_eq(kind->start(feed.state, ends, count, &feed.error), ERROR_OK);
    mock_feed_poll(&feed, produced - first, WAIT_MS);
    for (uint64_t i = 0; i < produced; i++)
        ck_assert_uint_eq(seen[i] + feed.seen[i], 1);
    free(seen);
    stop_and_close(&feed);
}
END_TEST

START_TEST(a_message_larger_than_a_chunk_goes_on_behind_what_was_taken)
{
    const struct feed_resume resume = {"cdr/1", {0, 1500}};
    mock_produce_records(1, 0, 4000);
    mock_flush();
    ck_assert_int_eq(mock_feed_open(&feed, CSV, 4000), ERROR_OK);
    ck_assert_int_eq(kind->start(feed.state, &resume, 1, &feed.error), ERROR_OK);
    mock_feed_poll(&feed, 2500, WAIT_MS);
    mock_feed_poll(&feed, UINT64_MAX, 300);
    ck_assert_uint_eq(feed.arrived, 2500);
    for (uint64_t i = 0; i < 4000; i++)
        ck_assert_uint_eq(feed.seen[i], i >= 1500);
    ck_assert_uint_eq(feed.ends[0].position.offset, 1);
    stop_and_close(&feed);
}
END_TEST

/* Polls until nothing is wrong any more. */
static void await_well(void)
{
    for (const uint64_t until_ms = mock_now_ms() + WAIT_MS;
         feed.health.ill_parts && mock_now_ms() < until_ms;)
        ck_assert_int_eq(mock_feed_poll(&feed, UINT64_MAX, 100), FEED_NOTHING);
}

START_TEST(a_broker_that_goes_and_comes_back_costs_no_record)
{
    produce(200);
    open_and_start(&feed, CSV, 8000);
    mock_feed_poll(&feed, produced, WAIT_MS);
    rd_kafka_mock_broker_set_down(mock_cluster(), -1);
    mock_feed_poll(&feed, UINT64_MAX, 2000);
    ck_assert_uint_gt(feed.health.errors, 0);
    ck_assert(!feed.health.is_connected);
    expect_error(&feed.health, "127.0.0.1:", "does the broker run, and is 'brokers' right?");
    rd_kafka_mock_broker_set_up(mock_cluster(), -1);
    rd_kafka_mock_broker_set_rtt(mock_cluster(), -1, 200);
    produce(600);
    mock_feed_poll(&feed, produced, WAIT_MS);
    ck_assert_uint_eq(mock_feed_once(&feed), produced);
    ck_assert(feed.health.is_connected);
    ck_assert_uint_ge(feed.health.reconnects, 1);
    await_well();
    expect_error(&feed.health, NULL, "127.0.0.1:");
    stop_and_close(&feed);
}
END_TEST

START_TEST(errors_of_fetches_are_weather)
{
    produce(200);
    open_and_start(&feed, CSV, 8000);
    mock_feed_poll(&feed, produced, WAIT_MS);
    rd_kafka_mock_push_request_errors(mock_cluster(), API_FETCH, 6,
                                      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_UNKNOWN,
                                      RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
                                      RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE);
    produce(600);
    mock_feed_poll(&feed, produced, WAIT_MS);
    ck_assert_uint_eq(mock_feed_once(&feed), produced);
    stop_and_close(&feed);
}
END_TEST

/* Both poll; `arrived` is of the first. */
static void poll_both(struct mock_feed *first, struct mock_feed *second, uint64_t arrived,
                      bool (*is_over)(void))
{
    const uint64_t until_ms = mock_now_ms() + WAIT_MS;
    while (mock_now_ms() < until_ms && !(first->arrived >= arrived && is_over())) {
        ck_assert_int_eq(mock_feed_poll(first, UINT64_MAX, 60), FEED_NOTHING);
        if (second)
            ck_assert_int_eq(mock_feed_poll(second, UINT64_MAX, 60), FEED_NOTHING);
    }
}

static struct mock_feed other;

static bool is_shared(void)
{
    return feed.health.source_count == 2 && other.health.source_count == 2 && other.arrived >= produced / 2;
}

static bool is_alone(void)
{
    return feed.health.source_count == PARTITIONS;
}

START_TEST(partitions_that_go_and_come_back_lose_and_double_nothing)
{
    produce(400);
    open_and_start(&feed, CSV, 12000);
    mock_feed_poll(&feed, 500, WAIT_MS); /* it has messages at hand when the other comes */
    open_and_start(&other, CSV, 12000);
    produce(400);
    poll_both(&feed, &other, 0, is_shared);
    ck_assert(is_shared());
    ck_assert_uint_eq(mock_feed_once(&other), other.arrived);
    produce(400);
    mock_feed_poll(&other, UINT64_MAX, 500);
    stop_and_close(&other);
    poll_both(&feed, NULL, produced, is_alone);
    ck_assert_uint_eq(mock_feed_once(&feed), produced);
    ck_assert_uint_eq(feed.arrived, produced);
    ck_assert_uint_ge(feed.health.rebalances, 3);
    stop_and_close(&feed);
}
END_TEST

START_TEST(held_back_it_stays_in_its_group_and_goes_on)
{
    static const char settings[] = CSV "  max.poll.interval.ms: 4000\n"
                                       "  queued.max.messages.kbytes: 64\n";
    produce(40);
    open_and_start(&feed, settings, 40000);
    mock_feed_poll(&feed, produced, WAIT_MS);
    produce(3000);
    for (const uint64_t until_ms = mock_now_ms() + 6000; mock_now_ms() < until_ms;) {
        ck_assert_int_eq(kind->poll(feed.state, NULL, 0, &feed.error), FEED_NOTHING);
        usleep(50000);
    }
    ck_assert_uint_eq(feed.health.messages, 40);
    ck_assert_uint_eq(feed.health.rebalances, 1);
    mock_feed_poll(&feed, produced, WAIT_MS);
    ck_assert_uint_eq(mock_feed_once(&feed), produced);
    ck_assert_uint_eq(feed.health.rebalances, 1);
    stop_and_close(&feed);
}
END_TEST

START_TEST(retention_that_overtakes_a_position_is_counted)
{
    enum { MESSAGES = 1200, EACH = 400 };
    const struct feed_resume resume = {"cdr/0", {10, 3}};
    for (uint64_t i = 0; i < MESSAGES; i++)
        mock_produce_records(0, i * EACH, EACH);
    mock_flush();
    ck_assert_int_eq(mock_feed_open(&feed, CSV, MESSAGES * EACH), ERROR_OK);
    ck_assert_int_eq(kind->start(feed.state, &resume, 1, &feed.error), ERROR_OK);
    mock_feed_poll(&feed, EACH, WAIT_MS);
    const uint64_t lost = feed.health.lost;
    ck_assert_uint_gt(lost, 0);
    mock_feed_poll(&feed, (MESSAGES - 10 - lost) * EACH, WAIT_MS);
    ck_assert_uint_eq(mock_feed_once(&feed), (MESSAGES - 10 - lost) * EACH);
    ck_assert_uint_eq(feed.arrived, (MESSAGES - 10 - lost) * EACH);
    stop_and_close(&feed);
}
END_TEST

START_TEST(a_topic_that_ends_before_the_position_fails)
{
    const struct feed_resume resume = {"cdr/2", {1000, 0}};
    produce(40);
    ck_assert_int_eq(mock_feed_open(&feed, CSV, 400), ERROR_OK);
    ck_assert_int_eq(kind->start(feed.state, &resume, 1, &feed.error), ERROR_OK);
    ck_assert_int_eq(mock_feed_poll(&feed, UINT64_MAX, WAIT_MS), FEED_FAILED);
    ck_assert_int_eq(feed.error.class, ERROR_CONFIG);
    ck_assert_ptr_nonnull(strstr(feed.error.text, "cdr/2: it ends before the position"));
    stop_and_close(&feed);
}
END_TEST

START_TEST(a_resume_position_of_something_else_fails)
{
    const struct feed_resume resume = {"spool", {1000, 0}};
    ck_assert_int_eq(mock_feed_open(&feed, CSV, 1), ERROR_OK);
    ck_assert_int_eq(kind->start(feed.state, &resume, 1, &feed.error), ERROR_CONFIG);
    ck_assert_ptr_nonnull(strstr(feed.error.text, "is no partition"));
    stop_and_close(&feed);
}
END_TEST

START_TEST(a_topic_that_must_exist_and_does_not_fails)
{
    rd_kafka_mock_topic_set_error(mock_cluster(), MOCK_TOPIC, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    open_and_start(&feed, "must_exist: 2s\n" CSV, 1);
    const uint64_t started_ms = mock_now_ms();
    ck_assert_int_eq(mock_feed_poll(&feed, UINT64_MAX, WAIT_MS), FEED_FAILED);
    ck_assert_uint_ge(mock_now_ms() - started_ms, 2000);
    ck_assert_ptr_nonnull(strstr(feed.error.text, "cdr: no such topic"));
    stop_and_close(&feed);
}
END_TEST

START_TEST(without_must_exist_a_topic_is_waited_for)
{
    rd_kafka_mock_topic_set_error(mock_cluster(), MOCK_TOPIC, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    produced = 0;
    open_and_start(&feed, CSV "  topic.metadata.refresh.interval.ms: 1000\n", 400);
    ck_assert_int_eq(mock_feed_poll(&feed, UINT64_MAX, 3000), FEED_NOTHING);
    ck_assert_uint_gt(feed.health.errors, 0);
    expect_error(&feed.health, "cdr: ", "create it, or mend its name");
    rd_kafka_mock_topic_set_error(mock_cluster(), MOCK_TOPIC, RD_KAFKA_RESP_ERR_NO_ERROR);
    produce(40);
    mock_feed_poll(&feed, produced, WAIT_MS);
    ck_assert_uint_eq(mock_feed_once(&feed), produced);
    await_well();
    expect_error(&feed.health, NULL, "create it, or mend its name");
    stop_and_close(&feed);
}
END_TEST

START_TEST(a_topic_that_may_not_be_read_is_weather)
{
    rd_kafka_mock_topic_set_error(mock_cluster(), MOCK_TOPIC, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    open_and_start(&feed, CSV, 1);
    ck_assert_int_eq(mock_feed_poll(&feed, UINT64_MAX, 3000), FEED_NOTHING);
    ck_assert_uint_gt(feed.health.errors, 0);
    expect_error(&feed.health, "cdr: ", "allow this user to use it");
    stop_and_close(&feed);
}
END_TEST

/* What the group has of partition 0. */
static int64_t committed(void)
{
    char wrong[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", mock_brokers(), wrong, sizeof(wrong));
    rd_kafka_conf_set(conf, "group.id", "sieve", wrong, sizeof(wrong));
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, wrong, sizeof(wrong));
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, MOCK_TOPIC, 0);
    ck_assert_int_eq(rd_kafka_committed(client, list, 10000), 0);
    const int64_t offset = list->elems[0].offset;
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(client);
    return offset;
}

START_TEST(the_group_is_told_only_what_was_released)
{
    produce(400);
    open_and_start(&feed, CSV, 4000);
    mock_feed_poll(&feed, produced, WAIT_MS);
    mock_feed_poll(&feed, UINT64_MAX, 500);
    ck_assert_int_eq(committed(), RD_KAFKA_OFFSET_INVALID);
    kind->release(feed.state, "cdr/0", (struct position){42, 3});
    kind->release(feed.state, "cdr/99", (struct position){42, 3});
    kind->release(feed.state, "nonsense", (struct position){42, 3});
    mock_feed_poll(&feed, UINT64_MAX, 500);
    ck_assert_int_eq(committed(), 42);
    kind->release(feed.state, "cdr/0", (struct position){43, 0});
    stop_and_close(&feed);
    ck_assert_int_eq(committed(), 43);
}
END_TEST

START_TEST(stopping_without_a_broker_ends_soon)
{
    produce(40);
    open_and_start(&feed, CSV, 400);
    mock_feed_poll(&feed, 10, WAIT_MS);
    rd_kafka_mock_broker_set_down(mock_cluster(), -1);
    mock_feed_poll(&feed, UINT64_MAX, 500);
    const uint64_t began_ms = mock_now_ms();
    stop_and_close(&feed);
    ck_assert_uint_lt(mock_now_ms() - began_ms, 10000);
}
END_TEST

START_TEST(stopping_after_the_topic_has_gone_ends_soon)
{
    produce(40);
    open_and_start(&feed, CSV "  topic.metadata.refresh.interval.ms: 500\n", 400);
    mock_feed_poll(&feed, produced, WAIT_MS);
    ck_assert_uint_eq(mock_feed_once(&feed), produced);
    rd_kafka_mock_topic_set_error(mock_cluster(), MOCK_TOPIC, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    ck_assert_int_eq(mock_feed_poll(&feed, UINT64_MAX, 3000), FEED_NOTHING);
    ck_assert_uint_gt(feed.health.errors, 0);
    const uint64_t began_ms = mock_now_ms();
    stop_and_close(&feed);
    ck_assert_uint_lt(mock_now_ms() - began_ms, 12000);
}
END_TEST

/* An assignment that waits to be served when the feed is stopped. */
START_TEST(stopping_when_an_assignment_has_come_ends_soon)
{
    produce(40);
    open_and_start(&feed, CSV, 400);
    mock_feed_poll(&feed, UINT64_MAX, 500);
    usleep(4000 * 1000);
    ck_assert_uint_eq(feed.health.source_count, 0);
    const uint64_t began_ms = mock_now_ms();
    stop_and_close(&feed);
    ck_assert_uint_lt(mock_now_ms() - began_ms, 10000);
}
END_TEST

/* librdkafka aborts when a member of a cooperative group is destroyed that never had an assignment. */
START_TEST(stopping_between_joining_and_the_first_assignment_is_no_crash)
{
    enum { ERRORS = 64 };
    rd_kafka_resp_err_t errors[ERRORS];
    for (size_t i = 0; i < ERRORS; i++)
        errors[i] = RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS;
    rd_kafka_mock_push_request_errors_array(mock_cluster(), API_SYNC, ERRORS, errors);
    open_and_start(&feed, CSV, 1);
    mock_feed_poll(&feed, UINT64_MAX, 5000);
    ck_assert_uint_eq(feed.health.source_count, 0);
    const uint64_t began_ms = mock_now_ms();
    stop_and_close(&feed);
    ck_assert_uint_lt(mock_now_ms() - began_ms, 10000);
}
END_TEST

/* One message of the dead-letter topic; NULL when there is none within `wait_ms`. */
static rd_kafka_message_t *take_letter(rd_kafka_t *client, int wait_ms)
{
    const uint64_t until_ms = mock_now_ms() + (uint64_t)wait_ms;
    rd_kafka_message_t *letter = NULL;
    while (!letter && mock_now_ms() < until_ms) {
        letter = rd_kafka_consumer_poll(client, 100);
        if (letter && letter->err) {
            rd_kafka_message_destroy(letter);
            letter = NULL;
        }
    }
    return letter;
}

static rd_kafka_t *open_letters(void)
{
    char wrong[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", mock_brokers(), wrong, sizeof(wrong));
    rd_kafka_conf_set(conf, "group.id", "reader of letters", wrong, sizeof(wrong));
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, wrong, sizeof(wrong));
    rd_kafka_poll_set_consumer(client);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, "dead", 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    ck_assert_int_eq(rd_kafka_assign(client, list), 0);
    rd_kafka_topic_partition_list_destroy(list);
    return client;
}

static void check_header(rd_kafka_message_t *letter, const char *name, const char *wanted)
{
    rd_kafka_headers_t *headers;
    const void *value;
    size_t length;
    ck_assert_int_eq(rd_kafka_message_headers(letter, &headers), 0);
    ck_assert_int_eq(rd_kafka_header_get_last(headers, name, &value, &length), 0);
    ck_assert_str_eq(value, wanted);
}

START_TEST(what_cannot_be_decoded_becomes_one_dead_letter_a_message)
{
    static const char message[] = "no_call,1733702400000,0912345678,0987654321\n"
                                  "mo_call,1733702400000,0912345678,0987654321\n"
                                  "mo_call,yesterday,0912345678,0987654321\n";
    ck_assert_int_eq(rd_kafka_mock_topic_create(mock_cluster(), "dead", 1, 1), 0);
    mock_produce_records(3, 1, 3);
    mock_produce(MOCK_TOPIC, 3, message, strlen(message));
    mock_flush();
    open_and_start(&feed, "dead_letter: dead\n" CSV, 10);
    mock_feed_poll(&feed, 4, WAIT_MS);
    for (unsigned tries = 0; tries < 60 && feed.health.dead_letters == 0; tries++)
        mock_feed_poll(&feed, UINT64_MAX, 500);
    ck_assert_uint_eq(feed.health.dead_letters, 1);
    ck_assert_uint_eq(feed.health.dead_letters_lost, 0);
    ck_assert_uint_eq(rejects_total(feed.options.rejects), 2);
    rd_kafka_t *reader = open_letters();
    rd_kafka_message_t *letter = take_letter(reader, 10000);
    ck_assert_ptr_nonnull(letter);
    ck_assert_uint_eq(letter->len, strlen(message));
    ck_assert_int_eq(memcmp(letter->payload, message, letter->len), 0);
    check_header(letter, "simsieve.reason", "type_unknown");
    check_header(letter, "simsieve.rejects", "2");
    check_header(letter, "simsieve.feed", "mobile");
    check_header(letter, "simsieve.topic", MOCK_TOPIC);
    check_header(letter, "simsieve.partition", "3");
    check_header(letter, "simsieve.offset", "1");
    rd_kafka_message_destroy(letter);
    ck_assert_ptr_null(take_letter(reader, 500));
    rd_kafka_consumer_close(reader);
    rd_kafka_destroy(reader);
    stop_and_close(&feed);
}
END_TEST

START_TEST(a_dead_letter_that_is_refused_is_counted)
{
    ck_assert_int_eq(rd_kafka_mock_topic_create(mock_cluster(), "dead", 1, 1), 0);
    mock_produce(MOCK_TOPIC, 0, "nonsense", 8);
    mock_produce(MOCK_TOPIC, 0, "nonsense", 8);
    mock_flush();
    workdir_open();
    workdir_capture();
    rd_kafka_mock_push_request_errors(mock_cluster(), API_PRODUCE, 1, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    open_and_start(&feed, "dead_letter: dead\n" CSV, 1);
    for (const uint64_t until_ms = mock_now_ms() + WAIT_MS;
         mock_now_ms() < until_ms && feed.health.dead_letters + feed.health.dead_letters_lost < 2;)
        mock_feed_poll(&feed, UINT64_MAX, 100);
    ck_assert_uint_ge(feed.health.dead_letters_lost, 1);
    ck_assert_uint_eq(feed.health.dead_letters + feed.health.dead_letters_lost, 2);
    ck_assert_uint_eq(rejects_total(feed.options.rejects), 2);
    stop_and_close(&feed);
    /* What it holds is nobody's business on the log. */
    char *log = workdir_captured();
    ck_assert_ptr_nonnull(strstr(log, "a dead letter was not taken by dead"));
    ck_assert_ptr_null(strstr(log, "nonsense"));
    free(log);
    workdir_close();
}
END_TEST

START_TEST(too_many_dead_letters_hold_the_feed_and_none_is_forgotten)
{
    enum { MESSAGES = 30000 };
    ck_assert_int_eq(rd_kafka_mock_topic_create(mock_cluster(), "dead", 1, 1), 0);
    for (uint64_t i = 0; i < MESSAGES; i++)
        mock_produce(MOCK_TOPIC, 0, "nonsense", 8);
    mock_flush();
    /* Nobody leads the topic of letters: they wait. */
    rd_kafka_mock_partition_set_leader(mock_cluster(), "dead", 0, -1);
    open_and_start(&feed, "dead_letter: dead\n" CSV, 1);
    for (const uint64_t until_ms = mock_now_ms() + WAIT_MS;
         mock_now_ms() < until_ms && feed.health.messages < 10000;)
        mock_feed_poll(&feed, UINT64_MAX, 100);
    mock_feed_poll(&feed, UINT64_MAX, 1000);
    const uint64_t taken = feed.health.messages;
    ck_assert_uint_ge(taken, 10000);
    ck_assert_uint_lt(taken, MESSAGES);
    mock_feed_poll(&feed, UINT64_MAX, 1000);
    ck_assert_uint_eq(feed.health.messages, taken);
    rd_kafka_mock_partition_set_leader(mock_cluster(), "dead", 0, 1);
    for (const uint64_t until_ms = mock_now_ms() + WAIT_MS;
         mock_now_ms() < until_ms && feed.health.dead_letters < MESSAGES;)
        mock_feed_poll(&feed, UINT64_MAX, 100);
    ck_assert_uint_eq(feed.health.dead_letters, MESSAGES);
    ck_assert_uint_eq(feed.health.dead_letters_lost, 0);
    ck_assert_uint_eq(rejects_total(feed.options.rejects), MESSAGES);
    stop_and_close(&feed);
}
END_TEST

START_TEST(more_partitions_than_the_limit_fail)
{
    char text[256];
    ck_assert_int_eq(rd_kafka_mock_topic_create(mock_cluster(), "wide", FEED_SOURCE_COUNT_MAX + 1, 1), 0);
    snprintf(text, sizeof(text), "brokers: ['%s']\ntopics: [wide]\ngroup: sieve\nmembership: dynamic\n",
             mock_brokers());
    ck_assert_int_eq(mock_feed_open_text(&feed, text, 1), ERROR_OK);
    ck_assert_int_eq(kind->start(feed.state, NULL, 0, &feed.error), ERROR_OK);
    ck_assert_int_eq(mock_feed_poll(&feed, UINT64_MAX, WAIT_MS), FEED_FAILED);
    ck_assert_ptr_nonnull(strstr(feed.error.text, "more than 4096 partitions"));
    stop_and_close(&feed);
}
END_TEST

START_TEST(a_channel_carries_it)
{
    const int bell = eventfd(0, EFD_CLOEXEC);
    const uint64_t until_ms = mock_now_ms() + WAIT_MS;
    produce(2000);
    ck_assert_int_eq(mock_feed_open(&feed, CSV, 20000), ERROR_OK);
    struct channel *channel = channel_start(kind, feed.state, &feed.health, NULL, 0, bell);
    struct chunk *own = feed.chunk;
    while (feed.arrived < produced && mock_now_ms() < until_ms) {
        const struct chunk *chunk = channel_take(channel);
        if (!chunk) {
            usleep(1000);
            continue;
        }
        *own = *chunk;
        mock_feed_note(&feed, false);
        channel_release(channel);
    }
    ck_assert_uint_eq(mock_feed_once(&feed), produced);
    channel_stop(channel);
    channel_destroy(channel);
    mock_feed_close(&feed);
    close(bell);
}
END_TEST

/* A group of the mock cluster takes three seconds for its first member, and no property changes that: lanes of tests wait for
 * theirs side by side, each in a process with clusters of its own. */
static Suite *make_suite(size_t lane, size_t lanes)
{
    const TTest *const tests[] = {
        a_new_group_gets_every_partition_from_its_beginning,
        a_run_that_ends_anywhere_goes_on_there,
        a_message_larger_than_a_chunk_goes_on_behind_what_was_taken,
        a_broker_that_goes_and_comes_back_costs_no_record,
        errors_of_fetches_are_weather,
        partitions_that_go_and_come_back_lose_and_double_nothing,
        held_back_it_stays_in_its_group_and_goes_on,
        retention_that_overtakes_a_position_is_counted,
        a_topic_that_ends_before_the_position_fails,
        a_resume_position_of_something_else_fails,
        a_topic_that_must_exist_and_does_not_fails,
        without_must_exist_a_topic_is_waited_for,
        a_topic_that_may_not_be_read_is_weather,
        the_group_is_told_only_what_was_released,
        stopping_without_a_broker_ends_soon,
        stopping_after_the_topic_has_gone_ends_soon,
        stopping_when_an_assignment_has_come_ends_soon,
        stopping_between_joining_and_the_first_assignment_is_no_crash,
        what_cannot_be_decoded_becomes_one_dead_letter_a_message,
        a_dead_letter_that_is_refused_is_counted,
        too_many_dead_letters_hold_the_feed_and_none_is_forgotten,
        more_partitions_than_the_limit_fail,
        a_channel_carries_it,
    };
    Suite *suite = suite_create("kafka live");
    for (size_t i = lane; i < ARRAY_COUNT(tests); i += lanes) {
        TCase *test_case = tcase_create(tests[i]->name);
        tcase_add_checked_fixture(test_case, set_up, tear_down);
        tcase_set_timeout(test_case, 120);
        tcase_add_test(test_case, tests[i]);
        suite_add_tcase(suite, test_case);
    }
    return suite;
}

static int run_lanes(void)
{
    int failed = 0, status;
    for (size_t lane = 0; lane < LANES; lane++) {
        const pid_t child = fork();
        if (child < 0)
            return 1;
        if (child == 0)
            exit(suite_main(make_suite(lane, LANES)));
    }
    for (size_t lane = 0; lane < LANES; lane++)
        failed |= wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status);
    return failed;
}

int main(void)
{
    return getenv("CK_RUN_CASE") ? suite_main(make_suite(0, 1)) : run_lanes();
}
