/* SPDX-License-Identifier: Apache-2.0 */
#include "ts32298.h"

#include "ts32298_parts.h"

#include "simsieve/base/calendar.h"
#include "simsieve/base/hash.h"

#include <string.h>

/* TS 32.250 causeForTerm: the call went on. */
enum { CLOSED_PARTIAL = 1, CLOSED_PARTIAL_AGAIN = 2 };

/* TS 32.260 causeForRecordClosing: time limit, change of service, management. */
enum { SESSION_CLOSED_FIRST_PARTIAL = 3, SESSION_CLOSED_LAST_PARTIAL = 5 };

enum { ROLE_ORIGINATING = 0, ROLE_TERMINATING = 1 };

/* SMMessageType (TS 32.274). */
enum { MESSAGE_SUBMISSION = 0, MESSAGE_DELIVERY = 3 };

#define NONE UINT64_MAX

#define CANDIDATE_COUNT_MAX 3

#define SWITCH_BYTES 256 /* of an address and a node's name; longer ones are cut */

/* Where the parties of a record are told, by its type; the first that is there and is a number. */
static const struct {
    uint8_t a[2];
    uint8_t b[CANDIDATE_COUNT_MAX];
    uint8_t forwarded_by;
    uint8_t served; /* the party that IMSI, IMEI and cell are of */
} parties[CDR_TYPE_COUNT] = {
    [CDR_MO_CALL] = {{SLOT_SERVED, SLOT_CALLING},
                     {SLOT_CALLED, SLOT_TRANSLATED, SLOT_CONNECTED},
                     SLOT_NONE,
                     SLOT_CALLING},
    [CDR_MT_CALL] = {{SLOT_CALLING, SLOT_NONE},
                     {SLOT_SERVED, SLOT_CALLED, SLOT_NONE},
                     SLOT_NONE,
                     SLOT_CALLED},
    [CDR_FORWARD_CALL] = {{SLOT_CALLING, SLOT_NONE},
                          {SLOT_DIVERTED_TO, SLOT_CALLED, SLOT_TRANSLATED},
                          SLOT_SERVED,
                          SLOT_NONE},
    [CDR_INC_GATEWAY] = {{SLOT_CALLING, SLOT_NONE},
                         {SLOT_CALLED, SLOT_NONE, SLOT_NONE},
                         SLOT_NONE,
                         SLOT_NONE},
    [CDR_OUT_GATEWAY] = {{SLOT_CALLING, SLOT_NONE},
                         {SLOT_CALLED, SLOT_NONE, SLOT_NONE},
                         SLOT_NONE,
                         SLOT_NONE},
    [CDR_TRANSIT] = {{SLOT_CALLING, SLOT_NONE}, {SLOT_CALLED, SLOT_NONE, SLOT_NONE}, SLOT_NONE, SLOT_NONE},
    [CDR_MO_SMS] = {{SLOT_SERVED, SLOT_CALLING},
                    {SLOT_CALLED, SLOT_NONE, SLOT_NONE},
                    SLOT_NONE,
                    SLOT_CALLING},
    [CDR_MT_SMS] = {{SLOT_CALLING, SLOT_NONE}, {SLOT_SERVED, SLOT_CALLED, SLOT_NONE}, SLOT_NONE, SLOT_CALLED},
};

/* Trunk groups of a gateway record, the one that tells most first: where a call came in. */
static const uint8_t trunks[2][4] = {
    {SLOT_TRUNK_IN_NAME, SLOT_TRUNK_IN, SLOT_TRUNK_OUT_NAME, SLOT_TRUNK_OUT},
    {SLOT_TRUNK_OUT_NAME, SLOT_TRUNK_OUT, SLOT_TRUNK_IN_NAME, SLOT_TRUNK_IN},
};

static bool has_slot(const struct members *members, unsigned slot)
{
    return slot < SLOT_NONE && members_has(members, (enum slot)slot);
}

