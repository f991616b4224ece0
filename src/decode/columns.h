/* SPDX-License-Identifier: Apache-2.0
 * One record's columns on the stack: what a binary decoder fills and decode_columns reads. A column is a value, or the
 * text that the switch wrote; either goes through the checks of fields.c, so that every check, reason and limit is the
 * same in all formats. */
#pragma once

#include "octets.h"

#include "simsieve/decode/decoder.h"

/* More than any valid text but a switch's or trunk's name, which columns_set_name shortens. */
#define COLUMN_BYTES 64

union column {
    struct slice text;
    uint64_t integer; /* type, outcome, duration, seq, sms_parts; switch: a name that is in the table */
    int64_t time_ms;
    struct signalled number; /* a, b, forwarded_by, imsi, imei */
    struct cdr_cell cell;
};

/* A bit 1 << enum cdr_field each. A column is set once, unless columns_clear comes between. */
struct columns {
    uint32_t present;
    uint32_t values;  /* of those, the ones that are no texts */
    uint32_t damaged; /* of the values, those that could not be read */
    union column fields[CDR_FIELD_COUNT];
    char room[CDR_FIELD_COUNT][COLUMN_BYTES];
};

/* Any thread. One record from its columns: the checks and the reasons of decode_fields. */
enum reason decode_columns(const struct decode_context *context, const struct columns *columns,
                           struct cdr *cdr);

/* No column is there. The rest is filled as columns are. */
static inline void columns_init(struct columns *columns)
{
    columns->present = columns->values = columns->damaged = 0;
}

static inline bool columns_has(const struct columns *columns, enum cdr_field field)
{
    return columns->present >> field & 1;
}

static inline void columns_clear(struct columns *columns, enum cdr_field field)
{
    const uint32_t others = ~(1u << field);
    columns->present &= others;
    columns->values &= others;
    columns->damaged &= others;
}

/* A value that was there and could not be read. */
static inline void columns_set_damaged(struct columns *columns, enum cdr_field field)
{
    columns->present |= 1u << field;
    columns->values |= 1u << field;
    columns->damaged |= 1u << field;
}

/* Makes a column a value and returns where it goes. */
static inline union column *columns_value(struct columns *columns, enum cdr_field field)
{
    columns->present |= 1u << field;
    columns->values |= 1u << field;
    return &columns->fields[field];
}

static inline void columns_set_integer(struct columns *columns, enum cdr_field field, uint64_t value)
{
    columns_value(columns, field)->integer = value;
}

/* Any thread. An outcome; nothing for CDR_OUTCOME_NONE. */
static inline void columns_set_outcome(struct columns *columns, enum cdr_outcome outcome)
{
    if (outcome != CDR_OUTCOME_NONE)
        columns_set_integer(columns, CDR_OUTCOME, outcome);
}

/* Any thread. A number or the digits of an identity; nothing when there are none. */
static inline void columns_set_digits(struct columns *columns, enum cdr_field field, struct signalled number)
{
    if (unlikely(number.count == 0))
        return;
    columns_value(columns, field)->number = number;
    columns->damaged |= (uint32_t)number.is_damaged << field;
}

/* Any thread. A text over the room of a column; columns_set makes it the column's. */
static inline struct text columns_text(struct columns *columns, enum cdr_field field)
{
    return text_over(columns->room[field], COLUMN_BYTES);
}

/* Any thread. A text that outlives the columns; nothing when it is empty. */
static inline void columns_borrow(struct columns *columns, enum cdr_field field, const char *bytes,
                                  size_t length)
{
    if (length == 0)
        return;
    columns->present |= 1u << field;
    columns->fields[field].text = (struct slice){bytes, length};
}

static inline void columns_set(struct columns *columns, enum cdr_field field, const struct text *text)
{
    columns_borrow(columns, field, text->data, text->length);
}

/* Any thread. The name of an address that is a sender's. */
void columns_set_sender(struct columns *columns, enum cdr_field field, enum address_style style,
                        const uint8_t *bytes, size_t length);

/* Any thread. An address (TS 24.008, TS 23.040, vendors'): a number, or a sender's name. */
static inline void columns_set_address(struct columns *columns, enum cdr_field field,
                                       enum address_style style, const uint8_t *bytes, size_t length)
{
    const struct signalled number = octets_address(style, bytes, length);
    if (unlikely(number.is_sender))
        columns_set_sender(columns, field, style, bytes, length);
    else
        columns_set_digits(columns, field, number);
}

/* Any thread. The time of a stamp (octets_time_ms), `later_ms` added when there is such a time. */
void columns_set_time(struct columns *columns, const uint8_t *bytes, size_t length, int64_t later_ms);

/* Any thread. A cell of the network of three octets (TS 24.008 10.5.1.3). */
void columns_set_cell(struct columns *columns, const uint8_t plmn[static 3], uint64_t area, uint64_t cell);

/* Any thread. A cell that does not name its network: it is the one that wrote the record, which is the subscriber's
 * when that is Vietnamese. Nothing when it is not. The IMSI must be there before. */
void columns_set_home_cell(struct columns *columns, uint64_t area, uint64_t cell);

/* Any thread. A user location (TS 29.274 8.21, or TS 29.060 7.7.51); nothing when it has no cell. */
void columns_set_user_location(struct columns *columns, const uint8_t *bytes, size_t length);

/* Any thread. A name, which outlives the columns: one above NAME_BYTES_MAX becomes its beginning and a hash of it
 * all, so that two long names stay two. */
void columns_set_name(struct columns *columns, enum cdr_field field, const char *bytes, size_t length);

/* Any thread. A number as a name. */
void columns_set_number_name(struct columns *columns, enum cdr_field field, uint64_t value);
