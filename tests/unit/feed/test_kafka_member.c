/* SPDX-License-Identifier: Apache-2.0
 * Who a Kafka feed is in its group, over restarts. */
#include "suite.h"
#include "workdir.h"

#include "../../../src/feed/kafka_member.h"

#include <string.h>
#include <sys/stat.h>

static char member[64];

/* What a start makes of the state folder. */
static enum error_class start(const char *folder, struct error *error)
{
    size_t size = sizeof(member);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    const enum error_class class = kafka_member_set(conf, folder, error);
    member[0] = 0;
    if (!class)
        ck_assert_int_eq(rd_kafka_conf_get(conf, "group.instance.id", member, &size), RD_KAFKA_CONF_OK);
    rd_kafka_conf_destroy(conf);
    return class;
}

START_TEST(a_restart_is_the_same_member_and_another_folder_another)
{
    char first[sizeof(member)], other[WORKDIR_PATH_BYTES];
    struct error error;
    struct stat status;
    workdir_make(other);
    ck_assert_int_eq(start(workdir_folder(), &error), ERROR_OK);
    memcpy(first, member, sizeof(first));
    ck_assert_int_eq(strncmp(first, "simsieve-", strlen("simsieve-")), 0);
    ck_assert_uint_eq(strlen(first), strlen("simsieve-") + 16);
    ck_assert_int_eq(stat(workdir_path(KAFKA_MEMBER_FILE), &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0600);
    ck_assert_int_eq(start(workdir_folder(), &error), ERROR_OK);
    ck_assert_str_eq(member, first);
    ck_assert_int_eq(start(other, &error), ERROR_OK);
    ck_assert_str_ne(member, first);
    workdir_remove(other);
}
END_TEST

/* What an unfinished or foreign file says is nobody's name. */
START_TEST(a_file_that_is_no_name_is_replaced)
{
    static const char *const texts[] = {"",
                                        "\n",
                                        "simsieve-",
                                        "simsieve-0123\n",
                                        "simsieve-0123456789ABCDEF\n",
                                        "somebody-0123456789abcdef\n",
                                        "simsieve-0123456789abcdeg\n"};
    struct error error;
    workdir_write_text(KAFKA_MEMBER_FILE, texts[_i]);
    ck_assert_int_eq(start(workdir_folder(), &error), ERROR_OK);
    ck_assert_uint_eq(strlen(member), strlen("simsieve-") + 16);
    ck_assert_uint_eq(strspn(member + strlen("simsieve-"), "0123456789abcdef"), 16);
    char first[sizeof(member)];
    memcpy(first, member, sizeof(first));
    ck_assert_int_eq(start(workdir_folder(), &error), ERROR_OK);
    ck_assert_str_eq(member, first);
}
END_TEST

START_TEST(a_name_among_the_properties_stays)
{
    struct error error;
    struct stat status;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    size_t size = sizeof(member);
    ck_assert_int_eq(rd_kafka_conf_set(conf, "group.instance.id", "mine", NULL, 0), RD_KAFKA_CONF_OK);
    ck_assert_int_eq(kafka_member_set(conf, workdir_folder(), &error), ERROR_OK);
    ck_assert_int_eq(rd_kafka_conf_get(conf, "group.instance.id", member, &size), RD_KAFKA_CONF_OK);
    ck_assert_str_eq(member, "mine");
    ck_assert_int_ne(stat(workdir_path(KAFKA_MEMBER_FILE), &status), 0);
    rd_kafka_conf_destroy(conf);
}
END_TEST

START_TEST(a_folder_that_cannot_be_written_is_an_error_with_its_place)
{
    struct error error = {0};
    ck_assert_int_eq(start("/nowhere", &error), ERROR_CANNOT_CREATE);
    ck_assert_ptr_nonnull(strstr(error.text, "/nowhere/" KAFKA_MEMBER_FILE));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kafka member");
    TCase *tests = tcase_create("member");
    tcase_add_checked_fixture(tests, workdir_open, workdir_close);
    tcase_add_test(tests, a_restart_is_the_same_member_and_another_folder_another);
    tcase_add_loop_test(tests, a_file_that_is_no_name_is_replaced, 0, 7);
    tcase_add_test(tests, a_name_among_the_properties_stays);
    tcase_add_test(tests, a_folder_that_cannot_be_written_is_an_error_with_its_place);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
