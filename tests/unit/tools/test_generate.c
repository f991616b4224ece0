/* SPDX-License-Identifier: Apache-2.0
 * The network as a whole: the same bytes for the same options, and records that fit together. */
#include "small_network.h"
#include "suite.h"
#include "workdir.h"

#include "simsieve/base/hash.h"
#include "simsieve/tools/generate.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Everybody is there, and enough of the rare ones. */
static const char everybody[] = "provinces: {11: 70, 01: 20, 79: 10}\n"
                                "classes:\n"
                                "  official: {count: 40}\n"
                                "  student: {count: 15}\n"
                                "  courier: {count: 3}\n"
                                "  agency: {count: 2}\n"
                                "  hotline: {count: 2}\n"
                                "  taxi_desk: {count: 1}\n"
                                "  call_centre: {count: 2}\n"
                                "  debt_collector: {count: 1}\n"
                                "  probe: {count: 1}\n"
                                "  officials_burst: {count: 4}\n"
                                "  officials_campaign: {count: 20}\n"
                                "  coldcall: {count: 4}\n";

#define DAYS 4

static struct small_network network;

static void set_up(void)
{
    small_network_make(&network, 1500, DAYS, 7, everybody);
}

static void tear_down(void)
{
    small_network_drop(&network);
}

/* A hash over the names and bytes of all files in the folder, hidden ones left out, whatever their order. */
static uint64_t folder_hash(const char *folder)
{
    char path[512];
    uint64_t sum = 0;
    DIR *entries = opendir(folder);
    ck_assert_ptr_nonnull(entries);
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        FILE *file = fopen(path, "r");
        ck_assert_ptr_nonnull(file);
        ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
        const size_t length = (size_t)ftell(file);
        char *bytes = malloc(length + 1);
        rewind(file);
        ck_assert_uint_eq(fread(bytes, 1, length, file), length);
        fclose(file);
        sum += hash_fold(hash_bytes(bytes, length) ^ 1, hash_bytes(entry->d_name, strlen(entry->d_name)));
        free(bytes);
    }
    closedir(entries);
    return sum;
}

static uint64_t generated_hash(uint32_t subscribers, uint32_t days, uint64_t seed, const char *scenario)
{
    char folder[WORKDIR_PATH_BYTES];
    struct error error = {0};
    workdir_make(folder);
    const struct generate_options options = {subscribers, days, seed, folder, scenario};
    ck_assert_msg(generate_network(&options, &error) == ERROR_OK, "%s", error.text);
    const uint64_t hash = folder_hash(folder);
    workdir_remove(folder);
    return hash;
}

START_TEST(the_same_options_give_the_same_bytes_and_others_do_not)
{
    const char *small = "conf/scenarios/small.yaml";
    const uint64_t first = generated_hash(600, 2, 42, small);
    ck_assert_uint_eq(first, generated_hash(600, 2, 42, small));
    ck_assert_uint_ne(first, generated_hash(600, 2, 43, small));
    ck_assert_uint_ne(first, generated_hash(601, 2, 42, small));
    ck_assert_uint_ne(first, generated_hash(600, 3, 42, small));
    ck_assert_uint_ne(first, generated_hash(600, 2, 42, NULL));
}
END_TEST

START_TEST(the_default_scenario_file_says_what_the_program_does_without_one)
{
    ck_assert_uint_eq(generated_hash(5000, 1, 5, NULL),
                      generated_hash(5000, 1, 5, "conf/scenarios/default.yaml"));
}
END_TEST

/* A change here is a change of every generated network: intended ones go with a new value and a reason. */
START_TEST(a_network_is_the_same_on_every_machine)
{
    const uint64_t hash = generated_hash(2000, 2, 1, "conf/scenarios/small.yaml");
    ck_assert_msg(hash == UINT64_C(0x8e6137ce6f9050c4), "the network has become 0x%llx",
                  (unsigned long long)hash);
}
END_TEST

START_TEST(files_are_sorted_by_time_then_switch_then_sequence)
{
    const struct calendar_date start = {2024, 12, 2};
    const int64_t start_ms = calendar_local_midnight_ms(start);
    ck_assert_uint_gt(network.record_count, 10000);
    for (size_t i = 0; i < network.record_count; i++) {
        const struct network_record *record = &network.records[i];
        REQUIRE((record->time_ms - start_ms) / DAY_MS == record->day);
        if (i == 0 || record->time_ms > record[-1].time_ms)
            continue;
        REQUIRE(record->time_ms == record[-1].time_ms);
        const int order = strcmp(record->switch_name, record[-1].switch_name);
        REQUIRE(order > 0 || (order == 0 && record->seq > record[-1].seq));
    }
}
END_TEST

