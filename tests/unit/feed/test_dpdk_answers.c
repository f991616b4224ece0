/* SPDX-License-Identifier: Apache-2.0
 * ARP, neighbours, ping, UDP and TCP of the gateway, octet by octet. What is wanted was written by hand from the RFCs;
 * tests/integration/test_dpdk.sh lets Linux ask. */
#include "../../../src/feed/dpdk_answers.h"
#include "../../../src/feed/dpdk_ways.h"

#include "packets.h"
#include "suite.h"

#include <stdlib.h>

static struct address addresses[2];
static struct answer_self self;

static void set_up(void)
{
    addresses[0] = packet_address("10.0.1.1");
    addresses[1] = packet_address("2001:db8::1");
    self = (struct answer_self){addresses, 2, {2, 0, 0, 0, 0, 9}};
}

#define ARP_REQUEST "0001080006040001 020000000002 0a000002 000000000000 0a000101"
#define ARP_REPLY   "0001080006040002 020000000009 0a000101 020000000002 0a000002"
#define FROM_SENDER "ffffffffffff 020000000002 "
#define TO_SENDER   "020000000002 020000000009 "

static const struct {
    const char *name, *frame, *answer; /* answer NULL: none */
} greetings[] = {
    {"arp", FROM_SENDER "0806" ARP_REQUEST, TO_SENDER "0806" ARP_REPLY},
    {"arp in a vlan", FROM_SENDER "8100 0064 0806" ARP_REQUEST, TO_SENDER "8100 0064 0806" ARP_REPLY},
    {"arp in two vlans", FROM_SENDER "88a8 0005 8100 0064 0806" ARP_REQUEST,
     TO_SENDER "88a8 0005 8100 0064 0806" ARP_REPLY},
    {"arp in three vlans", FROM_SENDER "88a8 0005 8100 0064 8100 0065 0806" ARP_REQUEST, NULL},
    {"arp with padding", FROM_SENDER "0806" ARP_REQUEST "0000000000000000", TO_SENDER "0806" ARP_REPLY},
    {"arp for another", FROM_SENDER "0806 0001080006040001 020000000002 0a000002 000000000000 0a000102",
     NULL},
    {"arp reply", FROM_SENDER "0806" ARP_REPLY, NULL},
    {"arp cut", FROM_SENDER "0806 0001080006040001 020000000002 0a000002 000000000000 0a0001", NULL},
    {"arp of token ring", FROM_SENDER "0806 0006080006040001 020000000002 0a000002 000000000000 0a000101",
     NULL},
    {"other ethertype", FROM_SENDER "88cc" ARP_REQUEST, NULL},
    {"empty", "", NULL},
    {"no type", "ffffffffffff 020000000002", NULL},
    {"udp is no greeting", FROM_SENDER "0800 4500001c 00000000 4011 0000 0a000002 0a000101 0d3a0d3a00080000",
     NULL},
    {"pong", FROM_SENDER "0800 45000020 00000000 4001 65d9 0a000002 0a000101 0000 fafb 0001 0003 01020304",
     NULL},
    {"ping for another",
     FROM_SENDER "0800 45000020 00000000 4001 65d9 0a000002 0a000102 0800 f2fb 0001 0003 01020304", NULL},
    {"ping in fragments",
     FROM_SENDER "0800 45000020 00002000 4001 65d9 0a000002 0a000101 0800 f2fb 0001 0003 01020304", NULL},
    {"ping cut", FROM_SENDER "0800 45000020 00000000 4001 65d9 0a000002 0a000101 0800 f2fb 0001 0003 0102",
     NULL},
    {"detection of a double address",
     FROM_SENDER "86dd 60000000 0018 3aff 00000000000000000000000000000000 ff0200000000000000000001ff000001 "
                 "8700 0000 00000000 20010db8000000000000000000000001",
     NULL},
    {"solicitation for another",
     FROM_SENDER "86dd 60000000 0018 3aff 20010db8000000000000000000000002 ff0200000000000000000001ff000001 "
                 "8700 0000 00000000 20010db8000000000000000000000003",
     NULL},
    {"solicitation from afar",
     FROM_SENDER "86dd 60000000 0018 3afe 20010db8000000000000000000000002 ff0200000000000000000001ff000001 "
                 "8700 0000 00000000 20010db8000000000000000000000001",
     NULL},
    {"solicitation cut",
     FROM_SENDER "86dd 60000000 0010 3aff 20010db8000000000000000000000002 ff0200000000000000000001ff000001 "
                 "8700 0000 00000000 20010db800000000",
     NULL},
};

