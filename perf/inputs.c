/* SPDX-License-Identifier: Apache-2.0 */
#include "inputs.h"

#include "simsieve/base/text.h"

#include <stdio.h>
#include <stdlib.h>

#define FILE_HEADER_BYTES 52

/* An answered call of 84866700000. */
static const uint8_t call[CALL_BYTES] = {
    0xa0, 0x5e, 0x80, 0x01, 0x00, 0x81, 0x08, 0x54, 0x02, 0x24, 0x00, 0x00, 0x10, 0x33, 0xf7, 0x82,
    0x08, 0x53, 0x52, 0x45, 0x65, 0x95, 0x88, 0x13, 0xf8, 0x83, 0x07, 0x91, 0x48, 0x68, 0x76, 0x00,
    0x00, 0xf0, 0x85, 0x07, 0x91, 0x48, 0x48, 0x87, 0x43, 0x48, 0xf3, 0x89, 0x07, 0x91, 0x48, 0x89,
    0x05, 0x04, 0x67, 0xf4, 0xac, 0x0d, 0x80, 0x02, 0x19, 0xc8, 0x81, 0x02, 0x00, 0x36, 0x82, 0x03,
    0x54, 0xf2, 0x40, 0x96, 0x09, 0x24, 0x12, 0x02, 0x00, 0x00, 0x12, 0x2b, 0x07, 0x00, 0x97, 0x09,
    0x24, 0x12, 0x02, 0x00, 0x00, 0x12, 0x2b, 0x07, 0x00, 0x99, 0x02, 0x00, 0xa1, 0x9e, 0x01, 0x00};
#define CALLER_OFFSET 31 /* of its last five digits */

/* Five digits of the caller and the seconds of the duration make each its own. */
uint8_t *put_call(uint8_t *at, uint64_t row)
{
    memcpy(at, call, CALL_BYTES);
    at[CALLER_OFFSET] = (uint8_t)(row % 10 << 4 | row / 10 % 10);
    at[CALLER_OFFSET + 1] = (uint8_t)(row / 100 % 10 << 4 | row / 1000 % 10);
    at[CALLER_OFFSET + 2] = (uint8_t)(0xF0 | row / 10000 % 10);
    at[CALL_BYTES - 4] = (uint8_t)(row / 100000);
    return at + CALL_BYTES;
}

void make_ber(struct input *input, const char *fixture)
{
    uint8_t *at = input->bytes;
    (void)fixture;
    for (uint64_t row = 0; row < INPUT_RECORDS; row++)
        at = put_call(at, row);
    input->length = (size_t)(at - input->bytes);
    input->records = INPUT_RECORDS;
}

/* TS 32.297: a file header without filter and extensions, then four octets before each record (BER, TS 32.250). */
void make_ts32297(struct input *input, const char *fixture)
{
    uint8_t *bytes = input->bytes, *at = bytes + FILE_HEADER_BYTES;
    (void)fixture;
    memset(bytes, 0, FILE_HEADER_BYTES);
    for (uint64_t row = 0; row < INPUT_RECORDS; row++)
        at = put_call(put(put_number(at, CALL_BYTES, 2), "\xc0\x26", 2), row);
    input->length = (size_t)(at - bytes);
    input->records = INPUT_RECORDS;
    put_number(bytes, input->length, 4);
    put_number(bytes + 4, FILE_HEADER_BYTES, 4);
    put(bytes + 8, "\xc0\xc0", 2); /* release 9 and version 0, high and low: no extension octets */
    put_number(bytes + 18, INPUT_RECORDS, 4);
}

/* Lines of Asterisk's Master.csv (conf/maps/asterisk.yaml). */
void make_table(struct input *input, const char *fixture)
{
    struct text text = text_over((char *)input->bytes, INPUT_BYTES_MAX);
    (void)fixture;
    for (unsigned row = 0; row < INPUT_RECORDS; row++)
        text_add(
            &text,
            "\"\",\"09812%05u\",\"09123%05u\",\"c\",\"x\",\"y\",\"z\",\"Dial\",\"\",\"2025-03-14 09:26:%02u\","
            "\"2025-03-14 09:26:55\",\"2025-03-14 09:27:03\",13,%u,\"ANSWERED\",\"DOCUMENTATION\"\n",
            row % 100000, row / 2 % 100000, row % 60, row % 600);
    CHECK(!text.is_cut);
    input->length = text.length;
    input->records = INPUT_RECORDS;
}

static size_t read_hexadecimal(const char *line, uint8_t *bytes)
{
    size_t length = 0;
    for (unsigned octet; sscanf(line + 2 * length, "%2x", &octet) == 1; length++)
        bytes[length] = (uint8_t)octet;
    return length;
}

