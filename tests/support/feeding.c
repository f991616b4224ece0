/* SPDX-License-Identifier: Apache-2.0 */
#include "feeding.h"

#include "decoding.h"
#include "suite.h"

#include "simsieve/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void feeding_make(struct feeding *feeding, const char *kind)
{
    *feeding = (struct feeding){.kind = feed_kind_by_name(kind)};
    ck_assert_msg(feeding->kind != NULL, "there is no kind %s", kind);
    workdir_make(feeding->folder);
}

void feeding_close(struct feeding *feeding)
{
    if (feeding->state)
        feeding->kind->close(feeding->state);
    feeding->state = NULL;
    if (feeding->rejects)
        ck_assert(!rejects_close(feeding->rejects, &feeding->error));
    feeding->rejects = NULL;
    yaml_destroy(feeding->yaml);
    feeding->yaml = NULL;
}

void feeding_end(struct feeding *feeding)
{
    feeding_close(feeding);
    workdir_remove(feeding->folder);
    free(feeding->records);
    free(feeding->chunks);
    free(feeding->outcome);
}

enum error_class feeding_try_open(struct feeding *feeding, const char *settings)
{
    feeding_close(feeding);
    memset(&feeding->health, 0, sizeof(feeding->health));
    feeding->yaml = yaml_load_text("settings", settings, strlen(settings), &feeding->error);
    ck_assert_msg(feeding->yaml != NULL, "%s", feeding->error.text);
    feeding->rejects = rejects_open(NULL, &feeding->error);
    const struct feed_options options = {.name = "test",
                                         .folder = ".",
                                         .state_folder = feeding->folder[0] ? feeding->folder : NULL,
                                         .context = decoding_context(),
                                         .rejects = feeding->rejects,
                                         .health = &feeding->health};
    return feeding->kind->open(&feeding->state, &options, yaml_root(feeding->yaml), &feeding->error);
}

void feeding_open(struct feeding *feeding, const char *settings)
{
    ck_assert_msg(!feeding_try_open(feeding, settings), "%s", feeding->error.text);
}

void feeding_start(struct feeding *feeding)
{
    ck_assert_msg(!feeding->kind->start(feeding->state, NULL, 0, &feeding->error), "%s", feeding->error.text);
}

void feeding_resume(struct feeding *feeding)
{
    struct feed_resume resume = {.source = "journal"};
    if (feeding->chunk_count > 0)
        resume.position = feeding->chunks[feeding->chunk_count - 1].end;
    ck_assert_msg(!feeding->kind->start(feeding->state, &resume, 1, &feeding->error), "%s",
                  feeding->error.text);
}

void feeding_stop(struct feeding *feeding)
{
    feeding->kind->stop(feeding->state);
}

static void keep(struct feeding *feeding, const struct chunk *chunk)
{
    feeding->records =
        realloc(feeding->records, (feeding->record_count + chunk->count + 1) * sizeof(*feeding->records));
    feeding->chunks = realloc(feeding->chunks, (feeding->chunk_count + 1) * sizeof(*feeding->chunks));
    ck_assert(feeding->records && feeding->chunks);
    memcpy(feeding->records + feeding->record_count, chunk->records, chunk->count * sizeof(*chunk->records));
    feeding->chunks[feeding->chunk_count++] =
        (struct feeding_chunk){chunk->begin, chunk->end, feeding->record_count, chunk->count};
    feeding->record_count += chunk->count;
}

size_t feeding_poll(struct feeding *feeding, size_t records, int milliseconds)
{
    static struct chunk chunk;
    const size_t before = feeding->record_count;
    const uint64_t until_ns = clock_monotonic_ns() + (uint64_t)milliseconds * 1000000;
    while (clock_monotonic_ns() < until_ns && (records == 0 || feeding->record_count - before < records)) {
        const enum feed_status status = feeding->kind->poll(feeding->state, &chunk, 10, &feeding->error);
        ck_assert_msg(status != FEED_FAILED, "%s", feeding->error.text);
        if (status != FEED_RECORDS)
            continue;
        const struct feeding_chunk *last =
            feeding->chunk_count ? &feeding->chunks[feeding->chunk_count - 1] : NULL;
        ck_assert(position_compare(chunk.begin, chunk.end) <= 0);
        ck_assert(!last || position_compare(last->end, chunk.begin) <= 0);
        ck_assert_uint_le(chunk.count, CHUNK_RECORDS);
        keep(feeding, &chunk);
    }
    return feeding->record_count - before;
}

void feeding_hold(struct feeding *feeding, int milliseconds)
{
    const uint64_t until_ns = clock_monotonic_ns() + (uint64_t)milliseconds * 1000000;
    while (clock_monotonic_ns() < until_ns)
        ck_assert_int_eq(feeding->kind->poll(feeding->state, NULL, 0, &feeding->error), FEED_NOTHING);
}

void feeding_check_again(struct feeding *feeding, const char *source, struct position begin,
                         struct position end, size_t first, size_t count)
{
    static struct chunk chunk;
    size_t at = 0;
    while (position_compare(begin, end) < 0) {
        ck_assert_int_eq(feeding->kind->read(feeding->state, source, begin, end, &chunk, 0, &feeding->error),
                         FEED_RECORDS);
        ck_assert(position_compare(chunk.begin, begin) == 0);
        ck_assert(position_compare(chunk.end, begin) > 0);
        ck_assert(position_compare(chunk.end, end) <= 0);
        ck_assert_uint_le(at + chunk.count, count);
        ck_assert_mem_eq(chunk.records, feeding->records + first + at, chunk.count * sizeof(*chunk.records));
        at += chunk.count;
        begin = chunk.end;
    }
    ck_assert_uint_eq(at, count);
}

const char *feeding_outcome(struct feeding *feeding)
{
    char json[CDR_TEXT_BYTES];
    size_t length;
    free(feeding->outcome);
    FILE *stream = open_memstream(&feeding->outcome, &length);
    ck_assert_ptr_nonnull(stream);
    for (size_t i = 0; i < feeding->record_count; i++) {
        struct text text = text_over(json, sizeof(json));
        cdr_format_json(&text, &feeding->records[i], decoding_context()->names);
        fprintf(stream, "%s\n", json);
    }
    for (unsigned reason = 1; reason < REASON_COUNT; reason++)
        if (rejects_count(feeding->rejects, (enum reason)reason))
            fprintf(stream, "%s: %llu\n", reason_word((enum reason)reason),
                    (unsigned long long)rejects_count(feeding->rejects, (enum reason)reason));
    fclose(stream);
    return feeding->outcome;
}
