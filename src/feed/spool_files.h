/* SPDX-License-Identifier: Apache-2.0
 * What the spool does with files: their content's hash, moving, archive and quarantine. Feed thread; all may block. */
#pragma once

#include "spool_settings.h"

#include <sys/stat.h>

/* The bytes of a file, and of its beginning: XXH3-128. */
struct spool_content {
    uint64_t bytes;
    uint64_t low, high;
};

static inline bool spool_content_equal(const struct spool_content *a, const struct spool_content *b)
{
    return a->bytes == b->bytes && a->low == b->low && a->high == b->high;
}

/* A file as the system knows it: while none of these changes, its content is taken to be the same. */
struct spool_identity {
    uint64_t bytes;
    int64_t mtime_ns;
    uint64_t inode;
};

static inline bool spool_identity_equal(const struct spool_identity *a, const struct spool_identity *b)
{
    return a->bytes == b->bytes && a->mtime_ns == b->mtime_ns && a->inode == b->inode;
}

struct spool_identity spool_identity_of(const struct stat *status);

/* Reads a regular file whole. `beginning` (may be NULL) says in `bytes` how long a beginning is asked for and gets its
 * hash; its `bytes` are 0 when the file is shorter. 0, or an errno: EAGAIN when the file changed meanwhile. */
int spool_file_content(const char *path, struct spool_content *content, struct spool_content *beginning,
                       struct spool_identity *identity);

/* `folder`/`name`. */
void spool_file_path(char path[static SPOOL_PATH_BYTES], const char *folder, const char *name);

/* The same with a hash of the content behind the name: where it goes when the name is taken. */
void spool_file_other_path(char path[static SPOOL_PATH_BYTES], const char *folder, const char *name,
                           const struct spool_content *content);

/* Moves a file into `folder`, which is made if need be, with `reason` (may be NULL) in NAME.reason beside it, and
 * syncs both folders. ERROR_IO, ERROR_CANNOT_CREATE: the file is then where it was. */
enum error_class spool_file_move(const char *from_folder, const char *name,
                                 const struct spool_content *content, const char *to_folder,
                                 const char *reason, struct error *error);

/* Deletes a file and syncs its folder. ERROR_IO. */
enum error_class spool_file_delete(const char *folder, const char *name, struct error *error);
