/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "simsieve/base/error.h"
#include "simsieve/base/text.h"

/* Shut-down only. Writes an accounting (run/accounting.h) as a file, whole or not at all. ERROR_CANNOT_CREATE, ERROR_IO. */
enum error_class stats_write(const char *path, const struct text *json, struct error *error);
