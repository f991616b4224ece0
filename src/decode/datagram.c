/* SPDX-License-Identifier: Apache-2.0 */
#include "datagram.h"

#include "ber.h"
#include "decoders.h"
#include "ts32298.h"

#include <stdlib.h>

#define BATCH_COUNT  64
#define HEADER_BYTES 256

struct datagrams {
    struct ts32298 ber;
    void *csv, *ndjson; /* states of the text decoders */
    char header[HEADER_BYTES];
    size_t header_length;
    bool has_our_header;              /* the last that the CSV decoder was given is ours */
    const struct datagram_sink *sink; /* of the datagram in hand */
    struct cdr records[BATCH_COUNT];
};

struct datagrams *datagrams_create(const struct decode_context *context, const char *input,
                                   struct error *error)
{
    struct datagrams *datagrams = calloc(1, sizeof(*datagrams));
    CHECK(datagrams);
    struct text header = text_over(datagrams->header, sizeof(datagrams->header));
    for (unsigned field = 0; field < CDR_FIELD_COUNT; field++)
        text_add(&header, "%s%s", field ? "," : "", cdr_column((enum cdr_field)field));
    text_add(&header, "\n");
    CHECK(!header.is_cut);
    datagrams->ber = ts32298_start(context, TS32298_STANDARD);
    datagrams->header_length = header.length;
    datagrams->csv = decoder_csv.open(context, input, error);
    datagrams->ndjson = datagrams->csv ? decoder_ndjson.open(context, input, error) : NULL;
    if (datagrams->ndjson)
        return datagrams;
    datagrams_destroy(datagrams);
    return NULL;
}

void datagrams_destroy(struct datagrams *datagrams)
{
    if (!datagrams)
        return;
    if (datagrams->csv)
        decoder_csv.close(datagrams->csv);
    if (datagrams->ndjson)
        decoder_ndjson.close(datagrams->ndjson);
    free(datagrams);
}

static void pass_reject(void *owner, enum reason reason, uint64_t line, const char *bytes, size_t length)
{
    const struct datagrams *datagrams = owner;
    (void)line;
    datagrams->sink->reject(datagrams->sink->owner, reason, bytes, length);
}

static void take_text(struct datagrams *datagrams, const struct decoder *decoder, void *state,
                      const char *bytes, size_t length)
{
    struct error error;
    for (size_t at = 0; at < length;) {
        struct decoded decoded = {.records = datagrams->records,
                                  .capacity = BATCH_COUNT,
                                  .reject = pass_reject,
                                  .owner = datagrams};
        size_t consumed;
        /* Only a header can make it fail, and the first that it was given is right. */
        CHECK(!decoder->decode(state, bytes + at, length - at, true, &decoded, &consumed, &error));
        CHECK(consumed > 0);
        for (size_t i = 0; i < decoded.count; i++)
            datagrams->sink->give(datagrams->sink->owner, &datagrams->records[i]);
        at += consumed;
    }
}

/* The length of the BER element at the front; what there is when that cannot be told. */
static size_t element_length(const uint8_t *bytes, size_t length)
{
    struct ber ber = ber_over(bytes, length);
    struct ber_element element;
    return ber_next(&ber, &element) == BER_ELEMENT ? (size_t)(ber.at - bytes) : length;
}

static void take_ber(struct datagrams *datagrams, struct octets payload)
{
    const struct datagram_sink *sink = datagrams->sink;
    for (size_t at = 0; at < payload.length;) {
        const uint8_t *bytes = payload.bytes + at;
        const size_t length = element_length(bytes, payload.length - at);
        struct cdr cdr;
        const enum reason reason = ts32298_next(&datagrams->ber, bytes, length, &cdr);
        if (reason)
            sink->reject(sink->owner, reason, (const char *)bytes, length);
        else
            sink->give(sink->owner, &cdr);
        at += length;
    }
}

/* Whether a line may be a header: every row has digits in its time, no column has any in its name. */
static bool may_bring_header(const char *text, size_t length)
{
    for (const char *end = text + length; text < end;) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = newline ? newline : end;
        while (text < line_end && !(*text >= '0' && *text <= '9'))
            text++;
        if (text == line_end)
            return true;
        text = line_end + 1;
    }
    return false;
}

static void take_csv(struct datagrams *datagrams, const char *text, size_t length)
{
    if (!datagrams->has_our_header)
        take_text(datagrams, &decoder_csv, datagrams->csv, datagrams->header, datagrams->header_length);
    take_text(datagrams, &decoder_csv, datagrams->csv, text, length);
    datagrams->has_our_header = !may_bring_header(text, length);
}

void datagrams_take(struct datagrams *datagrams, struct octets payload, const struct datagram_sink *sink)
{
    const char *text = (const char *)payload.bytes;
    size_t blank = 0;
    datagrams->sink = sink;
    while (blank < payload.length && (text[blank] == ' ' || text[blank] == '\t'))
        blank++;
    if (blank == payload.length)
        return;
    if ((payload.bytes[0] & 0xE0) ==
        0xA0) { /* context-specific and constructed; no character begins like this */
        take_ber(datagrams, payload);
    } else if (text[blank] == '{') {
        take_text(datagrams, &decoder_ndjson, datagrams->ndjson, text, payload.length);
    } else {
        take_csv(datagrams, text, payload.length);
    }
}
