/* SPDX-License-Identifier: Apache-2.0
 * SMPP 3.4 between an SMS centre and those who send in bulk (ESMEs): messages read. Pure functions on bytes; what a
 * text says is looked at only where it is a delivery receipt. */
#pragma once

#include "simsieve/packet/drop.h"
#include "simsieve/packet/octets.h"

#define SMPP_PORT          2775
#define SMPP_HEADER_BYTES  16
#define SMPP_PDU_BYTES_MAX 65536

enum smpp_command {
    SMPP_SUBMIT_SM = 0x04,
    SMPP_DELIVER_SM = 0x05,
    SMPP_SUBMIT_MULTI = 0x21,
    SMPP_DATA_SM = 0x103,
};

/* Set in the command of an answer. */
#define SMPP_RESPONSE 0x80000000u

/* Types of number that say how an address is to be read (5.2.5). */
#define SMPP_TON_INTERNATIONAL 1
#define SMPP_TON_NATIONAL      2
#define SMPP_TON_ALPHANUMERIC  5

#define SMPP_UCS2 8 /* data coding */

struct smpp_address {
    uint8_t type_of_number;
    uint8_t numbering_plan;
    struct octets text;
};

/* What a message is (esm_class, 5.2.12). */
enum smpp_kind {
    SMPP_MESSAGE,
    SMPP_RECEIPT, /* of the SMS centre: what became of a message */
    SMPP_NOTICE   /* acknowledgement of a phone, intermediate notification: neither */
};

/* What a receipt says. */
enum smpp_fate { SMPP_FATE_OPEN, SMPP_FATE_DELIVERED, SMPP_FATE_FAILED };

/* One part of a text that was cut up; total 1: the whole. */
struct smpp_part {
    uint16_t reference;
    uint8_t total;
    uint8_t number; /* from 1 */
};

struct smpp_pdu {
    uint32_t command, status, sequence;
    enum smpp_kind kind;
    struct smpp_address source;
    struct octets destinations; /* smpp_next_destination walks them */
    unsigned destination_count;
    bool is_list; /* submit_multi: each destination has a flag before it */
    uint8_t data_coding;
    bool wants_receipt;
    struct octets text; /* without its header */
    struct smpp_part part;
    struct octets message_id; /* of an answer or a receipt; length 0: none */
    enum smpp_fate fate;      /* of a receipt */
    struct octets refusals;   /* submit_multi_resp; smpp_next_refusal walks them */
    unsigned refusal_count;
};

/* Any thread. The length of the message at the front of a stream's bytes: 0 when more are needed to know, SIZE_MAX
 * when they are no SMPP. */
size_t smpp_stream_length(const uint8_t *bytes, size_t length);

/* Any thread. Reads one whole message. Commands other than those of enum smpp_command and their answers are read as
 * far as their header. Bound: linear in `length`. SMPP 3.4 issue 1.2, sections 4 and 5. */
enum packet_drop smpp_parse(const uint8_t *bytes, size_t length, struct smpp_pdu *pdu);

/* Any thread. The next destination that is an address (distribution lists are stepped over); false behind the
 * last. */
bool smpp_next_destination(struct smpp_pdu *pdu, struct smpp_address *destination);

/* Any thread. The next destination that submit_multi could not serve; false behind the last. */
bool smpp_next_refusal(struct smpp_pdu *pdu, struct smpp_address *destination);

/* Any thread. How many short messages a text of this length and coding makes, where nobody cut it up yet: 160 and 153
 * characters of 7 bits, 140 and 134 octets (TS 23.040 9.2.3.24.1); at most 255. */
unsigned smpp_segments(uint8_t data_coding, size_t length);
