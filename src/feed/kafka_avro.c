/* SPDX-License-Identifier: Apache-2.0
 * The plan is a table of nodes, one a type of the schema; the children of node n (fields, branches, items) are
 * `child_count` entries of `children` from `first_child`. Named types that occur again are the same node again, so a
 * recursive schema is a loop in the table and only the depth of the walk is limited. */
#include "kafka_avro.h"

#include "simsieve/log/log.h"

#include <avro.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NODE_COUNT_MAX   4096
#define CHILD_COUNT_MAX  8192
#define SYMBOL_COUNT_MAX 4096
#define DEPTH_MAX        32
#define STEPS_MAX        65536 /* beyond one a byte */
#define INTEGER_BYTES    24

struct node {
    avro_type_t type;
    uint32_t first_child, child_count; /* of an enum: in `symbols` */
    int64_t size;                      /* of a fixed */
    int64_t divisor;                   /* of a time: its units in a millisecond */
    avro_schema_t schema;              /* of a named type, while the plan is made */
};

struct avro_plan {
    avro_schema_t schema; /* owns the texts of `symbols` */
    struct node nodes[NODE_COUNT_MAX];
    uint32_t node_count;
    uint32_t children[CHILD_COUNT_MAX];
    uint32_t child_count;
    const char *symbols[SYMBOL_COUNT_MAX];
    uint32_t symbol_count;
    /* Of the outermost record: the column that its n-th field is, CDR_FIELD_COUNT for none. */
    uint8_t *columns;
};

static enum error_class too_large(const char *name, struct error *error)
{
    return error_set(error, ERROR_DATA, "%s: the schema is too large: %d types, %d nested", name,
                     NODE_COUNT_MAX, DEPTH_MAX);
}

static enum error_class add_node(struct avro_plan *plan, avro_schema_t schema, unsigned depth,
                                 const char *name, uint32_t *index, struct error *error);

/* Room for `count` children; the first's place. */
static bool reserve(uint32_t *used, size_t count, size_t max, uint32_t *first)
{
    if (count > max - *used)
        return false;
    *first = *used;
    *used += (uint32_t)count;
    return true;
}

static avro_schema_t child_schema(avro_schema_t schema, size_t child)
{
    switch (avro_typeof(schema)) {
    case AVRO_RECORD:
        return avro_schema_record_field_get_by_index(schema, (int)child);
    case AVRO_UNION:
        return avro_schema_union_branch(schema, (int)child);
    case AVRO_ARRAY:
        return avro_schema_array_items(schema);
    default:
        return avro_schema_map_values(schema);
    }
}

static size_t child_count_of(avro_schema_t schema)
{
    switch (avro_typeof(schema)) {
    case AVRO_RECORD:
        return avro_schema_record_size(schema);
    case AVRO_UNION:
        return avro_schema_union_size(schema);
    case AVRO_ARRAY:
    case AVRO_MAP:
        return 1;
    default:
        return 0;
    }
}

static enum error_class add_children(struct avro_plan *plan, struct node *node, avro_schema_t schema,
                                     unsigned depth, const char *name, struct error *error)
{
    const size_t count = child_count_of(schema);
    if (!reserve(&plan->child_count, count, CHILD_COUNT_MAX, &node->first_child))
        return too_large(name, error);
    node->child_count = (uint32_t)count;
    for (size_t child = 0; child < count; child++)
        if (add_node(plan, child_schema(schema, child), depth + 1, name,
                     &plan->children[node->first_child + child], error))
            return error->class;
    return ERROR_OK;
}

static enum error_class add_symbols(struct avro_plan *plan, struct node *node, avro_schema_t schema,
                                    const char *name, struct error *error)
{
    const size_t count = (size_t)avro_schema_enum_number_of_symbols(schema);
    if (!reserve(&plan->symbol_count, count, SYMBOL_COUNT_MAX, &node->first_child))
        return too_large(name, error);
    node->child_count = (uint32_t)count;
    for (size_t symbol = 0; symbol < count; symbol++)
        plan->symbols[node->first_child + symbol] = avro_schema_enum_get(schema, (int)symbol);
    return ERROR_OK;
}

