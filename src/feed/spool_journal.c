/* SPDX-License-Identifier: Apache-2.0
 * Entries are a ring by ordinal; two tables of chains find them by name and by content. A chain leads from newer to older
 * entries, so the oldest entry is always the last of its chains: it is forgotten by no longer walking that far. */
#include "spool_lines.h"

#include "simsieve/base/checked_line.h"
#include "simsieve/base/hash.h"
#include "simsieve/base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LINE_BYTES_MAX 1280 /* a name of 255 bytes, each escaped in three, and the numbers */
#define JOURNAL_MODE   0600
#define REWRITE_FACTOR 8 /* the file is written anew at the start when it has more lines an entry than this */

struct spool_journal {
    char path[SPOOL_PATH_BYTES];
    int lock, file;
    uint64_t bytes, line_count;
    bool is_torn;                /* behind `bytes` lies half a line that could not be removed */
    struct spool_entry *entries; /* capacity */
    uint64_t capacity, first, next;
    uint64_t *name_buckets, *content_buckets; /* bucket_mask + 1 */
    uint64_t bucket_mask;
    struct hash_key secret;
};

static struct spool_entry *entry_at(const struct spool_journal *journal, uint64_t ordinal)
{
    if (ordinal < journal->first || ordinal >= journal->next)
        return NULL;
    return &journal->entries[ordinal % journal->capacity];
}

const struct spool_entry *spool_journal_at(const struct spool_journal *journal, uint64_t ordinal)
{
    return entry_at(journal, ordinal);
}

uint64_t spool_journal_first(const struct spool_journal *journal)
{
    return journal->first;
}

uint64_t spool_journal_next(const struct spool_journal *journal)
{
    return journal->next;
}

static uint64_t *bucket_of_name(const struct spool_journal *journal, const char *name)
{
    const uint64_t hash = hash_keyed(hash_bytes(name, strlen(name)), &journal->secret);
    return &journal->name_buckets[hash & journal->bucket_mask];
}

static uint64_t *bucket_of_content(const struct spool_journal *journal, const struct spool_content *content)
{
    return &journal->content_buckets[hash_keyed(content->low, &journal->secret) & journal->bucket_mask];
}

uint64_t spool_journal_find_name(const struct spool_journal *journal, const char *name)
{
    const struct spool_entry *entry;
    for (uint64_t ordinal = *bucket_of_name(journal, name); (entry = spool_journal_at(journal, ordinal));
         ordinal = entry->older_name)
        if (strcmp(entry->name, name) == 0)
            return ordinal;
    return SPOOL_NO_ORDINAL;
}

uint64_t spool_journal_find_content(const struct spool_journal *journal, const struct spool_content *content)
{
    const struct spool_entry *entry;
    for (uint64_t ordinal = *bucket_of_content(journal, content);
         (entry = spool_journal_at(journal, ordinal)); ordinal = entry->older_content)
        if (spool_content_equal(&entry->content, content) && (!entry->is_read || entry->items > 0))
            return ordinal;
    return SPOOL_NO_ORDINAL;
}

bool spool_journal_is_full(const struct spool_journal *journal)
{
    return journal->next - journal->first == journal->capacity;
}

void spool_journal_forget(struct spool_journal *journal)
{
    struct spool_entry *entry = entry_at(journal, journal->first);
    CHECK(entry);
    free(entry->name);
    entry->name = NULL;
    journal->first++;
}

static void add_entry(struct spool_journal *journal, const char *name, const struct spool_identity *identity,
                      const struct spool_content *content, uint64_t first)
{
    const uint64_t ordinal = journal->next++;
    struct spool_entry *entry = entry_at(journal, ordinal);
    uint64_t *name_bucket = bucket_of_name(journal, name);
    uint64_t *content_bucket = bucket_of_content(journal, content);
    *entry = (struct spool_entry){.name = strdup(name),
                                  .identity = *identity,
                                  .content = *content,
                                  .first = first,
                                  .older_name = *name_bucket,
                                  .older_content = *content_bucket};
    CHECK(entry->name);
    *name_bucket = ordinal;
    *content_bucket = ordinal;
}

