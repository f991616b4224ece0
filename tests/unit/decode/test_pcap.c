/* SPDX-License-Identifier: Apache-2.0
 * Captures to records. tests/fixtures/pcap/README.md says where each capture is from; NAME.records beside it is what must
 * come out: the NDJSON of records and then the rejects, equal ones in a row counted. */
#include "decoding.h"
#include "packets.h"
#include "suite.h"

#include "simsieve/decode/capture.h"

#include <stdio.h>
#include <stdlib.h>

#define FOLDER   "tests/fixtures/pcap/"
#define CAPACITY 64

static const struct {
    const char *capture;
    const char *records;
} captures[] = {
    {FOLDER "gtpprime_all_messages.pcap", FOLDER "gtpprime_all_messages.records"},
    {FOLDER "gtpprime_all_messages.pcapng", FOLDER "gtpprime_all_messages.records"},
    {FOLDER "gtpprime_cisco_ggsn.pcap", FOLDER "gtpprime_cisco_ggsn.records"},
    {FOLDER "gtpprime_sgsn_sms.pcap", FOLDER "gtpprime_sgsn_sms.records"},
    {FOLDER "gtpp_story.pcap", FOLDER "gtpp_story.records"},
    {FOLDER "gtpp_tcp.pcap", FOLDER "gtpp_tcp.records"},
    {FOLDER "fragments.pcap", FOLDER "fragments.records"},
    {FOLDER "smpp.pcap", FOLDER "smpp.records"},
    {FOLDER "smpp.pcapng", FOLDER "smpp.records"},
    {FOLDER "datagrams.pcap", FOLDER "datagrams.records"},
};

static const struct decoder *pcap_decoder(void)
{
    return decoder_by_name("pcap", &(const char *){NULL});
}

static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s is not there: run from the root of the checkout", path);
    fseek(file, 0, SEEK_END);
    *length = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*length + 1);
    ck_assert_uint_eq(fread(bytes, 1, *length, file), *length);
    bytes[*length] = 0;
    fclose(file);
    return bytes;
}

/* The ports of the captures, until the process ends (each test has its own). */
static void use_ports(void)
{
    static struct capture_ports ports;
    struct error error;
    ck_assert_int_eq(capture_ports_parse("records=5140", &ports, &error), ERROR_OK);
    decoding_context()->ports = &ports;
}

/* The outcome with one line for each, equal ones in a row counted. */
static char *outcome_lines(const struct decoding *decoding)
{
    char *outcome = decoding_outcome(decoding), *lines = NULL, *word = outcome;
    size_t length;
    FILE *stream = open_memstream(&lines, &length);
    while (word) {
        char *next = word;
        size_t count = 0, word_length = strcspn(word, "|");
        word_length -= word[word_length] == '|';
        do {
            char *bar = strstr(next, " | ");
            next = bar ? bar + 3 : NULL;
            count++;
        } while (next && strncmp(next, word, word_length) == 0 &&
                 strcspn(next, "|") - (strchr(next, '|') != NULL) == word_length);
        if (count > 1)
            fprintf(stream, "%zu times ", count);
        fprintf(stream, "%.*s\n", (int)word_length, word);
        word = next;
    }
    fclose(stream);
    free(outcome);
    return lines;
}

START_TEST(a_capture_decodes_to_what_stands_beside_it)
{
    size_t length, expected_length;
    char *bytes = read_file(captures[_i].capture, &length);
    char *expected = read_file(captures[_i].records, &expected_length);
    struct decoding decoding;
    use_ports();
    ck_assert_ptr_eq(decoder_detect(bytes, length), pcap_decoder());
    decoding_run(&decoding, pcap_decoder(), bytes, length, length, CAPACITY);
    ck_assert_int_eq(decoding.class, ERROR_OK);
    char *found = outcome_lines(&decoding);
    ck_assert_msg(strcmp(found, expected) == 0, "%s\n--- expected\n%s--- found\n%s", captures[_i].capture,
                  expected, found);
    free(found);
    decoding_fini(&decoding);
    free(expected);
    free(bytes);
}
END_TEST

