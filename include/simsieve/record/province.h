/* SPDX-License-Identifier: Apache-2.0
 * The provinces by their official codes, as conf/provinces.csv names them (34 since 2025-07-01). */
#pragma once

#include "simsieve/base/error.h"
#include "simsieve/base/text.h"

#define PROVINCE_CODE_MAX 99

/* Start-up only. May block. Reads conf/provinces.csv (`path`) in place of what was read before. ERROR_CONFIG,
 * ERROR_NO_INPUT; the old table stays then. */
enum error_class provinces_load(const char *path, struct error *error);

/* Any thread. The name of a province, NULL for a code that is none of the table. */
const char *province_name(unsigned code);

/* Any thread. Reads a code ("01", or "1" from a spreadsheet); false when it is malformed, or none of the table.
 * As long as no table is loaded, every code from 1 to PROVINCE_CODE_MAX passes. */
bool province_parse(struct slice field, uint8_t *code);
