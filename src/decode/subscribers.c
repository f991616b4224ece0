/* SPDX-License-Identifier: Apache-2.0
 * Rows of subscribers that change (subscribers.md). */
#include "rows.h"
#include "simsieve/lists/change.h"

static enum reason decode(const struct decode_context *context, const struct slice *fields, struct cdr *cdr)
{
    static const enum reason reasons[CHANGE_FIELD_COUNT] = {
        [SUBSCRIBER_NUMBER] = REASON_SUBSCRIBER_NUMBER,
        [SUBSCRIBER_ACTIVATED] = REASON_SUBSCRIBER_ACTIVATED,
        [SUBSCRIBER_PROVINCE] = REASON_SUBSCRIBER_PROVINCE,
        [SUBSCRIBER_AGE_BAND] = REASON_SUBSCRIBER_AGE_BAND,
        [SUBSCRIBER_CLASS] = REASON_SUBSCRIBER_CLASS,
        [CHANGE_TIME] = REASON_SUBSCRIBER_TIME,
    };
    struct subscriber subscriber;
    struct error error;
    int64_t time_ms;
    unsigned wrong;
    if (change_parse(fields, context->numbering, context->names, &subscriber, &time_ms, &wrong, &error))
        return reasons[wrong] ? reasons[wrong] : REASON_NAMES_FULL; /* names are all that the others hold */
    change_pack(cdr, &subscriber, time_ms);
    return REASON_NONE;
}

static const struct row_kind kind = {
    .name = "subscriber rows",
    .needs = "the column \"number\"",
    .required = 1u << SUBSCRIBER_NUMBER,
    .field_count = CHANGE_FIELD_COUNT,
    .column = change_column,
    .decode = decode,
};
static_assert(CHANGE_FIELD_COUNT <= ROW_FIELDS_MAX, "a place for each column");

static void *open_rows(const struct decode_context *context, const char *input, struct error *error)
{
    (void)error;
    return rows_open(&kind, context, input);
}

const struct decoder decoder_subscribers = {
    .name = "subscribers",
    .summary =
        "changes of subscribers as CSV or NDJSON, with the columns of subscribers.csv and time; for feeds of "
        "simsieve run",
    .is_for_feeds = true,
    .detect = rows_detect,
    .open = open_rows,
    .close = rows_close,
    .decode = rows_decode,
    .reset = rows_reset,
};
