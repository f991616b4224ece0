/* SPDX-License-Identifier: Apache-2.0
 * The DPDK feed over ports that need no card: frames enter by rte_eth_rx_burst from net_pcap and net_null. Each test is a process
 * of its own, with its own EAL. tests/unit/feed/test_dpdk_receiver.c has the rest of its behaviour. */
#include "../../../src/feed/dpdk_eal.h"

#include "decoding.h"
#include "feeding.h"
#include "gtpp_writer.h"
#include "packets.h"
#include "suite.h"
#include "workdir.h"

#include <stdio.h>
#include <stdlib.h>

#define FIXTURES "tests/fixtures/pcap/"

static struct feeding feeding;
static char folder[WORKDIR_PATH_BYTES]; /* for captures */
static char settings[4096];

static void set_up(void)
{
    workdir_make(folder);
    feeding_make(&feeding, "dpdk");
}

static void tear_down(void)
{
    feeding_end(&feeding);
    workdir_remove(folder);
}

static uint64_t health(const _Atomic uint64_t *counter)
{
    return atomic_load(counter);
}

/* Opens a mirror port over a capture. */
static void open_capture(const char *path)
{
    snprintf(settings, sizeof(settings),
             "ports: \"net_pcap0,rx_pcap=%s\"\nmode: passive\nconfirm: 200ms\ndatagrams: 5140\n"
             "journal_size: 64M\nchecksums: no\n",
             path);
    feeding_open(&feeding, settings);
}

static const char *path_in(char path[static 2 * WORKDIR_PATH_BYTES], const char *name)
{
    snprintf(path, 2 * WORKDIR_PATH_BYTES, "%s/%s", folder, name);
    return path;
}

/* ---- captures ---- */

static const struct {
    const char *name;
    const char *waits; /* a reason that only more time brings */
} captures[] = {
    {"gtpprime_cisco_ggsn", NULL},   {"gtpprime_all_messages", NULL},   {"gtpprime_sgsn_sms", NULL},
    {"gtpp_story", "cgf_undecided"}, {"fragments", "fragment_timeout"}, {"datagrams", NULL},
};

static uint64_t frame_count(const char *path)
{
    static uint8_t bytes[70000];
    size_t length;
    uint64_t count = 0;
    FILE *file = capture_open(path);
    while (capture_read(file, bytes, sizeof(bytes), &length))
        count++;
    fclose(file);
    return count;
}

/* What a .records file says, in the form of feeding_outcome, without the reason that waits. */
static char *wanted_outcome(const char *path, const char *waits)
{
    uint64_t reasons[REASON_COUNT] = {0};
    char *line = NULL, *outcome = NULL;
    size_t room = 0, length;
    FILE *file = fopen(path, "r"), *stream = open_memstream(&outcome, &length);
    ck_assert(file && stream);
    while (getline(&line, &room, file) > 0) {
        unsigned times = 1;
        char *text = line;
        if (strstr(line, " times ") && sscanf(line, "%u times ", &times) == 1)
            text = strstr(line, " times ") + 7;
        for (; text[0] == '{' && times > 0; times--)
            fputs(text, stream);
        text[strcspn(text, "\n")] = 0;
        for (unsigned reason = 1; reason < REASON_COUNT && text[0] != '{'; reason++)
            if (strcmp(strchr(text, ':') + 1, reason_word((enum reason)reason)) == 0)
                reasons[reason] += times;
    }
    for (unsigned reason = 1; reason < REASON_COUNT; reason++)
        if (reasons[reason] && (!waits || strcmp(waits, reason_word((enum reason)reason)) != 0))
            fprintf(stream, "%s: %llu\n", reason_word((enum reason)reason),
                    (unsigned long long)reasons[reason]);
    free(line);
    fclose(file);
    fclose(stream);
    return outcome;
}

