/* SPDX-License-Identifier: Apache-2.0
 * The channel with a feed that counts. */
#include "simsieve/feed/channel.h"

#include "suite.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A feed of `total` chunks, each of one record, numbered by its time. Written by the feed's thread. */
struct counting {
    uint64_t next, total;
    bool fails_at_start, fails_at_end;
    _Atomic unsigned holds, stops;
    struct position started_at;
    _Atomic uint64_t released;
};

static enum error_class counting_start(void *state, const struct feed_resume *resume, size_t count,
                                       struct error *error)
{
    struct counting *counting = state;
    if (counting->fails_at_start)
        return error_set(error, ERROR_CONFIG, "no such topic");
    if (count)
        counting->next = resume[0].position.offset;
    return ERROR_OK;
}

static enum feed_status counting_poll(void *state, struct chunk *chunk, int wait_ms, struct error *error)
{
    struct counting *counting = state;
    if (!chunk) {
        atomic_fetch_add(&counting->holds, 1);
        return FEED_NOTHING;
    }
    if (counting->next == counting->total) {
        if (counting->fails_at_end) {
            error_set(error, ERROR_IO, "the disk is gone");
            return FEED_FAILED;
        }
        usleep((unsigned)wait_ms * 100);
        return counting->total ? FEED_ENDED : FEED_NOTHING;
    }
    snprintf(chunk->source, sizeof(chunk->source), "only");
    chunk->begin = (struct position){counting->next, 0};
    chunk->end = (struct position){++counting->next, 0};
    chunk->count = 1;
    chunk->records[0] = (struct cdr){.time_ms = (int64_t)counting->next};
    return FEED_RECORDS;
}

static void counting_stop(void *state)
{
    atomic_fetch_add(&((struct counting *)state)->stops, 1);
}

static void counting_release(void *state, const char *source, struct position end)
{
    ck_assert_str_eq(source, "only");
    atomic_store(&((struct counting *)state)->released, end.offset);
}

static const struct feed_kind kind = {.name = "counting",
                                      .start = counting_start,
                                      .poll = counting_poll,
                                      .stop = counting_stop,
                                      .release = counting_release};

static struct feed_health health;
static int bell;

static void set_up(void)
{
    bell = eventfd(0, EFD_CLOEXEC);
    memset(&health, 0, sizeof(health));
}

static void tear_down(void)
{
    close(bell);
}

static void await_bell(void)
{
    struct pollfd waiting = {bell, POLLIN, 0};
    uint64_t rings;
    if (poll(&waiting, 1, 5000) == 1)
        ck_assert_int_eq(read(bell, &rings, sizeof(rings)), sizeof(rings));
}

/* Takes all that comes until the channel ends; returns the number of records, in their order. */
static uint64_t drain(struct channel *channel, uint64_t from)
{
    uint64_t count = 0;
    while (channel_state(channel) == CHANNEL_LIVE) {
        const struct chunk *chunk = channel_take(channel);
        if (!chunk) {
            await_bell();
            continue;
        }
        count++;
        ck_assert_int_eq(chunk->records[0].time_ms, (int64_t)(from + count));
        channel_release(channel);
    }
    return count;
}

START_TEST(every_chunk_arrives_once_and_in_order)
{
    struct counting counting = {.total = 20000};
    struct channel *channel = channel_start(&kind, &counting, &health, NULL, 0, bell);
    ck_assert_uint_eq(drain(channel, 0), 20000);
    ck_assert_int_eq(channel_state(channel), CHANNEL_ENDED);
    channel_destroy(channel);
    ck_assert_uint_eq(counting.stops, 1);
}
END_TEST

START_TEST(a_feed_is_held_while_the_run_is_behind_and_loses_nothing)
{
    struct counting counting = {.total = 1000};
    struct channel *channel = channel_start(&kind, &counting, &health, NULL, 0, bell);
    while (counting.holds < 3)
        usleep(1000);
    ck_assert_uint_eq(counting.next, CHANNEL_CHUNKS);
    ck_assert_uint_ge(health.held, 1);
    ck_assert_uint_eq(drain(channel, 0), 1000);
    channel_destroy(channel);
}
END_TEST

START_TEST(it_goes_on_where_it_is_told)
{
    struct counting counting = {.total = 1000};
    const struct feed_resume resume = {"only", {700, 0}};
    struct channel *channel = channel_start(&kind, &counting, &health, &resume, 1, bell);
    ck_assert_uint_eq(drain(channel, 700), 300);
    channel_destroy(channel);
}
END_TEST

START_TEST(a_stop_leaves_what_is_in_the_ring)
{
    struct counting counting = {.total = 1000000000};
    struct channel *channel = channel_start(&kind, &counting, &health, NULL, 0, bell);
    while (counting.holds == 0)
        usleep(1000);
    channel_stop(channel);
    const uint64_t count = drain(channel, 0);
    ck_assert_uint_eq(count, counting.next);
    ck_assert_uint_ge(count, CHANNEL_CHUNKS);
    ck_assert_int_eq(channel_state(channel), CHANNEL_ENDED);
    channel_destroy(channel);
    ck_assert_uint_eq(counting.stops, 1);
}
END_TEST

START_TEST(a_failure_is_told_after_the_last_chunk)
{
    struct counting counting = {.total = 3, .fails_at_end = true};
    struct channel *channel = channel_start(&kind, &counting, &health, NULL, 0, bell);
    ck_assert_uint_eq(drain(channel, 0), 3);
    ck_assert_int_eq(channel_state(channel), CHANNEL_FAILED);
    ck_assert_str_eq(channel_error(channel)->text, "the disk is gone");
    channel_destroy(channel);
    counting = (struct counting){.total = 3, .fails_at_start = true};
    channel = channel_start(&kind, &counting, &health, NULL, 0, bell);
    ck_assert_uint_eq(drain(channel, 0), 0);
    ck_assert_int_eq(channel_error(channel)->class, ERROR_CONFIG);
    channel_destroy(channel);
}
END_TEST

START_TEST(released_positions_reach_the_feed)
{
    struct counting counting = {.total = 0};
    struct channel *channel = channel_start(&kind, &counting, &health, NULL, 0, bell);
    channel_release_position(channel, "only", (struct position){5, 0});
    channel_release_position(channel, "only", (struct position){9, 0});
    while (counting.released != 9)
        usleep(1000);
    channel_destroy(channel);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("channel");
    TCase *tests = tcase_create("all");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, every_chunk_arrives_once_and_in_order);
    tcase_add_test(tests, a_feed_is_held_while_the_run_is_behind_and_loses_nothing);
    tcase_add_test(tests, it_goes_on_where_it_is_told);
    tcase_add_test(tests, a_stop_leaves_what_is_in_the_ring);
    tcase_add_test(tests, a_failure_is_told_after_the_last_chunk);
    tcase_add_test(tests, released_positions_reach_the_feed);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
