/* SPDX-License-Identifier: Apache-2.0
 * What each message does to the gateway's state, and what is answered (cgf.md). */
#include "cgf_parts.h"

#include <stdlib.h>

struct cgf *cgf_create(const struct cgf_options *options, struct error *error)
{
    struct cgf *cgf = calloc(1, sizeof(*cgf));
    uint32_t bucket_count = 16;
    CHECK(cgf && options->peer_count > 0 && options->peer_count <= CGF_PEER_COUNT_MAX);
    while (bucket_count < 2 * options->peer_count)
        bucket_count *= 2;
    cgf->options = *options;
    cgf->bucket_mask = bucket_count - 1;
    cgf->buckets = malloc(bucket_count * sizeof(*cgf->buckets));
    CHECK(cgf->buckets);
    for (uint32_t i = 0; i < bucket_count; i++)
        cgf->buckets[i] = NO_PEER;
    cgf->oldest = cgf->newest = NO_PEER;
    cgf->holds = holds_create(options->quarantine_bytes, options->secret, error);
    if (!cgf->holds ||
        region_open(&cgf->region, options->peer_count * sizeof(struct cgf_peer), false, error)) {
        cgf_destroy(cgf);
        return NULL;
    }
    cgf->peers = cgf->region.base;
    return cgf;
}

void cgf_destroy(struct cgf *cgf)
{
    if (!cgf)
        return;
    holds_destroy(cgf->holds);
    region_close(&cgf->region);
    free(cgf->buckets);
    free(cgf);
}

const struct cgf_counters *cgf_counters(const struct cgf *cgf)
{
    return &cgf->counters;
}

/* One message on its way through the gateway. */
struct work {
    struct cgf *cgf;
    const struct cgf_arrival *arrival;
    const struct gtpp_message *message;
    struct cgf_letter *letter; /* NULL: nobody is answered */
    struct cgf_peer *peer;
    struct cgf_entry *entry; /* of the request */
    uint32_t hash;
};

static struct gtpp_build *begin_letter(const struct work *work)
{
    work->letter->source = work->arrival->destination;
    work->letter->destination = work->arrival->source;
    work->letter->destination_port = work->arrival->source_port;
    work->letter->is_tcp = work->arrival->is_tcp;
    return &work->letter->build;
}

static void answer_data(const struct work *work, uint8_t cause)
{
    const struct gtpp_header *header = &work->message->header;
    if (work->letter)
        gtpp_build_data_response(begin_letter(work), header, cause, &header->sequence, 1);
}

static enum packet_drop refuse(const struct work *work, enum packet_drop drop)
{
    answer_data(work, gtpp_cause_of(drop));
    return drop;
}

/* ---- requests that carry records or decide about them ---- */

#define TICKET_IS_ONE ((uint64_t)1 << 63)

/* The answer has to wait until what the request did is durable. */
static bool waits(const struct work *work)
{
    return work->letter && work->cgf->options.waits_for_acknowledge;
}

static uint64_t ticket_of(const struct work *work)
{
    if (!waits(work))
        return 0;
    return TICKET_IS_ONE | (uint64_t)peer_index(work->cgf, work->peer) << 32 |
           (uint64_t)work->peer->generation << 16 | work->message->header.sequence;
}

/* Remembers the request, and answers it unless it waits to be durable. */
static void complete(const struct work *work, enum entry_state state, uint8_t cause, bool is_journaled)
{
    const struct gtpp_header *header = &work->message->header;
    const bool is_pending = is_journaled && waits(work);
    *work->entry = (struct cgf_entry){.sequence = header->sequence,
                                      .state = (uint8_t)(is_pending ? ENTRY_PENDING : state),
                                      .cause = cause,
                                      .version = header->version,
                                      .is_long = header->is_long,
                                      .hash = work->hash};
    work->peer->pending_count += is_pending;
    if (!is_pending)
        answer_data(work, cause);
}

static void deliver_now(const struct work *work)
{
    tell(work->cgf, CGF_DELIVER, work->peer, work->arrival, work->message, ticket_of(work));
    complete(work, ENTRY_FULFILLED, GTPP_CAUSE_ACCEPTED, true);
}

static struct hold *find_hold(const struct work *work, enum hold_kind kind, uint16_t sequence)
{
    return holds_find(work->cgf->holds, kind, peer_index(work->cgf, work->peer), sequence);
}

