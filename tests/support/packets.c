/* SPDX-License-Identifier: Apache-2.0 */
#include "packets.h"

#include <arpa/inet.h>

void packet_start(struct packet *packet, const void *payload, size_t length)
{
    CHECK(length <= PACKET_ROOM);
    packet->bytes = packet->room + PACKET_ROOM;
    packet->length = 0;
    packet_behind(packet, payload, length);
}

void packet_before(struct packet *packet, const void *bytes, size_t length)
{
    packet->bytes -= length;
    packet->length += length;
    CHECK(packet->bytes >= packet->room);
    memcpy(packet->bytes, bytes, length);
}

void packet_behind(struct packet *packet, const void *bytes, size_t length)
{
    if (length > 0)
        memcpy(packet->bytes + packet->length, bytes, length);
    packet->length += length;
    CHECK(packet->bytes + packet->length <= packet->room + sizeof(packet->room));
}

struct address packet_address(const char *text)
{
    uint8_t octets[16];
    if (inet_pton(AF_INET, text, octets) == 1)
        return address_make(octets, 4);
    CHECK(inet_pton(AF_INET6, text, octets) == 1);
    return address_make(octets, 16);
}

static uint32_t sum_of(const uint8_t *bytes, size_t length)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
    return sum;
}

static uint16_t checksum(uint32_t sum)
{
    while (sum > 0xFFFF)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)~sum;
}

/* Fills in the checksum at `at` of what the packet holds so far. */
static void put_transport_sum(struct packet *packet, const char *source, const char *destination,
                              uint8_t protocol, size_t at)
{
    const struct address a = packet_address(source), b = packet_address(destination);
    const uint32_t sum = sum_of(a.octets, 16) + sum_of(b.octets, 16) + protocol + (uint32_t)packet->length +
                         sum_of(packet->bytes, packet->length);
    const uint16_t value = checksum(sum);
    octets_put16(packet->bytes + at, value ? value : 0xFFFF);
}

void packet_udp(struct packet *packet, const char *source, uint16_t source_port, const char *destination,
                uint16_t destination_port)
{
    uint8_t header[8] = {0};
    octets_put16(header, source_port);
    octets_put16(header + 2, destination_port);
    octets_put16(header + 4, (uint16_t)(packet->length + sizeof(header)));
    packet_before(packet, header, sizeof(header));
    put_transport_sum(packet, source, destination, FRAME_UDP, 6);
}

void packet_tcp_answer(struct packet *packet, const char *source, uint16_t source_port,
                       const char *destination, uint16_t destination_port, uint32_t sequence,
                       uint32_t acknowledgement, uint8_t flags, uint16_t window)
{
    uint8_t header[20] = {0};
    octets_put16(header, source_port);
    octets_put16(header + 2, destination_port);
    octets_put32(header + 4, sequence);
    octets_put32(header + 8, acknowledgement);
    header[12] = 5 << 4;
    header[13] = flags;
    octets_put16(header + 14, window);
    packet_before(packet, header, sizeof(header));
    put_transport_sum(packet, source, destination, FRAME_TCP, 16);
}

void packet_tcp(struct packet *packet, const char *source, uint16_t source_port, const char *destination,
                uint16_t destination_port, uint32_t sequence, uint8_t flags)
{
    packet_tcp_answer(packet, source, source_port, destination, destination_port, sequence, 0, flags, 65535);
}

void packet_ip(struct packet *packet, const char *source, const char *destination, uint8_t protocol)
{
    const struct address a = packet_address(source), b = packet_address(destination);
    if (a.family == ADDRESS_IPV4) {
        uint8_t header[20] = {0x45, 0, 0, 0, 0, 7, 0x40, 0, 64, protocol};
        octets_put16(header + 2, (uint16_t)(packet->length + sizeof(header)));
        memcpy(header + 12, a.octets, 4);
        memcpy(header + 16, b.octets, 4);
        octets_put16(header + 10, checksum(sum_of(header, sizeof(header))));
        packet_before(packet, header, sizeof(header));
        return;
    }
    uint8_t header[40] = {0x60, 0, 0, 0, 0, 0, protocol, 64};
    octets_put16(header + 4, (uint16_t)packet->length);
    memcpy(header + 8, a.octets, 16);
    memcpy(header + 24, b.octets, 16);
    packet_before(packet, header, sizeof(header));
}

void packet_ethernet(struct packet *packet, uint16_t type)
{
    uint8_t header[14] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    octets_put16(header + 12, type);
    packet_before(packet, header, sizeof(header));
}

void packet_fragment(struct packet *packet, const char *source, const char *destination, uint8_t protocol,
                     uint32_t id, const uint8_t *whole, size_t whole_length, size_t offset, size_t length)
{
    const bool has_more = offset + length < whole_length;
    packet_start(packet, whole + offset, length);
    if (packet_address(source).family == ADDRESS_IPV4) {
        packet_ip(packet, source, destination, protocol);
        octets_put16(packet->bytes + 4, (uint16_t)id);
        octets_put16(packet->bytes + 6, (uint16_t)(offset / 8 | (has_more ? 0x2000 : 0)));
        octets_put16(packet->bytes + 10, 0);
        octets_put16(packet->bytes + 10, checksum(sum_of(packet->bytes, 20)));
        return;
    }
    uint8_t header[8] = {protocol};
    octets_put16(header + 2, (uint16_t)(offset | has_more));
    octets_put32(header + 4, id);
    packet_before(packet, header, sizeof(header));
    packet_ip(packet, source, destination, 44);
}

size_t packet_hex(const char *text, uint8_t *bytes, size_t room)
{
    static const char digits[] = "0123456789abcdef";
    size_t count = 0;
    for (; *text; text++) {
        if (*text == ' ' || *text == '\n')
            continue;
        const char *digit = strchr(digits, *text | 0x20);
        CHECK(digit && count / 2 < room);
        bytes[count / 2] = (uint8_t)((count % 2 ? bytes[count / 2] << 4 : 0) | (digit - digits));
        count++;
    }
    CHECK(count % 2 == 0);
    return count / 2;
}
