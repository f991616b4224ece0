/* SPDX-License-Identifier: Apache-2.0 */
#include "spooling.h"

#include "decoding.h"
#include "suite.h"
#include "workdir.h"

#include "simsieve/base/clock.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_BYTES 128

void spooling_prepare(void)
{
    ck_assert_int_eq(mkdir(workdir_path("spool"), 0755), 0);
    ck_assert_int_eq(mkdir(workdir_path("state"), 0755), 0);
}

enum error_class spooling_try_open(struct spooling *spooling, const char *settings, struct error *error)
{
    static char state_folder[WORKDIR_PATH_BYTES];
    char text[2048];
    const bool is_reader = spooling->options.is_reader;
    *spooling = (struct spooling){.kind = feed_kind_by_name("spool")};
    ck_assert_ptr_nonnull(spooling->kind);
    snprintf(state_folder, sizeof(state_folder), "%s", workdir_path("state"));
    snprintf(text, sizeof(text), "%s%s\n%s",
             strstr(settings, "folder:") ? "#" : "folder: ", workdir_path("spool"), settings);
    spooling->yaml = yaml_load_text("spool.yaml", text, strlen(text), error);
    ck_assert_msg(spooling->yaml != NULL, "%s", error->text);
    spooling->rejects = rejects_open(NULL, error);
    spooling->options = (struct feed_options){.name = "files",
                                              .folder = workdir_folder(),
                                              .state_folder = state_folder,
                                              .is_reader = is_reader,
                                              .context = decoding_context(),
                                              .rejects = spooling->rejects,
                                              .health = &spooling->health};
    spooling->chunk = malloc(sizeof(*spooling->chunk));
    spooling->sequence = malloc(SPOOLING_RECORDS_MAX * sizeof(*spooling->sequence));
    ck_assert(spooling->chunk && spooling->sequence);
    return spooling->kind->open(&spooling->state, &spooling->options, yaml_root(spooling->yaml), error);
}

void spooling_open(struct spooling *spooling, const char *settings)
{
    struct error error;
    ck_assert_msg(spooling_try_open(spooling, settings, &error) == ERROR_OK, "%s", error.text);
    /* Nothing of the document is needed from here on. */
    yaml_destroy(spooling->yaml);
    spooling->yaml = NULL;
}

void spooling_close(struct spooling *spooling)
{
    struct error error;
    spooling->kind->close(spooling->state);
    yaml_destroy(spooling->yaml);
    ck_assert_int_eq(rejects_close(spooling->rejects, &error), ERROR_OK);
    free(spooling->chunk);
    free(spooling->sequence);
}

void spooling_start(struct spooling *spooling, const struct position *from)
{
    struct error error;
    struct feed_resume resume = {.source = "spool"};
    if (from)
        resume.position = *from;
    ck_assert_msg(spooling->kind->start(spooling->state, &resume, from != NULL, &error) == ERROR_OK, "%s",
                  error.text);
    spooling->end = from ? *from : (struct position){0, 0};
}

static void add_chunk(struct spooling *spooling)
{
    const struct chunk *chunk = spooling->chunk;
    ck_assert_str_eq(chunk->source, "spool");
    ck_assert_uint_le(chunk->count, CHUNK_RECORDS);
    ck_assert_int_le(position_compare(chunk->begin, chunk->end), 0);
    ck_assert_int_ge(position_compare(chunk->begin, spooling->end), 0);
    ck_assert_uint_le(spooling->count + chunk->count, SPOOLING_RECORDS_MAX);
    for (uint32_t i = 0; i < chunk->count; i++)
        spooling->sequence[spooling->count++] = chunk->records[i].seq;
    spooling->end = chunk->end;
    spooling->chunk_count++;
}

enum feed_status spooling_poll(struct spooling *spooling, int wait_ms)
{
    struct error error = {0};
    memset(spooling->chunk, 0xEE, offsetof(struct chunk, records));
    const enum feed_status status = spooling->kind->poll(spooling->state, spooling->chunk, wait_ms, &error);
    if (status == FEED_FAILED)
        ck_assert_int_ne(error.class, ERROR_OK);
    if (status == FEED_RECORDS) {
        ck_assert_int_lt(position_compare(spooling->chunk->begin, spooling->chunk->end), 0);
        add_chunk(spooling);
    }
    return status;
}

