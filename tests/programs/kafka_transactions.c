/* SPDX-License-Identifier: Apache-2.0
 * Writes the lines of standard input to one partition of a topic, 500 a transaction, and each transaction twice: once aborted, once
 * committed. Who reads only what is committed gets each line once, and offsets with holes.
 *
 *   kafka_transactions BROKERS TOPIC */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX  500
#define PATIENT_MS 30000

static void check(const char *what, rd_kafka_error_t *error)
{
    if (!error)
        return;
    fprintf(stderr, "%s: %s\n", what, rd_kafka_error_string(error));
    exit(1);
}

static void write_lines(rd_kafka_t *producer, const char *topic, char **lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0),
                              RD_KAFKA_V_VALUE(lines[i], strlen(lines[i])),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END))
            exit(1);
    /* Sent, so that what is aborted is really in the topic. */
    if (rd_kafka_flush(producer, PATIENT_MS))
        exit(1);
}

static void write_transactions(rd_kafka_t *producer, const char *topic, char **lines, size_t count)
{
    check("begin", rd_kafka_begin_transaction(producer));
    write_lines(producer, topic, lines, count);
    check("abort", rd_kafka_abort_transaction(producer, PATIENT_MS));
    check("begin", rd_kafka_begin_transaction(producer));
    write_lines(producer, topic, lines, count);
    check("commit", rd_kafka_commit_transaction(producer, PATIENT_MS));
}

int main(int argc, char **argv)
{
    char *lines[LINES_MAX] = {NULL};
    size_t rooms[LINES_MAX] = {0}, count = 0;
    char wrong[256];
    if (argc != 3)
        return 64;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], wrong, sizeof(wrong));
    rd_kafka_conf_set(conf, "transactional.id", "mediation", wrong, sizeof(wrong));
    rd_kafka_t *producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, wrong, sizeof(wrong));
    if (!producer)
        return 1;
    check("init", rd_kafka_init_transactions(producer, PATIENT_MS));
    while (getline(&lines[count], &rooms[count], stdin) > 0)
        if (++count == LINES_MAX) {
            write_transactions(producer, argv[2], lines, count);
            count = 0;
        }
    if (count)
        write_transactions(producer, argv[2], lines, count);
    rd_kafka_destroy(producer);
    for (size_t i = 0; i < LINES_MAX; i++)
        free(lines[i]);
    return 0;
}
