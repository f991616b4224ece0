/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/alert/alert.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

START_TEST(the_words_are_those_of_the_contract)
{
    ck_assert_str_eq(severity_name(SEVERITY_MINOR), "minor");
    ck_assert_str_eq(severity_name(SEVERITY_CRITICAL), "critical");
    ck_assert_str_eq(alert_mode_name(MODE_SHADOW), "shadow");
    ck_assert_str_eq(alert_mode_name(MODE_ENFORCE), "enforce");
    ck_assert_str_eq(subject_type_name(SUBJECT_SIM), "sim");
    ck_assert_str_eq(subject_type_name(SUBJECT_NUMBER), "number");
    for (int a = 0; a < SUBJECT_COUNT; a++)
        for (int b = a + 1; b < SUBJECT_COUNT; b++)
            ck_assert_str_ne(subject_type_name(a), subject_type_name(b));
}
END_TEST

START_TEST(a_province_set_holds_1_to_99_and_nothing_else)
{
    struct province_set set = {{0}};
    province_set_add(&set, 0);
    province_set_add(&set, PROVINCE_CODE_MAX + 1);
    ck_assert_uint_eq(set.bits[0] | set.bits[1], 0);
    for (unsigned code = 1; code <= PROVINCE_CODE_MAX; code++) {
        ck_assert(!province_set_has(&set, code));
        province_set_add(&set, code);
        ck_assert(province_set_has(&set, code));
    }
    ck_assert(!province_set_has(&set, 0));
    ck_assert(!province_set_has(&set, 128));
}
END_TEST

START_TEST(an_alert_frees_what_it_owns_and_nothing_is_freed_twice)
{
    struct alert *alert = alert_create();
    ck_assert_uint_eq(alert->sim_count, 0);
    ck_assert_ptr_null(alert->json);
    alert->json = strdup("{}");
    alert->sims = strdup("84900000001");
    alert_destroy(alert);
    alert_destroy(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alert/alert");
    TCase *tests = tcase_create("alert");
    tcase_add_test(tests, the_words_are_those_of_the_contract);
    tcase_add_test(tests, a_province_set_holds_1_to_99_and_nothing_else);
    tcase_add_test(tests, an_alert_frees_what_it_owns_and_nothing_is_freed_twice);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
