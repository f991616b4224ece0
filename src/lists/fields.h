/* SPDX-License-Identifier: Apache-2.0
 * Values of list rows. Each reader takes the column's name for its message and returns ERROR_DATA with
 * "column: what is wrong" in `error`; the value stands in the message unless it is a number. */
#pragma once

#include "simsieve/base/text.h"
#include "simsieve/record/numbering.h"

/* Any thread. A number by the plan of `time_ms`; with `names` NULL no alphanumeric sender. */
enum error_class field_number(struct slice field, const char *column, const struct numbering *numbering,
                              struct names *names, int64_t time_ms, uint64_t *number, struct error *error);

enum field_day { FIELD_DAY_BEGINS, FIELD_DAY_ENDS };

/* Any thread. A time, or a local day: then its first or its last millisecond. */
enum error_class field_time(struct slice field, const char *column, enum field_day day, int64_t *time_ms,
                            struct error *error);

/* Any thread. The index of one of `count` words, from 1; 0 when the field is empty. */
enum error_class field_word(struct slice field, const char *column, const char *const *words, size_t count,
                            size_t *index, struct error *error);

/* Any thread. The code of a province; 0 when the field is empty. */
enum error_class field_province(struct slice field, const char *column, uint8_t *code, struct error *error);

/* Any thread. The id of a name, cut with a hash at its end when it is above NAME_BYTES_MAX; 0 when the field is
 * empty. */
enum error_class field_name(struct slice field, const char *column, struct names *names, uint64_t *id,
                            struct error *error);
