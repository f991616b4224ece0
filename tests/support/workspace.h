/* SPDX-License-Identifier: Apache-2.0
 * A fresh folder for a test's files, and the forms in which inputs come. */
#pragma once

#include "simsieve/base/check.h"

#define WORKSPACE_PATH_BYTES 512

struct workspace {
    char folder[WORKSPACE_PATH_BYTES / 2];
};

/* Under TMPDIR or /tmp; fini removes it and everything in it. */
void workspace_init(struct workspace *workspace);
void workspace_fini(struct workspace *workspace);

/* The path of `name` in the workspace; valid until 16 more have been asked for. */
const char *workspace_path(const struct workspace *workspace, const char *name);

/* Write a file and return its path (as workspace_path). */
const char *workspace_write(const struct workspace *workspace, const char *name, const void *bytes,
                            size_t length);
const char *workspace_write_text(const struct workspace *workspace, const char *name, const char *text);

/* `length` bytes as one gzip member or zstd frame, allocated; `packed_length` bytes. */
void *pack_gzip(const void *bytes, size_t length, size_t *packed_length);
void *pack_zstd(const void *bytes, size_t length, size_t *packed_length);
