/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/packet/smpp.h"

/* Lengths with the terminating zero (5.2). Addresses: data_sm allows 65 octets, all are read that way. */
#define SERVICE_TYPE_BYTES 6
#define ADDRESS_BYTES      65
#define TIME_BYTES         17
#define LIST_NAME_BYTES    21
#define MESSAGE_ID_BYTES   65

#define PARAMETER_RECEIPTED_ID 0x001E
#define PARAMETER_SAR_REF      0x020C
#define PARAMETER_SAR_TOTAL    0x020E
#define PARAMETER_SAR_NUMBER   0x020F
#define PARAMETER_PAYLOAD      0x0424
#define PARAMETER_STATE        0x0427

#define ESM_TYPE_SHIFT 2
#define ESM_TYPE_MASK  0x0F
#define ESM_HAS_UDH    0x40

#define DESTINATION_IS_ADDRESS 1
#define DESTINATION_IS_LIST    2

/* Takes a message from its front. Whatever is cut off is read as nothing, and remembered. */
struct rest {
    const uint8_t *at;
    size_t length;
    bool is_damaged;
};

static const uint8_t *take(struct rest *rest, size_t length)
{
    static const uint8_t nothing[4] = {0};
    if (length > rest->length) {
        rest->is_damaged = true;
        rest->length = 0;
        return nothing;
    }
    if (length == 0) /* of a text that is not there, too */
        return nothing;
    const uint8_t *at = rest->at;
    rest->at += length;
    rest->length -= length;
    return at;
}

static uint8_t take_octet(struct rest *rest)
{
    return *take(rest, 1);
}

/* A text of at most `room` octets with its zero. */
static struct octets take_text(struct rest *rest, size_t room)
{
    const uint8_t *begin = rest->at;
    const uint8_t *end = rest->length ? memchr(begin, 0, u64_min(rest->length, room)) : NULL;
    if (!end) {
        rest->is_damaged = true;
        rest->length = 0;
        return (struct octets){begin, 0};
    }
    const size_t length = (size_t)(end - begin);
    take(rest, length + 1);
    return (struct octets){begin, length};
}

static struct smpp_address take_address(struct rest *rest)
{
    struct smpp_address address;
    address.type_of_number = take_octet(rest);
    address.numbering_plan = take_octet(rest);
    address.text = take_text(rest, ADDRESS_BYTES);
    return address;
}

static bool is_known(uint32_t command)
{
    static const uint32_t others[] = {
        0x0B /* outbind */,          0x15 /* enquire_link */,      0x21 /* submit_multi */,
        0x102 /* alert */,           0x103 /* data_sm */,          0x111 /* broadcast_sm, SMPP 5.0 */,
        0x112 /* query broadcast */, 0x113 /* cancel broadcast */,
    };
    const uint32_t request = command & ~SMPP_RESPONSE;
    if (request <= 9) /* generic_nack 0 is an answer only */
        return request > 0 || command == SMPP_RESPONSE;
    for (size_t i = 0; i < ARRAY_COUNT(others); i++)
        if (request == others[i])
            return true;
    return false;
}

size_t smpp_stream_length(const uint8_t *bytes, size_t length)
{
    if (length < SMPP_HEADER_BYTES)
        return 0;
    const size_t message = octets_get32(bytes);
    if (message < SMPP_HEADER_BYTES || message > SMPP_PDU_BYTES_MAX || !is_known(octets_get32(bytes + 4)))
        return SIZE_MAX;
    return message;
}

