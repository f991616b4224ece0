/* SPDX-License-Identifier: Apache-2.0
 * Segments of a connection (RFC 9293 3.10.7.4, RFC 5961; listener.md). */
#include "listener_parts.h"

/* ---- bytes in order ---- */

/* Hands bytes to the consumer; returns how many it took, LISTENER_RESET when the connection is gone. */
static size_t offer(struct listener *listener, struct connection *connection, const uint8_t *bytes,
                    size_t length)
{
    const size_t taken =
        listener->options.take(listener->options.owner, &connection->frame, (struct octets){bytes, length});
    if (taken == LISTENER_RESET) {
        connection_reset(listener, connection, &listener->counters.senseless);
        return LISTENER_RESET;
    }
    CHECK(taken <= length);
    return taken;
}

void connection_offer(struct listener *listener, struct connection *connection)
{
    const size_t taken = offer(listener, connection, connection->received + connection->begin,
                               connection->end - connection->begin);
    if (taken == LISTENER_RESET)
        return;
    connection->begin += (uint32_t)taken;
    if (connection->begin == connection->end && connection->range_count == 0)
        connection->begin = connection->end = 0;
    const uint32_t known = connection->receive_edge - connection->receive_next;
    if (connection_window(connection) >= known + 2 * SEGMENT_BYTES_V4) {
        connection->owes_acknowledgement = true;
        connection_owe(listener, connection);
    }
}

/* Copies bytes to their place, `offset` behind what is in order; there is room for a whole window. */
static void put(struct connection *connection, uint32_t offset, struct octets bytes)
{
    if (connection->end + offset + bytes.length > LISTENER_RECEIVE_BYTES) {
        const uint32_t held = connection->end - connection->begin;
        const uint32_t ahead = connection->range_count ? connection->ranges[connection->range_count - 1].end -
                                                             connection->receive_next
                                                       : 0;
        memmove(connection->received, connection->received + connection->begin, held + ahead);
        connection->begin = 0;
        connection->end = held;
    }
    CHECK(connection->end + offset + bytes.length <= LISTENER_RECEIVE_BYTES);
    memcpy(connection->received + connection->end + offset, bytes.bytes, bytes.length);
}

/* What is in order grows by octets that lie in their place. */
static void advance(struct listener *listener, struct connection *connection, uint32_t octets)
{
    connection->end += octets;
    connection->receive_next += octets;
    listener->counters.bytes += octets;
}

/* Ranges whose turn has come. */
static void join(struct listener *listener, struct connection *connection)
{
    uint32_t joined = 0;
    while (joined < connection->range_count &&
           sequence_ahead(connection->ranges[joined].begin, connection->receive_next) <= 0) {
        const int32_t octets = sequence_ahead(connection->ranges[joined++].end, connection->receive_next);
        if (octets > 0)
            advance(listener, connection, (uint32_t)octets);
    }
    connection->range_count -= joined;
    memmove(connection->ranges, connection->ranges + joined,
            connection->range_count * sizeof(connection->ranges[0]));
}

/* Notes [begin, end), joined with what it touches; false when there are too many holes. */
static bool add_range(struct connection *connection, uint32_t begin, uint32_t end)
{
    struct range *ranges = connection->ranges;
    uint32_t first = 0;
    while (first < connection->range_count && sequence_ahead(ranges[first].end, begin) < 0)
        first++;
    uint32_t last = first;
    while (last < connection->range_count && sequence_ahead(ranges[last].begin, end) <= 0) {
        if (sequence_ahead(ranges[last].begin, begin) < 0)
            begin = ranges[last].begin;
        if (sequence_ahead(ranges[last].end, end) > 0)
            end = ranges[last].end;
        last++;
    }
    if (first == last && connection->range_count == RANGE_COUNT_MAX)
        return false;
    memmove(ranges + first + 1, ranges + last, (connection->range_count - last) * sizeof(ranges[0]));
    connection->range_count += 1 - (last - first);
    ranges[first] = (struct range){begin, end};
    return true;
}

