/* SPDX-License-Identifier: Apache-2.0 */
#include "places.h"

#include "layout.h"
#include "simsieve/alert/alert.h"
#include "simsieve/base/calendar.h"
#include "simsieve/base/sheet.h"

#include <stdlib.h>
#include <string.h>

enum { VERSION_BEFORE = 63, VERSION_NOW = 34 };

struct places {
    size_t count;
    struct place rows[PLACES_MAX];
};

enum column { CODE, VERSION, NAME, VALID_FROM, VALID_TO, NOW, DEPARTMENT, POLICE, COLUMN_COUNT };

static const struct sheet_column columns[COLUMN_COUNT] = {
    [CODE] = {"code", true},
    [VERSION] = {"admin_version", true},
    [NAME] = {"name", true},
    [VALID_FROM] = {"valid_from", true},
    [VALID_TO] = {"valid_to", true},
    [NOW] = {"now", true},
    [DEPARTMENT] = {"department", true},
    [POLICE] = {"police", true},
};

static bool read_code(struct slice field, unsigned *code)
{
    uint64_t value;
    if (!text_parse_u64(field.bytes, field.length, PROVINCE_CODE_MAX, &value) || value == 0)
        return false;
    *code = (unsigned)value;
    return true;
}

/* `open_ms` when the field is empty, else the date's midnight and `days` more. */
static bool read_day(struct slice field, int64_t open_ms, int days, int64_t *time_ms)
{
    struct calendar_date date;
    *time_ms = open_ms;
    if (field.length == 0)
        return true;
    if (!calendar_parse_date(field.bytes, field.length, &date))
        return false;
    *time_ms = calendar_local_midnight_ms(date) + days * DAY_MS;
    return true;
}

static bool read_name(struct slice field, char *name, size_t capacity)
{
    if (field.length >= capacity)
        return false;
    memcpy(name, field.bytes, field.length);
    name[field.length] = 0;
    return true;
}

static enum error_class read_place(const struct sheet *sheet, const char *path, struct place *place,
                                   struct error *error)
{
    uint64_t version = 0;
    const struct slice version_field = sheet_field(sheet, VERSION);
    const bool is_version = text_parse_u64(version_field.bytes, version_field.length, 63, &version);
    const char *fault = NULL;
    if (!read_code(sheet_field(sheet, CODE), &place->code) ||
        !read_code(sheet_field(sheet, NOW), &place->now))
        fault = "code and now are codes from 01 to 99";
    else if (!is_version || (version != VERSION_BEFORE && version != VERSION_NOW))
        fault = "admin_version is 63 or 34";
    else if (version == VERSION_NOW && place->code != place->now)
        fault = "a province of the 34 has its own code in now";
    else if (!read_day(sheet_field(sheet, VALID_FROM), INT64_MIN, 0, &place->from_ms) ||
             !read_day(sheet_field(sheet, VALID_TO), INT64_MAX, 1, &place->to_ms) ||
             place->from_ms >= place->to_ms)
        fault = "valid_from and valid_to are dates YYYY-MM-DD in order, or empty";
    else if (sheet_field(sheet, NAME).length == 0 ||
             !read_name(sheet_field(sheet, NAME), place->name, sizeof(place->name)) ||
             !read_name(sheet_field(sheet, DEPARTMENT), place->department, sizeof(place->department)) ||
             !read_name(sheet_field(sheet, POLICE), place->police, sizeof(place->police)))
        fault = "a name is empty or too long";
    place->version = (unsigned)version;
    if (!fault)
        return ERROR_OK;
    return error_set(error, ERROR_CONFIG, "%s:%llu: %s", path, (unsigned long long)sheet_line(sheet), fault);
}

struct places *places_load(const char *path, struct error *error)
{
    enum sheet_state state;
    enum error_class class = ERROR_OK;
    struct sheet *sheet = sheet_open(path, columns, COLUMN_COUNT, error);
    if (!sheet)
        return NULL;
    struct places *places = calloc(1, sizeof(*places));
    CHECK(places);
    while (!class && (state = sheet_next(sheet, error)) != SHEET_END) {
        if (state != SHEET_ROW)
            class = error->class;
        else if (places->count == PLACES_MAX)
            class = error_set(error, ERROR_CONFIG, "%s: more than %d rows", path, PLACES_MAX);
        else
            class = read_place(sheet, path, &places->rows[places->count++], error);
    }
    sheet_close(sheet);
    if (!class)
        return places;
    places_destroy(places);
    return NULL;
}