/* The user data header at the front of a text: which part this is (TS 23.040 9.2.3.24). */
static enum packet_drop take_user_data_header(struct smpp_pdu *pdu)
{
    enum { CONCATENATED_8 = 0x00, CONCATENATED_16 = 0x08 };
    struct rest rest = {pdu->text.bytes, pdu->text.length, false};
    const size_t length = take_octet(&rest);
    struct rest header = {take(&rest, length), length, false};
    if (rest.is_damaged)
        return PACKET_SMPP_PARAMETER;
    while (header.length > 0) {
        const uint8_t type = take_octet(&header);
        const size_t size = take_octet(&header);
        const uint8_t *content = take(&header, size);
        if (header.is_damaged)
            return PACKET_SMPP_PARAMETER;
        if (type == CONCATENATED_8 && size == 3)
            pdu->part = (struct smpp_part){content[0], content[1], content[2]};
        else if (type == CONCATENATED_16 && size == 4)
            pdu->part = (struct smpp_part){octets_get16(content), content[2], content[3]};
    }
    pdu->text = (struct octets){rest.at, rest.length};
    return PACKET_NONE;
}

static bool starts_with(struct octets text, size_t at, const char *word)
{
    const size_t length = strlen(word);
    if (text.length - at < length)
        return false;
    for (size_t i = 0; i < length; i++)
        if ((text.bytes[at + i] | 0x20) != (uint8_t)(word[i] | 0x20))
            return false;
    return true;
}

/* What follows "id:" or "stat:" in the text of a receipt (appendix B), up to a blank; length 0: nothing. */
static struct octets receipt_word(struct octets text, const char *label)
{
    const size_t label_length = strlen(label);
    for (size_t at = 0; at < text.length; at++) {
        if ((at > 0 && text.bytes[at - 1] != ' ') || !starts_with(text, at, label))
            continue;
        const size_t begin = at + label_length;
        size_t end = begin;
        while (end < text.length && text.bytes[end] != ' ')
            end++;
        return (struct octets){text.bytes + begin, end - begin};
    }
    return (struct octets){text.bytes, 0};
}

/* message_state (5.2.28). */
static enum smpp_fate fate_of_state(uint8_t state)
{
    switch (state) {
    case 2: /* delivered */
        return SMPP_FATE_DELIVERED;
    case 3: /* expired */
    case 4: /* deleted */
    case 5: /* undeliverable */
    case 8: /* rejected */
        return SMPP_FATE_FAILED;
    default:
        return SMPP_FATE_OPEN;
    }
}

static void read_receipt_text(struct smpp_pdu *pdu)
{
    static const char *const failures[] = {"UNDELIV", "EXPIRED", "DELETED", "REJECTD"};
    const struct octets word = receipt_word(pdu->text, "stat:");
    if (pdu->message_id.length == 0)
        pdu->message_id = receipt_word(pdu->text, "id:");
    if (pdu->fate != SMPP_FATE_OPEN)
        return;
    if (starts_with(word, 0, "DELIVRD"))
        pdu->fate = SMPP_FATE_DELIVERED;
    for (size_t i = 0; i < ARRAY_COUNT(failures); i++)
        if (starts_with(word, 0, failures[i]))
            pdu->fate = SMPP_FATE_FAILED;
}

static enum packet_drop read_parameter(struct smpp_pdu *pdu, unsigned tag, struct octets value)
{
    const uint8_t first = value.length ? value.bytes[0] : 0;
    switch (tag) {
    case PARAMETER_SAR_REF:
        if (value.length != 2)
            return PACKET_SMPP_PARAMETER;
        pdu->part.reference = octets_get16(value.bytes);
        return PACKET_NONE;
    case PARAMETER_SAR_TOTAL:
        pdu->part.total = first;
        break;
    case PARAMETER_SAR_NUMBER:
        pdu->part.number = first;
        break;
    case PARAMETER_STATE:
        pdu->fate = fate_of_state(first);
        break;
    case PARAMETER_RECEIPTED_ID:
        pdu->message_id = (struct octets){value.bytes, strnlen((const char *)value.bytes, value.length)};
        return PACKET_NONE;
    case PARAMETER_PAYLOAD:
        pdu->text = value;
        return PACKET_NONE;
    default:
        return PACKET_NONE;
    }
    return value.length == 1 ? PACKET_NONE : PACKET_SMPP_PARAMETER;
}

