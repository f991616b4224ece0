/* SPDX-License-Identifier: Apache-2.0 */
#include "scratch.h"

#include "suite.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

void scratch_make(char folder[static SCRATCH_PATH_BYTES])
{
    const char *parent = getenv("TMPDIR");
    snprintf(folder, SCRATCH_PATH_BYTES, "%s/simsieve-XXXXXX", parent ? parent : "/tmp");
    ck_assert_msg(mkdtemp(folder) != NULL, "%s cannot be made", folder);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

void scratch_remove(const char *folder)
{
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_path(char path[static SCRATCH_PATH_BYTES], const char *folder, const char *name)
{
    const int length = snprintf(path, SCRATCH_PATH_BYTES, "%s/%s", folder, name);
    ck_assert_int_lt(length, SCRATCH_PATH_BYTES);
    return path;
}

char *scratch_read(const char *path, size_t *length)
{
    size_t capacity = 0;
    char *bytes = NULL;
    FILE *stream = fopen(path, "r");
    if (!stream)
        return NULL;
    FILE *memory = open_memstream(&bytes, &capacity);
    char block[4096];
    for (size_t got; (got = fread(block, 1, sizeof(block), stream)) > 0;)
        fwrite(block, 1, got, memory);
    fclose(memory);
    fclose(stream);
    if (length)
        *length = capacity;
    return bytes;
}

void scratch_write(const char *path, const char *bytes, size_t length)
{
    FILE *stream = fopen(path, "w");
    ck_assert_msg(stream != NULL, "%s cannot be made", path);
    ck_assert_uint_eq(fwrite(bytes, 1, length, stream), length);
    fclose(stream);
}
