/* SPDX-License-Identifier: Apache-2.0
 * The files that a spool feed has taken, by ordinal, and the text file that remembers them over a restart; spool.md has
 * its form. Run thread while it reads again, then the feed's. */
#pragma once

#include "spool_files.h"

/* Where a file is, and so whether anything is still to be done with it. */
enum spool_place {
    SPOOL_IN_FOLDER,
    SPOOL_ARCHIVED,
    SPOOL_DELETED,
    SPOOL_KEPT, /* in the folder, and stays there */
    SPOOL_QUARANTINED,
    SPOOL_REPLACED, /* its name is another file's, or its own, grown */
    SPOOL_GONE,
    SPOOL_PLACE_COUNT
};

struct spool_entry {
    char *name;
    struct spool_identity identity;
    struct spool_content content;
    uint64_t first; /* its first item: what lies before was taken with the file that it grew from */
    bool is_read;
    uint64_t items; /* when it is read: where it ends; and where it would go on if it grew */
    uint64_t rest;
    enum spool_place place;
    uint64_t older_name, older_content; /* ordinals: the next older entry of the same bucket */
};

struct spool_journal;

#define SPOOL_NO_ORDINAL UINT64_MAX

/* Start-up only. ERROR_CANNOT_CREATE, ERROR_IO, ERROR_DATA (damaged before its end), ERROR_CONFIG (another process has it). */
struct spool_journal *spool_journal_open(const char *state_folder, uint64_t remember_max, bool is_reader,
                                         struct error *error);
void spool_journal_close(struct spool_journal *journal);

/* Ordinals from the oldest that is remembered to before the next. */
uint64_t spool_journal_first(const struct spool_journal *journal);
uint64_t spool_journal_next(const struct spool_journal *journal);

/* An entry that is remembered, NULL otherwise. Valid until the next take. */
const struct spool_entry *spool_journal_at(const struct spool_journal *journal, uint64_t ordinal);

/* The newest of that name, or content with records; SPOOL_NO_ORDINAL. */
uint64_t spool_journal_find_name(const struct spool_journal *journal, const char *name);
uint64_t spool_journal_find_content(const struct spool_journal *journal, const struct spool_content *content);

bool spool_journal_is_full(const struct spool_journal *journal);
void spool_journal_forget(struct spool_journal *journal); /* the oldest entry, of one at least */

/* May block. Writes down and syncs a new file, which gets the next ordinal; not when full. ERROR_IO: it is not taken. */
enum error_class spool_journal_take(struct spool_journal *journal, const char *name,
                                    const struct spool_identity *identity,
                                    const struct spool_content *content, uint64_t first, struct error *error);

/* May block. Write down what has become of a file; after ERROR_IO it is so until the next start. */
enum error_class spool_journal_read(struct spool_journal *journal, uint64_t ordinal, uint64_t items,
                                    uint64_t rest, struct error *error);
enum error_class spool_journal_same(struct spool_journal *journal, uint64_t ordinal,
                                    const struct spool_identity *identity, struct error *error);
enum error_class spool_journal_place(struct spool_journal *journal, uint64_t ordinal, enum spool_place place,
                                     struct error *error);

/* May block. No ordinal below `next` from here on. */
enum error_class spool_journal_skip_to(struct spool_journal *journal, uint64_t next, struct error *error);
