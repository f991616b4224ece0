/* SPDX-License-Identifier: Apache-2.0 */
#include "stats.h"

#include "simsieve/base/output.h"

enum error_class stats_write(const char *path, const struct text *json, struct error *error)
{
    struct output output;
    const enum error_class class = output_open(&output, path, OUTPUT_WHOLE, 0644, error);
    if (class)
        return class;
    fwrite(json->data, 1, json->length, output.stream);
    fputc('\n', output.stream);
    return output_commit(&output, error);
}
