/* SPDX-License-Identifier: Apache-2.0
 * Complaints that come while records are read: what is read of them, how they travel, and what is kept of them, also
 * against a model by chance. */
#include "chance.h"
#include "records.h"
#include "suite.h"
#include "workdir.h"

#include "simsieve/lists/complaints.h"

#include <stdio.h>
#include <stdlib.h>

#define PARTITIONS 4
#define EVER_MS    (TIME_MAX_MS - 1)

static struct numbering *numbering;
static struct names *names;
static struct lists *none;
static struct complaint_book *book;
static struct error error;

static struct lists *lists_of(const char *rows)
{
    static char text[100000];
    snprintf(text, sizeof(text), "number,time,kind\n%s", rows);
    workdir_write_text("complaints.csv", text);
    struct lists *lists = lists_load(workdir_folder(), numbering, names, &error);
    ck_assert_msg(lists != NULL, "%s", error.text);
    return lists;
}

static void set_up(void)
{
    workdir_open();
    numbering = numbering_load("conf/numbering", &error);
    names = names_create(64, &error);
    none = lists_load(NULL, numbering, names, &error);
    book = complaint_book_create(PARTITIONS, &error);
    ck_assert(numbering && names && none && book);
}

static void tear_down(void)
{
    complaint_book_destroy(book);
    lists_destroy(none);
    names_destroy(names);
    numbering_destroy(numbering);
    workdir_close();
}

static enum error_class parse(const char *time, const char *number, const char *kind,
                              struct complaint *complaint, unsigned *wrong)
{
    const struct slice fields[COMPLAINT_FIELD_COUNT] = {
        [COMPLAINT_TIME] = {time, strlen(time)},
        [COMPLAINT_NUMBER] = {number, strlen(number)},
        [COMPLAINT_KIND] = {kind, strlen(kind)},
    };
    return complaint_parse(fields, numbering, names, complaint, wrong, &error);
}

START_TEST(a_complaint_is_read_from_its_columns)
{
    struct complaint complaint;
    unsigned wrong;
    ck_assert_int_eq(parse("2024-12-02T08:00:00+07:00", "0910000001", "LD", &complaint, &wrong), ERROR_OK);
    ck_assert_uint_eq(complaint.number, MOBILE(1));
    ck_assert_int_eq(complaint.time_ms, START_MS);
    ck_assert_int_eq(complaint.kind, 'L');
    ck_assert_int_eq(parse("1733101200000", "ZALO", "S", &complaint, &wrong), ERROR_OK);
    ck_assert_int_eq(complaint.time_ms, START_MS);
    ck_assert_int_eq(complaint.kind, 'S');
}
END_TEST

static const struct {
    const char *time, *number, *kind;
    unsigned wrong;
    const char *error;
} damages[] = {
    {"", "0910000001", "S", COMPLAINT_TIME, "time: "},
    {"yesterday", "0910000001", "S", COMPLAINT_TIME, "time: "},
    {"2024-12-02T08:00:00", "0910000001", "S", COMPLAINT_TIME, "time: "},
    {"2024-12-02", "", "S", COMPLAINT_NUMBER, "number: there is no number"},
    {"2024-12-02", "091000000", "S", COMPLAINT_NUMBER, "number: "},
    {"2024-12-02", "0162 345 6789", "S", COMPLAINT_NUMBER, "number: its range was not in use"},
    {"2024-12-02", "0910000001", "", COMPLAINT_KIND, "kind: it is empty"},
    {"2024-12-02", "0910000001", "s", COMPLAINT_KIND, "kind: \"s\" is none of S V LD"},
};

START_TEST(the_column_that_is_wrong_is_told_and_the_number_is_not)
{
    struct complaint complaint;
    unsigned wrong = COMPLAINT_FIELD_COUNT;
    ck_assert_int_eq(parse(damages[_i].time, damages[_i].number, damages[_i].kind, &complaint, &wrong),
                     ERROR_DATA);
    ck_assert_uint_eq(wrong, damages[_i].wrong);
    ck_assert_ptr_eq(strstr(error.text, damages[_i].error), error.text);
    ck_assert_ptr_eq(strstr(error.text, complaint_column(wrong)), error.text);
    ck_assert(!*damages[_i].number || !strstr(error.text, damages[_i].number));
}
END_TEST

START_TEST(a_sender_without_room_is_told_apart_and_damage_leaves_no_name)
{
    struct complaint complaint;
    unsigned wrong;
    names_destroy(names);
    names = names_create(1, &error);
    ck_assert_int_eq(parse("2024-12-02", "ONE", "?", &complaint, &wrong), ERROR_DATA);
    ck_assert_int_eq(parse("2024", "ONE", "S", &complaint, &wrong), ERROR_DATA);
    ck_assert_uint_eq(names_count(names), 0);
    ck_assert_int_eq(parse("2024-12-02", "ONE", "S", &complaint, &wrong), ERROR_OK);
    ck_assert_int_eq(parse("2024-12-02", "TWO", "S", &complaint, &wrong), ERROR_DATA);
    ck_assert_uint_eq(wrong, COMPLAINT_FIELD_COUNT);
    ck_assert_int_eq(parse("2024-12-02", "ONE", "V", &complaint, &wrong), ERROR_OK);
}
END_TEST