START_TEST(a_capture_gives_what_decode_makes_of_it)
{
    char capture[WORKDIR_PATH_BYTES], records[WORKDIR_PATH_BYTES];
    snprintf(capture, sizeof(capture), FIXTURES "%s.pcap", captures[_i].name);
    snprintf(records, sizeof(records), FIXTURES "%s.records", captures[_i].name);
    char *wanted = wanted_outcome(records, captures[_i].waits);
    open_capture(capture);
    feeding_start(&feeding);
    feeding_poll(&feeding, 0, 700);
    ck_assert(atomic_load(&feeding.health.is_connected));
    feeding_stop(&feeding);
    ck_assert_str_eq(feeding_outcome(&feeding), wanted);
    free(wanted);
    ck_assert_uint_eq(health(&feeding.health.messages), frame_count(capture));
    ck_assert_uint_eq(health(&feeding.health.lost), 0);
    ck_assert_uint_eq(health(&feeding.health.errors), 0);
    ck_assert_uint_eq(health(&feeding.health.lag), 0);
    ck_assert(!atomic_load(&feeding.health.is_connected));
    /* And the same again, in one go and from any chunk on. */
    const struct position begin = {0}, end = feeding.chunks[feeding.chunk_count - 1].end;
    feeding_check_again(&feeding, "journal", begin, end, 0, feeding.record_count);
    for (size_t i = 0; i < feeding.chunk_count; i++)
        feeding_check_again(&feeding, "journal", feeding.chunks[i].begin, feeding.chunks[i].end,
                            feeding.chunks[i].first, feeding.chunks[i].count);
}
END_TEST

START_TEST(what_came_before_a_restart_does_not_come_again)
{
    open_capture(FIXTURES "gtpprime_sgsn_sms.pcap");
    feeding_start(&feeding);
    ck_assert_uint_eq(feeding_poll(&feeding, 2, 3000), 2);
    feeding_stop(&feeding);
    open_capture(FIXTURES "gtpprime_sgsn_sms.pcap");
    feeding_resume(&feeding);
    ck_assert_uint_eq(feeding_poll(&feeding, 0, 700), 0);
    ck_assert_uint_gt(health(&feeding.health.messages), 0);
    feeding_stop(&feeding);
}
END_TEST

START_TEST(it_goes_on_from_an_earlier_position)
{
    open_capture(FIXTURES "gtpprime_sgsn_sms.pcap");
    feeding_start(&feeding);
    ck_assert_uint_eq(feeding_poll(&feeding, 2, 3000), 2);
    feeding_stop(&feeding);
    open_capture("/dev/null");
    ck_assert_int_eq(feeding.kind->start(feeding.state, NULL, 0, &feeding.error), ERROR_CONFIG);
    feeding_stop(&feeding);
    open_capture(FIXTURES "gtpprime_sgsn_sms.pcap");
    feeding_start(&feeding);
    feeding.chunk_count = 0;
    ck_assert_uint_eq(feeding_poll(&feeding, 0, 700), 2);
    ck_assert_mem_eq(&feeding.records[0], &feeding.records[2], 2 * sizeof(struct cdr));
    feeding_stop(&feeding);
}
END_TEST

START_TEST(positions_that_are_no_longer_there_are_told)
{
    static struct chunk chunk;
    const struct position begin = {1000, 0}, end = {2000, 5};
    open_capture(FIXTURES "gtpprime_sgsn_sms.pcap");
    ck_assert_int_eq(feeding.kind->read(feeding.state, "journal", begin, end, &chunk, 0, &feeding.error),
                     FEED_RECORDS);
    ck_assert(position_compare(chunk.begin, end) == 0 && position_compare(chunk.end, end) == 0);
    ck_assert_uint_eq(chunk.count, 0);
    ck_assert_int_eq(feeding.kind->read(feeding.state, "journal", end, end, &chunk, 0, &feeding.error),
                     FEED_NOTHING);
    ck_assert_int_eq(feeding.kind->read(feeding.state, "other", begin, end, &chunk, 0, &feeding.error),
                     FEED_NOTHING);
}
END_TEST

