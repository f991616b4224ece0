/* SPDX-License-Identifier: Apache-2.0
 * Rows of lists that come by a feed, as CSV or NDJSON: one line a row. What comes out are no records but rows that travel
 * among them. Each kind of rows is a table and a decoder of its own. */
#pragma once

#include "decoders.h"

#include "simsieve/base/text.h"

#define ROW_FIELDS_MAX 16

struct row_kind {
    const char *name;  /* "subscriber rows" */
    const char *needs; /* its required columns, in words */
    unsigned required; /* bits 1 << field: what the header of CSV must have */
    unsigned field_count;
    const char *(*column)(unsigned field);

    /* Feed thread. A row, from the texts of its fields without spaces around them, into `cdr`. */
    enum reason (*decode)(const struct decode_context *context, const struct slice *fields, struct cdr *cdr);
};

/* What a decoder is made of (simsieve/decode/decoder.h); never recognised by content: only a feed's configuration says that
 * its rows are no records. */
void *rows_open(const struct row_kind *kind, const struct decode_context *context, const char *input);
void rows_close(void *state);
void rows_reset(void *state);
int rows_detect(const char *bytes, size_t length);
enum error_class rows_decode(void *state, const char *bytes, size_t length, bool is_last,
                             struct decoded *decoded, size_t *consumed, struct error *error);
