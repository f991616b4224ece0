/* SPDX-License-Identifier: Apache-2.0
 * Every format but CSV and NDJSON (decoding.c), from bytes in memory to records. */
#include "../src/feed/kafka_avro.h"
#include "../src/feed/kafka_protobuf.h"
#include "figures.h"
#include "inputs.h"

#include "simsieve/decode/column_map.h"
#include "simsieve/decode/decoder.h"

#include <stdlib.h>

#define PASSES        5
#define PIECE_BYTES   (128 * 1024)
#define DECODED_COUNT 128

static enum reason decode_avro(const struct decode_context *context, const char *bytes, size_t length,
                               struct cdr *cdr)
{
    static struct avro_plan *plan; /* kept: a feed compiles a schema once */
    struct error error;
    if (!plan)
        plan = avro_plan_create(avro_schema, strlen(avro_schema), "perf", &error);
    CHECK(plan);
    return avro_decode(plan, context, bytes, length, cdr);
}

static const struct {
    const char *label;
    const char *decoder; /* NULL: messages, which a function decodes */
    enum reason (*decode_message)(const struct decode_context *context, const char *bytes, size_t length,
                                  struct cdr *cdr);
    void (*make)(struct input *input, const char *fixture);
    const char *fixture;
} formats[] = {
    {"TS 32.298, bare", "ber", NULL, make_ber, NULL},
    {"TS 32.298 in TS 32.297 files", "ts32297", NULL, make_ts32297, NULL},
    {"TS 32.298 in a capture of GTP', 8 a packet, answered", "pcap", NULL, make_gtpp_capture, NULL},
    {"TAP 3.12, files of 7, two left out", "tap", NULL, make_fixture, "tests/fixtures/files/tap.txt"},
    {"NRTRDE 2.1, files of 5, two left out", "nrtrde", NULL, make_fixture, "tests/fixtures/files/nrtrde.txt"},
    {"DX 200, blocks of 2", "dx200", NULL, make_fixture, "tests/fixtures/files/dx200.txt"},
    {"a column map, Asterisk", "map", NULL, make_table, NULL},
    {"SMPP in a capture, answered", "pcap", NULL, make_smpp_capture, NULL},
    {"Avro, 8 fields", NULL, decode_avro, make_avro, NULL},
    {"Protobuf, 8 fields", NULL, protobuf_decode, make_protobuf, NULL},
};

const char *format_label(size_t format)
{
    return format < ARRAY_COUNT(formats) ? formats[format].label : NULL;
}

static void count_reject(void *owner, enum reason reason, uint64_t line, const char *bytes, size_t length)
{
    uint64_t *rejects = owner;
    (void)reason;
    (void)line;
    (void)bytes;
    (void)length;
    ++*rejects;
}

static void decode_input(size_t format, const struct decode_context *context, const struct input *input)
{
    static struct cdr records[DECODED_COUNT];
    const char *nearest, *bytes = (const char *)input->bytes;
    uint64_t count = 0, rejects = 0;
    struct decoded decoded = {
        .records = records, .capacity = DECODED_COUNT, .reject = count_reject, .owner = &rejects};
    struct error error;
    const struct decoder *decoder = decoder_by_name(formats[format].decoder, &nearest);
    void *state = decoder->open(context, "perf", &error);
    CHECK(state);
    for (size_t at = 0, used; at < input->length; at += used) {
        const size_t piece = u64_min(input->length - at, PIECE_BYTES);
        CHECK(
            !decoder->decode(state, bytes + at, piece, at + piece == input->length, &decoded, &used, &error));
        count += decoded.count;
    }
    do {
        decoded.count = 0;
        if (decoder->finish)
            decoder->finish(state, &decoded);
        count += decoded.count;
    } while (decoded.count);
    decoder->close(state);
    CHECK(count == input->records && rejects == input->left_out);
}

static void decode_messages(size_t format, const struct decode_context *context, const struct input *input)
{
    uint64_t count = 0;
    for (size_t at = 0; at < input->length; count++) {
        const size_t length = (size_t)input->bytes[at] << 8 | input->bytes[at + 1];
        struct cdr cdr;
        CHECK(!formats[format].decode_message(context, (const char *)input->bytes + at + 2, length, &cdr));
        at += 2 + length;
    }
    CHECK(count == input->records);
}

struct figure format_figure(size_t format)
{
    struct error error;
    struct numbering *numbering = numbering_load("conf/numbering", &error);
    struct column_map *map = column_map_load("conf/maps/asterisk.yaml", &error);
    const struct decode_context context = {
        .numbering = numbering, .names = names_create(1000, &error), .map = map};
    struct input input = {.bytes = malloc(INPUT_BYTES_MAX)};
    CHECK(numbering && map && context.names && input.bytes);
    formats[format].make(&input, formats[format].fixture);
    CHECK(input.length <= INPUT_BYTES_MAX);
    struct figure best = {0, 0};
    for (unsigned pass = 0; pass < PASSES; pass++) {
        const struct stopwatch started = stopwatch_start();
        (formats[format].decoder ? decode_input : decode_messages)(format, &context, &input);
        const struct figure figure = stopwatch_stop(&started, input.records);
        if (figure.rate_m > best.rate_m)
            best = figure;
    }
    free(input.bytes);
    names_destroy(context.names);
    column_map_destroy(map);
    numbering_destroy(numbering);
    return best;
}
