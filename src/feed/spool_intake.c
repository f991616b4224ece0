/* SPDX-License-Identifier: Apache-2.0
 * What a file that waits is: new, a copy of one that was taken, or one that has grown; and what becomes of files. */
#include "spool_parts.h"

#include "simsieve/base/text.h"
#include "simsieve/log/log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

bool spool_intake_is_known(void *owner, const char *name, const struct spool_identity *identity)
{
    const struct spool *spool = owner;
    const struct spool_entry *entry =
        spool_journal_at(spool->journal, spool_journal_find_name(spool->journal, name));
    return entry && (entry->place == SPOOL_IN_FOLDER || entry->place == SPOOL_KEPT) &&
           spool_identity_equal(&entry->identity, identity);
}

/* Whether the file of an entry still lies in the folder as it was taken: 1, 0, or -1 when that cannot be told. */
static int is_in_folder(const struct spool *spool, const struct spool_entry *entry)
{
    char path[SPOOL_PATH_BYTES];
    struct stat status;
    spool_file_path(path, spool->settings.folder, entry->name);
    if (lstat(path, &status) != 0)
        return errno == ENOENT && stat(spool->settings.folder, &status) == 0 ? 0 : -1;
    const struct spool_identity identity = spool_identity_of(&status);
    return spool_identity_equal(&identity, &entry->identity);
}

/* ---- files that were taken ---- */

/* It was written. */
static void note_journal(struct spool *spool)
{
    if (!spool->is_full)
        feed_health_well(spool->health, SPOOL_JOURNAL);
}

/* Writes down where a file is now. A journal that cannot be written is trouble, and no reason to do the rest again: what was
 * moved is found by its content. */
static void note_place(struct spool *spool, uint64_t ordinal, enum spool_place place)
{
    struct error error;
    if (spool_journal_place(spool->journal, ordinal, place, &error))
        spool_trouble(spool, SPOOL_JOURNAL, &error);
    else
        note_journal(spool);
}

/* Whether there is still something to be moved; what else has become of it is written down. */
static bool is_to_be_moved(struct spool *spool, uint64_t ordinal)
{
    const struct spool_entry *entry = spool_journal_at(spool->journal, ordinal);
    const bool is_newest = spool_journal_find_name(spool->journal, entry->name) == ordinal;
    const int is_there = is_in_folder(spool, entry);
    if (is_there > 0 && is_newest)
        return true;
    if (is_there >= 0)
        note_place(spool, ordinal, is_there == 0 && is_newest ? SPOOL_GONE : SPOOL_REPLACED);
    return false;
}

bool spool_intake_set_aside(struct spool *spool, uint64_t ordinal, const char *why)
{
    const struct spool_entry *entry = spool_journal_at(spool->journal, ordinal);
    struct error error;
    if (!is_to_be_moved(spool, ordinal))
        return entry->place != SPOOL_IN_FOLDER;
    log_write(LOG_WARNING, "%s/%s: goes to quarantine: %s", spool->settings.folder, entry->name, why);
    if (spool_file_move(spool->settings.folder, entry->name, &entry->content, spool->settings.quarantine, why,
                        &error)) {
        spool_trouble(spool, SPOOL_MOVING, &error);
        return false;
    }
    feed_health_well(spool->health, SPOOL_MOVING);
    spool_count(&spool->health->set_aside, 1);
    note_place(spool, ordinal, SPOOL_QUARANTINED);
    return true;
}

