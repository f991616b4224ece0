/* SPDX-License-Identifier: Apache-2.0
 * What a Kafka feed says of its settings before it has talked to anybody. */
#include "kafka_mock.h"
#include "suite.h"
#include "workdir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOOD "brokers: [127.0.0.1:1]\ntopics: [cdr]\ngroup: sieve\n"

static struct mock_feed feed;

static const struct wrong {
    const char *yaml, *place, *says;
} wrongs[] = {
    {"topics: [cdr]\ngroup: sieve\n", "feed.yaml:1:", "brokers"},
    {"brokers: [a:1]\ngroup: sieve\n", "feed.yaml:1:", "topics"},
    {"brokers: [a:1]\ntopics: [cdr]\n", "feed.yaml:1:", "group"},
    {"brokers: ['a:1,b:1']\ntopics: [cdr]\ngroup: sieve\n", "feed.yaml:1:", "list of single words"},
    {"brokers: [a:1]\ntopics: []\ngroup: sieve\n", "feed.yaml:2:", "empty"},
    {"brokers: [a:1]\ntopics: ['^cdr.*']\ngroup: sieve\n", "feed.yaml:2:", "no name of a topic"},
    {"brokers: [a:1]\ntopics: [cdr, cdr]\ngroup: sieve\n", "feed.yaml:2:", "twice"},
    {"brokers: [a:1]\ntopics: [cdr]\ngroup: ''\n", "feed.yaml:3:", "empty"},
    {GOOD "brokrs: [a:1]\n", "feed.yaml:4:", "'brokers'"},
    {GOOD "payload: cvs\n", "feed.yaml:4:", "csv"},
    {GOOD "payload: csv\ncolumns: [type, time, a]\n", "feed.yaml:5:", "\"b\""},
    {GOOD "payload: csv\ncolumns: [type, time, a, b, a]\n", "feed.yaml:5:", "twice"},
    {GOOD "payload: ndjson\ncolumns: [type, time, a, b]\n", "feed.yaml:", "payload: csv"},
    {GOOD "columns: [type, time, a, b]\n", "feed.yaml:", "payload: csv"},
    {GOOD "dead_letter: ''\n", "feed.yaml:4:14", "no name of a topic"},
    {GOOD "dead_letter: cdr\n", "feed.yaml:4:14", "a topic of this feed"},
    {GOOD "schemas: ''\n", "feed.yaml:4:10", "empty"},
    {GOOD "payload: avro\n", "feed.yaml:", "'schemas'"},
    {GOOD "must_exist: 30\n", "feed.yaml:4:", "duration"},
    {GOOD "properties: {fetch.min.bites: 1}\n", "feed.yaml:4:14", "no property"},
    {GOOD "properties: {fetch.min.bytes: many}\n", "feed.yaml:4:31", "fetch.min.bytes"},
    {GOOD "properties:\n  enable.auto.commit: 'true'\n", "feed.yaml:5:3", "checkpoint"},
    {GOOD "properties:\n  group.id: x\n", "feed.yaml:5:3", "'group'"},
    {GOOD "properties:\n  auto.offset.reset: latest\n", "feed.yaml:5:3", "belongs to the feed"},
    {GOOD "properties:\n  security.protocol: ssl\n  ssl.ca.location: /no/such/file\n",
     "feed.yaml:5:", "ssl.ca.location"},
    {GOOD "properties:\n  security.protocol: sasl_plaintext\n  sasl.mechanism: SCRAM-NONE\n",
     "feed.yaml:5:", "SASL mechanism"},
};

START_TEST(what_is_wrong_is_told_with_its_place)
{
    const struct wrong *wrong = &wrongs[_i];
    ck_assert_int_eq(mock_feed_open_text(&feed, wrong->yaml, 0), ERROR_CONFIG);
    ck_assert_msg(strncmp(feed.error.text, wrong->place, strlen(wrong->place)) == 0 &&
                      strstr(feed.error.text, wrong->says),
                  "'%s' does not begin with '%s' or say '%s'", feed.error.text, wrong->place, wrong->says);
}
END_TEST

static const char *const goods[] = {
    GOOD,
    GOOD "payload: csv\n",
    GOOD "payload: csv\ncolumns: [type, time, a, b]\n",
    GOOD "payload: ndjson\nmust_exist: 30s\n",
    GOOD "properties:\n  security.protocol: sasl_plaintext\n  sasl.mechanism: PLAIN\n  sasl.username: u\n"
         "  sasl.password: p\n  queued.max.messages.kbytes: 1024\n  isolation.level: read_uncommitted\n",
};

START_TEST(what_is_right_opens_without_a_broker)
{
    ck_assert_msg(mock_feed_open_text(&feed, goods[_i], 0) == ERROR_OK, "%s", feed.error.text);
    ck_assert(!feed.health.is_connected);
    mock_feed_close(&feed);
}
END_TEST

START_TEST(more_topics_than_the_limit_are_refused)
{
    char text[8192] = "brokers: [a:1]\ngroup: sieve\ntopics:\n";
    for (int i = 0; i <= 64; i++)
        snprintf(text + strlen(text), 64, "  - topic%d\n", i);
    ck_assert_int_eq(mock_feed_open_text(&feed, text, 0), ERROR_CONFIG);
    ck_assert_ptr_nonnull(strstr(feed.error.text, "more than 64"));
    *strrchr(text, '-') = '#';
    ck_assert_int_eq(mock_feed_open_text(&feed, text, 0), ERROR_OK);
    mock_feed_close(&feed);
}
END_TEST

static const struct {
    const char *mechanism;
    bool is_warned;
} mechanisms[] = {{"PLAIN", false}, {"SCRAM-SHA-256", true}, {"SCRAM-SHA-512", true}};

START_TEST(scram_by_an_old_library_is_warned_of_and_no_password_is_shown)
{
    char text[512];
    snprintf(text, sizeof(text),
             GOOD
             "properties:\n  security.protocol: sasl_plaintext\n  sasl.mechanisms: %s\n  sasl.username: u\n"
             "  sasl.password: unspeakable\n",
             mechanisms[_i].mechanism);
    workdir_open();
    workdir_capture();
    ck_assert_msg(mock_feed_open_text(&feed, text, 0) == ERROR_OK, "%s", feed.error.text);
    mock_feed_close(&feed);
    char *log = workdir_captured();
    ck_assert_int_eq(strstr(log, "only with brokers before Kafka 4") != NULL,
                     mechanisms[_i].is_warned && rd_kafka_version() < 0x02060100);
    ck_assert_ptr_null(strstr(log, "unspeakable"));
    free(log);
    workdir_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kafka settings");
    TCase *test_case = tcase_create("settings");
    tcase_add_loop_test(test_case, what_is_wrong_is_told_with_its_place, 0, ARRAY_COUNT(wrongs));
    tcase_add_loop_test(test_case, what_is_right_opens_without_a_broker, 0, ARRAY_COUNT(goods));
    tcase_add_test(test_case, more_topics_than_the_limit_are_refused);
    tcase_add_loop_test(test_case, scram_by_an_old_library_is_warned_of_and_no_password_is_shown, 0,
                        ARRAY_COUNT(mechanisms));
    suite_add_tcase(suite, test_case);
    return suite_main(suite);
}
