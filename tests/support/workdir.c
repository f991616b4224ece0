/* SPDX-License-Identifier: Apache-2.0 */
#include "workdir.h"

#include "simsieve/base/check.h"
#include "suite.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CAPTURE "stderr"

static char folder[WORKDIR_PATH_BYTES];

/* Every path that was asked for, so that it lasts as long as the folder. */
static struct path {
    struct path *next;
    char text[WORKDIR_PATH_BYTES];
} * paths;

static int saved_stderr = -1;

void workdir_make(char made[static WORKDIR_PATH_BYTES])
{
    const char *parent = getenv("TMPDIR");
    const int length =
        snprintf(made, WORKDIR_PATH_BYTES, "%s/simsieve-test-XXXXXX", parent ? parent : "/tmp");
    ck_assert_int_lt(length, WORKDIR_PATH_BYTES);
    ck_assert_msg(mkdtemp(made) != NULL, "%s cannot be made", made);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

void workdir_remove(const char *made)
{
    ck_assert_int_eq(nftw(made, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

void workdir_open(void)
{
    workdir_make(folder);
}

void workdir_close(void)
{
    workdir_remove(folder);
    while (paths) {
        struct path *path = paths;
        paths = path->next;
        free(path);
    }
}

const char *workdir_folder(void)
{
    return folder;
}

const char *workdir_path(const char *name)
{
    struct path *path = calloc(1, sizeof(*path));
    ck_assert_ptr_nonnull(path);
    path->next = paths;
    paths = path;
    ck_assert_int_lt(snprintf(path->text, sizeof(path->text), "%s/%s", folder, name), WORKDIR_PATH_BYTES);
    return path->text;
}

void workdir_write(const char *name, const void *bytes, size_t length)
{
    file_write(workdir_path(name), bytes, length);
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
    ck_assert_int_ge(dup2(saved_stderr, STDERR_FILENO), 0);
    close(saved_stderr);
    return file_read(workdir_path(CAPTURE), NULL);
}

char *file_read(const char *path, size_t *length)
{
    size_t capacity = 0;
    char *bytes = NULL, block[4096];
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    FILE *memory = open_memstream(&bytes, &capacity);
    ck_assert_ptr_nonnull(memory);
    for (size_t got; (got = fread(block, 1, sizeof(block), file)) > 0;)
        ck_assert_uint_eq(fwrite(block, 1, got, memory), got);
    fclose(memory);
    fclose(file);
    if (length)
        *length = capacity;
    return bytes;
}

void file_write(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    ck_assert_msg(file != NULL, "%s cannot be made", path);
    ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
}
