/* SPDX-License-Identifier: Apache-2.0
 * Rows that change: what is read of them, how they travel among records, and what is kept of them. */
#include "records.h"
#include "suite.h"
#include "workdir.h"

#include "simsieve/lists/change.h"
#include "simsieve/lists/overlay.h"

#include <stdio.h>

static struct numbering *numbering;
static struct names *names;
static struct overlay *overlay;
static struct error error;

static void set_up(void)
{
    workdir_open();
    numbering = numbering_load("conf/numbering", &error);
    names = names_create(64, &error);
    overlay = overlay_create(&error);
    ck_assert(numbering && names && overlay);
}

static void tear_down(void)
{
    overlay_destroy(overlay);
    names_destroy(names);
    numbering_destroy(numbering);
    workdir_close();
}

static enum error_class parse(const char *const texts[static CHANGE_FIELD_COUNT],
                              struct subscriber *subscriber, int64_t *time_ms, unsigned *wrong)
{
    struct slice fields[CHANGE_FIELD_COUNT];
    for (unsigned i = 0; i < CHANGE_FIELD_COUNT; i++)
        fields[i] = (struct slice){texts[i], texts[i] ? strlen(texts[i]) : 0};
    return change_parse(fields, numbering, names, subscriber, time_ms, wrong, &error);
}

static const struct {
    const char *activated, *time;
    int64_t time_ms;
} times[] = {
    {"2024-12-02T08:00:00+07:00", NULL, START_MS},
    {"2024-12-02T07:00:00+07:00", "1733101200000", START_MS},
    {NULL, "2024-12-02T08:00:00+07:00", START_MS},
    {NULL, NULL, 0},
};

START_TEST(a_row_is_known_at_its_time_or_from_its_activation_on)
{
    const char *const texts[CHANGE_FIELD_COUNT] = {[SUBSCRIBER_NUMBER] = "0912345678",
                                                   [SUBSCRIBER_ACTIVATED] = times[_i].activated,
                                                   [CHANGE_TIME] = times[_i].time};
    struct subscriber subscriber;
    int64_t time_ms;
    unsigned wrong;
    ck_assert_int_eq(parse(texts, &subscriber, &time_ms, &wrong), ERROR_OK);
    ck_assert_int_eq(time_ms, times[_i].time_ms);
}
END_TEST

static const struct {
    unsigned field;
    const char *text, *error;
} damages[] = {
    {SUBSCRIBER_NUMBER, "nobody", "number: "},      {SUBSCRIBER_NUMBER, NULL, "number: there is no number"},
    {SUBSCRIBER_ACTIVATED, "never", "activated: "}, {SUBSCRIBER_PROVINCE, "x", "province: "},
    {SUBSCRIBER_AGE_BAND, "old", "age_band: "},     {SUBSCRIBER_CLASS, "robot", "class: "},
    {CHANGE_TIME, "2024-12-02", "time: "},
};

START_TEST(the_column_that_is_wrong_is_told)
{
    const char *texts[CHANGE_FIELD_COUNT] = {[SUBSCRIBER_NUMBER] = "0912345678"};
    struct subscriber subscriber;
    int64_t time_ms;
    unsigned wrong = CHANGE_FIELD_COUNT;
    texts[damages[_i].field] = damages[_i].text;
    ck_assert_int_eq(parse(texts, &subscriber, &time_ms, &wrong), ERROR_DATA);
    ck_assert_uint_eq(wrong, damages[_i].field);
    ck_assert_ptr_eq(strstr(error.text, damages[_i].error), error.text);
    ck_assert_ptr_eq(strstr(error.text, change_column(wrong)), error.text);
}
END_TEST

