/* SPDX-License-Identifier: Apache-2.0
 * The packets of a capture file, pcap or pcapng, from bytes that come piece by piece (pcap.md). */
#pragma once

#include "simsieve/decode/decoder.h"
#include "simsieve/packet/frame.h"

#define CAPTURE_PACKET_BYTES_MAX    262144 /* what capture programs keep of a packet at most */
#define CAPTURE_BLOCK_BYTES_MAX     (CAPTURE_PACKET_BYTES_MAX + 8192)
#define CAPTURE_INTERFACE_COUNT_MAX 256

struct capture_interface {
    uint32_t snap_length;
    uint8_t link;       /* enum frame_link; FRAME_LINK_COUNT: none that is read */
    uint8_t resolution; /* of times: 10^-n, with the top bit 2^-n seconds */
    int64_t offset_s;
};

enum capture_form { CAPTURE_FORM_UNKNOWN, CAPTURE_FORM_PCAP, CAPTURE_FORM_PCAPNG };

struct capture_file {
    uint8_t form;          /* enum capture_form */
    bool is_swapped;       /* not in this machine's byte order */
    bool is_broken;        /* no way back after damage: the rest is passed over */
    uint64_t packet_count; /* as people and other programs number them, from 1 */
    int64_t time_ms;       /* of the newest packet that had one */
    uint64_t passing;      /* bytes of a block that is passed over */
    uint8_t *held;         /* a block longer than the window, CAPTURE_BLOCK_BYTES_MAX once there is one */
    size_t held_length, held_whole;
    uint32_t interface_count; /* described in this section, those beyond the limit too */
    struct capture_interface interfaces[CAPTURE_INTERFACE_COUNT_MAX];
};

struct capture_packet {
    enum frame_link link; /* FRAME_LINK_COUNT: none that is read */
    int64_t time_ms;      /* 2000 to 2099, else the limit */
    struct octets bytes;  /* valid until the next call */
    size_t wire_length;
};

enum capture_status {
    CAPTURE_MORE,   /* no whole block yet */
    CAPTURE_PASSED, /* bytes without a packet */
    CAPTURE_PACKET,
    CAPTURE_DAMAGED /* `reason` */
};

/* Any thread. How sure these bytes begin a capture, 0 to 100. */
int capture_detect(const uint8_t *bytes, size_t length);

/* Feed thread. What is at the front of `length` (at least 1) bytes; `consumed` are to be stepped over. All-zero is
 * the state at the beginning. */
enum capture_status capture_next(struct capture_file *file, const uint8_t *bytes, size_t length, bool is_last,
                                 struct capture_packet *packet, enum reason *reason, size_t *consumed);

void capture_fini(struct capture_file *file);
