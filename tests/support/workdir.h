/* SPDX-License-Identifier: Apache-2.0
 * A folder under /tmp for one test, and what the code under test says on stderr. */
#pragma once

#include <stddef.h>

#define WORKDIR_PATH_BYTES 256

/* Makes the folder; every other call belongs to it. */
void workdir_open(void);

/* Removes the folder with all that is in it. */
void workdir_close(void);

const char *workdir_folder(void);

/* The path of a file in the folder; the text of the last sixteen calls is valid. */
const char *workdir_path(const char *name);

/* Writes a file in the folder. */
void workdir_write(const char *name, const void *bytes, size_t length);
void workdir_write_text(const char *name, const char *text);

/* From here on stderr goes to a file in the folder ... */
void workdir_capture(void);

/* ... and from here on to where it went before. What was written, zero-terminated; caller frees. */
char *workdir_captured(void);
