/* SPDX-License-Identifier: Apache-2.0
 * All rules of a folder, and what they ask of the state. */
#include "simsieve/detect/rule.h"

#include "rule_read.h"
#include "simsieve/base/hash.h"
#include "simsieve/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void rule_destroy(struct rule *rule)
{
    for (size_t i = 0; i < RULE_NOTES_MAX; i++) {
        free(rule->references[i]);
        free(rule->false_positives[i]);
    }
    free(rule);
}

void program_destroy(struct program *program)
{
    if (!program)
        return;
    for (size_t i = 0; i < program->rule_count; i++)
        rule_destroy(program->rules[i]);
    free(program);
}

/* Reads one document and takes it into the program. */
static enum error_class add_rule(struct program *program, const char *path, struct yaml *yaml,
                                 struct error *error)
{
    struct rule *rule = calloc(1, sizeof(*rule));
    CHECK(rule);
    snprintf(rule->path, sizeof(rule->path), "%s", path);
    rule->fingerprint = yaml_fingerprint(yaml);
    enum error_class class = rule_read(yaml_root(yaml), rule, error);
    for (size_t i = 0; i < program->rule_count && !class; i++)
        if (strcmp(program->rules[i]->id, rule->id) == 0)
            class = yaml_error(yaml_root(yaml), error, "id '%s' is also that of %s", rule->id,
                               program->rules[i]->path);
    if (!class && program->rule_count == RULES_MAX)
        class = yaml_error(yaml_root(yaml), error, "more than %d rules", RULES_MAX);
    if (class) {
        rule_destroy(rule);
        return class;
    }
    program->rules[program->rule_count++] = rule;
    return ERROR_OK;
}

static int by_id(const void *a, const void *b)
{
    const struct rule *const *left = a, *const *right = b;
    return strcmp((*left)->id, (*right)->id);
}

static void note_condition(struct program *program, const struct rule *rule,
                           const struct condition *condition)
{
    static const char *const contact_measures[] = {"stranger_ratio"}, *const place_measures[] = {"cells",
                                                                                                 "imeis"};
    if (!condition->measure)
        return;
    const int64_t kept_ms = condition->measure->is_of_lists ? 0 : condition->window_ms;
    if (kept_ms > program->horizon_ms)
        program->horizon_ms = kept_ms;
    if (!rule->young_ms && kept_ms > program->old_horizon_ms)
        program->old_horizon_ms = kept_ms;
    program->keeps_incoming |= (condition->measure->domain & DOMAIN_IN) != 0;
    for (size_t i = 0; i < ARRAY_COUNT(contact_measures); i++)
        program->keeps_contacts |= strcmp(condition->measure->name, contact_measures[i]) == 0;
    for (size_t i = 0; i < ARRAY_COUNT(place_measures); i++)
        program->keeps_places |= strcmp(condition->measure->name, place_measures[i]) == 0;
}

/* What the rules ask of the state. */
static void summarise(struct program *program)
{
    qsort(program->rules, program->rule_count, sizeof(program->rules[0]), by_id);
    program->gate_min = UINT32_MAX;
    program->horizon_ms = program->old_horizon_ms = MINUTE_MS;
    for (size_t i = 0; i < program->rule_count; i++) {
        const struct rule *rule = program->rules[i];
        program->fingerprint = hash_fold(program->fingerprint ^ rule->fingerprint, 0x9e3779b97f4a7c15u);
        if (rule->mode == MODE_OFF)
            continue;
        for (size_t k = 0; k < rule->condition_count; k++)
            note_condition(program, rule, &rule->conditions[k]);
        program->number_kinds |= rule->number_kinds;
        if (rule->young_ms > program->young_ms)
            program->young_ms = rule->young_ms;
        program->groups |= 1u << rule->group_by;
        program->has_protected_rules |= rule->is_protected_gate;
        if (!rule->is_protected_gate && rule->gate.threshold < program->gate_min)
            program->gate_min = (uint32_t)rule->gate.threshold;
    }
    program->keeps_places |= (program->groups & (1u << GROUP_BY_DEVICE | 1u << GROUP_BY_CELL)) != 0;
}

void program_of_one(struct program *program, const struct rule *rule)
{
    *program = (struct program){.rules = {(struct rule *)(uintptr_t)rule}, .rule_count = 1};
    summarise(program);
}

struct program *program_load_text(const char *name, const char *text, struct error *error)
{
    struct program *program = calloc(1, sizeof(*program));
    struct yaml *yaml = yaml_load_text(name, text, strlen(text), error);
    CHECK(program);
    if (!yaml || add_rule(program, name, yaml, error)) {
        yaml_destroy(yaml);
        program_destroy(program);
        return NULL;
    }
    yaml_destroy(yaml);
    summarise(program);
    return program;
}

static int is_rule_file(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && end && (strcmp(end, ".yaml") == 0 || strcmp(end, ".yml") == 0);
}

/* A file of a folder, or with `name` NULL the file that `folder` itself is. */
static enum error_class add_file(struct program *program, const char *folder, const char *name,
                                 struct error *error)
{
    char path[sizeof(((struct rule *)0)->path)];
    struct text text = text_over(path, sizeof(path));
    text_add(&text, "%s%s%s", folder, name ? "/" : "", name ? name : "");
    if (text.is_cut)
        return error_set(error, ERROR_CONFIG, "%.200s: the path is too long", folder);
    struct yaml *yaml = yaml_load_file(path, error);
    if (!yaml)
        return error->class;
    const enum error_class class = add_rule(program, path, yaml, error);
    yaml_destroy(yaml);
    return class;
}

static enum error_class add_folder(struct program *program, const char *folder, struct error *error)
{
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, is_rule_file, alphasort);
    enum error_class class = ERROR_OK;
    if (count < 0)
        class = error_set(error, ERROR_NO_INPUT, "%s: cannot be read as a folder of rules: %s", folder,
                          strerror(errno));
    else if (count == 0)
        class = error_set(error, ERROR_CONFIG, "%s: no rule (*.yaml) in this folder", folder);
    for (int i = 0; i < count; i++) {
        if (!class)
            class = add_file(program, folder, entries[i]->d_name, error);
        free(entries[i]);
    }
    free(entries);
    return class;
}

struct program *program_load(const char *path, struct error *error)
{
    struct program *program = calloc(1, sizeof(*program));
    struct stat status;
    enum error_class class = ERROR_OK;
    CHECK(program);
    if (path && stat(path, &status) == 0 && S_ISREG(status.st_mode))
        class = add_file(program, path, NULL, error);
    else if (path)
        class = add_folder(program, path, error);
    if (class) {
        program_destroy(program);
        return NULL;
    }
    summarise(program);
    return program;
}
