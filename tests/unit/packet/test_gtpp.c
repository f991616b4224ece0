/* SPDX-License-Identifier: Apache-2.0 */
#include "packets.h"
#include "simsieve/packet/gtpp.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

/* Parses a copy of just these bytes, so that a sanitizer sees a read beyond them. The copy lives until the next. */
static enum packet_drop parse(const uint8_t *bytes, size_t length, struct gtpp_message *message)
{
    static uint8_t *copy;
    free(copy);
    copy = malloc(length + 1);
    memcpy(copy + 1, bytes, length);
    return gtpp_parse(copy + 1, length, message);
}

static enum packet_drop parse_hex(const char *text, struct gtpp_message *message)
{
    static uint8_t bytes[4096];
    return parse(bytes, packet_hex(text, bytes, sizeof(bytes)), message);
}

static const struct {
    const char *message;
    enum packet_drop drop;
    unsigned has;
    unsigned unknown_count;
} messages[] = {
    /* each type, in each version and header form */
    {"4e01 0000 0001", PACKET_NONE, 0, 0},
    {"2e01 0000 0001", PACKET_NONE, 0, 0},
    {"0f01 0000 0001", PACKET_NONE, 0, 0},
    {"0e01 0000 0001 0000000000000000000000000000", PACKET_NONE, 0, 0},
    {"4001 0000 0001", PACKET_NONE, 0, 0}, /* spare bits 0 */
    {"4f01 0000 0001", PACKET_NONE, 0, 0}, /* bit 1 says nothing above version 0 */
    {"4e02 0002 0001 0e07", PACKET_NONE, GTPP_HAS_RECOVERY, 0},
    {"4e03 0000 0001", PACKET_NONE, 0, 0},
    {"4e04 0007 0001 fb0004 0a000001", PACKET_NONE, GTPP_HAS_NODE, 0},
    {"4e04 0013 0001 fb0010 20010db8000000000000000000000001", PACKET_NONE, GTPP_HAS_NODE, 0},
    {"4e05 0000 0001", PACKET_NONE, 0, 0},
    {"4e06 0009 0001 013f fe0004 0a000002", PACKET_NONE, GTPP_HAS_CAUSE | GTPP_HAS_RECOMMENDED, 0},
    {"4e07 0002 0001 0180", PACKET_NONE, GTPP_HAS_CAUSE, 0},
    {"4ef1 0007 0004 0180 fd0002 0004", PACKET_NONE, GTPP_HAS_CAUSE | GTPP_HAS_RESPONDED, 0},
    {"4ef0 0007 0004 7e03 fa0002 0005", PACKET_NONE, GTPP_HAS_COMMAND | GTPP_HAS_CANCELLED, 0},
    {"4ef0 0009 0004 7e04 f90004 0005 0006", PACKET_NONE, GTPP_HAS_COMMAND | GTPP_HAS_RELEASED, 0},
    {"4ef0 0005 0004 7e01 fc0000", PACKET_NONE, GTPP_HAS_COMMAND | GTPP_HAS_RECORDS, 0},
    {"4ef0 0009 0004 7e01 fc0004 00011507", PACKET_NONE, GTPP_HAS_COMMAND | GTPP_HAS_RECORDS,
     0},                                                                            /* no record */
    {"0ff0 0003 0001 fc0000", PACKET_NONE, GTPP_HAS_COMMAND | GTPP_HAS_RECORDS, 0}, /* "send" is meant */
    /* elements that are stepped over, in any order */
    {"4e01 0008 0001 ff0005 0001616263", PACKET_NONE, 0, 1},
    {"4e01 000d 0001 7f00000001 ff0005 0001616263", PACKET_NONE, 0, 2},
    {"4e01 0003 0001 ed0000", PACKET_NONE, 0, 1},
    {"4ef1 0010 0004 ff0002 0001 fd0002 0004 f00001aa 0180", PACKET_NONE, GTPP_HAS_CAUSE | GTPP_HAS_RESPONDED,
     2},
    {"4e06 0006 0001 013f fe0001 0a", PACKET_NONE, GTPP_HAS_CAUSE,
     1}, /* a wrong optional one is as if not there */
    /* bytes behind the message are none of it */
    {"4e02 0002 0001 0e07 ffff", PACKET_NONE, GTPP_HAS_RECOVERY, 0},
    /* damage */
    {"", PACKET_GTPP_SHORT, 0, 0},
    {"4e01 0000 00", PACKET_GTPP_SHORT, 0, 0},
    {"4e01 0001 0001", PACKET_GTPP_SHORT, 0, 0},
    {"4e02 0002 0001 0e", PACKET_GTPP_SHORT, 0, 0},
    {"0e01 0000 0001", PACKET_GTPP_SHORT, 0, 0}, /* 14 octets of the long header are missing */
    {"5e01 0000 0001", PACKET_GTPP_NOT_PRIME, 0, 0},
    {"1e01 0000 0001 0000000000000000000000000000", PACKET_GTPP_NOT_PRIME, 0, 0},
    {"6e01 0000 0001", PACKET_GTPP_VERSION, 0, 0},
    {"ee01 0000 0001", PACKET_GTPP_VERSION, 0, 0},
    {"4e00 0000 0001", PACKET_GTPP_TYPE, 0, 0},
    {"4e10 0000 0001", PACKET_GTPP_TYPE, 0, 0},
    {"4eff 0000 0001", PACKET_GTPP_TYPE, 0, 0},
    {"4e01 0002 0001 0f00", PACKET_GTPP_IE_UNKNOWN, 0, 0},
    {"4e01 0001 0001 00", PACKET_GTPP_IE_UNKNOWN, 0, 0},
    {"4e02 0001 0001 0e", PACKET_GTPP_IE_LENGTH, 0, 0},
    {"4e01 0004 0001 7f000001", PACKET_GTPP_IE_LENGTH, 0, 0},
    {"4e01 0002 0001 ff00", PACKET_GTPP_IE_LENGTH, 0, 0},
    {"4e01 0004 0001 ff0002 00", PACKET_GTPP_IE_LENGTH, 0, 0},
    {"4e02 0000 0001", PACKET_GTPP_IE_MISSING, 0, 0},
    {"4e04 0000 0001", PACKET_GTPP_IE_MISSING, 0, 0},
    {"4e06 0000 0001", PACKET_GTPP_IE_MISSING, 0, 0},
    {"4e07 0000 0001", PACKET_GTPP_IE_MISSING, 0, 0},
    {"4ef0 0000 0001", PACKET_GTPP_IE_MISSING, 0, 0},
    {"4ef0 0002 0001 7e01", PACKET_GTPP_IE_MISSING, GTPP_HAS_COMMAND, 0},
    {"4ef0 0002 0001 7e02", PACKET_GTPP_IE_MISSING, GTPP_HAS_COMMAND, 0},
    {"4ef0 0007 0004 7e03 f90002 0005", PACKET_GTPP_IE_MISSING, GTPP_HAS_COMMAND | GTPP_HAS_RELEASED, 0},
    {"4ef0 0007 0004 7e04 fa0002 0005", PACKET_GTPP_IE_MISSING, GTPP_HAS_COMMAND | GTPP_HAS_CANCELLED, 0},
    {"4ef1 0002 0004 0180", PACKET_GTPP_IE_MISSING, GTPP_HAS_CAUSE, 0},
    {"4ef1 0005 0004 fd0002 0004", PACKET_GTPP_IE_MISSING, GTPP_HAS_RESPONDED, 0},
    {"4ef0 0002 0001 7e00", PACKET_GTPP_IE_VALUE, GTPP_HAS_COMMAND, 0},
    {"4ef0 0002 0001 7e05", PACKET_GTPP_IE_VALUE, GTPP_HAS_COMMAND, 0},
    {"4e04 0006 0001 fb0003 0a0000", PACKET_GTPP_IE_VALUE, 0, 0},
    {"4ef0 0008 0004 7e03 fa0003 000500", PACKET_GTPP_IE_VALUE, GTPP_HAS_COMMAND | GTPP_HAS_CANCELLED, 0},
};

