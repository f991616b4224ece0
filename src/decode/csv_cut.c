/* SPDX-License-Identifier: Apache-2.0
 * Rows to cells: in place where there are no quotes, by libcsv where there are. */
#include "csv_parts.h"

#include "swar.h"

/* Only the decoder's framing ends a record; a bare CR is a character like any other. */
static int is_newline(unsigned char byte)
{
    return byte == '\n';
}

void csv_start_parser(struct csv_parser *parser)
{
    CHECK(csv_init(parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
    csv_set_term_func(parser, is_newline);
    csv_set_blk_size(parser, DECODE_RECORD_BYTES_MAX);
}

#define BLOCK_BYTES 64

/* The commas of a block of the line as bits, the first byte's lowest; adds to `special` what is not for the fast
 * path. */
static inline uint64_t find_commas(const char *bytes, size_t length, size_t readable, uint64_t *special)
{
    uint64_t commas = 0;
    unsigned at = 0;
    for (; at + SWAR_BYTES <= length; at += SWAR_BYTES) {
        uint64_t word;
        memcpy(&word, bytes + at, sizeof(word));
        commas |= swar_bits(swar_equal(word, ',')) << at;
        *special |= swar_not_plain(word) | swar_some_equal(word, '"');
    }
    if (at < length) {
        const uint64_t word = swar_load(bytes + at, length - at, readable - at);
        commas |= swar_bits(swar_equal(word, ',')) << at;
        *special |= swar_not_plain(word) | swar_some_equal(word, '"');
    }
    return commas;
}

size_t csv_cut_plain(struct csv *csv, const char *line, size_t length, size_t readable)
{
    const size_t column_count = csv->column_count;
    size_t column = 0, begin = 0;
    for (size_t at = 0; at < length; at += BLOCK_BYTES) {
        uint64_t special = 0;
        uint64_t commas = find_commas(line + at, u64_min(length - at, BLOCK_BYTES), readable - at, &special);
        if (unlikely(special))
            return CSV_NOT_PLAIN;
        for (; commas; commas &= commas - 1) {
            const size_t comma = at + (size_t)__builtin_ctzll(commas);
            if (unlikely(column == column_count))
                return column + 1;
            csv->fields[csv->column_field[column++]] = (struct slice){line + begin, comma - begin};
            begin = comma + 1;
        }
    }
    if (unlikely(column == column_count))
        return column + 1;
    csv->fields[csv->column_field[column]] = (struct slice){line + begin, length - begin};
    return column + 1;
}

/* Cuts a line without quotes into csv->cells; cells beyond CSV_COLUMN_COUNT_MAX are counted only. */
static void cut_unquoted(struct csv *csv, const char *line, size_t length)
{
    csv->cell_count = 0;
    for (size_t begin = 0; begin <= length;) {
        const char *comma = memchr(line + begin, ',', length - begin);
        const size_t end = comma ? (size_t)(comma - line) : length;
        if (csv->cell_count < CSV_COLUMN_COUNT_MAX)
            csv->cells[csv->cell_count] = (struct slice){line + begin, end - begin};
        csv->cell_count++;
        begin = end + 1;
    }
}

/* libcsv: a cell is complete; its bytes are valid during the call only. */
static void on_cell(void *bytes, size_t length, void *owner)
{
    struct csv *csv = owner;
    char *copy = csv->unfolded + csv->unfolded_length;
    if (length > 0)
        memcpy(copy, bytes, length);
    csv->unfolded_length += length;
    if (csv->cell_count < CSV_COLUMN_COUNT_MAX)
        csv->cells[csv->cell_count] = (struct slice){copy, length};
    csv->cell_count++;
}

static void on_row(int end, void *owner)
{
    struct csv *csv = owner;
    (void)end;
    csv->row_count++;
}

/* Cuts one record with quotes into csv->cells; false when it is not RFC 4180. */
static bool cut_quoted(struct csv *csv, struct slice record)
{
    struct csv_parser *parser = &csv->parser;
    csv->cell_count = 0;
    csv->row_count = 0;
    csv->unfolded_length = 0;
    if (csv_parse(parser, record.bytes, record.length, on_cell, on_row, csv) == record.length &&
        csv_fini(parser, on_cell, on_row, csv) == 0)
        return csv->row_count == 1;
    csv_free(parser); /* the only way back from an error */
    csv_start_parser(parser);
    return false;
}

/* Sets how far the record goes that begins on `line`, the line at the front of `rest`: to the first line end
 * outside of quotes, that is, after an even number of them. ROW_MORE when that cannot be known yet; ROW_REJECT,
 * with the first line alone, when there is none within DECODE_RECORD_BYTES_MAX bytes or before the input ends. */
static struct row find_row(const struct rest *rest, const struct line *line)
{
    const char *bytes = rest->bytes;
    const size_t window = u64_min(rest->length, DECODE_RECORD_BYTES_MAX);
    struct row row = {.kind = ROW_RECORD};
    size_t quotes = 0;
    for (size_t begin = 0; begin < window; row.consumed = begin) {
        const char *newline = memchr(bytes + begin, '\n', window - begin);
        if (!newline && (window == DECODE_RECORD_BYTES_MAX || !rest->is_last))
            break;
        const char *end = newline ? newline : bytes + window;
        for (const char *at = bytes + begin; (at = memchr(at, '"', (size_t)(end - at))); at++)
            quotes++;
        begin = (size_t)(end - bytes) + (newline != NULL);
        row.line_count++;
        if (quotes % 2 == 0) {
            end -= end > line->bytes && end[-1] == '\r';
            row.text = (struct slice){line->bytes, (size_t)(end - line->bytes)};
            row.consumed = begin;
            return row;
        }
    }
    row.kind = rest->is_last || window == DECODE_RECORD_BYTES_MAX ? ROW_REJECT : ROW_MORE;
    return row;
}

struct row csv_cut_row(struct csv *csv, const struct rest *rest, const struct line *line)
{
    struct row row = {ROW_RECORD, REASON_NONE, {line->bytes, line->length}, line->consumed, 1};
    const struct row first_line = row;
    row.reason = line_check(line->bytes, line->length);
    if (row.reason == REASON_NONE && !memchr(line->bytes, '"', line->length)) {
        cut_unquoted(csv, line->bytes, line->length);
        return row;
    }
    if (row.reason == REASON_NONE) {
        row = find_row(rest, line);
        const bool is_text = row.line_count == 1 || !line_check(row.text.bytes, row.text.length);
        if (row.kind == ROW_MORE || (row.kind == ROW_RECORD && is_text && cut_quoted(csv, row.text)))
            return row;
        row = first_line;
        row.reason = REASON_QUOTE;
    }
    row.kind = ROW_REJECT;
    return row;
}
