/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka_leaving.h"

#include "simsieve/base/clock.h"
#include "simsieve/base/thread.h"
#include "simsieve/log/log.h"

#define SERVE_MS           100
#define FIXED_HALF_MEMBERS 0x02030000 /* the version that destroys them */

bool kafka_is_member(rd_kafka_t *handle)
{
    char *id = rd_kafka_memberid(handle);
    const bool is_member = id && id[0];
    rd_kafka_mem_free(handle, id);
    return is_member;
}

/* Like rd_kafka_consumer_close, which has no limit. */
static bool close_within(rd_kafka_t *handle, int limit_ms)
{
    const uint64_t until_ns = clock_monotonic_ns() + (uint64_t)limit_ms * 1000000;
    rd_kafka_queue_t *events = rd_kafka_queue_new(handle);
    rd_kafka_error_t *problem = rd_kafka_consumer_close_queue(handle, events);
    bool is_closed = problem != NULL; /* by a fatal error: destroying it is all that is left to do */
    while (!is_closed && clock_monotonic_ns() < until_ns) {
        rd_kafka_queue_poll_callback(events, SERVE_MS);
        is_closed = rd_kafka_consumer_closed(handle) != 0;
    }
    rd_kafka_error_destroy(problem);
    rd_kafka_queue_destroy(events);
    return is_closed;
}

static void *destroy(void *handle)
{
    rd_kafka_destroy(handle);
    return NULL;
}

/* Like rd_kafka_destroy, which has none either. */
static bool destroy_within(rd_kafka_t *handle, int limit_ms)
{
    const int64_t until_ms = clock_wall_ms() + limit_ms;
    const struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};
    pthread_t thread;
    thread_start(&thread, destroy, handle, "kafka leaves");
    if (pthread_timedjoin_np(thread, NULL, &until) == 0)
        return true;
    CHECK(pthread_detach(thread) == 0);
    return false;
}

bool kafka_leave(struct kafka_client *client, bool is_half_in)
{
    const bool aborts = is_half_in && rd_kafka_version() < FIXED_HALF_MEMBERS;
    const bool is_closed = close_within(client->handle, KAFKA_LEAVE_MS);
    rd_kafka_set_log_level(client->handle, 0);
    if (is_closed && !aborts && destroy_within(client->handle, KAFKA_LEAVE_MS))
        return true;
    log_write(LOG_INFO, "feed %s: librdkafka %s does not let go of the group: left to the end of the process",
              client->name, rd_kafka_version_str());
    return false;
}
