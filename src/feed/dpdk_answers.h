/* SPDX-License-Identifier: Apache-2.0
 * Frames that a charging gateway on a bare port has to write itself: it is at home there (ARP, IPv6 neighbours), it is alive
 * (ping), UDP datagrams and TCP segments. Pure functions on bytes. */
#pragma once

#include "simsieve/packet/segment.h"

#define ANSWER_LINK_BYTES_MAX 22 /* Ethernet with two VLAN tags */
#define ANSWER_BYTES_MAX      2048

/* Ethernet header of what goes back to whoever sent a frame, all but the type. */
struct answer_link {
    uint8_t bytes[ANSWER_LINK_BYTES_MAX - 2];
    uint8_t length;
};

/* Who we are on a port. */
struct answer_self {
    const struct address *addresses;
    size_t address_count;
    uint8_t mac[6];
};

bool answer_is_own(const struct answer_self *self, const struct address *address);

/* Any thread. The way back of an Ethernet frame, in its VLAN; false when the frame is too short or has more than two tags. */
bool answer_link_of(const struct answer_self *self, struct octets frame, struct answer_link *link);

/* Any thread. Answers an ARP request (RFC 826), a neighbour solicitation (RFC 4861 7.2), or an echo request of ICMP or ICMPv6
 * (RFC 792, 4443 4.1) to one of our addresses, with Ethernet; returns the length of the answer, 0 when there is none to give. */
size_t answer_greeting(const struct answer_self *self, struct octets frame,
                       uint8_t answer[static ANSWER_BYTES_MAX]);

/* Any thread. A UDP datagram in a frame; both addresses are of one family. */
size_t answer_udp(const struct answer_link *link, const struct address *source,
                  const struct address *destination, uint16_t source_port, uint16_t destination_port,
                  struct octets payload, uint8_t answer[static ANSWER_BYTES_MAX]);

/* Any thread. A TCP segment in a frame. */
size_t answer_tcp(const struct answer_link *link, const struct segment *segment,
                  uint8_t answer[static ANSWER_BYTES_MAX]);
