/* SPDX-License-Identifier: Apache-2.0
 * The parts of the TS 32.298 decoder: ts32298.c finds the record and puts its columns together, ts32298_parties.c
 * knows who takes part in it, ts32298_outcome.c how it ended. */
#pragma once

#include "columns.h"
#include "forms.h"

/* Any thread. Makes the number in a slot a column; nothing when there is none in it. */
void ts32298_put_number(struct columns *columns, enum cdr_field field, const struct members *members,
                        enum slot slot);

/* Any thread. Fills IMSI and IMEI of the served subscriber, `party` being where a record without members of its own
 * for them names him. */
void ts32298_put_identity(struct columns *columns, const struct members *members, enum slot party);

/* Any thread. Fills the serving cell, in whatever way it is told. A cell without its network belongs to the one that
 * wrote the record, which is the subscriber's when that is Vietnamese. */
void ts32298_put_cell(struct columns *columns, const struct members *members);

/* Any thread. Whether forwarding is among the supplementary services used (TS 29.002 SS-Code). */
bool ts32298_is_forwarded(const struct members *members);

/* Any thread. Whether the telephony server diverted the session, and then to whom, as SLOT_DIVERTED_TO (TS 32.275). */
bool ts32298_is_diverted(struct members *members);

/* Any thread. Whether a body of a message is an SMS on its way between a phone and the service centre. */
bool ts32298_carries_sms(const struct members *members);

/* Any thread. Fills outcome and duration of a call, or outcome of an SMS. */
void ts32298_put_call_outcome(struct columns *columns, const struct members *members);
void ts32298_put_session_outcome(struct columns *columns, const struct members *members);
void ts32298_put_sms_outcome(struct columns *columns, const struct members *members);

/* Any thread. An INTEGER or ENUMERATED, `otherwise` when it is not there or no number. */
static inline uint64_t ts32298_value(const struct members *members, enum slot slot, uint64_t otherwise)
{
    uint64_t value;
    return members_has(members, slot) && ber_unsigned(&members->elements[slot], &value) ? value : otherwise;
}
