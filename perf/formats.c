/* SPDX-License-Identifier: Apache-2.0
 * Binary records of calls (TS 32.298, 96 octets), as three formats carry them. */
#include "figures.h"

#include "simsieve/decode/decoder.h"

#include <stdlib.h>
#include <string.h>

#define RECORD_COUNT      160000
#define RECORDS_A_PACKET  8
#define RECORD_BYTES      96
#define PASSES            5
#define PIECE_BYTES       (128 * 1024)
#define DECODED_COUNT     128
#define PACKET_BYTES      (16 + 14 + 20 + 8 + 6 + 3 + 2 + 4 + RECORDS_A_PACKET * (2 + RECORD_BYTES))
#define FILE_HEADER_BYTES 52

/* An answered call of 84866700000. */
static const uint8_t call[RECORD_BYTES] = {
    0xa0, 0x5e, 0x80, 0x01, 0x00, 0x81, 0x08, 0x54, 0x02, 0x24, 0x00, 0x00, 0x10, 0x33, 0xf7, 0x82,
    0x08, 0x53, 0x52, 0x45, 0x65, 0x95, 0x88, 0x13, 0xf8, 0x83, 0x07, 0x91, 0x48, 0x68, 0x76, 0x00,
    0x00, 0xf0, 0x85, 0x07, 0x91, 0x48, 0x48, 0x87, 0x43, 0x48, 0xf3, 0x89, 0x07, 0x91, 0x48, 0x89,
    0x05, 0x04, 0x67, 0xf4, 0xac, 0x0d, 0x80, 0x02, 0x19, 0xc8, 0x81, 0x02, 0x00, 0x36, 0x82, 0x03,
    0x54, 0xf2, 0x40, 0x96, 0x09, 0x24, 0x12, 0x02, 0x00, 0x00, 0x12, 0x2b, 0x07, 0x00, 0x97, 0x09,
    0x24, 0x12, 0x02, 0x00, 0x00, 0x12, 0x2b, 0x07, 0x00, 0x99, 0x02, 0x00, 0xa1, 0x9e, 0x01, 0x00};
#define CALLER_OFFSET 31 /* of its last five digits */

static uint8_t *put(uint8_t *at, const void *bytes, size_t length)
{
    memcpy(at, bytes, length);
    return at + length;
}

static uint8_t *put_number(uint8_t *at, uint64_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(number >> (bytes - 1 - i) * 8);
    return at + bytes;
}

/* Five digits of the caller and the seconds of the duration make each its own. */
static uint8_t *put_call(uint8_t *at, uint64_t row)
{
    memcpy(at, call, RECORD_BYTES);
    at[CALLER_OFFSET] = (uint8_t)(row % 10 << 4 | row / 10 % 10);
    at[CALLER_OFFSET + 1] = (uint8_t)(row / 100 % 10 << 4 | row / 1000 % 10);
    at[CALLER_OFFSET + 2] = (uint8_t)(0xF0 | row / 10000 % 10);
    at[RECORD_BYTES - 4] = (uint8_t)(row / 100000);
    return at + RECORD_BYTES;
}

static size_t make_ber(uint8_t *bytes)
{
    uint8_t *at = bytes;
    for (uint64_t row = 0; row < RECORD_COUNT; row++)
        at = put_call(at, row);
    return (size_t)(at - bytes);
}

/* TS 32.297: a file header without filter and extensions, then four octets before each record (BER, TS 32.250). */
static size_t make_file(uint8_t *bytes)
{
    uint8_t *at = bytes + FILE_HEADER_BYTES;
    memset(bytes, 0, FILE_HEADER_BYTES);
    for (uint64_t row = 0; row < RECORD_COUNT; row++) {
        at = put_number(at, RECORD_BYTES, 2);
        at = put(at, "\xc0\x26", 2);
        at = put_call(at, row);
    }
    put_number(bytes, (uint64_t)(at - bytes), 4);
    put_number(bytes + 4, FILE_HEADER_BYTES, 4);
    put(bytes + 8, "\xc0\xc0", 2); /* release 9 and version 0, high and low: no extension octets */
    put_number(bytes + 18, RECORD_COUNT, 4);
    return (size_t)(at - bytes);
}

/* RFC 791's, of a header without options. */
static void put_checksum(uint8_t *header)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < 20; i += 2)
        sum += (uint32_t)header[i] << 8 | header[i + 1];
    sum = (sum & 0xFFFF) + (sum >> 16);
    put_number(header + 10, ~(sum + (sum >> 16)) & 0xFFFF, 2);
}

