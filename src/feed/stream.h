/* SPDX-License-Identifier: Apache-2.0
 * The bytes of one file, pipe or terminal, unpacked where they are gzip or zstd: recognised by their first
 * bytes, never by the name. */
#pragma once

#include "simsieve/base/error.h"

struct stream;

enum stream_status {
    STREAM_READ,    /* `got` (at least 1) bytes */
    STREAM_WAITING, /* a live stream has nothing yet */
    STREAM_ENDED,
    STREAM_DAMAGED, /* compressed bytes that are wrong or end early; what came before was good. Ends it. */
    STREAM_FAILED   /* `error` */
};

/* May block. Opens `path`, "-" for standard input; a FIFO that nobody writes to yet is no reason to wait.
 * NULL and ERROR_NO_INPUT. */
struct stream *stream_open(const char *path, struct error *error);
void stream_close(struct stream *stream);

/* Feed thread. May block for at most `wait_ms` on a live stream. At most `room` (at least 1) bytes. */
enum stream_status stream_read(struct stream *stream, char *buffer, size_t room, int wait_ms, size_t *got,
                               struct error *error);

/* Feed thread. Gives the descriptor of a regular file back to the system; the next stream_read opens it again at
 * the same place. Nothing happens to other streams. */
void stream_rest(struct stream *stream);
bool stream_is_resting(const struct stream *stream);

/* A pipe, FIFO, socket or terminal: it may have nothing now and more later, and is read only once. */
bool stream_is_live(const struct stream *stream);

/* True when the path can be opened again from its start. */
bool stream_is_file(const struct stream *stream);

/* What tells a file from another one that took its name. */
struct stream_identity {
    uint64_t device;
    uint64_t inode;
};

struct stream_identity stream_identity(const struct stream *stream);

/* Bytes as they lie in the file: read so far, and in all (0 when live). */
uint64_t stream_bytes_read(const struct stream *stream);
uint64_t stream_bytes_total(const struct stream *stream);