/* The answer to a frame in memory of its very size. */
static size_t greet(const uint8_t *bytes, size_t length, uint8_t answer[static ANSWER_BYTES_MAX])
{
    uint8_t *copy = malloc(length + 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    uint8_t *exact = length ? realloc(copy, length) : copy;
    const size_t answered = answer_greeting(&self, (struct octets){exact, length}, answer);
    free(exact);
    return answered;
}

START_TEST(a_greeting_is_answered_as_it_should_be)
{
    uint8_t frame[2048], wanted[2048], answer[ANSWER_BYTES_MAX];
    const size_t length = packet_hex(greetings[_i].frame, frame, sizeof(frame));
    const size_t answered = greet(frame, length, answer);
    const size_t wanted_length =
        greetings[_i].answer ? packet_hex(greetings[_i].answer, wanted, sizeof(wanted)) : 0;
    ck_assert_msg(answered == wanted_length, "%s: %zu octets, not %zu", greetings[_i].name, answered,
                  wanted_length);
    ck_assert_msg(memcmp(answer, wanted, wanted_length) == 0, "%s", greetings[_i].name);
}
END_TEST

START_TEST(no_cut_frame_is_read_beyond_its_end)
{
    uint8_t frame[2048], answer[ANSWER_BYTES_MAX];
    for (size_t i = 0; i < ARRAY_COUNT(greetings); i++) {
        const size_t length = packet_hex(greetings[i].frame, frame, sizeof(frame));
        for (size_t cut = 0; cut < length; cut++)
            (void)greet(frame, cut, answer);
    }
    ck_assert_uint_eq(greet(frame, 0, answer), 0);
}
END_TEST

static uint32_t sum(const uint8_t *bytes, size_t length)
{
    uint32_t result = 0;
    for (size_t i = 0; i < length; i++)
        result += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
    while (result >> 16)
        result = (result & 0xFFFF) + (result >> 16);
    return result;
}

START_TEST(a_ping_comes_back_with_its_payload)
{
    uint8_t frame[ANSWER_BYTES_MAX + 100], answer[ANSWER_BYTES_MAX];
    size_t length = packet_hex(FROM_SENDER "0800 45000000 00000000 4001 0000 0a000002 0a000101 "
                                           "0800 0000 0001 0003",
                               frame, sizeof(frame));
    for (size_t payload = 0; payload < 1900; payload += 7) {
        for (size_t i = 0; i < payload; i++)
            frame[length + i] = (uint8_t)(i * 3);
        octets_put16(frame + 16, (uint16_t)(28 + payload));
        ck_assert_uint_eq(greet(frame, length + payload, answer), length + payload);
        ck_assert_uint_eq(sum(answer + 14, 20), 0xFFFF);
        ck_assert_uint_eq(sum(answer + 34, 8 + payload), 0xFFFF);
        ck_assert_mem_eq(answer + 26, frame + 30, 4);
        ck_assert_mem_eq(answer + 30, frame + 26, 4);
        ck_assert_uint_eq(answer[34], 0);
        ck_assert_mem_eq(answer + 38, frame + 38, 4 + payload);
    }
    octets_put16(frame + 16, 2028); /* longer than an answer can be */
    ck_assert_uint_eq(greet(frame, 14 + 2028, answer), 0);
}
END_TEST

START_TEST(a_neighbour_is_told_where_we_are)
{
    uint8_t frame[200], answer[ANSWER_BYTES_MAX];
    const size_t length =
        packet_hex("333300000001 020000000002 86dd 60000000 0020 3aff 20010db8000000000000000000000002 "
                   "ff0200000000000000000001ff000001 8700 0000 00000000 20010db8000000000000000000000001 "
                   "0101 020000000002",
                   frame, sizeof(frame));
    uint8_t wanted[200];
    const size_t wanted_length =
        packet_hex(TO_SENDER "86dd 60000000 0020 3aff 20010db8000000000000000000000001 "
                             "20010db8000000000000000000000002 8800 0000 60000000 "
                             "20010db8000000000000000000000001 0201 020000000009",
                   wanted, sizeof(wanted));
    ck_assert_uint_eq(greet(frame, length, answer), wanted_length);
    octets_put16(wanted + 56, octets_get16(answer + 56)); /* the checksum is looked at by itself */
    ck_assert_mem_eq(answer, wanted, wanted_length);
    const uint32_t pseudo = sum(answer + 22, 32) + 58 + 32;
    ck_assert_uint_eq((sum(answer + 54, 32) + pseudo) % 0xFFFF, 0);
}
END_TEST

START_TEST(an_ipv6_ping_comes_back)
{
    uint8_t frame[200], answer[ANSWER_BYTES_MAX];
    const size_t length =
        packet_hex(FROM_SENDER "86dd 60000000 000c 3a40 20010db8000000000000000000000002 "
                               "20010db8000000000000000000000001 8000 1234 0001 0003 01020304",
                   frame, sizeof(frame));
    ck_assert_uint_eq(greet(frame, length, answer), length);
    ck_assert_uint_eq(answer[54], 129);
    ck_assert_mem_eq(answer + 58, frame + 58, 8);
    const uint32_t pseudo = sum(answer + 22, 32) + 58 + 12;
    ck_assert_uint_eq((sum(answer + 54, 12) + pseudo) % 0xFFFF, 0);
}
END_TEST

START_TEST(a_datagram_is_one_that_anybody_takes)
{
    static const char *const places[][2] = {{"10.0.1.1", "10.0.0.1"}, {"2001:db8::1", "2001:db8::2"}};
    uint8_t frame[200], answer[ANSWER_BYTES_MAX];
    struct answer_link link;
    const size_t length = packet_hex(FROM_SENDER "8100 0064 0800 45", frame, sizeof(frame));
    ck_assert(answer_link_of(&self, (struct octets){frame, length}, &link));
    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        const struct address from = packet_address(places[i][0]), to = packet_address(places[i][1]);
        const struct octets payload = {(const uint8_t *)"seven!!", 7};
        struct frame parsed;
        const size_t got = answer_udp(&link, &from, &to, 3386, 40000, payload, answer);
        ck_assert_int_eq(
            frame_parse(FRAME_ETHERNET, answer, got, got, FRAME_CHECK_IP | FRAME_CHECK_TRANSPORT, &parsed),
            PACKET_NONE);
        ck_assert(address_equal(&parsed.source, &from) && address_equal(&parsed.destination, &to));
        ck_assert_uint_eq(parsed.source_port, 3386);
        ck_assert_uint_eq(parsed.destination_port, 40000);
        ck_assert_uint_eq(parsed.payload.length, 7);
        ck_assert_mem_eq(parsed.payload.bytes, "seven!!", 7);
        ck_assert_uint_eq(octets_get16(answer + 14), 0x64);
    }
}
END_TEST