static void put_number(struct columns *columns, enum cdr_field field, const struct members *members,
                       unsigned slot)
{
    if (has_slot(members, slot))
        ts32298_put_number(columns, field, members, (enum slot)slot);
    else
        columns_clear(columns, field);
}

/* The first of `count` slots that holds a number. */
static void put_first_number(struct columns *columns, enum cdr_field field, const struct members *members,
                             const uint8_t *slots, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_number(columns, field, members, slots[i]);
        if (columns_has(columns, field))
            return;
    }
}

/* Binary date and time of a switch that gives no offset, less the seconds that the set-up took. */
static bool binary_time_ms(const struct members *members, int64_t *time_ms)
{
    const struct ber_element *date = &members->elements[SLOT_DATE];
    const struct ber_element *time = &members->elements[SLOT_START_TIME];
    const struct ber_element *setup = &members->elements[SLOT_SETUP_SECONDS];
    uint8_t bcd[6];
    if ((date->length != 3 && date->length != 4) || !members_has(members, SLOT_START_TIME) ||
        time->length < 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        const unsigned day = date->content[date->length - 3 + i], clock = time->content[i];
        bcd[i] = (uint8_t)(day > 99 ? 0xFF : day / 10 << 4 | day % 10);
        bcd[i + 3] = (uint8_t)(clock > 99 ? 0xFF : clock / 10 << 4 | clock % 10);
    }
    if (!octets_time_ms(bcd, sizeof(bcd), time_ms) || !calendar_is_in_range(*time_ms))
        return false;
    if (members_has(members, SLOT_SETUP_SECONDS) && setup->length >= 3)
        *time_ms -= (setup->content[0] * 3600 + setup->content[1] * 60 + setup->content[2]) * SECOND_MS;
    return true;
}

/* The slot that tells best when it began: the first in their order. */
static enum slot time_slot(const struct members *members)
{
    static const uint64_t times = UINT64_C(1) << SLOT_TIME | UINT64_C(1) << SLOT_SEIZURE |
                                  UINT64_C(1) << SLOT_ANSWER | UINT64_C(1) << SLOT_RELEASE |
                                  UINT64_C(1) << SLOT_OPENING;
    const uint64_t present = members->present & times;
    return present ? (enum slot)__builtin_ctzll(present) : SLOT_NONE;
}

static void put_time(struct columns *columns, const struct members *members)
{
    const enum slot slot = time_slot(members);
    if (members_has(members, SLOT_DATE)) {
        int64_t time_ms;
        if (binary_time_ms(members, &time_ms))
            columns_value(columns, CDR_TIME)->time_ms = time_ms;
        else
            columns_set_damaged(columns, CDR_TIME);
        return;
    }
    if (slot == SLOT_NONE)
        return;
    const struct ber_element *time = &members->elements[slot];
    int64_t later_ms = 0;
    if (slot == SLOT_TIME) {
        const uint64_t fraction_ms = ts32298_value(members, SLOT_TIME_MS, 0);
        later_ms = fraction_ms < 1000 ? (int64_t)fraction_ms : 0;
    } else if (slot == SLOT_RELEASE) {
        const uint64_t duration_s = ts32298_value(members, SLOT_DURATION, 0);
        later_ms = duration_s <= INT32_MAX ? -(int64_t)duration_s * SECOND_MS : 0;
    }
    columns_set_time(columns, time->content, time->length, later_ms);
}

/* The switch of a record when it is an address alone, of a usual length. */
static bool read_switch(const struct members *members, struct ts32298_switch *found)
{
    const struct ber_element *entity = &members->elements[SLOT_ENTITY];
    if (!members_has(members, SLOT_ENTITY) || entity->length < TBCD_LOAD_MIN ||
        entity->length > TBCD_LOAD_MAX ||
        (members_has(members, SLOT_NODE) && members->elements[SLOT_NODE].length > 0))
        return false;
    found->address = tbcd_load(entity->content, entity->length);
    found->length = entity->length;
    return true;
}

