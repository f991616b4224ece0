/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include "simsieve/base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#define SCENARIO_BYTES_MAX  (1 << 20)
#define PROVINCE_WEIGHT_MAX 1000000

struct walk {
    const char *path;
    yaml_document_t document;
    struct scenario *scenario;
    struct error *error;
};

/* What one mapping admits: reads the value of key number `key`. */
typedef enum error_class(read_value_fn)(struct walk *walk, unsigned key, const yaml_node_t *value,
                                        void *owner);

void scenario_init(struct scenario *scenario)
{
    *scenario = (struct scenario){
        .start_ms = calendar_local_midnight_ms((struct calendar_date){.year = 2024, .month = 12, .day = 2})};
    for (unsigned p = 0; p < PROVINCE_COUNT; p++)
        scenario->province_weight[p] = geography_provinces[p].inhabitants;
    for (unsigned b = 0; b < BEHAVIOUR_COUNT; b++) {
        CHECK(behaviours[b]->parameter_count <= BEHAVIOUR_PARAMETERS_MAX);
        scenario->plans[b].amount = behaviours[b]->share;
        for (size_t k = 0; k < behaviours[b]->parameter_count; k++)
            scenario->plans[b].parameters[k] = behaviours[b]->parameters[k].preset;
    }
}

static PRINTF_LIKE(3, 4) enum error_class
    fail(struct walk *walk, const yaml_node_t *node, const char *format, ...)
{
    char what[ERROR_TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    return error_set(walk->error, ERROR_CONFIG, "%s:%zu:%zu: %s", walk->path, node->start_mark.line + 1,
                     node->start_mark.column + 1, what);
}

static const char *scalar(const yaml_node_t *node, size_t *length)
{
    *length = node->type == YAML_SCALAR_NODE ? node->data.scalar.length : 0;
    return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : "";
}

/* Which of `words` the key is; `count` and an error with the nearest word when it is none. */
static unsigned find_key(struct walk *walk, const yaml_node_t *node, const char *const *words, unsigned count)
{
    size_t length;
    const char *key = scalar(node, &length);
    for (unsigned i = 0; i < count; i++)
        if (strlen(words[i]) == length && memcmp(words[i], key, length) == 0)
            return i;
    const char *nearest = text_nearest(key, length, words, sizeof(*words), count);
    if (length == 0)
        fail(walk, node, "a key is missing here");
    else if (nearest)
        fail(walk, node, "unknown key \"%.*s\"; did you mean \"%s\"?", (int)u64_min(length, 60), key,
             nearest);
    else
        fail(walk, node, "unknown key \"%.*s\"", (int)u64_min(length, 60), key);
    return count;
}

/* Reads a mapping that admits `words` (at most 64), each at most once. */
static enum error_class read_mapping(struct walk *walk, const yaml_node_t *node, const char *const *words,
                                     unsigned count, read_value_fn *read, void *owner)
{
    uint64_t seen = 0;
    CHECK(count <= 64);
    if (node->type != YAML_MAPPING_NODE)
        return fail(walk, node, "keys with values are expected here, such as \"%s: ...\"", words[0]);
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top;
         pair++) {
        const yaml_node_t *key = yaml_document_get_node(&walk->document, pair->key);
        const unsigned which = find_key(walk, key, words, count);
        if (which == count)
            return ERROR_CONFIG;
        if (seen >> which & 1)
            return fail(walk, key, "key \"%s\" is given twice", words[which]);
        seen |= UINT64_C(1) << which;
        const enum error_class class =
            read(walk, which, yaml_document_get_node(&walk->document, pair->value), owner);
        if (class)
            return class;
    }
    return ERROR_OK;
}

static enum error_class read_number(struct walk *walk, const yaml_node_t *node, uint32_t minimum,
                                    uint32_t maximum, uint32_t *value)
{
    size_t length;
    uint64_t number;
    const char *text = scalar(node, &length);
    if (!text_parse_u64(text, length, maximum, &number) || number < minimum)
        return fail(walk, node, "a whole number from %u to %u is expected here, not \"%.*s\"", minimum,
                    maximum, (int)u64_min(length, 60), text);
    *value = (uint32_t)number;
    return ERROR_OK;
}

static enum error_class read_province(struct walk *walk, unsigned key, const yaml_node_t *value, void *owner)
{
    (void)owner;
    return read_number(walk, value, 0, PROVINCE_WEIGHT_MAX, &walk->scenario->province_weight[key]);
}

static enum error_class read_provinces(struct walk *walk, const yaml_node_t *node)
{
    const char *words[PROVINCE_COUNT];
    char codes[PROVINCE_COUNT][4];
    uint64_t sum = 0;
    for (unsigned p = 0; p < PROVINCE_COUNT; p++) {
        snprintf(codes[p], sizeof(codes[p]), "%02u", geography_provinces[p].code % 100u);
        words[p] = codes[p];
    }
    memset(walk->scenario->province_weight, 0, sizeof(walk->scenario->province_weight));
    const enum error_class class = read_mapping(walk, node, words, PROVINCE_COUNT, read_province, NULL);
    if (class)
        return class;
    for (unsigned p = 0; p < PROVINCE_COUNT; p++)
        sum += walk->scenario->province_weight[p];
    return sum > 0 ? ERROR_OK : fail(walk, node, "nobody lives anywhere: give a province a weight");
}

/* Keys of a class: how many there are, in one of two ways, and its parameters. */
enum { KEY_COUNT, KEY_PER_MILLION, KEY_PARAMETERS };

struct class_reading {
    enum behaviour_id behaviour;
    bool has_amount;
};

