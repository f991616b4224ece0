/* SPDX-License-Identifier: Apache-2.0
 * Messages into the journal, and the answers once they are durable. */
#include "dpdk_entry.h"
#include "dpdk_receiver_parts.h"

#include "simsieve/decode/payload.h"
#include "simsieve/log/log.h"

#define TRY_MS       100 /* between tries of a disk that fails */
#define JOURNAL_PART 0   /* the one part of this feed that fails and recovers (health.md) */

/* Rejected frames are shown as far as their headers go. */
#define SHOWN_BYTES_MAX 64

static void reject(struct dpdk_receiver *receiver, enum packet_drop drop, uint64_t line, struct octets bytes)
{
    rejects_add(receiver->options.feed->rejects, receiver->options.feed->name, payload_reason(drop), line,
                (const char *)bytes.bytes, bytes.length);
}

void dpdk_receiver_reject(struct dpdk_receiver *receiver, enum packet_drop drop, struct octets bytes)
{
    reject(receiver, drop, receiver->counters.frames,
           (struct octets){bytes.bytes, u64_min(bytes.length, SHOWN_BYTES_MAX)});
}

/* ---- into the journal ---- */

static void append(struct dpdk_receiver *receiver, enum dpdk_entry_kind kind,
                   const struct cgf_arrival *arrival, uint16_t sequence, struct octets payload)
{
    struct dpdk_entry entry = {.kind = (uint8_t)kind,
                               .family = (uint8_t)arrival->source.family,
                               .is_tcp = arrival->is_tcp,
                               .format = DPDK_ENTRY_FORMAT,
                               .sequence = sequence,
                               .source_port = arrival->source_port,
                               .destination_port = arrival->destination_port,
                               .time_ms = arrival->now_ms};
    memcpy(entry.source, arrival->source.octets, sizeof(entry.source));
    memcpy(entry.destination, arrival->destination.octets, sizeof(entry.destination));
    journal_append(receiver->journal, (struct octets){(const uint8_t *)&entry, sizeof(entry)}, payload,
                   receiver->now.monotonic_ns);
}

static void append_later(struct dpdk_receiver *receiver, const struct cgf_event *event)
{
    const struct cgf_arrival arrival = {.source = *event->source,
                                        .destination = *event->destination,
                                        .source_port = event->source_port,
                                        .destination_port = (uint16_t)receiver->settings->gtpp_port,
                                        .is_tcp = event->is_tcp,
                                        .now_ms = receiver->now.wall_ms};
    append(receiver, DPDK_ENTRY_LATER, &arrival, event->sequence, event->packet);
}

static void reject_records(struct dpdk_receiver *receiver, const struct cgf_event *event)
{
    struct gtpp_records records = event->records;
    struct octets record;
    while (gtpp_next_record(&records, &record))
        reject(receiver, event->why, event->tag, record);
}

/* The packet of the message in hand lies within it; one that waited does not. */
static bool is_of_arrival(const struct dpdk_receiver *receiver, const struct cgf_event *event)
{
    const struct cgf_arrival *arrival = receiver->arrival;
    return arrival && event->packet.bytes >= arrival->message.bytes &&
           event->packet.bytes < arrival->message.bytes + arrival->message.length;
}

void dpdk_receiver_take_event(void *owner, const struct cgf_event *event)
{
    struct dpdk_receiver *receiver = owner;
    const bool is_own = is_of_arrival(receiver, event);
    if (receiver->is_recalling)
        return;
    if (event->kind == CGF_LOST)
        reject_records(receiver, event);
    else if (event->kind == CGF_HOLD)
        append(receiver, DPDK_ENTRY_HELD, receiver->arrival, event->sequence, receiver->arrival->message);
    else if (event->kind == CGF_DELIVER && is_own)
        append(receiver, DPDK_ENTRY_DELIVERED, receiver->arrival, event->sequence,
               receiver->arrival->message);
    else if (event->kind == CGF_DELIVER)
        append_later(receiver, event);
    receiver->has_decided |= !is_own && (event->kind == CGF_DELIVER || event->kind == CGF_CANCEL);
    const bool is_new =
        receiver->ticket_count == 0 || receiver->tickets[receiver->ticket_count - 1] != event->ticket;
    if (event->ticket && is_new) {
        CHECK(receiver->ticket_count < TICKET_COUNT_MAX);
        receiver->tickets[receiver->ticket_count++] = event->ticket;
    }
}

