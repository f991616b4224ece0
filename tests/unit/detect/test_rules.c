/* SPDX-License-Identifier: Apache-2.0
 * What a program asks of the state, which gate a rule is looked at by, and the limits of rule files. The messages for
 * what is written wrongly are tested end to end (tests/integration/test_rules.sh). */
#include "simsieve/base/text.h"
#include "simsieve/detect/rule.h"
#include "suite.h"
#include "workdir.h"

#include <stdio.h>
#include <string.h>

#define HEAD                                                                                         \
    "format: 1\nid: t.rule\nrev: 1\ntitle: {vi: a, en: b}\nsummary: {vi: a, en: b}\nstatus: alert\n" \
    "references: []\nfalse_positives: []\ncooldown: 1h\ntests: []\n"
#define SIM_HEAD HEAD "subject: sim\nworse: out_calls\n"

static struct error error;

static struct program *load(const char *text)
{
    return program_load_text("rule.yaml", text, &error);
}

/* Rules, and what they are looked at by. */
static const struct {
    const char *text, *gate;
    double threshold;
    bool is_protected;
} gates[] = {
    {"window: 1h\nwhen:\n  minor: out_calls >= 5\n", "out_calls", 5, false},
    {"window: 1h\nwhen:\n  minor: [out_calls >= 5, fan_out >= 8]\n", "fan_out", 8, false},
    {"window: 1h\nwhen:\n  minor: [out_calls >= 5]\n  major: [out_calls >= 9]\n", "out_calls", 5, false},
    {"window: 1h\nmin_sample: {out_sms: 3}\nwhen:\n  minor: [asr >= 5%]\n", "out_sms", 3, false},
    {"window: 1h\nmin_sample: {out_calls: 3}\nwhen:\n  minor: [out_calls >= 7]\n", "out_calls", 7, false},
    {"window: 1h\nwhen:\n  minor: [out_calls >= 500, protected_out >= 2]\n", "protected_out", 2, true},
    {"window: 1h\nwhen:\n  minor: [protected_out >= 2, out_sms >= 4]\n  major: [out_sms >= 6]\n", "out_sms",
     4, false},
    {"window: 1h\nwhen:\n  minor: [out_calls >= 4, {any: [fan_out >= 9, out_sms >= 9]}]\n", "out_calls", 4,
     false},
};

START_TEST(a_rule_is_looked_at_by_the_rarest_count_that_all_of_it_demands)
{
    char text[1000];
    snprintf(text, sizeof(text), SIM_HEAD "%s", gates[_i].text);
    struct program *program = load(text);
    ck_assert_msg(program != NULL, "%s", error.text);
    const struct rule *rule = program->rules[0];
    ck_assert_str_eq(rule->gate.measure->name, gates[_i].gate);
    ck_assert_double_eq(rule->gate.threshold, gates[_i].threshold);
    ck_assert_int_eq(rule->is_protected_gate, gates[_i].is_protected);
    ck_assert_uint_eq(program->gate_min, gates[_i].is_protected ? UINT32_MAX : (uint32_t)gates[_i].threshold);
    ck_assert_int_eq(program->has_protected_rules, gates[_i].is_protected);
    program_destroy(program);
}
END_TEST

/* Rules that nothing bounds. */
static const char *const unbounded[] = {
    "window: 1h\nwhen:\n  minor: [in_calls >= 5]\n",
    "window: 1h\nwhen:\n  minor: [out_calls <= 5]\n",
    "window: 1h\nwhen:\n  minor: [out_calls > 5]\n",
    "window: 1h\nwhen:\n  minor: [complaints >= 5]\n",
    "window: 1h\nwhen:\n  minor: [out_calls >= 0]\n",
    "window: 1h\nwhen:\n  minor: {any: [out_calls >= 5, out_sms >= 5]}\n",
    "window: 1h\nwhen:\n  minor: [out_calls >= 5]\n  major: [out_sms >= 5]\n",
    "window: 1h\nwhen:\n  minor: [out_calls >= 5]\n  major: [out_calls >= 5 in 2h]\n",
};