static struct ts32298_switch *place_of(struct ts32298 *input, const struct ts32298_switch *found)
{
    return &input->switches[hash_fixed(found->address) % TS32298_SWITCH_COUNT];
}

/* A record in the making. */
struct draft {
    struct columns columns;
    struct ts32298_switch found;  /* its switch */
    struct ts32298_switch *place; /* where that is to be remembered; NULL: it is, or cannot be */
    char switch_room[SWITCH_BYTES];
};

/* The switch is its address, its name, or both: several nodes with counters of their own may share an address. */
static void put_switch(struct ts32298 *input, struct draft *draft, const struct members *members)
{
    const struct ber_element *entity = &members->elements[SLOT_ENTITY], *node = &members->elements[SLOT_NODE];
    draft->place = NULL;
    if (read_switch(members, &draft->found)) {
        const struct ts32298_switch *place = draft->place = place_of(input, &draft->found);
        if (place->address == draft->found.address && place->length == draft->found.length) {
            columns_set_integer(&draft->columns, CDR_SWITCH, place->name);
            draft->place = NULL;
            return;
        }
    }
    struct text text = text_over(draft->switch_room, SWITCH_BYTES);
    if (members_has(members, SLOT_ENTITY) && entity->length > 1)
        octets_add_tbcd(&text, entity->content + 1, entity->length - 1);
    if (members_has(members, SLOT_NODE) && node->length > 0) {
        if (text.length > 0)
            text_add_bytes(&text, "/", 1);
        text_add_bytes(&text, (const char *)node->content, node->length);
    }
    columns_set_name(&draft->columns, CDR_SWITCH, text.data, text.length);
}

/* A trunk group by name, or by number. */
static void put_trunk(struct columns *columns, const struct members *members, enum cdr_type type)
{
    const uint8_t *slots = trunks[type == CDR_OUT_GATEWAY];
    for (size_t i = 0; i < ARRAY_COUNT(trunks[0]); i++) {
        const struct ber_element *trunk = &members->elements[slots[i]];
        const bool is_number = slots[i] == SLOT_TRUNK_IN || slots[i] == SLOT_TRUNK_OUT;
        if (!has_slot(members, slots[i]))
            continue;
        if (is_number)
            columns_set_number_name(columns, CDR_TRUNK, ts32298_value(members, (enum slot)slots[i], 0));
        else
            columns_set_name(columns, CDR_TRUNK, (const char *)trunk->content, trunk->length);
        return;
    }
}

static bool is_gateway(enum cdr_type type)
{
    return type == CDR_INC_GATEWAY || type == CDR_OUT_GATEWAY || type == CDR_TRANSIT;
}

/* Decodes with each candidate for B in turn until one is a number: a dialled "171 0..." is none, what the switch made
 * of it is. The first refusal is the one that counts. */
static enum reason decode_candidates(const struct ts32298 *input, struct draft *draft,
                                     const struct members *members, enum cdr_type type, struct cdr *cdr)
{
    enum reason first_reason = REASON_B_MISSING;
    bool is_first = true;
    for (size_t i = 0; i < CANDIDATE_COUNT_MAX; i++) {
        columns_clear(&draft->columns, CDR_B);
        put_number(&draft->columns, CDR_B, members, parties[type].b[i]);
        if (!columns_has(&draft->columns, CDR_B) && (i + 1 < CANDIDATE_COUNT_MAX || !is_first))
            continue;
        const enum reason reason = decode_columns(input->context, &draft->columns, cdr);
        const bool is_about_b = reason >= REASON_B_MISSING && reason <= REASON_B_AMBIGUOUS;
        if (draft->place && reason == REASON_NONE && cdr_has(cdr, CDR_SWITCH)) {
            draft->found.name = cdr->switch_name;
            *draft->place = draft->found;
        }
        if (!is_about_b)
            return reason;
        if (is_first)
            first_reason = reason;
        is_first = false;
    }
    return first_reason;
}

