/* SPDX-License-Identifier: Apache-2.0
 * Rows of subscribers that change (subscribers.md), as CSV or NDJSON: one line a row. What comes out are no records but
 * rows that travel among them (lists/change.h). */
#include "cells.h"
#include "decoders.h"
#include "lines.h"
#include "notice.h"

#include "simsieve/base/text.h"
#include "simsieve/lists/change.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define INTEGER_TEXT_BYTES 32

/* What the first line of an input has shown it to be. */
enum form { FORM_UNKNOWN, FORM_CSV, FORM_JSON };

struct subscribers {
    const struct decode_context *context;
    char *input;
    struct lines lines;
    struct cells cells;
    enum form form;
    size_t column_count;                  /* of the header; 0: it has not been read */
    uint8_t column_field[CELL_COUNT_MAX]; /* CHANGE_FIELD_COUNT for a column nobody knows */
    /* The texts of the present row by field; the last takes unknown columns. */
    struct slice fields[CHANGE_FIELD_COUNT + 1];
    char integer_texts[CHANGE_FIELD_COUNT][INTEGER_TEXT_BYTES];
};

static void subscribers_reset(void *state)
{
    struct subscribers *subscribers = state;
    subscribers->lines = lines_start();
    subscribers->form = FORM_UNKNOWN;
    subscribers->column_count = 0;
}

static void *subscribers_open(const struct decode_context *context, const char *input, struct error *error)
{
    struct subscribers *subscribers = calloc(1, sizeof(*subscribers));
    (void)error;
    CHECK(subscribers);
    subscribers->context = context;
    subscribers->input = strdup(input);
    CHECK(cells_init(&subscribers->cells, ',') && subscribers->input);
    subscribers_reset(subscribers);
    return subscribers;
}

static void subscribers_close(void *state)
{
    struct subscribers *subscribers = state;
    if (!subscribers)
        return;
    cells_fini(&subscribers->cells);
    free(subscribers->input);
    free(subscribers);
}

/* The field of a column or key; CHANGE_FIELD_COUNT when it is none. */
static unsigned field_of(struct slice name)
{
    unsigned field = 0;
    while (field < CHANGE_FIELD_COUNT && (strlen(change_column(field)) != name.length ||
                                          memcmp(change_column(field), name.bytes, name.length) != 0))
        field++;
    return field;
}

/* What the fields say, into `cdr`. */
static enum reason decode_row(struct subscribers *subscribers, struct cdr *cdr)
{
    static const enum reason reasons[CHANGE_FIELD_COUNT] = {
        [SUBSCRIBER_NUMBER] = REASON_SUBSCRIBER_NUMBER,
        [SUBSCRIBER_ACTIVATED] = REASON_SUBSCRIBER_ACTIVATED,
        [SUBSCRIBER_PROVINCE] = REASON_SUBSCRIBER_PROVINCE,
        [SUBSCRIBER_AGE_BAND] = REASON_SUBSCRIBER_AGE_BAND,
        [SUBSCRIBER_CLASS] = REASON_SUBSCRIBER_CLASS,
        [CHANGE_TIME] = REASON_SUBSCRIBER_TIME,
    };
    const struct decode_context *context = subscribers->context;
    struct subscriber subscriber;
    struct error error;
    int64_t time_ms;
    unsigned wrong;
    for (unsigned field = 0; field < CHANGE_FIELD_COUNT; field++)
        subscribers->fields[field] = slice_trim(subscribers->fields[field]);
    if (change_parse(subscribers->fields, context->numbering, context->names, &subscriber, &time_ms, &wrong,
                     &error))
        return reasons[wrong] ? reasons[wrong] : REASON_NAMES_FULL; /* names are all that the others hold */
    change_pack(cdr, &subscriber, time_ms);
    return REASON_NONE;
}

/* ---- CSV ---- */

static enum reason cut_line(struct subscribers *subscribers, struct slice line)
{
    struct cells *cells = &subscribers->cells;
    if (!memchr(line.bytes, '"', line.length))
        cells_cut_plain(cells, line.bytes, line.length);
    else if (!cells_cut_quoted(cells, line))
        return REASON_QUOTE;
    return REASON_NONE;
}

/* The cells as the header of the input; false when they are none. */
static bool take_header(struct subscribers *subscribers)
{
    const struct cells *cells = &subscribers->cells;
    unsigned seen = 0;
    if (cells->count > CELL_COUNT_MAX)
        return false;
    for (size_t i = 0; i < cells->count; i++) {
        const unsigned field = field_of(slice_trim(cells->texts[i]));
        if (field < CHANGE_FIELD_COUNT && seen >> field & 1)
            return false;
        seen |= 1u << field;
        subscribers->column_field[i] = (uint8_t)field;
    }
    if (!(seen >> SUBSCRIBER_NUMBER & 1))
        return false;
    subscribers->column_count = cells->count;
    return true;
}

static void notice_columns(const struct subscribers *subscribers)
{
    for (size_t i = 0; i < subscribers->column_count; i++) {
        const struct slice name = slice_trim(subscribers->cells.texts[i]);
        if (subscribers->column_field[i] == CHANGE_FIELD_COUNT && name.length > 0)
            notice_unknown(subscribers->input, name);
    }
}

/* Whether the cells, as many as columns, are the header again, which a concatenation left in the middle. */
static bool is_header(const struct subscribers *subscribers)
{
    size_t i = 0;
    while (i < subscribers->column_count &&
           field_of(slice_trim(subscribers->cells.texts[i])) == subscribers->column_field[i])
        i++;
    return i == subscribers->column_count;
}

