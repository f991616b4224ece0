/* SPDX-License-Identifier: Apache-2.0
 * IPv4 and IPv6 fragments put together, up to the 65,535 octets that an IP packet can have: GTP' senders use packets
 * of 65,400. What is held is bounded; fragments that overlap with other bytes end their datagram (RFC 5722). Time
 * is that of the packets. One thread. */
#pragma once

#include "simsieve/base/error.h"
#include "simsieve/packet/frame.h"

#define REASSEMBLY_DATAGRAM_BYTES 65535

struct reassembly_options {
    uint32_t datagram_count; /* half datagrams at a time; 66 KiB each, touched as they fill */
    int64_t timeout_ms;      /* from the first fragment that came (RFC 8200 4.5 says 60 s) */
    struct hash_key secret;

    /* A datagram was given up: its fragments' addresses, and the tag of the first that came. */
    void (*lost)(void *owner, enum packet_drop why, const struct frame *frame, uint64_t tag);
    void *owner;
};

struct reassembly_counters {
    uint64_t fragments; /* taken or not */
    uint64_t whole;     /* datagrams completed */
    uint64_t repeated;  /* fragments that had come before, with the same bytes */
    uint64_t late;      /* fragments of a datagram that had been given up for overlap */
    uint64_t malformed; /* PACKET_FRAGMENT_LENGTH */
    uint64_t overlaps;  /* datagrams given up: PACKET_FRAGMENT_OVERLAP */
    uint64_t timeouts;  /* PACKET_FRAGMENT_TIMEOUT */
    uint64_t evicted;   /* PACKET_FRAGMENT_TABLE */
};

struct reassembly;

/* Start-up only. NULL and ERROR_INTERNAL when the address space is not to be had. */
struct reassembly *reassembly_create(const struct reassembly_options *options, struct error *error);
void reassembly_destroy(struct reassembly *reassembly);

/* Feed thread. Takes the fragment that frame_parse made (is_fragment); `tag` is the caller's, for `lost`. True when
 * it completed its datagram: `whole` is then for frame_parse_whole, its payload valid until the next call. `drop` says
 * why this fragment was not taken, PACKET_NONE when it was or when that was told to `lost`. Bound: the fragment's bytes, and the datagrams that time out. */
bool reassembly_add(struct reassembly *reassembly, const struct frame *fragment, int64_t now_ms, uint64_t tag,
                    struct frame *whole, enum packet_drop *drop);

/* Feed thread. Gives up what has waited too long; at the end of an input with INT64_MAX. */
void reassembly_expire(struct reassembly *reassembly, int64_t now_ms);

const struct reassembly_counters *reassembly_counters(const struct reassembly *reassembly);
