/* SPDX-License-Identifier: Apache-2.0 */
#include "score_work.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA          "simsieve.alert/1"
#define ALERT_BYTES_MAX (4 << 20)

static enum error_class find_rule(struct scorer *scorer, const char *name, bool is_shadow, uint32_t *index)
{
    struct score *score = scorer->score;
    for (*index = 0; *index < score->rule_count; ++*index)
        if (score->rules[*index].is_shadow == is_shadow && strcmp(score->rules[*index].name, name) == 0)
            return ERROR_OK;
    if (score->rule_count == SCORE_RULES_MAX)
        return error_set(scorer->error, ERROR_INTERNAL, "%s: alerts of more than %d rules",
                         scorer->alerts_path, SCORE_RULES_MAX);
    score->rules[score->rule_count] = (struct score_rule){.is_shadow = is_shadow};
    snprintf(score->rules[score->rule_count++].name, sizeof(score->rules[0].name), "%s", name);
    return ERROR_OK;
}

static void name_unknown(struct score *score, const char *number)
{
    char masked[NUMBER_TEXT_BYTES];
    const size_t length = (size_t)snprintf(masked, sizeof(masked), "%.40s", number);
    size_t i = 0;
    score->unknown++;
    if (length > 6)
        memset(masked + strlen(masked) - 6, '*', 3);
    while (i < score->unknown_named_count && strcmp(score->unknown_named[i], masked) != 0)
        i++;
    if (i == score->unknown_named_count && i < SCORE_NAMED_MAX)
        memcpy(score->unknown_named[score->unknown_named_count++], masked, sizeof(masked));
}

/* One parsed alert. */
struct reading {
    int64_t time_ms;
    const char *rule;
    const json_t *sims, *joined;
    bool is_shadow;
};

static bool is_list_of_strings(const json_t *list)
{
    size_t index;
    const json_t *item;
    if (!json_is_array(list))
        return false;
    json_array_foreach(list, index, item)
    {
        if (!json_is_string(item))
            return false;
    }
    return true;
}

static bool is_mode(const char *word)
{
    static const char *const modes[] = {"shadow", "alert", "propose", "enforce"};
    for (size_t i = 0; i < ARRAY_COUNT(modes); i++)
        if (strcmp(word, modes[i]) == 0)
            return true;
    return false;
}

static bool read_alert(const json_t *object, struct reading *reading)
{
    const char *schema = json_string_value(json_object_get(object, "schema"));
    const char *time = json_string_value(json_object_get(object, "time"));
    const char *mode = json_string_value(json_object_get(object, "mode"));
    reading->rule = json_string_value(json_object_get(object, "rule"));
    reading->sims = json_object_get(object, "sims");
    reading->joined = json_object_get(object, "joined");
    if (!schema || strcmp(schema, SCHEMA) != 0 || !time || !mode || !reading->rule)
        return false;
    reading->is_shadow = strcmp(mode, "shadow") == 0;
    return is_mode(mode) && calendar_parse(time, strlen(time), &reading->time_ms) == CALENDAR_OK &&
           strlen(reading->rule) < sizeof(((struct score_rule *)NULL)->name) &&
           (!reading->sims || is_list_of_strings(reading->sims)) &&
           (!reading->joined || is_list_of_strings(reading->joined));
}

/* Everybody whom the list names is accused (or, in shadow, would have been). */
static enum error_class accuse(struct scorer *scorer, const struct reading *reading, const json_t *list,
                               uint32_t rule_index)
{
    size_t index;
    const json_t *item;
    json_array_foreach(list, index, item)
    {
        uint64_t key;
        const char *number = json_string_value(item);
        struct person *person =
            score_parse_key(number, json_string_length(item), &key) ? score_find_person(scorer, key) : NULL;
        if (!person) {
            if (!reading->is_shadow && list == reading->sims) /* joined repeats a part of them */
                name_unknown(scorer->score, number);
            continue;
        }
        if (!reading->is_shadow && reading->time_ms < person->accused_ms)
            person->accused_ms = reading->time_ms;
        if (!score_make_room((void **)&scorer->accusations, scorer->accusation_count,
                             &scorer->accusation_capacity, sizeof(*scorer->accusations)))
            return score_no_memory(scorer);
        scorer->accusations[scorer->accusation_count++] =
            (struct accusation){rule_index, (uint32_t)(person - scorer->people)};
    }
    return ERROR_OK;
}

