/* SPDX-License-Identifier: Apache-2.0
 * Frames, and what is due by time. */
#include "dpdk_receiver_parts.h"

#include "simsieve/base/calendar.h"
#include "simsieve/packet/framing.h"

#include <stdlib.h>

#define SENDER_COUNT        1024
#define HALF_DATAGRAM_COUNT 256
#define STREAM_COUNT        256

#define QUARANTINE_MS       (7 * DAY_MS)
#define FRAGMENT_TIMEOUT_MS (60 * SECOND_MS)
#define STREAM_IDLE_MS      (10 * MINUTE_MS)
#define STREAM_GAP_MS       (2 * SECOND_MS)
#define RETRY_MS            (5 * SECOND_MS)
#define ROUND_MS            SECOND_MS /* between looks for letters and expiries */

/* ---- what lies above packets ---- */

/* A message that cannot be taken now is not kept here: its sender repeats it, or (passive) it is lost. */
static void take_message(struct dpdk_receiver *receiver, const struct frame *frame, bool is_tcp,
                         struct octets message)
{
    if (dpdk_receiver_can_take(receiver, message)) {
        dpdk_receiver_take_gtpp(receiver, frame, is_tcp, message);
        return;
    }
    receiver->counters.withheld += is_cgf(receiver);
    receiver->counters.lost += !is_cgf(receiver);
}

static void take_stream_message(void *owner, const struct stream_data *data, struct octets message)
{
    take_message(owner, data->frame, true, message);
}

static void note_out_of_step(void *owner, const struct stream_data *data)
{
    dpdk_receiver_reject(owner, PACKET_GTPP_NOT_PRIME, data->bytes);
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
    dpdk_receiver_reject(owner, why, (struct octets){(const uint8_t *)"", 0});
}

static void lose_datagram(void *owner, enum packet_drop why, const struct frame *frame, uint64_t tag)
{
    (void)frame;
    (void)tag;
    dpdk_receiver_reject(owner, why, (struct octets){(const uint8_t *)"", 0});
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
    else if (frame->protocol == FRAME_TCP && is_gtpp)
        listener_take(receiver->listener, frame, monotonic_ms(receiver));
    else if (frame->protocol == FRAME_UDP && is_gtpp)
        take_message(receiver, frame, false, frame->payload);
    else if (frame->protocol == FRAME_UDP && receiver->settings->datagram_port &&
             frame->destination_port == receiver->settings->datagram_port)
        dpdk_receiver_take_datagram(receiver, frame);
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
                dpdk_receiver_reject(receiver, drop, bytes);
            return;
        }
        drop = frame_parse_whole(&whole, checks);
        frame = whole;
    }
    if (!drop)
        take_transport(receiver, &frame);
    else if (packet_drop_is_damage(drop) && may_be_ours(receiver, &frame))
        dpdk_receiver_reject(receiver, drop, bytes);
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
        dpdk_receiver_send(receiver, &letter);
}

void dpdk_receiver_settle(struct dpdk_receiver *receiver, bool is_idle, struct dpdk_moment now)
{
    take_time(receiver, now);
    if (receiver->is_blocked) {
        dpdk_receiver_try_again(receiver);
    } else {
        cgf_expire(receiver->cgf, receiver->now.wall_ms);
        (void)dpdk_receiver_sync(receiver,
                                 is_idle || journal_is_due(receiver->journal, receiver->now.monotonic_ns));
    }
    if (receiver->now.wall_ms - receiver->round_ms >= ROUND_MS)
        make_round(receiver);
    if (is_cgf(receiver))
        dpdk_receiver_settle_connections(receiver);
}

void dpdk_receiver_go_down(struct dpdk_receiver *receiver)
{
    if (is_cgf(receiver)) {
        cgf_set_state(receiver->cgf, CGF_GOING_DOWN, &receiver->settings->redirect_to);
        receiver->is_going_down = true;
        make_round(receiver);
    } else if (!receiver->is_blocked) { /* nobody will hear the answers that are still to come */
        cgf_expire(receiver->cgf, receiver->now.wall_ms + receiver->settings->confirm_ms);
    }
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
                                    .event = dpdk_receiver_take_event,
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
           (is_cgf(receiver) ? (receiver->listener = dpdk_receiver_listen(receiver, error)) != NULL
                             : (receiver->streams = streams_create(&streams, error)) != NULL);
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
    listener_destroy(receiver->listener);
    dpdk_ways_destroy(receiver->ways);
    free(receiver);
}
