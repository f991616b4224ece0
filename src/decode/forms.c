/* SPDX-License-Identifier: Apache-2.0 */
#include "forms.h"

const struct form *form_find(const struct form_table *table, uint32_t tag)
{
    const size_t place = TAG_PLACE(tag);
    return place < table->count && table->forms[place].tag == tag && tag != 0 ? &table->forms[place] : NULL;
}

static inline const struct member_row *row_at(const struct member_table *table, size_t place, uint32_t tag)
{
    return place < table->count && table->rows[place].tag == tag && tag != 0 ? &table->rows[place] : NULL;
}

/* What a member is; groups are looked into. BER_END when it was whole. */
static inline enum ber_status note(struct members *members, const struct member_row *row,
                                   struct ber_element element)
{
    const uint64_t bit = (uint64_t)1 << row->slot % 64;
    if (row->inside)
        return members_collect(members, row->inside, ber_inside(&element));
    if (!(members->present & bit)) {
        members->present |= bit;
        members->elements[row->slot] = element;
        members->styles[row->slot] = row->style;
    }
    return BER_END;
}

enum ber_status members_collect(struct members *members, const struct member_table *table, struct ber walk)
{
    while (walk.at < walk.end) {
        const struct member_row *row;
        struct ber_element element;
        if (likely(ber_is_whole_short(&walk))) {
            element = ber_take_short(&walk);
            row = row_at(table, element.tag & 0x1F, element.tag);
        } else {
            struct ber rest = walk;
            struct ber_element other;
            const enum ber_status status = ber_next_any(&rest, &other);
            if (status != BER_ELEMENT)
                return status;
            walk = rest;
            element = other;
            row = row_at(table, TAG_PLACE(element.tag), element.tag);
        }
        if (row) {
            const enum ber_status status = note(members, row, element);
            if (unlikely(status != BER_END))
                return status;
        }
    }
    return BER_END;
}
