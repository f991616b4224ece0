/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/conf/yaml.h"

#include "simsieve/base/hash.h"
#include "simsieve/base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define FILE_BYTES_MAX (4u << 20)
#define KEYS_MAX       64

struct yaml {
    char *name;
    uint64_t fingerprint;
    yaml_document_t document;
};

static yaml_node_t *node_of(struct yaml_value value)
{
    yaml_node_t *node =
        yaml_document_get_node((yaml_document_t *)(uintptr_t)&value.yaml->document, value.node);
    CHECK(node);
    return node;
}

static struct yaml_value value_at(struct yaml_value parent, int node)
{
    return (struct yaml_value){parent.yaml, node};
}

/* Several documents, or something after the only one. */
static enum error_class expect_end(yaml_parser_t *parser, const char *name, struct error *error)
{
    yaml_document_t rest;
    enum error_class class = ERROR_OK;
    if (!yaml_parser_load(parser, &rest))
        return error_set(error, ERROR_CONFIG, "%s:%zu:%zu: %s", name, parser->problem_mark.line + 1,
                         parser->problem_mark.column + 1, parser->problem);
    const yaml_node_t *root = yaml_document_get_root_node(&rest);
    if (root)
        class = error_set(error, ERROR_CONFIG, "%s:%zu:1: one document a file, but here a second one begins",
                          name, root->start_mark.line + 1);
    yaml_document_delete(&rest);
    return class;
}

