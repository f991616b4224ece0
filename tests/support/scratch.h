/* SPDX-License-Identifier: Apache-2.0
 * A folder under /tmp for one test, and what the code under test says on stderr. */
#pragma once

#include <stddef.h>

#define SCRATCH_PATH_BYTES 256

/* Makes the folder; every other call belongs to it. */
void scratch_open(void);

/* Removes the folder with all that is in it. */
void scratch_close(void);

const char *scratch_folder(void);

/* The path of a file in the folder; the text of the last four calls is valid. */
const char *scratch_path(const char *name);

/* Writes a file in the folder. */
void scratch_write(const char *name, const void *bytes, size_t length);
void scratch_write_text(const char *name, const char *text);

/* From here on stderr goes to a file in the folder ... */
void scratch_capture(void);

/* ... and from here on to where it went before. What was written, zero-terminated; caller frees. */
char *scratch_captured(void);
