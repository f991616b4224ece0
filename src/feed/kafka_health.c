/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_health.h"

#include "simsieve/base/clock.h"
#include "simsieve/log/log.h"

#include <string.h>

#define TOLD_EVERY_NS  ((uint64_t)10 * 1000 * 1000 * 1000)
#define SYSLOG_WARNING 4
#define ASK_MS         1000

static bool may_tell(struct kafka_client *client)
{
    const uint64_t now_ns = clock_monotonic_ns();
    uint64_t last_ns = atomic_load_explicit(&client->last_told_ns, memory_order_relaxed);
    if (last_ns && now_ns - last_ns < TOLD_EVERY_NS)
        return false;
    return atomic_compare_exchange_strong_explicit(&client->last_told_ns, &last_ns, now_ns,
                                                   memory_order_relaxed, memory_order_relaxed);
}

static const struct {
    rd_kafka_resp_err_t code;
    const char *advice;
} advices[] = {
    {RD_KAFKA_RESP_ERR__TRANSPORT, "does the broker run, and is 'brokers' right?"},
    {RD_KAFKA_RESP_ERR__RESOLVE, "mend the name in 'brokers', or the resolver"},
    {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "do they run, and is 'brokers' right?"},
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, "see sasl.* and ssl.* of 'properties'"},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, "see sasl.* of 'properties'"},
    {RD_KAFKA_RESP_ERR__SSL, "see ssl.* and security.protocol of 'properties'"},
    {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, "create it, or mend its name"},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "create it, or mend its name"},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "allow this user to use it"},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, "allow this user to join the group"},
};

static const char *advice_of(rd_kafka_resp_err_t code)
{
    for (size_t i = 0; i < ARRAY_COUNT(advices); i++)
        if (advices[i].code == code)
            return advices[i].advice;
    return "it is tried again";
}

void kafka_client_weather(struct kafka_client *client, enum kafka_part part, rd_kafka_resp_err_t code,
                          const char *where, const char *what)
{
    char told[ERROR_TEXT_BYTES];
    snprintf(told, sizeof(told), "%.250s%s%.650s; %s", where, where[0] ? ": " : "", what, advice_of(code));
    health_add(&client->health->errors, 1);
    /* That all are away comes behind the reason of the last one, which says more. */
    if (code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || !feed_health_is_ill(client->health, part))
        feed_health_tell(client->health, part, told);
    if (may_tell(client))
        log_write(LOG_WARNING, "feed %s: %s", client->name, told);
}

void kafka_client_connected(struct kafka_client *client, bool is_connected)
{
    if (atomic_exchange_explicit(&client->health->is_connected, is_connected, memory_order_relaxed) ==
        is_connected)
        return;
    if (is_connected && client->was_connected)
        health_add(&client->health->reconnects, 1);
    client->was_connected |= is_connected;
}

static void on_error(rd_kafka_t *handle, int code, const char *reason, void *opaque)
{
    struct kafka_client *client = opaque;
    (void)handle;
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        kafka_client_connected(client, false);
    kafka_client_weather(client, KAFKA_BROKERS, (rd_kafka_resp_err_t)code, "", reason);
}

/* The statistics name each broker's state before anything else can be "UP". */
static int on_statistics(rd_kafka_t *handle, char *json, size_t length, void *opaque)
{
    static const char up[] = "\"state\":\"UP\"";
    struct kafka_client *client = opaque;
    const bool is_up = memmem(json, length, up, strlen(up)) != NULL;
    (void)handle;
    kafka_client_connected(client, is_up);
    if (is_up) /* only here: messages still come from the library's queue when all brokers are away */
        feed_health_well(client->health, KAFKA_BROKERS);
    return 0;
}

/* Lines about what fails come here from the library's threads, many of them while a broker is away. */
static void on_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    struct kafka_client *client = rd_kafka_opaque(handle);
    /* A client is told all properties, also those that only the other kind has. */
    if (level > SYSLOG_WARNING || strcmp(facility, "CONFWARN") == 0)
        log_write(LOG_DEBUG, "feed %s: %s %s", client->name, facility, text);
    else if (may_tell(client))
        log_write(LOG_WARNING, "feed %s: %s", client->name, text);
}

enum error_class kafka_client_open(struct kafka_client *client, void *owner, rd_kafka_type_t type,
                                   rd_kafka_conf_t *conf, const struct kafka_settings *settings,
                                   const struct feed_options *options, struct error *error)
{
    char wrong[512];
    *client = (struct kafka_client){.owner = owner, .name = options->name, .health = options->health};
    rd_kafka_conf_set_opaque(conf, client);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_stats_cb(conf, on_statistics);
    rd_kafka_conf_set_log_cb(conf, on_log);
    if (rd_kafka_conf_set(conf, "bootstrap.servers", settings->brokers, wrong, sizeof(wrong)) ==
        RD_KAFKA_CONF_OK)
        client->handle = rd_kafka_new(type, conf, wrong, sizeof(wrong));
    if (client->handle)
        return ERROR_OK;
    rd_kafka_conf_destroy(conf);
    return error_set(error, ERROR_CONFIG, "feed %s: librdkafka cannot start: %s", options->name, wrong);
}

bool kafka_client_ends(struct kafka_client *client, const char *topic, int32_t number, int64_t *low,
                       int64_t *high)
{
    const rd_kafka_resp_err_t code =
        rd_kafka_query_watermark_offsets(client->handle, topic, number, low, high, ASK_MS);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;
    kafka_client_weather(client, KAFKA_TOPICS, code, topic, rd_kafka_err2str(code));
    return false;
}

static enum kafka_topic_answer answer_of(const struct rd_kafka_metadata *metadata, uint32_t *partition_count)
{
    if (metadata->topic_cnt != 1)
        return KAFKA_TOPIC_REFUSED;
    if (metadata->topics[0].err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        return KAFKA_TOPIC_UNKNOWN;
    *partition_count = (uint32_t)metadata->topics[0].partition_cnt;
    return metadata->topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR ? KAFKA_TOPIC_KNOWN : KAFKA_TOPIC_REFUSED;
}

enum kafka_topic_answer kafka_client_topic(struct kafka_client *client, const char *name, int ask_ms,
                                           uint32_t *partition_count)
{
    const struct rd_kafka_metadata *metadata;
    enum kafka_topic_answer answer = KAFKA_TOPIC_NO_ANSWER;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client->handle, name, NULL);
    if (!topic)
        return answer;
    if (rd_kafka_metadata(client->handle, 0, topic, &metadata, ask_ms) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        answer = answer_of(metadata, partition_count);
        rd_kafka_metadata_destroy(metadata);
    }
    rd_kafka_topic_destroy(topic);
    return answer;
}

bool kafka_client_is_fatal(const struct kafka_client *client, struct error *error)
{
    char reason[512];
    const rd_kafka_resp_err_t code = rd_kafka_fatal_error(client->handle, reason, sizeof(reason));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return false;
    if (code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
        error_set(
            error, ERROR_IO,
            "feed %s: another process is this member of the group now: in a copy of a state folder remove the file "
            "'member', or give each process a 'group.instance.id' of its own",
            client->name);
    else
        error_set(error, ERROR_IO, "feed %s: %s: %s; the library does not recover from this: restart the run",
                  client->name, rd_kafka_err2name(code), reason);
    return true;
}
