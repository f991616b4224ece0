/* SPDX-License-Identifier: Apache-2.0 */
#include "targets.h"

#include "simsieve/base/output.h"

#include <libgen.h>
#include <string.h>
#include <sys/stat.h>

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* True when both paths would be one file. One that is not there yet is known by its name alone. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat status_a, status_b;
    const bool has_a = stat(a, &status_a) == 0, has_b = stat(b, &status_b) == 0;
    if (has_a && !S_ISREG(status_a.st_mode))
        return false;
    return has_a && has_b ? is_same(&status_a, &status_b) : strcmp(a, b) == 0;
}

/* True when an output of before lies in a folder that is read. */
static bool lies_in(const char *path, const char *folder)
{
    char copy[OUTPUT_PATH_BYTES];
    struct stat status_file, status_parent, status_folder;
    if (strlen(path) >= sizeof(copy) || stat(path, &status_file) != 0 || !S_ISREG(status_file.st_mode))
        return false;
    memcpy(copy, path, strlen(path) + 1);
    return stat(dirname(copy), &status_parent) == 0 && stat(folder, &status_folder) == 0 &&
           is_same(&status_parent, &status_folder);
}

static enum error_class check_inputs(const struct target *target, const char *const *inputs,
                                     size_t input_count, struct error *error)
{
    for (size_t i = 0; i < input_count; i++) {
        if (strcmp(inputs[i], "-") == 0)
            continue;
        if (is_same_file(target->path, inputs[i]))
            return error_set(error, ERROR_USAGE, "%s %s: is an input, which would be replaced",
                             target->option, target->path);
        if (lies_in(target->path, inputs[i]))
            return error_set(error, ERROR_USAGE,
                             "%s %s: is there already and would be read as records of the folder %s; write "
                             "elsewhere",
                             target->option, target->path, inputs[i]);
    }
    return ERROR_OK;
}

enum error_class targets_check(const struct target *targets, size_t target_count, const char *const *inputs,
                               size_t input_count, struct error *error)
{
    for (size_t i = 0; i < target_count; i++) {
        const struct target *target = &targets[i];
        if (!target->path)
            continue;
        for (size_t k = 0; k < i; k++)
            if (targets[k].path && is_same_file(targets[k].path, target->path))
                return error_set(error, ERROR_USAGE, "%s and %s: both would be written to %s",
                                 targets[k].option, target->option,
                                 strcmp(target->path, "-") == 0 ? "standard output" : target->path);
        if (strcmp(target->path, "-") != 0 && check_inputs(target, inputs, input_count, error))
            return error->class;
    }
    return ERROR_OK;
}
