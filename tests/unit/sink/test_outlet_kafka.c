/* SPDX-License-Identifier: Apache-2.0 */
#include "outlet_rig.h"
#include "simsieve/base/calendar.h"
#include "simsieve/base/clock.h"
#include "suite.h"
#include "workdir.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOPIC   "alerts"
#define NOON_MS INT64_C(1733720400000) /* 2024-12-09 12:00 local */
#define PRODUCE 0                      /* ApiKey */

static struct outlet_rig rig;
static struct error error;
static rd_kafka_t *host; /* of the cluster, which lives in a client */
static rd_kafka_mock_cluster_t *cluster;

static void set_up(void)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, NULL);
    workdir_open();
    host = rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);
    ck_assert_ptr_nonnull(host);
    cluster = rd_kafka_mock_cluster_new(host, 1);
    ck_assert_int_eq(rd_kafka_mock_topic_create(cluster, TOPIC, 4, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
}

static void tear_down(void)
{
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(host);
    workdir_close();
}

static void open_rig(const char *more)
{
    char yaml[512];
    snprintf(yaml, sizeof(yaml), "{brokers: ['%s'], topic: " TOPIC ", %s}",
             rd_kafka_mock_cluster_bootstraps(cluster), more);
    ck_assert_msg(rig_open(&rig, "kafka", workdir_folder(), yaml, &error) == ERROR_OK, "%s", error.text);
}

/* Reads the topic until nothing has come for half a second; calls `row` with each message. Returns how many. */
static size_t read_topic(void (*row)(const rd_kafka_message_t *message))
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_topic_partition_list_t *partitions = rd_kafka_topic_partition_list_new(4);
    size_t count = 0;
    rd_kafka_conf_set(conf, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster), NULL, 0);
    rd_kafka_conf_set(conf, "group.id", "reader", NULL, 0);
    rd_kafka_conf_set_log_cb(conf, NULL);
    rd_kafka_t *consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, NULL, 0);
    rd_kafka_poll_set_consumer(consumer);
    for (int i = 0; i < 4; i++)
        rd_kafka_topic_partition_list_add(partitions, TOPIC, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    ck_assert_int_eq(rd_kafka_assign(consumer, partitions), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_topic_partition_list_destroy(partitions);
    for (int wait_ms = 3000;; wait_ms = 500) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, wait_ms);
        if (!message)
            break;
        if (!message->err) {
            count++;
            if (row)
                row(message);
        }
        rd_kafka_message_destroy(message);
    }
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return count;
}

static void expect_header(const rd_kafka_message_t *message, const char *name, const char *wanted)
{
    rd_kafka_headers_t *headers;
    const void *value;
    size_t length;
    ck_assert_int_eq(rd_kafka_message_headers(message, &headers), RD_KAFKA_RESP_ERR_NO_ERROR);
    ck_assert_msg(rd_kafka_header_get_last(headers, name, &value, &length) == RD_KAFKA_RESP_ERR_NO_ERROR,
                  "no %s", name);
    ck_assert_msg(length == strlen(wanted) && memcmp(value, wanted, length) == 0, "%s: %.*s", name,
                  (int)length, (const char *)value);
}

static unsigned next_number;

static void check_event(const rd_kafka_message_t *message)
{
    char id[ALERT_ID_BYTES];
    char *json = rig_json(next_number);
    rd_kafka_headers_t *headers;
    snprintf(id, sizeof(id), "%032u", next_number++);
    ck_assert_uint_eq(message->len, strlen(json));
    ck_assert_int_eq(memcmp(message->payload, json, message->len), 0);
    ck_assert_uint_eq(message->key_len, 11);
    ck_assert_int_eq(memcmp(message->key, "84912345678", 11), 0);
    expect_header(message, "ce_specversion", "1.0");
    expect_header(message, "ce_type", "simsieve.alert/1");
    expect_header(message, "ce_id", id);
    expect_header(message, "ce_source", "hanoi");
    expect_header(message, "ce_time", "2024-12-09T12:00:00+07:00");
    expect_header(message, "ce_recordedtime", "2024-12-09T12:00:01+07:00");
    expect_header(message, "content-type", "application/json");
    rd_kafka_message_headers(message, &headers);
    ck_assert_uint_eq(rd_kafka_header_cnt(headers), 7); /* none that names a number */
    free(json);
}

START_TEST(alerts_are_cloud_events_in_the_order_of_their_subject)
{
    open_rig("source: hanoi");
    ck_assert_uint_eq(rig_deliver(&rig, 1, 200, NOON_MS), 200);
    ck_assert_uint_eq(rig_deliver(&rig, 201, 100, NOON_MS), 100);
    rig_close(&rig);
    next_number = 1;
    ck_assert_uint_eq(read_topic(check_event), 300);
}
END_TEST

