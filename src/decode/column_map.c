/* SPDX-License-Identifier: Apache-2.0 */
#include "column_map.h"

#include <stdlib.h>
#include <string.h>

#define TYPE_WORD_COUNT (CDR_TYPE_COUNT + 1) /* and "skip" */

/* One field while it is read. */
struct field_reading {
    struct column_map *map;
    enum cdr_field field;
    struct map_field *target;
};

/* Whether `text` may be this field's: only types and outcomes have words of their own. */
static enum error_class check_word(const struct field_reading *reading, struct yaml_value value,
                                   const char *text, struct error *error)
{
    const char *words[TYPE_WORD_COUNT + CDR_OUTCOME_COUNT];
    size_t count = 0;
    if (reading->field == CDR_TYPE) {
        for (unsigned type = 0; type < CDR_TYPE_COUNT; type++)
            words[count++] = cdr_type_name((enum cdr_type)type);
        words[count++] = MAP_SKIP;
    } else if (reading->field == CDR_OUTCOME) {
        for (unsigned outcome = CDR_OUTCOME_NONE + 1; outcome < CDR_OUTCOME_COUNT; outcome++)
            words[count++] = cdr_outcome_name((enum cdr_outcome)outcome);
    }
    if (count == 0 || (reading->field == CDR_OUTCOME && !*text))
        return ERROR_OK;
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], text) == 0)
            return ERROR_OK;
    return yaml_unknown(value, reading->field == CDR_TYPE ? "type" : "outcome", text, words, sizeof(words[0]),
                        count, error);
}

static enum error_class read_constant(void *owner, struct yaml_value value, struct error *error)
{
    const struct field_reading *reading = owner;
    if (yaml_read_text(value, &reading->target->constant, error))
        return error->class;
    if (reading->field == CDR_TIME)
        return yaml_error(value, error, "is: a time cannot be the same in all records");
    return check_word(reading, value, reading->target->constant, error);
}

static enum error_class read_otherwise(void *owner, struct yaml_value value, struct error *error)
{
    const struct field_reading *reading = owner;
    if (yaml_read_text(value, &reading->target->otherwise, error))
        return error->class;
    return check_word(reading, value, reading->target->otherwise, error);
}

/* The index of a column among those used; added when it is new. */
static uint8_t use_column(struct column_map *map, const char *name)
{
    size_t index = 0;
    while (index < map->used_count && strcmp(map->used[index], name) != 0)
        index++;
    if (index == map->used_count)
        map->used[map->used_count++] = name;
    return (uint8_t)index;
}

static enum error_class read_choice(void *owner, struct yaml_value value, struct error *error)
{
    const struct field_reading *reading = owner;
    struct column_map *map = reading->map;
    struct map_field *target = reading->target;
    const char *name;
    bool is_known = map->has_header;
    if (yaml_read_text(value, &name, error))
        return error->class;
    if (!*name)
        return yaml_error(value, error, "column: the name is empty");
    if (target->choice_count == MAP_CHOICE_COUNT_MAX)
        return yaml_error(value, error, "column: more than %d columns for one field", MAP_CHOICE_COUNT_MAX);
    for (size_t i = 0; i < map->column_count && !is_known; i++)
        is_known = strcmp(map->columns[i], name) == 0;
    if (!is_known)
        return yaml_unknown(value, "column of this map", name, map->columns, sizeof(map->columns[0]),
                            map->column_count, error);
    target->choices[target->choice_count++] = use_column(map, name);
    return ERROR_OK;
}

static enum error_class read_choices(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_each_item(value, read_choice, owner, error);
}

static enum error_class read_word(void *owner, struct yaml_value key, struct yaml_value value,
                                  struct error *error)
{
    const struct field_reading *reading = owner;
    struct map_field *target = reading->target;
    const char *to;
    if (yaml_read_text(value, &to, error) || check_word(reading, value, to, error))
        return error->class;
    if (target->word_count == MAP_WORD_COUNT_MAX)
        return yaml_error(key, error, "words: more than %d", MAP_WORD_COUNT_MAX);
    target->words[target->word_count++] = (struct map_word){yaml_text(key), to};
    return ERROR_OK;
}

static enum error_class read_words(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_each_pair(value, read_word, owner, error);
}

/* Whether a pattern has each part of a time once, with as many letters as it may have. */
static bool is_pattern(const char *pattern)
{
    static const struct {
        char letter;
        const char *lengths; /* bits would do, but these can be read */
    } parts[] = {{'Y', "24"}, {'M', "12"}, {'D', "12"}, {'h', "12"}, {'m', "12"}, {'s', "12"}};
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        const char *begin = strchr(pattern, parts[i].letter);
        size_t length = 0;
        while (begin && begin[length] == parts[i].letter)
            length++;
        if (!begin || !strchr(parts[i].lengths, '0' + (int)length) || strchr(begin + length, parts[i].letter))
            return false;
    }
    return true;
}

