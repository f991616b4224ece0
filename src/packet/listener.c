/* SPDX-License-Identifier: Apache-2.0
 * The table of connections: how they come into being, answers for them, and their timers (listener.md). */
#include "listener_parts.h"

#include <stdlib.h>

#define COOKIE_SLOT_MS   65536 /* cookies are good for this and the next */
#define COOKIE_SIZE_MASK 3u

/* Segments that a peer takes, as a cookie remembers them: the largest that is not above what it says. */
static const uint16_t segment_sizes[COOKIE_SIZE_MASK + 1] = {64, 536, 1220, 1440};

/* ---- start and end ---- */

struct listener *listener_create(const struct listener_options *options, struct error *error)
{
    struct listener *listener = calloc(1, sizeof(*listener));
    uint32_t bucket_count = 16;
    CHECK(listener && options->connection_count > 0 && options->connection_count < NO_CONNECTION / 4);
    while (bucket_count < 2 * options->connection_count)
        bucket_count *= 2;
    listener->options = *options;
    listener->bucket_mask = bucket_count - 1;
    listener->due_ms = NEVER_MS;
    listener->buckets = malloc(bucket_count * sizeof(*listener->buckets));
    listener->owing = calloc(options->connection_count, sizeof(*listener->owing));
    listener->connections = calloc(options->connection_count, sizeof(*listener->connections));
    CHECK(listener->buckets && listener->owing && listener->connections);
    for (uint32_t i = 0; i < bucket_count; i++)
        listener->buckets[i] = NO_CONNECTION;
    for (uint32_t i = 0; i < options->connection_count; i++)
        listener->connections[i].chain = i + 1 < options->connection_count ? i + 1 : NO_CONNECTION;
    if (region_open(&listener->region,
                    (size_t)options->connection_count * (LISTENER_RECEIVE_BYTES + LISTENER_SEND_BYTES), false,
                    error)) {
        listener_destroy(listener);
        return NULL;
    }
    return listener;
}

void listener_destroy(struct listener *listener)
{
    if (!listener)
        return;
    region_close(&listener->region);
    free(listener->connections);
    free(listener->owing);
    free(listener->buckets);
    free(listener);
}

const struct listener_counters *listener_counters(const struct listener *listener)
{
    return &listener->counters;
}

uint32_t listener_count(const struct listener *listener)
{
    return listener->count;
}

/* ---- the table ---- */

static uint32_t index_of(const struct listener *listener, const struct connection *connection)
{
    return (uint32_t)(connection - listener->connections);
}

static uint32_t bucket_of(const struct listener *listener, const struct address *own,
                          const struct address *peer, uint16_t peer_port)
{
    const struct hash_key *secret = &listener->options.secret;
    const uint64_t hash = address_hash(peer, (uint64_t)peer_port << 1, secret) ^ address_hash(own, 1, secret);
    return (uint32_t)hash_keyed(hash, secret) & listener->bucket_mask;
}

/* All connections are to one port of ours. */
static struct connection *find(struct listener *listener, const struct address *own,
                               const struct address *peer, uint16_t peer_port)
{
    uint32_t index = listener->buckets[bucket_of(listener, own, peer, peer_port)];
    while (index != NO_CONNECTION) {
        struct connection *connection = &listener->connections[index];
        if (connection->frame.source_port == peer_port && address_equal(&connection->frame.source, peer) &&
            address_equal(&connection->frame.destination, own))
            return connection;
        index = connection->chain;
    }
    return NULL;
}

void connection_owe(struct listener *listener, struct connection *connection)
{
    if (connection->is_owing)
        return;
    connection->is_owing = true;
    listener->owing[listener->owing_count++] = index_of(listener, connection);
}

void connection_forget(struct listener *listener, struct connection *connection)
{
    const uint32_t index = index_of(listener, connection);
    uint32_t *link = &listener->buckets[connection->bucket];
    while (*link != index)
        link = &listener->connections[*link].chain;
    *link = connection->chain;
    connection->is_open = false;
    connection->chain = listener->free;
    listener->free = index;
    listener->count--;
}

/* The connection that was quiet for longest goes, if that is long enough; false when there is none. */
static bool make_room(struct listener *listener)
{
    struct connection *oldest = &listener->connections[0]; /* all are open */
    for (uint32_t i = 1; i < listener->options.connection_count; i++)
        if (listener->connections[i].seen_ms < oldest->seen_ms)
            oldest = &listener->connections[i];
    if (listener->now_ms - oldest->seen_ms < listener->options.evict_ms)
        return false;
    connection_reset(listener, oldest, &listener->counters.evicted);
    return true;
}

/* ---- opening ---- */