bool spool_intake_dispose(struct spool *spool, uint64_t ordinal)
{
    static const enum spool_place places[SPOOL_DONE_COUNT] = {SPOOL_ARCHIVED, SPOOL_DELETED, SPOOL_KEPT};
    const struct spool_settings *settings = &spool->settings;
    const struct spool_entry *entry = spool_journal_at(spool->journal, ordinal);
    struct error error;
    enum error_class class = ERROR_OK;
    if (entry->place != SPOOL_IN_FOLDER)
        return true;
    if (!is_to_be_moved(spool, ordinal))
        return entry->place != SPOOL_IN_FOLDER;
    if (settings->done == SPOOL_ARCHIVE)
        class =
            spool_file_move(settings->folder, entry->name, &entry->content, settings->archive, NULL, &error);
    else if (settings->done == SPOOL_DELETE)
        class = spool_file_delete(settings->folder, entry->name, &error);
    if (class) {
        spool_trouble(spool, SPOOL_MOVING, &error);
        return false;
    }
    feed_health_well(spool->health, SPOOL_MOVING);
    note_place(spool, ordinal, places[settings->done]);
    return true;
}

/* ---- files that wait ---- */

/* One file that was looked into. */
struct candidate {
    struct spool_waiting *waiting;
    char path[SPOOL_PATH_BYTES];
    struct spool_content content,
        beginning; /* `beginning`: as long as the file that was taken under its name */
    struct spool_identity identity;
    const struct spool_entry *namesake; /* the newest of its name, NULL when there is none */
    uint64_t namesake_ordinal;
};

/* A copy: one message and one reject, whatever is in it. */
static void tell_duplicate(struct spool *spool, const struct candidate *candidate, uint64_t original)
{
    char line[2 * SPOOL_NAME_BYTES];
    struct text text = text_over(line, sizeof(line));
    text_add(&text, "the content of %s, which was taken as file %" PRIu64,
             spool_journal_at(spool->journal, original)->name, original);
    rejects_add(spool->options->rejects, candidate->path, REASON_FILE_DUPLICATE, 1, text.data, text.length);
    spool_count(&spool->health->received, 1);
    spool_count(&spool->health->messages, 1);
}

static void refuse_duplicate(struct spool *spool, struct candidate *candidate, uint64_t original)
{
    struct error error;
    tell_duplicate(spool, candidate, original);
    if (spool->settings.duplicates == SPOOL_LEAVE) {
        spool_folder_leave(spool->folder, candidate->waiting);
        return;
    }
    log_write(LOG_WARNING, "%s: goes to quarantine: it was taken before, as %s", candidate->path,
              spool_journal_at(spool->journal, original)->name);
    if (spool_file_move(spool->settings.folder, candidate->waiting->name, &candidate->content,
                        spool->settings.quarantine, "its content was taken before under this or another name",
                        &error)) {
        spool_trouble(spool, SPOOL_MOVING, &error);
        spool_folder_leave(spool->folder, candidate->waiting);
        return;
    }
    feed_health_well(spool->health, SPOOL_MOVING);
    spool_count(&spool->health->set_aside, 1);
    spool_folder_remove(spool->folder, candidate->waiting);
}

/* The same bytes were written again over the file that was taken. It is now the one to read again. */
static void adopt(struct spool *spool, struct candidate *candidate)
{
    struct error error;
    if (candidate->namesake->items > 0)
        tell_duplicate(spool, candidate, candidate->namesake_ordinal);
    if (spool_journal_same(spool->journal, candidate->namesake_ordinal, &candidate->identity, &error))
        spool_trouble(spool, SPOOL_JOURNAL, &error);
    spool_folder_remove(spool->folder, candidate->waiting);
}

/* The item at which a file is taken that has grown from one of its name; 0 for a new one. */
static uint64_t first_item(const struct candidate *candidate)
{
    const struct spool_entry *namesake = candidate->namesake;
    if (!namesake || !namesake->is_read || namesake->content.bytes == 0 ||
        !spool_content_equal(&candidate->beginning, &namesake->content))
        return 0;
    log_write(LOG_INFO, "%s: has grown from %" PRIu64 " to %" PRIu64 " bytes; going on behind item %" PRIu64,
              candidate->path, namesake->content.bytes, candidate->content.bytes, namesake->rest);
    return namesake->rest;
}

