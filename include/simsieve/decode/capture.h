/* SPDX-License-Identifier: Apache-2.0
 * What a capture is searched for: the ports of the protocols that carry records. */
#pragma once

#include "simsieve/base/error.h"

#define CAPTURE_PORTS_MAX 8 /* of each protocol */

enum capture_protocol {
    CAPTURE_GTPP,    /* UDP and TCP */
    CAPTURE_SMPP,    /* TCP */
    CAPTURE_RECORDS, /* UDP: datagrams of canonical CSV, NDJSON or BER records */
    CAPTURE_PROTOCOL_COUNT
};

struct capture_ports {
    uint16_t ports[CAPTURE_PROTOCOL_COUNT][CAPTURE_PORTS_MAX]; /* 0: none from here on */
};

/* The registered ports: GTP' 3386, SMPP 2775; none for records. */
extern const struct capture_ports capture_ports_default;

/* Start-up only. Reads "gtpp=3386,smpp=2775,smpp=2776,records=5140"; a protocol that is not named keeps its default,
 * and so do all with NULL. ERROR_USAGE. */
enum error_class capture_ports_parse(const char *text, struct capture_ports *ports, struct error *error);

/* Any thread. */
bool capture_ports_have(const struct capture_ports *ports, enum capture_protocol protocol, uint16_t port);
