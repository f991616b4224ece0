/* SPDX-License-Identifier: Apache-2.0
 * NDJSON (ndjson.md). A flat object of plain strings and integers is cut where it lies; every other line goes
 * through jansson. The fast path accepts only what jansson accepts too, with the same texts. */
#include "decoders.h"
#include "lines.h"
#include "notice.h"

#include "simsieve/base/swar.h"
#include "simsieve/base/text.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#define MEMBER_COUNT_MAX   32 /* on the fast path, with unknown ones */
#define UNKNOWN_COUNT_MAX  8  /* on the fast path */
#define INTEGER_DIGIT_MAX  18 /* on the fast path: fits 63 bits whatever the digits */
#define INTEGER_TEXT_BYTES 32

struct ndjson {
    const struct decode_context *context;
    char *input;
    struct lines lines;
    /* The field that the n-th key of the last record was: the next record's guess, since writers keep their
     * order. CDR_FIELD_COUNT: unknown. */
    uint8_t guess[MEMBER_COUNT_MAX];
    size_t column_length[CDR_FIELD_COUNT];
    /* The texts of the present record. */
    struct slice fields[CDR_FIELD_COUNT];
    char number_texts[CDR_FIELD_COUNT][INTEGER_TEXT_BYTES];
};

static void *ndjson_open(const struct decode_context *context, const char *input, struct error *error)
{
    struct ndjson *ndjson = calloc(1, sizeof(*ndjson));
    char *name = strdup(input);
    if (!ndjson || !name) {
        free(ndjson);
        free(name);
        error_set(error, ERROR_INTERNAL, "%s: no memory to decode it", input);
        return NULL;
    }
    ndjson->context = context;
    ndjson->input = name;
    ndjson->lines = lines_start();
    for (size_t field = 0; field < CDR_FIELD_COUNT; field++)
        ndjson->column_length[field] = strlen(cdr_column((enum cdr_field)field));
    return ndjson;
}

static void ndjson_close(void *state)
{
    struct ndjson *ndjson = state;
    if (!ndjson)
        return;
    free(ndjson->input);
    free(ndjson);
}

static bool is_field(const struct ndjson *ndjson, size_t field, struct slice key)
{
    return key.length == ndjson->column_length[field] &&
           memcmp(cdr_column((enum cdr_field)field), key.bytes, key.length) == 0;
}

/* The field of a key, CDR_FIELD_COUNT when it is none. */
static size_t field_of_key(const struct ndjson *ndjson, struct slice key)
{
    size_t field = 0;
    while (field < CDR_FIELD_COUNT && !is_field(ndjson, field, key))
        field++;
    return field;
}

/* What is left of a line on the fast path, and the keys met so far. */
struct walk {
    const char *at, *end;
    unsigned seen; /* a bit a field */
    size_t unknown_count;
    struct slice unknown[UNKNOWN_COUNT_MAX];
};

static void skip_spaces(struct walk *walk)
{
    while (walk->at < walk->end && (*walk->at == ' ' || *walk->at == '\t'))
        walk->at++;
}

static bool take(struct walk *walk, char byte)
{
    skip_spaces(walk);
    if (walk->at == walk->end || *walk->at != byte)
        return false;
    walk->at++;
    return true;
}

/* A string without escapes, after its opening quote. Bytes above 0x7f stand for themselves: the line has been
 * found to be UTF-8. */
static bool take_string(struct walk *walk, struct slice *text)
{
    for (const char *at = walk->at; at < walk->end; at += SWAR_BYTES) {
        const size_t length = (size_t)(walk->end - at);
        uint64_t word = swar_load(at, length, length);
        const uint64_t above = word & SWAR_HIGH;
        word &= ~SWAR_HIGH;
        const uint64_t stops = (swar_equal(word, '"') | swar_equal(word, '\\') |
                                (~(word + SWAR_EVERY(0x60)) & SWAR_HIGH)) & /* below 0x20 */
                               ~above;
        if (!stops)
            continue;
        const char *stop = at + __builtin_ctzll(stops) / 8;
        if (stop >= walk->end || *stop != '"')
            return false;
        *text = (struct slice){walk->at, (size_t)(stop - walk->at)};
        walk->at = stop + 1;
        return true;
    }
    return false;
}

