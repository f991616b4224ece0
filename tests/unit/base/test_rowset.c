/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/rowset.h"
#include "suite.h"

struct row {
    uint64_t key;
    uint64_t value;
};

static struct error error;

/* Fixed and without pattern; different for different i. */
static uint64_t key_at(uint64_t i)
{
    return i * UINT64_C(0x9e3779b97f4a7c15) ^ 42;
}

START_TEST(rows_are_found_by_key_and_others_are_not)
{
    enum { ROWS = 100000 };
    struct rowset set;
    bool is_new, is_right = true;
    ck_assert_int_eq(rowset_open(&set, sizeof(struct row), ROWS, &error), ERROR_OK);
    for (uint64_t i = 0; i < ROWS; i++) {
        struct row *row = rowset_add(&set, key_at(i), &is_new, &error);
        is_right &= is_new && row->key == key_at(i) && row->value == 0;
        row->value = i;
    }
    ck_assert_uint_eq(set.count, ROWS);
    ck_assert(rowset_is_full(&set));
    for (uint64_t i = 0; i < ROWS; i++) {
        const struct row *row = rowset_find(&set, key_at(i));
        is_right &= row && row->value == i && row == rowset_at(&set, i);
        is_right &= !rowset_find(&set, key_at(i + ROWS));
    }
    ck_assert(is_right);
    rowset_close(&set);
}
END_TEST

START_TEST(a_known_key_is_no_new_row_even_in_a_full_set)
{
    struct rowset set;
    bool is_new;
    ck_assert_int_eq(rowset_open(&set, sizeof(struct row), 2, &error), ERROR_OK);
    struct row *first = rowset_add(&set, 0, &is_new, &error);
    ck_assert(is_new);
    first->value = 7;
    ck_assert_ptr_nonnull(rowset_add(&set, UINT64_MAX, &is_new, &error));
    ck_assert(is_new && rowset_is_full(&set));
    ck_assert_ptr_eq(rowset_add(&set, 0, &is_new, &error), first);
    ck_assert(!is_new);
    ck_assert_uint_eq(first->value, 7);
    ck_assert_uint_eq(set.count, 2);
    rowset_close(&set);
}
END_TEST

START_TEST(a_zeroed_set_is_empty_and_full)
{
    struct rowset set = {0};
    ck_assert_ptr_null(rowset_find(&set, 0));
    ck_assert(rowset_is_full(&set));
    rowset_close(&set);
}
END_TEST

START_TEST(the_largest_set_costs_nothing_until_it_is_used)
{
    struct rowset set;
    bool is_new;
    const size_t before_bytes = region_resident_bytes();
    ck_assert_int_eq(rowset_open(&set, 56, ROWSET_ROWS_MAX, &error), ERROR_OK);
    ck_assert_ptr_nonnull(rowset_add(&set, 1, &is_new, &error));
    ck_assert_ptr_nonnull(rowset_find(&set, 1));
    ck_assert_uint_lt(region_resident_bytes() - before_bytes, (size_t)8 << 20);
    rowset_close(&set);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/rowset");
    TCase *tests = tcase_create("rowset");
    tcase_add_test(tests, rows_are_found_by_key_and_others_are_not);
    tcase_add_test(tests, a_known_key_is_no_new_row_even_in_a_full_set);
    tcase_add_test(tests, a_zeroed_set_is_empty_and_full);
    tcase_add_test(tests, the_largest_set_costs_nothing_until_it_is_used);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
