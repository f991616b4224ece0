/* SPDX-License-Identifier: Apache-2.0
 * Scores of cases small enough to be reckoned by hand. */
#include "small_network.h"
#include "suite.h"
#include "workdir.h"

#include "simsieve/tools/score.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_TEXT "2024-12-02T"

/* Two junk classes and three honest ones; A to J by the last digits of their numbers. */
static const char truth[] = "number,class,junk,campaign,first_junk\n"
                            "84910000001,coldcall,1,coldcall-1,2024-12-02T08:00:00+07:00\n" /* A */
                            "84910000002,coldcall,1,coldcall-1,2024-12-02T09:00:00+07:00\n" /* B */
                            "84910000003,burst,1,burst-1,2024-12-02T10:00:00+07:00\n"       /* C */
                            "84910000004,burst,1,burst-2,2024-12-02T10:30:00+07:00\n"       /* D */
                            "84910000005,courier,0,,\n"                                     /* E */
                            "84910000006,courier,0,,\n"
                            "84910000007,person,0,,\n"
                            "84910000008,person,0,,\n"
                            "84910000009,person,0,,\n"
                            "84910000010,person,0,,\n";

#define ALERT(time, rule, mode, rest)                                                                     \
    "{\"schema\":\"simsieve.alert/1\",\"id\":\"x\",\"time\":\"" DAY_TEXT time "+07:00\",\"rule\":\"" rule \
    "\",\"severity\":\"major\",\"mode\":\"" mode "\"," rest "}\n"

static const char alerts[] =
    ALERT("08:10:00", "fan", "alert", "\"sims\":[\"84910000001\"]")    /* A, ten minutes after it began */
    ALERT("08:05:00", "fan", "shadow", "\"sims\":[\"84910000001\"]")   /* accuses nobody */
    ALERT("09:30:00", "ring", "propose", "\"sims\":[\"84910000002\"]") /* B */
    ALERT("11:00:00", "campaign", "enforce",
          "\"sims\":[\"84910000002\",\"84910000004\"],\"joined\":[\"84910000004\"]") /* D; B had been */
    ALERT("12:00:00", "fan", "alert", "\"sims\":[\"84910000005\"]")                  /* E: false */
    ALERT("13:00:00", "fan", "alert", "\"sims\":[\"84910000005\",\"84910000001\"],\"joined\":[]") /* false */
    ALERT("14:00:00", "victim", "alert", "\"sims\":[]")
        ALERT("15:00:00", "fan", "alert", "\"sims\":[\"84999999999\"]")
            ALERT("16:00:00", "campaign", "alert",
                  "\"sims\":[\"84910000005\",\"84910000002\"],\"joined\":[\"84910000002\"]") /* E not anew */
    "{\"schema\":\"simsieve.alert/2\",\"time\":\"2024-12-02T08:00:00Z\",\"rule\":\"r\",\"mode\":\"alert\"}\n"
    "not JSON\n"
    "\n";

struct line {
    enum cdr_type type;
    const char *time;
    unsigned a, b; /* the last digits; 0: not known */
};

static const struct line lines[] = {
    {CDR_MO_CALL, "08:00:00", 1, 7},
    {CDR_MT_CALL, "08:00:01", 1, 7}, /* the other leg of the same call */
    {CDR_MO_SMS, "08:05:00", 1, 8},
    {CDR_MO_CALL, "08:09:59.999", 1, 9},
    {CDR_MO_CALL, "08:10:00", 1, 9}, /* not before the alert */
    {CDR_MO_CALL, "08:20:00", 1, 9},
    {CDR_MO_CALL, "08:30:00", 7, 1}, /* a victim calls back */
    {CDR_MT_CALL, "08:30:01", 7, 1},
    {CDR_MO_CALL, "09:00:00", 2, 7},
    {CDR_MO_CALL, "09:30:00", 2, 8},
    {CDR_MO_CALL, "10:00:00", 3, 7}, /* C: nobody sees it */
    {CDR_MO_SMS, "10:01:00", 3, 8},
    {CDR_MO_SMS, "10:02:00", 3, 9},
    {CDR_MO_CALL, "10:03:00", 3, 9},
    {CDR_MT_CALL, "10:30:00", 4, 7}, /* D: from outside, so its mt records count */
    {CDR_MT_CALL, "10:40:00", 4, 8},
    {CDR_INC_GATEWAY, "10:45:00", 4, 8},
    {CDR_FORWARD_CALL, "10:50:00", 4, 9},
    {CDR_MT_SMS, "11:00:00", 4, 7},
    {CDR_MT_SMS, "23:00:00", 0, 7}, /* the sender is not known */
};

