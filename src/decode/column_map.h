/* SPDX-License-Identifier: Apache-2.0
 * The parts of a column map: column_map.c reads it, map_text.c makes a column's text a field's, map.c cuts lines. */
#pragma once

#include "simsieve/decode/column_map.h"
#include "simsieve/decode/decoder.h"

#define MAP_COLUMN_COUNT_MAX 256 /* of a line */
#define MAP_CHOICE_COUNT_MAX 4   /* columns of a field: the first that is not empty */
#define MAP_WORD_COUNT_MAX   64  /* of a field */
#define MAP_USED_COUNT_MAX   (CDR_FIELD_COUNT * MAP_CHOICE_COUNT_MAX)
#define MAP_TEXT_BYTES       64 /* of a text that is written anew: a time, a duration */

/* What stands instead of a type's word for records that are none of ours. */
#define MAP_SKIP "skip"

/* How a time or a duration is written. */
enum map_form {
    MAP_FORM_CANONICAL,
    MAP_FORM_PATTERN,      /* times: letters for digits, "YYYY-MM-DD hh:mm:ss" */
    MAP_FORM_EPOCH_S,      /* times: seconds since 1970, with or without a fraction */
    MAP_FORM_MILLISECONDS, /* durations */
    MAP_FORM_CLOCK         /* durations: mm:ss, h:mm:ss */
};

struct map_word {
    const char *from, *to;
};

struct map_field {
    const char *constant;                  /* NULL: from columns */
    uint8_t choices[MAP_CHOICE_COUNT_MAX]; /* of column_map.used */
    uint8_t choice_count;
    uint8_t form; /* enum map_form */
    const char *after, *before;
    const char *pattern, *offset;
    const char *otherwise; /* NULL: a word that is not listed stays as it is */
    struct map_word words[MAP_WORD_COUNT_MAX];
    size_t word_count;
};

struct column_map {
    struct yaml *yaml; /* whose texts the rest borrows */
    char *path;
    char separator;
    bool has_quotes, has_header;
    const char *format;
    struct yaml_value fields_value;            /* while it is read */
    const char *columns[MAP_COLUMN_COUNT_MAX]; /* where there is no header */
    size_t column_count;
    const char *used[MAP_USED_COUNT_MAX]; /* columns that fields are made of, once each */
    size_t used_count;
    uint32_t fields_present; /* a bit a field */
    struct map_field fields[CDR_FIELD_COUNT];
};

/* Feed thread. The text of a field: a constant, or what becomes of the first choice that is not empty in `texts`, by
 * index of column_map.used. `room` takes a text that is written anew. Bound: linear in the text, and the field's words. */
struct slice map_text(const struct map_field *field, const struct slice *texts,
                      char room[static MAP_TEXT_BYTES]);
