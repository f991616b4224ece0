/* SPDX-License-Identifier: Apache-2.0 */
#include "rule_sets.h"

#include "chance.h"
#include "simsieve/base/text.h"
#include "suite.h"
#include "workdir.h"

#include <stdio.h>
#include <sys/stat.h>

#define RANDOM_RULES 16

static const char *const rule_texts[] = {
    "window: 1h\nmin_sample: {out_attempts: 6}\nwhen:\n"
    "  minor: [out_attempts >= 6, per_contact <= 1.5]\n"
    "  major: [out_attempts >= 10, per_contact <= 1.4, {any: [reply_ratio <= 20%, below45_ratio >= 80%]}]\n"
    "worse: out_attempts\ncooldown: 2h\n",
    "window: 24h\nmin_sample: {out_calls: 5}\nwhen:\n"
    "  major: [sim_age_d <= 30d, out_calls >= 5 in 2h, stranger_ratio >= 60%, out_share >= 50%, cells <= 3]\n"
    "worse: out_calls\ncooldown: 6h\n",
    "window: 3h\nmin_sample: {protected_out: 2}\nwhen:\n"
    "  minor: [protected_out >= 2, agencies_out >= 2, reply_ratio <= 50%]\n"
    "  critical: [protected_out >= 4, protected_share >= 30%]\n"
    "worse: protected_out\ncooldown: 1h\n",
    "window: 2h\nmin_sample: {out_calls: 4}\nwhen:\n"
    "  minor: [out_calls >= 4, gap_median_s <= 10m, gap_cv <= 1.2, asr >= 30%, short_ratio <= 90%, acd_s <= 100s]\n"
    "worse: out_calls\ncooldown: 30m\n",
    "window: 12h\nmin_sample: {out_sms: 3}\nwhen:\n"
    "  minor: [out_sms >= 3, night_ratio <= 50%, imeis <= 2, short_gap_ratio <= 70%, out_call_share <= 60%]\n"
    "worse: fan_out\ncooldown: 3h\n",
    "window: 2h\nwhen:\n"
    "  minor: [complaints >= 2 in 12h, out_attempts >= 4]\n"
    "  major: [{any: [complaints >= 4 in 3d, out_calls >= 25]}, complaints < 9 in 7d, out_attempts >= 5]\n"
    "worse: out_attempts\ncooldown: 1h\n",
};

static const char campaign_text[] =
    "format: 1\nid: t.campaign\nrev: 1\ntitle: {vi: a, en: b}\nsummary: {vi: a, en: b}\nstatus: alert\n"
    "references: []\nfalse_positives: []\nsubject: campaign\naccuses: members\nwindow: 6h\n"
    "member:\n  window: 4h\n  min_sample: {protected_out: 1}\n"
    "  all: [sim_age_d <= 30d, protected_out >= 1, protected_share >= 20%, reply_ratio <= 40%]\n"
    "when:\n  minor: [sims >= 2, victims >= 2]\n  major: [sims >= 3, contacts >= 6, agencies >= 2]\n"
    "worse: victims\ncooldown: 5h\ntests: []\n";

struct program *rule_set_of_the_model(void)
{
    char text[2000], name[32];
    struct error error;
    ck_assert_int_eq(mkdir(workdir_path("rules"), 0700), 0);
    for (size_t i = 0; i < ARRAY_COUNT(rule_texts); i++) {
        snprintf(
            text, sizeof(text),
            "format: 1\nid: t.rule%zu\nrev: 1\ntitle: {vi: a, en: b}\nsummary: {vi: a, en: b}\nstatus: alert\n"
            "references: []\nfalse_positives: []\nsubject: sim\n%stests: []\n",
            i, rule_texts[i]);
        snprintf(name, sizeof(name), "rules/r%zu.yaml", i);
        workdir_write_text(name, text);
    }
    workdir_write_text("rules/campaign.yaml", campaign_text);
    struct program *program = program_load(workdir_path("rules"), &error);
    ck_assert_msg(program != NULL, "%s", error.text);
    return program;
}

static const char *const windows[] = {"20m", "1h", "2h", "6h", "24h"};
static const char *const gates[] = {"out_attempts", "out_calls",    "out_sms",      "fan_out",
                                    "answered",     "agencies_out", "protected_out"};

