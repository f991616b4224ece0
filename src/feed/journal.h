/* SPDX-License-Identifier: Apache-2.0
 * A write-ahead journal: bytes that are safe before anything is done with them (journal.md). One thread at a time. */
#pragma once

#include "simsieve/base/error.h"
#include "simsieve/packet/octets.h"

#define JOURNAL_HEADER_BYTES 16

struct journal_options {
    const char *folder;     /* exists; copied */
    uint64_t bytes_max;     /* of all files */
    uint64_t segment_bytes; /* a file that has reached this is followed by the next */
    size_t group_bytes;     /* a group is due when this much waits for it, */
    uint64_t group_ns;      /* or when the oldest of it has waited this long */
    size_t spare_bytes;     /* that may be appended beyond group_bytes and bytes_max */
    int64_t keep_ms;        /* released files stay this long unless their room is needed */
    bool is_readonly;       /* another process may be writing: nothing is cut, appended or released */
};

struct journal_counters {
    uint64_t entries; /* appended */
    uint64_t syncs, failed_syncs;
    uint64_t cut_bytes; /* at the end of the last file, by a crash */
    uint64_t gaps;      /* damage met while reading */
    uint64_t deleted;   /* files */
};

struct journal;

/* Start-up only. May block: reads the last file through. Read-only it ends where it ends now. ERROR_CANNOT_CREATE,
 * ERROR_IO. */
struct journal *journal_open(const struct journal_options *options, struct error *error);
void journal_close(struct journal *journal);

/* Feed thread. The oldest entry, behind the last durable one, and behind the last appended one. */
uint64_t journal_begin(const struct journal *journal);
uint64_t journal_durable(const struct journal *journal);
uint64_t journal_end(const struct journal *journal);

/* Feed thread. The beginning of the file before the one that holds `offset`, or of that one if it is the first. */
uint64_t journal_segment_before(const struct journal *journal, uint64_t offset);

/* Feed thread. Whether an entry of `length` bytes may still come; deletes released files if that helps. */
bool journal_has_room(struct journal *journal, size_t length);

/* Feed thread. Adds one entry of two pieces. The caller has asked journal_has_room, or uses the spare bytes. */
void journal_append(struct journal *journal, struct octets head, struct octets body, uint64_t now_ns);

/* Feed thread. Whether a group should be started; whether anything is not durable yet. */
bool journal_is_due(const struct journal *journal, uint64_t now_ns);
static inline bool journal_is_dirty(const struct journal *journal)
{
    return journal_durable(journal) < journal_end(journal);
}

/* Feed thread. Whether what waits for the next group has reached group_bytes: the caller has to journal_sync. */
bool journal_is_full(const struct journal *journal);

/* Feed thread. Starts a group of what has been appended, unless one is being synced. ERROR_CANNOT_CREATE: not now. */
enum error_class journal_start_sync(struct journal *journal, struct error *error);

/* Feed thread. Takes note of a group that has been synced, without waiting. ERROR_IO: it failed; the next journal_start_sync
 * tries it again. */
enum error_class journal_look(struct journal *journal, struct error *error);

/* Feed thread. May block. Makes all entries durable. ERROR_IO, ERROR_CANNOT_CREATE: some are not; the next call tries again. */
enum error_class journal_sync(struct journal *journal, struct error *error);

/* Feed thread. Goes on at `offset`, if it is behind the end. Nothing may wait for a sync. */
void journal_skip_to(struct journal *journal, uint64_t offset);

enum journal_status {
    JOURNAL_ENTRY, /* `bytes` is valid until the next call, `next` is behind the entry */
    JOURNAL_GAP,   /* nothing can be had from `offset` to `next` */
    JOURNAL_END    /* no durable entry at `offset` */
};

/* Feed thread. May block. The durable entry at `offset`; reading on from `next` is cheap. */
enum journal_status journal_read(struct journal *journal, uint64_t offset, struct octets *bytes,
                                 uint64_t *next);

/* Feed thread. May block. How many entries there are from `offset` on. */
uint64_t journal_count(struct journal *journal, uint64_t offset);

/* Feed thread. May block. Nothing before `offset` will be read again. Bound: the files that it deletes. */
void journal_release(struct journal *journal, uint64_t offset, int64_t now_ms);

const struct journal_counters *journal_counters(const struct journal *journal);
