/* SPDX-License-Identifier: Apache-2.0
 * The snapshot as a whole; each family is in its own file. */
#include "families.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static enum error_class check_folder(const char *path, struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return error_set(error, ERROR_NO_INPUT, "%s: the folder of lists cannot be read: %s", path,
                         strerror(errno));
    if (!S_ISDIR(status.st_mode))
        return error_set(error, ERROR_NO_INPUT, "%s: is no folder; lists are the files of one", path);
    return ERROR_OK;
}

struct lists *lists_load(const char *folder, const struct numbering *numbering, struct names *names,
                         struct error *error)
{
    static enum error_class (*const loaders[])(struct lists *, struct list_folder *, struct error *) = {
        subscribers_load, protected_load, allow_load, marks_load, complaints_load,
    };
    struct list_folder reading = {.path = folder, .numbering = numbering, .names = names};
    struct lists *lists = calloc(1, sizeof(*lists));
    CHECK(lists);
    if (!folder)
        return lists;
    enum error_class class = check_folder(folder, error);
    for (size_t i = 0; i < ARRAY_COUNT(loaders) && class == ERROR_OK; i++)
        class = loaders[i](lists, &reading, error);
    lists->bad_rows = reading.bad_rows;
    if (class == ERROR_OK)
        return lists;
    lists_destroy(lists);
    return NULL;
}

void lists_destroy(struct lists *lists)
{
    if (!lists)
        return;
    rowset_close(&lists->subscribers);
    protected_close(&lists->protected_numbers);
    rowset_close(&lists->allow);
    rowset_close(&lists->do_not_originate);
    rowset_close(&lists->do_not_call);
    rowset_close(&lists->trunks);
    rowset_close(&lists->senders);
    rowset_close(&lists->cells);
    region_close(&lists->complaints.rows);
    free(lists);
}

uint64_t lists_bad_rows(const struct lists *lists)
{
    return lists->bad_rows;
}
