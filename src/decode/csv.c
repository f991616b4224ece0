/* SPDX-License-Identifier: Apache-2.0
 * Canonical CSV (csv.md). A line of plain ASCII without quotes takes the fast path: cut where it lies, nothing
 * copied. Whatever the fast path does not turn into a record is done again on the careful path, which knows
 * quotes, repeated headers and reasons. */
#include "decoders.h"
#include "lines.h"
#include "notice.h"
#include "swar.h"

#include "simsieve/base/text.h"

#include <csv.h>
#include <stdlib.h>

#define COLUMN_COUNT_MAX 256
#define NOT_PLAIN        SIZE_MAX

struct csv {
    const struct decode_context *context;
    char *input;
    struct lines lines;
    size_t column_count; /* 0: the header has not been read */
    /* The field of each column; CDR_FIELD_COUNT for a column nobody knows. */
    uint8_t column_field[COLUMN_COUNT_MAX];
    /* The texts of the present row by field; the last takes unknown columns. Fields without a column stay empty. */
    struct slice fields[CDR_FIELD_COUNT + 1];
    /* The careful path: the texts of the present row by column, and where quoted ones are unfolded. */
    struct slice cells[COLUMN_COUNT_MAX];
    size_t cell_count;
    struct csv_parser parser; /* keeps its buffer from record to record */
    size_t row_count;         /* rows that libcsv found in one record */
    char *unfolded;           /* DECODE_RECORD_BYTES_MAX bytes */
    size_t unfolded_length;
};

/* What the careful path made of the front of the input. */
enum row_kind { ROW_RECORD, ROW_REJECT, ROW_HEADER, ROW_MORE };

struct row {
    enum row_kind kind;
    enum reason reason; /* of a reject */
    struct slice text;
    size_t consumed;   /* with its last line end */
    size_t line_count; /* physical lines */
};

/* Only the decoder's framing ends a record; a bare CR is a character like any other. */
static int is_newline(unsigned char byte)
{
    return byte == '\n';
}

