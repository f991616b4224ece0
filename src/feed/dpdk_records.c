/* SPDX-License-Identifier: Apache-2.0 */
#include "dpdk_records.h"

#include "dpdk_entry.h"

#include "simsieve/decode/payload.h"
#include "simsieve/packet/gtpp.h"

#include <stdio.h>
#include <stdlib.h>

/* Of one packet: their number is an octet. A packet is never cut by the end of a chunk, because the parts of calls in it must
 * be seen once only. */
#define PACKET_RECORDS_MAX 255

/* Rejects keep this much of a record. */
#define SHOWN_BYTES_MAX 4096

struct dpdk_records {
    const struct feed_options *options;
    struct journal *journal;
    struct payloads *payloads;
    struct position at; /* behind the last chunk */
    bool is_placed;     /* `at` means something */
    uint64_t gaps, entries;

    /* of the entry in hand */
    struct chunk *chunk; /* NULL: looked through only */
    uint64_t offset;
    uint32_t first, end; /* items to hand on */
    uint32_t item;       /* the next item's number */
    uint32_t next;       /* the first item that is still to be handed on */
};

struct dpdk_records *dpdk_records_create(const struct feed_options *options, struct journal *journal,
                                         struct error *error)
{
    struct dpdk_records *records = calloc(1, sizeof(*records));
    CHECK(records);
    records->options = options;
    records->journal = journal;
    records->payloads = payloads_create(options->context, options->name, error);
    if (records->payloads)
        return records;
    free(records);
    return NULL;
}

void dpdk_records_destroy(struct dpdk_records *records)
{
    if (!records)
        return;
    payloads_destroy(records->payloads);
    free(records);
}

uint64_t dpdk_records_gaps(const struct dpdk_records *records)
{
    return records->gaps;
}

uint64_t dpdk_records_entries(const struct dpdk_records *records)
{
    return records->entries;
}

/* ---- one entry ---- */

/* Whether the item that comes out now is wanted and has room. */
static bool takes_item(struct dpdk_records *records)
{
    const uint32_t item = records->item++;
    if (!records->chunk || item < records->first || item >= records->end || item != records->next ||
        records->chunk->count == CHUNK_RECORDS)
        return false;
    records->next++;
    return true;
}

static void give(void *owner, const struct cdr *cdr)
{
    struct dpdk_records *records = owner;
    if (!takes_item(records))
        return;
    struct cdr *place = &records->chunk->records[records->chunk->count++];
    *place = *cdr;
    place->line = records->offset;
}

static void reject(void *owner, enum reason reason, const char *bytes, size_t length)
{
    struct dpdk_records *records = owner;
    if (takes_item(records))
        rejects_add(records->options->rejects, records->options->name, reason, records->offset, bytes,
                    u64_min(length, SHOWN_BYTES_MAX));
}

static void take_packet(struct dpdk_records *records, struct octets packet, const struct payload_sink *sink)
{
    struct gtpp_records list;
    struct octets record;
    gtpp_records_of(packet, &list);
    while (gtpp_next_record(&list, &record))
        payloads_take_record(records->payloads, record, sink);
}

static void take_entry(struct dpdk_records *records, struct octets bytes)
{
    const struct payload_sink sink = {give, reject, records};
    struct dpdk_entry entry;
    struct octets payload;
    struct gtpp_message message;
    if (!dpdk_entry_read(bytes, &entry, &payload))
        return;
    if (entry.kind == DPDK_ENTRY_DATAGRAM)
        payloads_take_datagram(records->payloads, payload, &sink);
    else if (entry.kind == DPDK_ENTRY_LATER)
        take_packet(records, payload, &sink);
    else if (entry.kind == DPDK_ENTRY_DELIVERED && !gtpp_parse(payload.bytes, payload.length, &message))
        take_packet(records, message.packet, &sink);
    if (records->chunk && entry.time_ms > 0)
        records->chunk->received_wall_ms = (uint64_t)entry.time_ms;
}

/* ---- the way through the journal ---- */

/* Makes the parts of calls that began before `begin` known again. */
static void place(struct dpdk_records *records, struct position begin)
{
    uint64_t offset = journal_segment_before(records->journal, begin.offset), next;
    struct octets bytes;
    enum journal_status status;
    payloads_forget(records->payloads);
    records->chunk = NULL;
    while (offset < begin.offset &&
           (status = journal_read(records->journal, offset, &bytes, &next)) != JOURNAL_END) {
        if (status == JOURNAL_ENTRY)
            take_entry(records, bytes);
        offset = next;
    }
    records->at = begin;
    records->is_placed = true;
}

static bool is_datagram(struct octets bytes)
{
    struct dpdk_entry entry;
    struct octets payload;
    return dpdk_entry_read(bytes, &entry, &payload) && entry.kind == DPDK_ENTRY_DATAGRAM;
}

/* Takes the entry at chunk->end, as far as there is room and up to `end`; false when the chunk is to end there. */
static bool fill_from(struct dpdk_records *records, struct octets bytes, uint64_t next, struct position end)
{
    struct chunk *chunk = records->chunk;
    if (chunk->count + PACKET_RECORDS_MAX > CHUNK_RECORDS && !is_datagram(bytes))
        return false;
    records->offset = chunk->end.offset;
    records->item = 0;
    records->first = records->next = chunk->end.skip;
    records->end = chunk->end.offset == end.offset ? end.skip : UINT32_MAX;
    take_entry(records, bytes);
    if (records->next < records->item) { /* it is cut by the chunk's end, or by `end` */
        chunk->end.skip = records->next;
        return false;
    }
    chunk->end = (struct position){next, 0};
    records->entries++;
    return chunk->count < CHUNK_RECORDS;
}

bool dpdk_records_fill(struct dpdk_records *records, struct position begin, struct position end,
                       struct chunk *chunk)
{
    const struct position wanted = begin;
    struct octets bytes;
    uint64_t next;
    enum journal_status status;
    if (!records->is_placed || position_compare(records->at, begin) != 0)
        place(records, begin);
    snprintf(chunk->source, sizeof(chunk->source), "%s", DPDK_SOURCE);
    chunk->begin = chunk->end = begin;
    chunk->received_wall_ms = 0;
    chunk->count = 0;
    records->chunk = chunk;
    while (position_compare(chunk->end, end) < 0 &&
           (status = journal_read(records->journal, chunk->end.offset, &bytes, &next)) != JOURNAL_END) {
        if (status == JOURNAL_GAP) {
            if (chunk->end.offset != begin.offset)
                break; /* the next chunk begins behind it */
            records->gaps++;
            begin = next < end.offset ? (struct position){next, 0} : end;
            chunk->begin = chunk->end = begin;
        } else if (!fill_from(records, bytes, next, end)) {
            break;
        }
    }
    records->at = chunk->end;
    return position_compare(chunk->end, wanted) > 0;
}
