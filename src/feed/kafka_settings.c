/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_settings.h"

#include "simsieve/log/log.h"

#include <stdio.h>
#include <string.h>

#define ERROR_BYTES         512
#define MUST_EXIST_MAX_DAYS 7
#define SCRAM_FIXED         0x02060100 /* the version of the library that keeps to RFC 5802 */

/* What the feed sets itself: a promise of it depends on each. */
static const struct owned {
    const char *name, *why;
} owned[] = {
    {"bootstrap.servers", "it is the feed's key 'brokers'"},
    {"metadata.broker.list", "it is the feed's key 'brokers'"},
    {"group.id", "it is the feed's key 'group'"},
    {"enable.auto.commit", "positions are committed only when a checkpoint holds their records"},
    {"auto.commit.enable", "positions are committed only when a checkpoint holds their records"},
    {"enable.auto.offset.store", "positions are committed only when a checkpoint holds their records"},
    {"auto.offset.reset", "a position that is gone is told and counted, never skipped in silence"},
    {"enable.partition.eof", "the feed sets it where it reads again"},
    {"partition.assignment.strategy", "partitions that stay must not be taken away: cooperative-sticky"},
    {"statistics.interval.ms", "the feed's health comes from the statistics"},
    {"log.queue", "messages of the library go to this program's log"},
};

/* Set before the properties of the configuration, which may change those that are not owned. */
static const struct {
    const char *name, *value;
} defaults[] = {
    {"client.id", "simsieve"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "error"},
    {"partition.assignment.strategy", "cooperative-sticky"},
    {"isolation.level", "read_committed"},
    /* A queue that is full is left alone for a second, whatever is taken from it meanwhile (the library's #2879): it must hold
     * what is taken in a second, or a feed that is behind would catch up no faster than one queue a second. */
    {"queued.min.messages", "1000000"},
    {"queued.max.messages.kbytes", "131072"},
    {"statistics.interval.ms", "5000"},
    {"message.max.bytes",
     "2000000"}, /* of dead letters: any message of fetch.message.max.bytes, with its headers */
    {"topic.metadata.refresh.interval.ms", "30000"}, /* topics and partitions that are new */
};

static void set_known(rd_kafka_conf_t *client, const char *name, const char *value)
{
    CHECK(rd_kafka_conf_set(client, name, value, NULL, 0) == RD_KAFKA_CONF_OK);
}

/* Appends a comma, if need be, and an item to a list in a buffer. */
static enum error_class append(char *list, struct yaml_value item, const char *text, struct error *error)
{
    const size_t length = strlen(list), more = strlen(text);
    if (strchr(text, ',') || more == 0)
        return yaml_error(item, error, "'%.60s': write a list of single words, not one with commas in it",
                          text);
    if (length + more + 2 > KAFKA_LIST_BYTES)
        return yaml_error(item, error, "the list is longer than %d bytes", KAFKA_LIST_BYTES);
    if (length)
        list[length] = ',';
    memcpy(list + length + (length > 0), text, more + 1);
    return ERROR_OK;
}

static enum error_class add_broker(void *owner, struct yaml_value item, struct error *error)
{
    const char *text;
    return yaml_read_text(item, &text, error) ? error->class : append(owner, item, text, error);
}

static enum error_class read_brokers(void *owner, struct yaml_value value, struct error *error)
{
    struct kafka_settings *settings = owner;
    return yaml_each_item(value, add_broker, settings->brokers, error);
}

static enum error_class read_columns(void *owner, struct yaml_value value, struct error *error)
{
    struct kafka_settings *settings = owner;
    struct error wrong;
    if (yaml_each_item(value, add_broker, settings->columns, error))
        return error->class;
    const struct decoder *csv = decoder_by_name("csv", &(const char *){NULL});
    void *state = csv->open_columns(settings->context, settings->name, settings->columns, &wrong);
    if (!state)
        return yaml_error(value, error, "columns: %s", wrong.text);
    csv->close(state);
    return ERROR_OK;
}

/* Kafka's own rule for names; one that begins with ^ would be a pattern to the library. */
static bool is_topic(const char *name, size_t length)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return length > 0 && length < KAFKA_TOPIC_BYTES && strspn(name, allowed) == length;
}

static enum error_class add_topic(void *owner, struct yaml_value item, struct error *error)
{
    struct kafka_settings *settings = owner;
    const char *text;
    if (yaml_read_text(item, &text, error))
        return error->class;
    const size_t length = strlen(text);
    const size_t used = settings->topic_count
                            ? (size_t)(settings->topic[settings->topic_count - 1] - settings->topics) +
                                  strlen(settings->topic[settings->topic_count - 1]) + 1
                            : 0;
    if (!is_topic(text, length))
        return yaml_error(
            item, error,
            "topics: '%.60s' is no name of a topic: letters, digits, '.', '_' and '-', at most %d", text,
            KAFKA_TOPIC_BYTES - 1);
    for (size_t i = 0; i < settings->topic_count; i++)
        if (strcmp(settings->topic[i], text) == 0)
            return yaml_error(item, error, "topics: '%s' is named twice", text);
    if (settings->topic_count == KAFKA_TOPIC_COUNT_MAX || used + length + 1 > sizeof(settings->topics))
        return yaml_error(item, error, "topics: more than %d, or %zu bytes of names", KAFKA_TOPIC_COUNT_MAX,
                          sizeof(settings->topics));
    settings->topic[settings->topic_count++] = memcpy(settings->topics + used, text, length + 1);
    return ERROR_OK;
}