/* All columns but those that tell how it ended, and B. */
static void put_columns(struct ts32298 *input, struct draft *draft, const struct members *members,
                        enum cdr_type type)
{
    struct columns *columns = &draft->columns;
    const uint64_t sequence = ts32298_value(members, SLOT_SEQUENCE, NONE);
    columns_init(columns);
    columns_set_integer(columns, CDR_TYPE, type);
    put_time(columns, members);
    put_first_number(columns, CDR_A, members, parties[type].a, ARRAY_COUNT(parties[type].a));
    if (parties[type].forwarded_by != SLOT_NONE)
        put_number(columns, CDR_FORWARDED_BY, members, parties[type].forwarded_by);
    if (parties[type].served != SLOT_NONE) {
        ts32298_put_identity(columns, members, (enum slot)parties[type].served);
        ts32298_put_cell(columns, members);
    }
    if (is_gateway(type))
        put_trunk(columns, members, type);
    put_switch(input, draft, members);
    if (sequence != NONE)
        columns_set_integer(columns, CDR_SEQ, sequence);
}

static uint64_t reference_of(const struct members *members)
{
    const struct ber_element *reference = &members->elements[SLOT_REFERENCE];
    if (!members_has(members, SLOT_REFERENCE) || reference->length == 0)
        return 0;
    return hash_bytes(reference->content, reference->length);
}

/* Whether the record is a part of its call. */
static uint8_t partial_of(const struct members *members, enum form_kind kind)
{
    const uint64_t closing = ts32298_value(members, SLOT_CLOSING, NONE);
    bool goes_on = closing == CLOSED_PARTIAL || closing == CLOSED_PARTIAL_AGAIN;
    uint8_t partial = 0;
    if (kind != FORM_CALL) {
        partial = CDR_PARTIAL_SHARED;
        goes_on = closing >= SESSION_CLOSED_FIRST_PARTIAL && closing <= SESSION_CLOSED_LAST_PARTIAL;
    } else if (members_has(members, SLOT_DATE)) { /* Ericsson numbers the parts and marks the last */
        goes_on = members_has(members, SLOT_PART) && !members_has(members, SLOT_LAST_PART);
    }
    if (goes_on)
        return partial | CDR_PARTIAL_MORE;
    return members_has(members, SLOT_PART) ? partial | CDR_PARTIAL_LAST : partial;
}

static enum reason decode_call(struct ts32298 *input, const struct members *members, enum form_kind kind,
                               enum cdr_type type, struct cdr *cdr)
{
    struct draft draft;
    put_columns(input, &draft, members, type);
    if (kind == FORM_CALL)
        ts32298_put_call_outcome(&draft.columns, members);
    else
        ts32298_put_session_outcome(&draft.columns, members);
    const enum reason reason = decode_candidates(input, &draft, members, type, cdr);
    cdr->call_reference = reference_of(members);
    if (cdr->call_reference) {
        cdr->partial = partial_of(members, kind);
        cdr->partial_number = (uint8_t)ts32298_value(members, SLOT_PART, 0);
    }
    return reason;
}

static enum reason decode_sms(struct ts32298 *input, const struct members *members, enum cdr_type type,
                              struct cdr *cdr)
{
    struct draft draft;
    const uint64_t parts = ts32298_value(members, SLOT_PARTS, 0);
    put_columns(input, &draft, members, type);
    ts32298_put_sms_outcome(&draft.columns, members);
    if (parts > 0 && parts <= UINT8_MAX)
        columns_set_integer(&draft.columns, CDR_SMS_PARTS, parts);
    return decode_candidates(input, &draft, members, type, cdr);
}

static bool is_method(const struct members *members, const char *method)
{
    const struct ber_element *element = &members->elements[SLOT_METHOD];
    return element->length == strlen(method) && memcmp(element->content, method, element->length) == 0;
}