START_TEST(however_a_capture_is_cut_the_same_comes_out)
{
    static const struct {
        size_t piece, capacity;
    } ways[] = {{1, CAPACITY}, {1, 1}, {13, CAPACITY}, {SIZE_MAX / 2, 1}};
    size_t length;
    char *bytes = read_file(captures[_i].capture, &length);
    struct decoding whole;
    use_ports();
    decoding_run(&whole, pcap_decoder(), bytes, length, length, CAPACITY);
    for (size_t way = 0; way < ARRAY_COUNT(ways); way++) {
        struct decoding pieces;
        decoding_run(&pieces, pcap_decoder(), bytes, length, ways[way].piece, ways[way].capacity);
        ck_assert_msg(decoding_equal(&whole, &pieces), "%s, way %zu", captures[_i].capture, way);
        decoding_fini(&pieces);
    }
    decoding_fini(&whole);
    free(bytes);
}
END_TEST

/* Whatever is cut off, what came before it comes out, and the damage has a reason. */
START_TEST(a_capture_cut_short_gives_what_it_holds)
{
    size_t length, most = 0;
    char *bytes = read_file(captures[_i].capture, &length);
    const size_t step = length / 40 + 1;
    use_ports();
    for (size_t cut = 0; cut < length; cut += step) {
        struct decoding decoding;
        decoding_run(&decoding, pcap_decoder(), bytes, cut, length, CAPACITY);
        ck_assert_int_eq(decoding.class, ERROR_OK);
        const size_t count = decoding.record_count + decoding.reject_count;
        most = u64_max(most, count);
        decoding_fini(&decoding);
    }
    ck_assert_uint_gt(most, 0);
    free(bytes);
}
END_TEST

/* ---- the file ---- */

static uint8_t *put32(uint8_t *at, uint32_t value, bool is_big)
{
    value = is_big ? __builtin_bswap32(value) : value;
    memcpy(at, &value, sizeof(value));
    return at + sizeof(value);
}

/* A capture of one packet. */
struct capture {
    uint8_t bytes[1024];
    size_t length;
};

static void make_pcap(struct capture *capture, const struct packet *packet, uint32_t link, bool is_big)
{
    uint8_t *at = put32(capture->bytes, 0xA1B2C3D4, is_big);
    at = put32(at, is_big ? 0x00020004 : 0x00040002, is_big);
    at = put32(put32(at, 0, is_big), 0, is_big);
    at = put32(put32(at, 65535, is_big), link, is_big);
    at = put32(put32(at, 1741919400, is_big), 250000, is_big);
    at = put32(put32(at, (uint32_t)packet->length, is_big), (uint32_t)packet->length, is_big);
    memcpy(at, packet->bytes, packet->length);
    capture->length = (size_t)(at - capture->bytes) + packet->length;
}

#define TEXT \
    "{\"type\":\"mo_sms\",\"time\":\"2025-03-14T09:30:00+07:00\",\"a\":\"0981234567\",\"b\":\"0912345678\"}\n"
#define RECORD \
    "{\"type\":\"mo_sms\",\"time\":\"2025-03-14T09:30:00+07:00\",\"a\":\"84981234567\",\"b\":\"84912345678\"}"

static struct packet *text_packet(bool is_ipv6)
{
    static struct packet packet;
    const char *source = is_ipv6 ? "2001:db8::5" : "10.0.0.5",
               *destination = is_ipv6 ? "2001:db8::9" : "10.0.0.9";
    packet_start(&packet, TEXT, strlen(TEXT));
    packet_udp(&packet, source, 5000, destination, 5140);
    packet_ip(&packet, source, destination, 17);
    return &packet;
}

