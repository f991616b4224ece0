/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/base/hash.h"
#include "simsieve/lists/lists.h"
#include "simsieve/record/province.h"
#include "suite.h"
#include "workdir.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GOOD   "tests/fixtures/lists/good"
#define BAD    "tests/fixtures/lists/bad"
#define NOW_MS INT64_C(1733706930000) /* 2024-12-09T08:15:30+07:00 */

static struct numbering *numbering;
static struct names *names;
static struct error error;

static void set_up(void)
{
    workdir_open();
    names = names_create(1024, &error);
    numbering = numbering_load("conf/numbering", &error);
    ck_assert_msg(numbering != NULL, "%s", error.text);
    ck_assert_int_eq(provinces_load("conf/provinces.csv", &error), ERROR_OK);
}

static void tear_down(void)
{
    numbering_destroy(numbering);
    names_destroy(names);
    workdir_close();
}

static uint64_t number_of(const char *text)
{
    uint64_t number = 0;
    ck_assert_int_eq(numbering_parse(numbering, names, text, strlen(text), NOW_MS, &number), NUMBERING_OK);
    return number;
}

static struct lists *load(const char *folder)
{
    struct lists *lists = lists_load(folder, numbering, names, &error);
    ck_assert_msg(lists != NULL, "%s", error.text);
    return lists;
}

static int64_t ms_of(const char *text)
{
    int64_t time_ms = 0;
    ck_assert_int_eq(calendar_parse(text, strlen(text), &time_ms), CALENDAR_OK);
    return time_ms;
}

START_TEST(subscribers_are_known_by_any_writing_of_their_number)
{
    struct lists *lists = load(GOOD);
    ck_assert_uint_eq(lists_bad_rows(lists), 0);
    ck_assert_uint_eq(lists_subscriber_count(lists), 5);
    const struct subscriber *row = lists_subscriber(lists, number_of("84912345678"));
    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq(row->activated_ms, ms_of("2024-12-01T08:00:00+07:00"));
    ck_assert_uint_eq(row->province, 11);
    ck_assert_uint_eq(row->age_band, AGE_60_UP);
    ck_assert_uint_eq(row->class, CLASS_PERSON);
    ck_assert_str_eq(names_text(names, row->carrier), "VinaPhone");
    ck_assert_str_eq(names_text(names, row->dealer), "Cửa hàng \"Số 1\", Điện Biên");
    ck_assert_str_eq(names_text(names, row->batch), "B7");
    ck_assert_uint_eq(row->identity, hash_bytes("k1", 2));

    row = lists_subscriber(lists, number_of("0335272727"));
    ck_assert_int_eq(row->activated_ms, ms_of("2024-12-02T00:00:00+07:00"));
    ck_assert_uint_eq(row->class, CLASS_M2M);
    ck_assert_uint_eq(row->province, 44);
    ck_assert_uint_eq(row->dealer, 0);
    ck_assert_uint_eq(row->identity, 0);

    row = lists_subscriber(lists, number_of("0215.3925.113"));
    ck_assert_int_eq(row->activated_ms, 0);
    ck_assert_uint_eq(row->province + row->age_band + row->class, 0);
    ck_assert_uint_eq(lists_subscriber(lists, number_of("0866130113"))->province, 1);
    ck_assert_uint_eq(lists_subscriber(lists, number_of("0866130113"))->class, CLASS_PROBE);
    ck_assert_uint_eq(lists_subscriber(lists, number_of("0866130113"))->age_band, AGE_18_39);
    ck_assert_int_eq(lists_subscriber(lists, number_of("0889226999"))->activated_ms, NOW_MS);
    ck_assert_uint_eq(lists_subscriber(lists, number_of("0889226999"))->class, CLASS_BUSINESS);
    ck_assert_uint_eq(lists_subscriber(lists, number_of("0889226999"))->age_band, AGE_UNDER_18);
    ck_assert_ptr_null(lists_subscriber(lists, number_of("0912345679")));
    ck_assert_ptr_null(lists_subscriber(lists, 0));
    for (size_t i = 0; i < lists_subscriber_count(lists); i++)
        ck_assert_ptr_eq(lists_subscriber(lists, lists_subscriber_at(lists, i)->number),
                         lists_subscriber_at(lists, i));
    lists_destroy(lists);
}
END_TEST

