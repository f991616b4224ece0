/* SPDX-License-Identifier: Apache-2.0
 * Alerts as messages of a Kafka topic (outlet_kafka.md). */
#include "outlets.h"
#include "simsieve/base/calendar.h"
#include "simsieve/base/clock.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BROKERS_BYTES 4096
#define TOPIC_BYTES   250
#define SOURCE_BYTES  128
#define REASON_BYTES  512
#define POLL_MS       100
#define PURGE_MS      1000 /* for reports of what was thrown away */

struct kafka_outlet {
    /* settings */
    char brokers[BROKERS_BYTES], topic[TOPIC_BYTES], source[SOURCE_BYTES];
    int64_t timeout_ms;
    rd_kafka_conf_t *conf; /* for each new producer */

    rd_kafka_t *producer; /* NULL until it is needed, and after a failure */
    size_t waiting_count; /* messages without a report */
    bool has_failed;      /* since the producer was made */
    char last_error[OUTLET_REASON_BYTES];
};

/* What the outlet sets itself: a promise of it depends on each. */
static const struct {
    const char *name, *value;
} owned[] = {
    {"enable.idempotence", "true"},     {"acks", "all"},
    {"request.required.acks", "all"},   {"message.timeout.ms", "0"},
    {"delivery.timeout.ms", "0"}, /* the outlet's own `timeout` decides */
    {"bootstrap.servers", NULL},        {"metadata.broker.list", NULL},
    {"transactional.id", NULL},         {"log.queue", NULL},
    {"enable.gapless.guarantee", NULL},
};

static const struct {
    const char *name, *value;
} defaults[] = {
    {"client.id", "simsieve"},
    {"partitioner", "murmur2_random"},
};

static enum error_class read_broker(void *owner, struct yaml_value value, struct error *error)
{
    char *list = owner;
    const char *text;
    const size_t length = strlen(list);
    if (yaml_read_text(value, &text, error))
        return error->class;
    if (!text[0] || strpbrk(text, ", "))
        return yaml_error(value, error, "brokers: '%.60s' is no host:port", text);
    if (length + strlen(text) + 2 > BROKERS_BYTES)
        return yaml_error(value, error, "brokers: the list is longer than %d bytes", BROKERS_BYTES);
    snprintf(list + length, BROKERS_BYTES - length, "%s%s", length ? "," : "", text);
    return ERROR_OK;
}

static enum error_class read_brokers(void *owner, struct yaml_value value, struct error *error)
{
    struct kafka_outlet *outlet = owner;
    const enum error_class class = yaml_each_item(value, read_broker, outlet->brokers, error);
    return class || outlet->brokers[0] ? class : yaml_error(value, error, "brokers: the list is empty");
}

static enum error_class read_topic(void *owner, struct yaml_value value, struct error *error)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    char *topic = ((struct kafka_outlet *)owner)->topic;
    const enum error_class class = yaml_read_copy(value, topic, TOPIC_BYTES, error);
    if (!class && (!topic[0] || topic[strspn(topic, allowed)]))
        return yaml_error(value, error, "topic: '%.60s' is none: letters, digits, '.', '_' and '-'", topic);
    return class;
}

static enum error_class read_source(void *owner, struct yaml_value value, struct error *error)
{
    char *source = ((struct kafka_outlet *)owner)->source;
    const enum error_class class = yaml_read_copy(value, source, SOURCE_BYTES, error);
    return class || source[0] ? class : yaml_error(value, error, "source: is empty");
}