static enum error_class add_node(struct avro_plan *plan, avro_schema_t schema, unsigned depth,
                                 const char *name, uint32_t *index, struct error *error)
{
    if (avro_typeof(schema) == AVRO_LINK)
        schema = avro_schema_link_target(schema);
    for (uint32_t known = 0; known < plan->node_count; known++)
        if (plan->nodes[known].schema == schema) {
            *index = known;
            return ERROR_OK;
        }
    if (plan->node_count == NODE_COUNT_MAX || depth > DEPTH_MAX)
        return too_large(name, error);
    *index = plan->node_count++;
    struct node *node = &plan->nodes[*index];
    node->type = avro_typeof(schema);
    node->divisor = 1;
    switch (node->type) {
    case AVRO_RECORD:
        node->schema = schema;
        return add_children(plan, node, schema, depth, name, error);
    case AVRO_ENUM:
        node->schema = schema;
        return add_symbols(plan, node, schema, name, error);
    case AVRO_FIXED:
        node->schema = schema;
        node->size = avro_schema_fixed_size(schema);
        return ERROR_OK;
    default:
        return add_children(plan, node, schema, depth, name, error);
    }
}

/* Whether a column can be read from a node; unions are looked at branch by branch. */
static bool is_text(const struct avro_plan *plan, const struct node *node, size_t column)
{
    switch (node->type) {
    case AVRO_UNION:
        for (uint32_t i = 0; i < node->child_count; i++) {
            const struct node *branch = &plan->nodes[plan->children[node->first_child + i]];
            if (branch->type == AVRO_UNION || !is_text(plan, branch, column))
                return false;
        }
        return true;
    case AVRO_FLOAT:
    case AVRO_DOUBLE:
        return column == CDR_DURATION;
    case AVRO_STRING:
    case AVRO_BYTES:
    case AVRO_INT32:
    case AVRO_INT64:
    case AVRO_ENUM:
    case AVRO_FIXED:
    case AVRO_NULL:
        return true;
    default:
        return false;
    }
}

/* What libavro leaves out: the units of a time. `type` is the JSON of the node's type. */
static enum error_class set_units(struct avro_plan *plan, uint32_t index, const json_t *type,
                                  const char *name, struct error *error)
{
    static const struct {
        const char *word;
        int64_t divisor;
    } units[] = {{"timestamp-millis", 1}, {"timestamp-micros", 1000}, {"timestamp-nanos", 1000000}};
    struct node *node = &plan->nodes[index];
    if (node->type == AVRO_UNION) {
        for (uint32_t i = 0; i < node->child_count; i++)
            if (set_units(plan, plan->children[node->first_child + i], json_array_get(type, i), name, error))
                return error->class;
        return ERROR_OK;
    }
    const char *word = json_string_value(json_object_get(type, "logicalType"));
    if (node->type != AVRO_INT64 || !word)
        return ERROR_OK;
    if (strncmp(word, "local-timestamp", strlen("local-timestamp")) == 0)
        return error_set(error, ERROR_DATA,
                         "%s: the field \"time\" is a %s: which instant it is depends on where it was "
                         "written; use timestamp-millis",
                         name, word);
    for (size_t i = 0; i < ARRAY_COUNT(units); i++)
        if (strcmp(word, units[i].word) == 0)
            node->divisor = units[i].divisor;
    return ERROR_OK;
}

static size_t column_of(const char *field)
{
    size_t column = 0;
    while (column < CDR_FIELD_COUNT && strcmp(cdr_column((enum cdr_field)column), field) != 0)
        column++;
    return column;
}

/* Matches the fields of the outermost record to columns. */
static enum error_class match_columns(struct avro_plan *plan, const json_t *fields, const char *name,
                                      struct error *error)
{
    const struct node *record = &plan->nodes[0];
    unsigned seen = 0;
    plan->columns = calloc(record->child_count + 1, 1);
    CHECK(plan->columns);
    for (uint32_t i = 0; i < record->child_count; i++) {
        const char *field = avro_schema_record_field_name(plan->schema, (int)i);
        const size_t column = column_of(field);
        const uint32_t child = plan->children[record->first_child + i];
        plan->columns[i] = (uint8_t)column;
        if (column == CDR_FIELD_COUNT) {
            log_write(LOG_INFO, "%s: the field \"%.60s\" is no column and is left out", name, field);
            continue;
        }
        seen |= 1u << column;
        if (!is_text(plan, &plan->nodes[child], column))
            return error_set(error, ERROR_DATA, "%s: the field \"%s\" is neither text nor a whole number",
                             name, field);
        if (column == CDR_TIME &&
            set_units(plan, child, json_object_get(json_array_get(fields, i), "type"), name, error))
            return error->class;
    }
    for (unsigned column = 0; column < CDR_FIELD_COUNT; column++)
        if (cdr_column_is_required((enum cdr_field)column) && !(seen >> column & 1))
            return error_set(error, ERROR_DATA, "%s: the schema has no field \"%s\"", name,
                             cdr_column((enum cdr_field)column));
    return ERROR_OK;
}