START_TEST(an_allow_entry_holds_until_the_end_of_its_last_day)
{
    struct lists *lists = load(GOOD);
    const struct allow_entry *entry = lists_allow(lists, number_of("0335272727"), TIME_MAX_MS);
    ck_assert_ptr_nonnull(entry);
    ck_assert_int_eq(entry->kind, ALLOW_HOTLINE);
    ck_assert_str_eq(names_text(names, entry->owner), "Công an tỉnh Điện Biên");

    const uint64_t dated = number_of("0866130113"), timed = number_of("18001090");
    const int64_t next_day_ms = ms_of("2025-07-01T00:00:00+07:00");
    ck_assert_ptr_nonnull(lists_allow(lists, dated, next_day_ms - 1));
    ck_assert_ptr_null(lists_allow(lists, dated, next_day_ms));
    ck_assert_ptr_nonnull(lists_allow(lists, timed, ms_of("2025-06-30T12:00:00+07:00")));
    ck_assert_ptr_null(lists_allow(lists, timed, ms_of("2025-06-30T12:00:00.001+07:00")));
    ck_assert_int_eq(lists_allow(lists, timed, NOW_MS)->kind, ALLOW_CALL_CENTRE);
    ck_assert_int_eq(lists_allow(lists, number_of("VIETCOMBANK"), NOW_MS)->kind, ALLOW_BRANDNAME);
    ck_assert_int_eq(lists_allow(lists, number_of("0915000001"), NOW_MS)->kind, ALLOW_OTHER);
    ck_assert_uint_eq(lists_allow(lists, number_of("0915000001"), NOW_MS)->owner, 0);
    ck_assert_ptr_null(lists_allow(lists, number_of("0912345678"), NOW_MS));
    lists_destroy(lists);
}
END_TEST

START_TEST(marks_are_found_and_others_are_unknown)
{
    struct lists *lists = load(GOOD);
    ck_assert(lists_do_not_originate(lists, number_of("113")));
    ck_assert(lists_do_not_originate(lists, number_of("+84113")));
    ck_assert(lists_do_not_originate(lists, number_of("18001090")));
    ck_assert(lists_do_not_originate(lists, number_of("842153925113")));
    ck_assert(!lists_do_not_originate(lists, number_of("114")));

    static const struct {
        const char *number;
        bool voice, sms;
    } dnc[] = {{"0912345678", true, true},
               {"0335272727", true, false},
               {"0866130113", false, true},
               {"0889226999", true, true},
               {"0912345679", false, false}};
    for (size_t i = 0; i < ARRAY_COUNT(dnc); i++) {
        ck_assert_int_eq(lists_do_not_call(lists, number_of(dnc[i].number), false), dnc[i].voice);
        ck_assert_int_eq(lists_do_not_call(lists, number_of(dnc[i].number), true), dnc[i].sms);
    }

    ck_assert_int_eq(lists_trunk(lists, names_intern(names, "TG-INTL-1", 9)), TRUNK_INTERNATIONAL);
    ck_assert_int_eq(lists_trunk(lists, names_intern(names, "TG NAT", 6)), TRUNK_NATIONAL);
    ck_assert_int_eq(lists_trunk(lists, names_intern(names, "PBX", 3)), TRUNK_ENTERPRISE);
    ck_assert_int_eq(lists_trunk(lists, names_intern(names, "OLD", 3)), TRUNK_UNKNOWN);
    ck_assert_int_eq(lists_trunk(lists, names_intern(names, "NEW", 3)), TRUNK_UNKNOWN);

    ck_assert_int_eq(lists_sender(lists, number_of("VIETCOMBANK")), SENDER_BANK);
    ck_assert_int_eq(lists_sender(lists, number_of("Zalo")), SENDER_OTP);
    ck_assert_int_eq(lists_sender(lists, number_of("5656")), SENDER_BRAND);
    ck_assert_int_eq(lists_sender(lists, number_of("ZALO")), SENDER_UNKNOWN);

    struct cdr_cell cell;
    ck_assert(cdr_cell_parse("452-04-10101-20202", 18, &cell));
    ck_assert_uint_eq(lists_cell_province(lists, cdr_cell_key(&cell)), 11);
    cell.cell++;
    ck_assert_uint_eq(lists_cell_province(lists, cdr_cell_key(&cell)), 0);
    ck_assert_uint_eq(lists_cell_province(lists, 0), 0);
    lists_destroy(lists);
}
END_TEST

