/* SPDX-License-Identifier: Apache-2.0
 * The receiving end of the DPDK feed without DPDK: frames in, journal and answers out, with the time in the test's hand. A
 * record is a call whose seconds are its number. */
#include "../../../src/feed/dpdk_receiver.h"
#include "../../../src/feed/dpdk_records.h"

#include "decoding.h"
#include "gtpp_writer.h"
#include "healthy.h"
#include "packets.h"
#include "suite.h"
#include "workdir.h"

#include "simsieve/base/clock.h"
#include "simsieve/packet/cgf.h"
#include "simsieve/packet/listener.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define OWN    "10.0.1.1"
#define SENDER "10.0.0.1"
#define OWN_6  "2001:db8::1"

/* Columns behind the duration. */
#define REST ",,,,,,,,"

#define SECOND_NS UINT64_C(1000000000)

static char folder[WORKDIR_PATH_BYTES];
static struct dpdk_settings settings;
static struct feed_options feed;
static struct feed_health health;
static struct journal *journal;
static struct dpdk_receiver *receiver;
static struct dpdk_records *records;
static struct dpdk_moment now;
static struct error error;
static struct position handed;

/* The test's end of a TCP connection. */
static struct {
    bool is_ipv6;
    uint16_t port;
    uint32_t said, heard; /* its next number, and the one it awaits */
    uint16_t window;      /* of the gateway */
} tcp;

/* What was sent since it was looked at last: "128:5,6", "echo", "redirect:61", ... */
static char sent[4096];
static struct text sent_text;
/* Seconds of the records that came out since they were looked at last. */
static char came[4096];
static struct text came_text;

/* ---- the world ---- */

static void name_letter(struct octets payload)
{
    struct gtpp_message message;
    ck_assert_int_eq(gtpp_parse(payload.bytes, payload.length, &message), PACKET_NONE);
    if (message.header.type == GTPP_DATA_RESPONSE) {
        text_add(&sent_text, "%u:", message.cause);
        for (size_t i = 0; i < gtpp_sequence_count(message.responded); i++)
            text_add(&sent_text, "%s%u", i ? "," : "", gtpp_sequence_at(message.responded, i));
    } else if (message.header.type == GTPP_REDIRECTION_REQUEST) {
        char address[ADDRESS_TEXT_BYTES];
        text_add(&sent_text, "redirect:%u:%s", message.cause, address_format(&message.recommended, address));
    } else if (message.header.type == GTPP_ECHO_RESPONSE) {
        text_add(&sent_text, "echoed:%u", message.recovery);
    } else {
        text_add(&sent_text, "type:%u", message.header.type);
    }
}

/* Letters of a segment, and what else it says: "RST", "FIN", nothing for an acknowledgement. */
static void note_segment(const struct frame *frame)
{
    struct octets bytes = frame->payload;
    ck_assert_uint_eq(frame->destination_port, tcp.port);
    tcp.window = frame->tcp_window;
    if (frame->tcp_flags & FRAME_TCP_SYN) {
        ck_assert_uint_eq(frame->tcp_options.length, 4);
        tcp.heard = frame->tcp_sequence + 1;
        return;
    }
    if (frame->tcp_flags & FRAME_TCP_RST) {
        text_add(&sent_text, "%sRST", sent_text.length ? " " : "");
        return;
    }
    ck_assert_uint_eq(frame->tcp_acknowledgement, tcp.said);
    ck_assert_uint_eq(frame->tcp_sequence, tcp.heard);
    while (bytes.length > 0) {
        const size_t length = gtpp_stream_length(bytes.bytes, bytes.length);
        ck_assert(length > 0 && length <= bytes.length);
        text_add(&sent_text, "%s", sent_text.length ? " " : "");
        name_letter((struct octets){bytes.bytes, length});
        bytes = (struct octets){bytes.bytes + length, bytes.length - length};
    }
    tcp.heard += (uint32_t)frame->payload.length;
    if (frame->tcp_flags & FRAME_TCP_FIN) {
        text_add(&sent_text, "%sFIN", sent_text.length ? " " : "");
        tcp.heard++;
    }
}

static void note_frame(void *owner, size_t port, const uint8_t *bytes, size_t length)
{
    struct frame frame;
    (void)owner;
    ck_assert_uint_eq(port, 0);
    ck_assert_int_eq(settings.mode, DPDK_CGF);
    const enum packet_drop drop =
        frame_parse(FRAME_ETHERNET, bytes, length, length, FRAME_CHECK_IP | FRAME_CHECK_TRANSPORT, &frame);
    if (drop == PACKET_NOT_IP || drop == PACKET_NOT_TRANSPORT) {
        text_add(&sent_text, "%sgreeting", sent_text.length ? " " : "");
        return;
    }
    ck_assert_int_eq(drop, PACKET_NONE);
    ck_assert_uint_eq(frame.source_port, GTPP_PORT);
    if (frame.protocol == FRAME_TCP) {
        note_segment(&frame);
        return;
    }
    text_add(&sent_text, "%s", sent_text.length ? " " : "");
    name_letter(frame.payload);
}

