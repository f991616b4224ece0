/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/text.h"
#include "simsieve/decode/decoder.h"

#include <stdlib.h>

#define ROW_COUNT   200000
#define ROW_BYTES   400
#define PASSES      5
#define PIECE_BYTES (128 * 1024)

static void add_row(struct text *text, enum text_form form, uint64_t row)
{
    const unsigned long long a = 84900000000 + hash_fixed(row) % 1000000,
                             b = 84310000000 + hash_fixed(~row) % 50000000;
    const unsigned long long imsi = 452040000000000 + hash_fixed(row) % 1000000,
                             device = 35250000000000 + a % 1000000;
    const unsigned second = (unsigned)(row % 60), duration = (unsigned)(hash_fixed(row + 1) % 600);
    const unsigned long long seq = row + 1, ms = 1733706000000 + row * 10;
    if (form == TEXT_CSV_5)
        text_add(text, "mo_call,%llu,%llu,%llu,%u\n", ms, a, b, duration);
    else if (form == TEXT_CSV_15)
        text_add(
            text,
            "mo_call,2024-12-09T08:15:%02u.093+07:00,%llu,%llu,,answered,%u,%llu,%llu,452-04-7200-%u,,VTL-12,%llu,,\n",
            second, a, b, duration, imsi, device, duration, seq);
    else
        text_add(
            text,
            "{\"type\":\"mo_call\",\"time\":\"2024-12-09T08:15:%02u.093+07:00\",\"a\":\"%llu\",\"b\":\"%llu\","
            "\"outcome\":\"answered\",\"duration\":%u,\"imsi\":\"%llu\",\"cell\":\"452-04-7200-%u\"}\n",
            second, a, b, duration, imsi, duration);
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
    static struct cdr records[128];
    struct decoded decoded = {.records = records, .capacity = ARRAY_COUNT(records), .reject = no_reject};
    struct error error;
    uint64_t count = 0;
    void *state = decoder->open(context, "perf", &error);
    CHECK(state);
    for (size_t at = 0, used; at < length; at += used) {
        const size_t piece = u64_min(length - at, PIECE_BYTES);
        CHECK(!decoder->decode(state, bytes + at, piece, at + piece == length, &decoded, &used, &error));
        count += decoded.count;
    }
    decoder->close(state);
    return count;
}

const char *decode_label(enum text_form form)
{
    static const char *const labels[] = {"CSV, 5 columns", "CSV, 15 columns", "NDJSON, 8 fields"};
    static_assert(ARRAY_COUNT(labels) == TEXT_FORM_COUNT, "one a form");
    return labels[form];
}

struct figure decode_figure(enum text_form form)
{
    static const char *const headers[TEXT_FORM_COUNT] = {
        "type,time,a,b,duration\n",
        "type,time,a,b,forwarded_by,outcome,duration,imsi,imei,cell,trunk,switch,seq,sms_parts,sms_template\n",
        ""};
    struct error error;
    struct numbering *numbering = numbering_load("conf/numbering", &error);
    const struct decode_context context = {.numbering = numbering, .names = names_create(1000, &error)};
    char *bytes = malloc((size_t)ROW_COUNT * ROW_BYTES);
    CHECK(numbering && context.names && bytes);
    struct text text = text_over(bytes, (size_t)ROW_COUNT * ROW_BYTES);
    text_add(&text, "%s", headers[form]);
    for (uint64_t row = 0; row < ROW_COUNT; row++)
        add_row(&text, form, row);
    CHECK(!text.is_cut);
    const struct decoder *decoder = decoder_detect(text.data, 4096);
    struct figure best = {0, 0};
    for (unsigned pass = 0; pass < PASSES; pass++) {
        const struct stopwatch started = stopwatch_start();
        CHECK(decode_all(decoder, &context, text.data, text.length) == ROW_COUNT);
        const struct figure figure = stopwatch_stop(&started, ROW_COUNT);
        if (figure.rate_m > best.rate_m)
            best = figure;
    }
    free(bytes);
    names_destroy(context.names);
    numbering_destroy(numbering);
    return best;
}
