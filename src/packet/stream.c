/* SPDX-License-Identifier: Apache-2.0
 * A direction's buffer begins at sequence number `base`: [begin, end) is in order and not yet taken, the ranges
 * behind it came before their turn (frame.md). Directions are in one list by the time of their newest segment. */
#include "simsieve/packet/stream.h"

#include "simsieve/base/region.h"

#include <stdlib.h>

#define NO_STREAM UINT32_MAX

/* A segment this far behind is no repetition: the port serves another connection. */
#define OLD_BYTES_MAX (1 << 20)

struct range {
    uint32_t begin, end; /* of the buffer */
};

struct stream {
    struct frame frame; /* whose it is; of the newest segment, without payload */
    uint64_t tag;
    int64_t seen_ms;
    int64_t gap_since_ms; /* while there are ranges */
    uint32_t bucket;
    uint32_t chain;
    uint32_t older, newer;
    uint32_t base, begin, end;
    uint32_t range_count;
    struct range ranges[STREAM_RANGE_MAX + 1]; /* ascending, not touching; one more while it is added */
    uint32_t initial;                          /* sequence number behind the SYN */
    bool has_syn;
    bool is_synced;
    uint8_t buffer[STREAM_BUFFER_BYTES];
};

struct streams {
    struct stream_options options;
    struct stream_counters counters;
    struct region region;
    struct stream *slots;
    uint32_t *buckets;
    uint32_t bucket_mask;
    uint32_t fresh;
    uint32_t free;
    uint32_t oldest, newest;
};

struct streams *streams_create(const struct stream_options *options, struct error *error)
{
    struct streams *streams = calloc(1, sizeof(*streams));
    uint32_t bucket_count = 16;
    CHECK(streams && options->stream_count > 0 && options->stream_count < NO_STREAM / 4);
    while (bucket_count < 2 * options->stream_count)
        bucket_count *= 2;
    streams->options = *options;
    streams->bucket_mask = bucket_count - 1;
    streams->buckets = malloc(bucket_count * sizeof(*streams->buckets));
    CHECK(streams->buckets);
    for (uint32_t i = 0; i < bucket_count; i++)
        streams->buckets[i] = NO_STREAM;
    streams->free = streams->oldest = streams->newest = NO_STREAM;
    if (region_open(&streams->region, options->stream_count * sizeof(struct stream), false, error)) {
        streams_destroy(streams);
        return NULL;
    }
    streams->slots = streams->region.base;
    return streams;
}

void streams_destroy(struct streams *streams)
{
    if (!streams)
        return;
    region_close(&streams->region);
    free(streams->buckets);
    free(streams);
}

const struct stream_counters *streams_counters(const struct streams *streams)
{
    return &streams->counters;
}

/* ---- one direction's buffer ---- */

static void tell_lost(struct streams *streams, const struct stream *stream, enum packet_drop why,
                      uint64_t length)
{
    streams->options.lost(streams->options.owner, why, &stream->frame, stream->tag, length);
}

static size_t offer(struct streams *streams, struct stream *stream, const uint8_t *bytes, size_t length)
{
    const struct stream_data data = {.frame = &stream->frame,
                                     .bytes = {bytes, length},
                                     .now_ms = stream->seen_ms,
                                     .tag = stream->tag,
                                     .is_synced = &stream->is_synced};
    const size_t taken = streams->options.take(streams->options.owner, &data);
    CHECK(taken <= length && (taken > 0 || length < STREAM_MESSAGE_BYTES_MAX));
    return taken;
}

/* Offers what is in order until nothing of it is taken. */
static void offer_all(struct streams *streams, struct stream *stream)
{
    size_t taken = 1;
    while (taken > 0 && stream->begin < stream->end) {
        taken = offer(streams, stream, stream->buffer + stream->begin, stream->end - stream->begin);
        stream->begin += (uint32_t)taken;
    }
}

