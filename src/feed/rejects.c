/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/feed/rejects.h"

#include "simsieve/base/text.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define REJECT_FILE_MODE 0600

/* The longest line of the file: an input's path and the bytes, each byte of either escaped in six. */
#define LINE_BYTES_MAX (6 * (OUTPUT_PATH_BYTES + REJECT_RECORD_BYTES_MAX) + 256)

struct rejects {
    /* Written by the feed thread, read by any: relaxed, each counter stands for itself. */
    _Atomic uint64_t counts[REASON_COUNT];
    _Atomic uint64_t not_kept;
    char *first[REASON_COUNT]; /* "input:line", NULL before */
    struct output output;      /* not open: count only */
    uint64_t file_bytes;
    char line[LINE_BYTES_MAX];
};

static void add_one(_Atomic uint64_t *counter)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

struct rejects *rejects_open(const char *path, struct error *error)
{
    struct rejects *rejects = calloc(1, sizeof(*rejects));
    CHECK(rejects);
    if (path && output_open(&rejects->output, path, OUTPUT_WHOLE, REJECT_FILE_MODE, error)) {
        free(rejects);
        return NULL;
    }
    return rejects;
}

/* At most REJECT_RECORD_BYTES_MAX bytes, and no half character at their end. */
static size_t kept_length(const char *bytes, size_t length)
{
    if (length <= REJECT_RECORD_BYTES_MAX)
        return length;
    size_t kept = REJECT_RECORD_BYTES_MAX;
    while (kept > REJECT_RECORD_BYTES_MAX - 3 && (bytes[kept] & 0xC0) == 0x80)
        kept--;
    return kept;
}

static void add_bytes(struct text *text, const char *bytes, size_t length)
{
    char base64[sodium_base64_ENCODED_LEN(REJECT_RECORD_BYTES_MAX, sodium_base64_VARIANT_ORIGINAL)];
    const size_t kept = kept_length(bytes, length);
    if (text_is_utf8(bytes, kept)) {
        text_add(text, "\"bytes\":");
        text_add_json(text, bytes, kept);
        return;
    }
    sodium_bin2base64(base64, sizeof(base64), (const unsigned char *)bytes, kept,
                      sodium_base64_VARIANT_ORIGINAL);
    text_add(text, "\"base64\":\"%s\"", base64);
}

/* False when the limit of the file would be passed. */
static bool keep(struct rejects *rejects, const char *input, enum reason reason, uint64_t line,
                 const char *bytes, size_t length)
{
    struct text text = text_over(rejects->line, sizeof(rejects->line));
    text_add(&text, "{\"input\":");
    text_add_json(&text, input, u64_min(strlen(input), OUTPUT_PATH_BYTES));
    text_add(&text, ",\"line\":%llu,\"reason\":\"%s\",", (unsigned long long)line, reason_word(reason));
    add_bytes(&text, bytes, length);
    text_add(&text, "}\n");
    CHECK(!text.is_cut);
    if (rejects->file_bytes + text.length > REJECT_FILE_BYTES_MAX)
        return false;
    rejects->file_bytes += text.length;
    /* A failed write stays with the stream; rejects_close reports it. */
    fwrite(text.data, 1, text.length, rejects->output.stream);
    return true;
}

void rejects_add(struct rejects *rejects, const char *input, enum reason reason, uint64_t line,
                 const char *bytes, size_t length)
{
    CHECK(reason > REASON_NONE && reason < REASON_COUNT);
    add_one(&rejects->counts[reason]);
    if (!rejects->first[reason])
        CHECK(asprintf(&rejects->first[reason], "%s:%llu", input, (unsigned long long)line) >= 0);
    if (rejects->output.stream && reason_is_damage(reason) &&
        !keep(rejects, input, reason, line, bytes, length))
        add_one(&rejects->not_kept);
}

uint64_t rejects_count(const struct rejects *rejects, enum reason reason)
{
    CHECK(reason < REASON_COUNT);
    return atomic_load_explicit(&rejects->counts[reason], memory_order_relaxed);
}

uint64_t rejects_total(const struct rejects *rejects)
{
    uint64_t total = 0;
    for (unsigned reason = 0; reason < REASON_COUNT; reason++)
        total += rejects_count(rejects, (enum reason)reason);
    return total;
}

uint64_t rejects_damaged(const struct rejects *rejects)
{
    uint64_t damaged = 0;
    for (unsigned reason = 0; reason < REASON_COUNT; reason++)
        if (reason_is_damage((enum reason)reason))
            damaged += rejects_count(rejects, (enum reason)reason);
    return damaged;
}

uint64_t rejects_not_kept(const struct rejects *rejects)
{
    return atomic_load_explicit(&rejects->not_kept, memory_order_relaxed);
}

const char *rejects_first(const struct rejects *rejects, enum reason reason)
{
    CHECK(reason < REASON_COUNT);
    return rejects->first[reason];
}

enum error_class rejects_close(struct rejects *rejects, struct error *error)
{
    if (!rejects)
        return ERROR_OK;
    const enum error_class class = output_commit(&rejects->output, error);
    for (size_t reason = 0; reason < REASON_COUNT; reason++)
        free(rejects->first[reason]);
    free(rejects);
    return class;
}
