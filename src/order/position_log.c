/* SPDX-License-Identifier: Apache-2.0
 * position_log.md has the form of the files. */
#include "simsieve/order/position_log.h"

#include "simsieve/base/checked_line.h"
#include "simsieve/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEGMENT_BYTES_MAX (16u << 20)
#define LINE_BYTES_MAX    1024
#define BUFFER_BYTES      (256u * 1024)
#define PATH_BYTES        4096

struct source {
    char *feed, *name;
};

struct segment {
    uint64_t number;
    uint64_t bytes;
};

struct position_log {
    char folder[PATH_BYTES - 64];
    bool is_readonly;
    int lock;
    uint64_t bytes_max;
    struct segment *segments;
    size_t segment_count;
    struct source *sources;
    uint32_t source_count;

    /* reading */
    FILE *input;
    size_t input_segment; /* of `segments` */
    uint64_t line_number, good_bytes;
    char line[LINE_BYTES_MAX];

    /* adding; the run's thread */
    int output; /* -1: none yet */
    pthread_mutex_t
        output_lock;    /* who syncs against who opens the next segment; never on the path of a record */
    bool needs_sources; /* the segment is new and does not name them yet */
    struct position_entry pending; /* a run that may grow */
    bool has_pending;
    char *buffer;
    size_t buffered;
    struct position_log_counters counters;
};

static void path_of(const struct position_log *log, uint64_t number, char path[static PATH_BYTES])
{
    snprintf(path, PATH_BYTES, "%s/positions-%012" PRIu64 ".log", log->folder, number);
}

static enum error_class failed(const struct position_log *log, const char *step, struct error *error)
{
    return error_set(error, ERROR_IO, "%s: %s the position log failed: %s", log->folder, step,
                     strerror(errno));
}

static enum error_class find_segments(struct position_log *log, struct error *error)
{
    char pattern[PATH_BYTES];
    glob_t found;
    struct stat status;
    snprintf(pattern, sizeof(pattern), "%s/positions-????????????.log", log->folder);
    const int result = glob(pattern, 0, NULL, &found); /* sorted by name, which is by number */
    if (result == GLOB_NOMATCH)
        return ERROR_OK;
    if (result != 0)
        return failed(log, "listing", error);
    log->segments = calloc(found.gl_pathc, sizeof(*log->segments));
    CHECK(log->segments);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *number = strrchr(found.gl_pathv[i], '-') + 1;
        if (!text_parse_u64(number, 12, UINT64_MAX, &log->segments[log->segment_count].number))
            continue;
        if (stat(found.gl_pathv[i], &status) == 0)
            log->segments[log->segment_count].bytes = (uint64_t)status.st_size;
        log->segment_count++;
    }
    globfree(&found);
    return ERROR_OK;
}

static enum error_class take_lock(struct position_log *log, struct error *error)
{
    char path[PATH_BYTES];
    if (mkdir(log->folder, 0700) != 0 && errno != EEXIST)
        return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be created: %s", log->folder,
                         strerror(errno));
    snprintf(path, sizeof(path), "%s/positions.lock", log->folder);
    log->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (log->lock < 0)
        return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be created: %s", path, strerror(errno));
    if (flock(log->lock, LOCK_EX | LOCK_NB) != 0)
        return error_set(error, ERROR_CONFIG,
                         "%s: another process uses this folder; stop it, or give each its own", log->folder);
    return ERROR_OK;
}

static struct position_log *log_open(const char *folder, bool is_readonly, uint64_t bytes_max,
                                     struct error *error)
{
    struct position_log *log = calloc(1, sizeof(*log));
    CHECK(log && strlen(folder) < sizeof(log->folder));
    snprintf(log->folder, sizeof(log->folder), "%s", folder);
    log->is_readonly = is_readonly;
    log->bytes_max = bytes_max;
    log->lock = -1;
    log->output = -1;
    CHECK(pthread_mutex_init(&log->output_lock, NULL) == 0);
    log->buffer = malloc(BUFFER_BYTES);
    CHECK(log->buffer);
    if ((is_readonly ? ERROR_OK : take_lock(log, error)) || find_segments(log, error)) {
        position_log_close(log);
        return NULL;
    }
    return log;
}

