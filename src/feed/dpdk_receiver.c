/* SPDX-License-Identifier: Apache-2.0 */
#include "dpdk_receiver.h"

#include "dpdk_answers.h"
#include "dpdk_entry.h"
#include "dpdk_ways.h"

#include "simsieve/base/calendar.h"
#include "simsieve/decode/payload.h"
#include "simsieve/log/log.h"
#include "simsieve/packet/cgf.h"
#include "simsieve/packet/framing.h"
#include "simsieve/packet/reassembly.h"

#include <stdlib.h>

#define SENDER_COUNT        1024
#define HALF_DATAGRAM_COUNT 256
#define STREAM_COUNT        256
#define TICKET_COUNT_MAX    4096

#define QUARANTINE_MS       (7 * DAY_MS)
#define FRAGMENT_TIMEOUT_MS (60 * SECOND_MS)
#define STREAM_IDLE_MS      (10 * MINUTE_MS)
#define STREAM_GAP_MS       (2 * SECOND_MS)
#define RETRY_MS            (5 * SECOND_MS)
#define ROUND_MS            SECOND_MS /* between looks for letters and expiries */

#define TRY_MS 100 /* between tries of a disk that fails */

/* Rejected frames are shown as far as their headers go. */
#define SHOWN_BYTES_MAX 64

struct dpdk_receiver {
    struct dpdk_receiver_options options;
    const struct dpdk_settings *settings;
    struct journal *journal;
    struct cgf *cgf;
    struct reassembly *reassembly;
    struct streams *streams; /* passive */
    struct dpdk_ways *ways;  /* cgf: back to the senders */
    struct answer_self selves[DPDK_PORT_COUNT_MAX];
    struct dpdk_receiver_counters counters;
    struct dpdk_moment now; /* its wall time never goes back */
    int64_t round_ms;       /* when the last round was */
    bool has_room;          /* further on */
    bool is_blocked;        /* the journal is full or its disk fails */
    int64_t tried_ms;       /* when that was looked at last */
    bool is_recalling;
    bool is_going_down;

    /* of the message in hand */
    const struct cgf_arrival *arrival; /* NULL: none */
    bool has_decided;                  /* about packets that came before */

    size_t ticket_count;
    uint64_t tickets[TICKET_COUNT_MAX];
};

static bool is_cgf(const struct dpdk_receiver *receiver)
{
    return receiver->settings->mode == DPDK_CGF;
}

static void reject(struct dpdk_receiver *receiver, enum packet_drop drop, uint64_t line, struct octets bytes)
{
    rejects_add(receiver->options.feed->rejects, receiver->options.feed->name, payload_reason(drop), line,
                (const char *)bytes.bytes, bytes.length);
}

static void reject_headers(struct dpdk_receiver *receiver, enum packet_drop drop, struct octets bytes)
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

static void take_event(void *owner, const struct cgf_event *event)
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

static void send_letter(struct dpdk_receiver *receiver, const struct cgf_letter *letter)
{
    uint8_t frame[ANSWER_BYTES_MAX];
    size_t port;
    if (letter->build.length == 0)
        return;
    const struct answer_link *link = dpdk_ways_find(receiver->ways, &letter->destination, &port);
    if (!link) {
        receiver->counters.unreachable++;
        return;
    }
    const size_t length = answer_udp(link, &letter->source, &letter->destination,
                                     (uint16_t)receiver->settings->gtpp_port, letter->destination_port,
                                     (struct octets){letter->build.bytes, letter->build.length}, frame);
    receiver->counters.letters++;
    receiver->options.send(receiver->options.owner, port, frame, length);
}

static void acknowledge(struct dpdk_receiver *receiver)
{
    struct cgf_letter letter;
    for (size_t at = 0; at < receiver->ticket_count;) {
        at += cgf_acknowledge(receiver->cgf, receiver->tickets + at, receiver->ticket_count - at, &letter);
        send_letter(receiver, &letter);
    }
    receiver->ticket_count = 0;
}

static void set_state(struct dpdk_receiver *receiver, enum cgf_state state)
{
    if (is_cgf(receiver) && !receiver->is_going_down)
        cgf_set_state(receiver->cgf, state, &receiver->settings->redirect_to);
}

