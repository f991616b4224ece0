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

void kafka_client_weather(struct kafka_client *client, const char *what)
{
    health_add(&client->health->errors, 1);
    if (may_tell(client))
        log_write(LOG_WARNING, "feed %s: %s", client->name, what);
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
    kafka_client_weather(client, reason);
}

/* The statistics name each broker's state before anything else can be "UP". */
static int on_statistics(rd_kafka_t *handle, char *json, size_t length, void *opaque)
{
    static const char up[] = "\"state\":\"UP\"";
    (void)handle;
    kafka_client_connected(opaque, memmem(json, length, up, strlen(up)) != NULL);
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
    kafka_client_weather(client, rd_kafka_err2str(code));
    return false;
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
