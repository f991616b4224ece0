/* SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"

#include "simsieve/log/log.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Files that lie beside records and are none: the lists and the truth of a generated network, packed or not. */
static const char *const list_names[] = {
    "subscribers.csv", "protected.csv", "allow.csv", "do_not_originate.csv", "cells.csv",
    "trunks.csv",      "senders.csv",   "dnc.csv",   "complaints.csv",       "truth.csv",
};

/* Half-written files, descriptions and configuration. */
static const char *const other_endings[] = {".part", ".md", ".yaml"};

static bool ends_in(const char *name, size_t length, const char *ending)
{
    const size_t ending_length = strlen(ending);
    return length > ending_length && memcmp(name + length - ending_length, ending, ending_length) == 0;
}

static bool may_hold_records(const char *name)
{
    size_t length = strlen(name);
    if (name[0] == '.')
        return false;
    for (size_t i = 0; i < ARRAY_COUNT(other_endings); i++)
        if (ends_in(name, length, other_endings[i]))
            return false;
    if (ends_in(name, length, ".gz"))
        length -= 3;
    else if (ends_in(name, length, ".zst"))
        length -= 4;
    for (size_t i = 0; i < ARRAY_COUNT(list_names); i++)
        if (strlen(list_names[i]) == length && memcmp(list_names[i], name, length) == 0)
            return false;
    return true;
}

static void add_name(struct paths *paths, char *name)
{
    CHECK(name);
    if (paths->count == paths->capacity) {
        paths->capacity = paths->capacity ? paths->capacity * 2 : 64;
        paths->names = realloc(paths->names, paths->capacity * sizeof(*paths->names));
        CHECK(paths->names);
    }
    paths->names[paths->count++] = name;
}

/* One entry of a folder: a file of records is added, anything else that is no regular file is named and left. */
static void add_entry(struct paths *paths, const char *folder, const char *entry)
{
    struct stat status;
    char *name;
    const size_t folder_length = strlen(folder);
    const char *separator = folder_length > 0 && folder[folder_length - 1] == '/' ? "" : "/";
    if (!may_hold_records(entry))
        return;
    CHECK(asprintf(&name, "%s%s%s", folder, separator, entry) >= 0);
    /* What cannot be examined is added: opening it will say why. */
    if (stat(name, &status) != 0 || S_ISREG(status.st_mode)) {
        add_name(paths, name);
        return;
    }
    log_write(LOG_WARNING, "%s: is %s and left out; name it itself if it holds records", name,
              S_ISDIR(status.st_mode) ? "a folder in a folder" : "no regular file");
    free(name);
}

static enum error_class add_folder(struct paths *paths, const char *path, struct error *error)
{
    const size_t count_before = paths->count;
    DIR *folder = opendir(path);
    if (!folder)
        return error_set(error, ERROR_NO_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (!entry)
            break;
        add_entry(paths, path, entry->d_name);
    }
    const int cause = errno;
    closedir(folder);
    if (cause)
        return error_set(error, ERROR_NO_INPUT, "%s: cannot be read: %s", path, strerror(cause));
    if (paths->count == count_before)
        return error_set(
            error, ERROR_NO_INPUT,
            "%s: no file of records in this folder (lists, hidden files and subfolders do not count)", path);
    return ERROR_OK;
}

enum error_class paths_add(struct paths *paths, const char *path, struct error *error)
{
    struct stat status;
    if (strcmp(path, "-") != 0) {
        if (stat(path, &status) != 0)
            return error_set(error, ERROR_NO_INPUT, "%s: %s", path, strerror(errno));
        if (S_ISDIR(status.st_mode))
            return add_folder(paths, path, error);
    }
    add_name(paths, strdup(path));
    return ERROR_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void paths_sort(struct paths *paths)
{
    if (paths->count > 0)
        qsort(paths->names, paths->count, sizeof(*paths->names), compare_names);
}

void paths_fini(struct paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->names[i]);
    free(paths->names);
    *paths = (struct paths){0};
}