static void forget_all(struct spool_journal *journal, uint64_t next)
{
    while (journal->first < journal->next)
        spool_journal_forget(journal);
    journal->first = journal->next = next;
}

/* ---- the file ---- */

/* What a line says; of an entry that has been forgotten since, nothing. False when it cannot follow those before it. */
static bool apply(struct spool_journal *journal, enum spool_line_kind kind, uint64_t ordinal,
                  const struct spool_entry *said)
{
    struct spool_entry *entry = entry_at(journal, ordinal);
    switch (kind) {
    case SPOOL_LINE_TAKEN:
    case SPOOL_LINE_NEXT:
        if (ordinal < journal->next)
            return kind == SPOOL_LINE_NEXT;
        if (ordinal > journal->next)
            forget_all(journal, ordinal);
        if (kind == SPOOL_LINE_NEXT)
            return true;
        if (spool_journal_is_full(journal))
            spool_journal_forget(journal);
        add_entry(journal, said->name, &said->identity, &said->content, said->first);
        return true;
    case SPOOL_LINE_READ:
        if (entry) {
            entry->is_read = true;
            entry->items = said->items;
            entry->rest = said->rest;
        }
        return true;
    case SPOOL_LINE_SAME:
        if (entry) {
            entry->identity.mtime_ns = said->identity.mtime_ns;
            entry->identity.inode = said->identity.inode;
        }
        return true;
    case SPOOL_LINE_PLACE:
        if (entry)
            entry->place = said->place;
        return true;
    case SPOOL_LINE_COUNT:
        break;
    }
    return false;
}

static bool read_line(struct spool_journal *journal, char *line)
{
    enum spool_line_kind kind;
    uint64_t ordinal;
    struct spool_entry said;
    return checked_line_open(line) && spool_line_parse(line, &kind, &ordinal, &said) &&
           apply(journal, kind, ordinal, &said);
}

/* Reads all lines; `good_bytes` are those up to the last whole one. */
static enum error_class load(struct spool_journal *journal, FILE *input, uint64_t *good_bytes,
                             struct error *error)
{
    char line[LINE_BYTES_MAX];
    uint64_t line_number = 0, bad_line = 0;
    while (fgets(line, sizeof(line), input)) {
        const size_t length = strlen(line);
        line_number++;
        if (bad_line == 0 && read_line(journal, line)) {
            *good_bytes += length;
            continue;
        }
        /* Only the end may be damaged: there the process or the machine died. */
        if (bad_line > 0 && checked_line_open(line))
            return error_set(error, ERROR_DATA,
                             "%s:%" PRIu64
                             ": this line is damaged, and which files were taken cannot be told; "
                             "move the journal away to take all that is in the folder",
                             journal->path, bad_line);
        bad_line = bad_line ? bad_line : line_number;
    }
    journal->line_count = line_number - (bad_line > 0);
    if (ferror(input))
        return error_set(error, ERROR_IO, "%s: cannot be read: %s", journal->path, strerror(errno));
    return ERROR_OK;
}

static void write_line(FILE *stream, enum spool_line_kind kind, uint64_t ordinal,
                       const struct spool_entry *entry)
{
    char line[LINE_BYTES_MAX];
    struct text text = text_over(line, sizeof(line) - CHECKED_LINE_EXTRA_BYTES);
    spool_line_add(&text, kind, ordinal, entry);
    fwrite(line, 1, checked_line_close(line, text.length), stream);
}