static bool take_integer(struct walk *walk, struct slice *text)
{
    const char *begin = walk->at;
    const char *first = begin + (*begin == '-');
    const char *at = first;
    while (at < walk->end && (unsigned char)(*at - '0') <= 9)
        at++;
    const size_t digits = (size_t)(at - first);
    const bool has_leading_zero = digits > 1 && *first == '0';
    const bool is_minus_zero = first != begin && digits == 1 && *first == '0'; /* jansson makes it 0 */
    if (digits == 0 || digits > INTEGER_DIGIT_MAX || has_leading_zero || is_minus_zero)
        return false;
    *text = (struct slice){begin, (size_t)(at - begin)};
    walk->at = at; /* a fraction or exponent stops at the next take */
    return true;
}

static bool take_value(struct walk *walk, struct slice *text)
{
    skip_spaces(walk);
    if (walk->at == walk->end)
        return false;
    switch (*walk->at) {
    case '"':
        walk->at++;
        return take_string(walk, text);
    case 'n':
        if (walk->end - walk->at < 4 || memcmp(walk->at, "null", 4) != 0)
            return false;
        walk->at += 4;
        *text = (struct slice){walk->at, 0};
        return true;
    default:
        return take_integer(walk, text);
    }
}

/* False when the key is in the object already, or one unknown key too many for this path. */
static bool note_unknown(struct ndjson *ndjson, struct walk *walk, struct slice key)
{
    for (size_t i = 0; i < walk->unknown_count; i++)
        if (walk->unknown[i].length == key.length &&
            memcmp(walk->unknown[i].bytes, key.bytes, key.length) == 0)
            return false;
    if (walk->unknown_count == UNKNOWN_COUNT_MAX)
        return false;
    walk->unknown[walk->unknown_count++] = key;
    notice_unknown(ndjson->input, key);
    return true;
}

/* One "key": value of an object. */
static bool take_member(struct ndjson *ndjson, struct walk *walk, size_t position)
{
    struct slice key, text;
    if (position == MEMBER_COUNT_MAX || !take(walk, '"') || !take_string(walk, &key) || !take(walk, ':') ||
        !take_value(walk, &text))
        return false;
    size_t field = ndjson->guess[position];
    if (field == CDR_FIELD_COUNT || !is_field(ndjson, field, key)) {
        field = field_of_key(ndjson, key);
        ndjson->guess[position] = (uint8_t)field;
    }
    if (field == CDR_FIELD_COUNT)
        return note_unknown(ndjson, walk, key);
    if (walk->seen >> field & 1)
        return false;
    walk->seen |= 1u << field;
    ndjson->fields[field] = text;
    return true;
}

/* Cuts a flat object into ndjson->fields; false when the line is not for this path. */
static bool cut_flat(struct ndjson *ndjson, const char *line, size_t length)
{
    struct walk walk = {.at = line, .end = line + length};
    if (!take(&walk, '{'))
        return false;
    if (!take(&walk, '}')) {
        size_t position = 0;
        do {
            if (!take_member(ndjson, &walk, position++))
                return false;
        } while (take(&walk, ','));
        if (!take(&walk, '}'))
            return false;
    }
    skip_spaces(&walk);
    return walk.at == walk.end;
}

/* The text of a JSON value for a field; REASON_JSON_VALUE where it is neither text nor a number that fits. A
 * fraction of a second counts as a second (fields.c does the same for text). */
