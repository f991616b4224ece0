/* SPDX-License-Identifier: Apache-2.0
 * Packets for tests, written header by header: a layer is put before the payload that is there already. */
#pragma once

#include "simsieve/packet/frame.h"

#define PACKET_ROOM 70000

/* Grows towards its front. */
struct packet {
    uint8_t room[2 * PACKET_ROOM];
    uint8_t *bytes;
    size_t length;
};

/* A packet of just this payload. */
void packet_start(struct packet *packet, const void *payload, size_t length);

/* Puts bytes before, or behind. */
void packet_before(struct packet *packet, const void *bytes, size_t length);
void packet_behind(struct packet *packet, const void *bytes, size_t length);

/* Puts a header before; checksums are right. Addresses are "10.0.0.1" or "2001:db8::1". */
void packet_udp(struct packet *packet, const char *source, uint16_t source_port, const char *destination,
                uint16_t destination_port);
void packet_tcp(struct packet *packet, const char *source, uint16_t source_port, const char *destination,
                uint16_t destination_port, uint32_t sequence, uint8_t flags);
/* The same with an acknowledgement (0 in the other) and a window (65,535). */
void packet_tcp_answer(struct packet *packet, const char *source, uint16_t source_port,
                       const char *destination, uint16_t destination_port, uint32_t sequence,
                       uint32_t acknowledgement, uint8_t flags, uint16_t window);
void packet_ip(struct packet *packet, const char *source, const char *destination, uint8_t protocol);
void packet_ethernet(struct packet *packet, uint16_t type);

/* One fragment of an IP payload: the IP header (and fragment header of IPv6) and bytes [offset, offset + length). */
void packet_fragment(struct packet *packet, const char *source, const char *destination, uint8_t protocol,
                     uint32_t id, const uint8_t *whole, size_t whole_length, size_t offset, size_t length);

/* The address of a text; fails when it is none. */
struct address packet_address(const char *text);

/* Bytes from hexadecimal digits; blanks between them do not matter. Returns the length. */
size_t packet_hex(const char *text, uint8_t *bytes, size_t room);
