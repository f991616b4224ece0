/* SPDX-License-Identifier: Apache-2.0
 * Avro and Protobuf records written octet by octet, and what their decoders promise of any bytes. */
#pragma once

#include "simsieve/decode/decoder.h"

#define WIRE_BYTES 4096

struct wire {
    char bytes[WIRE_BYTES];
    size_t length;
};

/* Avro: int, long, index of a branch or symbol; string or bytes. */
void wire_long(struct wire *wire, int64_t value);
void wire_text(struct wire *wire, const char *text);
void wire_raw(struct wire *wire, const void *bytes, size_t length);

/* Protobuf: a field of length, or a varint. */
void wire_field_text(struct wire *wire, unsigned field, const char *text);
void wire_field_number(struct wire *wire, unsigned field, uint64_t value);

/* The schemas that the properties use; NULL past the end. */
const char *wire_schema(size_t index);

/* Fails the test when a decoder breaks its word on these bytes. Of Avro, the first octet chooses the schema. */
void wire_property_avro(const char *bytes, size_t length);
void wire_property_protobuf(const char *bytes, size_t length);
