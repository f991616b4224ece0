/* SPDX-License-Identifier: Apache-2.0 */
#include "packets.h"
#include "simsieve/packet/smpp.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A message of `command` with this body, whose length is right. Parsed from a copy of just its bytes. */
static enum packet_drop parse(uint32_t command, uint32_t status, const char *body, struct smpp_pdu *pdu)
{
    static uint8_t *copy;
    uint8_t bytes[2048];
    const size_t length =
        SMPP_HEADER_BYTES + packet_hex(body, bytes + SMPP_HEADER_BYTES, sizeof(bytes) - SMPP_HEADER_BYTES);
    octets_put32(bytes, (uint32_t)length);
    octets_put32(bytes + 4, command);
    octets_put32(bytes + 8, status);
    octets_put32(bytes + 12, 7);
    free(copy);
    copy = malloc(length);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes, length);
    return smpp_parse(copy, length, pdu);
}

/* service type; TON, NPI, "84981234567"; TON, NPI, "5656" */
#define FROM    "00 01 01 3834393831323334353637 00 "
#define TO      "00 01 35363536 00 "
#define TO_LIST "03 01 00 01 35363536 00 02 6c697374 00 01 01 01 3834393132333435363738 00 "
/* protocol, priority, two times; receipt asked for; replace; coding; default message */
#define MIDDLE   "00 00 00 00 01 00 08 00 "
#define NO_TIMES "00 00 00 00 00 00 00 00 "
#define TEXT     "04 48006900 "

static const struct {
    const char *what;
    uint32_t command;
    const char *body;
    enum packet_drop drop;
    enum smpp_kind kind;
    size_t text_length;
    uint8_t part_total, part_number;
} messages[] = {
    {"submit_sm", SMPP_SUBMIT_SM, FROM TO "00 " MIDDLE TEXT, PACKET_NONE, SMPP_MESSAGE, 4, 1, 1},
    {"deliver_sm", SMPP_DELIVER_SM, FROM TO "00 " NO_TIMES TEXT, PACKET_NONE, SMPP_MESSAGE, 4, 1, 1},
    {"data_sm with its text in a parameter", SMPP_DATA_SM, FROM TO "00 00 00 0424 0003 616263", PACKET_NONE,
     SMPP_MESSAGE, 3, 1, 1},
    {"submit_multi", SMPP_SUBMIT_MULTI, FROM TO_LIST "00 " MIDDLE TEXT, PACKET_NONE, SMPP_MESSAGE, 4, 1, 1},
    {"user data header, 8 bits", SMPP_SUBMIT_SM, FROM TO "40 " MIDDLE "08 05000342 03 02 6162", PACKET_NONE,
     SMPP_MESSAGE, 2, 3, 2},
    {"user data header, 16 bits, behind another element", SMPP_SUBMIT_SM,
     FROM TO "40 " MIDDLE "0e 0c 0504 15821582 0804 0102 0302 61", PACKET_NONE, SMPP_MESSAGE, 1, 3, 2},
    {"user data header, 16 bits", SMPP_SUBMIT_SM, FROM TO "40 " MIDDLE "08 06 0804 0102 0403 61", PACKET_NONE,
     SMPP_MESSAGE, 1, 4, 3},
    {"segments in parameters", SMPP_SUBMIT_SM,
     FROM TO "00 " MIDDLE TEXT "020c 0002 0001 020e 0001 05 020f 0001 05", PACKET_NONE, SMPP_MESSAGE, 4, 5,
     5},
    {"part 4 of 3 is no part", SMPP_SUBMIT_SM, FROM TO "40 " MIDDLE "08 05000342 03 04 6162", PACKET_NONE,
     SMPP_MESSAGE, 2, 1, 1},
    {"part 0 is no part", SMPP_SUBMIT_SM, FROM TO "40 " MIDDLE "08 05000342 03 00 6162", PACKET_NONE,
     SMPP_MESSAGE, 2, 1, 1},
    {"a receipt", SMPP_DELIVER_SM, FROM TO "04 " NO_TIMES "00", PACKET_NONE, SMPP_RECEIPT, 0, 1, 1},
    {"an acknowledgement of a phone", SMPP_DELIVER_SM, FROM TO "08 " NO_TIMES "00", PACKET_NONE, SMPP_NOTICE,
     0, 1, 1},
    {"an unknown parameter", SMPP_SUBMIT_SM, FROM TO "00 " MIDDLE TEXT "1401 0001 00", PACKET_NONE,
     SMPP_MESSAGE, 4, 1, 1},
    {"a user data header, but no text", SMPP_DATA_SM, FROM TO "40 00 00", PACKET_SMPP_PARAMETER, SMPP_MESSAGE,
     0, 1, 1},
    /* damage */
    {"nothing", SMPP_SUBMIT_SM, "", PACKET_SMPP_FIELD, SMPP_MESSAGE, 0, 1, 1},
    {"a service type without its end", SMPP_SUBMIT_SM, "61 62 63 64 65 66 67 00", PACKET_SMPP_FIELD,
     SMPP_MESSAGE, 0, 1, 1},
    {"a sender without its end", SMPP_SUBMIT_SM, "00 01 01 38343938", PACKET_SMPP_FIELD, SMPP_MESSAGE, 0, 1,
     1},
    {"no destination", SMPP_SUBMIT_SM, FROM, PACKET_SMPP_FIELD, SMPP_MESSAGE, 0, 1, 1},
    {"a text beyond the message", SMPP_SUBMIT_SM, FROM TO "00 " MIDDLE "05 48006900", PACKET_SMPP_FIELD,
     SMPP_MESSAGE, 0, 1, 1},
    {"a list with a flag that is none", SMPP_SUBMIT_MULTI,
     FROM "01 03 00 "
          "00 " MIDDLE TEXT,
     PACKET_SMPP_FIELD, SMPP_MESSAGE, 0, 1, 1},
    {"a list longer than the message", SMPP_SUBMIT_MULTI, FROM "ff 01 00 01 35363536 00", PACKET_SMPP_FIELD,
     SMPP_MESSAGE, 0, 1, 1},
    {"half a parameter's header", SMPP_SUBMIT_SM, FROM TO "00 " MIDDLE TEXT "0424 00", PACKET_SMPP_PARAMETER,
     SMPP_MESSAGE, 4, 1, 1},
    {"a parameter beyond the message", SMPP_SUBMIT_SM, FROM TO "00 " MIDDLE TEXT "0424 0009 61",
     PACKET_SMPP_PARAMETER, SMPP_MESSAGE, 4, 1, 1},
    {"a segment count of two octets", SMPP_SUBMIT_SM, FROM TO "00 " MIDDLE TEXT "020e 0002 0003",
     PACKET_SMPP_PARAMETER, SMPP_MESSAGE, 4, 1, 1},
    {"a user data header beyond the text", SMPP_SUBMIT_SM, FROM TO "40 " MIDDLE "02 0561",
     PACKET_SMPP_PARAMETER, SMPP_MESSAGE, 2, 1, 1},
    {"a user data element beyond its header", SMPP_SUBMIT_SM, FROM TO "40 " MIDDLE "04 03 0009 61",
     PACKET_SMPP_PARAMETER, SMPP_MESSAGE, 4, 1, 1},
};