static uint64_t count_of(const char *text, const char *word)
{
    uint64_t count = 0;
    for (; (text = strstr(text, word)); text++)
        count++;
    return count;
}

/* The octets and what they become: two lines that are no comments. */
void make_fixture(struct input *input, const char *fixture)
{
    char *line = NULL;
    size_t room = 0, once = 0;
    FILE *file = fopen(fixture, "r");
    uint64_t records = 0, all = 0;
    CHECK(file);
    while (!all && getline(&line, &room, file) > 0) {
        if (line[0] == '#' || line[0] == '\n')
            continue;
        if (once == 0) {
            once = read_hexadecimal(line, input->bytes);
        } else {
            records = count_of(line, "{");
            all = count_of(line, " | ") + 1;
        }
    }
    fclose(file);
    free(line);
    CHECK(once > 0 && records > 0);
    while (input->records + records <= INPUT_RECORDS && input->length + once <= INPUT_BYTES_MAX) {
        memmove(input->bytes + input->length, input->bytes, once);
        input->length += once;
        input->records += records;
        input->left_out += all - records;
    }
}

/* A number as Avro and Protobuf both write it; Avro doubles it first, Protobuf puts fields' numbers above three bits. */
static uint8_t *put_varint(uint8_t *at, uint64_t value)
{
    for (; value > 0x7F; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at++ = (uint8_t)value;
    return at;
}

static uint8_t *put_avro(uint8_t *at, const char *text)
{
    return put(put_varint(at, 2 * strlen(text)), text, strlen(text));
}

static uint8_t *put_protobuf(uint8_t *at, unsigned field, const char *text)
{
    return put(put_varint(put_varint(at, field << 3 | 2), strlen(text)), text, strlen(text));
}

/* What differs between the messages of a row. */
struct message {
    uint64_t time_ms;
    unsigned duration_s;
    char a[16], b[16], imsi[20], cell[24];
};

static struct message message_of(uint64_t row)
{
    struct message message = {.time_ms = 1733706000000 + row * 10, .duration_s = (unsigned)(row % 600)};
    const unsigned number = (unsigned)(row % 100000);
    snprintf(message.a, sizeof(message.a), "848667%05u", number);
    snprintf(message.b, sizeof(message.b), "849123%05u", number / 2);
    snprintf(message.imsi, sizeof(message.imsi), "4520400000%05u", number);
    snprintf(message.cell, sizeof(message.cell), "452-04-7200-%u", number % 1000);
    return message;
}

const char avro_schema[] =
    "{\"type\":\"record\",\"name\":\"Cdr\",\"fields\":[{\"name\":\"type\",\"type\":\"string\"},"
    "{\"name\":\"time\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
    "{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"b\",\"type\":\"string\"},"
    "{\"name\":\"outcome\",\"type\":\"string\"},{\"name\":\"duration\",\"type\":\"int\"},"
    "{\"name\":\"imsi\",\"type\":\"string\"},{\"name\":\"cell\",\"type\":\"string\"}]}";

static uint8_t *put_avro_message(uint8_t *at, const struct message *message)
{
    at = put_varint(put_avro(at, "mo_call"), 2 * message->time_ms);
    at = put_avro(put_avro(put_avro(at, message->a), message->b), "answered");
    at = put_varint(at, 2 * message->duration_s);
    return put_avro(put_avro(at, message->imsi), message->cell);
}

/* Fields of conf/schemas/cdr.proto behind the index of its message. */
static uint8_t *put_protobuf_message(uint8_t *at, const struct message *message)
{
    at = put_protobuf(put(at, "\0", 1), 1, "mo_call");
    at = put_varint(put_varint(at, 2 << 3), message->time_ms);
    at = put_protobuf(put_protobuf(put_protobuf(at, 3, message->a), 4, message->b), 6, "answered");
    at = put_varint(put_varint(at, 7 << 3), message->duration_s);
    return put_protobuf(put_protobuf(at, 8, message->imsi), 10, message->cell);
}

static void make_messages(struct input *input,
                          uint8_t *(*put_message)(uint8_t *at, const struct message *message))
{
    uint8_t *at = input->bytes;
    for (uint64_t row = 0; row < INPUT_RECORDS; row++) {
        const struct message message = message_of(row);
        uint8_t *end = put_message(at + 2, &message);
        put_number(at, (uint64_t)(end - at - 2), 2);
        at = end;
    }
    input->length = (size_t)(at - input->bytes);
    input->records = INPUT_RECORDS;
}

void make_avro(struct input *input, const char *fixture)
{
    (void)fixture;
    make_messages(input, put_avro_message);
}

void make_protobuf(struct input *input, const char *fixture)
{
    (void)fixture;
    make_messages(input, put_protobuf_message);
}
