/* SPDX-License-Identifier: Apache-2.0
 * A receiver of webhooks on the loopback that behaves as it is told: slow, failing, silent, redirecting, down and back. */
#pragma once

#include "simsieve/base/check.h"

#define RECEIVER_ID_BYTES 64

/* What it does with one request, once it has read it. */
struct receiver_step {
    int status;          /* 0: closes the connection without an answer */
    const char *headers; /* lines with "\r\n", or NULL */
    int delay_ms;
};

struct receiver_request {
    char id[RECEIVER_ID_BYTES], timestamp[32], signature[160], content_type[64];
    char *body;
};

struct receiver;

/* Starts it. Request i meets step i; later ones the last, or 200 when there is none. Steps are borrowed. */
struct receiver *receiver_open(const struct receiver_step *steps, size_t step_count);
void receiver_close(struct receiver *receiver);

/* Whether connections are taken at all; the port stays the same. */
void receiver_up(struct receiver *receiver, bool is_up);

unsigned receiver_port(const struct receiver *receiver);

/* How many requests were read. */
size_t receiver_count(struct receiver *receiver);

/* Waits until so many were read; fails the test after ten seconds. */
void receiver_await(struct receiver *receiver, size_t count);

/* A request that was read; valid until the close. */
const struct receiver_request *receiver_request(struct receiver *receiver, size_t index);
