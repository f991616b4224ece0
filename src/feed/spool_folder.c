/* SPDX-License-Identifier: Apache-2.0
 * What waits is an array of pointers in the order in which files are taken: mtime, then name. A file that is written to gets
 * another mtime, so it is another entry, whose time to settle begins anew; the old one is dropped by the next listing
 * that does not show it. */
#include "spool_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/inotify.h>
#include <unistd.h>

#define MS_NS             UINT64_C(1000000)
#define BACKOFF_FACTOR    64 /* of the rescan time, at most */
#define EVENT_BYTES       16384
#define WATCHED           (IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define EVENTS_READ_COUNT 64 /* a look reads at most so many buffers of events */

struct spool_folder {
    const struct spool_settings *settings;
    spool_is_known *is_known;
    void *owner;
    int inotify; /* -1: none */
    struct spool_waiting **waiting;
    size_t count, left_alone_count;
    uint64_t listing, next_listing_ns;
    uint64_t overflows;
    bool is_cut;
};

struct spool_folder *spool_folder_create(const struct spool_settings *settings, spool_is_known *is_known,
                                         void *owner)
{
    struct spool_folder *folder = calloc(1, sizeof(*folder));
    CHECK(folder);
    folder->settings = settings;
    folder->is_known = is_known;
    folder->owner = owner;
    folder->inotify = -1;
    folder->waiting = calloc(settings->waiting_max, sizeof(struct spool_waiting *));
    CHECK(folder->waiting);
    return folder;
}

static void stop_watching(struct spool_folder *folder)
{
    if (folder->inotify >= 0)
        close(folder->inotify);
    folder->inotify = -1;
}

void spool_folder_destroy(struct spool_folder *folder)
{
    if (!folder)
        return;
    stop_watching(folder);
    for (size_t i = 0; i < folder->count; i++) {
        free(folder->waiting[i]->name);
        free(folder->waiting[i]);
    }
    free(folder->waiting);
    free(folder);
}

bool spool_folder_accepts(const struct spool_settings *settings, const char *name)
{
    static const char *const open_endings[] = {
        ".tmp",     ".temp",       ".part",       ".partial",   ".filepart",
        ".writing", ".inprogress", ".incomplete", ".uploading", "~",
    };
    const size_t length = strlen(name);
    if (name[0] == '.' || length >= SPOOL_NAME_BYTES)
        return false;
    for (size_t i = 0; i < ARRAY_COUNT(open_endings); i++) {
        const size_t ending_length = strlen(open_endings[i]);
        if (length >= ending_length && strcasecmp(name + length - ending_length, open_endings[i]) == 0)
            return false;
    }
    return fnmatch(settings->names, name, FNM_PERIOD) == 0;
}

static int compare(const struct spool_waiting *waiting, int64_t mtime_ns, const char *name)
{
    if (waiting->identity.mtime_ns != mtime_ns)
        return waiting->identity.mtime_ns < mtime_ns ? -1 : 1;
    return strcmp(waiting->name, name);
}