/* Bytes before their turn, within the window: kept when a place can be noted. */
static void take_ahead(struct connection *connection, uint32_t sequence, struct octets bytes)
{
    const uint32_t room = connection->receive_edge - sequence;
    const uint32_t length = (uint32_t)u64_min(bytes.length, room);
    if (length == 0)
        return;
    put(connection, sequence - connection->receive_next, (struct octets){bytes.bytes, length});
    (void)add_range(connection, sequence, sequence + length);
}

/* Bytes whose turn it is: offered where they lie when nothing waits. False when the connection is gone. */
static bool take_in_order(struct listener *listener, struct connection *connection, struct octets bytes)
{
    if (connection->begin < connection->end || connection->range_count > 0) {
        put(connection, 0, bytes);
        advance(listener, connection, (uint32_t)bytes.length);
        join(listener, connection);
        connection_offer(listener, connection);
        return connection->is_open;
    }
    const size_t length = bytes.length;
    connection->receive_next += (uint32_t)length; /* a reset acknowledges them */
    const size_t taken = offer(listener, connection, bytes.bytes, length);
    if (taken == LISTENER_RESET)
        return false;
    listener->counters.bytes += length;
    put(connection, 0, (struct octets){bytes.bytes + taken, length - taken});
    connection->end += (uint32_t)(length - taken);
    return true;
}

static void take_fin(struct listener *listener, struct connection *connection)
{
    connection->has_peer_fin = true;
    connection->range_count = 0;
    connection->receive_next++;
    if (sequence_ahead(connection->receive_next, connection->receive_edge) > 0)
        connection->receive_edge = connection->receive_next;
    connection->leave_ms = listener->now_ms + listener->options.linger_ms;
    listener_note_due(listener, connection->leave_ms);
    if (!connection->is_fin_acknowledged)
        return;
    connection_acknowledge(listener, connection);
    listener->counters.closed++;
    connection_forget(listener, connection);
}

/* What a segment that reaches into the window brings. */
static void take_data(struct listener *listener, struct connection *connection, const struct frame *segment)
{
    const int32_t ahead = sequence_ahead(segment->tcp_sequence, connection->receive_next);
    const uint32_t window = connection->receive_edge - connection->receive_next;
    struct octets bytes = segment->payload;
    bool has_fin = segment->tcp_flags & FRAME_TCP_FIN;
    if (ahead > 0) {
        listener->counters.out_of_order++;
        if (!connection->has_peer_fin && !connection->wants_fin)
            take_ahead(connection, segment->tcp_sequence, bytes);
        connection_acknowledge(listener, connection);
        return;
    }
    const size_t known = u64_min((uint64_t) - (int64_t)ahead, bytes.length);
    bytes = (struct octets){bytes.bytes + known, bytes.length - known};
    if (bytes.length > window) {
        listener->counters.beyond++;
        bytes.length = window;
        has_fin = false;
    }
    if (connection->wants_fin && bytes.length > 0) { /* nobody is there any more (RFC 9293 3.10.7.4) */
        listener->counters.cut++;
        listener_answer_reset(listener, segment);
        connection_forget(listener, connection);
        return;
    }
    connection->owes_acknowledgement = true;
    connection_owe(listener, connection);
    if (connection->has_peer_fin || (bytes.length > 0 && !take_in_order(listener, connection, bytes)))
        return;
    const uint32_t end = segment->tcp_sequence + (uint32_t)segment->payload.length;
    if (has_fin && end == connection->receive_next)
        take_fin(listener, connection);
}

/* ---- acknowledgements, windows, resets ---- */

