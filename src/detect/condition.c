/* SPDX-License-Identifier: Apache-2.0 */
#include "condition.h"

#include "simsieve/base/text.h"

#include <stdlib.h>
#include <string.h>

static const char *const op_names[] = {">=", "<=", ">", "<"};
static const char *const group_names[] = {"sims", "contacts", "victims", "agencies"};
static_assert(ARRAY_COUNT(group_names) == GROUP_MEASURE_COUNT, "one name a measure of groups");

const char *condition_op_name(enum condition_op op)
{
    return op_names[op];
}

const char *group_measure_name(enum group_measure measure)
{
    return group_names[measure];
}

/* The words of a condition, at most five. */
struct words {
    const char *texts[6];
    size_t lengths[6];
    size_t count;
};

static struct words split(const char *text)
{
    struct words words = {0};
    while (words.count < ARRAY_COUNT(words.texts)) {
        text += strspn(text, " \t");
        if (!*text)
            break;
        words.texts[words.count] = text;
        words.lengths[words.count] = strcspn(text, " \t");
        text += words.lengths[words.count++];
    }
    return words;
}

static bool read_decimal(const char *text, size_t length, double *number)
{
    char buffer[32], *end;
    if (length == 0 || length >= sizeof(buffer) || strspn(text, "0123456789.") < length)
        return false;
    memcpy(buffer, text, length);
    buffer[length] = 0;
    *number = strtod(buffer, &end);
    return *end == 0 && end != buffer;
}

/* A threshold in the unit that its measure demands. */
static enum error_class read_threshold(struct yaml_value value, enum unit unit, const char *word,
                                       size_t length, double *threshold, struct error *error)
{
    int64_t duration_ms;
    uint64_t count;
    switch (unit) {
    case UNIT_COUNT:
        if (!text_parse_u64(word, length, UINT32_MAX, &count))
            return yaml_error(value, error, "'%.*s': a whole number is expected", (int)length, word);
        *threshold = (double)count;
        return ERROR_OK;
    case UNIT_RATIO:
        if (word[length - 1] != '%' || !read_decimal(word, length - 1, threshold) || *threshold > 100)
            return yaml_error(value, error, "'%.*s': a ratio is written in percent, 0%% to 100%%",
                              (int)length, word);
        *threshold /= 100;
        return ERROR_OK;
    case UNIT_SECONDS:
    case UNIT_DAYS:
        if (!text_parse_duration_ms(word, length, &duration_ms))
            return yaml_error(value, error, "'%.*s': a time is written with its unit, like 20s, 5m or 30d",
                              (int)length, word);
        *threshold = (double)duration_ms / (unit == UNIT_DAYS ? (double)DAY_MS : (double)SECOND_MS);
        return ERROR_OK;
    case UNIT_PLAIN:
        if (!read_decimal(word, length, threshold))
            return yaml_error(value, error, "'%.*s': a number is expected, without unit", (int)length, word);
        return ERROR_OK;
    }
    return ERROR_OK;
}

static enum error_class read_measure(struct yaml_value value, bool is_group, const char *word, size_t length,
                                     struct condition *condition, enum unit *unit, struct error *error)
{
    char name[64];
    struct text copy = text_over(name, sizeof(name));
    text_add_bytes(&copy, word, length);
    *unit = UNIT_COUNT;
    if (is_group) {
        for (size_t i = 0; i < GROUP_MEASURE_COUNT; i++)
            if (strcmp(group_names[i], name) == 0) {
                condition->group = (enum group_measure)i;
                return ERROR_OK;
            }
        return yaml_unknown(value, "measure of a group", name, group_names, sizeof(group_names[0]),
                            GROUP_MEASURE_COUNT, error);
    }
    condition->measure = measure_by_name(word, length);
    if (!condition->measure)
        return yaml_unknown(value, "measure", name, measure_names(), sizeof(char *), measure_count(), error);
    *unit = condition->measure->unit;
    return ERROR_OK;
}

enum error_class condition_read(struct yaml_value value, bool is_group, int64_t window_ms,
                                struct condition *condition, struct error *error)
{
    const char *text;
    enum unit unit;
    enum error_class class = yaml_read_text(value, &text, error);
    if (class)
        return class;
    const struct words words = split(text);
    if (words.count != 3 &&
        !(words.count == 5 && words.lengths[3] == 2 && memcmp(words.texts[3], "in", 2) == 0))
        return yaml_error(value, error,
                          "'%.60s': a condition is 'measure op value' or 'measure op value in window', "
                          "like 'fan_out >= 8' or 'out_calls >= 50 in 1h'",
                          text);
    *condition = (struct condition){.window_ms = window_ms};
    class = read_measure(value, is_group, words.texts[0], words.lengths[0], condition, &unit, error);
    if (class)
        return class;
    size_t op = 0;
    while (op < ARRAY_COUNT(op_names) && (strlen(op_names[op]) != words.lengths[1] ||
                                          memcmp(op_names[op], words.texts[1], words.lengths[1]) != 0))
        op++;
    if (op == ARRAY_COUNT(op_names))
        return yaml_error(value, error, "'%.*s' is no comparison; use >= <= > or <", (int)words.lengths[1],
                          words.texts[1]);
    condition->op = (enum condition_op)op;
    class = read_threshold(value, unit, words.texts[2], words.lengths[2], &condition->threshold, error);
    if (class || words.count == 3)
        return class;
    if (is_group)
        return yaml_error(value, error, "a group has one window, the rule's");
    if (!text_parse_duration_ms(words.texts[4], words.lengths[4], &condition->window_ms) ||
        condition->window_ms < MINUTE_MS || condition->window_ms > PROGRAM_HORIZON_MAX_MS)
        return yaml_error(value, error, "'%.*s': a window is 1m to 30d, with its unit", (int)words.lengths[4],
                          words.texts[4]);
    return ERROR_OK;
}

void condition_name(const struct rule *rule, const struct condition *condition, char *buffer, size_t bytes)
{
    struct text name = text_over(buffer, bytes);
    text_add(&name, "%s", condition->measure ? condition->measure->name : group_names[condition->group]);
    if (condition->window_ms == rule->window_ms || (condition->measure && condition->measure->is_timeless))
        return;
    text_add(&name, "(");
    text_add_duration(&name, condition->window_ms);
    text_add(&name, ")");
}

void condition_format(struct text *text, const struct rule *rule, const struct condition *condition)
{
    char name[64];
    condition_name(rule, condition, name, sizeof(name));
    text_add(text, "%s %s ", name, op_names[condition->op]);
    if (condition->measure)
        measure_format(text, condition->measure, condition->threshold, LANGUAGE_EN);
    else
        text_add_number(text, condition->threshold, 0);
}
