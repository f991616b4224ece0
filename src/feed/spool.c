/* SPDX-License-Identifier: Apache-2.0
 * The feed of kind `spool`: files that are put into a folder; spool.md. */
#include "feeds.h"
#include "spool_parts.h"

#include "simsieve/base/clock.h"
#include "simsieve/log/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS_NS UINT64_C(1000000)

static const struct position no_end = {UINT64_MAX, 0};

void spool_trouble(struct spool *spool, enum spool_part part, const struct error *error)
{
    feed_health_tell(spool->health, part, error->text);
    spool_count(&spool->health->errors, 1);
    log_write(LOG_ERROR, "%s", error->text);
}

static void spool_close(void *state)
{
    struct spool *spool = state;
    if (!spool)
        return;
    reader_destroy(spool->reader);
    spool_folder_destroy(spool->folder);
    spool_journal_close(spool->journal);
    free(spool);
}

static enum error_class spool_open(void **state, const struct feed_options *options,
                                   struct yaml_value settings, struct error *error)
{
    struct spool *spool = calloc(1, sizeof(*spool));
    CHECK(spool);
    spool->options = options;
    spool->health = options->health;
    spool->input = (struct input_options){options->context, options->format, options->rejects};
    enum error_class class = spool_settings_read(&spool->settings, settings, options->folder, error);
    if (!class && options->state_folder) {
        spool->journal = spool_journal_open(options->state_folder, spool->settings.remember_max,
                                            options->is_reader, error);
        class = spool->journal ? ERROR_OK : error->class;
    }
    if (class) {
        spool_close(spool);
        return class;
    }
    *state = spool;
    if (!spool->journal)
        return ERROR_OK;
    spool->folder = spool_folder_create(&spool->settings, spool_intake_is_known, spool);
    spool->at = (struct position){spool_journal_first(spool->journal), 0};
    return ERROR_OK;
}

/* A file cannot be read now: it is tried again later, but not for ever. True when it is given up. */
static bool is_given_up(struct spool *spool, const struct error *error)
{
    struct stat status;
    feed_health_tell(spool->health, SPOOL_FILES, error->text);
    spool_count(&spool->health->errors, 1);
    if (spool->tries == 0)
        log_write(LOG_ERROR, "%s; it is tried again", error->text);
    spool->retry_ns = clock_monotonic_ns() + (uint64_t)spool->settings.rescan_ms * MS_NS;
    /* Nothing says that the file is bad as long as the folder is away. */
    if (stat(spool->settings.folder, &status) == 0)
        spool->tries++;
    return spool->tries == SPOOL_TRIES;
}

/* Steps over what is left of the file at spool->at. */
static void give_up(struct spool *spool)
{
    const struct spool_entry *entry = spool_journal_at(spool->journal, spool->at.offset);
    const uint64_t begin = u64_max(spool->at.skip, entry->first);
    const uint64_t known = entry->is_read && entry->items > begin ? entry->items - begin : 0;
    if (entry->place == SPOOL_IN_FOLDER && entry->content.bytes > 0 && (!entry->is_read || known > 0)) {
        spool_count(&spool->health->lost, u64_max(known, 1));
        log_write(LOG_ERROR, "%s/%s: is lost from its item %" PRIu64 " on: it is not to be had any more",
                  spool->settings.folder, entry->name, begin);
    }
    spool_reading_seek(spool, (struct position){spool->at.offset + 1, 0});
}

/* ---- reading again ---- */

static enum feed_status nothing_left(struct spool *spool, struct position end, struct chunk *chunk)
{
    spool_reading_seek(spool, end);
    snprintf(chunk->source, sizeof(chunk->source), "%s", spool->settings.source);
    chunk->begin = chunk->end = end;
    chunk->count = 0;
    return FEED_RECORDS;
}

/* Waits until the file at spool->at may be tried again. False when not within the wait. */
static bool wait_for_retry(struct spool *spool, int wait_ms)
{
    const uint64_t now_ns = clock_monotonic_ns();
    if (now_ns >= spool->retry_ns)
        return true;
    const uint64_t left_ms = (spool->retry_ns - now_ns) / MS_NS + 1;
    spool_folder_wait(spool->folder, (int)u64_min(left_ms, (uint64_t)wait_ms));
    return clock_monotonic_ns() >= spool->retry_ns;
}

