/* SPDX-License-Identifier: Apache-2.0
 * From a YAML file to a rule. Keys come in any order; conditions need the rule's window and kind, so values are
 * collected first and read in a fixed order. */
#include "rule_read.h"

#include "condition.h"
#include "simsieve/base/calendar.h"
#include "simsieve/base/hash.h"
#include "simsieve/base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *const mode_words[] = {"off", "shadow", "alert", "propose", "enforce"};
static const char *const subject_words[] = {"sim", "campaign", "device", "cell", "dealer", "victim", "trunk"};
static const char *const group_words[] = {"nothing", "protected", "victim",   "device", "cell",
                                          "dealer",  "batch",     "identity", "trunk"};
static_assert(ARRAY_COUNT(group_words) == GROUP_BY_COUNT, "one word a grouping");
static const char *const severity_words[] = {"none", "minor", "major", "critical"};

const char *group_by_name(enum group_by group_by)
{
    return group_words[group_by];
}

/* A file's values, by key. */
struct draft {
    struct rule *rule;
    struct yaml_value root, numbers, window, min_sample, member, when, worse, subject, group_by;
};

static enum error_class read_format(void *owner, struct yaml_value value, struct error *error)
{
    uint64_t format;
    (void)owner;
    return yaml_read_u64(value, 1, 1, &format, error);
}