START_TEST(a_message_is_read_or_dropped_for_its_reason)
{
    struct gtpp_message message;
    const enum packet_drop drop = parse_hex(messages[_i].message, &message);
    ck_assert_msg(drop == messages[_i].drop, "%s: %s", messages[_i].message, packet_drop_word(drop));
    ck_assert_uint_eq(message.has, messages[_i].has);
    ck_assert_uint_eq(message.unknown_count, messages[_i].unknown_count);
}
END_TEST

START_TEST(every_element_has_its_value)
{
    struct gtpp_message message;
    const struct address first = packet_address("10.0.0.1"), second = packet_address("2001:db8::1");
    ck_assert_int_eq(parse_hex("2ef1 000b 1234 01fc fd0006 0004 ffff 0000", &message), PACKET_NONE);
    ck_assert_uint_eq(message.header.version, 1);
    ck_assert_uint_eq(message.header.sequence, 0x1234);
    ck_assert_uint_eq(message.cause, GTPP_CAUSE_DUPLICATE_FULFILLED);
    ck_assert_uint_eq(gtpp_sequence_count(message.responded), 3);
    ck_assert_uint_eq(gtpp_sequence_at(message.responded, 1), 0xFFFF);
    ck_assert_int_eq(parse_hex("4e02 0002 0001 0eff", &message), PACKET_NONE);
    ck_assert_uint_eq(message.recovery, 255);
    ck_assert_int_eq(parse_hex("4e04 0021 0001 fb0004 0a000001 fb0010 20010db8000000000000000000000001"
                               "fb0004 0a000009",
                               &message),
                     PACKET_NONE); /* address, alternative, and one too many */
    ck_assert(address_equal(&message.node, &first) && address_equal(&message.node_alternative, &second));
    ck_assert_int_eq(parse_hex("4e06 0010 0001 013f fe0004 0a000001 fe0004 0a000001", &message), PACKET_NONE);
    ck_assert(address_equal(&message.recommended, &first) &&
              address_equal(&message.recommended_alternative, &first));
    /* Of an element that comes twice the first counts. */
    ck_assert_int_eq(parse_hex("4ef1 000e 0004 0180 fd0002 0004 01ff fd0002 0009", &message), PACKET_NONE);
    ck_assert_uint_eq(message.cause, GTPP_CAUSE_ACCEPTED);
    ck_assert_uint_eq(gtpp_sequence_at(message.responded, 0), 4);
}
END_TEST

