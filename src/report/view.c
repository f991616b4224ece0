/* SPDX-License-Identifier: Apache-2.0 */
#include "view.h"

#include "simsieve/base/calendar.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

static const struct {
    enum report_role role;
    const char *key, *vietnamese;
} roles[] = {
    {ROLE_ACTIVE, "active", "nơi hoạt động"},
    {ROLE_VICTIMS, "victims", "nơi có người bị liên hệ"},
    {ROLE_REGISTERED, "registered", "nơi đăng ký"},
};

static bool find_severity(const char *name, enum severity *severity)
{
    for (*severity = SEVERITY_MINOR; *severity < SEVERITY_COUNT; (*severity)++)
        if (strcmp(severity_name(*severity), name) == 0)
            return true;
    return false;
}

static bool find_mode(const char *name, enum alert_mode *mode)
{
    for (*mode = MODE_SHADOW; *mode < MODE_COUNT; (*mode)++)
        if (strcmp(alert_mode_name(*mode), name) == 0)
            return true;
    return false;
}

static bool find_subject(const char *name, enum subject_type *type)
{
    for (*type = SUBJECT_SIM; *type < SUBJECT_COUNT; (*type)++)
        if (strcmp(subject_type_name(*type), name) == 0)
            return true;
    return false;
}

static void read_roles(struct view *view, const char *code)
{
    const json_t *provinces = json_object_get(view->root, "provinces");
    view->is_unrouted = true;
    for (size_t i = 0; i < ARRAY_COUNT(roles); i++) {
        const json_t *codes = json_object_get(provinces, roles[i].key);
        view->is_unrouted &= json_array_size(codes) == 0;
        for (size_t k = 0; k < json_array_size(codes); k++) {
            const char *found = json_string_value(json_array_get(codes, k));
            if (found && strcmp(found, code) == 0)
                view->roles |= roles[i].role;
        }
    }
}

static uint64_t count_at(const json_t *object, const char *key)
{
    const json_int_t value = json_integer_value(json_object_get(object, key));
    return value > 0 ? (uint64_t)value : 0;
}

/* What the JSON has beyond the row's columns; false when a text is missing. */
static bool read_object(struct view *view, unsigned province)
{
    char code[8];
    const json_t *root = view->root, *victims = json_object_get(root, "victims");
    const char *first_seen = json_string_value(json_object_get(root, "first_seen"));
    snprintf(code, sizeof(code), "%02u", province);
    if (!first_seen || calendar_parse(first_seen, strlen(first_seen), &view->first_seen_ms) != CALENDAR_OK)
        view->first_seen_ms = INT64_MIN;
    view->id = json_string_value(json_object_get(root, "id"));
    view->subject_key = json_string_value(json_object_get(json_object_get(root, "subject"), "key"));
    view->rule = json_string_value(json_object_get(root, "rule"));
    view->title = json_string_value(json_object_get(json_object_get(root, "title"), "vi"));
    view->summary = json_string_value(json_object_get(json_object_get(root, "summary"), "vi"));
    view->sims = json_object_get(root, "sims");
    view->measures = json_object_get(root, "measures");
    view->contacts = count_at(root, "contacts");
    view->protected_count = count_at(victims, "protected");
    view->protected_here = count_at(json_object_get(victims, "by_province"), code);
    view->evidence_count = json_array_size(json_object_get(root, "evidence"));
    read_roles(view, code);
    const char *schema = json_string_value(json_object_get(root, "schema"));
    return view->id && view->rule && view->subject_key && view->title && view->summary && schema &&
           strcmp(schema, "simsieve.alert/1") == 0;
}

bool view_read(struct view *view, const struct store_alert *alert, unsigned province)
{
    *view = (struct view){.time_ms = alert->time_ms,
                          .root = json_loads(alert->json, JSON_REJECT_DUPLICATES, NULL)};
    if (view->root && find_severity(alert->severity, &view->severity) &&
        find_mode(alert->mode, &view->mode) && find_subject(alert->subject_type, &view->subject_type) &&
        read_object(view, province))
        return true;
    view_fini(view);
    return false;
}

void view_fini(struct view *view)
{
    json_decref(view->root);
    view->root = NULL;
}

void view_add_subject(struct text *text, const struct view *view, enum number_form form)
{
    static const char *const words[] = {
        [SUBJECT_SIM] = "thuê bao",    [SUBJECT_CAMPAIGN] = "chiến dịch",
        [SUBJECT_DEVICE] = "thiết bị", [SUBJECT_CELL] = "trạm",
        [SUBJECT_DEALER] = "điểm bán", [SUBJECT_VICTIM] = "người bị liên hệ, bí danh",
        [SUBJECT_TRUNK] = "trung kế",  [SUBJECT_NUMBER] = "số bị hiển thị",
    };
    static_assert(ARRAY_COUNT(words) == SUBJECT_COUNT, "a word for each subject");
    const bool is_number = view->subject_type == SUBJECT_SIM ||
                           (view->subject_type == SUBJECT_NUMBER &&
                            strspn(view->subject_key, "0123456789") == strlen(view->subject_key));
    text_add(text, "%s ", words[view->subject_type]);
    if (is_number)
        masking_add_number(text, view->subject_key, form);
    else
        masking_add_text(text, view->subject_key, form);
}

void view_add_sims(struct text *text, const struct view *view, enum number_form form, size_t count_max)
{
    const size_t count = json_array_size(view->sims);
    for (size_t i = 0; i < count && i < count_max; i++) {
        const char *digits = json_string_value(json_array_get(view->sims, i));
        text_add(text, "%s", i ? ", " : "");
        masking_add_number(text, digits ? digits : "", form);
    }
    if (count > count_max) {
        text_add(text, " và ");
        words_add_count(text, count - count_max);
        text_add(text, " số khác");
    }
}

void view_add_roles(struct text *text, const struct view *view)
{
    const char *separator = view_is_primary(view) ? "chủ trì (" : "phối hợp (";
    for (size_t i = 0; i < ARRAY_COUNT(roles); i++) {
        if (!(view->roles & roles[i].role))
            continue;
        text_add(text, "%s%s", separator, roles[i].vietnamese);
        separator = ", ";
    }
    if (view->roles)
        text_add(text, ")");
}
