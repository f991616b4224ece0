/* SPDX-License-Identifier: Apache-2.0
 * A file that is either whole under its name or not there under its name: it is written as NAME.part, synced,
 * and renamed when complete. A live output (a terminal, a pipe, or a log that others follow while it grows) is
 * written under its own name; if it fails half way it is renamed to NAME.part. */
#pragma once

#include "simsieve/base/error.h"

#include <stdio.h>

#define OUTPUT_PATH_BYTES 4096

struct output {
    FILE *stream; /* write with stdio; NULL when not open */
    bool is_live;
    bool is_regular;
    char path[OUTPUT_PATH_BYTES];      /* "-" is standard output */
    char part_path[OUTPUT_PATH_BYTES]; /* where the bytes are until output_commit */
};

enum output_style {
    OUTPUT_WHOLE, /* NAME.part until it is complete; an existing file keeps its content until then */
    OUTPUT_LIVE,  /* written under its name, from the start */
    OUTPUT_APPEND /* the same, behind what is there */
};

/* May block. Opens `path` with `mode` bits; what is no regular file is live. ERROR_CANNOT_CREATE. */
enum error_class output_open(struct output *output, const char *path, enum output_style style, unsigned mode,
                             struct error *error);

/* May block. Hands what is buffered to the system, so that a reader of a live output sees it. ERROR_IO. */
enum error_class output_flush(struct output *output, struct error *error);

/* May block. Flushes, syncs, gives the file its name and closes. ERROR_IO: the final name does not hold a
 * partial file then. Legal on a closed output. */
enum error_class output_commit(struct output *output, struct error *error);

/* May block. Closes without giving the file its name; what was written stays as NAME.part when
 * `keep_part`, else it is removed. Legal on a closed output. */
void output_abandon(struct output *output, bool keep_part);