struct position_log *position_log_open(const char *folder, uint64_t bytes_max, struct error *error)
{
    return log_open(folder, false, bytes_max, error);
}

struct position_log *position_log_open_readonly(const char *folder, struct error *error)
{
    struct position_log *log = log_open(folder, true, UINT64_MAX, error);
    if (!log || log->segment_count > 0)
        return log;
    position_log_close(log);
    error_set(error, ERROR_NO_INPUT, "%s: there is no position log", folder);
    return NULL;
}

void position_log_close(struct position_log *log)
{
    if (!log)
        return;
    if (log->output >= 0)
        close(log->output);
    pthread_mutex_destroy(&log->output_lock);
    if (log->input)
        fclose(log->input);
    if (log->lock >= 0)
        close(log->lock);
    for (uint32_t i = 0; i < log->source_count; i++) {
        free(log->sources[i].feed);
        free(log->sources[i].name);
    }
    free(log->sources);
    free(log->segments);
    free(log->buffer);
    free(log);
}

static bool read_number(const char *text, uint64_t max, uint64_t *value)
{
    return text_parse_u64(text, strlen(text), max, value);
}

static void add_source(struct position_log *log, const char *feed, const char *name)
{
    log->sources = realloc(log->sources, (log->source_count + 1) * sizeof(*log->sources));
    CHECK(log->sources);
    struct source *source = &log->sources[log->source_count++];
    source->feed = strdup(feed);
    source->name = strdup(name);
    CHECK(source->feed && source->name);
}

/* False for what is no line of this log. A segment repeats the sources that are known already. */
static bool read_source(struct position_log *log, char *fields[], size_t count, struct position_entry *entry)
{
    uint64_t number;
    if (count != 4 || !read_number(fields[1], FEED_SOURCE_COUNT_MAX - 1, &number) ||
        number > log->source_count)
        return false;
    if (number == log->source_count)
        add_source(log, fields[2], fields[3]);
    *entry = (struct position_entry){.kind = POSITION_SOURCE, .source = (uint32_t)number};
    return strcmp(log->sources[number].feed, fields[2]) == 0 &&
           strcmp(log->sources[number].name, fields[3]) == 0;
}

static bool read_run(struct position_log *log, char *fields[], size_t count, struct position_entry *entry)
{
    uint64_t numbers[6];
    for (size_t i = 1; i < count; i++)
        if (!read_number(fields[i], UINT64_MAX, &numbers[i - 1]))
            return false;
    if (count != 7 || numbers[0] >= log->source_count)
        return false;
    *entry = (struct position_entry){.kind = POSITION_RUN,
                                     .source = (uint32_t)numbers[0],
                                     .count = numbers[1],
                                     .begin = {numbers[2], (uint32_t)numbers[3]},
                                     .end = {numbers[4], (uint32_t)numbers[5]}};
    return true;
}

static bool read_entry(struct position_log *log, struct position_entry *entry)
{
    char *fields[8];
    bool is_good = false;
    if (!checked_line_open(log->line))
        return false;
    const size_t count = checked_line_split(log->line, fields, ARRAY_COUNT(fields));
    if (strcmp(fields[0], "s") == 0)
        is_good = read_source(log, fields, count, entry);
    else if (strcmp(fields[0], "r") == 0)
        is_good = read_run(log, fields, count, entry);
    else if (strcmp(fields[0], "m") == 0 && count == 3) {
        *entry = (struct position_entry){.kind = POSITION_MARK, .word = fields[1], .text = fields[2]};
        return true;
    }
    if (is_good) {
        entry->feed = log->sources[entry->source].feed;
        entry->name = log->sources[entry->source].name;
    }
    return is_good;
}

/* True when no whole line follows: what is damaged is the end, written while the process or the machine died. */
static bool is_at_end(struct position_log *log)
{
    if (log->input_segment + 1 < log->segment_count)
        return false;
    while (fgets(log->line, sizeof(log->line), log->input))
        if (checked_line_open(log->line))
            return false;
    return true;
}

