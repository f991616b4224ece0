/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/error.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *name;
    int exit_code;
    const char *meaning;
    const char *advice;
} rows[] = {
#define ERROR(name, exit_code, meaning, advice) {#name, exit_code, meaning, advice},
#include "simsieve/base/errors.def"
#undef ERROR
};

enum error_class error_set(struct error *error, enum error_class class, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof(error->text), format, arguments);
    va_end(arguments);
    error->class = class;
    return class;
}

bool error_row(size_t index, const char **name, int *exit_code, const char **meaning, const char **advice)
{
    if (index >= ARRAY_COUNT(rows))
        return false;
    *name = rows[index].name;
    *exit_code = rows[index].exit_code;
    *meaning = rows[index].meaning;
    *advice = rows[index].advice;
    return true;
}
