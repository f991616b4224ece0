/* SPDX-License-Identifier: Apache-2.0
 * One BER record of TS 32.298, or of a vendor's variant, to one record of ours (ts32298.md). */
#pragma once

#include "forms.h"

#include "simsieve/decode/decoder.h"

/* Whose records they are. The tags of TS 32.298 need no domain: where two domains share one, neither record is a
 * call or an SMS. A vendor's do: they mean something else. */
enum ts32298_variant {
    TS32298_STANDARD,
    TS32298_HUAWEI,  /* MSOFTX 3000 */
    TS32298_ERICSSON /* MSC server, CME 20 */
};

#define TS32298_SWITCH_COUNT 16

/* The records of one input: whose they are, and the switches that wrote the last ones, so that a name is not looked up
 * for each record of a switch. */
struct ts32298 {
    const struct decode_context *context;
    enum ts32298_variant variant;
    struct ts32298_switch {
        uint64_t address; /* its octets */
        uint64_t length;  /* of them; 0: none yet */
        uint64_t name;
    } switches[TS32298_SWITCH_COUNT]; /* by a hash of the address */
};

static inline struct ts32298 ts32298_start(const struct decode_context *context, enum ts32298_variant variant)
{
    return (struct ts32298){.context = context, .variant = variant};
}

/* One thread. As ts32298_decode, for the next record of an input. */
enum reason ts32298_next(struct ts32298 *input, const uint8_t *bytes, size_t length, struct cdr *cdr);

/* Any thread. Decodes the record at `bytes`, which may be followed by padding (00 or FF). REASON_NONE when `cdr` is
 * filled (all but `source` and `line`); `cdr->partial` then says whether it is a part of a call (partials.h).
 * Reasons without damage: REASON_NOT_CALL_OR_SMS, REASON_SAME_CALL. Bound: linear in `length`. */
enum reason ts32298_decode(const struct decode_context *context, enum ts32298_variant variant,
                           const uint8_t *bytes, size_t length, struct cdr *cdr);

static inline const struct form_table *ts32298_forms(enum ts32298_variant variant)
{
    switch (variant) {
    case TS32298_HUAWEI:
        return &forms_huawei;
    case TS32298_ERICSSON:
        return &forms_ericsson;
    default:
        return &forms_3gpp;
    }
}

/* Any thread. Whether a record of this variant may have that tag. */
static inline bool ts32298_knows(enum ts32298_variant variant, uint32_t tag)
{
    return form_find(ts32298_forms(variant), tag) != NULL;
}

/* Octets that ts32298_is_start wants to see. */
#define TS32298_START_BYTES 16

/* Any thread. Whether a record of this variant seems to start here: its tag is one, its length is no more than a
 * record may have, and its first member is what a record begins with. Fewer than TS32298_START_BYTES octets: as far as
 * they show. */
bool ts32298_is_start(enum ts32298_variant variant, const uint8_t *bytes, size_t length);