struct feed {
    const struct line *lines;
    size_t count, at;
    struct cdr cdr;
    int64_t shift_ms; /* of the last record: another day */
    bool fails;
};

static uint64_t number_of(unsigned last)
{
    return last ? number_make(NUMBER_MOBILE, UINT64_C(84910000000) + last) : 0;
}

static enum error_class next(void *owner, const struct cdr **cdr, struct error *error)
{
    struct feed *feed = owner;
    char text[CALENDAR_TEXT_BYTES];
    *cdr = NULL;
    if (feed->at == feed->count)
        return feed->fails ? error_set(error, ERROR_IO, "the feed broke") : ERROR_OK;
    const struct line *line = &feed->lines[feed->at++];
    feed->cdr = (struct cdr){.type = line->type, .a = number_of(line->a), .b = number_of(line->b)};
    const int length = snprintf(text, sizeof(text), DAY_TEXT "%s+07:00", line->time);
    ck_assert_int_eq(calendar_parse(text, (size_t)length, &feed->cdr.time_ms), CALENDAR_OK);
    feed->cdr.time_ms += feed->at == feed->count ? feed->shift_ms : 0;
    *cdr = &feed->cdr;
    return ERROR_OK;
}

static struct score score;
static struct error error;

static enum error_class score_of(const char *truth_text, const char *alerts_text, struct feed *feed)
{
    if (truth_text)
        workdir_write_text("truth.csv", truth_text);
    if (alerts_text)
        workdir_write_text("alerts.ndjson", alerts_text);
    const struct score_options options = {workdir_path("truth.csv"), workdir_path("alerts.ndjson"), next,
                                          feed};
    return score_compute(&options, &score, &error);
}

static void score_the_case(void)
{
    struct feed feed = {.lines = lines, .count = ARRAY_COUNT(lines), .shift_ms = DAY_MS};
    ck_assert_msg(score_of(truth, alerts, &feed) == ERROR_OK, "%s", error.text);
}

static const struct score_class *class_of(const char *name)
{
    for (size_t i = 0; i < score.class_count; i++)
        if (strcmp(score.classes[i].name, name) == 0)
            return &score.classes[i];
    ck_abort_msg("no class %s", name);
}

static const struct score_rule *rule_of(const char *name, bool is_shadow)
{
    for (size_t i = 0; i < score.rule_count; i++)
        if (strcmp(score.rules[i].name, name) == 0 && score.rules[i].is_shadow == is_shadow)
            return &score.rules[i];
    ck_abort_msg("no rule %s", name);
}

START_TEST(everything_is_counted)
{
    score_the_case();
    ck_assert_uint_eq(score.records, ARRAY_COUNT(lines));
    ck_assert_uint_eq(score.days, 2);
    ck_assert_uint_eq(score.alerts, 9);
    ck_assert_uint_eq(score.alerts_shadow, 1);
    ck_assert_uint_eq(score.alerts_without_sims, 1);
    ck_assert_uint_eq(score.alerts_bad, 2);
    ck_assert_uint_eq(score.truth_bad_rows, 0);
    ck_assert_uint_eq(score.junk_sims, 4);
    ck_assert_uint_eq(score.honest_sims, 6);
    ck_assert_uint_eq(score.junk_accused, 3);
    ck_assert_uint_eq(score.honest_accused, 1);
    ck_assert_uint_eq(score.early, 0);
    ck_assert_uint_eq(score.unknown, 1);
    ck_assert_uint_eq(score.unknown_named_count, 1);
    ck_assert_str_eq(score.unknown_named[0], "84999***999");
}
END_TEST

