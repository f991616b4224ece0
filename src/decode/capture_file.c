/* SPDX-License-Identifier: Apache-2.0
 * Both formats are a few fixed fields around the packet, and input is read here as for any decoder: without a file
 * handle, cut anywhere. So they are read directly instead of through libpcap, which wants a FILE. */
#include "capture_file.h"

#include <stdlib.h>

#define PCAP_MICROSECONDS 0xA1B2C3D4u
#define PCAP_NANOSECONDS  0xA1B23C4Du
#define PCAPNG_SECTION    0x0A0D0D0Au /* reads the same in both byte orders */
#define PCAPNG_ORDER      0x1A2B3C4Du

#define BLOCK_INTERFACE 1
#define BLOCK_PACKET    2 /* obsolete */
#define BLOCK_SIMPLE    3
#define BLOCK_ENHANCED  6

#define PCAP_HEADER_BYTES   24
#define PCAP_PACKET_BYTES   16 /* before each packet */
#define BLOCK_HEADER_BYTES  8
#define BLOCK_BYTES_MIN     12 /* with the length repeated at its end */
#define SECTION_BYTES_MIN   28
#define INTERFACE_BODY_MIN  8
#define ENHANCED_BODY_BYTES 20 /* before the packet; obsolete packet blocks too */

#define OPTION_TIME_RESOLUTION 9
#define OPTION_TIME_OFFSET     14

#define RESOLUTION_BINARY  0x80u
#define RESOLUTION_DEFAULT 6
#define RESOLUTION_NANO    9

/* LINKTYPE_ numbers (tcpdump.org). */
static const struct {
    uint16_t type;
    uint8_t link;
} links[] = {
    {0, FRAME_LOOPBACK},   {108, FRAME_LOOPBACK}, {1, FRAME_ETHERNET}, {113, FRAME_COOKED},
    {276, FRAME_COOKED_2}, {12, FRAME_RAW_IP},    {14, FRAME_RAW_IP},  {101, FRAME_RAW_IP},
    {228, FRAME_RAW_IP},   {229, FRAME_RAW_IP},
};

static uint8_t link_of(unsigned type)
{
    for (size_t i = 0; i < ARRAY_COUNT(links); i++)
        if (links[i].type == type)
            return links[i].link;
    return FRAME_LINK_COUNT;
}

static uint32_t read32(const struct capture_file *file, const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof(value));
    return file->is_swapped ? __builtin_bswap32(value) : value;
}

static uint16_t read16(const struct capture_file *file, const uint8_t *bytes)
{
    uint16_t value;
    memcpy(&value, bytes, sizeof(value));
    return file->is_swapped ? __builtin_bswap16(value) : value;
}

static uint32_t native32(const uint8_t *bytes)
{
    return read32(&(const struct capture_file){.is_swapped = false}, bytes);
}

/* Whether these four bytes are `magic`, in which byte order. */
static bool is_magic(const uint8_t *bytes, uint32_t magic, bool *is_swapped)
{
    const uint32_t value = native32(bytes);
    *is_swapped = value != magic;
    return value == magic || value == __builtin_bswap32(magic);
}

int capture_detect(const uint8_t *bytes, size_t length)
{
    bool is_swapped;
    if (length < BLOCK_BYTES_MIN)
        return 0;
    if (is_magic(bytes, PCAP_MICROSECONDS, &is_swapped) || is_magic(bytes, PCAP_NANOSECONDS, &is_swapped))
        return 100;
    return native32(bytes) == PCAPNG_SECTION && is_magic(bytes + 8, PCAPNG_ORDER, &is_swapped) ? 100 : 0;
}

void capture_fini(struct capture_file *file)
{
    free(file->held);
}

/* ---- time ---- */

static int64_t time_of(const struct capture_interface *interface, uint64_t ticks)
{
    const unsigned digits = interface->resolution & ~RESOLUTION_BINARY;
    unsigned __int128 ms = (unsigned __int128)ticks * SECOND_MS;
    if (interface->resolution & RESOLUTION_BINARY) {
        ms >>= digits;
    } else {
        for (unsigned i = 0; i < digits && ms > 0; i++)
            ms /= 10;
    }
    const __int128 at =
        (__int128)(ms > TIME_MAX_MS ? TIME_MAX_MS : ms) + (__int128)interface->offset_s * SECOND_MS;
    return at < TIME_MIN_MS ? TIME_MIN_MS : at >= TIME_MAX_MS ? TIME_MAX_MS - 1 : (int64_t)at;
}