static void start(void)
{
    const struct journal_options journal_options = {.folder = folder,
                                                    .bytes_max = settings.journal_bytes,
                                                    .segment_bytes = 8192,
                                                    .group_bytes = 1 << 20,
                                                    .group_ns = SECOND_NS,
                                                    .spare_bytes = DPDK_SPARE_BYTES,
                                                    .keep_ms = settings.remember_ms};
    const struct dpdk_receiver_options options = {
        .settings = &settings, .feed = &feed, .restarts = 7, .send = note_frame};
    struct dpdk_receiver_options with_journal = options;
    journal = journal_open(&journal_options, &error);
    ck_assert_msg(journal != NULL, "%s", error.text);
    with_journal.journal = journal;
    receiver = dpdk_receiver_create(&with_journal, &error);
    ck_assert_msg(receiver != NULL, "%s", error.text);
    dpdk_receiver_set_mac(receiver, 0, (const uint8_t[]){2, 0, 0, 0, 0, 9});
    dpdk_receiver_recall(receiver);
    records = dpdk_records_create(&feed, journal, &error);
    ck_assert_ptr_nonnull(records);
}

static void kill_it(void)
{
    dpdk_records_destroy(records);
    dpdk_receiver_destroy(receiver);
    journal_close(journal);
}

/* The process dies without a word; what it had not made durable is gone. */
static void crash(void)
{
    kill_it();
    start();
}

static void set_up(void)
{
    workdir_make(folder);
    settings = (struct dpdk_settings){.port_count = 1,
                                      .queue_count = 1,
                                      .mode = DPDK_CGF,
                                      .address_count = 2,
                                      .gtpp_port = GTPP_PORT,
                                      .datagram_port = 5140,
                                      .has_checksums = true,
                                      .redirect_to = packet_address("10.0.1.2"),
                                      .echo_ms = 60000,
                                      .confirm_ms = 1000,
                                      .journal_bytes = 1 << 20,
                                      .remember_ms = 3600000};
    settings.addresses[0] = packet_address(OWN);
    settings.addresses[1] = packet_address(OWN_6);
    memset(&health, 0, sizeof(health));
    feed = (struct feed_options){.name = "test", .context = decoding_context(), .health = &health};
    feed.rejects = rejects_open(NULL, &error);
    now = (struct dpdk_moment){INT64_C(1700000000000), SECOND_NS};
    memset(&tcp, 0, sizeof(tcp));
    handed = (struct position){0};
    sent_text = text_over(sent, sizeof(sent));
    came_text = text_over(came, sizeof(came));
    start();
}

static void set_up_mirror(void)
{
    set_up();
    kill_it();
    settings.mode = DPDK_PASSIVE;
    settings.address_count = 0;
    start();
}

static void tear_down(void)
{
    kill_it();
    (void)rejects_close(feed.rejects, &error);
    workdir_remove(folder);
}

static void take(const struct packet *packet)
{
    uint8_t *copy = malloc(packet->length); /* of its very size, for the sanitizers */
    memcpy(copy, packet->bytes, packet->length);
    dpdk_receiver_take(receiver, 0, (struct octets){copy, packet->length}, now);
    free(copy);
}

static void take_udp(const char *source, uint16_t source_port, const char *destination,
                     uint16_t destination_port, const uint8_t *bytes, size_t length)
{
    static struct packet packet;
    const bool is_ipv4 = packet_address(source).family == ADDRESS_IPV4;
    packet_start(&packet, bytes, length);
    packet_udp(&packet, source, source_port, destination, destination_port);
    packet_ip(&packet, source, destination, FRAME_UDP);
    packet_ethernet(&packet, is_ipv4 ? 0x0800 : 0x86DD);
    take(&packet);
}

static void receive(const uint8_t *bytes, size_t length)
{
    take_udp(SENDER, 40000, OWN, GTPP_PORT, bytes, length);
}

static uint8_t bytes[70000];

static void send_data(uint8_t command, uint16_t sequence, unsigned first, unsigned count)
{
    receive(bytes, gtpp_write_data(bytes, command, sequence, first, count));
}

static void decide(uint8_t command, uint16_t sequence, uint16_t about)
{
    receive(bytes, gtpp_write_decision(bytes, command, sequence, &about, 1));
}

static void answer(uint8_t cause, uint16_t sequence)
{
    const size_t length = gtpp_write_answer(bytes, cause, sequence);
    take_udp(OWN, GTPP_PORT, SENDER, 40000, bytes, length);
}

static void say_tcp(uint8_t flags, const uint8_t *octets, size_t length)
{
    static struct packet packet;
    const char *sender = tcp.is_ipv6 ? "2001:db8::2" : SENDER, *own = tcp.is_ipv6 ? OWN_6 : OWN;
    const bool is_syn = flags & FRAME_TCP_SYN;
    packet_start(&packet, octets, length);
    packet_tcp_answer(&packet, sender, tcp.port, own, GTPP_PORT, tcp.said, is_syn ? 0 : tcp.heard, flags,
                      65535);
    packet_ip(&packet, sender, own, FRAME_TCP);
    packet_ethernet(&packet, tcp.is_ipv6 ? 0x86DD : 0x0800);
    tcp.said += (uint32_t)length + is_syn + (flags & FRAME_TCP_FIN ? 1 : 0);
    take(&packet);
}

/* In segments of at most 1,000 octets. */
static void say_bytes(const uint8_t *octets, size_t length)
{
    for (size_t at = 0; at < length; at += 1000)
        say_tcp(FRAME_TCP_ACK | FRAME_TCP_PSH, octets + at, u64_min(1000, length - at));
}

static void connect_tcp(uint16_t port)
{
    tcp.port = port;
    tcp.said = 0xFFFFFF00u + port; /* its numbers wrap around soon */
    say_tcp(FRAME_TCP_SYN, NULL, 0);
    say_tcp(FRAME_TCP_ACK, NULL, 0);
}

