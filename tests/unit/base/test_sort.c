/* SPDX-License-Identifier: Apache-2.0 */
#include "chance.h"
#include "simsieve/base/sort.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static void assert_sorts(uint64_t *values, size_t count)
{
    uint64_t wanted[400];
    REQUIRE(count <= ARRAY_COUNT(wanted));
    memcpy(wanted, values, count * sizeof(*values));
    qsort(wanted, count, sizeof(*wanted), ascending);
    sort_u64(values, count);
    REQUIRE(memcmp(values, wanted, count * sizeof(*values)) == 0);
}

START_TEST(every_permutation_of_a_few_is_sorted)
{
    /* Seven digits of base 5: all sequences with repeats. */
    for (unsigned code = 0; code < 5 * 5 * 5 * 5 * 5 * 5 * 5; code++) {
        uint64_t values[7];
        for (unsigned i = 0, rest = code; i < 7; i++, rest /= 5)
            values[i] = rest % 5;
        assert_sorts(values, 7);
    }
}
END_TEST

START_TEST(random_values_are_sorted_and_repeats_kept)
{
    chance_begin(1);
    for (int run = 0; run < 2000; run++) {
        uint64_t values[400];
        const size_t count = draw(ARRAY_COUNT(values) + 1);
        const uint64_t range = draw_once_in(2) ? 10 : UINT64_MAX;
        for (size_t i = 0; i < count; i++)
            values[i] = draw(range);
        assert_sorts(values, count);
    }
}
END_TEST

START_TEST(one_of_each_is_kept)
{
    uint64_t values[] = {5, UINT64_MAX, 5, 0, 7, 0, UINT64_MAX, 5};
    static const uint64_t kept[] = {0, 5, 7, UINT64_MAX};
    ck_assert_uint_eq(sort_unique_u64(values, ARRAY_COUNT(values)), 4);
    ck_assert_mem_eq(values, kept, sizeof(kept));
    ck_assert_uint_eq(sort_unique_u64(values, 1), 1);
    ck_assert_uint_eq(sort_unique_u64(values, 0), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/sort");
    TCase *tests = tcase_create("sort");
    tcase_add_test(tests, every_permutation_of_a_few_is_sorted);
    tcase_add_test(tests, random_values_are_sorted_and_repeats_kept);
    tcase_add_test(tests, one_of_each_is_kept);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