static bool has_come[1024];
static unsigned newest;

static void note_number(const rd_kafka_message_t *message)
{
    const char *id = strstr(message->payload, "\"id\":\"");
    newest = (unsigned)strtoul(id + 6, NULL, 10);
    has_come[newest] = true;
}

/* Delivers until all of `1` to `count` are; as the outbox would. Returns how many rounds it took. */
static unsigned deliver_all(unsigned count)
{
    unsigned rounds = 0;
    for (unsigned done = 0; done < count; rounds++) {
        ck_assert_uint_lt(rounds, 20);
        done += (unsigned)rig_deliver(&rig, done + 1, count - done, NOON_MS);
    }
    memset(has_come, 0, sizeof(has_come));
    read_topic(note_number);
    for (unsigned i = 1; i <= count; i++)
        ck_assert_msg(has_come[i], "alert %u was lost", i);
    ck_assert_uint_eq(newest, count);
    return rounds;
}

START_TEST(weather_is_the_librarys_to_retry)
{
    open_rig("timeout: 10s");
    rd_kafka_mock_push_request_errors(cluster, PRODUCE, 4, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                      RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR__TRANSPORT,
                                      RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
    ck_assert_uint_eq(deliver_all(50), 1);
    rig_close(&rig);
    ck_assert_uint_eq(read_topic(NULL), 50); /* and idempotence keeps it at once each */
}
END_TEST

START_TEST(a_right_that_is_missing_is_retried_with_its_name)
{
    open_rig("timeout: 2s");
    rd_kafka_mock_push_request_errors(cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    ck_assert_uint_eq(rig_deliver(&rig, 1, 3, NOON_MS), 0);
    ck_assert_int_eq(rig.answers[0].outcome, OUTLET_RETRY);
    ck_assert_msg(strstr(rig.answers[0].reason, "TOPIC_AUTHORIZATION_FAILED") != NULL, "%s",
                  rig.answers[0].reason);
    deliver_all(3);
    rig_close(&rig);
}
END_TEST

START_TEST(what_the_broker_will_never_take_is_refused)
{
    static const rd_kafka_resp_err_t codes[] = {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
                                                RD_KAFKA_RESP_ERR_INVALID_RECORD};
    for (size_t i = 0; i < ARRAY_COUNT(codes); i++) {
        open_rig("timeout: 2s");
        rd_kafka_mock_push_request_errors(cluster, PRODUCE, 1, codes[i]);
        ck_assert_uint_eq(rig_deliver(&rig, 1, 1, NOON_MS), 0);
        ck_assert_int_eq(rig.answers[0].outcome, OUTLET_REFUSED);
        ck_assert_ptr_nonnull(strstr(rig.answers[0].reason, rd_kafka_err2name(codes[i])));
        ck_assert_uint_eq(rig_deliver(&rig, 2, 1, NOON_MS), 1);
        rig_close(&rig);
    }
}
END_TEST

START_TEST(neighbours_of_what_is_refused_are_delivered)
{
    open_rig("properties: {linger.ms: 200}"); /* all ten in one request */
    rd_kafka_mock_push_request_errors(cluster, PRODUCE, 3, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, /* all ten */
                                      RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    ck_assert_uint_eq(rig_deliver(&rig, 1, 10, NOON_MS), 1);
    for (size_t i = 0; i < 10; i++)
        ck_assert_int_eq(rig.answers[i].outcome, i == 1 ? OUTLET_REFUSED : OUTLET_DELIVERED);
    rig_close(&rig);
    ck_assert_uint_eq(read_topic(NULL), 9);
}
END_TEST

START_TEST(an_alert_too_large_for_the_client_does_not_stop_the_others)
{
    char *large = malloc(2000);
    struct outlet_alert alerts[2] = {
        {.number = 1, .id = "1", .subject_key = "a", .json = large, .json_length = 2000},
        {.number = 2, .id = "2", .subject_key = "b", .json = "{}", .json_length = 2},
    };
    struct outlet_batch batch = {alerts, 2, NOON_MS, &rig.is_stopping, rig.answers};
    memset(large, ' ', 2000);
    open_rig("properties: {message.max.bytes: 1000}");
    rig.outlet->deliver(rig.lanes[0].state, &batch);
    ck_assert_int_eq(rig.answers[0].outcome, OUTLET_REFUSED);
    ck_assert_int_eq(rig.answers[1].outcome, OUTLET_DELIVERED);
    rig_close(&rig);
    free(large);
}
END_TEST

START_TEST(brokers_that_are_away_are_waited_for_and_served_when_they_are_back)
{
    open_rig("timeout: 1s");
    ck_assert_uint_eq(rig_deliver(&rig, 1, 2, NOON_MS), 2);
    rd_kafka_mock_broker_set_down(cluster, -1);
    const uint64_t begin_ns = clock_monotonic_ns();
    ck_assert_uint_eq(rig_deliver(&rig, 3, 3, NOON_MS), 0);
    ck_assert_uint_lt((clock_monotonic_ns() - begin_ns) / 1000000, 3500);
    ck_assert_int_eq(rig.answers[0].outcome, OUTLET_RETRY);
    ck_assert_msg(strstr(rig.answers[0].reason, "no answer in time; last: ") &&
                      !strstr(rig.answers[0].reason, "nothing"),
                  "%s", rig.answers[0].reason);
    rd_kafka_mock_broker_set_up(cluster, -1);
    deliver_all(5);
    rig_close(&rig);
}
END_TEST

START_TEST(a_producer_that_is_done_for_is_replaced)
{
    open_rig("timeout: 3s");
    ck_assert_uint_eq(rig_deliver(&rig, 1, 2, NOON_MS), 2);
    rd_kafka_mock_push_request_errors(cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    ck_assert_uint_eq(deliver_all(40), 2);
    rig_close(&rig);
}
END_TEST

static void *stop_soon(void *argument)
{
    usleep(300000);
    *(_Atomic bool *)argument = true;
    return NULL;
}

START_TEST(a_stop_does_not_wait_for_brokers)
{
    pthread_t thread;
    open_rig("timeout: 5m");
    rd_kafka_mock_broker_set_down(cluster, -1);
    ck_assert_int_eq(pthread_create(&thread, NULL, stop_soon, &rig.is_stopping), 0);
    const uint64_t begin_ns = clock_monotonic_ns();
    ck_assert_uint_eq(rig_deliver(&rig, 1, 100, NOON_MS), 0);
    ck_assert_uint_lt((clock_monotonic_ns() - begin_ns) / 1000000, 300 + OUTLET_STOP_MS);
    pthread_join(thread, NULL);
    rig_close(&rig);
}
END_TEST

START_TEST(wrong_settings_are_refused_with_their_place)
{
    static const struct {
        const char *yaml, *message;
    } rows[] = {
        {"{topic: a}", "'brokers' is missing"},
        {"{brokers: x:1}", "'topic' is missing"},
        {"{brokers: [], topic: a}", "the list is empty"},
        {"{brokers: 'x:1,y:1', topic: a}", "settings:1:11: brokers"},
        {"{brokers: x:1, topic: 'a b'}", "topic: 'a b' is none"},
        {"{brokers: x:1, topic: ''}", "topic: '' is none"},
        {"{brokers: x:1, topic: a, source: ''}", "source: is empty"},
        {"{brokers: x:1, topic: a, timeout: 10ms}", "timeout"},
        {"{brokers: x:1, topic: a, properties: {acks: 1}}", "'acks' belongs to the outlet"},
        {"{brokers: x:1, topic: a, properties: {enable.idempotence: false}}", "belongs to the outlet"},
        {"{brokers: x:1, topic: a, properties: {bootstrap.servers: y:1}}", "belongs to the outlet"},
        {"{brokers: x:1, topic: a, properties: {linger.sm: 5}}", "has no property 'linger.sm'"},
        {"{brokers: x:1, topic: a, properties: {linger.ms: soon}}", "properties: "},
        {"{brokers: x:1, topic: a, properties: {max.in.flight: 100}}", "properties: "},
        {"{brokers: x:1, topic: a, properties: {security.protocol: ssl, ssl.ca.location: /no/such}}",
         "properties: "},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        ck_assert_msg(rig_open(&rig, "kafka", workdir_folder(), rows[i].yaml, &error) == ERROR_CONFIG,
                      "row %zu", i);
        ck_assert_msg(strstr(error.text, rows[i].message) != NULL, "row %zu: %s", i, error.text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sink/outlet_kafka");
    TCase *settings = tcase_create("settings"), *tests = tcase_create("kafka");
    tcase_add_checked_fixture(settings, workdir_open, workdir_close);
    tcase_add_test(settings, wrong_settings_are_refused_with_their_place);
    suite_add_tcase(suite, settings);
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, alerts_are_cloud_events_in_the_order_of_their_subject);
    tcase_add_test(tests, weather_is_the_librarys_to_retry);
    tcase_add_test(tests, a_right_that_is_missing_is_retried_with_its_name);
    tcase_add_test(tests, what_the_broker_will_never_take_is_refused);
    tcase_add_test(tests, neighbours_of_what_is_refused_are_delivered);
    tcase_add_test(tests, an_alert_too_large_for_the_client_does_not_stop_the_others);
    tcase_add_test(tests, brokers_that_are_away_are_waited_for_and_served_when_they_are_back);
    tcase_add_test(tests, a_producer_that_is_done_for_is_replaced);
    tcase_add_test(tests, a_stop_does_not_wait_for_brokers);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
