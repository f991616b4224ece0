/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_writer.h"

#include "simsieve/base/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct journal_writer {
    pthread_t thread;
    pthread_mutex_t lock; /* once a group, never an entry */
    pthread_cond_t changed;
    bool has_job, is_closing;
    int file, cause;
    const uint8_t *bytes;
    size_t length;
    uint64_t at;
    _Atomic bool has_ended; /* the thread's word to an owner who only looks; release */
};

static int write_all(int file, const uint8_t *bytes, size_t length, uint64_t at)
{
    while (length > 0) {
        const ssize_t count = pwrite(file, bytes, length, (off_t)at);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return errno;
        bytes += count;
        length -= (size_t)count;
        at += (uint64_t)count;
    }
    return fdatasync(file) == 0 ? 0 : errno;
}

static void *writer_main(void *argument)
{
    struct journal_writer *writer = argument;
    pthread_mutex_lock(&writer->lock);
    for (;;) {
        while (!writer->has_job && !writer->is_closing)
            pthread_cond_wait(&writer->changed, &writer->lock);
        if (!writer->has_job)
            break;
        pthread_mutex_unlock(&writer->lock);
        const int cause = write_all(writer->file, writer->bytes, writer->length, writer->at);
        pthread_mutex_lock(&writer->lock);
        writer->cause = cause;
        writer->has_job = false;
        atomic_store_explicit(&writer->has_ended, true, memory_order_release);
        pthread_cond_broadcast(&writer->changed);
    }
    pthread_mutex_unlock(&writer->lock);
    return NULL;
}

struct journal_writer *journal_writer_create(void)
{
    struct journal_writer *writer = calloc(1, sizeof(*writer));
    CHECK(writer);
    CHECK(pthread_mutex_init(&writer->lock, NULL) == 0 && pthread_cond_init(&writer->changed, NULL) == 0);
    thread_start(&writer->thread, writer_main, writer, "journal");
    return writer;
}

void journal_writer_destroy(struct journal_writer *writer)
{
    if (!writer)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->is_closing = true;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
    CHECK(pthread_join(writer->thread, NULL) == 0);
    pthread_mutex_destroy(&writer->lock);
    pthread_cond_destroy(&writer->changed);
    free(writer);
}

void journal_writer_start(struct journal_writer *writer, int file, const uint8_t *bytes, size_t length,
                          uint64_t at)
{
    pthread_mutex_lock(&writer->lock);
    CHECK(!writer->has_job);
    writer->file = file;
    writer->bytes = bytes;
    writer->length = length;
    writer->at = at;
    writer->has_job = true;
    atomic_store_explicit(&writer->has_ended, false, memory_order_relaxed);
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
}

bool journal_writer_has_ended(struct journal_writer *writer, bool waits, int *cause)
{
    if (!waits && !atomic_load_explicit(&writer->has_ended, memory_order_acquire))
        return false;
    pthread_mutex_lock(&writer->lock);
    while (writer->has_job)
        pthread_cond_wait(&writer->changed, &writer->lock);
    *cause = writer->cause;
    pthread_mutex_unlock(&writer->lock);
    return true;
}
