/* SPDX-License-Identifier: Apache-2.0
 * What each class does, measured on its records over four weeks, against what is known of real ones. The
 * ranges are generous: they say what kind of behaviour it is, not how this version draws it. */
#include "small_network.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char province[] = "provinces: {11: 80, 01: 20}\n"
                               "classes:\n"
                               "  official: {count: 48}\n"
                               "  student: {count: 20}\n"
                               "  teacher: {count: 10}\n"
                               "  courier: {count: 6}\n"
                               "  agency: {count: 2}\n"
                               "  hotline: {count: 2}\n"
                               "  restaurant: {count: 4}\n"
                               "  taxi_desk: {count: 2}\n"
                               "  call_centre: {count: 2}\n"
                               "  debt_collector: {count: 3}\n"
                               "  m2m: {count: 20}\n"
                               "  probe: {count: 2}\n"
                               "  officials_burst: {count: 8}\n"
                               "  officials_campaign: {count: 40}\n"
                               "  coldcall: {count: 12}\n";

#define SUBSCRIBERS 2000
#define DAYS        28
#define BRANDNAME   (UINT64_C(1) << 63)

/* One attempt, counted as the contract counts it. */
struct attempt {
    uint64_t a, b;
    int64_t time_ms;
    uint32_t duration_s;
    uint32_t day;
    bool is_sms, is_answered;
    uint64_t cell; /* of A */
};

/* What is measured of one number over the whole time. */
struct measured {
    const struct network_number *number;
    double out_count, in_count, fan_out, per_correspondent, distinct_share, out_share;
    double answered_share, few_words_share, mean_talk_s, cell_count;
    double day_fan_out_max, day_reply_share, hour_calls_max, per_callee_day_max;
    size_t service_count; /* messages from brandnames */
};

static struct small_network network;
static struct attempt *by_a, *by_b; /* sorted by (a, b, time) and by (b, a, time) */
static size_t attempt_count;
static struct measured *measured;
static size_t measured_count;

static int compare_u64(uint64_t left, uint64_t right)
{
    return (left > right) - (left < right);
}

static int compare_by_a(const void *left_item, const void *right_item)
{
    const struct attempt *left = left_item, *right = right_item;
    const int a = compare_u64(left->a, right->a), b = compare_u64(left->b, right->b);
    return a ? a : b ? b : compare_u64((uint64_t)left->time_ms, (uint64_t)right->time_ms);
}

static int compare_by_b(const void *left_item, const void *right_item)
{
    const struct attempt *left = left_item, *right = right_item;
    const int b = compare_u64(left->b, right->b), a = compare_u64(left->a, right->a);
    return b ? b : a ? a : compare_u64((uint64_t)left->time_ms, (uint64_t)right->time_ms);
}

static int compare_u64_items(const void *left, const void *right)
{
    return compare_u64(*(const uint64_t *)left, *(const uint64_t *)right);
}

static int compare_doubles(const void *left_item, const void *right_item)
{
    const double left = *(const double *)left_item, right = *(const double *)right_item;
    return (left > right) - (left < right);
}

static bool is_served(uint64_t number)
{
    const struct network_number *known = small_network_find(&network, number);
    return known && known->activated_ms != 0;
}

static void collect_attempts(void)
{
    by_a = calloc(network.record_count, sizeof(*by_a));
    for (size_t i = 0; i < network.record_count; i++) {
        const struct network_record *record = &network.records[i];
        const bool is_mt = record->type == CDR_MT_CALL || record->type == CDR_MT_SMS;
        const bool is_mo = record->type == CDR_MO_CALL || record->type == CDR_MO_SMS;
        if (!is_mo && (!is_mt || is_served(record->a)))
            continue;
        by_a[attempt_count++] = (struct attempt){
            .a = record->a,
            .b = record->b,
            .time_ms = record->time_ms,
            .duration_s = record->duration_s,
            .day = record->day,
            .is_sms = record->type == CDR_MO_SMS || record->type == CDR_MT_SMS,
            .is_answered = record->outcome == CDR_ANSWERED,
            .cell = is_mo ? record->cell : 0,
        };
    }
    by_a = realloc(by_a, attempt_count * sizeof(*by_a));
    by_b = calloc(attempt_count, sizeof(*by_b));
    ck_assert(by_a && by_b);
    memcpy(by_b, by_a, attempt_count * sizeof(*by_a));
    qsort(by_a, attempt_count, sizeof(*by_a), compare_by_a);
    qsort(by_b, attempt_count, sizeof(*by_b), compare_by_b);
    free(network.records); /* every test forks: the less it copies the better */
    network.records = NULL;
    network.record_count = 0;
}

