/* SPDX-License-Identifier: Apache-2.0
 * The inside of the listener: listener.c has the table and its timers, listener_receive.c what comes, listener_transmit.c what
 * goes. Sequence numbers are compared by the sign of their difference. */
#pragma once

#include "simsieve/packet/listener.h"

#include "simsieve/base/region.h"

#define NO_CONNECTION UINT32_MAX

#define WINDOW_BYTES     UINT16_MAX /* no scaling */
#define SEGMENT_BYTES_V4 1460       /* that we take */
#define SEGMENT_BYTES_V6 1440
#define FLIGHT_COUNT_MAX 10
#define RANGE_COUNT_MAX  16

#define RESEND_MS    1000
#define RESEND_TRIES 7
#define CHALLENGE_MS 100
#define NEVER_MS     INT64_MAX

/* Sequence numbers. */
struct range {
    uint32_t begin, end;
};

struct connection {
    struct frame frame; /* whose it is: addresses and ports of its peer's segments; no payload */
    uint64_t number;    /* of the opening */
    uint32_t bucket, chain;
    bool is_open;
    bool is_owing;  /* in the list of those that have something to send */
    bool is_doomed; /* an answer had no room */
    bool owes_acknowledgement;
    bool has_peer_fin;
    bool wants_fin; /* behind the answers */
    bool is_fin_acknowledged;
    bool is_window_closed;
    int64_t seen_ms;
    int64_t leave_ms; /* after the peer's FIN: when we go too */
    int64_t resend_ms;
    int64_t challenge_ms; /* when there was one */

    /* what comes: buffer [begin, end) is in order and not taken; behind it, in their places, ranges that came before their turn */
    uint8_t *received;
    uint32_t begin, end;
    uint32_t receive_next;
    uint32_t receive_edge; /* the end of the window that the peer knows of */
    uint32_t range_count;
    struct range ranges[RANGE_COUNT_MAX]; /* ascending, not touching */

    /* what goes: the buffer begins with the first octet that is not acknowledged */
    uint8_t *answers;
    uint32_t answer_bytes;
    uint32_t send_first, send_next; /* not acknowledged, not sent; equal: nothing is on its way */
    uint32_t send_top;              /* behind all that was ever sent */
    uint32_t send_window;
    uint32_t window_sequence, window_acknowledgement; /* of the segment that said so */
    uint32_t flights[FLIGHT_COUNT_MAX];               /* ends of the segments on their way */
    uint8_t flight_count, flight_limit;
    uint8_t tries;          /* repetitions without an answer */
    uint16_t segment_bytes; /* that the peer takes */
};

struct listener {
    struct listener_options options;
    struct listener_counters counters;
    struct region region; /* of the buffers */
    struct connection *connections;
    uint32_t *buckets;
    uint32_t *owing;
    uint32_t bucket_mask;
    uint32_t owing_count;
    uint32_t free;
    uint32_t count;
    int64_t now_ms;
    int64_t due_ms; /* no timer is due before */
    bool is_closing;
};

static inline int32_t sequence_ahead(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

/* ---- listener.c ---- */

/* Feed thread. A timer ends then. */
static inline void listener_note_due(struct listener *listener, int64_t due_ms)
{
    if (due_ms < listener->due_ms)
        listener->due_ms = due_ms;
}

/* Feed thread. The connection is looked at in the next listener_settle. */
void connection_owe(struct listener *listener, struct connection *connection);

/* Feed thread. Ends it without a word. */
void connection_forget(struct listener *listener, struct connection *connection);

/* ---- listener_receive.c ---- */

/* Feed thread. Takes a segment of a connection, which may be gone after it. */
void connection_take(struct listener *listener, struct connection *connection, const struct frame *segment);

/* Feed thread. Offers what was not taken. */
void connection_offer(struct listener *listener, struct connection *connection);

/* ---- listener_transmit.c ---- */

/* Feed thread. Sends what may be sent; an acknowledgement if one is owed and nothing else carried it. */
void connection_transmit(struct listener *listener, struct connection *connection);

/* Feed thread. An acknowledgement, now. */
void connection_acknowledge(struct listener *listener, struct connection *connection);

/* Feed thread. A doubtful segment is answered with what would be right (RFC 5961), not too often. */
void connection_challenge(struct listener *listener, struct connection *connection);

/* Feed thread. Ends it with RST, counted by `counter`. */
void connection_reset(struct listener *listener, struct connection *connection, uint64_t *counter);

/* Feed thread. Nothing was acknowledged in time: repeats, or gives up. */
void connection_resend(struct listener *listener, struct connection *connection);

/* Feed thread. What an acknowledgement frees. */
void connection_advance(struct listener *listener, struct connection *connection, uint32_t acknowledgement);

/* Feed thread. How far the window may be opened from receive_next. */
uint32_t connection_window(const struct connection *connection);

/* Feed thread. A segment without a connection. */
void listener_answer(struct listener *listener, const struct frame *to, uint8_t flags, uint32_t sequence,
                     uint32_t acknowledgement);

/* Feed thread. RST to a segment of no connection. */
void listener_answer_reset(struct listener *listener, const struct frame *to);
