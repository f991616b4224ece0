/* SPDX-License-Identifier: Apache-2.0 */
#include "packing.h"

#include "simsieve/base/check.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

void *pack_gzip(const void *bytes, size_t length, size_t *packed_length)
{
    z_stream stream = {0};
    CHECK(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    const size_t room = deflateBound(&stream, length);
    unsigned char *packed = malloc(room);
    CHECK(packed);
    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)length;
    stream.next_out = packed;
    stream.avail_out = (uInt)room;
    CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    *packed_length = room - stream.avail_out;
    deflateEnd(&stream);
    return packed;
}

void *pack_zstd(const void *bytes, size_t length, size_t *packed_length)
{
    const size_t room = ZSTD_compressBound(length);
    void *packed = malloc(room);
    CHECK(packed);
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    *packed_length = ZSTD_compress2(context, packed, room, bytes, length);
    CHECK(!ZSTD_isError(*packed_length));
    ZSTD_freeCCtx(context);
    return packed;
}
