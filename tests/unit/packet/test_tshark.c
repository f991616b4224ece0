/* SPDX-License-Identifier: Apache-2.0
 * Every GTP' message of the captures in tests/fixtures/pcap, as Wireshark's dissector read it: NAME.tshark was written
 * by tests/integration/test_tshark.sh, which checks that a tshark at hand still says the same. */
#include "../../../src/decode/capture_file.h"
#include "suite.h"

#include "simsieve/packet/gtpp.h"
#include "simsieve/packet/reassembly.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/fixtures/pcap/"

/* Of a line: packet, first octet, type, sequence number; all there is of a damaged message. */
#define HEADER_WORDS 4

/* An element that may come without the command "send" before it. */
#define RECORDS 252

static const char *const names[] = {"gtpprime_all_messages", "gtpprime_cisco_ggsn", "gtpprime_sgsn_sms",
                                    "gtpp_story", "fragments"};

static void print_sequences(FILE *out, unsigned has, struct octets list)
{
    for (size_t i = 0; has && i < gtpp_sequence_count(list); i++)
        fprintf(out, "%s%u", i ? "," : "", gtpp_sequence_at(list, i));
    fputc(';', out);
}

/* A message as tshark prints its fields. */
static void print_message(FILE *out, uint64_t number, struct octets bytes)
{
    struct gtpp_message message;
    struct octets record;
    const enum packet_drop drop = gtpp_parse(bytes.bytes, bytes.length, &message);
    const struct gtpp_header *header = &message.header;
    fprintf(out, "%llu;0x%02x;0x%02x;0x%04x;", (unsigned long long)number, bytes.bytes[0], header->type,
            header->sequence);
    if (!drop) {
        const bool has_command =
            message.has & GTPP_HAS_COMMAND && bytes.bytes[header->header_length] != RECORDS;
        fprintf(out, has_command ? "%u;" : ";", message.command);
        print_sequences(out, message.has & GTPP_HAS_RELEASED, message.released);
        print_sequences(out, message.has & GTPP_HAS_CANCELLED, message.cancelled);
        print_sequences(out, message.has & GTPP_HAS_RESPONDED, message.responded);
        fprintf(out, message.has & GTPP_HAS_CAUSE ? "%u;" : ";", message.cause);
        for (bool is_first = true; gtpp_next_record(&message.records, &record); is_first = false)
            fprintf(out, "%s%zu", is_first ? "" : ",", record.length);
    }
    fputc('\n', out);
}

static void print_packet(FILE *out, struct reassembly *reassembly, const struct capture_packet *packet,
                         uint64_t number)
{
    struct frame frame, whole;
    enum packet_drop drop =
        frame_parse(packet->link, packet->bytes.bytes, packet->bytes.length, packet->wire_length, 0, &frame);
    if (!drop && frame.is_fragment) {
        if (!reassembly_add(reassembly, &frame, packet->time_ms, number, &whole, &drop))
            return;
        drop = frame_parse_whole(&whole, 0);
        frame = whole;
    }
    if (!drop && frame.protocol == FRAME_UDP && frame.destination_port == GTPP_PORT)
        print_message(out, number, frame.payload);
}

static void ignore_lost(void *owner, enum packet_drop why, const struct frame *frame, uint64_t tag)
{
    (void)owner, (void)why, (void)frame, (void)tag;
}

static char *print_capture(const char *name)
{
    const struct reassembly_options options = {.datagram_count = 8, .timeout_ms = 60000, .lost = ignore_lost};
    struct error error;
    char path[128], *lines = NULL;
    static uint8_t bytes[65536];
    size_t length, lines_length, used;
    snprintf(path, sizeof(path), FOLDER "%s.pcap", name);
    FILE *file = fopen(path, "r"), *out = open_memstream(&lines, &lines_length);
    ck_assert_ptr_nonnull(file);
    length = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    struct reassembly *reassembly = reassembly_create(&options, &error);
    struct capture_file capture = {0};
    for (size_t at = 0; at < length; at += used) {
        struct capture_packet packet;
        enum reason reason;
        if (capture_next(&capture, bytes + at, length - at, true, &packet, &reason, &used) == CAPTURE_PACKET)
            print_packet(out, reassembly, &packet, capture.packet_count);
    }
    reassembly_destroy(reassembly);
    capture_fini(&capture);
    fclose(out);
    return lines;
}

/* The length of a line up to its `words`th semicolon. */
static size_t length_of_words(const char *line, size_t words)
{
    size_t length = 0;
    while (words > 0 && line[length])
        words -= line[length++] == ';';
    return length;
}

START_TEST(a_message_is_read_as_wireshark_reads_it)
{
    char path[128], *expected = NULL, *found = print_capture(names[_i]);
    size_t capacity = 0, count = 0;
    const char *at = found;
    snprintf(path, sizeof(path), FOLDER "%s.tshark", names[_i]);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    while (getline(&expected, &capacity, file) > 0) {
        const size_t length = strcspn(at, "\n");
        const bool is_damaged = length == length_of_words(at, HEADER_WORDS);
        const size_t compared = is_damaged ? length : strlen(expected) - 1;
        ck_assert_msg(strncmp(expected, at, compared) == 0 && (is_damaged || compared == length),
                      "%s\n  tshark %s  ours   %.*s", names[_i], expected, (int)length, at);
        at += length + 1;
        count++;
    }
    ck_assert_str_eq(at, "");
    ck_assert_uint_gt(count, 0);
    fclose(file);
    free(expected);
    free(found);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packet/tshark");
    TCase *tests = tcase_create("tshark");
    tcase_add_loop_test(tests, a_message_is_read_as_wireshark_reads_it, 0, ARRAY_COUNT(names));
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