/* Lets one slot be read as another. */
static void members_move(struct members *members, enum slot from, enum slot to)
{
    if (!members_has(members, from))
        return;
    members->present |= (uint64_t)1 << to;
    members->elements[to] = members->elements[from];
    members->styles[to] = members->styles[from];
}

/* A session is a call of the subscriber whom the node serves. A message between a phone and a service centre names the
 * centre, not the other person: the centre's own record does. */
static enum reason decode_session(struct ts32298 *input, struct members *members, struct cdr *cdr)
{
    const uint64_t role = ts32298_value(members, SLOT_ROLE, NONE);
    const bool has_method = members_has(members, SLOT_METHOD);
    if (role == NONE)
        return REASON_TYPE_MISSING;
    if (role > ROLE_TERMINATING)
        return REASON_TYPE_UNKNOWN;
    if (has_method && is_method(members, "MESSAGE")) {
        if (ts32298_carries_sms(members))
            return REASON_SAME_CALL;
        return decode_sms(input, members, role == ROLE_ORIGINATING ? CDR_MO_SMS : CDR_MT_SMS, cdr);
    }
    if (has_method && !is_method(members, "INVITE"))
        return REASON_NOT_CALL_OR_SMS;
    enum cdr_type type = role == ROLE_ORIGINATING ? CDR_MO_CALL : CDR_MT_CALL;
    if (ts32298_is_diverted(members)) {
        const enum slot forwarder = members_has(members, SLOT_TRANSLATED) ? SLOT_TRANSLATED : SLOT_CALLED;
        members_move(members, forwarder, SLOT_SERVED);
        type = CDR_FORWARD_CALL;
    }
    return decode_call(input, members, FORM_SESSION, type, cdr);
}

/* What a charging record is about shows in what it has. */
static enum reason decode_charging(struct ts32298 *input, struct members *members, struct cdr *cdr)
{
    const bool is_sms =
        (members_has(members, SLOT_CALLING) && members->styles[SLOT_CALLING] == NUMBER_STYLE_SMS_PARTY) ||
        (members_has(members, SLOT_CALLED) && members->styles[SLOT_CALLED] == NUMBER_STYLE_SMS_PARTY);
    if (is_sms) {
        const uint64_t message_type = ts32298_value(members, SLOT_MESSAGE_TYPE, MESSAGE_SUBMISSION);
        if (message_type != MESSAGE_SUBMISSION && message_type != MESSAGE_DELIVERY)
            return REASON_NOT_CALL_OR_SMS;
        return decode_sms(input, members, message_type == MESSAGE_DELIVERY ? CDR_MT_SMS : CDR_MO_SMS, cdr);
    }
    if (members_has(members, SLOT_CALLED) || members_has(members, SLOT_ROLE))
        return decode_session(input, members, cdr);
    return REASON_NOT_CALL_OR_SMS;
}

/* A record of the calling side with forwarding among its services is the leg of the subscriber who forwards: the
 * number that called is another's (TS 32.250 5.2.1.4). */
static enum cdr_type call_type(const struct members *members, enum cdr_type type)
{
    const struct ber_element *served = &members->elements[SLOT_SERVED];
    const struct ber_element *calling = &members->elements[SLOT_CALLING];
    if (type != CDR_MO_CALL || !members_has(members, SLOT_SERVED) || !members_has(members, SLOT_CALLING) ||
        !ts32298_is_forwarded(members))
        return type;
    const bool is_same =
        served->length == calling->length && memcmp(served->content, calling->content, served->length) == 0;
    return is_same ? type : CDR_FORWARD_CALL;
}