static void check_outcome(const struct capture *capture, const char *expected)
{
    struct decoding decoding;
    use_ports();
    decoding_run(&decoding, pcap_decoder(), (const char *)capture->bytes, capture->length, capture->length,
                 CAPACITY);
    char *found = decoding_outcome(&decoding);
    ck_assert_str_eq(found, expected);
    free(found);
    decoding_fini(&decoding);
}

START_TEST(both_byte_orders_and_every_link_are_read)
{
    static const struct {
        uint32_t link;
        const char *before; /* in hexadecimal, of IPv4 */
    } links[] = {
        {1, "02000000000902000000000508 00"},
        {1, "020000000009020000000005 8100 0007 0800"},
        {1, "020000000009020000000005 88a8 0001 8100 0007 0800"},
        {113, "0000 0001 0006 0200000000050000 0800"},
        {276, "0800 0000 00000001 0001 00 06 0200000000050000"},
        {0, "02000000"},
        {101, ""},
        {228, ""},
    };
    struct capture capture;
    uint8_t bytes[32];
    for (size_t i = 0; i < ARRAY_COUNT(links); i++)
        for (int is_big = 0; is_big < 2; is_big++) {
            struct packet *packet = text_packet(false);
            packet_before(packet, bytes, packet_hex(links[i].before, bytes, sizeof(bytes)));
            make_pcap(&capture, packet, links[i].link, is_big);
            check_outcome(&capture, RECORD);
        }
    make_pcap(&capture, text_packet(true), 229, false);
    check_outcome(&capture, RECORD);
}
END_TEST

static const struct {
    const char *what;
    size_t at;      /* of a capture of one raw IP packet */
    uint32_t value; /* of 4 bytes there */
    const char *expected;
} damages[] = {
    {"no link that is read", 20, 147, "1:link_type"},
    {"a packet longer than captures hold", 32, 262145, "1:capture"},
    {"a packet beyond the end", 32, 2000, "1:record_truncated"},
    {"cut by the capture program", 36, 2000, RECORD},
    {"a time before 2000 is the least there is", 24, 1, RECORD},
    {"an IP header of 16 octets", 40, 0x00000044, "1:ip_header"},
};

START_TEST(damage_of_the_file_is_told)
{
    struct capture capture;
    make_pcap(&capture, text_packet(false), 101, false);
    put32(capture.bytes + damages[_i].at, damages[_i].value, false);
    check_outcome(&capture, damages[_i].expected);
}
END_TEST

static uint8_t *put_block(uint8_t *at, uint32_t type, const void *body, size_t length)
{
    const uint32_t whole = (uint32_t)(12 + ((length + 3) & ~(size_t)3));
    uint8_t *end = put32(put32(at, type, false), whole, false);
    memset(end, 0, whole - 12);
    memcpy(end, body, length);
    return put32(at + whole - 4, whole, false);
}

