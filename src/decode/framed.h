/* SPDX-License-Identifier: Apache-2.0
 * A decoder whose records are BER elements: frames find them, a function decodes each, intake takes what came out. */
#pragma once

#include "frames.h"
#include "intake.h"

struct framed {
    struct intake intake;
    struct frames frames;
};

/* What the function returns for an element that is no record: nothing is counted. */
#define FRAMED_NO_RECORD REASON_COUNT

/* Decodes the element at `bytes` into `cdr`; `owner` is framed_decode's. */
typedef enum reason framed_record(void *owner, const uint8_t *bytes, size_t length, struct cdr *cdr);

/* Feed thread. The body of struct decoder's `decode`; returns the bytes consumed. */
size_t framed_decode(struct framed *framed, framed_record *record, void *owner, const char *bytes,
                     size_t length, bool is_last, struct decoded *decoded);
