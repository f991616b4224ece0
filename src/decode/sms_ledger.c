/* SPDX-License-Identifier: Apache-2.0
 * Waiting submissions are found by a keyed 64-bit hash of what their answer or receipt will name, and texts by one of
 * their parties and reference: two that meet by chance (once in 10^11 full tables) would be taken for one. */
#include "sms_ledger.h"

#include "sms_record.h"

#include "simsieve/base/region.h"

#include <inttypes.h>
#include <stdlib.h>

#define NONE         UINT32_MAX
#define BUCKET_COUNT 32768 /* a power of two, twice the larger table */

enum wait {
    WAIT_ANSWER,
    WAIT_RECEIPT,
    WAIT_PARTS, /* a text: its record is that of the first part that came */
    WAIT_COUNT
};

static const int64_t wait_ms[WAIT_COUNT] = {
    [WAIT_ANSWER] = SMS_ANSWER_WAIT_MS,
    [WAIT_RECEIPT] = SMS_RECEIPT_WAIT_MS,
    [WAIT_PARTS] = SMS_PARTS_WAIT_MS,
};

struct pending {
    struct cdr cdr;
    uint64_t key;
    int64_t due_ms;
    uint32_t chain;        /* of the bucket, or of the free list */
    uint32_t older, newer; /* of the same wait, by due_ms */
    uint8_t wait;
    bool wants_receipt;
    struct smpp_part part;
    uint8_t part_count;    /* WAIT_PARTS: that have come */
    uint64_t part_bits[4]; /* which */
};

struct sms_ledger {
    const struct decode_context *context;
    void (*give)(void *owner, const struct cdr *cdr);
    void (*reject)(void *owner, enum reason reason, uint64_t line);
    void *owner;
    struct hash_key secret;
    struct sms_ledger_counters counters;
    struct region region;
    struct pending *slots; /* SMS_PENDING_MAX + SMS_TEXTS_MAX of both kinds */
    uint32_t fresh, free;
    uint32_t text_count, submission_count;
    uint32_t oldest[WAIT_COUNT], newest[WAIT_COUNT];
    uint32_t buckets[BUCKET_COUNT];
};

struct sms_ledger *sms_ledger_create(const struct decode_context *context,
                                     void (*give)(void *owner, const struct cdr *cdr),
                                     void (*reject)(void *owner, enum reason reason, uint64_t line),
                                     void *owner, struct error *error)
{
    struct sms_ledger *ledger = calloc(1, sizeof(*ledger));
    CHECK(ledger);
    if (region_open(&ledger->region, (SMS_PENDING_MAX + SMS_TEXTS_MAX) * sizeof(struct pending), false,
                    error)) {
        free(ledger);
        return NULL;
    }
    ledger->context = context;
    ledger->give = give;
    ledger->reject = reject;
    ledger->owner = owner;
    ledger->secret = hash_key_random();
    ledger->slots = ledger->region.base;
    ledger->free = NONE;
    for (size_t wait = 0; wait < WAIT_COUNT; wait++)
        ledger->oldest[wait] = ledger->newest[wait] = NONE;
    for (size_t i = 0; i < BUCKET_COUNT; i++)
        ledger->buckets[i] = NONE;
    return ledger;
}

void sms_ledger_destroy(struct sms_ledger *ledger)
{
    if (!ledger)
        return;
    region_close(&ledger->region);
    free(ledger);
}

const struct sms_ledger_counters *sms_ledger_counters(const struct sms_ledger *ledger)
{
    return &ledger->counters;
}

/* ---- the table ---- */

static uint32_t *bucket_of(struct sms_ledger *ledger, uint64_t key)
{
    return &ledger->buckets[key & (BUCKET_COUNT - 1)];
}

static uint32_t *count_of(struct sms_ledger *ledger, enum wait wait)
{
    return wait == WAIT_PARTS ? &ledger->text_count : &ledger->submission_count;
}

/* Puts a filled slot where it will be found. */
static void link_in(struct sms_ledger *ledger, struct pending *pending, enum wait wait, uint64_t key,
                    int64_t now_ms)
{
    const uint32_t index = (uint32_t)(pending - ledger->slots);
    uint32_t *bucket = bucket_of(ledger, key);
    pending->wait = (uint8_t)wait;
    pending->key = key;
    pending->due_ms = now_ms + wait_ms[wait];
    pending->chain = *bucket;
    *bucket = index;
    pending->older = ledger->newest[wait];
    pending->newer = NONE;
    if (pending->older == NONE)
        ledger->oldest[wait] = index;
    else
        ledger->slots[pending->older].newer = index;
    ledger->newest[wait] = index;
    ++*count_of(ledger, wait);
}

