/* SPDX-License-Identifier: Apache-2.0 */
#include "forms.h"

static inline const struct member_row *row_at(const struct member_table *table, size_t place, uint32_t tag)
{
    return place < table->count && table->rows[place].tag == tag && tag != 0 ? &table->rows[place] : NULL;
}

/* The next element, which is not one of the short ones. */
static enum ber_status next_long(const uint8_t **at, const uint8_t *end, struct ber_element *element)
{
    struct ber rest = {*at, end};
    const enum ber_status status = ber_next_any(&rest, element);
    *at = rest.at;
    return status;
}

enum ber_status members_collect(struct members *members, const struct member_table *table, struct ber walk)
{
    const uint8_t *at = walk.at;
    uint64_t present = members->present; /* in a register as long as it can be */
    enum ber_status status = BER_END;
    while (at < walk.end) {
        const struct member_row *row;
        struct ber_element element;
        if (likely(ber_read_short(at, walk.end, &element))) {
            row = row_at(table, element.tag & 0x1F, element.tag);
            at = element.content + element.length;
        } else {
            struct ber_element other;
            status = next_long(&at, walk.end, &other);
            if (status != BER_ELEMENT)
                break;
            element = other;
            row = row_at(table, TAG_PLACE(element.tag), element.tag);
            status = BER_END;
        }
        if (!row)
            continue;
        if (unlikely(row->inside != NULL)) {
            members->present = present;
            status = members_collect(members, row->inside, ber_inside(&element));
            present = members->present;
            if (status != BER_END)
                break;
        } else if (likely(!(present >> row->slot & 1))) {
            present |= (uint64_t)1 << row->slot;
            members->elements[row->slot] = element;
            members->styles[row->slot] = row->style;
        }
    }
    members->present = present;
    return status;
}