/* The first attempt of an array with this a (or b, the array being sorted by it) and those behind it. */
static size_t range(const struct attempt *sorted, bool is_by_a, uint64_t number, size_t *first)
{
    size_t low = 0, high = attempt_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if ((is_by_a ? sorted[middle].a : sorted[middle].b) < number)
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    while (high < attempt_count && (is_by_a ? sorted[high].a : sorted[high].b) == number)
        high++;
    return high - low;
}

/* B called or wrote to A within the day after A's attempt. */
static bool is_replied(const struct attempt *attempt)
{
    const struct attempt key = {.a = attempt->b, .b = attempt->a, .time_ms = attempt->time_ms + 1};
    size_t low = 0, high = attempt_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (compare_by_a(&by_a[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < attempt_count && by_a[low].a == key.a && by_a[low].b == key.b &&
           by_a[low].time_ms < key.time_ms + DAY_MS;
}

static size_t count_distinct(uint64_t *values, size_t count)
{
    size_t distinct = 0;
    qsort(values, count, sizeof(*values), compare_u64_items);
    for (size_t i = 0; i < count; i++)
        distinct += i == 0 || values[i] != values[i - 1];
    return distinct;
}

/* What needs days: most people on one day and how many of them reply, most calls in an hour and to one
 * person. */
static void measure_days(struct measured *m, const struct attempt *out, size_t count)
{
    unsigned fan_outs[DAYS] = {0}, replies[DAYS] = {0}, hours[DAYS * 24] = {0}, same = 0;
    const int64_t start_ms = calendar_local_midnight_ms((struct calendar_date){2024, 12, 2});
    double shares = 0, days = 0;
    for (size_t i = 0; i < count; i++) {
        const bool is_new_today = i == 0 || out[i].b != out[i - 1].b || out[i].day != out[i - 1].day;
        same = is_new_today ? 1 : same + 1;
        fan_outs[out[i].day] += is_new_today;
        replies[out[i].day] += is_new_today && is_replied(&out[i]);
        if (!out[i].is_sms)
            hours[(out[i].time_ms - start_ms) / HOUR_MS]++;
        m->per_callee_day_max = u64_max((uint64_t)m->per_callee_day_max, same);
    }
    for (unsigned day = 0; day < DAYS; day++) {
        m->day_fan_out_max = u64_max((uint64_t)m->day_fan_out_max, fan_outs[day]);
        shares += fan_outs[day] ? (double)replies[day] / fan_outs[day] : 0;
        days += fan_outs[day] > 0;
    }
    m->day_reply_share = days > 0 ? shares / days : 0;
    for (unsigned hour = 0; hour < DAYS * 24; hour++)
        m->hour_calls_max = u64_max((uint64_t)m->hour_calls_max, hours[hour]);
}

static void measure_talk(struct measured *m, const struct attempt *out, size_t count)
{
    double calls = 0, answered = 0, few_words = 0, talk_s = 0;
    for (size_t i = 0; i < count; i++) {
        calls += !out[i].is_sms;
        answered += out[i].is_answered;
        few_words += out[i].is_answered && out[i].duration_s <= 6;
        talk_s += out[i].duration_s;
    }
    m->answered_share = calls > 0 ? answered / calls : 0;
    m->few_words_share = answered > 0 ? few_words / answered : 0;
    m->mean_talk_s = answered > 0 ? talk_s / answered : 0;
}

static void measure(struct measured *m, const struct network_number *number, uint64_t *scratch)
{
    size_t out_first, in_first, known = 0;
    const size_t out_count = range(by_a, true, number->number, &out_first);
    const size_t in_count = range(by_b, false, number->number, &in_first);
    const struct attempt *out = by_a + out_first, *in = by_b + in_first;
    *m = (struct measured){.number = number, .out_count = (double)out_count};
    for (size_t i = 0; i < out_count; i++)
        scratch[known++] = out[i].b;
    m->fan_out = (double)count_distinct(scratch, known);
    m->distinct_share = out_count ? m->fan_out / (double)out_count : 0;
    for (size_t i = 0; i < in_count; i++) {
        if (in[i].a & BRANDNAME)
            m->service_count++;
        else
            scratch[known++] = in[i].a;
    }
    m->in_count = (double)(in_count - m->service_count);
    const size_t distinct = count_distinct(scratch, known);
    m->per_correspondent = distinct ? (double)known / (double)distinct : 0;
    m->out_share = known ? m->out_count / (double)known : 0;
    for (size_t i = 0; i < out_count; i++)
        scratch[i] = out[i].cell;
    m->cell_count = (double)count_distinct(scratch, out_count);
    measure_days(m, out, out_count);
    measure_talk(m, out, out_count);
}

static void set_up(void)
{
    small_network_make(&network, SUBSCRIBERS, DAYS, 11, province);
    collect_attempts();
    uint64_t *scratch = calloc(2 * attempt_count, sizeof(*scratch));
    measured = calloc(network.number_count, sizeof(*measured));
    for (size_t n = 0; n < network.number_count; n++)
        measure(&measured[measured_count++], &network.numbers[n], scratch);
    free(scratch);
}

static void tear_down(void)
{
    free(by_a);
    free(by_b);
    free(measured);
    small_network_drop(&network);
}

/* The median of one measure over the members of a class that made contacts. */
static double median(const char *class, size_t offset)
{
    double *values = calloc(measured_count, sizeof(*values));
    size_t count = 0;
    for (size_t i = 0; i < measured_count; i++)
        if (strcmp(measured[i].number->class, class) == 0 && measured[i].out_count > 0)
            memcpy(&values[count++], (const char *)&measured[i] + offset, sizeof(*values));
    ck_assert_msg(count > 0, "nobody of class %s made a contact", class);
    qsort(values, count, sizeof(*values), compare_doubles);
    const double value = values[count / 2];
    free(values);
    return value;
}

#define MEDIAN(class, measure) median(class, offsetof(struct measured, measure))

struct range {
    const char *class;
    const char *measure;
    size_t offset;
    double low, high;
};

#define RANGE(class, measure, low, high)                               \
    {                                                                  \
        class, #measure, offsetof(struct measured, measure), low, high \
    }

/* Real SIMs, 6,106 of them: records per correspondent 6.8 honest and 1.2 junk; distinct of all callees 0.15
 * and 0.79; outgoing share 0.52 and 0.96. */
static const struct range ranges[] = {
    RANGE("person", per_correspondent, 4, 11),
    RANGE("person", distinct_share, 0.1, 0.35),
    RANGE("person", out_share, 0.38, 0.62),
    RANGE("person", answered_share, 0.65, 0.85),
    RANGE("person", day_reply_share, 0.3, 0.8),
    RANGE("person", cell_count, 4, 30),
    RANGE("coldcall", per_correspondent, 1.0, 1.7),
    RANGE("coldcall", distinct_share, 0.6, 1.0),
    RANGE("coldcall", out_share, 0.93, 1.0),
    RANGE("coldcall", day_reply_share, 0, 0.08),
    RANGE("coldcall", cell_count, 1, 4),
    RANGE("coldcall", fan_out, 60, 1500),
    RANGE("courier", day_reply_share, 0.10, 0.30),
    RANGE("courier", hour_calls_max, 30, 90),
    RANGE("courier", mean_talk_s, 5, 30),
    RANGE("courier", cell_count, 8, 40),
    RANGE("courier", distinct_share, 0.05, 0.5), /* customers recur over the weeks */
    RANGE("student", day_fan_out_max, 18, 97),
    RANGE("student", few_words_share, 0.18, 0.38),
    RANGE("student", answered_share, 0.65, 0.82),
    RANGE("teacher", day_fan_out_max, 30, 70),
    RANGE("teacher", mean_talk_s, 60, 240),
    RANGE("teacher", day_reply_share, 0.2, 0.8),
    RANGE("agency", day_fan_out_max, 15, 80),
    RANGE("agency", day_reply_share, 0.35, 0.9),
    RANGE("hotline", out_share, 0.2, 0.5),
    RANGE("hotline", mean_talk_s, 15, 60),
    RANGE("restaurant", out_share, 0.05, 0.45),
    RANGE("taxi_desk", out_share, 0.1, 0.45),
    RANGE("call_centre", answered_share, 0.4, 0.7),
    RANGE("call_centre", mean_talk_s, 15, 60),
    RANGE("call_centre", out_share, 0.85, 1.0),
    RANGE("debt_collector", answered_share, 0.08, 0.3),
    RANGE("debt_collector", per_correspondent, 8, 60),
    RANGE("debt_collector", per_callee_day_max, 6, 30),
    RANGE("m2m", fan_out, 1, 1),
    RANGE("probe", fan_out, 1, 4),
    RANGE("probe", out_share, 1, 1),
    RANGE("official", day_reply_share, 0.3, 0.9),
    RANGE("officials_burst", fan_out, 4, 16),
    RANGE("officials_burst", out_share, 0.85, 1),
    RANGE("officials_campaign", fan_out, 1, 4),
    RANGE("officials_campaign", out_share, 0.85, 1),
};

START_TEST(a_class_behaves_like_its_kind)
{
    const struct range *range = &ranges[_i];
    const double value = median(range->class, range->offset);
    printf("%-18s %-18s %8.2f in [%g, %g]\n", range->class, range->measure, value, range->low, range->high);
    ck_assert_msg(value >= range->low && value <= range->high, "%s: median %s is %g, not from %g to %g",
                  range->class, range->measure, value, range->low, range->high);
}
END_TEST

START_TEST(fan_out_tells_junk_from_persons_and_talk_time_does_not)
{
    ck_assert(MEDIAN("coldcall", per_correspondent) * 3 < MEDIAN("person", per_correspondent));
    ck_assert(MEDIAN("coldcall", distinct_share) > 2 * MEDIAN("person", distinct_share));
    ck_assert(MEDIAN("coldcall", mean_talk_s) > 0.5 * MEDIAN("person", mean_talk_s));
    ck_assert(MEDIAN("courier", mean_talk_s) < MEDIAN("coldcall", mean_talk_s));
}
END_TEST

START_TEST(junk_sims_are_young_and_still_get_messages_of_services)
{
    size_t junk_count = 0, serviced = 0;
    for (size_t i = 0; i < measured_count; i++) {
        const struct network_number *number = measured[i].number;
        if (!number->is_junk)
            continue;
        junk_count++;
        serviced += measured[i].service_count > 0;
        ck_assert_int_lt(number->activated_ms, number->first_junk_ms);
        ck_assert_int_le(number->first_junk_ms - number->activated_ms, 11 * DAY_MS);
    }
    ck_assert_uint_eq(junk_count, 60);
    ck_assert_uint_gt(serviced * 4, junk_count);
}
END_TEST

/* Distinct officials that a number contacted, and the one province they are of (0: several). */
static size_t officials_of(uint64_t number, uint64_t *officials, unsigned *their_province)
{
    size_t first, count = 0;
    const size_t out_count = range(by_a, true, number, &first);
    for (size_t i = first; i < first + out_count; i++) {
        const struct network_number *b = small_network_find(&network, by_a[i].b);
        if (!b || strcmp(b->class, "official") != 0)
            continue;
        *their_province = count == 0 || *their_province == b->province ? b->province : 0;
        officials[count++] = b->number;
    }
    return count_distinct(officials, count);
}

START_TEST(a_rotated_campaign_spares_its_sims_and_wears_out_one_list)
{
    static uint64_t officials[100], all[10000];
    size_t sims = 0, all_count = 0, campaigns = 0;
    for (unsigned ordinal = 1;; ordinal++) {
        char name[48];
        unsigned list = 0;
        snprintf(name, sizeof(name), "officials_campaign-%u", ordinal);
        for (size_t n = 0; n < network.number_count; n++) {
            unsigned mine;
            if (strcmp(network.numbers[n].campaign, name) != 0)
                continue;
            sims++;
            const size_t count = officials_of(network.numbers[n].number, officials, &mine);
            ck_assert_uint_ge(count, 1);
            ck_assert_uint_le(count, 4);
            ck_assert(mine != 0 && (list == 0 || list == mine));
            list = mine;
            memcpy(all + all_count, officials, count * sizeof(*officials));
            all_count += count;
        }
        if (list == 0)
            break;
        campaigns++;
    }
    ck_assert_uint_eq(sims, 40);
    ck_assert_uint_ge(campaigns, 2);
    ck_assert_uint_ge(count_distinct(all, all_count), 8);
}
END_TEST

START_TEST(a_burst_hits_several_officials_by_message_and_call_within_a_day)
{
    static uint64_t officials[1000];
    for (size_t n = 0; n < network.number_count; n++) {
        const struct network_number *number = &network.numbers[n];
        unsigned mine;
        size_t first, messages = 0, calls = 0, on_the_day = 0;
        if (strcmp(number->class, "officials_burst") != 0)
            continue;
        ck_assert_uint_ge(officials_of(number->number, officials, &mine), 4);
        const size_t count = range(by_a, true, number->number, &first);
        for (size_t i = first; i < first + count; i++) {
            messages += by_a[i].is_sms;
            calls += !by_a[i].is_sms;
            on_the_day += by_a[i].time_ms < number->first_junk_ms + DAY_MS / 2;
        }
        ck_assert(messages > 0 && calls > 0);
        ck_assert_uint_ge(on_the_day, 4);
    }
}
END_TEST

static int compare_by_time(const void *left_item, const void *right_item)
{
    const struct attempt *left = left_item, *right = right_item;
    return (left->time_ms > right->time_ms) - (left->time_ms < right->time_ms);
}

START_TEST(a_cold_caller_has_one_telephone_and_regular_gaps)
{
    static struct attempt out[20000];
    static double gaps_s[20000];
    for (size_t n = 0; n < network.number_count; n++) {
        size_t first, gap_count = 0;
        if (strcmp(network.numbers[n].class, "coldcall") != 0)
            continue;
        const size_t count = range(by_a, true, network.numbers[n].number, &first);
        ck_assert_uint_le(count, ARRAY_COUNT(out));
        memcpy(out, by_a + first, count * sizeof(*out));
        qsort(out, count, sizeof(*out), compare_by_time);
        for (size_t i = 1; i < count; i++) {
            const int64_t gap_ms = out[i].time_ms - out[i - 1].time_ms;
            REQUIRE(gap_ms >= out[i - 1].duration_s * SECOND_MS);
            if (out[i].day == out[i - 1].day)
                gaps_s[gap_count++] = (double)gap_ms / SECOND_MS;
        }
        qsort(gaps_s, gap_count, sizeof(*gaps_s), compare_doubles);
        ck_assert_uint_gt(gap_count, 20);
        const double median_s = gaps_s[gap_count / 2];
        ck_assert((median_s > 80 && median_s < 180) || (median_s > 430 && median_s < 700));
        ck_assert_double_lt(gaps_s[gap_count * 3 / 4] - gaps_s[gap_count / 4], 0.5 * median_s);
    }
}
END_TEST

START_TEST(people_sleep_at_night_and_probes_do_not)
{
    size_t night = 0, all = 0, probe_night = 0;
    for (size_t i = 0; i < attempt_count; i++) {
        const int hour = calendar_local_hour(by_a[i].time_ms);
        const struct network_number *a = small_network_find(&network, by_a[i].a);
        if (!a)
            continue;
        all += strcmp(a->class, "person") == 0;
        night += strcmp(a->class, "person") == 0 && hour < 5;
        probe_night += strcmp(a->class, "probe") == 0 && hour < 5;
    }
    ck_assert_uint_lt(night * 50, all);
    ck_assert_uint_gt(probe_night, DAYS);
}
END_TEST

START_TEST(strangers_ring_officials_as_they_ring_anybody)
{
    static const char *const callers[] = {"courier", "call_centre", "coldcall"};
    size_t calls[ARRAY_COUNT(callers)] = {0};
    for (size_t i = 0; i < attempt_count; i++) {
        const struct network_number *a = small_network_find(&network, by_a[i].a);
        const struct network_number *b = small_network_find(&network, by_a[i].b);
        for (size_t c = 0; c < ARRAY_COUNT(callers) && a && b; c++)
            calls[c] += strcmp(a->class, callers[c]) == 0 && strcmp(b->class, "official") == 0;
    }
    for (size_t c = 0; c < ARRAY_COUNT(callers); c++)
        ck_assert_msg(calls[c] > 5, "officials have %zu calls of class %s", calls[c], callers[c]);
}
END_TEST

START_TEST(a_call_centre_has_fixed_lines_and_no_sim)
{
    size_t lines = 0;
    for (size_t n = 0; n < network.number_count; n++)
        if (strcmp(network.numbers[n].class, "call_centre") == 0) {
            lines++;
            ck_assert_int_eq(network.numbers[n].activated_ms, 0);
            ck_assert_uint_eq(network.numbers[n].number / 10000000000u,
                              84); /* 84 2xx xxxxxxx: twelve digits */
            ck_assert_uint_eq(network.numbers[n].number / 1000000000u, 842);
        }
    ck_assert_uint_eq(lines, 2);
}
END_TEST

START_TEST(junk_is_as_rare_by_default_as_in_life)
{
    struct small_network ordinary;
    size_t junk_count = 0;
    small_network_make(&ordinary, 20000, 1, 2, NULL);
    for (size_t n = 0; n < ordinary.number_count; n++)
        junk_count += ordinary.numbers[n].is_junk;
    small_network_drop(&ordinary);
    ck_assert_uint_ge(junk_count, 4);   /* 0.02 % */
    ck_assert_uint_le(junk_count, 100); /* 0.5 % */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tools/generate classes");
    TCase *tests = tcase_create("classes");
    tcase_add_unchecked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, a_class_behaves_like_its_kind, 0, ARRAY_COUNT(ranges));
    tcase_add_test(tests, fan_out_tells_junk_from_persons_and_talk_time_does_not);
    tcase_add_test(tests, junk_sims_are_young_and_still_get_messages_of_services);
    tcase_add_test(tests, a_rotated_campaign_spares_its_sims_and_wears_out_one_list);
    tcase_add_test(tests, a_burst_hits_several_officials_by_message_and_call_within_a_day);
    tcase_add_test(tests, a_cold_caller_has_one_telephone_and_regular_gaps);
    tcase_add_test(tests, people_sleep_at_night_and_probes_do_not);
    tcase_add_test(tests, strangers_ring_officials_as_they_ring_anybody);
    tcase_add_test(tests, a_call_centre_has_fixed_lines_and_no_sim);
    tcase_add_test(tests, junk_is_as_rare_by_default_as_in_life);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