START_TEST(a_segment_is_one_that_anybody_takes)
{
    static const char *const places[][2] = {{"10.0.1.1", "10.0.0.1"}, {"2001:db8::1", "2001:db8::2"}};
    uint8_t frame[200], answer[ANSWER_BYTES_MAX], payload[1460];
    struct answer_link link;
    const size_t length = packet_hex(FROM_SENDER "88a8 0005 8100 0064 0800 45", frame, sizeof(frame));
    ck_assert(answer_link_of(&self, (struct octets){frame, length}, &link));
    for (size_t i = 0; i < sizeof(payload); i++)
        payload[i] = (uint8_t)(i * 7);
    for (size_t i = 0; i < 2 * sizeof(payload); i++) {
        const struct address from = packet_address(places[i % 2][0]), to = packet_address(places[i % 2][1]);
        const struct segment segment = {.source = &from,
                                        .destination = &to,
                                        .source_port = 3386,
                                        .destination_port = 40000,
                                        .sequence = 0xFFFFFFF0,
                                        .acknowledgement = 0x01020304 + (uint32_t)i,
                                        .flags = 0x18,
                                        .window = (uint16_t)(i * 9),
                                        .largest = i % 4 < 2 ? 1440 : 0,
                                        .payload = {i / 2 ? payload : NULL, i / 2}};
        struct frame parsed;
        const size_t got = answer_tcp(&link, &segment, answer);
        ck_assert_int_eq(
            frame_parse(FRAME_ETHERNET, answer, got, got, FRAME_CHECK_IP | FRAME_CHECK_TRANSPORT, &parsed),
            PACKET_NONE);
        ck_assert(address_equal(&parsed.source, &from) && address_equal(&parsed.destination, &to));
        ck_assert(parsed.source_port == 3386 && parsed.destination_port == 40000);
        ck_assert(parsed.tcp_sequence == segment.sequence && parsed.tcp_flags == 0x18);
        ck_assert_uint_eq(parsed.tcp_acknowledgement, segment.acknowledgement);
        ck_assert_uint_eq(parsed.tcp_window, segment.window);
        ck_assert_uint_eq(parsed.tcp_options.length, segment.largest ? 4 : 0);
        if (segment.largest)
            ck_assert_mem_eq(parsed.tcp_options.bytes, "\x02\x04\x05\xa0", 4);
        ck_assert_uint_eq(parsed.payload.length, i / 2);
        ck_assert_mem_eq(parsed.payload.bytes, payload, i / 2);
        ck_assert_uint_eq(octets_get16(answer + 18), 0x64);
    }
}
END_TEST

