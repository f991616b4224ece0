/* SPDX-License-Identifier: Apache-2.0 */
#include "rules_parts.h"
#include "simsieve/base/text.h"
#include "simsieve/detect/evaluate.h"

#include <stdio.h>
#include <string.h>

#define LINE_BYTES 2048

/* A tree of conditions in one line: "a >= 1 and (b <= 2 or c >= 3)". */
static void add_tree(struct text *line, const struct rule *rule, uint16_t node, bool is_inside)
{
    const struct node *at = &rule->nodes[node];
    if (at->kind == NODE_CONDITION) {
        condition_format(line, rule, &rule->conditions[at->condition]);
        return;
    }
    const bool is_group = is_inside && at->child && rule->nodes[at->child].sibling && at->kind == NODE_ANY;
    text_add(line, is_group ? "(" : "");
    for (uint16_t child = at->child; child; child = rule->nodes[child].sibling) {
        text_add(line, "%s", child == at->child ? "" : at->kind == NODE_ALL ? ", " : " or ");
        add_tree(line, rule, child, true);
    }
    text_add(line, is_group ? ")" : "");
}

static void add_duration(struct text *line, const char *name, int64_t duration_ms)
{
    text_add(line, "%s ", name);
    text_add_duration(line, duration_ms);
}

void rules_print_table(const struct program *program)
{
    printf("%-28s %4s %-8s %-9s %-7s %-9s %s\n", "rule", "rev", "status", "subject", "window", "severity",
           "all of");
    for (size_t i = 0; i < program->rule_count; i++) {
        const struct rule *rule = program->rules[i];
        char buffer[LINE_BYTES], window[32];
        struct text text = text_over(window, sizeof(window));
        text_add_duration(&text, rule->window_ms);
        for (unsigned severity = SEVERITY_MINOR; severity < SEVERITY_COUNT; severity++) {
            struct text line = text_over(buffer, sizeof(buffer));
            if (!rule->levels[severity])
                continue;
            add_tree(&line, rule, rule->levels[severity], false);
            printf("%-28s %4u %-8s %-9s %-7s %-9s %s\n", rule->id, rule->rev, alert_mode_name(rule->mode),
                   subject_type_name(rule->subject), window, severity_name((enum severity)severity), buffer);
        }
        if (rule->member) {
            struct text line = text_over(buffer, sizeof(buffer));
            add_tree(&line, rule, rule->member, false);
            printf("%-28s %4s %-8s %-9s %-7s %-9s %s\n", "", "", "", "", "", "members", buffer);
        }
    }
}

static void print_measure(const struct measure *measure)
{
    printf("%s (%s)\n  %s.\n  formula  %s\n  example  %s\n", measure->name, unit_name(measure->unit),
           measure->meaning, measure->formula, measure->example);
    if (measure->needs_sample)
        printf("  a ratio: a rule that compares it sets min_sample\n");
}

static void print_condition(const struct rule *rule, const struct condition *condition, unsigned depth)
{
    char buffer[256];
    struct text line = text_over(buffer, sizeof(buffer));
    condition_format(&line, rule, condition);
    printf("%*s%-*s %s\n", (int)(2 * depth), "", (int)(32 - 2 * depth), buffer,
           condition->measure ? condition->measure->formula : "of the members' contacts in the window");
}

/* A tree of conditions, one a line; what the outermost "all of" means goes without saying. */
static void print_tree(const struct rule *rule, uint16_t root, unsigned depth)
{
    const struct node *node = &rule->nodes[root];
    if (node->kind == NODE_CONDITION) {
        print_condition(rule, &rule->conditions[node->condition], depth);
        return;
    }
    if (!rule->nodes[node->child].sibling) { /* of one */
        print_tree(rule, node->child, depth);
        return;
    }
    const bool is_told = node->kind == NODE_ANY || depth > 2;
    if (is_told)
        printf("%*s%s:\n", (int)(2 * depth), "", node->kind == NODE_ANY ? "any of" : "all of");
    for (uint16_t child = node->child; child; child = rule->nodes[child].sibling)
        print_tree(rule, child, depth + is_told);
}

static void print_notes(const char *title, char *const *notes)
{
    for (size_t i = 0; i < RULE_NOTES_MAX && notes[i]; i++)
        printf("  %-14s %s\n", i ? "" : title, notes[i]);
}

static void print_rule(const struct rule *rule)
{
    char buffer[256];
    struct text line = text_over(buffer, sizeof(buffer));
    printf("%s rev %u, %s\n  %s\n  %s\n", rule->id, rule->rev, alert_mode_name(rule->mode), rule->title_en,
           rule->title_vi);
    add_duration(&line, "window", rule->window_ms);
    add_duration(&line, ", cooldown", rule->cooldown_ms);
    text_add(&line, "; subject %s", subject_type_name(rule->subject));
    if (rule->group_by)
        text_add(&line, " by %s", group_by_name(rule->group_by));
    printf("  %s\n", buffer);
    line = text_over(buffer, sizeof(buffer));
    condition_format(&line, rule, &rule->gate);
    printf("  looked at once %s\n", buffer);
    if (rule->member) {
        printf("  members:\n");
        print_tree(rule, rule->member, 2);
    }
    for (unsigned severity = SEVERITY_MINOR; severity < SEVERITY_COUNT; severity++) {
        if (!rule->levels[severity])
            continue;
        printf("  %s:\n", severity_name((enum severity)severity));
        print_tree(rule, rule->levels[severity], 2);
    }
    print_notes("references", rule->references);
    print_notes("may hit", rule->false_positives);
}

enum error_class rules_print_explanation(const struct program *program, const char *name, struct error *error)
{
    const char *names[RULES_MAX + 64];
    size_t count = 0;
    for (size_t i = 0; i < program->rule_count; i++) {
        if (name && strcmp(program->rules[i]->id, name) == 0) {
            print_rule(program->rules[i]);
            return ERROR_OK;
        }
        names[count++] = program->rules[i]->id;
    }
    for (size_t i = 0; i < measure_count(); i++) {
        if (!name || strcmp(measure_at(i)->name, name) == 0)
            print_measure(measure_at(i));
        if (name && strcmp(measure_at(i)->name, name) == 0)
            return ERROR_OK;
        names[count++] = measure_at(i)->name;
    }
    if (!name)
        return ERROR_OK;
    const char *nearest = text_nearest(name, strlen(name), names, sizeof(names[0]), count);
    return error_set(error, ERROR_USAGE, "'%s' is neither a rule nor a measure; %s%s%s", name,
                     nearest
                         ? "did you mean '"
                         : "`simsieve rules explain` lists the measures, `simsieve rules table` the rules",
                     nearest ? nearest : "", nearest ? "'?" : "");
}
