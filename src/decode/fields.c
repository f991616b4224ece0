/* SPDX-License-Identifier: Apache-2.0
 * From a record's fields to the record: one row a field, in the order of fields.def, which is the order of checks
 * that reasons.def promises (the time comes before the numbers: a range of the plan has a time). A field is a text,
 * which its row reads, or a value already (columns.h), which it takes; both end in the same check. */
#include "columns.h"
#include "lines.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/swar.h"
#include "simsieve/base/text.h"

#include <string.h>

#define DURATION_S_MAX         4294967
#define TEMPLATE_BYTES_MAX     64
#define TEMPLATE_HASH_HEX_SIZE 16

/* Types and outcomes by a hash without collisions: one guess, one compare. A word that joins them and meets
 * another's slot is a compiler warning (initialised twice), so an error. */
#define WORD_SLOT_COUNT           16
#define WORD_SLOT(length, b0, b1) (((length)*5 + (size_t)(b0) + (size_t)(b1)*4) % WORD_SLOT_COUNT)

/* One above the type: 0 is no word. */
static const uint8_t type_slots[WORD_SLOT_COUNT] = {
    [WORD_SLOT(7, 'm', 'o')] = CDR_MO_CALL + 1,       [WORD_SLOT(7, 'm', 't')] = CDR_MT_CALL + 1,
    [WORD_SLOT(12, 'f', 'o')] = CDR_FORWARD_CALL + 1, [WORD_SLOT(11, 'i', 'n')] = CDR_INC_GATEWAY + 1,
    [WORD_SLOT(11, 'o', 'u')] = CDR_OUT_GATEWAY + 1,  [WORD_SLOT(7, 't', 'r')] = CDR_TRANSIT + 1,
    [WORD_SLOT(6, 'm', 'o')] = CDR_MO_SMS + 1,        [WORD_SLOT(6, 'm', 't')] = CDR_MT_SMS + 1,
};

static const uint8_t outcome_slots[WORD_SLOT_COUNT] = {
    [WORD_SLOT(8, 'a', 'n')] = CDR_ANSWERED,     [WORD_SLOT(9, 'n', 'o')] = CDR_NO_ANSWER,
    [WORD_SLOT(4, 'b', 'u')] = CDR_BUSY,         [WORD_SLOT(8, 'r', 'e')] = CDR_REJECTED,
    [WORD_SLOT(11, 'u', 'n')] = CDR_UNREACHABLE, [WORD_SLOT(6, 'f', 'a')] = CDR_FAILED,
    [WORD_SLOT(9, 'd', 'e')] = CDR_DELIVERED,
};
static_assert(CDR_OUTCOME_NONE == 0, "0 is no word");

/* The slot of a text of at least two bytes. */
static size_t word_slot(struct slice text)
{
    return WORD_SLOT(text.length, (unsigned char)text.bytes[0], (unsigned char)text.bytes[1]);
}

/* Reasons of the numbering plan's refusals. */
static const uint8_t a_reasons[NUMBERING_STATUS_COUNT] = {
    [NUMBERING_OK] = REASON_NONE,
    [NUMBERING_EMPTY] = REASON_A_MISSING,
    [NUMBERING_BAD_CHARACTER] = REASON_A_CHARACTER,
    [NUMBERING_TOO_SHORT] = REASON_A_TOO_SHORT,
    [NUMBERING_TOO_LONG] = REASON_A_TOO_LONG,
    [NUMBERING_UNKNOWN_PREFIX] = REASON_A_UNKNOWN_PREFIX,
    [NUMBERING_NOT_IN_USE] = REASON_A_NOT_IN_USE,
    [NUMBERING_AMBIGUOUS] = REASON_A_AMBIGUOUS,
    [NUMBERING_SENDER_TOO_LONG] = REASON_A_SENDER_TOO_LONG,
    [NUMBERING_NAMES_FULL] = REASON_NAMES_FULL,
};

static const uint8_t b_reasons[NUMBERING_STATUS_COUNT] = {
    [NUMBERING_OK] = REASON_NONE,
    [NUMBERING_EMPTY] = REASON_B_MISSING,
    [NUMBERING_BAD_CHARACTER] = REASON_B_CHARACTER,
    [NUMBERING_TOO_SHORT] = REASON_B_TOO_SHORT,
    [NUMBERING_TOO_LONG] = REASON_B_TOO_LONG,
    [NUMBERING_UNKNOWN_PREFIX] = REASON_B_UNKNOWN_PREFIX,
    [NUMBERING_NOT_IN_USE] = REASON_B_NOT_IN_USE,
    [NUMBERING_AMBIGUOUS] = REASON_B_AMBIGUOUS,
    [NUMBERING_SENDER_TOO_LONG] = REASON_B_CHARACTER, /* these two cannot be: no senders are asked for */
    [NUMBERING_NAMES_FULL] = REASON_B_CHARACTER,
};