START_TEST(the_whole_has_its_ratios)
{
    score_the_case();
    ck_assert_uint_eq(score.all.sims, 10);
    ck_assert_uint_eq(score.all.accused, 4);
    ck_assert_double_eq_tol(score.all.precision, 3.0 / 4, 1e-12);
    ck_assert_double_eq_tol(score.all.recall, 3.0 / 4, 1e-12);
    ck_assert_uint_eq(score.all.false_alerts, 2);
    ck_assert_double_eq_tol(score.all.false_alerts_per_million, 2e6 / 12, 1e-6);
    /* 0.0002 x 3/4 = 0.00015 found; 0.9998 x 1/6 = 0.166633... wrongly accused */
    ck_assert_double_eq_tol(score.precision_in_life, 0.00015 / (0.00015 + 0.9998 / 6), 1e-12);
    ck_assert_uint_eq(score.all.contacts_missed, 4);
}
END_TEST

START_TEST(contacts_end_at_the_first_alert)
{
    score_the_case();
    const struct score_spread *contacts = &score.all.contacts; /* A 3, B 1, D 2 */
    ck_assert_uint_eq(contacts->count, 3);
    ck_assert_double_eq_tol(contacts->mean, 2, 1e-12);
    ck_assert_int_eq(contacts->median, 2);
    ck_assert_int_eq(contacts->p90, 3);
    ck_assert_int_eq(contacts->max, 3);
    const struct score_spread *detection = &score.all.detection_ms; /* A 10 min, B and D 30 min */
    ck_assert_uint_eq(detection->count, 3);
    ck_assert_double_eq_tol(detection->mean, 70.0 / 3 * MINUTE_MS, 1e-6);
    ck_assert_int_eq(detection->median, 30 * MINUTE_MS);
    ck_assert_int_eq(detection->p90, 30 * MINUTE_MS);
    ck_assert_int_eq(detection->max, 30 * MINUTE_MS);
}
END_TEST

START_TEST(each_class_has_its_figures)
{
    score_the_case();
    ck_assert_uint_eq(score.class_count, 4);
    ck_assert_str_eq(score.classes[0].name, "burst"); /* junk first, then by name */
    ck_assert_str_eq(score.classes[1].name, "coldcall");
    ck_assert_str_eq(score.classes[2].name, "courier");
    const struct score_class *coldcall = class_of("coldcall");
    ck_assert_uint_eq(coldcall->sims, 2);
    ck_assert_uint_eq(coldcall->accused, 2);
    ck_assert_double_eq_tol(coldcall->recall, 1, 1e-12);
    ck_assert_double_eq_tol(coldcall->precision, 2.0 / 3, 1e-12);
    ck_assert_uint_eq(coldcall->contacts.count, 2);
    ck_assert_int_eq(coldcall->contacts.median, 1);
    ck_assert_int_eq(coldcall->contacts.p90, 3);
    ck_assert_uint_eq(coldcall->contacts_missed, 0);
    ck_assert(isnan(coldcall->false_alerts_per_million));
    const struct score_class *burst = class_of("burst");
    ck_assert_double_eq_tol(burst->recall, 0.5, 1e-12);
    ck_assert_double_eq_tol(burst->precision, 0.5, 1e-12);
    ck_assert_int_eq(burst->contacts.max, 2);
    ck_assert_uint_eq(burst->contacts_missed, 4);
    const struct score_class *courier = class_of("courier");
    ck_assert_uint_eq(courier->sims, 2);
    ck_assert_uint_eq(courier->accused, 1);
    ck_assert_uint_eq(courier->false_alerts, 2);
    ck_assert_double_eq_tol(courier->false_alerts_per_million, 500000, 1e-6);
    ck_assert(isnan(courier->recall) && isnan(courier->precision));
    ck_assert_uint_eq(class_of("person")->false_alerts, 0);
    ck_assert_double_eq_tol(class_of("person")->false_alerts_per_million, 0, 1e-12);
}
END_TEST

START_TEST(each_rule_has_its_own_score_and_shadow_stays_apart)
{
    score_the_case();
    ck_assert_uint_eq(score.rule_count, 5);
    ck_assert(score.rules[4].is_shadow);
    const struct score_rule *fan = rule_of("fan", false);
    ck_assert_uint_eq(fan->alerts, 4);
    ck_assert_uint_eq(fan->junk_sims, 1);
    ck_assert_uint_eq(fan->honest_sims, 1);
    ck_assert_double_eq_tol(fan->precision, 0.5, 1e-12);
    ck_assert_uint_eq(rule_of("fan", true)->junk_sims, 1);
    const struct score_rule *campaign = rule_of("campaign", false);
    ck_assert_uint_eq(campaign->alerts, 2);
    ck_assert_uint_eq(campaign->junk_sims, 2);
    ck_assert_uint_eq(campaign->honest_sims, 1);
    ck_assert_uint_eq(rule_of("ring", false)->junk_sims, 1);
    ck_assert(isnan(rule_of("victim", false)->precision));
}
END_TEST