/* What a condition compares, and how its threshold is written: so many steps of a size. */
static const struct {
    const char *measure;
    unsigned least, most, step;
    const char *unit;
} measures[] = {
    {"out_attempts", 1, 20, 1, ""},
    {"out_calls", 1, 12, 1, ""},
    {"out_sms", 1, 8, 1, ""},
    {"fan_out", 1, 10, 1, ""},
    {"answered", 1, 8, 1, ""},
    {"protected_out", 1, 5, 1, ""},
    {"agencies_out", 1, 4, 1, ""},
    {"cells", 1, 5, 1, ""},
    {"imeis", 1, 4, 1, ""},
    {"sim_age_d", 1, 40, 1, "d"},
    {"per_contact", 1, 3, 1, ""},
    {"gap_median_s", 1, 20, 1, "m"},
    {"gap_cv", 1, 2, 1, ""},
    {"acd_s", 5, 300, 5, "s"},
    {"out_share", 5, 95, 5, "%"},
    {"out_call_share", 5, 95, 5, "%"},
    {"stranger_ratio", 5, 95, 5, "%"},
    {"reply_ratio", 5, 95, 5, "%"},
    {"asr", 5, 95, 5, "%"},
    {"short_ratio", 5, 95, 5, "%"},
    {"below45_ratio", 5, 95, 5, "%"},
    {"night_ratio", 5, 95, 5, "%"},
    {"short_gap_ratio", 5, 95, 5, "%"},
    {"protected_share", 5, 95, 5, "%"},
    {"complaints", 0, 4, 1, ""}, /* the last: not always drawn */
};

static bool has_complaints;

static void add_condition(struct text *text)
{
    static const char *const ops[] = {">=", "<=", ">", "<"};
    const size_t which = draw(ARRAY_COUNT(measures) - !has_complaints);
    const unsigned least = measures[which].least, most = measures[which].most, step = measures[which].step;
    text_add(text, "%s %s %u%s", measures[which].measure, ops[draw(ARRAY_COUNT(ops))],
             least + step * (unsigned)draw((most - least) / step + 1), measures[which].unit);
    if (draw_once_in(3))
        text_add(text, " in %s", windows[draw(ARRAY_COUNT(windows))]);
}

static void add_level(struct text *text, const char *severity)
{
    text_add(text, "  %s:\n", severity);
    for (uint64_t left = 1 + draw(3); left > 0; left--) {
        if (draw(4)) {
            text_add(text, "    - ");
            add_condition(text);
            text_add(text, "\n");
            continue;
        }
        text_add(text, "    - any:\n        - ");
        add_condition(text);
        text_add(text, "\n        - all: [");
        add_condition(text);
        text_add(text, ", ");
        add_condition(text);
        text_add(text, "]\n");
    }
}

/* Appends the YAML of a SIM rule. */
static void random_rule(struct text *text, unsigned index)
{
    static const char *const cooldowns[] = {"1m", "30m", "2h", "24h"};
    text_add(
        text,
        "format: 1\nid: t.random%u\nrev: 1\ntitle: {vi: a, en: b}\nsummary: {vi: a, en: b}\nstatus: alert\n"
        "references: []\nfalse_positives: []\nsubject: sim\n",
        index);
    text_add(text, "window: %s\n", windows[draw(ARRAY_COUNT(windows))]);
    text_add(text, "min_sample: {%s: %u}\nwhen:\n", gates[draw(ARRAY_COUNT(gates))], 1 + (unsigned)draw(8));
    add_level(text, "minor");
    if (draw(2))
        add_level(text, "major");
    text_add(text, "worse: %s\ncooldown: %s\ntests: []\n", gates[draw(ARRAY_COUNT(gates))],
             cooldowns[draw(ARRAY_COUNT(cooldowns))]);
}

struct program *rule_set_by_chance(bool asks_for_complaints)
{
    char bytes[4000], name[32];
    struct error error;
    has_complaints = asks_for_complaints;
    ck_assert_int_eq(mkdir(workdir_path("rules"), 0700), 0);
    for (unsigned i = 0; i < RANDOM_RULES; i++) {
        struct text text = text_over(bytes, sizeof(bytes));
        random_rule(&text, i);
        snprintf(name, sizeof(name), "rules/%u.yaml", i);
        workdir_write_text(name, bytes);
    }
    struct program *program = program_load(workdir_path("rules"), &error);
    ck_assert_msg(program != NULL, "%s", error.text);
    return program;
}
