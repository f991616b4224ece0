/* SPDX-License-Identifier: Apache-2.0
 * One captured or received frame down to the payload of its UDP datagram or TCP segment. Pure functions on bytes:
 * nothing is copied, kept or allocated. */
#pragma once

#include "simsieve/packet/drop.h"
#include "simsieve/packet/octets.h"

/* What a frame begins with. */
enum frame_link {
    FRAME_ETHERNET, /* with up to FRAME_VLAN_MAX tags (802.1Q, 802.1ad) */
    FRAME_COOKED,   /* Linux cooked capture: LINKTYPE_LINUX_SLL */
    FRAME_COOKED_2, /* LINKTYPE_LINUX_SLL2 */
    FRAME_LOOPBACK, /* BSD loopback: the address family in 4 octets of either order */
    FRAME_RAW_IP,   /* nothing: IPv4 or IPv6 */
    FRAME_LINK_COUNT
};

#define FRAME_VLAN_MAX      2
#define FRAME_EXTENSION_MAX 8 /* IPv6 extension headers */

#define FRAME_TCP 6
#define FRAME_UDP 17

/* Checksums to verify, as bits. A capture made on the machine that sent the packets holds checksums that the card
 * had still to fill in: then neither. */
#define FRAME_CHECK_IP        1u
#define FRAME_CHECK_TRANSPORT 2u

#define FRAME_TCP_FIN 0x01u
#define FRAME_TCP_SYN 0x02u
#define FRAME_TCP_RST 0x04u
#define FRAME_TCP_PSH 0x08u
#define FRAME_TCP_ACK 0x10u

struct frame {
    struct address source, destination;
    uint16_t source_port, destination_port; /* 0 in a fragment */
    uint8_t protocol;                       /* FRAME_UDP, FRAME_TCP; of a fragment whatever it claims to be */
    uint8_t tcp_flags;
    bool is_fragment; /* the payload is a piece of the IP packet's */
    bool has_more;    /* it is not the last piece */
    uint32_t fragment_id;
    uint32_t fragment_offset; /* bytes */
    uint32_t tcp_sequence, tcp_acknowledgement;
    uint16_t tcp_window;
    struct octets tcp_options; /* behind the 20 octets of the header */
    struct octets payload;
};

/* Any thread. Reads a frame of `length` bytes; `wire_length` is how long it was before a capture cut it (at least
 * `length`). Bytes behind the IP packet (Ethernet padding) are no part of it. PACKET_NONE when `frame` is filled;
 * else what is wrong; addresses and ports are then filled as far as they could be read. Bound: FRAME_VLAN_MAX +
 * FRAME_EXTENSION_MAX headers; checksums are linear in the length.
 * IEEE 802.3, 802.1Q, RFC 791, 8200, 768, 9293. */
enum packet_drop frame_parse(enum frame_link link, const uint8_t *bytes, size_t length, size_t wire_length,
                             unsigned checks, struct frame *frame);

/* Any thread. Completes a frame whose payload is the whole IP payload, put together of all fragments
 * (reassembly.h): ports, TCP fields and payload. */
enum packet_drop frame_parse_whole(struct frame *frame, unsigned checks);
