/* SPDX-License-Identifier: Apache-2.0
 * Where a command writes to, held against what it reads: nobody means to replace a day of records by its alerts. */
#pragma once

#include "simsieve/base/error.h"

/* An option that names an output; `path` is NULL when it was not given. */
struct target {
    const char *option, *path;
};

/* Start-up only. ERROR_USAGE when two targets are one file (or both standard output), when a target is one of the
 * inputs, or lies as an old output in a folder of inputs. Devices may be named twice. */
enum error_class targets_check(const struct target *targets, size_t target_count, const char *const *inputs,
                               size_t input_count, struct error *error);
