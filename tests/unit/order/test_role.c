/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/order/role.h"
#include "suite.h"

#define BOTH (ROLE_OUT_A | ROLE_IN_B)

/* Type, A on-net, B on-net: what counts, what places, what feeds the trunk (contract section 2). */
static const struct {
    enum cdr_type type;
    unsigned off_off, off_on, on_off, on_on;
} table[] = {
    {CDR_MO_CALL, BOTH | ROLE_PLACE_A, BOTH | ROLE_PLACE_A, BOTH | ROLE_PLACE_A, BOTH | ROLE_PLACE_A},
    {CDR_MO_SMS, BOTH | ROLE_PLACE_A, BOTH | ROLE_PLACE_A, BOTH | ROLE_PLACE_A, BOTH | ROLE_PLACE_A},
    {CDR_MT_CALL, BOTH | ROLE_PLACE_B, BOTH | ROLE_PLACE_B, ROLE_PLACE_B, ROLE_PLACE_B},
    {CDR_MT_SMS, BOTH | ROLE_PLACE_B, BOTH | ROLE_PLACE_B, ROLE_PLACE_B, ROLE_PLACE_B},
    {CDR_FORWARD_CALL, 0, 0, 0, 0},
    {CDR_INC_GATEWAY, BOTH | ROLE_TRUNK, ROLE_TRUNK, ROLE_TRUNK, ROLE_TRUNK},
    {CDR_OUT_GATEWAY, BOTH | ROLE_TRUNK, ROLE_TRUNK, ROLE_TRUNK, ROLE_TRUNK},
    {CDR_TRANSIT, BOTH | ROLE_TRUNK, ROLE_TRUNK, ROLE_TRUNK, ROLE_TRUNK},
};
_Static_assert(ARRAY_COUNT(table) == CDR_TYPE_COUNT, "every type has its row");

START_TEST(a_record_has_the_roles_of_its_type_and_of_who_is_on_net)
{
    ck_assert_uint_eq(role_of(table[_i].type, false, false), table[_i].off_off);
    ck_assert_uint_eq(role_of(table[_i].type, false, true), table[_i].off_on);
    ck_assert_uint_eq(role_of(table[_i].type, true, false), table[_i].on_off);
    ck_assert_uint_eq(role_of(table[_i].type, true, true), table[_i].on_on);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("order/role");
    TCase *tests = tcase_create("role");
    tcase_add_loop_test(tests, a_record_has_the_roles_of_its_type_and_of_who_is_on_net, 0,
                        ARRAY_COUNT(table));
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
