/* SPDX-License-Identifier: Apache-2.0
 * What all binary decoders do with a record once it is decoded: number it, join it to the other parts of its call, give
 * it on or reject it. */
#pragma once

#include "partials.h"

struct intake {
    const struct decode_context *context;
    char *input;
    struct partials *partials;
    uint64_t number; /* records met so far */
};

/* False when there is no memory. */
bool intake_init(struct intake *intake, const struct decode_context *context, const char *input);

/* Says on the log what the limits cost. */
void intake_fini(struct intake *intake);

/* Feed thread. Takes what became of the next record of the input, whose octets are `bytes`: with REASON_NONE it lies at
 * decoded->records[decoded->count]. */
void intake_take(struct intake *intake, struct decoded *decoded, enum reason reason, const uint8_t *bytes,
                 size_t length);

/* Feed thread. Gives on calls that are still held, as many as there is room for. */
void intake_finish(struct intake *intake, struct decoded *decoded);
