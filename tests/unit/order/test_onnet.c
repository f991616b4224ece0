/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/region.h"
#include "simsieve/order/onnet.h"
#include "suite.h"

static struct error error;
static struct onnet *onnet;

static void set_up(void)
{
    onnet = onnet_create(&error);
    ck_assert_ptr_nonnull(onnet);
}

static void tear_down(void)
{
    onnet_destroy(onnet);
}

/* The ends of both ranges, and one of every other kind that can be served. */
static const uint64_t served[] = {
    (uint64_t)NUMBER_MOBILE << 50 | UINT64_C(84000000000),
    (uint64_t)NUMBER_MOBILE << 50 | UINT64_C(84999999999),
    (uint64_t)NUMBER_MOBILE << 50 | UINT64_C(84912345678),
    (uint64_t)NUMBER_FIXED << 50 | UINT64_C(842000000000),
    (uint64_t)NUMBER_FIXED << 50 | UINT64_C(842999999999),
    (uint64_t)NUMBER_FIXED << 50 | UINT64_C(842438123456),
    (uint64_t)NUMBER_INTERNATIONAL << 50 | UINT64_C(85512345678),
    (uint64_t)NUMBER_INTERNATIONAL << 50 | UINT64_C(999999999999999),
    (uint64_t)NUMBER_INTERNATIONAL << 50 | UINT64_C(84912345678), /* another kind is another number */
    (uint64_t)NUMBER_MOBILE << 50 | UINT64_C(841201234567),       /* M2M of 12 digits: outside both ranges */
};

START_TEST(who_is_added_is_on_net_and_nobody_else)
{
    ck_assert(!onnet_has(onnet, served[_i]));
    onnet_prefetch(onnet, served[_i]);
    ck_assert(onnet_add(onnet, served[_i]));
    for (size_t i = 0; i < ARRAY_COUNT(served); i++)
        ck_assert(onnet_has(onnet, served[i]) == (i == (size_t)_i));
    ck_assert(!onnet_has(onnet, served[_i] - 1));
    ck_assert(!onnet_has(onnet, served[_i] + 1));
    ck_assert(onnet_add(onnet, served[_i]));
}
END_TEST

static const uint64_t nobody[] = {
    0,
    (uint64_t)NUMBER_SHORT << 50 | 113,
    (uint64_t)NUMBER_SERVICE << 50 | 18001090,
    (uint64_t)NUMBER_SENDER << 50 | 12345,
};

START_TEST(services_and_senders_are_never_on_net)
{
    ck_assert(onnet_add(onnet, nobody[_i])); /* no number that did not fit */
    ck_assert(!onnet_has(onnet, nobody[_i]));
}
END_TEST

START_TEST(foreign_numbers_beyond_the_set_are_refused)
{
    const uint64_t first = number_make(NUMBER_INTERNATIONAL, 1000000000);
    for (uint64_t i = 0; i < ONNET_FOREIGN_MAX; i++)
        REQUIRE(onnet_add(onnet, first + i));
    ck_assert(!onnet_add(onnet, first + ONNET_FOREIGN_MAX));
    ck_assert(!onnet_has(onnet, first + ONNET_FOREIGN_MAX));
    ck_assert(onnet_add(onnet, first)); /* a known one fits */
    for (uint64_t i = 0; i < ONNET_FOREIGN_MAX; i++)
        REQUIRE(onnet_has(onnet, first + i));
    ck_assert(onnet_add(onnet, served[0])); /* Vietnamese numbers always fit */
}
END_TEST

START_TEST(an_empty_set_costs_nothing)
{
    struct onnet *empty;
    const size_t before_bytes = region_resident_bytes();
    empty = onnet_create(&error);
    ck_assert_uint_lt(region_resident_bytes() - before_bytes, (size_t)4 << 20);
    onnet_destroy(empty);
    onnet_destroy(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("order/onnet");
    TCase *tests = tcase_create("onnet");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 20);
    tcase_add_loop_test(tests, who_is_added_is_on_net_and_nobody_else, 0, ARRAY_COUNT(served));
    tcase_add_loop_test(tests, services_and_senders_are_never_on_net, 0, ARRAY_COUNT(nobody));
    tcase_add_test(tests, foreign_numbers_beyond_the_set_are_refused);
    tcase_add_test(tests, an_empty_set_costs_nothing);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
