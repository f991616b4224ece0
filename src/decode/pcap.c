/* SPDX-License-Identifier: Apache-2.0
 * Captures (pcap.md): from the packets of a file through the packet layer to records. Whatever a packet sets free goes
 * into a queue, because one packet may release many records; the queue is empty again before the next packet. */
#include "capture_file.h"
#include "datagram.h"
#include "decoders.h"
#include "partials.h"
#include "sms_ledger.h"
#include "ts32298.h"

#include "simsieve/decode/capture.h"
#include "simsieve/decode/payload.h"
#include "simsieve/log/log.h"
#include "simsieve/packet/cgf.h"
#include "simsieve/packet/framing.h"
#include "simsieve/packet/reassembly.h"

#include <stdlib.h>

#define HALF_DATAGRAM_COUNT 256
#define STREAM_COUNT        256
#define SENDER_COUNT        256
#define WAITING_BYTES       (16u << 20) /* of GTP' packets that wait; bounds the queue too */

#define FRAGMENT_TIMEOUT_MS (60 * SECOND_MS)
#define STREAM_IDLE_MS      (10 * MINUTE_MS)
#define STREAM_GAP_MS       (2 * SECOND_MS)
#define CONFIRM_MS          (30 * SECOND_MS)
#define QUARANTINE_MS       (7 * DAY_MS)

/* Headers alone: a reject holds no text of a message. */
#define SHOWN_BYTES_MAX 64

struct pcap {
    const struct decode_context *context;
    const struct capture_ports *ports;
    char *input;
    struct capture_file file;
    struct reassembly *reassembly;
    struct streams *streams;
    struct cgf *cgf;
    struct sms_ledger *ledger;
    struct ts32298 records;
    struct partials *partials;
    struct datagrams *datagrams;
    int64_t clock_ms;       /* of the packets; never goes back */
    uint64_t message_count; /* of any protocol that is looked for */
    bool has_finished;
    struct cdr *queue;
    size_t queue_begin, queue_end, queue_capacity;
    struct decoded *decoded; /* of the call that is going on */
};

/* ---- what comes out ---- */

static void reject(struct pcap *pcap, enum reason reason, uint64_t line, const void *bytes, size_t length)
{
    pcap->decoded->reject(pcap->decoded->owner, reason, line, bytes, length);
}

static void give(void *owner, const struct cdr *cdr)
{
    struct pcap *pcap = owner;
    if (pcap->queue_end == pcap->queue_capacity) {
        pcap->queue_capacity = pcap->queue_capacity ? 2 * pcap->queue_capacity : 256;
        pcap->queue = realloc(pcap->queue, pcap->queue_capacity * sizeof(*pcap->queue));
        CHECK(pcap->queue);
    }
    pcap->queue[pcap->queue_end++] = *cdr;
}

/* Moves records from the queue to the caller. */
static void drain(struct pcap *pcap, struct decoded *decoded)
{
    const size_t count = u64_min(pcap->queue_end - pcap->queue_begin, decoded->capacity - decoded->count);
    if (count > 0)
        memcpy(decoded->records + decoded->count, pcap->queue + pcap->queue_begin,
               count * sizeof(*pcap->queue));
    decoded->count += count;
    pcap->queue_begin += count;
    if (pcap->queue_begin == pcap->queue_end)
        pcap->queue_begin = pcap->queue_end = 0;
}

static void reject_drop(struct pcap *pcap, enum packet_drop drop, uint64_t line, struct octets bytes)
{
    reject(pcap, payload_reason(drop), line, bytes.bytes, u64_min(bytes.length, SHOWN_BYTES_MAX));
}

/* A BER record of a call or an SMS. */
static void take_record(struct pcap *pcap, struct octets record, uint64_t line)
{
    struct cdr cdr;
    bool has_output = false;
    enum reason reason = ts32298_next(&pcap->records, record.bytes, record.length, &cdr);
    if (reason == REASON_NONE) {
        cdr.line = line;
        reason = partials_take(pcap->partials, &cdr, &has_output);
    }
    if (has_output)
        give(pcap, &cdr);
    if (reason != REASON_NONE)
        reject(pcap, reason, line, record.bytes, record.length);
}

/* ---- GTP' ---- */