static enum error_class set_property(void *owner, struct yaml_value key, struct yaml_value value,
                                     struct error *error)
{
    struct kafka_outlet *outlet = owner;
    const char *name = yaml_text(key), *text;
    char wrong[REASON_BYTES];
    for (size_t i = 0; i < ARRAY_COUNT(owned); i++)
        if (strcmp(owned[i].name, name) == 0)
            return yaml_error(key, error, "properties: '%s' belongs to the outlet", name);
    if (yaml_read_text(value, &text, error))
        return error->class;
    switch (rd_kafka_conf_set(outlet->conf, name, text, wrong, sizeof(wrong))) {
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
    return yaml_each_pair(value, set_property, owner, error);
}

static const struct setting rows[] = {
    {"brokers", SETTING_READER, 0, NULL, "list of host:port", 0, 0, read_brokers},
    {"topic", SETTING_READER, 0, NULL, "name of the topic", 0, 0, read_topic},
    {"source", SETTING_READER, 0, "simsieve", "ce_source of all messages: which installation it was", 0, 0,
     read_source},
    {"timeout", SETTING_DURATION, offsetof(struct kafka_outlet, timeout_ms), "30s",
     "how long a batch waits for the brokers before it is tried again", SECOND_MS, 5 * MINUTE_MS, NULL},
    {"properties", SETTING_READER, 0, "", "librdkafka's own properties: TLS, SASL, compression, tuning", 0, 0,
     read_properties},
};

static const struct settings settings = {"sinks[].settings of kind kafka", rows, ARRAY_COUNT(rows)};

static enum outlet_outcome outcome_of(rd_kafka_resp_err_t code)
{
    static const rd_kafka_resp_err_t of_the_message[] = {
        RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_MSG,
        RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE,   RD_KAFKA_RESP_ERR_INVALID_RECORD,
        RD_KAFKA_RESP_ERR__BAD_MSG,
    };
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return OUTLET_DELIVERED;
    for (size_t i = 0; i < ARRAY_COUNT(of_the_message); i++)
        if (code == of_the_message[i])
            return OUTLET_REFUSED;
    return OUTLET_RETRY;
}

static void note(struct kafka_outlet *outlet, struct outlet_answer *answer, rd_kafka_resp_err_t code)
{
    const bool is_purged =
        code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
    const enum outlet_outcome outcome = outcome_of(code);
    outlet->has_failed |= outcome == OUTLET_RETRY;
    if (outcome == OUTLET_DELIVERED)
        answer->outcome = outcome;
    else if (is_purged)
        outlet_answer(answer, outcome, "no answer in time; last: %.150s",
                      outlet->last_error[0] ? outlet->last_error : "nothing");
    else
        outlet_answer(answer, outcome, "%s: %s", rd_kafka_err2name(code), rd_kafka_err2str(code));
}

/* From rd_kafka_poll, in the lane's thread. */
static void on_report(rd_kafka_t *producer, const rd_kafka_message_t *message, void *owner)
{
    struct kafka_outlet *outlet = owner;
    (void)producer;
    CHECK(outlet->waiting_count > 0);
    outlet->waiting_count--;
    note(outlet, message->_private, message->err);
}

/* The same. Weather, mostly: the library tries again by itself. */
static void on_error(rd_kafka_t *producer, int code, const char *reason, void *owner)
{
    struct kafka_outlet *outlet = owner;
    outlet->has_failed |= code == RD_KAFKA_RESP_ERR__FATAL;
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        rd_kafka_fatal_error(producer, outlet->last_error, sizeof(outlet->last_error));
    else
        snprintf(outlet->last_error, sizeof(outlet->last_error), "%s", reason);
}

static rd_kafka_t *make_producer(struct kafka_outlet *outlet, bool has_brokers,
                                 char wrong[static REASON_BYTES])
{
    rd_kafka_conf_t *conf = rd_kafka_conf_dup(outlet->conf);
    if (has_brokers)
        CHECK(rd_kafka_conf_set(conf, "bootstrap.servers", outlet->brokers, NULL, 0) == RD_KAFKA_CONF_OK);
    rd_kafka_t *producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, wrong, REASON_BYTES);
    if (!producer)
        rd_kafka_conf_destroy(conf);
    return producer;
}

static void make_conf(struct kafka_outlet *outlet)
{
    outlet->conf = rd_kafka_conf_new();
    for (size_t i = 0; i < ARRAY_COUNT(owned); i++)
        if (owned[i].value)
            CHECK(rd_kafka_conf_set(outlet->conf, owned[i].name, owned[i].value, NULL, 0) ==
                  RD_KAFKA_CONF_OK);
    for (size_t i = 0; i < ARRAY_COUNT(defaults); i++)
        CHECK(rd_kafka_conf_set(outlet->conf, defaults[i].name, defaults[i].value, NULL, 0) ==
              RD_KAFKA_CONF_OK);
    rd_kafka_conf_set_opaque(outlet->conf, outlet);
    rd_kafka_conf_set_dr_msg_cb(outlet->conf, on_report);
    rd_kafka_conf_set_error_cb(outlet->conf, on_error);
    rd_kafka_conf_set_log_cb(outlet->conf, NULL);
}

static void kafka_close(void *state)
{
    struct kafka_outlet *outlet = state;
    if (outlet->producer)
        rd_kafka_destroy(outlet->producer);
    rd_kafka_conf_destroy(outlet->conf);
    free(outlet);
}

static enum error_class kafka_open(const struct outlet_options *options,
                                   struct outlet_lane lanes[static OUTLET_LANES_MAX], size_t *lane_count,
                                   struct error *error)
{
    struct kafka_outlet *outlet = calloc(1, sizeof(*outlet));
    char wrong[REASON_BYTES];
    CHECK(outlet);
    snprintf(outlet->source, sizeof(outlet->source), "simsieve");
    make_conf(outlet);
    enum error_class class = settings_read(&settings, options->settings, outlet, error);
    if (!class) {
        /* Some properties are only checked together and against files: by a producer that has nobody to talk to. */
        outlet->producer = make_producer(outlet, false, wrong);
        if (!outlet->producer)
            class = yaml_error(options->settings, error, "properties: %s", wrong);
        else
            rd_kafka_destroy(outlet->producer);
        outlet->producer = NULL;
    }
    if (class) {
        kafka_close(outlet);
        return class;
    }
    lanes[0].state = outlet;
    *lane_count = 1;
    return ERROR_OK;
}

