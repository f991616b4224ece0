/* SPDX-License-Identifier: Apache-2.0
 * The tests that stand in a rule's file: records, lists, and the alerts they must give. */
#include "simsieve/base/text.h"
#include "simsieve/conf/yaml.h"
#include "simsieve/detect/rule.h"

#include <string.h>

const char *const rule_test_list_names[RULE_TEST_LISTS] = {"subscribers", "protected", "allow",
                                                           "cells",       "senders",   "complaints"};

static enum error_class read_name(void *owner, struct yaml_value value, struct error *error)
{
    struct rule_test *test = owner;
    return yaml_read_copy(value, test->name, sizeof(test->name), error);
}

static enum error_class read_given(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_read_text(value, &((struct rule_test *)owner)->given, error);
}

static enum error_class read_list(void *owner, struct yaml_value key, struct yaml_value value,
                                  struct error *error)
{
    struct rule_test *test = owner;
    size_t list = 0;
    const enum error_class class =
        yaml_read_word(key, "list", rule_test_list_names, RULE_TEST_LISTS, &list, error);
    return class ? class : yaml_read_text(value, &test->lists[list], error);
}

static enum error_class read_lists(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_each_pair(value, read_list, owner, error);
}

static enum error_class read_expected(void *owner, struct yaml_value key, struct yaml_value value,
                                      struct error *error)
{
    static const char *const words[] = {"alerts", "minor", "major", "critical"};
    struct rule_test *test = owner;
    size_t word = 0;
    uint64_t count = 0;
    enum error_class class = yaml_read_word(key, "expectation", words, ARRAY_COUNT(words), &word, error);
    if (!class)
        class = yaml_read_u64(value, 0, word ? 100000 : 0, &count, error);
    if (!class && word)
        test->expected[word] = (unsigned)count;
    return class;
}

static enum error_class read_expect(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_each_pair(value, read_expected, owner, error);
}

/* Who reads one item, and what to do with it. */
struct item_reader {
    enum error_class (*run)(void *owner, const struct rule_test *test, struct error *error);
    void *owner;
};

static enum error_class read_item(void *owner, struct yaml_value item, struct error *error)
{
    static const struct yaml_key keys[] = {{"name", true, read_name},
                                           {"given", true, read_given},
                                           {"lists", false, read_lists},
                                           {"expect", true, read_expect}};
    const struct item_reader *reader = owner;
    struct rule_test test = {0};
    const enum error_class class = yaml_read_map(item, keys, ARRAY_COUNT(keys), &test, error);
    if (class || !reader->run)
        return class;
    struct error failure;
    if (reader->run(reader->owner, &test, &failure))
        return yaml_error(item, error, "%s", failure.text);
    return ERROR_OK;
}

static enum error_class find_tests(void *owner, struct yaml_value key, struct yaml_value value,
                                   struct error *error)
{
    return strcmp(yaml_text(key), "tests") == 0 ? yaml_each_item(value, read_item, owner, error) : ERROR_OK;
}

enum error_class rule_each_test(const struct rule *rule,
                                enum error_class (*run)(void *owner, const struct rule_test *test,
                                                        struct error *error),
                                void *owner, struct error *error)
{
    struct item_reader reader = {run, owner};
    struct yaml *yaml = yaml_load_file(rule->path, error);
    if (!yaml)
        return error->class;
    const enum error_class class = yaml_each_pair(yaml_root(yaml), find_tests, &reader, error);
    yaml_destroy(yaml);
    return class;
}
