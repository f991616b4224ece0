/* SPDX-License-Identifier: Apache-2.0
 * What was consumed before, read again in the run's order: partitions are followed one by one, without the group. */
#pragma once

#include "kafka_health.h"
#include "kafka_intake.h"

struct kafka_reader;

/* Run thread. ERROR_CONFIG. */
struct kafka_reader *kafka_reader_open(const struct kafka_settings *settings,
                                       const struct feed_options *options, struct kafka_intake *intake,
                                       struct error *error);
void kafka_reader_close(struct kafka_reader *reader);

/* Run thread. As feed_kind's read. */
enum feed_status kafka_reader_read(struct kafka_reader *reader, const char *source, struct position begin,
                                   struct position end, struct chunk *chunk, int wait_ms,
                                   struct error *error);