/* Writes what is remembered, and nothing else, in place of the file. */
static enum error_class rewrite(struct spool_journal *journal, struct error *error)
{
    struct output output;
    if (output_open(&output, journal->path, OUTPUT_WHOLE, JOURNAL_MODE, error))
        return error->class;
    for (uint64_t ordinal = journal->first; ordinal < journal->next; ordinal++) {
        const struct spool_entry *entry = entry_at(journal, ordinal);
        write_line(output.stream, SPOOL_LINE_TAKEN, ordinal, entry);
        if (entry->is_read)
            write_line(output.stream, SPOOL_LINE_READ, ordinal, entry);
        write_line(output.stream, SPOOL_LINE_PLACE, ordinal, entry);
    }
    write_line(output.stream, SPOOL_LINE_NEXT, journal->next, NULL);
    return output_commit(&output, error);
}

static enum error_class take_lock(struct spool_journal *journal, const char *state_folder,
                                  struct error *error)
{
    char path[SPOOL_PATH_BYTES];
    spool_file_path(path, state_folder, "spool.lock");
    journal->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, JOURNAL_MODE);
    if (journal->lock < 0)
        return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be created: %s", path, strerror(errno));
    if (flock(journal->lock, LOCK_EX | LOCK_NB) != 0)
        return error_set(error, ERROR_CONFIG, "%s: another process has it; give each feed its own state",
                         path);
    return ERROR_OK;
}

static enum error_class open_file(struct spool_journal *journal, bool is_reader, struct error *error)
{
    uint64_t good_bytes = 0;
    FILE *input = fopen(journal->path, "re");
    if (!input && errno != ENOENT)
        return error_set(error, ERROR_IO, "%s: cannot be read: %s", journal->path, strerror(errno));
    const enum error_class class = input ? load(journal, input, &good_bytes, error) : ERROR_OK;
    if (input)
        fclose(input);
    if (class || is_reader)
        return class;
    const bool is_long = journal->line_count > REWRITE_FACTOR * (journal->next - journal->first + 8);
    if (is_long && rewrite(journal, error))
        return error->class;
    journal->file = open(journal->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, JOURNAL_MODE);
    if (journal->file < 0)
        return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be created: %s", journal->path,
                         strerror(errno));
    journal->bytes = (uint64_t)lseek(journal->file, 0, SEEK_END);
    if (is_long || journal->bytes == good_bytes)
        return ERROR_OK;
    if (ftruncate(journal->file, (off_t)good_bytes) != 0)
        return error_set(error, ERROR_IO, "%s: its cut end cannot be removed: %s", journal->path,
                         strerror(errno));
    journal->bytes = good_bytes;
    return ERROR_OK;
}

struct spool_journal *spool_journal_open(const char *state_folder, uint64_t remember_max, bool is_reader,
                                         struct error *error)
{
    struct spool_journal *journal = calloc(1, sizeof(*journal));
    CHECK(journal && remember_max >= 1);
    journal->lock = journal->file = -1;
    if (strlen(state_folder) >= SPOOL_FOLDER_BYTES) {
        error_set(error, ERROR_CONFIG, "%s: the path is too long", state_folder);
        spool_journal_close(journal);
        return NULL;
    }
    spool_file_path(journal->path, state_folder, "spool.journal");
    journal->secret = hash_key_random();
    journal->capacity = remember_max;
    for (journal->bucket_mask = 1; journal->bucket_mask + 1 < remember_max;)
        journal->bucket_mask = 2 * journal->bucket_mask + 1;
    const size_t bucket_bytes = (journal->bucket_mask + 1) * sizeof(uint64_t);
    journal->entries = calloc(remember_max, sizeof(*journal->entries));
    journal->name_buckets = malloc(bucket_bytes);
    journal->content_buckets = malloc(bucket_bytes);
    CHECK(journal->entries && journal->name_buckets && journal->content_buckets);
    memset(journal->name_buckets, 0xFF, bucket_bytes); /* SPOOL_NO_ORDINAL */
    memset(journal->content_buckets, 0xFF, bucket_bytes);
    if ((!is_reader && take_lock(journal, state_folder, error)) || open_file(journal, is_reader, error)) {
        spool_journal_close(journal);
        return NULL;
    }
    return journal;
}