/* A section, an interface of raw IP and a block of one packet. */
static uint8_t *make_pcapng(struct capture *capture, uint32_t type, const uint8_t *block, size_t length)
{
    static const uint8_t section[16] = {0x4D, 0x3C, 0x2B, 0x1A, 1,    0,    0,    0,
                                        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    static const uint8_t interface[8] = {101};
    uint8_t *at = put_block(capture->bytes, 0x0A0D0D0A, section, sizeof(section));
    at = put_block(at, 1, interface, sizeof(interface));
    uint8_t *begin = at;
    at = put_block(at, type, block, length);
    capture->length = (size_t)(at - capture->bytes);
    return begin;
}

START_TEST(every_kind_of_packet_block_is_read)
{
    const struct packet *packet = text_packet(false);
    uint8_t body[512] = {0};
    struct capture capture;
    put32(put32(body + 12, (uint32_t)packet->length, false), (uint32_t)packet->length, false);
    memcpy(body + 20, packet->bytes, packet->length);
    make_pcapng(&capture, 6, body, 20 + packet->length);
    check_outcome(&capture, RECORD);
    make_pcapng(&capture, 2, body, 20 + packet->length);
    check_outcome(&capture, RECORD);
    make_pcapng(&capture, 3, body + 16, 4 + packet->length);
    check_outcome(&capture, RECORD);
    make_pcapng(&capture, 5, body, 20 + packet->length); /* statistics */
    check_outcome(&capture, "nothing");
}
END_TEST

START_TEST(damage_of_a_block_is_told)
{
    const struct packet *packet = text_packet(false);
    uint8_t body[512] = {0}, *block;
    struct capture capture;
    put32(put32(body + 12, (uint32_t)packet->length, false), (uint32_t)packet->length, false);
    memcpy(body + 20, packet->bytes, packet->length);
    body[0] = 1; /* an interface that the section does not have */
    make_pcapng(&capture, 6, body, 20 + packet->length);
    check_outcome(&capture, "1:capture");
    body[0] = 0;
    put32(body + 12, 400, false); /* more than the block holds */
    make_pcapng(&capture, 6, body, 20 + packet->length);
    check_outcome(&capture, "1:capture");
    block = make_pcapng(&capture, 6, body, 12); /* no room for its fields */
    check_outcome(&capture, "1:capture");
    put32(block + 4, 13, false); /* a length that is no multiple of 4 */
    check_outcome(&capture, "1:capture");
    block = make_pcapng(&capture, 6, body, 20 + packet->length);
    put32(capture.bytes + capture.length - 4, 8, false); /* lengths that disagree */
    check_outcome(&capture, "1:capture");
}
END_TEST

/* ---- ports ---- */

static const struct {
    const char *text;
    enum error_class class;
} port_texts[] = {
    {NULL, ERROR_OK},
    {"gtpp=3387", ERROR_OK},
    {"smpp=2775,smpp=2776,records=5140", ERROR_OK},
    {"", ERROR_USAGE},
    {"gtpp", ERROR_USAGE},
    {"gtpp=", ERROR_USAGE},
    {"gtpp=0", ERROR_USAGE},
    {"gtpp=65536", ERROR_USAGE},
    {"gtpp=3386,", ERROR_USAGE},
    {"http=80", ERROR_USAGE},
    {"gtpp=2000,smpp=2000", ERROR_USAGE},
    {"records=1,records=2,records=3,records=4,records=5,records=6,records=7,records=8", ERROR_OK},
    {"records=1,records=2,records=3,records=4,records=5,records=6,records=7,records=8,records=9",
     ERROR_USAGE},
};

START_TEST(ports_are_read_or_refused)
{
    struct capture_ports ports;
    struct error error;
    ck_assert_int_eq(capture_ports_parse(port_texts[_i].text, &ports, &error), port_texts[_i].class);
    if (port_texts[_i].text && !port_texts[_i].class)
        ck_assert(capture_ports_have(&ports, CAPTURE_GTPP, 3386) == !strstr(port_texts[_i].text, "gtpp"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode/pcap");
    TCase *tests = tcase_create("pcap");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_capture_decodes_to_what_stands_beside_it, 0, ARRAY_COUNT(captures));
    tcase_add_loop_test(tests, however_a_capture_is_cut_the_same_comes_out, 0, ARRAY_COUNT(captures));
    tcase_add_loop_test(tests, a_capture_cut_short_gives_what_it_holds, 0, ARRAY_COUNT(captures));
    tcase_add_test(tests, both_byte_orders_and_every_link_are_read);
    tcase_add_loop_test(tests, damage_of_the_file_is_told, 0, ARRAY_COUNT(damages));
    tcase_add_test(tests, every_kind_of_packet_block_is_read);
    tcase_add_test(tests, damage_of_a_block_is_told);
    tcase_add_loop_test(tests, ports_are_read_or_refused, 0, ARRAY_COUNT(port_texts));
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
