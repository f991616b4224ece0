/* SPDX-License-Identifier: Apache-2.0
 * Folders for tests under $TMPDIR or /tmp, files in them, and what the code under test says on stderr. */
#pragma once

#include <stddef.h>

#define WORKDIR_PATH_BYTES 256

/* A fresh folder; workdir_remove deletes it with all that is in it. For fixtures that bring their own. */
void workdir_make(char folder[static WORKDIR_PATH_BYTES]);
void workdir_remove(const char *folder);

/* The folder of the test that runs: what follows belongs to it. */
void workdir_open(void);
void workdir_close(void);

const char *workdir_folder(void);

/* The path of a file in the folder, valid until workdir_close. */
const char *workdir_path(const char *name);

/* Writes a file in the folder. */
void workdir_write(const char *name, const void *bytes, size_t length);
void workdir_write_text(const char *name, const char *text);

/* From here on stderr goes to a file in the folder ... */
void workdir_capture(void);

/* ... and from here on to where it went before. What was written, zero-terminated; caller frees. */
char *workdir_captured(void);

/* Any file, whole and zero-terminated; NULL when it does not exist. `length` may be NULL; caller frees. */
char *file_read(const char *path, size_t *length);
void file_write(const char *path, const void *bytes, size_t length);
