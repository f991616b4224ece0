/* SPDX-License-Identifier: Apache-2.0
 * The tables of conf/numbering: one file a kind, all with the columns of README.md there. */
#include "numbering_load.h"

#include "simsieve/base/sheet.h"
#include "simsieve/record/province.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES 4096

enum column {
    PREFIX,
    DIGITS_MIN,
    DIGITS_MAX,
    HOLDER,
    VALID_FROM,
    VALID_UNTIL,
    SOURCE,
    NEW_PREFIX,
    PROVINCE,
    NOTE,
    COLUMN_COUNT
};

static const struct sheet_column columns[COLUMN_COUNT] = {
    [PREFIX] = {"prefix", true}, [DIGITS_MIN] = {"digits_min", true},  [DIGITS_MAX] = {"digits_max", true},
    [HOLDER] = {"holder", true}, [VALID_FROM] = {"valid_from", true},  [VALID_UNTIL] = {"valid_until", true},
    [SOURCE] = {"source", true}, [NEW_PREFIX] = {"new_prefix", false}, [PROVINCE] = {"province", false},
    [NOTE] = {"note", false},
};

static const struct table {
    const char *name;
    enum number_kind kind;
    bool is_trunk; /* prefixes begin with the trunk 0 */
    bool is_renumbered;
    bool is_foreign;
} tables[] = {
    {"mobile.csv", NUMBER_MOBILE, true, false, false},
    {"fixed.csv", NUMBER_FIXED, true, false, false},
    {"renumbered.csv", NUMBER_MOBILE, true, true, false},
    {"services.csv", NUMBER_SERVICE, false, false, false},
    {"short_codes.csv", NUMBER_SHORT, false, false, false},
    {"country_codes.csv", NUMBER_INTERNATIONAL, false, false, true},
};

/* One row on its way in. */
struct row {
    const struct table *table;
    const struct sheet *sheet;
    const char *path;
    struct error *error;
    struct range range;
};

static enum error_class wrong(struct row *row, enum column column, const char *wanted)
{
    const struct slice field = sheet_field(row->sheet, column);
    return error_set(row->error, ERROR_CONFIG, "%s:%llu: %s '%.*s' is not %s", row->path,
                     (unsigned long long)sheet_line(row->sheet), columns[column].name, (int)field.length,
                     field.bytes, wanted);
}

/* A prefix as it is dialled, without the trunk 0. */
static enum error_class read_prefix(struct row *row, enum column column, uint64_t *prefix, size_t *digits)
{
    struct slice field = sheet_field(row->sheet, column);
    const size_t trunk = row->table->is_trunk;
    if (field.length <= trunk || (field.bytes[0] == '0') != row->table->is_trunk)
        return wrong(row, column,
                     trunk ? "a prefix that begins with 0" : "a prefix that does not begin with 0");
    *digits = field.length - trunk;
    if (*digits > PLAN_PREFIX_DIGITS_MAX || field.bytes[trunk] == '0' ||
        !text_parse_u64(field.bytes + trunk, *digits, PLAN_SLOTS - 1, prefix))
        return wrong(row, column, "a prefix of up to four digits after the 0");
    return ERROR_OK;
}

static enum error_class read_digits(struct row *row, enum column column, uint8_t *digits)
{
    const struct slice field = sheet_field(row->sheet, column);
    uint64_t value;
    if (!text_parse_u64(field.bytes, field.length, PLAN_DIGITS_MAX, &value) ||
        value < (uint64_t)row->range.prefix_digits + row->table->is_trunk)
        return wrong(row, column, "the digits of a whole number, at most 15");
    *digits = (uint8_t)(value - row->table->is_trunk);
    return ERROR_OK;
}

/* An empty date is `otherwise`; else the first millisecond of the local day `days_after` it. */
static enum error_class read_date(struct row *row, enum column column, int days_after, int64_t otherwise,
                                  int64_t *time_ms)
{
    const struct slice field = sheet_field(row->sheet, column);
    struct calendar_date date;
    *time_ms = otherwise;
    if (field.length == 0)
        return ERROR_OK;
    if (!calendar_parse_date(field.bytes, field.length, &date))
        return wrong(row, column, "a date (YYYY-MM-DD)");
    *time_ms = calendar_local_midnight_ms(date) + days_after * DAY_MS;
    return ERROR_OK;
}

static enum error_class read_new_prefix(struct row *row)
{
    struct range *range = &row->range;
    size_t digits = 0;
    if (!row->table->is_renumbered)
        return sheet_field(row->sheet, NEW_PREFIX).length == 0 ? ERROR_OK
                                                               : wrong(row, NEW_PREFIX, "of this table");
    const enum error_class class = read_prefix(row, NEW_PREFIX, &range->new_prefix, &digits);
    range->new_prefix_digits = (uint8_t)digits;
    if (class == ERROR_OK && range->digits_min != range->digits_max)
        return wrong(row, DIGITS_MAX, "digits_min: renumbered numbers have one length");
    return class;
}

