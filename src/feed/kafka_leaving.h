/* SPDX-License-Identifier: Apache-2.0
 * Leaving a consumer group, against the library's faults. Before 2.3 librdkafka aborts when a member of a cooperative group is
 * destroyed that has joined and never had an assignment (its #4381); before 2.4 it can wait for ever when an assignment comes
 * while it leaves (#4528), before 2.1 when a topic of it was deleted (#4187). A client that this happens to is left as it is, for
 * the process is about to end. */
#pragma once

#include "kafka_health.h"

/* Any thread that may use the client. Whether the group has made it a member. */
bool kafka_is_member(rd_kafka_t *handle);

/* May block for twice KAFKA_LEAVE_MS. Leaves the group, serves what comes of that, and destroys the client; false when that cannot
 * be: it then says nothing any more, but what its callbacks use must stay. `is_half_in`: a member that never had an
 * assignment. */
#define KAFKA_LEAVE_MS 5000
bool kafka_leave(struct kafka_client *client, bool is_half_in);
