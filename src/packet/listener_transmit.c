/* SPDX-License-Identifier: Apache-2.0
 * Segments of the listener, and their repetition (listener.md). FIN counts as one octet behind the answers. */
#include "listener_parts.h"

/* ---- single segments ---- */

static uint16_t segment_bytes_of(const struct frame *frame)
{
    return frame->source.family == ADDRESS_IPV4 ? SEGMENT_BYTES_V4 : SEGMENT_BYTES_V6;
}

void listener_answer(struct listener *listener, const struct frame *to, uint8_t flags, uint32_t sequence,
                     uint32_t acknowledgement)
{
    const bool is_syn = flags & FRAME_TCP_SYN;
    const struct segment segment = {.source = &to->destination,
                                    .destination = &to->source,
                                    .source_port = to->destination_port,
                                    .destination_port = to->source_port,
                                    .sequence = sequence,
                                    .acknowledgement = acknowledgement,
                                    .flags = flags,
                                    .window = is_syn ? WINDOW_BYTES : 0,
                                    .largest = is_syn ? segment_bytes_of(to) : 0};
    listener->options.send(listener->options.owner, &segment);
}

void listener_answer_reset(struct listener *listener, const struct frame *to)
{
    const uint32_t octets =
        (to->tcp_flags & FRAME_TCP_SYN ? 1u : 0) + (to->tcp_flags & FRAME_TCP_FIN ? 1u : 0);
    if (to->tcp_flags & FRAME_TCP_RST)
        return;
    if (to->tcp_flags & FRAME_TCP_ACK)
        listener_answer(listener, to, FRAME_TCP_RST, to->tcp_acknowledgement, 0);
    else
        listener_answer(listener, to, FRAME_TCP_RST | FRAME_TCP_ACK, 0,
                        to->tcp_sequence + (uint32_t)to->payload.length + octets);
}

/* ---- the window that we offer ---- */

uint32_t connection_window(const struct connection *connection)
{
    return (uint32_t)u64_min(LISTENER_RECEIVE_BYTES - (connection->end - connection->begin), WINDOW_BYTES);
}

/* Opens the window by a segment at least, or not at all (RFC 9293 3.8.6.2.2); it never shrinks. */
static uint16_t open_window(struct listener *listener, struct connection *connection)
{
    const uint32_t known = connection->receive_edge - connection->receive_next;
    const uint32_t window = connection_window(connection);
    const bool is_worth_it = window >= known + segment_bytes_of(&connection->frame);
    const uint32_t offered = is_worth_it ? window : known;
    connection->receive_edge = connection->receive_next + offered;
    listener->counters.closed_windows += offered == 0 && !connection->is_window_closed;
    connection->is_window_closed = offered == 0;
    return (uint16_t)offered;
}

/* One segment of the connection; it acknowledges what has come. */
static void emit(struct listener *listener, struct connection *connection, uint8_t flags, uint32_t sequence,
                 struct octets payload)
{
    const struct frame *frame = &connection->frame;
    const struct segment segment = {.source = &frame->destination,
                                    .destination = &frame->source,
                                    .source_port = frame->destination_port,
                                    .destination_port = frame->source_port,
                                    .sequence = sequence,
                                    .acknowledgement = connection->receive_next,
                                    .flags = flags | FRAME_TCP_ACK,
                                    .window = open_window(listener, connection),
                                    .payload = payload};
    connection->owes_acknowledgement = false;
    listener->options.send(listener->options.owner, &segment);
}

void connection_acknowledge(struct listener *listener, struct connection *connection)
{
    emit(listener, connection, 0, connection->send_next, (struct octets){NULL, 0});
}

void connection_challenge(struct listener *listener, struct connection *connection)
{
    if (listener->now_ms - connection->challenge_ms < CHALLENGE_MS)
        return;
    connection->challenge_ms = listener->now_ms;
    listener->counters.challenges++;
    connection_acknowledge(listener, connection);
}

