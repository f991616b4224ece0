/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/hash.h"
#include "simsieve/base/names.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

static struct error error;
static struct names *names;

static void set_up(void)
{
    names = names_create(1000, &error);
    ck_assert_ptr_nonnull(names);
}

static void tear_down(void)
{
    names_destroy(names);
}

START_TEST(a_name_keeps_its_id_and_its_text)
{
    const uint64_t id = names_intern(names, "MSC-HN1", 7);
    ck_assert_uint_ne(id, 0);
    ck_assert_uint_eq(id >> NAME_ID_BITS, 0);
    ck_assert_uint_eq(names_intern(names, "MSC-HN1", 7), id);
    ck_assert_uint_eq(names_count(names), 1);
    ck_assert_str_eq(names_text(names, id), "MSC-HN1");
    ck_assert_uint_ne(names_intern(names, "MSC-HN2", 7), id);
    ck_assert_uint_ne(names_intern(names, "MSC-HN", 6), id);
    ck_assert_uint_eq(names_count(names), 3);
}
END_TEST

START_TEST(an_id_is_the_same_in_every_table)
{
    struct names *other = names_create(5, &error);
    names_intern(other, "something else", 14);
    ck_assert_uint_eq(names_intern(other, "VIETTEL", 7), names_intern(names, "VIETTEL", 7));
    ck_assert_uint_eq(names_intern(other, "VIETTEL", 7),
                      hash_bytes("VIETTEL", 7) & ((UINT64_C(1) << 50) - 1));
    names_destroy(other);
}
END_TEST

START_TEST(what_is_no_name_has_no_id)
{
    char longest[NAME_BYTES_MAX + 1];
    memset(longest, 'x', sizeof(longest));
    ck_assert_uint_eq(names_intern(names, "", 0), 0);
    ck_assert_uint_eq(names_intern(names, longest, NAME_BYTES_MAX + 1), 0);
    const uint64_t id = names_intern(names, longest, NAME_BYTES_MAX);
    ck_assert_uint_ne(id, 0);
    ck_assert_uint_eq(strlen(names_text(names, id)), NAME_BYTES_MAX);
    ck_assert_uint_eq(names_count(names), 1);
    ck_assert_str_eq(names_text(names, 0), "?");
    ck_assert_str_eq(names_text(names, id ^ 1), "?");
    ck_assert_str_eq(names_text(names, UINT64_MAX), "?");
}
END_TEST

START_TEST(a_full_table_refuses_new_names_and_knows_the_old)
{
    char name[16];
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "name %d", i);
        ck_assert_uint_ne(names_intern(names, name, strlen(name)), 0);
    }
    ck_assert_uint_eq(names_count(names), 1000);
    ck_assert_uint_eq(names_intern(names, "one more", 8), 0);
    ck_assert_uint_eq(names_count(names), 1000);
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "name %d", i);
        ck_assert_str_eq(names_text(names, names_intern(names, name, strlen(name))), name);
    }
}
END_TEST

START_TEST(a_table_without_room_refuses_all)
{
    struct names *none = names_create(0, &error);
    ck_assert_ptr_nonnull(none);
    ck_assert_uint_eq(names_intern(none, "a", 1), 0);
    names_destroy(none);
    names_destroy(NULL);
}
END_TEST

/* Senders of SMS choose their names, so they could choose names whose ids are neighbours. 40,000 of these in one heap
 * of slots would be looked through one by one: minutes. */
START_TEST(nobody_can_aim_names_at_one_place_of_the_table)
{
    enum { NAMES = 40000, ROUNDS = 20 };
    static char aimed[NAMES][24];
    struct names *large = names_create(80000, &error);
    size_t count = 0;
    for (uint64_t i = 0; count < NAMES; i++) {
        char name[24];
        snprintf(name, sizeof(name), "S%llu", (unsigned long long)i);
        if ((hash_bytes(name, strlen(name)) & 0x1ffff) < 1024)
            memcpy(aimed[count++], name, sizeof(name));
    }
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < NAMES; i++)
            REQUIRE(names_intern(large, aimed[i], strlen(aimed[i])));
    ck_assert_uint_eq(names_count(large), NAMES);
    names_destroy(large);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/names");
    TCase *tests = tcase_create("names");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 10);
    tcase_add_test(tests, a_name_keeps_its_id_and_its_text);
    tcase_add_test(tests, an_id_is_the_same_in_every_table);
    tcase_add_test(tests, what_is_no_name_has_no_id);
    tcase_add_test(tests, a_full_table_refuses_new_names_and_knows_the_old);
    tcase_add_test(tests, a_table_without_room_refuses_all);
    tcase_add_test(tests, nobody_can_aim_names_at_one_place_of_the_table);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
