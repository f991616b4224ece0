/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/conf/settings.h"

#include "simsieve/base/text.h"

#include <string.h>

#define SETTINGS_MAX 64

struct reading {
    const struct settings *settings;
    void *owner;
    uint64_t seen; /* a bit a row */
};

static void *place_of(const struct setting *row, void *owner)
{
    return (char *)owner + row->offset;
}

/* What is wrong with the text for this row, NULL when it is stored. */
static const char *store(const struct setting *row, const char *text, void *owner)
{
    const size_t length = strlen(text);
    const uint64_t max = row->max ? row->max : UINT64_MAX;
    uint64_t number = 0;
    int64_t duration_ms = 0;
    switch (row->kind) {
    case SETTING_TEXT:
        *(const char **)place_of(row, owner) = text;
        return NULL;
    case SETTING_DURATION:
        if (!text_parse_duration_ms(text, length, &duration_ms))
            return "is no duration: write 30s, 5m, 24h, 7d";
        if ((uint64_t)duration_ms < row->min || (uint64_t)duration_ms > max)
            return "is out of its range";
        *(int64_t *)place_of(row, owner) = duration_ms;
        return NULL;
    case SETTING_BYTES:
        if (!text_parse_bytes(text, length, &number))
            return "is no size: write 64M, 4G";
        break;
    case SETTING_COUNT:
        if (!text_parse_u64(text, length, UINT64_MAX, &number))
            return "is no whole number";
        break;
    case SETTING_SWITCH:
        if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
            return "is neither yes nor no";
        *(bool *)place_of(row, owner) = text[0] == 'y';
        return NULL;
    case SETTING_READER:
        CHECK(!"a reader stores by itself");
    }
    if (number < row->min || number > max)
        return "is out of its range";
    *(uint64_t *)place_of(row, owner) = number;
    return NULL;
}

static enum error_class read_row(const struct setting *row, void *owner, struct yaml_value value,
                                 struct error *error)
{
    const char *text;
    if (row->kind == SETTING_READER)
        return row->read(owner, value, error);
    if (yaml_read_text(value, &text, error))
        return error->class;
    const char *wrong = store(row, text, owner);
    if (!wrong)
        return ERROR_OK;
    if (row->max)
        return yaml_error(value, error, "%s: '%.60s' %s (%llu to %llu)", row->name, text, wrong,
                          (unsigned long long)row->min, (unsigned long long)row->max);
    return yaml_error(value, error, "%s: '%.60s' %s", row->name, text, wrong);
}

static enum error_class read_pair(void *owner, struct yaml_value key, struct yaml_value value,
                                  struct error *error)
{
    struct reading *reading = owner;
    const struct settings *settings = reading->settings;
    const char *name = yaml_text(key);
    for (size_t i = 0; i < settings->count; i++) {
        if (strcmp(settings->rows[i].name, name) != 0)
            continue;
        reading->seen |= (uint64_t)1 << i;
        return read_row(&settings->rows[i], reading->owner, value, error);
    }
    return yaml_unknown(key, "key", name, settings->rows, sizeof(settings->rows[0]), settings->count, error);
}

enum error_class settings_read(const struct settings *settings, struct yaml_value map, void *owner,
                               struct error *error)
{
    struct reading reading = {.settings = settings, .owner = owner};
    CHECK(settings->count <= SETTINGS_MAX);
    for (size_t i = 0; i < settings->count; i++) {
        const struct setting *row = &settings->rows[i];
        if (row->default_text && row->kind != SETTING_READER &&
            (row->default_text[0] || row->kind == SETTING_TEXT))
            CHECK(!store(row, row->default_text, owner));
    }
    enum error_class class = yaml_each_pair(map, read_pair, &reading, error);
    for (size_t i = 0; i < settings->count && !class; i++)
        if (!settings->rows[i].default_text && !(reading.seen >> i & 1))
            class = yaml_error(map, error, "key '%s' is missing: %s", settings->rows[i].name,
                               settings->rows[i].meaning);
    return class;
}
