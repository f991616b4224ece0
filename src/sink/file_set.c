/* SPDX-License-Identifier: Apache-2.0 */
#include "file_set.h"

#include "simsieve/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX        "alerts-"
#define DATE_LENGTH   10 /* YYYY-MM-DD */
#define NUMBER_LENGTH 6
#define SUFFIX        ".ndjson"
#define NAME_LENGTH   (sizeof(PREFIX) - 1 + DATE_LENGTH + 1 + NUMBER_LENGTH + sizeof(SUFFIX) - 1)

bool file_name_read(const char *text, struct file_name *name)
{
    uint64_t number;
    if (strlen(text) != NAME_LENGTH)
        return false;
    const char *date = text + sizeof(PREFIX) - 1, *digits = date + DATE_LENGTH + 1;
    if (strncmp(text, PREFIX, sizeof(PREFIX) - 1) != 0 || digits[-1] != '-' ||
        strcmp(digits + NUMBER_LENGTH, SUFFIX) != 0)
        return false;
    if (!calendar_parse_date(date, DATE_LENGTH, &name->date) ||
        !text_parse_u64(digits, NUMBER_LENGTH, FILE_NUMBER_MAX, &number) || number == 0)
        return false;
    name->number = (unsigned)number;
    return true;
}

const char *file_name_write(const struct file_name *name, char text[static FILE_NAME_BYTES])
{
    snprintf(text, FILE_NAME_BYTES, PREFIX "%04d-%02d-%02d-%06u" SUFFIX, name->date.year, name->date.month,
             name->date.day, name->number);
    return text;
}

static int compare_dates(struct calendar_date a, struct calendar_date b)
{
    if (a.year != b.year)
        return a.year - b.year;
    return a.month != b.month ? a.month - b.month : a.day - b.day;
}

bool file_name_next(const struct file_name *last, struct calendar_date today, struct file_name *next)
{
    if (compare_dates(today, last->date) > 0) {
        *next = (struct file_name){today, 1};
        return true;
    }
    *next = (struct file_name){last->date, last->number + 1};
    return next->number <= FILE_NUMBER_MAX;
}

static int is_member(const struct dirent *entry)
{
    struct file_name name;
    return file_name_read(entry->d_name, &name);
}

/* The members in order of age; the caller frees them. */
static enum error_class list(const char *folder, struct dirent ***entries, int *count, struct error *error)
{
    *count = scandir(folder, entries, is_member, alphasort);
    if (*count < 0)
        return error_set(error, ERROR_IO, "%s: cannot be listed: %s", folder, strerror(errno));
    return ERROR_OK;
}

static void free_list(struct dirent **entries, int count)
{
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
}

enum error_class file_set_newest(const char *folder, struct file_name *newest, struct error *error)
{
    struct dirent **entries;
    int count;
    *newest = (struct file_name){0};
    if (list(folder, &entries, &count, error))
        return error->class;
    if (count > 0)
        file_name_read(entries[count - 1]->d_name, newest);
    free_list(entries, count);
    return ERROR_OK;
}

enum error_class file_set_trim(const char *folder, uint64_t keep, struct error *error)
{
    struct dirent **entries;
    int count;
    if (list(folder, &entries, &count, error))
        return error->class;
    const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum error_class class = ERROR_OK;
    for (int i = 0; (uint64_t)(count - i) > keep && !class; i++)
        if (unlinkat(descriptor, entries[i]->d_name, 0) != 0 && errno != ENOENT)
            class = error_set(error, ERROR_IO, "%s/%s: cannot be removed: %s", folder, entries[i]->d_name,
                              strerror(errno));
    if (descriptor >= 0)
        close(descriptor);
    free_list(entries, count);
    return class;
}
