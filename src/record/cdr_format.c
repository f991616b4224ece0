/* SPDX-License-Identifier: Apache-2.0
 * The canonical text of a record: what is written here reads back as the same record. */
#include "simsieve/base/text.h"
#include "simsieve/record/cdr.h"

#include <string.h>

/* Room for the longest value of one field: a name. */
#define VALUE_BYTES 64
static_assert(VALUE_BYTES > NAME_BYTES_MAX && VALUE_BYTES >= CALENDAR_TEXT_BYTES &&
                  VALUE_BYTES > NUMBER_TEXT_BYTES,
              "every value fits");

/* An E.164 number of fewer digits could be a national one written without its 0. */
#define PLAIN_NUMBER_MIN UINT64_C(10000000000)

static const struct {
    const char *name;
    bool is_required;
    const char *meaning;
} columns[] = {
#define OPTIONAL                         false
#define REQUIRED                         true
#define FIELD(id, column, need, meaning) [CDR_##id] = {column, need, meaning},
#include "simsieve/record/fields.def"
#undef FIELD
#undef REQUIRED
#undef OPTIONAL
};

static const char *const type_names[] = {
    [CDR_MO_CALL] = "mo_call",         [CDR_MT_CALL] = "mt_call",         [CDR_FORWARD_CALL] = "forward_call",
    [CDR_INC_GATEWAY] = "inc_gateway", [CDR_OUT_GATEWAY] = "out_gateway", [CDR_TRANSIT] = "transit",
    [CDR_MO_SMS] = "mo_sms",           [CDR_MT_SMS] = "mt_sms",
};
static_assert(ARRAY_COUNT(type_names) == CDR_TYPE_COUNT, "one word a type");

static const char *const outcome_names[] = {
    [CDR_OUTCOME_NONE] = "", [CDR_ANSWERED] = "answered",   [CDR_NO_ANSWER] = "no_answer",
    [CDR_BUSY] = "busy",     [CDR_REJECTED] = "rejected",   [CDR_UNREACHABLE] = "unreachable",
    [CDR_FAILED] = "failed", [CDR_DELIVERED] = "delivered",
};
static_assert(ARRAY_COUNT(outcome_names) == CDR_OUTCOME_COUNT, "one word an outcome");

const char *cdr_column(enum cdr_field field)
{
    CHECK(field < CDR_FIELD_COUNT);
    return columns[field].name;
}

bool cdr_column_is_required(enum cdr_field field)
{
    CHECK(field < CDR_FIELD_COUNT);
    return columns[field].is_required;
}

const char *cdr_column_meaning(enum cdr_field field)
{
    CHECK(field < CDR_FIELD_COUNT);
    return columns[field].meaning;
}

const char *cdr_type_name(enum cdr_type type)
{
    CHECK(type < CDR_TYPE_COUNT);
    return type_names[type];
}

const char *cdr_outcome_name(enum cdr_outcome outcome)
{
    CHECK(outcome < CDR_OUTCOME_COUNT);
    return outcome_names[outcome];
}

/* At least `width` digits. printf would be half the cost of writing a record. */
static void add_decimal(struct text *text, uint64_t value, size_t width)
{
    char digits[20];
    size_t at = sizeof(digits);
    CHECK(width <= sizeof(digits));
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0 || sizeof(digits) - at < width);
    text_add_bytes(text, digits + at, sizeof(digits) - at);
}

static void add_string(struct text *text, const char *string)
{
    text_add_bytes(text, string, strlen(string));
}

static void add_number(struct text *text, uint64_t number, const struct names *names)
{
    const enum number_kind kind = number_kind(number);
    const uint64_t value = number_value(number);
    if (kind == NUMBER_NONE)
        return;
    if (kind == NUMBER_SENDER) {
        add_string(text, names_text(names, value));
        return;
    }
    if (!number_is_service(number) && value < PLAIN_NUMBER_MIN)
        text_add_bytes(text, "+", 1);
    add_decimal(text, value, 1);
}

/* IMSI or IMEI: the length is part of the value (DIGITS_LENGTH_SHIFT). */
static void add_digits(struct text *text, uint64_t digits)
{
    add_decimal(text, digits & (((uint64_t)1 << DIGITS_LENGTH_SHIFT) - 1), digits >> DIGITS_LENGTH_SHIFT);
}

