/* SPDX-License-Identifier: Apache-2.0 */
#include "packets.h"
#include "simsieve/packet/frame.h"
#include "suite.h"

#include <stdlib.h>

#define A4 "10.0.0.1"
#define B4 "10.0.0.2"
#define A6 "2001:db8::1"
#define B6 "2001:db8::2"

#define ALL_CHECKS (FRAME_CHECK_IP | FRAME_CHECK_TRANSPORT)

static struct packet packet;

/* Parses a copy of just these bytes, so that a sanitizer sees a read beyond them. */
static enum packet_drop parse(enum frame_link link, size_t length, size_t wire_length, unsigned checks,
                              struct frame *frame)
{
    static uint8_t *copy;
    free(copy);
    copy = malloc(length + 1);
    memcpy(copy + 1, packet.bytes, length);
    return frame_parse(link, copy + 1, length, wire_length, checks, frame);
}

static enum packet_drop parse_all(enum frame_link link, struct frame *frame)
{
    return parse(link, packet.length, packet.length, ALL_CHECKS, frame);
}

static void udp(const char *source, const char *destination)
{
    packet_start(&packet, "payload", 7);
    packet_udp(&packet, source, 1000, destination, 3386);
    packet_ip(&packet, source, destination, FRAME_UDP);
}

static void tcp(const char *source, const char *destination)
{
    packet_start(&packet, "payload", 7);
    packet_tcp(&packet, source, 1000, destination, 2775, 0xFFFFFFF0, 0x18);
    packet_ip(&packet, source, destination, FRAME_TCP);
}

static void check_payload(const struct frame *frame)
{
    ck_assert_uint_eq(frame->payload.length, 7);
    ck_assert_mem_eq(frame->payload.bytes, "payload", 7);
    ck_assert_uint_eq(frame->source_port, 1000);
    ck_assert(!frame->is_fragment);
}

static const struct {
    enum frame_link link;
    const char *header; /* hexadecimal; the last two octets are the EtherType where there is one */
    bool is_ipv6;
} links[] = {
    {FRAME_ETHERNET, "020000000001 020000000002 0800", false},
    {FRAME_ETHERNET, "020000000001 020000000002 86dd", true},
    {FRAME_ETHERNET, "020000000001 020000000002 8100 0064 0800", false},
    {FRAME_ETHERNET, "020000000001 020000000002 88a8 0064 8100 0065 0800", false},
    {FRAME_ETHERNET, "020000000001 020000000002 9100 0064 8100 0065 86dd", true},
    {FRAME_COOKED, "0000 0001 0006 020000000001 0000 0800", false},
    {FRAME_COOKED, "0000 0001 0006 020000000001 0000 86dd", true},
    {FRAME_COOKED_2, "0800 0000 00000001 0001 00 06 0200000000010000", false},
    {FRAME_COOKED_2, "86dd 0000 00000001 0001 00 06 0200000000010000", true},
    {FRAME_LOOPBACK, "02000000", false},
    {FRAME_LOOPBACK, "0000001c", true},
    {FRAME_RAW_IP, "", false},
    {FRAME_RAW_IP, "", true},
};

START_TEST(every_link_is_read_down_to_its_payload)
{
    const char *source = links[_i].is_ipv6 ? A6 : A4, *destination = links[_i].is_ipv6 ? B6 : B4;
    const struct address a = packet_address(source), b = packet_address(destination);
    for (int is_tcp = 0; is_tcp < 2; is_tcp++) {
        uint8_t header[32];
        struct frame frame;
        const size_t header_length = packet_hex(links[_i].header, header, sizeof(header));
        if (is_tcp)
            tcp(source, destination);
        else
            udp(source, destination);
        packet_before(&packet, header, header_length);
        ck_assert_int_eq(parse_all(links[_i].link, &frame), PACKET_NONE);
        check_payload(&frame);
        ck_assert_int_eq(frame.protocol, is_tcp ? FRAME_TCP : FRAME_UDP);
        ck_assert_uint_eq(frame.destination_port, is_tcp ? 2775 : 3386);
        ck_assert(address_equal(&frame.source, &a) && address_equal(&frame.destination, &b));
        if (is_tcp)
            ck_assert(frame.tcp_sequence == 0xFFFFFFF0 && frame.tcp_flags == 0x18 &&
                      frame.tcp_window == 65535);
        /* A header that is cut off anywhere is a reason, never a frame. */
        const size_t whole = packet.length;
        for (size_t length = 0; length < whole - 7; length++) {
            const enum packet_drop drop = parse(links[_i].link, length, length, ALL_CHECKS, &frame);
            ck_assert_msg(drop != PACKET_NONE && packet_drop_is_damage(drop), "cut at %zu: %s", length,
                          packet_drop_word(drop));
            ck_assert_int_eq(parse(links[_i].link, length, whole, ALL_CHECKS, &frame), PACKET_SNAPPED);
        }
    }
}
END_TEST

