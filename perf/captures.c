/* SPDX-License-Identifier: Apache-2.0
 * Classic captures of Ethernet frames: requests of GTP', and messages of SMPP, each answered. */
#include "inputs.h"

#define RECORDS_A_PACKET 8

enum { PROTOCOL_TCP = 6, PROTOCOL_UDP = 17 };

static uint32_t sum_of(const uint8_t *bytes, size_t length)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
    return sum;
}

/* RFC 1071. */
static void put_checksum(uint8_t *at, uint32_t sum)
{
    sum = (sum & 0xFFFF) + (sum >> 16);
    put_number(at, ~(sum + (sum >> 16)) & 0xFFFF, 2);
}

static uint8_t *put_file_header(uint8_t *at)
{
    static const uint8_t header[] = {0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4, 0, 0, 0, 0,
                                     0,    0,    0,    0,    0, 4, 0, 0, 0, 0, 0, 1};
    return put(at, header, sizeof(header));
}

/* All that comes before `length` octets of UDP or TCP. Answers go the other way. */
static uint8_t *put_frame(uint8_t *at, uint64_t packet, bool is_answer, uint8_t protocol, size_t length)
{
    static const uint8_t ethernet[] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0};
    const size_t ip = 20 + length;
    at = put_number(put_number(at, 1733706000 + packet / 1000, 4), packet % 1000 * 1000, 4);
    at = put_number(put_number(at, sizeof(ethernet) + ip, 4), sizeof(ethernet) + ip, 4);
    at = put(at, ethernet, sizeof(ethernet));
    uint8_t *header = at;
    at = put(put_number(put(at, "\x45\0", 2), ip, 2), "\0\0\0\0\x40", 5);
    at = put(put_number(at, protocol, 1), "\0\0", 2);
    at = put(at, is_answer ? "\x0a\x4d\0\2\x0a\x4d\0\1" : "\x0a\x4d\0\1\x0a\x4d\0\2", 8);
    put_checksum(header + 10, sum_of(header, 20));
    return at;
}

void make_gtpp_capture(struct input *input, const char *fixture)
{
    uint8_t *at = put_file_header(input->bytes);
    (void)fixture;
    for (uint64_t packet = 0; packet < 2 * (INPUT_RECORDS / RECORDS_A_PACKET); packet++) {
        const bool is_answer = packet % 2;
        const uint64_t sequence = packet / 2 % 65536;
        const size_t content = 4 + RECORDS_A_PACKET * (2 + CALL_BYTES);
        const size_t body = is_answer ? 7 : 2 + 3 + content, udp = 8 + 6 + body;
        at = put_frame(at, packet, is_answer, PROTOCOL_UDP, udp);
        at = put_number(put(at, is_answer ? "\x0d\x3a\x9c\x40" : "\x9c\x40\x0d\x3a", 4), udp, 2);
        at = put_number(at, 0, 2); /* no UDP checksum */
        at = put_number(put(at, is_answer ? "\x4e\xf1" : "\x4e\xf0", 2), body, 2);
        at = put_number(at, sequence, 2);
        if (is_answer) {
            at = put_number(put(at, "\1\x80\xfd\0\2", 5), sequence, 2);
            continue;
        }
        at = put_number(put(at, "\x7e\1\xfc", 3), content, 2);
        at = put(put_number(at, RECORDS_A_PACKET, 1), "\1\x15\7", 3);
        for (unsigned i = 0; i < RECORDS_A_PACKET; i++)
            at = put_call(put_number(at, CALL_BYTES, 2), packet / 2 * RECORDS_A_PACKET + i);
    }
    input->length = (size_t)(at - input->bytes);
    input->records = INPUT_RECORDS;
}

/* A submission, or the answer that accepts it (SMPP 3.4 4.4). */
static uint8_t *put_pdu(uint8_t *at, bool is_answer, uint64_t row)
{
    uint8_t *begin = at;
    at = put_number(put_number(at + 4, is_answer ? 0x80000004 : 0x00000004, 4), 0, 4);
    at = put_number(at, row + 1, 4);
    if (is_answer) {
        at = put(at, "1A2B\0", 5);
    } else {
        char digits[] = "84866700000";
        for (uint64_t i = sizeof(digits) - 2, rest = row % 100000; rest; rest /= 10)
            digits[i--] = (char)('0' + rest % 10);
        at = put(put(at, "\0\1\1", 3), digits, sizeof(digits));
        at = put(put(at, "\1\1", 2), "84912345678", 12);
        at = put(at, "\0\0\0\0\0\0\0\0\0\5hello", 15);
    }
    put_number(begin, (uint64_t)(at - begin), 4);
    return at;
}

/* A connection from its first packet on; one PDU a segment. */
void make_smpp_capture(struct input *input, const char *fixture)
{
    uint32_t sequences[2] = {1000, 5000};
    uint8_t *at = put_file_header(input->bytes);
    (void)fixture;
    for (uint64_t packet = 0; packet < 2 * (INPUT_RECORDS + 1); packet++) {
        const bool is_answer = packet % 2, is_first = packet < 2;
        uint8_t pdu[128];
        const size_t body = is_first ? 0 : (size_t)(put_pdu(pdu, is_answer, packet / 2 - 1) - pdu);
        at = put_frame(at, packet, is_answer, PROTOCOL_TCP, 20 + body);
        uint8_t *header = at;
        at = put(at, is_answer ? "\x0a\xd7\x9c\x40" : "\x9c\x40\x0a\xd7", 4);
        at = put_number(put_number(at, sequences[is_answer], 4), packet ? sequences[!is_answer] : 0, 4);
        at = put_number(put(at, packet == 0 ? "\x50\x02" : is_first ? "\x50\x12" : "\x50\x18", 2), 8192, 2);
        at = put(put(at, "\0\0\0\0", 4), pdu, body);
        put_checksum(header + 16,
                     sum_of(header - 8, 8) + PROTOCOL_TCP + 20 + (uint32_t)body + sum_of(header, 20 + body));
        sequences[is_answer] += is_first ? 1 : (uint32_t)body;
    }
    input->length = (size_t)(at - input->bytes);
    input->records = INPUT_RECORDS;
}