START_TEST(a_complaint_that_travels_as_a_record_comes_out_as_it_went_in)
{
    struct complaint complaint, back;
    struct cdr record;
    memset(&complaint, 0xA5, sizeof(complaint));
    memset(&record, 0x5A, sizeof(record));
    complaint.time_ms = START_MS;
    complaint_pack(&record, &complaint);
    record.source = UINT64_MAX; /* what a feed and a decoder write into every record */
    record.line = UINT64_MAX;
    back = complaint_unpack(&record);
    ck_assert_mem_eq(&back, &complaint, sizeof(back));
    ck_assert_int_eq(record.time_ms, START_MS);
    ck_assert_uint_eq(record.type, COMPLAINT_RECORD_TYPE);
}
END_TEST

static bool add(const struct lists *lists, uint32_t partition, uint64_t number, int64_t time_ms, char kind)
{
    const struct complaint complaint = {.number = number, .time_ms = time_ms, .kind = kind};
    return complaint_book_add(book, lists, partition, &complaint);
}

static size_t all_of(uint32_t partition, uint64_t number)
{
    return complaint_book_count(book, partition, number, 0, EVER_MS);
}

START_TEST(what_was_taken_is_counted_once_over_a_span)
{
    ck_assert(add(none, 1, MOBILE(1), START_MS, 'S'));
    ck_assert(add(none, 1, MOBILE(1), START_MS, 'V'));
    ck_assert(add(none, 1, MOBILE(1), START_MS, 'S')); /* it is there */
    ck_assert(add(none, 1, MOBILE(1), START_MS - HOUR_MS, 'S'));
    ck_assert(add(none, 1, MOBILE(2), START_MS, 'S'));
    ck_assert(add(none, 2, MOBILE(3), START_MS, 'S'));
    ck_assert_uint_eq(all_of(1, MOBILE(1)), 3);
    ck_assert_uint_eq(all_of(1, MOBILE(2)), 1);
    ck_assert_uint_eq(all_of(1, MOBILE(3)), 0);
    ck_assert_uint_eq(all_of(2, MOBILE(3)), 1);
    ck_assert_uint_eq(all_of(0, MOBILE(1)), 0);
    ck_assert_uint_eq(complaint_book_count(book, 1, MOBILE(1), START_MS - HOUR_MS, START_MS), 2);
    ck_assert_uint_eq(complaint_book_count(book, 1, MOBILE(1), START_MS - HOUR_MS - 1, START_MS - 1), 1);
    ck_assert_uint_eq(complaint_book_count(book, 1, MOBILE(1), START_MS, EVER_MS), 0);
    ck_assert_int_eq(complaint_book_lost_ms(book, 1), 0);
}
END_TEST

START_TEST(what_the_lists_have_is_not_kept_beside_them)
{
    struct lists *lists = lists_of("0910000001,2024-12-02T08:00:00+07:00,S\n");
    ck_assert(add(lists, 0, MOBILE(1), START_MS, 'S'));
    ck_assert(add(lists, 0, MOBILE(1), START_MS, 'V'));
    ck_assert(add(lists, 0, MOBILE(1), START_MS + 1, 'S'));
    ck_assert(add(lists, 0, MOBILE(2), START_MS, 'S'));
    ck_assert_uint_eq(all_of(0, MOBILE(1)), 2);
    ck_assert_uint_eq(all_of(0, MOBILE(2)), 1);
    lists_destroy(lists);
}
END_TEST

START_TEST(what_new_lists_have_is_let_go_of)
{
    add(none, 0, MOBILE(1), START_MS, 'S');
    add(none, 0, MOBILE(1), START_MS, 'V');
    add(none, 0, MOBILE(2), START_MS, 'S');
    add(none, 3, MOBILE(4), START_MS, 'S');
    complaint_book_settle(book, none);
    ck_assert_uint_eq(all_of(0, MOBILE(1)), 2);
    struct lists *lists = lists_of("0910000001,2024-12-02T08:00:00+07:00,V\n0910000004,1733101200000,S\n"
                                   "0910000002,1733101200001,S\n");
    complaint_book_settle(book, lists);
    ck_assert_uint_eq(all_of(0, MOBILE(1)), 1);
    ck_assert_uint_eq(all_of(0, MOBILE(2)), 1);
    ck_assert_uint_eq(all_of(3, MOBILE(4)), 0);
    ck_assert_int_eq(complaint_book_lost_ms(book, 0), 0); /* nothing is: the lists count it */
    lists_destroy(lists);
}
END_TEST

/* One more for a partition that is full with one complaint a second from START_MS on. */
static const struct {
    int64_t time_ms;
    bool is_whole;   /* nothing of the last 30 days was let go of */
    size_t is_kept;  /* of the one more */
    int64_t lost_ms; /* after START_MS */
} excesses[] = {
    {DAY_MS, false, 1, 0},
    {COMPLAINTS_KEPT_MS - 1, false, 1, 0},
    {COMPLAINTS_KEPT_MS, true, 1, 0},
    {500, false, 1, 0},
    {0, false, 0, 0},
    {-DAY_MS, false, 0, -DAY_MS},
};

