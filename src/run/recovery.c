/* SPDX-License-Identifier: Apache-2.0
 * Reading again, in the logged order, what a run had taken before it stopped. */
#include "run_parts.h"

#include "simsieve/log/log.h"

#include <stdlib.h>
#include <string.h>

#define READ_MS 200

/* How many logged records have not been met again, source by source; kept short by reading runs of one source whole. */
struct recovery {
    struct run *run;
    struct chunk *chunk;
    uint64_t skipped; /* entries of feeds that are configured no more */
};

static struct run_feed *feed_of(struct run *run, const char *name)
{
    for (size_t i = 0; i < run->feed_count; i++)
        if (strcmp(run->feeds[i].configuration->name, name) == 0)
            return &run->feeds[i];
    return NULL;
}

static void note_lost(struct run *run, const struct run_feed *feed, const char *source)
{
    if (run->lost_before++ == 0)
        log_write(
            LOG_WARNING,
            "%s/%s: part of what was read before is no longer there; what SIMs did then is not known again",
            feed->configuration->name, source);
}

/* One logged run of records, read from its source again. */
static enum error_class read_again(struct recovery *recovery, struct run_feed *feed,
                                   const struct position_entry *entry, struct error *error)
{
    struct run *run = recovery->run;
    struct chunk *chunk = recovery->chunk;
    struct position at = entry->begin;
    while (position_compare(at, entry->end) < 0 && !run->is_stopping) {
        const enum feed_status status =
            feed->configuration->kind->read(feed->state, entry->name, at, entry->end, chunk, READ_MS, error);
        run_look_up(run);
        if (status == FEED_FAILED)
            return error->class;
        if (status == FEED_NOTHING)
            continue;
        if (status == FEED_ENDED) {
            note_lost(run, feed, entry->name);
            break;
        }
        CHECK(position_compare(chunk->end, entry->end) <= 0 && strcmp(chunk->source, entry->name) == 0);
        if (position_compare(chunk->begin, at) > 0)
            note_lost(run, feed, entry->name);
        if (!run_take_chunk(run, feed, chunk, true))
            return ERROR_OK;
        run->recovered += chunk->count;
        at = chunk->end;
    }
    struct run_source *source = run_source_of(run, feed, entry->name);
    if (source && !run->is_stopping)
        source->end = entry->end;
    return ERROR_OK;
}

static enum error_class take_entry(struct recovery *recovery, const struct position_entry *entry,
                                   struct error *error)
{
    if (entry->kind != POSITION_RUN)
        return ERROR_OK;
    struct run_feed *feed = feed_of(recovery->run, entry->feed);
    if (feed)
        return read_again(recovery, feed, entry, error);
    if (recovery->skipped++ == 0)
        log_write(LOG_WARNING, "feed %s is configured no more: its records of before are not read again",
                  entry->feed);
    return ERROR_OK;
}

enum error_class run_recover(struct run *run, struct error *error)
{
    struct recovery recovery = {.run = run, .chunk = malloc(sizeof(struct chunk))};
    struct position_entry entry;
    enum error_class class = ERROR_OK;
    CHECK(recovery.chunk);
    run->is_recovering = true;
    error->class = ERROR_OK;
    while (!class && !run->is_stopping && position_log_next(run->positions, &entry, error))
        class = take_entry(&recovery, &entry, error);
    if (!class && !run->is_stopping)
        class = error->class;
    run->is_recovering = false;
    free(recovery.chunk);
    if (!class && run->recovered)
        log_write(LOG_INFO, "%llu records of before read again", (unsigned long long)run->recovered);
    return class;
}