/* What the peer says it takes (RFC 9293 3.7.1), as an index. */
static uint32_t size_index_of(const struct frame *syn)
{
    const struct octets options = syn->tcp_options;
    uint16_t said = syn->source.family == ADDRESS_IPV4 ? 536 : 1220;
    size_t at = 0;
    while (at + 1 < options.length && options.bytes[at] != 0) {
        const size_t length = options.bytes[at] == 1 ? 1 : options.bytes[at + 1];
        if (length == 0 || length > options.length - at)
            break;
        if (options.bytes[at] == 2 && length == 4)
            said = octets_get16(options.bytes + at + 2);
        at += length;
    }
    uint32_t index = COOKIE_SIZE_MASK;
    while (index > 0 && segment_sizes[index] > said)
        index--;
    return index;
}

/* Our first number in a connection whose peer begins with `first`. */
static uint32_t cookie(const struct listener *listener, const struct frame *segment, uint32_t first,
                       int64_t slot, uint32_t size_index)
{
    const struct {
        struct address source, destination;
        int64_t slot;
        uint32_t first, size_index;
        uint16_t source_port, destination_port;
        uint32_t spare;
    } known = {segment->source,      segment->destination,      slot, first, size_index,
               segment->source_port, segment->destination_port, 0};
    const uint64_t hash = hash_secret(&known, sizeof(known), &listener->options.secret);
    return ((uint32_t)hash & ~COOKIE_SIZE_MASK) | size_index;
}

static void answer_syn(struct listener *listener, const struct frame *syn)
{
    const uint32_t first =
        cookie(listener, syn, syn->tcp_sequence, listener->now_ms / COOKIE_SLOT_MS, size_index_of(syn));
    listener_answer(listener, syn, FRAME_TCP_SYN | FRAME_TCP_ACK, first, syn->tcp_sequence + 1);
}

/* Whether the segment answers a SYN-ACK of ours. */
static bool has_cookie(const struct listener *listener, const struct frame *segment)
{
    const int64_t slot = listener->now_ms / COOKIE_SLOT_MS;
    const uint32_t ours = segment->tcp_acknowledgement - 1, theirs = segment->tcp_sequence - 1;
    return cookie(listener, segment, theirs, slot, ours & COOKIE_SIZE_MASK) == ours ||
           cookie(listener, segment, theirs, slot - 1, ours & COOKIE_SIZE_MASK) == ours;
}

static struct connection *open_connection(struct listener *listener, const struct frame *segment)
{
    const uint32_t index = listener->free;
    struct connection *connection = &listener->connections[index];
    const uint32_t next = connection->chain;
    uint8_t *buffers =
        (uint8_t *)listener->region.base + (size_t)index * (LISTENER_RECEIVE_BYTES + LISTENER_SEND_BYTES);
    const uint32_t bucket =
        bucket_of(listener, &segment->destination, &segment->source, segment->source_port);
    *connection = (struct connection){
        .frame = {.source = segment->source,
                  .destination = segment->destination,
                  .source_port = segment->source_port,
                  .destination_port = segment->destination_port,
                  .protocol = FRAME_TCP},
        .number = ++listener->counters.opened,
        .bucket = bucket,
        .chain = listener->buckets[bucket],
        .is_open = true,
        .is_owing = connection->is_owing, /* of the one before: the place is still in the list */
        .leave_ms = NEVER_MS,
        .resend_ms = NEVER_MS,
        .challenge_ms = INT64_MIN / 2,
        .received = buffers,
        .answers = buffers + LISTENER_RECEIVE_BYTES,
        .receive_next = segment->tcp_sequence,
        .receive_edge = segment->tcp_sequence + WINDOW_BYTES,
        .send_first = segment->tcp_acknowledgement,
        .send_next = segment->tcp_acknowledgement,
        .send_top = segment->tcp_acknowledgement,
        .window_sequence = segment->tcp_sequence - 1,
        .flight_limit = FLIGHT_COUNT_MAX,
        .segment_bytes = segment_sizes[(segment->tcp_acknowledgement - 1) & COOKIE_SIZE_MASK]};
    listener->free = next;
    listener->buckets[bucket] = index;
    listener->count++;
    listener_note_due(listener, listener->now_ms + listener->options.idle_ms);
    return connection;
}