/* Hashes the file. False when it is nothing to take now. */
static bool look_into(struct spool *spool, struct candidate *candidate, uint64_t now_ns)
{
    struct spool_waiting *waiting = candidate->waiting;
    spool_file_path(candidate->path, spool->settings.folder, waiting->name);
    candidate->namesake_ordinal = spool_journal_find_name(spool->journal, waiting->name);
    candidate->namesake = spool_journal_at(spool->journal, candidate->namesake_ordinal);
    candidate->beginning.bytes = candidate->namesake ? candidate->namesake->content.bytes : 0;
    const int cause =
        spool_file_content(candidate->path, &candidate->content, &candidate->beginning, &candidate->identity);
    if (cause == ENOENT || cause == ELOOP) {
        spool_folder_remove(spool->folder, waiting);
        return false;
    }
    if (cause == EAGAIN || (!cause && !spool_identity_equal(&candidate->identity, &waiting->identity))) {
        spool_folder_changed(spool->folder, waiting);
        return false;
    }
    if (!cause)
        return true;
    struct error error;
    error_set(&error, ERROR_NO_INPUT, "%s: cannot be read: %s; it is tried again from time to time",
              candidate->path, strerror(cause));
    feed_health_tell(spool->health, SPOOL_FILES, error.text);
    spool_count(&spool->health->errors, 1);
    if (spool_folder_later(spool->folder, waiting, now_ns))
        log_write(LOG_ERROR, "%s", error.text);
    return false;
}

static bool take(struct spool *spool, struct candidate *candidate, uint64_t now_ns)
{
    struct error error;
    if (spool_journal_take(spool->journal, candidate->waiting->name, &candidate->identity,
                           &candidate->content, first_item(candidate), &error)) {
        spool_trouble(spool, SPOOL_JOURNAL, &error);
        spool_folder_later(spool->folder, candidate->waiting, now_ns);
        return false;
    }
    note_journal(spool);
    spool_folder_remove(spool->folder, candidate->waiting);
    return true;
}

/* Makes room for one more file; false while all that are remembered are still needed. */
static bool make_room(struct spool *spool)
{
    if (!spool_journal_is_full(spool->journal))
        return true;
    const uint64_t oldest = spool_journal_first(spool->journal);
    const struct spool_entry *entry = spool_journal_at(spool->journal, oldest);
    const bool may_lie_there = entry->place == SPOOL_IN_FOLDER || entry->place == SPOOL_KEPT;
    if (oldest < spool->at.offset && !(may_lie_there && is_in_folder(spool, entry))) {
        spool_journal_forget(spool->journal);
        spool->is_full = false;
        feed_health_well(spool->health, SPOOL_JOURNAL);
        return true;
    }
    if (!spool->is_full) {
        struct error error;
        error_set(&error, ERROR_INTERNAL,
                  "%s: %" PRIu64
                  " files were taken and are still there, the limit; nothing more is taken until "
                  "the oldest, %s, has left the folder (settings done and remember)",
                  spool->settings.folder, spool->settings.remember_max, entry->name);
        feed_health_tell(spool->health, SPOOL_JOURNAL, error.text);
        spool_count(&spool->health->limited, 1);
        log_write(LOG_ERROR, "%s", error.text);
    }
    spool->is_full = true;
    return false;
}

bool spool_intake_next(struct spool *spool, uint64_t now_ns, bool *has_looked)
{
    struct candidate candidate = {.waiting = spool_folder_oldest(spool->folder, now_ns)};
    *has_looked = candidate.waiting && make_room(spool);
    if (!*has_looked || !look_into(spool, &candidate, now_ns))
        return false;
    const struct spool_entry *namesake = candidate.namesake;
    if (namesake && (namesake->place == SPOOL_IN_FOLDER || namesake->place == SPOOL_KEPT) &&
        spool_content_equal(&namesake->content, &candidate.content)) {
        adopt(spool, &candidate);
        return false;
    }
    const uint64_t original = spool_journal_find_content(spool->journal, &candidate.content);
    if (original != SPOOL_NO_ORDINAL) {
        refuse_duplicate(spool, &candidate, original);
        return false;
    }
    return take(spool, &candidate, now_ns);
}
