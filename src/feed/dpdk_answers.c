/* SPDX-License-Identifier: Apache-2.0 */
#include "dpdk_answers.h"

#define TYPE_IPV4 0x0800
#define TYPE_ARP  0x0806
#define TYPE_IPV6 0x86DD
#define TYPE_VLAN 0x8100
#define TYPE_QINQ 0x88A8

#define IPV4_BYTES         20
#define IPV6_BYTES         40
#define UDP_BYTES          8
#define TCP_BYTES          20
#define TCP_LARGEST_BYTES  4 /* option: the largest segment that we take */
#define ARP_BYTES          28
#define SOLICITATION_BYTES 24 /* of a solicitation without options */

#define PROTOCOL_ICMP  1
#define PROTOCOL_TCP   6
#define PROTOCOL_UDP   17
#define PROTOCOL_ICMP6 58

#define HOP_LIMIT 255 /* what neighbour discovery wants, and good enough for all */

bool answer_is_own(const struct answer_self *self, const struct address *address)
{
    for (size_t i = 0; i < self->address_count; i++)
        if (address_equal(&self->addresses[i], address))
            return true;
    return false;
}

static bool is_own(const struct answer_self *self, const uint8_t *bytes, size_t length)
{
    const struct address address = address_make(bytes, length);
    return answer_is_own(self, &address);
}

/* ---- Ethernet ---- */

bool answer_link_of(const struct answer_self *self, struct octets frame, struct answer_link *link)
{
    size_t at = 12;
    while (frame.length >= at + 2) {
        const uint16_t type = octets_get16(frame.bytes + at);
        if (type != TYPE_VLAN && type != TYPE_QINQ) {
            memcpy(link->bytes, frame.bytes + 6, 6);
            memcpy(link->bytes + 6, self->mac, 6);
            memcpy(link->bytes + 12, frame.bytes + 12, at - 12);
            link->length = (uint8_t)at;
            return true;
        }
        if (at + 4 > sizeof(link->bytes))
            return false;
        at += 4;
    }
    return false;
}

/* Writes the link header; returns its length. */
static size_t put_link(const struct answer_link *link, uint16_t type, uint8_t *answer)
{
    memcpy(answer, link->bytes, link->length);
    octets_put16(answer + link->length, type);
    return link->length + 2u;
}

/* ---- checksums and IP ---- */

static uint32_t add(uint32_t sum, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i + 1 < length; i += 2)
        sum += octets_get16(bytes + i);
    return length % 2 ? sum + (uint32_t)(bytes[length - 1] << 8) : sum;
}

static uint16_t checksum(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)~sum;
}

static size_t address_length(const struct address *address)
{
    return address->family == ADDRESS_IPV4 ? 4 : 16;
}

/* The sum of what a transport checksum covers beside the transport's own bytes (RFC 768, RFC 8200 8.1). */
static uint32_t pseudo_header(const struct address *source, const struct address *destination,
                              uint8_t protocol, size_t length)
{
    uint32_t sum = (uint32_t)(protocol + length);
    sum = add(sum, source->octets, address_length(source));
    return add(sum, destination->octets, address_length(destination));
}

static size_t put_ipv4(uint8_t *header, const struct address *source, const struct address *destination,
                       uint8_t protocol, size_t length)
{
    memset(header, 0, IPV4_BYTES);
    header[0] = 0x45;
    octets_put16(header + 2, (uint16_t)(IPV4_BYTES + length));
    header[6] = 0x40; /* do not fragment */
    header[8] = HOP_LIMIT;
    header[9] = protocol;
    memcpy(header + 12, source->octets, 4);
    memcpy(header + 16, destination->octets, 4);
    octets_put16(header + 10, checksum(add(0, header, IPV4_BYTES)));
    return IPV4_BYTES;
}

static size_t put_ipv6(uint8_t *header, const struct address *source, const struct address *destination,
                       uint8_t protocol, size_t length)
{
    memset(header, 0, IPV6_BYTES);
    header[0] = 0x60;
    octets_put16(header + 4, (uint16_t)length);
    header[6] = protocol;
    header[7] = HOP_LIMIT;
    memcpy(header + 8, source->octets, 16);
    memcpy(header + 24, destination->octets, 16);
    return IPV6_BYTES;
}

