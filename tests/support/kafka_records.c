/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_records.h"

#include "decoding.h"

#include "../../src/feed/kafka_avro.h"
#include "../../src/feed/kafka_protobuf.h"

#include <stdlib.h>
#include <string.h>

static const char *const schemas[] = {
    /* What a mediation system would write. */
    "{\"type\":\"record\",\"name\":\"Cdr\",\"fields\":["
    "{\"name\":\"type\",\"type\":{\"type\":\"enum\",\"name\":\"T\",\"symbols\":[\"mo_call\",\"mt_call\",\"bogus\"]}},"
    "{\"name\":\"time\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
    "{\"name\":\"a\",\"type\":[\"null\",\"string\"]},"
    "{\"name\":\"b\",\"type\":\"string\"},"
    "{\"name\":\"duration\",\"type\":[\"null\",\"int\"],\"default\":null}]}",
    /* Everything that can be stepped over, before and between the columns. */
    "{\"type\":\"record\",\"name\":\"Wide\",\"fields\":["
    "{\"name\":\"tags\",\"type\":{\"type\":\"map\",\"values\":{\"type\":\"array\",\"items\":\"long\"}}},"
    "{\"name\":\"b\",\"type\":{\"type\":\"fixed\",\"name\":\"F\",\"size\":10}},"
    "{\"name\":\"time\",\"type\":[{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"},\"string\"]},"
    "{\"name\":\"deep\",\"type\":{\"type\":\"record\",\"name\":\"Node\",\"fields\":["
    "{\"name\":\"flag\",\"type\":\"boolean\"},{\"name\":\"f\",\"type\":\"float\"},"
    "{\"name\":\"next\",\"type\":[\"null\",\"Node\"]}]}},"
    "{\"name\":\"nothings\",\"type\":{\"type\":\"array\",\"items\":\"null\"}},"
    "{\"name\":\"a\",\"type\":\"bytes\"},"
    "{\"name\":\"duration\",\"type\":\"double\"},"
    "{\"name\":\"type\",\"type\":\"string\"}]}",
    NULL,
};

void wire_raw(struct wire *wire, const void *bytes, size_t length)
{
    CHECK(length <= WIRE_BYTES - wire->length);
    memcpy(wire->bytes + wire->length, bytes, length);
    wire->length += length;
}

static void wire_varint(struct wire *wire, uint64_t value)
{
    do {
        const uint8_t octet = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        wire_raw(wire, &octet, 1);
        value >>= 7;
    } while (value);
}

void wire_long(struct wire *wire, int64_t value)
{
    wire_varint(wire, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}

void wire_text(struct wire *wire, const char *text)
{
    wire_long(wire, (int64_t)strlen(text));
    wire_raw(wire, text, strlen(text));
}

void wire_field_text(struct wire *wire, unsigned field, const char *text)
{
    wire_varint(wire, field << 3 | 2);
    wire_varint(wire, strlen(text));
    wire_raw(wire, text, strlen(text));
}

void wire_field_number(struct wire *wire, unsigned field, uint64_t value)
{
    wire_varint(wire, field << 3);
    wire_varint(wire, value);
}

const char *wire_schema(size_t index)
{
    return schemas[index];
}

/* The reason is one, and what ends early or goes on is no record of a schema. */
void wire_property_avro(const char *bytes, size_t length)
{
    static struct avro_plan *plans[ARRAY_COUNT(schemas) - 1];
    struct error error;
    struct cdr cdr;
    if (length == 0)
        return;
    const size_t which = (uint8_t)bytes[0] % ARRAY_COUNT(plans);
    if (!plans[which])
        plans[which] = avro_plan_create(schemas[which], strlen(schemas[which]), "test", &error);
    CHECK(plans[which]);
    /* A copy of its own, so that a sanitizer sees the octet behind the last one read. */
    char *copy = malloc(length);
    CHECK(copy);
    memcpy(copy, bytes + 1, length - 1);
    copy[length - 1] = 0;
    const enum reason reason = avro_decode(plans[which], decoding_context(), copy, length - 1, &cdr);
    CHECK(reason < REASON_COUNT);
    if (reason == REASON_NONE) {
        CHECK(avro_decode(plans[which], decoding_context(), copy, length, &cdr) == REASON_SCHEMA_MISMATCH);
        CHECK(avro_decode(plans[which], decoding_context(), copy, length - 2, &cdr) != REASON_NONE);
    }
    free(copy);
}

void wire_property_protobuf(const char *bytes, size_t length)
{
    struct cdr cdr, again;
    memset(&cdr, 0, sizeof(cdr));
    memset(&again, 0, sizeof(again));
    const enum reason reason = protobuf_decode(decoding_context(), bytes, length, &cdr);
    CHECK(reason < REASON_COUNT);
    CHECK(protobuf_decode(decoding_context(), bytes, length, &again) == reason);
    if (reason == REASON_NONE)
        CHECK(cdr_content_hash(&cdr) == cdr_content_hash(&again));
}
