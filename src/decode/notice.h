/* SPDX-License-Identifier: Apache-2.0
 * Columns and keys that nobody knows are left out; each is named once on the log, not once a file or record. */
#pragma once

#include "simsieve/decode/decoder.h"

/* Names that are told apart; those above are counted as seen. */
#define NOTICE_COUNT_MAX 64

/* Any thread. Names an unknown column (or key) of `input` on the log the first time this process meets it. What
 * a header writes is no citizen's number, but it is cut to 60 bytes. Bound: NOTICE_COUNT_MAX compares. */
void notice_unknown(const char *input, struct slice column);
