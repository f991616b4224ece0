/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/text.h"
#include "simsieve/lists/lists.h"
#include "suite.h"
#include "workdir.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct numbering *numbering;
static struct names *names;
static struct error error;

static void set_up(void)
{
    workdir_open();
    names = names_create(64, &error);
    numbering = numbering_load("conf/numbering", &error);
    ck_assert_msg(numbering != NULL, "%s", error.text);
}

static void tear_down(void)
{
    numbering_destroy(numbering);
    names_destroy(names);
    workdir_close();
}

static struct lists *load(void)
{
    struct lists *lists = lists_load(workdir_folder(), numbering, names, &error);
    ck_assert_msg(lists != NULL, "%s", error.text);
    return lists;
}

static struct lists *load_text(const char *text)
{
    workdir_write_text("protected.csv", text);
    return load();
}

static uint64_t mobile(uint64_t index)
{
    return number_make(NUMBER_MOBILE, UINT64_C(84970000000) + index);
}

START_TEST(a_number_is_protected_in_any_writing)
{
    struct lists *lists = lists_load("tests/fixtures/lists/good", numbering, names, &error);
    ck_assert_ptr_nonnull(lists);
    ck_assert_uint_eq(lists_protected_count(lists), 4);
    const struct protected_number *first = lists_protected(lists, mobile(8000001));
    const struct protected_number *second = lists_protected(lists, mobile(8000002));
    const struct protected_number *third = lists_protected(lists, mobile(8000003));
    const struct protected_number *fourth = lists_protected(lists, mobile(8000004));
    ck_assert(first && second && third && fourth);
    ck_assert_uint_ne(first->agency, 0);
    ck_assert_uint_ne(second->agency, first->agency);
    ck_assert_uint_eq(third->agency, first->agency);
    ck_assert_uint_eq(fourth->agency, 0);
    ck_assert_uint_eq(first->province, 11);
    ck_assert_uint_eq(second->province, 44);
    ck_assert_uint_eq(third->province, 0);
    ck_assert_uint_ne(first->pseudonym, second->pseudonym);
    ck_assert_ptr_null(lists_protected(lists, mobile(8000005)));
    ck_assert_ptr_null(lists_protected(lists, 0));
    lists_destroy(lists);
}
END_TEST

START_TEST(a_pseudonym_depends_on_the_numbers_of_the_list_and_on_nothing_else)
{
    struct lists *lists = load_text("number,agency\n0970000001,A\n0970000002,B\n0970000003,A\n");
    uint64_t pseudonyms[3];
    for (size_t i = 0; i < 3; i++)
        pseudonyms[i] = lists_protected(lists, mobile(i + 1))->pseudonym;
    lists_destroy(lists);

    /* another order, writing and agency, and a row twice; another process would be the same */
    lists = load_text("agency,number\nC,84970000003\n,+84 970 000 001\nD,970000002\nD,0970.000.002\n");
    ck_assert_uint_eq(lists_bad_rows(lists), 1);
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_eq(lists_protected(lists, mobile(i + 1))->pseudonym, pseudonyms[i]);
    ck_assert_uint_eq(pseudonyms[0], UINT64_C(14374628614189022740)); /* on every machine */
    lists_destroy(lists);

    lists = load_text("number\n0970000001\n0970000002\n0970000003\n0970000004\n");
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_ne(lists_protected(lists, mobile(i + 1))->pseudonym, pseudonyms[i]);
    lists_destroy(lists);
}
END_TEST

START_TEST(many_numbers_are_found_and_no_others)
{
    enum { NUMBERS = 20000 };
    bool is_right = true;
    FILE *file = fopen(workdir_path("protected.csv"), "wb");
    ck_assert_ptr_nonnull(file);
    fprintf(file, "number,agency\n");
    for (int i = 0; i < NUMBERS; i++) /* neither sorted nor in steps */
        fprintf(file, "097%07d,agency %d\n", i * 7919 % NUMBERS * 3, i % 500);
    ck_assert_int_eq(fclose(file), 0);
    struct lists *lists = load();
    ck_assert_uint_eq(lists_protected_count(lists), NUMBERS);
    uint32_t agencies[500];
    for (uint64_t i = 0; i < 500; i++) {
        agencies[i] = lists_protected(lists, mobile(i * 7919 % NUMBERS * 3))->agency;
        for (uint64_t k = 0; k < i; k++)
            is_right &= agencies[k] != agencies[i];
    }
    for (uint64_t i = 0; i < NUMBERS; i++) {
        const struct protected_number *row = lists_protected(lists, mobile(i * 7919 % NUMBERS * 3));
        is_right &= row && row->agency == agencies[i % 500];
    }
    for (uint64_t i = 0; i < NUMBERS; i++)
        is_right &= !lists_protected(lists, mobile(i * 3 + 1)) && !lists_protected(lists, mobile(i * 3 + 2));
    ck_assert(is_right);
    lists_destroy(lists);
}
END_TEST