static void take_stranger(struct listener *listener, const struct frame *segment)
{
    const uint8_t kind = segment->tcp_flags & (FRAME_TCP_SYN | FRAME_TCP_ACK | FRAME_TCP_RST);
    const bool is_syn = kind == FRAME_TCP_SYN;
    if ((kind & FRAME_TCP_RST) || (is_syn && (segment->tcp_flags & FRAME_TCP_FIN)))
        return;
    listener->counters.syns += is_syn;
    if (is_syn && !listener->is_closing) {
        answer_syn(listener, segment);
    } else if (kind == FRAME_TCP_ACK && !listener->is_closing && has_cookie(listener, segment)) {
        if (listener->free != NO_CONNECTION || make_room(listener)) {
            connection_take(listener, open_connection(listener, segment), segment);
            return;
        }
        listener->counters.refused++;
        listener_answer_reset(listener, segment);
    } else {
        listener->counters.strangers++;
        listener_answer_reset(listener, segment);
    }
}

void listener_take(struct listener *listener, const struct frame *segment, int64_t now_ms)
{
    listener->now_ms = now_ms;
    listener->counters.segments++;
    struct connection *connection =
        find(listener, &segment->destination, &segment->source, segment->source_port);
    if (connection)
        connection_take(listener, connection, segment);
    else
        take_stranger(listener, segment);
}

/* ---- answers ---- */

static bool takes_answers(const struct connection *connection)
{
    return connection->is_open && !connection->wants_fin && !connection->is_doomed;
}

static struct connection *find_newest(struct listener *listener, const struct address *own,
                                      const struct address *peer)
{
    struct connection *newest = NULL;
    for (uint32_t i = 0; i < listener->options.connection_count; i++) {
        struct connection *connection = &listener->connections[i];
        if (takes_answers(connection) && (!newest || connection->number > newest->number) &&
            address_equal(&connection->frame.source, peer) &&
            address_equal(&connection->frame.destination, own))
            newest = connection;
    }
    return newest;
}

bool listener_send(struct listener *listener, const struct address *own, const struct address *peer,
                   uint16_t peer_port, struct octets bytes)
{
    struct connection *connection = find(listener, own, peer, peer_port);
    if (!connection || !takes_answers(connection))
        connection = find_newest(listener, own, peer);
    if (!connection)
        return false;
    connection_owe(listener, connection);
    if (bytes.length > LISTENER_SEND_BYTES - connection->answer_bytes) {
        connection->is_doomed =
            true; /* at the next settle: its bytes may be in the consumer's hand just now */
        return false;
    }
    memcpy(connection->answers + connection->answer_bytes, bytes.bytes, bytes.length);
    connection->answer_bytes += (uint32_t)bytes.length;
    return true;
}

void listener_resume(struct listener *listener)
{
    for (uint32_t i = 0; i < listener->options.connection_count; i++) {
        struct connection *connection = &listener->connections[i];
        if (connection->is_open && connection->begin < connection->end)
            connection_offer(listener, connection);
    }
}

void listener_close(struct listener *listener)
{
    listener->is_closing = true;
    for (uint32_t i = 0; i < listener->options.connection_count; i++) {
        struct connection *connection = &listener->connections[i];
        if (!connection->is_open)
            continue;
        connection->wants_fin = true;
        connection_owe(listener, connection);
    }
}

/* ---- time ---- */

/* The peer has had its time to hear answers. */
static void leave(struct listener *listener, struct connection *connection)
{
    if (connection->begin < connection->end) {
        connection_reset(listener, connection, &listener->counters.cut);
        return;
    }
    connection->wants_fin = true;
    connection_owe(listener, connection);
}

static void run_timers(struct listener *listener, struct connection *connection)
{
    const int64_t now_ms = listener->now_ms;
    if (now_ms - connection->seen_ms >= listener->options.idle_ms)
        connection_reset(listener, connection, &listener->counters.idle);
    else if (!connection->wants_fin && now_ms >= connection->leave_ms)
        leave(listener, connection);
    else if (now_ms >= connection->resend_ms)
        connection_resend(listener, connection);
    if (!connection->is_open)
        return;
    listener_note_due(listener, connection->seen_ms + listener->options.idle_ms);
    listener_note_due(listener, connection->resend_ms);
    if (!connection->wants_fin)
        listener_note_due(listener, connection->leave_ms);
}

void listener_settle(struct listener *listener, int64_t now_ms)
{
    listener->now_ms = now_ms;
    if (now_ms >= listener->due_ms) {
        listener->due_ms = NEVER_MS;
        for (uint32_t i = 0; i < listener->options.connection_count; i++)
            if (listener->connections[i].is_open)
                run_timers(listener, &listener->connections[i]);
    }
    const uint32_t count = listener->owing_count;
    listener->owing_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct connection *connection = &listener->connections[listener->owing[i]];
        connection->is_owing = false;
        if (!connection->is_open)
            continue;
        if (connection->is_doomed)
            connection_reset(listener, connection, &listener->counters.overflows);
        else
            connection_transmit(listener, connection);
    }
}