START_TEST(fields_of_tcp_are_read)
{
    static const uint8_t with_options[] = "\x02\x04\x05\xb4"
                                          "seven!!";
    struct frame frame;
    for (unsigned words = 0; words < 2; words++) {
        packet_start(&packet, with_options, 11);
        packet_tcp_answer(&packet, "10.0.0.1", 40000, "10.0.1.1", 3386, 7, 0xFFFFFFF1, 0x12, 513);
        packet.bytes[12] = (uint8_t)((5 + words) << 4);
        packet_ip(&packet, "10.0.0.1", "10.0.1.1", FRAME_TCP);
        ck_assert_int_eq(frame_parse(FRAME_RAW_IP, packet.bytes, packet.length, packet.length, 0, &frame),
                         PACKET_NONE);
        ck_assert(frame.tcp_sequence == 7 && frame.tcp_acknowledgement == 0xFFFFFFF1);
        ck_assert(frame.tcp_flags == (FRAME_TCP_SYN | FRAME_TCP_ACK) && frame.tcp_window == 513);
        ck_assert_uint_eq(frame.tcp_options.length, 4 * words);
        ck_assert_mem_eq(frame.tcp_options.bytes, with_options, 4);
        ck_assert_uint_eq(frame.payload.length, 11 - 4 * words);
    }
}
END_TEST

START_TEST(padding_behind_the_ip_packet_is_no_payload)
{
    struct frame frame;
    for (int is_ipv6 = 0; is_ipv6 < 2; is_ipv6++) {
        udp(is_ipv6 ? A6 : A4, is_ipv6 ? B6 : B4);
        packet_ethernet(&packet, is_ipv6 ? 0x86DD : 0x0800);
        packet_behind(&packet, "\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA", 9);
        ck_assert_int_eq(parse_all(FRAME_ETHERNET, &frame), PACKET_NONE);
        check_payload(&frame);
        /* ... not even where UDP claims it */
        packet_start(&packet, "payload and more", 16);
        packet_udp(&packet, A4, 1000, B4, 3386);
        packet.length -= 9;
        packet_ip(&packet, is_ipv6 ? A6 : A4, is_ipv6 ? B6 : B4, FRAME_UDP);
        packet_behind(&packet, " and more", 9);
        ck_assert_int_eq(parse(FRAME_RAW_IP, packet.length, packet.length, 0, &frame), PACKET_UDP_LENGTH);
    }
}
END_TEST

START_TEST(bytes_behind_the_udp_length_are_no_payload)
{
    struct frame frame;
    packet_start(&packet, "payload", 7);
    packet_udp(&packet, A4, 1000, B4, 3386);
    packet_behind(&packet, "xyz", 3);
    packet_ip(&packet, A4, B4, FRAME_UDP);
    ck_assert_int_eq(parse(FRAME_RAW_IP, packet.length, packet.length, FRAME_CHECK_IP, &frame), PACKET_NONE);
    check_payload(&frame);
}
END_TEST

START_TEST(options_and_extension_headers_are_stepped_over)
{
    /* hop-by-hop 8, routing 16, destination 8, AH 12 octets of it with 2 + 1 words, an atomic fragment */
    static const struct {
        const char *chain;
        uint8_t first;
    } chains[] = {
        {"11 00 0000 00000000", 0},
        {"2b 00 0000 00000000 3c 01 0000 00000000 0000000000000000 11 00 0000 00000000", 0},
        {"11 01 0000 00000000 00000000", 51},
        {"11 00 0000 00000001", 44},
        {"11 00 000000000000", 135},
    };
    struct frame frame;
    uint8_t bytes[64];
    packet_start(&packet, "payload", 7);
    packet_udp(&packet, A4, 1000, B4, 3386);
    packet_before(&packet, "\x01\x01\x01\x01", 4); /* IPv4 options */
    packet_ip(&packet, A4, B4, FRAME_UDP);
    packet.bytes[0] = 0x46;
    ck_assert_int_eq(parse(FRAME_RAW_IP, packet.length, packet.length, 0, &frame), PACKET_NONE);
    check_payload(&frame);
    for (size_t i = 0; i < ARRAY_COUNT(chains); i++) {
        packet_start(&packet, "payload", 7);
        packet_udp(&packet, A6, 1000, B6, 3386);
        packet_before(&packet, bytes, packet_hex(chains[i].chain, bytes, sizeof(bytes)));
        packet_ip(&packet, A6, B6, chains[i].first);
        ck_assert_int_eq(parse_all(FRAME_RAW_IP, &frame), PACKET_NONE);
        check_payload(&frame);
    }
}
END_TEST

