/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/feed/channel.h"

#include "simsieve/base/cursor.h"
#include "simsieve/base/thread.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long a poll may wait; a stop is seen at the latest after it. */
#define POLL_MS 100

/* Positions that wait for the feed's release, the newest of each source. */
#define RELEASES_MAX FEED_SOURCE_COUNT_MAX

struct channel {
    const struct feed_kind *kind;
    void *state;
    struct feed_health *health;
    struct feed_resume *resume;
    size_t resume_count;
    int bell;
    pthread_t thread;
    struct error error;

    struct cursor filled;     /* written by the feed's thread: chunks that it has published */
    struct cursor taken;      /* written by the run's thread: chunks that it has given back */
    _Atomic bool is_stopping; /* written by the run's thread; release, so that the thread sees it soon */
    _Atomic enum channel_state ended; /* written by the feed's thread after its last chunk; release */

    pthread_mutex_t releases_lock; /* off the path of records: once a checkpoint */
    struct feed_resume *releases;
    size_t release_count;

    struct chunk chunks[CHANNEL_CHUNKS];
};

static void ring_bell(const struct channel *channel)
{
    const uint64_t one = 1;
    /* It can only fail when it would overflow, and then it has been rung already. */
    if (write(channel->bell, &one, sizeof(one)) != sizeof(one))
        return;
}

/* Hands released positions on, outside of the lock. */
static void release_positions(struct channel *channel)
{
    pthread_mutex_lock(&channel->releases_lock);
    struct feed_resume *releases = channel->releases;
    const size_t count = channel->release_count;
    channel->releases = NULL;
    channel->release_count = 0;
    pthread_mutex_unlock(&channel->releases_lock);
    for (size_t i = 0; i < count && channel->kind->release; i++)
        channel->kind->release(channel->state, releases[i].source, releases[i].position);
    free(releases);
}

/* The next chunk to fill, NULL while the run is behind. */
static struct chunk *free_chunk(struct channel *channel)
{
    const uint64_t filled = cursor_get(&channel->filled);
    if (filled - cursor_get(&channel->taken) == CHANNEL_CHUNKS)
        return NULL;
    return &channel->chunks[filled % CHANNEL_CHUNKS];
}

static enum feed_status hold(struct channel *channel, bool *was_held)
{
    if (!*was_held)
        atomic_fetch_add_explicit(&channel->health->held, 1, memory_order_relaxed);
    *was_held = true;
    const enum feed_status status = channel->kind->poll(channel->state, NULL, 0, &channel->error);
    const uint64_t filled = cursor_get(&channel->filled);
    cursor_await(&channel->taken, filled - CHANNEL_CHUNKS, POLL_MS);
    return status;
}

static enum feed_status poll_once(struct channel *channel, bool *was_held)
{
    struct chunk *chunk = free_chunk(channel);
    if (!chunk)
        return hold(channel, was_held);
    *was_held = false;
    const enum feed_status status = channel->kind->poll(channel->state, chunk, POLL_MS, &channel->error);
    if (status == FEED_RECORDS) {
        CHECK(chunk->count <= CHUNK_RECORDS && position_compare(chunk->begin, chunk->end) <= 0);
        cursor_advance(&channel->filled, cursor_get(&channel->filled) + 1);
        ring_bell(channel);
    }
    return status;
}

static void *feed_main(void *argument)
{
    struct channel *channel = argument;
    enum feed_status status = FEED_NOTHING;
    bool was_held = false;
    if (channel->kind->start(channel->state, channel->resume, channel->resume_count, &channel->error))
        status = FEED_FAILED;
    while (status != FEED_FAILED && status != FEED_ENDED &&
           !atomic_load_explicit(&channel->is_stopping, memory_order_acquire)) {
        release_positions(channel);
        status = poll_once(channel, &was_held);
    }
    channel->kind->stop(channel->state);
    atomic_store_explicit(&channel->ended, status == FEED_FAILED ? CHANNEL_FAILED : CHANNEL_ENDED,
                          memory_order_release);
    ring_bell(channel);
    return NULL;
}

struct channel *channel_start(const struct feed_kind *kind, void *state, struct feed_health *health,
                              const struct feed_resume *resume, size_t resume_count, int bell)
{
    struct channel *channel = aligned_alloc(CACHE_LINE_BYTES, sizeof(*channel));
    CHECK(channel);
    memset(channel, 0, sizeof(*channel));
    channel->kind = kind;
    channel->state = state;
    channel->health = health;
    channel->bell = bell;
    channel->resume = calloc(resume_count + 1, sizeof(*resume));
    CHECK(channel->resume);
    if (resume_count)
        memcpy(channel->resume, resume, resume_count * sizeof(*resume));
    channel->resume_count = resume_count;
    CHECK(pthread_mutex_init(&channel->releases_lock, NULL) == 0);
    thread_start(&channel->thread, feed_main, channel, "feed %s", kind->name);
    return channel;
}

struct chunk *channel_take(struct channel *channel)
{
    const uint64_t taken = cursor_get(&channel->taken);
    return taken == cursor_get(&channel->filled) ? NULL : &channel->chunks[taken % CHANNEL_CHUNKS];
}

void channel_release(struct channel *channel)
{
    cursor_advance(&channel->taken, cursor_get(&channel->taken) + 1);
}

enum channel_state channel_state(const struct channel *channel)
{
    const enum channel_state ended = atomic_load_explicit(&channel->ended, memory_order_acquire);
    return cursor_get(&channel->taken) == cursor_get(&channel->filled) ? ended : CHANNEL_LIVE;
}

const struct error *channel_error(const struct channel *channel)
{
    return &channel->error;
}

void channel_stop(struct channel *channel)
{
    atomic_store_explicit(&channel->is_stopping, true, memory_order_release);
}

void channel_release_position(struct channel *channel, const char *source, struct position end)
{
    pthread_mutex_lock(&channel->releases_lock);
    size_t i = 0;
    while (i < channel->release_count && strcmp(channel->releases[i].source, source) != 0)
        i++;
    if (i == channel->release_count) {
        CHECK(i < RELEASES_MAX);
        channel->releases = realloc(channel->releases, (i + 1) * sizeof(*channel->releases));
        CHECK(channel->releases);
        channel->release_count++;
        snprintf(channel->releases[i].source, sizeof(channel->releases[i].source), "%s", source);
    }
    channel->releases[i].position = end;
    pthread_mutex_unlock(&channel->releases_lock);
}

void channel_destroy(struct channel *channel)
{
    if (!channel)
        return;
    channel_stop(channel);
    CHECK(pthread_join(channel->thread, NULL) == 0);
    pthread_mutex_destroy(&channel->releases_lock);
    free(channel->releases);
    free(channel->resume);
    free(channel);
}