static bool is_digit(char byte)
{
    return (unsigned char)(byte - '0') <= 9;
}

static bool is_word(struct slice text, const char *word)
{
    return strncmp(word, text.bytes, text.length) == 0 && word[text.length] == 0;
}

static enum reason read_type(const struct decode_context *context, struct slice text, struct cdr *cdr)
{
    (void)context;
    if (text.length < 2)
        return REASON_TYPE_UNKNOWN;
    const uint8_t guess = type_slots[word_slot(text)];
    if (guess == 0 || !is_word(text, cdr_type_name((enum cdr_type)(guess - 1))))
        return REASON_TYPE_UNKNOWN;
    cdr->type = guess - 1;
    return REASON_NONE;
}

static enum reason take_type(const struct decode_context *context, const union column *value, struct cdr *cdr)
{
    (void)context;
    cdr->type = (uint8_t)value->integer;
    return REASON_NONE;
}

static enum reason read_time(const struct decode_context *context, struct slice text, struct cdr *cdr)
{
    static const uint8_t reasons[] = {
        [CALENDAR_OK] = REASON_NONE,
        [CALENDAR_MALFORMED] = REASON_TIME_MALFORMED,
        [CALENDAR_NO_OFFSET] = REASON_TIME_NO_OFFSET,
        [CALENDAR_OUT_OF_RANGE] = REASON_TIME_OUT_OF_RANGE,
    };
    (void)context;
    return (enum reason)reasons[calendar_parse(text.bytes, text.length, &cdr->time_ms)];
}

static enum reason take_time(const struct decode_context *context, const union column *value, struct cdr *cdr)
{
    (void)context;
    cdr->time_ms = value->time_ms;
    return calendar_is_in_range(value->time_ms) ? REASON_NONE : REASON_TIME_OUT_OF_RANGE;
}

static enum reason read_a(const struct decode_context *context, struct slice text, struct cdr *cdr)
{
    return (enum reason)a_reasons[numbering_parse(context->numbering, context->names, text.bytes, text.length,
                                                  cdr->time_ms, &cdr->a)];
}

static inline struct digits digits_of(const union column *value)
{
    return (struct digits){value->number.value, value->number.count};
}

static enum numbering_status take_number(const struct decode_context *context, const union column *value,
                                         int64_t time_ms, uint64_t *number)
{
    return numbering_resolve(context->numbering, digits_of(value), (enum digits_form)value->number.form,
                             time_ms, number);
}

static enum reason take_a(const struct decode_context *context, const union column *value, struct cdr *cdr)
{
    return (enum reason)a_reasons[take_number(context, value, cdr->time_ms, &cdr->a)];
}

/* A number of a party that cannot be an alphanumeric sender. */
static enum numbering_status read_number(const struct decode_context *context, struct slice text,
                                         int64_t time_ms, uint64_t *number)
{
    return numbering_parse(context->numbering, NULL, text.bytes, text.length, time_ms, number);
}

static enum reason read_b(const struct decode_context *context, struct slice text, struct cdr *cdr)
{
    return (enum reason)b_reasons[read_number(context, text, cdr->time_ms, &cdr->b)];
}

static enum reason take_b(const struct decode_context *context, const union column *value, struct cdr *cdr)
{
    return (enum reason)b_reasons[take_number(context, value, cdr->time_ms, &cdr->b)];
}

static enum reason read_forwarded_by(const struct decode_context *context, struct slice text, struct cdr *cdr)
{
    return read_number(context, text, cdr->time_ms, &cdr->forwarded_by) ? REASON_FORWARDED_BY : REASON_NONE;
}

static enum reason take_forwarded_by(const struct decode_context *context, const union column *value,
                                     struct cdr *cdr)
{
    return take_number(context, value, cdr->time_ms, &cdr->forwarded_by) ? REASON_FORWARDED_BY : REASON_NONE;
}

