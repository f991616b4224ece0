/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_letters.h"

#include "simsieve/log/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNDER_WAY_MAX       10000
#define UNDER_WAY_BYTES_MAX ((size_t)32 << 20)
#define CLOSE_MS            5000
#define NUMBER_BYTES        24

struct letters {
    struct kafka_client client;
    const char *topic;
    size_t under_way, bytes_under_way;
};

/* Never the message's own error text: of a letter that is its payload. */
static void tell_refused(struct kafka_client *client, const char *topic, rd_kafka_resp_err_t code)
{
    char what[512];
    snprintf(what, sizeof(what), "a dead letter was not taken by %s: %s", topic, rd_kafka_err2str(code));
    kafka_client_weather(client, KAFKA_LETTERS, code, "", what);
}

static void on_report(rd_kafka_t *handle, const rd_kafka_message_t *letter, void *opaque)
{
    struct kafka_client *client = opaque;
    struct letters *letters = client->owner;
    (void)handle;
    letters->under_way--;
    letters->bytes_under_way -= letter->len;
    if (letter->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        health_add(&client->health->dead_letters, 1);
        feed_health_well(client->health, KAFKA_LETTERS);
        return;
    }
    health_add(&client->health->dead_letters_lost, 1);
    tell_refused(client, letters->topic, letter->err);
}

struct letters *letters_open(const struct kafka_settings *settings, const struct feed_options *options,
                             struct error *error)
{
    struct letters *letters = calloc(1, sizeof(*letters));
    CHECK(letters);
    letters->topic = settings->dead_letter;
    rd_kafka_conf_t *conf = rd_kafka_conf_dup(settings->client);
    rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    CHECK(rd_kafka_conf_set(conf, "queue.buffering.max.kbytes", "262144", NULL, 0) == RD_KAFKA_CONF_OK);
    CHECK(rd_kafka_conf_set(conf, "statistics.interval.ms", "0", NULL, 0) == RD_KAFKA_CONF_OK);
    if (kafka_client_open(&letters->client, letters, RD_KAFKA_PRODUCER, conf, settings, options, error)) {
        free(letters);
        return NULL;
    }
    return letters;
}

static void add_header(rd_kafka_headers_t *headers, const char *name, const char *value)
{
    CHECK(rd_kafka_header_add(headers, name, -1, value, -1) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

static void add_number(rd_kafka_headers_t *headers, const char *name, int64_t value)
{
    char text[NUMBER_BYTES];
    snprintf(text, sizeof(text), "%lld", (long long)value);
    add_header(headers, name, text);
}

/* The message's own headers, and where it was and why it is here. */
static rd_kafka_headers_t *headers_of(const struct letters *letters, const rd_kafka_message_t *message,
                                      enum reason reason, uint64_t rejects)
{
    rd_kafka_headers_t *own = NULL;
    rd_kafka_message_headers(message, &own);
    rd_kafka_headers_t *headers = own ? rd_kafka_headers_copy(own) : rd_kafka_headers_new(8);
    add_header(headers, "simsieve.reason", reason_word(reason));
    add_number(headers, "simsieve.rejects", (int64_t)rejects);
    add_header(headers, "simsieve.feed", letters->client.name);
    add_header(headers, "simsieve.topic", rd_kafka_topic_name(message->rkt));
    add_number(headers, "simsieve.partition", message->partition);
    add_number(headers, "simsieve.offset", message->offset);
    return headers;
}

void letters_send(struct letters *letters, const rd_kafka_message_t *message, enum reason reason,
                  uint64_t rejects)
{
    rd_kafka_headers_t *headers = headers_of(letters, message, reason, rejects);
    const rd_kafka_resp_err_t code = rd_kafka_producev(
        letters->client.handle, RD_KAFKA_V_TOPIC(letters->topic),
        RD_KAFKA_V_KEY(message->key, message->key_len), RD_KAFKA_V_VALUE(message->payload, message->len),
        RD_KAFKA_V_TIMESTAMP(rd_kafka_message_timestamp(message, NULL)),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        letters->under_way++;
        letters->bytes_under_way += message->len;
        return;
    }
    rd_kafka_headers_destroy(headers);
    health_add(&letters->client.health->dead_letters_lost, 1);
    tell_refused(&letters->client, letters->topic, code);
}

bool letters_are_many(struct letters *letters)
{
    rd_kafka_poll(letters->client.handle, 0);
    return letters->under_way >= UNDER_WAY_MAX || letters->bytes_under_way >= UNDER_WAY_BYTES_MAX;
}

void letters_close(struct letters *letters)
{
    if (!letters)
        return;
    rd_kafka_t *handle = letters->client.handle;
    if (rd_kafka_flush(handle, CLOSE_MS)) {
        log_write(LOG_WARNING, "feed %s: %zu dead letters were not taken by %s", letters->client.name,
                  letters->under_way, letters->topic);
        rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_flush(handle, CLOSE_MS); /* brings the reports of what was purged */
    }
    rd_kafka_destroy(handle);
    free(letters);
}
