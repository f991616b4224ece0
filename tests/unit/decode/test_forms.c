/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../src/decode/forms.h"
#include "suite.h"
#include "vectors.h"

#include <stdlib.h>
#include <string.h>

/* Tags of one octet to three, a group, and nothing at place 0. */
static const struct member_row group_rows[] = {MEMBER(0x81, SLOT_AREA), MEMBER(0x9F20, SLOT_CELL)};
static const struct member_table group = MEMBER_TABLE(group_rows);
static const struct member_row rows[] = {
    MEMBER(0x82, SLOT_NODE),
    MEMBER_NUMBER(0x83, SLOT_CALLED, NUMBER_STYLE_TP),
    MEMBER_GROUP(0xA4, group),
    MEMBER(0x9F2A, SLOT_PART),
    MEMBER(0x9F813C, SLOT_GLOBAL_CELL),
};
static const struct member_table table = MEMBER_TABLE(rows);

#define BIT(slot) (UINT64_C(1) << (slot))

static const struct {
    const char *octets;
    enum ber_status status;
    uint64_t present;
    uint8_t node; /* its first octet, when it is there */
} cases[] = {
    {"", BER_END, 0, 0},
    {"820141", BER_END, BIT(SLOT_NODE), 0x41},
    {"820141820142", BER_END, BIT(SLOT_NODE), 0x41}, /* the first of equal ones */
    {"830100820141", BER_END, BIT(SLOT_NODE) | BIT(SLOT_CALLED), 0x41},
    {"9F2A01079F813C0101", BER_END, BIT(SLOT_PART) | BIT(SLOT_GLOBAL_CELL), 0},
    {"A40781 01 019F20 0102820141", BER_END, BIT(SLOT_AREA) | BIT(SLOT_CELL) | BIT(SLOT_NODE), 0x41},
    {"A480810101 0000 820141", BER_END, BIT(SLOT_AREA) | BIT(SLOT_NODE), 0x41}, /* of indefinite length */
    {"8281 01 41", BER_END, BIT(SLOT_NODE), 0x41},                              /* a long length */
    {"A400 A403810105", BER_END, BIT(SLOT_AREA), 0},
    /* other tags: of no place, of an empty one, of another's place */
    {"000155820141", BER_END, BIT(SLOT_NODE), 0x41},
    {"0000820141", BER_END, BIT(SLOT_NODE), 0x41},
    {"020155", BER_END, 0, 0},
    {"A203820141", BER_END, 0, 0},
    {"9F7F0155", BER_END, 0, 0},
    {"9F870A0155", BER_END, 0, 0},
    {"9FFFFF7F0155", BER_END, 0, 0},
    {"A403820141", BER_END, 0, 0}, /* the row of the table around a group */
    /* damage, at either depth: what came before it is there */
    {"8201", BER_MORE, 0, 0},
    {"82014182", BER_MORE, BIT(SLOT_NODE), 0x41},
    {"82014183054142", BER_MORE, BIT(SLOT_NODE), 0x41},
    {"820141A4048101", BER_MORE, BIT(SLOT_NODE), 0x41},
    {"820141A402810582014 2", BER_MORE, BIT(SLOT_NODE), 0x41},
    {"8201419F800101", BER_MALFORMED, BIT(SLOT_NODE), 0x41},
    {"8280", BER_MALFORMED, 0, 0},
};

START_TEST(members_are_found_by_their_tags)
{
    size_t length;
    struct members members;
    uint8_t *octets = octets_from_hex(cases[_i].octets, &length);
    uint8_t *copy = malloc(length ? length : 1); /* just these octets, for the sanitizers */
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, octets, length);
    members.present = 0;
    ck_assert_int_eq(members_collect(&members, &table, ber_over(copy, length)), cases[_i].status);
    ck_assert_uint_eq(members.present, cases[_i].present);
    if (members_has(&members, SLOT_NODE))
        ck_assert_uint_eq(members.elements[SLOT_NODE].content[0], cases[_i].node);
    if (members_has(&members, SLOT_CALLED))
        ck_assert_uint_eq(members.styles[SLOT_CALLED], NUMBER_STYLE_TP);
    free(copy);
    free(octets);
}
END_TEST

START_TEST(every_form_is_found_and_no_other)
{
    static const struct form_table *const tables[] = {&forms_3gpp, &forms_huawei, &forms_ericsson};
    unsigned count = 0;
    for (uint32_t tag = 0; tag <= 0xBFFFFF; tag++) {
        const struct form *form = form_find(tables[_i], tag);
        REQUIRE(!form || (form->tag == tag && tag != 0 && form->members != NULL));
        count += form != NULL;
    }
    unsigned filled = 0;
    for (size_t i = 0; i < tables[_i]->count; i++)
        filled += tables[_i]->forms[i].tag != 0;
    ck_assert_uint_eq(count, filled);
    ck_assert_uint_gt(count, 15);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode/forms");
    TCase *tests = tcase_create("forms");
    tcase_set_timeout(tests, 20);
    tcase_add_loop_test(tests, members_are_found_by_their_tags, 0, ARRAY_COUNT(cases));
    tcase_add_loop_test(tests, every_form_is_found_and_no_other, 0, 3);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