static enum reason value_text(struct ndjson *ndjson, size_t field, const json_t *value)
{
    struct slice *text = &ndjson->fields[field];
    struct text number = text_over(ndjson->number_texts[field], INTEGER_TEXT_BYTES);
    switch (json_typeof(value)) {
    case JSON_STRING:
        *text = (struct slice){json_string_value(value), json_string_length(value)};
        return REASON_NONE;
    case JSON_NULL:
        return REASON_NONE;
    case JSON_INTEGER:
        text_add(&number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        if (field != CDR_DURATION)
            return REASON_JSON_VALUE;
        text_add(&number, "%.0f", ceil(json_real_value(value)));
        break;
    default:
        return REASON_JSON_VALUE;
    }
    *text = (struct slice){number.data, number.length};
    return REASON_NONE;
}

/* A line of any JSON form. */
static enum reason decode_any(struct ndjson *ndjson, struct slice line, struct cdr *cdr)
{
    json_error_t error;
    enum reason reason = REASON_JSON;
    json_t *object = json_loadb(line.bytes, line.length, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(object)) {
        const char *key;
        json_t *value;
        reason = REASON_NONE;
        memset(ndjson->fields, 0, sizeof(ndjson->fields));
        json_object_foreach(object, key, value)
        {
            const struct slice name = {key, strlen(key)};
            const size_t field = field_of_key(ndjson, name);
            if (field == CDR_FIELD_COUNT)
                notice_unknown(ndjson->input, name);
            else if (reason == REASON_NONE)
                reason = value_text(ndjson, field, value);
        }
        if (reason == REASON_NONE)
            reason = decode_fields(ndjson->context, ndjson->fields, cdr);
    }
    json_decref(object);
    return reason;
}

static enum reason decode_line(struct ndjson *ndjson, struct slice line, struct cdr *cdr)
{
    const enum reason damage = line_check(line.bytes, line.length);
    if (damage)
        return damage;
    memset(ndjson->fields, 0, sizeof(ndjson->fields));
    if (likely(cut_flat(ndjson, line.bytes, line.length)))
        return decode_fields(ndjson->context, ndjson->fields, cdr);
    return decode_any(ndjson, line, cdr);
}

static void ndjson_reset(void *state)
{
    ((struct ndjson *)state)->lines = lines_start();
}

static enum error_class ndjson_decode(void *state, const char *bytes, size_t length, bool is_last,
                                      struct decoded *decoded, size_t *consumed, struct error *error)
{
    struct ndjson *ndjson = state;
    size_t at = 0;
    (void)error;
    decoded->count = 0;
    while (at < length && decoded->count < decoded->capacity) {
        struct cdr *cdr = &decoded->records[decoded->count];
        struct line line;
        enum reason reason = REASON_LINE_TOO_LONG;
        const enum line_status status = lines_next(&ndjson->lines, bytes + at, length - at, is_last, &line);
        if (status == LINE_MORE)
            break;
        at += line.consumed;
        if (status == LINE_BLANK || status == LINE_SKIPPED)
            continue;
        if (status == LINE_READY)
            reason = decode_line(ndjson, (struct slice){line.bytes, line.length}, cdr);
        if (likely(reason == REASON_NONE)) {
            cdr->line = ndjson->lines.number;
            decoded->count++;
        } else {
            decoded->reject(decoded->owner, reason, ndjson->lines.number, line.bytes, line.length);
        }
        ndjson->lines.number += status == LINE_READY;
    }
    *consumed = at;
    return ERROR_OK;
}

static int ndjson_detect(const char *bytes, size_t length)
{
    struct lines lines = lines_start();
    struct line line = {bytes, 0, 0};
    enum line_status status = LINE_BLANK;
    for (size_t at = 0; at < length && status == LINE_BLANK; at += line.consumed)
        status = lines_next(&lines, bytes + at, length - at, true, &line);
    const struct slice text = slice_trim((struct slice){line.bytes, line.length});
    return text.length > 0 && text.bytes[0] == '{' ? 90 : 0;
}

const struct decoder decoder_ndjson = {
    .name = "ndjson",
    .summary = "one JSON object a line, with the column names of the CSV as keys",
    .detect = ndjson_detect,
    .open = ndjson_open,
    .close = ndjson_close,
    .decode = ndjson_decode,
    .reset = ndjson_reset,
};