static void take_gtpp_event(void *owner, const struct cgf_event *event)
{
    struct pcap *pcap = owner;
    struct gtpp_records records = event->records;
    struct octets record;
    if (event->kind != CGF_DELIVER && event->kind != CGF_LOST)
        return;
    while (gtpp_next_record(&records, &record)) {
        if (event->kind == CGF_DELIVER)
            take_record(pcap, record, event->tag);
        else
            reject(pcap, payload_reason(event->why), event->tag, record.bytes, record.length);
    }
}

static void take_gtpp(struct pcap *pcap, const struct frame *frame, bool is_tcp, struct octets message,
                      uint64_t line)
{
    const struct cgf_arrival arrival = {.source = frame->source,
                                        .destination = frame->destination,
                                        .source_port = frame->source_port,
                                        .destination_port = frame->destination_port,
                                        .is_tcp = is_tcp,
                                        .message = message,
                                        .now_ms = pcap->clock_ms,
                                        .tag = line};
    pcap->message_count++;
    const enum packet_drop drop = cgf_receive(pcap->cgf, &arrival, NULL);
    if (drop)
        reject_drop(pcap, drop, line, message);
}

static void take_gtpp_message(void *owner, const struct stream_data *data, struct octets message)
{
    take_gtpp(owner, data->frame, true, message, data->tag);
}

static void note_gtpp_out_of_step(void *owner, const struct stream_data *data)
{
    reject_drop(owner, PACKET_GTPP_NOT_PRIME, data->tag,
                (struct octets){data->bytes.bytes, u64_min(data->bytes.length, GTPP_HEADER_BYTES)});
}

/* ---- SMPP ---- */

static void take_smpp_message(void *owner, const struct stream_data *data, struct octets message)
{
    struct pcap *pcap = owner;
    struct smpp_pdu pdu;
    const struct sms_sighting sighting = {.source = &data->frame->source,
                                          .destination = &data->frame->destination,
                                          .source_port = data->frame->source_port,
                                          .destination_port = data->frame->destination_port,
                                          .time_ms = data->now_ms,
                                          .line = data->tag,
                                          .pdu = &pdu};
    const enum packet_drop drop = smpp_parse(message.bytes, message.length, &pdu);
    pcap->message_count++;
    if (drop)
        reject_drop(pcap, drop, data->tag, (struct octets){message.bytes, SMPP_HEADER_BYTES});
    else
        sms_ledger_take(pcap->ledger, &sighting);
}

static void note_smpp_out_of_step(void *owner, const struct stream_data *data)
{
    reject_drop(owner, PACKET_SMPP_LENGTH, data->tag, (struct octets){data->bytes.bytes, 0});
}

static void reject_submission(void *owner, enum reason reason, uint64_t line)
{
    reject(owner, reason, line, "", 0);
}

/* ---- TCP, fragments, datagrams ---- */

static bool is_port(const struct pcap *pcap, enum capture_protocol protocol, const struct frame *frame)
{
    return capture_ports_have(pcap->ports, protocol, frame->destination_port) ||
           capture_ports_have(pcap->ports, protocol, frame->source_port);
}

static size_t take_stream(void *owner, const struct stream_data *data)
{
    static const struct framing gtpp = {gtpp_stream_length, GTPP_MESSAGE_BYTES_MAX, take_gtpp_message,
                                        note_gtpp_out_of_step};
    static const struct framing smpp = {smpp_stream_length, SMPP_PDU_BYTES_MAX, take_smpp_message,
                                        note_smpp_out_of_step};
    const struct pcap *pcap = owner;
    return framing_take(is_port(pcap, CAPTURE_SMPP, data->frame) ? &smpp : &gtpp, owner, data);
}

static void lose_stream(void *owner, enum packet_drop why, const struct frame *frame, uint64_t tag,
                        uint64_t length)
{
    (void)frame;
    (void)length;
    reject_drop(owner, why, tag, (struct octets){(const uint8_t *)"", 0});
}

static void lose_datagram(void *owner, enum packet_drop why, const struct frame *frame, uint64_t tag)
{
    (void)frame;
    reject_drop(owner, why, tag, (struct octets){(const uint8_t *)"", 0});
}