/* An empty packet asks whether a request of this number had come. */
static enum packet_drop take_probe(const struct work *work)
{
    const uint16_t sequence = work->message->header.sequence;
    const bool is_known = entry_is(work->entry, sequence);
    work->cgf->counters.probes++;
    if (find_hold(work, HOLD_QUARANTINE, sequence))
        answer_data(work, GTPP_CAUSE_DUPLICATE_FULFILLED);
    else if (!is_known)
        answer_data(work, GTPP_CAUSE_ACCEPTED);
    else if (work->entry->state != ENTRY_PENDING) /* else it asks again, and will then be told the truth */
        answer_data(work, work->message->command == GTPP_SEND ? GTPP_CAUSE_FULFILLED
                                                              : GTPP_CAUSE_DUPLICATE_FULFILLED);
    return PACKET_NONE;
}

/* The request had come before, with the same content. */
static enum packet_drop take_repeated(const struct work *work)
{
    const uint16_t sequence = work->message->header.sequence;
    const uint8_t command = work->message->command;
    struct hold *hold;
    work->cgf->counters.repeated++;
    switch (work->entry->state) {
    case ENTRY_PENDING:
        break;
    case ENTRY_HELD:
        hold = find_hold(work, HOLD_UNANSWERED, sequence);
        if (hold) {
            hold->was_repeated = true;
            holds_touch(work->cgf->holds, hold, work->arrival->now_ms);
        }
        break;
    case ENTRY_QUARANTINED:
        hold = find_hold(work, HOLD_QUARANTINE, sequence);
        if (command == GTPP_SEND && hold) { /* its sender has made up its mind */
            waiting_end(work->cgf, hold, CGF_DELIVER, PACKET_NONE, ticket_of(work));
            complete(work, ENTRY_FULFILLED, GTPP_CAUSE_ACCEPTED, true);
            break;
        }
        answer_data(work, GTPP_CAUSE_DUPLICATE_FULFILLED);
        break;
    default:
        if (work->entry->cause != GTPP_CAUSE_ACCEPTED)
            answer_data(work, work->entry->cause);
        else
            answer_data(work, command == GTPP_SEND_POSSIBLY_DUPLICATED ? GTPP_CAUSE_DUPLICATE_FULFILLED
                                                                       : GTPP_CAUSE_FULFILLED);
    }
    return PACKET_NONE;
}

/* A packet on a mirror port: it waits for its answer. */
static enum packet_drop watch_packet(const struct work *work)
{
    const uint16_t sequence = work->message->header.sequence;
    struct hold *hold = find_hold(work, HOLD_UNANSWERED, sequence);
    if (hold && hold->hash == work->hash) { /* the window has moved on, the packet has not */
        work->cgf->counters.repeated++;
        hold->was_repeated = true;
        holds_touch(work->cgf->holds, hold, work->arrival->now_ms);
        return PACKET_NONE;
    }
    if (hold)
        waiting_decide(work->cgf, hold, false);
    if (work->peer->mirror != MIRROR_ONE_WAY &&
        waiting_put(work->cgf, HOLD_UNANSWERED, work->peer, sequence, work->arrival, work->message->packet,
                    work->hash)) {
        complete(work, ENTRY_HELD, GTPP_CAUSE_ACCEPTED, false);
        return PACKET_NONE;
    }
    work->cgf->counters.unconfirmed++;
    deliver_now(work);
    return PACKET_NONE;
}

/* A possibly duplicated packet: it waits for its release or its end. */
static enum packet_drop quarantine_packet(const struct work *work)
{
    const uint16_t sequence = work->message->header.sequence;
    struct hold *hold = find_hold(work, HOLD_QUARANTINE, sequence);
    if (hold && hold->hash == work->hash) {
        work->cgf->counters.repeated++;
        answer_data(work, GTPP_CAUSE_DUPLICATE_FULFILLED);
        return PACKET_NONE;
    }
    if (hold) /* its sender uses the number again: nobody can decide the old one any more */
        waiting_end(work->cgf, hold, CGF_LOST, PACKET_CGF_UNDECIDED, 0);
    if (!waiting_put(work->cgf, HOLD_QUARANTINE, work->peer, sequence, work->arrival, work->message->packet,
                     work->hash))
        return refuse(work, PACKET_CGF_QUARANTINE);
    work->cgf->counters.held++;
    tell(work->cgf, CGF_HOLD, work->peer, work->arrival, work->message, ticket_of(work));
    complete(work, ENTRY_QUARANTINED, GTPP_CAUSE_ACCEPTED, true);
    return PACKET_NONE;
}

