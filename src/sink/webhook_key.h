/* SPDX-License-Identifier: Apache-2.0
 * Secrets of webhooks and what they sign (Standard Webhooks 1.0, symmetric signatures). */
#pragma once

#include "simsieve/base/error.h"

#define WEBHOOK_KEY_BYTES_MAX   64
#define WEBHOOK_KEYS_MAX        2 /* the second while they are exchanged */
#define WEBHOOK_SIGNATURE_BYTES 128

struct webhook_keys {
    struct {
        unsigned char bytes[WEBHOOK_KEY_BYTES_MAX];
        size_t length;
    } keys[WEBHOOK_KEYS_MAX];
    size_t count;
};

/* May block. Reads a file of lines "whsec_BASE64" that nobody but its owner may read. ERROR_NO_INPUT, ERROR_CONFIG. */
enum error_class webhook_keys_read(struct webhook_keys *keys, const char *path, struct error *error);
void webhook_keys_wipe(struct webhook_keys *keys);

/* Any thread. The value of `webhook-signature`: "v1,BASE64" of each key over "id.timestamp.body", with a blank between. */
const char *webhook_sign(const struct webhook_keys *keys, const char *id, int64_t timestamp_s,
                         const char *body, size_t body_length,
                         char signature[static WEBHOOK_SIGNATURE_BYTES]);
