/* SPDX-License-Identifier: Apache-2.0
 * Every length is checked against what is there before it is believed (frame.md). */
#include "simsieve/packet/frame.h"

#define ETHERTYPE_IPV4 0x0800u
#define ETHERTYPE_IPV6 0x86DDu

/* IPv6 next headers (IANA protocol numbers). */
#define NEXT_HOP_BY_HOP  0
#define NEXT_ROUTING     43
#define NEXT_FRAGMENT    44
#define NEXT_AH          51
#define NEXT_DESTINATION 60
#define NEXT_MOBILITY    135
#define NEXT_HIP         139
#define NEXT_SHIM6       140

/* Bytes that have not been read. */
struct rest {
    const uint8_t *at;
    size_t length;
    bool is_cut; /* the capture ended before the packet did */
    unsigned checks;
};

/* What a header that is not all there means. */
static enum packet_drop cut(const struct rest *rest, enum packet_drop drop)
{
    return rest->is_cut ? PACKET_SNAPPED : drop;
}

static void skip(struct rest *rest, size_t length)
{
    rest->at += length;
    rest->length -= length;
}

/* The sum of RFC 1071 over 16-bit words, an odd octet padded with zero. */
static uint64_t sum_words(const uint8_t *bytes, size_t length)
{
    uint64_t sum = 0;
    for (size_t i = 0; i + 1 < length; i += 2)
        sum += octets_get16(bytes + i);
    return length & 1 ? sum + ((uint64_t)bytes[length - 1] << 8) : sum;
}

static bool is_sum_right(uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return sum == 0xFFFF;
}

static bool is_transport_sum_right(const struct frame *frame, const uint8_t *bytes, size_t length)
{
    const uint64_t pseudo_header = sum_words(frame->source.octets, sizeof(frame->source.octets)) +
                                   sum_words(frame->destination.octets, sizeof(frame->destination.octets)) +
                                   length + frame->protocol;
    return is_sum_right(pseudo_header + sum_words(bytes, length));
}

/* First of all, so that the caller knows whose damage it is. */
static void read_ports(struct frame *frame, const struct rest *rest)
{
    if (rest->length < 4)
        return;
    frame->source_port = octets_get16(rest->at);
    frame->destination_port = octets_get16(rest->at + 2);
}

static enum packet_drop parse_udp(struct frame *frame, struct rest rest)
{
    enum { HEADER_BYTES = 8 };
    read_ports(frame, &rest);
    if (rest.length < HEADER_BYTES)
        return cut(&rest, PACKET_UDP_LENGTH);
    const size_t length = octets_get16(rest.at + 4);
    if (length < HEADER_BYTES)
        return PACKET_UDP_LENGTH;
    if (length > rest.length)
        return cut(&rest, PACKET_UDP_LENGTH);
    const bool has_sum = octets_get16(rest.at + 6) != 0 || frame->source.family == ADDRESS_IPV6;
    if ((rest.checks & FRAME_CHECK_TRANSPORT) && has_sum && !is_transport_sum_right(frame, rest.at, length))
        return PACKET_TRANSPORT_CHECKSUM;
    frame->payload = (struct octets){rest.at + HEADER_BYTES, length - HEADER_BYTES};
    return PACKET_NONE;
}

static enum packet_drop parse_tcp(struct frame *frame, struct rest rest)
{
    enum { HEADER_BYTES = 20 };
    read_ports(frame, &rest);
    if (rest.length < HEADER_BYTES)
        return cut(&rest, PACKET_TCP_HEADER);
    const size_t header = (size_t)(rest.at[12] >> 4) * 4;
    if (header < HEADER_BYTES)
        return PACKET_TCP_HEADER;
    if (header > rest.length || rest.is_cut)
        return cut(&rest, PACKET_TCP_HEADER);
    if ((rest.checks & FRAME_CHECK_TRANSPORT) && !is_transport_sum_right(frame, rest.at, rest.length))
        return PACKET_TRANSPORT_CHECKSUM;
    frame->tcp_sequence = octets_get32(rest.at + 4);
    frame->tcp_acknowledgement = octets_get32(rest.at + 8);
    frame->tcp_flags = rest.at[13];
    frame->tcp_window = octets_get16(rest.at + 14);
    frame->tcp_options = (struct octets){rest.at + HEADER_BYTES, header - HEADER_BYTES};
    frame->payload = (struct octets){rest.at + header, rest.length - header};
    return PACKET_NONE;
}