static void say_data(uint16_t sequence, unsigned first, unsigned count)
{
    say_bytes(bytes, gtpp_write_data(bytes, GTPP_SEND, sequence, first, count));
}

/* As after a burst, with a disk that is done at once. */
static void settle(void)
{
    dpdk_receiver_settle(receiver, true, now);
    if (dpdk_receiver_wait(receiver))
        dpdk_receiver_settle(receiver, true, now);
}

static void after(int64_t milliseconds)
{
    now.wall_ms += milliseconds;
    now.monotonic_ns += (uint64_t)milliseconds * 1000000;
    settle();
}

static void check_sent(const char *wanted)
{
    ck_assert_str_eq(sent, wanted);
    sent_text = text_over(sent, sizeof(sent));
}

/* Hands on what is durable. */
static void check_came(const char *wanted)
{
    static struct chunk chunk;
    while (dpdk_records_fill(records, handed, (struct position){journal_durable(journal), 0}, &chunk)) {
        for (uint32_t i = 0; i < chunk.count; i++)
            text_add(&came_text, "%s%u", came_text.length ? " " : "", chunk.records[i].duration_s);
        handed = chunk.end;
    }
    ck_assert_str_eq(came, wanted);
    came_text = text_over(came, sizeof(came));
}

/* ---- a gateway ---- */

START_TEST(a_packet_is_acknowledged_once_it_is_durable)
{
    send_data(GTPP_SEND, 5, 1, 3);
    send_data(GTPP_SEND, 6, 4, 1);
    check_sent("");
    check_came("");
    settle();
    check_sent("128:5,6");
    check_came("1 2 3 4");
    ck_assert_uint_eq(journal_counters(journal)->syncs, 1);
}
END_TEST

START_TEST(a_repetition_is_acknowledged_and_comes_no_second_time)
{
    send_data(GTPP_SEND, 5, 1, 1);
    settle();
    check_sent("128:5");
    send_data(GTPP_SEND, 5, 1, 1);
    check_sent("253:5");
    crash();
    send_data(GTPP_SEND, 5, 1, 1);
    check_sent("253:5");
    settle();
    check_came("1");
}
END_TEST

START_TEST(what_was_not_durable_is_gone_and_comes_again)
{
    send_data(GTPP_SEND, 5, 1, 1);
    crash();
    send_data(GTPP_SEND, 5, 1, 1);
    settle();
    check_sent("128:5");
    check_came("1");
}
END_TEST

START_TEST(a_possibly_duplicated_packet_waits_over_a_crash_for_its_release)
{
    send_data(GTPP_SEND_POSSIBLY_DUPLICATED, 5, 1, 2);
    send_data(GTPP_SEND_POSSIBLY_DUPLICATED, 6, 3, 1);
    settle();
    check_sent("128:5,6");
    check_came("");
    ck_assert_uint_eq(dpdk_receiver_oldest(receiver), 0);
    crash();
    ck_assert_uint_eq(dpdk_receiver_oldest(receiver), 0);
    decide(GTPP_RELEASE, 9, 5);
    settle();
    check_sent("128:9");
    check_came("1 2");
    ck_assert_uint_gt(dpdk_receiver_oldest(receiver), 0);
    crash();
    decide(GTPP_RELEASE, 9, 5);
    decide(GTPP_CANCEL, 10, 6);
    settle();
    check_sent("253:9 128:10");
    check_came("");
    ck_assert_uint_eq(dpdk_receiver_oldest(receiver), UINT64_MAX);
    crash();
    decide(GTPP_RELEASE, 11, 6);
    settle();
    check_sent("254:11");
    check_came("");
}
END_TEST

START_TEST(a_release_that_was_half_written_comes_whole_and_once)
{
    char path[2 * WORKDIR_PATH_BYTES];
    size_t length;
    send_data(GTPP_SEND_POSSIBLY_DUPLICATED, 5, 1, 1);
    settle();
    const uint64_t before = journal_durable(journal);
    decide(GTPP_RELEASE, 9, 5);
    settle();
    snprintf(path, sizeof(path), "%s/journal-00000000000000000000.log", folder);
    for (uint64_t cut = journal_durable(journal) - 1; cut >= before; cut--) {
        char *file = file_read(path, &length);
        kill_it();
        file_write(path, file, cut);
        start();
        handed = (struct position){0};
        decide(GTPP_RELEASE, 9, 5);
        settle();
        check_came("1");
        kill_it();
        file_write(path, file, length);
        start();
        free(file);
    }
}
END_TEST

START_TEST(without_room_further_on_data_waits_and_echoes_are_answered)
{
    dpdk_receiver_set_room(receiver, false);
    send_data(GTPP_SEND, 5, 1, 1);
    receive(bytes, gtpp_write_bare(bytes, GTPP_ECHO_REQUEST, 3));
    settle();
    check_sent("echoed:7");
    ck_assert_uint_eq(dpdk_receiver_counters(receiver)->withheld, 1);
    dpdk_receiver_set_room(receiver, true);
    send_data(GTPP_SEND, 5, 1, 1);
    settle();
    check_sent("128:5");
    check_came("1");
}
END_TEST

