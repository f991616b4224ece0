/* SPDX-License-Identifier: Apache-2.0 */
#include "workspace.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

void workspace_init(struct workspace *workspace)
{
    const char *parent = getenv("TMPDIR");
    snprintf(workspace->folder, sizeof(workspace->folder), "%s/simsieve-test-XXXXXX",
             parent ? parent : "/tmp");
    CHECK(mkdtemp(workspace->folder));
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

void workspace_fini(struct workspace *workspace)
{
    CHECK(nftw(workspace->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

const char *workspace_path(const struct workspace *workspace, const char *name)
{
    static char paths[16][WORKSPACE_PATH_BYTES];
    static size_t used;
    char *path = paths[used++ % ARRAY_COUNT(paths)];
    CHECK(snprintf(path, WORKSPACE_PATH_BYTES, "%s/%s", workspace->folder, name) < WORKSPACE_PATH_BYTES);
    return path;
}

const char *workspace_write(const struct workspace *workspace, const char *name, const void *bytes,
                            size_t length)
{
    const char *path = workspace_path(workspace, name);
    FILE *file = fopen(path, "w");
    CHECK(file && fwrite(bytes, 1, length, file) == length && fclose(file) == 0);
    return path;
}

const char *workspace_write_text(const struct workspace *workspace, const char *name, const char *text)
{
    return workspace_write(workspace, name, text, strlen(text));
}

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