START_TEST(a_chain_of_extension_headers_is_followed_so_far_and_no_further)
{
    static const uint8_t hop_by_hop[8] = {0};
    static const uint8_t last[8] = {FRAME_UDP};
    struct frame frame;
    for (unsigned count = 1; count <= FRAME_EXTENSION_MAX + 1; count++) {
        packet_start(&packet, "payload", 7);
        packet_udp(&packet, A6, 1000, B6, 3386);
        packet_before(&packet, last, sizeof(last));
        for (unsigned i = 1; i < count; i++)
            packet_before(&packet, hop_by_hop, sizeof(hop_by_hop));
        packet_ip(&packet, A6, B6, 0);
        ck_assert_int_eq(parse_all(FRAME_RAW_IP, &frame),
                         count <= FRAME_EXTENSION_MAX ? PACKET_NONE : PACKET_IP6_EXTENSIONS);
    }
}
END_TEST

/* One byte of a right packet is changed. */
static const struct {
    bool is_ipv6, is_tcp;
    size_t at;
    uint8_t value;
    unsigned checks;
    enum packet_drop drop;
} damages[] = {
    {false, false, 0, 0x44, 0, PACKET_IP_HEADER}, /* header of 16 */
    {false, false, 0, 0x4F, 0, PACKET_IP_HEADER}, /* header of 60, packet of 35 */
    {false, false, 0, 0x55, 0, PACKET_NOT_IP},    /* version 5 */
    {false, false, 3, 19, 0, PACKET_IP_LENGTH},   /* total below the header */
    {false, false, 3, 36, 0, PACKET_IP_LENGTH},   /* total beyond the frame */
    {false, false, 3, 34, 0, PACKET_UDP_LENGTH},  /* total below UDP's */
    {false, false, 8, 63, FRAME_CHECK_IP, PACKET_IP_CHECKSUM},
    {false, false, 8, 63, 0, PACKET_NONE},
    {false, false, 9, 1, 0, PACKET_NOT_TRANSPORT}, /* ICMP */
    {false, false, 25, 7, 0, PACKET_UDP_LENGTH},   /* UDP below its header */
    {false, false, 25, 16, 0, PACKET_UDP_LENGTH},  /* UDP beyond the packet */
    {false, false, 28, 'P', FRAME_CHECK_TRANSPORT, PACKET_TRANSPORT_CHECKSUM},
    {false, false, 28, 'P', FRAME_CHECK_IP, PACKET_NONE},
    {false, true, 32, 0x40, 0, PACKET_TCP_HEADER}, /* header of 16 */
    {false, true, 32, 0xF0, 0, PACKET_TCP_HEADER}, /* header of 60 */
    {false, true, 40, 'P', FRAME_CHECK_TRANSPORT, PACKET_TRANSPORT_CHECKSUM},
    {true, false, 5, 16, 0, PACKET_IP_LENGTH}, /* payload beyond the frame */
    {true, false, 5, 7, 0, PACKET_UDP_LENGTH},
    {true, false, 6, 59, 0, PACKET_NOT_TRANSPORT},  /* no next header */
    {true, false, 6, 50, 0, PACKET_NOT_TRANSPORT},  /* ESP */
    {true, false, 6, 43, 0, PACKET_IP6_EXTENSIONS}, /* ports read as a routing header, too long */
    {true, false, 48, 'P', FRAME_CHECK_TRANSPORT, PACKET_TRANSPORT_CHECKSUM},
};

START_TEST(a_wrong_byte_has_its_own_reason)
{
    struct frame frame;
    const char *source = damages[_i].is_ipv6 ? A6 : A4, *destination = damages[_i].is_ipv6 ? B6 : B4;
    if (damages[_i].is_tcp)
        tcp(source, destination);
    else
        udp(source, destination);
    packet.bytes[damages[_i].at] = damages[_i].value;
    const enum packet_drop drop =
        parse(FRAME_RAW_IP, packet.length, packet.length, damages[_i].checks, &frame);
    ck_assert_msg(drop == damages[_i].drop, "%s, not %s", packet_drop_word(drop),
                  packet_drop_word(damages[_i].drop));
}
END_TEST

START_TEST(a_udp_checksum_of_zero_is_none_in_ipv4_and_wrong_in_ipv6)
{
    struct frame frame;
    udp(A4, B4);
    octets_put16(packet.bytes + 26, 0);
    ck_assert_int_eq(parse_all(FRAME_RAW_IP, &frame), PACKET_NONE);
    udp(A6, B6);
    octets_put16(packet.bytes + 46, 0);
    ck_assert_int_eq(parse_all(FRAME_RAW_IP, &frame), PACKET_TRANSPORT_CHECKSUM);
}
END_TEST