START_TEST(a_full_journal_redirects_until_it_is_released)
{
    kill_it();
    settings.journal_bytes = 64 << 10;
    start();
    uint16_t sequence = 0;
    unsigned number = 1;
    while (!dpdk_receiver_is_blocked(receiver)) {
        send_data(GTPP_SEND, sequence++, number, 40);
        settle();
        number += 40;
        ck_assert_uint_lt(sequence, 100);
    }
    ck_assert_uint_le(journal_durable(journal), settings.journal_bytes);
    ck_assert_uint_eq(dpdk_receiver_counters(receiver)->withheld, 1);
    sent_text = text_over(sent, sizeof(sent));
    after(1000);
    check_sent("redirect:61:10.0.1.2");
    send_data(GTPP_SEND, sequence, number, 1);
    after(100);
    check_sent("");
    ck_assert_uint_ge(health.errors, 1);
    expect_error(&health, "the journal has reached journal_size",
                 "raise the limit, or see why the run is behind");
    journal_release(journal, journal_durable(journal), now.wall_ms);
    after(100);
    ck_assert(!dpdk_receiver_is_blocked(receiver));
    expect_error(&health, NULL, "journal_size");
    send_data(GTPP_SEND, sequence, number, 1);
    settle();
    ck_assert_ptr_nonnull(strstr(sent, "128:"));
}
END_TEST

/* Settles while no file can grow beyond `length`; nothing else may write meanwhile, Check neither. */
static void settle_on_full_disk(rlim_t length)
{
    struct rlimit usual, limit;
    signal(SIGXFSZ, SIG_IGN);
    CHECK(getrlimit(RLIMIT_FSIZE, &usual) == 0);
    limit = (struct rlimit){length, usual.rlim_max};
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    settle();
    CHECK(setrlimit(RLIMIT_FSIZE, &usual) == 0);
}

START_TEST(nothing_is_acknowledged_while_the_disk_is_full)
{
    send_data(GTPP_SEND, 5, 1, 1);
    settle_on_full_disk(10);
    check_sent("");
    check_came("");
    ck_assert(dpdk_receiver_is_blocked(receiver));
    ck_assert_uint_eq(health.errors, 1);
    expect_error(&health, "the journal cannot be written: File too large; make room", folder);
    send_data(GTPP_SEND, 5, 1, 1); /* repeated, and new: neither can be kept */
    send_data(GTPP_SEND, 6, 2, 1);
    check_sent("");
    after(100);
    check_sent("128:5"); /* the disk takes it again */
    expect_error(&health, NULL, "cannot be written");
    ck_assert(!dpdk_receiver_is_blocked(receiver));
    send_data(GTPP_SEND, 6, 2, 1);
    settle();
    check_sent("128:6");
    check_came("1 2");
}
END_TEST

START_TEST(senders_are_redirected_when_it_goes_down)
{
    send_data(GTPP_SEND, 5, 1, 1);
    settle();
    check_sent("128:5");
    dpdk_receiver_go_down(receiver);
    check_sent("redirect:63:10.0.1.2");
    send_data(GTPP_SEND, 6, 2, 1);
    send_data(GTPP_SEND, 5, 1, 1);
    settle();
    check_sent("199:6 253:5");
    check_came("1");
}
END_TEST

START_TEST(frames_for_others_and_of_its_own_are_not_taken)
{
    const size_t length = gtpp_write_data(bytes, GTPP_SEND, 5, 1, 1);
    take_udp(SENDER, 40000, "10.0.1.77", GTPP_PORT, bytes, length);
    take_udp(OWN, GTPP_PORT, SENDER, 40000, bytes, length);
    take_udp(SENDER, 40000, OWN, 99, bytes, length);
    settle();
    check_sent("");
    check_came("");
    ck_assert_uint_eq(dpdk_receiver_counters(receiver)->others, 3);
    ck_assert_uint_eq(rejects_total(feed.rejects), 0);
}
END_TEST

START_TEST(damage_is_rejected_by_its_reason)
{
    static struct packet packet;
    const size_t length = gtpp_write_data(bytes, GTPP_SEND, 5, 1, 1);
    packet_start(&packet, bytes, length);
    packet_udp(&packet, SENDER, 40000, OWN, GTPP_PORT);
    packet.bytes[packet.length - 1] ^= 1;
    packet_ip(&packet, SENDER, OWN, FRAME_UDP);
    packet_ethernet(&packet, 0x0800);
    take(&packet);
    ck_assert_uint_eq(rejects_count(feed.rejects, REASON_PACKET_TRANSPORT_CHECKSUM), 1);
    receive(bytes, length - 3);
    ck_assert_uint_eq(rejects_total(feed.rejects), 2);
    settings.has_checksums = false;
    take(&packet);
    ck_assert_uint_eq(rejects_total(feed.rejects), 2);
}
END_TEST

START_TEST(fragments_are_put_together)
{
    static struct packet packet, fragment;
    const size_t length = gtpp_write_data(bytes, GTPP_SEND, 5, 1, 100);
    packet_start(&packet, bytes, length);
    packet_udp(&packet, SENDER, 40000, OWN, GTPP_PORT);
    for (size_t at = 0; at < packet.length; at += 1400) {
        packet_fragment(&fragment, SENDER, OWN, FRAME_UDP, 77, packet.bytes, packet.length, at,
                        u64_min(1400, packet.length - at));
        packet_ethernet(&fragment, 0x0800);
        take(&fragment);
    }
    settle();
    check_sent("128:5");
    static struct chunk chunk;
    ck_assert(dpdk_records_fill(records, handed, (struct position){UINT64_MAX, 0}, &chunk));
    ck_assert_uint_eq(chunk.count, 100);
}
END_TEST