static enum error_class read_header(struct subscribers *subscribers, enum reason reason, struct error *error)
{
    const unsigned long long number = subscribers->lines.number;
    if (reason)
        return error_set(error, ERROR_DATA, "%s:%llu: the header line is damaged: %s", subscribers->input,
                         number, reason_meaning(reason));
    if (!take_header(subscribers))
        return error_set(
            error, ERROR_DATA,
            "%s:%llu: no header of subscriber rows: it needs the column \"number\" and no column "
            "twice, with commas between them, at most %d",
            subscribers->input, number, CELL_COUNT_MAX);
    notice_columns(subscribers);
    return ERROR_OK;
}

static enum reason decode_cells(struct subscribers *subscribers, struct cdr *cdr)
{
    const struct cells *cells = &subscribers->cells;
    if (cells->count != subscribers->column_count)
        return REASON_FIELD_COUNT;
    memset(subscribers->fields, 0, sizeof(subscribers->fields));
    for (size_t i = 0; i < cells->count; i++)
        subscribers->fields[subscribers->column_field[i]] = cells->texts[i];
    return decode_row(subscribers, cdr);
}

/* ---- NDJSON ---- */

static enum reason value_text(struct subscribers *subscribers, unsigned field, const json_t *value)
{
    struct text integer = text_over(subscribers->integer_texts[field], INTEGER_TEXT_BYTES);
    switch (json_typeof(value)) {
    case JSON_STRING:
        subscribers->fields[field] = (struct slice){json_string_value(value), json_string_length(value)};
        return REASON_NONE;
    case JSON_INTEGER:
        text_add(&integer, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        subscribers->fields[field] = (struct slice){integer.data, integer.length};
        return REASON_NONE;
    case JSON_NULL:
        return REASON_NONE;
    default:
        return REASON_JSON_VALUE;
    }
}

static enum reason read_object(struct subscribers *subscribers, json_t *object)
{
    const char *key;
    json_t *value;
    memset(subscribers->fields, 0, sizeof(subscribers->fields));
    json_object_foreach(object, key, value)
    {
        const struct slice name = {key, strlen(key)};
        const unsigned field = field_of(name);
        if (field == CHANGE_FIELD_COUNT)
            notice_unknown(subscribers->input, name);
        else if (value_text(subscribers, field, value))
            return REASON_JSON_VALUE;
    }
    return REASON_NONE;
}

static enum reason decode_object(struct subscribers *subscribers, struct slice line, struct cdr *cdr)
{
    json_error_t error;
    enum reason reason = REASON_JSON;
    json_t *object = json_loadb(line.bytes, line.length, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(object))
        reason = read_object(subscribers, object);
    if (!reason)
        reason = decode_row(subscribers, cdr);
    json_decref(object);
    return reason;
}

/* ---- both ---- */

static enum form form_of(struct slice line)
{
    line = slice_trim(line);
    return line.length > 0 && line.bytes[0] == '{' ? FORM_JSON : FORM_CSV;
}

/* A whole line: a header, a row into the next record, or a reject. */
static enum error_class take_line(struct subscribers *subscribers, struct slice line, enum reason reason,
                                  struct decoded *decoded, struct error *error)
{
    struct cdr *cdr = &decoded->records[decoded->count];
    if (subscribers->form == FORM_UNKNOWN)
        subscribers->form = form_of(line);
    const bool is_csv = subscribers->form == FORM_CSV;
    if (!reason)
        reason = line_check(line.bytes, line.length);
    if (!reason)
        reason = is_csv ? cut_line(subscribers, line) : decode_object(subscribers, line, cdr);
    if (is_csv && subscribers->column_count == 0)
        return read_header(subscribers, reason, error);
    if (is_csv && !reason) {
        reason = decode_cells(subscribers, cdr);
        if (reason && reason != REASON_FIELD_COUNT && is_header(subscribers))
            return ERROR_OK;
    }
    if (reason) {
        decoded->reject(decoded->owner, reason, subscribers->lines.number, line.bytes, line.length);
    } else {
        cdr->line = subscribers->lines.number;
        decoded->count++;
    }
    return ERROR_OK;
}

static enum error_class subscribers_decode(void *state, const char *bytes, size_t length, bool is_last,
                                           struct decoded *decoded, size_t *consumed, struct error *error)
{
    struct subscribers *subscribers = state;
    decoded->count = 0;
    *consumed = 0;
    while (*consumed < length && decoded->count < decoded->capacity) {
        struct line line;
        const enum line_status status =
            lines_next(&subscribers->lines, bytes + *consumed, length - *consumed, is_last, &line);
        if (status == LINE_MORE)
            break;
        if (status == LINE_READY || status == LINE_TOO_LONG) {
            const enum reason reason = status == LINE_READY ? REASON_NONE : REASON_LINE_TOO_LONG;
            if (take_line(subscribers, (struct slice){line.bytes, line.length}, reason, decoded, error))
                return error->class;
            subscribers->lines.number += status == LINE_READY;
        }
        *consumed += line.consumed;
    }
    return ERROR_OK;
}

/* Only a feed's configuration says that its rows are no records. */
static int subscribers_detect(const char *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    return 0;
}

const struct decoder decoder_subscribers = {
    .name = "subscribers",
    .summary =
        "changes of subscribers as CSV or NDJSON, with the columns of subscribers.csv and time; for feeds of "
        "simsieve run",
    .is_for_feeds = true,
    .detect = subscribers_detect,
    .open = subscribers_open,
    .close = subscribers_close,
    .decode = subscribers_decode,
    .reset = subscribers_reset,
};