static void set_blocked(struct dpdk_receiver *receiver, bool is_blocked, const char *why)
{
    if (is_blocked)
        atomic_fetch_add_explicit(&receiver->options.feed->health->errors, 1, memory_order_relaxed);
    if (receiver->is_blocked == is_blocked)
        return;
    receiver->is_blocked = is_blocked;
    log_write(is_blocked ? LOG_ERROR : LOG_WARNING, "feed %s: %s", receiver->options.feed->name, why);
    set_state(receiver, is_blocked ? CGF_FULL : CGF_OPEN);
}

/* Makes durable what is in the journal's buffer and answers for it; false when the disk does not take it. */
static bool sync_journal(struct dpdk_receiver *receiver)
{
    struct error error;
    if (journal_sync(receiver->journal, &error)) {
        set_blocked(receiver, true, error.text);
        return false;
    }
    acknowledge(receiver);
    return true;
}

static bool can_journal(struct dpdk_receiver *receiver, size_t length)
{
    const bool is_due = journal_is_due(receiver->journal, receiver->now.monotonic_ns) ||
                        receiver->ticket_count == TICKET_COUNT_MAX;
    if (receiver->is_blocked || (is_due && !sync_journal(receiver)))
        return false;
    if (journal_has_room(receiver->journal, sizeof(struct dpdk_entry) + length))
        return true;
    set_blocked(receiver, true,
                "the journal has reached journal_size, and the run has released nothing of it: "
                "raise the limit, or see why the run is behind");
    return false;
}

/* ---- messages ---- */

static void take_gtpp(struct dpdk_receiver *receiver, const struct frame *frame, bool is_tcp,
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
    const bool is_data = message.length > 1 && message.bytes[1] == GTPP_DATA_REQUEST;
    if (is_data && is_cgf(receiver) && !receiver->has_room) {
        receiver->counters.withheld++;
        return;
    }
    if ((is_data || !is_cgf(receiver)) && !can_journal(receiver, message.length)) {
        receiver->counters.withheld += is_cgf(receiver);
        receiver->counters.lost += !is_cgf(receiver);
        return;
    }
    receiver->arrival = &arrival;
    receiver->has_decided = false;
    const enum packet_drop drop = cgf_receive(receiver->cgf, &arrival, is_cgf(receiver) ? &letter : NULL);
    if (is_data && receiver->has_decided)
        append(receiver, DPDK_ENTRY_DECISION, &arrival, 0, message);
    receiver->arrival = NULL;
    if (drop)
        reject_headers(receiver, drop, message);
    if (is_cgf(receiver))
        send_letter(receiver, &letter);
}

static void take_datagram(struct dpdk_receiver *receiver, const struct frame *frame)
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

static void take_stream_message(void *owner, const struct stream_data *data, struct octets message)
{
    take_gtpp(owner, data->frame, true, message);
}

static void note_out_of_step(void *owner, const struct stream_data *data)
{
    reject_headers(owner, PACKET_GTPP_NOT_PRIME, data->bytes);
}

static size_t take_stream(void *owner, const struct stream_data *data)
{
    static const struct framing gtpp = {gtpp_stream_length, GTPP_MESSAGE_BYTES_MAX, take_stream_message,
                                        note_out_of_step};
    return framing_take(&gtpp, owner, data);
}

static void lose_stream(void *owner, enum packet_drop why, const struct frame *frame, uint64_t tag,
                        uint64_t length)
{
    (void)frame;
    (void)tag;
    (void)length;
    reject_headers(owner, why, (struct octets){(const uint8_t *)"", 0});
}

static void lose_datagram(void *owner, enum packet_drop why, const struct frame *frame, uint64_t tag)
{
    (void)frame;
    (void)tag;
    reject_headers(owner, why, (struct octets){(const uint8_t *)"", 0});
}

/* ---- frames ---- */

static bool is_port(const struct dpdk_receiver *receiver, uint16_t port)
{
    return port == receiver->settings->gtpp_port || (port && port == receiver->settings->datagram_port);
}

/* Whether damage in a frame is ours to count: its ports are not known, or are ours. */
static bool may_be_ours(const struct dpdk_receiver *receiver, const struct frame *frame)
{
    if (is_cgf(receiver) && !answer_is_own(&receiver->selves[0], &frame->destination))
        return false;
    if (frame->source_port == 0 && frame->destination_port == 0)
        return true;
    return is_port(receiver, frame->destination_port) || frame->source_port == receiver->settings->gtpp_port;
}

