/* SPDX-License-Identifier: Apache-2.0 */
#include "decoding.h"

#include "simsieve/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_COUNT_MAX (1u << 20)

struct decode_context *decoding_context(void)
{
    static struct decode_context context;
    struct error error = {0};
    if (!context.numbering) {
        context.numbering = numbering_load("conf/numbering", &error);
        context.names = names_create(NAME_COUNT_MAX, &error);
    }
    CHECK(context.numbering && context.names);
    return &context;
}

static void add_reject(void *owner, enum reason reason, uint64_t line, const char *bytes, size_t length)
{
    struct decoding *decoding = owner;
    decoding->rejects = realloc(decoding->rejects, (decoding->reject_count + 1) * sizeof(*decoding->rejects));
    char *copy = malloc(length + 1);
    CHECK(decoding->rejects && copy && reason > REASON_NONE && reason < REASON_COUNT && line > 0);
    memcpy(copy, bytes, length);
    copy[length] = 0;
    decoding->rejects[decoding->reject_count++] = (struct reject){reason, line, copy, length};
}

static void add_records(struct decoding *decoding, const struct cdr *records, size_t count)
{
    if (count == 0)
        return;
    decoding->records =
        realloc(decoding->records, (decoding->record_count + count) * sizeof(*decoding->records));
    CHECK(decoding->records);
    memcpy(decoding->records + decoding->record_count, records, count * sizeof(*records));
    decoding->record_count += count;
}

/* One decode call on a copy of just these bytes, so that a sanitizer sees a read beyond them. */
static size_t step(struct decoding *decoding, const struct decoder *decoder, void *state, const char *bytes,
                   size_t length, bool is_last, size_t capacity)
{
    struct decoded decoded = {.capacity = capacity, .reject = add_reject, .owner = decoding};
    size_t consumed = 0;
    char *copy = malloc(length);
    decoded.records = malloc(capacity * sizeof(*decoded.records));
    CHECK(copy && decoded.records);
    memcpy(copy, bytes, length);
    decoding->class = decoder->decode(state, copy, length, is_last, &decoded, &consumed, &decoding->error);
    CHECK(consumed <= length && decoded.count <= capacity);
    CHECK(decoding->class || consumed > 0 || decoded.count > 0 ||
          (!is_last && length < DECODE_RECORD_BYTES_MAX));
    add_records(decoding, decoded.records, decoded.count);
    free(decoded.records);
    free(copy);
    return consumed;
}

static void finish(struct decoding *decoding, const struct decoder *decoder, void *state, size_t capacity)
{
    struct decoded decoded = {.capacity = capacity, .reject = add_reject, .owner = decoding};
    decoded.records = malloc(capacity * sizeof(*decoded.records));
    CHECK(decoded.records);
    do {
        decoder->finish(state, &decoded);
        CHECK(decoded.count <= capacity);
        add_records(decoding, decoded.records, decoded.count);
    } while (decoded.count > 0);
    free(decoded.records);
}

void decoding_run(struct decoding *decoding, const struct decoder *decoder, const char *bytes, size_t length,
                  size_t piece, size_t capacity)
{
    size_t begin = 0, end = 0;
    *decoding = (struct decoding){.names = decoding_context()->names};
    void *state = decoder->open(decoding_context(), "test-input", &decoding->error);
    CHECK(state && piece > 0);
    while (begin < length && !decoding->class) {
        const size_t consumed =
            end > begin ? step(decoding, decoder, state, bytes + begin, end - begin, end == length, capacity)
                        : 0;
        begin += consumed;
        if (consumed == 0)
            end = u64_min(length, end + piece);
    }
    if (!decoding->class && decoder->finish)
        finish(decoding, decoder, state, capacity);
    decoder->close(state);
}

void decoding_fini(struct decoding *decoding)
{
    for (size_t i = 0; i < decoding->reject_count; i++)
        free(decoding->rejects[i].bytes);
    free(decoding->rejects);
    free(decoding->records);
    *decoding = (struct decoding){0};
}

char *decoding_outcome(const struct decoding *decoding)
{
    char *outcome = NULL, json[CDR_TEXT_BYTES];
    size_t length;
    FILE *stream = open_memstream(&outcome, &length);
    CHECK(stream);
    for (size_t i = 0; i < decoding->record_count; i++) {
        struct text text = text_over(json, sizeof(json));
        cdr_format_json(&text, &decoding->records[i], decoding->names);
        fprintf(stream, "%s%s", i ? " | " : "", json);
    }
    for (size_t i = 0; i < decoding->reject_count; i++)
        fprintf(stream, "%s%llu:%s", i || decoding->record_count ? " | " : "",
                (unsigned long long)decoding->rejects[i].line, reason_word(decoding->rejects[i].reason));
    if (decoding->record_count + decoding->reject_count == 0)
        fprintf(stream, "nothing");
    fclose(stream);
    return outcome;
}

bool decoding_equal(const struct decoding *a, const struct decoding *b)
{
    if (a->class != b->class || a->record_count != b->record_count || a->reject_count != b->reject_count)
        return false;
    if (a->class && strcmp(a->error.text, b->error.text) != 0)
        return false;
    if (a->record_count > 0 && memcmp(a->records, b->records, a->record_count * sizeof(*a->records)) != 0)
        return false;
    for (size_t i = 0; i < a->reject_count; i++) {
        const struct reject *x = &a->rejects[i], *y = &b->rejects[i];
        if (x->reason != y->reason || x->line != y->line || x->length != y->length ||
            memcmp(x->bytes, y->bytes, x->length) != 0)
            return false;
    }
    return true;
}