/* Data Record Packets: the element and what follows it. */
static const struct {
    const char *elements;
    enum packet_drop drop;
    const char *records; /* hexadecimal, separated by commas */
    bool is_miscounted;
} packets[] = {
    {"fc000a 02011507 0002aabb 0000", PACKET_NONE, "aabb,", false},
    {"fc0007 01011507 0001aa", PACKET_NONE, "aa", false},
    {"fc0008 0101100a11 0001aa", PACKET_NONE, "aa", false}, /* release in an octet of its own */
    {"fc0007 01311507 0001aa", PACKET_NONE, "aa", false},   /* format ASCII 1 */
    {"fc0007 01011507 0001aa 0e01 ff0002 0001", PACKET_NONE, "aa", false},
    {"fc0003 01011507 0001aa", PACKET_NONE, "aa", true}, /* one sender leaves its own header out */
    {"fc0003 01311507 0001aa 0e01", PACKET_NONE, "aa", true},
    {"fc0003 0101100a11 0001aa", PACKET_NONE, "aa", true},
    {"fc0009 01011507 0001aa ffff", PACKET_NONE, "aa", true}, /* more than it announces */
    {"fc0007 00011507 0001aa", PACKET_NONE, "", true},
    {"fc0007 02011507 0001aa", PACKET_GTPP_RECORD_LENGTH, "", false}, /* fewer */
    {"fc0007 01011507 0002aa", PACKET_GTPP_RECORD_LENGTH, "", false}, /* the record reaches beyond */
    {"fc0005 01011507 0001aa", PACKET_GTPP_RECORD_LENGTH, "", false}, /* half counted */
    {"fc0006 01011507 0001", PACKET_GTPP_RECORD_LENGTH, "", false},
    {"fc0005 01011507 00", PACKET_GTPP_RECORD_LENGTH, "", false},
    {"fc0004 01011507", PACKET_GTPP_RECORD_LENGTH, "", false},
    {"fc0003 010115", PACKET_GTPP_RECORD_LENGTH, "", false},
    {"fc0001 01", PACKET_GTPP_RECORD_LENGTH, "", false},
    {"fc0004 0101100a", PACKET_GTPP_RECORD_LENGTH, "", false}, /* the extension is missing */
    {"fc0008 01011507 0001aa", PACKET_GTPP_IE_LENGTH, "", false},
    {"fc0007 01021507 0001aa", PACKET_GTPP_FORMAT, "", false}, /* PER */
    {"fc0007 01331507 0001aa", PACKET_GTPP_FORMAT, "", false},
};

