/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include "simsieve/base/text.h"
#include "simsieve/conf/yaml.h"

#include <stdio.h>
#include <string.h>

#define PROVINCE_WEIGHT_MAX 1000000
#define COUNT_MAX           (10 * BEHAVIOUR_SHARE)

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

static enum error_class read_number(struct yaml_value value, uint32_t minimum, uint32_t maximum,
                                    uint32_t *number, struct error *error)
{
    uint64_t wide = 0;
    const enum error_class class = yaml_read_u64(value, minimum, maximum, &wide, error);
    *number = (uint32_t)wide;
    return class;
}

static enum error_class read_start(void *owner, struct yaml_value value, struct error *error)
{
    struct scenario *scenario = owner;
    struct calendar_date date;
    const char *text;
    const enum error_class class = yaml_read_text(value, &text, error);
    if (class)
        return class;
    if (!calendar_parse_date(text, strlen(text), &date) || date.year < 2019 || date.year > 2098)
        return yaml_error(value, error, "'%.40s' is no date such as 2024-12-02, from 2019 to 2098", text);
    scenario->start_ms = calendar_local_midnight_ms(date);
    return ERROR_OK;
}

static enum error_class read_province(void *owner, struct yaml_value key, struct yaml_value value,
                                      struct error *error)
{
    struct scenario *scenario = owner;
    const char *words[PROVINCE_COUNT];
    char codes[PROVINCE_COUNT][4];
    size_t index;
    for (unsigned p = 0; p < PROVINCE_COUNT; p++) {
        snprintf(codes[p], sizeof(codes[p]), "%02u", geography_provinces[p].code % 100u);
        words[p] = codes[p];
    }
    const enum error_class class = yaml_read_word(key, "province", words, PROVINCE_COUNT, &index, error);
    return class ? class
                 : read_number(value, 0, PROVINCE_WEIGHT_MAX, &scenario->province_weight[index], error);
}

static enum error_class read_provinces(void *owner, struct yaml_value value, struct error *error)
{
    struct scenario *scenario = owner;
    uint64_t sum = 0;
    memset(scenario->province_weight, 0, sizeof(scenario->province_weight));
    const enum error_class class = yaml_each_pair(value, read_province, scenario, error);
    if (class)
        return class;
    for (unsigned p = 0; p < PROVINCE_COUNT; p++)
        sum += scenario->province_weight[p];
    return sum > 0 ? ERROR_OK : yaml_error(value, error, "nobody lives anywhere: give a province a weight");
}

/* Keys of a class: how many there are, in one of two ways, and its parameters. */
enum { KEY_COUNT, KEY_PER_MILLION, KEY_PARAMETERS };

struct class_reading {
    struct scenario *scenario;
    enum behaviour_id behaviour;
    bool has_amount;
};

static enum error_class read_class_value(void *owner, struct yaml_value key, struct yaml_value value,
                                         struct error *error)
{
    struct class_reading *reading = owner;
    struct class_plan *plan = &reading->scenario->plans[reading->behaviour];
    const struct behaviour *behaviour = behaviours[reading->behaviour];
    const char *words[KEY_PARAMETERS + BEHAVIOUR_PARAMETERS_MAX] = {"count", "per_million"};
    size_t index;
    for (size_t k = 0; k < behaviour->parameter_count; k++)
        words[KEY_PARAMETERS + k] = behaviour->parameters[k].name;
    const enum error_class class =
        yaml_read_word(key, "key here", words, KEY_PARAMETERS + behaviour->parameter_count, &index, error);
    if (class)
        return class;
    if (index >= KEY_PARAMETERS) {
        const struct parameter *parameter = &behaviour->parameters[index - KEY_PARAMETERS];
        return read_number(value, parameter->minimum, parameter->maximum,
                           &plan->parameters[index - KEY_PARAMETERS], error);
    }
    if (reading->has_amount)
        return yaml_error(key, error, "count and per_million say the same twice: keep one");
    reading->has_amount = true;
    plan->is_count = index == KEY_COUNT;
    return read_number(value, 0, COUNT_MAX, &plan->amount, error);
}

static bool ends_in(const char *name, const char *end)
{
    const size_t length = strlen(name), end_length = strlen(end);
    return length > end_length && strcmp(name + length - end_length, end) == 0;
}

/* A parameter NAME_min comes right before NAME_max and must not be above it. */
static enum error_class check_ranges(const struct class_reading *reading, struct yaml_value value,
                                     struct error *error)
{
    const struct parameter *parameters = behaviours[reading->behaviour]->parameters;
    const uint32_t *values = reading->scenario->plans[reading->behaviour].parameters;
    for (size_t k = 0; k + 1 < behaviours[reading->behaviour]->parameter_count; k++)
        if (ends_in(parameters[k].name, "_min") && ends_in(parameters[k + 1].name, "_max") &&
            values[k] > values[k + 1])
            return yaml_error(value, error, "%s is %u, above %s, which is %u", parameters[k].name, values[k],
                              parameters[k + 1].name, values[k + 1]);
    return ERROR_OK;
}

static enum error_class read_class(void *owner, struct yaml_value key, struct yaml_value value,
                                   struct error *error)
{
    const char *names[BEHAVIOUR_COUNT];
    size_t index;
    for (unsigned b = 0; b < BEHAVIOUR_COUNT; b++)
        names[b] = behaviours[b]->name;
    enum error_class class = yaml_read_word(key, "class", names, BEHAVIOUR_COUNT, &index, error);
    if (class)
        return class;
    if (index == BEHAVIOUR_PERSON)
        return yaml_error(key, error, "person is everybody whom no other class counts: it takes no values");
    struct class_reading reading = {.scenario = owner, .behaviour = index};
    class = yaml_each_pair(value, read_class_value, &reading, error);
    return class ? class : check_ranges(&reading, value, error);
}

static enum error_class read_classes(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_each_pair(value, read_class, owner, error);
}

enum error_class scenario_load(struct scenario *scenario, const char *path, struct error *error)
{
    static const struct yaml_key keys[] = {
        {"start", false, read_start}, {"provinces", false, read_provinces}, {"classes", false, read_classes}};
    scenario_init(scenario);
    struct yaml *yaml = yaml_load_file(path, error);
    if (!yaml)
        return error->class;
    const enum error_class class = yaml_read_map(yaml_root(yaml), keys, ARRAY_COUNT(keys), scenario, error);
    yaml_destroy(yaml);
    return class;
}