static void give_from_datagram(void *owner, const struct cdr *cdr)
{
    struct pcap *pcap = owner;
    struct cdr numbered = *cdr;
    numbered.line = pcap->file.packet_count;
    give(pcap, &numbered);
}

static void reject_from_datagram(void *owner, enum reason reason, const char *bytes, size_t length)
{
    struct pcap *pcap = owner;
    reject(pcap, reason, pcap->file.packet_count, bytes, length);
}

/* A whole UDP datagram or TCP segment. */
static void take_transport(struct pcap *pcap, const struct frame *frame)
{
    const uint64_t line = pcap->file.packet_count;
    if (frame->protocol == FRAME_TCP) {
        if (is_port(pcap, CAPTURE_GTPP, frame) || is_port(pcap, CAPTURE_SMPP, frame))
            streams_add(pcap->streams, frame, pcap->clock_ms, line);
    } else if (is_port(pcap, CAPTURE_GTPP, frame)) {
        take_gtpp(pcap, frame, false, frame->payload, line);
    } else if (capture_ports_have(pcap->ports, CAPTURE_RECORDS, frame->destination_port)) {
        const struct datagram_sink sink = {give_from_datagram, reject_from_datagram, pcap};
        pcap->message_count++;
        datagrams_take(pcap->datagrams, frame->payload, &sink);
    }
}

/* Damage counts where it may be ours: in packets whose ports are not known, or are ours. */
static bool may_be_ours(const struct pcap *pcap, const struct frame *frame)
{
    if (frame->source_port == 0 && frame->destination_port == 0)
        return true;
    return is_port(pcap, CAPTURE_GTPP, frame) || is_port(pcap, CAPTURE_SMPP, frame) ||
           is_port(pcap, CAPTURE_RECORDS, frame);
}

static void take_fragment(struct pcap *pcap, struct frame *frame, enum packet_drop *drop)
{
    struct frame whole;
    if (!reassembly_add(pcap->reassembly, frame, pcap->clock_ms, pcap->file.packet_count, &whole, drop))
        return;
    *drop = frame_parse_whole(&whole, 0);
    *frame = whole;
}

static void take_packet(struct pcap *pcap, const struct capture_packet *packet)
{
    struct frame frame = {0};
    enum packet_drop drop = PACKET_LINK_TYPE;
    if (packet->time_ms > pcap->clock_ms)
        pcap->clock_ms = packet->time_ms;
    reassembly_expire(pcap->reassembly, pcap->clock_ms);
    streams_expire(pcap->streams, pcap->clock_ms);
    cgf_expire(pcap->cgf, pcap->clock_ms);
    sms_ledger_expire(pcap->ledger, pcap->clock_ms);
    if (packet->link < FRAME_LINK_COUNT)
        drop = frame_parse(packet->link, packet->bytes.bytes, packet->bytes.length, packet->wire_length, 0,
                           &frame);
    if (!drop && frame.is_fragment) {
        take_fragment(pcap, &frame, &drop);
        if (!drop && frame.is_fragment)
            return;
    }
    if (!drop)
        take_transport(pcap, &frame);
    else if (packet_drop_is_damage(drop) && may_be_ours(pcap, &frame))
        reject_drop(pcap, drop, pcap->file.packet_count, packet->bytes);
}

/* ---- the decoder ---- */

static int pcap_detect(const char *bytes, size_t length)
{
    return capture_detect((const uint8_t *)bytes, length);
}

static void pcap_close(void *state)
{
    struct pcap *pcap = state;
    if (!pcap)
        return;
    if (pcap->has_finished && pcap->message_count == 0 && pcap->file.packet_count > 0)
        log_write(LOG_WARNING,
                  "%s: none of its %llu packets is of a port that is looked at (--ports names others)",
                  pcap->input, (unsigned long long)pcap->file.packet_count);
    reassembly_destroy(pcap->reassembly);
    streams_destroy(pcap->streams);
    cgf_destroy(pcap->cgf);
    sms_ledger_destroy(pcap->ledger);
    partials_destroy(pcap->partials);
    datagrams_destroy(pcap->datagrams);
    capture_fini(&pcap->file);
    free(pcap->queue);
    free(pcap->input);
    free(pcap);
}

