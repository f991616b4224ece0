/* SPDX-License-Identifier: Apache-2.0
 * Alerts as NDJSON files that rotate and outlive a kill (outlet_file.md). */
#include "file_set.h"
#include "outlets.h"
#include "simsieve/base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct file_outlet {
    /* settings */
    const char *folder_text;
    uint64_t rotate_bytes, keep;

    char folder[OUTLET_PATH_BYTES];
    int lock;       /* on the folder: one process a folder */
    int descriptor; /* of the newest file, at its end; -1: none */
    struct file_name name;
    uint64_t bytes; /* of it */

    /* Lines that may come again, as a ring: no batch is longer, and it is the last that was written. */
    uint64_t hashes[OUTLET_BATCH_MAX];
    uint64_t line_count;
};

#define PLACE(field) offsetof(struct file_outlet, field)

static const struct setting rows[] = {
    {"folder", SETTING_TEXT, PLACE(folder_text), NULL,
     "where the files are, of this sink alone; made if need be", 0, 0, NULL},
    {"rotate", SETTING_BYTES, PLACE(rotate_bytes), "64M",
     "a file that has reached this size is followed by another", 4096, UINT64_C(1) << 40, NULL},
    {"keep", SETTING_COUNT, PLACE(keep), "30", "how many files stay; the oldest go", 1, 1000000, NULL},
};

static const struct settings settings = {"sinks[].settings of kind file", rows, ARRAY_COUNT(rows)};

static void remember(struct file_outlet *outlet, const char *line, size_t length)
{
    outlet->hashes[outlet->line_count++ % OUTLET_BATCH_MAX] = hash_bytes(line, length);
}

static bool is_written(const struct file_outlet *outlet, const struct outlet_alert *alert)
{
    const uint64_t hash = hash_bytes(alert->json, alert->json_length);
    for (uint64_t i = 0; i < u64_min(outlet->line_count, OUTLET_BATCH_MAX); i++)
        if (outlet->hashes[i] == hash)
            return true;
    return false;
}

static const char *path_of(const struct file_outlet *outlet, const struct file_name *name,
                           char path[static OUTLET_PATH_BYTES])
{
    char text[FILE_NAME_BYTES];
    snprintf(path, OUTLET_PATH_BYTES, "%.4000s/%s", outlet->folder, file_name_write(name, text));
    return path;
}

/* Goes through the lines of the newest file and cuts one that a kill has torn. */
static enum error_class recover(struct file_outlet *outlet, const char *path, struct error *error)
{
    char *line = NULL;
    size_t capacity = 0;
    FILE *stream = fopen(path, "re");
    if (!stream)
        return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be read again: %s", path, strerror(errno));
    for (ssize_t length; (length = getline(&line, &capacity, stream)) > 0 && line[length - 1] == '\n';) {
        remember(outlet, line, (size_t)length - 1);
        outlet->bytes += (uint64_t)length;
    }
    const bool was_read = !ferror(stream);
    free(line);
    fclose(stream);
    if (was_read && ftruncate(outlet->descriptor, (off_t)outlet->bytes) == 0)
        return ERROR_OK;
    return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be read again, or not be cut: %s", path,
                     strerror(errno));
}

static enum error_class open_newest(struct file_outlet *outlet, struct error *error)
{
    char path[OUTLET_PATH_BYTES];
    if (file_set_newest(outlet->folder, &outlet->name, error))
        return error->class;
    if (outlet->name.date.year == 0)
        return ERROR_OK;
    path_of(outlet, &outlet->name, path);
    outlet->descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    if (outlet->descriptor < 0)
        return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be written: %s", path, strerror(errno));
    return recover(outlet, path, error);
}

static enum error_class open_folder(struct file_outlet *outlet, struct error *error)
{
    if (mkdir(outlet->folder, 0700) != 0 && errno != EEXIST)
        return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be made: %s", outlet->folder,
                         strerror(errno));
    outlet->lock = open(outlet->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (outlet->lock < 0)
        return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be used: %s", outlet->folder,
                         strerror(errno));
    if (flock(outlet->lock, LOCK_EX | LOCK_NB) != 0)
        return error_set(error, ERROR_CONFIG, "%s: another sink or process writes there: name another folder",
                         outlet->folder);
    return open_newest(outlet, error);
}

static void file_close(void *state)
{
    struct file_outlet *outlet = state;
    if (outlet->descriptor >= 0)
        close(outlet->descriptor);
    if (outlet->lock >= 0)
        close(outlet->lock);
    free(outlet);
}