START_TEST(a_packet_gives_its_records_or_none)
{
    char found[64] = "";
    uint8_t bytes[256] = {0x4E, GTPP_DATA_REQUEST, 0, 0, 0, 1, 0x7E, GTPP_SEND};
    struct gtpp_message message;
    struct octets record;
    const size_t length = 8 + packet_hex(packets[_i].elements, bytes + 8, sizeof(bytes) - 8);
    octets_put16(bytes + 2, (uint16_t)(length - 6));
    const enum packet_drop drop = parse(bytes, length, &message);
    ck_assert_msg(drop == packets[_i].drop, "%s", packet_drop_word(drop));
    if (drop)
        return;
    ck_assert_int_eq(message.is_miscounted, packets[_i].is_miscounted);
    for (int pass = 0; pass < 2; pass++) {
        struct gtpp_records records = message.records;
        found[0] = 0;
        if (pass == 1) /* as from a copy of the content */
            gtpp_records_of(message.packet, &records);
        for (bool is_first = true; gtpp_next_record(&records, &record); is_first = false) {
            strcat(found, is_first ? "" : ",");
            for (size_t i = 0; i < record.length; i++)
                snprintf(found + strlen(found), 3, "%02x", record.bytes[i]);
        }
        ck_assert_str_eq(found, packets[_i].records);
    }
}
END_TEST

START_TEST(a_cut_message_is_never_read_beyond_its_end)
{
    uint8_t bytes[4096];
    for (size_t i = 0; i < ARRAY_COUNT(messages); i++) {
        const size_t length = packet_hex(messages[i].message, bytes, sizeof(bytes));
        for (size_t cut = 0; cut < length; cut++) {
            struct gtpp_message message;
            parse(bytes, cut, &message);
            if (cut < 6)
                continue;
            octets_put16(bytes + 2, (uint16_t)(cut - 6)); /* and with a length that fits */
            parse(bytes, cut, &message);
        }
    }
}
END_TEST

START_TEST(a_stream_is_cut_by_the_length_in_the_header)
{
    static const struct {
        const char *bytes;
        size_t length;
    } streams[] = {
        {"", 0},
        {"4e01 0000 00", 0},
        {"4e01 0000 0001", 6},
        {"4ef0 ffff 0001", 65541},
        {"0ef0 ffff 0001", 65555},
        {"0e01 0000 0001", 20},
        {"0f01 0000 0001", 6},
        {"5e01 0000 0001", SIZE_MAX},
        {"6e01 0000 0001", SIZE_MAX},
        {"4e08 0000 0001", SIZE_MAX},
    };
    uint8_t bytes[64];
    for (size_t i = 0; i < ARRAY_COUNT(streams); i++)
        ck_assert_uint_eq(gtpp_stream_length(bytes, packet_hex(streams[i].bytes, bytes, sizeof(bytes))),
                          streams[i].length);
}
END_TEST

static void check_build(const struct gtpp_build *build, const char *text)
{
    uint8_t bytes[GTPP_BUILD_BYTES_MAX];
    ck_assert_uint_eq(build->length, packet_hex(text, bytes, sizeof(bytes)));
    ck_assert_mem_eq(build->bytes, bytes, build->length);
}