START_TEST(a_journal_that_was_lost_goes_on_behind_the_position)
{
    struct feed_resume resume = {.source = "journal", .position = {123456, 0}};
    open_capture(FIXTURES "gtpprime_sgsn_sms.pcap");
    ck_assert(!feeding.kind->start(feeding.state, &resume, 1, &feeding.error));
    ck_assert_uint_eq(feeding_poll(&feeding, 2, 3000), 2);
    ck_assert_uint_ge(feeding.chunks[0].begin.offset, 123456);
    feeding_stop(&feeding);
}
END_TEST

START_TEST(a_mirror_without_room_leaves_the_port_alone)
{
    open_capture(FIXTURES "datagrams.pcap");
    feeding_start(&feeding);
    feeding_hold(&feeding, 300);
    ck_assert_uint_eq(health(&feeding.health.messages), 0);
    ck_assert_uint_eq(feeding_poll(&feeding, 4, 3000), 4);
    ck_assert_uint_gt(health(&feeding.health.messages), 0);
    feeding_stop(&feeding);
}
END_TEST

START_TEST(what_a_port_loses_is_counted)
{
    static uint8_t frame[65000] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xCC};
    char path[2 * WORKDIR_PATH_BYTES];
    FILE *file = capture_create(path_in(path, "long.pcap"));
    for (unsigned i = 0; i < 400; i++)
        capture_add(file, frame, sizeof(frame));
    fclose(file);
    open_capture(path);
    feeding_start(&feeding);
    feeding_poll(&feeding, 0, 1500);
    feeding_stop(&feeding);
    /* One burst of these needs more buffers than a port has: the driver drops what finds none, and says so. */
    ck_assert_uint_gt(health(&feeding.health.lost), 0);
    ck_assert_uint_eq(health(&feeding.health.lost) + health(&feeding.health.messages), 400);
}
END_TEST

START_TEST(settings_are_checked_without_a_folder)
{
    static struct feeding bare;
    bare.kind = feeding.kind;
    ck_assert(!feeding_try_open(&bare, "ports: net_null0\nmode: passive\n"));
    ck_assert_int_eq(feeding_try_open(&bare, "ports: net_null0\nmode: loud\n"), ERROR_CONFIG);
    feeding_close(&bare);
}
END_TEST

START_TEST(a_reader_sees_what_is_there_and_leaves_it)
{
    static struct chunk chunk;
    open_capture(FIXTURES "gtpprime_sgsn_sms.pcap");
    feeding_start(&feeding);
    ck_assert_uint_eq(feeding_poll(&feeding, 2, 3000), 2);
    const struct position end = feeding.chunks[feeding.chunk_count - 1].end;
    /* The feed goes on meanwhile. */
    const struct feed_options options = {.name = "reader",
                                         .state_folder = feeding.folder,
                                         .is_reader = true,
                                         .context = decoding_context(),
                                         .rejects = feeding.rejects,
                                         .health = &feeding.health};
    void *reader;
    ck_assert(!feeding.kind->open(&reader, &options, yaml_root(feeding.yaml), &feeding.error));
    ck_assert_int_eq(
        feeding.kind->read(reader, "journal", (struct position){0}, end, &chunk, 0, &feeding.error),
        FEED_RECORDS);
    ck_assert_uint_eq(chunk.count, 2);
    feeding.kind->close(reader);
    feeding_stop(&feeding);
}
END_TEST

/* ---- a gateway ---- */

static void add_udp(FILE *file, const uint8_t *bytes, size_t length)
{
    static struct packet packet;
    packet_start(&packet, bytes, length);
    packet_udp(&packet, "10.0.0.1", 40000, "10.0.1.1", GTPP_PORT);
    packet_ip(&packet, "10.0.0.1", "10.0.1.1", FRAME_UDP);
    packet_ethernet(&packet, 0x0800);
    capture_add(file, packet.bytes, packet.length);
}

