/* SPDX-License-Identifier: Apache-2.0 */
#include "group_alert.h"

#include "simsieve/base/sort.h"
#include "simsieve/base/text.h"
#include "simsieve/detect/sim_alert.h"

#include <stdlib.h>
#include <string.h>

struct summary_source {
    const struct group *group;
    enum language language;
};

static bool summary_value(void *owner, const char *name, size_t length, struct text *text)
{
    const struct summary_source *source = owner;
    const struct group *group = source->group;
    if (length == 6 && memcmp(name, "window", 6) == 0) {
        window_format(text, group->rule->window_ms, source->language);
        return true;
    }
    for (unsigned i = 0; i < GROUP_MEASURE_COUNT; i++) {
        const char *known = group_measure_name((enum group_measure)i);
        if (strlen(known) == length && memcmp(known, name, length) == 0) {
            text_add_number(text, group_figure(group, (enum group_measure)i), 0);
            return true;
        }
    }
    return false;
}

struct measure_writer {
    const struct group *group;
    struct alert_content *content;
};

static void add_measure(void *owner, const struct condition *condition)
{
    const struct measure_writer *writer = owner;
    const char *name = group_measure_name(condition->group);
    for (size_t i = 0; i < writer->content->measure_count; i++)
        if (strcmp(writer->content->measures[i].name, name) == 0)
            return; /* compared in two branches: the first is told */
    struct alert_measure *measure = &writer->content->measures[writer->content->measure_count++];
    *measure = (struct alert_measure){.value = group_figure(writer->group, condition->group),
                                      .has_value = true,
                                      .threshold = condition->threshold,
                                      .op = condition_op_name(condition->op)};
    condition_name(writer->group->rule, condition, measure->name, sizeof(measure->name));
}

/* What a person calls the group: "protected/11", a device's digits, a dealer's name. */
static void write_key(const struct group *group, const struct names *names, struct text *text)
{
    switch (group->rule->group_by) {
    case GROUP_BY_PROTECTED:
        text_add(text, "protected/%02llu", (unsigned long long)group->key);
        break;
    case GROUP_BY_DEVICE:
        text_add(text, "%014llu", (unsigned long long)group->key);
        break;
    case GROUP_BY_DEALER:
    case GROUP_BY_BATCH:
    case GROUP_BY_TRUNK:
        text_add(text, "%s", names_text(names, group->key));
        break;
    default: /* victims, owners and cells are told by their hash */
        text_add(text, "%s/%016llx", group_by_name(group->rule->group_by), (unsigned long long)group->key);
        break;
    }
}

static void walk_contacts(const struct group *group, struct alert_content *content, uint64_t *sims,
                          uint64_t *victims)
{
    size_t sim_count = 0, victim_count = 0;
    content->contacts = group->live;
    for (uint32_t i = group->count; i > 0; i--) { /* newest first */
        const struct group_contact *contact =
            &group->contacts[(group->first + i - 1) & (group->capacity - 1)];
        if (!contact->sim)
            continue;
        sims[sim_count++] = contact->sim;
        if (contact->victim) /* with its province in the low bits: one number is in one province */
            victims[victim_count++] = (contact->victim & ~(uint64_t)127) | contact->victim_province;
        if (!content->first_seen_ms || contact->first_contact_ms < content->first_seen_ms)
            content->first_seen_ms = contact->first_contact_ms;
        province_set_add(&content->active, contact->active_province);
        province_set_add(&content->registered, contact->registered_province);
        province_set_add(&content->victims, contact->victim_province);
        alert_add_evidence(content, contact->time_ms, contact->identity);
    }
    content->sim_count = sort_unique_u64(sims, sim_count);
    content->protected_count = (uint32_t)sort_unique_u64(victims, victim_count);
    for (uint32_t i = 0; i < content->protected_count; i++)
        content->protected_by_province[victims[i] & 127]++;
}

/* Names the members, and which of them are new since the last report. */
static void name_sims(struct group *group, struct alert_content *content, const uint64_t *sims,
                      uint64_t *joined)
{
    if (!group->rule->accuses) {
        content->sim_count = 0;
        return;
    }
    if (content->sim_count > ALERT_SIMS_MAX)
        content->sim_count = ALERT_SIMS_MAX;
    content->sims = sims;
    for (size_t i = 0; i < content->sim_count; i++) {
        if (counted_set_has(&group->reported, sims[i]))
            continue;
        counted_set_add(&group->reported, sims[i]);
        joined[content->joined_count++] = sims[i];
    }
    if (!group->is_first_report)
        content->joined = joined;
}

struct alert *group_alert(struct group *group, enum severity severity, const struct edge *edge,
                          const struct group_context *context)
{
    const struct rule *rule = group->rule;
    char key[ALERT_SUBJECT_BYTES], firing[80], vi[RULE_TEXT_BYTES * 2], en[RULE_TEXT_BYTES * 2];
    struct text key_text = text_over(key, sizeof(key)), firing_words = text_over(firing, sizeof(firing));
    struct text summary_vi = text_over(vi, sizeof(vi)), summary_en = text_over(en, sizeof(en));
    uint64_t *scratch = malloc(3 * group->count * sizeof(uint64_t));
    CHECK(scratch);
    write_key(group, context->names, &key_text);
    if (identity_is_seq(edge->identity))
        text_add(&firing_words, "%s/%llu",
                 context->switch_name(context->owner, identity_switch(edge->identity)),
                 (unsigned long long)identity_seq(edge->identity));
    else
        text_add(&firing_words, "hash/%016llx", (unsigned long long)edge->firing);
    struct summary_source in_vi = {group, LANGUAGE_VI}, in_en = {group, LANGUAGE_EN};
    summary_write(&summary_vi, rule->summary_vi, summary_value, &in_vi);
    summary_write(&summary_en, rule->summary_en, summary_value, &in_en);
    struct alert_content content = {.rule = rule->id,
                                    .title_vi = rule->title_vi,
                                    .title_en = rule->title_en,
                                    .summary_vi = vi,
                                    .summary_en = en,
                                    .rev = rule->rev,
                                    .rule_index = edge->rule_index,
                                    .mode = rule->mode,
                                    .severity = severity,
                                    .subject_type = rule->subject,
                                    .subject_key = key,
                                    .position = edge->position,
                                    .time_ms = edge->time_ms,
                                    .firing = firing};
    struct measure_writer writer = {group, &content};
    rule_each_condition(rule, rule->levels[severity], add_measure, &writer);
    walk_contacts(group, &content, scratch, scratch + group->count);
    name_sims(group, &content, scratch, scratch + 2 * group->count);
    struct alert *alert = alert_render(&content, context->names, context->switch_name, context->owner);
    free(scratch);
    return alert;
}
