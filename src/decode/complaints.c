/* SPDX-License-Identifier: Apache-2.0
 * Reports to 156 and 5656 as they come in (complaints.md). */
#include "simsieve/lists/complaints.h"
#include "rows.h"

static enum reason decode(const struct decode_context *context, const struct slice *fields, struct cdr *cdr)
{
    static const enum reason reasons[COMPLAINT_FIELD_COUNT + 1] = {
        [COMPLAINT_TIME] = REASON_COMPLAINT_TIME,
        [COMPLAINT_NUMBER] = REASON_COMPLAINT_NUMBER,
        [COMPLAINT_KIND] = REASON_COMPLAINT_KIND,
        [COMPLAINT_FIELD_COUNT] = REASON_NAMES_FULL,
    };
    struct complaint complaint;
    struct error error;
    unsigned wrong;
    if (complaint_parse(fields, context->numbering, context->names, &complaint, &wrong, &error))
        return reasons[wrong];
    complaint_pack(cdr, &complaint);
    return REASON_NONE;
}

static const struct row_kind kind = {
    .name = "complaints",
    .needs = "the columns \"time\", \"number\" and \"kind\"",
    .required = 1u << COMPLAINT_TIME | 1u << COMPLAINT_NUMBER | 1u << COMPLAINT_KIND,
    .field_count = COMPLAINT_FIELD_COUNT,
    .column = complaint_column,
    .decode = decode,
};

static void *open_rows(const struct decode_context *context, const char *input, struct error *error)
{
    (void)error;
    return rows_open(&kind, context, input);
}

const struct decoder decoder_complaints = {
    .name = "complaints",
    .summary =
        "reports to 156 and 5656 as CSV or NDJSON, with the columns of complaints.csv; for feeds of simsieve run",
    .is_for_feeds = true,
    .detect = rows_detect,
    .open = open_rows,
    .close = rows_close,
    .decode = rows_decode,
    .reset = rows_reset,
};
