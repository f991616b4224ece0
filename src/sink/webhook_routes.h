/* SPDX-License-Identifier: Apache-2.0
 * Which endpoint is in charge of which province and when: the data file of webhooks (outlet_webhook.md). */
#pragma once

#include "simsieve/base/error.h"
#include "simsieve/sink/outlet.h"

#define WEBHOOK_URL_BYTES      1024
#define WEBHOOK_ROUTES_MAX     64 /* of one endpoint */
#define WEBHOOK_EVERY_PROVINCE 0

struct webhook_route {
    unsigned province;      /* code of the 34, or WEBHOOK_EVERY_PROVINCE */
    int64_t from_ms, to_ms; /* event time, [from, to) */
};

struct webhook_endpoint {
    char name[OUTLET_NAME_BYTES];
    char url[WEBHOOK_URL_BYTES];
    struct webhook_route routes[WEBHOOK_ROUTES_MAX];
    size_t route_count;
};

/* May block. Endpoints in the order of their first rows. ERROR_NO_INPUT, ERROR_CONFIG with file and line. */
enum error_class webhook_endpoints_read(const char *path,
                                        struct webhook_endpoint endpoints[static OUTLET_LANES_MAX],
                                        size_t *count, struct error *error);

/* Any thread. Whether some route of the endpoint is that of the alert. */
bool webhook_endpoint_wants(const struct webhook_endpoint *endpoint, const struct outlet_alert *alert);
