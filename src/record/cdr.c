/* SPDX-License-Identifier: Apache-2.0
 * What a record means. Absent fields are read as absent, whatever bytes stand in them. */
#include "simsieve/record/cdr.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/text.h"

#include <string.h>

#define DEVICE_DIGITS 14
#define CELL_KEY_BITS 54

/* Everything that makes a record what it is, absent fields as 0. */
enum { CONTENT_WORDS = 15 };

bool cdr_is_answered(const struct cdr *cdr)
{
    switch ((enum cdr_outcome)cdr->outcome) {
    case CDR_ANSWERED:
    case CDR_DELIVERED:
        return true;
    case CDR_OUTCOME_NONE:
        return cdr_is_sms(cdr) || (cdr_has(cdr, CDR_DURATION) && cdr->duration_s > 0);
    default:
        return false;
    }
}

uint64_t cdr_device(const struct cdr *cdr)
{
    if (!cdr_has(cdr, CDR_IMEI))
        return 0;
    uint64_t device = cdr->imei & (((uint64_t)1 << DIGITS_LENGTH_SHIFT) - 1);
    for (uint64_t length = cdr->imei >> DIGITS_LENGTH_SHIFT; length > DEVICE_DIGITS; length--)
        device /= 10;
    return device;
}

uint64_t cdr_cell_key(const struct cdr_cell *cell)
{
    if (cell->plmn == 0)
        return 0;
    const uint64_t network = hash_fixed((uint64_t)cell->plmn << 32 | cell->area);
    const uint64_t key = hash_fixed(network ^ cell->cell) >> (64 - CELL_KEY_BITS);
    return key + (key == 0);
}

/* Reads the digits up to `end` or the next "-" and steps past both; false when there are none, or too many. */
static bool read_part(const char **at, const char *end, uint64_t *value, size_t *digits)
{
    const char *dash = memchr(*at, '-', (size_t)(end - *at));
    const char *stop = dash ? dash : end;
    *digits = (size_t)(stop - *at);
    if (!text_parse_u64(*at, *digits, UINT64_MAX, value))
        return false;
    *at = dash ? dash + 1 : NULL;
    return true;
}

bool cdr_cell_parse(const char *bytes, size_t length, struct cdr_cell *cell)
{
    enum { MCC, MNC, AREA, CELL, PART_COUNT };
    uint64_t parts[PART_COUNT];
    size_t digits[PART_COUNT];
    const char *at = bytes;
    for (size_t i = 0; i < PART_COUNT; i++)
        if (!at || !read_part(&at, bytes + length, &parts[i], &digits[i]))
            return false;
    return !at && digits[MCC] == 3 &&
           cdr_cell_make(parts[MCC], parts[MNC], digits[MNC], parts[AREA], parts[CELL], cell);
}

static uint64_t present(const struct cdr *cdr, enum cdr_field field, uint64_t value)
{
    return cdr_has(cdr, field) ? value : 0;
}

static void content_of(const struct cdr *cdr, uint64_t words[static CONTENT_WORDS])
{
    size_t count = 0;
    words[count++] = present(cdr, CDR_TIME, (uint64_t)cdr->time_ms);
    words[count++] = cdr->valid | present(cdr, CDR_TYPE, cdr->type) << 16 |
                     present(cdr, CDR_OUTCOME, cdr->outcome) << 24 |
                     present(cdr, CDR_SMS_PARTS, cdr->sms_parts) << 32;
    words[count++] = present(cdr, CDR_A, cdr->a);
    words[count++] = present(cdr, CDR_B, cdr->b);
    words[count++] = present(cdr, CDR_FORWARDED_BY, cdr->forwarded_by);
    words[count++] = present(cdr, CDR_DURATION, cdr->duration_s);
    words[count++] = present(cdr, CDR_IMSI, cdr->imsi);
    words[count++] = present(cdr, CDR_IMEI, cdr->imei);
    words[count++] = present(cdr, CDR_CELL, cdr->cell.plmn);
    words[count++] = present(cdr, CDR_CELL, cdr->cell.area);
    words[count++] = present(cdr, CDR_CELL, cdr->cell.cell);
    words[count++] = present(cdr, CDR_TRUNK, cdr->trunk_name);
    words[count++] = present(cdr, CDR_SWITCH, cdr->switch_name);
    words[count++] = present(cdr, CDR_SEQ, cdr->seq);
    words[count++] = present(cdr, CDR_SMS_TEMPLATE, cdr->sms_template);
    DCHECK(count == CONTENT_WORDS);
    static_assert(CDR_FIELD_COUNT == 15, "a new field belongs to the content");
}

uint64_t cdr_content_hash(const struct cdr *cdr)
{
    uint64_t words[CONTENT_WORDS];
    content_of(cdr, words);
    return hash_bytes(words, sizeof(words));
}

static int compare_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_switches(const struct cdr *a, const struct cdr *b, const struct names *names)
{
    const bool a_has = cdr_has(a, CDR_SWITCH), b_has = cdr_has(b, CDR_SWITCH);
    if (!a_has || !b_has)
        return a_has - b_has;
    if (a->switch_name == b->switch_name)
        return 0;
    return strcmp(names_text(names, a->switch_name), names_text(names, b->switch_name));
}

int cdr_compare(const struct cdr *a, const struct cdr *b, const struct names *names)
{
    uint64_t a_words[CONTENT_WORDS], b_words[CONTENT_WORDS];
    int order = compare_switches(a, b, names);
    if (order == 0)
        order = compare_u64(present(a, CDR_SEQ, a->seq), present(b, CDR_SEQ, b->seq));
    if (order != 0)
        return order;
    content_of(a, a_words);
    content_of(b, b_words);
    for (size_t i = 0; i < CONTENT_WORDS && order == 0; i++)
        order = compare_u64(a_words[i], b_words[i]);
    return order;
}
