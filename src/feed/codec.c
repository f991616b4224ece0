/* SPDX-License-Identifier: Apache-2.0 */
#include "codec.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

/* ---- gzip (RFC 1952): members one after another, then perhaps zero bytes that fill a block ---- */

struct gzip {
    z_stream stream;
    bool is_inside;
};

static bool gzip_is_mine(const unsigned char magic[static CODEC_MAGIC_BYTES])
{
    return magic[0] == 0x1f && magic[1] == 0x8b && magic[2] == Z_DEFLATED;
}

static void *gzip_open(void)
{
    struct gzip *gzip = calloc(1, sizeof(*gzip));
    if (gzip && inflateInit2(&gzip->stream, 16 + MAX_WBITS) != Z_OK) {
        free(gzip);
        return NULL;
    }
    return gzip;
}

static void gzip_close(void *state)
{
    struct gzip *gzip = state;
    inflateEnd(&gzip->stream);
    free(gzip);
}

static int inflate_some(z_stream *stream, struct codec_io *io)
{
    stream->next_in = (Bytef *)(uintptr_t)io->in; /* zlib only reads there */
    stream->avail_in = (uInt)io->in_length;
    stream->next_out = io->out;
    stream->avail_out = (uInt)io->out_length;
    const int status = inflate(stream, Z_NO_FLUSH);
    *io = (struct codec_io){stream->next_in, stream->avail_in, stream->next_out, stream->avail_out};
    return status;
}

static enum codec_status gzip_unpack(void *state, struct codec_io *io, const char **why)
{
    struct gzip *gzip = state;
    /* Also when the input is used up but the room is not: zlib may hold output back. */
    while (io->out_length > 0 && (io->in_length > 0 || gzip->is_inside)) {
        if (!gzip->is_inside && *io->in == 0) {
            io->in++;
            io->in_length--;
            continue;
        }
        gzip->is_inside = true;
        const int status = inflate_some(&gzip->stream, io);
        if (status == Z_BUF_ERROR)
            break; /* nothing moves any more */
        if (status == Z_STREAM_END) {
            gzip->is_inside = false;
            CHECK(inflateReset(&gzip->stream) == Z_OK);
        } else if (status != Z_OK) {
            *why = gzip->stream.msg ? gzip->stream.msg : "the stream is damaged";
            return CODEC_DAMAGED;
        }
    }
    return gzip->is_inside ? CODEC_INSIDE : CODEC_BOUNDARY;
}

/* ---- zstd (RFC 8878): frames one after another, skippable ones among them ---- */

struct zstd {
    ZSTD_DStream *stream;
    bool is_inside;
};

static bool zstd_is_mine(const unsigned char magic[static CODEC_MAGIC_BYTES])
{
    const bool is_frame = magic[0] == 0x28 && magic[1] == 0xb5 && magic[2] == 0x2f && magic[3] == 0xfd;
    const bool is_skippable =
        (magic[0] & 0xf0) == 0x50 && magic[1] == 0x2a && magic[2] == 0x4d && magic[3] == 0x18;
    return is_frame || is_skippable;
}

static void *zstd_open(void)
{
    struct zstd *zstd = calloc(1, sizeof(*zstd));
    if (zstd && !(zstd->stream = ZSTD_createDStream())) {
        free(zstd);
        return NULL;
    }
    return zstd;
}

static void zstd_close(void *state)
{
    struct zstd *zstd = state;
    ZSTD_freeDStream(zstd->stream);
    free(zstd);
}

static enum codec_status zstd_unpack(void *state, struct codec_io *io, const char **why)
{
    struct zstd *zstd = state;
    ZSTD_inBuffer in = {io->in, io->in_length, 0};
    ZSTD_outBuffer out = {io->out, io->out_length, 0};
    size_t left = zstd->is_inside;
    bool has_moved = true;
    while (out.pos < out.size && has_moved && (in.pos < in.size || zstd->is_inside)) {
        const size_t in_before = in.pos, out_before = out.pos;
        left = ZSTD_decompressStream(zstd->stream, &out, &in);
        if (ZSTD_isError(left)) {
            *why = ZSTD_getErrorName(left);
            break;
        }
        zstd->is_inside = left != 0;
        has_moved = in.pos > in_before || out.pos > out_before;
    }
    *io = (struct codec_io){io->in + in.pos, in.size - in.pos, io->out + out.pos, out.size - out.pos};
    if (ZSTD_isError(left))
        return CODEC_DAMAGED;
    return zstd->is_inside ? CODEC_INSIDE : CODEC_BOUNDARY;
}

static const struct codec codecs[] = {
    {"gzip", gzip_is_mine, gzip_open, gzip_close, gzip_unpack},
    {"zstd", zstd_is_mine, zstd_open, zstd_close, zstd_unpack},
};

const struct codec *codec_detect(const unsigned char magic[static CODEC_MAGIC_BYTES])
{
    for (size_t i = 0; i < ARRAY_COUNT(codecs); i++)
        if (codecs[i].is_mine(magic))
            return &codecs[i];
    return NULL;
}
