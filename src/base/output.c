/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_standard_output(const struct output *output)
{
    return strcmp(output->path, "-") == 0;
}

enum error_class output_open(struct output *output, const char *path, enum output_style style, unsigned mode,
                             struct error *error)
{
    struct stat status;
    *output = (struct output){.is_live = style != OUTPUT_WHOLE};
    if (strlen(path) + sizeof(".part") > OUTPUT_PATH_BYTES)
        return error_set(error, ERROR_CANNOT_CREATE, "%.60s...: the path is longer than %d bytes", path,
                         OUTPUT_PATH_BYTES);
    snprintf(output->path, sizeof(output->path), "%s", path);
    if (is_standard_output(output)) {
        output->is_live = true;
        output->stream = stdout;
        return ERROR_OK;
    }
    output->is_regular = stat(path, &status) != 0 || S_ISREG(status.st_mode);
    if (!output->is_regular)
        output->is_live = true;
    snprintf(output->part_path, sizeof(output->part_path), output->is_live ? "%s" : "%s.part", path);
    const int at = style == OUTPUT_APPEND ? O_APPEND : O_TRUNC;
    const int descriptor = open(output->part_path, O_WRONLY | O_CREAT | at | O_CLOEXEC, (mode_t)mode);
    if (descriptor < 0)
        return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be created: %s", output->part_path,
                         strerror(errno));
    if (output->is_regular)
        (void)fchmod(descriptor, (mode_t)mode);
    output->stream = fdopen(descriptor, "w");
    CHECK(output->stream);
    return ERROR_OK;
}

static enum error_class failed(struct output *output, const char *step, struct error *error)
{
    const int cause = errno;
    error_set(error, ERROR_IO, "%s: %s failed: %s; the output is not complete%s",
              is_standard_output(output) ? "standard output" : output->path, step, strerror(cause),
              output->is_regular ? " and was not given its name" : "");
    return error->class;
}

enum error_class output_flush(struct output *output, struct error *error)
{
    if (output->stream && (ferror(output->stream) || fflush(output->stream) != 0))
        return failed(output, "writing", error);
    return ERROR_OK;
}

static void sync_folder_of(const char *path)
{
    char copy[OUTPUT_PATH_BYTES];
    snprintf(copy, sizeof(copy), "%s", path);
    const int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    (void)fsync(folder); /* some file systems cannot; the rename itself is done */
    close(folder);
}

/* What an output that is not complete leaves behind. */
static void leave(const struct output *output, bool keep_part)
{
    char part[OUTPUT_PATH_BYTES + 8];
    if (!output->is_regular)
        return;
    if (!keep_part) {
        unlink(output->part_path);
    } else if (output->is_live) {
        snprintf(part, sizeof(part), "%s.part", output->path);
        rename(output->path, part);
    }
}

enum error_class output_commit(struct output *output, struct error *error)
{
    FILE *stream = output->stream;
    if (!stream)
        return ERROR_OK;
    enum error_class class = output_flush(output, error);
    if (!class && output->is_regular && fsync(fileno(stream)) != 0)
        class = failed(output, "syncing", error);
    if (class) {
        output_abandon(output, true);
        return class;
    }
    output->stream = NULL;
    if (is_standard_output(output))
        return ERROR_OK;
    if (fclose(stream) != 0)
        class = failed(output, "closing", error);
    else if (!output->is_live && rename(output->part_path, output->path) != 0)
        class = failed(output, "renaming", error);
    if (class)
        leave(output, true);
    else if (output->is_regular)
        sync_folder_of(output->path);
    return class;
}

void output_abandon(struct output *output, bool keep_part)
{
    if (!output->stream)
        return; /* closed: what has its name by now keeps it */
    if (!is_standard_output(output))
        fclose(output->stream);
    output->stream = NULL;
    leave(output, keep_part);
}
