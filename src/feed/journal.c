/* SPDX-License-Identifier: Apache-2.0
 * journal.md has the form of the files. */
#include "journal.h"

#include "journal_writer.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/region.h"
#include "simsieve/base/text.h"
#include "simsieve/log/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES      4096
#define NAME_DIGITS     20
#define ENTRY_BYTES_MAX (128u << 10)
#define WINDOW_BYTES    (1u << 20)

struct segment {
    uint64_t begin;
    uint64_t bytes; /* durable */
};

struct journal {
    struct journal_options options;
    char folder[PATH_BYTES - 64];
    struct segment *segments; /* by offset */
    size_t segment_count, segment_capacity;
    uint64_t bytes; /* of all segments */
    uint64_t released;
    uint64_t durable;
    struct journal_counters counters;

    /* writing: all that is not durable yet, in two buffers: one is filled while the other is being synced */
    int output; /* the last segment; -1: the next group opens one */
    struct journal_writer *writer;
    struct region buffers[2];
    unsigned filling; /* of the two */
    size_t buffered;  /* in it */
    size_t writing;   /* in the other; kept until it is durable */
    bool is_writing;  /* by the writer, now */
    uint64_t buffered_since_ns;

    /* reading: a window of one segment */
    int input;
    size_t input_index; /* of the segment that `input` is */
    uint8_t *window;
    uint64_t window_offset;
    size_t window_bytes;
};

static void path_of(const struct journal *journal, uint64_t begin, char path[static PATH_BYTES])
{
    snprintf(path, PATH_BYTES, "%s/journal-%0*" PRIu64 ".log", journal->folder, NAME_DIGITS, begin);
}

/* ---- entries ---- */

static uint64_t checksum_of(const uint8_t *bytes, size_t length, uint64_t offset)
{
    return hash_bytes(bytes, length) ^ hash_fixed(offset ^ hash_fixed(length));
}

/* The length of the whole entry at the front of `room` bytes, 0 when there is none. */
static size_t entry_at(const uint8_t *bytes, size_t room, uint64_t offset)
{
    uint64_t checksum;
    uint32_t length;
    if (room < JOURNAL_HEADER_BYTES)
        return 0;
    memcpy(&checksum, bytes, sizeof(checksum));
    memcpy(&length, bytes + sizeof(checksum), sizeof(length));
    if (length > ENTRY_BYTES_MAX || length > room - JOURNAL_HEADER_BYTES ||
        checksum != checksum_of(bytes + JOURNAL_HEADER_BYTES, length, offset))
        return 0;
    return JOURNAL_HEADER_BYTES + length;
}

/* ---- segments ---- */

static void add_segment(struct journal *journal, uint64_t begin, uint64_t bytes)
{
    if (journal->segment_count == journal->segment_capacity) {
        journal->segment_capacity = journal->segment_capacity ? 2 * journal->segment_capacity : 16;
        journal->segments =
            realloc(journal->segments, journal->segment_capacity * sizeof(*journal->segments));
        CHECK(journal->segments);
    }
    journal->segments[journal->segment_count++] = (struct segment){begin, bytes};
    journal->bytes += bytes;
}

static int compare_segments(const void *a, const void *b)
{
    const uint64_t first = ((const struct segment *)a)->begin, second = ((const struct segment *)b)->begin;
    return first < second ? -1 : first > second;
}

static bool read_name(const char *name, uint64_t *begin)
{
    return strlen(name) == 8 + NAME_DIGITS + 4 && strncmp(name, "journal-", 8) == 0 &&
           strcmp(name + 8 + NAME_DIGITS, ".log") == 0 &&
           text_parse_u64(name + 8, NAME_DIGITS, UINT64_MAX, begin);
}

static enum error_class find_segments(struct journal *journal, struct error *error)
{
    DIR *folder = opendir(journal->folder);
    const struct dirent *entry;
    if (!folder)
        return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be read: %s", journal->folder,
                         strerror(errno));
    while ((entry = readdir(folder))) {
        char path[PATH_BYTES];
        struct stat status;
        uint64_t begin;
        if (!read_name(entry->d_name, &begin))
            continue;
        path_of(journal, begin, path);
        if (stat(path, &status) == 0)
            add_segment(journal, begin, (uint64_t)status.st_size);
    }
    closedir(folder);
    if (journal->segment_count > 0)
        qsort(journal->segments, journal->segment_count, sizeof(*journal->segments), compare_segments);
    return ERROR_OK;
}

