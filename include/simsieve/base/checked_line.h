/* SPDX-License-Identifier: Apache-2.0
 * Lines of the text files that grow while a process runs and may end in the middle of one: fields with commas between
 * them, the last of them a checksum (eight hexadecimal digits of XXH3 over what stands before its comma). */
#pragma once

#include "simsieve/base/check.h"

/* What checked_line_close adds, its terminating zero included. */
#define CHECKED_LINE_EXTRA_BYTES 11

/* Any thread. Closes a line of `length` bytes with comma, checksum and newline; returns its whole length. */
size_t checked_line_close(char *line, size_t length);

/* Any thread. Whether a zero-terminated line is whole; comma, checksum and newline are then cut off. */
bool checked_line_open(char *line);

/* Any thread. Cuts `line` at its commas into at most `max` fields; returns how many there are. */
size_t checked_line_split(char *line, char *fields[], size_t max);
