/* SPDX-License-Identifier: Apache-2.0
 * Reading GTP' messages (gtpp.md). Which elements there are and which a message must have is data. */
#include "simsieve/packet/gtpp.h"

#include "gtpp_elements.h"

/* What each message must have, and which of them are requests. */
static const struct {
    uint8_t type;
    unsigned needs;
} messages[] = {
    {GTPP_ECHO_REQUEST, 0},
    {GTPP_ECHO_RESPONSE, GTPP_HAS_RECOVERY},
    {GTPP_VERSION_NOT_SUPPORTED, 0},
    {GTPP_NODE_ALIVE_REQUEST, GTPP_HAS_NODE},
    {GTPP_NODE_ALIVE_RESPONSE, 0},
    {GTPP_REDIRECTION_REQUEST, GTPP_HAS_CAUSE},
    {GTPP_REDIRECTION_RESPONSE, GTPP_HAS_CAUSE},
    {GTPP_DATA_REQUEST, GTPP_HAS_COMMAND},
    {GTPP_DATA_RESPONSE, GTPP_HAS_CAUSE | GTPP_HAS_RESPONDED},
};

/* What each command must come with. */
static const unsigned command_needs[] = {
    [GTPP_SEND] = GTPP_HAS_RECORDS,
    [GTPP_SEND_POSSIBLY_DUPLICATED] = GTPP_HAS_RECORDS,
    [GTPP_CANCEL] = GTPP_HAS_CANCELLED,
    [GTPP_RELEASE] = GTPP_HAS_RELEASED,
};

enum gtpp_cause gtpp_cause_of(enum packet_drop drop)
{
    switch (drop) {
    case PACKET_NONE:
        return GTPP_CAUSE_ACCEPTED;
    case PACKET_GTPP_VERSION:
        return GTPP_CAUSE_VERSION;
    case PACKET_GTPP_IE_MISSING:
        return GTPP_CAUSE_MANDATORY_MISSING;
    case PACKET_GTPP_IE_VALUE:
        return GTPP_CAUSE_MANDATORY_INCORRECT;
    case PACKET_GTPP_FORMAT:
    case PACKET_GTPP_RECORD_LENGTH:
        return GTPP_CAUSE_DECODING_ERROR;
    case PACKET_GTPP_TYPE:
        return GTPP_CAUSE_SERVICE;
    case PACKET_CGF_PEERS:
    case PACKET_CGF_QUARANTINE:
    case PACKET_CGF_WINDOW:
    case PACKET_CGF_CLOSED:
        return GTPP_CAUSE_NO_RESOURCES;
    default:
        return GTPP_CAUSE_INVALID_FORMAT;
    }
}

enum packet_drop gtpp_parse_header(const uint8_t *bytes, size_t length, struct gtpp_header *header)
{
    *header = (struct gtpp_header){0};
    if (length < GTPP_HEADER_BYTES)
        return PACKET_GTPP_SHORT;
    header->version = bytes[0] >> 5;
    header->type = bytes[1];
    header->is_long = header->version == 0 && !(bytes[0] & 1);
    header->header_length = header->is_long ? GTPP_HEADER_LONG_BYTES : GTPP_HEADER_BYTES;
    header->length = octets_get16(bytes + 2);
    header->sequence = octets_get16(bytes + 4);
    if (bytes[0] >> 4 & 1)
        return PACKET_GTPP_NOT_PRIME;
    if (header->version > GTPP_VERSION_MAX)
        return PACKET_GTPP_VERSION;
    return header->header_length + header->length > length ? PACKET_GTPP_SHORT : PACKET_NONE;
}

static bool is_known_type(uint8_t type)
{
    for (size_t i = 0; i < ARRAY_COUNT(messages); i++)
        if (messages[i].type == type)
            return true;
    return false;
}

size_t gtpp_stream_length(const uint8_t *bytes, size_t length)
{
    struct gtpp_header header;
    const enum packet_drop drop = gtpp_parse_header(bytes, length, &header);
    if (length < GTPP_HEADER_BYTES)
        return 0;
    if (drop == PACKET_GTPP_NOT_PRIME || drop == PACKET_GTPP_VERSION || !is_known_type(header.type))
        return SIZE_MAX;
    return header.header_length + header.length;
}

/* The content of an element. */
struct element {
    uint8_t type;
    struct octets content;
};

