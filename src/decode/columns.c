/* SPDX-License-Identifier: Apache-2.0 */
#include "columns.h"

#include "octets.h"

#include "simsieve/base/hash.h"

#include <string.h>

#define NAME_HASH_HEX_SIZE 16

void columns_set_decimal(struct columns *columns, enum cdr_field field, uint64_t value)
{
    struct text text = columns_text(columns, field);
    octets_add_decimal(&text, value);
    columns_set(columns, field, &text);
}

void columns_set_outcome(struct columns *columns, enum cdr_outcome outcome)
{
    const char *word = cdr_outcome_name(outcome);
    columns_borrow(columns, CDR_OUTCOME, word, strlen(word));
}

void columns_set_name(struct columns *columns, enum cdr_field field, const char *bytes, size_t length)
{
    struct text text = columns_text(columns, field);
    const bool is_long = length > NAME_BYTES_MAX;
    text_add_bytes(&text, bytes, is_long ? NAME_BYTES_MAX - NAME_HASH_HEX_SIZE : length);
    if (is_long) {
        const uint64_t hash = hash_bytes(bytes, length);
        for (unsigned shift = 64; shift > 0; shift -= 4)
            text_add_bytes(&text, &"0123456789abcdef"[hash >> (shift - 4) & 15], 1);
    }
    columns_set(columns, field, &text);
}