static enum packet_drop take_packet(const struct work *work)
{
    const uint16_t sequence = work->message->header.sequence;
    if (work->letter && work->cgf->state != CGF_OPEN)
        return refuse(work, PACKET_CGF_CLOSED);
    work->cgf->counters.packets++;
    work->cgf->counters.reused += entry_is(work->entry, sequence);
    work->cgf->counters.miscounted += work->message->is_miscounted;
    if (work->message->command == GTPP_SEND_POSSIBLY_DUPLICATED)
        return quarantine_packet(work);
    if (work->cgf->options.is_passive)
        return watch_packet(work);
    deliver_now(work);
    return PACKET_NONE;
}

/* Releases or cancels packets that wait. */
static enum packet_drop take_decision(const struct work *work, struct octets list)
{
    const bool is_release = work->message->command == GTPP_RELEASE;
    uint8_t cause = GTPP_CAUSE_ACCEPTED;
    bool is_journaled = false;
    for (size_t i = 0; i < gtpp_sequence_count(list); i++) {
        struct hold *hold = find_hold(work, HOLD_QUARANTINE, gtpp_sequence_at(list, i));
        if (!hold) {
            work->cgf->counters.unknown_decisions++;
            cause = GTPP_CAUSE_SEQUENCES_INCORRECT;
            continue;
        }
        is_journaled = true;
        work->cgf->counters.released += is_release;
        work->cgf->counters.cancelled += !is_release;
        waiting_settle(work->cgf, hold, ENTRY_FULFILLED);
        waiting_end(work->cgf, hold, is_release ? CGF_DELIVER : CGF_CANCEL, PACKET_NONE, ticket_of(work));
    }
    complete(work, ENTRY_FULFILLED, cause, is_journaled);
    return PACKET_NONE;
}

static uint32_t content_hash(struct octets content, uint8_t decision)
{
    return (uint32_t)hash_fixed(hash_bytes(content.bytes, content.length) + decision);
}

static enum packet_drop take_data(struct work *work)
{
    const struct gtpp_message *message = work->message;
    const struct octets list = message->command == GTPP_CANCEL ? message->cancelled : message->released;
    const bool is_decision = message->command == GTPP_CANCEL || message->command == GTPP_RELEASE;
    const struct octets content = is_decision ? list : message->packet;
    work->peer = peers_take(work->cgf, work->arrival);
    if (!work->peer)
        return refuse(work, PACKET_CGF_PEERS);
    work->peer->version = message->header.version;
    work->peer->is_long = message->header.is_long;
    work->entry = peer_entry(work->peer, message->header.sequence);
    if (!is_decision && message->records.left == 0)
        return take_probe(work);
    work->hash = content_hash(content, is_decision ? message->command : 0);
    if (entry_is(work->entry, message->header.sequence) && work->entry->hash == work->hash)
        return take_repeated(work);
    if (work->entry->state == ENTRY_PENDING)
        return refuse(work, PACKET_CGF_WINDOW);
    return is_decision ? take_decision(work, list) : take_packet(work);
}

/* ---- answers ---- */

/* Passive: what the gateway said about one request. */
static void take_result(struct work *work, uint16_t sequence, bool is_accepted)
{
    struct hold *unanswered = find_hold(work, HOLD_UNANSWERED, sequence);
    struct hold *hold = unanswered ? unanswered : find_hold(work, HOLD_QUARANTINE, sequence);
    if (!hold) {
        work->cgf->counters.unmatched += !entry_is(peer_entry(work->peer, sequence), sequence);
        return;
    }
    if (is_accepted && !unanswered)
        return;
    waiting_settle(work->cgf, hold, is_accepted ? ENTRY_FULFILLED : ENTRY_FREE);
    work->cgf->counters.confirmed += is_accepted;
    work->cgf->counters.refused += !is_accepted;
    waiting_end(work->cgf, hold, is_accepted ? CGF_DELIVER : CGF_CANCEL, PACKET_NONE, 0);
}

static enum packet_drop take_data_response(struct work *work)
{
    const struct cgf_arrival *arrival = work->arrival;
    const struct octets list = work->message->responded;
    const uint8_t cause = work->message->cause;
    const bool is_accepted = cause == GTPP_CAUSE_ACCEPTED || cause == GTPP_CAUSE_DUPLICATE_FULFILLED ||
                             cause == GTPP_CAUSE_FULFILLED || cause == GTPP_CAUSE_SEQUENCES_INCORRECT;
    if (!work->cgf->options.is_passive)
        return PACKET_NONE;
    work->peer = peers_find(work->cgf, &arrival->destination, &arrival->source, arrival->destination_port,
                            arrival->is_tcp);
    if (!work->peer) {
        work->cgf->counters.unmatched += gtpp_sequence_count(list);
        return PACKET_NONE;
    }
    work->peer->mirror = MIRROR_BOTH_WAYS;
    for (size_t i = 0; i < gtpp_sequence_count(list); i++)
        take_result(work, gtpp_sequence_at(list, i), is_accepted);
    return PACKET_NONE;
}