/* Writes the headers down to IP; returns their length. */
static size_t put_headers(const struct answer_link *link, const struct address *source,
                          const struct address *destination, uint8_t protocol, size_t length, uint8_t *answer)
{
    const bool is_ipv4 = source->family == ADDRESS_IPV4;
    const size_t at = put_link(link, is_ipv4 ? TYPE_IPV4 : TYPE_IPV6, answer);
    return at + (is_ipv4 ? put_ipv4 : put_ipv6)(answer + at, source, destination, protocol, length);
}

size_t answer_udp(const struct answer_link *link, const struct address *source,
                  const struct address *destination, uint16_t source_port, uint16_t destination_port,
                  struct octets payload, uint8_t answer[static ANSWER_BYTES_MAX])
{
    const size_t length = UDP_BYTES + payload.length;
    CHECK(ANSWER_LINK_BYTES_MAX + IPV6_BYTES + length <= ANSWER_BYTES_MAX);
    const size_t at = put_headers(link, source, destination, PROTOCOL_UDP, length, answer);
    uint8_t *udp = answer + at;
    octets_put16(udp, source_port);
    octets_put16(udp + 2, destination_port);
    octets_put16(udp + 4, (uint16_t)length);
    octets_put16(udp + 6, 0);
    memcpy(udp + UDP_BYTES, payload.bytes, payload.length);
    const uint16_t sum = checksum(add(pseudo_header(source, destination, PROTOCOL_UDP, length), udp, length));
    octets_put16(udp + 6, sum ? sum : 0xFFFF); /* 0 would say that there is none */
    return at + length;
}

size_t answer_tcp(const struct answer_link *link, const struct segment *segment,
                  uint8_t answer[static ANSWER_BYTES_MAX])
{
    const size_t header_length = TCP_BYTES + (segment->largest ? TCP_LARGEST_BYTES : 0);
    const size_t length = header_length + segment->payload.length;
    CHECK(ANSWER_LINK_BYTES_MAX + IPV6_BYTES + length <= ANSWER_BYTES_MAX);
    const size_t at = put_headers(link, segment->source, segment->destination, PROTOCOL_TCP, length, answer);
    uint8_t *tcp = answer + at;
    memset(tcp, 0, header_length);
    octets_put16(tcp, segment->source_port);
    octets_put16(tcp + 2, segment->destination_port);
    octets_put32(tcp + 4, segment->sequence);
    octets_put32(tcp + 8, segment->acknowledgement);
    tcp[12] = (uint8_t)(header_length / 4 << 4);
    tcp[13] = segment->flags;
    octets_put16(tcp + 14, segment->window);
    if (segment->largest) {
        tcp[20] = 2;
        tcp[21] = TCP_LARGEST_BYTES;
        octets_put16(tcp + 22, segment->largest);
    }
    if (segment->payload.length > 0)
        memcpy(tcp + header_length, segment->payload.bytes, segment->payload.length);
    const uint32_t start = pseudo_header(segment->source, segment->destination, PROTOCOL_TCP, length);
    octets_put16(tcp + 16, checksum(add(start, tcp, length)));
    return at + length;
}

/* ---- greetings ---- */

/* A frame that may be answered. */
struct greeting {
    const struct answer_self *self;
    struct answer_link link;
    struct octets packet; /* behind the link header */
    uint8_t *answer;
};

static size_t answer_arp(const struct greeting *greeting)
{
    static const uint8_t ethernet_for_ipv4[] = {0, 1, 8, 0, 6, 4, 0, 1};
    const uint8_t *request = greeting->packet.bytes;
    if (greeting->packet.length < ARP_BYTES || memcmp(request, ethernet_for_ipv4, 8) != 0 ||
        !is_own(greeting->self, request + 24, 4))
        return 0;
    const size_t at = put_link(&greeting->link, TYPE_ARP, greeting->answer);
    uint8_t *reply = greeting->answer + at;
    memcpy(reply, request, ARP_BYTES);
    reply[7] = 2;
    memcpy(reply + 8, greeting->self->mac, 6);
    memcpy(reply + 14, request + 24, 4);
    memcpy(reply + 18, request + 8, 10); /* who asked */
    return at + ARP_BYTES;
}

