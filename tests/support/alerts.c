/* SPDX-License-Identifier: Apache-2.0 */
#include "alerts.h"

#include "simsieve/base/calendar.h"
#include "simsieve/base/text.h"
#include "suite.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    ck_assert_msg(text != NULL, "no text under %s", key);
    return text;
}

static void read_provinces(struct province_set *set, const json_t *codes)
{
    size_t index;
    json_t *code;
    json_array_foreach(codes, index, code)
    {
        uint64_t value;
        ck_assert(text_parse_u64(json_string_value(code), json_string_length(code), 99, &value));
        province_set_add(set, (unsigned)value);
    }
}

static void read_sims(struct alert *alert, const json_t *sims)
{
    size_t index, length = 0;
    json_t *sim;
    alert->sims = malloc(json_array_size(sims) * 16 + 1);
    json_array_foreach(sims, index, sim)
    {
        memcpy(alert->sims + length, json_string_value(sim), json_string_length(sim) + 1);
        length += json_string_length(sim) + 1;
    }
    alert->sim_count = (uint32_t)json_array_size(sims);
}

struct alert *alert_from_json(const char *line, uint64_t position)
{
    json_t *root = json_loads(line, 0, NULL);
    ck_assert_msg(root != NULL, "no JSON: %.80s", line);
    struct alert *alert = alert_create();
    const char *time = text_at(root, "time");
    ck_assert_int_eq(calendar_parse(time, strlen(time), &alert->time_ms), CALENDAR_OK);
    alert->position = position;
    alert->rev = (uint32_t)json_integer_value(json_object_get(root, "rev"));
    snprintf(alert->id, sizeof(alert->id), "%s", text_at(root, "id"));
    snprintf(alert->rule, sizeof(alert->rule), "%s", text_at(root, "rule"));
    const json_t *subject = json_object_get(root, "subject"), *provinces = json_object_get(root, "provinces");
    snprintf(alert->subject_key, sizeof(alert->subject_key), "%s", text_at(subject, "key"));
    for (alert->severity = 0; strcmp(severity_name(alert->severity), text_at(root, "severity")) != 0;)
        alert->severity++;
    for (alert->mode = 0; strcmp(alert_mode_name(alert->mode), text_at(root, "mode")) != 0;)
        alert->mode++;
    for (alert->subject_type = 0;
         strcmp(subject_type_name(alert->subject_type), text_at(subject, "type")) != 0;)
        alert->subject_type++;
    read_provinces(&alert->active, json_object_get(provinces, "active"));
    read_provinces(&alert->registered, json_object_get(provinces, "registered"));
    read_provinces(&alert->victims, json_object_get(provinces, "victims"));
    read_sims(alert, json_object_get(root, "sims"));
    alert->json = strdup(line);
    alert->json_length = strlen(line);
    json_decref(root);
    return alert;
}

size_t alerts_load(const char *path, struct alert **alerts, size_t count_max)
{
    char *line = NULL;
    size_t count = 0, capacity = 0;
    FILE *stream = fopen(path, "r");
    ck_assert_msg(stream != NULL, "%s cannot be read", path);
    for (ssize_t length; (length = getline(&line, &capacity, stream)) > 0; count++) {
        ck_assert_uint_lt(count, count_max);
        line[length - 1] = 0;
        alerts[count] = alert_from_json(line, count + 1);
    }
    free(line);
    fclose(stream);
    return count;
}

void alerts_destroy(struct alert **alerts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        alert_destroy(alerts[i]);
}
