/* SPDX-License-Identifier: Apache-2.0 */
#include "forms.h"

const struct form *form_find(const struct form_table *table, uint32_t tag)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->forms[i].tag == tag)
            return &table->forms[i];
    return NULL;
}

/* The row of a tag. Encoders write members in the order of their tags, as the tables do: the search starts at `*next`,
 * behind the row of the member before. */
static const struct member_row *find_row(const struct member_table *table, uint32_t tag, size_t *next)
{
    for (size_t i = 0; i < table->count; i++) {
        const size_t at = *next + i < table->count ? *next + i : *next + i - table->count;
        if (table->rows[at].tag == tag) {
            *next = at + 1 < table->count ? at + 1 : 0;
            return &table->rows[at];
        }
    }
    return NULL;
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
    size_t next = 0;
    while ((status = ber_next(&walk, &element)) == BER_ELEMENT) {
        const struct member_row *row = find_row(table, element.tag, &next);
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
