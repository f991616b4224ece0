/* SPDX-License-Identifier: Apache-2.0 */
#include "packet_property.h"

#include "simsieve/base/calendar.h"
#include "simsieve/packet/cgf.h"
#include "simsieve/packet/listener.h"
#include "simsieve/packet/reassembly.h"
#include "simsieve/packet/smpp.h"
#include "simsieve/packet/stream.h"

#include <string.h>

#define STEP_MS_MAX 4096

/* One step of a story: an octet that says how it comes, and its bytes. */
struct step {
    unsigned how;
    struct octets bytes;
};

static bool next_step(struct octets *story, struct step *step)
{
    if (story->length < 3)
        return false;
    const size_t announced = octets_get16(story->bytes + 1);
    const size_t length = u64_min(announced, story->length - 3);
    step->how = story->bytes[0];
    step->bytes = (struct octets){story->bytes + 3, length};
    story->bytes += 3 + length;
    story->length -= 3 + length;
    return true;
}

static struct octets story_of(const char *bytes, size_t length)
{
    return (struct octets){(const uint8_t *)bytes, length};
}

static void check_within(struct octets part, struct octets whole)
{
    CHECK(part.length == 0 ||
          (part.bytes >= whole.bytes && part.bytes + part.length <= whole.bytes + whole.length));
}

/* ---- frames ---- */

struct sums {
    uint64_t added, taken;
};

static size_t take_half(void *owner, const struct stream_data *data)
{
    struct sums *sums = owner;
    const size_t length = data->bytes.length;
    const bool is_waiting = length < STREAM_MESSAGE_BYTES_MAX && length % 3 == 0;
    const size_t taken = is_waiting ? 0 : (length + 1) / 2;
    *data->is_synced = length % 2;
    sums->taken += taken;
    return taken;
}

static void note_lost_stream(void *owner, enum packet_drop why, const struct frame *frame, uint64_t tag,
                             uint64_t length)
{
    (void)owner, (void)frame, (void)tag, (void)length;
    CHECK(why > PACKET_NONE && why < PACKET_DROP_COUNT);
}

static void note_lost_datagram(void *owner, enum packet_drop why, const struct frame *frame, uint64_t tag)
{
    (void)owner, (void)frame, (void)tag;
    CHECK(why > PACKET_NONE && why < PACKET_DROP_COUNT);
}

static void take_frame(struct reassembly *reassembly, struct streams *streams, const struct step *step,
                       int64_t now_ms, struct sums *sums)
{
    const enum frame_link link = (enum frame_link)(step->how % FRAME_LINK_COUNT);
    const unsigned checks = step->how & 0x80 ? FRAME_CHECK_IP | FRAME_CHECK_TRANSPORT : 0;
    struct frame frame, whole;
    enum packet_drop drop = frame_parse(link, step->bytes.bytes, step->bytes.length,
                                        step->bytes.length + (step->how >> 6 & 1), checks, &frame);
    CHECK(drop < PACKET_DROP_COUNT);
    if (drop)
        return;
    check_within(frame.payload, step->bytes);
    if (frame.is_fragment) {
        if (!reassembly_add(reassembly, &frame, now_ms, 1, &whole, &drop))
            return;
        CHECK(whole.payload.length <= REASSEMBLY_DATAGRAM_BYTES);
        if (frame_parse_whole(&whole, checks))
            return;
        frame = whole;
    }
    if (frame.protocol == FRAME_TCP) {
        sums->added += frame.payload.length;
        streams_add(streams, &frame, now_ms, 1);
    }
}