static enum reason decode_members(struct ts32298 *input, const struct form *form, struct members *members,
                                  struct cdr *cdr)
{
    const enum cdr_type type = (enum cdr_type)form->type;
    switch ((enum form_kind)form->kind) {
    case FORM_CALL:
        return decode_call(input, members, FORM_CALL, call_type(members, type), cdr);
    case FORM_SMS:
        return decode_sms(input, members, type, cdr);
    case FORM_SESSION:
        return decode_session(input, members, cdr);
    case FORM_CHARGING:
        return decode_charging(input, members, cdr);
    case FORM_OTHER:
        return REASON_NOT_CALL_OR_SMS;
    case FORM_OTHER_NODE:
        return REASON_SAME_CALL;
    }
    return REASON_RECORD_UNKNOWN;
}

static bool is_padding(const struct ber *rest)
{
    for (const uint8_t *at = rest->at; at < rest->end; at++)
        if (*at != 0x00 && *at != 0xFF)
            return false;
    return true;
}

enum reason ts32298_decode(const struct decode_context *context, enum ts32298_variant variant,
                           const uint8_t *bytes, size_t length, struct cdr *cdr)
{
    struct ts32298 input = ts32298_start(context, variant);
    return ts32298_next(&input, bytes, length, cdr);
}

enum reason ts32298_next(struct ts32298 *input, const uint8_t *bytes, size_t length, struct cdr *cdr)
{
    struct ber walk = ber_over(bytes, length);
    struct ber_element record;
    struct members members;
    const enum ber_status outer = ber_next(&walk, &record);
    if (outer != BER_ELEMENT)
        return outer == BER_MALFORMED  ? REASON_BER
               : outer == BER_TOO_DEEP ? REASON_BER_DEPTH
                                       : REASON_RECORD_TRUNCATED;
    if (!is_padding(&walk))
        return REASON_BER;
    const struct form *form = form_find(ts32298_forms(input->variant), record.tag);
    if (!form)
        return REASON_RECORD_UNKNOWN;
    members.present = 0;
    const enum ber_status inner = members_collect(&members, form->members, ber_inside(&record));
    if (inner != BER_END)
        return inner == BER_TOO_DEEP ? REASON_BER_DEPTH : REASON_BER;
    if (form->record_type != RECORD_TYPE_ANY &&
        ts32298_value(&members, SLOT_RECORD_TYPE, form->record_type) != form->record_type)
        return REASON_TYPE_UNKNOWN;
    return decode_members(input, form, &members, cdr);
}

/* The first member: a record type of one octet or two that is this form's; or, in a variant without record types,
 * any member of a form's table. */
static bool is_first_member(const struct form *form, enum ts32298_variant variant, const uint8_t *bytes,
                            size_t length)
{
    struct ber_header header;
    const enum ber_status status = ber_read_header(bytes, length, &header);
    if (status != BER_ELEMENT)
        return status == BER_MORE && length < TS32298_START_BYTES;
    if (variant == TS32298_ERICSSON)
        return (header.tag == 0x80 || header.tag == 0x81) && header.content_bytes >= 3 &&
               header.content_bytes <= 4;
    if (header.tag != 0x80 || header.content_bytes < 1 || header.content_bytes > 2)
        return false;
    const uint8_t *value = bytes + header.header_bytes;
    if (length < header.header_bytes + header.content_bytes || form->record_type == RECORD_TYPE_ANY)
        return true;
    return (header.content_bytes == 1 ? value[0] : octets_u16(value)) == form->record_type;
}

bool ts32298_is_start(enum ts32298_variant variant, const uint8_t *bytes, size_t length)
{
    struct ber_header header;
    const enum ber_status status = ber_read_header(bytes, length, &header);
    if (status != BER_ELEMENT)
        return status == BER_MORE && length > 0;
    const struct form *form = form_find(ts32298_forms(variant), header.tag);
    if (!form || header.header_bytes + header.content_bytes > DECODE_RECORD_BYTES_MAX)
        return false;
    return is_first_member(form, variant, bytes + header.header_bytes, length - header.header_bytes);
}