START_TEST(every_switch_numbers_its_records_without_gap)
{
    enum { SWITCHES = 200 };
    struct {
        char name[16];
        uint64_t seq;
    } last[SWITCHES] = {0};
    unsigned switches = 0;
    for (size_t i = 0; i < network.record_count; i++) {
        const struct network_record *record = &network.records[i];
        unsigned s = 0;
        while (s < switches && strcmp(last[s].name, record->switch_name) != 0)
            s++;
        REQUIRE(s < SWITCHES);
        if (s == switches)
            snprintf(last[switches++].name, sizeof(last[0].name), "%s", record->switch_name);
        REQUIRE(record->seq == last[s].seq + 1);
        last[s].seq = record->seq;
    }
    ck_assert_uint_ge(switches, 10);
}
END_TEST

static bool is_served(uint64_t number)
{
    const struct network_number *known = small_network_find(&network, number);
    return known && known->activated_ms != 0;
}

/* A leg that must be there: one of `type` from a to b within the seconds after the first. */
static bool has_leg(size_t from, enum cdr_type type, uint64_t a, uint64_t b, bool *is_used)
{
    const struct network_record *first = &network.records[from];
    for (size_t i = from; i < network.record_count; i++) {
        const struct network_record *record = &network.records[i];
        if (record->time_ms > first->time_ms + 10 * SECOND_MS || record->day != first->day)
            return false;
        if (record->type == type && record->a == a && record->b == b && !is_used[i] &&
            record->duration_s == first->duration_s && record->outcome == first->outcome) {
            is_used[i] = true;
            return true;
        }
    }
    return false;
}

static bool is_short_code(uint64_t number)
{
    return number < 1000000 || (number >= 18000000 && number < 20000000);
}

static void check_call_legs(size_t index, bool *is_used)
{
    const struct network_record *record = &network.records[index];
    const bool reaches = record->outcome != CDR_UNREACHABLE && record->outcome != CDR_FAILED;
    const bool b_is_served = is_served(record->b);
    if (b_is_served && reaches) {
        if (has_leg(index, CDR_MT_CALL, record->a, record->b, is_used))
            return;
        /* else it was forwarded: two more legs */
        for (size_t i = index; i < network.record_count; i++) {
            const struct network_record *leg = &network.records[i];
            REQUIRE(leg->time_ms <= record->time_ms + 10 * SECOND_MS);
            if (leg->type != CDR_FORWARD_CALL || leg->a != record->a || leg->forwarded_by != record->b ||
                is_used[i])
                continue;
            is_used[i] = true;
            REQUIRE(has_leg(i, CDR_MT_CALL, record->a, leg->b, is_used));
            return;
        }
        ck_abort_msg("record %zu has no second leg", index);
    }
    if (!b_is_served && record->type == CDR_MO_CALL && !is_short_code(record->b) &&
        record->outcome != CDR_FAILED)
        REQUIRE(has_leg(index, CDR_OUT_GATEWAY, record->a, record->b, is_used));
}

START_TEST(every_contact_leaves_its_legs_and_no_leg_stands_alone)
{
    bool *is_used = calloc(network.record_count, sizeof(bool));
    size_t counts[CDR_TYPE_COUNT] = {0};
    ck_assert_ptr_nonnull(is_used);
    for (size_t i = 0; i < network.record_count; i++) {
        const struct network_record *record = &network.records[i];
        counts[record->type]++;
        if (record->type == CDR_MO_CALL || record->type == CDR_INC_GATEWAY) {
            check_call_legs(i, is_used);
            REQUIRE(is_served(record->type == CDR_MO_CALL ? record->a : record->b));
            REQUIRE(record->type == CDR_MO_CALL || !is_served(record->a));
        } else if (record->type == CDR_MO_SMS) {
            REQUIRE(is_served(record->a));
            if (is_served(record->b) && record->outcome == CDR_DELIVERED)
                REQUIRE(has_leg(i, CDR_MT_SMS, record->a, record->b, is_used));
        } else if (record->type == CDR_MT_SMS && !is_served(record->a)) {
            is_used[i] = true; /* the sender is outside: one record */
        }
    }
    for (size_t i = 0; i < network.record_count; i++) {
        const enum cdr_type type = network.records[i].type;
        if (type == CDR_MT_CALL || type == CDR_MT_SMS || type == CDR_OUT_GATEWAY || type == CDR_FORWARD_CALL)
            REQUIRE(is_used[i]);
    }
    for (unsigned type = 0; type < CDR_TYPE_COUNT; type++)
        ck_assert_msg(counts[type] > 0 || type == CDR_TRANSIT, "no %s", cdr_type_name(type));
    free(is_used);
}
END_TEST