/* Of tests/fixtures/lists/good/complaints.csv: from < time <= to. */
static const struct {
    const char *number, *from, *to;
    size_t count;
} complaint_counts[] = {
    {"0912345678", "2024-12-01T00:00:00+07:00", "2024-12-31T00:00:00+07:00", 2},
    {"0912345678", "2024-12-09T08:59:59.999+07:00", "2024-12-09T09:00:00+07:00", 1},
    {"0912345678", "2024-12-09T09:00:00+07:00", "2024-12-09T10:00:00+07:00", 1},
    {"0912345678", "2024-12-09T09:00:00+07:00", "2024-12-09T09:59:59.999+07:00", 0},
    {"0912345678", "2024-12-09T10:00:00+07:00", "2024-12-31T00:00:00+07:00", 0},
    {"0912345678", "2024-12-31T00:00:00+07:00", "2024-12-01T00:00:00+07:00", 0},
    {"0323456789", "2000-01-02T00:00:00Z", "2024-12-31T00:00:00Z", 1}, /* written 0162 when it was in use */
    {"ZALO", "2000-01-02T00:00:00Z", "2024-12-31T00:00:00Z", 1},
    {"0912345679", "2000-01-02T00:00:00Z", "2024-12-31T00:00:00Z", 0},
    {"0912345677", "2000-01-02T00:00:00Z", "2024-12-31T00:00:00Z", 0},
};

START_TEST(complaints_of_a_number_are_counted_over_a_span)
{
    struct lists *lists = load(GOOD);
    ck_assert_uint_eq(lists_complaint_count(lists, number_of(complaint_counts[_i].number),
                                            ms_of(complaint_counts[_i].from), ms_of(complaint_counts[_i].to)),
                      complaint_counts[_i].count);
    lists_destroy(lists);
}
END_TEST

START_TEST(a_complaint_that_is_listed_twice_is_one)
{
    workdir_write_text("complaints.csv", "kind,number,time\n"
                                         "S,0912345678,2024-12-09T09:00:00+07:00\n"
                                         "V,0912345678,2024-12-09T09:00:00+07:00\n"
                                         "S,+84 912 345 678,2024-12-09T02:00:00Z\n"
                                         "S,0912345679,2024-12-09T09:00:00+07:00\n"
                                         "S,0912345678,2024-12-09\n"
                                         "S,0912345678,1733677200000\n"); /* that day's first moment */
    struct lists *lists = load(workdir_folder());
    ck_assert_uint_eq(lists_complaint_count(lists, number_of("0912345678"), 0, TIME_MAX_MS), 3);
    ck_assert_uint_eq(lists_complaint_count(lists, number_of("0912345679"), 0, TIME_MAX_MS), 1);
    ck_assert_uint_eq(lists_bad_rows(lists), 0);
    lists_destroy(lists);
}
END_TEST

START_TEST(lists_that_do_not_exist_know_nobody)
{
    static const char *const folders[] = {NULL, "."};
    for (size_t i = 0; i < ARRAY_COUNT(folders); i++) {
        struct lists *lists = load(folders[i] ? workdir_folder() : NULL);
        ck_assert_uint_eq(lists_subscriber_count(lists), 0);
        ck_assert_uint_eq(lists_protected_count(lists), 0);
        ck_assert_ptr_null(lists_subscriber(lists, 1));
        ck_assert_ptr_null(lists_protected(lists, 1));
        ck_assert_ptr_null(lists_allow(lists, 1, 0));
        ck_assert(!lists_do_not_originate(lists, 1));
        ck_assert(!lists_do_not_call(lists, 1, true));
        ck_assert_int_eq(lists_trunk(lists, 1), TRUNK_UNKNOWN);
        ck_assert_int_eq(lists_sender(lists, 1), SENDER_UNKNOWN);
        ck_assert_uint_eq(lists_cell_province(lists, 1), 0);
        ck_assert_uint_eq(lists_complaint_count(lists, 1, 0, TIME_MAX_MS), 0);
        ck_assert_uint_eq(lists_bad_rows(lists), 0);
        lists_destroy(lists);
    }
    lists_destroy(NULL);
}
END_TEST

