/* SPDX-License-Identifier: Apache-2.0 */
#include "workdir.h"

#include "simsieve/base/check.h"
#include "suite.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CAPTURE "stderr"

static char folder[64];
static int saved_stderr = -1;

void workdir_open(void)
{
    snprintf(folder, sizeof(folder), "/tmp/simsieve-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

void workdir_close(void)
{
    ck_assert_int_eq(nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

const char *workdir_folder(void)
{
    return folder;
}

const char *workdir_path(const char *name)
{
    static char paths[16][WORKDIR_PATH_BYTES];
    static unsigned next;
    char *path = paths[next++ % ARRAY_COUNT(paths)];
    snprintf(path, WORKDIR_PATH_BYTES, "%s/%s", folder, name);
    return path;
}

void workdir_write(const char *name, const void *bytes, size_t length)
{
    FILE *file = fopen(workdir_path(name), "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
}

void workdir_write_text(const char *name, const char *text)
{
    workdir_write(name, text, strlen(text));
}

void workdir_capture(void)
{
    const int fd = open(workdir_path(CAPTURE), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    saved_stderr = dup(STDERR_FILENO);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_ge(saved_stderr, 0);
    ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
    close(fd);
}

char *workdir_captured(void)
{
    struct stat status;
    ck_assert_int_ge(dup2(saved_stderr, STDERR_FILENO), 0);
    close(saved_stderr);
    ck_assert_int_eq(stat(workdir_path(CAPTURE), &status), 0);
    char *text = calloc(1, (size_t)status.st_size + 1);
    FILE *file = fopen(workdir_path(CAPTURE), "rb");
    ck_assert(text && file);
    ck_assert_uint_eq(fread(text, 1, (size_t)status.st_size, file), (size_t)status.st_size);
    ck_assert_int_eq(fclose(file), 0);
    return text;
}