void spooling_drain(struct spooling *spooling)
{
    enum feed_status status;
    while ((status = spooling_poll(spooling, 10)) != FEED_ENDED)
        ck_assert_int_ne(status, FEED_FAILED);
}

void spooling_await(struct spooling *spooling, size_t count)
{
    const uint64_t end_ns = clock_monotonic_ns() + 10 * UINT64_C(1000000000);
    while (spooling->count < count && clock_monotonic_ns() < end_ns)
        spooling_poll(spooling, 20);
    ck_assert_uint_eq(spooling->count, count);
}

void spooling_idle(struct spooling *spooling, int time_ms)
{
    const uint64_t end_ns = clock_monotonic_ns() + (uint64_t)time_ms * 1000000;
    while (clock_monotonic_ns() < end_ns)
        spooling_poll(spooling, 10);
}

struct position spooling_read(struct spooling *spooling, struct position begin, struct position end)
{
    struct error error;
    struct position at = begin, first = end;
    bool is_first = true;
    spooling->end = begin;
    while (position_compare(at, end) < 0) {
        const enum feed_status status =
            spooling->kind->read(spooling->state, "spool", at, end, spooling->chunk, 10, &error);
        ck_assert_int_eq(status, FEED_RECORDS);
        ck_assert_int_le(position_compare(spooling->chunk->end, end), 0);
        if (is_first)
            first = spooling->chunk->begin;
        is_first = false;
        add_chunk(spooling);
        at = spooling->chunk->end;
    }
    return first;
}

void spooling_expect(struct spooling *spooling, size_t range_count, const uint64_t ranges[][2])
{
    size_t at = 0;
    for (size_t i = 0; i < range_count; i++)
        for (uint64_t number = ranges[i][0]; number < ranges[i][1]; number++, at++) {
            if (at >= spooling->count || spooling->sequence[at] != number)
                ck_abort_msg("record %zu of %zu is not %" PRIu64, at, spooling->count, number);
        }
    ck_assert_uint_eq(spooling->count, at);
    spooling->count = 0;
}

char *spooling_text(uint64_t first, uint64_t end, uint64_t reject_every)
{
    char *text = malloc(2 * LINE_BYTES * (end - first + 1));
    ck_assert_ptr_nonnull(text);
    int length = sprintf(text, "type,time,a,b,switch,seq\n");
    for (uint64_t number = first; number < end; number++) {
        length +=
            sprintf(text + length,
                    "mo_call,2024-12-09T08:00:00+07:00,0912345678,0912345679,msc1,%" PRIu64 "\n", number);
        if (reject_every && number % reject_every == 0)
            length +=
                sprintf(text + length, "mo_call,never,0912345678,0912345679,msc1,%" PRIu64 "\n", number);
    }
    return text;
}

static const char *path_in_spool(const char *name)
{
    char path[WORKDIR_PATH_BYTES];
    snprintf(path, sizeof(path), "spool/%s", name);
    return workdir_path(path);
}

void spooling_write_bytes(const char *name, const void *bytes, size_t length)
{
    char path[WORKDIR_PATH_BYTES];
    workdir_write("spool/.new", bytes, length);
    snprintf(path, sizeof(path), "%s", path_in_spool(name));
    ck_assert_int_eq(rename(workdir_path("spool/.new"), path), 0);
}

void spooling_write_text(const char *name, const char *text)
{
    spooling_write_bytes(name, text, strlen(text));
}

void spooling_write(const char *name, uint64_t first, uint64_t end)
{
    char *text = spooling_text(first, end, 0);
    spooling_write_text(name, text);
    free(text);
}

void spooling_age(const char *name, int seconds)
{
    const int64_t then = clock_wall_ms() / 1000 - seconds;
    const struct timespec times[2] = {{.tv_sec = then}, {.tv_sec = then}};
    ck_assert_int_eq(utimensat(AT_FDCWD, path_in_spool(name), times, 0), 0);
}

bool spooling_has(const char *path)
{
    return access(workdir_path(path), F_OK) == 0;
}

char *spooling_get(const char *path)
{
    FILE *file = fopen(workdir_path(path), "r");
    char *text = calloc(1, 1 << 20);
    ck_assert(file && text);
    ck_assert_uint_lt(fread(text, 1, 1 << 20, file), 1 << 20);
    fclose(file);
    return text;
}