void places_destroy(struct places *places)
{
    free(places);
}

const struct place *places_next(const struct places *places, const struct place *place, unsigned province,
                                int64_t time_ms)
{
    for (size_t i = place ? (size_t)(place - places->rows) + 1 : 0; i < places->count; i++) {
        const struct place *row = &places->rows[i];
        if (row->now == province && row->from_ms <= time_ms && time_ms < row->to_ms)
            return row;
    }
    return NULL;
}

/* The newest row of a code of one version, NULL when there is none. */
static const struct place *newest(const struct places *places, unsigned code, unsigned version)
{
    const struct place *found = NULL;
    for (size_t i = 0; i < places->count; i++) {
        const struct place *row = &places->rows[i];
        if (row->code == code && row->version == version && (!found || row->to_ms > found->to_ms))
            found = row;
    }
    return found;
}

const char *places_name(const struct places *places, unsigned province)
{
    const struct place *row = newest(places, province, VERSION_NOW);
    return row ? row->name : NULL;
}

/* A name as people may type it: no accents, lower case, without "tỉnh" or "thành phố". */
static const char *plain_name(const char *name, char plain[static PLACE_NAME_BYTES])
{
    static const char *const kinds[] = {"tinh ", "thanh pho ", "tp. ", "tp "};
    layout_fold(name, plain, PLACE_NAME_BYTES);
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
        if (strncmp(plain, kinds[i], strlen(kinds[i])) == 0)
            return plain + strlen(kinds[i]);
    return plain;
}

static enum error_class was_merged(const struct places *places, const char *typed, const struct place *place,
                                   struct error *error)
{
    const char *name = places_name(places, place->now);
    return error_set(error, ERROR_USAGE,
                     "province '%.40s': %s (code %02u until 2025-06-30) is now part of %s: use %02u", typed,
                     place->name, place->code, name ? name : "another", place->now);
}

static enum error_class find_code(const struct places *places, const char *typed, unsigned code,
                                  unsigned *province, struct error *error)
{
    const struct place *former = newest(places, code, VERSION_BEFORE), *nearest = NULL;
    *province = code;
    if (code == 0 || places_name(places, code))
        return ERROR_OK;
    if (former)
        return was_merged(places, typed, former, error);
    for (unsigned step = 1; step <= PROVINCE_CODE_MAX && !nearest; step++) {
        nearest = code > step ? newest(places, code - step, VERSION_NOW) : NULL;
        if (!nearest)
            nearest = newest(places, code + step, VERSION_NOW);
    }
    return error_set(error, ERROR_USAGE, "province '%.40s' is none of the 34; the nearest code is %02u (%s)",
                     typed, nearest ? nearest->code : 0, nearest ? nearest->name : "unrouted");
}

enum error_class places_find(const struct places *places, const char *typed, unsigned *province,
                             struct error *error)
{
    struct {
        const char *word;
        const struct place *place;
        char plain[PLACE_NAME_BYTES];
    } names[PLACES_MAX];
    size_t name_count = 0;
    char wanted[PLACE_NAME_BYTES], before[PLACE_NAME_BYTES];
    const char *plain = plain_name(typed, wanted);
    const struct place *former = NULL, *nearest = NULL;
    uint64_t code;
    if (text_parse_u64(typed, strlen(typed), PROVINCE_CODE_MAX, &code))
        return find_code(places, typed, (unsigned)code, province, error);
    for (size_t i = 0; i < places->count; i++) {
        const struct place *row = &places->rows[i];
        if (row->version == VERSION_NOW) {
            names[name_count].place = row;
            names[name_count].word = plain_name(row->name, names[name_count].plain);
            name_count++;
        } else if (strcmp(plain_name(row->name, before), plain) == 0) {
            former = row;
        }
    }
    const char *word = text_nearest(plain, strlen(plain), names, sizeof(names[0]), name_count);
    for (size_t i = 0; i < name_count && word; i++)
        nearest = strcmp(names[i].word, word) == 0 ? names[i].place : nearest;
    if (nearest && strcmp(word, plain) == 0) {
        *province = nearest->code;
        return ERROR_OK;
    }
    if (former)
        return was_merged(places, typed, former, error);
    if (nearest)
        return error_set(error, ERROR_USAGE, "there is no province '%.40s'; the nearest is %02u (%s)", typed,
                         nearest->code, nearest->name);
    return error_set(
        error, ERROR_USAGE,
        "there is no province '%.40s': name one of the 34 by code or name, or 0 for what has none", typed);
}