static void take_transport(struct dpdk_receiver *receiver, const struct frame *frame)
{
    const uint64_t gtpp_port = receiver->settings->gtpp_port;
    const bool is_gtpp =
        frame->destination_port == gtpp_port || (!is_cgf(receiver) && frame->source_port == gtpp_port);
    if (frame->protocol == FRAME_TCP && is_gtpp && receiver->streams)
        streams_add(receiver->streams, frame, receiver->now.wall_ms, 0);
    else if (frame->protocol == FRAME_UDP && is_gtpp)
        take_gtpp(receiver, frame, false, frame->payload);
    else if (frame->protocol == FRAME_UDP && receiver->settings->datagram_port &&
             frame->destination_port == receiver->settings->datagram_port)
        take_datagram(receiver, frame);
    else
        receiver->counters.others++;
}

/* A greeting is answered; other frames for us say where their senders are. True when the frame goes on. */
static bool meet(struct dpdk_receiver *receiver, size_t port, struct octets bytes, const struct frame *frame,
                 enum packet_drop drop)
{
    const struct answer_self *self = &receiver->selves[port];
    struct answer_link link;
    if (drop == PACKET_NOT_IP || drop == PACKET_NOT_TRANSPORT) {
        uint8_t answer[ANSWER_BYTES_MAX];
        const size_t length = answer_greeting(self, bytes, answer);
        receiver->counters.greetings += length > 0;
        if (length > 0)
            receiver->options.send(receiver->options.owner, port, answer, length);
        return false;
    }
    if (!answer_is_own(self, &frame->destination)) {
        receiver->counters.others++;
        return false;
    }
    if (!drop && answer_link_of(self, bytes, &link))
        dpdk_ways_put(receiver->ways, &frame->source, &link, port);
    return true;
}

static void take_time(struct dpdk_receiver *receiver, struct dpdk_moment now)
{
    receiver->now.monotonic_ns = now.monotonic_ns;
    if (now.wall_ms > receiver->now.wall_ms)
        receiver->now.wall_ms = now.wall_ms;
}

void dpdk_receiver_take(struct dpdk_receiver *receiver, size_t port, struct octets bytes,
                        struct dpdk_moment now)
{
    const unsigned checks = receiver->settings->has_checksums ? FRAME_CHECK_IP | FRAME_CHECK_TRANSPORT : 0;
    struct frame frame = {0}, whole;
    take_time(receiver, now);
    receiver->counters.frames++;
    enum packet_drop drop =
        frame_parse(FRAME_ETHERNET, bytes.bytes, bytes.length, bytes.length, checks, &frame);
    if (is_cgf(receiver) && !meet(receiver, port, bytes, &frame, drop))
        return;
    if (!drop && frame.is_fragment) {
        if (!reassembly_add(receiver->reassembly, &frame, receiver->now.wall_ms, 0, &whole, &drop)) {
            if (drop)
                reject_headers(receiver, drop, bytes);
            return;
        }
        drop = frame_parse_whole(&whole, checks);
        frame = whole;
    }
    if (!drop)
        take_transport(receiver, &frame);
    else if (packet_drop_is_damage(drop) && may_be_ours(receiver, &frame))
        reject_headers(receiver, drop, bytes);
    else
        receiver->counters.others++;
}

/* ---- rounds ---- */

/* What is due by time. */
static void make_round(struct dpdk_receiver *receiver)
{
    const int64_t now_ms = receiver->now.wall_ms;
    struct cgf_letter letter;
    receiver->round_ms = now_ms;
    reassembly_expire(receiver->reassembly, now_ms);
    if (receiver->streams)
        streams_expire(receiver->streams, now_ms);
    while (is_cgf(receiver) && cgf_next_letter(receiver->cgf, now_ms, &letter))
        send_letter(receiver, &letter);
}

/* Whether the disk takes it now. */
static void try_again(struct dpdk_receiver *receiver)
{
    if (receiver->now.wall_ms - receiver->tried_ms < TRY_MS)
        return;
    receiver->tried_ms = receiver->now.wall_ms;
    if (sync_journal(receiver) && journal_has_room(receiver->journal, receiver->settings->journal_bytes / 16))
        set_blocked(receiver, false, "the journal has room again");
}