START_TEST(a_row_that_travels_as_a_record_comes_out_as_it_went_in)
{
    struct subscriber subscriber, back;
    struct cdr record;
    memset(&subscriber, 0xA5, sizeof(subscriber));
    memset(&record, 0x5A, sizeof(record));
    change_pack(&record, &subscriber, START_MS);
    record.source = UINT64_MAX; /* what a feed and a decoder write into every record */
    record.line = UINT64_MAX;
    back = change_unpack(&record);
    ck_assert_mem_eq(&back, &subscriber, sizeof(back));
    ck_assert_int_eq(record.time_ms, START_MS);
    ck_assert_uint_eq(record.type, CHANGE_RECORD_TYPE);
}
END_TEST

static struct lists *lists_of(const char *text)
{
    workdir_write_text("subscribers.csv", text);
    struct lists *lists = lists_load(workdir_folder(), numbering, names, &error);
    ck_assert_msg(lists != NULL, "%s", error.text);
    return lists;
}

/* A row of the lists beside a row that was activated at START_MS, of province 11. */
static const struct {
    const char *listed;
    bool is_kept;
} settlings[] = {
    {"84910000002,2024-12-02T08:00:00+07:00,11", true},  /* another number */
    {"84910000001,2024-12-01T08:00:00+07:00,11", true},  /* the lists are behind */
    {"84910000001,,11", true},                           /* and know no date */
    {"84910000001,2024-12-02T08:00:00+07:00,44", true},  /* they say something else of the same owner */
    {"84910000001,2024-12-02T08:00:00+07:00,11", false}, /* they say the same */
    {"84910000001,2024-12-03T08:00:00+07:00,44", false}, /* they know of a later owner */
};

START_TEST(a_row_stays_until_lists_have_it)
{
    char text[128];
    const struct subscriber row = {.number = MOBILE(1), .activated_ms = START_MS, .province = 11};
    snprintf(text, sizeof(text), "number,activated,province\n%s\n", settlings[_i].listed);
    struct lists *lists = lists_of(text);
    ck_assert(overlay_set(overlay, &row));
    overlay_settle(overlay, lists);
    const struct subscriber *kept = overlay_get(overlay, MOBILE(1));
    ck_assert_int_eq(kept != NULL, settlings[_i].is_kept);
    if (kept)
        ck_assert_mem_eq(kept, &row, sizeof(row));
    lists_destroy(lists);
}
END_TEST

START_TEST(a_full_overlay_refuses_new_numbers_until_lists_have_some)
{
    struct subscriber row = {.activated_ms = START_MS};
    for (row.number = MOBILE(0); row.number < MOBILE(OVERLAY_ROWS_MAX); row.number++)
        ck_assert(overlay_set(overlay, &row));
    ck_assert(!overlay_set(overlay, &row));
    ck_assert_ptr_null(overlay_get(overlay, row.number));
    ck_assert(overlay_set(overlay, &(struct subscriber){.number = MOBILE(7)})); /* one that is there */
    struct lists *lists =
        lists_of("number,activated\n84910000008,2024-12-02T08:00:00+07:00\n84910000009,2025-01-01\n");
    overlay_settle(overlay, lists);
    ck_assert_ptr_null(overlay_get(overlay, MOBILE(8)));
    for (uint64_t i = 0; i < 8; i++)
        ck_assert_ptr_nonnull(overlay_get(overlay, MOBILE(i)));
    ck_assert_ptr_nonnull(overlay_get(overlay, MOBILE(OVERLAY_ROWS_MAX - 1)));
    for (unsigned i = 0; i < 2; i++, row.number++)
        ck_assert(overlay_set(overlay, &row));
    ck_assert(!overlay_set(overlay, &row));
    lists_destroy(lists);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lists/change");
    TCase *tests = tcase_create("change");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, a_row_is_known_at_its_time_or_from_its_activation_on, 0, ARRAY_COUNT(times));
    tcase_add_loop_test(tests, the_column_that_is_wrong_is_told, 0, ARRAY_COUNT(damages));
    tcase_add_test(tests, a_row_that_travels_as_a_record_comes_out_as_it_went_in);
    tcase_add_loop_test(tests, a_row_stays_until_lists_have_it, 0, ARRAY_COUNT(settlings));
    tcase_add_test(tests, a_full_overlay_refuses_new_numbers_until_lists_have_some);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