/* ---- out ---- */

void dpdk_receiver_send(struct dpdk_receiver *receiver, const struct cgf_letter *letter)
{
    const struct octets message = {letter->build.bytes, letter->build.length};
    uint8_t frame[ANSWER_BYTES_MAX];
    size_t port;
    if (message.length == 0)
        return;
    if (letter->is_tcp) {
        const bool is_sent = listener_send(receiver->listener, &letter->source, &letter->destination,
                                           letter->destination_port, message);
        receiver->counters.letters += is_sent;
        receiver->counters.unreachable += !is_sent;
        return;
    }
    const struct answer_link *link = dpdk_ways_find(receiver->ways, &letter->destination, &port);
    if (!link) {
        receiver->counters.unreachable++;
        return;
    }
    const size_t length =
        answer_udp(link, &letter->source, &letter->destination, (uint16_t)receiver->settings->gtpp_port,
                   letter->destination_port, message, frame);
    receiver->counters.letters++;
    receiver->options.send(receiver->options.owner, port, frame, length);
}

/* Answers the requests whose entries are durable. */
static void acknowledge(struct dpdk_receiver *receiver)
{
    const uint64_t durable = journal_durable(receiver->journal);
    struct cgf_letter letter;
    size_t count = 0, at = 0;
    while (count < receiver->ticket_count && receiver->ticket_ends[count] <= durable)
        count++;
    while (at < count) {
        at += cgf_acknowledge(receiver->cgf, receiver->tickets + at, count - at, &letter);
        dpdk_receiver_send(receiver, &letter);
    }
    if (count == 0)
        return;
    receiver->ticket_count -= count;
    memmove(receiver->tickets, receiver->tickets + count,
            receiver->ticket_count * sizeof(receiver->tickets[0]));
    memmove(receiver->ticket_ends, receiver->ticket_ends + count,
            receiver->ticket_count * sizeof(receiver->ticket_ends[0]));
}

static void set_state(struct dpdk_receiver *receiver, enum cgf_state state)
{
    if (is_cgf(receiver) && !receiver->is_going_down)
        cgf_set_state(receiver->cgf, state, &receiver->settings->redirect_to);
}

static void set_blocked(struct dpdk_receiver *receiver, bool is_blocked, const char *why)
{
    if (is_blocked) {
        atomic_fetch_add_explicit(&receiver->options.feed->health->errors, 1, memory_order_relaxed);
        feed_health_tell(receiver->options.feed->health, JOURNAL_PART, why);
    } else {
        feed_health_well(receiver->options.feed->health, JOURNAL_PART);
    }
    if (receiver->is_blocked == is_blocked)
        return;
    receiver->is_blocked = is_blocked;
    log_write(is_blocked ? LOG_ERROR : LOG_WARNING, "feed %s: %s", receiver->options.feed->name, why);
    set_state(receiver, is_blocked ? CGF_FULL : CGF_OPEN);
}

bool dpdk_receiver_sync(struct dpdk_receiver *receiver, bool starts)
{
    struct error error;
    const bool is_good = !journal_look(receiver->journal, &error) &&
                         (!starts || !journal_start_sync(receiver->journal, &error));
    if (!is_good)
        set_blocked(receiver, true, error.text);
    acknowledge(receiver);
    return is_good;
}

bool dpdk_receiver_wait(struct dpdk_receiver *receiver)
{
    struct error error;
    const bool is_good = !journal_sync(receiver->journal, &error);
    if (!is_good)
        set_blocked(receiver, true, error.text);
    acknowledge(receiver);
    return is_good;
}

static bool can_journal(struct dpdk_receiver *receiver, size_t length)
{
    const bool must_wait = journal_is_full(receiver->journal) || receiver->ticket_count == TICKET_COUNT_MAX;
    if (receiver->is_blocked || (must_wait && !dpdk_receiver_wait(receiver)))
        return false;
    if (journal_has_room(receiver->journal, sizeof(struct dpdk_entry) + length))
        return true;
    set_blocked(receiver, true,
                "the journal has reached journal_size, and the run has released nothing of it: "
                "raise the limit, or see why the run is behind");
    return false;
}