START_TEST(it_speaks_ipv6)
{
    const size_t length = gtpp_write_data(bytes, GTPP_SEND, 5, 1, 1);
    take_udp("2001:db8::2", 40000, OWN_6, GTPP_PORT, bytes, length);
    settle();
    check_sent("128:5");
    crash();
    take_udp("2001:db8::2", 40000, OWN_6, GTPP_PORT, bytes, length);
    check_sent("253:5");
    check_came("1");
}
END_TEST

START_TEST(senders_are_asked_whether_they_started_again)
{
    send_data(GTPP_SEND, 5, 1, 1);
    settle();
    check_sent("128:5");
    after(59000);
    check_sent("");
    after(1000);
    check_sent("type:1");
}
END_TEST

START_TEST(over_tcp_a_packet_is_acknowledged_once_it_is_durable)
{
    for (unsigned family = 0; family < 2; family++) {
        tcp.is_ipv6 = family;
        connect_tcp(41000);
        say_data(5, 1, 3);
        say_data(6, 4, 1);
        dpdk_receiver_settle(receiver, false, now); /* acknowledged as bytes, not as records */
        check_sent("");
        check_came("");
        settle();
        check_sent("128:5,6");
        check_came("1 2 3 4");
        ck_assert_uint_eq(dpdk_receiver_connection_count(receiver), family + 1);
    }
    tcp.is_ipv6 = false;
    ck_assert_uint_eq(dpdk_receiver_listener_counters(receiver)->opened, 2);
    ck_assert_uint_eq(dpdk_receiver_counters(receiver)->letters, 2);
}
END_TEST

START_TEST(over_tcp_messages_are_cut_from_the_bytes)
{
    uint8_t octets[2000];
    size_t length = gtpp_write_data(octets, GTPP_SEND, 5, 1, 2);
    length += gtpp_write_bare(octets + length, GTPP_ECHO_REQUEST, 9);
    length += gtpp_write_data(octets + length, GTPP_SEND, 6, 3, 1);
    connect_tcp(41000);
    for (size_t i = 0; i < length; i++)
        say_tcp(FRAME_TCP_ACK, octets + i, 1);
    settle();
    check_sent("echoed:7 128:5,6");
    say_data(7, 4, 255); /* longer than any segment */
    settle();
    check_sent("128:7");
}
END_TEST

/* Of a record in 65,500 octets that nobody can decode. */
START_TEST(over_tcp_a_message_may_be_as_long_as_it_can)
{
    enum { RECORD_BYTES = 65500, CONTENT_BYTES = 4 + 2 + RECORD_BYTES, BODY_BYTES = 2 + 3 + CONTENT_BYTES };
    static uint8_t octets[GTPP_HEADER_BYTES + BODY_BYTES] = {
        0x4E, GTPP_DATA_REQUEST, 0, 0, 0, 5, 126, 1, 252, 0, 0, 1, 1, 0x15, 7};
    octets_put16(octets + 2, BODY_BYTES);
    octets_put16(octets + 9, CONTENT_BYTES);
    octets_put16(octets + 15, RECORD_BYTES);
    connect_tcp(41000);
    for (size_t at = 0; at < sizeof(octets); at += 1000) {
        say_tcp(FRAME_TCP_ACK, octets + at, u64_min(1000, sizeof(octets) - at));
        dpdk_receiver_settle(receiver, true, now);
        ck_assert_uint_ge(tcp.window, 60000); /* however much of it has come */
    }
    settle();
    check_sent("128:5");
    ck_assert_uint_eq(dpdk_receiver_listener_counters(receiver)->bytes, sizeof(octets));
}
END_TEST

START_TEST(over_tcp_a_repetition_on_another_connection_is_known)
{
    connect_tcp(41000);
    say_data(5, 1, 1);
    settle();
    check_sent("128:5");
    say_tcp(FRAME_TCP_RST, NULL, 0);
    ck_assert_uint_eq(dpdk_receiver_connection_count(receiver), 0);
    connect_tcp(41001);
    say_data(5, 1, 1);
    settle();
    check_sent("253:5");
    crash();
    say_data(5, 1, 1); /* over a connection that nobody knows any more */
    settle();
    check_sent("RST");
    connect_tcp(41001);
    say_data(5, 1, 1);
    settle();
    check_sent("253:5");
    handed = (struct position){0};
    check_came("1");
}
END_TEST

START_TEST(answers_go_to_the_newest_connection_or_are_counted)
{
    connect_tcp(41000);
    say_data(5, 1, 1);
    say_tcp(FRAME_TCP_RST, NULL, 0);
    connect_tcp(41001);
    settle();
    check_sent("128:5");
    say_data(6, 2, 1);
    say_tcp(FRAME_TCP_RST, NULL, 0);
    settle();
    check_sent("");
    ck_assert_uint_eq(dpdk_receiver_counters(receiver)->unreachable, 1);
    check_came("1 2");
}
END_TEST

START_TEST(what_is_not_gtp_prime_ends_its_connection)
{
    connect_tcp(41000);
    say_data(5, 1, 1);
    say_bytes((const uint8_t *)"GET / HTTP/1.0\r\n\r\n", 18);
    check_sent("RST");
    settle();
    check_sent("");
    check_came("1"); /* what came before it was accepted */
    ck_assert_uint_eq(rejects_total(feed.rejects), 1);
    ck_assert_uint_eq(rejects_count(feed.rejects, REASON_PACKET_GTPP_NOT_PRIME), 1);
    ck_assert_uint_eq(dpdk_receiver_listener_counters(receiver)->senseless, 1);
    ck_assert_uint_eq(dpdk_receiver_connection_count(receiver), 0);
}
END_TEST