static void link_out(struct sms_ledger *ledger, struct pending *pending)
{
    const uint32_t index = (uint32_t)(pending - ledger->slots);
    uint32_t *link = bucket_of(ledger, pending->key);
    while (*link != index)
        link = &ledger->slots[*link].chain;
    *link = pending->chain;
    if (pending->older == NONE)
        ledger->oldest[pending->wait] = pending->newer;
    else
        ledger->slots[pending->older].newer = pending->newer;
    if (pending->newer == NONE)
        ledger->newest[pending->wait] = pending->older;
    else
        ledger->slots[pending->newer].older = pending->older;
    --*count_of(ledger, (enum wait)pending->wait);
}

static struct pending *find_from(struct sms_ledger *ledger, uint32_t index, enum wait wait, uint64_t key)
{
    for (; index != NONE; index = ledger->slots[index].chain)
        if (ledger->slots[index].key == key && ledger->slots[index].wait == wait)
            return &ledger->slots[index];
    return NULL;
}

static struct pending *find(struct sms_ledger *ledger, enum wait wait, uint64_t key)
{
    return find_from(ledger, *bucket_of(ledger, key), wait, key);
}

static struct pending *find_next(struct sms_ledger *ledger, const struct pending *pending)
{
    return find_from(ledger, pending->chain, (enum wait)pending->wait, pending->key);
}

static struct pending *take_slot(struct sms_ledger *ledger)
{
    if (ledger->free == NONE)
        return &ledger->slots[ledger->fresh++];
    struct pending *pending = &ledger->slots[ledger->free];
    ledger->free = pending->chain;
    return pending;
}

static void give_slot_back(struct sms_ledger *ledger, struct pending *pending)
{
    link_out(ledger, pending);
    pending->chain = ledger->free;
    ledger->free = (uint32_t)(pending - ledger->slots);
}

/* ---- from a submission to a record ---- */

/* A record that waits for nothing more. */
static void give_on(struct sms_ledger *ledger, struct pending *pending)
{
    if (pending->wait == WAIT_PARTS) {
        pending->cdr.sms_parts = pending->part_count;
        pending->cdr.valid |= 1u << CDR_SMS_PARTS;
    }
    ledger->give(ledger->owner, &pending->cdr);
    give_slot_back(ledger, pending);
}

static uint64_t text_key(const struct sms_ledger *ledger, const struct pending *pending)
{
    const uint64_t part = (uint64_t)pending->part.reference << 8 | pending->part.total;
    const uint64_t parties = hash_keyed(pending->cdr.a, &ledger->secret) ^ hash_fixed(pending->cdr.b);
    return hash_keyed(parties ^ part << 32, &ledger->secret);
}

/* The outcome of a text is that of its worst part; a part that is tried again may mend it. */
static void add_outcome(struct cdr *text, const struct cdr *part, bool is_again)
{
    const bool has_failed = cdr_has(text, CDR_OUTCOME) && text->outcome == CDR_FAILED;
    if (has_failed ? !is_again : !cdr_has(part, CDR_OUTCOME))
        return;
    text->outcome = part->outcome;
    text->valid = (uint16_t)((text->valid & ~(1u << CDR_OUTCOME)) | (part->valid & 1u << CDR_OUTCOME));
}

/* Adds a part to its text, which may be made of it. */
static void add_part(struct pending *text, const struct pending *part)
{
    const unsigned number = part->part.number - 1u;
    uint64_t *word = &text->part_bits[number / 64];
    const uint64_t bit = (uint64_t)1 << number % 64;
    const bool is_again = *word & bit;
    *word |= bit;
    text->part_count += !is_again;
    if (text == part)
        return;
    add_outcome(&text->cdr, &part->cdr, is_again);
    if (is_again)
        return;
    text->cdr.sms_template += part->cdr.sms_template;
    text->cdr.valid |= part->cdr.valid & 1u << CDR_SMS_TEMPLATE;
    if (part->cdr.time_ms < text->cdr.time_ms) {
        text->cdr.time_ms = part->cdr.time_ms;
        text->cdr.line = part->cdr.line;
    }
}