START_TEST(ways_are_found_until_others_need_their_place)
{
    struct dpdk_ways *ways = dpdk_ways_create((struct hash_key){1, 2});
    struct answer_link link = {.length = 12};
    struct address address = packet_address("10.0.0.1");
    size_t port = 0, known = 0;
    ck_assert_ptr_null(dpdk_ways_find(ways, &address, &port));
    dpdk_ways_put(ways, &address, &link, 3);
    ck_assert_ptr_nonnull(dpdk_ways_find(ways, &address, &port));
    ck_assert_uint_eq(port, 3);
    link.bytes[0] = 77;
    dpdk_ways_put(ways, &address, &link, 4);
    ck_assert_uint_eq(dpdk_ways_find(ways, &address, &port)->bytes[0], 77);
    ck_assert_uint_eq(port, 4);
    for (uint32_t i = 0; i < 10000; i++) {
        octets_put32(address.octets, i);
        dpdk_ways_put(ways, &address, &link, 0);
        ck_assert_ptr_nonnull(dpdk_ways_find(ways, &address, &port)); /* the newest always is */
    }
    for (uint32_t i = 0; i < 10000; i++) {
        octets_put32(address.octets, i);
        known += dpdk_ways_find(ways, &address, &port) != NULL;
    }
    ck_assert_uint_le(known, 4096);
    ck_assert_uint_gt(known, 3500);
    dpdk_ways_destroy(ways);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dpdk answers");
    TCase *tcase = tcase_create("answers");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, a_greeting_is_answered_as_it_should_be, 0, ARRAY_COUNT(greetings));
    tcase_add_test(tcase, no_cut_frame_is_read_beyond_its_end);
    tcase_add_test(tcase, a_ping_comes_back_with_its_payload);
    tcase_add_test(tcase, a_neighbour_is_told_where_we_are);
    tcase_add_test(tcase, an_ipv6_ping_comes_back);
    tcase_add_test(tcase, a_datagram_is_one_that_anybody_takes);
    tcase_add_test(tcase, a_segment_is_one_that_anybody_takes);
    tcase_add_test(tcase, ways_are_found_until_others_need_their_place);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
