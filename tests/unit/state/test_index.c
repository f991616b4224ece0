/* SPDX-License-Identifier: Apache-2.0
 * Finding a SIM's line: the index of a partition and the roster of its lines (state.c, roster.c). */
#include "chance.h"
#include "records.h"
#include "simsieve/state/state.h"
#include "suite.h"

#include <stdlib.h>

#define SIMS 5000

static struct error error;
static struct state *state;
static uint64_t sims[SIMS];

static void set_up(void)
{
    struct state_limits limits = state_limits_default();
    limits.lines_max = SIMS * PARTITION_COUNT;
    limits.blocks_max = PARTITION_COUNT;
    limits.huge_pages = false;
    state = state_create(&limits, 1, &error);
    ck_assert_ptr_nonnull(state);
    numbers_of_one_partition(sims, SIMS);
}

static void tear_down(void)
{
    state_destroy(state);
}

static void insert(size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        struct line *line = state_insert(state, sims[i]);
        REQUIRE(line && line->number == sims[i] && line->event_count == 0);
    }
}

START_TEST(who_was_inserted_is_found_and_nobody_else)
{
    insert(0, SIMS / 2);
    ck_assert_uint_eq(state_line_count(state), SIMS / 2);
    for (size_t i = 0; i < SIMS; i++) {
        const struct line *line = state_find(state, sims[i]);
        REQUIRE((line != NULL) == (i < SIMS / 2));
        REQUIRE(!line || line->number == sims[i]);
    }
    ck_assert_ptr_null(state_find(state, MOBILE(1))); /* of a partition that has nobody */
}
END_TEST

START_TEST(a_prefetch_guesses_the_line_or_nothing)
{
    ck_assert_ptr_null(state_prefetch_line(state, sims[0]));
    state_prefetch_bucket(state, sims[0]);
    state_prefetch_newest(state, NULL);
    state_prefetch_oldest(state, NULL);
    insert(0, SIMS);
    unsigned right = 0;
    for (size_t i = 0; i < SIMS; i++) {
        state_prefetch_bucket(state, sims[i]);
        const struct line *line = state_prefetch_line(state, sims[i]);
        state_prefetch_newest(state, line);
        state_prefetch_oldest(state, line);
        right += line == state_find(state, sims[i]);
    }
    ck_assert_uint_gt(right, SIMS * 9 / 10); /* the others have overflowed into the next bucket */
}
END_TEST

START_TEST(lines_come_and_go_and_none_is_lost)
{
    static bool is_there[SIMS];
    size_t count = 0;
    memset(is_there, 0, sizeof(is_there));
    chance_begin(6000 + (uint64_t)_i);
    for (unsigned step = 0; step < 100000; step++) {
        const size_t i = draw(SIMS);
        struct line *line = state_find(state, sims[i]);
        REQUIRE((line != NULL) == is_there[i]);
        if (line && draw(2)) {
            state_remove(state, line);
            is_there[i] = false;
            count--;
        } else if (!line) {
            insert(i, i + 1);
            is_there[i] = true;
            count++;
        }
        REQUIRE(state_line_count(state) == count);
    }
    for (size_t i = 0; i < SIMS; i++)
        REQUIRE((state_find(state, sims[i]) != NULL) == is_there[i]);
}
END_TEST

/* A search must not go on for the sake of lines that were there once. */
START_TEST(an_index_that_was_emptied_is_as_if_it_had_never_been_used)
{
    insert(0, SIMS);
    const struct partition *partition = &state->partitions[0];
    const uint64_t *words = pool_at(&state->pool, partition->buckets);
    const size_t word_count = ((size_t)CACHE_LINE_BYTES << partition->bucket_bits) / sizeof(*words);
    for (size_t i = 0; i < SIMS; i++)
        state_remove(state, state_find(state, sims[SIMS - 1 - i]));
    for (size_t i = 0; i < word_count; i++)
        REQUIRE(words[i] == 0);
    ck_assert_uint_eq(state_line_count(state), 0);
    const uint64_t used_bytes = state_bytes_used(state);
    insert(0, SIMS); /* into the lines that were freed */
    ck_assert_uint_eq(state_bytes_used(state), used_bytes);
}
END_TEST

START_TEST(a_reset_line_is_the_same_place_without_its_past)
{
    insert(0, 1);
    struct line *line = state_find(state, sims[0]);
    line->flags = LINE_OPEN_EPISODE | LINE_PAST_UNKNOWN;
    line->contact_count = 7;
    state_reset(state, line);
    ck_assert_ptr_eq(state_find(state, sims[0]), line);
    ck_assert_uint_eq(line->flags, 0);
    ck_assert_uint_eq(line->contact_count, 0);
}
END_TEST

struct visits {
    size_t count, end;
};

static bool visit(void *owner, struct line *line)
{
    struct visits *visits = owner;
    REQUIRE(line->number == sims[visits->count < 5 ? visits->count : visits->count + 1]);
    return ++visits->count < visits->end;
}

START_TEST(lines_are_visited_in_the_order_of_arrival_without_those_that_left)
{
    struct visits all = {.end = SIMS}, few = {.end = 3};
    insert(0, 100);
    state_remove(state, state_find(state, sims[5]));
    state_each_line(state, 0, visit, &all);
    ck_assert_uint_eq(all.count, 99);
    state_each_line(state, 0, visit, &few);
    ck_assert_uint_eq(few.count, 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("state/index");
    TCase *tests = tcase_create("index");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, who_was_inserted_is_found_and_nobody_else);
    tcase_add_test(tests, a_prefetch_guesses_the_line_or_nothing);
    tcase_add_loop_test(tests, lines_come_and_go_and_none_is_lost, 0, 3);
    tcase_add_test(tests, an_index_that_was_emptied_is_as_if_it_had_never_been_used);
    tcase_add_test(tests, a_reset_line_is_the_same_place_without_its_past);
    tcase_add_test(tests, lines_are_visited_in_the_order_of_arrival_without_those_that_left);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
