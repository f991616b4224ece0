/* SPDX-License-Identifier: Apache-2.0
 * The table of names while several threads add and read: a name is seen whole or not at all, and has one id. */
#include "simsieve/base/names.h"

#include "simsieve/base/hash.h"
#include "suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define THREADS 4
#define NAMES   2000

static struct error error;
static struct names *names;
static uint64_t ids[THREADS][NAMES];
static _Atomic unsigned refused; /* relaxed: read after the threads have ended */

static void write_name(char name[static 24], uint64_t index)
{
    snprintf(name, 24, "MSC-%llu", (unsigned long long)index);
}

/* Every thread adds all names, each in an order of its own, and reads some back at once. */
static void *add_all(void *argument)
{
    static const uint64_t strides[THREADS] = {1, 3, 7, 9}; /* each goes through all of them */
    const uint64_t thread = (uint64_t)(uintptr_t)argument;
    char name[24];
    for (uint64_t i = 0; i < NAMES; i++) {
        const uint64_t index = (i * strides[thread] + thread * 777) % NAMES;
        write_name(name, index);
        const uint64_t id = names_intern(names, name, strlen(name));
        ids[thread][index] = id;
        if (!id)
            atomic_fetch_add_explicit(&refused, 1, memory_order_relaxed);
        else
            CHECK(strcmp(names_text(names, id), name) == 0);
        write_name(name, hash_fixed(i) % NAMES);
        const char *text =
            names_text(names, hash_bytes(name, strlen(name)) & ((UINT64_C(1) << NAME_ID_BITS) - 1));
        CHECK(strcmp(text, name) == 0 || strcmp(text, "?") == 0);
    }
    return NULL;
}

static void run_threads(void)
{
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, add_all, (void *)i), 0);
    for (unsigned i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}

START_TEST(each_name_has_one_id_whoever_was_first)
{
    names = names_create(NAMES, &error);
    ck_assert_ptr_nonnull(names);
    run_threads();
    ck_assert_uint_eq(names_count(names), NAMES);
    ck_assert_uint_eq(refused, 0);
    for (unsigned i = 1; i < THREADS; i++)
        ck_assert_mem_eq(ids[i], ids[0], sizeof(ids[0]));
    names_destroy(names);
}
END_TEST

START_TEST(a_table_that_fills_up_under_all_threads_keeps_what_it_has)
{
    atomic_store_explicit(&refused, 0, memory_order_relaxed);
    names = names_create(NAMES / 2, &error);
    ck_assert_ptr_nonnull(names);
    run_threads();
    ck_assert_uint_ge(names_count(names), NAMES / 2);
    ck_assert_uint_le(names_count(names), NAMES / 2 + THREADS); /* one more for each thread */
    ck_assert_uint_gt(refused, 0);
    for (uint64_t i = 0; i < NAMES; i++) {
        char name[24];
        write_name(name, i);
        const uint64_t id = names_intern(names, name, strlen(name));
        for (unsigned k = 0; k < THREADS; k++)
            REQUIRE(ids[k][i] == 0 || ids[k][i] == id);
    }
    names_destroy(names);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("concurrency/names");
    TCase *tests = tcase_create("names");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, each_name_has_one_id_whoever_was_first);
    tcase_add_test(tests, a_table_that_fills_up_under_all_threads_keeps_what_it_has);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