/* The segment that holds `offset` or ends before it; SIZE_MAX when all begin behind it. */
static size_t segment_of(const struct journal *journal, uint64_t offset)
{
    size_t low = 0, high = journal->segment_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (journal->segments[middle].begin <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

static void close_input(struct journal *journal)
{
    if (journal->input >= 0)
        close(journal->input);
    journal->input = -1;
    journal->window_bytes = 0;
}

/* The bytes from `offset` on, as many as there are at once, at least `wanted` of those the segment has; NULL when they
 * cannot be read. */
static const uint8_t *look(struct journal *journal, size_t index, uint64_t offset, size_t wanted,
                           size_t *length)
{
    const struct segment *segment = &journal->segments[index];
    const uint64_t left = segment->begin + segment->bytes - offset;
    const uint64_t inside = offset - journal->window_offset;
    wanted = u64_min(wanted, left);
    if (journal->input < 0 || journal->input_index != index) {
        char path[PATH_BYTES];
        close_input(journal);
        path_of(journal, segment->begin, path);
        journal->input = open(path, O_RDONLY | O_CLOEXEC);
        journal->input_index = index;
    } else if (offset >= journal->window_offset && inside <= journal->window_bytes &&
               journal->window_bytes - inside >= wanted) {
        *length = journal->window_bytes - inside;
        return journal->window + inside;
    }
    const ssize_t count =
        pread(journal->input, journal->window, u64_min(WINDOW_BYTES, left), (off_t)(offset - segment->begin));
    if (count < 0)
        return NULL;
    journal->window_offset = offset;
    journal->window_bytes = *length = (size_t)count;
    return journal->window;
}

/* The whole entry at `offset`, NULL when there is none. */
static const uint8_t *find_entry(struct journal *journal, size_t index, uint64_t offset, size_t *length)
{
    size_t room;
    const uint8_t *bytes = look(journal, index, offset, JOURNAL_HEADER_BYTES, &room);
    *length = bytes ? entry_at(bytes, room, offset) : 0;
    if (*length == 0 && bytes && room < JOURNAL_HEADER_BYTES + ENTRY_BYTES_MAX) { /* the window may cut it */
        bytes = look(journal, index, offset, JOURNAL_HEADER_BYTES + ENTRY_BYTES_MAX, &room);
        *length = bytes ? entry_at(bytes, room, offset) : 0;
    }
    return *length ? bytes : NULL;
}

/* ---- opening ---- */

/* What a crash left behind the last whole entry is cut off. */
static enum error_class cut_end(struct journal *journal, struct error *error)
{
    const size_t index = journal->segment_count - 1;
    struct segment *last = &journal->segments[index];
    const uint64_t end = last->begin + last->bytes;
    uint64_t offset = last->begin;
    size_t length;
    char path[PATH_BYTES];
    while (offset < end && find_entry(journal, index, offset, &length))
        offset += length;
    close_input(journal);
    journal->durable = offset;
    if (journal->options.is_readonly) {
        last->bytes = offset - last->begin;
        return ERROR_OK;
    }
    path_of(journal, last->begin, path);
    journal->output = open(path, O_WRONLY | O_CLOEXEC);
    if (journal->output < 0)
        return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be opened: %s", path, strerror(errno));
    if (offset == end)
        return ERROR_OK;
    if (ftruncate(journal->output, (off_t)(offset - last->begin)) != 0 || fdatasync(journal->output) != 0)
        return error_set(error, ERROR_IO, "%s: its torn end cannot be cut: %s", path, strerror(errno));
    log_write(LOG_WARNING, "%s: %" PRIu64 " bytes at its end were not complete when the last run broke off",
              path, end - offset);
    journal->counters.cut_bytes = end - offset;
    journal->bytes -= end - offset;
    last->bytes -= end - offset;
    return ERROR_OK;
}

struct journal *journal_open(const struct journal_options *options, struct error *error)
{
    struct journal *journal = calloc(1, sizeof(*journal));
    CHECK(journal && strlen(options->folder) < sizeof(journal->folder));
    snprintf(journal->folder, sizeof(journal->folder), "%s", options->folder);
    journal->options = *options;
    journal->input = journal->output = -1;
    journal->window = malloc(WINDOW_BYTES);
    CHECK(journal->window);
    const size_t buffer_bytes =
        options->group_bytes + ENTRY_BYTES_MAX + JOURNAL_HEADER_BYTES + options->spare_bytes;
    if (region_open(&journal->buffers[0], buffer_bytes, false, error) ||
        region_open(&journal->buffers[1], buffer_bytes, false, error) || find_segments(journal, error) ||
        (journal->segment_count > 0 && cut_end(journal, error))) {
        journal_close(journal);
        return NULL;
    }
    if (!options->is_readonly)
        journal->writer = journal_writer_create();
    return journal;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    journal_writer_destroy(journal->writer);
    close_input(journal);
    if (journal->output >= 0)
        close(journal->output);
    region_close(&journal->buffers[0]);
    region_close(&journal->buffers[1]);
    free(journal->segments);
    free(journal->window);
    free(journal);
}

/* ---- places ---- */

uint64_t journal_begin(const struct journal *journal)
{
    return journal->segment_count ? journal->segments[0].begin : journal->durable;
}

uint64_t journal_durable(const struct journal *journal)
{
    return journal->durable;
}

uint64_t journal_end(const struct journal *journal)
{
    return journal->durable + journal->writing + journal->buffered;
}

uint64_t journal_segment_before(const struct journal *journal, uint64_t offset)
{
    const size_t index = segment_of(journal, offset);
    if (index == SIZE_MAX)
        return journal_begin(journal);
    return journal->segments[index > 0 ? index - 1 : 0].begin;
}

void journal_skip_to(struct journal *journal, uint64_t offset)
{
    CHECK(!journal_is_dirty(journal));
    if (offset <= journal->durable)
        return;
    if (journal->output >= 0)
        close(journal->output);
    journal->output = -1;
    journal->durable = offset;
}

/* ---- writing ---- */

void journal_append(struct journal *journal, struct octets head, struct octets body, uint64_t now_ns)
{
    const uint32_t length = (uint32_t)(head.length + body.length);
    CHECK(!journal->options.is_readonly);
    const struct region *buffer = &journal->buffers[journal->filling];
    uint8_t *entry = (uint8_t *)buffer->base + journal->buffered;
    CHECK(length <= ENTRY_BYTES_MAX && buffer->bytes - journal->buffered >= JOURNAL_HEADER_BYTES + length);
    memcpy(entry + JOURNAL_HEADER_BYTES, head.bytes, head.length);
    memcpy(entry + JOURNAL_HEADER_BYTES + head.length, body.bytes, body.length);
    const uint64_t checksum = checksum_of(entry + JOURNAL_HEADER_BYTES, length, journal_end(journal));
    memcpy(entry, &checksum, sizeof(checksum));
    memcpy(entry + sizeof(checksum), &length, sizeof(length));
    memset(entry + sizeof(checksum) + sizeof(length), 0, 4);
    if (journal->buffered == 0)
        journal->buffered_since_ns = now_ns;
    journal->buffered += JOURNAL_HEADER_BYTES + length;
    journal->counters.entries++;
}

bool journal_is_full(const struct journal *journal)
{
    return journal->buffered >= journal->options.group_bytes;
}

bool journal_is_due(const struct journal *journal, uint64_t now_ns)
{
    return journal_is_full(journal) ||
           (journal->buffered > 0 && now_ns - journal->buffered_since_ns >= journal->options.group_ns);
}

/* Makes the file for what is to be written. A name that was not synced may be gone after a power cut. */
static enum error_class open_segment(struct journal *journal, struct error *error)
{
    char path[PATH_BYTES];
    path_of(journal, journal->durable, path);
    const int output = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const int folder = output < 0 ? -1 : open(journal->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || fsync(folder) != 0) {
        error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be created: %s", path, strerror(errno));
        if (folder >= 0)
            close(folder);
        if (output >= 0)
            close(output);
        return error->class;
    }
    close(folder);
    if (journal->output >= 0)
        close(journal->output);
    journal->output = output;
    add_segment(journal, journal->durable, 0);
    return ERROR_OK;
}

enum error_class journal_start_sync(struct journal *journal, struct error *error)
{
    if (journal->is_writing || !journal_is_dirty(journal))
        return ERROR_OK;
    const size_t count = journal->segment_count;
    const bool is_full = count > 0 && journal->segments[count - 1].bytes >= journal->options.segment_bytes;
    if ((journal->output < 0 || is_full) && open_segment(journal, error)) {
        journal->counters.failed_syncs++;
        return error->class;
    }
    if (journal->writing == 0) {
        journal->writing = journal->buffered;
        journal->buffered = 0;
        journal->filling ^= 1;
    }
    journal->is_writing = true;
    journal_writer_start(journal->writer, journal->output, journal->buffers[journal->filling ^ 1].base,
                         journal->writing, journal->segments[journal->segment_count - 1].bytes);
    return ERROR_OK;
}

/* Takes note of the group that is being synced, if it has been, or with `waits` once it has. */
static enum error_class end_sync(struct journal *journal, bool waits, struct error *error)
{
    int cause;
    if (!journal->is_writing || !journal_writer_has_ended(journal->writer, waits, &cause))
        return ERROR_OK;
    journal->is_writing = false;
    if (cause) {
        journal->counters.failed_syncs++;
        return error_set(error, ERROR_IO,
                         "%s: the journal cannot be written: %s; make room, or mend the disk",
                         journal->folder, strerror(cause));
    }
    journal->segments[journal->segment_count - 1].bytes += journal->writing;
    journal->bytes += journal->writing;
    journal->durable += journal->writing;
    journal->writing = 0;
    journal->counters.syncs++;
    return ERROR_OK;
}

enum error_class journal_look(struct journal *journal, struct error *error)
{
    return end_sync(journal, false, error);
}

enum error_class journal_sync(struct journal *journal, struct error *error)
{
    enum error_class class = end_sync(journal, true, error);
    while (!class && journal_is_dirty(journal)) {
        class = journal_start_sync(journal, error);
        if (!class)
            class = end_sync(journal, true, error);
    }
    return class;
}

/* ---- room ---- */

static void delete_oldest(struct journal *journal)
{
    char path[PATH_BYTES];
    close_input(journal);
    path_of(journal, journal->segments[0].begin, path);
    if (unlink(path) != 0)
        log_write(LOG_WARNING, "%s: cannot be deleted: %s", path, strerror(errno));
    journal->bytes -= journal->segments[0].bytes;
    journal->segment_count--;
    memmove(journal->segments, journal->segments + 1, journal->segment_count * sizeof(*journal->segments));
    journal->counters.deleted++;
}

static bool oldest_is_released(const struct journal *journal)
{
    return journal->segment_count > 1 && journal->segments[1].begin <= journal->released;
}

static bool oldest_is_old(const struct journal *journal, int64_t now_ms)
{
    char path[PATH_BYTES];
    struct stat status;
    path_of(journal, journal->segments[0].begin, path);
    return stat(path, &status) != 0 || (int64_t)status.st_mtime * 1000 <= now_ms - journal->options.keep_ms;
}

void journal_release(struct journal *journal, uint64_t offset, int64_t now_ms)
{
    journal->released = u64_max(journal->released, offset);
    CHECK(!journal->options.is_readonly);
    while (oldest_is_released(journal) && oldest_is_old(journal, now_ms))
        delete_oldest(journal);
}

bool journal_has_room(struct journal *journal, size_t length)
{
    const uint64_t wanted = journal->writing + journal->buffered + JOURNAL_HEADER_BYTES + length;
    while (journal->bytes + wanted > journal->options.bytes_max && oldest_is_released(journal))
        delete_oldest(journal);
    return journal->bytes + wanted <= journal->options.bytes_max;
}

/* ---- reading ---- */

enum journal_status journal_read(struct journal *journal, uint64_t offset, struct octets *bytes,
                                 uint64_t *next)
{
    size_t index = segment_of(journal, offset), length;
    const bool is_past =
        index == SIZE_MAX || offset >= journal->segments[index].begin + journal->segments[index].bytes;
    if (is_past) {
        if (index + 1 == journal->segment_count) /* SIZE_MAX + 1 is 0: there is no segment */
            return JOURNAL_END;
        *next = journal->segments[index + 1].begin;
        return JOURNAL_GAP;
    }
    const uint8_t *entry = find_entry(journal, index, offset, &length);
    if (entry) {
        *bytes = (struct octets){entry + JOURNAL_HEADER_BYTES, length - JOURNAL_HEADER_BYTES};
        *next = offset + length;
        return JOURNAL_ENTRY;
    }
    journal->counters.gaps++;
    log_write(LOG_WARNING, "%s: the journal is damaged at %" PRIu64 "; the rest of that file is lost",
              journal->folder, offset);
    *next = journal->segments[index].begin + journal->segments[index].bytes;
    return JOURNAL_GAP;
}

uint64_t journal_count(struct journal *journal, uint64_t offset)
{
    struct octets bytes;
    uint64_t count = 0;
    enum journal_status status;
    while ((status = journal_read(journal, offset, &bytes, &offset)) != JOURNAL_END)
        count += status == JOURNAL_ENTRY;
    return count;
}

const struct journal_counters *journal_counters(const struct journal *journal)
{
    return &journal->counters;
}
