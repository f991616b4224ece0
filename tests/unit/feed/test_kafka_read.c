/* SPDX-License-Identifier: Apache-2.0
 * Reading again what was consumed before: the same records between the same positions, however it is cut. */
#include "decoding.h"
#include "kafka_mock.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CSV     "payload: csv\ncolumns: [" MOCK_CSV_COLUMNS "]\n"
#define WAIT_MS 20000

static struct mock_feed feed;

static void set_up(void)
{
    mock_start(3);
}

static void tear_down(void)
{
    mock_stop();
}

static struct position at(uint64_t offset, uint32_t skip)
{
    return (struct position){offset, skip};
}

static uint64_t rejected(enum reason reason)
{
    return rejects_count(feed.options.rejects, reason);
}

static void produce_text(const char *text)
{
    mock_produce(MOCK_TOPIC, 0, text, strlen(text));
}

/* Messages of 1 to 40 records, `messages` of them; the records produced. */
static uint64_t produce_mixed(uint64_t messages, unsigned *seed)
{
    uint64_t records = 0;
    for (uint64_t i = 0; i < messages; i++) {
        const uint64_t count = 1 + (uint64_t)rand_r(seed) % 40;
        mock_produce_records(0, records, count);
        records += count;
    }
    mock_flush();
    return records;
}

START_TEST(all_that_lies_between_two_positions_comes_once)
{
    const char *given = getenv("SEED");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : 20241209;
    printf("SEED=%u\n", seed);
    const uint64_t records = produce_mixed(300, &seed);
    ck_assert_int_eq(mock_feed_open(&feed, CSV, records), ERROR_OK);
    ck_assert_int_eq(mock_feed_read(&feed, "cdr/0", at(0, 0), at(300, 0), WAIT_MS), FEED_RECORDS);
    ck_assert_uint_eq(mock_feed_once(&feed), records);
    ck_assert_uint_eq(feed.health.messages, 300);
    ck_assert_uint_eq(feed.health.received, records);
    ck_assert_uint_eq(rejects_total(feed.options.rejects), 0);
    /* Then in two halves that meet anywhere, mostly inside of a message. */
    for (int round = 0; round < 20; round++) {
        const struct position middle = at((uint64_t)rand_r(&seed) % 300, (uint32_t)rand_r(&seed) % 40);
        memset(feed.seen, 0, records * sizeof(*feed.seen));
        ck_assert_int_eq(mock_feed_read(&feed, "cdr/0", at(0, 0), middle, WAIT_MS), FEED_RECORDS);
        ck_assert_int_eq(mock_feed_read(&feed, "cdr/0", middle, at(300, 0), WAIT_MS), FEED_RECORDS);
        ck_assert_uint_eq(mock_feed_once(&feed), records);
    }
    mock_feed_close(&feed);
}
END_TEST

START_TEST(a_message_larger_than_a_chunk_is_cut_and_read_on)
{
    const uint64_t records = 5 * CHUNK_RECORDS + 7;
    mock_produce_records(0, 0, records);
    mock_flush();
    ck_assert_int_eq(mock_feed_open(&feed, CSV, records), ERROR_OK);
    ck_assert_int_eq(mock_feed_read(&feed, "cdr/0", at(0, 0), at(1, 0), WAIT_MS), FEED_RECORDS);
    ck_assert_uint_eq(mock_feed_once(&feed), records);
    ck_assert_uint_eq(feed.chunks, 6);
    memset(feed.seen, 0, records * sizeof(*feed.seen));
    feed.arrived = 0;
    ck_assert_int_eq(mock_feed_read(&feed, "cdr/0", at(0, 3000), at(0, 3001), WAIT_MS), FEED_RECORDS);
    ck_assert_uint_eq(feed.arrived, 1);
    ck_assert_uint_eq(feed.seen[3000], 1);
    mock_feed_close(&feed);
}
END_TEST

START_TEST(partitions_are_read_by_turns_in_any_pieces)
{
    enum { EACH = 2000 };
    unsigned seed = 7;
    struct position here[3] = {0};
    for (uint64_t i = 0; i < EACH; i++)
        for (int32_t partition = 0; partition < 3; partition++)
            mock_produce_records(partition, (uint64_t)partition * 2 * EACH + 2 * i, 2);
    mock_flush();
    ck_assert_int_eq(mock_feed_open(&feed, CSV, 6 * EACH), ERROR_OK);
    for (uint64_t left = 3; left > 0;) {
        const unsigned partition = (unsigned)rand_r(&seed) % 3;
        char source[16];
        if (here[partition].offset == EACH)
            continue;
        const uint64_t step = 1 + (uint64_t)rand_r(&seed) % 100;
        const struct position to = at(u64_min(here[partition].offset + step, EACH), 0);
        snprintf(source, sizeof(source), "cdr/%u", partition);
        ck_assert_int_eq(mock_feed_read(&feed, source, here[partition], to, WAIT_MS), FEED_RECORDS);
        here[partition] = to;
        left -= to.offset == EACH;
    }
    ck_assert_uint_eq(mock_feed_once(&feed), 6 * EACH);
    mock_feed_close(&feed);
}
END_TEST

