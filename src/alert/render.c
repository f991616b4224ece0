/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/alert/content.h"

#include "simsieve/base/calendar.h"
#include "simsieve/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* An object with 1,024 SIMs, twice, and all its texts. */
#define JSON_BYTES_MAX (64u << 10)

static void add_key(struct text *json, const char *key)
{
    text_add(json, "%s\"%s\":", json->data[json->length - 1] == '{' ? "" : ",", key);
}

static void add_string(struct text *json, const char *key, const char *value)
{
    add_key(json, key);
    text_add_json(json, value, strlen(value));
}

static void add_time(struct text *json, const char *key, int64_t time_ms)
{
    char buffer[CALENDAR_TEXT_BYTES];
    add_string(json, key, calendar_format(time_ms, buffer));
}

static void add_two_languages(struct text *json, const char *key, const char *vi, const char *en)
{
    add_key(json, key);
    text_add(json, "{");
    add_string(json, "vi", vi);
    add_string(json, "en", en);
    text_add(json, "}");
}

static void add_numbers(struct text *json, const char *key, const uint64_t *numbers, size_t count,
                        const struct names *names)
{
    char buffer[NUMBER_TEXT_BYTES];
    add_key(json, key);
    text_add(json, "[");
    for (size_t i = 0; i < count; i++) {
        text_add(json, i ? "," : "");
        number_format(numbers[i], names, buffer);
        text_add_json(json, buffer, strlen(buffer));
    }
    text_add(json, "]");
}

static void add_measures(struct text *json, const struct alert_content *content)
{
    add_key(json, "measures");
    text_add(json, "{");
    for (size_t i = 0; i < content->measure_count; i++) {
        const struct alert_measure *measure = &content->measures[i];
        add_key(json, measure->name);
        text_add(json, "{\"value\":");
        if (measure->has_value)
            text_add_number(json, measure->value, 6);
        else
            text_add(json, "null");
        text_add(json, ",\"threshold\":");
        text_add_number(json, measure->threshold, 6);
        text_add(json, ",\"op\":\"%s\"}", measure->op);
    }
    text_add(json, "}");
}

static void add_provinces(struct text *json, const char *key, const struct province_set *set)
{
    bool is_first = true;
    add_key(json, key);
    text_add(json, "[");
    for (unsigned code = 1; code <= PROVINCE_CODE_MAX; code++) {
        if (!province_set_has(set, code))
            continue;
        text_add(json, "%s\"%02u\"", is_first ? "" : ",", code);
        is_first = false;
    }
    text_add(json, "]");
}

static void add_victims(struct text *json, const struct alert_content *content)
{
    add_key(json, "victims");
    text_add(json, "{\"protected\":%u,\"by_province\":{", content->protected_count);
    for (unsigned code = 1; code <= PROVINCE_CODE_MAX; code++) {
        if (!content->protected_by_province[code])
            continue;
        text_add(json, "%s\"%02u\":%u", json->data[json->length - 1] == '{' ? "" : ",", code,
                 content->protected_by_province[code]);
    }
    text_add(json, "}}");
}

static void add_evidence(struct text *json, const struct alert_content *content,
                         const char *(*switch_name)(void *owner, uint32_t switch_index), void *owner)
{
    add_key(json, "evidence");
    text_add(json, "[");
    for (size_t i = 0; i < content->evidence_count; i++) {
        const struct alert_evidence *evidence = &content->evidence[i];
        text_add(json, i ? ",{" : "{");
        if (identity_is_seq(evidence->identity)) {
            add_string(json, "switch", switch_name(owner, identity_switch(evidence->identity)));
            add_key(json, "seq");
            text_add(json, "%llu", (unsigned long long)identity_seq(evidence->identity));
        } else {
            add_key(json, "hash");
            text_add(json, "\"%012llx\"", (unsigned long long)evidence->identity);
        }
        add_time(json, "time", evidence->time_ms);
        text_add(json, "}");
    }
    text_add(json, "]");
}