/* ---- packets ---- */

static enum capture_status give_packet(struct capture_file *file, const struct capture_interface *interface,
                                       const uint8_t *bytes, size_t length, size_t wire_length,
                                       struct capture_packet *packet)
{
    packet->link = (enum frame_link)interface->link;
    packet->time_ms = file->time_ms;
    packet->bytes = (struct octets){bytes, length};
    packet->wire_length = u64_max(wire_length, length);
    return CAPTURE_PACKET;
}

static enum capture_status damaged(enum reason why, enum reason *reason)
{
    *reason = why;
    return CAPTURE_DAMAGED;
}

/* Damage after which nothing shows where the next packet begins. */
static enum capture_status broken(struct capture_file *file, enum reason why, enum reason *reason)
{
    file->is_broken = true;
    return damaged(why, reason);
}

static enum capture_status read_pcap_packet(struct capture_file *file, const uint8_t *bytes,
                                            struct capture_packet *packet)
{
    const struct capture_interface *interface = file->interfaces;
    const uint32_t seconds = read32(file, bytes), fraction = read32(file, bytes + 4);
    const uint64_t ticks_a_second = interface->resolution == RESOLUTION_NANO ? 1000000000u : 1000000u;
    file->packet_count++;
    file->time_ms = time_of(interface, seconds * ticks_a_second + fraction);
    return give_packet(file, interface, bytes + PCAP_PACKET_BYTES, read32(file, bytes + 8),
                       read32(file, bytes + 12), packet);
}

/* An Enhanced Packet Block, or the Packet Block that it took the place of: only the first field differs. */
static enum capture_status read_packet_block(struct capture_file *file, uint32_t type, const uint8_t *body,
                                             size_t length, struct capture_packet *packet,
                                             enum reason *reason)
{
    file->packet_count++;
    if (length < ENHANCED_BODY_BYTES)
        return damaged(REASON_CAPTURE, reason);
    const uint32_t index = type == BLOCK_ENHANCED ? read32(file, body) : read16(file, body);
    const uint32_t kept = read32(file, body + 12);
    if (index >= file->interface_count || kept > length - ENHANCED_BODY_BYTES)
        return damaged(REASON_CAPTURE, reason);
    if (index >= CAPTURE_INTERFACE_COUNT_MAX)
        return damaged(REASON_CAPTURE_INTERFACE, reason);
    const uint64_t ticks = (uint64_t)read32(file, body + 4) << 32 | read32(file, body + 8);
    file->time_ms = time_of(&file->interfaces[index], ticks);
    return give_packet(file, &file->interfaces[index], body + ENHANCED_BODY_BYTES, kept,
                       read32(file, body + 16), packet);
}

/* A Simple Packet Block has no time: that of the packet before it is taken. */
static enum capture_status read_simple_block(struct capture_file *file, const uint8_t *body, size_t length,
                                             struct capture_packet *packet, enum reason *reason)
{
    file->packet_count++;
    if (length < 4 || file->interface_count == 0)
        return damaged(REASON_CAPTURE, reason);
    const uint32_t wire_length = read32(file, body);
    const uint32_t limit = file->interfaces[0].snap_length;
    size_t kept = u64_min(wire_length, length - 4);
    if (limit > 0)
        kept = u64_min(kept, limit);
    return give_packet(file, &file->interfaces[0], body + 4, kept, wire_length, packet);
}

static void read_interface_options(struct capture_file *file, struct capture_interface *interface,
                                   const uint8_t *options, size_t length)
{
    while (length >= 4) {
        const unsigned code = read16(file, options);
        const size_t size = read16(file, options + 2), padded = (size + 3) & ~(size_t)3;
        if (padded > length - 4)
            return;
        if (code == OPTION_TIME_RESOLUTION && size == 1)
            interface->resolution = options[4];
        if (code == OPTION_TIME_OFFSET && size == 8) {
            uint64_t offset;
            memcpy(&offset, options + 4, sizeof(offset));
            interface->offset_s = (int64_t)(file->is_swapped ? __builtin_bswap64(offset) : offset);
        }
        options += 4 + padded;
        length -= 4 + padded;
    }
}

