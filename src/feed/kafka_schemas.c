/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_schemas.h"

#include "kafka_health.h"

#include "simsieve/base/clock.h"
#include "simsieve/log/log.h"

#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACE_BYTES      2048
#define SCHEMA_BYTES_MAX ((size_t)1 << 20)
#define SCHEMA_COUNT_MAX 1024
#define TIMEOUT_MS       5000L
#define SECOND_NS        ((uint64_t)1000 * 1000 * 1000)
#define ASK_AGAIN_NS     (60 * SECOND_NS) /* for a schema that was unknown */
#define KNOCK_AGAIN_NS   SECOND_NS        /* at a registry that was away */
#define TELL_AGAIN_NS    (10 * SECOND_NS)
#define REJECTED         "its messages are rejects"
#define HTTP_OK          200
#define HTTP_NOT_FOUND   404

struct schema {
    uint32_t id;
    struct avro_plan *plan; /* NULL: unknown until `again_ns` */
    uint64_t again_ns;
};

struct schemas {
    const struct feed_options *options;
    char place[PLACE_BYTES];
    CURL *registry;             /* NULL: a folder */
    uint64_t knock_ns, tell_ns; /* not before */
    struct schema *last;        /* messages of one schema come in runs */
    struct schema known[SCHEMA_COUNT_MAX];
    size_t count;
    char *text; /* the schema that is being read: SCHEMA_BYTES_MAX */
    size_t length;
};

struct schemas *schemas_open(const char *place, const struct feed_options *options)
{
    struct schemas *schemas = calloc(1, sizeof(*schemas));
    CHECK(schemas && strlen(place) < PLACE_BYTES);
    schemas->options = options;
    schemas->text = malloc(SCHEMA_BYTES_MAX);
    CHECK(schemas->text);
    snprintf(schemas->place, sizeof(schemas->place), "%s", place);
    if (strncmp(place, "http://", 7) == 0 || strncmp(place, "https://", 8) == 0) {
        schemas->registry = curl_easy_init();
        CHECK(schemas->registry);
    }
    return schemas;
}

void schemas_close(struct schemas *schemas)
{
    if (!schemas)
        return;
    for (size_t i = 0; i < schemas->count; i++)
        avro_plan_destroy(schemas->known[i].plan);
    curl_easy_cleanup(schemas->registry);
    free(schemas->text);
    free(schemas);
}

/* At most every ten seconds: damaged messages have any id. */
static void tell(struct schemas *schemas, const char *name, const char *what, const char *consequence)
{
    const uint64_t now_ns = clock_monotonic_ns();
    if (now_ns < schemas->tell_ns)
        return;
    schemas->tell_ns = now_ns + TELL_AGAIN_NS;
    log_write(LOG_WARNING, "feed %s: %s: %s; %s", schemas->options->name, name, what, consequence);
}

static enum schema_status read_file(struct schemas *schemas, const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        tell(schemas, path, strerror(errno), REJECTED);
        return SCHEMA_UNKNOWN;
    }
    schemas->length = fread(schemas->text, 1, SCHEMA_BYTES_MAX, file);
    fclose(file);
    return SCHEMA_READY;
}

/* libcurl's writer: what does not fit ends the transfer. */
static size_t keep(char *bytes, size_t size, size_t count, void *owner)
{
    struct schemas *schemas = owner;
    if (size * count > SCHEMA_BYTES_MAX - schemas->length)
        return 0;
    memcpy(schemas->text + schemas->length, bytes, size * count);
    schemas->length += size * count;
    return size * count;
}

/* The registry answers with the schema as a text in an object. */
static enum schema_status unwrap(struct schemas *schemas, const char *name)
{
    json_error_t error;
    json_t *answer = json_loadb(schemas->text, schemas->length, 0, &error);
    const json_t *schema = json_object_get(answer, "schema");
    const size_t length = json_string_length(schema);
    const bool is_fine = json_is_string(schema) && length <= SCHEMA_BYTES_MAX;
    if (is_fine) {
        memcpy(schemas->text, json_string_value(schema), length);
        schemas->length = length;
    } else {
        tell(schemas, name, "this is no answer of a schema registry", REJECTED);
    }
    json_decref(answer);
    return is_fine ? SCHEMA_READY : SCHEMA_UNKNOWN;
}