static enum error_class read_topics(void *owner, struct yaml_value value, struct error *error)
{
    if (yaml_each_item(value, add_topic, owner, error))
        return error->class;
    if (((struct kafka_settings *)owner)->topic_count == 0)
        return yaml_error(value, error, "topics: the list is empty");
    return ERROR_OK;
}

static enum error_class read_dead_letter(void *owner, struct yaml_value value, struct error *error)
{
    struct kafka_settings *settings = owner;
    if (yaml_read_copy(value, settings->dead_letter, sizeof(settings->dead_letter), error))
        return error->class;
    if (!is_topic(settings->dead_letter, strlen(settings->dead_letter)))
        return yaml_error(value, error, "dead_letter: '%.60s' is no name of a topic", settings->dead_letter);
    settings->dead_letter_place = value;
    return ERROR_OK;
}

static enum error_class read_group(void *owner, struct yaml_value value, struct error *error)
{
    const char *text;
    if (yaml_read_text(value, &text, error))
        return error->class;
    if (!text[0])
        return yaml_error(value, error, "group: is empty");
    set_known(((struct kafka_settings *)owner)->client, "group.id", text);
    return ERROR_OK;
}

static enum error_class read_membership(void *owner, struct yaml_value value, struct error *error)
{
    static const char *const words[] = {"dynamic", "static"};
    size_t index;
    if (yaml_read_word(value, "membership", words, ARRAY_COUNT(words), &index, error))
        return error->class;
    ((struct kafka_settings *)owner)->is_static = index == 1;
    return ERROR_OK;
}

static enum error_class read_payload(void *owner, struct yaml_value value, struct error *error)
{
    enum { FIRST_DECODER = 3, WORDS_MAX = 64 };
    struct kafka_settings *settings = owner;
    const char *words[WORDS_MAX] = {"auto", "avro", "protobuf"};
    size_t count = FIRST_DECODER, index;
    for (; count < WORDS_MAX && decoder_at(count - FIRST_DECODER); count++)
        words[count] = decoder_at(count - FIRST_DECODER)->name;
    if (yaml_read_word(value, "payload", words, count, &index, error))
        return error->class;
    settings->wire = index < FIRST_DECODER ? (enum kafka_wire)index : WIRE_DECODER;
    settings->format = index < FIRST_DECODER ? NULL : decoder_at(index - FIRST_DECODER);
    return ERROR_OK;
}

static enum error_class read_schemas(void *owner, struct yaml_value value, struct error *error)
{
    struct kafka_settings *settings = owner;
    const char *text;
    if (yaml_read_text(value, &text, error))
        return error->class;
    const bool is_path = !strstr(text, "://") && text[0] != '/';
    const int length = snprintf(settings->schemas, sizeof(settings->schemas), "%s%s%s",
                                is_path ? settings->folder : "", is_path ? "/" : "", text);
    if (!text[0] || length >= (int)sizeof(settings->schemas))
        return yaml_error(value, error, "schemas: is empty or longer than %zu bytes",
                          sizeof(settings->schemas));
    while (settings->schemas[0] && settings->schemas[strlen(settings->schemas) - 1] == '/')
        settings->schemas[strlen(settings->schemas) - 1] = 0;
    return ERROR_OK;
}

static enum error_class set_property(void *owner, struct yaml_value key, struct yaml_value value,
                                     struct error *error)
{
    struct kafka_settings *settings = owner;
    const char *name = yaml_text(key), *text;
    char wrong[ERROR_BYTES];
    for (size_t i = 0; i < ARRAY_COUNT(owned); i++)
        if (strcmp(owned[i].name, name) == 0)
            return yaml_error(key, error, "properties: '%s' belongs to the feed: %s", name, owned[i].why);
    if (yaml_read_text(value, &text, error))
        return error->class;
    switch (rd_kafka_conf_set(settings->client, name, text, wrong, sizeof(wrong))) {
    case RD_KAFKA_CONF_OK:
        return ERROR_OK;
    case RD_KAFKA_CONF_UNKNOWN:
        return yaml_error(key, error, "properties: librdkafka %s has no property '%.80s'",
                          rd_kafka_version_str(), name);
    default:
        return yaml_error(value, error, "properties: %s", wrong);
    }
}