static enum error_class read_holder(struct row *row)
{
    const struct slice field = sheet_field(row->sheet, HOLDER);
    if (field.length >= sizeof(row->range.holder))
        return wrong(row, HOLDER, "a name of at most 47 bytes");
    memcpy(row->range.holder, field.bytes, field.length);
    return ERROR_OK;
}

static enum error_class read_province(struct row *row)
{
    const struct slice field = sheet_field(row->sheet, PROVINCE);
    if (field.length > 0 && !province_parse(field, &row->range.province))
        return wrong(row, PROVINCE, "the code of a province");
    return ERROR_OK;
}

static enum error_class read_row(struct row *row)
{
    struct range *range = &row->range;
    uint64_t prefix;
    size_t prefix_digits;
    enum error_class class = read_prefix(row, PREFIX, &prefix, &prefix_digits);
    if (class != ERROR_OK)
        return class;
    range->kind = (uint8_t)row->table->kind;
    range->prefix = (uint16_t)prefix;
    range->prefix_digits = (uint8_t)prefix_digits;
    range->file = row->table->name;
    range->line = sheet_line(row->sheet);
    if ((class = read_digits(row, DIGITS_MIN, &range->digits_min)) != ERROR_OK ||
        (class = read_digits(row, DIGITS_MAX, &range->digits_max)) != ERROR_OK ||
        (class = read_date(row, VALID_FROM, 0, INT64_MIN, &range->from_ms)) != ERROR_OK ||
        (class = read_date(row, VALID_UNTIL, 1, INT64_MAX, &range->until_ms)) != ERROR_OK ||
        (class = read_new_prefix(row)) != ERROR_OK || (class = read_holder(row)) != ERROR_OK ||
        (class = read_province(row)) != ERROR_OK)
        return class;
    if (range->digits_min > range->digits_max)
        return wrong(row, DIGITS_MAX, "digits_min or more");
    if (range->from_ms >= range->until_ms)
        return wrong(row, VALID_UNTIL, "a day after valid_from");
    return ERROR_OK;
}

static enum error_class load_table(struct numbering *numbering, const struct table *table, const char *folder,
                                   struct error *error)
{
    char path[PATH_BYTES];
    struct plan *plan = table->is_foreign ? &numbering->foreign : &numbering->national;
    if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, table->name) >= sizeof(path))
        return error_set(error, ERROR_NO_INPUT, "%s: a path above %d bytes", folder, PATH_BYTES);
    struct sheet *sheet = sheet_open(path, columns, COLUMN_COUNT, error);
    if (!sheet)
        return error->class;
    enum error_class class = ERROR_OK;
    enum sheet_state state;
    if (sheet_unknown_columns(sheet)[0] != 0)
        class = error_set(error, ERROR_CONFIG, "%s:1: no column of this table: %s", path,
                          sheet_unknown_columns(sheet));
    while (class == ERROR_OK && (state = sheet_next(sheet, error)) != SHEET_END) {
        struct row row = {.table = table, .sheet = sheet, .path = path, .error = error};
        class = state == SHEET_ROW ? read_row(&row) : error->class;
        if (class == ERROR_OK && !plan_add(plan, &row.range))
            class = error_set(error, ERROR_CONFIG, "%s:%llu: more than %d ranges; widen a prefix", path,
                              (unsigned long long)sheet_line(sheet), PLAN_RANGES_MAX);
    }
    sheet_close(sheet);
    return class;
}

/* What a renumbered prefix became must itself be a range, or its numbers would have no holder. */
static enum error_class check_renumbered(const struct plan *plan, struct error *error)
{
    for (size_t i = 1; i <= plan->count; i++) {
        const struct range *range = &plan->ranges[i];
        if (range->new_prefix == 0)
            continue;
        const unsigned kept = range->digits_max - range->prefix_digits;
        const struct digits digits = {range->new_prefix * powers_of_ten[kept],
                                      range->new_prefix_digits + kept};
        const struct range *became = plan_find_newest(plan, digits, 1u << NUMBER_MOBILE);
        if (!became || became->new_prefix != 0)
            return error_set(error, ERROR_CONFIG, "%s:%llu: no range begins with the new prefix 0%llu",
                             range->file, (unsigned long long)range->line,
                             (unsigned long long)range->new_prefix);
    }
    return ERROR_OK;
}

struct numbering *numbering_load(const char *folder, struct error *error)
{
    struct numbering *numbering = calloc(1, sizeof(*numbering));
    enum error_class class = ERROR_OK;
    CHECK(numbering);
    for (size_t i = 0; i < ARRAY_COUNT(tables) && class == ERROR_OK; i++)
        class = load_table(numbering, &tables[i], folder, error);
    if (class == ERROR_OK)
        class = plan_seal(&numbering->national, error);
    if (class == ERROR_OK)
        class = plan_seal(&numbering->foreign, error);
    if (class == ERROR_OK)
        class = check_renumbered(&numbering->national, error);
    if (class == ERROR_OK)
        return numbering;
    numbering_destroy(numbering);
    return NULL;
}

void numbering_destroy(struct numbering *numbering)
{
    free(numbering);
}
