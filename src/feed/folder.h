/* SPDX-License-Identifier: Apache-2.0
 * What the INPUTs of a command line stand for: a folder is every record file in it. */
#pragma once

#include "simsieve/base/error.h"

/* Paths of inputs, each allocated. */
struct paths {
    char **names;
    size_t count, capacity;
};

/* Start-up only. Adds the inputs that `path` stands for: itself, or the files of a folder that hold records
 * (input.md says which). ERROR_NO_INPUT: it is not there, cannot be read, or is a folder without any. */
enum error_class paths_add(struct paths *paths, const char *path, struct error *error);

/* Start-up only. By name, byte by byte: the same in every locale. */
void paths_sort(struct paths *paths);

/* Legal on zeroed paths. */
void paths_fini(struct paths *paths);