static enum error_class read_form(void *owner, struct yaml_value value, struct error *error)
{
    const struct field_reading *reading = owner;
    struct map_field *target = reading->target;
    const char *text;
    if (yaml_read_text(value, &text, error))
        return error->class;
    if (reading->field == CDR_DURATION && strcmp(text, "ms") == 0)
        target->form = MAP_FORM_MILLISECONDS;
    else if (reading->field == CDR_DURATION && strcmp(text, "clock") == 0)
        target->form = MAP_FORM_CLOCK;
    else if (reading->field == CDR_DURATION)
        return yaml_error(value, error,
                          "form: '%.40s' is none of a duration: write ms or clock; seconds need none", text);
    else if (reading->field != CDR_TIME)
        return yaml_error(value, error, "form: only time and duration have one");
    else if (strcmp(text, "epoch_s") == 0)
        target->form = MAP_FORM_EPOCH_S;
    else if (is_pattern(text)) {
        target->form = MAP_FORM_PATTERN;
        target->pattern = text;
    } else
        return yaml_error(value, error,
                          "form: '%.40s' is none of a time: write epoch_s, or letters for digits as in "
                          "'YYYY-MM-DD hh:mm:ss'",
                          text);
    return ERROR_OK;
}

static bool is_offset(const char *text)
{
    static const char form[] = "+dd:dd";
    const size_t length = strlen(text);
    if (length != sizeof(form) - 1 || (text[0] != '+' && text[0] != '-'))
        return false;
    for (size_t i = 1; i < length; i++)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    return text[1] <= '1' && text[4] <= '5';
}

static enum error_class read_offset(void *owner, struct yaml_value value, struct error *error)
{
    const struct field_reading *reading = owner;
    if (yaml_read_text(value, &reading->target->offset, error))
        return error->class;
    if (!is_offset(reading->target->offset))
        return yaml_error(value, error, "offset: '%.40s' is none: write it as +07:00",
                          reading->target->offset);
    return ERROR_OK;
}

static enum error_class read_after(void *owner, struct yaml_value value, struct error *error)
{
    const struct field_reading *reading = owner;
    return yaml_read_text(value, &reading->target->after, error);
}

static enum error_class read_before(void *owner, struct yaml_value value, struct error *error)
{
    const struct field_reading *reading = owner;
    return yaml_read_text(value, &reading->target->before, error);
}

static const struct setting field_rows[] = {
    {"is", SETTING_READER, 0, "", "the same in all records; instead of a column", 0, 0, read_constant},
    {"column", SETTING_READER, 0, "", "its column, or a list of up to 4: the first that is not empty", 0, 0,
     read_choices},
    {"after", SETTING_READER, 0, "", "only what stands behind this text, where it is there", 0, 0,
     read_after},
    {"before", SETTING_READER, 0, "", "only what stands before this text, where it is there", 0, 0,
     read_before},
    {"words", SETTING_READER, 0, "",
     "what words of the column mean: a map of word and ours; for `type` also skip", 0, 0, read_words},
    {"otherwise", SETTING_READER, 0, "",
     "what a word means that is not among them (default: it stays as it is)", 0, 0, read_otherwise},
    {"form", SETTING_READER, 0, "",
     "`time`: epoch_s, or letters for digits (YYYY-MM-DD hh:mm:ss; one letter: one or two digits); `duration`: ms, "
     "clock",
     0, 0, read_form},
    {"offset", SETTING_READER, 0, "", "`time`: of a pattern's times, as +07:00", 0, 0, read_offset},
};

static const struct settings field_table = {"fields of a column map", field_rows, ARRAY_COUNT(field_rows)};

/* What one field's keys must be together. */
static enum error_class check_field(const struct field_reading *reading, struct yaml_value value,
                                    struct error *error)
{
    const struct map_field *target = reading->target;
    const char *name = cdr_column(reading->field);
    if (!target->constant && target->choice_count == 0)
        return yaml_error(value, error, "%s: a column, or 'is' with a fixed value, is missing", name);
    if (target->constant && target->choice_count > 0)
        return yaml_error(value, error, "%s: has a column and 'is': one of them", name);
    if (target->form == MAP_FORM_PATTERN && !target->offset)
        return yaml_error(value, error, "%s: 'offset' is missing: which zone are these times of? As +07:00",
                          name);
    if (target->form != MAP_FORM_PATTERN && target->offset)
        return yaml_error(value, error, "%s: 'offset' belongs to a form of letters", name);
    if (target->otherwise && target->word_count == 0)
        return yaml_error(value, error, "%s: 'otherwise' without 'words'", name);
    return ERROR_OK;
}

static enum error_class read_field(void *owner, struct yaml_value key, struct yaml_value value,
                                   struct error *error)
{
    struct column_map *map = owner;
    const char *name = yaml_text(key);
    const char *names[CDR_FIELD_COUNT];
    unsigned field = 0;
    for (unsigned i = 0; i < CDR_FIELD_COUNT; i++)
        names[i] = cdr_column((enum cdr_field)i);
    while (field < CDR_FIELD_COUNT && strcmp(names[field], name) != 0)
        field++;
    if (field == CDR_FIELD_COUNT)
        return yaml_unknown(key, "field", name, names, sizeof(names[0]), CDR_FIELD_COUNT, error);
    struct field_reading reading = {map, (enum cdr_field)field, &map->fields[field]};
    map->fields_present |= 1u << field;
    if (settings_read(&field_table, value, &reading, error))
        return error->class;
    return check_field(&reading, value, error);
}

