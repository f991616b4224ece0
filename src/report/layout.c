/* SPDX-License-Identifier: Apache-2.0 */
#include "layout.h"

#include <string.h>

/* The code point at `bytes` and its length; a byte that begins none counts as itself. */
static uint32_t code_point(const char *bytes, size_t length, size_t *step)
{
    const unsigned char first = (unsigned char)bytes[0];
    const size_t wanted = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    uint32_t value = wanted == 1 ? first : first & (0x7Fu >> wanted);
    *step = 1;
    if (wanted > length)
        return first;
    for (size_t i = 1; i < wanted; i++)
        value = value << 6 | ((unsigned char)bytes[i] & 0x3F);
    *step = wanted;
    return value;
}

static bool is_combining(uint32_t point)
{
    return point >= 0x300 && point <= 0x36F;
}

size_t layout_width(const char *bytes, size_t length)
{
    size_t width = 0, step;
    for (size_t at = 0; at < length; at += step)
        width += !is_combining(code_point(bytes + at, length - at, &step));
    return width;
}

/* The letter without its marks: Latin-1, Latin Extended-A and -B as far as Vietnamese uses them, and the
 * Vietnamese part of Latin Extended Additional (U+1EA0 to U+1EF9). 0 when it has none. */
static char base_letter(uint32_t point)
{
    static const char additional[] =
        "aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy";
    static const char latin1[] = "aaaaaaaceeeeiiiidnooooo_ouuuuy__";
    static const struct {
        uint16_t upper;
        char letter;
    } others[] = {{0x102, 'a'}, {0x110, 'd'}, {0x128, 'i'}, {0x168, 'u'}, {0x1A0, 'o'}, {0x1AF, 'u'}};
    static_assert(sizeof(additional) - 1 == 0x1EF9 - 0x1EA0 + 1, "a letter for each code point");
    if (point < 0x80)
        return (char)(point >= 'A' && point <= 'Z' ? point + 0x20 : point);
    if (point >= 0xC0 && point <= 0xFF)
        return latin1[(point - 0xC0) & 0x1F];
    if (point >= 0x1EA0 && point <= 0x1EF9)
        return additional[point - 0x1EA0];
    for (size_t i = 0; i < ARRAY_COUNT(others); i++)
        if (point == others[i].upper || point == others[i].upper + 1u)
            return others[i].letter;
    return 0;
}

void layout_fold(const char *text, char *folded, size_t capacity)
{
    const size_t length = strlen(text);
    size_t count = 0, step;
    for (size_t at = 0; at < length && count + 1 < capacity; at += step) {
        const char letter = base_letter(code_point(text + at, length - at, &step));
        if (letter)
            folded[count++] = letter;
    }
    folded[count] = 0;
}

static void print_spaces(FILE *stream, size_t count)
{
    fprintf(stream, "%*s", (int)count, "");
}

/* Bytes of `text` that fill a line of `columns`: up to its last space that fits, else as much as fits. */
static size_t line_length(const char *text, size_t columns)
{
    const size_t length = strlen(text);
    size_t width = 0, at = 0, last_space = 0, step;
    while (at < length) {
        const uint32_t point = code_point(text + at, length - at, &step);
        width += !is_combining(point);
        if (width > columns)
            return last_space ? last_space : at;
        at += step;
        if (at < length && text[at] == ' ')
            last_space = at;
    }
    return length;
}

static const char *skip_spaces(const char *text)
{
    return text + strspn(text, " ");
}

void layout_paragraph(FILE *stream, unsigned first, unsigned rest, const char *text)
{
    unsigned indent = first;
    for (text = skip_spaces(text); *text; indent = rest) {
        const size_t length = line_length(text, LAYOUT_COLUMNS - indent);
        print_spaces(stream, indent);
        fprintf(stream, "%.*s\n", (int)length, text);
        text = skip_spaces(text + length);
    }
}

void layout_centred(FILE *stream, const char *text)
{
    for (text = skip_spaces(text); *text;) {
        const size_t length = line_length(text, LAYOUT_COLUMNS);
        print_spaces(stream, (LAYOUT_COLUMNS - layout_width(text, length)) / 2);
        fprintf(stream, "%.*s\n", (int)length, text);
        text = skip_spaces(text + length);
    }
}

void layout_halves(FILE *stream, const char *left, const char *right)
{
    const size_t half = LAYOUT_COLUMNS / 2, left_width = layout_width(left, strlen(left)),
                 right_width = layout_width(right, strlen(right));
    size_t start = right_width < half ? half + (half - right_width) / 2 : LAYOUT_COLUMNS - right_width;
    if (start <= left_width)
        start = left_width + 1;
    fprintf(stream, "%s", left);
    if (*right) {
        print_spaces(stream, start - left_width);
        fprintf(stream, "%s", right);
    }
    fprintf(stream, "\n");
}

void layout_row(FILE *stream, unsigned name_columns, const char *name, unsigned cell_columns,
                const char *const *cells, size_t cell_count)
{
    size_t length = line_length(name, name_columns);
    fprintf(stream, "%.*s", (int)length, name);
    print_spaces(stream, name_columns - layout_width(name, length));
    for (size_t i = 0; i < cell_count; i++) {
        const size_t width = layout_width(cells[i], strlen(cells[i]));
        print_spaces(stream, width < cell_columns ? cell_columns - width : 1);
        fprintf(stream, "%s", cells[i]);
    }
    fprintf(stream, "\n");
    for (name = skip_spaces(name + length); *name; name = skip_spaces(name + length)) {
        length = line_length(name, name_columns - 2);
        fprintf(stream, "  %.*s\n", (int)length, name);
    }
}
