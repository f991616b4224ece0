/* SPDX-License-Identifier: Apache-2.0
 * One call detail record: plain data, two cache lines, no pointers. Detection reads the first line; the second
 * is identity and what only some rules need. */
#pragma once

#include "simsieve/base/calendar.h"
#include "simsieve/record/number.h"

enum cdr_field {
#define FIELD(id, column, need, meaning) CDR_##id,
#include "simsieve/record/fields.def"
#undef FIELD
    CDR_FIELD_COUNT
};

enum cdr_type {
    CDR_MO_CALL,
    CDR_MT_CALL,
    CDR_FORWARD_CALL,
    CDR_INC_GATEWAY,
    CDR_OUT_GATEWAY,
    CDR_TRANSIT,
    CDR_MO_SMS,
    CDR_MT_SMS,
    CDR_TYPE_COUNT
};

enum cdr_outcome {
    CDR_OUTCOME_NONE, /* the source did not say */
    CDR_ANSWERED,
    CDR_NO_ANSWER,
    CDR_BUSY,
    CDR_REJECTED,
    CDR_UNREACHABLE,
    CDR_FAILED,
    CDR_DELIVERED,
    CDR_OUTCOME_COUNT
};

/* A switch may write a long call in several records (decode/partials.md). Bits of cdr.partial. */
enum cdr_partial {
    CDR_PARTIAL_MORE = 1,   /* the call went on after this record */
    CDR_PARTIAL_LAST = 2,   /* the end of a call of several records, or of one record that is numbered */
    CDR_PARTIAL_SHARED = 4, /* other nodes write records of this call under the same reference */
};

/* A cell of TS 23.003: PLMN (MCC x 2000 + MNC x 2 + 1 for a three-digit MNC), LAC or TAC, and CI, ECI or NCI. */
struct cdr_cell {
    uint32_t plmn;
    uint32_t area;
    uint64_t cell;
};

#define CDR_AREA_MAX ((1u << 24) - 1)          /* TAC of 5G: TS 23.003 28.6 */
#define CDR_CELL_MAX (((uint64_t)1 << 36) - 1) /* NCI: TS 23.003 19.6A */

struct cdr {
    /* first line: what counting needs */
    int64_t time_ms;
    uint64_t a; /* number.h; 0: the switch did not know the sender (mt_sms) */
    uint64_t b;
    uint64_t imei; /* the digits as an integer, with IMEI_DIGITS above them */
    struct cdr_cell cell;
    uint32_t duration_s; /* conversation */
    uint16_t valid;      /* bit 1 << enum cdr_field: absent is never zero */
    uint8_t type;        /* enum cdr_type */
    uint8_t outcome;     /* enum cdr_outcome as the source said it */
    uint8_t sms_parts;
    uint8_t partial;        /* enum cdr_partial; 0: the record is the call */
    uint8_t partial_number; /* place among the records of its call, modulo 256 */
    uint8_t unused[5];
    /* second line: identity */
    uint64_t switch_name; /* id in the name table */
    uint64_t seq;
    uint64_t imsi; /* like imei */
    uint64_t forwarded_by;
    uint64_t trunk_name; /* id in the name table */
    union {
        uint64_t sms_template;   /* SMS: fixed hash of the carrier's fingerprint */
        uint64_t call_reference; /* calls: fixed hash of the switch's reference, 0 without; not printed */
    };
    uint64_t source; /* index of the input it came from; set by the feed */
    uint64_t line;   /* line or record number in that input; set by the decoder */
};

static_assert(sizeof(struct cdr) == 2 * CACHE_LINE_BYTES, "a record is two cache lines");
static_assert(offsetof(struct cdr, switch_name) == CACHE_LINE_BYTES, "counting reads the first line only");

/* IMSI and IMEI keep leading zeros by carrying their length: digits | length << 56. */
#define DIGITS_LENGTH_SHIFT 56

static inline uint64_t digits_make(uint64_t value, size_t length)
{
    return value | (uint64_t)length << DIGITS_LENGTH_SHIFT;
}

static inline bool cdr_has(const struct cdr *cdr, enum cdr_field field)
{
    return cdr->valid >> field & 1;
}

static inline bool cdr_is_sms(const struct cdr *cdr)
{
    return cdr->type == CDR_MO_SMS || cdr->type == CDR_MT_SMS;
}

/* Any thread. Answered call or delivered SMS: the outcome wins over the duration; without an outcome a call was
 * answered if its duration is above 0, and an SMS was delivered. */
bool cdr_is_answered(const struct cdr *cdr);

/* Any thread. Conversation seconds are known: not for an answered call without a duration. */
static inline bool cdr_is_timed(const struct cdr *cdr)
{
    return !cdr_is_answered(cdr) || cdr_has(cdr, CDR_DURATION);
}

/* Any thread. The device of an IMEI: its first 14 digits (TS 23.003 6.2.1: the rest is check digit or software
 * version), 0 without IMEI. */
uint64_t cdr_device(const struct cdr *cdr);

/* Any thread. A fixed 54-bit key of the cell, 0 without cell. */
uint64_t cdr_cell_key(const struct cdr_cell *cell);

/* Any thread. The cell of its parts, the MNC having `mnc_digits`; false when TS 23.003 knows no such part. */
static inline bool cdr_cell_make(uint64_t mcc, uint64_t mnc, size_t mnc_digits, uint64_t area, uint64_t cell,
                                 struct cdr_cell *made)
{
    if (mcc == 0 || mcc > 999 || mnc_digits < 2 || mnc_digits > 3 || mnc > 999 || area > CDR_AREA_MAX ||
        cell > CDR_CELL_MAX)
        return false;
    *made = (struct cdr_cell){(uint32_t)(mcc * 2000 + mnc * 2 + (mnc_digits == 3)), (uint32_t)area, cell};
    return true;
}

/* Any thread. Reads "MCC-MNC-LAC-CI". */
bool cdr_cell_parse(const char *bytes, size_t length, struct cdr_cell *cell);

/* Any thread. Identity of a record by its content, for sources without switch and seq: the same for the same
 * content in any format, file or run (XXH3 of the fields; names by their fixed ids). */
uint64_t cdr_content_hash(const struct cdr *cdr);

/* Any thread. Total order for records of equal time: (switch name, seq), then content. */
int cdr_compare(const struct cdr *a, const struct cdr *b, const struct names *names);

/* Any thread. The column's name, whether a header must have it, and what it is. */
const char *cdr_column(enum cdr_field field);
bool cdr_column_is_required(enum cdr_field field);
const char *cdr_column_meaning(enum cdr_field field);

/* Any thread. The word of a type or an outcome ("mo_call", "answered"; "" for CDR_OUTCOME_NONE). */
const char *cdr_type_name(enum cdr_type type);
const char *cdr_outcome_name(enum cdr_outcome outcome);

struct text;

/* Any thread. Appends one column's value as the canonical files write it; nothing when it is absent. */
void cdr_format_field(struct text *text, const struct cdr *cdr, enum cdr_field field,
                      const struct names *names);

/* Any thread. Appends the whole record as one NDJSON object without newline, or as one CSV line without
 * newline (all columns, in the order of fields.def). */
void cdr_format_json(struct text *text, const struct cdr *cdr, const struct names *names);
void cdr_format_csv(struct text *text, const struct cdr *cdr, const struct names *names);

/* Longest CSV or NDJSON form of a record, names full of control characters included. */
#define CDR_TEXT_BYTES 1280
