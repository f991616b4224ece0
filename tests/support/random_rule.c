/* SPDX-License-Identifier: Apache-2.0 */
#include "random_rule.h"

#include "chance.h"
#include "simsieve/base/check.h"

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
};

static void add_condition(struct text *text)
{
    static const char *const ops[] = {">=", "<=", ">", "<"};
    const size_t which = draw(ARRAY_COUNT(measures));
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

void random_rule(struct text *text, unsigned index)
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