static enum error_class read_id(void *owner, struct yaml_value value, struct error *error)
{
    struct draft *draft = owner;
    char *id = draft->rule->id;
    const enum error_class class = yaml_read_copy(value, id, sizeof(draft->rule->id), error);
    if (class)
        return class;
    if (!*id || strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-") != strlen(id))
        return yaml_error(value, error, "an id is small letters, digits and . _ -, like vn.officials.burst");
    draft->rule->id_hash = hash_bytes(id, strlen(id));
    return ERROR_OK;
}

static enum error_class read_rev(void *owner, struct yaml_value value, struct error *error)
{
    uint64_t rev = 0;
    const enum error_class class = yaml_read_u64(value, 1, UINT32_MAX, &rev, error);
    ((struct draft *)owner)->rule->rev = (uint32_t)rev;
    return class;
}

struct languages {
    char *vi, *en;
};

static enum error_class read_vi(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_read_copy(value, ((struct languages *)owner)->vi, RULE_TEXT_BYTES, error);
}

static enum error_class read_en(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_read_copy(value, ((struct languages *)owner)->en, RULE_TEXT_BYTES, error);
}

static enum error_class read_languages(struct yaml_value value, char *vi, char *en, struct error *error)
{
    static const struct yaml_key keys[] = {{"vi", true, read_vi}, {"en", true, read_en}};
    struct languages languages = {vi, en};
    return yaml_read_map(value, keys, ARRAY_COUNT(keys), &languages, error);
}

static enum error_class read_title(void *owner, struct yaml_value value, struct error *error)
{
    struct rule *rule = ((struct draft *)owner)->rule;
    return read_languages(value, rule->title_vi, rule->title_en, error);
}

/* Every {name} in a summary must be a measure, or "window". */
static enum error_class check_template(struct yaml_value value, const char *template, struct error *error)
{
    for (const char *open = strchr(template, '{'); open; open = strchr(open + 1, '{')) {
        char name[64];
        struct text copy = text_over(name, sizeof(name));
        text_add_bytes(&copy, open + 1, strcspn(open + 1, "}"));
        bool is_known = strcmp(name, "window") == 0 || measure_by_name(name, copy.length);
        for (size_t i = 0; i < GROUP_MEASURE_COUNT; i++)
            is_known |= strcmp(name, group_measure_name((enum group_measure)i)) == 0;
        if (!is_known)
            return yaml_unknown(value, "measure", name, measure_names(), sizeof(char *), measure_count(),
                                error);
    }
    return ERROR_OK;
}

static enum error_class read_summary(void *owner, struct yaml_value value, struct error *error)
{
    struct rule *rule = ((struct draft *)owner)->rule;
    enum error_class class = read_languages(value, rule->summary_vi, rule->summary_en, error);
    if (!class)
        class = check_template(value, rule->summary_vi, error);
    return class ? class : check_template(value, rule->summary_en, error);
}

static enum error_class read_status(void *owner, struct yaml_value value, struct error *error)
{
    size_t mode = 0;
    const enum error_class class =
        yaml_read_word(value, "status", mode_words, ARRAY_COUNT(mode_words), &mode, error);
    ((struct draft *)owner)->rule->mode = (enum alert_mode)mode;
    return class;
}

static enum error_class read_owner(void *owner, struct yaml_value value, struct error *error)
{
    const char *text;
    (void)owner; /* for the people who read the file */
    return yaml_read_text(value, &text, error);
}

static enum error_class add_note(void *owner, struct yaml_value item, struct error *error)
{
    char **notes = owner;
    const char *text;
    const enum error_class class = yaml_read_text(item, &text, error);
    if (class)
        return class;
    size_t count = 0;
    while (count < RULE_NOTES_MAX && notes[count])
        count++;
    if (count == RULE_NOTES_MAX)
        return yaml_error(item, error, "more than %d items", RULE_NOTES_MAX);
    notes[count] = strdup(text);
    CHECK(notes[count]);
    return ERROR_OK;
}

static enum error_class read_references(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_each_item(value, add_note, ((struct draft *)owner)->rule->references, error);
}

static enum error_class read_false_positives(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_each_item(value, add_note, ((struct draft *)owner)->rule->false_positives, error);
}

static enum error_class read_cooldown(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_read_duration(value, MINUTE_MS, 365 * DAY_MS, &((struct draft *)owner)->rule->cooldown_ms,
                              error);
}

static enum error_class read_accuses(void *owner, struct yaml_value value, struct error *error)
{
    static const char *const words[] = {"nobody", "members"};
    size_t word = 0;
    const enum error_class class =
        yaml_read_word(value, "word here", words, ARRAY_COUNT(words), &word, error);
    ((struct draft *)owner)->rule->accuses = word == 1;
    return class;
}

#define KEEP(name)                                                                                 \
    static enum error_class keep_##name(void *owner, struct yaml_value value, struct error *error) \
    {                                                                                              \
        (void)error;                                                                               \
        ((struct draft *)owner)->name = value;                                                     \
        return ERROR_OK;                                                                           \
    }
KEEP(numbers)
KEEP(window)
KEEP(min_sample)
KEEP(member)
KEEP(when)
KEEP(worse)
KEEP(subject)
KEEP(group_by)

static enum error_class ignore_tests(void *owner, struct yaml_value value, struct error *error)
{
    (void)owner;
    (void)value;
    (void)error;
    return ERROR_OK; /* read by rule_each_test */
}

static const struct yaml_key rule_keys[] = {
    {"format", true, read_format},
    {"id", true, read_id},
    {"rev", true, read_rev},
    {"title", true, read_title},
    {"summary", true, read_summary},
    {"status", true, read_status},
    {"owner", false, read_owner},
    {"references", true, read_references},
    {"false_positives", true, read_false_positives},
    {"subject", true, keep_subject},
    {"group_by", false, keep_group_by},
    {"accuses", false, read_accuses},
    {"numbers", false, keep_numbers},
    {"window", true, keep_window},
    {"min_sample", false, keep_min_sample},
    {"member", false, keep_member},
    {"when", true, keep_when},
    {"worse", true, keep_worse},
    {"cooldown", true, read_cooldown},
    {"tests", true, ignore_tests},
};

static enum error_class read_subject(struct draft *draft, struct error *error)
{
    static const enum group_by defaults[] = {
        [SUBJECT_SIM] = GROUP_NONE,         [SUBJECT_CAMPAIGN] = GROUP_BY_PROTECTED,
        [SUBJECT_DEVICE] = GROUP_BY_DEVICE, [SUBJECT_CELL] = GROUP_BY_CELL,
        [SUBJECT_DEALER] = GROUP_BY_DEALER, [SUBJECT_VICTIM] = GROUP_BY_VICTIM,
        [SUBJECT_TRUNK] = GROUP_BY_TRUNK};
    struct rule *rule = draft->rule;
    size_t subject = 0, group = 0;
    enum error_class class =
        yaml_read_word(draft->subject, "subject", subject_words, ARRAY_COUNT(subject_words), &subject, error);
    if (class)
        return class;
    rule->subject = (enum subject_type)subject;
    rule->group_by = defaults[subject];
    if (rule->subject == SUBJECT_SIM)
        rule->accuses = true;
    if (!draft->group_by.yaml)
        return ERROR_OK;
    class = yaml_read_word(draft->group_by, "grouping", group_words, ARRAY_COUNT(group_words), &group, error);
    if (!class && rule->subject != SUBJECT_CAMPAIGN)
        return yaml_error(draft->group_by, error, "group_by is for campaigns; a %s groups by itself",
                          subject_words[subject]);
    rule->group_by = (enum group_by)group;
    if (!class && rule->group_by == GROUP_NONE)
        return yaml_error(draft->group_by, error, "a campaign groups by something");
    return class;
}

static enum error_class add_number_kind(void *owner, struct yaml_value item, struct error *error)
{
    static const char *const words[] = {"mobile", "fixed", "international"};
    static const enum number_kind kinds[] = {NUMBER_MOBILE, NUMBER_FIXED, NUMBER_INTERNATIONAL};
    size_t word = 0;
    const enum error_class class = yaml_read_word(item, "kind of number that a rule may accuse", words,
                                                  ARRAY_COUNT(words), &word, error);
    if (!class)
        *(unsigned *)owner |= 1u << kinds[word];
    return class;
}

static enum error_class new_node(struct rule *rule, struct yaml_value value, enum node_kind kind,
                                 uint16_t *node, struct error *error)
{
    if (rule->node_count == NODES_MAX)
        return yaml_error(value, error, "more than %d conditions and groups of them", NODES_MAX - 1);
    *node = (uint16_t)rule->node_count++;
    rule->nodes[*node] = (struct node){.kind = kind};
    return ERROR_OK;
}

static enum error_class new_condition(struct rule *rule, struct yaml_value value,
                                      const struct condition *condition, uint16_t *node, struct error *error)
{
    const enum error_class class = new_node(rule, value, NODE_CONDITION, node, error);
    if (class)
        return class;
    if (rule->condition_count == CONDITIONS_MAX)
        return yaml_error(value, error, "more than %d conditions", CONDITIONS_MAX);
    rule->nodes[*node].condition = (uint16_t)rule->condition_count;
    rule->conditions[rule->condition_count++] = *condition;
    return ERROR_OK;
}

static void link_child(struct rule *rule, uint16_t parent, uint16_t child)
{
    uint16_t *link = &rule->nodes[parent].child;
    while (*link)
        link = &rule->nodes[*link].sibling;
    *link = child;
}

/* Where the children of a list go. */
struct tree_reader {
    struct rule *rule;
    uint16_t parent;
    bool is_group;
    int64_t window_ms;
};

static enum error_class read_tree(struct rule *rule, struct yaml_value value, bool is_group,
                                  int64_t window_ms, uint16_t *node, struct error *error);

static enum error_class read_child(void *owner, struct yaml_value item, struct error *error)
{
    const struct tree_reader *reader = owner;
    uint16_t child;
    const enum error_class class =
        read_tree(reader->rule, item, reader->is_group, reader->window_ms, &child, error);
    if (!class)
        link_child(reader->rule, reader->parent, child);
    return class;
}

static enum error_class read_branch(void *owner, struct yaml_value key, struct yaml_value value,
                                    struct error *error)
{
    static const char *const words[] = {"all", "any"};
    struct tree_reader *reader = owner;
    size_t word = 0;
    enum error_class class = yaml_read_word(key, "key here", words, ARRAY_COUNT(words), &word, error);
    if (class)
        return class;
    if (yaml_kind(value) != YAML_LIST)
        return yaml_error(value, error, "a list of conditions is expected behind '%s'", words[word]);
    struct tree_reader branch = *reader;
    class = new_node(reader->rule, value, word == 1 ? NODE_ANY : NODE_ALL, &branch.parent, error);
    if (class)
        return class;
    link_child(reader->rule, reader->parent, branch.parent);
    class = yaml_each_item(value, read_child, &branch, error);
    if (!class && !reader->rule->nodes[branch.parent].child)
        return yaml_error(value, error, "'%s' without any condition", words[word]);
    return class;
}

static enum error_class read_tree(struct rule *rule, struct yaml_value value, bool is_group,
                                  int64_t window_ms, uint16_t *node, struct error *error)
{
    struct condition condition;
    enum error_class class;
    if (yaml_kind(value) == YAML_TEXT) {
        class = condition_read(value, is_group, window_ms, &condition, error);
        return class ? class : new_condition(rule, value, &condition, node, error);
    }
    class = new_node(rule, value, NODE_ALL, node, error);
    if (class)
        return class;
    struct tree_reader reader = {rule, *node, is_group, window_ms};
    class = yaml_kind(value) == YAML_LIST ? yaml_each_item(value, read_child, &reader, error)
                                          : yaml_each_pair(value, read_branch, &reader, error);
    if (!class && !rule->nodes[*node].child)
        return yaml_error(value, error, "no condition here");
    return class;
}

/* True when `node` already demands at least what a sample asks for. */
static bool demands(const struct rule *rule, uint16_t node, const struct condition *sample)
{
    const struct node *at = &rule->nodes[node];
    const struct condition *condition = &rule->conditions[at->condition];
    if (at->kind == NODE_CONDITION)
        return condition->measure == sample->measure && condition->window_ms == sample->window_ms &&
               condition->op == OP_AT_LEAST && condition->threshold >= sample->threshold;
    for (uint16_t child = at->child; child && at->kind == NODE_ALL; child = rule->nodes[child].sibling)
        if (demands(rule, child, sample))
            return true;
    return false;
}

/* min_sample: {measure: count} as conditions before all others of `parent`. */
static enum error_class add_sample(void *owner, struct yaml_value key, struct yaml_value value,
                                   struct error *error)
{
    const struct tree_reader *reader = owner;
    struct rule *rule = reader->rule;
    struct condition condition = {.op = OP_AT_LEAST, .window_ms = reader->window_ms};
    const char *name = yaml_text(key);
    uint64_t count;
    uint16_t node;
    condition.measure = measure_by_name(name, strlen(name));
    if (!condition.measure || !condition.measure->is_count)
        return yaml_unknown(key, "count", name, measure_names(), sizeof(char *), measure_count(), error);
    enum error_class class = yaml_read_u64(value, 1, 30000, &count, error);
    condition.threshold = (double)count;
    if (class || demands(rule, reader->parent, &condition))
        return class;
    class = new_condition(rule, value, &condition, &node, error);
    if (class)
        return class;
    rule->nodes[node].sibling = rule->nodes[reader->parent].child;
    rule->nodes[reader->parent].child = node;
    return ERROR_OK;
}

/* A root that demands the tree and the sample, if there is one. */
static enum error_class read_root(struct draft *draft, struct yaml_value sample, struct yaml_value tree,
                                  bool is_group, int64_t window_ms, uint16_t *root, struct error *error)
{
    struct rule *rule = draft->rule;
    enum error_class class = new_node(rule, tree, NODE_ALL, root, error);
    struct tree_reader reader = {rule, *root, is_group, window_ms};
    uint16_t child;
    if (!class)
        class = read_tree(rule, tree, is_group, window_ms, &child, error);
    if (!class)
        link_child(rule, *root, child);
    rule->has_sample |= sample.yaml != NULL;
    if (!class && sample.yaml && !is_group)
        class = yaml_each_pair(sample, add_sample, &reader, error);
    return class;
}

static enum error_class read_level(void *owner, struct yaml_value key, struct yaml_value value,
                                   struct error *error)
{
    struct draft *draft = owner;
    struct rule *rule = draft->rule;
    size_t severity = 0;
    const enum error_class class = yaml_read_word(key, "severity", severity_words + 1,
                                                  ARRAY_COUNT(severity_words) - 1, &severity, error);
    if (class)
        return class;
    return read_root(draft, draft->min_sample, value, rule->group_by != GROUP_NONE, rule->window_ms,
                     &rule->levels[severity + 1], error);
}

/* member: {window, min_sample, all|any}. */
struct member_draft {
    struct yaml_value window, min_sample, all;
};

static enum error_class keep_member_window(void *owner, struct yaml_value value, struct error *error)
{
    (void)error;
    ((struct member_draft *)owner)->window = value;
    return ERROR_OK;
}

static enum error_class keep_member_sample(void *owner, struct yaml_value value, struct error *error)
{
    (void)error;
    ((struct member_draft *)owner)->min_sample = value;
    return ERROR_OK;
}

static enum error_class keep_member_all(void *owner, struct yaml_value value, struct error *error)
{
    (void)error;
    ((struct member_draft *)owner)->all = value;
    return ERROR_OK;
}

static enum error_class read_member(struct draft *draft, struct error *error)
{
    static const struct yaml_key keys[] = {{"window", true, keep_member_window},
                                           {"min_sample", false, keep_member_sample},
                                           {"all", true, keep_member_all}};
    struct member_draft member = {0};
    int64_t window_ms = 0;
    enum error_class class = yaml_read_map(draft->member, keys, ARRAY_COUNT(keys), &member, error);
    if (!class)
        class = yaml_read_duration(member.window, MINUTE_MS, PROGRAM_HORIZON_MAX_MS, &window_ms, error);
    if (!class)
        class =
            read_root(draft, member.min_sample, member.all, false, window_ms, &draft->rule->member, error);
    return class;
}

/* What is left to read once the kind and the window are known. */
/* worse names a count; as a condition it can be evaluated like any other. */
static enum error_class read_worse(struct draft *draft, bool is_group, struct error *error)
{
    struct rule *rule = draft->rule;
    struct condition worse = {.op = OP_AT_LEAST, .window_ms = rule->window_ms};
    const char *groups[GROUP_MEASURE_COUNT], *name = NULL;
    size_t group = 0;
    uint16_t node;
    for (size_t i = 0; i < GROUP_MEASURE_COUNT; i++)
        groups[i] = group_measure_name((enum group_measure)i);
    enum error_class class = is_group ? yaml_read_word(draft->worse, "measure of a group", groups,
                                                       GROUP_MEASURE_COUNT, &group, error)
                                      : yaml_read_text(draft->worse, &name, error);
    worse.group = (enum group_measure)group;
    if (!class && !is_group) {
        worse.measure = measure_by_name(name, strlen(name));
        if (!worse.measure)
            class = yaml_unknown(draft->worse, "measure", name, measure_names(), sizeof(char *),
                                 measure_count(), error);
        else if (!worse.measure->is_count)
            class = yaml_error(draft->worse, error,
                               "'%.40s' is no count: worse is a count whose doubling raises the alert again",
                               name);
    }
    if (!class)
        class = new_condition(rule, draft->worse, &worse, &node, error);
    if (!class)
        rule->worse = rule->nodes[node].condition;
    return class;
}

static enum error_class read_conditions(struct draft *draft, struct error *error)
{
    struct rule *rule = draft->rule;
    const bool is_group = rule->group_by != GROUP_NONE;
    enum error_class class = yaml_each_pair(draft->when, read_level, draft, error);
    if (!class && is_group && !draft->member.yaml)
        class = yaml_error(draft->root, error, "key 'member' is missing: which SIMs belong to the %s",
                           subject_words[rule->subject]);
    if (!class && !is_group && draft->member.yaml)
        class =
            yaml_error(draft->member, error, "member is for groups; a sim rule has its conditions in when");
    if (!class && is_group && draft->min_sample.yaml)
        class = yaml_error(draft->min_sample, error, "a group rule has its min_sample in member");
    if (!class && is_group)
        class = read_member(draft, error);
    return class ? class : read_worse(draft, is_group, error);
}

enum error_class rule_read(struct yaml_value root, struct rule *rule, struct error *error)
{
    struct draft draft = {.rule = rule, .root = root};
    rule->node_count = 1;
    enum error_class class = yaml_read_map(root, rule_keys, ARRAY_COUNT(rule_keys), &draft, error);
    if (!class)
        class = read_subject(&draft, error);
    if (!class)
        class = yaml_read_duration(draft.window, MINUTE_MS, PROGRAM_HORIZON_MAX_MS, &rule->window_ms, error);
    rule->number_kinds = draft.numbers.yaml ? 0 : 1u << NUMBER_MOBILE | 1u << NUMBER_INTERNATIONAL;
    if (!class && draft.numbers.yaml)
        class = yaml_each_item(draft.numbers, add_number_kind, &rule->number_kinds, error);
    if (!class)
        class = read_conditions(&draft, error);
    return class ? class : rule_bound(root, rule, error);
}