static enum error_class fill_plan(struct avro_plan *plan, const json_t *root, const char *name,
                                  struct error *error)
{
    uint32_t index;
    if (avro_typeof(plan->schema) != AVRO_RECORD)
        return error_set(error, ERROR_DATA, "%s: the schema is no record", name);
    if (add_node(plan, plan->schema, 0, name, &index, error))
        return error->class;
    return match_columns(plan, json_object_get(root, "fields"), name, error);
}

struct avro_plan *avro_plan_create(const char *json, size_t length, const char *name, struct error *error)
{
    json_error_t json_error;
    struct avro_plan *plan = calloc(1, sizeof(*plan));
    CHECK(plan);
    json_t *root = json_loadb(json, length, JSON_DECODE_ANY, &json_error);
    if (!root)
        error_set(error, ERROR_DATA, "%s:%d: the schema is no JSON: %s", name, json_error.line,
                  json_error.text);
    else if (avro_schema_from_json_length(json, length, &plan->schema) != 0)
        error_set(error, ERROR_DATA, "%s: no Avro schema: %s", name, avro_strerror());
    else if (fill_plan(plan, root, name, error) == ERROR_OK)
        goto done;
    avro_plan_destroy(plan);
    plan = NULL;
done:
    json_decref(root);
    return plan;
}

void avro_plan_destroy(struct avro_plan *plan)
{
    if (!plan)
        return;
    if (plan->schema)
        avro_schema_decref(plan->schema);
    free(plan->columns);
    free(plan);
}

/* What is left of a message. */
struct walk {
    const struct avro_plan *plan;
    const uint8_t *at, *end;
    uint64_t steps; /* that may still be made */
};

static bool take_bytes(struct walk *walk, int64_t count, struct slice *bytes)
{
    if (count < 0 || count > walk->end - walk->at)
        return false;
    *bytes = (struct slice){(const char *)walk->at, (size_t)count};
    walk->at += count;
    return true;
}

/* int and long: zigzag, seven bits an octet, lowest first. */
static bool take_long(struct walk *walk, int64_t *value)
{
    uint64_t bits = 0;
    for (unsigned shift = 0; shift < 64 && walk->at < walk->end; shift += 7) {
        const uint8_t octet = *walk->at++;
        bits |= (uint64_t)(octet & 0x7f) << shift;
        if (!(octet & 0x80)) {
            *value = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
            return true;
        }
    }
    return false;
}

/* The child that an index in the bytes names: a branch, or a symbol. */
static bool take_index(struct walk *walk, const struct node *node, uint32_t *index)
{
    int64_t value;
    if (!take_long(walk, &value) || value < 0 || value >= node->child_count)
        return false;
    *index = node->first_child + (uint32_t)value;
    return true;
}

static bool skip(struct walk *walk, uint32_t index, unsigned depth);

/* Blocks of items (of a map: each after its key) up to one of none; a negative count says the bytes of the block. */
static bool skip_blocks(struct walk *walk, const struct node *node, unsigned depth)
{
    int64_t count, bytes;
    struct slice ignored;
    const uint32_t items = walk->plan->children[node->first_child];
    while (take_long(walk, &count)) {
        if (count == 0)
            return true;
        if (count < 0) {
            if (!take_long(walk, &bytes) || !take_bytes(walk, bytes, &ignored))
                return false;
            continue;
        }
        for (; count > 0; count--) {
            if (node->type == AVRO_MAP && (!take_long(walk, &bytes) || !take_bytes(walk, bytes, &ignored)))
                return false;
            if (!skip(walk, items, depth + 1))
                return false;
        }
    }
    return false;
}

static bool skip_record(struct walk *walk, const struct node *node, unsigned depth)
{
    for (uint32_t i = 0; i < node->child_count; i++)
        if (!skip(walk, walk->plan->children[node->first_child + i], depth + 1))
            return false;
    return true;
}

