/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/feed/feed.h"

#include "suite.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum part { BROKERS, TOPICS, JOURNAL };

static struct feed_health health;
static struct feed_error present, last;

static void set_up(void)
{
    memset(&health, 0, sizeof(health));
}

/* What it says: of now, and at last. */
static void expect(const char *now, const char *before)
{
    feed_health_errors(&health, &present, &last);
    ck_assert_str_eq(present.text, now);
    ck_assert_str_eq(last.text, before);
}

START_TEST(a_feed_without_an_error_says_none)
{
    expect("", "");
    ck_assert_int_eq(present.since_wall_ms, 0);
    ck_assert_int_eq(last.told_wall_ms, 0);
    feed_health_well(&health, BROKERS);
    expect("", "");
}
END_TEST

START_TEST(an_error_holds_until_its_part_is_well_and_is_known_afterwards)
{
    feed_health_tell(&health, BROKERS, "10.0.0.1: refused");
    expect("10.0.0.1: refused", "10.0.0.1: refused");
    ck_assert(feed_health_is_ill(&health, BROKERS));
    ck_assert_int_gt(present.since_wall_ms, 0);
    feed_health_well(&health, BROKERS);
    ck_assert(!feed_health_is_ill(&health, BROKERS));
    expect("", "10.0.0.1: refused");
    ck_assert_int_gt(last.told_wall_ms, 0);
}
END_TEST

START_TEST(each_part_recovers_for_itself_and_the_newest_error_is_shown)
{
    feed_health_tell(&health, TOPICS, "no such topic");
    usleep(2000);
    feed_health_tell(&health, BROKERS, "refused");
    expect("refused", "refused");
    feed_health_well(&health, JOURNAL);
    expect("refused", "refused");
    feed_health_well(&health, BROKERS);
    expect("no such topic", "refused");
    feed_health_well(&health, TOPICS);
    expect("", "refused");
}
END_TEST

START_TEST(an_error_that_changes_its_words_holds_since_it_began)
{
    feed_health_tell(&health, BROKERS, "refused");
    feed_health_errors(&health, &present, &last);
    const int64_t since_ms = present.since_wall_ms;
    usleep(5000);
    feed_health_tell(&health, BROKERS, "timed out");
    expect("timed out", "timed out");
    ck_assert_int_eq(present.since_wall_ms, since_ms);
    ck_assert_int_gt(last.told_wall_ms, since_ms);
    feed_health_well(&health, BROKERS);
    usleep(5000);
    feed_health_tell(&health, BROKERS, "refused");
    expect("refused", "refused");
    ck_assert_int_gt(present.since_wall_ms, since_ms);
}
END_TEST

START_TEST(a_text_that_is_too_long_is_cut)
{
    char text[2 * ERROR_TEXT_BYTES];
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = 0;
    feed_health_tell(&health, BROKERS, text);
    feed_health_errors(&health, &present, &last);
    ck_assert_uint_eq(strlen(present.text), ERROR_TEXT_BYTES - 1);
    ck_assert_uint_eq(strlen(last.text), ERROR_TEXT_BYTES - 1);
}
END_TEST

#define TOLD_COUNT 20000

static _Atomic bool has_told_all; /* release by the writer */

/* Errors of one letter each, as long as they can be. */
static void *tell_many(void *argument)
{
    char text[ERROR_TEXT_BYTES];
    (void)argument;
    for (unsigned i = 0; i < TOLD_COUNT; i++) {
        memset(text, 'a' + (int)(i % 26), sizeof(text) - 1);
        text[sizeof(text) - 1] = 0;
        feed_health_tell(&health, i % FEED_PARTS_MAX, text);
        feed_health_well(&health, (i + 1) % FEED_PARTS_MAX);
    }
    atomic_store_explicit(&has_told_all, true, memory_order_release);
    return NULL;
}

static void check_whole(const struct feed_error *error)
{
    const char first[2] = {error->text[0], 0};
    const size_t length = strlen(error->text);
    REQUIRE(length == 0 || length == ERROR_TEXT_BYTES - 1);
    REQUIRE(length == 0 || strspn(error->text, first) == length);
}

START_TEST(another_thread_reads_whole_texts)
{
    pthread_t thread;
    atomic_store(&has_told_all, false);
    ck_assert_int_eq(pthread_create(&thread, NULL, tell_many, NULL), 0);
    while (!atomic_load_explicit(&has_told_all, memory_order_acquire)) {
        feed_health_errors(&health, &present, &last);
        check_whole(&present);
        check_whole(&last);
    }
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    feed_health_errors(&health, &present, &last);
    ck_assert_int_eq(last.text[0], 'a' + (TOLD_COUNT - 1) % 26);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("health");
    TCase *tcase = tcase_create("health");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_feed_without_an_error_says_none);
    tcase_add_test(tcase, an_error_holds_until_its_part_is_well_and_is_known_afterwards);
    tcase_add_test(tcase, each_part_recovers_for_itself_and_the_newest_error_is_shown);
    tcase_add_test(tcase, an_error_that_changes_its_words_holds_since_it_began);
    tcase_add_test(tcase, a_text_that_is_too_long_is_cut);
    tcase_add_test(tcase, another_thread_reads_whole_texts);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
