/* SPDX-License-Identifier: Apache-2.0
 * The filter of forgotten contacts against a list of them: what was added is never denied while it may be asked for,
 * and what was not is seldom taken for known. SEED=n repeats one run. */
#include "chance.h"
#include "records.h"
#include "simsieve/state/bloom.h"
#include "simsieve/state/sighting.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

struct pair {
    uint64_t sim, contact;
    int64_t time_ms;
};

static struct error error;
static struct state *state;
static struct partition *partition;
static uint64_t sims[50];

static void set_up(void)
{
    struct state_limits limits = state_limits_default();
    limits.lines_max = 200 * PARTITION_COUNT;
    limits.blocks_max = PARTITION_COUNT;
    limits.huge_pages = false;
    state = state_create(&limits, PARTITION_COUNT, &error);
    ck_assert_ptr_nonnull(state);
    partition = &state->partitions[0];
    partition->newest_ms = START_MS;
    numbers_of_one_partition(sims, ARRAY_COUNT(sims));
}

static void tear_down(void)
{
    state_destroy(state);
}

static uint32_t capacity(void)
{
    return BLOOM_PAIRS_PER_LINE << state->bloom_class;
}

static struct pair draw_pair(void)
{
    return (struct pair){sims[draw(ARRAY_COUNT(sims))], MOBILE(draw(1000000)), partition->newest_ms};
}

static bool add(const struct pair *pair)
{
    return bloom_add(state, partition, pair->sim, pair->contact, pair->time_ms);
}

static bool maybe_has(const struct pair *pair, int64_t since_ms)
{
    return bloom_maybe_has(state, partition, pair->sim, pair->contact, since_ms);
}

START_TEST(nothing_that_was_added_is_denied_as_long_as_it_may_be_asked_for)
{
    static struct pair pairs[20000];
    const int64_t memory_ms = contact_memory_ms(&state->limits);
    size_t count = 0;
    chance_begin(4000 + (uint64_t)_i);
    while (count < ARRAY_COUNT(pairs)) {
        partition->newest_ms +=
            (int64_t)draw(draw_once_in(2000) ? 40 * (uint64_t)DAY_MS : 20 * (uint64_t)MINUTE_MS);
        struct pair pair = draw_pair();
        pair.time_ms -= (int64_t)draw((uint64_t)DAY_MS); /* late */
        if (!add(&pair))
            continue;
        pairs[count++] = pair;
        const struct pair *asked = &pairs[draw(count)];
        const int64_t since_ms = partition->newest_ms - (int64_t)draw((uint64_t)memory_ms);
        if (asked->time_ms > since_ms)
            REQUIRE(maybe_has(asked, since_ms));
    }
}
END_TEST

START_TEST(a_full_filter_takes_few_strangers_for_known)
{
    unsigned wrong = 0, loads = 0;
    chance_begin(4100);
    for (struct pair pair = draw_pair(); add(&pair); pair = draw_pair())
        loads++;
    ck_assert_uint_ge(loads, capacity());
    ck_assert_uint_eq(partition->bloom[0].count, capacity());
    for (unsigned i = 0; i < 100000; i++) {
        const struct pair stranger = {sims[draw(ARRAY_COUNT(sims))], MOBILE(5000000 + i), 0};
        wrong += maybe_has(&stranger, START_MS - DAY_MS);
    }
    printf("a full filter of %u pairs: %.2f %% of strangers seem known\n", capacity(), wrong / 1000.0);
    ck_assert_uint_lt(wrong, 5000);
}
END_TEST

START_TEST(a_full_generation_refuses_and_the_next_does_not)
{
    chance_begin(4200);
    struct pair pair = draw_pair(), first = pair;
    while (add(&pair))
        pair = draw_pair();
    ck_assert(!add(&pair));
    ck_assert(add(&first)); /* it is there already */
    partition->newest_ms += contact_memory_ms(&state->limits);
    ck_assert(add(&pair));
    ck_assert(maybe_has(&first, START_MS - 1));
    ck_assert_uint_eq(partition->bloom[0].count, 1);
}
END_TEST

START_TEST(what_is_older_than_the_memory_is_forgotten_and_that_is_known)
{
    const int64_t memory_ms = contact_memory_ms(&state->limits);
    const struct pair old = {sims[0], MOBILE(1), START_MS}, other = {sims[1], MOBILE(2), START_MS};
    ck_assert(add(&old));
    partition->newest_ms += 3 * memory_ms;
    const struct pair fresh = {sims[2], MOBILE(3), partition->newest_ms};
    ck_assert(add(&fresh));
    ck_assert_uint_eq(state->pool.slots_used, 1u << state->bloom_class);
    ck_assert(!maybe_has(&old, START_MS));
    ck_assert(!maybe_has(&other, partition->newest_ms - memory_ms));
    ck_assert(maybe_has(&other, START_MS - 1)); /* who asks further back is not told "never" */
    ck_assert(maybe_has(&fresh, partition->newest_ms - memory_ms));
}
END_TEST

START_TEST(a_late_pair_does_not_set_the_clock_back)
{
    const int64_t memory_ms = contact_memory_ms(&state->limits);
    struct pair pair = {sims[0], MOBILE(1), START_MS};
    ck_assert(add(&pair));
    partition->newest_ms += memory_ms;
    pair = (struct pair){sims[0], MOBILE(2), partition->newest_ms};
    ck_assert(add(&pair));
    const int64_t since_ms = partition->bloom_since_ms;
    pair = (struct pair){sims[0], MOBILE(3), START_MS - DAY_MS};
    ck_assert(add(&pair));
    ck_assert_int_eq(partition->bloom_since_ms, since_ms);
    ck_assert_int_eq(partition->bloom[0].newest_ms, partition->newest_ms);
}
END_TEST

START_TEST(an_empty_filter_knows_nobody_and_takes_no_memory)
{
    const struct pair pair = {sims[0], MOBILE(1), 0};
    ck_assert(!maybe_has(&pair, START_MS));
    ck_assert_uint_eq(state->pool.slots_used, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model/bloom");
    TCase *tests = tcase_create("bloom");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, nothing_that_was_added_is_denied_as_long_as_it_may_be_asked_for, 0, 3);
    tcase_add_test(tests, a_full_filter_takes_few_strangers_for_known);
    tcase_add_test(tests, a_full_generation_refuses_and_the_next_does_not);
    tcase_add_test(tests, what_is_older_than_the_memory_is_forgotten_and_that_is_known);
    tcase_add_test(tests, a_late_pair_does_not_set_the_clock_back);
    tcase_add_test(tests, an_empty_filter_knows_nobody_and_takes_no_memory);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
