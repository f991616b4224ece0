/* SPDX-License-Identifier: Apache-2.0 */
#include "spool_files.h"

#include "simsieve/base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#define READ_BYTES  (256u << 10)
#define FOLDER_MODE 0700 /* raw records hold citizens' numbers */
#define REASON_MODE 0600

struct spool_identity spool_identity_of(const struct stat *status)
{
    return (struct spool_identity){
        .bytes = (uint64_t)status->st_size,
        .mtime_ns = status->st_mtim.tv_sec * INT64_C(1000000000) + status->st_mtim.tv_nsec,
        .inode = status->st_ino,
    };
}

static struct spool_content content_now(const XXH3_state_t *hash, uint64_t bytes)
{
    const XXH128_hash_t digest = XXH3_128bits_digest(hash);
    return (struct spool_content){.bytes = bytes, .low = digest.low64, .high = digest.high64};
}

/* Hashes to the end of the file; a beginning that is asked for is hashed on the way. 0 or an errno. */
static int hash_all(int file, XXH3_state_t *hash, char *buffer, struct spool_content *content,
                    struct spool_content *beginning)
{
    const uint64_t wanted = beginning ? beginning->bytes : 0;
    uint64_t bytes = 0;
    if (beginning)
        *beginning = (struct spool_content){0};
    for (;;) {
        const size_t room = bytes < wanted ? u64_min(READ_BYTES, wanted - bytes) : READ_BYTES;
        const ssize_t got = read(file, buffer, room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            break;
        CHECK(XXH3_128bits_update(hash, buffer, (size_t)got) == XXH_OK);
        bytes += (uint64_t)got;
        if (bytes == wanted)
            *beginning = content_now(hash, bytes);
    }
    *content = content_now(hash, bytes);
    return 0;
}

int spool_file_content(const char *path, struct spool_content *content, struct spool_content *beginning,
                       struct spool_identity *identity)
{
    struct stat before, after;
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (file < 0)
        return errno;
    XXH3_state_t *hash = XXH3_createState();
    char *buffer = malloc(READ_BYTES);
    CHECK(hash && buffer && XXH3_128bits_reset(hash) == XXH_OK);
    int cause = fstat(file, &before) != 0 ? errno : 0;
    if (!cause && !S_ISREG(before.st_mode))
        cause = ENOENT;
    if (!cause)
        cause = hash_all(file, hash, buffer, content, beginning);
    if (!cause && fstat(file, &after) != 0)
        cause = errno;
    if (!cause) {
        const struct spool_identity identity_before = spool_identity_of(&before);
        *identity = spool_identity_of(&after);
        if (!spool_identity_equal(&identity_before, identity) || content->bytes != identity->bytes)
            cause = EAGAIN;
    }
    free(buffer);
    XXH3_freeState(hash);
    close(file);
    return cause;
}

void spool_file_path(char path[static SPOOL_PATH_BYTES], const char *folder, const char *name)
{
    const int length = snprintf(path, SPOOL_PATH_BYTES, "%s/%s", folder, name);
    CHECK(length > 0 && length < SPOOL_PATH_BYTES);
}

/* A name and a hash may be longer than the system allows a name; the name's end then goes. */
void spool_file_other_path(char path[static SPOOL_PATH_BYTES], const char *folder, const char *name,
                           const struct spool_content *content)
{
    const int length = snprintf(path, SPOOL_PATH_BYTES, "%s/%.220s.%016" PRIx64, folder, name, content->low);
    CHECK(length > 0 && length < SPOOL_PATH_BYTES);
}

static enum error_class sync_folder(const char *folder, struct error *error)
{
    const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool is_synced = descriptor >= 0 && fsync(descriptor) == 0;
    const int cause = errno;
    if (descriptor >= 0)
        close(descriptor);
    /* Some network file systems know no fsync of folders. */
    if (is_synced || cause == EINVAL || cause == ENOTSUP)
        return ERROR_OK;
    return error_set(error, ERROR_IO, "%s: cannot be synced: %s", folder, strerror(cause));
}

static enum error_class write_reason(const char *path, const char *reason, struct error *error)
{
    char reason_path[SPOOL_PATH_BYTES + 8];
    struct output output;
    snprintf(reason_path, sizeof(reason_path), "%s.reason", path);
    if (strlen(reason_path) >= OUTPUT_PATH_BYTES - 8)
        return error_set(error, ERROR_CANNOT_CREATE, "%s: the path is too long", reason_path);
    if (output_open(&output, reason_path, false, REASON_MODE, error))
        return error->class;
    fprintf(output.stream, "%s\n", reason);
    return output_commit(&output, error);
}

enum error_class spool_file_move(const char *from_folder, const char *name,
                                 const struct spool_content *content, const char *to_folder,
                                 const char *reason, struct error *error)
{
    char from[SPOOL_PATH_BYTES], to[SPOOL_PATH_BYTES];
    struct stat status;
    if (mkdir(to_folder, FOLDER_MODE) != 0 && errno != EEXIST)
        return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be created: %s", to_folder, strerror(errno));
    spool_file_path(from, from_folder, name);
    spool_file_path(to, to_folder, name);
    /* NAME.reason has to fit too; nobody else gives names there. */
    if (lstat(to, &status) == 0 || strlen(name) > 220)
        spool_file_other_path(to, to_folder, name, content);
    if (reason && write_reason(to, reason, error))
        return error->class;
    if (rename(from, to) != 0)
        return error_set(error, ERROR_IO, "%s: cannot be moved to %s: %s", from, to_folder,
                         errno == EXDEV ? "it is on another file system" : strerror(errno));
    if (sync_folder(to_folder, error) || sync_folder(from_folder, error))
        return error->class;
    return ERROR_OK;
}

enum error_class spool_file_delete(const char *folder, const char *name, struct error *error)
{
    char path[SPOOL_PATH_BYTES];
    spool_file_path(path, folder, name);
    if (unlink(path) != 0)
        return error_set(error, ERROR_IO, "%s: cannot be deleted: %s", path, strerror(errno));
    return sync_folder(folder, error);
}