/* The octets of elements without a length of their own; 0: not known. */
static size_t fixed_length(uint8_t type)
{
    switch (type) {
    case IE_CAUSE:
    case IE_RECOVERY:
    case IE_COMMAND:
        return 1;
    case IE_CHARGING_ID:
        return 4;
    default:
        return 0;
    }
}

/* The element at the front of `rest`, which moves behind it; `rest` is not empty. */
static enum packet_drop take_element(struct octets *rest, struct element *element)
{
    size_t header = 1, length;
    element->type = rest->bytes[0];
    if (element->type >= IE_TLV) {
        header = 3;
        if (rest->length < header)
            return PACKET_GTPP_IE_LENGTH;
        length = octets_get16(rest->bytes + 1);
    } else {
        length = fixed_length(element->type);
        if (length == 0)
            return PACKET_GTPP_IE_UNKNOWN;
    }
    if (length > rest->length - header)
        return PACKET_GTPP_IE_LENGTH;
    element->content = (struct octets){rest->bytes + header, length};
    *rest = (struct octets){rest->bytes + header + length, rest->length - header - length};
    return PACKET_NONE;
}

bool gtpp_next_record(struct gtpp_records *records, struct octets *record)
{
    enum { LENGTH_BYTES = 2 };
    if (records->left == 0 || records->rest.length < LENGTH_BYTES)
        return false;
    const size_t length = octets_get16(records->rest.bytes);
    if (length > records->rest.length - LENGTH_BYTES)
        return false;
    *record = (struct octets){records->rest.bytes + LENGTH_BYTES, length};
    records->rest.bytes += LENGTH_BYTES + length;
    records->rest.length -= LENGTH_BYTES + length;
    records->left--;
    return true;
}

/* The header of a packet's content (at least 4 octets, 5 when the release has an octet of its own); 0 when it is
 * cut off. */
static size_t read_packet_header(struct octets packet, struct gtpp_records *records)
{
    enum { HEADER_BYTES = 4, EXTENDED_HEADER_BYTES = 5 };
    const uint8_t *bytes = packet.bytes;
    if (packet.length < HEADER_BYTES)
        return 0;
    const bool is_extended = (bytes[2] & 0x0F) == 0;
    const size_t header = is_extended ? EXTENDED_HEADER_BYTES : HEADER_BYTES;
    if (packet.length < header)
        return 0;
    *records = (struct gtpp_records){
        .left = bytes[0],
        .format = bytes[1],
        .version = {bytes[2], bytes[3], is_extended ? bytes[4] : 0},
        .rest = {bytes + header, packet.length - header},
    };
    return header;
}

void gtpp_records_of(struct octets packet, struct gtpp_records *records)
{
    CHECK(read_packet_header(packet, records) > 0);
}

/* A Data Record Packet whose content begins at `content`; `behind` is what follows in the message, for one sender
 * does not count the packet's own header in its length. Moves `behind` where the packet really ends. */
static enum packet_drop read_packet(struct gtpp_message *message, struct octets content,
                                    struct octets *behind)
{
    const struct octets all = {content.bytes, content.length + behind->length};
    message->packet = content;
    if (content.length == 0)
        return PACKET_NONE;
    const size_t header = read_packet_header(all, &message->records);
    if (header == 0)
        return PACKET_GTPP_RECORD_LENGTH;
    struct gtpp_records walk = message->records;
    struct octets record;
    while (gtpp_next_record(&walk, &record))
        ;
    const size_t end = all.length - walk.rest.length;
    const bool is_uncounted = end == content.length + header;
    if (walk.left > 0 || (end > content.length && !is_uncounted))
        return PACKET_GTPP_RECORD_LENGTH;
    message->is_miscounted = end != content.length;
    message->packet.length = end > content.length ? end : content.length;
    message->records.rest.length = end - header;
    *behind = (struct octets){all.bytes + message->packet.length, all.length - message->packet.length};
    return gtpp_is_ber(message->records.format) ? PACKET_NONE : PACKET_GTPP_FORMAT;
}