void dpdk_receiver_try_again(struct dpdk_receiver *receiver)
{
    const bool is_time = receiver->now.wall_ms - receiver->tried_ms >= TRY_MS;
    if (is_time)
        receiver->tried_ms = receiver->now.wall_ms;
    if (dpdk_receiver_sync(receiver, is_time) && !journal_is_dirty(receiver->journal) &&
        journal_has_room(receiver->journal, receiver->settings->journal_bytes / 16))
        set_blocked(receiver, false, "the journal has room again");
}

/* ---- messages ---- */

static bool is_data(struct octets message)
{
    return message.length > 1 && message.bytes[1] == GTPP_DATA_REQUEST;
}

bool dpdk_receiver_can_take(struct dpdk_receiver *receiver, struct octets message)
{
    if (is_cgf(receiver) && !is_data(message))
        return true;
    return (!is_cgf(receiver) || receiver->has_room) && can_journal(receiver, message.length);
}

void dpdk_receiver_take_gtpp(struct dpdk_receiver *receiver, const struct frame *frame, bool is_tcp,
                             struct octets message)
{
    struct cgf_letter letter;
    const struct cgf_arrival arrival = {.source = frame->source,
                                        .destination = frame->destination,
                                        .source_port = frame->source_port,
                                        .destination_port = frame->destination_port,
                                        .is_tcp = is_tcp,
                                        .message = message,
                                        .now_ms = receiver->now.wall_ms,
                                        .tag = journal_end(receiver->journal)};
    const size_t ticket_count = receiver->ticket_count;
    receiver->arrival = &arrival;
    receiver->has_decided = false;
    const enum packet_drop drop = cgf_receive(receiver->cgf, &arrival, is_cgf(receiver) ? &letter : NULL);
    if (is_data(message) && receiver->has_decided)
        append(receiver, DPDK_ENTRY_DECISION, &arrival, 0, message);
    receiver->arrival = NULL;
    for (size_t i = ticket_count; i < receiver->ticket_count; i++)
        receiver->ticket_ends[i] = journal_end(receiver->journal);
    if (drop)
        dpdk_receiver_reject(receiver, drop, message);
    if (is_cgf(receiver))
        dpdk_receiver_send(receiver, &letter);
}

void dpdk_receiver_take_datagram(struct dpdk_receiver *receiver, const struct frame *frame)
{
    const struct cgf_arrival arrival = {.source = frame->source,
                                        .destination = frame->destination,
                                        .source_port = frame->source_port,
                                        .destination_port = frame->destination_port,
                                        .now_ms = receiver->now.wall_ms};
    if (can_journal(receiver, frame->payload.length))
        append(receiver, DPDK_ENTRY_DATAGRAM, &arrival, 0, frame->payload);
    else
        receiver->counters.lost++;
}

/* ---- the journal read again ---- */

static void recall_entry(struct dpdk_receiver *receiver, uint64_t offset, struct octets bytes)
{
    struct dpdk_entry entry;
    struct octets payload;
    if (!dpdk_entry_read(bytes, &entry, &payload))
        return;
    const size_t length = entry.family == ADDRESS_IPV4 ? 4 : 16;
    const struct cgf_arrival arrival = {.source = address_make(entry.source, length),
                                        .destination = address_make(entry.destination, length),
                                        .source_port = entry.source_port,
                                        .destination_port = entry.destination_port,
                                        .is_tcp = entry.is_tcp,
                                        .message = payload,
                                        .now_ms = entry.time_ms,
                                        .tag = offset};
    take_time(receiver, (struct dpdk_moment){entry.time_ms, 0});
    if (entry.kind == DPDK_ENTRY_LATER)
        cgf_recall_packet(receiver->cgf, &arrival, entry.sequence, payload);
    else if (entry.kind == DPDK_ENTRY_HELD)
        (void)cgf_receive(receiver->cgf, &arrival, NULL);
    else if (entry.kind != DPDK_ENTRY_DATAGRAM)
        cgf_recall(receiver->cgf, &arrival);
}

void dpdk_receiver_recall(struct dpdk_receiver *receiver)
{
    uint64_t offset = journal_begin(receiver->journal), next;
    struct octets bytes;
    enum journal_status status;
    receiver->is_recalling = true;
    while ((status = journal_read(receiver->journal, offset, &bytes, &next)) != JOURNAL_END) {
        if (status == JOURNAL_ENTRY)
            recall_entry(receiver, offset, bytes);
        offset = next;
    }
    receiver->is_recalling = false;
}
