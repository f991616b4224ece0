/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/run/configuration.h"

#include "simsieve/base/text.h"
#include "simsieve/decode/column_map.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>

static enum error_class read_feeds(void *owner, struct yaml_value value, struct error *error);
static enum error_class read_sinks(void *owner, struct yaml_value value, struct error *error);
static enum error_class read_feed_settings(void *owner, struct yaml_value value, struct error *error);

#define ROW(owner, field) offsetof(struct owner, field)

static const struct setting rows[] = {
    {"format", SETTING_TEXT, ROW(run_configuration, format), NULL, "the form of this file: 1", 0, 0, NULL},
    {"state", SETTING_TEXT, ROW(run_configuration, state), "state",
     "folder of what a run keeps: position log, store, journals; made if need be", 0, 0, NULL},
    {"lists", SETTING_TEXT, ROW(run_configuration, lists), "",
     "folder of the lists; read again on SIGHUP and when it changes", 0, 0, NULL},
    {"rules", SETTING_TEXT, ROW(run_configuration, rules), "",
     "folder of the rules (default: those that ship with the product); read again on SIGHUP", 0, 0, NULL},
    {"shards", SETTING_COUNT, ROW(run_configuration, shards), "0",
     "threads that share the SIMs (0: by the processors); does not change the alerts", 0, SHARDS_MAX, NULL},
    {"memory", SETTING_BYTES, ROW(run_configuration, memory_bytes), "4G", "limit of what is kept about SIMs",
     16u << 20, UINT64_MAX, NULL},
    {"positions", SETTING_BYTES, ROW(run_configuration, positions_bytes), "8G",
     "limit of the position log; what is older than it is not read again after a restart", 64u << 20,
     UINT64_MAX, NULL},
    {"store", SETTING_BYTES, ROW(run_configuration, store_bytes), "64G", "limit of the alert store",
     16u << 20, UINT64_MAX, NULL},
    {"retention", SETTING_DURATION, ROW(run_configuration, retention_ms), "400d",
     "how long the store keeps alerts", DAY_MS, 0, NULL},
    {"metrics", SETTING_COUNT, ROW(run_configuration, metrics_port), "9466",
     "port of OpenMetrics on the loopback (0: none)", 0, 65535, NULL},
    {"feeds", SETTING_READER, 0, NULL, "list of feeds", 0, 0, read_feeds},
    {"sinks", SETTING_READER, 0, "", "list of sinks beyond the store", 0, 0, read_sinks},
};

static const struct setting feed_rows[] = {
    {"name", SETTING_TEXT, ROW(run_feed_configuration, name), NULL,
     "what it is called in the position log, metrics and messages: letters, digits, hyphens", 0, 0, NULL},
    {"kind", SETTING_TEXT, ROW(run_feed_configuration, kind_name), NULL, "kafka, dpdk, spool", 0, 0, NULL},
    {"records", SETTING_TEXT, ROW(run_feed_configuration, records), "",
     "format of its records (default: by content); map:FILE: tables by a column map; subscribers: changes of the "
     "subscriber list; complaints: reports to 156 and 5656",
     0, 0, NULL},
    {"lateness", SETTING_DURATION, ROW(run_feed_configuration, lateness_ms), "24h",
     "a record this much older than its source's newest is late", 0, 0, NULL},
    {"idle_after", SETTING_DURATION, ROW(run_feed_configuration, idle_after_ms), "60s",
     "a source that shows nothing for so long holds the watermark back no more", SECOND_MS, 0, NULL},
    {"settings", SETTING_READER, 0, NULL, "what its kind wants to know", 0, 0, read_feed_settings},
};

static const struct settings tables[] = {
    {"simsieve.yaml", rows, ARRAY_COUNT(rows)},
    {"feeds[]", feed_rows, ARRAY_COUNT(feed_rows)},
};

const struct settings *run_settings_at(size_t index)
{
    return index < ARRAY_COUNT(tables) ? &tables[index] : NULL;
}

static enum error_class read_feed_settings(void *owner, struct yaml_value value, struct error *error)
{
    struct run_feed_configuration *feed = owner;
    (void)error;
    feed->settings = value;
    return ERROR_OK;
}

