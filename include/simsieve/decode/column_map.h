/* SPDX-License-Identifier: Apache-2.0
 * What the columns of somebody else's table mean: a YAML file read at the start (decode/map.md). */
#pragma once

#include "simsieve/conf/settings.h"

struct column_map;

/* Start-up only. Reads a map from a file, or from `text` under the name `name`. NULL with
 * ERROR_NO_INPUT or ERROR_CONFIG with file:line:column. */
struct column_map *column_map_load(const char *path, struct error *error);
struct column_map *column_map_load_text(const char *name, const char *text, size_t length,
                                        struct error *error);
void column_map_destroy(struct column_map *map);

/* Any thread. Tables of what may stand in a map, for the reference; NULL past the end. */
const struct settings *column_map_settings_at(size_t index);