START_TEST(without_alerts_nothing_is_found_and_nothing_is_wrong)
{
    struct feed feed = {.lines = lines, .count = ARRAY_COUNT(lines)};
    ck_assert_int_eq(score_of(truth, "", &feed), ERROR_OK);
    ck_assert_double_eq_tol(score.all.recall, 0, 1e-12);
    ck_assert(isnan(score.all.precision));
    ck_assert(isnan(score.precision_in_life));
    ck_assert_uint_eq(score.all.contacts.count, 0);
    ck_assert_uint_eq(score.all.contacts_missed, 5 + 2 + 4 + 3);
    ck_assert_uint_eq(score.days, 1);
}
END_TEST

START_TEST(without_records_there_are_no_days_and_no_contacts)
{
    struct feed feed = {0};
    ck_assert_int_eq(score_of(truth, alerts, &feed), ERROR_OK);
    ck_assert_uint_eq(score.days, 0);
    ck_assert(isnan(score.all.false_alerts_per_million));
    ck_assert_int_eq(score.all.contacts.max, 0);
    ck_assert_uint_eq(score.all.contacts.count, 3);
}
END_TEST

START_TEST(a_truth_without_junk_has_no_recall)
{
    struct feed feed = {.lines = lines, .count = 1};
    ck_assert_int_eq(score_of("number,class,junk,first_junk\n84910000005,courier,0,\n", alerts, &feed),
                     ERROR_OK);
    ck_assert(isnan(score.all.recall));
    ck_assert_double_eq_tol(score.all.precision, 0, 1e-12);
    ck_assert_uint_eq(score.honest_accused, 1);
    ck_assert_uint_gt(score.unknown, 1);
}
END_TEST

START_TEST(an_alert_before_the_first_junk_contact_is_early)
{
    struct feed feed = {.lines = lines, .count = ARRAY_COUNT(lines)};
    const char *early = ALERT("07:00:00", "fan", "alert", "\"sims\":[\"+84910000001\"]");
    ck_assert_int_eq(score_of(truth, early, &feed), ERROR_OK);
    ck_assert_uint_eq(score.early, 1);
    ck_assert_int_eq(score.all.detection_ms.max, -HOUR_MS);
    ck_assert_int_eq(score.all.contacts.max, 0);
}
END_TEST

START_TEST(bad_rows_of_the_truth_are_counted_and_left_out)
{
    struct feed feed = {.lines = lines, .count = 1};
    const char *odd = "class,number,junk,first_junk,remark\n"
                      "coldcall,84910000001,1,2024-12-02T08:00:00+07:00,columns in another order\n"
                      "coldcall,84910000001,1,,again\n"
                      "coldcall,0912-3,1,,no E.164\n"
                      "coldcall,84910000002,yes,,\n"
                      "coldcall,84910000003,1,tomorrow,\n"
                      ",84910000004,1,,\n"
                      "coldcall,84910000005\n"
                      "\"person\",\"84910000006\",0,,\"a, b\"\n";
    ck_assert_int_eq(score_of(odd, alerts, &feed), ERROR_OK);
    ck_assert_uint_eq(score.truth_bad_rows, 6);
    ck_assert_uint_eq(score.all.sims, 2);
}
END_TEST

static const struct {
    const char *truth;
    const char *alerts;
    enum error_class class;
    const char *what;
} refusals[] = {
    {NULL, "", ERROR_NO_INPUT, "truth.csv"},
    {"number,class,junk,first_junk\n", "", ERROR_CONFIG, "names nobody"},
    {"number,class,first_junk\n1,x,\n", "", ERROR_CONFIG, "junk"},
    {truth, NULL, ERROR_NO_INPUT, "alerts.ndjson"},
    {truth, "nonsense\n{}\n", ERROR_DATA, "no line is an alert"},
};

