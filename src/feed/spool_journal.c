/* SPDX-License-Identifier: Apache-2.0
 * Entries are a ring by ordinal; two tables of chains find them by name and by content. A chain leads from newer to older
 * entries, so the oldest entry is always the last of its chains: it is forgotten by no longer walking that far. */
#include "spool_journal.h"

#include "simsieve/base/checked_line.h"
#include "simsieve/base/hash.h"
#include "simsieve/base/output.h"
#include "simsieve/base/text.h"

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
#define FIELDS_MAX     9
#define REWRITE_FACTOR 8 /* the file is written anew at the start when it has more lines an entry than this */

struct spool_journal {
    char path[SPOOL_PATH_BYTES];
    int lock, file;
    uint64_t bytes, line_count;
    struct spool_entry *entries; /* capacity */
    uint64_t capacity, first, next;
    uint64_t *name_buckets, *content_buckets; /* bucket_mask + 1 */
    uint64_t bucket_mask;
    struct hash_key secret;
};

static const char *const place_words[SPOOL_PLACE_COUNT] = {
    "folder", "archived", "deleted", "kept", "quarantined", "replaced", "gone",
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

/* ---- lines ---- */

static void add_escaped(struct text *text, const char *name)
{
    for (const unsigned char *at = (const unsigned char *)name; *at; at++) {
        if (*at <= ' ' || *at == 0x7F || *at == '%' || *at == ',')
            text_add(text, "%%%02x", *at);
        else
            text_add_bytes(text, (const char *)at, 1);
    }
}

static int digit_of(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* In place; false for what add_escaped does not write. */
static bool unescape(char *name)
{
    char *to = name;
    for (const char *at = name; *at; at++) {
        if (*at != '%') {
            *to++ = *at;
            continue;
        }
        const int high = digit_of(at[1]), low = high < 0 ? -1 : digit_of(at[2]);
        if (low < 0 || high * 16 + low == 0)
            return false;
        *to++ = (char)(high * 16 + low);
        at += 2;
    }
    *to = 0;
    return to > name && strlen(name) < SPOOL_NAME_BYTES;
}

static void add_taken(struct text *text, uint64_t ordinal, const struct spool_entry *entry)
{
    text_add(text,
             "t,%" PRIu64 ",%" PRIu64 ",%016" PRIx64 "%016" PRIx64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",",
             ordinal, entry->content.bytes, entry->content.high, entry->content.low,
             (uint64_t)entry->identity.mtime_ns, entry->identity.inode, entry->first);
    add_escaped(text, entry->name);
}

static void add_read(struct text *text, uint64_t ordinal, const struct spool_entry *entry)
{
    text_add(text, "f,%" PRIu64 ",%" PRIu64 ",%" PRIu64, ordinal, entry->items, entry->rest);
}

static void add_place(struct text *text, uint64_t ordinal, const struct spool_entry *entry)
{
    text_add(text, "d,%" PRIu64 ",%s", ordinal, place_words[entry->place]);
}

static void add_next(struct text *text, uint64_t next)
{
    text_add(text, "n,%" PRIu64, next);
}

static bool read_hash(const char *text, struct spool_content *content)
{
    uint64_t halves[2] = {0, 0};
    if (strlen(text) != 32)
        return false;
    for (size_t i = 0; i < 32; i++) {
        const int digit = digit_of(text[i]);
        if (digit < 0)
            return false;
        halves[i / 16] = halves[i / 16] << 4 | (uint64_t)digit;
    }
    content->high = halves[0];
    content->low = halves[1];
    return true;
}

/* The numbers of fields[from] to fields[to - 1]. */
static bool read_numbers(char *fields[], size_t from, size_t to, uint64_t *numbers)
{
    for (size_t i = from; i < to; i++)
        if (!text_parse_u64(fields[i], strlen(fields[i]), UINT64_MAX, &numbers[i - from]))
            return false;
    return true;
}

static bool read_taken(struct spool_journal *journal, char *fields[], size_t count)
{
    uint64_t numbers[2], rest[3];
    struct spool_content content;
    if (count != 8 || !read_numbers(fields, 1, 3, numbers) || !read_hash(fields[3], &content) ||
        !read_numbers(fields, 4, 7, rest) || !unescape(fields[7]) || numbers[0] < journal->next)
        return false;
    if (numbers[0] > journal->next)
        forget_all(journal, numbers[0]);
    if (spool_journal_is_full(journal))
        spool_journal_forget(journal);
    content.bytes = numbers[1];
    const struct spool_identity identity = {numbers[1], (int64_t)rest[0], rest[1]};
    add_entry(journal, fields[7], &identity, &content, rest[2]);
    return true;
}

static bool read_place(struct spool_entry *entry, const char *word)
{
    for (size_t i = 0; i < SPOOL_PLACE_COUNT; i++)
        if (strcmp(place_words[i], word) == 0) {
            if (entry)
                entry->place = (enum spool_place)i;
            return true;
        }
    return false;
}

/* What a line says of an entry; one that has been forgotten since is none of the journal's business. */
static bool read_line(struct spool_journal *journal, char *line)
{
    char *fields[FIELDS_MAX];
    uint64_t numbers[3];
    if (!checked_line_open(line))
        return false;
    const size_t count = checked_line_split(line, fields, FIELDS_MAX);
    if (strcmp(fields[0], "t") == 0)
        return read_taken(journal, fields, count);
    if (count < 2 || !read_numbers(fields, 1, 2, numbers))
        return false;
    struct spool_entry *entry = entry_at(journal, numbers[0]);
    if (strcmp(fields[0], "d") == 0)
        return count == 3 && read_place(entry, fields[2]);
    if (strcmp(fields[0], "n") == 0) {
        if (count == 2 && numbers[0] > journal->next)
            forget_all(journal, numbers[0]);
        return count == 2;
    }
    if (count != 4 || !read_numbers(fields, 2, 4, numbers))
        return false;
    if (strcmp(fields[0], "f") == 0 && entry) {
        entry->is_read = true;
        entry->items = numbers[0];
        entry->rest = numbers[1];
    }
    if (strcmp(fields[0], "s") == 0 && entry) {
        entry->identity.mtime_ns = (int64_t)numbers[0];
        entry->identity.inode = numbers[1];
    }
    return strcmp(fields[0], "f") == 0 || strcmp(fields[0], "s") == 0;
}

/* ---- the file ---- */

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

static void write_line(FILE *stream, struct text *text)
{
    const size_t length = checked_line_close(text->data, text->length);
    fwrite(text->data, 1, length, stream);
    text->length = 0;
}

/* Writes what is remembered, and nothing else, in place of the file. */
static enum error_class rewrite(struct spool_journal *journal, struct error *error)
{
    char line[LINE_BYTES_MAX];
    struct text text = text_over(line, sizeof(line) - CHECKED_LINE_EXTRA_BYTES);
    struct output output;
    if (output_open(&output, journal->path, OUTPUT_WHOLE, JOURNAL_MODE, error))
        return error->class;
    for (uint64_t ordinal = journal->first; ordinal < journal->next; ordinal++) {
        const struct spool_entry *entry = entry_at(journal, ordinal);
        add_taken(&text, ordinal, entry);
        write_line(output.stream, &text);
        if (entry->is_read) {
            add_read(&text, ordinal, entry);
            write_line(output.stream, &text);
        }
        add_place(&text, ordinal, entry);
        write_line(output.stream, &text);
    }
    add_next(&text, journal->next);
    write_line(output.stream, &text);
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

/* Appends one line, all of it or nothing. */
static enum error_class append(struct spool_journal *journal, struct text *text, struct error *error)
{
    CHECK(!text->is_cut);
    const size_t length = checked_line_close(text->data, text->length);
    const ssize_t written = write(journal->file, text->data, length);
    if (written == (ssize_t)length && fdatasync(journal->file) == 0) {
        journal->bytes += length;
        return ERROR_OK;
    }
    error_set(error, ERROR_IO, "%s: cannot be written: %s", journal->path,
              written < 0 || written == (ssize_t)length ? strerror(errno) : "the disk is full");
    if (written > 0 && ftruncate(journal->file, (off_t)journal->bytes) != 0)
        error_set(error, ERROR_IO, "%s: half a line cannot be removed: %s", journal->path, strerror(errno));
    return error->class;
}

#define LINE_TEXT(text)        \
    char line[LINE_BYTES_MAX]; \
    struct text text = text_over(line, sizeof(line) - CHECKED_LINE_EXTRA_BYTES)

enum error_class spool_journal_take(struct spool_journal *journal, const char *name,
                                    const struct spool_identity *identity,
                                    const struct spool_content *content, uint64_t first, struct error *error)
{
    LINE_TEXT(text);
    CHECK(!spool_journal_is_full(journal));
    add_entry(journal, name, identity, content, first);
    struct spool_entry *entry = entry_at(journal, journal->next - 1);
    add_taken(&text, journal->next - 1, entry);
    if (!append(journal, &text, error))
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
    LINE_TEXT(text);
    struct spool_entry *entry = entry_at(journal, ordinal);
    CHECK(entry);
    entry->is_read = true;
    entry->items = items;
    entry->rest = rest;
    add_read(&text, ordinal, entry);
    return append(journal, &text, error);
}

enum error_class spool_journal_same(struct spool_journal *journal, uint64_t ordinal,
                                    const struct spool_identity *identity, struct error *error)
{
    LINE_TEXT(text);
    struct spool_entry *entry = entry_at(journal, ordinal);
    CHECK(entry);
    entry->identity = *identity;
    text_add(&text, "s,%" PRIu64 ",%" PRIu64 ",%" PRIu64, ordinal, (uint64_t)identity->mtime_ns,
             identity->inode);
    return append(journal, &text, error);
}

enum error_class spool_journal_place(struct spool_journal *journal, uint64_t ordinal, enum spool_place place,
                                     struct error *error)
{
    LINE_TEXT(text);
    struct spool_entry *entry = entry_at(journal, ordinal);
    CHECK(entry);
    entry->place = place;
    add_place(&text, ordinal, entry);
    return append(journal, &text, error);
}

enum error_class spool_journal_skip_to(struct spool_journal *journal, uint64_t next, struct error *error)
{
    LINE_TEXT(text);
    CHECK(next > journal->next);
    forget_all(journal, next);
    add_next(&text, next);
    return append(journal, &text, error);
}