START_TEST(records_say_of_the_served_party_what_the_lists_say)
{
    for (size_t i = 0; i < network.record_count; i++) {
        const struct network_record *record = &network.records[i];
        const bool is_mo = record->type == CDR_MO_CALL || record->type == CDR_MO_SMS;
        const bool is_mt = record->type == CDR_MT_CALL || record->type == CDR_MT_SMS;
        const bool is_gateway = record->type == CDR_INC_GATEWAY || record->type == CDR_OUT_GATEWAY;
        const bool is_sms = record->type == CDR_MO_SMS || record->type == CDR_MT_SMS;
        REQUIRE((record->imsi != 0) == (is_mo || is_mt));
        REQUIRE((record->cell != 0) == (is_mo || is_mt));
        REQUIRE((record->imei != 0) == (is_mo || is_mt));
        REQUIRE((record->trunk[0] != 0) == is_gateway);
        REQUIRE((record->duration_s > 0) == (!is_sms && record->outcome == CDR_ANSWERED));
        if (is_mo || is_mt) {
            const struct network_number *served = small_network_find(&network, is_mo ? record->a : record->b);
            REQUIRE(served);
            REQUIRE(record->imsi == served->imsi);
            REQUIRE(served->activated_ms <= record->time_ms);
        }
    }
}
END_TEST

START_TEST(the_truth_names_the_first_contact_of_each_junk_sim_and_of_nobody_else)
{
    size_t junk_count = 0;
    for (size_t n = 0; n < network.number_count; n++) {
        const struct network_number *number = &network.numbers[n];
        int64_t first_ms = 0;
        REQUIRE(n == 0 || number->number > number[-1].number);
        REQUIRE(number->is_junk == (number->first_junk_ms != 0));
        REQUIRE(number->is_junk == (number->campaign[0] != 0));
        if (!number->is_junk)
            continue;
        junk_count++;
        for (size_t i = 0; i < network.record_count && !first_ms; i++)
            if (network.records[i].a == number->number &&
                (network.records[i].type == CDR_MO_CALL || network.records[i].type == CDR_MO_SMS))
                first_ms = network.records[i].time_ms;
        REQUIRE(first_ms == number->first_junk_ms);
    }
    ck_assert_uint_eq(junk_count, 28);
    ck_assert_uint_eq(network.number_count, 1500);
}
END_TEST