START_TEST(without_room_further_on_tcp_waits)
{
    unsigned said = 0;
    connect_tcp(41000);
    dpdk_receiver_set_room(receiver, false);
    do {
        say_data((uint16_t)said, said + 1, 20);
        dpdk_receiver_settle(receiver, true, now);
        said++;
        ck_assert_uint_lt(said, 1000);
    } while (tcp.window >= 1000);
    check_sent("");
    check_came("");
    ck_assert_uint_gt(dpdk_receiver_counters(receiver)->stopped, 0);
    ck_assert_uint_eq(dpdk_receiver_counters(receiver)->withheld, 0);
    dpdk_receiver_set_room(receiver, true);
    settle();
    settle();
    ck_assert_uint_eq(tcp.window, 65535); /* told without being asked */
    ck_assert_int_eq(strncmp(sent, "128:0,1,2,", 10), 0);
    sent_text = text_over(sent, sizeof(sent));
    static struct chunk chunk;
    unsigned came_count = 0;
    while (dpdk_records_fill(records, handed, (struct position){journal_durable(journal), 0}, &chunk)) {
        came_count += chunk.count;
        handed = chunk.end;
    }
    ck_assert_uint_eq(came_count, said * 20);
    ck_assert_uint_eq(rejects_total(feed.rejects), 0);
}
END_TEST

START_TEST(echoes_are_answered_while_data_waits_behind_them)
{
    connect_tcp(41000);
    dpdk_receiver_set_room(receiver, false);
    say_bytes(bytes, gtpp_write_bare(bytes, GTPP_ECHO_REQUEST, 3));
    say_data(5, 1, 1);
    say_bytes(bytes, gtpp_write_bare(bytes, GTPP_ECHO_REQUEST, 4));
    settle();
    check_sent("echoed:7");
    dpdk_receiver_set_room(receiver, true);
    settle();
    check_sent("echoed:7 128:5");
}
END_TEST

START_TEST(over_tcp_a_full_disk_only_makes_it_wait)
{
    connect_tcp(41000);
    say_data(5, 1, 1);
    settle_on_full_disk(10);
    check_sent("");
    ck_assert(dpdk_receiver_is_blocked(receiver));
    say_data(6, 2, 1);
    check_sent("");
    after(100);
    check_sent("128:5");
    after(100);
    check_sent("128:6"); /* nobody had to repeat it */
    check_came("1 2");
}
END_TEST

START_TEST(a_tcp_sender_is_asked_and_redirected_and_hung_up)
{
    connect_tcp(41000);
    say_data(5, 1, 1);
    settle();
    check_sent("128:5");
    say_tcp(FRAME_TCP_ACK, NULL, 0);
    after(60000);
    check_sent("type:1");
    say_tcp(FRAME_TCP_ACK, NULL, 0);
    dpdk_receiver_go_down(receiver);
    settle();
    check_sent("redirect:63:10.0.1.2");
    say_data(6, 2, 1);
    settle();
    check_sent("199:6");
    say_tcp(FRAME_TCP_ACK, NULL, 0);
    dpdk_receiver_hang_up(receiver);
    settle();
    check_sent("FIN");
    say_tcp(FRAME_TCP_ACK | FRAME_TCP_FIN, NULL, 0);
    settle();
    ck_assert_uint_eq(dpdk_receiver_connection_count(receiver), 0);
    ck_assert_uint_eq(dpdk_receiver_listener_counters(receiver)->closed, 1);
    connect_tcp(41001);
    check_sent("RST RST");
}
END_TEST

START_TEST(more_connections_than_there_are_places_are_refused)
{
    for (uint16_t i = 0; i < 256; i++)
        connect_tcp((uint16_t)(41000 + i));
    check_sent("");
    connect_tcp(42000);
    check_sent("RST");
    ck_assert_uint_eq(dpdk_receiver_connection_count(receiver), 256);
    ck_assert_uint_eq(dpdk_receiver_listener_counters(receiver)->refused, 1);
}
END_TEST

START_TEST(datagrams_are_kept_and_not_answered)
{
    static const char csv[] =
        "mo_call,1710000000000,84981234567,84912345678,,answered,17" REST "\n"
        "mo_call,1710000000000,84981234567,84912345678,,answered,18" REST "\nnonsense\n";
    take_udp(SENDER, 40000, OWN, 5140, (const uint8_t *)csv, sizeof(csv) - 1);
    settle();
    check_sent("");
    check_came("17 18");
    ck_assert_uint_eq(rejects_total(feed.rejects), 1);
    crash();
    check_came("");
    handed = (struct position){0};
    check_came("17 18");
}
END_TEST

static void take_text(const char *text)
{
    take_udp(SENDER, 40000, OWN, 5140, (const uint8_t *)text, strlen(text));
}

START_TEST(a_header_in_a_datagram_holds_for_that_datagram)
{
    take_text("type,time,a,b,duration\nmo_call,1710000000000,84981234567,113,21\n");
    take_text("mo_call,1710000000000,84981234567,113,,,22" REST "\n");
    take_text("mo_call,1710000000000,84981234567,113,,,23" REST "\n"
              "type,time,a,b,duration\nmo_call,1710000000000,84981234567,113,24\n");
    take_text("mo_call,1710000000000,84981234567,113,,,25" REST);
    take_text(
        "{\"type\":\"mo_call\",\"time\":1710000000000,\"a\":\"84981234567\",\"b\":\"113\",\"duration\":26}");
    take_text("mo_call,1710000000000,84981234567,113,,,27" REST);
    settle();
    check_came("21 22 23 24 25 26 27");
    ck_assert_uint_eq(rejects_total(feed.rejects), 0);
}
END_TEST

