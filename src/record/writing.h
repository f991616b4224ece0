/* SPDX-License-Identifier: Apache-2.0
 * The first half of reading a number: from bytes to digits, or to a sender's name. Knows separators and
 * characters, nothing of numbering. */
#pragma once

#include "plan.h"

#include "simsieve/base/text.h"

#define SENDER_CHARACTERS_MAX 11 /* TS 23.040 9.1.2.5: 20 semi-octets hold eleven 7-bit characters */

struct writing {
    struct digits digits; /* leading zeros counted */
    bool is_plus;         /* written with a leading "+" */
    bool is_sender;       /* alphanumeric: `sender` has it, trimmed */
    struct slice sender;
};

/* Any thread. NUMBERING_OK, _EMPTY, _BAD_CHARACTER, _TOO_LONG (more than 19 digits) or _SENDER_TOO_LONG. Bound:
 * two passes over the bytes. */
enum numbering_status writing_read(const char *bytes, size_t length, struct writing *writing);