/* Makes the first byte that is not taken the buffer's first. */
static void compact(struct stream *stream)
{
    const uint32_t shift = stream->begin;
    const uint32_t reach = stream->range_count ? stream->ranges[stream->range_count - 1].end : stream->end;
    memmove(stream->buffer, stream->buffer + shift, reach - shift);
    for (uint32_t i = 0; i < stream->range_count; i++) {
        stream->ranges[i].begin -= shift;
        stream->ranges[i].end -= shift;
    }
    stream->base += shift;
    stream->end -= shift;
    stream->begin = 0;
}

/* Joins the ranges that have come into order. */
static void join(struct stream *stream)
{
    uint32_t joined = 0;
    while (joined < stream->range_count && stream->ranges[joined].begin <= stream->end)
        stream->end = (uint32_t)u64_max(stream->end, stream->ranges[joined++].end);
    stream->range_count -= joined;
    memmove(stream->ranges, stream->ranges + joined, stream->range_count * sizeof(*stream->ranges));
}

/* Gives up the bytes before the first range, and what was waiting for them. */
static void step_over(struct streams *streams, struct stream *stream, uint32_t next)
{
    const uint32_t hole = next - stream->end;
    streams->counters.gaps++;
    streams->counters.gap_bytes += hole;
    tell_lost(streams, stream, PACKET_STREAM_GAP, hole);
    stream->begin = stream->end = next;
    stream->is_synced = false;
    stream->gap_since_ms = stream->seen_ms;
}

static void step_over_first(struct streams *streams, struct stream *stream)
{
    step_over(streams, stream, stream->ranges[0].begin);
    join(stream);
    offer_all(streams, stream);
}

/* Where a new range [begin, end) belongs: the first that ends at or behind its beginning. */
static uint32_t range_place(const struct stream *stream, uint32_t begin)
{
    uint32_t at = 0;
    while (at < stream->range_count && stream->ranges[at].end < begin)
        at++;
    return at;
}

/* Copies the bytes of [begin, end) that are in no range yet: what came first stays. */
static void copy_new(struct stream *stream, uint32_t begin, uint32_t end, const uint8_t *bytes)
{
    uint32_t at = begin;
    for (uint32_t i = range_place(stream, begin); i < stream->range_count && at < end; i++) {
        const struct range range = stream->ranges[i];
        const uint32_t stop = (uint32_t)u64_min(range.begin, end);
        if (at < stop)
            memcpy(stream->buffer + at, bytes + (at - begin), stop - at);
        if (range.end > at)
            at = range.end;
    }
    if (at < end)
        memcpy(stream->buffer + at, bytes + (at - begin), end - at);
}

static void add_range(struct stream *stream, uint32_t begin, uint32_t end)
{
    const uint32_t first = range_place(stream, begin);
    uint32_t last = first;
    struct range whole = {begin, end};
    while (last < stream->range_count && stream->ranges[last].begin <= end) {
        whole.begin = (uint32_t)u64_min(whole.begin, stream->ranges[last].begin);
        whole.end = (uint32_t)u64_max(whole.end, stream->ranges[last].end);
        last++;
    }
    memmove(stream->ranges + first + 1, stream->ranges + last,
            (stream->range_count - last) * sizeof(*stream->ranges));
    stream->range_count = stream->range_count + 1 - (last - first);
    stream->ranges[first] = whole;
}

/* One step towards room for bytes that begin at `offset`. */
static void make_room(struct streams *streams, struct stream *stream, uint32_t offset)
{
    if (stream->begin > 0) {
        compact(stream);
    } else if (stream->range_count > 0) {
        step_over_first(streams, stream);
    } else {
        step_over(streams, stream, offset);
        stream->base += offset;
        stream->begin = stream->end = 0;
    }
}

/* Bytes whose turn it is, and nothing is held: offered where they lie, the rest is kept. */
static void take_directly(struct streams *streams, struct stream *stream, struct octets payload)
{
    size_t at = 0, taken = 1;
    while (taken > 0 && at < payload.length) {
        taken = offer(streams, stream, payload.bytes + at, payload.length - at);
        at += taken;
    }
    stream->base += stream->end + (uint32_t)at;
    stream->begin = 0;
    stream->end = (uint32_t)(payload.length - at);
    memcpy(stream->buffer, payload.bytes + at, payload.length - at);
}

