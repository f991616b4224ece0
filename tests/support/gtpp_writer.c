/* SPDX-License-Identifier: Apache-2.0 */
#include "gtpp_writer.h"

void gtpp_sample(uint8_t record[static GTPP_SAMPLE_BYTES], unsigned number)
{
    static const uint8_t sample[GTPP_SAMPLE_BYTES] = {
        0xA0, 0x27, 0x80, 0x01, 0x00, 0x83, 0x07, 0x91, 0x48, 0x89, 0x21, 0x43, 0x65, 0xF7,
        0x85, 0x07, 0x91, 0x48, 0x19, 0x32, 0x54, 0x76, 0xF8, 0x98, 0x09, 0x25, 0x03, 0x14,
        0x09, 0x26, 0x50, 0x2B, 0x07, 0x00, 0x99, 0x02, 0,    0,    0x9E, 0x01, 0x00};
    CHECK(number > 0 && number <= INT16_MAX);
    memcpy(record, sample, sizeof(sample));
    octets_put16(record + 36, (uint16_t)number);
}

static size_t put_header(uint8_t *bytes, uint8_t type, uint16_t sequence, size_t length)
{
    bytes[0] = 2 << 5 | 0x0E;
    bytes[1] = type;
    octets_put16(bytes + 2, (uint16_t)length);
    octets_put16(bytes + 4, sequence);
    return GTPP_HEADER_BYTES + length;
}

size_t gtpp_write_bare(uint8_t *bytes, uint8_t type, uint16_t sequence)
{
    return put_header(bytes, type, sequence, 0);
}

size_t gtpp_write_data(uint8_t *bytes, uint8_t command, uint16_t sequence, unsigned first, unsigned count)
{
    const size_t content = count ? 4 + count * (2 + (size_t)GTPP_SAMPLE_BYTES) : 0;
    uint8_t *at = bytes + GTPP_HEADER_BYTES;
    CHECK(count <= UINT8_MAX);
    *at++ = 126;
    *at++ = command;
    *at++ = 252;
    octets_put16(at, (uint16_t)content);
    at += 2;
    if (count) {
        memcpy(at, (const uint8_t[]){(uint8_t)count, 1, 0x15, 7}, 4);
        at += 4;
    }
    for (unsigned i = 0; i < count; i++) {
        octets_put16(at, GTPP_SAMPLE_BYTES);
        gtpp_sample(at + 2, first + i);
        at += 2 + GTPP_SAMPLE_BYTES;
    }
    return put_header(bytes, GTPP_DATA_REQUEST, sequence, (size_t)(at - bytes) - GTPP_HEADER_BYTES);
}

static size_t put_list(uint8_t *bytes, uint8_t type, const uint16_t *numbers, size_t count)
{
    bytes[0] = type;
    octets_put16(bytes + 1, (uint16_t)(2 * count));
    for (size_t i = 0; i < count; i++)
        octets_put16(bytes + 3 + 2 * i, numbers[i]);
    return 3 + 2 * count;
}

size_t gtpp_write_decision(uint8_t *bytes, uint8_t command, uint16_t sequence, const uint16_t *numbers,
                           size_t count)
{
    bytes[GTPP_HEADER_BYTES] = 126;
    bytes[GTPP_HEADER_BYTES + 1] = command;
    const size_t length =
        put_list(bytes + GTPP_HEADER_BYTES + 2, command == GTPP_CANCEL ? 250 : 249, numbers, count);
    return put_header(bytes, GTPP_DATA_REQUEST, sequence, 2 + length);
}

size_t gtpp_write_answer(uint8_t *bytes, uint8_t cause, uint16_t sequence)
{
    bytes[GTPP_HEADER_BYTES] = 1;
    bytes[GTPP_HEADER_BYTES + 1] = cause;
    const size_t length = put_list(bytes + GTPP_HEADER_BYTES + 2, 253, &sequence, 1);
    return put_header(bytes, GTPP_DATA_RESPONSE, sequence, 2 + length);
}

/* ---- captures ---- */

FILE *capture_create(const char *path)
{
    static const uint32_t header[] = {0xA1B2C3D4, 4 << 16 | 2, 0, 0, 262144, 1};
    FILE *file = fopen(path, "w");
    CHECK(file && fwrite(header, sizeof(header), 1, file) == 1);
    return file;
}

void capture_add(FILE *file, const uint8_t *bytes, size_t length)
{
    const uint32_t header[] = {1700000000, 0, (uint32_t)length, (uint32_t)length};
    CHECK(fwrite(header, sizeof(header), 1, file) == 1 && fwrite(bytes, length, 1, file) == 1);
}

FILE *capture_open(const char *path)
{
    uint32_t header[6];
    FILE *file = fopen(path, "r");
    CHECK(file && fread(header, sizeof(header), 1, file) == 1);
    return file;
}

bool capture_read(FILE *file, uint8_t *bytes, size_t room, size_t *length)
{
    uint32_t header[4];
    if (fread(header, sizeof(header), 1, file) != 1)
        return false;
    *length = header[2];
    CHECK(*length <= room);
    return fread(bytes, *length, 1, file) == 1;
}