void connection_reset(struct listener *listener, struct connection *connection, uint64_t *counter)
{
    ++*counter;
    emit(listener, connection, FRAME_TCP_RST, connection->send_next, (struct octets){NULL, 0});
    connection_forget(listener, connection);
}

/* ---- answers ---- */

static void set_timer(struct listener *listener, struct connection *connection)
{
    connection->resend_ms = listener->now_ms + ((int64_t)RESEND_MS << connection->tries);
    listener_note_due(listener, connection->resend_ms);
}

/* The next segment that the peer's window admits, a probe of one octet in spite of it; false when there is none. */
static bool send_next(struct listener *listener, struct connection *connection, bool is_probe)
{
    const uint32_t sent = connection->send_next - connection->send_first;
    if (sent > connection->answer_bytes || connection->flight_count >= connection->flight_limit)
        return false; /* FIN is on its way, or enough */
    const uint32_t left = connection->answer_bytes - sent;
    uint32_t room = connection->send_window > sent ? connection->send_window - sent : 0;
    if (is_probe && room == 0)
        room = 1;
    const uint32_t length = (uint32_t)u64_min(u64_min(left, connection->segment_bytes), room);
    const bool has_fin = connection->wants_fin && length == left && room > length;
    if (length == 0 && !has_fin)
        return false;
    const uint8_t flags = (uint8_t)((has_fin ? FRAME_TCP_FIN : 0) | (length == left ? FRAME_TCP_PSH : 0));
    emit(listener, connection, flags, connection->send_next,
         (struct octets){connection->answers + sent, length});
    connection->send_next += length + has_fin;
    if (sequence_ahead(connection->send_next, connection->send_top) > 0)
        connection->send_top = connection->send_next;
    connection->flights[connection->flight_count++] = connection->send_next;
    return true;
}

static bool has_more(const struct connection *connection)
{
    const uint32_t sent = connection->send_next - connection->send_first;
    return sent < connection->answer_bytes ||
           (connection->wants_fin && sent == connection->answer_bytes && !connection->is_fin_acknowledged);
}

void connection_transmit(struct listener *listener, struct connection *connection)
{
    while (has_more(connection) && send_next(listener, connection, false))
        ;
    const bool is_waiting = connection->flight_count > 0 || has_more(connection);
    if (is_waiting && connection->resend_ms == NEVER_MS)
        set_timer(listener, connection);
    if (connection->owes_acknowledgement)
        connection_acknowledge(listener, connection);
}

void connection_resend(struct listener *listener, struct connection *connection)
{
    if (connection->tries == RESEND_TRIES) {
        connection_reset(listener, connection, &listener->counters.timeouts);
        return;
    }
    connection->tries++;
    connection->send_next = connection->send_first;
    connection->flight_count = 0;
    connection->flight_limit = 1;
    listener->counters.retransmitted++;
    (void)send_next(listener, connection, true);
    set_timer(listener, connection);
}

void connection_advance(struct listener *listener, struct connection *connection, uint32_t acknowledgement)
{
    const uint32_t octets = acknowledgement - connection->send_first;
    const uint32_t bytes = (uint32_t)u64_min(octets, connection->answer_bytes);
    uint8_t landed = 0;
    connection->answer_bytes -= bytes;
    memmove(connection->answers, connection->answers + bytes, connection->answer_bytes);
    connection->is_fin_acknowledged = octets > bytes;
    connection->send_first += bytes + (octets > bytes);
    if (sequence_ahead(connection->send_first, connection->send_next) > 0)
        connection->send_next = connection->send_first;
    while (landed < connection->flight_count &&
           sequence_ahead(acknowledgement, connection->flights[landed]) >= 0)
        landed++;
    connection->flight_count -= landed;
    memmove(connection->flights, connection->flights + landed,
            connection->flight_count * sizeof(connection->flights[0]));
    connection->flight_limit = FLIGHT_COUNT_MAX;
    connection->tries = 0;
    connection->resend_ms = NEVER_MS;
    if (connection->flight_count > 0)
        set_timer(listener, connection);
    if (has_more(connection))
        connection_owe(listener, connection);
}