static enum packet_drop read_parameters(struct smpp_pdu *pdu, struct rest *rest)
{
    enum packet_drop drop = PACKET_NONE;
    while (!drop && rest->length > 0) {
        const uint8_t *header = take(rest, 4);
        if (rest->is_damaged)
            return PACKET_SMPP_PARAMETER;
        const size_t length = octets_get16(header + 2);
        const uint8_t *value = take(rest, length);
        if (rest->is_damaged)
            return PACKET_SMPP_PARAMETER;
        drop = read_parameter(pdu, octets_get16(header), (struct octets){value, length});
    }
    return drop;
}

/* The destinations of submit_multi, stepped over once to find their end. */
static void take_destination_list(struct smpp_pdu *pdu, struct rest *rest)
{
    pdu->is_list = true;
    pdu->destination_count = take_octet(rest);
    const uint8_t *begin = rest->at;
    for (unsigned i = 0; i < pdu->destination_count && !rest->is_damaged; i++) {
        const uint8_t flag = take_octet(rest);
        if (flag == DESTINATION_IS_ADDRESS)
            take_address(rest);
        else if (flag == DESTINATION_IS_LIST)
            take_text(rest, LIST_NAME_BYTES);
        else
            rest->is_damaged = true;
    }
    pdu->destinations = (struct octets){begin, (size_t)(rest->at - begin)};
}

static void take_destinations(struct smpp_pdu *pdu, struct rest *rest)
{
    if (pdu->command == SMPP_SUBMIT_MULTI) {
        take_destination_list(pdu, rest);
        return;
    }
    const uint8_t *begin = rest->at;
    take_address(rest);
    pdu->destination_count = 1;
    pdu->destinations = (struct octets){begin, (size_t)(rest->at - begin)};
}

/* What lies between the destinations and the optional parameters; returns esm_class. */
static uint8_t take_middle(struct smpp_pdu *pdu, struct rest *rest)
{
    const bool has_text = pdu->command != SMPP_DATA_SM;
    const uint8_t esm_class = take_octet(rest);
    if (has_text) {
        take(rest, 2); /* protocol_id, priority_flag */
        take_text(rest, TIME_BYTES);
        take_text(rest, TIME_BYTES);
    }
    pdu->wants_receipt = take_octet(rest) & 3;
    if (has_text)
        take_octet(rest); /* replace_if_present */
    pdu->data_coding = take_octet(rest);
    if (has_text) {
        take_octet(rest); /* sm_default_msg_id */
        const size_t length = take_octet(rest);
        const uint8_t *text = take(rest, length);
        pdu->text = (struct octets){text, rest->is_damaged ? 0 : length};
    }
    return esm_class;
}

static enum packet_drop parse_message(struct smpp_pdu *pdu, struct rest rest)
{
    take_text(&rest, SERVICE_TYPE_BYTES);
    pdu->source = take_address(&rest);
    take_destinations(pdu, &rest);
    const uint8_t esm_class = take_middle(pdu, &rest);
    if (rest.is_damaged)
        return PACKET_SMPP_FIELD;
    enum packet_drop drop = read_parameters(pdu, &rest);
    if (!drop && (esm_class & ESM_HAS_UDH))
        drop = take_user_data_header(pdu);
    if (drop)
        return drop;
    const unsigned type = esm_class >> ESM_TYPE_SHIFT & ESM_TYPE_MASK;
    pdu->kind = type == 0 ? SMPP_MESSAGE : type == 1 ? SMPP_RECEIPT : SMPP_NOTICE;
    if (pdu->kind == SMPP_RECEIPT)
        read_receipt_text(pdu);
    if (pdu->part.total < 2 || pdu->part.number == 0 || pdu->part.number > pdu->part.total)
        pdu->part = (struct smpp_part){.total = 1, .number = 1};
    return PACKET_NONE;
}

