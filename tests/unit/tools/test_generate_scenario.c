/* SPDX-License-Identifier: Apache-2.0 */
#include "small_network.h"
#include "suite.h"
#include "workdir.h"

#include "simsieve/tools/generate.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum error_class generate_with(const char *yaml, struct error *error)
{
    workdir_write_text("scenario.yaml", yaml);
    const struct generate_options options = {.subscribers = 200,
                                             .days = 1,
                                             .seed = 1,
                                             .folder = workdir_folder(),
                                             .scenario = workdir_path("scenario.yaml")};
    *error = (struct error){0};
    return generate_network(&options, error);
}

/* What is wrong, and what the message must hold: where, and what to do. */
static const struct {
    const char *yaml;
    const char *where;
    const char *what;
} mistakes[] = {
    {"", "yaml:1:1: ", "the file is empty"},
    {"strat: 2024-12-02\n", "yaml:1:1: ", "did you mean 'start'?"},
    {"start: yesterday\n", "yaml:1:8: ", "'yesterday' is no date such as 2024-12-02"},
    {"start: 2018-12-31\n", "yaml:1:8: ", "from 2019 to 2098"},
    {"start: 2023-02-29\n", "yaml:1:8: ", "no date"},
    {"start: [2024-12-02]\n", "yaml:1:8: ", "a text is expected"},
    {"start: 2024-12-02\nstart: 2024-12-03\n", "yaml:2:1: ", "given twice"},
    {"provinces: {13: 5}\n", "yaml:1:13: ", "'13' is no province"},
    {"provinces: {11: -1}\n", "yaml:1:17: ", "no whole number from 0 to 1000000"},
    {"provinces: {11: 0}\n", "yaml:1:12: ", "nobody lives anywhere"},
    {"provinces: {}\n", "yaml:1:12: ", "nobody lives anywhere"},
    {"provinces: 11\n", "yaml:1:12: ", "a map of keys is expected"},
    {"classes:\n  curier: {count: 3}\n", "yaml:2:3: ", "did you mean 'courier'?"},
    {"classes:\n  courier: {cuont: 3}\n", "yaml:2:13: ", "did you mean 'count'?"},
    {"classes:\n  courier: {parcels: 3}\n", "yaml:2:13: ", "did you mean 'parcels_m"},
    {"classes:\n  courier: {fast_percent: 3}\n", "yaml:2:13: ", "'fast_percent' is no key here"},
    {"classes:\n  courier: {count: many}\n", "yaml:2:20: ", "'many' is no whole number"},
    {"classes:\n  courier: {count: 1.5}\n", "yaml:2:20: ", "no whole number"},
    {"classes:\n  courier: {count: }\n", "yaml:2:20: ", "no whole number"},
    {"classes:\n  courier: {count: 1, per_million: 5}\n", "yaml:2:23: ", "keep one"},
    {"classes:\n  courier: {count: 1, count: 2}\n", "yaml:2:23: ", "given twice"},
    {"classes:\n  courier: {parcels_min: 401}\n", "yaml:2:26: ", "from 1 to 400"},
    {"classes:\n  courier: {parcels_min: 300, parcels_max: 200}\n",
     "yaml:2:12: ", "parcels_min is 300, above parcels_max, which is 200"},
    {"classes:\n  courier: {parcels_max: 50}\n", "yaml:2:12: ", "parcels_min is 80, above"},
    {"classes:\n  person: {count: 3}\n", "yaml:2:3: ", "it takes no values"},
    {"- start\n", "yaml:1:1: ", "a map of keys is expected"},
    {"start: [\n", "yaml:2:1: ", "did not find expected node"},
    {"classes:\n  courier: {count: 101}\n", "", "leave at least half to person"},
    {"classes:\n  call_centre: {count: 500001}\n", "", "at most 500000 lines"},
    {"classes:\n  official: {count: 0}\n  officials_burst: {count: 1}\n", "",
     "class officials_burst needs officials"},
};

START_TEST(a_mistake_is_named_with_its_place)
{
    struct error error;
    ck_assert_int_eq(generate_with(mistakes[_i].yaml, &error), ERROR_CONFIG);
    ck_assert_msg(strstr(error.text, mistakes[_i].where) != NULL, "\"%s\" lacks %s", error.text,
                  mistakes[_i].where);
    ck_assert_msg(strstr(error.text, mistakes[_i].what) != NULL, "\"%s\" lacks %s", error.text,
                  mistakes[_i].what);
}
END_TEST

static const char *const fine[] = {
    "start: 2026-01-01\n",
    "provinces: {11: 1}\n",
    "classes: {}\n",
    "classes: {courier: {}}\n",
    "classes: {courier: {per_million: 0}}\n",
    "classes: {courier: {count: 90}}\n",
    "classes: {officials_burst: {province: 11}}\n",
};

START_TEST(a_scenario_needs_only_what_differs)
{
    struct error error;
    ck_assert_msg(generate_with(fine[_i], &error) == ERROR_OK, "%s", error.text);
}
END_TEST

START_TEST(a_scenario_that_is_not_there_is_named)
{
    struct error error = {0};
    struct generate_options options = {
        .subscribers = 200, .days = 1, .folder = workdir_folder(), .scenario = "/tmp/simsieve-no-such.yaml"};
    ck_assert_int_eq(generate_network(&options, &error), ERROR_NO_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "simsieve-no-such.yaml"));
    options.scenario = "/tmp";
    ck_assert_int_ne(generate_network(&options, &error), ERROR_OK);
}
END_TEST

START_TEST(a_bad_scenario_writes_nothing)
{
    struct error error;
    ck_assert_int_eq(generate_with("classes: {person: {}}\n", &error), ERROR_CONFIG);
    ck_assert_int_ne(access(workdir_path("subscribers.csv"), F_OK), 0);
}
END_TEST

START_TEST(counts_start_and_provinces_are_obeyed)
{
    struct small_network network;
    size_t couriers = 0, students = 0;
    small_network_make(&network, 1000, 1, 3,
                       "start: 2024-12-02\n"
                       "provinces: {46: 1}\n"
                       "classes: {courier: {count: 7}, student: {per_million: 12400}}\n");
    for (size_t n = 0; n < network.number_count; n++) {
        couriers += strcmp(network.numbers[n].class, "courier") == 0;
        students += strcmp(network.numbers[n].class, "student") == 0;
        ck_assert_uint_eq(network.numbers[n].province, 46);
    }
    ck_assert_uint_eq(couriers, 7);
    ck_assert_uint_eq(students, 12);
    small_network_drop(&network);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tools/generate scenario");
    TCase *tests = tcase_create("scenario");
    tcase_add_checked_fixture(tests, workdir_open, workdir_close);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_mistake_is_named_with_its_place, 0, ARRAY_COUNT(mistakes));
    tcase_add_loop_test(tests, a_scenario_needs_only_what_differs, 0, ARRAY_COUNT(fine));
    tcase_add_test(tests, a_scenario_that_is_not_there_is_named);
    tcase_add_test(tests, a_bad_scenario_writes_nothing);
    tcase_add_test(tests, counts_start_and_provinces_are_obeyed);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