void packet_property_frame(const char *bytes, size_t length)
{
    struct sums sums = {0};
    const struct reassembly_options fragments = {
        .datagram_count = 3, .timeout_ms = 5000, .lost = note_lost_datagram};
    const struct stream_options options = {.stream_count = 3,
                                           .idle_ms = 60000,
                                           .gap_ms = 2000,
                                           .take = take_half,
                                           .lost = note_lost_stream,
                                           .owner = &sums};
    struct error error;
    struct reassembly *reassembly = reassembly_create(&fragments, &error);
    struct streams *streams = streams_create(&options, &error);
    struct octets story = story_of(bytes, length);
    struct step step;
    int64_t now_ms = 0;
    CHECK(reassembly && streams);
    while (next_step(&story, &step)) {
        now_ms += step.how * 16 % STEP_MS_MAX;
        reassembly_expire(reassembly, now_ms);
        streams_expire(streams, now_ms);
        take_frame(reassembly, streams, &step, now_ms, &sums);
        CHECK(sums.taken <= sums.added);
    }
    reassembly_expire(reassembly, INT64_MAX);
    streams_expire(streams, INT64_MAX);
    CHECK(sums.taken <= sums.added);
    reassembly_destroy(reassembly);
    streams_destroy(streams);
}

/* ---- TCP ---- */

#define LISTENER_PEERS       4
#define LISTENER_CONNECTIONS 3
#define LISTENER_IDLE_MS     600000

struct listening {
    struct listener *listener;
    struct address own, peer;
    uint32_t said[LISTENER_PEERS], heard[LISTENER_PEERS]; /* what would be right next */
    uint64_t given, taken, answered, sent;
    bool takes;
};

static size_t take_bytes(void *owner, const struct frame *from, struct octets bytes)
{
    struct listening *listening = owner;
    CHECK(bytes.length > 0 && bytes.length <= LISTENER_RECEIVE_BYTES && from->source_port < LISTENER_PEERS);
    if (!listening->takes)
        return 0;
    if (bytes.bytes[0] == 0xFF)
        return LISTENER_RESET;
    const size_t taken = bytes.length - bytes.bytes[0] % 2;
    listening->taken += taken;
    return taken;
}

static void note_segment(void *owner, const struct segment *segment)
{
    struct listening *listening = owner;
    const size_t peer = segment->destination_port;
    CHECK(peer < LISTENER_PEERS && segment->payload.length <= 1460);
    CHECK(address_equal(segment->source, &listening->own));
    listening->sent += segment->payload.length;
    if (segment->flags & FRAME_TCP_RST)
        return;
    CHECK(segment->flags & FRAME_TCP_ACK);
    listening->said[peer] = segment->acknowledgement;
    listening->heard[peer] = segment->sequence + (uint32_t)segment->payload.length +
                             (segment->flags & (FRAME_TCP_SYN | FRAME_TCP_FIN) ? 1 : 0);
}

/* Octets: flags, how far its number and its acknowledgement are from what would be right, window; the rest is payload. */
static void take_segment(struct listening *listening, const struct step *step, int64_t now_ms)
{
    const uint8_t *octets = step->bytes.bytes;
    const size_t peer = step->how % LISTENER_PEERS;
    if (step->bytes.length < 7)
        return;
    const bool is_syn = octets[0] & FRAME_TCP_SYN;
    const size_t options = is_syn ? step->bytes.length - 7 : 0;
    const struct frame frame = {
        .source = listening->peer,
        .destination = listening->own,
        .source_port = (uint16_t)peer,
        .destination_port = 3386,
        .protocol = FRAME_TCP,
        .tcp_flags = octets[0],
        .tcp_sequence = listening->said[peer] + (uint32_t)(int16_t)octets_get16(octets + 1),
        .tcp_acknowledgement = listening->heard[peer] + (uint32_t)(int16_t)octets_get16(octets + 3),
        .tcp_window = octets_get16(octets + 5),
        .tcp_options = {octets + 7, options},
        .payload = {octets + 7 + options, step->bytes.length - 7 - options}};
    listening->given += frame.payload.length;
    listener_take(listening->listener, &frame, now_ms);
}