/* A submission whose outcome is known, or will not be: it is a record, or a part of one. */
static void settle(struct sms_ledger *ledger, struct pending *pending, int64_t now_ms)
{
    if (pending->part.total < 2) {
        give_on(ledger, pending);
        return;
    }
    const uint64_t key = text_key(ledger, pending);
    struct pending *text = find(ledger, WAIT_PARTS, key);
    if (text) {
        add_part(text, pending);
        give_slot_back(ledger, pending);
    } else {
        if (ledger->text_count == SMS_TEXTS_MAX) {
            ledger->counters.early++;
            give_on(ledger, &ledger->slots[ledger->oldest[WAIT_PARTS]]);
        }
        link_out(ledger, pending);
        text = pending;
        link_in(ledger, text, WAIT_PARTS, key, now_ms);
        add_part(text, text);
    }
    if (text->part_count == text->part.total)
        give_on(ledger, text);
}

/* The submission that has waited longest waits no more. */
static void make_room(struct sms_ledger *ledger, int64_t now_ms)
{
    const enum wait wait = ledger->oldest[WAIT_RECEIPT] != NONE ? WAIT_RECEIPT : WAIT_ANSWER;
    ledger->counters.early++;
    settle(ledger, &ledger->slots[ledger->oldest[wait]], now_ms);
}

static void set_outcome(struct pending *pending, bool is_delivered)
{
    pending->cdr.outcome = is_delivered ? CDR_DELIVERED : CDR_FAILED;
    pending->cdr.valid |= 1u << CDR_OUTCOME;
}

void sms_ledger_expire(struct sms_ledger *ledger, int64_t now_ms)
{
    for (enum wait wait = WAIT_ANSWER; wait < WAIT_COUNT; wait++) {
        uint32_t index;
        while ((index = ledger->oldest[wait]) != NONE && ledger->slots[index].due_ms <= now_ms) {
            struct pending *pending = &ledger->slots[index];
            ledger->counters.unanswered += wait == WAIT_ANSWER;
            if (wait == WAIT_PARTS)
                give_on(ledger, pending);
            else
                settle(ledger, pending, pending->due_ms);
        }
    }
}

/* ---- what passes by ---- */

/* Where a submission will be found by its answer, which goes the other way. */
static uint64_t answer_key(const struct sms_ledger *ledger, const struct sms_sighting *sighting,
                           bool is_answer)
{
    const struct address *from = is_answer ? sighting->destination : sighting->source;
    const struct address *to = is_answer ? sighting->source : sighting->destination;
    const uint16_t from_port = is_answer ? sighting->destination_port : sighting->source_port;
    const uint16_t to_port = is_answer ? sighting->source_port : sighting->destination_port;
    const uint64_t ports = (uint64_t)from_port << 16 | to_port;
    const uint64_t hash = address_hash(from, ports << 32 | sighting->pdu->sequence, &ledger->secret);
    return hash_keyed(hash ^ address_hash(to, 0, &ledger->secret), &ledger->secret);
}

/* Where it will be found by its receipt: the SMS centre's identifier, whatever the connection. Centres write it in
 * hexadecimal in one place and in decimal in another, with zeros before it or without. */
static uint64_t receipt_key(const struct sms_ledger *ledger, const struct address *centre, const uint8_t *id,
                            size_t length)
{
    uint8_t folded[64];
    size_t count = 0;
    while (length > 1 && *id == '0') {
        id++;
        length--;
    }
    for (; count < length && count < sizeof(folded); count++)
        folded[count] = id[count] >= 'A' && id[count] <= 'Z' ? id[count] | 0x20 : id[count];
    return address_hash(centre, hash_bytes(folded, count), &ledger->secret);
}

/* The submission of an identifier, read as it is, or as decimal for what was written in hexadecimal. */
static struct pending *find_by_receipt(struct sms_ledger *ledger, const struct address *centre,
                                       struct octets id)
{
    char text[32];
    uint64_t value;
    struct pending *pending = find(ledger, WAIT_RECEIPT, receipt_key(ledger, centre, id.bytes, id.length));
    if (pending || !text_parse_u64((const char *)id.bytes, id.length, UINT64_MAX, &value))
        return pending;
    struct text hexadecimal = text_over(text, sizeof(text));
    text_add(&hexadecimal, "%" PRIx64, value);
    return find(ledger, WAIT_RECEIPT, receipt_key(ledger, centre, (const uint8_t *)text, hexadecimal.length));
}

