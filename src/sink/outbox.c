/* SPDX-License-Identifier: Apache-2.0
 * The lanes of a configuration: opened, started, woken, stopped (outbox.md). */
#include "simsieve/sink/outbox.h"

#include "outbox_lane.h"
#include "outbox_settings.h"
#include "simsieve/base/clock.h"
#include "simsieve/base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct outbox {
    struct bell bell;
    uint64_t seed;
    const char *store_path, *folder; /* while opening; no store: only to be checked */
    size_t sink_count;
    char sink_names[OUTLET_LANES_MAX][OUTLET_NAME_BYTES];
    size_t lane_count;
    struct lane *lanes[OUTLET_LANES_MAX];
};

/* Takes over the outlet's state of a lane, whatever happens. */
static enum error_class add_lane(struct outbox *outbox, const struct sink_settings *settings,
                                 const struct outlet_lane *opened, struct error *error)
{
    struct lane *lane = calloc(1, sizeof(*lane));
    CHECK(lane && outbox->lane_count < OUTLET_LANES_MAX);
    outbox->lanes[outbox->lane_count++] = lane;
    lane->bell = &outbox->bell;
    lane->outlet = settings->outlet;
    lane->state = opened->state;
    lane->modes = settings->modes;
    lane->give_up_ms = settings->give_up_ms;
    char *name = lane->health.name;
    snprintf(name, OUTBOX_NAME_BYTES, "%s%s%s", settings->name, opened->name[0] ? "/" : "", opened->name);
    lane->told = lane->health;
    lane->backoff = (struct backoff){.min_ms = settings->retry_min_ms,
                                     .max_ms = settings->retry_max_ms,
                                     .seed = outbox->seed ^ hash_bytes(name, strlen(name))};
    lane->store = store_open(outbox->store_path, error);
    if (!lane->store)
        return error->class;
    const enum error_class class =
        lane_register(lane->store, name, settings->is_from_start, &lane->sink, &lane->cursor, error);
    lane->stored_cursor = lane->cursor;
    return class;
}

static enum error_class add_lanes(struct outbox *outbox, const struct sink_settings *settings,
                                  struct error *error)
{
    const struct outlet_options options = {settings->own, outbox->folder, !outbox->store_path};
    struct outlet_lane *opened = calloc(OUTLET_LANES_MAX, sizeof(*opened));
    size_t count = 0;
    CHECK(opened);
    enum error_class class = settings->outlet->open(&options, opened, &count, error);
    if (!class && count > OUTLET_LANES_MAX - outbox->lane_count)
        class = yaml_error(settings->own, error, "with this sink there are more than %d receivers",
                           OUTLET_LANES_MAX);
    size_t added = 0;
    while (added < count && !class && outbox->store_path)
        class = add_lane(outbox, settings, &opened[added++], error);
    for (; added < count; added++)
        settings->outlet->close(opened[added].state);
    free(opened);
    return class;
}

static enum error_class read_sink(void *owner, struct yaml_value item, struct error *error)
{
    struct outbox *outbox = owner;
    struct sink_settings settings;
    const enum error_class class = sink_settings_read(&settings, item, error);
    if (class)
        return class;
    for (size_t i = 0; i < outbox->sink_count; i++)
        if (strcmp(outbox->sink_names[i], settings.name) == 0)
            return yaml_error(item, error, "there is another sink of the name '%s'", settings.name);
    if (outbox->sink_count == OUTLET_LANES_MAX)
        return yaml_error(item, error, "more than %d sinks", OUTLET_LANES_MAX);
    snprintf(outbox->sink_names[outbox->sink_count++], OUTLET_NAME_BYTES, "%s", settings.name);
    return add_lanes(outbox, &settings, error);
}

enum error_class outbox_check(const char *folder, struct yaml_value sinks, struct error *error)
{
    struct outbox outbox = {.folder = folder};
    return yaml_each_item(sinks, read_sink, &outbox, error);
}

struct outbox *outbox_open(const char *store_path, const char *folder, struct yaml_value sinks, uint64_t seed,
                           struct error *error)
{
    struct outbox *outbox = calloc(1, sizeof(*outbox));
    CHECK(outbox);
    bell_init(&outbox->bell);
    outbox->seed = seed;
    outbox->store_path = store_path;
    outbox->folder = folder;
    if (yaml_each_item(sinks, read_sink, outbox, error)) {
        outbox_close(outbox);
        return NULL;
    }
    for (size_t i = 0; i < outbox->lane_count; i++)
        lane_start(outbox->lanes[i]);
    return outbox;
}

void outbox_ring(struct outbox *outbox)
{
    bell_ring(&outbox->bell);
}

/* Under the bell's lock. */
static bool all_have_served(const void *owner, uint64_t ring_count)
{
    const struct outbox *outbox = owner;
    for (size_t i = 0; i < outbox->lane_count; i++)
        if (outbox->lanes[i]->served_count < ring_count)
            return false;
    return true;
}

bool outbox_drain(struct outbox *outbox, int timeout_ms)
{
    const uint64_t until_ns = clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000u;
    return bell_ring_and_await(&outbox->bell, all_have_served, outbox, until_ns);
}

void outbox_close(struct outbox *outbox)
{
    if (!outbox)
        return;
    bell_stop(&outbox->bell);
    for (size_t i = 0; i < outbox->lane_count; i++)
        lane_join(outbox->lanes[i]);
    for (size_t i = 0; i < outbox->lane_count; i++) {
        struct lane *lane = outbox->lanes[i];
        lane->outlet->close(lane->state);
        store_close(lane->store);
        free(lane);
    }
    bell_fini(&outbox->bell);
    free(outbox);
}

bool outbox_health(struct outbox *outbox, size_t index, struct sink_health *health)
{
    if (index >= outbox->lane_count)
        return false;
    pthread_mutex_lock(&outbox->bell.lock);
    *health = outbox->lanes[index]->told;
    pthread_mutex_unlock(&outbox->bell.lock);
    return true;
}
