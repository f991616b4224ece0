/* SPDX-License-Identifier: Apache-2.0
 * The order of work: found the network, write its lists, live and write one day after the other, write the
 * truth. */
#include "cdr_writer.h"
#include "list_writer.h"

#include "simsieve/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Hidden, so that nobody takes it for an input: the CDR files beside it are ours to replace. */
#define MARK_NAME ".simsieve-generated"

/* "cdr-2024-12-02.csv": a name that only this generator gives. */
static bool is_own_name(const char *name)
{
    struct calendar_date date;
    return strlen(name) == strlen("cdr-YYYY-MM-DD.csv") && strncmp(name, "cdr-", 4) == 0 &&
           calendar_parse_date(name + 4, 10, &date) && strcmp(name + 14, ".csv") == 0;
}

/* Removes the CDR files of an earlier network, so that two never mix; refuses what it did not make. */
static enum error_class clear_folder(const char *folder, int descriptor, struct error *error)
{
    const bool is_marked = faccessat(descriptor, MARK_NAME, F_OK, 0) == 0;
    enum error_class class = ERROR_OK;
    const int walked = dup(descriptor);
    DIR *entries = walked >= 0 ? fdopendir(walked) : NULL;
    if (!entries) {
        if (walked >= 0)
            close(walked);
        return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be read: %s", folder, strerror(errno));
    }
    for (struct dirent *entry = readdir(entries); entry && !class; entry = readdir(entries)) {
        if (strncmp(entry->d_name, "cdr", 3) != 0)
            continue;
        if (!is_marked || !is_own_name(entry->d_name))
            class = error_set(error, ERROR_CANNOT_CREATE,
                              "%s: holds %.100s, which this generator did not make: choose another folder",
                              folder, entry->d_name);
        else if (unlinkat(descriptor, entry->d_name, 0) != 0)
            class = error_set(error, ERROR_CANNOT_CREATE, "%s/%.100s: cannot be removed: %s", folder,
                              entry->d_name, strerror(errno));
    }
    closedir(entries);
    return class;
}

static enum error_class prepare_folder(const char *folder, struct error *error)
{
    if (mkdir(folder, 0755) != 0 && errno != EEXIST)
        return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be created: %s", folder, strerror(errno));
    const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return error_set(error, ERROR_CANNOT_CREATE, "%s: is not a folder that can be read: %s", folder,
                         strerror(errno));
    enum error_class class = clear_folder(folder, descriptor, error);
    if (!class) {
        const int mark = openat(descriptor, MARK_NAME, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        if (mark < 0)
            class = error_set(error, ERROR_CANNOT_CREATE, "%s/" MARK_NAME ": cannot be created: %s", folder,
                              strerror(errno));
        else
            close(mark);
    }
    close(descriptor);
    return class;
}

static void live_day(struct day *day, uint32_t index)
{
    const struct network *network = day->network;
    day_begin(day, index);
    for (uint32_t sim = 0; sim < network->sim_count && !day->is_out_of_memory; sim++) {
        day->chance = chance_make(network->seed, PURPOSE_LIVE, sim, index);
        network_behaviour(network, sim)->live(day, sim);
    }
}

static enum error_class write_days(struct network *network, const char *folder, struct error *error)
{
    struct cdr_writer writer;
    struct day day;
    enum error_class class = cdr_writer_init(&writer, error);
    day_init(&day, network);
    for (uint32_t index = 0; index < network->days && !class; index++) {
        live_day(&day, index);
        class = cdr_writer_day(&writer, &day, folder, error);
    }
    day_fini(&day);
    cdr_writer_fini(&writer);
    return class;
}

static enum error_class check_options(const struct generate_options *options, struct error *error)
{
    if (options->subscribers < GENERATE_SUBSCRIBERS_MIN || options->subscribers > GENERATE_SUBSCRIBERS_MAX)
        return error_set(error, ERROR_USAGE, "%u subscribers: from %d to %d can be generated",
                         options->subscribers, GENERATE_SUBSCRIBERS_MIN, GENERATE_SUBSCRIBERS_MAX);
    if (options->days < 1 || options->days > GENERATE_DAYS_MAX)
        return error_set(error, ERROR_USAGE, "%u days: from 1 to %d can be generated", options->days,
                         GENERATE_DAYS_MAX);
    return ERROR_OK;
}

enum error_class generate_network(const struct generate_options *options, struct error *error)
{
    struct network network;
    enum error_class class = check_options(options, error);
    if (!class)
        class = network_init(&network, options, error);
    if (class)
        return class;
    class = prepare_folder(options->folder, error);
    if (!class)
        class = list_writer_lists(&network, options->folder, error);
    if (!class)
        class = write_days(&network, options->folder, error);
    if (!class)
        class = list_writer_truth(&network, options->folder, error);
    network_fini(&network);
    return class;
}
