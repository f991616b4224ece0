/* SPDX-License-Identifier: Apache-2.0
 * Chunks of feeds, into the log and then into the pipeline. */
#include "run_parts.h"

#include "simsieve/base/clock.h"
#include "simsieve/base/text.h"
#include "simsieve/lists/change.h"
#include "simsieve/lists/complaints.h"
#include "simsieve/log/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_MS  1    /* how long to wait before asking the pipeline for room again */
#define RETRY_MS 1000 /* and the disk */

static struct run_source *add_source(struct run *run, struct run_feed *feed, const char *name)
{
    const uint32_t id = position_log_source(run->positions, feed->configuration->name, name);
    if (id == POSITION_NO_SOURCE)
        return NULL;
    feed->sources = realloc(feed->sources, (feed->source_count + 1) * sizeof(*feed->sources));
    CHECK(feed->sources);
    struct run_source *source = &feed->sources[feed->source_count];
    *source = (struct run_source){.id = id};
    snprintf(source->name, sizeof(source->name), "%s", name);
    pipeline_set_lateness(run->pipeline, id, feed->configuration->lateness_ms);
    feed->last_source = feed->source_count++;
    return source;
}

struct run_source *run_source_of(struct run *run, struct run_feed *feed, const char *name)
{
    for (size_t i = 0; i < feed->source_count; i++) { /* from the last one on: chunks come in runs */
        const size_t at = (feed->last_source + i) % feed->source_count;
        if (strcmp(feed->sources[at].name, name) == 0) {
            feed->last_source = at;
            return &feed->sources[at];
        }
    }
    return add_source(run, feed, name);
}

static void mark(struct run *run, const char *word, const struct run_source *source)
{
    char buffer[16];
    snprintf(buffer, sizeof(buffer), "%u", source->id);
    position_log_mark(run->positions, word, buffer);
}

void run_mark_idle(struct run *run, uint64_t now_ns)
{
    for (size_t i = 0; i < run->feed_count; i++) {
        const struct run_feed *feed = &run->feeds[i];
        const uint64_t idle_after_ns = (uint64_t)feed->configuration->idle_after_ms * 1000000u;
        for (size_t k = 0; k < feed->source_count; k++) {
            struct run_source *source = &feed->sources[k];
            if (!source->is_active || now_ns - source->seen_ns < idle_after_ns)
                continue;
            source->is_active = false;
            mark(run, "idle", source);
        }
    }
}

int64_t run_watermark(const struct run *run)
{
    int64_t watermark_ms = 0;
    for (size_t i = 0; i < run->feed_count; i++) {
        const struct run_feed *feed = &run->feeds[i];
        for (size_t k = 0; k < feed->source_count; k++) {
            const int64_t newest_ms = order_newest_ms(pipeline_order(run->pipeline), feed->sources[k].id);
            if (feed->sources[k].is_active && newest_ms && (!watermark_ms || newest_ms < watermark_ms))
                watermark_ms = newest_ms;
        }
    }
    return watermark_ms;
}

/* The order must be down before it is lived: waits while the disk does not take it. */
static bool write_down(struct run *run, const struct run_source *source, const struct chunk *chunk)
{
    struct error error;
    position_log_add(run->positions, source->id, chunk->count, chunk->begin, chunk->end);
    while (position_log_write(run->positions, &error)) {
        run_trouble(run, &error);
        if (run->is_stopping)
            return false;
        run_wait(run, RETRY_MS);
        run_look_up(run);
    }
    run_trouble(run, NULL);
    return true;
}

/* A row of a list that travels as a record goes its own way; false when it is a record. */
static bool push_row(struct run *run, struct run_feed *feed, const struct cdr *record)
{
    if (record->type == CHANGE_RECORD_TYPE) {
        const struct subscriber subscriber = change_unpack(record);
        pipeline_push_change(run->pipeline, &subscriber, record->time_ms);
        feed->changes++;
        return true;
    }
    if (record->type == COMPLAINT_RECORD_TYPE) {
        const struct complaint complaint = complaint_unpack(record);
        pipeline_push_complaint(run->pipeline, &complaint);
        feed->complaints++;
        return true;
    }
    return false;
}

static void push_records(struct run *run, struct run_feed *feed, const struct run_source *source,
                         struct chunk *chunk)
{
    for (uint32_t i = 0; i < chunk->count; i++) {
        struct cdr *record = &chunk->records[i];
        if (unlikely(record->type >= CDR_TYPE_COUNT) && push_row(run, feed, record))
            continue;
        record->source = source->id;
        pipeline_push(run->pipeline, record);
        feed->decoded++;
    }
}

bool run_take_chunk(struct run *run, struct run_feed *feed, struct chunk *chunk, bool is_logged)
{
    struct run_source *source = run_source_of(run, feed, chunk->source);
    if (!source) {
        atomic_fetch_add_explicit(&feed->health.lost, chunk->count, memory_order_relaxed);
        return true;
    }
    CHECK(position_compare(chunk->begin, source->end) >= 0); /* a feed never hands a record on twice */
    while (!pipeline_has_room(run->pipeline)) {
        run_look_up(run);
        if (run_gives_up(run))
            return false;
        run_wait(run, ROOM_MS);
    }
    source->seen_ns = clock_monotonic_ns();
    if (!source->is_active && !is_logged)
        mark(run, "active", source);
    source->is_active = true;
    if (!is_logged && !write_down(run, source, chunk))
        return false;
    push_records(run, feed, source, chunk);
    source->end = chunk->end;
    return true;
}
