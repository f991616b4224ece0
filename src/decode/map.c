/* SPDX-License-Identifier: Apache-2.0
 * Tables of others, by a column map (map.md): one line a record. */
#include "cells.h"
#include "column_map.h"
#include "decoders.h"
#include "lines.h"

#include "simsieve/base/hash.h"

#include <stdlib.h>
#include <string.h>

struct map_decoder {
    const struct decode_context *context;
    const struct column_map *map;
    char *input;
    struct lines lines;
    struct cells cells;
    size_t places[MAP_USED_COUNT_MAX]; /* where a column that is used stands */
    size_t count_min, count_max;       /* cells of a line; count_max 0: no header yet */
    uint64_t header_hash;              /* a copy of the header in the middle is no record */
};

static void *map_open(const struct decode_context *context, const char *input, struct error *error)
{
    if (!context->map) {
        error_set(error, ERROR_USAGE,
                  "%s: the format map needs a file that says what the columns are: map:FILE", input);
        return NULL;
    }
    struct map_decoder *decoder = calloc(1, sizeof(*decoder));
    CHECK(decoder);
    decoder->context = context;
    decoder->map = context->map;
    decoder->lines = lines_start();
    decoder->input = strdup(input);
    CHECK(cells_init(&decoder->cells, decoder->map->separator) && decoder->input);
    if (decoder->map->has_header)
        return decoder;
    for (size_t used = 0; used < decoder->map->used_count; used++) {
        size_t place = 0;
        while (strcmp(decoder->map->columns[place], decoder->map->used[used]) != 0)
            place++;
        decoder->places[used] = place;
        decoder->count_min = u64_max(decoder->count_min, place + 1);
    }
    decoder->count_max = CELL_COUNT_MAX;
    return decoder;
}

static void map_close(void *state)
{
    struct map_decoder *decoder = state;
    if (!decoder)
        return;
    cells_fini(&decoder->cells);
    free(decoder->input);
    free(decoder);
}

/* Cuts a line into its cells. */
static enum reason cut_line(struct map_decoder *decoder, const struct line *line)
{
    const bool has_quotes = decoder->map->has_quotes && memchr(line->bytes, '"', line->length);
    const enum reason reason = line_check(line->bytes, line->length);
    if (reason)
        return reason;
    if (!has_quotes)
        cells_cut_plain(&decoder->cells, line->bytes, line->length);
    else if (!cells_cut_quoted(&decoder->cells, (struct slice){line->bytes, line->length}))
        return REASON_QUOTE;
    return REASON_NONE;
}

static bool is_named(struct slice cell, const char *name)
{
    const struct slice text = slice_trim(cell);
    return text.length == strlen(name) && memcmp(text.bytes, name, text.length) == 0;
}

static enum error_class read_header(struct map_decoder *decoder, const struct line *line, enum reason reason,
                                    struct error *error)
{
    const struct column_map *map = decoder->map;
    const struct cells *cells = &decoder->cells;
    const unsigned long long number = decoder->lines.number;
    if (reason)
        return error_set(error, ERROR_DATA, "%s:%llu: the header line is damaged: %s", decoder->input, number,
                         reason_meaning(reason));
    if (cells->count > CELL_COUNT_MAX)
        return error_set(error, ERROR_DATA, "%s:%llu: the header has %zu columns, the limit is %d",
                         decoder->input, number, cells->count, CELL_COUNT_MAX);
    for (size_t used = 0; used < map->used_count; used++) {
        size_t place = 0;
        while (place < cells->count && !is_named(cells->texts[place], map->used[used]))
            place++;
        if (place == cells->count)
            return error_set(
                error, ERROR_DATA,
                "%s:%llu: the header has no column \"%.60s\" of %s (it has %zu columns; is '%c' between them?)",
                decoder->input, number, map->used[used], map->path, cells->count,
                map->separator == '\t' ? ' ' : map->separator);
        decoder->places[used] = place;
    }
    decoder->count_min = decoder->count_max = cells->count;
    decoder->header_hash = hash_bytes(line->bytes, line->length);
    return ERROR_OK;
}

static enum reason decode_cells(const struct map_decoder *decoder, struct cdr *cdr)
{
    const struct column_map *map = decoder->map;
    const struct cells *cells = &decoder->cells;
    char rooms[CDR_FIELD_COUNT][MAP_TEXT_BYTES];
    struct slice texts[MAP_USED_COUNT_MAX], fields[CDR_FIELD_COUNT];
    if (cells->count < decoder->count_min || cells->count > decoder->count_max)
        return REASON_FIELD_COUNT;
    for (size_t used = 0; used < map->used_count; used++)
        texts[used] = cells->texts[decoder->places[used]];
    for (size_t field = 0; field < CDR_FIELD_COUNT; field++)
        fields[field] = map_text(&map->fields[field], texts, rooms[field]);
    if (is_named(fields[CDR_TYPE], MAP_SKIP))
        return REASON_NOT_CALL_OR_SMS;
    return decode_fields(decoder->context, fields, cdr);
}

/* A whole line: a header, a record into `cdr`, or a reject. */
static enum error_class take_line(struct map_decoder *decoder, const struct line *line, enum reason reason,
                                  struct decoded *decoded, struct error *error)
{
    struct cdr *cdr = &decoded->records[decoded->count];
    if (!reason)
        reason = cut_line(decoder, line);
    if (decoder->count_max == 0)
        return read_header(decoder, line, reason, error);
    if (decoder->header_hash && hash_bytes(line->bytes, line->length) == decoder->header_hash)
        return ERROR_OK;
    if (!reason)
        reason = decode_cells(decoder, cdr);
    if (reason) {
        decoded->reject(decoded->owner, reason, decoder->lines.number, line->bytes, line->length);
    } else {
        cdr->line = decoder->lines.number;
        decoded->count++;
    }
    return ERROR_OK;
}

static enum error_class map_decode(void *state, const char *bytes, size_t length, bool is_last,
                                   struct decoded *decoded, size_t *consumed, struct error *error)
{
    struct map_decoder *decoder = state;
    decoded->count = 0;
    *consumed = 0;
    while (*consumed < length && decoded->count < decoded->capacity) {
        struct line line;
        const enum line_status status =
            lines_next(&decoder->lines, bytes + *consumed, length - *consumed, is_last, &line);
        if (status == LINE_MORE)
            break;
        if (status == LINE_READY || status == LINE_TOO_LONG) {
            const enum reason reason = status == LINE_READY ? REASON_NONE : REASON_LINE_TOO_LONG;
            if (take_line(decoder, &line, reason, decoded, error))
                return error->class;
            decoder->lines.number += status == LINE_READY;
        }
        *consumed += line.consumed;
    }
    return ERROR_OK;
}

/* Only who wrote the map knows. */
static int map_detect(const char *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    return 0;
}

const struct decoder decoder_map = {
    .name = "map",
    .summary = "tables of others, by a file that says what their columns are: map:FILE",
    .detect = map_detect,
    .open = map_open,
    .close = map_close,
    .decode = map_decode,
};