START_TEST(a_rule_that_no_count_bounds_is_refused)
{
    char text[1000];
    snprintf(text, sizeof(text), SIM_HEAD "%s", unbounded[_i]);
    ck_assert_ptr_null(load(text));
    ck_assert_ptr_nonnull(
        strstr(error.text, "rule.yaml:1:1: no count of outgoing attempts bounds this rule"));
}
END_TEST

/* Rules, and what the state must keep for them. */
static const struct {
    const char *text;
    int64_t horizon_ms, old_horizon_ms, young_ms;
    bool contacts, places, incoming;
} needs[] = {
    {"window: 2h\nwhen:\n  minor: [out_calls >= 5]\n", 2 * HOUR_MS, 2 * HOUR_MS, 0, false, false, false},
    {"window: 2h\nwhen:\n  minor: [out_calls >= 5, out_sms >= 5 in 9h]\n", 9 * HOUR_MS, 9 * HOUR_MS, 0, false,
     false, false},
    {"window: 7d\nmin_sample: {out_calls: 5}\nwhen:\n  minor: [sim_age_d <= 30d, stranger_ratio >= 5%]\n",
     7 * DAY_MS, MINUTE_MS, 30 * DAY_MS, true, false, true},
    {"window: 7d\nwhen:\n  minor: [sim_age_d <= 3d, out_calls >= 5]\n  major: [sim_age_d < 9d, out_calls >= 6]\n",
     7 * DAY_MS, MINUTE_MS, 9 * DAY_MS, false, false, false},
    {"window: 7d\nwhen:\n  minor: [sim_age_d <= 3d, out_calls >= 5]\n  major: [out_calls >= 6]\n", 7 * DAY_MS,
     7 * DAY_MS, 0, false, false, false},
    {"window: 1h\nwhen:\n  minor: [out_calls >= 5, cells <= 3]\n", HOUR_MS, HOUR_MS, 0, false, true, false},
    {"window: 1h\nwhen:\n  minor: [out_calls >= 5, imeis >= 3]\n", HOUR_MS, HOUR_MS, 0, false, true, false},
    {"window: 1h\nmin_sample: {out_calls: 5}\nwhen:\n  minor: [reply_ratio <= 3%]\n", HOUR_MS, HOUR_MS, 0,
     false, false, true},
    /* what a list says needs no events */
    {"window: 1h\nwhen:\n  minor: [out_calls >= 5, complaints >= 3 in 30d]\n", HOUR_MS, HOUR_MS, 0, false,
     false, false},
};

START_TEST(a_program_knows_what_the_state_must_keep)
{
    char text[1000];
    snprintf(text, sizeof(text), SIM_HEAD "%s", needs[_i].text);
    struct program *program = load(text);
    ck_assert_msg(program != NULL, "%s", error.text);
    ck_assert_int_eq(program->horizon_ms, needs[_i].horizon_ms);
    ck_assert_int_eq(program->old_horizon_ms, needs[_i].old_horizon_ms);
    ck_assert_int_eq(program->young_ms, needs[_i].young_ms);
    ck_assert_int_eq(program->keeps_contacts, needs[_i].contacts);
    ck_assert_int_eq(program->keeps_places, needs[_i].places);
    ck_assert_int_eq(program->keeps_incoming, needs[_i].incoming);
    program_destroy(program);
}
END_TEST

/* Repeats `item` in a rule `count` times. */
static struct program *load_repeated(const char *before, const char *item, unsigned count, const char *after)
{
    static char bytes[20000];
    struct text text = text_over(bytes, sizeof(bytes));
    text_add(&text, SIM_HEAD "%s", before);
    for (unsigned i = 0; i < count; i++) {
        text_add(&text, "%s", i ? ", " : "");
        text_add(&text, item, i + 1);
    }
    text_add(&text, "%s", after);
    ck_assert(!text.is_cut);
    return load(bytes);
}