/* The first address of a kind, then its alternative; more are left out. */
static enum packet_drop read_address(struct gtpp_message *message, unsigned bit, struct octets content,
                                     struct address *first, struct address *second)
{
    const struct address address = address_make(content.bytes, content.length);
    const bool is_optional = bit == GTPP_HAS_RECOMMENDED;
    if (!address.family) {
        message->unknown_count += is_optional; /* as if it were not there: TS 29.060 11.1.10 */
        return is_optional ? PACKET_NONE : PACKET_GTPP_IE_VALUE;
    }
    message->has |= bit;
    if (!first->family)
        *first = address;
    else if (!second->family)
        *second = address;
    return PACKET_NONE;
}

/* Of an element that comes twice the first counts (TS 29.060 11.1.8). */
static bool is_first(struct gtpp_message *message, unsigned bit)
{
    const bool has = message->has & bit;
    message->has |= bit;
    return !has;
}

static enum packet_drop read_sequences(struct gtpp_message *message, unsigned bit, struct octets content,
                                       struct octets *list)
{
    if (is_first(message, bit))
        *list = content;
    return content.length % 2 ? PACKET_GTPP_IE_VALUE : PACKET_NONE;
}

static void read_octet(struct gtpp_message *message, unsigned bit, struct octets content, uint8_t *value)
{
    if (is_first(message, bit))
        *value = content.bytes[0];
}

static enum packet_drop read_element(struct gtpp_message *message, const struct element *element,
                                     struct octets *behind)
{
    const struct octets content = element->content;
    switch (element->type) {
    case IE_CAUSE:
        read_octet(message, GTPP_HAS_CAUSE, content, &message->cause);
        return PACKET_NONE;
    case IE_RECOVERY:
        read_octet(message, GTPP_HAS_RECOVERY, content, &message->recovery);
        return PACKET_NONE;
    case IE_COMMAND:
        read_octet(message, GTPP_HAS_COMMAND, content, &message->command);
        return PACKET_NONE;
    case IE_RELEASED:
        return read_sequences(message, GTPP_HAS_RELEASED, content, &message->released);
    case IE_CANCELLED:
        return read_sequences(message, GTPP_HAS_CANCELLED, content, &message->cancelled);
    case IE_RESPONDED:
        return read_sequences(message, GTPP_HAS_RESPONDED, content, &message->responded);
    case IE_NODE:
        return read_address(message, GTPP_HAS_NODE, content, &message->node, &message->node_alternative);
    case IE_RECOMMENDED:
        return read_address(message, GTPP_HAS_RECOMMENDED, content, &message->recommended,
                            &message->recommended_alternative);
    case IE_RECORDS:
        return is_first(message, GTPP_HAS_RECORDS) ? read_packet(message, content, behind) : PACKET_NONE;
    default:
        message->unknown_count++;
        return PACKET_NONE;
    }
}

/* A packet without a command is sent: some gateways (Cisco GGSN, version 0) leave it away. */
static void imply_command(struct gtpp_message *message)
{
    if (message->header.type == GTPP_DATA_REQUEST && (message->has & GTPP_HAS_RECORDS) &&
        is_first(message, GTPP_HAS_COMMAND))
        message->command = GTPP_SEND;
}

/* Whether all is there that the type and the command need, and the command is one. */
static enum packet_drop check_needs(const struct gtpp_message *message)
{
    for (size_t i = 0; i < ARRAY_COUNT(messages); i++)
        if (messages[i].type == message->header.type && (messages[i].needs & ~message->has))
            return PACKET_GTPP_IE_MISSING;
    if (message->header.type != GTPP_DATA_REQUEST)
        return PACKET_NONE;
    if (message->command < GTPP_SEND || message->command > GTPP_RELEASE)
        return PACKET_GTPP_IE_VALUE;
    return command_needs[message->command] & ~message->has ? PACKET_GTPP_IE_MISSING : PACKET_NONE;
}

enum packet_drop gtpp_parse(const uint8_t *bytes, size_t length, struct gtpp_message *message)
{
    struct gtpp_header header;
    enum packet_drop drop = gtpp_parse_header(bytes, length, &header);
    *message = (struct gtpp_message){.header = header};
    if (drop)
        return drop;
    if (!is_known_type(header.type))
        return PACKET_GTPP_TYPE;
    struct octets rest = {bytes + header.header_length, header.length};
    while (!drop && rest.length > 0) {
        struct element element;
        drop = take_element(&rest, &element);
        if (!drop)
            drop = read_element(message, &element, &rest);
    }
    if (drop)
        return drop;
    imply_command(message);
    return check_needs(message);
}