/* The message of an ICMP or ICMPv6 echo request goes back as it came, under another type. */
static size_t answer_echo(const struct greeting *greeting, const struct address *asker,
                          const struct address *asked, struct octets message)
{
    const bool is_ipv4 = asker->family == ADDRESS_IPV4;
    const uint8_t protocol = is_ipv4 ? PROTOCOL_ICMP : PROTOCOL_ICMP6;
    if (message.length < 8 || ANSWER_LINK_BYTES_MAX + IPV6_BYTES + message.length > ANSWER_BYTES_MAX ||
        !answer_is_own(greeting->self, asked))
        return 0;
    const size_t at = put_headers(&greeting->link, asked, asker, protocol, message.length, greeting->answer);
    uint8_t *reply = greeting->answer + at;
    memcpy(reply, message.bytes, message.length);
    reply[0] = is_ipv4 ? 0 : 129;
    octets_put16(reply + 2, 0);
    const uint32_t start = is_ipv4 ? 0 : pseudo_header(asked, asker, protocol, message.length);
    octets_put16(reply + 2, checksum(add(start, reply, message.length)));
    return at + message.length;
}

static size_t answer_ipv4(const struct greeting *greeting)
{
    const uint8_t *header = greeting->packet.bytes;
    if (greeting->packet.length < IPV4_BYTES || header[0] >> 4 != 4 || header[9] != PROTOCOL_ICMP)
        return 0;
    const size_t header_length = 4u * (header[0] & 15), length = octets_get16(header + 2);
    const bool is_fragment = octets_get16(header + 6) & 0x3FFF;
    if (header_length < IPV4_BYTES || is_fragment || length > greeting->packet.length ||
        length < header_length + 8 || header[header_length] != 8)
        return 0;
    const struct address asker = address_make(header + 12, 4), asked = address_make(header + 16, 4);
    return answer_echo(greeting, &asker, &asked,
                       (struct octets){header + header_length, length - header_length});
}

static size_t answer_solicitation(const struct greeting *greeting, const struct address *asker,
                                  struct octets message)
{
    const uint8_t *target = message.bytes + 8;
    const bool is_detection = memcmp(asker->octets, (const uint8_t[16]){0}, 16) == 0;
    if (message.length < SOLICITATION_BYTES || is_detection || !is_own(greeting->self, target, 16))
        return 0;
    const struct address own = address_make(target, 16);
    const size_t length = SOLICITATION_BYTES + 8;
    const size_t at = put_headers(&greeting->link, &own, asker, PROTOCOL_ICMP6, length, greeting->answer);
    uint8_t *reply = greeting->answer + at;
    memset(reply, 0, length);
    reply[0] = 136;
    reply[4] = 0x60; /* solicited, override */
    memcpy(reply + 8, target, 16);
    reply[24] = 2; /* target link-layer address, in units of 8 octets */
    reply[25] = 1;
    memcpy(reply + 26, greeting->self->mac, 6);
    octets_put16(reply + 2, checksum(add(pseudo_header(&own, asker, PROTOCOL_ICMP6, length), reply, length)));
    return at + length;
}

static size_t answer_ipv6(const struct greeting *greeting)
{
    const uint8_t *header = greeting->packet.bytes;
    if (greeting->packet.length < IPV6_BYTES + 8 || header[0] >> 4 != 6 || header[6] != PROTOCOL_ICMP6)
        return 0;
    const size_t length = octets_get16(header + 4);
    if (length < 8 || length > greeting->packet.length - IPV6_BYTES)
        return 0;
    const struct address asker = address_make(header + 8, 16), asked = address_make(header + 24, 16);
    const struct octets message = {header + IPV6_BYTES, length};
    if (message.bytes[0] == 135 && header[7] == HOP_LIMIT)
        return answer_solicitation(greeting, &asker, message);
    return message.bytes[0] == 128 ? answer_echo(greeting, &asker, &asked, message) : 0;
}

size_t answer_greeting(const struct answer_self *self, struct octets frame,
                       uint8_t answer[static ANSWER_BYTES_MAX])
{
    struct greeting greeting = {.self = self, .answer = answer};
    if (!answer_link_of(self, frame, &greeting.link))
        return 0;
    const size_t at = greeting.link.length + 2u;
    greeting.packet = (struct octets){frame.bytes + at, frame.length - at};
    switch (octets_get16(frame.bytes + at - 2)) {
    case TYPE_ARP:
        return answer_arp(&greeting);
    case TYPE_IPV4:
        return answer_ipv4(&greeting);
    case TYPE_IPV6:
        return answer_ipv6(&greeting);
    default:
        return 0;
    }
}