static enum error_class read_properties(void *owner, struct yaml_value value, struct error *error)
{
    ((struct kafka_settings *)owner)->properties = value;
    return yaml_each_pair(value, set_property, owner, error);
}

static const struct setting rows[] = {
    {"brokers", SETTING_READER, 0, NULL, "list of host:port", 0, 0, read_brokers},
    {"topics", SETTING_READER, 0, NULL, "list of names", 0, 0, read_topics},
    {"group", SETTING_READER, 0, NULL, "consumer group", 0, 0, read_group},
    {"membership", SETTING_READER, 0, "static",
     "static: the same member of the group after a restart, at once; dynamic: leaves the group when it ends",
     0, 0, read_membership},
    {"payload", SETTING_READER, 0, "auto",
     "what a message holds: auto, avro, protobuf, or a format of simsieve decode", 0, 0, read_payload},
    {"columns", SETTING_READER, 0, "", "list: the columns of CSV messages without a header line", 0, 0,
     read_columns},
    {"schemas", SETTING_READER, 0, "", "folder of ID.avsc, or http(s):// of a registry; for avro", 0, 0,
     read_schemas},
    {"dead_letter", SETTING_READER, 0, "", "topic for messages that could not be decoded whole", 0, 0,
     read_dead_letter},
    {"must_exist", SETTING_DURATION, offsetof(struct kafka_settings, must_exist_ms), "",
     "a topic that is unknown so long after the start ends the feed; without it the feed waits", 1,
     (uint64_t)MUST_EXIST_MAX_DAYS * 24 * 60 * 60 * 1000, NULL},
    {"properties", SETTING_READER, 0, "", "librdkafka's own properties: TLS, SASL, tuning", 0, 0,
     read_properties},
};

const struct settings kafka_settings_table = {"feeds[].settings of kind kafka", rows, ARRAY_COUNT(rows)};

/* Some properties are only checked together and against files (certificates): make a client that has no broker to
 * talk to. */
static enum error_class check_properties(const struct kafka_settings *settings, struct error *error)
{
    char wrong[ERROR_BYTES];
    rd_kafka_conf_t *conf = rd_kafka_conf_dup(settings->client);
    rd_kafka_conf_set_log_cb(conf, NULL);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, wrong, sizeof(wrong));
    if (!client) {
        rd_kafka_conf_destroy(conf);
        return yaml_error(settings->properties, error, "properties: %s", wrong);
    }
    rd_kafka_destroy(client);
    return ERROR_OK;
}

/* Brokers from Kafka 4 on refuse the nonce that older libraries send, and say that the password is wrong. */
static void warn_of_scram(const struct kafka_settings *settings)
{
    char mechanism[64];
    size_t size = sizeof(mechanism);
    if (rd_kafka_version() >= SCRAM_FIXED ||
        rd_kafka_conf_get(settings->client, "sasl.mechanisms", mechanism, &size) != RD_KAFKA_CONF_OK ||
        strncmp(mechanism, "SCRAM-", strlen("SCRAM-")) != 0)
        return;
    log_write(
        LOG_WARNING,
        "feed %s: librdkafka %s does %s only with brokers before Kafka 4, which would say that the password is wrong: "
        "use PLAIN by TLS, or librdkafka 2.6.1",
        settings->name, rd_kafka_version_str(), mechanism);
}

enum error_class kafka_settings_read(struct kafka_settings *settings, const struct feed_options *options,
                                     struct yaml_value map, struct error *error)
{
    memset(settings, 0, sizeof(*settings));
    settings->context = options->context;
    settings->name = options->name;
    settings->folder = options->folder;
    settings->format = options->format;
    settings->properties = map;
    settings->is_static = true;
    settings->client = rd_kafka_conf_new();
    for (size_t i = 0; i < ARRAY_COUNT(defaults); i++)
        set_known(settings->client, defaults[i].name, defaults[i].value);
    if (settings_read(&kafka_settings_table, map, settings, error) || check_properties(settings, error))
        goto failed;
    warn_of_scram(settings);
    for (size_t i = 0; i < settings->topic_count; i++)
        if (strcmp(settings->topic[i], settings->dead_letter) == 0) {
            yaml_error(settings->dead_letter_place, error, "dead_letter: '%s' is a topic of this feed",
                       settings->dead_letter);
            goto failed;
        }
    if (settings->wire == WIRE_AVRO && !settings->schemas[0]) {
        yaml_error(map, error, "'payload: avro' needs 'schemas': where the schemas of the messages are");
        goto failed;
    }
    if (!settings->columns[0] || (settings->format && settings->format->open_columns))
        return ERROR_OK;
    yaml_error(map, error,
               "'columns' needs 'payload: csv': a line without a header is recognised by nothing");
failed:
    kafka_settings_fini(settings);
    return error->class;
}

void kafka_settings_fini(struct kafka_settings *settings)
{
    if (settings->client)
        rd_kafka_conf_destroy(settings->client);
    settings->client = NULL;
}
