/* SPDX-License-Identifier: Apache-2.0 */
#include "columns.h"

#include "simsieve/base/calendar.h"
#include "simsieve/base/hash.h"

#define NAME_HASH_HEX_SIZE 16

#define HOME_MCC        452
#define HOME_MNC_DIGITS 2

void columns_set_sender(struct columns *columns, enum cdr_field field, enum address_style style,
                        const uint8_t *bytes, size_t length)
{
    struct text text = columns_text(columns, field);
    octets_add_sender(&text, style, bytes, length);
    columns_set(columns, field, &text);
}

void columns_set_time(struct columns *columns, const uint8_t *bytes, size_t length, int64_t later_ms)
{
    int64_t time_ms;
    if (!octets_time_ms(bytes, length, &time_ms)) {
        columns_set_damaged(columns, CDR_TIME);
        return;
    }
    if (calendar_is_in_range(time_ms))
        time_ms += later_ms;
    if (time_ms < 0) /* no count of milliseconds */
        columns_set_damaged(columns, CDR_TIME);
    else
        columns_value(columns, CDR_TIME)->time_ms = time_ms;
}

static inline void set_cell(struct columns *columns, struct plmn plmn, uint64_t area, uint64_t cell)
{
    struct cdr_cell made;
    if (cdr_cell_make(plmn.mcc, plmn.mnc, plmn.mnc_digits, area, cell, &made))
        columns_value(columns, CDR_CELL)->cell = made;
    else
        columns_set_damaged(columns, CDR_CELL);
}

void columns_set_cell(struct columns *columns, const uint8_t plmn[static 3], uint64_t area, uint64_t cell)
{
    set_cell(columns, octets_plmn(plmn), area, cell);
}

/* The first five digits of the IMSI; false when there are none. */
static bool read_network(const struct columns *columns, uint64_t *network)
{
    enum { NETWORK_DIGITS = 3 + HOME_MNC_DIGITS };
    const union column *imsi = &columns->fields[CDR_IMSI];
    if (!columns_has(columns, CDR_IMSI) || columns->damaged >> CDR_IMSI & 1)
        return false;
    if (!(columns->values >> CDR_IMSI & 1))
        return imsi->text.length >= NETWORK_DIGITS &&
               text_parse_u64(imsi->text.bytes, NETWORK_DIGITS, UINT64_MAX, network);
    if (imsi->number.count < NETWORK_DIGITS || imsi->number.count > DIGITS_COUNT_MAX)
        return false;
    *network = imsi->number.value;
    for (unsigned count = imsi->number.count; count > NETWORK_DIGITS; count--)
        *network /= 10;
    return true;
}

void columns_set_home_cell(struct columns *columns, uint64_t area, uint64_t cell)
{
    uint64_t network;
    if (read_network(columns, &network) && network / 100 == HOME_MCC)
        set_cell(columns, (struct plmn){HOME_MCC, (unsigned)(network % 100), HOME_MNC_DIGITS}, area, cell);
}

void columns_set_user_location(struct columns *columns, const uint8_t *bytes, size_t length)
{
    struct location location;
    if (octets_read_location(bytes, length, &location))
        columns_set_cell(columns, location.plmn, location.area, location.cell);
}

void columns_set_name(struct columns *columns, enum cdr_field field, const char *bytes, size_t length)
{
    if (length <= NAME_BYTES_MAX) {
        columns_borrow(columns, field, bytes, length);
        return;
    }
    struct text text = columns_text(columns, field);
    const uint64_t hash = hash_bytes(bytes, length);
    text_add_bytes(&text, bytes, NAME_BYTES_MAX - NAME_HASH_HEX_SIZE);
    for (unsigned shift = 64; shift > 0; shift -= 4)
        text_add_bytes(&text, &"0123456789abcdef"[hash >> (shift - 4) & 15], 1);
    columns_set(columns, field, &text);
}

void columns_set_number_name(struct columns *columns, enum cdr_field field, uint64_t value)
{
    char *digits = columns->room[field];
    size_t begin = COLUMN_BYTES;
    do
        digits[--begin] = (char)('0' + value % 10);
    while (value /= 10);
    columns_borrow(columns, field, digits + begin, COLUMN_BYTES - begin);
}