static enum feed_status spool_read(void *state, const char *source, struct position begin,
                                   struct position end, struct chunk *chunk, int wait_ms, struct error *error)
{
    struct spool *spool = state;
    struct spool_end end_of_file;
    if (strcmp(source, spool->settings.source) != 0)
        return nothing_left(spool, end, chunk);
    spool_reading_seek(spool, begin);
    while (position_compare(spool->at, end) < 0 && spool->at.offset < spool_journal_next(spool->journal)) {
        if (spool->at.offset < spool_journal_first(spool->journal)) {
            spool_reading_seek(spool, (struct position){spool_journal_first(spool->journal), 0});
            continue;
        }
        if (!wait_for_retry(spool, wait_ms))
            return FEED_NOTHING;
        const enum spool_reading status = spool_reading_fill(spool, chunk, end, &end_of_file, error);
        if (status == SPOOL_READING_GONE || (status == SPOOL_READING_FAILED && is_given_up(spool, error)))
            give_up(spool);
        else if (status != SPOOL_READING_FAILED)
            spool->tries = 0;
        if (position_compare(chunk->end, end) > 0) {
            spool_reading_seek(spool, end);
            chunk->end = end;
        }
        if (position_compare(chunk->begin, chunk->end) < 0)
            return FEED_RECORDS;
    }
    return nothing_left(spool, end, chunk);
}

/* ---- live ---- */

/* The run is further than the journal, which somebody has moved away: what it took must not get its numbers again. */
static enum error_class catch_up(struct spool *spool, struct position position, struct error *error)
{
    const uint64_t next = position.offset + (position.skip > 0);
    if (next <= spool_journal_next(spool->journal))
        return ERROR_OK;
    log_write(
        LOG_WARNING,
        "%s: the journal knows less than the run; files that were taken before and are still there are taken "
        "again",
        spool->settings.folder);
    return spool_journal_skip_to(spool->journal, next, error);
}

static enum error_class spool_start(void *state, const struct feed_resume *resume, size_t count,
                                    struct error *error)
{
    struct spool *spool = state;
    struct position position = {spool_journal_first(spool->journal), 0};
    for (size_t i = 0; i < count; i++) {
        if (strcmp(resume[i].source, spool->settings.source) == 0)
            position = resume[i].position;
        else
            log_write(LOG_WARNING, "%s: the run knows a source '%s' of this feed, which is now '%s'",
                      spool->settings.folder, resume[i].source, spool->settings.source);
    }
    if (catch_up(spool, position, error))
        return error->class;
    const uint64_t first = spool_journal_first(spool->journal);
    if (position.offset < first) {
        spool_count(&spool->health->lost, first - position.offset);
        position = (struct position){first, 0};
    }
    spool_reading_seek(spool, position);
    spool->release_next = first;
    atomic_store_explicit(&spool->health->source_count, 1, memory_order_relaxed);
    return ERROR_OK;
}

/* After a listing, which leaves out what has gone. */
static void note_readable(struct spool *spool)
{
    if (feed_health_is_ill(spool->health, SPOOL_FILES) && spool->tries == 0 &&
        !spool_folder_has_unreadable(spool->folder))
        feed_health_well(spool->health, SPOOL_FILES);
}

/* Lists the folder when that is due. False when it is not there. */
static bool look(struct spool *spool, uint64_t now_ns, struct error *error)
{
    switch (spool_folder_look(spool->folder, now_ns, error)) {
    case SPOOL_SEEN:
        if (spool->is_away) {
            spool_count(&spool->health->reconnects, 1);
            log_write(LOG_INFO, "%s: is there again", spool->settings.folder);
        }
        spool->is_away = false;
        feed_health_well(spool->health, SPOOL_FOLDER);
        note_readable(spool);
        atomic_store_explicit(&spool->health->is_connected, true, memory_order_relaxed);
        break;
    case SPOOL_AWAY:
        if (!spool->is_away)
            spool_trouble(spool, SPOOL_FOLDER, error);
        spool->is_away = true;
        atomic_store_explicit(&spool->health->is_connected, false, memory_order_relaxed);
        break;
    case SPOOL_NOT_DUE:
        break;
    }
    spool_count(&spool->health->limited, spool_folder_overflows(spool->folder) > spool->overflows);
    spool->overflows = spool_folder_overflows(spool->folder);
    atomic_store_explicit(&spool->health->lag, spool_folder_count(spool->folder), memory_order_relaxed);
    return !spool->is_away;
}