static void take_submission(struct sms_ledger *ledger, const struct sms_sighting *sighting)
{
    struct smpp_pdu walk = *sighting->pdu;
    struct smpp_address destination;
    struct pending *old;
    const uint64_t key = answer_key(ledger, sighting, false);
    while ((old = find(ledger, WAIT_ANSWER, key))) { /* the number is used again: no answer comes any more */
        ledger->counters.unanswered++;
        settle(ledger, old, sighting->time_ms);
    }
    while (smpp_next_destination(&walk, &destination)) {
        struct cdr cdr;
        const enum reason reason =
            sms_record_make(ledger->context, sighting->pdu, &destination, sighting->time_ms, &cdr);
        ledger->counters.submissions++;
        if (reason) {
            ledger->reject(ledger->owner, reason, sighting->line);
            continue;
        }
        cdr.line = sighting->line;
        if (ledger->submission_count == SMS_PENDING_MAX)
            make_room(ledger, sighting->time_ms);
        struct pending *pending = take_slot(ledger);
        *pending = (struct pending){
            .cdr = cdr, .part = sighting->pdu->part, .wants_receipt = sighting->pdu->wants_receipt};
        link_in(ledger, pending, WAIT_ANSWER, key, sighting->time_ms);
    }
}

/* Whether submit_multi_resp names this destination among those it could not serve. */
static bool is_refused(const struct sms_ledger *ledger, const struct smpp_pdu *pdu,
                       const struct pending *pending)
{
    struct smpp_pdu walk = *pdu;
    struct smpp_address address;
    while (smpp_next_refusal(&walk, &address))
        if (sms_record_number(ledger->context, &address, pending->cdr.time_ms) == pending->cdr.b)
            return true;
    return false;
}

static void take_answer(struct sms_ledger *ledger, const struct sms_sighting *sighting)
{
    const struct smpp_pdu *pdu = sighting->pdu;
    const bool is_delivery = pdu->command == (SMPP_DELIVER_SM | SMPP_RESPONSE);
    const uint64_t key = answer_key(ledger, sighting, true);
    struct pending *pending;
    while ((pending = find(ledger, WAIT_ANSWER, key))) {
        const bool is_failure = pdu->status != 0 || is_refused(ledger, pdu, pending);
        if (is_failure || is_delivery)
            set_outcome(pending, !is_failure);
        if (is_failure || is_delivery || !pending->wants_receipt || pdu->message_id.length == 0) {
            settle(ledger, pending, sighting->time_ms);
            continue;
        }
        link_out(ledger, pending);
        link_in(ledger, pending, WAIT_RECEIPT,
                receipt_key(ledger, sighting->source, pdu->message_id.bytes, pdu->message_id.length),
                sighting->time_ms);
    }
}

/* A receipt comes from the number that the message went to: of several destinations with one identifier it means
 * that one. */
static struct pending *of_destination(struct sms_ledger *ledger, struct pending *first,
                                      const struct smpp_address *source)
{
    if (!find_next(ledger, first))
        return first;
    const uint64_t number = sms_record_number(ledger->context, source, first->cdr.time_ms);
    while (first && first->cdr.b != number)
        first = find_next(ledger, first);
    return first;
}

static void take_receipt(struct sms_ledger *ledger, const struct sms_sighting *sighting)
{
    const struct smpp_pdu *pdu = sighting->pdu;
    ledger->counters.receipts++;
    if (pdu->fate == SMPP_FATE_OPEN || pdu->message_id.length == 0)
        return;
    struct pending *pending = find_by_receipt(ledger, sighting->source, pdu->message_id);
    if (pending)
        pending = of_destination(ledger, pending, &pdu->source);
    if (!pending)
        return;
    ledger->counters.matched++;
    set_outcome(pending, pdu->fate == SMPP_FATE_DELIVERED);
    settle(ledger, pending, sighting->time_ms);
}

void sms_ledger_take(struct sms_ledger *ledger, const struct sms_sighting *sighting)
{
    sms_ledger_expire(ledger, sighting->time_ms);
    switch (sighting->pdu->command) {
    case SMPP_SUBMIT_SM:
    case SMPP_DELIVER_SM:
    case SMPP_SUBMIT_MULTI:
    case SMPP_DATA_SM:
        if (sighting->pdu->kind == SMPP_MESSAGE)
            take_submission(ledger, sighting);
        else if (sighting->pdu->kind == SMPP_RECEIPT)
            take_receipt(ledger, sighting);
        else
            ledger->counters.notices++;
        break;
    case SMPP_SUBMIT_SM | SMPP_RESPONSE:
    case SMPP_DELIVER_SM | SMPP_RESPONSE:
    case SMPP_SUBMIT_MULTI | SMPP_RESPONSE:
    case SMPP_DATA_SM | SMPP_RESPONSE:
        take_answer(ledger, sighting);
        break;
    default:
        break;
    }
}