/* The messages of a capture, as "type" or "cause:number", with blanks between; frames without UDP are "frame". */
static void describe(const char *path, struct text *text)
{
    uint8_t bytes[2048];
    size_t length;
    FILE *file = capture_open(path);
    while (capture_read(file, bytes, sizeof(bytes), &length)) {
        struct frame frame;
        struct gtpp_message message;
        text_add(text, "%s", text->length ? " " : "");
        if (frame_parse(FRAME_ETHERNET, bytes, length, length, FRAME_CHECK_IP | FRAME_CHECK_TRANSPORT,
                        &frame) ||
            gtpp_parse(frame.payload.bytes, frame.payload.length, &message))
            text_add(text, "frame");
        else if (message.header.type != GTPP_DATA_RESPONSE)
            text_add(text, "type:%u", message.header.type);
        else
            for (size_t i = 0; i < gtpp_sequence_count(message.responded); i++)
                text_add(text, "%s%u:%u", i ? " " : "", message.cause,
                         gtpp_sequence_at(message.responded, i));
    }
    fclose(file);
}

static void run_gateway(const char *in, const char *out)
{
    snprintf(settings, sizeof(settings),
             "ports: \"net_pcap0,rx_pcap=%s,tx_pcap=%s\"\nmode: cgf\naddresses: [10.0.1.1, '2001:db8::1']\n"
             "redirect_to: 10.0.1.2\njournal_size: 64M\n",
             in, out);
    feeding_open(&feeding, settings);
    feeding_resume(&feeding);
    feeding_poll(&feeding, 0, 400);
    feeding_stop(&feeding);
}

START_TEST(a_gateway_answers_and_acknowledges_over_a_port)
{
    static const char arp[] = "ffffffffffff 020000000002 0806 0001080006040001 020000000002 0a000001 "
                              "000000000000 0a000101";
    char in[2 * WORKDIR_PATH_BYTES], out[2 * WORKDIR_PATH_BYTES], told[1000];
    uint8_t bytes[4096];
    FILE *file = capture_create(path_in(in, "in.pcap"));
    capture_add(file, bytes, packet_hex(arp, bytes, sizeof(bytes)));
    add_udp(file, bytes, gtpp_write_bare(bytes, GTPP_ECHO_REQUEST, 1));
    add_udp(file, bytes, gtpp_write_data(bytes, GTPP_SEND, 2, 1, 2));
    add_udp(file, bytes, gtpp_write_data(bytes, GTPP_SEND_POSSIBLY_DUPLICATED, 3, 3, 1));
    fclose(file);
    run_gateway(in, path_in(out, "out.pcap"));
    struct text text = text_over(told, sizeof(told));
    describe(out, &text);
    ck_assert_str_eq(told, "frame type:2 128:2 128:3 type:6"); /* and is redirected at the end */
    ck_assert_uint_eq(feeding.record_count, 2);

    file = capture_create(in);
    add_udp(file, bytes, gtpp_write_data(bytes, GTPP_SEND, 2, 1, 2));
    add_udp(file, bytes, gtpp_write_decision(bytes, GTPP_RELEASE, 4, (const uint16_t[]){3}, 1));
    fclose(file);
    run_gateway(in, out);
    text = text_over(told, sizeof(told));
    describe(out, &text);
    ck_assert_str_eq(told, "253:2 128:4 type:6");
    ck_assert_uint_eq(feeding.record_count, 3);
    ck_assert_uint_eq(feeding.records[2].duration_s, 3);
    snprintf(in, sizeof(in), "%s/restarts", feeding.folder);
    char *restarts = file_read(in, NULL);
    ck_assert_str_eq(restarts, "2\n");
    free(restarts);
}
END_TEST