/* Every bad row of the fixtures, in the order in which the files are read. */
static const char *const complaints_of_the_reader[] = {
    "subscribers.csv:2: number: it has fewer digits",
    "subscribers.csv:3: activated: \"yesterday\" is neither RFC 3339 nor YYYY-MM-DD",
    "subscribers.csv:4: activated: \"2024-12-09T08:00:00\" is a time without Z or +hh:mm",
    "subscribers.csv:5: activated: \"1733706930\" is not within 2000 to 2099; epoch seconds",
    "subscribers.csv:6: province: \"45\" is no code of the 34 provinces",
    "subscribers.csv:7: age_band: \"18–39\" is none of <18 18-39 40-59 60+",
    "subscribers.csv:8: class: \"robot\" is none of person business m2m probe",
    /* line 9 is blank */
    "subscribers.csv:10: number: it has a character",
    "subscribers.csv:11: 2 fields where the header has 6",
    "subscribers.csv:12: number: its range was not in use",
    "subscribers.csv:13: activated: \"1999-12-31\" is not within 2000 to 2099",
    "protected.csv:4: number: it has a character",
    "protected.csv:5: number: it has fewer digits",
    "protected.csv:6: province: \"45\"",
    "protected.csv:3: number: it has a row already",
    "allow.csv:2: kind: \"friend\" is none of hotline agency",
    "allow.csv:3: expires: \"2024-13-01\" is neither",
    "allow.csv:4: number: a sender's name has at most 11",
    "allow.csv:6: number: 84912***678 has a row already",
    "allow.csv:7: number: 84912***678 has a row already",
    "do_not_originate.csv:2: number: it has a character",
    "do_not_originate.csv:4: the same key has a row already",
    "dnc.csv:2: channel: \"fax\" is none of voice sms",
    "dnc.csv:4: the same key",
    "trunks.csv:2: trunk: a name has 1 to 47 bytes",
    "trunks.csv:3: trunk: a name has 1 to 47 bytes",
    "trunks.csv:4: kind: \"local\" is none of international national enterprise",
    "senders.csv:2: sender: it has a character",
    "senders.csv:3: kind: \"app\" is none of bank otp brand",
    "cells.csv:2: cell: it is not MCC-MNC-LAC-CI",
    "cells.csv:3: province: \"45\"",
    "cells.csv:5: the same key",
    "complaints.csv:2: time: \"\" is neither",
    "complaints.csv:3: number: there is no number",
    "complaints.csv:4: kind: \"X\" is none of S V LD",
    "complaints.csv:5: kind: it is empty",
    "complaints.csv:6: number: its range was not in use",
};

START_TEST(bad_rows_are_named_counted_and_left_out)
{
    workdir_capture();
    struct lists *lists = lists_load(BAD, numbering, names, &error);
    char *log = workdir_captured();
    ck_assert_ptr_nonnull(lists);
    const char *at = log;
    for (size_t i = 0; i < ARRAY_COUNT(complaints_of_the_reader); i++) {
        char wanted[160];
        snprintf(wanted, sizeof(wanted), "warning: " BAD "/%s", complaints_of_the_reader[i]);
        const char *found = strstr(at, wanted);
        ck_assert_msg(found != NULL, "%s is not in\n%s", wanted, at);
        at = found + 1;
    }
    size_t lines = 0;
    for (const char *end = log; (end = strchr(end, '\n')) != NULL; end++)
        lines++;
    ck_assert_uint_eq(lines, ARRAY_COUNT(complaints_of_the_reader));
    ck_assert_uint_eq(lists_bad_rows(lists), ARRAY_COUNT(complaints_of_the_reader));
    ck_assert_ptr_null(strstr(log, "0912345678"));
    ck_assert_ptr_null(strstr(log, "84912345678"));
    ck_assert_ptr_null(strstr(log, "978000001"));

    ck_assert_uint_eq(lists_subscriber_count(lists), 1);
    ck_assert_uint_eq(lists_subscriber_at(lists, 0)->province, 11);
    ck_assert_uint_eq(lists_protected_count(lists), 1);
    ck_assert_int_eq(lists_allow(lists, number_of("0912345678"), NOW_MS)->kind,
                     ALLOW_AGENCY); /* holds longest */
    ck_assert(lists_do_not_originate(lists, number_of("113")));
    ck_assert(lists_do_not_call(lists, number_of("0912345678"), true));
    ck_assert(!lists_do_not_call(lists, number_of("0912345678"), false));
    ck_assert_int_eq(lists_trunk(lists, names_intern(names, "T", 1)), TRUNK_NATIONAL);
    ck_assert_int_eq(lists_sender(lists, number_of("Zalo")), SENDER_OTP);
    ck_assert_uint_eq(lists_complaint_count(lists, number_of("0912345678"), 0, TIME_MAX_MS), 0);
    lists_destroy(lists);
    free(log);
}
END_TEST

