/* SPDX-License-Identifier: Apache-2.0
 * From SMPP messages to records: each submission waits for its answer, for its receipt where one is due, and for the
 * other parts of its text; what was learnt till then makes one record (smpp.md). All bounded. Time is that of the
 * packets. No text is kept: a part becomes 64 bits of hash. One thread. */
#pragma once

#include "simsieve/decode/decoder.h"
#include "simsieve/packet/smpp.h"

#define SMS_PENDING_MAX     16384 /* submissions that wait */
#define SMS_TEXTS_MAX       4096  /* texts of several parts that wait */
#define SMS_ANSWER_WAIT_MS  (60 * SECOND_MS)
#define SMS_RECEIPT_WAIT_MS (60 * SECOND_MS)
#define SMS_PARTS_WAIT_MS   (60 * SECOND_MS)

/* An SMPP message as it passed by. */
struct sms_sighting {
    const struct address *source, *destination;
    uint16_t source_port, destination_port;
    int64_t time_ms;
    uint64_t line;
    const struct smpp_pdu *pdu;
};

struct sms_ledger_counters {
    uint64_t submissions; /* an address each */
    uint64_t receipts, notices;
    uint64_t matched;    /* receipts of a submission that waited */
    uint64_t unanswered; /* submissions without an answer */
    uint64_t early;      /* given on before their time, because a table was full */
};

struct sms_ledger;

/* Start-up only. `give` takes finished records, `reject` submissions that make none. NULL and ERROR_INTERNAL. */
struct sms_ledger *sms_ledger_create(const struct decode_context *context,
                                     void (*give)(void *owner, const struct cdr *cdr),
                                     void (*reject)(void *owner, enum reason reason, uint64_t line),
                                     void *owner, struct error *error);
void sms_ledger_destroy(struct sms_ledger *ledger);

/* Feed thread. Bound: the destinations of the message, and what is due. */
void sms_ledger_take(struct sms_ledger *ledger, const struct sms_sighting *sighting);

/* Feed thread. Gives what has waited long enough; with INT64_MAX, at the end of an input, everything. */
void sms_ledger_expire(struct sms_ledger *ledger, int64_t now_ms);

const struct sms_ledger_counters *sms_ledger_counters(const struct sms_ledger *ledger);