static const char csv_message[] = "type,time,a,b\n"
                                  "mo_call,1733702400000,0912345678,0987654321\n"
                                  "mo_call,1733702400001,0912345678,0987654321\n";
static const char json_message[] =
    "{\"type\":\"mo_call\",\"time\":1733702400002,\"a\":\"0912345678\",\"b\":\"0987654321\"}\n";
static const char bare_line[] = "mo_call,1733702400003,0912345678,0987654321";

static const struct form {
    const char *settings;
    const char *messages[4];
    uint64_t records, format, header;
    uint64_t others; /* rejects under other reasons */
} forms[] = {
    {"", {csv_message, json_message, bare_line, "\x01\x02"}, 3, 1, 1, 0},
    {"payload: auto\n", {json_message, csv_message, json_message, "<cdr/>"}, 4, 1, 0, 0},
    {"payload: csv\n", {csv_message, bare_line, json_message, csv_message}, 4, 0, 2, 0},
    {"payload: ndjson\n", {json_message, csv_message, bare_line}, 1, 0, 0, 4},
    {CSV, {bare_line, csv_message, bare_line, json_message}, 4, 0, 0, 1},
    /* A header in a message holds for that message alone. */
    {CSV,
     {"time,type,b,a\n1733702400003,mo_call,0987654321,0912345678\n", bare_line,
      "time,type,b,a\n1733702400003,mo_call,0987654321,0912345678\n", bare_line},
     4,
     0,
     0,
     0},
};

START_TEST(a_message_holds_one_format_and_stands_alone)
{
    const struct form *form = &forms[_i];
    uint64_t messages = 0;
    for (; messages < 4 && form->messages[messages]; messages++)
        produce_text(form->messages[messages]);
    mock_flush();
    ck_assert_int_eq(mock_feed_open(&feed, form->settings, 10), ERROR_OK);
    ck_assert_int_eq(mock_feed_read(&feed, "cdr/0", at(0, 0), at(messages, 0), WAIT_MS), FEED_RECORDS);
    ck_assert_uint_eq(feed.arrived, form->records);
    ck_assert_uint_eq(rejected(REASON_MESSAGE_FORMAT), form->format);
    ck_assert_uint_eq(rejected(REASON_MESSAGE_HEADER), form->header);
    ck_assert_uint_eq(rejects_total(feed.options.rejects), form->format + form->header + form->others);
    ck_assert_uint_eq(feed.health.received, feed.arrived + rejects_total(feed.options.rejects));
    mock_feed_close(&feed);
}
END_TEST

/* Records that a decoder other than those above makes of a message: once whole, once in two halves. */
static size_t count_records(struct position begin, struct position end)
{
    const struct feed_kind *kind = feed_kind_by_name("kafka");
    const uint64_t until_ms = mock_now_ms() + WAIT_MS;
    size_t count = 0;
    while (position_compare(begin, end) < 0 && mock_now_ms() < until_ms) {
        if (kind->read(feed.state, "cdr/0", begin, end, feed.chunk, 50, &feed.error) != FEED_RECORDS)
            continue;
        count += feed.chunk->count;
        begin = feed.chunk->end;
    }
    ck_assert_int_eq(position_compare(begin, end), 0);
    return count;
}

START_TEST(whatever_the_registry_decodes_is_a_payload)
{
    static const char path[] = "tests/fuzz/corpus/ber/7771d42390718f00ae92fb56f9a14d44daf436fd";
    size_t length;
    struct decoding alone;
    char bytes[1024];
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s is not there: run from the root of the checkout", path);
    length = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    decoding_run(&alone, decoder_by_name("ber", &(const char *){NULL}), bytes, length, length, 100);
    ck_assert_uint_ge(alone.record_count, 2);
    mock_produce(MOCK_TOPIC, 0, bytes, length);
    mock_produce(MOCK_TOPIC, 0, bytes, length);
    mock_flush();
    ck_assert_int_eq(mock_feed_open(&feed, "payload: ber\n", 0), ERROR_OK);
    ck_assert_uint_eq(count_records(at(0, 0), at(2, 0)), 2 * alone.record_count);
    ck_assert_uint_eq(rejects_total(feed.options.rejects), 2 * alone.reject_count);
    ck_assert_uint_eq(count_records(at(0, 0), at(0, 1)), 1);
    ck_assert_uint_eq(count_records(at(0, 1), at(2, 0)), 2 * alone.record_count - 1);
    mock_feed_close(&feed);
    decoding_fini(&alone);
}
END_TEST