START_TEST(the_first_20_bad_rows_of_a_file_are_named_then_they_are_counted)
{
    char bytes[4096];
    struct text text = text_over(bytes, sizeof(bytes));
    text_add(&text, "number,unknown,also\n");
    for (int i = 0; i < 21; i++)
        text_add(&text, "1,,\n");
    workdir_write_text("allow.csv", bytes);
    workdir_capture();
    struct lists *lists = lists_load(workdir_folder(), numbering, names, &error);
    char *log = workdir_captured();
    ck_assert_uint_eq(lists_bad_rows(lists), 21);
    ck_assert_ptr_nonnull(strstr(log, "allow.csv: columns that are not used: unknown, also\n"));
    ck_assert_ptr_nonnull(strstr(log, "allow.csv:21: number"));
    ck_assert_ptr_null(strstr(log, "allow.csv:22: number"));
    ck_assert_ptr_nonnull(strstr(log, "allow.csv: 21 rows are left out; the first 20 are named above\n"));
    lists_destroy(lists);
    free(log);
}
END_TEST

START_TEST(of_two_rows_of_a_subscriber_the_later_activated_wins)
{
    static const char *const orders[] = {
        "number,activated,dealer\n0912345678,2024-01-01,old\n84912345678,2024-06-01,new\n",
        "number,activated,dealer\n0912345678,2024-06-01,new\n84912345678,2024-01-01,old\n",
        "number,activated,dealer\n0912345678,,old\n84912345678,2024-06-01,new\n",
        "number,activated,dealer\n0912345678,2024-06-01,new\n84912345678,2024-06-01,same time\n",
    };
    for (size_t i = 0; i < ARRAY_COUNT(orders); i++) {
        workdir_write_text("subscribers.csv", orders[i]);
        workdir_capture();
        struct lists *lists = lists_load(workdir_folder(), numbering, names, &error);
        char *log = workdir_captured();
        ck_assert_uint_eq(lists_subscriber_count(lists), 1);
        ck_assert_uint_eq(lists_bad_rows(lists), 1);
        ck_assert_str_eq(names_text(names, lists_subscriber_at(lists, 0)->dealer), "new");
        ck_assert_ptr_nonnull(strstr(log, "subscribers.csv:3: number: 84912***678 has a row already"));
        lists_destroy(lists);
        free(log);
    }
}
END_TEST

START_TEST(long_names_are_cut_and_stay_two)
{
    static const char text[] = "number,dealer\n"
                               "0912345678,Cửa hàng điện thoại di động Hoàng Hà chi nhánh Điện Biên Phủ 1\n"
                               "0912345679,Cửa hàng điện thoại di động Hoàng Hà chi nhánh Điện Biên Phủ 2\n";
    workdir_write_text("subscribers.csv", text);
    struct lists *lists = load(workdir_folder());
    ck_assert_uint_eq(lists_bad_rows(lists), 0);
    const uint64_t one = lists_subscriber_at(lists, 0)->dealer, two = lists_subscriber_at(lists, 1)->dealer;
    ck_assert_uint_ne(one, two);
    const char *name = names_text(names, one);
    ck_assert(text_is_utf8(name, strlen(name)));
    ck_assert_uint_le(strlen(name), NAME_BYTES_MAX);
    ck_assert_int_eq(strncmp(name, "Cửa hàng điện thoại di động", 27), 0);
    ck_assert_int_eq(name[strlen(name) - 9], '~');
    lists_destroy(lists);
}
END_TEST