/* A sender that started again does not know its old numbers any more. */
static void forget_window(struct cgf_peer *peer)
{
    for (size_t i = 0; i < CGF_WINDOW; i++)
        if (peer->entries[i].state != ENTRY_PENDING)
            peer->entries[i].state = ENTRY_FREE;
}

static enum packet_drop take_echo_response(struct work *work)
{
    const struct cgf_arrival *arrival = work->arrival;
    const struct gtpp_message *message = work->message;
    struct cgf_peer *peer =
        peers_find(work->cgf, &arrival->source, &arrival->destination, arrival->source_port, arrival->is_tcp);
    if (!peer || (!work->cgf->options.is_passive && message->header.sequence != peer->echo_sequence))
        return PACKET_NONE;
    if (peer->has_recovery && peer->recovery != message->recovery) {
        work->cgf->counters.restarted++;
        forget_window(peer);
    }
    peer->has_recovery = true;
    peer->recovery = message->recovery;
    return PACKET_NONE;
}

static enum packet_drop take_redirection_response(struct work *work)
{
    const struct cgf_arrival *arrival = work->arrival;
    struct cgf_peer *peer =
        peers_find(work->cgf, &arrival->source, &arrival->destination, arrival->source_port, arrival->is_tcp);
    if (peer && work->message->header.sequence == peer->redirect_sequence)
        peer->redirect_tries = CGF_REDIRECT_TRIES;
    return PACKET_NONE;
}

/* ---- every message ---- */

static enum packet_drop take_message(struct work *work)
{
    const struct gtpp_header *header = &work->message->header;
    switch (header->type) {
    case GTPP_DATA_REQUEST:
        return take_data(work);
    case GTPP_DATA_RESPONSE:
        return take_data_response(work);
    case GTPP_ECHO_RESPONSE:
        return take_echo_response(work);
    case GTPP_REDIRECTION_RESPONSE:
        return take_redirection_response(work);
    case GTPP_ECHO_REQUEST:
        if (work->letter)
            gtpp_build_echo_response(begin_letter(work), header, work->cgf->options.restarts);
        return PACKET_NONE;
    case GTPP_NODE_ALIVE_REQUEST:
        if (work->letter)
            gtpp_build_node_alive_response(begin_letter(work), header);
        return PACKET_NONE;
    case GTPP_REDIRECTION_REQUEST:
        if (work->letter)
            gtpp_build_redirection_response(begin_letter(work), header, GTPP_CAUSE_ACCEPTED);
        return PACKET_NONE;
    default:
        return PACKET_NONE;
    }
}

static bool is_request(uint8_t type)
{
    return type == GTPP_ECHO_REQUEST || type == GTPP_NODE_ALIVE_REQUEST || type == GTPP_REDIRECTION_REQUEST ||
           type == GTPP_DATA_REQUEST;
}

/* What is said about a message that could not be read: never about an answer, or two nodes could go on for ever. */
static void answer_damage(const struct work *work, enum packet_drop drop)
{
    const struct gtpp_header *header = &work->message->header;
    const uint8_t cause = gtpp_cause_of(drop);
    if (!work->letter || !is_request(header->type))
        return;
    if (drop == PACKET_GTPP_SHORT || drop == PACKET_GTPP_NOT_PRIME)
        return;
    if (drop == PACKET_GTPP_VERSION)
        gtpp_build_version_not_supported(begin_letter(work), header);
    else if (header->type == GTPP_DATA_REQUEST)
        answer_data(work, cause);
    else if (header->type == GTPP_REDIRECTION_REQUEST)
        gtpp_build_redirection_response(begin_letter(work), header, cause);
}

enum packet_drop cgf_receive(struct cgf *cgf, const struct cgf_arrival *arrival, struct cgf_letter *letter)
{
    struct gtpp_message message;
    struct work work = {.cgf = cgf,
                        .arrival = arrival,
                        .message = &message,
                        .letter = cgf->options.is_passive ? NULL : letter};
    if (letter)
        letter->build.length = 0;
    cgf->counters.messages++;
    cgf_expire(cgf, arrival->now_ms);
    enum packet_drop drop = gtpp_parse(arrival->message.bytes, arrival->message.length, &message);
    if (drop)
        answer_damage(&work, drop);
    else
        drop = take_message(&work);
    if (drop)
        cgf->counters.drops[drop]++;
    return drop;
}

/* ---- a journal read again ---- */

