/* SPDX-License-Identifier: Apache-2.0
 * Packets that wait, from the first event to the last. */
#include "cgf_parts.h"

void tell(struct cgf *cgf, enum cgf_event_kind kind, const struct cgf_peer *peer,
          const struct cgf_arrival *arrival, const struct gtpp_message *message, uint64_t ticket)
{
    const struct cgf_event event = {.kind = kind,
                                    .source = &peer->source,
                                    .destination = &peer->destination,
                                    .source_port = peer->port,
                                    .is_tcp = peer->is_tcp,
                                    .sequence = message->header.sequence,
                                    .tag = arrival->tag,
                                    .time_ms = arrival->now_ms,
                                    .records = message->records,
                                    .packet = message->packet,
                                    .ticket = ticket};
    if (kind == CGF_DELIVER)
        cgf->counters.records += event.records.left;
    cgf->options.event(cgf->options.owner, &event);
}

void waiting_end(struct cgf *cgf, struct hold *hold, enum cgf_event_kind kind, enum packet_drop why,
                 uint64_t ticket)
{
    struct cgf_peer *peer = &cgf->peers[hold->peer];
    struct cgf_event event = {.kind = kind,
                              .why = why,
                              .source = &peer->source,
                              .destination = &peer->destination,
                              .source_port = peer->port,
                              .is_tcp = peer->is_tcp,
                              .sequence = hold->sequence,
                              .tag = hold->tag,
                              .time_ms = hold->time_ms,
                              .packet = holds_read(cgf->holds, hold),
                              .ticket = ticket};
    gtpp_records_of(event.packet, &event.records);
    holds_remove(cgf->holds, hold);
    peer->hold_count--;
    if (kind == CGF_DELIVER)
        cgf->counters.records += event.records.left;
    else if (kind == CGF_LOST)
        cgf->counters.drops[why]++;
    cgf->options.event(cgf->options.owner, &event);
}

void waiting_settle(struct cgf *cgf, const struct hold *hold, enum entry_state state)
{
    struct cgf_entry *entry = peer_entry(&cgf->peers[hold->peer], hold->sequence);
    const bool waits = entry->state == ENTRY_HELD || entry->state == ENTRY_QUARANTINED;
    if (waits && entry->sequence == hold->sequence && entry->hash == hold->hash)
        entry->state = (uint8_t)state;
}

/* Where answers are seen at all and the packet was repeated, its receiver
 * did not take it, and its sender sends it another way. Otherwise it is the answer that was not seen. */
void waiting_decide(struct cgf *cgf, struct hold *hold, bool is_timeout)
{
    struct cgf_peer *peer = &cgf->peers[hold->peer];
    if (peer->mirror == MIRROR_UNKNOWN && is_timeout)
        peer->mirror = MIRROR_ONE_WAY;
    if (peer->mirror == MIRROR_BOTH_WAYS && hold->was_repeated) {
        waiting_settle(cgf, hold, ENTRY_FREE);
        waiting_end(cgf, hold, CGF_LOST, PACKET_CGF_UNCONFIRMED, 0);
        return;
    }
    waiting_settle(cgf, hold, ENTRY_FULFILLED);
    cgf->counters.unconfirmed++;
    waiting_end(cgf, hold, CGF_DELIVER, PACKET_NONE, 0);
}

struct hold *waiting_put(struct cgf *cgf, enum hold_kind kind, struct cgf_peer *peer, uint16_t sequence,
                         const struct cgf_arrival *arrival, struct octets packet, uint32_t hash)
{
    struct hold *hold;
    const uint32_t index = peer_index(cgf, peer);
    while (!(hold = holds_put(cgf->holds, kind, index, sequence, packet, arrival->now_ms))) {
        struct hold *oldest = holds_oldest(cgf->holds, HOLD_UNANSWERED);
        if (!oldest)
            return NULL;
        waiting_decide(cgf, oldest, false);
    }
    peer->hold_count++;
    hold->hash = hash;
    hold->tag = arrival->tag;
    hold->time_ms = arrival->now_ms;
    return hold;
}

void cgf_expire(struct cgf *cgf, int64_t now_ms)
{
    struct hold *hold;
    while ((hold = holds_oldest(cgf->holds, HOLD_UNANSWERED)) &&
           hold->since_ms <= now_ms - cgf->options.confirm_ms)
        waiting_decide(cgf, hold, true);
    while ((hold = holds_oldest(cgf->holds, HOLD_QUARANTINE)) &&
           hold->since_ms <= now_ms - cgf->options.quarantine_ms) {
        waiting_settle(cgf, hold, ENTRY_FREE);
        waiting_end(cgf, hold, CGF_LOST, PACKET_CGF_UNDECIDED, 0);
    }
}

size_t cgf_waiting_bytes(const struct cgf *cgf)
{
    return holds_bytes(cgf->holds);
}

size_t cgf_waiting_count(const struct cgf *cgf)
{
    return holds_count(cgf->holds);
}

uint64_t cgf_oldest_tag(const struct cgf *cgf)
{
    const struct hold *oldest = holds_oldest(cgf->holds, HOLD_QUARANTINE);
    return oldest ? oldest->tag : UINT64_MAX;
}