START_TEST(tags_beyond_two_are_refused_and_other_traffic_is_none_of_ours)
{
    struct frame frame;
    static const uint16_t others[] = {0x0806, 0x88CC, 0x8847, 0x0026};
    for (unsigned tags = 0; tags <= FRAME_VLAN_MAX + 1; tags++) {
        udp(A4, B4);
        for (unsigned i = 0; i < tags; i++)
            packet_before(&packet, i ? "\x00\x01\x81\x00" : "\x00\x01\x08\x00", 4);
        packet_ethernet(&packet, tags ? 0x8100 : 0x0800);
        ck_assert_int_eq(parse_all(FRAME_ETHERNET, &frame),
                         tags <= FRAME_VLAN_MAX ? PACKET_NONE : PACKET_VLAN_DEPTH);
    }
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        udp(A4, B4);
        packet_ethernet(&packet, others[i]);
        ck_assert_int_eq(parse_all(FRAME_ETHERNET, &frame), PACKET_NOT_IP);
        ck_assert(!packet_drop_is_damage(PACKET_NOT_IP));
    }
}
END_TEST

START_TEST(a_fragment_says_where_it_belongs)
{
    static const uint8_t whole[64] = {1, 2, 3};
    struct frame frame;
    for (int is_ipv6 = 0; is_ipv6 < 2; is_ipv6++) {
        packet_fragment(&packet, is_ipv6 ? A6 : A4, is_ipv6 ? B6 : B4, FRAME_UDP, 0xBEEF, whole, 64, 24, 16);
        ck_assert_int_eq(parse_all(FRAME_RAW_IP, &frame), PACKET_NONE);
        ck_assert(frame.is_fragment && frame.has_more);
        ck_assert_uint_eq(frame.fragment_offset, 24);
        ck_assert_uint_eq(frame.fragment_id, 0xBEEF);
        ck_assert_uint_eq(frame.payload.length, 16);
        ck_assert_int_eq(frame.protocol, FRAME_UDP);
        packet_fragment(&packet, is_ipv6 ? A6 : A4, is_ipv6 ? B6 : B4, FRAME_UDP, 1, whole, 64, 48, 16);
        ck_assert_int_eq(parse_all(FRAME_RAW_IP, &frame), PACKET_NONE);
        ck_assert(frame.is_fragment && !frame.has_more);
        ck_assert_int_eq(parse(FRAME_RAW_IP, packet.length - 1, packet.length, 0, &frame), PACKET_SNAPPED);
    }
}
END_TEST

START_TEST(addresses_print_as_people_know_them)
{
    char buffer[ADDRESS_TEXT_BYTES];
    const struct address v4 = packet_address("192.168.10.255"), v6 = packet_address("2001:db8::ff00:1");
    const struct address none = address_make((const uint8_t *)"12345", 5);
    const struct address longest = packet_address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    ck_assert_str_eq(address_format(&v4, buffer), "192.168.10.255");
    ck_assert_str_eq(address_format(&v6, buffer), "2001:db8:0:0:0:0:ff00:1");
    ck_assert_str_eq(address_format(&none, buffer), "?");
    ck_assert_str_eq(address_format(&longest, buffer), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}
END_TEST

START_TEST(every_drop_has_a_word_of_its_own_and_a_meaning)
{
    for (unsigned i = 0; i < PACKET_DROP_COUNT; i++) {
        ck_assert_uint_gt(strlen(packet_drop_meaning((enum packet_drop)i)), 10);
        ck_assert(packet_drop_is_damage((enum packet_drop)i) == (i > PACKET_NOT_TRANSPORT));
        for (unsigned j = 0; j < i; j++)
            ck_assert_str_ne(packet_drop_word((enum packet_drop)i), packet_drop_word((enum packet_drop)j));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packet/frame");
    TCase *tests = tcase_create("frame");
    tcase_add_loop_test(tests, every_link_is_read_down_to_its_payload, 0, ARRAY_COUNT(links));
    tcase_add_test(tests, fields_of_tcp_are_read);
    tcase_add_test(tests, padding_behind_the_ip_packet_is_no_payload);
    tcase_add_test(tests, bytes_behind_the_udp_length_are_no_payload);
    tcase_add_test(tests, options_and_extension_headers_are_stepped_over);
    tcase_add_test(tests, a_chain_of_extension_headers_is_followed_so_far_and_no_further);
    tcase_add_loop_test(tests, a_wrong_byte_has_its_own_reason, 0, ARRAY_COUNT(damages));
    tcase_add_test(tests, a_udp_checksum_of_zero_is_none_in_ipv4_and_wrong_in_ipv6);
    tcase_add_test(tests, tags_beyond_two_are_refused_and_other_traffic_is_none_of_ours);
    tcase_add_test(tests, a_fragment_says_where_it_belongs);
    tcase_add_test(tests, addresses_print_as_people_know_them);
    tcase_add_test(tests, every_drop_has_a_word_of_its_own_and_a_meaning);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
