/* SPDX-License-Identifier: Apache-2.0
 * The live side of a Kafka feed: a member of its group from start to stop. */
#pragma once

#include "kafka_health.h"
#include "kafka_intake.h"

struct consumer;

/* Feed thread. Joins the group; known partitions go on at the positions of `resume`. What is given stays the caller's.
 * ERROR_CONFIG. */
struct consumer *consumer_start(const struct kafka_settings *settings, const struct feed_options *options,
                                struct kafka_intake *intake, const struct feed_resume *resume, size_t count,
                                struct error *error);

/* Feed thread. May block for `wait_ms`, and a second more for each partition whose place has to be asked for. As feed_kind's
 * poll; without a chunk the library stops fetching when its queue is full. */
enum feed_status consumer_poll(struct consumer *consumer, struct chunk *chunk, int wait_ms,
                               struct error *error);

/* Feed thread. Up to there all is safe; told to the group by the next poll, or by stop. */
void consumer_release(struct consumer *consumer, const char *source, struct position end);

/* Feed thread. May block for a few seconds. Leaves the group and frees. */
void consumer_stop(struct consumer *consumer);
