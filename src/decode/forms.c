/* SPDX-License-Identifier: Apache-2.0 */
#include "forms.h"

const struct form *form_find(const struct form_table *table, uint32_t tag)
{
    const size_t place = TAG_PLACE(tag);
    return place < table->count && table->forms[place].tag == tag && tag != 0 ? &table->forms[place] : NULL;
}

static const struct member_row *find_row(const struct member_table *table, uint32_t tag)
{
    const size_t place = TAG_PLACE(tag);
    return place < table->count && table->rows[place].tag == tag && tag != 0 ? &table->rows[place] : NULL;
}

static void note(struct members *members, const struct member_row *row, const struct ber_element *element)
{
    const uint64_t bit = (uint64_t)1 << row->slot;
    if (members->present & bit)
        return;
    members->present |= bit;
    members->elements[row->slot] = *element;
    members->styles[row->slot] = row->style;
}

enum ber_status members_collect(struct members *members, const struct member_table *table, struct ber walk)
{
    struct ber_element element;
    enum ber_status status;
    while ((status = ber_next(&walk, &element)) == BER_ELEMENT) {
        const struct member_row *row = find_row(table, element.tag);
        if (!row)
            continue;
        if (!row->inside) {
            note(members, row, &element);
            continue;
        }
        const enum ber_status inside = members_collect(members, row->inside, ber_inside(&element));
        if (inside != BER_END)
            return inside;
    }
    return status;
}
