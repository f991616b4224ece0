/* SPDX-License-Identifier: Apache-2.0
 * The receiving end of TCP connections that others open (RFC 9293, passive open only), without a kernel: segments in and out,
 * bytes in order, answers back. Transport alone. All memory is taken at the start; all tables are bounded. Time is an argument.
 * One thread. (listener.md) */
#pragma once

#include "simsieve/base/error.h"
#include "simsieve/packet/frame.h"
#include "simsieve/packet/segment.h"

/* What a connection holds: a window of 64 KiB behind the longest unfinished message of GTP' (65,555), and answers. */
#define LISTENER_RECEIVE_BYTES (128u << 10)
#define LISTENER_SEND_BYTES    (16u << 10)

/* What `take` returns of bytes that mean nothing: the connection ends with RST. */
#define LISTENER_RESET SIZE_MAX

struct listener_options {
    uint32_t connection_count; /* at a time; 144 KiB each, touched as they fill */
    int64_t idle_ms;           /* a connection without a segment for this long ends */
    int64_t evict_ms;          /* in a full table, one that was quiet for this long makes room */
    int64_t linger_ms;         /* answers may go out for this long after the peer's FIN */
    struct hash_key secret;

    /* Takes bytes from the front and returns how many. The rest is offered again with more behind it, or by
     * listener_resume. `from` has addresses and ports, no payload. */
    size_t (*take)(void *owner, const struct frame *from, struct octets bytes);

    /* Sends a segment, valid during the call; it may be lost. */
    void (*send)(void *owner, const struct segment *segment);
    void *owner;
};

struct listener_counters {
    uint64_t segments; /* that came, of all kinds */
    uint64_t syns;
    uint64_t opened, closed; /* closed: by FIN both ways */
    uint64_t bytes;          /* in order */
    uint64_t repeated;       /* segments that had come before */
    uint64_t out_of_order;   /* segments before their turn */
    uint64_t beyond;         /* segments (partly) outside the window */
    uint64_t closed_windows; /* times that a window of 0 was announced */
    uint64_t retransmitted;  /* times that answers, FIN or a probe had to be repeated */
    uint64_t challenges;     /* doubtful segments answered with an acknowledgement */
    uint64_t strangers;      /* segments of no connection: answered with RST */
    uint64_t resets;         /* connections that their peer ended with RST */
    uint64_t cut;            /* connections that ended with bytes nobody took */
    /* connections that we ended with RST */
    uint64_t refused;   /* newcomers: no room */
    uint64_t evicted;   /* to make room */
    uint64_t idle;      /* quiet for too long */
    uint64_t timeouts;  /* our answers were not acknowledged */
    uint64_t overflows; /* answers without room: the peer takes none */
    uint64_t senseless; /* LISTENER_RESET */
};

struct listener;

/* Start-up only. NULL and ERROR_INTERNAL when the address space is not to be had. */
struct listener *listener_create(const struct listener_options *options, struct error *error);
void listener_destroy(struct listener *listener);

/* Feed thread. Takes a TCP segment to an address and port of ours; `now_ms` never goes back. Bound: its bytes and what `take`
 * does; where the table is full, a look through it. */
void listener_take(struct listener *listener, const struct frame *segment, int64_t now_ms);

/* Feed thread. Sends an answer over the connection of `peer`:`peer_port`, or, where that is gone, over the newest between the
 * two addresses, at the next listener_settle; false when there is none. */
bool listener_send(struct listener *listener, const struct address *own, const struct address *peer,
                   uint16_t peer_port, struct octets bytes);

/* Feed thread. Offers again what was not taken. Bound: the table, and what `take` does. */
void listener_resume(struct listener *listener);

/* Feed thread. To be called after each burst: acknowledges, sends answers, repeats what was not acknowledged in time, ends what
 * is over. Bound: the connections of the burst; the table once a timer is due. */
void listener_settle(struct listener *listener, int64_t now_ms);

/* Feed thread. Every connection gets FIN behind its answers, and nobody is served any more. */
void listener_close(struct listener *listener);

/* Feed thread. Connections there are now. */
uint32_t listener_count(const struct listener *listener);

const struct listener_counters *listener_counters(const struct listener *listener);