static enum packet_drop parse_transport(struct frame *frame, struct rest rest)
{
    switch (frame->protocol) {
    case FRAME_UDP:
        return parse_udp(frame, rest);
    case FRAME_TCP:
        return parse_tcp(frame, rest);
    default:
        return PACKET_NOT_TRANSPORT;
    }
}

static bool is_extension(uint8_t next)
{
    switch (next) {
    case NEXT_HOP_BY_HOP:
    case NEXT_ROUTING:
    case NEXT_FRAGMENT:
    case NEXT_AH:
    case NEXT_DESTINATION:
    case NEXT_MOBILITY:
    case NEXT_HIP:
    case NEXT_SHIM6:
        return true;
    default:
        return false;
    }
}

/* A fragment header: true when the frame is a fragment, so that nothing but its payload follows. One that is first
 * and last at once (RFC 6946) is a whole packet. */
static bool read_fragment_header(struct frame *frame, const uint8_t *header)
{
    const uint16_t field = octets_get16(header + 2);
    frame->fragment_offset = field & 0xFFF8;
    frame->has_more = field & 1;
    frame->fragment_id = octets_get32(header + 4);
    frame->is_fragment = frame->fragment_offset > 0 || frame->has_more;
    return frame->is_fragment;
}

/* IPv6 extension headers, then the transport; frame->protocol is the first next header. */
static enum packet_drop parse_extensions(struct frame *frame, struct rest rest)
{
    enum { FRAGMENT_BYTES = 8 };
    for (unsigned count = 0; is_extension(frame->protocol); count++) {
        const uint8_t kind = frame->protocol;
        if (count == FRAME_EXTENSION_MAX)
            return PACKET_IP6_EXTENSIONS;
        if (rest.length < FRAGMENT_BYTES)
            return cut(&rest, PACKET_IP6_EXTENSIONS);
        const size_t length = kind == NEXT_FRAGMENT ? FRAGMENT_BYTES
                              : kind == NEXT_AH     ? ((size_t)rest.at[1] + 2) * 4
                                                    : ((size_t)rest.at[1] + 1) * 8;
        if (length > rest.length)
            return cut(&rest, PACKET_IP6_EXTENSIONS);
        const uint8_t *header = rest.at;
        frame->protocol = header[0];
        skip(&rest, length);
        if (kind == NEXT_FRAGMENT && read_fragment_header(frame, header)) {
            frame->payload = (struct octets){rest.at, rest.length};
            return rest.is_cut ? PACKET_SNAPPED : PACKET_NONE;
        }
    }
    return parse_transport(frame, rest);
}

/* Takes away what is behind the IP packet; false when it reaches beyond the frame. */
static bool trim(struct rest *rest, size_t length)
{
    if (length > rest->length)
        return rest->is_cut; /* go on: the headers may tell that it is none of ours */
    rest->length = length;
    rest->is_cut = false;
    return true;
}

static enum packet_drop parse_ipv6(struct frame *frame, struct rest rest)
{
    enum { HEADER_BYTES = 40 };
    if (rest.length < HEADER_BYTES)
        return cut(&rest, PACKET_IP_HEADER);
    const uint8_t *header = rest.at;
    frame->source = address_make(header + 8, 16);
    frame->destination = address_make(header + 24, 16);
    frame->protocol = header[6];
    skip(&rest, HEADER_BYTES);
    return trim(&rest, octets_get16(header + 4)) ? parse_extensions(frame, rest) : PACKET_IP_LENGTH;
}