static void add_cell(struct text *text, const struct cdr_cell *cell)
{
    add_decimal(text, cell->plmn / 2000, 3);
    text_add_bytes(text, "-", 1);
    add_decimal(text, cell->plmn % 2000 / 2, 2 + cell->plmn % 2);
    text_add_bytes(text, "-", 1);
    add_decimal(text, cell->area, 1);
    text_add_bytes(text, "-", 1);
    add_decimal(text, cell->cell, 1);
}

static void add_time(struct text *text, int64_t time_ms)
{
    char buffer[CALENDAR_TEXT_BYTES];
    add_string(text, calendar_format(time_ms, buffer));
}

static void add_hex(struct text *text, uint64_t value)
{
    char digits[16];
    for (size_t i = 0; i < sizeof(digits); i++)
        digits[i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
    text_add_bytes(text, digits, sizeof(digits));
}

void cdr_format_field(struct text *text, const struct cdr *cdr, enum cdr_field field,
                      const struct names *names)
{
    if (!cdr_has(cdr, field))
        return;
    switch (field) {
    case CDR_TYPE:
        add_string(text, cdr_type_name(cdr->type));
        break;
    case CDR_TIME:
        add_time(text, cdr->time_ms);
        break;
    case CDR_A:
        add_number(text, cdr->a, names);
        break;
    case CDR_B:
        add_number(text, cdr->b, names);
        break;
    case CDR_FORWARDED_BY:
        add_number(text, cdr->forwarded_by, names);
        break;
    case CDR_OUTCOME:
        add_string(text, cdr_outcome_name(cdr->outcome));
        break;
    case CDR_DURATION:
        add_decimal(text, cdr->duration_s, 1);
        break;
    case CDR_IMSI:
        add_digits(text, cdr->imsi);
        break;
    case CDR_IMEI:
        add_digits(text, cdr->imei);
        break;
    case CDR_CELL:
        add_cell(text, &cdr->cell);
        break;
    case CDR_TRUNK:
        add_string(text, names_text(names, cdr->trunk_name));
        break;
    case CDR_SWITCH:
        add_string(text, names_text(names, cdr->switch_name));
        break;
    case CDR_SEQ:
        add_decimal(text, cdr->seq, 1);
        break;
    case CDR_SMS_PARTS:
        add_decimal(text, cdr->sms_parts, 1);
        break;
    case CDR_SMS_TEMPLATE:
        add_hex(text, cdr->sms_template);
        break;
    case CDR_FIELD_COUNT:
        CHECK(field < CDR_FIELD_COUNT);
    }
}

static bool is_json_number(enum cdr_field field)
{
    return field == CDR_DURATION || field == CDR_SEQ || field == CDR_SMS_PARTS;
}

void cdr_format_json(struct text *text, const struct cdr *cdr, const struct names *names)
{
    char buffer[VALUE_BYTES];
    const char *separator = "{\"";
    for (enum cdr_field field = 0; field < CDR_FIELD_COUNT; field++) {
        if (!cdr_has(cdr, field))
            continue;
        struct text value = text_over(buffer, sizeof(buffer));
        cdr_format_field(&value, cdr, field, names);
        add_string(text, separator);
        add_string(text, columns[field].name);
        text_add_bytes(text, "\":", 2);
        if (is_json_number(field))
            text_add_bytes(text, value.data, value.length);
        else
            text_add_json(text, value.data, value.length);
        separator = ",\"";
    }
    text_add_bytes(text, "}", 1);
}

/* RFC 4180 section 2, rules 5 to 7; spaces at the ends are quoted too, because many readers strip them. */
static void add_csv_value(struct text *text, const char *bytes, size_t length)
{
    const bool is_plain =
        length == 0 || (strcspn(bytes, ",\"\r\n") >= length && bytes[0] != ' ' && bytes[0] != '\t' &&
                        bytes[length - 1] != ' ' && bytes[length - 1] != '\t');
    if (is_plain) {
        text_add_bytes(text, bytes, length);
        return;
    }
    text_add_bytes(text, "\"", 1);
    for (size_t i = 0; i < length; i++) {
        text_add_bytes(text, bytes + i, 1);
        if (bytes[i] == '"')
            text_add_bytes(text, "\"", 1);
    }
    text_add_bytes(text, "\"", 1);
}

void cdr_format_csv(struct text *text, const struct cdr *cdr, const struct names *names)
{
    char buffer[VALUE_BYTES];
    for (enum cdr_field field = 0; field < CDR_FIELD_COUNT; field++) {
        struct text value = text_over(buffer, sizeof(buffer));
        cdr_format_field(&value, cdr, field, names);
        if (field > 0)
            text_add_bytes(text, ",", 1);
        add_csv_value(text, value.data, value.length);
    }
}