void spool_journal_close(struct spool_journal *journal)
{
    if (!journal)
        return;
    if (journal->entries)
        forget_all(journal, journal->next);
    if (journal->file >= 0)
        close(journal->file);
    if (journal->lock >= 0)
        close(journal->lock);
    free(journal->entries);
    free(journal->name_buckets);
    free(journal->content_buckets);
    free(journal);
}

/* Half a line would be damage once more is written behind it. */
static void cut(struct spool_journal *journal)
{
    journal->is_torn = ftruncate(journal->file, (off_t)journal->bytes) != 0;
}

/* Appends one line and syncs it, or adds nothing. */
static enum error_class append(struct spool_journal *journal, enum spool_line_kind kind, uint64_t ordinal,
                               const struct spool_entry *entry, struct error *error)
{
    char line[LINE_BYTES_MAX];
    struct text text = text_over(line, sizeof(line) - CHECKED_LINE_EXTRA_BYTES);
    spool_line_add(&text, kind, ordinal, entry);
    CHECK(!text.is_cut);
    const size_t length = checked_line_close(line, text.length);
    if (journal->is_torn)
        cut(journal);
    errno = EIO;
    const ssize_t written = journal->is_torn ? -1 : write(journal->file, line, length);
    if (written >= 0 && (size_t)written < length)
        errno = ENOSPC;
    else if (written >= 0 && fdatasync(journal->file) == 0) {
        journal->bytes += length;
        return ERROR_OK;
    }
    error_set(error, ERROR_IO, "%s: cannot be written: %s", journal->path, strerror(errno));
    if (written > 0)
        cut(journal);
    return error->class;
}

enum error_class spool_journal_take(struct spool_journal *journal, const char *name,
                                    const struct spool_identity *identity,
                                    const struct spool_content *content, uint64_t first, struct error *error)
{
    CHECK(!spool_journal_is_full(journal));
    const uint64_t ordinal = journal->next;
    add_entry(journal, name, identity, content, first);
    struct spool_entry *entry = entry_at(journal, ordinal);
    if (!append(journal, SPOOL_LINE_TAKEN, ordinal, entry, error))
        return ERROR_OK;
    /* Not taken after all. */
    *bucket_of_name(journal, name) = entry->older_name;
    *bucket_of_content(journal, content) = entry->older_content;
    free(entry->name);
    entry->name = NULL;
    journal->next--;
    return error->class;
}

enum error_class spool_journal_read(struct spool_journal *journal, uint64_t ordinal, uint64_t items,
                                    uint64_t rest, struct error *error)
{
    struct spool_entry *entry = entry_at(journal, ordinal);
    CHECK(entry);
    entry->is_read = true;
    entry->items = items;
    entry->rest = rest;
    return append(journal, SPOOL_LINE_READ, ordinal, entry, error);
}

enum error_class spool_journal_same(struct spool_journal *journal, uint64_t ordinal,
                                    const struct spool_identity *identity, struct error *error)
{
    struct spool_entry *entry = entry_at(journal, ordinal);
    CHECK(entry);
    entry->identity = *identity;
    return append(journal, SPOOL_LINE_SAME, ordinal, entry, error);
}

enum error_class spool_journal_place(struct spool_journal *journal, uint64_t ordinal, enum spool_place place,
                                     struct error *error)
{
    struct spool_entry *entry = entry_at(journal, ordinal);
    CHECK(entry);
    entry->place = place;
    return append(journal, SPOOL_LINE_PLACE, ordinal, entry, error);
}

enum error_class spool_journal_skip_to(struct spool_journal *journal, uint64_t next, struct error *error)
{
    CHECK(next > journal->next);
    forget_all(journal, next);
    return append(journal, SPOOL_LINE_NEXT, next, NULL, error);
}