START_TEST(a_full_partition_lets_go_of_its_oldest)
{
    const int64_t time_ms = START_MS + excesses[_i].time_ms;
    for (uint64_t i = 0; i < COMPLAINTS_OF_PARTITION_MAX; i++)
        ck_assert(add(none, 1, MOBILE(i % 100), START_MS + (int64_t)i * SECOND_MS, 'S'));
    ck_assert(add(none, 1, MOBILE(0), START_MS, 'S')); /* there: needs no room */
    ck_assert_int_eq(complaint_book_lost_ms(book, 1), 0);
    ck_assert(add(none, 2, MOBILE(500), time_ms, 'S')); /* another partition has room */
    ck_assert_int_eq(add(none, 1, MOBILE(500), time_ms, 'S'), excesses[_i].is_whole);
    ck_assert_uint_eq(all_of(1, MOBILE(500)), excesses[_i].is_kept);
    ck_assert_uint_eq(all_of(1, MOBILE(0)), 11 - excesses[_i].is_kept);
    ck_assert_uint_eq(all_of(1, MOBILE(1)), 11);
    ck_assert_int_eq(complaint_book_lost_ms(book, 1), START_MS + excesses[_i].lost_ms);
    ck_assert_int_eq(complaint_book_lost_ms(book, 2), 0);
}
END_TEST

/* The model: everything in the order in which it came, with no idea of order or search. */
struct model {
    struct complaint rows[3000];
    size_t count;
};

static bool is_same(const struct complaint *a, const struct complaint *b)
{
    return a->number == b->number && a->time_ms == b->time_ms && a->kind == b->kind;
}

static size_t model_count(const struct model *model, uint64_t number, int64_t from_ms, int64_t to_ms)
{
    size_t count = 0;
    for (size_t i = 0; i < model->count; i++) {
        const struct complaint *row = &model->rows[i];
        bool is_first = row->number == number && row->time_ms > from_ms && row->time_ms <= to_ms;
        for (size_t k = 0; k < i && is_first; k++)
            is_first = !is_same(&model->rows[k], row);
        count += is_first;
    }
    return count;
}

static struct complaint draw_complaint(void)
{
    struct complaint complaint = {.number = MOBILE(draw(8))};
    complaint.time_ms = START_MS + (int64_t)draw(60);
    complaint.kind = draw(2) ? 'S' : 'V';
    return complaint;
}

START_TEST(list_and_book_together_count_like_a_model)
{
    static struct model model;
    static char text[100000];
    struct text csv = text_over(text, sizeof(text));
    chance_begin(3000 + (uint64_t)_i);
    model.count = 0;
    for (size_t i = 0; i < 400; i++) { /* some of what will come is in the lists */
        const struct complaint row = draw_complaint();
        if (draw(2))
            text_add(&csv, "%llu,%lld,%c\n", (unsigned long long)number_value(row.number),
                     (long long)row.time_ms, row.kind);
        else
            add(none, (uint32_t)(number_value(row.number) % PARTITIONS), row.number, row.time_ms, row.kind);
        model.rows[model.count++] = row;
    }
    struct lists *lists = lists_of(text);
    complaint_book_settle(book, lists);
    for (size_t i = 0; i < 200; i++) {
        const struct complaint row = draw_complaint();
        add(lists, (uint32_t)(number_value(row.number) % PARTITIONS), row.number, row.time_ms, row.kind);
        model.rows[model.count++] = row;
    }
    for (size_t i = 0; i < 1000; i++) {
        const uint64_t number = MOBILE(draw(9));
        const int64_t from_ms = START_MS - 2 + (int64_t)draw(64);
        const int64_t to_ms = START_MS - 2 + (int64_t)draw(64);
        const uint32_t partition = (uint32_t)(number_value(number) % PARTITIONS);
        ck_assert_uint_eq(lists_complaint_count(lists, number, from_ms, to_ms) +
                              complaint_book_count(book, partition, number, from_ms, to_ms),
                          model_count(&model, number, from_ms, to_ms));
    }
    lists_destroy(lists);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lists/complaints");
    TCase *tests = tcase_create("complaints");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_complaint_is_read_from_its_columns);
    tcase_add_loop_test(tests, the_column_that_is_wrong_is_told_and_the_number_is_not, 0,
                        ARRAY_COUNT(damages));
    tcase_add_test(tests, a_sender_without_room_is_told_apart_and_damage_leaves_no_name);
    tcase_add_test(tests, a_complaint_that_travels_as_a_record_comes_out_as_it_went_in);
    tcase_add_test(tests, what_was_taken_is_counted_once_over_a_span);
    tcase_add_test(tests, what_the_lists_have_is_not_kept_beside_them);
    tcase_add_test(tests, what_new_lists_have_is_let_go_of);
    tcase_add_loop_test(tests, a_full_partition_lets_go_of_its_oldest, 0, ARRAY_COUNT(excesses));
    tcase_add_loop_test(tests, list_and_book_together_count_like_a_model, 0, 4);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