/* Calls and SMS end in different ways. */
static enum reason put_outcome(uint64_t outcome, struct cdr *cdr)
{
    static const uint16_t of_calls = 1u << CDR_ANSWERED | 1u << CDR_NO_ANSWER | 1u << CDR_BUSY |
                                     1u << CDR_REJECTED | 1u << CDR_UNREACHABLE | 1u << CDR_FAILED;
    static const uint16_t of_sms = 1u << CDR_DELIVERED | 1u << CDR_FAILED;
    if (!((cdr_is_sms(cdr) ? of_sms : of_calls) >> outcome & 1))
        return REASON_OUTCOME;
    cdr->outcome = (uint8_t)outcome;
    return REASON_NONE;
}

static enum reason take_outcome(const struct decode_context *context, const union column *value,
                                struct cdr *cdr)
{
    (void)context;
    return put_outcome(value->integer, cdr);
}

static enum reason read_outcome(const struct decode_context *context, struct slice text, struct cdr *cdr)
{
    (void)context;
    if (text.length < 2)
        return REASON_OUTCOME;
    const uint8_t guess = outcome_slots[word_slot(text)];
    if (guess == 0 || !is_word(text, cdr_outcome_name((enum cdr_outcome)guess)))
        return REASON_OUTCOME;
    return put_outcome(guess, cdr);
}

static enum reason put_duration(uint64_t seconds, struct cdr *cdr)
{
    if (seconds > DURATION_S_MAX)
        return REASON_DURATION;
    cdr->duration_s = (uint32_t)seconds;
    return REASON_NONE;
}

static enum reason take_duration(const struct decode_context *context, const union column *value,
                                 struct cdr *cdr)
{
    (void)context;
    return put_duration(value->integer, cdr);
}

static enum reason read_duration(const struct decode_context *context, struct slice text, struct cdr *cdr)
{
    uint64_t seconds = 0;
    size_t at = 0;
    (void)context;
    for (; at < text.length && is_digit(text.bytes[at]) && seconds <= DURATION_S_MAX; at++)
        seconds = seconds * 10 + (uint64_t)(text.bytes[at] - '0');
    if (at < text.length) {
        bool has_fraction = false;
        if (at == 0 || text.bytes[at] != '.' || at + 1 == text.length)
            return REASON_DURATION;
        for (at++; at < text.length; at++) {
            if (!is_digit(text.bytes[at]))
                return REASON_DURATION;
            has_fraction |= text.bytes[at] != '0';
        }
        seconds += has_fraction;
    }
    return put_duration(seconds, cdr);
}

/* Identities keep their leading zeros. */
static enum reason put_imsi(struct digits digits, struct cdr *cdr)
{
    if (digits.count < 6 || digits.count > 15)
        return REASON_IMSI;
    cdr->imsi = digits_make(digits.value, digits.count);
    return REASON_NONE;
}

static enum reason put_imei(struct digits digits, struct cdr *cdr)
{
    if (digits.count < 14 || digits.count > 16)
        return REASON_IMEI;
    cdr->imei = digits_make(digits.value, digits.count);
    return REASON_NONE;
}

/* No digits when there is something else among them. */
static struct digits read_digits(struct slice text)
{
    struct digits digits = {0, 0};
    if (text.length <= DIGITS_COUNT_MAX && text_parse_u64(text.bytes, text.length, UINT64_MAX, &digits.value))
        digits.count = (unsigned)text.length;
    return digits;
}

static enum reason read_imsi(const struct decode_context *context, struct slice text, struct cdr *cdr)
{
    (void)context;
    return put_imsi(read_digits(text), cdr);
}

static enum reason take_imsi(const struct decode_context *context, const union column *value, struct cdr *cdr)
{
    (void)context;
    return put_imsi(digits_of(value), cdr);
}

static enum reason read_imei(const struct decode_context *context, struct slice text, struct cdr *cdr)
{
    (void)context;
    return put_imei(read_digits(text), cdr);
}

static enum reason take_imei(const struct decode_context *context, const union column *value, struct cdr *cdr)
{
    (void)context;
    return put_imei(digits_of(value), cdr);
}

static enum reason read_cell(const struct decode_context *context, struct slice text, struct cdr *cdr)
{
    (void)context;
    return cdr_cell_parse(text.bytes, text.length, &cdr->cell) ? REASON_NONE : REASON_CELL;
}

static enum reason take_cell(const struct decode_context *context, const union column *value, struct cdr *cdr)
{
    (void)context;
    cdr->cell = value->cell;
    return REASON_NONE;
}

/* Names are only measured here: see intern_names. */
static enum reason read_trunk(const struct decode_context *context, struct slice text, struct cdr *cdr)
{
    (void)context;
    (void)cdr;
    return text.length <= NAME_BYTES_MAX ? REASON_NONE : REASON_TRUNK;
}