static void take_into_buffer(struct streams *streams, struct stream *stream, uint32_t offset,
                             struct octets payload)
{
    const uint32_t end = offset + (uint32_t)payload.length;
    if (offset > stream->end) {
        streams->counters.out_of_order++;
        if (stream->range_count == 0)
            stream->gap_since_ms = stream->seen_ms;
    }
    copy_new(stream, offset, end, payload.bytes);
    add_range(stream, offset, end);
    join(stream);
    if (stream->range_count > STREAM_RANGE_MAX)
        step_over_first(streams, stream);
    else
        offer_all(streams, stream);
}

/* What came before its turn goes on, what is left of an unfinished message is told as lost. */
static void finish(struct streams *streams, struct stream *stream, enum packet_drop why)
{
    while (stream->range_count > 0)
        step_over_first(streams, stream);
    if (stream->begin == stream->end)
        return;
    streams->counters.cut += why == PACKET_STREAM_CUT;
    tell_lost(streams, stream, why, stream->end - stream->begin);
    stream->begin = stream->end;
}

/* A fresh beginning at `sequence`. */
static void begin_at(struct stream *stream, uint32_t sequence, bool has_syn)
{
    stream->base = stream->initial = sequence;
    stream->begin = stream->end = stream->range_count = 0;
    stream->has_syn = stream->is_synced = has_syn;
}

/* Takes from a payload what has come before; false when that is all of it. */
static bool trim_known(struct octets *payload, int32_t ahead)
{
    const size_t known = ahead < 0 ? (size_t) - (int64_t)ahead : 0;
    if (known >= payload->length)
        return false;
    *payload = (struct octets){payload->bytes + known, payload->length - known};
    return true;
}

static void take_payload(struct streams *streams, struct stream *stream, uint32_t sequence,
                         struct octets payload)
{
    for (;;) {
        const int32_t ahead = (int32_t)(sequence - (stream->base + stream->end));
        if (ahead < -OLD_BYTES_MAX) {
            streams->counters.restarted++;
            finish(streams, stream, PACKET_STREAM_CUT);
            begin_at(stream, sequence, false);
            continue;
        }
        if (!trim_known(&payload, ahead)) {
            streams->counters.repeated++;
            return;
        }
        sequence += ahead < 0 ? (uint32_t)-ahead : 0;
        if (ahead <= 0 && stream->begin == stream->end && stream->range_count == 0) {
            take_directly(streams, stream, payload);
            return;
        }
        const uint32_t offset = stream->end + (ahead > 0 ? (uint32_t)ahead : 0);
        if (offset + payload.length <= STREAM_BUFFER_BYTES) {
            take_into_buffer(streams, stream, offset, payload);
            return;
        }
        make_room(streams, stream, offset);
    }
}

/* ---- the table of directions ---- */

static bool is_same_direction(const struct frame *a, const struct frame *b)
{
    return a->source_port == b->source_port && a->destination_port == b->destination_port &&
           address_equal(&a->source, &b->source) && address_equal(&a->destination, &b->destination);
}

static uint32_t bucket_of(const struct streams *streams, const struct frame *frame)
{
    const struct hash_key *secret = &streams->options.secret;
    const uint64_t hash =
        address_hash(&frame->source, (uint64_t)frame->source_port << 1, secret) ^
        address_hash(&frame->destination, (uint64_t)frame->destination_port << 1 | 1, secret);
    return (uint32_t)hash_keyed(hash, secret) & streams->bucket_mask;
}

static void unlink_age(struct streams *streams, const struct stream *stream)
{
    if (stream->older == NO_STREAM)
        streams->oldest = stream->newer;
    else
        streams->slots[stream->older].newer = stream->newer;
    if (stream->newer == NO_STREAM)
        streams->newest = stream->older;
    else
        streams->slots[stream->newer].older = stream->older;
}

