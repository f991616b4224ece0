/* SPDX-License-Identifier: Apache-2.0
 * The files that wait in the spool folder: listed at each rescan, and told by inotify in between. Feed thread. */
#pragma once

#include "spool_files.h"

/* A file that nobody has looked into yet. */
struct spool_waiting {
    char *name;
    struct spool_identity identity;
    uint64_t since_ns; /* when it was first seen with this size */
    uint64_t retry_ns; /* not to be looked into before */
    uint64_t backoff_ms;
    uint64_t listing;   /* the newest that showed it */
    bool is_closed;     /* somebody said so */
    bool is_left_alone; /* a copy that may stay */
};

struct spool_folder;

/* Whether a file need not wait: it was taken before and has not changed since. */
typedef bool spool_is_known(void *owner, const char *name, const struct spool_identity *identity);

/* Reaches nothing yet. Borrows `settings`. */
struct spool_folder *spool_folder_create(const struct spool_settings *settings, spool_is_known *is_known,
                                         void *owner);
void spool_folder_destroy(struct spool_folder *folder);

enum spool_sight {
    SPOOL_SEEN,   /* the folder is there */
    SPOOL_AWAY,   /* it is not: `error` */
    SPOOL_NOT_DUE /* nothing was listed now */
};

/* May block. Takes what inotify has to say, and lists the folder when that is due at `now_ns`. Bound: the folder's
 * entries. */
enum spool_sight spool_folder_look(struct spool_folder *folder, uint64_t now_ns, struct error *error);

/* May block for `wait_ms`, until inotify has something to say. */
void spool_folder_wait(struct spool_folder *folder, int wait_ms);

/* The oldest file that is whole and may be looked into at `now_ns`, NULL when there is none. Valid until the next
 * call of spool_folder_look or one of the following. */
struct spool_waiting *spool_folder_oldest(struct spool_folder *folder, uint64_t now_ns);

/* It waits no more. */
void spool_folder_remove(struct spool_folder *folder, struct spool_waiting *waiting);

/* It has changed since it was listed: it waits to be whole again. */
void spool_folder_changed(struct spool_folder *folder, struct spool_waiting *waiting);

/* It could not be read: later, and each time after twice the time. True the first time. */
bool spool_folder_later(struct spool_folder *folder, struct spool_waiting *waiting, uint64_t now_ns);

/* Whether one waits that could not be read. */
bool spool_folder_has_unreadable(const struct spool_folder *folder);

/* It stays where it is, and is not looked into again as long as it does not change. */
void spool_folder_leave(struct spool_folder *folder, struct spool_waiting *waiting);

/* Files that wait, without those left alone. */
size_t spool_folder_count(const struct spool_folder *folder);

/* Files that did not fit, each listing anew; whether there were any in the newest one, and more will fit. */
uint64_t spool_folder_overflows(const struct spool_folder *folder);
bool spool_folder_is_cut(const struct spool_folder *folder);

/* Any thread. Whether a file of this name is one that the spool takes. */
bool spool_folder_accepts(const struct spool_settings *settings, const char *name);
