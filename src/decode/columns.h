/* SPDX-License-Identifier: Apache-2.0
 * The texts of one record's columns on the stack: what a binary decoder fills and decode_fields reads, so that every
 * check, reason and limit is the same in all formats. */
#pragma once

#include "simsieve/decode/decoder.h"

/* More than any valid text but a switch's or trunk's name, which columns_add_name shortens. */
#define COLUMN_BYTES 64

struct columns {
    struct slice fields[CDR_FIELD_COUNT];
    char room[CDR_FIELD_COUNT][COLUMN_BYTES];
};

/* Any thread. A text over the room of a column; columns_set makes it the column's. */
static inline struct text columns_text(struct columns *columns, enum cdr_field field)
{
    return text_over(columns->room[field], COLUMN_BYTES);
}

static inline void columns_set(struct columns *columns, enum cdr_field field, const struct text *text)
{
    columns->fields[field] = (struct slice){text->data, text->length};
}

/* Any thread. A word or other bytes that outlive the columns. */
static inline void columns_borrow(struct columns *columns, enum cdr_field field, const char *bytes,
                                  size_t length)
{
    columns->fields[field] = (struct slice){bytes, length};
}

/* Any thread. A decimal number. */
void columns_set_decimal(struct columns *columns, enum cdr_field field, uint64_t value);

/* Any thread. An outcome's word; nothing for CDR_OUTCOME_NONE. */
void columns_set_outcome(struct columns *columns, enum cdr_outcome outcome);

/* Any thread. A name: one above NAME_BYTES_MAX becomes its beginning and a hash of it all, so that two long names
 * stay two. */
void columns_set_name(struct columns *columns, enum cdr_field field, const char *bytes, size_t length);