/* What the keys of the file must be together, and the fields, once all columns are known. */
static enum error_class read_map(struct column_map *map, struct yaml_value root, struct error *error)
{
    if (strcmp(map->format, "1") != 0)
        return yaml_error(root, error, "format: '%.20s': this program reads format 1", map->format);
    if (map->has_header && map->column_count > 0)
        return yaml_error(root, error, "'columns' are for files without a header: write 'header: no'");
    if (!map->has_header && map->column_count == 0)
        return yaml_error(root, error, "'header: no' needs 'columns': their names in their order");
    if (yaml_each_pair(map->fields_value, read_field, map, error))
        return error->class;
    for (unsigned field = 0; field < CDR_FIELD_COUNT; field++)
        if (cdr_column_is_required((enum cdr_field)field) && !(map->fields_present >> field & 1))
            return yaml_error(map->fields_value, error, "field '%s' is missing: every record has one",
                              cdr_column((enum cdr_field)field));
    return ERROR_OK;
}

static enum error_class keep_fields(void *owner, struct yaml_value value, struct error *error)
{
    struct column_map *map = owner;
    (void)error;
    map->fields_value = value;
    return ERROR_OK;
}

static enum error_class read_column(void *owner, struct yaml_value value, struct error *error)
{
    struct column_map *map = owner;
    const char *name;
    if (yaml_read_text(value, &name, error))
        return error->class;
    if (map->column_count == MAP_COLUMN_COUNT_MAX)
        return yaml_error(value, error, "columns: more than %d", MAP_COLUMN_COUNT_MAX);
    for (size_t i = 0; i < map->column_count; i++)
        if (strcmp(map->columns[i], name) == 0)
            return yaml_error(value, error, "columns: '%.60s' is there twice", name);
    map->columns[map->column_count++] = name;
    return ERROR_OK;
}

static enum error_class read_columns(void *owner, struct yaml_value value, struct error *error)
{
    return yaml_each_item(value, read_column, owner, error);
}

static enum error_class read_separator(void *owner, struct yaml_value value, struct error *error)
{
    struct column_map *map = owner;
    const char *text;
    if (yaml_read_text(value, &text, error))
        return error->class;
    map->separator = strcmp(text, "tab") == 0 ? '\t' : text[0];
    if ((strcmp(text, "tab") != 0 && strlen(text) != 1) || !strchr(",;|\t:^~#&", map->separator))
        return yaml_error(value, error, "separator: '%.20s' is none: write one of , ; | : ^ ~ # & or tab",
                          text);
    return ERROR_OK;
}

#define ROW(member) offsetof(struct column_map, member)

static const struct setting rows[] = {
    {"format", SETTING_TEXT, ROW(format), NULL, "the form of this file: 1", 0, 0, NULL},
    {"separator", SETTING_READER, 0, ",", "between columns: a bar or one of , ; : ^ ~ # & or tab", 0, 0,
     read_separator},
    {"quotes", SETTING_SWITCH, ROW(has_quotes), "yes", "whether \" around a text is none of it (RFC 4180)", 0,
     0, NULL},
    {"header", SETTING_SWITCH, ROW(has_header), "yes", "whether the first line names the columns", 0, 0,
     NULL},
    {"columns", SETTING_READER, 0, "", "names for the columns in their order, where there is no header", 0, 0,
     read_columns},
    {"fields", SETTING_READER, 0, NULL, "what the columns mean, by column of a record", 0, 0, keep_fields},
};

static const struct settings map_table = {"column map", rows, ARRAY_COUNT(rows)};

const struct settings *column_map_settings_at(size_t index)
{
    static const struct settings *const tables[] = {&map_table, &field_table};
    return index < ARRAY_COUNT(tables) ? tables[index] : NULL;
}

static struct column_map *map_of(const char *name, struct yaml *yaml, struct error *error)
{
    if (!yaml)
        return NULL;
    struct column_map *map = calloc(1, sizeof(*map));
    CHECK(map);
    map->path = strdup(name);
    map->separator = ',';
    map->yaml = yaml;
    CHECK(map->path);
    const struct yaml_value root = yaml_root(yaml);
    if (!settings_read(&map_table, root, map, error) && !read_map(map, root, error))
        return map;
    column_map_destroy(map);
    return NULL;
}

struct column_map *column_map_load(const char *path, struct error *error)
{
    return map_of(path, yaml_load_file(path, error), error);
}

struct column_map *column_map_load_text(const char *name, const char *text, size_t length,
                                        struct error *error)
{
    return map_of(name, yaml_load_text(name, text, length, error), error);
}

void column_map_destroy(struct column_map *map)
{
    if (!map)
        return;
    yaml_destroy(map->yaml);
    free(map->path);
    free(map);
}
