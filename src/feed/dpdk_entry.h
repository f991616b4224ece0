/* SPDX-License-Identifier: Apache-2.0
 * What a DPDK feed writes into its journal: who sent what to whom and when, and the bytes. */
#pragma once

#include "simsieve/packet/octets.h"

enum dpdk_entry_kind {
    DPDK_ENTRY_DELIVERED, /* a GTP' request as it came; its records go on here */
    DPDK_ENTRY_HELD,      /* one that is possibly duplicated; nothing goes on */
    DPDK_ENTRY_DECISION,  /* one that decided about others; what it let go on lies before it */
    DPDK_ENTRY_LATER,     /* a Data Record Packet's content that goes on here and came before */
    DPDK_ENTRY_DATAGRAM,  /* a datagram of records */
    DPDK_ENTRY_KIND_COUNT
};

/* In front of the bytes, in the byte order of this machine (x86: little-endian). */
struct dpdk_entry {
    uint8_t kind;
    uint8_t family; /* of both addresses */
    uint8_t is_tcp;
    uint8_t format; /* of this header: DPDK_ENTRY_FORMAT */
    uint16_t sequence;
    uint16_t source_port, destination_port;
    uint8_t spare[6];
    int64_t time_ms;
    uint8_t source[16], destination[16];
};

#define DPDK_ENTRY_FORMAT 1

static_assert(sizeof(struct dpdk_entry) == 56, "its form on disk");

/* Cuts an entry of the journal; false when it is none of this feed. */
static inline bool dpdk_entry_read(struct octets bytes, struct dpdk_entry *entry, struct octets *payload)
{
    if (bytes.length < sizeof(*entry))
        return false;
    memcpy(entry, bytes.bytes, sizeof(*entry));
    *payload = (struct octets){bytes.bytes + sizeof(*entry), bytes.length - sizeof(*entry)};
    return entry->kind < DPDK_ENTRY_KIND_COUNT && entry->format == DPDK_ENTRY_FORMAT;
}
