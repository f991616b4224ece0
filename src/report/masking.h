/* SPDX-License-Identifier: Apache-2.0
 * Telephone numbers as a report prints them, and texts of others made fit for print. */
#pragma once

#include "simsieve/base/text.h"

enum number_form {
    FORM_MASKED,  /* 0912***456 */
    FORM_WHOLE,   /* 0912345456 */
    FORM_GROUPED, /* 0912 345 456: a spreadsheet keeps it as text */
};

/* Appends E.164 digits without "+" in the domestic form, foreign ones after "00". Short codes, 1800 and 1900 belong
 * to no citizen and stay whole. */
void masking_add_number(struct text *text, const char *digits, enum number_form form);

/* Appends a text on one line without control and direction characters. With FORM_MASKED every number in it is
 * masked: 9 to 15 digits in a row, or 9 to 12 in groups that begin with 0 or 84. Pseudonyms and ids stay. */
void masking_add_text(struct text *text, const char *words, enum number_form form);