static enum reason read_switch(const struct decode_context *context, struct slice text, struct cdr *cdr)
{
    (void)context;
    (void)cdr;
    return text.length <= NAME_BYTES_MAX ? REASON_NONE : REASON_SWITCH;
}

/* A name that was interned before. */
static enum reason take_switch(const struct decode_context *context, const union column *value,
                               struct cdr *cdr)
{
    (void)context;
    cdr->switch_name = value->integer;
    return REASON_NONE;
}

static enum reason read_seq(const struct decode_context *context, struct slice text, struct cdr *cdr)
{
    (void)context;
    return text_parse_u64(text.bytes, text.length, UINT64_MAX, &cdr->seq) ? REASON_NONE : REASON_SEQ;
}

static enum reason take_seq(const struct decode_context *context, const union column *value, struct cdr *cdr)
{
    (void)context;
    cdr->seq = value->integer;
    return REASON_NONE;
}

static enum reason put_sms_parts(uint64_t parts, struct cdr *cdr)
{
    if (parts == 0 || parts > UINT8_MAX)
        return REASON_SMS_PARTS;
    cdr->sms_parts = (uint8_t)parts;
    return REASON_NONE;
}

static enum reason read_sms_parts(const struct decode_context *context, struct slice text, struct cdr *cdr)
{
    uint64_t parts;
    (void)context;
    return text_parse_u64(text.bytes, text.length, UINT8_MAX, &parts) ? put_sms_parts(parts, cdr)
                                                                      : REASON_SMS_PARTS;
}

static enum reason take_sms_parts(const struct decode_context *context, const union column *value,
                                  struct cdr *cdr)
{
    (void)context;
    return put_sms_parts(value->integer, cdr);
}

static bool parse_hexadecimal(struct slice text, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < text.length; i++) {
        const char byte = text.bytes[i], lower = (char)(byte | 0x20);
        if (!is_digit(byte) && (lower < 'a' || lower > 'f'))
            return false;
        *value = *value << 4 | (uint64_t)(is_digit(byte) ? byte - '0' : lower - 'a' + 10);
    }
    return true;
}

/* 16 hexadecimal digits are how a record prints its fingerprint: they read back as themselves. */
static enum reason read_sms_template(const struct decode_context *context, struct slice text, struct cdr *cdr)
{
    (void)context;
    if (text.length > TEMPLATE_BYTES_MAX)
        return REASON_SMS_TEMPLATE;
    if (text.length != TEMPLATE_HASH_HEX_SIZE || !parse_hexadecimal(text, &cdr->sms_template))
        cdr->sms_template = hash_bytes(text.bytes, text.length);
    return REASON_NONE;
}

static const struct {
    enum reason (*read)(const struct decode_context *context, struct slice text, struct cdr *cdr);
    enum reason (*take)(const struct decode_context *context, const union column *value, struct cdr *cdr);
    enum reason missing; /* REASON_NONE: may be absent */
    enum reason damaged; /* of a value that could not be read */
} rows[CDR_FIELD_COUNT] = {
    [CDR_TYPE] = {read_type, take_type, REASON_TYPE_MISSING, REASON_TYPE_UNKNOWN},
    [CDR_TIME] = {read_time, take_time, REASON_TIME_MISSING, REASON_TIME_MALFORMED},
    [CDR_A] = {read_a, take_a, REASON_A_MISSING, REASON_A_CHARACTER},
    [CDR_B] = {read_b, take_b, REASON_B_MISSING, REASON_B_CHARACTER},
    [CDR_FORWARDED_BY] = {read_forwarded_by, take_forwarded_by, REASON_NONE, REASON_FORWARDED_BY},
    [CDR_OUTCOME] = {read_outcome, take_outcome, REASON_NONE, REASON_OUTCOME},
    [CDR_DURATION] = {read_duration, take_duration, REASON_NONE, REASON_DURATION},
    [CDR_IMSI] = {read_imsi, take_imsi, REASON_NONE, REASON_IMSI},
    [CDR_IMEI] = {read_imei, take_imei, REASON_NONE, REASON_IMEI},
    [CDR_CELL] = {read_cell, take_cell, REASON_NONE, REASON_CELL},
    [CDR_TRUNK] = {read_trunk, NULL, REASON_NONE, REASON_TRUNK},
    [CDR_SWITCH] = {read_switch, take_switch, REASON_NONE, REASON_SWITCH},
    [CDR_SEQ] = {read_seq, take_seq, REASON_NONE, REASON_SEQ},
    [CDR_SMS_PARTS] = {read_sms_parts, take_sms_parts, REASON_NONE, REASON_SMS_PARTS},
    [CDR_SMS_TEMPLATE] = {read_sms_template, NULL, REASON_NONE, REASON_SMS_TEMPLATE},
};
static_assert(CDR_FIELD_COUNT <= 16, "a bit of cdr.valid each");

