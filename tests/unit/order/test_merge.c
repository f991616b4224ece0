/* SPDX-License-Identifier: Apache-2.0 */
#include "chance.h"
#include "decoding.h"
#include "records.h"
#include "simsieve/feed/rejects.h"
#include "simsieve/order/merge.h"
#include "suite.h"
#include "workdir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER    "type,time,a,b,switch,seq\n"
#define FILES_MAX 20

static struct rejects *rejects;
static struct input_options options;
static struct inputs *inputs;
static struct merge *merge;
static struct error error;

static void set_up(void)
{
    workdir_open();
    rejects = rejects_open(NULL, &error);
    options = (struct input_options){.context = decoding_context(), .rejects = rejects};
}

static void tear_down(void)
{
    merge_destroy(merge);
    inputs_close(inputs);
    rejects_close(rejects, &error);
    workdir_close();
}

static void open_folder(const char *name)
{
    const char *path = workdir_path(name);
    inputs = inputs_open(&path, 1, &options, &error);
    ck_assert_msg(inputs != NULL, "%s", error.text);
    merge = merge_create(inputs, decoding_context()->names);
}

static void write_records(const char *name, const char *lines)
{
    char *text = NULL;
    ck_assert_int_gt(asprintf(&text, "%s%s", HEADER, lines), 0);
    workdir_write_text(name, text);
    free(text);
}

/* Takes all records; their callers' last digits, in order. */
static const char *drain(void)
{
    static char order[200];
    const struct cdr *record, *again;
    size_t count = 0;
    while (merge_head(merge, 0, &record, &error) == INPUT_READY) {
        ck_assert_int_eq(merge_head(merge, 0, &again, &error), INPUT_READY);
        ck_assert_ptr_eq(record, again);
        ck_assert_uint_lt(count + 1, sizeof(order));
        order[count++] = (char)('0' + number_value(record->a) % 10);
        merge_take(merge);
    }
    order[count] = 0;
    ck_assert_int_eq(merge_head(merge, 0, &record, &error), INPUT_ENDED);
    return order;
}

START_TEST(the_earliest_head_goes_first)
{
    write_records("a.csv", "mo_call,1733101201000,0912345671,0912345670,S,1\n"
                           "mo_call,1733101204000,0912345674,0912345670,S,2\n");
    write_records("b.csv", "mo_call,1733101202000,0912345672,0912345670,T,1\n"
                           "mo_call,1733101203000,0912345673,0912345670,T,2\n");
    write_records("c.csv", "mo_call,1733101205000,0912345675,0912345670,U,1\n");
    open_folder("");
    ck_assert_str_eq(drain(), "12345");
}
END_TEST

START_TEST(inside_one_input_the_order_is_the_inputs)
{
    write_records("a.csv", "mo_call,1733101209000,0912345671,0912345670,S,9\n"
                           "mo_call,1733101201000,0912345672,0912345670,S,1\n"
                           "mo_call,1733101205000,0912345673,0912345670,S,5\n");
    write_records("b.csv", "mo_call,1733101206000,0912345676,0912345670,T,1\n");
    open_folder("");
    ck_assert_str_eq(drain(), "6123");
}
END_TEST

START_TEST(equal_times_go_by_switch_then_seq_then_content)
{
    write_records("a.csv", "mo_call,1733101201000,0912345674,0912345670,TT,2\n");
    write_records("b.csv", "mo_call,1733101201000,0912345673,0912345670,TT,1\n");
    write_records("c.csv", "mo_call,1733101201000,0912345672,0912345670,S,9\n");
    write_records("d.csv", "mo_call,1733101201000,0912345671,0912345670,,\n"); /* no switch first */
    open_folder("");
    ck_assert_str_eq(drain(), "1234");
}
END_TEST

START_TEST(the_names_of_the_files_decide_nothing)
{
    write_records("a.csv", "mo_call,1733101201000,0912345672,0912345670,,\n");
    write_records("b.csv", "mo_call,1733101201000,0912345671,0912345670,,\n");
    mkdir(workdir_path("other"), 0700);
    write_records("other/x.csv", "mo_call,1733101201000,0912345671,0912345670,,\n");
    write_records("other/y.csv", "mo_call,1733101201000,0912345672,0912345670,,\n");
    open_folder("");
    char first[8];
    snprintf(first, sizeof(first), "%s", drain());
    ck_assert_uint_eq(strlen(first), 2);
    merge_destroy(merge);
    inputs_close(inputs);
    open_folder("other");
    ck_assert_str_eq(drain(), first);
}
END_TEST