/* The most that a rule may hold of something; one more is refused. */
static const struct {
    const char *before, *item;
    unsigned most;
    const char *refusal;
} limits[] = {
    {"window: 1h\nwhen:\n  minor: [", "out_calls >= %u", CONDITIONS_MAX - 1, "more than 32 conditions"},
    {"window: 1h\nwhen:\n  minor: [out_calls >= 1, ", "out_calls >= 1 in %um", VIEWS_MAX - 1,
     "more than 8 different windows"},
    {"window: 1h\nwhen:\n  minor: [out_calls >= 1, ", "{all: [{any: [out_calls >= %u]}]}", 11,
     "more than 63 conditions and groups of them"},
};

START_TEST(a_rule_has_limits_that_are_told)
{
    struct program *program = load_repeated(limits[_i].before, limits[_i].item, limits[_i].most, "]\n");
    ck_assert_msg(program != NULL, "%s", error.text);
    program_destroy(program);
    ck_assert_ptr_null(load_repeated(limits[_i].before, limits[_i].item, limits[_i].most + 1, "]\n"));
    ck_assert_msg(strstr(error.text, limits[_i].refusal) != NULL, "%s", error.text);
}
END_TEST

START_TEST(a_folder_holds_64_rules_and_not_one_more)
{
    char name[32], text[1000];
    workdir_open();
    for (unsigned i = 0; i <= RULES_MAX; i++) {
        struct program *program = i == RULES_MAX ? program_load(workdir_folder(), &error) : NULL;
        ck_assert(i < RULES_MAX || program);
        ck_assert(!program || program->rule_count == RULES_MAX);
        program_destroy(program);
        snprintf(name, sizeof(name), "%02u.yaml", i);
        snprintf(
            text, sizeof(text),
            "format: 1\nid: t.%02u\nrev: 1\ntitle: {vi: a, en: b}\nsummary: {vi: a, en: b}\nstatus: alert\n"
            "references: []\nfalse_positives: []\nsubject: sim\nwindow: 1h\nwhen:\n  minor: [out_calls >= 5]\n"
            "worse: out_calls\ncooldown: 1h\ntests: []\n",
            RULES_MAX - i);
        workdir_write_text(name, text);
    }
    ck_assert_ptr_null(program_load(workdir_folder(), &error));
    ck_assert_ptr_nonnull(strstr(error.text, "64.yaml:1:1: more than 64 rules"));
    workdir_close();
}
END_TEST

START_TEST(two_programs_of_other_bytes_have_other_fingerprints)
{
    struct program *first = load(SIM_HEAD "window: 1h\nwhen:\n  minor: [out_calls >= 5]\n");
    struct program *same = load(SIM_HEAD "window: 1h\nwhen:\n  minor: [out_calls >= 5]\n");
    struct program *other = load(SIM_HEAD "window: 1h\nwhen:\n  minor: [out_calls >= 6]\n");
    ck_assert(first && same && other);
    ck_assert_uint_eq(first->fingerprint, same->fingerprint);
    ck_assert_uint_ne(first->fingerprint, other->fingerprint);
    ck_assert_uint_eq(first->rules[0]->id_hash, other->rules[0]->id_hash);
    program_destroy(first);
    program_destroy(same);
    program_destroy(other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("detect/rules");
    TCase *tests = tcase_create("rules");
    tcase_add_loop_test(tests, a_rule_is_looked_at_by_the_rarest_count_that_all_of_it_demands, 0,
                        ARRAY_COUNT(gates));
    tcase_add_loop_test(tests, a_rule_that_no_count_bounds_is_refused, 0, ARRAY_COUNT(unbounded));
    tcase_add_loop_test(tests, a_program_knows_what_the_state_must_keep, 0, ARRAY_COUNT(needs));
    tcase_add_loop_test(tests, a_rule_has_limits_that_are_told, 0, ARRAY_COUNT(limits));
    tcase_add_test(tests, a_folder_holds_64_rules_and_not_one_more);
    tcase_add_test(tests, two_programs_of_other_bytes_have_other_fingerprints);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
