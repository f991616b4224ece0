/* SPDX-License-Identifier: Apache-2.0 */
#include "spool_settings.h"

#include "simsieve/base/calendar.h"

#include <stdio.h>
#include <string.h>

static enum error_class read_folder(void *owner, struct yaml_value value, struct error *error)
{
    struct spool_settings *settings = owner;
    return yaml_read_copy(value, settings->folder, sizeof(settings->folder), error);
}

static enum error_class read_archive(void *owner, struct yaml_value value, struct error *error)
{
    struct spool_settings *settings = owner;
    return yaml_read_copy(value, settings->archive, SPOOL_FOLDER_BYTES, error);
}

static enum error_class read_quarantine(void *owner, struct yaml_value value, struct error *error)
{
    struct spool_settings *settings = owner;
    return yaml_read_copy(value, settings->quarantine, SPOOL_FOLDER_BYTES, error);
}

static enum error_class read_names(void *owner, struct yaml_value value, struct error *error)
{
    struct spool_settings *settings = owner;
    return yaml_read_copy(value, settings->names, sizeof(settings->names), error);
}

/* The position log has the name between commas. */
static enum error_class read_source(void *owner, struct yaml_value value, struct error *error)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";
    struct spool_settings *settings = owner;
    if (yaml_read_copy(value, settings->source, sizeof(settings->source), error))
        return error->class;
    if (!settings->source[0] || settings->source[strspn(settings->source, allowed)])
        return yaml_error(value, error, "source: '%s' is no name: letters, digits and . _ / -",
                          settings->source);
    return ERROR_OK;
}

static enum error_class read_done(void *owner, struct yaml_value value, struct error *error)
{
    static const char *const words[SPOOL_DONE_COUNT] = {"archive", "delete", "keep"};
    struct spool_settings *settings = owner;
    size_t index = 0;
    const enum error_class class = yaml_read_word(value, "word", words, SPOOL_DONE_COUNT, &index, error);
    settings->done = (enum spool_done)index;
    return class;
}

static enum error_class read_duplicates(void *owner, struct yaml_value value, struct error *error)
{
    static const char *const words[SPOOL_DUPLICATES_COUNT] = {"quarantine", "leave"};
    struct spool_settings *settings = owner;
    size_t index = 0;
    const enum error_class class =
        yaml_read_word(value, "word", words, SPOOL_DUPLICATES_COUNT, &index, error);
    settings->duplicates = (enum spool_duplicates)index;
    return class;
}

static const struct setting rows[] = {
    {"folder", SETTING_READER, 0, NULL, "where the files come; never made", 0, 0, read_folder},
    {"names", SETTING_READER, 0, "*", "which files, a glob", 0, 0, read_names},
    {"source", SETTING_READER, 0, "spool", "name of the source in positions", 0, 0, read_source},
    {"done", SETTING_READER, 0, "archive", "archive, delete or keep files that are no longer needed", 0, 0,
     read_done},
    {"archive", SETTING_READER, 0, "", "folder on the same file system; .archive in the folder", 0, 0,
     read_archive},
    {"quarantine", SETTING_READER, 0, "", "folder on the same file system; .quarantine in the folder", 0, 0,
     read_quarantine},
    {"duplicates", SETTING_READER, 0, "quarantine", "quarantine or leave files that came before", 0, 0,
     read_duplicates},
    {"rescan", SETTING_DURATION, offsetof(struct spool_settings, rescan_ms), "5s",
     "how often the folder is listed", 10, DAY_MS, NULL},
    {"settle", SETTING_DURATION, offsetof(struct spool_settings, settle_ms), "10s",
     "an unmarked file is whole when it has not changed for so long", 0, DAY_MS, NULL},
    {"notify", SETTING_SWITCH, offsetof(struct spool_settings, notify), "yes",
     "inotify; no on network file systems", 0, 0, NULL},
    {"once", SETTING_SWITCH, offsetof(struct spool_settings, once), "no",
     "every file is whole, and the feed ends when all are read", 0, 0, NULL},
    {"waiting", SETTING_COUNT, offsetof(struct spool_settings, waiting_max), "10000",
     "files known to wait, at most", 1, 100000, NULL},
    {"remember", SETTING_COUNT, offsetof(struct spool_settings, remember_max), "100000",
     "files taken that are known again, at most", 2, 10000000, NULL},
    {"records", SETTING_COUNT, offsetof(struct spool_settings, records_max), "100000000",
     "records and rejects of one file, at most", 1, UINT32_MAX - 1, NULL},
};

const struct settings spool_settings_table = {"feeds[].settings of kind spool", rows, ARRAY_COUNT(rows)};

static void strip_slashes(char *folder)
{
    for (size_t length = strlen(folder); length > 1 && folder[length - 1] == '/'; length--)
        folder[length - 1] = 0;
}

/* A relative path begins at the configuration's folder. */
static bool anchor(char *path, size_t bytes, const char *folder)
{
    char copy[SPOOL_PATH_BYTES];
    if (!path[0] || path[0] == '/')
        return true;
    const int length = snprintf(copy, sizeof(copy), "%s/%s", folder, path);
    if (length < 0 || (size_t)length >= bytes)
        return false;
    memcpy(path, copy, (size_t)length + 1);
    return true;
}

enum error_class spool_settings_read(struct spool_settings *settings, struct yaml_value map,
                                     const char *folder, struct error *error)
{
    *settings = (struct spool_settings){.names = "*", .source = "spool"};
    if (settings_read(&spool_settings_table, map, settings, error))
        return error->class;
    if (!anchor(settings->folder, sizeof(settings->folder), folder) ||
        !anchor(settings->archive, SPOOL_FOLDER_BYTES, folder) ||
        !anchor(settings->quarantine, SPOOL_FOLDER_BYTES, folder))
        return yaml_error(map, error, "a path is too long");
    strip_slashes(settings->folder);
    strip_slashes(settings->archive);
    strip_slashes(settings->quarantine);
    if (!settings->folder[0])
        return yaml_error(map, error, "folder: is empty");
    if (!settings->archive[0])
        snprintf(settings->archive, sizeof(settings->archive), "%s/.archive", settings->folder);
    if (!settings->quarantine[0])
        snprintf(settings->quarantine, sizeof(settings->quarantine), "%s/.quarantine", settings->folder);
    if (strcmp(settings->archive, settings->folder) == 0 ||
        strcmp(settings->quarantine, settings->folder) == 0)
        return yaml_error(map, error, "archive and quarantine must be other folders than '%s'",
                          settings->folder);
    return ERROR_OK;
}