START_TEST(records_of_equal_content_all_come)
{
    for (unsigned i = 0; i < 5; i++) {
        char name[32];
        snprintf(name, sizeof(name), "%u.csv", i);
        write_records(name, "mo_call,1733101201000,0912345671,0912345670,S,1\n");
    }
    open_folder("");
    ck_assert_str_eq(drain(), "11111");
}
END_TEST

START_TEST(an_input_without_records_is_passed_over)
{
    write_records("a.csv", "");
    write_records("b.csv", "nonsense\n");
    write_records("c.csv", "mo_call,1733101201000,0912345671,0912345670,S,1\n");
    open_folder("");
    ck_assert_str_eq(drain(), "1");
}
END_TEST

START_TEST(a_live_input_that_has_nothing_is_waited_for)
{
    const struct cdr *record;
    ck_assert_int_eq(mkfifo(workdir_path("live"), 0600), 0);
    write_records("a.csv", "mo_call,1733101202000,0912345672,0912345670,S,2\n");
    const char *const paths[] = {workdir_path("a.csv"), workdir_path("live")};
    FILE *writer = fopen(workdir_path("live"), "r+");
    ck_assert_ptr_nonnull(writer);
    inputs = inputs_open(paths, 2, &options, &error);
    ck_assert_msg(inputs != NULL, "%s", error.text);
    merge = merge_create(inputs, decoding_context()->names);
    ck_assert_int_eq(merge_head(merge, 10, &record, &error), INPUT_WAITING);
    fputs(HEADER "mo_call,1733101201000,0912345671,0912345670,T,1\n", writer);
    fputs("mo_call,1733101203000,0912345673,0912345670,T,2\n", writer);
    fflush(writer);
    static const unsigned wanted[] = {1, 2, 3};
    for (size_t i = 0; i < ARRAY_COUNT(wanted); i++) {
        ck_assert_int_eq(merge_head(merge, 1000, &record, &error), INPUT_READY);
        ck_assert_uint_eq(number_value(record->a) % 10, wanted[i]);
        merge_take(merge);
    }
    ck_assert_int_eq(merge_head(merge, 10, &record, &error), INPUT_WAITING);
    fclose(writer);
}
END_TEST

/* Many inputs of many records with few different times: against a plain search for the earliest head. */
START_TEST(a_random_set_comes_in_the_order_of_a_plain_search)
{
    enum { RECORDS = 200 };
    static struct line {
        uint64_t time_ms, seq;
    } lines[FILES_MAX][RECORDS];
    size_t at[FILES_MAX] = {0}, file_count = 3 + (size_t)_i, left = file_count * RECORDS;
    chance_begin(50 + (uint64_t)_i);
    for (size_t file = 0; file < file_count; file++) {
        char name[32], *text = NULL;
        size_t length = 0;
        uint64_t time_ms = (uint64_t)START_MS;
        FILE *memory = open_memstream(&text, &length);
        fputs(HEADER, memory);
        for (size_t i = 0; i < RECORDS; i++) {
            time_ms += draw(4) * 1000;
            lines[file][i] = (struct line){time_ms - draw(3) * 1000, 1000 * file + i};
            fprintf(memory, "mo_call,%llu,0912345671,0912345670,S,%llu\n",
                    (unsigned long long)lines[file][i].time_ms, (unsigned long long)lines[file][i].seq);
        }
        fclose(memory);
        snprintf(name, sizeof(name), "%zu.csv", file);
        workdir_write(name, text, length);
        free(text);
    }
    open_folder("");
    for (; left > 0; left--) {
        const struct cdr *record;
        size_t best = FILES_MAX;
        for (size_t file = 0; file < file_count; file++)
            if (at[file] < RECORDS &&
                (best == FILES_MAX || lines[file][at[file]].time_ms < lines[best][at[best]].time_ms))
                best = file; /* of equal times the smallest seq: that of the first file */
        REQUIRE(merge_head(merge, 0, &record, &error) == INPUT_READY);
        REQUIRE(record->time_ms == (int64_t)lines[best][at[best]].time_ms);
        REQUIRE(record->seq == lines[best][at[best]].seq);
        at[best]++;
        merge_take(merge);
    }
    ck_assert_str_eq(drain(), "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("order/merge");
    TCase *tests = tcase_create("merge");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, the_earliest_head_goes_first);
    tcase_add_test(tests, inside_one_input_the_order_is_the_inputs);
    tcase_add_test(tests, equal_times_go_by_switch_then_seq_then_content);
    tcase_add_test(tests, the_names_of_the_files_decide_nothing);
    tcase_add_test(tests, records_of_equal_content_all_come);
    tcase_add_test(tests, an_input_without_records_is_passed_over);
    tcase_add_test(tests, a_live_input_that_has_nothing_is_waited_for);
    tcase_add_loop_test(tests, a_random_set_comes_in_the_order_of_a_plain_search, 0, 6);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