static void link_newest(struct streams *streams, struct stream *stream)
{
    const uint32_t index = (uint32_t)(stream - streams->slots);
    stream->older = streams->newest;
    stream->newer = NO_STREAM;
    if (streams->newest == NO_STREAM)
        streams->oldest = index;
    else
        streams->slots[streams->newest].newer = index;
    streams->newest = index;
}

static void forget(struct streams *streams, struct stream *stream, enum packet_drop why)
{
    const uint32_t index = (uint32_t)(stream - streams->slots);
    uint32_t *link = &streams->buckets[stream->bucket];
    finish(streams, stream, why);
    while (*link != index)
        link = &streams->slots[*link].chain;
    *link = stream->chain;
    unlink_age(streams, stream);
    stream->chain = streams->free;
    streams->free = index;
}

void streams_expire(struct streams *streams, int64_t now_ms)
{
    while (streams->oldest != NO_STREAM) {
        struct stream *stream = &streams->slots[streams->oldest];
        if (stream->seen_ms > now_ms - streams->options.idle_ms)
            return;
        forget(streams, stream, PACKET_STREAM_CUT);
    }
}

static struct stream *take_slot(struct streams *streams)
{
    if (streams->free == NO_STREAM && streams->fresh == streams->options.stream_count) {
        streams->counters.evicted++;
        forget(streams, &streams->slots[streams->oldest], PACKET_STREAM_TABLE);
    }
    if (streams->free == NO_STREAM)
        return &streams->slots[streams->fresh++];
    struct stream *stream = &streams->slots[streams->free];
    streams->free = stream->chain;
    return stream;
}

static struct stream *find(struct streams *streams, const struct frame *segment, uint32_t bucket)
{
    for (uint32_t i = streams->buckets[bucket]; i != NO_STREAM; i = streams->slots[i].chain)
        if (is_same_direction(&streams->slots[i].frame, segment))
            return &streams->slots[i];
    return NULL;
}

static struct stream *open_stream(struct streams *streams, const struct frame *segment, uint32_t bucket,
                                  uint32_t sequence, bool has_syn)
{
    struct stream *stream = take_slot(streams);
    stream->bucket = bucket;
    stream->chain = streams->buckets[bucket];
    streams->buckets[bucket] = (uint32_t)(stream - streams->slots);
    stream->frame = *segment;
    link_newest(streams, stream);
    begin_at(stream, sequence, has_syn);
    streams->counters.opened++;
    return stream;
}

void streams_add(struct streams *streams, const struct frame *segment, int64_t now_ms, uint64_t tag)
{
    const bool has_syn = segment->tcp_flags & FRAME_TCP_SYN;
    const uint32_t sequence = segment->tcp_sequence + has_syn; /* a SYN takes one number */
    streams_expire(streams, now_ms);
    if (segment->payload.length == 0 && !has_syn)
        return;
    const uint32_t bucket = bucket_of(streams, segment);
    struct stream *stream = find(streams, segment, bucket);
    if (!stream) {
        stream = open_stream(streams, segment, bucket, sequence, has_syn);
    } else {
        unlink_age(streams, stream);
        link_newest(streams, stream);
        if (has_syn && !(stream->has_syn && stream->initial == sequence)) {
            finish(streams, stream, PACKET_STREAM_CUT);
            begin_at(stream, sequence, true);
            streams->counters.opened++;
        }
    }
    stream->frame.payload = stream->frame.tcp_options = (struct octets){NULL, 0};
    stream->seen_ms = now_ms;
    stream->tag = tag;
    if (segment->payload.length > 0) {
        streams->counters.segments++;
        take_payload(streams, stream, sequence, segment->payload);
    }
    if (stream->range_count > 0 && now_ms - stream->gap_since_ms > streams->options.gap_ms)
        step_over_first(streams, stream);
}