START_TEST(a_message_is_read_or_refused)
{
    struct smpp_pdu pdu;
    const enum packet_drop drop = parse(messages[_i].command, 0, messages[_i].body, &pdu);
    ck_assert_msg(drop == messages[_i].drop, "%s: %s", messages[_i].what, packet_drop_word(drop));
    if (drop)
        return;
    ck_assert_msg(pdu.kind == messages[_i].kind, "%s", messages[_i].what);
    ck_assert_msg(pdu.text.length == messages[_i].text_length, "%s: %zu", messages[_i].what, pdu.text.length);
    ck_assert_uint_eq(pdu.part.total, messages[_i].part_total);
    ck_assert_uint_eq(pdu.part.number, messages[_i].part_number);
    ck_assert_uint_eq(pdu.sequence, 7);
    ck_assert_uint_eq(pdu.source.text.length, 11);
}
END_TEST

START_TEST(a_message_cut_anywhere_is_refused_and_never_read_beyond)
{
    struct smpp_pdu pdu;
    char body[512];
    size_t refused = 0, count = 0;
    for (size_t length = strlen(messages[_i].body); length > 0; length--) {
        memcpy(body, messages[_i].body, length);
        body[length] = 0;
        size_t digits = 0;
        for (size_t i = 0; i < length; i++)
            digits += body[i] != ' ';
        if (digits % 2 || body[length - 1] == ' ')
            continue;
        count++;
        refused += parse(messages[_i].command, 0, body, &pdu) != PACKET_NONE;
    }
    ck_assert_msg(count == 0 || refused > 0, "%s", messages[_i].what);
}
END_TEST