/* Where an entry is, or would be. */
static size_t place_of(const struct spool_folder *folder, int64_t mtime_ns, const char *name)
{
    size_t low = 0, high = folder->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare(folder->waiting[middle], mtime_ns, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void remove_at(struct spool_folder *folder, size_t place)
{
    struct spool_waiting *waiting = folder->waiting[place];
    folder->left_alone_count -= waiting->is_left_alone;
    memmove(folder->waiting + place, folder->waiting + place + 1,
            (--folder->count - place) * sizeof(struct spool_waiting *));
    free(waiting->name);
    free(waiting);
}

/* The entry of a file; NULL when there is no room but for older ones. */
static struct spool_waiting *find_or_add(struct spool_folder *folder, const char *name,
                                         const struct spool_identity *identity, uint64_t now_ns)
{
    const size_t place = place_of(folder, identity->mtime_ns, name);
    if (place < folder->count && compare(folder->waiting[place], identity->mtime_ns, name) == 0)
        return folder->waiting[place];
    if (folder->count == folder->settings->waiting_max) {
        folder->overflows++;
        folder->is_cut = true;
        if (place == folder->count)
            return NULL;
        remove_at(folder, folder->count - 1);
    }
    struct spool_waiting *waiting = calloc(1, sizeof(*waiting));
    CHECK(waiting);
    waiting->name = strdup(name);
    CHECK(waiting->name);
    waiting->identity = *identity;
    waiting->since_ns = now_ns;
    memmove(folder->waiting + place + 1, folder->waiting + place,
            (folder->count++ - place) * sizeof(struct spool_waiting *));
    folder->waiting[place] = waiting;
    return waiting;
}

/* A name in the folder, from a listing or an event. */
static void see(struct spool_folder *folder, int descriptor, const char *name, bool is_closed,
                uint64_t now_ns)
{
    struct stat status;
    if (!spool_folder_accepts(folder->settings, name) ||
        fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
        return;
    const struct spool_identity identity = spool_identity_of(&status);
    if (folder->is_known(folder->owner, name, &identity))
        return;
    struct spool_waiting *waiting = find_or_add(folder, name, &identity, now_ns);
    if (!waiting)
        return;
    waiting->listing = folder->listing;
    if (!spool_identity_equal(&waiting->identity, &identity)) {
        waiting->identity = identity;
        waiting->since_ns = now_ns;
        waiting->is_closed = false;
        folder->left_alone_count -= waiting->is_left_alone;
        waiting->is_left_alone = false;
    }
    /* An empty file was perhaps only made, and will be opened again to be written. */
    waiting->is_closed |= is_closed && identity.bytes > 0;
}

/* Again with each listing: another folder may have got its path. One that is watched already stays so. */
static void watch(struct spool_folder *folder)
{
    if (folder->inotify < 0)
        folder->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (folder->inotify >= 0 && inotify_add_watch(folder->inotify, folder->settings->folder, WATCHED) < 0)
        stop_watching(folder);
}

/* Events of one buffer; false when they no longer tell what happens in the folder. */
static bool see_events(struct spool_folder *folder, int descriptor, const char *events, size_t length,
                       uint64_t now_ns)
{
    for (size_t at = 0; at < length;) {
        struct inotify_event event;
        memcpy(&event, events + at, sizeof(event));
        if (event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT | IN_Q_OVERFLOW))
            return false;
        if (event.len > 0)
            see(folder, descriptor, events + at + sizeof(event), true, now_ns);
        at += sizeof(event) + event.len;
    }
    return true;
}

static void take_events(struct spool_folder *folder, uint64_t now_ns)
{
    char events[EVENT_BYTES];
    int descriptor = -1;
    ssize_t got = 0;
    bool is_good = true;
    for (int i = 0; i < EVENTS_READ_COUNT && is_good && folder->inotify >= 0; i++) {
        got = read(folder->inotify, events, sizeof(events));
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (descriptor < 0)
            descriptor = open(folder->settings->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        is_good = got > 0 && descriptor >= 0 && see_events(folder, descriptor, events, (size_t)got, now_ns);
    }
    if (descriptor >= 0)
        close(descriptor);
    if (is_good)
        return;
    /* The listing watches anew. */
    stop_watching(folder);
    folder->next_listing_ns = now_ns;
}

static int list(struct spool_folder *folder, DIR *entries, uint64_t now_ns)
{
    folder->listing++;
    folder->is_cut = false;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(entries);
        if (!entry)
            break;
        see(folder, dirfd(entries), entry->d_name, false, now_ns);
    }
    const int cause = errno;
    for (size_t i = folder->count; i-- > 0 && !cause;)
        if (folder->waiting[i]->listing != folder->listing)
            remove_at(folder, i);
    return cause;
}

enum spool_sight spool_folder_look(struct spool_folder *folder, uint64_t now_ns, struct error *error)
{
    take_events(folder, now_ns);
    const bool is_drained = spool_folder_is_cut(folder) && spool_folder_count(folder) == 0;
    if (now_ns < folder->next_listing_ns && !is_drained)
        return SPOOL_NOT_DUE;
    folder->next_listing_ns = now_ns + (uint64_t)folder->settings->rescan_ms * MS_NS;
    DIR *entries = opendir(folder->settings->folder);
    int cause = entries ? 0 : errno;
    if (!cause) {
        /* Before the listing, so that nothing comes between them. */
        if (folder->settings->notify)
            watch(folder);
        cause = list(folder, entries, now_ns);
    }
    if (entries)
        closedir(entries);
    if (!cause)
        return SPOOL_SEEN;
    stop_watching(folder);
    error_set(error, ERROR_NO_INPUT,
              "%s: %s; is it mounted, and may this user list it? it is looked for every %lld ms",
              folder->settings->folder, strerror(cause), (long long)folder->settings->rescan_ms);
    return SPOOL_AWAY;
}

void spool_folder_wait(struct spool_folder *folder, int wait_ms)
{
    struct pollfd pollfd = {.fd = folder->inotify, .events = POLLIN};
    poll(&pollfd, folder->inotify >= 0, wait_ms);
}

struct spool_waiting *spool_folder_oldest(struct spool_folder *folder, uint64_t now_ns)
{
    const struct spool_settings *settings = folder->settings;
    for (size_t i = 0; i < folder->count; i++) {
        struct spool_waiting *waiting = folder->waiting[i];
        const bool is_settled = now_ns - waiting->since_ns >= (uint64_t)settings->settle_ms * MS_NS;
        if ((waiting->is_closed || settings->once || is_settled) && now_ns >= waiting->retry_ns &&
            !waiting->is_left_alone)
            return waiting;
    }
    return NULL;
}

void spool_folder_remove(struct spool_folder *folder, struct spool_waiting *waiting)
{
    const size_t place = place_of(folder, waiting->identity.mtime_ns, waiting->name);
    CHECK(place < folder->count && folder->waiting[place] == waiting);
    remove_at(folder, place);
}

void spool_folder_changed(struct spool_folder *folder, struct spool_waiting *waiting)
{
    spool_folder_remove(folder, waiting);
    folder->next_listing_ns = 0;
}

bool spool_folder_later(struct spool_folder *folder, struct spool_waiting *waiting, uint64_t now_ns)
{
    const uint64_t rescan_ms = (uint64_t)folder->settings->rescan_ms;
    const bool is_first = waiting->backoff_ms == 0;
    waiting->backoff_ms = is_first ? rescan_ms : u64_min(2 * waiting->backoff_ms, BACKOFF_FACTOR * rescan_ms);
    waiting->retry_ns = now_ns + waiting->backoff_ms * MS_NS;
    return is_first;
}

void spool_folder_leave(struct spool_folder *folder, struct spool_waiting *waiting)
{
    folder->left_alone_count += !waiting->is_left_alone;
    waiting->is_left_alone = true;
}

size_t spool_folder_count(const struct spool_folder *folder)
{
    return folder->count - folder->left_alone_count;
}

bool spool_folder_has_unreadable(const struct spool_folder *folder)
{
    size_t i = 0;
    while (i < folder->count && folder->waiting[i]->backoff_ms == 0)
        i++;
    return i < folder->count;
}

uint64_t spool_folder_overflows(const struct spool_folder *folder)
{
    return folder->overflows;
}

bool spool_folder_is_cut(const struct spool_folder *folder)
{
    return folder->is_cut && folder->left_alone_count < folder->settings->waiting_max;
}