START_TEST(options_out_of_bounds_are_refused)
{
    static const struct generate_options wrong[] = {
        {.subscribers = 99, .days = 1, .folder = "/tmp/simsieve-never"},
        {.subscribers = 10000001, .days = 1, .folder = "/tmp/simsieve-never"},
        {.subscribers = 100, .days = 0, .folder = "/tmp/simsieve-never"},
        {.subscribers = 100, .days = 61, .folder = "/tmp/simsieve-never"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        struct error error = {0};
        ck_assert_int_eq(generate_network(&wrong[i], &error), ERROR_USAGE);
        ck_assert_ptr_nonnull(strstr(error.text, "can be generated"));
    }
    ck_assert_ptr_null(opendir("/tmp/simsieve-never"));
}
END_TEST

START_TEST(the_smallest_and_a_one_day_network_can_be_made)
{
    struct small_network small;
    small_network_make(&small, GENERATE_SUBSCRIBERS_MIN, 1, 3, NULL);
    ck_assert_uint_eq(small.number_count, GENERATE_SUBSCRIBERS_MIN);
    ck_assert_uint_gt(small.record_count, 300);
    small_network_drop(&small);
}
END_TEST

START_TEST(a_folder_with_strange_records_is_refused_and_left_alone)
{
    struct error error = {0};
    workdir_write_text("cdr-real.csv", "precious\n");
    const struct generate_options options = {.subscribers = 100, .days = 1, .folder = workdir_folder()};
    ck_assert_int_eq(generate_network(&options, &error), ERROR_CANNOT_CREATE);
    ck_assert_ptr_nonnull(strstr(error.text, "cdr-real.csv"));
    ck_assert_ptr_null(fopen(workdir_path("truth.csv"), "r"));
}
END_TEST

START_TEST(a_name_of_its_own_is_refused_too_when_no_generator_was_here)
{
    struct error error = {0};
    workdir_write_text("cdr-2024-12-02.csv", "precious\n");
    const struct generate_options options = {.subscribers = 100, .days = 1, .folder = workdir_folder()};
    ck_assert_int_eq(generate_network(&options, &error), ERROR_CANNOT_CREATE);
}
END_TEST

START_TEST(a_new_network_takes_the_place_of_the_old_one)
{
    struct error error = {0};
    struct generate_options options = {.subscribers = 150, .days = 3, .seed = 1, .folder = workdir_folder()};
    ck_assert_int_eq(generate_network(&options, &error), ERROR_OK);
    options.days = 1;
    ck_assert_int_eq(generate_network(&options, &error), ERROR_OK);
    ck_assert_uint_eq(folder_hash(workdir_folder()), generated_hash(150, 1, 1, NULL));
}
END_TEST

START_TEST(a_folder_that_cannot_be_made_is_named)
{
    struct error error = {0};
    const struct generate_options options = {.subscribers = 100, .days = 1, .folder = "/proc/simsieve/no"};
    ck_assert_int_eq(generate_network(&options, &error), ERROR_CANNOT_CREATE);
    ck_assert_ptr_nonnull(strstr(error.text, "/proc/simsieve/no"));
    const struct generate_options file = {.subscribers = 100, .days = 1, .folder = "/etc/passwd"};
    ck_assert_int_eq(generate_network(&file, &error), ERROR_CANNOT_CREATE);
}
END_TEST

#ifndef SIMSIEVE_DEBUG /* sanitizers need the address space for themselves */
START_TEST(a_day_that_does_not_fit_into_memory_leaves_no_file)
{
    unsigned long pages = 0;
    struct error error = {0};
    FILE *statm = fopen("/proc/self/statm", "r");
    ck_assert_ptr_nonnull(statm);
    ck_assert_int_eq(fscanf(statm, "%lu", &pages), 1);
    fclose(statm);
    const rlim_t bytes = pages * (rlim_t)sysconf(_SC_PAGESIZE) + (UINT64_C(48) << 20);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &(struct rlimit){bytes, bytes}), 0);
    const struct generate_options options = {.subscribers = 300000, .days = 1, .folder = workdir_folder()};
    ck_assert_int_eq(generate_network(&options, &error), ERROR_INTERNAL);
    ck_assert_ptr_nonnull(strstr(error.text, "no memory for the records of one day"));
    ck_assert_int_ne(access(workdir_path("cdr-2024-12-02.csv"), F_OK), 0);
    ck_assert_int_ne(access(workdir_path("truth.csv"), F_OK), 0);
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("tools/generate");
    TCase *whole = tcase_create("whole");
    tcase_add_unchecked_fixture(whole, set_up, tear_down);
    tcase_set_timeout(whole, 120);
    tcase_add_test(whole, files_are_sorted_by_time_then_switch_then_sequence);
    tcase_add_test(whole, every_switch_numbers_its_records_without_gap);
    tcase_add_test(whole, every_contact_leaves_its_legs_and_no_leg_stands_alone);
    tcase_add_test(whole, records_say_of_the_served_party_what_the_lists_say);
    tcase_add_test(whole, the_truth_names_the_first_contact_of_each_junk_sim_and_of_nobody_else);
    suite_add_tcase(suite, whole);
    TCase *runs = tcase_create("runs");
    tcase_add_checked_fixture(runs, workdir_open, workdir_close);
    tcase_set_timeout(runs, 120);
    tcase_add_test(runs, the_same_options_give_the_same_bytes_and_others_do_not);
    tcase_add_test(runs, the_default_scenario_file_says_what_the_program_does_without_one);
    tcase_add_test(runs, a_network_is_the_same_on_every_machine);
    tcase_add_test(runs, options_out_of_bounds_are_refused);
    tcase_add_test(runs, the_smallest_and_a_one_day_network_can_be_made);
    tcase_add_test(runs, a_folder_with_strange_records_is_refused_and_left_alone);
    tcase_add_test(runs, a_name_of_its_own_is_refused_too_when_no_generator_was_here);
    tcase_add_test(runs, a_new_network_takes_the_place_of_the_old_one);
    tcase_add_test(runs, a_folder_that_cannot_be_made_is_named);
#ifndef SIMSIEVE_DEBUG
    tcase_add_test(runs, a_day_that_does_not_fit_into_memory_leaves_no_file);
#endif
    suite_add_tcase(suite, runs);
    return suite_main(suite);
}