/* A classic capture of Ethernet frames with GTP' requests, each answered. */
static size_t make_capture(uint8_t *bytes)
{
    static const uint8_t file[] = {0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4, 0, 0, 0, 0,
                                   0,    0,    0,    0,    0, 4, 0, 0, 0, 0, 0, 1};
    static const uint8_t ethernet[] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0};
    uint8_t *at = put(bytes, file, sizeof(file));
    for (uint64_t packet = 0; packet < 2 * (RECORD_COUNT / RECORDS_A_PACKET); packet++) {
        const bool is_answer = packet % 2;
        const uint64_t sequence = packet / 2 % 65536;
        const size_t content = 4 + RECORDS_A_PACKET * (2 + RECORD_BYTES);
        const size_t body = is_answer ? 7 : 2 + 3 + content, udp = 8 + 6 + body, ip = 20 + udp;
        at = put_number(at, 1733706000 + packet / 1000, 4);
        at = put_number(at, packet % 1000 * 1000, 4);
        at = put_number(put_number(at, sizeof(ethernet) + ip, 4), sizeof(ethernet) + ip, 4);
        at = put(at, ethernet, sizeof(ethernet));
        uint8_t *header = at;
        at = put_number(put(at, "\x45\0", 2), ip, 2);
        at = put(at, "\0\0\0\0\x40\x11\0\0", 8);
        at = put(at, is_answer ? "\x0a\x4d\0\2\x0a\x4d\0\1" : "\x0a\x4d\0\1\x0a\x4d\0\2", 8);
        put_checksum(header);
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
            at = put_call(put_number(at, RECORD_BYTES, 2), packet / 2 * RECORDS_A_PACKET + i);
    }
    return (size_t)(at - bytes);
}

static const struct {
    const char *name, *label;
    size_t (*make)(uint8_t *bytes);
} formats[FORMAT_COUNT] = {
    [FORMAT_BER] = {"ber", "TS 32.298, bare", make_ber},
    [FORMAT_TS32297] = {"ts32297", "TS 32.298 in TS 32.297 files", make_file},
    [FORMAT_PCAP] = {"pcap", "TS 32.298 in a capture of GTP', 8 a packet, answered", make_capture},
};

const char *format_label(enum binary_format format)
{
    return formats[format].label;
}

static void no_reject(void *owner, enum reason reason, uint64_t line, const char *bytes, size_t length)
{
    (void)owner;
    (void)line;
    (void)bytes;
    (void)length;
    CHECK(reason == REASON_NONE);
}

static uint64_t decode_all(const struct decoder *decoder, const struct decode_context *context,
                           const char *bytes, size_t length)
{
    static struct cdr records[DECODED_COUNT];
    struct decoded decoded = {.records = records, .capacity = DECODED_COUNT, .reject = no_reject};
    struct error error;
    uint64_t count = 0;
    void *state = decoder->open(context, "perf", &error);
    CHECK(state);
    for (size_t at = 0, used; at < length; at += used) {
        const size_t piece = u64_min(length - at, PIECE_BYTES);
        CHECK(!decoder->decode(state, bytes + at, piece, at + piece == length, &decoded, &used, &error));
        count += decoded.count;
    }
    do {
        decoded.count = 0;
        if (decoder->finish)
            decoder->finish(state, &decoded);
        count += decoded.count;
    } while (decoded.count);
    decoder->close(state);
    return count;
}

struct figure format_figure(enum binary_format format)
{
    struct error error;
    const char *nearest;
    struct numbering *numbering = numbering_load("conf/numbering", &error);
    const struct decode_context context = {.numbering = numbering, .names = names_create(1000, &error)};
    uint8_t *bytes = malloc((size_t)RECORD_COUNT * 2 * PACKET_BYTES / RECORDS_A_PACKET + PIECE_BYTES);
    CHECK(numbering && context.names && bytes);
    const size_t length = formats[format].make(bytes);
    const struct decoder *decoder = decoder_by_name(formats[format].name, &nearest);
    struct figure best = {0, 0};
    for (unsigned pass = 0; pass < PASSES; pass++) {
        const struct stopwatch started = stopwatch_start();
        CHECK(decode_all(decoder, &context, (const char *)bytes, length) == RECORD_COUNT);
        const struct figure figure = stopwatch_stop(&started, RECORD_COUNT);
        if (figure.rate_m > best.rate_m)
            best = figure;
    }
    free(bytes);
    names_destroy(context.names);
    numbering_destroy(numbering);
    return best;
}