struct yaml *yaml_load_text(const char *name, const char *text, size_t length, struct error *error)
{
    struct yaml *yaml = calloc(1, sizeof(*yaml));
    yaml_parser_t parser;
    CHECK(yaml && yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    enum error_class class = ERROR_OK;
    if (!yaml_parser_load(&parser, &yaml->document)) {
        class = error_set(error, ERROR_CONFIG, "%s:%zu:%zu: %s%s%s", name, parser.problem_mark.line + 1,
                          parser.problem_mark.column + 1, parser.problem, parser.context ? ", " : "",
                          parser.context ? parser.context : "");
        free(yaml);
        yaml = NULL;
    } else {
        yaml->name = strdup(name);
        CHECK(yaml->name);
        yaml->fingerprint = hash_bytes(text, length);
        if (!yaml_document_get_root_node(&yaml->document))
            class = error_set(error, ERROR_CONFIG, "%s:1:1: the file is empty", name);
        else
            class = expect_end(&parser, name, error);
    }
    yaml_parser_delete(&parser);
    if (class && yaml) {
        yaml_destroy(yaml);
        yaml = NULL;
    }
    return yaml;
}

struct yaml *yaml_load_file(const char *path, struct error *error)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        error_set(error, ERROR_NO_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
        return NULL;
    }
    char *text = malloc(FILE_BYTES_MAX + 1);
    CHECK(text);
    const size_t length = fread(text, 1, FILE_BYTES_MAX + 1, file);
    struct yaml *yaml = NULL;
    if (ferror(file))
        error_set(error, ERROR_NO_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    else if (length > FILE_BYTES_MAX)
        error_set(error, ERROR_CONFIG, "%s: larger than %u MiB", path, FILE_BYTES_MAX >> 20);
    else
        yaml = yaml_load_text(path, text, length, error);
    fclose(file);
    free(text);
    return yaml;
}

void yaml_destroy(struct yaml *yaml)
{
    if (!yaml)
        return;
    yaml_document_delete(&yaml->document);
    free(yaml->name);
    free(yaml);
}

uint64_t yaml_fingerprint(const struct yaml *yaml)
{
    return yaml->fingerprint;
}

struct yaml_value yaml_root(const struct yaml *yaml)
{
    return (struct yaml_value){yaml, 1};
}

enum yaml_kind yaml_kind(struct yaml_value value)
{
    switch (node_of(value)->type) {
    case YAML_SEQUENCE_NODE:
        return YAML_LIST;
    case YAML_MAPPING_NODE:
        return YAML_MAP;
    default:
        return YAML_TEXT;
    }
}

const char *yaml_text(struct yaml_value value)
{
    const yaml_node_t *node = node_of(value);
    return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

enum error_class yaml_error(struct yaml_value value, struct error *error, const char *format, ...)
{
    char what[ERROR_TEXT_BYTES];
    const yaml_node_t *node = node_of(value);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    return error_set(error, ERROR_CONFIG, "%s:%zu:%zu: %s", value.yaml->name, node->start_mark.line + 1,
                     node->start_mark.column + 1, what);
}

enum error_class yaml_unknown(struct yaml_value value, const char *what, const char *word, const void *words,
                              size_t stride, size_t count, struct error *error)
{
    char buffer[700];
    struct text hint = text_over(buffer, sizeof(buffer));
    const char *nearest = text_nearest(word, strlen(word), words, stride, count);
    if (nearest)
        text_add(&hint, "; did you mean '%s'?", nearest);
    else
        for (size_t i = 0; i < count && i < 40; i++) {
            const char *known;
            memcpy(&known, (const char *)words + i * stride, sizeof(known));
            text_add(&hint, "%s%s", i ? ", " : "; known: ", known);
        }
    return yaml_error(value, error, "'%.60s' is no %s%s", word, what, hint.data);
}

static enum error_class expect_kind(struct yaml_value value, enum yaml_kind kind, struct error *error)
{
    static const char *const kinds[] = {"a text", "a list", "a map of keys"};
    if (yaml_kind(value) == kind)
        return ERROR_OK;
    return yaml_error(value, error, "%s is expected here, not %s", kinds[kind], kinds[yaml_kind(value)]);
}

enum error_class yaml_each_pair(struct yaml_value value,
                                enum error_class (*read)(void *owner, struct yaml_value key,
                                                         struct yaml_value value, struct error *error),
                                void *owner, struct error *error)
{
    enum error_class class = expect_kind(value, YAML_MAP, error);
    if (class)
        return class;
    const yaml_node_t *node = node_of(value);
    const yaml_node_pair_t *pairs = node->data.mapping.pairs.start;
    const size_t count = (size_t)(node->data.mapping.pairs.top - pairs);
    for (size_t i = 0; i < count && !class; i++) {
        const struct yaml_value key = value_at(value, pairs[i].key);
        class = expect_kind(key, YAML_TEXT, error);
        for (size_t k = 0; k < i && !class; k++)
            if (strcmp(yaml_text(key), yaml_text(value_at(value, pairs[k].key))) == 0)
                class = yaml_error(key, error, "key '%s' is given twice", yaml_text(key));
        if (!class)
            class = read(owner, key, value_at(value, pairs[i].value), error);
    }
    return class;
}

struct table_reader {
    const struct yaml_key *keys;
    size_t key_count;
    void *owner;
    uint64_t seen; /* bit i: keys[i] was there */
};

static enum error_class read_table_pair(void *owner, struct yaml_value key, struct yaml_value value,
                                        struct error *error)
{
    struct table_reader *reader = owner;
    for (size_t i = 0; i < reader->key_count; i++)
        if (strcmp(reader->keys[i].name, yaml_text(key)) == 0) {
            reader->seen |= (uint64_t)1 << i;
            return reader->keys[i].read(reader->owner, value, error);
        }
    return yaml_unknown(key, "key here", yaml_text(key), reader->keys, sizeof(reader->keys[0]),
                        reader->key_count, error);
}

enum error_class yaml_read_map(struct yaml_value value, const struct yaml_key *keys, size_t key_count,
                               void *owner, struct error *error)
{
    struct table_reader reader = {.keys = keys, .key_count = key_count, .owner = owner};
    CHECK(key_count <= KEYS_MAX);
    enum error_class class = yaml_each_pair(value, read_table_pair, &reader, error);
    for (size_t i = 0; i < key_count && !class; i++)
        if (keys[i].is_required && !(reader.seen >> i & 1))
            class = yaml_error(value, error, "key '%s' is missing", keys[i].name);
    return class;
}

enum error_class yaml_each_item(struct yaml_value value,
                                enum error_class (*read)(void *owner, struct yaml_value item,
                                                         struct error *error),
                                void *owner, struct error *error)
{
    if (yaml_kind(value) != YAML_LIST)
        return read(owner, value, error);
    const yaml_node_t *node = node_of(value);
    enum error_class class = ERROR_OK;
    for (const yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top && !class; item++)
        class = read(owner, value_at(value, *item), error);
    return class;
}

enum error_class yaml_read_text(struct yaml_value value, const char **text, struct error *error)
{
    const enum error_class class = expect_kind(value, YAML_TEXT, error);
    if (!class)
        *text = yaml_text(value);
    return class;
}

enum error_class yaml_read_u64(struct yaml_value value, uint64_t min, uint64_t max, uint64_t *number,
                               struct error *error)
{
    const char *text;
    const enum error_class class = yaml_read_text(value, &text, error);
    if (class)
        return class;
    if (!text_parse_u64(text, strlen(text), max, number) || *number < min)
        return yaml_error(value, error, "'%.40s' is no whole number from %llu to %llu", text,
                          (unsigned long long)min, (unsigned long long)max);
    return ERROR_OK;
}

enum error_class yaml_read_duration(struct yaml_value value, int64_t min_ms, int64_t max_ms,
                                    int64_t *duration_ms, struct error *error)
{
    const char *text;
    const enum error_class class = yaml_read_text(value, &text, error);
    if (class)
        return class;
    if (!text_parse_duration_ms(text, strlen(text), duration_ms))
        return yaml_error(value, error,
                          "'%.40s' is no duration; write a number and its unit: 10s, 5m, 24h, 30d", text);
    if (*duration_ms < min_ms || *duration_ms > max_ms) {
        char buffer[64];
        struct text range = text_over(buffer, sizeof(buffer));
        text_add_duration(&range, min_ms);
        text_add(&range, " to ");
        text_add_duration(&range, max_ms);
        return yaml_error(value, error, "'%.40s' is not within %s", text, range.data);
    }
    return ERROR_OK;
}

enum error_class yaml_read_word(struct yaml_value value, const char *what, const char *const *words,
                                size_t count, size_t *index, struct error *error)
{
    const char *text;
    const enum error_class class = yaml_read_text(value, &text, error);
    if (class)
        return class;
    for (size_t i = 0; i < count; i++)
        if (words[i] && strcmp(words[i], text) == 0) {
            *index = i;
            return ERROR_OK;
        }
    return yaml_unknown(value, what, text, words, sizeof(words[0]), count, error);
}

enum error_class yaml_read_copy(struct yaml_value value, char *buffer, size_t bytes, struct error *error)
{
    const char *text;
    const enum error_class class = yaml_read_text(value, &text, error);
    if (class)
        return class;
    if (strlen(text) >= bytes)
        return yaml_error(value, error, "longer than %zu bytes", bytes - 1);
    memcpy(buffer, text, strlen(text) + 1);
    return ERROR_OK;
}
