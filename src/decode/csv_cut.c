/* SPDX-License-Identifier: Apache-2.0
 * Rows of the input: the fast path cuts lines at once, the careful path finds where a row ends. */
#include "csv_parts.h"

#include <emmintrin.h>
#include <string.h>

#define BLOCK_BYTES 64

/* 64 bytes of input as bits, the first byte's lowest. */
struct block {
    uint64_t commas;
    uint64_t newlines;
    uint64_t specials; /* quotes, control characters and bytes above 0x7f: not for the fast path */
};

static inline struct block look_at(const char *bytes)
{
    const __m128i comma = _mm_set1_epi8(','), newline = _mm_set1_epi8('\n'), quote = _mm_set1_epi8('"');
    const __m128i space = _mm_set1_epi8(' ');
    struct block block = {0, 0, 0};
    for (unsigned at = 0; at < BLOCK_BYTES; at += sizeof(__m128i)) {
        const __m128i part = _mm_loadu_si128((const __m128i *)(const void *)(bytes + at));
        /* Signed, so a byte above 0x7f is below the space too. */
        const __m128i special = _mm_or_si128(_mm_cmpgt_epi8(space, part), _mm_cmpeq_epi8(part, quote));
        block.commas |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(part, comma)) << at;
        block.newlines |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(part, newline)) << at;
        block.specials |= (uint64_t)(unsigned)_mm_movemask_epi8(special) << at;
    }
    return block;
}

/* The same for the last `readable` bytes, fewer than a block; zeros stand for the rest. */
static struct block look_at_end(const char *bytes, size_t readable)
{
    char copy[BLOCK_BYTES] = {0};
    memcpy(copy, bytes, readable);
    return look_at(copy);
}

bool csv_cut_plain(struct csv *csv, const char *bytes, size_t readable, size_t *consumed)
{
    const size_t column_count = csv->column_count;
    size_t column = 0, begin = 0;
    for (size_t at = 0; at < readable; at += BLOCK_BYTES) {
        const bool is_whole = likely(readable - at >= BLOCK_BYTES);
        const struct block block = is_whole ? look_at(bytes + at) : look_at_end(bytes + at, readable - at);
        /* All ones below the first newline; all ones when there is none. */
        const uint64_t line = block.newlines ? (block.newlines & -block.newlines) - 1 : UINT64_MAX;
        for (uint64_t commas = block.commas & line; commas; commas &= commas - 1) {
            const size_t comma = at + (size_t)__builtin_ctzll(commas);
            if (unlikely(column + 1 >= column_count))
                return false;
            csv->fields[csv->column_field[column++]] = (struct slice){bytes + begin, comma - begin};
            begin = comma + 1;
        }
        const uint64_t specials = block.specials & line;
        if (likely(block.newlines)) {
            size_t end = at + (size_t)__builtin_ctzll(block.newlines);
            *consumed = end + 1;
            if (specials && specials == (line + 1) >> 1 && bytes[end - 1] == '\r')
                end--;
            else if (unlikely(specials))
                return false;
            if (unlikely(column + 1 != column_count))
                return false;
            csv->fields[csv->column_field[column]] = (struct slice){bytes + begin, end - begin};
            return true;
        }
        if (unlikely(specials))
            return false;
    }
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
        cells_cut_plain(&csv->cells, line->bytes, line->length);
        return row;
    }
    if (row.reason == REASON_NONE) {
        row = find_row(rest, line);
        const bool is_text = row.line_count == 1 || !line_check(row.text.bytes, row.text.length);
        if (row.kind == ROW_MORE ||
            (row.kind == ROW_RECORD && is_text && cells_cut_quoted(&csv->cells, row.text)))
            return row;
        row = first_line;
        row.reason = REASON_QUOTE;
    }
    row.kind = ROW_REJECT;
    return row;
}
