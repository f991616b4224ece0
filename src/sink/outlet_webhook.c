/* SPDX-License-Identifier: Apache-2.0
 * Alerts as signed POSTs to those in charge of a province (outlet_webhook.md). */
#include "outlets.h"
#include "simsieve/base/calendar.h"
#include "simsieve/base/clock.h"
#include "webhook_key.h"
#include "webhook_post.h"
#include "webhook_routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTS_MAX  64
#define HOST_BYTES 256

struct webhook_settings {
    const char *endpoints, *keys, *ca;
    int64_t timeout_ms;
    char hosts[HOSTS_MAX][HOST_BYTES];
    size_t host_count;
};

/* A lane. */
struct webhook {
    struct webhook_endpoint endpoint;
    struct webhook_keys keys;
    struct webhook_client *client;
};

static enum error_class read_host(void *owner, struct yaml_value value, struct error *error)
{
    struct webhook_settings *settings = owner;
    if (settings->host_count == HOSTS_MAX)
        return yaml_error(value, error, "hosts: more than %d", HOSTS_MAX);
    return yaml_read_copy(value, settings->hosts[settings->host_count++], HOST_BYTES, error);
}

static enum error_class read_hosts(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_each_item(value, read_host, owner, error);
}

#define PLACE(field) offsetof(struct webhook_settings, field)

static const struct setting rows[] = {
    {"endpoints", SETTING_TEXT, PLACE(endpoints), NULL,
     "CSV of receivers: endpoint, url, province (code or all), valid_from, valid_to", 0, 0, NULL},
    {"hosts", SETTING_READER, 0, NULL, "list of the only hosts that are ever spoken to", 0, 0, read_hosts},
    {"keys", SETTING_TEXT, PLACE(keys), NULL,
     "folder with the secret of each endpoint: ENDPOINT.key, mode 0600", 0, 0, NULL},
    {"ca", SETTING_TEXT, PLACE(ca), "",
     "file of the authorities that receivers' certificates are from (default: the system's)", 0, 0, NULL},
    {"timeout", SETTING_DURATION, PLACE(timeout_ms), "20s", "longest wait for one answer", 100, MINUTE_MS,
     NULL},
};

static const struct settings settings_table = {"sinks[].settings of kind webhook", rows, ARRAY_COUNT(rows)};

static void webhook_close(void *state)
{
    struct webhook *webhook = state;
    webhook_client_destroy(webhook->client);
    webhook_keys_wipe(&webhook->keys);
    free(webhook);
}

static enum error_class open_lane(const struct outlet_options *options, struct webhook_settings *settings,
                                  const struct webhook_endpoint *endpoint, struct outlet_lane *lane,
                                  struct error *error)
{
    char folder[OUTLET_PATH_BYTES], path[OUTLET_PATH_BYTES + OUTLET_NAME_BYTES + 8],
        ca[OUTLET_PATH_BYTES] = "";
    struct webhook_keys keys;
    const char *fault = webhook_url_fault(endpoint->url, settings->hosts, settings->host_count);
    if (fault)
        return yaml_error(options->settings, error, "endpoint %s of %s: %s", endpoint->name,
                          settings->endpoints, fault);
    snprintf(path, sizeof(path), "%s/%s.key", outlet_path(options, settings->keys, folder), endpoint->name);
    if (webhook_keys_read(&keys, path, error))
        return error->class;
    if (settings->ca[0])
        outlet_path(options, settings->ca, ca);
    struct webhook *webhook = calloc(1, sizeof(*webhook));
    CHECK(webhook);
    webhook->endpoint = *endpoint;
    webhook->keys = keys;
    webhook_keys_wipe(&keys);
    webhook->client = webhook_client_create(endpoint->url, ca, settings->timeout_ms);
    memcpy(lane->name, endpoint->name, sizeof(lane->name));
    lane->state = webhook;
    return ERROR_OK;
}

static enum error_class open_lanes(const struct outlet_options *options, struct webhook_settings *settings,
                                   struct webhook_endpoint *endpoints, struct outlet_lane *lanes,
                                   size_t *lane_count, struct error *error)
{
    char path[OUTLET_PATH_BYTES];
    size_t count = 0, opened = 0;
    enum error_class class =
        webhook_endpoints_read(outlet_path(options, settings->endpoints, path), endpoints, &count, error);
    while (!class && opened < count) {
        class = open_lane(options, settings, &endpoints[opened], &lanes[opened], error);
        opened += !class;
    }
    while (class && opened > 0)
        webhook_close(lanes[--opened].state);
    *lane_count = opened;
    return class;
}

static enum error_class webhook_open(const struct outlet_options *options,
                                     struct outlet_lane lanes[static OUTLET_LANES_MAX], size_t *lane_count,
                                     struct error *error)
{
    struct webhook_settings *settings = calloc(1, sizeof(*settings));
    struct webhook_endpoint *endpoints = calloc(OUTLET_LANES_MAX, sizeof(*endpoints));
    CHECK(settings && endpoints);
    enum error_class class = settings_read(&settings_table, options->settings, settings, error);
    if (!class)
        class = open_lanes(options, settings, endpoints, lanes, lane_count, error);
    free(endpoints);
    free(settings);
    return class;
}

static bool webhook_wants(const void *state, const struct outlet_alert *alert)
{
    return webhook_endpoint_wants(&((const struct webhook *)state)->endpoint, alert);
}

static void webhook_deliver(void *state, struct outlet_batch *batch)
{
    struct webhook *webhook = state;
    char signature[WEBHOOK_SIGNATURE_BYTES];
    for (size_t i = 0; i < batch->count; i++) {
        const struct outlet_alert *alert = &batch->alerts[i];
        const int64_t now_s = clock_wall_ms() / SECOND_MS; /* of this attempt */
        const struct webhook_request request = {
            .id = alert->id,
            .signature =
                webhook_sign(&webhook->keys, alert->id, now_s, alert->json, alert->json_length, signature),
            .timestamp_s = now_s,
            .body = alert->json,
            .body_length = alert->json_length,
            .is_stopping = batch->is_stopping,
        };
        if (atomic_load_explicit(batch->is_stopping, memory_order_acquire))
            return;
        webhook_post(webhook->client, &request, &batch->answers[i]);
        if (batch->answers[i].outcome != OUTLET_DELIVERED && batch->answers[i].outcome != OUTLET_REFUSED)
            return;
    }
}

const struct outlet outlet_webhook = {
    .name = "webhook",
    .summary = "signed POSTs to those in charge of a province",
    .settings = &settings_table,
    .batch_max = 16,
    .modes = 1u << MODE_ALERT | 1u << MODE_PROPOSE | 1u << MODE_ENFORCE,
    .give_up_ms = DAY_MS,
    .open = webhook_open,
    .close = webhook_close,
    .wants = webhook_wants,
    .deliver = webhook_deliver,
};
