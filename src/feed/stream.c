/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include "codec.h"

#include "simsieve/log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Packed bytes are read in pieces of this size; the first is small, because most files of a folder are opened
 * at first only to look at their beginning. */
#define PACKED_BYTES       (128u << 10)
#define PACKED_FIRST_BYTES (8u << 10)

struct stream {
    char *path;
    int descriptor; /* -1: resting */
    bool is_standard_input;
    bool is_live;
    bool is_file; /* regular, and under a name */
    bool has_ended;
    uint64_t bytes_read, bytes_total;
    struct stream_identity identity;
    /* The first bytes, until they have told what packing this is. */
    unsigned char magic[CODEC_MAGIC_BYTES];
    size_t magic_length, magic_taken;
    bool is_recognised;
    /* Packed streams only. */
    const struct codec *codec;
    void *codec_state;
    enum codec_status codec_status;
    const char *damage;
    bool is_damaged;       /* and has been said to be */
    unsigned char *packed; /* PACKED_BYTES */
    size_t packed_begin, packed_end;
};

static enum error_class look_at(struct stream *stream, struct error *error)
{
    struct stat status;
    if (fstat(stream->descriptor, &status) != 0)
        return error_set(error, ERROR_NO_INPUT, "%s: cannot be examined: %s", stream->path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return error_set(error, ERROR_NO_INPUT, "%s: is a folder", stream->path);
    stream->is_live = !S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode);
    stream->is_file = S_ISREG(status.st_mode) && !stream->is_standard_input;
    stream->bytes_total = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
    stream->identity = (struct stream_identity){status.st_dev, status.st_ino};
    if (S_ISREG(status.st_mode))
        (void)posix_fadvise(stream->descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
    return ERROR_OK;
}

struct stream *stream_open(const char *path, struct error *error)
{
    struct stream *stream = calloc(1, sizeof(*stream));
    CHECK(stream);
    stream->path = strdup(path);
    CHECK(stream->path);
    stream->is_standard_input = strcmp(path, "-") == 0;
    /* Without O_NONBLOCK the opening of a FIFO waits for its writer. */
    stream->descriptor =
        stream->is_standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (stream->descriptor < 0)
        error_set(error, ERROR_NO_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    else if (!look_at(stream, error))
        return stream;
    stream_close(stream);
    return NULL;
}

void stream_rest(struct stream *stream)
{
    if (!stream->is_file || stream->descriptor < 0)
        return;
    close(stream->descriptor);
    stream->descriptor = -1;
}

void stream_close(struct stream *stream)
{
    if (!stream)
        return;
    if (stream->descriptor >= 0 && !stream->is_standard_input)
        close(stream->descriptor);
    if (stream->codec_state)
        stream->codec->close(stream->codec_state);
    free(stream->packed);
    free(stream->path);
    free(stream);
}

static enum error_class wake(struct stream *stream, struct error *error)
{
    const struct stream_identity identity = stream->identity;
    const uint64_t bytes_total = stream->bytes_total;
    stream->descriptor = open(stream->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (stream->descriptor < 0)
        return error_set(error, ERROR_NO_INPUT, "%s: cannot be opened again: %s", stream->path,
                         strerror(errno));
    if (look_at(stream, error))
        return error->class;
    stream->bytes_total = bytes_total;
    if (identity.device != stream->identity.device || identity.inode != stream->identity.inode)
        return error_set(error, ERROR_IO, "%s: another file took its name while it was being read",
                         stream->path);
    if (lseek(stream->descriptor, (off_t)stream->bytes_read, SEEK_SET) < 0)
        return error_set(error, ERROR_IO, "%s: cannot go on at byte %llu: %s", stream->path,
                         (unsigned long long)stream->bytes_read, strerror(errno));
    return ERROR_OK;
}

/* Bytes as they lie in the file. */
static enum stream_status read_raw(struct stream *stream, void *buffer, size_t room, int wait_ms, size_t *got,
                                   struct error *error)
{
    if (stream->has_ended)
        return STREAM_ENDED;
    if (stream->descriptor < 0 && wake(stream, error))
        return STREAM_FAILED;
    if (stream->is_live) {
        /* Before its first writer a FIFO reads as ended; poll knows better. */
        struct pollfd pollfd = {.fd = stream->descriptor, .events = POLLIN};
        if (poll(&pollfd, 1, wait_ms) <= 0)
            return STREAM_WAITING;
    }
    ssize_t count;
    do
        count = read(stream->descriptor, buffer, room);
    while (count < 0 && errno == EINTR);
    if (count < 0 && errno == EAGAIN)
        return STREAM_WAITING;
    if (count < 0) {
        error_set(error, ERROR_IO, "%s: reading failed after %llu bytes: %s", stream->path,
                  (unsigned long long)stream->bytes_read, strerror(errno));
        return STREAM_FAILED;
    }
    if (count == 0) {
        stream->has_ended = true;
        return STREAM_ENDED;
    }
    stream->bytes_read += (uint64_t)count;
    *got = (size_t)count;
    return STREAM_READ;
}

/* Reads until the first bytes tell the packing, or the stream ends. */
static enum stream_status recognise(struct stream *stream, int wait_ms, struct error *error)
{
    while (stream->magic_length < CODEC_MAGIC_BYTES) {
        size_t got = 0;
        const enum stream_status status =
            read_raw(stream, stream->magic + stream->magic_length, CODEC_MAGIC_BYTES - stream->magic_length,
                     wait_ms, &got, error);
        if (status == STREAM_ENDED)
            break;
        if (status != STREAM_READ)
            return status;
        stream->magic_length += got;
    }
    stream->is_recognised = true;
    if (stream->magic_length < CODEC_MAGIC_BYTES)
        return STREAM_READ;
    stream->codec = codec_detect(stream->magic);
    if (stream->codec) {
        stream->codec_state = stream->codec->open();
        stream->packed = malloc(PACKED_BYTES);
        if (!stream->codec_state || !stream->packed) {
            error_set(error, ERROR_INTERNAL, "%s: no memory to unpack %s", stream->path, stream->codec->name);
            return STREAM_FAILED;
        }
        memcpy(stream->packed, stream->magic, CODEC_MAGIC_BYTES);
        stream->packed_end = CODEC_MAGIC_BYTES;
    }
    return STREAM_READ;
}

static enum stream_status damaged(struct stream *stream)
{
    log_write(LOG_WARNING,
              "%s: the %s stream is damaged within its first %llu bytes: %s; what came before is used",
              stream->path, stream->codec->name, (unsigned long long)stream->bytes_read, stream->damage);
    stream->is_damaged = true;
    return STREAM_DAMAGED;
}

static enum stream_status read_packed(struct stream *stream, char *buffer, size_t room, int wait_ms,
                                      size_t *got, struct error *error)
{
    while (!stream->is_damaged) {
        if (stream->codec_status == CODEC_DAMAGED)
            return damaged(stream);
        struct codec_io io = {stream->packed + stream->packed_begin,
                              stream->packed_end - stream->packed_begin, (unsigned char *)buffer, room};
        stream->codec_status = stream->codec->unpack(stream->codec_state, &io, &stream->damage);
        stream->packed_begin = stream->packed_end - io.in_length;
        *got = room - io.out_length;
        if (*got > 0)
            return STREAM_READ;
        if (stream->codec_status == CODEC_DAMAGED)
            continue;
        size_t count = 0;
        const size_t wanted = stream->bytes_read < PACKED_FIRST_BYTES ? PACKED_FIRST_BYTES : PACKED_BYTES;
        const enum stream_status status = read_raw(stream, stream->packed, wanted, wait_ms, &count, error);
        if (status == STREAM_ENDED && stream->codec_status == CODEC_INSIDE) {
            stream->damage = "it is cut off";
            return damaged(stream);
        }
        if (status != STREAM_READ)
            return status;
        stream->packed_begin = 0;
        stream->packed_end = count;
    }
    return STREAM_ENDED;
}

enum stream_status stream_read(struct stream *stream, char *buffer, size_t room, int wait_ms, size_t *got,
                               struct error *error)
{
    *got = 0;
    if (!stream->is_recognised) {
        const enum stream_status status = recognise(stream, wait_ms, error);
        if (status != STREAM_READ)
            return status;
    }
    if (stream->codec)
        return read_packed(stream, buffer, room, wait_ms, got, error);
    if (stream->magic_taken < stream->magic_length) {
        *got = u64_min(room, stream->magic_length - stream->magic_taken);
        memcpy(buffer, stream->magic + stream->magic_taken, *got);
        stream->magic_taken += *got;
        return STREAM_READ;
    }
    return read_raw(stream, buffer, room, wait_ms, got, error);
}

bool stream_is_resting(const struct stream *stream)
{
    return stream->descriptor < 0;
}

bool stream_is_live(const struct stream *stream)
{
    return stream->is_live;
}

bool stream_is_file(const struct stream *stream)
{
    return stream->is_file;
}

struct stream_identity stream_identity(const struct stream *stream)
{
    return stream->identity;
}

uint64_t stream_bytes_read(const struct stream *stream)
{
    return stream->bytes_read;
}

uint64_t stream_bytes_total(const struct stream *stream)
{
    return stream->bytes_total;
}