static void take_window(struct listener *listener, struct connection *connection, const struct frame *segment)
{
    const int32_t age = sequence_ahead(segment->tcp_sequence, connection->window_sequence);
    const bool is_newer = age > 0 || (age == 0 && sequence_ahead(segment->tcp_acknowledgement,
                                                                 connection->window_acknowledgement) >= 0);
    if (!is_newer)
        return;
    if (segment->tcp_window == 0)
        connection->tries = 0; /* it answers probes, and has no room */
    if (segment->tcp_window > connection->send_window)
        connection_owe(listener, connection);
    connection->send_window = segment->tcp_window;
    connection->window_sequence = segment->tcp_sequence;
    connection->window_acknowledgement = segment->tcp_acknowledgement;
}

/* False when the segment is not to be believed. */
static bool take_acknowledgement(struct listener *listener, struct connection *connection,
                                 const struct frame *segment)
{
    const uint32_t acknowledgement = segment->tcp_acknowledgement;
    const int32_t octets = sequence_ahead(acknowledgement, connection->send_first);
    if (sequence_ahead(acknowledgement, connection->send_top) > 0 || octets < -WINDOW_BYTES) {
        connection_challenge(listener, connection);
        return false;
    }
    if (octets < 0)
        return true;
    if (octets > 0)
        connection_advance(listener, connection, acknowledgement);
    take_window(listener, connection, segment);
    if (!connection->is_fin_acknowledged || !connection->has_peer_fin)
        return true;
    listener->counters.closed++;
    connection_forget(listener, connection);
    return false;
}

static void take_reset(struct listener *listener, struct connection *connection, const struct frame *segment)
{
    const uint32_t ahead = segment->tcp_sequence - connection->receive_next;
    if (ahead == 0) {
        listener->counters.resets++;
        listener->counters.cut += connection->begin < connection->end;
        connection_forget(listener, connection);
    } else if (ahead < connection->receive_edge - connection->receive_next) {
        connection_challenge(listener, connection);
    }
}

/* ---- a segment ---- */

/* Whether it reaches into the window. One without data may also stand at its end, where a sender stands who filled it. */
static bool is_acceptable(const struct connection *connection, const struct frame *segment, uint32_t length)
{
    const int32_t begin = sequence_ahead(segment->tcp_sequence, connection->receive_next);
    const int32_t room = sequence_ahead(segment->tcp_sequence, connection->receive_edge);
    if (length == 0)
        return begin >= 0 && room <= 0;
    return room < 0 && sequence_ahead(segment->tcp_sequence + length, connection->receive_next) > 0;
}

/* One that does not: what is known already, a probe, or nonsense. */
static void take_unacceptable(struct listener *listener, struct connection *connection,
                              const struct frame *segment, uint32_t length)
{
    const int32_t begin = sequence_ahead(segment->tcp_sequence, connection->receive_next);
    listener->counters.repeated += length > 0 && begin < 0;
    listener->counters.beyond += begin > 0 || (length > 0 && begin == 0);
    /* A probe of our closed window acknowledges as any segment does. */
    if (begin == 0 && (segment->tcp_flags & FRAME_TCP_ACK) &&
        !take_acknowledgement(listener, connection, segment))
        return;
    if (length > 0)
        connection_acknowledge(listener, connection);
    else
        connection_challenge(listener, connection);
}

void connection_take(struct listener *listener, struct connection *connection, const struct frame *segment)
{
    const uint32_t length = (uint32_t)segment->payload.length + (segment->tcp_flags & FRAME_TCP_FIN ? 1u : 0);
    if (segment->tcp_flags & FRAME_TCP_RST) {
        take_reset(listener, connection, segment);
        return;
    }
    connection->seen_ms = listener->now_ms;
    if (segment->tcp_flags & FRAME_TCP_SYN) {
        connection_challenge(listener, connection);
        return;
    }
    if (!is_acceptable(connection, segment, length)) {
        take_unacceptable(listener, connection, segment, length);
        return;
    }
    if (!(segment->tcp_flags & FRAME_TCP_ACK) || !take_acknowledgement(listener, connection, segment))
        return;
    if (length > 0)
        take_data(listener, connection, segment);
}
