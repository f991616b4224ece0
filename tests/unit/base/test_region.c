/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/region.h"
#include "suite.h"

#include <string.h>

static struct error error;

START_TEST(memory_comes_zeroed_and_can_be_written_to_its_last_byte)
{
    const bool huge = _i;
    struct region region;
    ck_assert_int_eq(region_open(&region, 5000, huge, &error), ERROR_OK);
    ck_assert_uint_ge(region.bytes, 5000);
    ck_assert_uint_eq(region.bytes % 4096, 0);
    for (size_t i = 0; i < 5000; i++)
        REQUIRE(((const char *)region.base)[i] == 0);
    memset(region.base, 0xAA, region.bytes);
    region_close(&region);
    ck_assert_ptr_null(region.base);
    region_close(&region); /* legal: zeroed */
}
END_TEST

START_TEST(a_large_reserve_costs_nothing_until_it_is_touched)
{
    struct region region;
    const size_t before_bytes = region_resident_bytes();
    ck_assert_uint_gt(before_bytes, 0);
    ck_assert_int_eq(region_open(&region, (size_t)64 << 30, false, &error), ERROR_OK);
    ck_assert_uint_lt(region_resident_bytes() - before_bytes, (size_t)4 << 20);
    memset(region.base, 1, (size_t)32 << 20);
    ck_assert_uint_ge(region_resident_bytes() - before_bytes, (size_t)32 << 20);
    region_close(&region);
    ck_assert_uint_lt(region_resident_bytes(), before_bytes + ((size_t)16 << 20));
}
END_TEST

START_TEST(what_cannot_be_reserved_is_an_error_that_says_what_to_do)
{
    struct region region = {0};
    ck_assert_int_eq(region_open(&region, (size_t)1 << 60, false, &error), ERROR_INTERNAL);
    ck_assert_ptr_nonnull(strstr(error.text, "address space"));
    ck_assert_ptr_nonnull(strstr(error.text, "--memory"));
    ck_assert_ptr_null(region.base);
    ck_assert_int_eq(region_open(&region, 0, false, &error), ERROR_INTERNAL);
    region_close(&region);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/region");
    TCase *tests = tcase_create("region");
    tcase_add_loop_test(tests, memory_comes_zeroed_and_can_be_written_to_its_last_byte, 0, 2);
    tcase_add_test(tests, a_large_reserve_costs_nothing_until_it_is_touched);
    tcase_add_test(tests, what_cannot_be_reserved_is_an_error_that_says_what_to_do);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