/* Those of `rows` that may not be absent, a bit each. */
static const unsigned required_fields = 1u << CDR_TYPE | 1u << CDR_TIME | 1u << CDR_A | 1u << CDR_B;

/* After all checks, so that a damaged record leaves no name in the table. */
static enum reason intern_name(const struct decode_context *context, const struct cdr *cdr,
                               enum cdr_field field, struct slice text, uint64_t *name)
{
    if (!cdr_has(cdr, field))
        return REASON_NONE;
    if (text.bytes[0] <= ' ' || text.bytes[text.length - 1] <= ' ')
        text = slice_trim(text);
    *name = names_intern(context->names, text.bytes, text.length);
    return *name ? REASON_NONE : REASON_NAMES_FULL;
}

/* The text of a field of `columns`, or else of `texts`; nothing when it is not there. */
ALWAYS_INLINE struct slice text_of(const struct slice *texts, const struct columns *columns, unsigned field)
{
    if (!columns)
        return texts[field];
    return columns->present >> field & 1 ? columns->fields[field].text : (struct slice){NULL, 0};
}

/* One field into the record: its value, or its text, trimmed. REASON_NONE without a bit in `valid` where nothing
 * stands that may be absent. */
ALWAYS_INLINE enum reason put_field(const struct decode_context *context, enum cdr_field field,
                                    const struct slice *texts, const struct columns *columns, struct cdr *cdr,
                                    unsigned *valid)
{
    const unsigned bit = 1u << field;
    if (columns && rows[field].take && columns->values & bit) {
        *valid |= bit;
        return unlikely(columns->damaged & bit) ? rows[field].damaged
                                                : rows[field].take(context, &columns->fields[field], cdr);
    }
    struct slice text = text_of(texts, columns, field);
    if (text.length > 0 && (text.bytes[0] <= ' ' || text.bytes[text.length - 1] <= ' '))
        text = slice_trim(text);
    if (text.length > 0) {
        *valid |= bit;
        return rows[field].read(context, text, cdr);
    }
    return field == CDR_A && cdr->type == CDR_MT_SMS ? REASON_NONE : rows[field].missing;
}

/* The fields `wanted`, a bit each, and the required ones. One copy of put_field a field, each with its own row in it:
 * every record comes by here. */
ALWAYS_INLINE enum reason decode(const struct decode_context *context, unsigned wanted,
                                 const struct slice *texts, const struct columns *columns, struct cdr *cdr)
{
    enum reason reason;
    bool is_names_full = false;
    unsigned valid = 0;
    *cdr = (struct cdr){0};
    wanted |= required_fields;
#define FIELD(id, column, need, meaning)                                    \
    if (wanted >> CDR_##id & 1) {                                           \
        reason = put_field(context, CDR_##id, texts, columns, cdr, &valid); \
        if (unlikely(reason != REASON_NONE) && reason != REASON_NAMES_FULL) \
            return reason;                                                  \
        is_names_full |= reason == REASON_NAMES_FULL;                       \
    }
#include "simsieve/record/fields.def"
#undef FIELD
    cdr->valid = (uint16_t)valid;
    if (is_names_full ||
        intern_name(context, cdr, CDR_TRUNK, text_of(texts, columns, CDR_TRUNK), &cdr->trunk_name))
        return REASON_NAMES_FULL;
    if (cdr->switch_name)
        return REASON_NONE;
    return intern_name(context, cdr, CDR_SWITCH, text_of(texts, columns, CDR_SWITCH), &cdr->switch_name);
}

enum reason decode_fields(const struct decode_context *context,
                          const struct slice fields[static CDR_FIELD_COUNT], struct cdr *cdr)
{
    unsigned wanted = 0;
    for (unsigned field = 0; field < CDR_FIELD_COUNT; field++)
        wanted |= (unsigned)(fields[field].length > 0) << field;
    return decode(context, wanted, fields, NULL, cdr);
}

enum reason decode_columns(const struct decode_context *context, const struct columns *columns,
                           struct cdr *cdr)
{
    return decode(context, columns->present, NULL, columns, cdr);
}
