/* SPDX-License-Identifier: Apache-2.0
 * Plain Vietnamese text in 80 columns. Texts are UTF-8; letters may be composed or carry combining marks. */
#pragma once

#include "simsieve/base/check.h"

#include <stdio.h>

#define LAYOUT_COLUMNS 80

/* Columns that `length` bytes take on a terminal or printed page. */
size_t layout_width(const char *bytes, size_t length);

/* Lower-case ASCII of a text: "Điện Biên" becomes "dien bien"; what has no such form is left out. */
void layout_fold(const char *text, char *folded, size_t capacity);

/* Prints a paragraph, its first line indented by `first` and the others by `rest` columns. A word longer than a
 * line is broken. */
void layout_paragraph(FILE *stream, unsigned first, unsigned rest, const char *text);
void layout_centred(FILE *stream, const char *text);

/* One line: `left` from the margin, `right` centred in the right half. */
void layout_halves(FILE *stream, const char *left, const char *right);

/* A row: `name` in the first `name_columns` (more lines when it is longer), then the cells, each right-aligned in
 * `cell_columns`. */
void layout_row(FILE *stream, unsigned name_columns, const char *name, unsigned cell_columns,
                const char *const *cells, size_t cell_count);