/* Steps over one value. */
static bool skip(struct walk *walk, uint32_t index, unsigned depth)
{
    const struct node *node = &walk->plan->nodes[index];
    struct slice ignored;
    int64_t value;
    uint32_t child;
    if (depth > DEPTH_MAX || walk->steps-- == 0)
        return false;
    switch (node->type) {
    case AVRO_NULL:
        return true;
    case AVRO_BOOLEAN:
        return take_bytes(walk, 1, &ignored);
    case AVRO_INT32:
    case AVRO_INT64:
        return take_long(walk, &value);
    case AVRO_FLOAT:
        return take_bytes(walk, sizeof(float), &ignored);
    case AVRO_DOUBLE:
        return take_bytes(walk, sizeof(double), &ignored);
    case AVRO_STRING:
    case AVRO_BYTES:
        return take_long(walk, &value) && take_bytes(walk, value, &ignored);
    case AVRO_FIXED:
        return take_bytes(walk, node->size, &ignored);
    case AVRO_ENUM:
        return take_index(walk, node, &child);
    case AVRO_UNION:
        return take_index(walk, node, &child) && skip(walk, walk->plan->children[child], depth + 1);
    case AVRO_RECORD:
        return skip_record(walk, node, depth);
    default:
        return skip_blocks(walk, node, depth);
    }
}

static void write_number(char buffer[static INTEGER_BYTES], int64_t value, struct slice *text)
{
    struct text number = text_over(buffer, INTEGER_BYTES);
    text_add(&number, "%lld", (long long)value);
    *text = (struct slice){number.data, number.length};
}

/* A duration in seconds with a fraction, which counts as a whole one. */
static bool take_real(struct walk *walk, const struct node *node, int64_t *value)
{
    struct slice bytes;
    double real;
    float half;
    if (!take_bytes(walk, node->type == AVRO_FLOAT ? sizeof(half) : sizeof(real), &bytes))
        return false;
    if (node->type == AVRO_FLOAT) {
        memcpy(&half, bytes.bytes, sizeof(half));
        real = half;
    } else {
        memcpy(&real, bytes.bytes, sizeof(real));
    }
    if (!(fabs(real) < 1e15)) /* not a number is none either */
        return false;
    *value = (int64_t)ceil(real);
    return true;
}

/* The text of a column; empty where it is absent. Numbers are written into `buffer`. */
static bool take_text(struct walk *walk, uint32_t index, char buffer[static INTEGER_BYTES],
                      struct slice *text)
{
    const struct node *node = &walk->plan->nodes[index];
    int64_t value;
    uint32_t child;
    if (node->type == AVRO_UNION) {
        if (!take_index(walk, node, &child))
            return false;
        node = &walk->plan->nodes[walk->plan->children[child]];
    }
    switch (node->type) {
    case AVRO_NULL:
        return true;
    case AVRO_STRING:
    case AVRO_BYTES:
        return take_long(walk, &value) && take_bytes(walk, value, text);
    case AVRO_FIXED:
        return take_bytes(walk, node->size, text);
    case AVRO_ENUM:
        if (!take_index(walk, node, &child))
            return false;
        *text = (struct slice){walk->plan->symbols[child], strlen(walk->plan->symbols[child])};
        return true;
    case AVRO_FLOAT:
    case AVRO_DOUBLE:
        if (!take_real(walk, node, &value))
            return false;
        break;
    default:
        if (!take_long(walk, &value))
            return false;
        value /= node->divisor;
    }
    write_number(buffer, value, text);
    return true;
}

enum reason avro_decode(const struct avro_plan *plan, const struct decode_context *context, const char *bytes,
                        size_t length, struct cdr *cdr)
{
    struct slice fields[CDR_FIELD_COUNT] = {0};
    char numbers[CDR_FIELD_COUNT][INTEGER_BYTES];
    const struct node *record = &plan->nodes[0];
    struct walk walk = {plan, (const uint8_t *)bytes, (const uint8_t *)bytes + length, length + STEPS_MAX};
    for (uint32_t i = 0; i < record->child_count; i++) {
        const uint32_t child = plan->children[record->first_child + i];
        const size_t column = plan->columns[i];
        const bool is_taken = column == CDR_FIELD_COUNT
                                  ? skip(&walk, child, 0)
                                  : take_text(&walk, child, numbers[column], &fields[column]);
        if (!is_taken)
            return REASON_SCHEMA_MISMATCH;
    }
    if (walk.at != walk.end)
        return REASON_SCHEMA_MISMATCH;
    for (size_t column = 0; column < CDR_FIELD_COUNT; column++)
        if (fields[column].length > 0 && !text_is_utf8(fields[column].bytes, fields[column].length))
            return REASON_NOT_UTF8;
    return decode_fields(context, fields, cdr);
}