/* Looks for the next file to take. */
static enum feed_status look_further(struct spool *spool, uint64_t now_ns, int wait_ms)
{
    bool has_looked = false;
    spool_intake_next(spool, now_ns, &has_looked);
    if (has_looked)
        return FEED_NOTHING;
    if (spool->settings.once && !spool_folder_is_cut(spool->folder))
        return FEED_ENDED;
    spool_folder_wait(spool->folder, (int)u64_min((uint64_t)wait_ms, (uint64_t)spool->settings.rescan_ms));
    return FEED_NOTHING;
}

/* A file was read to its end for the first time. */
static void finish_file(struct spool *spool, uint64_t ordinal, const struct spool_end *end)
{
    struct error error;
    if (spool_journal_at(spool->journal, ordinal)->is_read)
        return;
    spool_count(&spool->health->messages, 1);
    spool_count(&spool->health->lost, end->is_cut);
    if (spool_journal_read(spool->journal, ordinal, end->items, end->rest, &error))
        spool_trouble(spool, SPOOL_JOURNAL, &error);
    if (end->why[0])
        spool_intake_set_aside(spool, ordinal, end->why);
}

static enum feed_status read_live(struct spool *spool, struct chunk *chunk, int wait_ms, struct error *error)
{
    struct spool_end end;
    const uint64_t ordinal = spool->at.offset;
    if (!wait_for_retry(spool, wait_ms))
        return FEED_NOTHING;
    switch (spool_reading_fill(spool, chunk, no_end, &end, error)) {
    case SPOOL_READING_ON:
        spool->tries = 0;
        break;
    case SPOOL_READING_ENDED:
        spool->tries = 0;
        finish_file(spool, ordinal, &end);
        break;
    case SPOOL_READING_FAILED:
        if (!is_given_up(spool, error))
            break;
        end = (struct spool_end){.items = spool->at.skip, .rest = spool->at.skip};
        give_up(spool);
        finish_file(spool, ordinal, &end);
        break;
    case SPOOL_READING_GONE:
        give_up(spool);
        break;
    }
    if (position_compare(chunk->begin, chunk->end) == 0)
        return FEED_NOTHING;
    if (chunk->count > 0)
        atomic_store_explicit(&spool->health->last_record_wall_ms, clock_wall_ms(), memory_order_relaxed);
    return FEED_RECORDS;
}

static enum feed_status spool_poll(void *state, struct chunk *chunk, int wait_ms, struct error *error)
{
    struct spool *spool = state;
    const uint64_t now_ns = clock_monotonic_ns();
    if (!chunk)
        return FEED_NOTHING;
    if (!look(spool, now_ns, error) && spool->settings.once)
        return FEED_FAILED;
    if (spool->at.offset < spool_journal_next(spool->journal))
        return read_live(spool, chunk, wait_ms, error);
    return look_further(spool, now_ns, wait_ms);
}

static void spool_stop(void *state)
{
    struct spool *spool = state;
    atomic_store_explicit(&spool->health->is_connected, false, memory_order_relaxed);
    atomic_store_explicit(&spool->health->source_count, 0, memory_order_relaxed);
}

static void spool_release(void *state, const char *source, struct position end)
{
    struct spool *spool = state;
    bool is_done = true;
    if (strcmp(source, spool->settings.source) != 0)
        return;
    spool->release_next = u64_max(spool->release_next, spool_journal_first(spool->journal));
    for (uint64_t ordinal = spool->release_next; ordinal < end.offset && ordinal < spool->at.offset;
         ordinal++) {
        is_done = spool_intake_dispose(spool, ordinal) && is_done;
        /* What could not be done is tried again with the next release. */
        if (is_done)
            spool->release_next = ordinal + 1;
    }
}

const struct feed_kind feed_spool = {
    .name = "spool",
    .summary = "files that are put into a folder",
    .settings = &spool_settings_table,
    .open = spool_open,
    .close = spool_close,
    .read = spool_read,
    .start = spool_start,
    .poll = spool_poll,
    .stop = spool_stop,
    .release = spool_release,
};
