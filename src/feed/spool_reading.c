/* SPDX-License-Identifier: Apache-2.0
 * Records of files that were taken, live and again: the same code, so that both give the same. */
#include "spool_parts.h"

#include "simsieve/base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Whether the file at `path` is the one that was taken, or has grown from it. -1: it cannot be examined (errno). */
static int is_file_of(const char *path, const struct spool_entry *entry)
{
    struct stat status;
    struct spool_content content, beginning = {.bytes = entry->content.bytes};
    struct spool_identity identity;
    if (lstat(path, &status) != 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
    identity = spool_identity_of(&status);
    if (!S_ISREG(status.st_mode) || identity.bytes < entry->content.bytes)
        return 0;
    if (spool_identity_equal(&identity, &entry->identity))
        return 1;
    const int cause = spool_file_content(path, &content, &beginning, &identity);
    if (cause == 0 || cause == EAGAIN)
        return spool_content_equal(&beginning, &entry->content) ||
               spool_content_equal(&content, &entry->content);
    errno = cause;
    return cause == ENOENT ? 0 : -1;
}

/* Where the file of an entry is now: in the folder, the archive or quarantine. READING_ON when it was found. */
static enum spool_reading locate(const struct spool *spool, const struct spool_entry *entry,
                                 char path[static SPOOL_PATH_BYTES], struct error *error)
{
    const struct spool_settings *settings = &spool->settings;
    const char *const folders[] = {settings->folder, settings->archive, settings->quarantine};
    struct stat status;
    if (entry->place == SPOOL_DELETED)
        return SPOOL_READING_GONE;
    for (size_t i = 0; i < 2 * ARRAY_COUNT(folders); i++) {
        if (i % 2 == 0)
            spool_file_path(path, folders[i / 2], entry->name);
        else
            spool_file_other_path(path, folders[i / 2], entry->name, &entry->content);
        const int is_it = is_file_of(path, entry);
        if (is_it > 0)
            return SPOOL_READING_ON;
        if (is_it < 0) {
            error_set(error, ERROR_NO_INPUT, "%s: cannot be examined: %s", path, strerror(errno));
            return SPOOL_READING_FAILED;
        }
    }
    if (stat(settings->folder, &status) == 0)
        return SPOOL_READING_GONE;
    error_set(error, ERROR_NO_INPUT, "%s: %s", settings->folder, strerror(errno));
    return SPOOL_READING_FAILED;
}

static void close_reader(struct spool *spool)
{
    if (!spool->reader)
        return;
    const uint64_t rejects = reader_rejects(spool->reader);
    if (spool->at.offset > spool->told_ordinal) {
        spool->told_ordinal = spool->at.offset;
        spool->told_rejects = 0;
        spool->is_format_told = false;
    }
    if (spool->at.offset == spool->told_ordinal)
        spool->told_rejects = u64_max(spool->told_rejects, rejects);
    reader_destroy(spool->reader);
    spool->reader = NULL;
}

static enum spool_reading open_reader(struct spool *spool, const struct spool_entry *entry,
                                      struct error *error)
{
    char path[SPOOL_PATH_BYTES];
    uint64_t told = 0;
    const enum spool_reading found = locate(spool, entry, path, error);
    if (found != SPOOL_READING_ON)
        return found;
    if (spool->at.offset < spool->told_ordinal)
        told = UINT64_MAX;
    else if (spool->at.offset == spool->told_ordinal)
        told = spool->told_rejects;
    spool->reader_bytes = 0;
    spool->reader = reader_create(path, 0, &spool->input);
    if (!reader_start(spool->reader, u64_max(spool->at.skip, entry->first), told, error))
        return SPOOL_READING_ON;
    reader_destroy(spool->reader);
    spool->reader = NULL;
    return SPOOL_READING_FAILED;
}

void spool_reading_seek(struct spool *spool, struct position position)
{
    if (position_compare(position, spool->at) == 0)
        return;
    close_reader(spool);
    spool->at = position;
    spool->tries = 0;
    spool->retry_ns = 0;
}

/* A whole file that is none of ours: one item, told once. */
static void tell_format(struct spool *spool, const struct error *error)
{
    const bool is_told = spool->at.offset < spool->told_ordinal ||
                         (spool->at.offset == spool->told_ordinal && spool->is_format_told);
    if (is_told)
        return;
    rejects_add(spool->options->rejects, reader_name(spool->reader), REASON_FILE_FORMAT, 1, error->text,
                strlen(error->text));
}

/* The end of the file, for whatever reason; what it says of the file. */
static void describe_end(struct spool *spool, enum input_state state, const struct error *error,
                         struct spool_end *end)
{
    const struct spool_entry *entry = spool_journal_at(spool->journal, spool->at.offset);
    *end = (struct spool_end){.items = reader_item(spool->reader)};
    if (state == INPUT_READY) { /* a limit */
        end->items = entry->is_read ? entry->items : spool->settings.records_max;
        end->rest = entry->is_read ? entry->rest : end->items;
        end->is_cut = !entry->is_read;
        if (end->is_cut)
            snprintf(end->why, sizeof(end->why), "more than %" PRIu64 " records: the rest was left out",
                     end->items);
        return;
    }
    if (state == INPUT_FAILED) {
        tell_format(spool, error);
        snprintf(end->why, sizeof(end->why), "%.*s", (int)sizeof(end->why) - 1, error->text);
        end->rest = end->items++;
        return;
    }
    end->rest = end->items - (end->items > 0 && reader_ends_in_reject(spool->reader));
    /* Where the items would not be the same again, all of a grown file is taken: copies are known by their identity,
     * what is left out is lost. */
    if (reader_holds_back(spool->reader))
        end->rest = 0;
    if (reader_is_damaged(spool->reader))
        snprintf(end->why, sizeof(end->why), "its packing is broken or cut off; what came before was used");
}

static void count_bytes(struct spool *spool)
{
    const uint64_t bytes = reader_bytes_read(spool->reader);
    if (bytes > spool->reader_bytes)
        spool_count(&spool->health->received_bytes, bytes - spool->reader_bytes);
    spool->reader_bytes = bytes;
}

/* Records into the chunk until it is full, the position is `wanted` or the file's limit is reached: INPUT_READY then. */
static enum input_state take_records(struct spool *spool, struct chunk *chunk, uint64_t wanted,
                                     uint64_t file_limit, struct error *error)
{
    const struct cdr *record;
    while (chunk->count < CHUNK_RECORDS && spool->at.skip < wanted) {
        const enum input_state state = reader_head(spool->reader, 0, &record, error);
        if (state != INPUT_READY || reader_item(spool->reader) >= u64_min(wanted, file_limit))
            return state;
        chunk->records[chunk->count++] = *record;
        spool->at.skip = (uint32_t)reader_item(spool->reader) + 1;
        reader_take(spool->reader);
    }
    return INPUT_READY;
}

/* The file is done with. */
static void end_file(struct spool *spool, enum input_state state, const struct error *error,
                     struct spool_end *end_of_file)
{
    describe_end(spool, state, error, end_of_file);
    close_reader(spool);
    spool->is_format_told |= state == INPUT_FAILED && spool->told_ordinal == spool->at.offset;
    spool->at = (struct position){spool->at.offset + 1, 0};
}

/* Fills the chunk's records; spool->at is then behind them. */
static enum spool_reading read_on(struct spool *spool, struct chunk *chunk, struct position end,
                                  struct spool_end *end_of_file, struct error *error)
{
    const struct spool_entry *entry = spool_journal_at(spool->journal, spool->at.offset);
    const uint64_t file_limit = entry->is_read ? entry->items : spool->settings.records_max;
    const uint64_t wanted = end.offset == spool->at.offset ? end.skip : UINT64_MAX;
    const enum input_state state = take_records(spool, chunk, wanted, file_limit, error);
    count_bytes(spool);
    if (state == INPUT_WAITING)
        error_set(error, ERROR_IO, "%s: is a pipe now", reader_name(spool->reader));
    if (state == INPUT_WAITING || (state == INPUT_FAILED && error->class != ERROR_DATA)) {
        close_reader(spool);
        return SPOOL_READING_FAILED;
    }
    if (state == INPUT_READY && chunk->count == CHUNK_RECORDS)
        return SPOOL_READING_ON;
    if (state == INPUT_READY && wanted <= file_limit) {
        spool->at = end;
        return SPOOL_READING_ON;
    }
    end_file(spool, state, error, end_of_file);
    return SPOOL_READING_ENDED;
}

enum spool_reading spool_reading_fill(struct spool *spool, struct chunk *chunk, struct position end,
                                      struct spool_end *end_of_file, struct error *error)
{
    const struct spool_entry *entry = spool_journal_at(spool->journal, spool->at.offset);
    const uint64_t begin_item = u64_max(spool->at.skip, entry->first);
    snprintf(chunk->source, sizeof(chunk->source), "%s", spool->settings.source);
    chunk->begin = chunk->end = spool->at;
    chunk->count = 0;
    enum spool_reading status = spool->reader ? SPOOL_READING_ON : open_reader(spool, entry, error);
    if (status != SPOOL_READING_ON)
        return status;
    chunk->received_wall_ms = (uint64_t)clock_wall_ms();
    status = read_on(spool, chunk, end, end_of_file, error);
    chunk->end = spool->at;
    const uint64_t end_item = status == SPOOL_READING_ENDED ? end_of_file->items : chunk->end.skip;
    spool_count(&spool->health->received, u64_max(begin_item, end_item) - begin_item);
    return status;
}