static enum capture_status read_interface(struct capture_file *file, const uint8_t *body, size_t length,
                                          enum reason *reason)
{
    const uint32_t index = file->interface_count++;
    if (length < INTERFACE_BODY_MIN)
        return broken(file, REASON_CAPTURE, reason);
    if (index >= CAPTURE_INTERFACE_COUNT_MAX)
        return CAPTURE_PASSED; /* told with each of its packets */
    struct capture_interface *interface = &file->interfaces[index];
    *interface = (struct capture_interface){.link = link_of(read16(file, body)),
                                            .snap_length = read32(file, body + 4),
                                            .resolution = RESOLUTION_DEFAULT};
    read_interface_options(file, interface, body + INTERFACE_BODY_MIN, length - INTERFACE_BODY_MIN);
    return CAPTURE_PASSED;
}

/* ---- blocks ---- */

static enum capture_status read_block(struct capture_file *file, const uint8_t *bytes, size_t length,
                                      struct capture_packet *packet, enum reason *reason)
{
    const uint32_t type = read32(file, bytes);
    const uint8_t *body = bytes + BLOCK_HEADER_BYTES;
    const size_t body_length = length - BLOCK_BYTES_MIN;
    if (read32(file, bytes + length - 4) != length)
        return broken(file, REASON_CAPTURE, reason);
    switch (type) {
    case BLOCK_INTERFACE:
        return read_interface(file, body, body_length, reason);
    case BLOCK_ENHANCED:
    case BLOCK_PACKET:
        return read_packet_block(file, type, body, body_length, packet, reason);
    case BLOCK_SIMPLE:
        return read_simple_block(file, body, body_length, packet, reason);
    default:
        return CAPTURE_PASSED;
    }
}

/* The file header of pcap. */
static enum capture_status read_pcap_header(struct capture_file *file, const uint8_t *bytes)
{
    bool is_swapped;
    const bool is_nano = is_magic(bytes, PCAP_NANOSECONDS, &is_swapped);
    file->interface_count = 1;
    file->interfaces[0] = (struct capture_interface){
        .link = link_of(read32(file, bytes + 20) & 0xFFFF), /* above it: length of the frame check sequence */
        .resolution = is_nano ? RESOLUTION_NANO : RESOLUTION_DEFAULT};
    file->form = CAPTURE_FORM_PCAP;
    return CAPTURE_PASSED;
}

static enum capture_status read_whole(struct capture_file *file, const uint8_t *bytes, size_t length,
                                      struct capture_packet *packet, enum reason *reason)
{
    if (file->form == CAPTURE_FORM_PCAPNG)
        return read_block(file, bytes, length, packet, reason);
    if (file->form == CAPTURE_FORM_PCAP)
        return read_pcap_packet(file, bytes, packet);
    return read_pcap_header(file, bytes);
}

/* What the next piece is, as far as its first bytes tell. */
struct piece {
    size_t length;      /* 0: more bytes are needed to know */
    bool is_passed;     /* nothing of it is wanted */
    enum reason reason; /* of a piece that cannot be */
};

/* A section begins anew: byte order, interfaces. */
static struct piece look_at_section(struct capture_file *file, const uint8_t *bytes, size_t length)
{
    bool is_swapped;
    if (length < BLOCK_BYTES_MIN)
        return (struct piece){0};
    if (!is_magic(bytes + 8, PCAPNG_ORDER, &is_swapped))
        return (struct piece){.length = 1, .reason = REASON_CAPTURE};
    file->is_swapped = is_swapped;
    file->form = CAPTURE_FORM_PCAPNG;
    file->interface_count = 0;
    const uint32_t whole = read32(file, bytes + 4);
    if (whole < SECTION_BYTES_MIN || whole % 4)
        return (struct piece){.length = 1, .reason = REASON_CAPTURE};
    return (struct piece){.length = whole, .is_passed = true};
}