static void make_id(const struct alert_content *content, char id[static ALERT_ID_BYTES])
{
    char buffer[512];
    struct text key = text_over(buffer, sizeof(buffer));
    text_add(&key, "%s\n%u\n%s\n%s\n%s", content->rule, content->rev,
             subject_type_name(content->subject_type), content->subject_key, content->firing);
    const XXH128_hash_t hash = XXH3_128bits(key.data, key.length);
    struct text text = text_over(id, ALERT_ID_BYTES);
    text_add(&text, "%016llx%016llx", (unsigned long long)hash.high64, (unsigned long long)hash.low64);
}

static void write_json(struct text *json, const struct alert_content *content, const struct alert *alert,
                       const struct names *names,
                       const char *(*switch_name)(void *owner, uint32_t switch_index), void *owner)
{
    text_add(json, "{");
    add_string(json, "schema", "simsieve.alert/1");
    add_string(json, "id", alert->id);
    add_time(json, "time", content->time_ms);
    add_string(json, "rule", content->rule);
    add_key(json, "rev");
    text_add(json, "%u", content->rev);
    add_two_languages(json, "title", content->title_vi, content->title_en);
    add_string(json, "mode", alert_mode_name(content->mode));
    add_string(json, "severity", severity_name(content->severity));
    add_key(json, "subject");
    text_add(json, "{");
    add_string(json, "type", subject_type_name(content->subject_type));
    add_string(json, "key", content->subject_key);
    text_add(json, "}");
    add_numbers(json, "sims", content->sims, content->sim_count, names);
    if (content->joined)
        add_numbers(json, "joined", content->joined, content->joined_count, names);
    add_measures(json, content);
    add_time(json, "first_seen", content->first_seen_ms ? content->first_seen_ms : content->time_ms);
    add_key(json, "contacts");
    text_add(json, "%llu", (unsigned long long)content->contacts);
    add_victims(json, content);
    add_key(json, "provinces");
    text_add(json, "{");
    add_provinces(json, "active", &content->active);
    add_provinces(json, "registered", &content->registered);
    add_provinces(json, "victims", &content->victims);
    text_add(json, "}");
    add_evidence(json, content, switch_name, owner);
    add_two_languages(json, "summary", content->summary_vi, content->summary_en);
    text_add(json, "}");
}

/* Accused numbers one after another, each with its zero. */
static char *write_sims(const struct alert_content *content, const struct names *names)
{
    char buffer[NUMBER_TEXT_BYTES];
    char *sims = malloc(content->sim_count * NUMBER_TEXT_BYTES + 1), *at = sims;
    CHECK(sims);
    for (size_t i = 0; i < content->sim_count; i++) {
        const size_t length = strlen(number_format(content->sims[i], names, buffer)) + 1;
        memcpy(at, buffer, length);
        at += length;
    }
    return sims;
}

struct alert *alert_render(const struct alert_content *content, const struct names *names,
                           const char *(*switch_name)(void *owner, uint32_t switch_index), void *owner)
{
    struct alert *alert = alert_create();
    char *buffer = malloc(JSON_BYTES_MAX);
    CHECK(buffer);
    make_id(content, alert->id);
    alert->position = content->position;
    alert->rule_index = content->rule_index;
    alert->time_ms = content->time_ms;
    alert->rev = content->rev;
    alert->severity = content->severity;
    alert->mode = content->mode;
    alert->subject_type = content->subject_type;
    alert->active = content->active;
    alert->registered = content->registered;
    alert->victims = content->victims;
    struct text rule = text_over(alert->rule, sizeof(alert->rule));
    struct text subject = text_over(alert->subject_key, sizeof(alert->subject_key));
    text_add(&rule, "%s", content->rule);
    text_add(&subject, "%s", content->subject_key);
    alert->sim_count = (uint32_t)content->sim_count;
    alert->sims = write_sims(content, names);
    struct text json = text_over(buffer, JSON_BYTES_MAX);
    write_json(&json, content, alert, names, switch_name, owner);
    CHECK(!json.is_cut);
    alert->json_length = json.length;
    alert->json = realloc(buffer, json.length + 1);
    CHECK(alert->json);
    return alert;
}