START_TEST(a_full_table_of_names_leaves_rows_out)
{
    struct names *few = names_create(1, &error);
    workdir_write_text("subscribers.csv", "number,dealer\n0912345678,A\n0912345679,B\n0912345670,A\n");
    workdir_capture();
    struct lists *lists = lists_load(workdir_folder(), numbering, few, &error);
    char *log = workdir_captured();
    ck_assert_uint_eq(lists_subscriber_count(lists), 2);
    ck_assert_uint_eq(lists_bad_rows(lists), 1);
    ck_assert_ptr_nonnull(strstr(log, ":3: dealer: the table of names has reached its limit"));
    lists_destroy(lists);
    names_destroy(few);
    free(log);
}
END_TEST

/* A thread loads the lists; it stops at its first warning until somebody reads its stderr. */
struct loader {
    pthread_t thread;
    _Atomic int id; /* of the thread, for /proc */
    int warnings[2];
    struct lists *lists;
};

static void *run_loader(void *owner)
{
    struct loader *loader = owner;
    loader->id = gettid();
    loader->lists = lists_load(workdir_folder(), numbering, names, &error);
    return NULL;
}

/* Fills the pipe, so that the next write to it waits. */
static void fill_pipe(int end)
{
    static const char bytes[4096];
    const int flags = fcntl(end, F_GETFL);
    ck_assert_int_eq(fcntl(end, F_SETFL, flags | O_NONBLOCK), 0);
    while (write(end, bytes, sizeof(bytes)) > 0)
        continue;
    ck_assert_int_eq(fcntl(end, F_SETFL, flags), 0);
}

static bool is_asleep(const struct loader *loader)
{
    char path[64], text[256] = "";
    if (loader->id == 0)
        return false;
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", loader->id);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, file), 0);
    fclose(file);
    return strstr(text, ") S ") != NULL;
}

START_TEST(rows_that_come_while_the_file_is_read_are_bounded_too)
{
    enum { NEW_ROWS = 50 };
    static const char header[] = "number,colour\n"; /* the unknown column is the warning */
    struct loader loader = {0};
    workdir_write_text("subscribers.csv", header);
    ck_assert_int_eq(pipe(loader.warnings), 0);
    const int saved_stderr = dup(STDERR_FILENO);
    ck_assert_int_ge(dup2(loader.warnings[1], STDERR_FILENO), 0);
    fill_pipe(loader.warnings[1]);
    ck_assert_int_eq(pthread_create(&loader.thread, NULL, run_loader, &loader), 0);
    while (!is_asleep(&loader))
        sched_yield();
    FILE *file = fopen(workdir_path("subscribers.csv"), "ab");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < NEW_ROWS; i++)
        fprintf(file, "09123456%02d,\n", i);
    ck_assert_int_eq(fclose(file), 0);
    dup2(saved_stderr, STDERR_FILENO);
    close(loader.warnings[1]);
    char bytes[4096];
    while (read(loader.warnings[0], bytes, sizeof(bytes)) > 0)
        continue;
    ck_assert_int_eq(pthread_join(loader.thread, NULL), 0);
    ck_assert_uint_eq(lists_subscriber_count(loader.lists), strlen(header) / 2 + 1);
    ck_assert_uint_eq(lists_bad_rows(loader.lists), NEW_ROWS - lists_subscriber_count(loader.lists));
    lists_destroy(loader.lists);
}
END_TEST

static const struct {
    const char *file, *text, *reason;
} unusable[] = {
    {"subscribers.csv", "msisdn\n0912345678\n", "subscribers.csv:1: no column 'number'"},
    {"subscribers.csv", "", "subscribers.csv:1: empty"},
    {"protected.csv", "agency\nA\n", "protected.csv:1: no column 'number'"},
    {"allow.csv", "kind\nhotline\n", "allow.csv:1: no column 'number'"},
    {"do_not_originate.csv", "owner\nA\n", "do_not_originate.csv:1: no column 'number'"},
    {"cells.csv", "cell\n452-04-1-1\n", "cells.csv:1: no column 'province'"},
    {"trunks.csv", "trunk\nA\n", "trunks.csv:1: no column 'kind'"},
    {"senders.csv", "kind\nbank\n", "senders.csv:1: no column 'sender'"},
    {"dnc.csv", "number\n0912345678\n", "dnc.csv:1: no column 'channel'"},
    {"complaints.csv", "time,number\n", "complaints.csv:1: no column 'kind'"},
    {"allow.csv", "number,owner\n0912345678,\"A\n0912345679,B\n", "allow.csv:2: a quote that does not close"},
    {"protected.csv", "number,agency\n0978000001,A\n0978000002,\"A\n",
     "protected.csv:3: a quote that does not close"},
    {"complaints.csv", "time,number,kind\n\"\n", "complaints.csv:2: a quote that does not close"},
};

