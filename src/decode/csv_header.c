/* SPDX-License-Identifier: Apache-2.0
 * Header lines: which column is which field, and what to say when a header is none. */
#include "csv_parts.h"

#include "notice.h"

#include "simsieve/base/text.h"

#include <string.h>

static bool is_text(struct slice text, const char *word)
{
    return strlen(word) == text.length && memcmp(word, text.bytes, text.length) == 0;
}

static size_t field_of_column(struct slice name)
{
    size_t field = 0;
    while (field < CDR_FIELD_COUNT && !is_text(name, cdr_column((enum cdr_field)field)))
        field++;
    return field;
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
    for (size_t i = 0; i < csv->cells.count && i < CSV_COLUMN_COUNT_MAX; i++) {
        const size_t field = field_of_column(slice_trim(csv->cells.texts[i]));
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
    csv->column_count = csv->cells.count;
    csv->has_read_header = true;
    for (size_t i = 0; i < csv->cells.count; i++) {
        const struct slice name = slice_trim(csv->cells.texts[i]);
        const size_t field = field_of_column(name);
        csv->column_field[i] = (uint8_t)field;
        if (field == CDR_FIELD_COUNT && name.length > 0)
            notice_unknown(csv->input, name);
    }
}

/* The column present that is nearest to the wanted one, copied to `nearest`; false when none is near. */
static bool nearest_column(const struct csv *csv, const char *wanted, char nearest[static NAME_BYTES_MAX + 1])
{
    char texts[CSV_COLUMN_COUNT_MAX][NAME_BYTES_MAX + 1];
    const char *names[CSV_COLUMN_COUNT_MAX];
    size_t count = 0;
    for (size_t i = 0; i < csv->cells.count; i++) {
        const struct slice name = slice_trim(csv->cells.texts[i]);
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
enum error_class csv_read_header(struct csv *csv, const struct row *row, struct error *error)
{
    const unsigned long long number = csv->lines.number;
    size_t twice;
    if (row->kind != ROW_RECORD)
        return error_set(error, ERROR_DATA, "%s:%llu: the header line is damaged: %s", csv->input, number,
                         reason_meaning(row->reason));
    if (csv->cells.count > CSV_COLUMN_COUNT_MAX)
        return error_set(error, ERROR_DATA, "%s:%llu: the header has %zu columns, the limit is %d",
                         csv->input, number, csv->cells.count, CSV_COLUMN_COUNT_MAX);
    const size_t missing = missing_column(named_fields(csv, &twice));
    if (missing != CDR_FIELD_COUNT)
        return no_header(csv, missing, row->text, error);
    if (twice != CDR_FIELD_COUNT)
        return error_set(error, ERROR_DATA, "%s:%llu: the header has the column \"%s\" twice", csv->input,
                         number, cdr_column((enum cdr_field)twice));
    take_header(csv);
    return ERROR_OK;
}

bool csv_take_repeated_header(struct csv *csv)
{
    size_t twice;
    if (csv->cells.count > CSV_COLUMN_COUNT_MAX ||
        missing_column(named_fields(csv, &twice)) != CDR_FIELD_COUNT || twice != CDR_FIELD_COUNT)
        return false;
    take_header(csv);
    return true;
}

/* The cell of a first line at `at`, whatever separates its columns; sets `at` behind it. */
static struct slice next_name(const struct line *line, size_t *at)
{
    const size_t begin = *at;
    while (*at < line->length && !memchr(",;\t", line->bytes[*at], 3))
        ++*at;
    struct slice name = slice_trim((struct slice){line->bytes + begin, *at - begin});
    ++*at;
    if (name.length >= 2 && name.bytes[0] == '"' && name.bytes[name.length - 1] == '"')
        name = (struct slice){name.bytes + 1, name.length - 2};
    return name;
}

static bool is_type(struct slice name)
{
    for (size_t type = 0; type < CDR_TYPE_COUNT; type++)
        if (is_text(name, cdr_type_name((enum cdr_type)type)))
            return true;
    return false;
}

int csv_detect_header(const char *bytes, size_t length)
{
    struct lines lines = lines_start();
    struct line line = {bytes, 0, 0};
    enum line_status status = LINE_BLANK;
    unsigned seen = 0;
    bool is_record = false;
    for (size_t at = 0; at < length && status == LINE_BLANK; at += line.consumed)
        status = lines_next(&lines, bytes + at, length - at, true, &line);
    for (size_t at = 0; at < line.length;) {
        const bool is_first = at == 0;
        const struct slice name = next_name(&line, &at);
        const size_t field = field_of_column(name);
        seen |= field < CDR_FIELD_COUNT ? 1u << field : 0;
        is_record |= is_first && is_type(name);
    }
    if (missing_column(seen) == CDR_FIELD_COUNT)
        return 100;
    return __builtin_popcount(seen) >= 2 ? 50 : is_record ? 25 : 0;
}