static struct piece look_at_block(struct capture_file *file, const uint8_t *bytes, size_t length)
{
    if (length < BLOCK_HEADER_BYTES)
        return (struct piece){0};
    const uint32_t type = read32(file, bytes), whole = read32(file, bytes + 4);
    if (type == PCAPNG_SECTION)
        return look_at_section(file, bytes, length);
    if (whole < BLOCK_BYTES_MIN || whole % 4)
        return (struct piece){.length = 1, .reason = REASON_CAPTURE};
    const bool has_packet = type == BLOCK_ENHANCED || type == BLOCK_PACKET || type == BLOCK_SIMPLE;
    const bool is_wanted = has_packet || type == BLOCK_INTERFACE;
    if (is_wanted && whole > CAPTURE_BLOCK_BYTES_MAX) {
        file->packet_count += has_packet;
        return (struct piece){.length = whole, .is_passed = true, .reason = REASON_RECORD_TOO_LONG};
    }
    return (struct piece){.length = whole, .is_passed = !is_wanted};
}

static struct piece look(struct capture_file *file, const uint8_t *bytes, size_t length)
{
    switch (file->form) {
    case CAPTURE_FORM_PCAPNG:
        return look_at_block(file, bytes, length);
    case CAPTURE_FORM_PCAP:
        if (length < PCAP_PACKET_BYTES)
            return (struct piece){0};
        if (read32(file, bytes + 8) > CAPTURE_PACKET_BYTES_MAX)
            return (struct piece){.length = 1, .reason = REASON_CAPTURE};
        return (struct piece){.length = PCAP_PACKET_BYTES + (size_t)read32(file, bytes + 8)};
    default:
        if (length < 4)
            return (struct piece){0};
        if (native32(bytes) == PCAPNG_SECTION)
            return look_at_section(file, bytes, length);
        if (!is_magic(bytes, PCAP_MICROSECONDS, &file->is_swapped) &&
            !is_magic(bytes, PCAP_NANOSECONDS, &file->is_swapped))
            return (struct piece){.length = 1, .reason = REASON_CAPTURE};
        return (struct piece){.length = PCAP_HEADER_BYTES};
    }
}

/* Passes over what is left of an unwanted block, or of a broken file. */
static enum capture_status pass(struct capture_file *file, size_t length, size_t *consumed)
{
    *consumed = file->is_broken ? length : u64_min(length, file->passing);
    if (!file->is_broken)
        file->passing -= *consumed;
    return CAPTURE_PASSED;
}

/* The input ends within a piece. */
static enum capture_status end_within(struct capture_file *file, size_t length, enum reason *reason,
                                      size_t *consumed)
{
    *consumed = length;
    return broken(file, REASON_RECORD_TRUNCATED, reason);
}

/* Adds to a block that is longer than the window. */
static enum capture_status add_held(struct capture_file *file, const uint8_t *bytes, size_t length,
                                    bool is_last, struct capture_packet *packet, enum reason *reason,
                                    size_t *consumed)
{
    const size_t missing = file->held_whole - file->held_length;
    const size_t added = u64_min(length, missing);
    memcpy(file->held + file->held_length, bytes, added);
    file->held_length += added;
    *consumed = added;
    if (added < missing)
        return is_last ? end_within(file, length, reason, consumed) : CAPTURE_PASSED;
    const size_t whole = file->held_whole;
    file->held_length = file->held_whole = 0;
    return read_whole(file, file->held, whole, packet, reason);
}

enum capture_status capture_next(struct capture_file *file, const uint8_t *bytes, size_t length, bool is_last,
                                 struct capture_packet *packet, enum reason *reason, size_t *consumed)
{
    *consumed = 0;
    if (file->is_broken || file->passing > 0)
        return pass(file, length, consumed);
    if (file->held_whole > 0)
        return add_held(file, bytes, length, is_last, packet, reason, consumed);
    const struct piece piece = look(file, bytes, length);
    if (piece.reason) {
        file->passing = piece.is_passed ? piece.length : 0;
        *consumed = piece.is_passed ? 0 : length;
        return piece.is_passed ? damaged(piece.reason, reason) : broken(file, piece.reason, reason);
    }
    if (piece.is_passed && piece.length > 0) {
        file->passing = piece.length;
        return pass(file, length, consumed);
    }
    if (piece.length > 0 && piece.length <= length) {
        *consumed = piece.length;
        return read_whole(file, bytes, piece.length, packet, reason);
    }
    if (is_last)
        return end_within(file, length, reason, consumed);
    if (length < DECODE_RECORD_BYTES_MAX)
        return CAPTURE_MORE;
    if (!file->held)
        file->held = malloc(CAPTURE_BLOCK_BYTES_MAX);
    CHECK(file->held);
    file->held_whole = piece.length;
    return add_held(file, bytes, length, is_last, packet, reason, consumed);
}