/* An alert is false once for all, and once for each class of an honest SIM that it names and did not name
 * before. */
static void count_false(struct scorer *scorer, const struct reading *reading)
{
    const json_t *fresh = json_array_size(reading->joined) > 0 ? reading->joined : reading->sims;
    uint64_t classes = 0;
    size_t index;
    const json_t *item;
    static_assert(SCORE_CLASSES_MAX <= 64, "classes are the bits of a word");
    json_array_foreach(fresh, index, item)
    {
        uint64_t key;
        const struct person *person = score_parse_key(json_string_value(item), json_string_length(item), &key)
                                          ? score_find_person(scorer, key)
                                          : NULL;
        if (person && !scorer->score->classes[person->class_index].is_junk)
            classes |= UINT64_C(1) << person->class_index;
    }
    for (size_t i = 0; i < scorer->score->class_count; i++)
        scorer->score->classes[i].false_alerts += classes >> i & 1;
    scorer->score->all.false_alerts += classes != 0;
}

static enum error_class take_alert(struct scorer *scorer, const struct reading *reading)
{
    struct score *score = scorer->score;
    uint32_t rule_index;
    enum error_class class = find_rule(scorer, reading->rule, reading->is_shadow, &rule_index);
    if (class)
        return class;
    score->alerts++;
    score->alerts_shadow += reading->is_shadow;
    score->alerts_without_sims +=
        json_array_size(reading->sims) == 0 && json_array_size(reading->joined) == 0;
    score->rules[rule_index].alerts++;
    class = accuse(scorer, reading, reading->sims, rule_index);
    if (!class)
        class = accuse(scorer, reading, reading->joined, rule_index);
    if (!class && !reading->is_shadow)
        count_false(scorer, reading);
    return class;
}

static enum error_class take_line(struct scorer *scorer, const char *line, size_t length,
                                  uint64_t line_number)
{
    json_error_t cause = {.text = "the line is too long for an alert"};
    struct reading reading = {0};
    char text[400];
    enum error_class class = ERROR_OK;
    if (length == 0)
        return ERROR_OK;
    json_t *object =
        length <= ALERT_BYTES_MAX ? json_loadb(line, length, JSON_REJECT_DUPLICATES, &cause) : NULL;
    if (object && read_alert(object, &reading)) {
        class = take_alert(scorer, &reading);
    } else {
        snprintf(text, sizeof(text), "%.100s:%llu: no alert of schema " SCHEMA ": %.150s",
                 scorer->alerts_path, (unsigned long long)line_number,
                 object ? "a field is missing or malformed" : cause.text);
        score_note_bad(&scorer->score->alerts_bad, text);
    }
    json_decref(object);
    return class;
}

enum error_class score_alerts_read(struct scorer *scorer)
{
    char *line = NULL;
    size_t capacity = 0;
    enum error_class class = ERROR_OK;
    FILE *file = fopen(scorer->alerts_path, "re");
    if (!file)
        return error_set(scorer->error, ERROR_NO_INPUT, "%s: cannot be read: %s", scorer->alerts_path,
                         strerror(errno));
    for (uint64_t number = 1; !class; number++) {
        const ssize_t length = getline(&line, &capacity, file);
        if (length < 0)
            break;
        const bool has_end = length > 0 && line[length - 1] == '\n';
        class = take_line(scorer, line, (size_t)length - has_end, number);
    }
    if (!class && ferror(file))
        class = error_set(scorer->error, ERROR_NO_INPUT, "%s: cannot be read: %s", scorer->alerts_path,
                          strerror(errno));
    free(line);
    fclose(file);
    if (!class && scorer->score->alerts == 0 && scorer->score->alerts_bad > 0)
        class = error_set(scorer->error, ERROR_DATA, "%s: no line is an alert of schema " SCHEMA,
                          scorer->alerts_path);
    return class;
}