START_TEST(what_cannot_be_scored_is_refused)
{
    struct feed feed = {.lines = lines, .count = 1};
    ck_assert_int_eq(score_of(refusals[_i].truth, refusals[_i].alerts, &feed), refusals[_i].class);
    ck_assert_msg(strstr(error.text, refusals[_i].what) != NULL, "%s", error.text);
}
END_TEST

static const char *const no_alerts[] = {
    "[]",
    "{\"schema\":\"simsieve.alert/1\"}",
    ALERT("08:00", "r", "alert", "\"sims\":[]"), /* no seconds in the time */
    ALERT("08:00:00", "r", "sometimes", "\"sims\":[]"),
    ALERT("08:00:00", "r", "alert", "\"sims\":\"84910000001\""),
    ALERT("08:00:00", "r", "alert", "\"sims\":[84910000001]"),
    ALERT("08:00:00", "r", "alert", "\"sims\":[],\"sims\":[]"),
    ALERT("08:00:00", "r", "alert", "\"sims\":[],\"joined\":{}"),
    ALERT("08:00:00", "a-rule-whose-name-is-longer-than-a-rule-may-have-by-a-good-dozen-of-letters", "alert",
          "\"sims\":[]"),
};

START_TEST(a_line_that_is_no_alert_is_counted)
{
    char text[2000];
    struct feed feed = {.lines = lines, .count = 1};
    snprintf(text, sizeof(text), "%s\n%s", no_alerts[_i], ALERT("08:00:00", "r", "alert", "\"sims\":[]"));
    ck_assert_int_eq(score_of(truth, text, &feed), ERROR_OK);
    ck_assert_uint_eq(score.alerts_bad, 1);
    ck_assert_uint_eq(score.alerts, 1);
}
END_TEST

START_TEST(a_broken_feed_ends_the_scoring)
{
    struct feed feed = {.lines = lines, .count = 3, .fails = true};
    ck_assert_int_eq(score_of(truth, alerts, &feed), ERROR_IO);
    ck_assert_str_eq(error.text, "the feed broke");
}
END_TEST

START_TEST(limits_are_reached_with_a_word)
{
    enum { BYTES = 1 << 20 };
    char *text = malloc(BYTES);
    struct feed feed = {.lines = lines, .count = 1};
    int length = snprintf(text, BYTES, "number,class,junk,first_junk\n");
    for (int i = 0; i <= SCORE_CLASSES_MAX; i++)
        length += snprintf(text + length, (size_t)(BYTES - length), "%d,class-%d,0,\n", i + 1, i);
    ck_assert_int_eq(score_of(text, alerts, &feed), ERROR_INTERNAL);
    ck_assert_ptr_nonnull(strstr(error.text, "more than 64 classes"));
    length = 0;
    for (int i = 0; i <= SCORE_RULES_MAX; i++)
        length +=
            snprintf(text + length, (size_t)(BYTES - length),
                     "{\"schema\":\"simsieve.alert/1\",\"time\":\"2024-12-02T08:00:00Z\",\"rule\":\"r%d\","
                     "\"mode\":\"alert\",\"sims\":[\"849%05d\"]}\n",
                     i, i);
    ck_assert_int_eq(score_of(truth, text, &feed), ERROR_INTERNAL);
    ck_assert_ptr_nonnull(strstr(error.text, "more than 256 rules"));
    text[strlen(text) - 2] = ' '; /* the last one is no object any more */
    ck_assert_int_eq(score_of(truth, text, &feed), ERROR_OK);
    ck_assert_uint_eq(score.unknown, SCORE_RULES_MAX);
    free(text);
}
END_TEST

START_TEST(many_unknown_numbers_are_counted_and_some_are_named)
{
    static char text[20000];
    struct feed feed = {.lines = lines, .count = 1};
    int length = snprintf(text, sizeof(text),
                          "{\"schema\":\"simsieve.alert/1\",\"time\":\"2024-12-02T08:00:00Z\",\"rule\":\"r\","
                          "\"mode\":\"alert\",\"sims\":[");
    for (int i = 0; i < 50; i++)
        length +=
            snprintf(text + length, sizeof(text) - (size_t)length, "%s\"84999000%03d\"", i ? "," : "", i);
    snprintf(text + length, sizeof(text) - (size_t)length, "]}\n");
    ck_assert_int_eq(score_of(truth, text, &feed), ERROR_OK);
    ck_assert_uint_eq(score.unknown, 50);
    ck_assert_uint_eq(score.unknown_named_count, SCORE_NAMED_MAX);
    ck_assert_str_eq(score.unknown_named[19], "84999***019");
}
END_TEST

