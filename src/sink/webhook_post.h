/* SPDX-License-Identifier: Apache-2.0
 * One POST to one endpoint, and what its answer means. One thread at a time on one client. */
#pragma once

#include "simsieve/sink/outlet.h"

struct webhook_client;

struct webhook_request {
    const char *id, *signature;
    int64_t timestamp_s;
    const char *body;
    size_t body_length;
    const _Atomic bool *is_stopping; /* gives up soon after it has become true */
};

/* Any thread. What speaks against sending there, NULL for nothing: https, or http to the loopback, and one of `hosts`. */
const char *webhook_url_fault(const char *url, char (*hosts)[256], size_t host_count);

/* Start-up only. Reaches nobody. `ca_path` "": the system's authorities. `timeout_ms` for one POST with its answer. */
struct webhook_client *webhook_client_create(const char *url, const char *ca_path, int64_t timeout_ms);
void webhook_client_destroy(struct webhook_client *client);

/* May block for the timeout, or a second after the stop. */
void webhook_post(struct webhook_client *client, const struct webhook_request *request,
                  struct outlet_answer *answer);
