/* SPDX-License-Identifier: Apache-2.0
 * What most commands need before they can read a record: the numbering plan, provinces, names, lists and rules. */
#pragma once

#include "simsieve/detect/rule.h"
#include "simsieve/lists/lists.h"

struct environment {
    struct numbering *numbering;
    struct names *names;
    struct lists *lists;
    struct program *program;
};

/* Names held at once: switches, trunks, dealers, batches, alphanumeric senders. */
#define ENVIRONMENT_NAMES_MAX 2000000

/* Start-up only. Loads what the product's data folder has (data_folder), the lists of `lists` (NULL: none) and the
 * rules of `rules` (NULL: those that ship with the product). */
enum error_class environment_open(struct environment *environment, const char *lists, const char *rules,
                                  struct error *error);

/* The same without rules: `program` is empty. */
enum error_class environment_open_without_rules(struct environment *environment, const char *lists,
                                                struct error *error);

/* Legal on a zeroed environment. */
void environment_close(struct environment *environment);

/* Start-up only. Path of a file in the product's data folder: $SIMSIEVE_DATA, or conf/ beside or above the program,
 * or the installed one. Returns `buffer`. */
#define DATA_PATH_BYTES 4096
const char *data_path(const char *name, char buffer[static DATA_PATH_BYTES]);
