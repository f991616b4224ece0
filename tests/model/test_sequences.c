/* SPDX-License-Identifier: Apache-2.0
 * Random streams of one switch against a plain set of the records that came: copies, losses and local disorder
 * are put in, at every modulus, across its turns. SEED=n repeats one run. */
#include "chance.h"
#include "simsieve/base/calendar.h"
#include "simsieve/order/sequence.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_MS    INT64_C(1733101200000)
#define RECORDS_MAX 150000

static const uint64_t moduli[] = {256,
                                  1000,
                                  10000,
                                  1 << 16,
                                  100000,
                                  1000000,
                                  1 << 24,
                                  1000000000,
                                  UINT64_C(1) << 31,
                                  UINT64_C(1) << 32,
                                  UINT64_C(10000000000)};

/* One arrival: the record's place in the true order. Sorted by `at` they arrive. */
struct arrival {
    uint64_t index;
    uint64_t at;
};

static struct arrival arrivals[2 * RECORDS_MAX];
static int64_t times_ms[RECORDS_MAX];
static bool came[RECORDS_MAX];
static struct sequence_gap gaps[SEQUENCE_GAPS_MAX], wanted[SEQUENCE_GAPS_MAX];

static int by_arrival(const void *a, const void *b)
{
    const struct arrival *left = a, *right = b;
    if (left->at != right->at)
        return left->at < right->at ? -1 : 1;
    return (left->index > right->index) - (left->index < right->index);
}

struct stream {
    uint64_t modulus, first; /* what the switch shows at index 0 */
    size_t count, arrival_count;
};

/* How much disorder a counter of this modulus allows: what is late by half a turn cannot be placed by anybody. */
static void draw_stream(struct stream *stream, uint64_t modulus)
{
    const uint64_t turn = modulus < 40000 ? modulus : 40000;
    const uint64_t disorder = turn / 32, copy_distance = turn / 4, loss = 1 + draw(u64_min(turn / 64, 30));
    int64_t now_ms = START_MS;
    *stream = (struct stream){.modulus = modulus};
    stream->count = RECORDS_MAX / 2 + draw(RECORDS_MAX / 2);
    stream->first = (modulus - stream->count / 2 % modulus) % modulus;
    for (size_t i = 0; i < stream->count; i++) {
        now_ms += (int64_t)draw(40);
        /* Calls begin long before their records: with short turns even that would be another turn. */
        times_ms[i] = now_ms - (int64_t)(modulus < 10000 ? 0 : draw(5000));
        const struct arrival arrival = {i, 16 * i + draw(16 * disorder)};
        if (draw_once_in(60)) {
            i += draw(loss);
            continue;
        }
        arrivals[stream->arrival_count++] = arrival;
        if (draw_once_in(30))
            arrivals[stream->arrival_count++] =
                (struct arrival){i, arrival.at + 1 + draw(16 * copy_distance)};
    }
    qsort(arrivals, stream->arrival_count, sizeof(arrivals[0]), by_arrival);
}

/* The gaps that there are, from the set. */
static size_t gaps_of(const struct stream *stream, uint64_t *missing)
{
    size_t first = 0, last = stream->count - 1, count = 0, next = 0;
    bool has_zero = false;
    for (size_t i = 0; i < stream->count; i++)
        has_zero |= came[i] && (stream->first + i) % stream->modulus == 0;
    while (!came[first])
        first++;
    while (!came[last])
        last--;
    *missing = 0;
    for (size_t i = first; i < last; i++) {
        const uint64_t seq = (stream->first + i) % stream->modulus;
        if (came[i] || (seq == 0 && !has_zero))
            continue;
        ++*missing;
        if (i == next && seq > 0) {
            wanted[count - 1].to = seq;
            wanted[count - 1].missing++;
        } else if (count < SEQUENCE_GAPS_MAX) {
            wanted[count++] = (struct sequence_gap){0, seq, seq, 1};
        } else {
            continue;
        }
        next = i + 1;
    }
    return count;
}

START_TEST(every_copy_is_found_and_no_other_and_the_gaps_are_those_of_the_set)
{
    struct stream stream;
    struct sequence_report report = {.gaps = gaps};
    uint64_t missing, copies = 0;
    chance_begin(100 + (uint64_t)_i);
    draw_stream(&stream, moduli[(size_t)_i % ARRAY_COUNT(moduli)]);
    struct sequences *sequences = sequences_create();
    const uint32_t index = sequences_switch(sequences, 7);
    memset(came, 0, sizeof(came));
    for (size_t i = 0; i < stream.arrival_count; i++) {
        const uint64_t at = arrivals[i].index;
        const bool is_copy =
            sequences_note(sequences, index, (stream.first + at) % stream.modulus, times_ms[at]);
        if (is_copy != came[at])
            ck_abort_msg("modulus %llu, first %llu: record %llu (%llu) %s",
                         (unsigned long long)stream.modulus, (unsigned long long)stream.first,
                         (unsigned long long)at, (unsigned long long)((stream.first + at) % stream.modulus),
                         is_copy ? "is taken for a copy" : "is a copy that is not found");
        copies += is_copy;
        came[at] = true;
    }
    sequences_report(sequences, &report);
    const size_t count = gaps_of(&stream, &missing);
    ck_assert_uint_gt(copies, 500);
    ck_assert_uint_gt(missing, 100);
    ck_assert_uint_eq(report.restarts, 0);
    ck_assert_uint_eq(report.missing, missing);
    ck_assert_uint_eq(report.gap_count, count);
    for (size_t i = 0; i < count; i++) {
        if (gaps[i].from != wanted[i].from || gaps[i].to != wanted[i].to)
            ck_abort_msg("gap %zu is %llu to %llu, not %llu to %llu", i, (unsigned long long)gaps[i].from,
                         (unsigned long long)gaps[i].to, (unsigned long long)wanted[i].from,
                         (unsigned long long)wanted[i].to);
        REQUIRE(gaps[i].missing == wanted[i].missing);
    }
    sequences_destroy(sequences);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model/sequences");
    TCase *tests = tcase_create("sequences");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, every_copy_is_found_and_no_other_and_the_gaps_are_those_of_the_set, 0,
                        3 * ARRAY_COUNT(moduli));
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