static enum error_class read_class_value(struct walk *walk, unsigned key, const yaml_node_t *value,
                                         void *owner)
{
    struct class_reading *reading = owner;
    struct class_plan *plan = &walk->scenario->plans[reading->behaviour];
    const struct behaviour *behaviour = behaviours[reading->behaviour];
    if (key >= KEY_PARAMETERS) {
        const struct parameter *parameter = &behaviour->parameters[key - KEY_PARAMETERS];
        return read_number(walk, value, parameter->minimum, parameter->maximum,
                           &plan->parameters[key - KEY_PARAMETERS]);
    }
    if (reading->has_amount)
        return fail(walk, value, "count and per_million say the same twice: keep one");
    reading->has_amount = true;
    plan->is_count = key == KEY_COUNT;
    return read_number(walk, value, 0, BEHAVIOUR_SHARE * 10, &plan->amount);
}

static bool ends_in(const char *name, const char *end)
{
    const size_t length = strlen(name), end_length = strlen(end);
    return length > end_length && strcmp(name + length - end_length, end) == 0;
}

/* A parameter NAME_min comes right before NAME_max and must not be above it. */
static enum error_class check_ranges(struct walk *walk, enum behaviour_id behaviour, const yaml_node_t *node)
{
    const struct parameter *parameters = behaviours[behaviour]->parameters;
    const uint32_t *values = walk->scenario->plans[behaviour].parameters;
    for (size_t k = 0; k + 1 < behaviours[behaviour]->parameter_count; k++)
        if (ends_in(parameters[k].name, "_min") && ends_in(parameters[k + 1].name, "_max") &&
            values[k] > values[k + 1])
            return fail(walk, node, "%s is %u, above %s, which is %u", parameters[k].name, values[k],
                        parameters[k + 1].name, values[k + 1]);
    return ERROR_OK;
}

static enum error_class read_class(struct walk *walk, unsigned key, const yaml_node_t *value, void *owner)
{
    const struct behaviour *behaviour = behaviours[key];
    struct class_reading reading = {.behaviour = key};
    const char *words[KEY_PARAMETERS + BEHAVIOUR_PARAMETERS_MAX] = {"count", "per_million"};
    (void)owner;
    if (key == BEHAVIOUR_PERSON)
        return fail(walk, value, "person is everybody whom no other class counts: it takes no values");
    for (size_t k = 0; k < behaviour->parameter_count; k++)
        words[KEY_PARAMETERS + k] = behaviour->parameters[k].name;
    const unsigned count = KEY_PARAMETERS + (unsigned)behaviour->parameter_count;
    const enum error_class class = read_mapping(walk, value, words, count, read_class_value, &reading);
    return class ? class : check_ranges(walk, key, value);
}

static enum error_class read_start(struct walk *walk, const yaml_node_t *node)
{
    struct calendar_date date;
    size_t length;
    const char *text = scalar(node, &length);
    if (!calendar_parse_date(text, length, &date) || date.year < 2019 || date.year > 2098)
        return fail(walk, node, "a date such as 2024-12-02 is expected here, from 2019 to 2098");
    walk->scenario->start_ms = calendar_local_midnight_ms(date);
    return ERROR_OK;
}

static enum error_class read_section(struct walk *walk, unsigned key, const yaml_node_t *value, void *owner)
{
    const char *names[BEHAVIOUR_COUNT];
    (void)owner;
    if (key == 0)
        return read_start(walk, value);
    if (key == 1)
        return read_provinces(walk, value);
    for (unsigned b = 0; b < BEHAVIOUR_COUNT; b++)
        names[b] = behaviours[b]->name;
    return read_mapping(walk, value, names, BEHAVIOUR_COUNT, read_class, NULL);
}

static enum error_class read_document(struct walk *walk, FILE *file)
{
    static const char *const sections[] = {"start", "provinces", "classes"};
    enum error_class class = ERROR_OK;
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return error_set(walk->error, ERROR_INTERNAL, "no memory to read %s", walk->path);
    yaml_parser_set_input_file(&parser, file);
    if (!yaml_parser_load(&parser, &walk->document)) {
        class =
            error_set(walk->error, ERROR_CONFIG, "%s:%zu:%zu: %s", walk->path, parser.problem_mark.line + 1,
                      parser.problem_mark.column + 1, parser.problem ? parser.problem : "not YAML");
        yaml_parser_delete(&parser);
        return class;
    }
    const yaml_node_t *root = yaml_document_get_root_node(&walk->document);
    if (root) /* an empty file is the defaults */
        class = read_mapping(walk, root, sections, ARRAY_COUNT(sections), read_section, NULL);
    yaml_document_delete(&walk->document);
    yaml_parser_delete(&parser);
    return class;
}

enum error_class scenario_load(struct scenario *scenario, const char *path, struct error *error)
{
    struct walk walk = {.path = path, .scenario = scenario, .error = error};
    enum error_class class;
    scenario_init(scenario);
    FILE *file = fopen(path, "re");
    if (!file)
        return error_set(error, ERROR_NO_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    if (fseek(file, 0, SEEK_END) != 0 || ftell(file) < 0)
        class = error_set(error, ERROR_NO_INPUT, "%s: is not a file that can be read", path);
    else if (ftell(file) > SCENARIO_BYTES_MAX)
        class =
            error_set(error, ERROR_CONFIG, "%s: a scenario has at most %d bytes", path, SCENARIO_BYTES_MAX);
    else {
        rewind(file);
        class = read_document(&walk, file);
    }
    fclose(file);
    return class;
}