static rd_kafka_headers_t *make_headers(const struct kafka_outlet *outlet, const struct outlet_alert *alert)
{
    char time[CALENDAR_TEXT_BYTES], written[CALENDAR_TEXT_BYTES];
    const struct {
        const char *name, *value;
    } headers[] = {
        {"ce_specversion", "1.0"},
        {"ce_type", "simsieve.alert/1"},
        {"ce_id", alert->id},
        {"ce_source", outlet->source},
        {"ce_time", calendar_format(alert->time_ms, time)},
        {"ce_recordedtime", calendar_format(alert->written_ms, written)},
        {"content-type", "application/json"},
    };
    rd_kafka_headers_t *list = rd_kafka_headers_new(ARRAY_COUNT(headers));
    for (size_t i = 0; i < ARRAY_COUNT(headers); i++)
        CHECK(!rd_kafka_header_add(list, headers[i].name, -1, headers[i].value, -1));
    return list;
}

static void produce(struct kafka_outlet *outlet, const struct outlet_alert *alert,
                    struct outlet_answer *answer)
{
    rd_kafka_headers_t *headers = make_headers(outlet, alert);
    const rd_kafka_resp_err_t code = rd_kafka_producev(
        outlet->producer, RD_KAFKA_V_TOPIC(outlet->topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY((void *)(uintptr_t)alert->subject_key, strlen(alert->subject_key)),
        RD_KAFKA_V_VALUE((void *)(uintptr_t)alert->json, alert->json_length), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_OPAQUE(answer), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        outlet->waiting_count++; /* the library has the headers now */
        return;
    }
    rd_kafka_headers_destroy(headers);
    note(outlet, answer, code);
}

/* Polls until all reports are in; false when that takes too long, something has failed or the process stops. */
static bool await_reports(struct kafka_outlet *outlet, int64_t wait_ms, const _Atomic bool *is_stopping)
{
    const uint64_t until_ns = clock_monotonic_ns() + (uint64_t)wait_ms * 1000000;
    while (outlet->waiting_count > 0 && !outlet->has_failed && clock_monotonic_ns() < until_ns &&
           !(is_stopping && atomic_load_explicit(is_stopping, memory_order_acquire)))
        rd_kafka_poll(outlet->producer, POLL_MS);
    return outlet->waiting_count == 0 && !outlet->has_failed;
}

/* Messages that were not reported on must not go out later, behind those that are sent again before them. */
static void drop_producer(struct kafka_outlet *outlet)
{
    rd_kafka_purge(outlet->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    outlet->has_failed = false;
    for (const uint64_t until_ns = clock_monotonic_ns() + PURGE_MS * UINT64_C(1000000);
         outlet->waiting_count > 0 && clock_monotonic_ns() < until_ns;)
        rd_kafka_poll(outlet->producer, POLL_MS);
    rd_kafka_destroy(outlet->producer); /* after this no report can come any more */
    outlet->producer = NULL;
    outlet->waiting_count = 0;
}

/* A broker refuses a request, not a message: what it has refused goes out again, each by itself, and that counts. False as
 * await_reports. */
static bool produce_singly(struct kafka_outlet *outlet, struct outlet_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->answers[i].outcome != OUTLET_REFUSED)
            continue;
        batch->answers[i] = (struct outlet_answer){0};
        produce(outlet, &batch->alerts[i], &batch->answers[i]);
        if (!await_reports(outlet, outlet->timeout_ms, batch->is_stopping))
            return false;
    }
    return true;
}

static void kafka_deliver(void *state, struct outlet_batch *batch)
{
    struct kafka_outlet *outlet = state;
    char wrong[REASON_BYTES];
    outlet->last_error[0] = 0;
    outlet->has_failed = false;
    if (!outlet->producer)
        outlet->producer = make_producer(outlet, true, wrong);
    if (!outlet->producer) {
        outlet_answer(&batch->answers[0], OUTLET_RETRY, "no producer: %.180s", wrong);
        return;
    }
    for (size_t i = 0; i < batch->count && !outlet->has_failed; i++)
        produce(outlet, &batch->alerts[i], &batch->answers[i]);
    bool is_done = await_reports(outlet, outlet->timeout_ms, batch->is_stopping);
    if (is_done && batch->count > 1)
        is_done = produce_singly(outlet, batch);
    if (!is_done)
        drop_producer(outlet);
}

const struct outlet outlet_kafka = {
    .name = "kafka",
    .summary = "messages of a topic, as CloudEvents",
    .settings = &settings,
    .batch_max = OUTLET_BATCH_MAX,
    .modes = 1u << MODE_SHADOW | 1u << MODE_ALERT | 1u << MODE_PROPOSE | 1u << MODE_ENFORCE,
    .open = kafka_open,
    .close = kafka_close,
    .deliver = kafka_deliver,
};