static enum schema_status away(struct schemas *schemas, const char *name, const char *why)
{
    char told[512];
    snprintf(told, sizeof(told), "%s: %s; messages wait: does the registry run, and is 'schemas' right?",
             name, why);
    feed_health_tell(schemas->options->health, KAFKA_SCHEMAS, told);
    health_add(&schemas->options->health->errors, 1);
    tell(schemas, name, why, "messages wait");
    return SCHEMA_AWAY;
}

static enum schema_status ask_registry(struct schemas *schemas, uint32_t id, const char *name)
{
    char url[PLACE_BYTES + 32];
    CURL *curl = schemas->registry;
    char why[32];
    long status = 0;
    schemas->length = 0;
    snprintf(url, sizeof(url), "%s/schemas/ids/%u", schemas->place, id);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, schemas);
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        return away(schemas, name, curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == HTTP_OK) {
        feed_health_well(schemas->options->health, KAFKA_SCHEMAS);
        return unwrap(schemas, name);
    }
    snprintf(why, sizeof(why), "answer %ld", status);
    if (status != HTTP_NOT_FOUND)
        return away(schemas, name, why);
    feed_health_well(schemas->options->health, KAFKA_SCHEMAS);
    tell(schemas, name, "the registry does not know it", REJECTED);
    return SCHEMA_UNKNOWN;
}

static struct schema *known(struct schemas *schemas, uint32_t id)
{
    for (size_t i = 0; i < schemas->count; i++)
        if (schemas->known[i].id == id)
            return &schemas->known[i];
    return NULL;
}

/* A place for another schema: of one that is unknown when all are taken, NULL when all are in use. */
static struct schema *free_place(struct schemas *schemas)
{
    if (schemas->count < SCHEMA_COUNT_MAX)
        return &schemas->known[schemas->count];
    for (size_t i = 0; i < SCHEMA_COUNT_MAX; i++)
        if (!schemas->known[i].plan)
            return &schemas->known[i];
    return NULL;
}

/* Reads a schema from its place; NULL when the registry is away. */
static struct schema *fetch(struct schemas *schemas, struct schema *schema, uint32_t id)
{
    char name[PLACE_BYTES + 32];
    struct error error;
    const uint64_t now_ns = clock_monotonic_ns();
    if (now_ns < schemas->knock_ns)
        return NULL;
    if (schemas->registry)
        snprintf(name, sizeof(name), "schema %u", id); /* the URL may hold a password */
    else
        snprintf(name, sizeof(name), "%s/%u.avsc", schemas->place, id);
    const enum schema_status status =
        schemas->registry ? ask_registry(schemas, id, name) : read_file(schemas, name);
    if (status == SCHEMA_AWAY) {
        schemas->knock_ns = clock_monotonic_ns() + KNOCK_AGAIN_NS;
        return NULL;
    }
    schema->id = id;
    schema->again_ns = now_ns + ASK_AGAIN_NS;
    if (status == SCHEMA_READY) {
        schema->plan = avro_plan_create(schemas->text, schemas->length, name, &error);
        if (!schema->plan)
            tell(schemas, name, error.text, REJECTED);
    }
    return schema;
}

enum schema_status schemas_find(struct schemas *schemas, uint32_t id, const struct avro_plan **plan)
{
    struct schema *schema = schemas->last && schemas->last->id == id ? schemas->last : known(schemas, id);
    if (!schema) {
        struct schema *place = free_place(schemas);
        if (!place)
            return SCHEMA_UNKNOWN;
        schema = fetch(schemas, place, id);
        schemas->count += schema == &schemas->known[schemas->count];
    } else if (!schema->plan && clock_monotonic_ns() >= schema->again_ns) {
        schema = fetch(schemas, schema, id);
    }
    if (!schema)
        return SCHEMA_AWAY;
    schemas->last = schema;
    *plan = schema->plan;
    return schema->plan ? SCHEMA_READY : SCHEMA_UNKNOWN;
}
