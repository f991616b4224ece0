/* SPDX-License-Identifier: Apache-2.0
 * Reading the inputs of a command line to their end: one merged stream of records, with progress on a terminal and a
 * clean stop on Ctrl-C. */
#pragma once

#include "simsieve/feed/input.h"
#include "simsieve/feed/rejects.h"

struct walk_options {
    const struct decode_context *context;
    const char *const *paths;
    size_t path_count;
    const char *format;  /* NULL: by content; "map:FILE": a column map */
    const char *rejects; /* path of the reject file, NULL: count only */
    bool shows_progress; /* where stderr is a terminal */

    /* Feed thread. One record; a class other than 0 ends the walk with `error`. */
    enum error_class (*record)(void *owner, const struct cdr *record, struct error *error);

    /* Feed thread. Live inputs have nothing just now; may be NULL. */
    void (*idle)(void *owner);

    /* Any thread. Alerts so far, for the progress line; may be NULL. */
    uint64_t (*alert_count)(void *owner);
    void *owner;
};

struct walk {
    struct input_options input_options;
    struct decode_context context;
    struct column_map *map; /* of the format map */
    struct inputs *inputs;
    struct rejects *rejects;
    uint64_t decoded;
    bool was_stopped; /* Ctrl-C or SIGTERM */
    bool is_live;     /* some input is a pipe or a terminal */
    double seconds;
};

/* Start-up only. Opens the inputs; the walk must then be run and closed. */
enum error_class walk_open(struct walk *walk, const struct walk_options *options, struct error *error);

/* Feed thread. Reads to the end, or until a signal or an error. */
enum error_class walk_run(struct walk *walk, const struct walk_options *options, struct error *error);

/* Feed thread. For commands without an accounting of their own: ERROR_DATA when nothing could be decoded; when only
 * some could not, says on the log how many. */
enum error_class walk_judge(const struct walk *walk, struct error *error);

/* Completes the reject file (ERROR_IO) and frees. */
enum error_class walk_close(struct walk *walk, struct error *error);

/* Exit code of a command that a person stopped half way: the shell's convention for SIGINT. */
#define EXIT_INTERRUPTED 130

/* Any thread. True once SIGINT or SIGTERM has arrived. */
bool stop_is_asked(void);

/* Start-up only. Makes SIGINT and SIGTERM ask for a stop, and a broken pipe an error like any other. */
void stop_on_signals(void);
