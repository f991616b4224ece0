/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/detect/sim_alert.h"

#include "simsieve/base/text.h"
#include "simsieve/state/sighting.h"

#include <math.h>
#include <string.h>

void firing_text(const struct alert_context *context, char *buffer, size_t bytes)
{
    struct text text = text_over(buffer, bytes);
    if (identity_is_seq(context->identity))
        text_add(&text, "%s/%llu", context->switch_name(context->owner, identity_switch(context->identity)),
                 (unsigned long long)identity_seq(context->identity));
    else
        text_add(&text, "hash/%016llx", (unsigned long long)cdr_content_hash(context->record));
}

void summary_write(struct text *text, const char *template,
                   bool (*value)(void *owner, const char *name, size_t length, struct text *text),
                   void *owner)
{
    while (*template) {
        const size_t plain = strcspn(template, "{");
        text_add_bytes(text, template, plain);
        template += plain;
        if (!*template)
            return;
        const size_t name = strcspn(template + 1, "}");
        if (!value(owner, template + 1, name, text))
            text_add(text, "?");
        template += 1 + name + (template[1 + name] == '}');
    }
}

/* A value of the summary, over the rule's window. */
struct summary_source {
    struct examination *examination;
    const struct rule *rule;
    enum language language;
};

static bool summary_value(void *owner, const char *name, size_t length, struct text *text)
{
    const struct summary_source *source = owner;
    if (length == 6 && memcmp(name, "window", 6) == 0) {
        window_format(text, source->rule->window_ms, source->language);
        return true;
    }
    const struct measure *measure = measure_by_name(name, length);
    struct bounds bounds;
    if (!measure || !measure->value(examination_view(source->examination, source->rule->window_ms), &bounds))
        return false;
    measure_format(text, measure, bounds.low, source->language);
    return true;
}

/* Fills content->measures, one condition a time. */
struct measure_writer {
    struct examination *examination;
    const struct rule *rule;
    struct alert_content *content;
};

static void add_measure(void *owner, const struct condition *condition)
{
    const struct measure_writer *writer = owner;
    struct alert_content *content = writer->content;
    struct alert_measure measure = {.threshold = condition->threshold,
                                    .op = condition_op_name(condition->op)};
    struct bounds bounds;
    condition_name(writer->rule, condition, measure.name, sizeof(measure.name));
    for (size_t i = 0; i < content->measure_count; i++)
        if (strcmp(content->measures[i].name, measure.name) == 0)
            return; /* compared in two branches: the first is told */
    measure.has_value = condition_value(writer->examination, condition, &bounds);
    const bool is_low = condition->op == OP_AT_LEAST || condition->op == OP_ABOVE;
    measure.value = measure.has_value ? (is_low ? bounds.low : bounds.high) : 0;
    measure.has_value &= isfinite(measure.value);
    content->measures[content->measure_count++] = measure;
}

static void add_victim(void *owner, const struct protected_number *protected)
{
    struct alert_content *content = owner;
    content->protected_count++;
    if (protected->province <= PROVINCE_CODE_MAX)
        content->protected_by_province[protected->province]++;
    province_set_add(&content->victims, protected->province);
}

struct place_source {
    const struct lists *lists;
    struct province_set *set;
};

static void add_cell(void *owner, uint64_t key, int64_t time_ms)
{
    const struct place_source *source = owner;
    (void)time_ms;
    province_set_add(source->set, lists_cell_province(source->lists, key));
}

static void add_evidence(struct alert_content *content, const struct view *view, unsigned domain)
{
    const struct examination *examination = view->examination;
    for (size_t i = examination->count; i > view->first && content->evidence_count < ALERT_EVIDENCE_MAX;
         i--) {
        const struct seen *seen = &examination->events[i - 1];
        const unsigned event_domain = (seen->flags & EVENT_SMS ? DOMAIN_OUT_SMS : DOMAIN_OUT_CALL) |
                                      (seen->flags & EVENT_PROTECTED ? DOMAIN_PROTECTED : 0);
        if (seen->flags & EVENT_OUT && event_domain & domain)
            alert_add_evidence(content, seen->time_ms, seen->identity);
    }
}

static void fill_places(struct alert_content *content, struct examination *examination, int64_t window_ms,
                        const struct subscriber *subscriber)
{
    const struct place_source source = {examination->lists, &content->active};
    sighting_each(examination->state, examination->line, SIGHTING_CELL, examination->now_ms - window_ms,
                  add_cell, (void *)(uintptr_t)&source);
    if (subscriber)
        province_set_add(&content->registered, subscriber->province);
}

struct alert *sim_alert(struct examination *examination, const struct match *match,
                        const struct alert_context *context)
{
    const struct rule *rule = match->rule;
    const struct line *line = examination->line;
    const uint64_t number = line->number;
    char key[NUMBER_TEXT_BYTES], firing[80], vi[RULE_TEXT_BYTES * 2], en[RULE_TEXT_BYTES * 2];
    struct text summary_vi = text_over(vi, sizeof(vi)), summary_en = text_over(en, sizeof(en));
    struct summary_source in_vi = {examination, rule, LANGUAGE_VI}, in_en = {examination, rule, LANGUAGE_EN};
    firing_text(context, firing, sizeof(firing));
    summary_write(&summary_vi, rule->summary_vi, summary_value, &in_vi);
    summary_write(&summary_en, rule->summary_en, summary_value, &in_en);
    struct alert_content content = {.rule = rule->id,
                                    .title_vi = rule->title_vi,
                                    .title_en = rule->title_en,
                                    .summary_vi = vi,
                                    .summary_en = en,
                                    .rev = rule->rev,
                                    .rule_index = match->rule_index,
                                    .mode = rule->mode,
                                    .severity = match->severity,
                                    .subject_type = rule->subject,
                                    .subject_key = number_format(number, context->names, key),
                                    .position = context->position,
                                    .time_ms = context->record->time_ms,
                                    .firing = firing,
                                    .sims = &number,
                                    .sim_count = 1,
                                    .first_seen_ms = line->contact_count ? line_first_contact_ms(line) : 0,
                                    .contacts = line->contact_count};
    struct measure_writer writer = {examination, rule, &content};
    struct view *view = examination_view(examination, rule->window_ms);
    rule_each_condition(rule, rule->levels[match->severity], add_measure, &writer);
    view_each_protected(view, add_victim, &content);
    fill_places(&content, examination, rule->window_ms, context->subscriber);
    add_evidence(&content, view, rule->gate.measure->domain);
    return alert_render(&content, context->names, context->switch_name, context->owner);
}