static char *printed(void (*print)(const struct score *, FILE *))
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    ck_assert_ptr_nonnull(stream);
    print(&score, stream);
    fclose(stream);
    return text;
}

START_TEST(the_table_says_what_was_reckoned)
{
    static const char *const rows[] = {
        "20 records over 2 days, 9 alerts\n",
        "coldcall                     2        2    0.6667       1       0         -"
        "        2      1      3      3    10m 0s    30m 0s\n",
        "courier                      2        1         -       -       2    500000"
        "        -      -      -      -         -         -\n",
        "all                         10        4      0.75    0.75       2  166666.7"
        "        2      2      3      3    30m 0s    30m 0s\n",
        "precision where 0.02 % of SIMs are junk: 0.0009\n",
        "contacts of junk SIMs that nobody accused: 4\n",
        "fan                                     4        1        1       0.5\n",
        "fan                                     1        1        0         1  (shadow)\n",
        "1 alerts accuse nobody\n",
        "1 accusations of numbers that the truth does not hold\n  84999***999\n",
    };
    score_the_case();
    char *text = printed(score_print_text);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        ck_assert_msg(strstr(text, rows[i]) != NULL, "no\n%sin\n%s", rows[i], text);
    free(text);
}
END_TEST

START_TEST(the_json_is_an_object_with_the_same_figures)
{
    json_error_t cause;
    score_the_case();
    char *text = printed(score_print_json);
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &cause);
    ck_assert_msg(object != NULL, "%s in %s", cause.text, text);
    const json_t *all = json_object_get(object, "all");
    const json_t *classes = json_object_get(object, "classes");
    ck_assert_int_eq(json_integer_value(json_object_get(object, "alerts")), 9);
    ck_assert_double_eq_tol(json_real_value(json_object_get(all, "precision")), 0.75, 1e-9);
    ck_assert_double_eq_tol(json_real_value(json_object_get(object, "precision_at_prevalence_0_0002")),
                            score.precision_in_life, 1e-9);
    const json_t *contacts = json_object_get(all, "contacts_before_alert");
    ck_assert_int_eq(json_integer_value(json_object_get(contacts, "max")), 3);
    ck_assert_uint_eq(json_array_size(classes), 4);
    ck_assert(json_is_null(json_object_get(json_array_get(classes, 2), "recall")));
    ck_assert(json_is_null(json_object_get(json_array_get(classes, 2), "contacts_before_alert")));
    ck_assert_uint_eq(json_array_size(json_object_get(object, "rules")), 5);
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(object, "unknown_numbers"), 0)),
                     "84999***999");
    json_decref(object);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tools/score");
    TCase *tests = tcase_create("score");
    tcase_add_checked_fixture(tests, workdir_open, workdir_close);
    tcase_add_test(tests, everything_is_counted);
    tcase_add_test(tests, the_whole_has_its_ratios);
    tcase_add_test(tests, contacts_end_at_the_first_alert);
    tcase_add_test(tests, each_class_has_its_figures);
    tcase_add_test(tests, each_rule_has_its_own_score_and_shadow_stays_apart);
    tcase_add_test(tests, without_alerts_nothing_is_found_and_nothing_is_wrong);
    tcase_add_test(tests, without_records_there_are_no_days_and_no_contacts);
    tcase_add_test(tests, a_truth_without_junk_has_no_recall);
    tcase_add_test(tests, an_alert_before_the_first_junk_contact_is_early);
    tcase_add_test(tests, bad_rows_of_the_truth_are_counted_and_left_out);
    tcase_add_loop_test(tests, what_cannot_be_scored_is_refused, 0, ARRAY_COUNT(refusals));
    tcase_add_loop_test(tests, a_line_that_is_no_alert_is_counted, 0, ARRAY_COUNT(no_alerts));
    tcase_add_test(tests, a_broken_feed_ends_the_scoring);
    tcase_add_test(tests, limits_are_reached_with_a_word);
    tcase_add_test(tests, many_unknown_numbers_are_counted_and_some_are_named);
    tcase_add_test(tests, the_table_says_what_was_reckoned);
    tcase_add_test(tests, the_json_is_an_object_with_the_same_figures);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