static void take_turn(struct listening *listening, const struct step *step, int64_t *now_ms)
{
    switch (step->how >> 2 & 7) {
    case 0:
        *now_ms += (int64_t)step->bytes.length * step->bytes.length;
        listener_settle(listening->listener, *now_ms);
        break;
    case 1:
        listening->takes = !listening->takes;
        listener_resume(listening->listener);
        break;
    case 2:
        if (listener_send(listening->listener, &listening->own, &listening->peer,
                          (uint16_t)(step->how % LISTENER_PEERS), step->bytes))
            listening->answered += step->bytes.length;
        break;
    case 3:
        if (step->bytes.length == 7)
            listener_close(listening->listener);
        break;
    default:
        take_segment(listening, step, *now_ms);
    }
}

void packet_property_listener(const char *bytes, size_t length)
{
    struct listening listening = {
        .own = address_make((const uint8_t *)"\x0a\0\0\1", 4),
        .peer = address_make((const uint8_t *)"\x0a\0\0\2", 4),
        .takes = true,
    };
    const struct listener_options options = {.connection_count = LISTENER_CONNECTIONS,
                                             .idle_ms = LISTENER_IDLE_MS,
                                             .evict_ms = 30000,
                                             .linger_ms = 2000,
                                             .secret = {1, 2},
                                             .take = take_bytes,
                                             .send = note_segment,
                                             .owner = &listening};
    struct error error;
    struct octets story = story_of(bytes, length);
    struct step step;
    int64_t now_ms = 0;
    listening.listener = listener_create(&options, &error);
    CHECK(listening.listener);
    while (next_step(&story, &step)) {
        take_turn(&listening, &step, &now_ms);
        CHECK(listening.taken <= listening.given);
        CHECK(listener_count(listening.listener) <= LISTENER_CONNECTIONS);
    }
    CHECK(listening.answered > 0 || listening.sent == 0);
    listener_settle(listening.listener, now_ms + LISTENER_IDLE_MS);
    CHECK(listener_count(listening.listener) == 0);
    listener_destroy(listening.listener);
}

/* ---- GTP' ---- */

#define TICKETS_MAX 64

struct receiver {
    struct cgf *cgf;
    uint64_t tickets[TICKETS_MAX];
    size_t ticket_count;
    uint64_t held, decided; /* possibly duplicated packets */
};

static void take_event(void *owner, const struct cgf_event *event)
{
    struct receiver *receiver = owner;
    struct gtpp_records records = event->records;
    struct octets record;
    unsigned count = 0;
    while (gtpp_next_record(&records, &record))
        count++;
    CHECK(count <= UINT8_MAX);
    receiver->held += event->kind == CGF_HOLD;
    receiver->decided += event->kind == CGF_CANCEL;
    if (event->ticket && receiver->ticket_count < TICKETS_MAX)
        receiver->tickets[receiver->ticket_count++] = event->ticket;
}

static void check_letter(const struct cgf_letter *letter)
{
    struct gtpp_message message;
    if (letter->build.length == 0)
        return;
    CHECK(letter->build.length <= GTPP_BUILD_BYTES_MAX);
    CHECK(gtpp_parse(letter->build.bytes, letter->build.length, &message) == PACKET_NONE);
}

static void check_message(struct octets bytes)
{
    struct gtpp_message message;
    struct octets record;
    if (gtpp_parse(bytes.bytes, bytes.length, &message))
        return;
    CHECK(gtpp_stream_length(bytes.bytes, bytes.length) ==
          message.header.header_length + message.header.length);
    check_within(message.packet, bytes);
    check_within(message.released, bytes);
    check_within(message.cancelled, bytes);
    check_within(message.responded, bytes);
    while (gtpp_next_record(&message.records, &record))
        check_within(record, bytes);
}

static void acknowledge(struct receiver *receiver)
{
    size_t done = 0;
    while (done < receiver->ticket_count) {
        struct cgf_letter letter = {0};
        const size_t count =
            cgf_acknowledge(receiver->cgf, receiver->tickets + done, receiver->ticket_count - done, &letter);
        CHECK(count > 0 && count <= receiver->ticket_count - done);
        check_letter(&letter);
        done += count;
    }
    receiver->ticket_count = 0;
}