START_TEST(a_file_that_cannot_be_used_ends_the_loading)
{
    workdir_write_text("senders.csv", "sender,kind\nZalo,otp\n");
    workdir_write_text(unusable[_i].file, unusable[_i].text);
    ck_assert_ptr_null(lists_load(workdir_folder(), numbering, names, &error));
    ck_assert_int_eq(error.class, ERROR_CONFIG);
    ck_assert_msg(strstr(error.text, unusable[_i].reason) != NULL, "%s", error.text);
}
END_TEST

START_TEST(what_is_not_there_or_cannot_be_read_is_no_input)
{
    ck_assert_ptr_null(lists_load(workdir_path("none"), numbering, names, &error));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
    workdir_write_text("file", "x");
    ck_assert_ptr_null(lists_load(workdir_path("file"), numbering, names, &error));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
    ck_assert_int_eq(mkdir(workdir_path("allow.csv"), 0700), 0);
    ck_assert_ptr_null(lists_load(workdir_folder(), numbering, names, &error));
    ck_assert_int_eq(error.class, ERROR_NO_INPUT);
}
END_TEST

START_TEST(a_row_of_a_stream_of_changes_is_read_like_a_row_of_the_file)
{
    struct slice fields[SUBSCRIBER_FIELD_COUNT] = {0};
    struct subscriber subscriber;
    enum subscriber_field wrong;
    ck_assert_str_eq(subscriber_column(SUBSCRIBER_NUMBER), "number");
    ck_assert_str_eq(subscriber_column(SUBSCRIBER_CLASS), "class");
    ck_assert_int_eq(subscriber_parse(fields, numbering, names, &subscriber, &wrong, &error), ERROR_DATA);
    ck_assert_str_eq(error.text, "number: there is no number");
    fields[SUBSCRIBER_NUMBER] = (struct slice){"0912345678", 10};
    fields[SUBSCRIBER_ACTIVATED] = (struct slice){"2024-12-09", 10};
    ck_assert_int_eq(subscriber_parse(fields, numbering, names, &subscriber, &wrong, &error), ERROR_OK);
    ck_assert_uint_eq(subscriber.number, number_of("0912345678"));
    ck_assert_int_eq(subscriber.activated_ms, ms_of("2024-12-09T00:00:00+07:00"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lists/lists");
    TCase *tests = tcase_create("lists");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, subscribers_are_known_by_any_writing_of_their_number);
    tcase_add_test(tests, an_allow_entry_holds_until_the_end_of_its_last_day);
    tcase_add_test(tests, marks_are_found_and_others_are_unknown);
    tcase_add_loop_test(tests, complaints_of_a_number_are_counted_over_a_span, 0,
                        ARRAY_COUNT(complaint_counts));
    tcase_add_test(tests, a_complaint_that_is_listed_twice_is_one);
    tcase_add_test(tests, lists_that_do_not_exist_know_nobody);
    tcase_add_test(tests, bad_rows_are_named_counted_and_left_out);
    tcase_add_test(tests, the_first_20_bad_rows_of_a_file_are_named_then_they_are_counted);
    tcase_add_test(tests, of_two_rows_of_a_subscriber_the_later_activated_wins);
    tcase_add_test(tests, long_names_are_cut_and_stay_two);
    tcase_add_test(tests, a_full_table_of_names_leaves_rows_out);
    tcase_add_test(tests, rows_that_come_while_the_file_is_read_are_bounded_too);
    tcase_add_loop_test(tests, a_file_that_cannot_be_used_ends_the_loading, 0, ARRAY_COUNT(unusable));
    tcase_add_test(tests, what_is_not_there_or_cannot_be_read_is_no_input);
    tcase_add_test(tests, a_row_of_a_stream_of_changes_is_read_like_a_row_of_the_file);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
