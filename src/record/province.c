/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/record/province.h"

#include "simsieve/base/sheet.h"

#include <string.h>

#define NAME_BYTES 48

struct province_table {
    char names[PROVINCE_CODE_MAX + 1][NAME_BYTES]; /* "" where there is none */
    unsigned count;
};

/* Written at start-up, before there are other threads. */
static struct province_table table;

enum column { CODE, NAME, COLUMN_COUNT };

static const struct sheet_column columns[COLUMN_COUNT] = {[CODE] = {"code", true}, [NAME] = {"name", true}};

static bool parse_code(struct slice field, uint8_t *code)
{
    uint64_t value;
    if (field.length > 2 || !text_parse_u64(field.bytes, field.length, PROVINCE_CODE_MAX, &value) ||
        value == 0)
        return false;
    *code = (uint8_t)value;
    return true;
}

static enum error_class take_row(struct province_table *read, const struct sheet *sheet, const char *path,
                                 struct error *error)
{
    const struct slice code_field = sheet_field(sheet, CODE), name = sheet_field(sheet, NAME);
    const unsigned long long line = sheet_line(sheet);
    uint8_t code;
    if (!parse_code(code_field, &code))
        return error_set(error, ERROR_CONFIG, "%s:%llu: code '%.*s' is not 01 to 99", path, line,
                         (int)code_field.length, code_field.bytes);
    if (name.length == 0 || name.length >= NAME_BYTES)
        return error_set(error, ERROR_CONFIG, "%s:%llu: name is empty or above %d bytes", path, line,
                         NAME_BYTES - 1);
    char *known = read->names[code];
    if (known[0] != 0 && (strlen(known) != name.length || memcmp(known, name.bytes, name.length) != 0))
        return error_set(error, ERROR_CONFIG, "%s:%llu: province %02u is '%.*s' here and '%s' above", path,
                         line, code, (int)name.length, name.bytes, known);
    read->count += known[0] == 0;
    memcpy(known, name.bytes, name.length);
    return ERROR_OK;
}

enum error_class provinces_load(const char *path, struct error *error)
{
    struct province_table read = {0};
    enum error_class class = ERROR_OK;
    struct sheet *sheet = sheet_open(path, columns, COLUMN_COUNT, error);
    if (!sheet)
        return error->class;
    enum sheet_state state;
    while (class == ERROR_OK && (state = sheet_next(sheet, error)) != SHEET_END)
        class = state == SHEET_ROW ? take_row(&read, sheet, path, error) : error->class;
    sheet_close(sheet);
    if (class == ERROR_OK && read.count == 0)
        class = error_set(error, ERROR_CONFIG, "%s:1: names no province", path);
    if (class == ERROR_OK)
        table = read;
    return class;
}

const char *province_name(unsigned code)
{
    if (code > PROVINCE_CODE_MAX || table.names[code][0] == 0)
        return NULL;
    return table.names[code];
}

bool province_parse(struct slice field, uint8_t *code)
{
    return parse_code(field, code) && (table.count == 0 || province_name(*code) != NULL);
}
