/* SPDX-License-Identifier: Apache-2.0
 * A folder of its own for each test, and files read whole. */
#pragma once

#include "simsieve/base/check.h"

#define SCRATCH_PATH_BYTES 256

/* Makes a fresh folder under $TMPDIR or /tmp; scratch_remove deletes it with what is in it. */
void scratch_make(char folder[static SCRATCH_PATH_BYTES]);
void scratch_remove(const char *folder);

/* "folder/name" in `path`, which it returns. */
const char *scratch_path(char path[static SCRATCH_PATH_BYTES], const char *folder, const char *name);

/* The whole file, zero-terminated; NULL when it does not exist. The caller frees. */
char *scratch_read(const char *path, size_t *length);
void scratch_write(const char *path, const char *bytes, size_t length);