START_TEST(damage_is_counted_and_what_is_around_it_is_taken)
{
    char *long_line = malloc(100000);
    memset(long_line, 'x', 100000);
    produce_text("mo_call,1733702400000,0912345678,0987654321\n"
                 "no_call,1733702400001,0912345678,0987654321\n"
                 "mo_call,1733702400002,0912345678,0987654321\n");
    mock_produce(MOCK_TOPIC, 0, long_line, 100000);
    produce_text("mo_call,1733702400001,0912345678,0987654321\n\n\n");
    mock_flush();
    ck_assert_int_eq(mock_feed_open(&feed, CSV, 3), ERROR_OK);
    ck_assert_int_eq(mock_feed_read(&feed, "cdr/0", at(0, 0), at(3, 0), WAIT_MS), FEED_RECORDS);
    ck_assert_uint_eq(mock_feed_once(&feed), 3);
    ck_assert_uint_eq(rejected(REASON_TYPE_UNKNOWN), 1);
    ck_assert_uint_eq(rejected(REASON_LINE_TOO_LONG), 1);
    ck_assert_uint_eq(rejects_total(feed.options.rejects), 2);
    ck_assert_str_eq(rejects_first(feed.options.rejects, REASON_LINE_TOO_LONG), "cdr/0:1");
    ck_assert_uint_eq(feed.health.received, 5);
    free(long_line);
    mock_feed_close(&feed);
}
END_TEST

START_TEST(tombstones_and_blank_messages_are_counted_and_no_errors)
{
    mock_produce(MOCK_TOPIC, 0, NULL, 0);
    mock_produce(MOCK_TOPIC, 0, "", 0);
    mock_produce(MOCK_TOPIC, 0, " \r\n\n", 4);
    mock_produce_records(0, 0, 1);
    mock_produce(MOCK_TOPIC, 0, NULL, 0);
    mock_flush();
    ck_assert_int_eq(mock_feed_open(&feed, CSV, 1), ERROR_OK);
    ck_assert_int_eq(mock_feed_read(&feed, "cdr/0", at(0, 0), at(5, 0), WAIT_MS), FEED_RECORDS);
    ck_assert_uint_eq(mock_feed_once(&feed), 1);
    ck_assert_uint_eq(feed.health.empty, 4);
    ck_assert_uint_eq(feed.health.messages, 5);
    ck_assert_uint_eq(rejects_total(feed.options.rejects), 0);
    mock_feed_close(&feed);
}
END_TEST

START_TEST(what_retention_took_is_told_and_counted)
{
    enum { MESSAGES = 1200, RECORDS_EACH = 400 };
    for (uint64_t i = 0; i < MESSAGES; i++)
        mock_produce_records(0, i * RECORDS_EACH, RECORDS_EACH);
    mock_flush();
    ck_assert_int_eq(mock_feed_open(&feed, CSV, MESSAGES * RECORDS_EACH), ERROR_OK);
    ck_assert_int_eq(mock_feed_read(&feed, "cdr/0", at(0, 0), at(MESSAGES, 0), WAIT_MS), FEED_RECORDS);
    ck_assert_uint_gt(feed.health.lost, 0);
    ck_assert_uint_gt(feed.arrived, 0);
    ck_assert_uint_eq(feed.health.lost * RECORDS_EACH + feed.arrived, MESSAGES * RECORDS_EACH);
    ck_assert_uint_eq(mock_feed_once(&feed), feed.arrived);
    ck_assert_uint_eq(feed.seen[MESSAGES * RECORDS_EACH - 1], 1);
    mock_feed_close(&feed);
}
END_TEST

START_TEST(what_the_topic_does_not_have_any_more_is_given_up)
{
    mock_produce_records(0, 0, 2);
    mock_flush();
    ck_assert_int_eq(mock_feed_open(&feed, CSV, 2), ERROR_OK);
    ck_assert_int_eq(mock_feed_read(&feed, "cdr/0", at(0, 0), at(5, 1), WAIT_MS), FEED_RECORDS);
    ck_assert_uint_eq(mock_feed_once(&feed), 2);
    ck_assert_int_eq(position_compare(feed.chunk->begin, at(5, 1)), 0);
    /* A position that was never there. */
    ck_assert_int_eq(mock_feed_read(&feed, "cdr/1", at(7, 0), at(9, 0), WAIT_MS), FEED_RECORDS);
    ck_assert_uint_eq(feed.arrived, 2);
    mock_feed_close(&feed);
}
END_TEST

