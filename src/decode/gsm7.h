/* SPDX-License-Identifier: Apache-2.0
 * The default alphabet of short messages (TS 23.038 6.2.1), seven bits a character, packed. */
#pragma once

#include "simsieve/base/text.h"

/* Any thread. Appends up to `count` packed characters as UTF-8; what `length` bytes do not hold is left out. A
 * character of the extension table takes two of them. Bound: linear in `count`. */
void gsm7_add(struct text *text, const uint8_t *bytes, size_t length, size_t count);

/* Any thread. Characters that `length` bytes may hold, without one that is only fill (TS 23.040 9.1.2.5). */
size_t gsm7_count(const uint8_t *bytes, size_t length);