static void start_parser(struct csv_parser *parser)
{
    CHECK(csv_init(parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
    csv_set_term_func(parser, is_newline);
    csv_set_blk_size(parser, DECODE_RECORD_BYTES_MAX);
}

static void *csv_open(const struct decode_context *context, const char *input, struct error *error)
{
    struct csv *csv = calloc(1, sizeof(*csv));
    if (csv) {
        csv->context = context;
        csv->input = strdup(input);
        csv->unfolded = malloc(DECODE_RECORD_BYTES_MAX);
        csv->lines = lines_start();
        start_parser(&csv->parser);
    }
    if (!csv || !csv->input || !csv->unfolded) {
        error_set(error, ERROR_INTERNAL, "%s: no memory to decode it", input);
        decoder_csv.close(csv);
        return NULL;
    }
    return csv;
}

static void csv_close(void *state)
{
    struct csv *csv = state;
    if (!csv)
        return;
    csv_free(&csv->parser);
    free(csv->input);
    free(csv->unfolded);
    free(csv);
}

/* Bits of the commas in 64 bytes (fewer at the end of the line); adds to `special` what is not for this path. */
static inline uint64_t commas_of_block(const char *bytes, size_t length, size_t readable, uint64_t *special)
{
    uint64_t commas = 0;
    for (size_t at = 0; at < 64 && at < length; at += SWAR_BYTES) {
        const uint64_t word = swar_load(bytes + at, length - at, readable - at);
        *special |= swar_not_plain(word) | swar_some_equal(word, '"');
        commas |= swar_bits(swar_equal(word, ',')) << at;
    }
    return commas;
}

/* Cuts a line into csv->fields. Returns the number of cells, as far as there are columns for them, or NOT_PLAIN
 * for a line with quotes, control characters or bytes above 0x7f. Reads within `readable` bytes. */
static size_t cut_plain(struct csv *csv, const char *line, size_t length, size_t readable)
{
    const size_t column_count = csv->column_count;
    size_t column = 0, begin = 0;
    uint64_t special = 0;
    for (size_t block = 0; block < length; block += 64) {
        uint64_t commas = commas_of_block(line + block, length - block, readable - block, &special);
        for (; commas; commas &= commas - 1) {
            const size_t comma = block + (size_t)__builtin_ctzll(commas);
            if (unlikely(column == column_count))
                return column + 1;
            csv->fields[csv->column_field[column++]] = (struct slice){line + begin, comma - begin};
            begin = comma + 1;
        }
    }
    if (unlikely(special))
        return NOT_PLAIN;
    if (unlikely(column == column_count))
        return column + 1;
    csv->fields[csv->column_field[column]] = (struct slice){line + begin, length - begin};
    return column + 1;
}

/* Cuts a line without quotes into csv->cells; cells beyond COLUMN_COUNT_MAX are counted only. */
static void cut_unquoted(struct csv *csv, const char *line, size_t length)
{
    csv->cell_count = 0;
    for (size_t begin = 0; begin <= length;) {
        const char *comma = memchr(line + begin, ',', length - begin);
        const size_t end = comma ? (size_t)(comma - line) : length;
        if (csv->cell_count < COLUMN_COUNT_MAX)
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
    if (csv->cell_count < COLUMN_COUNT_MAX)
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
    start_parser(parser);
    return false;
}

/* Sets how far the record goes that begins on `line`, the line at the front of `bytes`: to the first line end
 * outside of quotes, that is, after an even number of them. ROW_MORE when that cannot be known yet; ROW_REJECT,
 * with the first line alone, when there is none within DECODE_RECORD_BYTES_MAX bytes or before the input ends. */
static struct row find_row(const char *bytes, size_t length, bool is_last, const struct line *line)
{
    const size_t window = u64_min(length, DECODE_RECORD_BYTES_MAX);
    struct row row = {.kind = ROW_RECORD};
    size_t quotes = 0;
    for (size_t begin = 0; begin < window; row.consumed = begin) {
        const char *newline = memchr(bytes + begin, '\n', window - begin);
        if (!newline && (window == DECODE_RECORD_BYTES_MAX || !is_last))
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
    row.kind = is_last || window == DECODE_RECORD_BYTES_MAX ? ROW_REJECT : ROW_MORE;
    return row;
}

static size_t field_of_column(struct slice name)
{
    for (size_t field = 0; field < CDR_FIELD_COUNT; field++) {
        const char *column = cdr_column((enum cdr_field)field);
        if (strlen(column) == name.length && memcmp(column, name.bytes, name.length) == 0)
            return field;
    }
    return CDR_FIELD_COUNT;
}

/* The first required column that `seen` (a bit a field) lacks, CDR_FIELD_COUNT when it lacks none. */
static size_t missing_column(unsigned seen)
{
    size_t field = 0;
    while (field < CDR_FIELD_COUNT && (seen >> field & 1 || !cdr_column_is_required((enum cdr_field)field)))
        field++;
    return field;
}

/* The fields that csv->cells name as a header would; `twice` is one that is named twice, or CDR_FIELD_COUNT. */
static unsigned named_fields(const struct csv *csv, size_t *twice)
{
    unsigned seen = 0;
    *twice = CDR_FIELD_COUNT;
    for (size_t i = 0; i < csv->cell_count && i < COLUMN_COUNT_MAX; i++) {
        const size_t field = field_of_column(slice_trim(csv->cells[i]));
        if (field == CDR_FIELD_COUNT)
            continue;
        if (seen >> field & 1)
            *twice = field;
        seen |= 1u << field;
    }
    return seen;
}

/* csv->cells are a header: from here on its columns hold. */
static void take_header(struct csv *csv)
{
    memset(csv->fields, 0, sizeof(csv->fields));
    csv->column_count = csv->cell_count;
    for (size_t i = 0; i < csv->cell_count; i++) {
        const struct slice name = slice_trim(csv->cells[i]);
        const size_t field = field_of_column(name);
        csv->column_field[i] = (uint8_t)field;
        if (field == CDR_FIELD_COUNT && name.length > 0)
            notice_unknown(csv->input, name);
    }
}

/* A header that a concatenation left in the middle, in whatever order its columns are. */
static bool is_repeated_header(const struct csv *csv)
{
    size_t twice;
    return csv->cell_count <= COLUMN_COUNT_MAX &&
           missing_column(named_fields(csv, &twice)) == CDR_FIELD_COUNT && twice == CDR_FIELD_COUNT;
}

/* The column present that is nearest to the wanted one, copied to `nearest`; false when none is near. */
static bool nearest_column(const struct csv *csv, const char *wanted, char nearest[static NAME_BYTES_MAX + 1])
{
    char texts[COLUMN_COUNT_MAX][NAME_BYTES_MAX + 1];
    const char *names[COLUMN_COUNT_MAX];
    size_t count = 0;
    for (size_t i = 0; i < csv->cell_count; i++) {
        const struct slice name = slice_trim(csv->cells[i]);
        if (name.length == 0 || name.length > NAME_BYTES_MAX)
            continue;
        memcpy(texts[count], name.bytes, name.length);
        texts[count][name.length] = 0;
        names[count] = texts[count];
        count++;
    }
    const char *found = text_nearest(wanted, strlen(wanted), names, sizeof(names[0]), count);
    if (found)
        memcpy(nearest, found, strlen(found) + 1);
    return found != NULL;
}

static enum error_class no_header(const struct csv *csv, size_t missing, struct slice line,
                                  struct error *error)
{
    static const char required[] = "required are type, time, a and b";
    const char *wanted = cdr_column((enum cdr_field)missing);
    const unsigned long long number = csv->lines.number;
    char nearest[NAME_BYTES_MAX + 1];
    const bool has_comma = memchr(line.bytes, ',', line.length);
    if (!has_comma && memchr(line.bytes, ';', line.length))
        return error_set(error, ERROR_DATA,
                         "%s:%llu: no column \"%s\": the header is separated by ';', write commas; %s",
                         csv->input, number, wanted, required);
    if (!has_comma && memchr(line.bytes, '\t', line.length))
        return error_set(error, ERROR_DATA,
                         "%s:%llu: no column \"%s\": the header is separated by TAB, write commas; %s",
                         csv->input, number, wanted, required);
    if (memchr(line.bytes, '\r', line.length))
        return error_set(error, ERROR_DATA,
                         "%s:%llu: no column \"%s\": lines end in CR alone, write LF or CRLF; %s", csv->input,
                         number, wanted, required);
    if (nearest_column(csv, wanted, nearest))
        return error_set(error, ERROR_DATA,
                         "%s:%llu: no column \"%s\" in the header, the nearest is \"%s\"; %s", csv->input,
                         number, wanted, nearest, required);
    return error_set(error, ERROR_DATA, "%s:%llu: no column \"%s\" in the header; %s", csv->input, number,
                     wanted, required);
}

/* The first row of an input must be a header; `is_cut`: its cells are in csv->cells. */
static enum error_class read_header(struct csv *csv, const struct row *row, bool is_cut, struct error *error)
{
    const unsigned long long number = csv->lines.number;
    size_t twice;
    if (!is_cut)
        return error_set(error, ERROR_DATA, "%s:%llu: the header line is damaged: %s", csv->input, number,
                         reason_meaning(row->reason));
    if (csv->cell_count > COLUMN_COUNT_MAX)
        return error_set(error, ERROR_DATA, "%s:%llu: the header has %zu columns, the limit is %d",
                         csv->input, number, csv->cell_count, COLUMN_COUNT_MAX);
    const size_t missing = missing_column(named_fields(csv, &twice));
    if (missing != CDR_FIELD_COUNT)
        return no_header(csv, missing, row->text, error);
    if (twice != CDR_FIELD_COUNT)
        return error_set(error, ERROR_DATA, "%s:%llu: the header has the column \"%s\" twice", csv->input,
                         number, cdr_column((enum cdr_field)twice));
    take_header(csv);
    return ERROR_OK;
}

/* Finds the row at the front and cuts it into csv->cells; a row that is damaged as text is ROW_REJECT. */
static struct row cut_row(struct csv *csv, const char *bytes, size_t length, bool is_last,
                          const struct line *line)
{
    struct row row = {ROW_RECORD, REASON_NONE, {line->bytes, line->length}, line->consumed, 1};
    const struct row first_line = row;
    row.reason = line_check(line->bytes, line->length);
    if (row.reason == REASON_NONE && !memchr(line->bytes, '"', line->length)) {
        cut_unquoted(csv, line->bytes, line->length);
        return row;
    }
    if (row.reason == REASON_NONE) {
        row = find_row(bytes, length, is_last, line);
        if (row.kind == ROW_MORE || (row.kind == ROW_RECORD && !line_check(row.text.bytes, row.text.length) &&
                                     cut_quoted(csv, row.text)))
            return row;
        row = first_line;
        row.reason = REASON_QUOTE;
    }
    row.kind = ROW_REJECT;
    return row;
}

static enum reason decode_cells(struct csv *csv, struct cdr *cdr)
{
    if (csv->cell_count != csv->column_count)
        return REASON_FIELD_COUNT;
    for (size_t i = 0; i < csv->cell_count; i++)
        csv->fields[csv->column_field[i]] = csv->cells[i];
    return decode_fields(csv->context, csv->fields, cdr);
}

/* The careful path: one row from the front of `bytes`, whose first line is `line`, into `cdr`. */
static enum error_class careful_row(struct csv *csv, const char *bytes, size_t length, bool is_last,
                                    const struct line *line, struct cdr *cdr, struct row *row,
                                    struct error *error)
{
    *row = cut_row(csv, bytes, length, is_last, line);
    if (row->kind == ROW_MORE)
        return ERROR_OK;
    if (csv->column_count == 0) {
        const bool is_cut = row->kind == ROW_RECORD;
        row->kind = ROW_HEADER;
        return read_header(csv, row, is_cut, error);
    }
    if (row->kind == ROW_REJECT)
        return ERROR_OK;
    row->reason = decode_cells(csv, cdr);
    if (row->reason == REASON_NONE)
        return ERROR_OK;
    if (is_repeated_header(csv)) {
        take_header(csv);
        row->kind = ROW_HEADER;
    } else if (row->line_count == 1) {
        row->kind = ROW_REJECT;
    } else {
        /* A stray quote may have joined good lines to a bad one: give up the first alone. */
        *row = (struct row){ROW_REJECT, REASON_QUOTE, {line->bytes, line->length}, line->consumed, 1};
    }
    return ERROR_OK;
}

static bool fast_row(struct csv *csv, const struct line *line, size_t readable, struct cdr *cdr)
{
    return csv->column_count > 0 &&
           cut_plain(csv, line->bytes, line->length, readable) == csv->column_count &&
           decode_fields(csv->context, csv->fields, cdr) == REASON_NONE;
}

static enum error_class csv_decode(void *state, const char *bytes, size_t length, bool is_last,
                                   struct decoded *decoded, size_t *consumed, struct error *error)
{
    struct csv *csv = state;
    size_t at = 0;
    decoded->count = 0;
    *consumed = 0;
    while (at < length && decoded->count < decoded->capacity) {
        struct cdr *cdr = &decoded->records[decoded->count];
        struct line line;
        const enum line_status status = lines_next(&csv->lines, bytes + at, length - at, is_last, &line);
        if (status == LINE_MORE)
            break;
        struct row row = {ROW_HEADER, REASON_NONE, {line.bytes, line.length}, line.consumed, 0};
        if (status == LINE_TOO_LONG) {
            row.kind = ROW_REJECT;
            row.reason = REASON_LINE_TOO_LONG;
            if (csv->column_count == 0)
                return read_header(csv, &row, false, error);
        } else if (status == LINE_READY) {
            if (likely(fast_row(csv, &line, (size_t)(bytes + length - line.bytes), cdr))) {
                row.kind = ROW_RECORD;
                row.line_count = 1;
            } else if (careful_row(csv, bytes + at, length - at, is_last, &line, cdr, &row, error)) {
                return error->class;
            }
        }
        if (row.kind == ROW_MORE)
            break;
        if (row.kind == ROW_RECORD) {
            cdr->line = csv->lines.number;
            decoded->count++;
        } else if (row.kind == ROW_REJECT) {
            decoded->reject(decoded->owner, row.reason, csv->lines.number, row.text.bytes, row.text.length);
        }
        csv->lines.number += row.line_count;
        at += row.consumed;
        *consumed = at;
    }
    return ERROR_OK;
}

/* What a first line has of a header, whatever separates its columns. */
static int csv_detect(const char *bytes, size_t length)
{
    struct lines lines = lines_start();
    struct line line = {bytes, 0, 0};
    enum line_status status = LINE_BLANK;
    unsigned seen = 0, type_count = 0;
    for (size_t at = 0; at < length && status == LINE_BLANK; at += line.consumed)
        status = lines_next(&lines, bytes + at, length - at, true, &line);
    for (size_t begin = 0; begin < line.length;) {
        size_t end = begin;
        while (end < line.length && !strchr(",;\t\"", line.bytes[end]))
            end++;
        const struct slice cell = slice_trim((struct slice){line.bytes + begin, end - begin});
        const size_t field = field_of_column(cell);
        seen |= field < CDR_FIELD_COUNT ? 1u << field : 0;
        for (size_t type = 0; type < CDR_TYPE_COUNT; type++)
            type_count += strlen(cdr_type_name((enum cdr_type)type)) == cell.length &&
                          memcmp(cdr_type_name((enum cdr_type)type), cell.bytes, cell.length) == 0;
        begin = end + 1;
    }
    if (missing_column(seen) == CDR_FIELD_COUNT)
        return 100;
    return __builtin_popcount(seen) >= 2 ? 50 : type_count == 1 ? 25 : 0;
}

const struct decoder decoder_csv = {
    .name = "csv",
    .summary = "canonical CSV with a header line (RFC 4180)",
    .detect = csv_detect,
    .open = csv_open,
    .close = csv_close,
    .decode = csv_decode,
};
