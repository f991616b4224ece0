/* SPDX-License-Identifier: Apache-2.0
 * The configuration of a long run: conf/simsieve.yaml. Read strictly; paths in it are relative to its folder. */
#pragma once

#include "simsieve/conf/settings.h"
#include "simsieve/feed/feed.h"
#include "simsieve/pipeline/pipeline.h"

#define RUN_FEEDS_MAX  64
#define RUN_PATH_BYTES 4096

struct run_feed_configuration {
    const char *name; /* letters, digits and hyphens */
    const char *kind_name, *records;
    const struct feed_kind *kind;
    const struct decoder *decoder; /* NULL: by content */
    struct column_map *map;        /* of the format map */
    int64_t lateness_ms, idle_after_ms;
    struct yaml_value settings;
};

struct run_configuration {
    struct yaml *document;
    char folder[RUN_PATH_BYTES]; /* of the file */
    const char *format, *state, *lists, *rules;
    uint64_t shards, memory_bytes, positions_bytes, store_bytes, metrics_port;
    int64_t retention_ms;
    struct run_feed_configuration feeds[RUN_FEEDS_MAX];
    size_t feed_count;
    struct yaml_value sinks;
    bool has_sinks;
};

/* Start-up only. ERROR_NO_INPUT; ERROR_CONFIG with file:line:column. What lies in `settings` of feeds and sinks is read by
 * them. */
enum error_class run_configuration_load(struct run_configuration *configuration, const char *path,
                                        struct error *error);
void run_configuration_unload(struct run_configuration *configuration);

/* Any thread. A path of the configuration as the process can use it; returns `buffer`. */
const char *run_path(const struct run_configuration *configuration, const char *path,
                     char buffer[static RUN_PATH_BYTES]);

/* Any thread. The tables, for the reference; NULL past the last. */
const struct settings *run_settings_at(size_t index);
