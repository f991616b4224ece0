/* SPDX-License-Identifier: Apache-2.0
 * The bytes of TCP connections as seen on a mirror port or in a capture, each direction for itself, in order: for
 * GTP' over TCP and SMPP. What is held is bounded; a hole that is not filled in time is stepped over. Time is that
 * of the packets. One thread. */
#pragma once

#include "simsieve/base/error.h"
#include "simsieve/packet/frame.h"

/* A consumer that is given this much takes something of it: longer than any message of GTP' (65,555). */
#define STREAM_MESSAGE_BYTES_MAX (68u << 10)

/* What one direction can hold: an unfinished message, and segments that came before their turn. */
#define STREAM_BUFFER_BYTES (192u << 10)
#define STREAM_RANGE_MAX    32 /* holes at a time in one direction */

/* In-order bytes of one direction. */
struct stream_data {
    const struct frame *frame; /* addresses and ports; no payload */
    struct octets bytes;
    int64_t now_ms; /* of the segment that brought them here */
    uint64_t tag;
    /* False at first when the beginning was not seen, and again after a hole: the bytes begin where a segment
     * began. The consumer sets it once it has found the beginning of a message. */
    bool *is_synced;
};

struct stream_options {
    uint32_t stream_count; /* directions at a time; 193 KiB each, touched as they fill */
    int64_t idle_ms;       /* a direction without a segment for this long is forgotten */
    int64_t gap_ms;        /* a hole is stepped over after this long */
    struct hash_key secret;

    /* Takes bytes from the front and returns how many; is called again until it takes none, and when more come. */
    size_t (*take)(void *owner, const struct stream_data *data);

    /* `length` bytes were lost: a hole, or what was held of a direction that ended or had to make room. */
    void (*lost)(void *owner, enum packet_drop why, const struct frame *frame, uint64_t tag, uint64_t length);
    void *owner;
};

struct stream_counters {
    uint64_t segments; /* with payload */
    uint64_t opened;
    uint64_t repeated;     /* segments without a new byte */
    uint64_t out_of_order; /* segments that had to wait */
    uint64_t gaps;         /* holes stepped over: PACKET_STREAM_GAP */
    uint64_t gap_bytes;
    uint64_t cut;       /* directions that ended within a message: PACKET_STREAM_CUT */
    uint64_t evicted;   /* directions that had to make room: PACKET_STREAM_TABLE where they held something */
    uint64_t restarted; /* sequence numbers that have nothing to do with those before */
};

struct streams;

/* Start-up only. NULL and ERROR_INTERNAL when the address space is not to be had. */
struct streams *streams_create(const struct stream_options *options, struct error *error);
void streams_destroy(struct streams *streams);

/* Feed thread. Takes a TCP segment. FIN and RST need no care: what comes after them begins with a SYN. Bound: what
 * the direction holds, and the directions that time out. */
void streams_add(struct streams *streams, const struct frame *segment, int64_t now_ms, uint64_t tag);

/* Feed thread. Forgets idle directions, stepping over their holes first; at the end of an input with INT64_MAX. */
void streams_expire(struct streams *streams, int64_t now_ms);

const struct stream_counters *streams_counters(const struct streams *streams);