/* False with `error` when one of the parts cannot be made. */
static bool make_parts(struct pcap *pcap, struct error *error)
{
    const struct hash_key secret = hash_key_random();
    const struct reassembly_options fragments = {.datagram_count = HALF_DATAGRAM_COUNT,
                                                 .timeout_ms = FRAGMENT_TIMEOUT_MS,
                                                 .secret = secret,
                                                 .lost = lose_datagram,
                                                 .owner = pcap};
    const struct stream_options streams = {.stream_count = STREAM_COUNT,
                                           .idle_ms = STREAM_IDLE_MS,
                                           .gap_ms = STREAM_GAP_MS,
                                           .secret = secret,
                                           .take = take_stream,
                                           .lost = lose_stream,
                                           .owner = pcap};
    const struct cgf_options cgf = {.is_passive = true,
                                    .peer_count = SENDER_COUNT,
                                    .quarantine_bytes = WAITING_BYTES,
                                    .quarantine_ms = QUARANTINE_MS,
                                    .confirm_ms = CONFIRM_MS,
                                    .secret = secret,
                                    .event = take_gtpp_event,
                                    .owner = pcap};
    error_set(error, ERROR_INTERNAL, "%s: no memory to decode it", pcap->input);
    return (pcap->reassembly = reassembly_create(&fragments, error)) &&
           (pcap->streams = streams_create(&streams, error)) && (pcap->cgf = cgf_create(&cgf, error)) &&
           (pcap->ledger = sms_ledger_create(pcap->context, give, reject_submission, pcap, error)) &&
           (pcap->datagrams = datagrams_create(pcap->context, pcap->input, error)) &&
           (pcap->partials = partials_create());
}

static void *pcap_open(const struct decode_context *context, const char *input, struct error *error)
{
    struct pcap *pcap = calloc(1, sizeof(*pcap));
    CHECK(pcap);
    pcap->context = context;
    pcap->records = ts32298_start(context, TS32298_STANDARD);
    pcap->ports = context->ports ? context->ports : &capture_ports_default;
    pcap->input = strdup(input);
    CHECK(pcap->input);
    if (make_parts(pcap, error))
        return pcap;
    pcap_close(pcap);
    return NULL;
}

static enum error_class pcap_decode(void *state, const char *bytes, size_t length, bool is_last,
                                    struct decoded *decoded, size_t *consumed, struct error *error)
{
    struct pcap *pcap = state;
    size_t at = 0;
    (void)error;
    decoded->count = 0;
    pcap->decoded = decoded;
    drain(pcap, decoded);
    while (decoded->count < decoded->capacity && at < length) {
        const uint8_t *front = (const uint8_t *)bytes + at;
        struct capture_packet packet;
        enum reason reason;
        size_t used;
        const enum capture_status status =
            capture_next(&pcap->file, front, length - at, is_last, &packet, &reason, &used);
        if (status == CAPTURE_MORE)
            break;
        if (status == CAPTURE_DAMAGED)
            reject(pcap, reason, u64_max(pcap->file.packet_count, 1), front, 0);
        else if (status == CAPTURE_PACKET)
            take_packet(pcap, &packet);
        drain(pcap, decoded);
        at += used;
    }
    *consumed = at;
    return ERROR_OK;
}

/* At the end of the input everything that waits is decided. */
static void pcap_finish(void *state, struct decoded *decoded)
{
    struct pcap *pcap = state;
    struct cdr cdr;
    decoded->count = 0;
    pcap->decoded = decoded;
    if (!pcap->has_finished) {
        pcap->has_finished = true;
        reassembly_expire(pcap->reassembly, INT64_MAX);
        streams_expire(pcap->streams, INT64_MAX);
        cgf_expire(pcap->cgf, INT64_MAX);
        sms_ledger_expire(pcap->ledger, INT64_MAX);
        while (partials_release(pcap->partials, &cdr))
            give(pcap, &cdr);
    }
    drain(pcap, decoded);
}

const struct decoder decoder_pcap = {
    .name = "pcap",
    .summary = "pcap and pcapng captures of GTP', SMPP and datagrams of records",
    .is_binary = true,
    .detect = pcap_detect,
    .open = pcap_open,
    .close = pcap_close,
    .decode = pcap_decode,
    .finish = pcap_finish,
};