/* Answers: an identifier, which a failure may leave out, and for submit_multi whom it did not serve. */
static enum packet_drop parse_answer(struct smpp_pdu *pdu, struct rest rest)
{
    if (rest.length == 0)
        return PACKET_NONE;
    pdu->message_id = take_text(&rest, MESSAGE_ID_BYTES);
    if (pdu->command == (SMPP_SUBMIT_MULTI | SMPP_RESPONSE) && rest.length > 0) {
        pdu->refusal_count = take_octet(&rest);
        const uint8_t *begin = rest.at;
        for (unsigned i = 0; i < pdu->refusal_count && !rest.is_damaged; i++) {
            take_address(&rest);
            take(&rest, 4);
        }
        pdu->refusals = (struct octets){begin, (size_t)(rest.at - begin)};
    }
    return rest.is_damaged ? PACKET_SMPP_FIELD : PACKET_NONE;
}

enum packet_drop smpp_parse(const uint8_t *bytes, size_t length, struct smpp_pdu *pdu)
{
    *pdu = (struct smpp_pdu){.part = {.total = 1, .number = 1}};
    if (length < SMPP_HEADER_BYTES || octets_get32(bytes) != length || length > SMPP_PDU_BYTES_MAX)
        return PACKET_SMPP_LENGTH;
    pdu->command = octets_get32(bytes + 4);
    pdu->status = octets_get32(bytes + 8);
    pdu->sequence = octets_get32(bytes + 12);
    const struct rest rest = {bytes + SMPP_HEADER_BYTES, length - SMPP_HEADER_BYTES, false};
    switch (pdu->command) {
    case SMPP_SUBMIT_SM:
    case SMPP_DELIVER_SM:
    case SMPP_SUBMIT_MULTI:
    case SMPP_DATA_SM:
        return parse_message(pdu, rest);
    case SMPP_SUBMIT_SM | SMPP_RESPONSE:
    case SMPP_DELIVER_SM | SMPP_RESPONSE:
    case SMPP_SUBMIT_MULTI | SMPP_RESPONSE:
    case SMPP_DATA_SM | SMPP_RESPONSE:
        return parse_answer(pdu, rest);
    default:
        return PACKET_NONE;
    }
}

/* Puts the walk's progress back where it came from. */
static void advance(struct octets *list, const struct rest *rest)
{
    *list = (struct octets){rest->at, rest->length};
}

bool smpp_next_destination(struct smpp_pdu *pdu, struct smpp_address *destination)
{
    struct rest rest = {pdu->destinations.bytes, pdu->destinations.length, false};
    while (rest.length > 0) {
        const bool is_address = !pdu->is_list || take_octet(&rest) == DESTINATION_IS_ADDRESS;
        if (is_address)
            *destination = take_address(&rest);
        else
            take_text(&rest, LIST_NAME_BYTES);
        advance(&pdu->destinations, &rest);
        if (is_address)
            return true;
    }
    return false;
}

bool smpp_next_refusal(struct smpp_pdu *pdu, struct smpp_address *destination)
{
    struct rest rest = {pdu->refusals.bytes, pdu->refusals.length, false};
    if (rest.length == 0)
        return false;
    *destination = take_address(&rest);
    take(&rest, 4);
    advance(&pdu->refusals, &rest);
    return true;
}

unsigned smpp_segments(uint8_t data_coding, size_t length)
{
    /* 0 and 1 are the alphabets of 7 bits; a class in the upper bits (F0) with bit 2 clear is the default one. */
    const bool has_seven_bits = data_coding <= 1 || (data_coding & 0xF4) == 0xF0;
    const size_t one = has_seven_bits ? 160 : 140, each = has_seven_bits ? 153 : 134;
    if (length <= one)
        return 1;
    return (unsigned)u64_min((length + each - 1) / each, UINT8_MAX);
}
