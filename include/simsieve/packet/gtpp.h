/* SPDX-License-Identifier: Apache-2.0
 * GTP' (TS 32.295), versions 0, 1 and 2: messages read and written. Pure functions on bytes. */
#pragma once

#include "simsieve/packet/drop.h"
#include "simsieve/packet/octets.h"

#define GTPP_PORT 3386

#define GTPP_VERSION_MAX       2
#define GTPP_HEADER_BYTES      6
#define GTPP_HEADER_LONG_BYTES 20 /* version 0 with a GTP version 0 header */
#define GTPP_MESSAGE_BYTES_MAX (UINT16_MAX + GTPP_HEADER_LONG_BYTES)

enum gtpp_type {
    GTPP_ECHO_REQUEST = 1,
    GTPP_ECHO_RESPONSE = 2,
    GTPP_VERSION_NOT_SUPPORTED = 3,
    GTPP_NODE_ALIVE_REQUEST = 4,
    GTPP_NODE_ALIVE_RESPONSE = 5,
    GTPP_REDIRECTION_REQUEST = 6,
    GTPP_REDIRECTION_RESPONSE = 7,
    GTPP_DATA_REQUEST = 240, /* Data Record Transfer */
    GTPP_DATA_RESPONSE = 241,
};

enum gtpp_command {
    GTPP_SEND = 1,
    GTPP_SEND_POSSIBLY_DUPLICATED = 2,
    GTPP_CANCEL = 3,
    GTPP_RELEASE = 4,
};

/* Causes that we give or act upon (TS 32.295 6.2.2, TS 29.060 7.7.1). */
enum gtpp_cause {
    GTPP_CAUSE_RECEIVE_BUFFERS_FILLING = 61,
    GTPP_CAUSE_THIS_NODE_GOING_DOWN = 63,
    GTPP_CAUSE_ACCEPTED = 128,
    GTPP_CAUSE_DECODING_ERROR = 177,
    GTPP_CAUSE_INVALID_FORMAT = 193,
    GTPP_CAUSE_VERSION = 198,
    GTPP_CAUSE_NO_RESOURCES = 199,
    GTPP_CAUSE_SERVICE = 200,
    GTPP_CAUSE_MANDATORY_INCORRECT = 201,
    GTPP_CAUSE_MANDATORY_MISSING = 202,
    GTPP_CAUSE_DUPLICATE_FULFILLED = 252,
    GTPP_CAUSE_FULFILLED = 253,
    GTPP_CAUSE_SEQUENCES_INCORRECT = 254,
};

struct gtpp_header {
    uint8_t version;
    uint8_t type;
    bool is_long; /* version 0 only: 20 octets */
    uint16_t sequence;
    size_t header_length;
    size_t length; /* behind the header */
};

/* Call records of a Data Record Packet; gtpp_next_record walks them. */
struct gtpp_records {
    struct octets rest;
    unsigned left;
    uint8_t format;     /* as sent: 1, or ASCII '1' from one open implementation, is BER */
    uint8_t version[3]; /* application and release nibbles, version identifier, release extension (else 0) */
};

/* What of a message was there, as bits of `has`. */
enum gtpp_element {
    GTPP_HAS_CAUSE = 1 << 0,
    GTPP_HAS_RECOVERY = 1 << 1,
    GTPP_HAS_COMMAND = 1 << 2,
    GTPP_HAS_RECORDS = 1 << 3, /* a Data Record Packet, an empty one too */
    GTPP_HAS_RELEASED = 1 << 4,
    GTPP_HAS_CANCELLED = 1 << 5,
    GTPP_HAS_RESPONDED = 1 << 6,
    GTPP_HAS_NODE = 1 << 7,
    GTPP_HAS_RECOMMENDED = 1 << 8,
};