static enum error_class file_open(const struct outlet_options *options,
                                  struct outlet_lane lanes[static OUTLET_LANES_MAX], size_t *lane_count,
                                  struct error *error)
{
    struct file_outlet *outlet = calloc(1, sizeof(*outlet));
    CHECK(outlet);
    outlet->lock = outlet->descriptor = -1;
    enum error_class class = settings_read(&settings, options->settings, outlet, error);
    if (!class) {
        outlet_path(options, outlet->folder_text, outlet->folder);
        outlet->folder_text = NULL; /* the document may go */
    }
    if (!class && !options->is_check)
        class = open_folder(outlet, error);
    if (class) {
        file_close(outlet);
        return class;
    }
    lanes[0].state = outlet;
    *lane_count = 1;
    return ERROR_OK;
}

/* Whether these alerts go to a new file. Never while some of them may be in the present one already: where the last
 * batch was cut short, all of it stays in one file, which is the one that is read again. */
static bool is_rotation_due(const struct file_outlet *outlet, const struct outlet_batch *batch,
                            struct file_name *next)
{
    int64_t since_midnight_ms;
    const struct calendar_date today = calendar_local_date(batch->now_ms, &since_midnight_ms);
    if (!file_name_next(&outlet->name, today, next))
        return false;
    if (outlet->descriptor < 0)
        return true;
    for (size_t i = 0; i < batch->count; i++)
        if (is_written(outlet, &batch->alerts[i]))
            return false;
    return outlet->bytes >= outlet->rotate_bytes || (next->number == 1 && outlet->bytes > 0);
}

static enum error_class rotate(struct file_outlet *outlet, const struct file_name *next, struct error *error)
{
    char path[OUTLET_PATH_BYTES];
    path_of(outlet, next, path);
    const int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return error_set(error, ERROR_IO, "%s: cannot be made: %s", path, strerror(errno));
    if (outlet->descriptor >= 0)
        close(outlet->descriptor);
    outlet->descriptor = descriptor;
    outlet->name = *next;
    outlet->bytes = 0;
    if (fsync(outlet->lock) != 0)
        return error_set(error, ERROR_IO, "%s: cannot be synced: %s", outlet->folder, strerror(errno));
    return file_set_trim(outlet->folder, outlet->keep, error);
}

/* The lines of a batch that are not in the file, in one block; the caller frees it. */
static char *collect(const struct file_outlet *outlet, const struct outlet_batch *batch, size_t *length)
{
    char *block = NULL;
    FILE *memory = open_memstream(&block, length);
    CHECK(memory);
    for (size_t i = 0; i < batch->count; i++) {
        if (is_written(outlet, &batch->alerts[i]))
            continue;
        fwrite(batch->alerts[i].json, 1, batch->alerts[i].json_length, memory);
        fputc('\n', memory);
    }
    CHECK(fclose(memory) == 0);
    return block;
}

/* Takes back what an append that failed has left behind. */
static bool cut(const struct file_outlet *outlet)
{
    return ftruncate(outlet->descriptor, (off_t)outlet->bytes) == 0;
}

/* Appends and syncs, all or nothing. */
static bool append(struct file_outlet *outlet, const char *block, size_t length)
{
    size_t done = 0;
    if (!cut(outlet)) /* it may have failed below */
        return false;
    for (ssize_t written; done < length; done += (size_t)written) {
        written = write(outlet->descriptor, block + done, length - done);
        if (written < 0 && errno == EINTR)
            written = 0;
        else if (written <= 0)
            break;
    }
    if (done == length && fdatasync(outlet->descriptor) == 0) {
        outlet->bytes += length;
        return true;
    }
    const int cause = errno;
    cut(outlet);
    errno = cause;
    return false;
}

static void file_deliver(void *state, struct outlet_batch *batch)
{
    struct file_outlet *outlet = state;
    struct file_name next;
    struct error error;
    size_t length = 0;
    if (is_rotation_due(outlet, batch, &next) && rotate(outlet, &next, &error)) {
        outlet_answer(&batch->answers[0], OUTLET_RETRY, "%s", error.text);
        return;
    }
    char *block = collect(outlet, batch, &length);
    const bool is_done = length == 0 || append(outlet, block, length);
    free(block);
    if (!is_done) {
        outlet_answer(&batch->answers[0], OUTLET_RETRY, "%s: cannot be appended to: %s", outlet->folder,
                      strerror(errno));
        return;
    }
    for (size_t i = 0; i < batch->count; i++) {
        if (!is_written(outlet, &batch->alerts[i]))
            remember(outlet, batch->alerts[i].json, batch->alerts[i].json_length);
        batch->answers[i].outcome = OUTLET_DELIVERED;
    }
}

const struct outlet outlet_file = {
    .name = "file",
    .summary = "NDJSON files that rotate by size and day",
    .settings = &settings,
    .batch_max = OUTLET_BATCH_MAX,
    .modes = 1u << MODE_SHADOW | 1u << MODE_ALERT | 1u << MODE_PROPOSE | 1u << MODE_ENFORCE,
    .open = file_open,
    .close = file_close,
    .deliver = file_deliver,
};
