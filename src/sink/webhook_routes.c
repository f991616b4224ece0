/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook_routes.h"

#include "simsieve/base/calendar.h"
#include "simsieve/base/sheet.h"

#include <string.h>

enum column { ENDPOINT, URL, PROVINCE, VALID_FROM, VALID_TO, COLUMN_COUNT };

static const struct sheet_column columns[COLUMN_COUNT] = {
    [ENDPOINT] = {"endpoint", true},     [URL] = {"url", true},           [PROVINCE] = {"province", true},
    [VALID_FROM] = {"valid_from", true}, [VALID_TO] = {"valid_to", true},
};

struct table {
    const struct sheet *sheet;
    struct webhook_endpoint *endpoints;
    size_t count;
};

static bool is_word(struct slice field, const char *word)
{
    return field.length == strlen(word) && memcmp(field.bytes, word, field.length) == 0;
}

static bool read_name(struct slice field, char name[static OUTLET_NAME_BYTES])
{
    if (field.length == 0 || field.length >= OUTLET_NAME_BYTES)
        return false;
    memcpy(name, field.bytes, field.length);
    name[field.length] = 0;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == field.length;
}

static bool read_province(struct slice field, unsigned *province)
{
    uint64_t code = 0;
    *province = WEBHOOK_EVERY_PROVINCE;
    if (is_word(field, "all"))
        return true;
    if (!text_parse_u64(field.bytes, field.length, PROVINCE_CODE_MAX, &code) || code == 0)
        return false;
    *province = (unsigned)code;
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

/* The endpoint of the name, made if need be; NULL when there are too many. */
static struct webhook_endpoint *find(struct table *table, const char *name, struct slice url)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->endpoints[i].name, name) == 0)
            return &table->endpoints[i];
    if (table->count == OUTLET_LANES_MAX)
        return NULL;
    struct webhook_endpoint *endpoint = &table->endpoints[table->count++];
    *endpoint = (struct webhook_endpoint){0};
    memcpy(endpoint->name, name, OUTLET_NAME_BYTES);
    memcpy(endpoint->url, url.bytes, url.length);
    return endpoint;
}

/* What is wrong with the row, NULL when it was taken. */
static const char *read_row(struct table *table)
{
    char name[OUTLET_NAME_BYTES] = {0};
    struct webhook_route route;
    const struct slice url = sheet_field(table->sheet, URL);
    if (!read_name(sheet_field(table->sheet, ENDPOINT), name))
        return "endpoint is a name of letters a to z, digits and hyphens, below 32";
    if (url.length == 0 || url.length >= WEBHOOK_URL_BYTES || memchr(url.bytes, 0, url.length))
        return "url is empty or longer than 1,023 bytes";
    if (!read_province(sheet_field(table->sheet, PROVINCE), &route.province))
        return "province is a code from 01 to 99, or all";
    if (!read_day(sheet_field(table->sheet, VALID_FROM), INT64_MIN, 0, &route.from_ms) ||
        !read_day(sheet_field(table->sheet, VALID_TO), INT64_MAX, 1, &route.to_ms) ||
        route.from_ms >= route.to_ms)
        return "valid_from and valid_to are dates YYYY-MM-DD in order, or empty";
    struct webhook_endpoint *endpoint = find(table, name, url);
    if (!endpoint)
        return "more than 128 endpoints";
    if (!is_word(url, endpoint->url))
        return "the endpoint has another url in a row above: one name, one url";
    if (endpoint->route_count == WEBHOOK_ROUTES_MAX)
        return "more than 64 rows of one endpoint";
    endpoint->routes[endpoint->route_count++] = route;
    return NULL;
}

enum error_class webhook_endpoints_read(const char *path,
                                        struct webhook_endpoint endpoints[static OUTLET_LANES_MAX],
                                        size_t *count, struct error *error)
{
    enum sheet_state state;
    enum error_class class = ERROR_OK;
    struct sheet *sheet = sheet_open(path, columns, COLUMN_COUNT, error);
    if (!sheet)
        return error->class;
    struct table table = {.sheet = sheet, .endpoints = endpoints};
    while (!class && (state = sheet_next(sheet, error)) != SHEET_END) {
        const char *fault = state == SHEET_ROW ? read_row(&table) : NULL;
        if (state != SHEET_ROW)
            class = error->class;
        else if (fault)
            class = error_set(error, ERROR_CONFIG, "%s:%llu: %s", path, (unsigned long long)sheet_line(sheet),
                              fault);
    }
    sheet_close(sheet);
    if (!class && table.count == 0)
        return error_set(error, ERROR_CONFIG, "%s: there is no endpoint in it", path);
    *count = table.count;
    return class;
}

bool webhook_endpoint_wants(const struct webhook_endpoint *endpoint, const struct outlet_alert *alert)
{
    for (size_t i = 0; i < endpoint->route_count; i++) {
        const struct webhook_route *route = &endpoint->routes[i];
        if (route->from_ms <= alert->time_ms && alert->time_ms < route->to_ms &&
            (route->province == WEBHOOK_EVERY_PROVINCE ||
             province_set_has(&alert->provinces, route->province)))
            return true;
    }
    return false;
}
