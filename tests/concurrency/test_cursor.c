/* SPDX-License-Identifier: Apache-2.0
 * Cursors between threads: what was written before an advance is seen after it, and nobody who sleeps is forgotten. */
#include "simsieve/base/cursor.h"

#include "suite.h"

#include <pthread.h>

#define STEPS   20000
#define WAITERS 3
#define RING    8

/* A chain: one thread produces into a ring, each waiter reads it and says how far it has come. */
static struct cursor produced, read_by[WAITERS];
static uint64_t ring[RING]; /* guarded by the cursors: written by the producer, read by waiters behind it */
static uint64_t sums[WAITERS];

static void await_at_least(struct cursor *cursor, uint64_t value)
{
    while (cursor_get(cursor) < value)
        cursor_await(cursor, value - 1, 1000);
}

static void *read_all(void *argument)
{
    const uintptr_t self = (uintptr_t)argument;
    for (uint64_t i = 0; i < STEPS; i++) {
        await_at_least(&produced, i + 1);
        CHECK(ring[i % RING] == i * i);
        sums[self] += ring[i % RING];
        cursor_advance(&read_by[self], i + 1);
    }
    return NULL;
}

START_TEST(what_was_written_before_an_advance_is_seen_after_it)
{
    pthread_t threads[WAITERS];
    uint64_t sum = 0;
    for (uintptr_t i = 0; i < WAITERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_all, (void *)i), 0);
    for (uint64_t i = 0; i < STEPS; i++) {
        for (unsigned k = 0; k < WAITERS && i >= RING; k++)
            await_at_least(&read_by[k], i - RING + 1);
        ring[i % RING] = i * i;
        sum += i * i;
        cursor_advance(&produced, i + 1);
    }
    for (unsigned i = 0; i < WAITERS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert_uint_eq(sums[i], sum);
        ck_assert_uint_eq(cursor_get(&read_by[i]), STEPS);
    }
    ck_assert_uint_eq(produced.sleepers, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("concurrency/cursor");
    TCase *tests = tcase_create("cursor");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, what_was_written_before_an_advance_is_seen_after_it);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