/* The end of the last segment was written half: it goes on from the last whole line. */
static void cut_end(struct position_log *log)
{
    struct segment *segment = &log->segments[log->input_segment];
    char path[PATH_BYTES];
    path_of(log, segment->number, path);
    log->counters.cut_bytes += segment->bytes - log->good_bytes;
    if (!log->is_readonly && truncate(path, (off_t)log->good_bytes) == 0)
        segment->bytes = log->good_bytes;
}

/* Opens the segment to read next; false when there is none. */
static bool open_input(struct position_log *log, struct error *error)
{
    char path[PATH_BYTES];
    if (log->input_segment == log->segment_count)
        return false;
    path_of(log, log->segments[log->input_segment].number, path);
    log->input = fopen(path, "re");
    log->line_number = log->good_bytes = 0;
    if (!log->input)
        error_set(error, ERROR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    return log->input != NULL;
}

bool position_log_next(struct position_log *log, struct position_entry *entry, struct error *error)
{
    error->class = ERROR_OK;
    while (log->input || open_input(log, error)) {
        log->line_number++;
        if (fgets(log->line, sizeof(log->line), log->input)) {
            const size_t length = strlen(log->line);
            if (read_entry(log, entry)) {
                log->good_bytes += length;
                return true;
            }
            if (!is_at_end(log)) {
                char path[PATH_BYTES];
                path_of(log, log->segments[log->input_segment].number, path);
                error_set(error, ERROR_DATA,
                          "%s:%" PRIu64
                          ": this line is damaged, and nothing after it can be trusted; move the "
                          "folder away to start anew",
                          path, log->line_number);
                return false;
            }
            cut_end(log);
        }
        fclose(log->input);
        log->input = NULL;
        log->input_segment++;
    }
    return false;
}

static size_t line_of_source(const struct position_log *log, uint32_t source,
                             char line[static LINE_BYTES_MAX])
{
    const int length = snprintf(line, LINE_BYTES_MAX - CHECKED_LINE_EXTRA_BYTES, "s,%" PRIu32 ",%s,%s",
                                source, log->sources[source].feed, log->sources[source].name);
    return checked_line_close(line, (size_t)length);
}

/* Where the next line of the buffer goes. What is added between two calls of position_log_write is bounded. */
static char *next_line(struct position_log *log)
{
    CHECK(BUFFER_BYTES - log->buffered > LINE_BYTES_MAX);
    return log->buffer + log->buffered;
}

static void append_pending(struct position_log *log)
{
    const struct position_entry *run = &log->pending;
    if (!log->has_pending)
        return;
    char *line = next_line(log);
    const int length =
        snprintf(line, LINE_BYTES_MAX - CHECKED_LINE_EXTRA_BYTES,
                 "r,%" PRIu32 ",%" PRIu64 ",%" PRIu64 ",%" PRIu32 ",%" PRIu64 ",%" PRIu32, run->source,
                 run->count, run->begin.offset, run->begin.skip, run->end.offset, run->end.skip);
    log->buffered += checked_line_close(line, (size_t)length);
    log->has_pending = false;
}

uint32_t position_log_source(struct position_log *log, const char *feed, const char *name)
{
    for (uint32_t i = 0; i < log->source_count; i++)
        if (strcmp(log->sources[i].feed, feed) == 0 && strcmp(log->sources[i].name, name) == 0)
            return i;
    if (log->source_count == FEED_SOURCE_COUNT_MAX)
        return POSITION_NO_SOURCE;
    append_pending(log);
    add_source(log, feed, name);
    log->buffered += line_of_source(log, log->source_count - 1, next_line(log));
    log->counters.sources = log->source_count;
    return log->source_count - 1;
}

void position_log_add(struct position_log *log, uint32_t source, uint64_t count, struct position begin,
                      struct position end)
{
    struct position_entry *run = &log->pending;
    if (log->has_pending && run->source == source && position_compare(run->end, begin) == 0) {
        run->count += count;
        run->end = end;
        return;
    }
    append_pending(log);
    *run = (struct position_entry){.source = source, .count = count, .begin = begin, .end = end};
    log->has_pending = true;
}

void position_log_mark(struct position_log *log, const char *word, const char *text)
{
    append_pending(log);
    char *line = next_line(log);
    const int length = snprintf(line, LINE_BYTES_MAX - CHECKED_LINE_EXTRA_BYTES, "m,%s,%s", word, text);
    log->buffered += checked_line_close(line, (size_t)length);
}

/* All of it or nothing: half a line would be damage once more is written behind it. */
static enum error_class write_all(struct position_log *log, const char *bytes, size_t length,
                                  struct error *error)
{
    struct segment *segment = &log->segments[log->segment_count - 1];
    for (size_t at = 0; at < length;) {
        const ssize_t written = write(log->output, bytes + at, length - at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            failed(log, "writing", error);
            if (at > 0 && ftruncate(log->output, (off_t)segment->bytes) != 0)
                failed(log, "mending", error);
            return error->class;
        }
        at += (size_t)written;
    }
    segment->bytes += length;
    log->counters.bytes += length;
    return ERROR_OK;
}

/* Deletes the oldest segments while the log is larger than its limit. */
static void delete_oldest(struct position_log *log)
{
    char path[PATH_BYTES];
    log->counters.bytes = 0;
    for (size_t i = 0; i < log->segment_count; i++)
        log->counters.bytes += log->segments[i].bytes;
    while (log->segment_count > 1 && log->counters.bytes > log->bytes_max) {
        path_of(log, log->segments[0].number, path);
        unlink(path);
        log->counters.bytes -= log->segments[0].bytes;
        log->counters.segments_deleted++;
        memmove(log->segments, log->segments + 1, --log->segment_count * sizeof(*log->segments));
    }
}

static enum error_class open_segment(struct position_log *log, struct error *error)
{
    char path[PATH_BYTES];
    const uint64_t number = log->segment_count ? log->segments[log->segment_count - 1].number + 1 : 1;
    path_of(log, number, path);
    if (log->output >= 0 && fdatasync(log->output) != 0)
        return failed(log, "syncing", error);
    const int output = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (output < 0)
        return failed(log, "making a segment of", error);
    pthread_mutex_lock(&log->output_lock);
    if (log->output >= 0)
        close(log->output);
    log->output = output;
    pthread_mutex_unlock(&log->output_lock);
    log->segments = realloc(log->segments, (log->segment_count + 1) * sizeof(*log->segments));
    CHECK(log->segments);
    log->segments[log->segment_count++] = (struct segment){.number = number};
    log->needs_sources = true;
    delete_oldest(log);
    return ERROR_OK;
}

/* A new segment begins with every source known by now, those in the buffer included. */
static enum error_class write_sources(struct position_log *log, struct error *error)
{
    char *lines = malloc((size_t)LINE_BYTES_MAX * (log->source_count + 1));
    size_t length = 0;
    CHECK(lines);
    for (uint32_t i = 0; i < log->source_count; i++)
        length += line_of_source(log, i, lines + length);
    const enum error_class class = write_all(log, lines, length, error);
    log->needs_sources = class != ERROR_OK;
    free(lines);
    return class;
}

enum error_class position_log_write(struct position_log *log, struct error *error)
{
    append_pending(log);
    if (log->buffered == 0)
        return ERROR_OK;
    const bool is_full = log->output < 0 || log->segments[log->segment_count - 1].bytes > SEGMENT_BYTES_MAX;
    if ((is_full && open_segment(log, error)) || (log->needs_sources && write_sources(log, error)) ||
        write_all(log, log->buffer, log->buffered, error))
        return error->class;
    log->buffered = 0;
    return ERROR_OK;
}

enum error_class position_log_sync(struct position_log *log, struct error *error)
{
    enum error_class class = ERROR_OK;
    pthread_mutex_lock(&log->output_lock);
    if (log->output >= 0 && fdatasync(log->output) != 0)
        class = failed(log, "syncing", error);
    pthread_mutex_unlock(&log->output_lock);
    return class;
}

struct position_log_counters position_log_counters(const struct position_log *log)
{
    return log->counters;
}
