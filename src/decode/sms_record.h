/* SPDX-License-Identifier: Apache-2.0
 * One SMPP submission as a record (smpp.md). */
#pragma once

#include "simsieve/decode/decoder.h"
#include "simsieve/packet/smpp.h"

/* Any thread. The record of one destination of a message, as far as the message tells: all but outcome, source and
 * line. The text becomes a hash, which of a text in parts is that of the part: their sum is the text's. */
enum reason sms_record_make(const struct decode_context *context, const struct smpp_pdu *pdu,
                            const struct smpp_address *destination, int64_t time_ms, struct cdr *cdr);

/* Any thread. The number of an address, 0 when it is none. */
uint64_t sms_record_number(const struct decode_context *context, const struct smpp_address *address,
                           int64_t time_ms);