START_TEST(a_datagram_longer_than_a_chunk_goes_on_at_its_record)
{
    static char csv[100000];
    struct text text = text_over(csv, sizeof(csv));
    static struct chunk chunk;
    for (unsigned i = 0; i < CHUNK_RECORDS + 76; i++)
        text_add(&text, "mo_call,1710000000000,84981234567,113,,,%u" REST "\n", i);
    take_udp(SENDER, 40000, OWN, 5140, (const uint8_t *)csv, text.length);
    settle();
    const struct position end = {journal_durable(journal), 0};
    ck_assert(dpdk_records_fill(records, handed, end, &chunk));
    ck_assert_uint_eq(chunk.count, CHUNK_RECORDS);
    ck_assert_uint_eq(chunk.end.offset, 0);
    ck_assert_uint_eq(chunk.end.skip, CHUNK_RECORDS);
    const struct position middle = chunk.end;
    ck_assert(dpdk_records_fill(records, middle, end, &chunk));
    ck_assert_uint_eq(chunk.count, 76);
    ck_assert_uint_eq(chunk.records[75].duration_s, CHUNK_RECORDS + 75);
    ck_assert(position_compare(chunk.end, end) == 0);
    ck_assert(!dpdk_records_fill(records, end, end, &chunk));
    ck_assert(dpdk_records_fill(records, handed, (struct position){0, 3}, &chunk));
    ck_assert_uint_eq(chunk.count, 3);
}
END_TEST

/* ---- a mirror ---- */

START_TEST(a_mirror_waits_for_the_answer_and_sends_nothing)
{
    send_data(GTPP_SEND, 5, 1, 2);
    settle();
    check_came("");
    answer(GTPP_CAUSE_ACCEPTED, 5);
    settle();
    check_came("1 2");
    send_data(GTPP_SEND, 6, 3, 1);
    answer(GTPP_CAUSE_NO_RESOURCES, 6);
    settle();
    check_came("");
    check_sent("");
}
END_TEST

START_TEST(a_mirror_knows_over_a_crash_what_has_come)
{
    send_data(GTPP_SEND, 5, 1, 1);
    answer(GTPP_CAUSE_ACCEPTED, 5);
    send_data(GTPP_SEND_POSSIBLY_DUPLICATED, 6, 2, 1);
    settle();
    check_came("1");
    crash();
    send_data(GTPP_SEND, 5, 1, 1);
    answer(GTPP_CAUSE_FULFILLED, 5);
    decide(GTPP_RELEASE, 9, 6);
    settle();
    check_came("2");
}
END_TEST

START_TEST(a_mirror_that_sees_one_way_does_not_wait_for_ever)
{
    send_data(GTPP_SEND, 5, 1, 1);
    after(1000);
    check_came("1");
    send_data(GTPP_SEND, 6, 2, 1);
    settle();
    check_came("2");
}
END_TEST

START_TEST(a_mirror_that_stops_does_not_wait_for_answers)
{
    send_data(GTPP_SEND, 5, 1, 1);
    send_data(GTPP_SEND_POSSIBLY_DUPLICATED, 6, 2, 1);
    dpdk_receiver_go_down(receiver);
    settle();
    check_came("1");
    crash();
    decide(GTPP_RELEASE, 9, 6);
    settle();
    check_came("2");
}
END_TEST

START_TEST(a_mirror_follows_tcp)
{
    static struct packet packet;
    const size_t length = gtpp_write_data(bytes, GTPP_SEND, 5, 1, 2);
    for (size_t at = 0; at < length; at += 20) {
        packet_start(&packet, bytes + at, u64_min(20, length - at));
        packet_tcp(&packet, SENDER, 40000, OWN, GTPP_PORT, (uint32_t)(1000 + at), 0x10);
        packet_ip(&packet, SENDER, OWN, FRAME_TCP);
        packet_ethernet(&packet, 0x0800);
        take(&packet);
    }
    after(1000);
    check_came("1 2");
    crash();
    send_data(GTPP_SEND, 6, 3, 1); /* over UDP it is another sender */
    after(1000);
    check_came("3");
}
END_TEST

/* Frames that are ours with octets changed, cut off or put in. */
static void take_damaged(uint64_t *chance)
{
    static struct packet packet;
    uint8_t octets[4096];
    *chance = hash_fixed(*chance + 1);
    const uint16_t sequence = *chance % 50;
    const uint8_t command = 1 + *chance / 50 % 4;
    const size_t length = command < GTPP_CANCEL
                              ? gtpp_write_data(octets, command, sequence, 1 + sequence, *chance / 200 % 5)
                              : gtpp_write_decision(octets, command, sequence, &sequence, 1);
    packet_start(&packet, octets, length);
    packet_udp(&packet, SENDER, 40000, OWN, *chance % 7 ? GTPP_PORT : 5140);
    packet_ip(&packet, SENDER, OWN, FRAME_UDP);
    packet_ethernet(&packet, 0x0800);
    for (unsigned i = 0; i < *chance % 4; i++) {
        *chance = hash_fixed(*chance);
        packet.bytes[*chance % packet.length] ^= (uint8_t)(*chance >> 32);
    }
    if (*chance % 11 == 0)
        packet.length -= *chance / 11 % packet.length;
    if (packet.length > 0)
        take(&packet);
}

