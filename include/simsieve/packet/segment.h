/* SPDX-License-Identifier: Apache-2.0
 * A TCP segment of ours, before it has headers. */
#pragma once

#include "simsieve/packet/octets.h"

struct segment {
    const struct address *source, *destination; /* of one family */
    uint16_t source_port, destination_port;
    uint32_t sequence, acknowledgement;
    uint8_t flags; /* FRAME_TCP_... */
    uint16_t window;
    uint16_t largest; /* segment that we take: an option; 0: none */
    struct octets payload;
};