static bool is_name(const char *name)
{
    const size_t length = strlen(name);
    for (size_t i = 0; i < length; i++) {
        const char byte = name[i];
        if (!((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
              byte == '-'))
            return false;
    }
    return length > 0 && length < FEED_NAME_BYTES;
}

static enum error_class unknown_kind(struct yaml_value value, const char *name, struct error *error)
{
    const char *names[16];
    size_t count = 0;
    for (const struct feed_kind *kind; count < ARRAY_COUNT(names) && (kind = feed_kind_at(count)); count++)
        names[count] = kind->name;
    return yaml_unknown(value, "kind of feed", name, names, sizeof(names[0]), count, error);
}

/* The format of a feed's records: a decoder's name, or map: and the file of a column map. */
static enum error_class read_records(const struct run_configuration *configuration,
                                     struct run_feed_configuration *feed, struct yaml_value value,
                                     struct error *error)
{
    static const char map_prefix[] = "map:";
    const bool has_map = strncmp(feed->records, map_prefix, strlen(map_prefix)) == 0;
    char path[RUN_PATH_BYTES];
    const char *nearest;
    feed->decoder = decoder_by_name(has_map ? "map" : feed->records, &nearest);
    if (!feed->decoder)
        return yaml_error(value, error, "records: '%.60s' is no format%s%s%s", feed->records,
                          nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
    if (has_map)
        feed->map = column_map_load(run_path(configuration, feed->records + strlen(map_prefix), path), error);
    return has_map && !feed->map ? error->class : ERROR_OK;
}

static enum error_class read_feed(void *owner, struct yaml_value value, struct error *error)
{
    struct run_configuration *configuration = owner;
    if (configuration->feed_count == RUN_FEEDS_MAX)
        return yaml_error(value, error, "there are more than %d feeds", RUN_FEEDS_MAX);
    struct run_feed_configuration *feed = &configuration->feeds[configuration->feed_count];
    if (settings_read(&tables[1], value, feed, error))
        return error->class;
    if (!is_name(feed->name))
        return yaml_error(value, error, "name: '%.60s' is none: letters, digits and hyphens, at most %d",
                          feed->name, FEED_NAME_BYTES - 1);
    for (size_t i = 0; i < configuration->feed_count; i++)
        if (strcmp(configuration->feeds[i].name, feed->name) == 0)
            return yaml_error(value, error, "name: there is a feed '%s' already", feed->name);
    feed->kind = feed_kind_by_name(feed->kind_name);
    if (!feed->kind)
        return unknown_kind(value, feed->kind_name, error);
    if (feed->records[0] && read_records(configuration, feed, value, error))
        return error->class;
    configuration->feed_count++;
    return ERROR_OK;
}

static enum error_class read_feeds(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_each_item(value, read_feed, owner, error);
}

static enum error_class read_sinks(void *owner, struct yaml_value value, struct error *error)
{
    struct run_configuration *configuration = owner;
    (void)error;
    configuration->sinks = value;
    configuration->has_sinks = true;
    return ERROR_OK;
}

enum error_class run_configuration_load(struct run_configuration *configuration, const char *path,
                                        struct error *error)
{
    char copy[RUN_PATH_BYTES];
    *configuration = (struct run_configuration){0};
    if (strlen(path) >= sizeof(copy) / 2)
        return error_set(error, ERROR_NO_INPUT, "%.60s...: the path is too long", path);
    configuration->document = yaml_load_file(path, error);
    if (!configuration->document)
        return error->class;
    snprintf(copy, sizeof(copy), "%s", path);
    snprintf(configuration->folder, sizeof(configuration->folder), "%s", dirname(copy));
    const struct yaml_value root = yaml_root(configuration->document);
    enum error_class class = settings_read(&tables[0], root, configuration, error);
    if (!class && strcmp(configuration->format, "1") != 0)
        class =
            yaml_error(root, error, "format: '%.20s': this program reads format 1", configuration->format);
    if (!class && configuration->feed_count == 0)
        class = yaml_error(root, error, "feeds: there is none; conf/simsieve.yaml shows each kind");
    if (class)
        run_configuration_unload(configuration);
    return class;
}

void run_configuration_unload(struct run_configuration *configuration)
{
    for (size_t i = 0; i < configuration->feed_count; i++)
        column_map_destroy(configuration->feeds[i].map);
    yaml_destroy(configuration->document);
    *configuration = (struct run_configuration){0};
}

const char *run_path(const struct run_configuration *configuration, const char *path,
                     char buffer[static RUN_PATH_BYTES])
{
    if (path[0] == '/')
        snprintf(buffer, RUN_PATH_BYTES, "%s", path);
    else
        snprintf(buffer, RUN_PATH_BYTES, "%.2000s/%.2000s", configuration->folder, path);
    return buffer;
}