START_TEST(an_empty_list_protects_nobody)
{
    struct lists *lists = load_text("number,agency\n");
    ck_assert_uint_eq(lists_protected_count(lists), 0);
    ck_assert_ptr_null(lists_protected(lists, mobile(1)));
    lists_destroy(lists);
}
END_TEST

/* The number whose traces are looked for, never in clear in this process: its E.164 form and the same with its
 * kind as integers, and eight digits of it as text. */
static const volatile uint64_t mask = UINT64_C(0x5bd1e995a7c3f10d);
static const uint64_t masked_integers[] = {UINT64_C(0x5bd1e9866ed4b3cc), UINT64_C(0x5bd5e9866ed4b3cc)};
static const uint64_t masked_text = UINT64_C(0x6ee5daa796fbc634);

/* Another process writes the list. */
static void write_secret_list(void)
{
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        FILE *file = fopen(workdir_path("protected.csv"), "wb");
        if (!file)
            _exit(1);
        fprintf(file, "number,agency\n");
        for (unsigned i = 0; i < 3000; i++)
            fprintf(file, "097%07u,A\n", i * 13);
        fprintf(file, "%llu,A\n", (unsigned long long)(masked_integers[0] ^ mask));
        for (unsigned i = 0; i < 3000; i++)
            fprintf(file, "096%07u,A\n", i * 13);
        _exit(fclose(file) != 0);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

static size_t traces_in(const char *bytes, size_t length)
{
    size_t traces = 0;
    for (size_t at = 0; at + sizeof(uint64_t) <= length; at++) {
        uint64_t word;
        memcpy(&word, bytes + at, sizeof(word));
        word ^= mask;
        traces += word == masked_text;
        for (size_t i = 0; i < ARRAY_COUNT(masked_integers); i++)
            traces += word == masked_integers[i];
    }
    return traces;
}

/* Traces in all memory that this process can write, dead stack included. */
static size_t traces_in_memory(void)
{
    enum { CHUNK = 1 << 16, LARGEST = 64 << 20 };
    static char line[512];
    char *chunk = malloc(CHUNK);
    FILE *maps = fopen("/proc/self/maps", "r");
    const int memory = open("/proc/self/mem", O_RDONLY);
    size_t traces = 0;
    ck_assert(chunk && maps && memory >= 0);
    while (fgets(line, sizeof(line), maps)) {
        unsigned long begin, end;
        char modes[8];
        if (sscanf(line, "%lx-%lx %7s", &begin, &end, modes) != 3 || modes[0] != 'r' || modes[1] != 'w' ||
            end - begin > LARGEST) /* sanitizers map terabytes */
            continue;
        for (unsigned long at = begin; at < end; at += CHUNK - 8) {
            const ssize_t count = pread(memory, chunk, u64_min(CHUNK, end - at), (off_t)at);
            if (count > 0)
                traces += traces_in(chunk, (size_t)count);
        }
    }
    memset(chunk, 0, CHUNK);
    free(chunk);
    fclose(maps);
    close(memory);
    return traces;
}

START_TEST(nothing_of_a_number_stays_in_memory)
{
    write_secret_list();
    const size_t before = traces_in_memory();
    struct lists *lists = load();
    ck_assert_uint_eq(lists_protected_count(lists), 6001);
    ck_assert_uint_eq(before, 0);
    ck_assert_uint_eq(traces_in_memory(), 0);
    lists_destroy(lists);
    /* and the search does find what is there */
    volatile uint64_t clear = masked_integers[1] ^ mask;
    ck_assert_uint_gt(traces_in_memory(), 0);
    clear = 0;
    ck_assert_uint_eq(clear, 0);
}
END_TEST

START_TEST(nothing_of_a_number_stays_in_memory_when_the_loading_fails)
{
    write_secret_list();
    FILE *file = fopen(workdir_path("protected.csv"), "ab");
    ck_assert_ptr_nonnull(file);
    fprintf(file, "\"unclosed,A\n");
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_ptr_null(lists_load(workdir_folder(), numbering, names, &error));
    ck_assert_int_eq(error.class, ERROR_CONFIG);
    ck_assert_uint_eq(traces_in_memory(), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lists/protected");
    TCase *tests = tcase_create("protected");
    tcase_set_timeout(tests, 30);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_number_is_protected_in_any_writing);
    tcase_add_test(tests, a_pseudonym_depends_on_the_numbers_of_the_list_and_on_nothing_else);
    tcase_add_test(tests, many_numbers_are_found_and_no_others);
    tcase_add_test(tests, an_empty_list_protects_nobody);
    tcase_add_test(tests, nothing_of_a_number_stays_in_memory);
    tcase_add_test(tests, nothing_of_a_number_stays_in_memory_when_the_loading_fails);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
