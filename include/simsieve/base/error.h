/* SPDX-License-Identifier: Apache-2.0
 * One error object: its class (errors.def, which is also the exit code) and one text that says what, where
 * and what to do. Functions that can fail for a reason outside the program take a `struct error *`, fill it
 * and return its class; 0 is success. */
#pragma once

#include "simsieve/base/check.h"

enum error_class {
#define ERROR(name, exit_code, meaning, advice) ERROR_##name = (exit_code),
#include "simsieve/base/errors.def"
#undef ERROR
};

#define ERROR_TEXT_BYTES 1024

struct error {
    enum error_class class;
    char text[ERROR_TEXT_BYTES];
};

/* Any thread. Fills `error` and returns `class`, so that a function can end in `return error_set(...)`.
 * A text longer than ERROR_TEXT_BYTES is cut. */
enum error_class error_set(struct error *error, enum error_class class, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Any thread. The row of errors.def after row `index`, for the generated reference; false past the end. */
bool error_row(size_t index, const char **name, int *exit_code, const char **meaning, const char **advice);