START_TEST(a_broker_that_is_away_is_waited_for)
{
    mock_produce_records(0, 0, 500);
    mock_flush();
    ck_assert_int_eq(mock_feed_open(&feed, CSV, 500), ERROR_OK);
    rd_kafka_mock_broker_set_down(mock_cluster(), -1);
    ck_assert_int_eq(mock_feed_read(&feed, "cdr/0", at(0, 0), at(1, 0), 3000), FEED_NOTHING);
    ck_assert_uint_gt(feed.health.errors, 0);
    ck_assert(!feed.health.is_connected);
    rd_kafka_mock_broker_set_up(mock_cluster(), -1);
    ck_assert_int_eq(mock_feed_read(&feed, "cdr/0", at(0, 0), at(1, 0), WAIT_MS), FEED_RECORDS);
    ck_assert_uint_eq(mock_feed_once(&feed), 500);
    ck_assert(feed.health.is_connected);
    mock_feed_close(&feed);
}
END_TEST

START_TEST(sources_that_are_no_partitions_fail)
{
    static const char *const sources[] = {"cdr", "/3", "cdr/", "cdr/x", "cdr/99999999999"};
    ck_assert_int_eq(mock_feed_open(&feed, CSV, 1), ERROR_OK);
    for (size_t i = 0; i < ARRAY_COUNT(sources); i++) {
        ck_assert_int_eq(mock_feed_read(&feed, sources[i], at(0, 0), at(1, 0), 1000), FEED_FAILED);
        ck_assert_ptr_nonnull(strstr(feed.error.text, "is no partition"));
    }
    mock_feed_close(&feed);
}
END_TEST

START_TEST(more_partitions_than_may_be_open_take_turns)
{
    enum { PARTITIONS = 300 };
    ck_assert_int_eq(rd_kafka_mock_topic_create(mock_cluster(), "wide", PARTITIONS, 1), 0);
    for (int round = 0; round < 2; round++)
        for (int32_t i = 0; i < PARTITIONS; i++) {
            char line[64];
            const int length = snprintf(line, sizeof(line), "mo_call,%" PRIu64 ",0912345678,0987654321",
                                        1733702400000 + (uint64_t)(2 * i + round));
            mock_produce("wide", i, line, (size_t)length);
        }
    mock_flush();
    ck_assert_int_eq(mock_feed_open(&feed, CSV, 2 * PARTITIONS), ERROR_OK);
    for (uint64_t round = 0; round < 2; round++)
        for (int i = 0; i < PARTITIONS; i++) {
            char source[16];
            snprintf(source, sizeof(source), "wide/%d", i);
            ck_assert_int_eq(mock_feed_read(&feed, source, at(round, 0), at(round + 1, 0), WAIT_MS),
                             FEED_RECORDS);
        }
    ck_assert_uint_eq(mock_feed_once(&feed), 2 * PARTITIONS);
    mock_feed_close(&feed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kafka read");
    TCase *test_case = tcase_create("read");
    tcase_add_checked_fixture(test_case, set_up, tear_down);
    tcase_set_timeout(test_case, 90);
    tcase_add_test(test_case, all_that_lies_between_two_positions_comes_once);
    tcase_add_test(test_case, a_message_larger_than_a_chunk_is_cut_and_read_on);
    tcase_add_test(test_case, partitions_are_read_by_turns_in_any_pieces);
    tcase_add_loop_test(test_case, a_message_holds_one_format_and_stands_alone, 0, ARRAY_COUNT(forms));
    tcase_add_test(test_case, whatever_the_registry_decodes_is_a_payload);
    tcase_add_test(test_case, damage_is_counted_and_what_is_around_it_is_taken);
    tcase_add_test(test_case, tombstones_and_blank_messages_are_counted_and_no_errors);
    tcase_add_test(test_case, what_retention_took_is_told_and_counted);
    tcase_add_test(test_case, what_the_topic_does_not_have_any_more_is_given_up);
    tcase_add_test(test_case, a_broker_that_is_away_is_waited_for);
    tcase_add_test(test_case, sources_that_are_no_partitions_fail);
    tcase_add_test(test_case, more_partitions_than_may_be_open_take_turns);
    suite_add_tcase(suite, test_case);
    return suite_main(suite);
}