void dpdk_receiver_settle(struct dpdk_receiver *receiver, struct dpdk_moment now)
{
    take_time(receiver, now);
    if (receiver->is_blocked) {
        try_again(receiver);
    } else {
        cgf_expire(receiver->cgf, receiver->now.wall_ms);
        (void)sync_journal(receiver);
    }
    if (receiver->now.wall_ms - receiver->round_ms >= ROUND_MS)
        make_round(receiver);
}

void dpdk_receiver_go_down(struct dpdk_receiver *receiver)
{
    if (!is_cgf(receiver))
        return;
    cgf_set_state(receiver->cgf, CGF_GOING_DOWN, &receiver->settings->redirect_to);
    receiver->is_going_down = true;
    make_round(receiver);
}

void dpdk_receiver_set_room(struct dpdk_receiver *receiver, bool has_room)
{
    receiver->has_room = has_room;
}

bool dpdk_receiver_is_blocked(const struct dpdk_receiver *receiver)
{
    return receiver->is_blocked;
}

uint64_t dpdk_receiver_oldest(const struct dpdk_receiver *receiver)
{
    return cgf_oldest_tag(receiver->cgf);
}

const struct dpdk_receiver_counters *dpdk_receiver_counters(const struct dpdk_receiver *receiver)
{
    return &receiver->counters;
}

const struct cgf_counters *dpdk_receiver_cgf_counters(const struct dpdk_receiver *receiver)
{
    return cgf_counters(receiver->cgf);
}

/* ---- the start ---- */

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

void dpdk_receiver_set_mac(struct dpdk_receiver *receiver, size_t port, const uint8_t mac[static 6])
{
    memcpy(receiver->selves[port].mac, mac, 6);
}

static bool make_parts(struct dpdk_receiver *receiver, struct error *error)
{
    const struct dpdk_settings *settings = receiver->settings;
    const struct hash_key secret = hash_key_random();
    const struct cgf_options cgf = {.is_passive = !is_cgf(receiver),
                                    .waits_for_acknowledge = is_cgf(receiver),
                                    .restarts = receiver->options.restarts,
                                    .peer_count = SENDER_COUNT,
                                    .quarantine_bytes = DPDK_WAITING_BYTES,
                                    .quarantine_ms = QUARANTINE_MS,
                                    .confirm_ms = settings->confirm_ms,
                                    .retry_ms = RETRY_MS,
                                    .echo_ms = settings->echo_ms,
                                    .secret = secret,
                                    .event = take_event,
                                    .owner = receiver};
    const struct reassembly_options fragments = {.datagram_count = HALF_DATAGRAM_COUNT,
                                                 .timeout_ms = FRAGMENT_TIMEOUT_MS,
                                                 .secret = secret,
                                                 .lost = lose_datagram,
                                                 .owner = receiver};
    const struct stream_options streams = {.stream_count = STREAM_COUNT,
                                           .idle_ms = STREAM_IDLE_MS,
                                           .gap_ms = STREAM_GAP_MS,
                                           .secret = secret,
                                           .take = take_stream,
                                           .lost = lose_stream,
                                           .owner = receiver};
    return (receiver->cgf = cgf_create(&cgf, error)) &&
           (receiver->reassembly = reassembly_create(&fragments, error)) &&
           (is_cgf(receiver) || (receiver->streams = streams_create(&streams, error)));
}

struct dpdk_receiver *dpdk_receiver_create(const struct dpdk_receiver_options *options, struct error *error)
{
    struct dpdk_receiver *receiver = calloc(1, sizeof(*receiver));
    CHECK(receiver);
    receiver->options = *options;
    receiver->settings = options->settings;
    receiver->journal = options->journal;
    receiver->has_room = true;
    receiver->ways = dpdk_ways_create(hash_key_random());
    for (size_t i = 0; i < DPDK_PORT_COUNT_MAX; i++)
        receiver->selves[i] = (struct answer_self){.addresses = options->settings->addresses,
                                                   .address_count = options->settings->address_count};
    if (make_parts(receiver, error))
        return receiver;
    dpdk_receiver_destroy(receiver);
    return NULL;
}

void dpdk_receiver_destroy(struct dpdk_receiver *receiver)
{
    if (!receiver)
        return;
    cgf_destroy(receiver->cgf);
    reassembly_destroy(receiver->reassembly);
    streams_destroy(receiver->streams);
    dpdk_ways_destroy(receiver->ways);
    free(receiver);
}