START_TEST(the_destinations_of_a_list_are_walked_without_its_lists)
{
    struct smpp_pdu pdu;
    struct smpp_address address;
    ck_assert_int_eq(parse(SMPP_SUBMIT_MULTI, 0, FROM TO_LIST "00 " MIDDLE TEXT, &pdu), PACKET_NONE);
    ck_assert_uint_eq(pdu.destination_count, 3);
    ck_assert(smpp_next_destination(&pdu, &address));
    ck_assert(address.text.length == 4 && memcmp(address.text.bytes, "5656", 4) == 0);
    ck_assert(smpp_next_destination(&pdu, &address));
    ck_assert(address.text.length == 11 && address.type_of_number == SMPP_TON_INTERNATIONAL);
    ck_assert(!smpp_next_destination(&pdu, &address));
}
END_TEST

static enum packet_drop parse_receipt(const char *text, const char *parameters, struct smpp_pdu *pdu)
{
    char body[1024];
    size_t at = (size_t)snprintf(body, sizeof(body), FROM TO "04 " NO_TIMES "%02zx", strlen(text));
    for (; *text; text++)
        at += (size_t)snprintf(body + at, sizeof(body) - at, "%02x", (unsigned char)*text);
    snprintf(body + at, sizeof(body) - at, "%s", parameters);
    return parse(SMPP_DELIVER_SM, 0, body, pdu);
}

static const struct {
    const char *text, *parameters;
    enum smpp_fate fate;
    const char *id;
} receipts[] = {
    {"id:7F sub:001 dlvrd:001 submit date:2503140930 done date:2503140930 stat:DELIVRD err:000 text:x", "",
     SMPP_FATE_DELIVERED, "7F"},
    {"id:7F stat:UNDELIV err:001", "", SMPP_FATE_FAILED, "7F"},
    {"id:7F stat:EXPIRED", "", SMPP_FATE_FAILED, "7F"},
    {"id:7F stat:REJECTD", "", SMPP_FATE_FAILED, "7F"},
    {"ID:7f STAT:delivrd", "", SMPP_FATE_DELIVERED, "7f"},
    {"id:7F stat:ACCEPTD", "", SMPP_FATE_OPEN, "7F"},
    {"id:7F stat:ENROUTE", "", SMPP_FATE_OPEN, "7F"},
    {"text of a person", "", SMPP_FATE_OPEN, ""},
    {"paid:7F", "", SMPP_FATE_OPEN, ""},
    {"", "001e 0003 3746 00 0427 0001 02", SMPP_FATE_DELIVERED, "7F"},
    {"", "001e 0002 3746 0427 0001 05", SMPP_FATE_FAILED, "7F"},
    {"id:1 stat:UNDELIV", "001e 0003 3746 00 0427 0001 02", SMPP_FATE_DELIVERED, "7F"}, /* parameters first */
    {"id:1 stat:DELIVRD", "0427 0001 01", SMPP_FATE_DELIVERED, "1"},
};

START_TEST(a_receipt_says_what_became_of_a_message)
{
    struct smpp_pdu pdu;
    ck_assert_int_eq(parse_receipt(receipts[_i].text, receipts[_i].parameters, &pdu), PACKET_NONE);
    ck_assert_int_eq(pdu.kind, SMPP_RECEIPT);
    ck_assert_int_eq(pdu.fate, receipts[_i].fate);
    ck_assert_uint_eq(pdu.message_id.length, strlen(receipts[_i].id));
    ck_assert(memcmp(pdu.message_id.bytes, receipts[_i].id, pdu.message_id.length) == 0);
}
END_TEST

static const struct {
    uint32_t command;
    const char *body;
    enum packet_drop drop;
    size_t id_length;
    unsigned refusals;
} answers[] = {
    {SMPP_SUBMIT_SM, "3746 00", PACKET_NONE, 2, 0},
    {SMPP_SUBMIT_SM, "", PACKET_NONE, 0, 0}, /* of a failure */
    {SMPP_SUBMIT_SM, "3746", PACKET_SMPP_FIELD, 0, 0},
    {SMPP_DELIVER_SM, "00", PACKET_NONE, 0, 0},
    {SMPP_SUBMIT_MULTI, "3746 00 00", PACKET_NONE, 2, 0},
    {SMPP_SUBMIT_MULTI, "3746 00", PACKET_NONE, 2, 0},
    {SMPP_SUBMIT_MULTI, "3746 00 01 01 01 35363536 00 0000000b", PACKET_NONE, 2, 1},
    {SMPP_SUBMIT_MULTI, "3746 00 02 01 01 35363536 00 0000000b", PACKET_SMPP_FIELD, 2, 0},
    {SMPP_SUBMIT_MULTI, "3746 00 01 01 01 35363536 00 0000", PACKET_SMPP_FIELD, 2, 0},
};