START_TEST(damaged_frames_do_no_harm)
{
    const char *seed = getenv("SEED");
    uint64_t chance = seed ? strtoull(seed, NULL, 10) : (uint64_t)clock_wall_ms();
    static struct chunk chunk;
    printf("SEED=%llu\n", (unsigned long long)chance);
    fflush(stdout);
    kill_it();
    settings.has_checksums = false;
    settings.journal_bytes = 64 << 20;
    start();
    for (unsigned i = 0; i < 20000; i++) {
        take_damaged(&chance);
        if (i % 100 == 0)
            settle();
        if (i % 5000 == 4999)
            crash();
        sent_text = text_over(sent, sizeof(sent));
    }
    settle();
    while (dpdk_records_fill(records, handed, (struct position){UINT64_MAX, 0}, &chunk))
        handed = chunk.end;
    ck_assert_uint_eq(handed.offset, journal_durable(journal));
    ck_assert_uint_gt(rejects_total(feed.rejects), 100);
    ck_assert_uint_eq(dpdk_records_gaps(records), 0);
}
END_TEST

START_TEST(a_mirror_counts_what_it_cannot_keep)
{
    send_data(GTPP_SEND, 5, 1, 1);
    now.wall_ms += 1000;
    settle_on_full_disk(10);
    ck_assert(dpdk_receiver_is_blocked(receiver));
    send_data(GTPP_SEND, 6, 2, 1);
    ck_assert_uint_eq(dpdk_receiver_counters(receiver)->lost, 1);
    after(100);
    ck_assert(!dpdk_receiver_is_blocked(receiver));
    check_came("1");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dpdk receiver");
    TCase *gateway = tcase_create("gateway"), *mirror = tcase_create("mirror");
    tcase_add_checked_fixture(gateway, set_up, tear_down);
    tcase_set_timeout(gateway, 60); /* a busy disk may take its time */
    tcase_set_timeout(mirror, 60);
    tcase_add_test(gateway, a_packet_is_acknowledged_once_it_is_durable);
    tcase_add_test(gateway, a_repetition_is_acknowledged_and_comes_no_second_time);
    tcase_add_test(gateway, what_was_not_durable_is_gone_and_comes_again);
    tcase_add_test(gateway, a_possibly_duplicated_packet_waits_over_a_crash_for_its_release);
    tcase_add_test(gateway, a_release_that_was_half_written_comes_whole_and_once);
    tcase_add_test(gateway, without_room_further_on_data_waits_and_echoes_are_answered);
    tcase_add_test(gateway, a_full_journal_redirects_until_it_is_released);
    tcase_add_test(gateway, nothing_is_acknowledged_while_the_disk_is_full);
    tcase_add_test(gateway, senders_are_redirected_when_it_goes_down);
    tcase_add_test(gateway, frames_for_others_and_of_its_own_are_not_taken);
    tcase_add_test(gateway, damage_is_rejected_by_its_reason);
    tcase_add_test(gateway, fragments_are_put_together);
    tcase_add_test(gateway, it_speaks_ipv6);
    tcase_add_test(gateway, senders_are_asked_whether_they_started_again);
    tcase_add_test(gateway, datagrams_are_kept_and_not_answered);
    tcase_add_test(gateway, over_tcp_a_packet_is_acknowledged_once_it_is_durable);
    tcase_add_test(gateway, over_tcp_messages_are_cut_from_the_bytes);
    tcase_add_test(gateway, over_tcp_a_message_may_be_as_long_as_it_can);
    tcase_add_test(gateway, over_tcp_a_repetition_on_another_connection_is_known);
    tcase_add_test(gateway, answers_go_to_the_newest_connection_or_are_counted);
    tcase_add_test(gateway, what_is_not_gtp_prime_ends_its_connection);
    tcase_add_test(gateway, without_room_further_on_tcp_waits);
    tcase_add_test(gateway, echoes_are_answered_while_data_waits_behind_them);
    tcase_add_test(gateway, over_tcp_a_full_disk_only_makes_it_wait);
    tcase_add_test(gateway, a_tcp_sender_is_asked_and_redirected_and_hung_up);
    tcase_add_test(gateway, more_connections_than_there_are_places_are_refused);
    tcase_add_test(gateway, damaged_frames_do_no_harm);
    tcase_add_test(gateway, a_header_in_a_datagram_holds_for_that_datagram);
    tcase_add_test(gateway, a_datagram_longer_than_a_chunk_goes_on_at_its_record);
    suite_add_tcase(suite, gateway);
    tcase_add_checked_fixture(mirror, set_up_mirror, tear_down);
    tcase_add_test(mirror, a_mirror_waits_for_the_answer_and_sends_nothing);
    tcase_add_test(mirror, a_mirror_knows_over_a_crash_what_has_come);
    tcase_add_test(mirror, a_mirror_that_sees_one_way_does_not_wait_for_ever);
    tcase_add_test(mirror, a_mirror_that_stops_does_not_wait_for_answers);
    tcase_add_test(mirror, a_mirror_follows_tcp);
    tcase_add_test(mirror, damaged_frames_do_no_harm);
    tcase_add_test(mirror, a_mirror_counts_what_it_cannot_keep);
    suite_add_tcase(suite, mirror);
    return suite_main(suite);
}