START_TEST(a_mirror_has_no_way_to_send)
{
    char in[2 * WORKDIR_PATH_BYTES], out[2 * WORKDIR_PATH_BYTES];
    uint8_t bytes[4096];
    FILE *file = capture_create(path_in(in, "in.pcap"));
    add_udp(file, bytes, gtpp_write_bare(bytes, GTPP_ECHO_REQUEST, 1));
    add_udp(file, bytes, gtpp_write_data(bytes, GTPP_SEND, 2, 1, 2));
    fclose(file);
    snprintf(settings, sizeof(settings),
             "ports: \"net_pcap0,rx_pcap=%s,tx_pcap=%s\"\nmode: passive\nconfirm: 200ms\n", in,
             path_in(out, "out.pcap"));
    feeding_open(&feeding, settings);
    feeding_start(&feeding);
    ck_assert_uint_eq(feeding_poll(&feeding, 2, 3000), 2);
    feeding_stop(&feeding);
    size_t length = 0;
    free(file_read(out, &length));
    ck_assert_uint_le(length, 24); /* the capture's own header */
}
END_TEST

/* ---- what is wrong is said ---- */

static const struct {
    const char *settings;
    const char *says;
} wrong[] = {
    {"mode: passive\n", "'ports' is missing"},
    {"ports: net_null0\n", "'mode' is missing"},
    {"ports: []\nmode: passive\n", "none is named"},
    {"ports: ''\nmode: passive\n", "empty"},
    {"ports: [net_null0, net_null0]\nmode: passive\n", "twice"},
    {"ports: [a, b, c, d, e, f, g, h, i]\nmode: passive\n", "more than 8"},
    {"ports: net_null0\nmode: active\n", "mode"},
    {"ports: net_null0\nmode: cgf\n", "needs 'addresses'"},
    {"ports: net_null0\nmode: passive\naddresses: 10.0.0.1\n", "never transmits"},
    {"ports: net_null0\nmode: passive\nredirect_to: 10.0.0.1\n", "never transmits"},
    {"ports: net_null0\nmode: cgf\naddresses: [10.0.0.1, nonsense]\n", "'nonsense' is no IPv4 or IPv6"},
    {"ports: net_null0\nmode: passive\nqueues: 0\n", "queues"},
    {"ports: net_null0\nmode: passive\nport: 70000\n", "port"},
    {"ports: net_null0\nmode: passive\ndatagrams: 3386\n", "both are 3386"},
    {"ports: net_null0\nmode: passive\nhugepages: maybe\n", "maybe"},
    {"ports: net_null0\nmode: passive\njournal_size: 10K\n", "journal_size"},
    {"ports: net_null0\nmode: passive\nspeed: 5\n", "speed"},
};

START_TEST(wrong_settings_are_said_with_their_place)
{
    ck_assert_int_eq(feeding_try_open(&feeding, wrong[_i].settings), ERROR_CONFIG);
    ck_assert_msg(strstr(feeding.error.text, wrong[_i].says) != NULL, "%s", feeding.error.text);
    ck_assert_ptr_eq(strstr(feeding.error.text, "settings:"), feeding.error.text);
}
END_TEST

static const char *const bad_ports[] = {"net_pcap0,rx_pcap=/nowhere.pcap", "net_nothing0", "0000:ff:1f.7",
                                        "net_af_packet0,iface=nosuchinterface"};

START_TEST(a_port_that_cannot_be_opened_is_said)
{
    snprintf(settings, sizeof(settings), "ports: \"%s\"\nmode: passive\n", bad_ports[_i]);
    feeding_open(&feeding, settings);
    ck_assert_int_eq(feeding.kind->start(feeding.state, NULL, 0, &feeding.error), ERROR_CONFIG);
    ck_assert_msg(strstr(feeding.error.text, bad_ports[_i]) != NULL, "%s", feeding.error.text);
    feeding_stop(&feeding);
    ck_assert(!atomic_load(&feeding.health.is_connected));
}
END_TEST