START_TEST(messages_of_ours_are_these_octets)
{
    const struct gtpp_header v2 = {.version = 2, .sequence = 4}, v1 = {.version = 1, .sequence = 0xFFFF};
    const struct gtpp_header v0 = {.version = 0, .sequence = 1};
    const struct gtpp_header v0_long = {.version = 0, .is_long = true, .sequence = 1};
    const struct gtpp_header unknown = {.version = 5, .sequence = 9};
    const struct address v4 = packet_address("10.0.0.7"), v6 = packet_address("2001:db8::7"), none = {0};
    const uint16_t list[] = {4, 0xFFFF};
    struct gtpp_build build;
    gtpp_build_data_response(&build, &v2, GTPP_CAUSE_ACCEPTED, list, 1);
    check_build(&build, "4ef1 0007 0004 0180 fd0002 0004"); /* as a live peer wrote it */
    gtpp_build_data_response(&build, &v0_long, 252, list, 2);
    check_build(&build, "0ef1 0009 0001 ffffffffffffffffffffffffffff 01fc fd0004 0004 ffff");
    gtpp_build_echo_response(&build, &v2, 7);
    check_build(&build, "4e02 0002 0004 0e07");
    gtpp_build_echo_response(&build, &v0, 255);
    check_build(&build, "0f02 0002 0001 0eff");
    gtpp_build_node_alive_response(&build, &v1);
    check_build(&build, "2e05 0000 ffff");
    gtpp_build_redirection_response(&build, &v2, 202);
    check_build(&build, "4e07 0002 0004 01ca");
    gtpp_build_version_not_supported(&build, &unknown);
    check_build(&build, "4e03 0000 0009");
    gtpp_build_echo_request(&build, &v1);
    check_build(&build, "2e01 0000 ffff");
    gtpp_build_node_alive_request(&build, &v2, &v4);
    check_build(&build, "4e04 0007 0004 fb0004 0a000007");
    gtpp_build_redirection_request(&build, &v2, 63, &v6);
    check_build(&build, "4e06 0015 0004 013f fe0010 20010db8000000000000000000000007");
    gtpp_build_redirection_request(&build, &v2, 61, &none);
    check_build(&build, "4e06 0002 0004 013d");
}
END_TEST

START_TEST(what_is_built_reads_back)
{
    uint16_t list[GTPP_RESPONDED_MAX];
    struct gtpp_build build;
    struct gtpp_message message;
    for (uint8_t version = 0; version <= GTPP_VERSION_MAX; version++)
        for (size_t count = 1; count <= GTPP_RESPONDED_MAX; count++) {
            const struct gtpp_header header = {
                .version = version, .is_long = version == 0 && count % 2, .sequence = (uint16_t)count};
            for (size_t i = 0; i < count; i++)
                list[i] = (uint16_t)(i * 1000);
            gtpp_build_data_response(&build, &header, 253, list, count);
            ck_assert_int_eq(gtpp_parse(build.bytes, build.length, &message), PACKET_NONE);
            ck_assert_uint_eq(message.header.version, version);
            ck_assert_int_eq(message.header.is_long, header.is_long);
            ck_assert_uint_eq(message.header.sequence, count);
            ck_assert_uint_eq(message.cause, 253);
            ck_assert_uint_eq(gtpp_sequence_count(message.responded), count);
            for (size_t i = 0; i < count; i++)
                ck_assert_uint_eq(gtpp_sequence_at(message.responded, i), list[i]);
        }
}
END_TEST

START_TEST(a_refusal_names_its_cause)
{
    static const struct {
        enum packet_drop drop;
        unsigned cause;
    } causes[] = {
        {PACKET_NONE, 128},
        {PACKET_GTPP_VERSION, 198},
        {PACKET_GTPP_IE_MISSING, 202},
        {PACKET_GTPP_IE_VALUE, 201},
        {PACKET_GTPP_RECORD_LENGTH, 177},
        {PACKET_GTPP_FORMAT, 177},
        {PACKET_GTPP_TYPE, 200},
        {PACKET_CGF_PEERS, 199},
        {PACKET_CGF_QUARANTINE, 199},
        {PACKET_CGF_WINDOW, 199},
        {PACKET_CGF_CLOSED, 199},
        {PACKET_GTPP_IE_LENGTH, 193},
        {PACKET_GTPP_IE_UNKNOWN, 193},
    };
    for (size_t i = 0; i < ARRAY_COUNT(causes); i++)
        ck_assert_uint_eq(gtpp_cause_of(causes[i].drop), causes[i].cause);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packet/gtpp");
    TCase *tests = tcase_create("gtpp");
    tcase_add_loop_test(tests, a_message_is_read_or_dropped_for_its_reason, 0, ARRAY_COUNT(messages));
    tcase_add_test(tests, every_element_has_its_value);
    tcase_add_loop_test(tests, a_packet_gives_its_records_or_none, 0, ARRAY_COUNT(packets));
    tcase_add_test(tests, a_cut_message_is_never_read_beyond_its_end);
    tcase_add_test(tests, a_stream_is_cut_by_the_length_in_the_header);
    tcase_add_test(tests, messages_of_ours_are_these_octets);
    tcase_add_test(tests, what_is_built_reads_back);
    tcase_add_test(tests, a_refusal_names_its_cause);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
