/* SPDX-License-Identifier: Apache-2.0
 * Inputs that perf/formats.c decodes, made in memory: calls and messages of many numbers, or a fixture over and over. */
#pragma once

#include "simsieve/base/check.h"

#include <string.h>

#define INPUT_RECORDS   160000
#define INPUT_BYTES_MAX ((size_t)64 << 20)

struct input {
    uint8_t *bytes; /* room for INPUT_BYTES_MAX */
    size_t length;
    uint64_t records;
    uint64_t left_out; /* of what else is in a fixture */
};

static inline uint8_t *put(uint8_t *at, const void *bytes, size_t length)
{
    memcpy(at, bytes, length);
    return at + length;
}

static inline uint8_t *put_number(uint8_t *at, uint64_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(number >> (bytes - 1 - i) * 8);
    return at + bytes;
}

/* A record of TS 32.298 in BER, 96 octets; each row its own. */
#define CALL_BYTES 96
uint8_t *put_call(uint8_t *at, uint64_t row);

/* `fixture` is a file of vectors (tests/support/vectors.h), whose first is repeated; the others need none. */
void make_ber(struct input *input, const char *fixture);
void make_ts32297(struct input *input, const char *fixture);
void make_gtpp_capture(struct input *input, const char *fixture);
void make_smpp_capture(struct input *input, const char *fixture);
void make_table(struct input *input, const char *fixture);
void make_fixture(struct input *input, const char *fixture);

/* Messages behind their length, two octets each. */
void make_avro(struct input *input, const char *fixture);
void make_protobuf(struct input *input, const char *fixture);

/* The schema of make_avro. */
extern const char avro_schema[];