START_TEST(more_queues_than_a_port_has_are_said)
{
    feeding_open(&feeding,
                 "ports: \"net_pcap0,rx_pcap=" FIXTURES "datagrams.pcap\"\nmode: passive\nqueues: 2\n");
    ck_assert_int_eq(feeding.kind->start(feeding.state, NULL, 0, &feeding.error), ERROR_CONFIG);
    ck_assert_msg(strstr(feeding.error.text, "queues: 2, but it has 1") != NULL, "%s", feeding.error.text);
    feeding_stop(&feeding);
}
END_TEST

START_TEST(two_feeds_have_ports_of_their_own)
{
    static struct feeding other;
    feeding_make(&other, "dpdk");
    feeding_open(&other, "ports: \"net_pcap1,rx_pcap=" FIXTURES "datagrams.pcap\"\nmode: passive\n"
                         "datagrams: 5140\nchecksums: no\nmemory: 64M\n");
    open_capture(FIXTURES "gtpprime_sgsn_sms.pcap");
    feeding_start(&feeding);
    feeding_start(&other);
    ck_assert_uint_eq(feeding_poll(&other, 4, 3000), 4);
    ck_assert_uint_eq(feeding_poll(&feeding, 2, 3000), 2);
    feeding_stop(&other);
    feeding_open(&other, "ports: \"net_pcap0,rx_pcap=" FIXTURES "datagrams.pcap\"\nmode: passive\n");
    ck_assert_int_eq(other.kind->start(other.state, NULL, 0, &other.error), ERROR_CONFIG);
    ck_assert_msg(strstr(other.error.text, "another feed uses it") != NULL, "%s", other.error.text);
    feeding_stop(&other);
    feeding_stop(&feeding);
    feeding_end(&other);
}
END_TEST

START_TEST(without_dpdk_the_feed_says_what_is_missing)
{
    ck_assert_int_eq(feeding_try_open(&feeding, "ports: net_null0\nmode: passive\n"), ERROR_CONFIG);
    ck_assert_msg(strstr(feeding.error.text, "libdpdk-dev") != NULL, "%s", feeding.error.text);
}
END_TEST

/* What a program built without DPDK can show. */
static int main_without_dpdk(void)
{
    Suite *suite = suite_create("dpdk");
    TCase *tcase = tcase_create("dpdk");
    puts("SKIPPED: built without DPDK: all but one test of its feed");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, without_dpdk_the_feed_says_what_is_missing);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}

int main(void)
{
    struct error error;
    if (dpdk_eal_check(&error))
        return main_without_dpdk();
    Suite *suite = suite_create("dpdk");
    TCase *tcase = tcase_create("dpdk");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, a_capture_gives_what_decode_makes_of_it, 0, ARRAY_COUNT(captures));
    tcase_add_test(tcase, what_came_before_a_restart_does_not_come_again);
    tcase_add_test(tcase, it_goes_on_from_an_earlier_position);
    tcase_add_test(tcase, positions_that_are_no_longer_there_are_told);
    tcase_add_test(tcase, a_journal_that_was_lost_goes_on_behind_the_position);
    tcase_add_test(tcase, a_mirror_without_room_leaves_the_port_alone);
    tcase_add_test(tcase, what_a_port_loses_is_counted);
    tcase_add_test(tcase, settings_are_checked_without_a_folder);
    tcase_add_test(tcase, a_reader_sees_what_is_there_and_leaves_it);
    tcase_add_test(tcase, a_gateway_answers_and_acknowledges_over_a_port);
    tcase_add_test(tcase, a_mirror_has_no_way_to_send);
    tcase_add_loop_test(tcase, wrong_settings_are_said_with_their_place, 0, ARRAY_COUNT(wrong));
    tcase_add_loop_test(tcase, a_port_that_cannot_be_opened_is_said, 0, ARRAY_COUNT(bad_ports));
    tcase_add_test(tcase, two_feeds_have_ports_of_their_own);
    tcase_add_test(tcase, more_queues_than_a_port_has_are_said);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