static void forget_hold(struct cgf *cgf, struct cgf_peer *peer, uint16_t sequence)
{
    struct hold *hold = holds_find(cgf->holds, HOLD_QUARANTINE, peer_index(cgf, peer), sequence);
    if (!hold)
        return;
    holds_remove(cgf->holds, hold);
    peer->hold_count--;
}

static void recall(struct cgf_peer *peer, uint16_t sequence, uint32_t hash)
{
    *peer_entry(peer, sequence) = (struct cgf_entry){
        .sequence = sequence, .state = ENTRY_FULFILLED, .cause = GTPP_CAUSE_ACCEPTED, .hash = hash};
}

void cgf_recall_packet(struct cgf *cgf, const struct cgf_arrival *arrival, uint16_t sequence,
                       struct octets packet)
{
    const uint32_t hash = content_hash(packet, 0);
    struct cgf_peer *peer = peers_take(cgf, arrival);
    if (!peer)
        return;
    const struct hold *hold = holds_find(cgf->holds, HOLD_QUARANTINE, peer_index(cgf, peer), sequence);
    if (hold && hold->hash == hash)
        forget_hold(cgf, peer, sequence);
    recall(peer, sequence, hash);
}

void cgf_recall(struct cgf *cgf, const struct cgf_arrival *arrival)
{
    struct gtpp_message message;
    struct cgf_peer *peer;
    if (gtpp_parse(arrival->message.bytes, arrival->message.length, &message) ||
        message.header.type != GTPP_DATA_REQUEST)
        return;
    const uint16_t sequence = message.header.sequence;
    if (message.command != GTPP_CANCEL && message.command != GTPP_RELEASE) {
        cgf_recall_packet(cgf, arrival, sequence, message.packet);
    } else if ((peer = peers_take(cgf, arrival))) {
        const struct octets list = message.command == GTPP_CANCEL ? message.cancelled : message.released;
        for (size_t i = 0; i < gtpp_sequence_count(list); i++)
            forget_hold(cgf, peer, gtpp_sequence_at(list, i));
        recall(peer, sequence, content_hash(list, message.command));
    }
}

/* ---- what is durable ---- */

/* The request of a ticket, NULL when it has been answered or forgotten. */
static struct cgf_entry *entry_of_ticket(struct cgf *cgf, uint64_t ticket, struct cgf_peer **peer)
{
    const uint32_t index = (uint32_t)(ticket >> 32) & ~(1u << 31);
    const uint16_t sequence = (uint16_t)ticket;
    if (!(ticket & TICKET_IS_ONE) || index >= cgf->fresh)
        return NULL;
    *peer = &cgf->peers[index];
    struct cgf_entry *entry = peer_entry(*peer, sequence);
    const bool is_it = (*peer)->generation == (uint16_t)(ticket >> 16) && entry->state == ENTRY_PENDING &&
                       entry->sequence == sequence;
    return is_it ? entry : NULL;
}

static void settle_pending(struct cgf *cgf, struct cgf_peer *peer, struct cgf_entry *entry)
{
    const struct hold *hold = holds_find(cgf->holds, HOLD_QUARANTINE, peer_index(cgf, peer), entry->sequence);
    entry->state = hold && hold->hash == entry->hash ? ENTRY_QUARANTINED : ENTRY_FULFILLED;
    peer->pending_count--;
}

size_t cgf_acknowledge(struct cgf *cgf, const uint64_t *tickets, size_t count, struct cgf_letter *letter)
{
    uint16_t responded[GTPP_RESPONDED_MAX];
    size_t responded_count = 0, used = 0;
    struct cgf_peer *first_peer = NULL;
    struct cgf_entry first = {0};
    letter->build.length = 0;
    for (; used < count && responded_count < GTPP_RESPONDED_MAX; used++) {
        struct cgf_peer *peer;
        struct cgf_entry *entry = entry_of_ticket(cgf, tickets[used], &peer);
        if (!entry)
            continue;
        if (responded_count == 0) {
            first_peer = peer;
            first = *entry;
        } else if (peer != first_peer || entry->cause != first.cause || entry->version != first.version ||
                   entry->is_long != first.is_long) {
            break;
        }
        responded[responded_count++] = entry->sequence;
        settle_pending(cgf, peer, entry);
    }
    if (responded_count == 0)
        return used;
    const struct gtpp_header header = {
        .version = first.version, .is_long = first.is_long, .sequence = responded[0]};
    letter->source = first_peer->destination;
    letter->destination = first_peer->source;
    letter->destination_port = first_peer->letter_port;
    letter->is_tcp = first_peer->is_tcp;
    gtpp_build_data_response(&letter->build, &header, first.cause, responded, responded_count);
    return used;
}