START_TEST(an_answer_is_read_or_refused)
{
    struct smpp_pdu pdu;
    struct smpp_address address;
    unsigned refusals = 0;
    ck_assert_int_eq(parse(answers[_i].command | SMPP_RESPONSE, 0, answers[_i].body, &pdu), answers[_i].drop);
    if (answers[_i].drop)
        return;
    ck_assert_uint_eq(pdu.message_id.length, answers[_i].id_length);
    while (smpp_next_refusal(&pdu, &address))
        refusals++;
    ck_assert_uint_eq(refusals, answers[_i].refusals);
}
END_TEST

static const struct {
    const char *hex;
    size_t length;
} streams[] = {
    {"00000010 00000015 00000000 00000001", 16},
    {"00000010 80000000 00000000 00000001", 16}, /* generic_nack */
    {"00010000 00000004 00000000 00000001", 65536},
    {"00000010 00000015 00000000 000000", 0},
    {"", 0},
    {"0000000f 00000015 00000000 00000001", SIZE_MAX},
    {"00010001 00000004 00000000 00000001", SIZE_MAX},
    {"00000010 00000000 00000000 00000001", SIZE_MAX},
    {"00000010 00000200 00000000 00000001", SIZE_MAX},
    {"47455420 2f204854 54502f31 2e310d0a", SIZE_MAX},
};

START_TEST(the_length_of_a_message_is_known_from_its_header)
{
    uint8_t bytes[32];
    const size_t length = packet_hex(streams[_i].hex, bytes, sizeof(bytes));
    ck_assert_uint_eq(smpp_stream_length(bytes, length), streams[_i].length);
}
END_TEST

START_TEST(a_length_that_is_not_the_messages_is_refused)
{
    struct smpp_pdu pdu;
    uint8_t bytes[32];
    const size_t length = packet_hex("00000011 00000015 00000000 00000001", bytes, sizeof(bytes));
    ck_assert_int_eq(smpp_parse(bytes, length, &pdu), PACKET_SMPP_LENGTH);
    ck_assert_int_eq(smpp_parse(bytes, 15, &pdu), PACKET_SMPP_LENGTH);
    octets_put32(bytes, 16);
    ck_assert_int_eq(smpp_parse(bytes, length, &pdu), PACKET_NONE);
}
END_TEST

START_TEST(a_text_makes_as_many_messages_as_networks_cut_it_into)
{
    static const struct {
        uint8_t coding;
        size_t length;
        unsigned segments;
    } texts[] = {{0, 0, 1},   {0, 160, 1},    {0, 161, 2},       {0, 306, 2}, {0, 307, 3},
                 {1, 160, 1}, {0xF0, 160, 1}, {8, 140, 1},       {8, 141, 2}, {8, 268, 2},
                 {8, 269, 3}, {4, 141, 2},    {0, 1u << 20, 255}};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        ck_assert_uint_eq(smpp_segments(texts[i].coding, texts[i].length), texts[i].segments);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packet/smpp");
    TCase *tests = tcase_create("smpp");
    tcase_add_loop_test(tests, a_message_is_read_or_refused, 0, ARRAY_COUNT(messages));
    tcase_add_loop_test(tests, a_message_cut_anywhere_is_refused_and_never_read_beyond, 0,
                        ARRAY_COUNT(messages));
    tcase_add_test(tests, the_destinations_of_a_list_are_walked_without_its_lists);
    tcase_add_loop_test(tests, a_receipt_says_what_became_of_a_message, 0, ARRAY_COUNT(receipts));
    tcase_add_loop_test(tests, an_answer_is_read_or_refused, 0, ARRAY_COUNT(answers));
    tcase_add_loop_test(tests, the_length_of_a_message_is_known_from_its_header, 0, ARRAY_COUNT(streams));
    tcase_add_test(tests, a_length_that_is_not_the_messages_is_refused);
    tcase_add_test(tests, a_text_makes_as_many_messages_as_networks_cut_it_into);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