struct gtpp_message {
    struct gtpp_header header;
    unsigned has;
    uint8_t cause;
    uint8_t recovery;
    uint8_t command;
    struct octets released, cancelled, responded; /* sequence numbers, two octets each */
    struct address node, node_alternative;
    struct address recommended, recommended_alternative;
    struct octets packet; /* the Data Record Packet's content; length 0: the empty test packet */
    struct gtpp_records records;
    unsigned unknown_count; /* elements and private extensions that were stepped over */
    bool
        is_miscounted; /* the packet has bytes behind the records that it announces, or a length of its own kind */
};

/* Any thread. The header at the front of a datagram or message. */
enum packet_drop gtpp_parse_header(const uint8_t *bytes, size_t length, struct gtpp_header *header);

/* Any thread. The length of the message at the front of a stream's bytes: 0 when more are needed to know, SIZE_MAX
 * when they are no GTP' message. */
size_t gtpp_stream_length(const uint8_t *bytes, size_t length);

/* Any thread. A whole message (bytes behind it are none of it). PACKET_NONE when it is one that its receiver can
 * act upon: every element that its type must have is there, and the records lie within their packet. The header is
 * filled whenever 6 octets of a version up to 2 are there. Lenient where peers differ (gtpp.md). Bound: linear in
 * `length`. */
enum packet_drop gtpp_parse(const uint8_t *bytes, size_t length, struct gtpp_message *message);

/* Any thread. What a request that was dropped for this reason is answered with. */
enum gtpp_cause gtpp_cause_of(enum packet_drop drop);

/* Any thread. The records of a packet's content that gtpp_parse has found whole and not empty, kept since. */
void gtpp_records_of(struct octets packet, struct gtpp_records *records);

/* Any thread. The next record, false behind the last. */
bool gtpp_next_record(struct gtpp_records *records, struct octets *record);

/* Any thread. Number `index` of a list of sequence numbers; its count. */
static inline uint16_t gtpp_sequence_at(struct octets list, size_t index)
{
    return octets_get16(list.bytes + 2 * index);
}

static inline size_t gtpp_sequence_count(struct octets list)
{
    return list.length / 2;
}

static inline bool gtpp_is_ber(uint8_t format)
{
    return format == 1 || format == '1';
}

/* Messages of ours: fixed memory, never cut (the longest is checked at compile time). */
#define GTPP_RESPONDED_MAX   64
#define GTPP_BUILD_BYTES_MAX (GTPP_HEADER_LONG_BYTES + 2 + 3 + 2 * GTPP_RESPONDED_MAX + 2 * (3 + 16))

struct gtpp_build {
    uint8_t bytes[GTPP_BUILD_BYTES_MAX];
    size_t length;
};

/* Any thread. Responses take version, header form and sequence number from the request that they answer. */
void gtpp_build_echo_response(struct gtpp_build *build, const struct gtpp_header *request, uint8_t restarts);
void gtpp_build_node_alive_response(struct gtpp_build *build, const struct gtpp_header *request);
void gtpp_build_redirection_response(struct gtpp_build *build, const struct gtpp_header *request,
                                     uint8_t cause);

/* Any thread. The same; in the highest version that we know. */
void gtpp_build_version_not_supported(struct gtpp_build *build, const struct gtpp_header *request);

/* Any thread. The answer to requests of one sender (1 to GTPP_RESPONDED_MAX numbers). */
void gtpp_build_data_response(struct gtpp_build *build, const struct gtpp_header *request, uint8_t cause,
                              const uint16_t *responded, size_t count);

/* Any thread. Requests of ours, in the version and header form of `form`; its sequence number too. */
void gtpp_build_echo_request(struct gtpp_build *build, const struct gtpp_header *form);
void gtpp_build_node_alive_request(struct gtpp_build *build, const struct gtpp_header *form,
                                   const struct address *own);

/* Any thread. The same: go to another node (`recommended`, none when its family is 0), because of `cause`. */
void gtpp_build_redirection_request(struct gtpp_build *build, const struct gtpp_header *form, uint8_t cause,
                                    const struct address *recommended);