static enum packet_drop parse_ipv4(struct frame *frame, struct rest rest)
{
    enum { HEADER_BYTES = 20 };
    if (rest.length < HEADER_BYTES)
        return cut(&rest, PACKET_IP_HEADER);
    const uint8_t *header = rest.at;
    const size_t header_length = (size_t)(header[0] & 0x0F) * 4;
    const size_t total_length = octets_get16(header + 2);
    if (header_length < HEADER_BYTES)
        return PACKET_IP_HEADER;
    if (header_length > rest.length)
        return cut(&rest, PACKET_IP_HEADER);
    if (total_length < header_length)
        return PACKET_IP_LENGTH;
    if ((rest.checks & FRAME_CHECK_IP) && !is_sum_right(sum_words(header, header_length)))
        return PACKET_IP_CHECKSUM;
    frame->source = address_make(header + 12, 4);
    frame->destination = address_make(header + 16, 4);
    frame->protocol = header[9];
    if (!trim(&rest, total_length))
        return PACKET_IP_LENGTH;
    skip(&rest, header_length);
    const uint16_t field = octets_get16(header + 6);
    frame->fragment_offset = (uint32_t)(field & 0x1FFF) * 8;
    frame->has_more = field >> 13 & 1;
    frame->is_fragment = frame->fragment_offset > 0 || frame->has_more;
    if (!frame->is_fragment)
        return parse_transport(frame, rest);
    frame->fragment_id = octets_get16(header + 4);
    frame->payload = (struct octets){rest.at, rest.length};
    return rest.is_cut ? PACKET_SNAPPED : PACKET_NONE;
}

static enum packet_drop parse_ip(struct frame *frame, struct rest rest)
{
    if (rest.length == 0)
        return cut(&rest, PACKET_IP_HEADER);
    switch (rest.at[0] >> 4) {
    case 4:
        return parse_ipv4(frame, rest);
    case 6:
        return parse_ipv6(frame, rest);
    default:
        return PACKET_NOT_IP;
    }
}

/* What follows an EtherType, VLAN tags first. */
static enum packet_drop parse_ethertype(struct frame *frame, struct rest rest, uint16_t type)
{
    enum { TAG_BYTES = 4 };
    for (unsigned tags = 0; type == 0x8100 || type == 0x88A8 || type == 0x9100; tags++) {
        if (tags == FRAME_VLAN_MAX)
            return PACKET_VLAN_DEPTH;
        if (rest.length < TAG_BYTES)
            return cut(&rest, PACKET_LINK_SHORT);
        type = octets_get16(rest.at + 2);
        skip(&rest, TAG_BYTES);
    }
    if (type != ETHERTYPE_IPV4 && type != ETHERTYPE_IPV6)
        return PACKET_NOT_IP;
    return parse_ip(frame, rest);
}

/* Where a link header ends, and where in it the EtherType is. */
static const struct {
    size_t header_bytes, type_at;
    bool has_type;
} links[FRAME_LINK_COUNT] = {
    [FRAME_ETHERNET] = {14, 12, true}, [FRAME_COOKED] = {16, 14, true}, [FRAME_COOKED_2] = {20, 0, true},
    [FRAME_LOOPBACK] = {4, 0, false},  [FRAME_RAW_IP] = {0, 0, false},
};

enum packet_drop frame_parse(enum frame_link link, const uint8_t *bytes, size_t length, size_t wire_length,
                             unsigned checks, struct frame *frame)
{
    CHECK(link < FRAME_LINK_COUNT);
    struct rest rest = {bytes, length, wire_length > length, checks};
    *frame = (struct frame){0};
    if (length < links[link].header_bytes)
        return cut(&rest, PACKET_LINK_SHORT);
    skip(&rest, links[link].header_bytes);
    if (!links[link].has_type)
        return parse_ip(frame, rest);
    return parse_ethertype(frame, rest, octets_get16(bytes + links[link].type_at));
}

enum packet_drop frame_parse_whole(struct frame *frame, unsigned checks)
{
    const struct rest rest = {frame->payload.bytes, frame->payload.length, false, checks};
    frame->is_fragment = false;
    frame->payload = (struct octets){NULL, 0};
    if (frame->source.family != ADDRESS_IPV6)
        return parse_transport(frame, rest);
    const enum packet_drop drop = parse_extensions(frame, rest);
    return frame->is_fragment ? PACKET_IP6_EXTENSIONS : drop; /* a fragment within fragments */
}