/* Bits of `how`: 0-1 which sender, 2 the way back, 3 acknowledge, 4 TCP, 5-7 time. */
static void take_gtpp_step(struct receiver *receiver, const struct step *step, int64_t now_ms,
                           bool is_passive)
{
    const uint8_t sender[4] = {10, 0, 0, (uint8_t)(step->how & 3)}, gateway[4] = {10, 0, 0, 9};
    const bool is_back = step->how & 4;
    struct cgf_letter letter = {0};
    const struct cgf_arrival arrival = {.source = address_make(is_back ? gateway : sender, 4),
                                        .destination = address_make(is_back ? sender : gateway, 4),
                                        .source_port = GTPP_PORT,
                                        .destination_port = GTPP_PORT,
                                        .is_tcp = step->how & 16,
                                        .message = step->bytes,
                                        .now_ms = now_ms,
                                        .tag = 1};
    check_message(step->bytes);
    CHECK(cgf_receive(receiver->cgf, &arrival, is_passive ? NULL : &letter) < PACKET_DROP_COUNT);
    check_letter(&letter);
    if (step->how & 8)
        acknowledge(receiver);
    if (!is_passive && cgf_next_letter(receiver->cgf, now_ms, &letter))
        check_letter(&letter);
}

void packet_property_gtpp(const char *bytes, size_t length)
{
    const unsigned mode = length ? (unsigned char)bytes[0] % 3 : 0;
    struct receiver receiver = {0};
    const struct cgf_options options = {.is_passive = mode == 0,
                                        .waits_for_acknowledge = mode == 2,
                                        .restarts = 7,
                                        .peer_count = 3,
                                        .quarantine_bytes = 4096,
                                        .quarantine_ms = 20000,
                                        .confirm_ms = 5000,
                                        .retry_ms = 3000,
                                        .echo_ms = 10000,
                                        .event = take_event,
                                        .owner = &receiver};
    struct error error;
    struct octets story = story_of(bytes + (length > 0), length - (length > 0));
    struct step step;
    int64_t now_ms = 0;
    receiver.cgf = cgf_create(&options, &error);
    CHECK(receiver.cgf);
    while (next_step(&story, &step)) {
        now_ms += (step.how >> 5) * 1000;
        cgf_expire(receiver.cgf, now_ms);
        take_gtpp_step(&receiver, &step, now_ms, options.is_passive);
    }
    acknowledge(&receiver);
    cgf_expire(receiver.cgf, INT64_MAX);
    CHECK(cgf_waiting_count(receiver.cgf) == 0 && cgf_waiting_bytes(receiver.cgf) == 0);
    CHECK(receiver.decided <= receiver.held || options.is_passive);
    cgf_destroy(receiver.cgf);
}

/* ---- SMPP ---- */

static void check_pdu(struct octets bytes)
{
    struct smpp_pdu pdu;
    struct smpp_address address;
    size_t count = 0;
    if (smpp_parse(bytes.bytes, bytes.length, &pdu))
        return;
    const size_t whole = smpp_stream_length(bytes.bytes, bytes.length);
    CHECK(whole == bytes.length || whole == SIZE_MAX);
    check_within(pdu.text, bytes);
    check_within(pdu.message_id, bytes);
    check_within(pdu.source.text, bytes);
    CHECK(pdu.part.total >= 1 && pdu.part.number >= 1 && pdu.part.number <= pdu.part.total);
    for (; smpp_next_destination(&pdu, &address); count++)
        check_within(address.text, bytes);
    CHECK(count <= pdu.destination_count);
    for (count = 0; smpp_next_refusal(&pdu, &address); count++)
        check_within(address.text, bytes);
    CHECK(count <= pdu.refusal_count);
    CHECK(smpp_segments(pdu.data_coding, pdu.text.length) >= 1);
}

void packet_property_smpp(const char *bytes, size_t length)
{
    struct octets story = story_of(bytes, length);
    while (story.length > 0) {
        const size_t whole = smpp_stream_length(story.bytes, story.length);
        const size_t step = whole == 0 || whole > story.length ? story.length : whole;
        check_pdu((struct octets){story.bytes, step});
        story.bytes += step;
        story.length -= step;
    }
}
