/* SPDX-License-Identifier: Apache-2.0
 * GTP' over TCP connections to the gateway: messages are cut from their bytes, and wait there while they cannot be taken. (What
 * packet/framing.h does for a mirror, finding a beginning again, a connection of ours never needs.) */
#include "dpdk_receiver_parts.h"

#include "simsieve/base/calendar.h"

#define CONNECTION_COUNT 256

#define IDLE_MS   (10 * MINUTE_MS)
#define EVICT_MS  (30 * SECOND_MS)
#define LINGER_MS (2 * SECOND_MS)

static void send_segment(void *owner, const struct segment *segment)
{
    struct dpdk_receiver *receiver = owner;
    uint8_t frame[ANSWER_BYTES_MAX];
    size_t port;
    const struct answer_link *link = dpdk_ways_find(receiver->ways, segment->destination, &port);
    if (!link)
        return; /* as if it were lost: the peer's next frame makes its way known again */
    const size_t length = answer_tcp(link, segment, frame);
    receiver->options.send(receiver->options.owner, port, frame, length);
}

static size_t take_bytes(void *owner, const struct frame *from, struct octets bytes)
{
    struct dpdk_receiver *receiver = owner;
    size_t at = 0;
    while (at < bytes.length) {
        const size_t left = bytes.length - at;
        const size_t length = gtpp_stream_length(bytes.bytes + at, left);
        if (length == SIZE_MAX) {
            dpdk_receiver_reject(receiver, PACKET_GTPP_NOT_PRIME, (struct octets){bytes.bytes + at, left});
            return LISTENER_RESET;
        }
        if (length == 0 || length > left)
            break;
        const struct octets message = {bytes.bytes + at, length};
        if (!dpdk_receiver_can_take(receiver, message)) {
            receiver->counters.stopped++;
            receiver->has_stopped = true;
            break;
        }
        dpdk_receiver_take_gtpp(receiver, from, true, message);
        at += length;
    }
    return at;
}

struct listener *dpdk_receiver_listen(struct dpdk_receiver *receiver, struct error *error)
{
    const struct listener_options options = {.connection_count = CONNECTION_COUNT,
                                             .idle_ms = IDLE_MS,
                                             .evict_ms = EVICT_MS,
                                             .linger_ms = LINGER_MS,
                                             .secret = hash_key_random(),
                                             .take = take_bytes,
                                             .send = send_segment,
                                             .owner = receiver};
    return listener_create(&options, error);
}

void dpdk_receiver_settle_connections(struct dpdk_receiver *receiver)
{
    if (receiver->has_stopped && receiver->has_room && !receiver->is_blocked) {
        receiver->has_stopped = false;
        listener_resume(receiver->listener);
    }
    listener_settle(receiver->listener, monotonic_ms(receiver));
}

void dpdk_receiver_hang_up(struct dpdk_receiver *receiver)
{
    if (is_cgf(receiver))
        listener_close(receiver->listener);
}

uint32_t dpdk_receiver_connection_count(const struct dpdk_receiver *receiver)
{
    return is_cgf(receiver) ? listener_count(receiver->listener) : 0;
}

const struct listener_counters *dpdk_receiver_listener_counters(const struct dpdk_receiver *receiver)
{
    return is_cgf(receiver) ? listener_counters(receiver->listener) : NULL;
}
