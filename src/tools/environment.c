/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/tools/environment.h"

#include "simsieve/base/text.h"
#include "simsieve/record/province.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef SIMSIEVE_INSTALLED_DATA
#define SIMSIEVE_INSTALLED_DATA "/usr/share/simsieve"
#endif

/* build/simsieve, build/asan/simsieve: the checkout's conf/ is at most this far above the program. */
#define LEVELS_UP 4

/* The folder that holds numbering/ and provinces.csv. */
static void find_data_folder(char folder[static DATA_PATH_BYTES])
{
    char probe[DATA_PATH_BYTES + 32], program[DATA_PATH_BYTES];
    struct text text = text_over(folder, DATA_PATH_BYTES);
    const char *given = getenv("SIMSIEVE_DATA");
    if (given) {
        text_add(&text, "%s", given);
        return;
    }
    const ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (length > 0) {
        program[length] = 0;
        for (unsigned i = 0; i < LEVELS_UP; i++) {
            struct text candidate = text_over(folder, DATA_PATH_BYTES),
                        file = text_over(probe, sizeof(probe));
            char *parent = dirname(program);
            memmove(program, parent, strlen(parent) + 1);
            text_add(&candidate, "%s/conf", program);
            text_add(&file, "%s/provinces.csv", folder);
            if (access(probe, R_OK) == 0)
                return;
        }
    }
    text = text_over(folder, DATA_PATH_BYTES);
    text_add(&text, "%s", SIMSIEVE_INSTALLED_DATA);
}

const char *data_path(const char *name, char buffer[static DATA_PATH_BYTES])
{
    find_data_folder(buffer);
    struct text text = {.data = buffer, .capacity = DATA_PATH_BYTES, .length = strlen(buffer)};
    text_add(&text, "/%s", name);
    return buffer;
}

enum error_class environment_open_without_rules(struct environment *environment, const char *lists,
                                                struct error *error)
{
    char path[DATA_PATH_BYTES];
    *environment = (struct environment){0};
    if (provinces_load(data_path("provinces.csv", path), error))
        return error->class;
    environment->names = names_create(ENVIRONMENT_NAMES_MAX, error);
    if (environment->names)
        environment->numbering = numbering_load(data_path("numbering", path), error);
    if (environment->numbering)
        environment->lists = lists_load(lists, environment->numbering, environment->names, error);
    if (environment->lists)
        environment->program = program_load(NULL, error);
    if (environment->program)
        return ERROR_OK;
    environment_close(environment);
    return error->class;
}

enum error_class environment_open(struct environment *environment, const char *lists, const char *rules,
                                  struct error *error)
{
    char path[DATA_PATH_BYTES];
    struct program *program = program_load(rules ? rules : data_path("rules", path), error);
    if (!program) {
        *environment = (struct environment){0};
        return error->class;
    }
    const enum error_class class = environment_open_without_rules(environment, lists, error);
    if (class) {
        program_destroy(program);
        return class;
    }
    program_destroy(environment->program);
    environment->program = program;
    return ERROR_OK;
}

void environment_close(struct environment *environment)
{
    program_destroy(environment->program);
    lists_destroy(environment->lists);
    numbering_destroy(environment->numbering);
    names_destroy(environment->names);
    *environment = (struct environment){0};
}
