/* SPDX-License-Identifier: Apache-2.0
 * The plug point of measures: the words of the rules and the columns of `simsieve measures`. A measure is one const
 * descriptor in the file of its family (src/detect/measures_*.c) and one line of the catalogue
 * (src/detect/catalogue.c); `rules explain` and the reference print what stands in it. */
#pragma once

#include "simsieve/detect/examination.h"

enum unit {
    UNIT_COUNT,   /* whole number */
    UNIT_RATIO,   /* 0 to 1; rules write percent */
    UNIT_SECONDS, /* rules write 20s, 5m */
    UNIT_DAYS,    /* rules write 30d */
    UNIT_PLAIN,   /* a number without unit */
};

/* Which events move a measure, for the gate of a rule (detect/rule.h). */
enum measure_domain {
    DOMAIN_OUT_CALL = 1,
    DOMAIN_OUT_SMS = 2,
    DOMAIN_OUT = 3,
    DOMAIN_PROTECTED = 4, /* outgoing, to protected numbers */
    DOMAIN_IN = 8,
    DOMAIN_OTHER = 16, /* cells, devices, age, complaints */
};

struct measure {
    const char *name;
    enum unit unit;
    unsigned domain; /* bits of enum measure_domain */

    /* True when one more event raises it by at most 1 and it never falls while events are added: a rule's gate. */
    bool is_count;

    /* True when a window does not matter to it (age). */
    bool is_timeless;

    /* True when it asks nothing of kept events: a window of it makes the state keep none. */
    bool is_of_lists;

    /* A ratio is undefined where its denominator is 0, and means little where it is small: a rule that uses it
     * must set min_sample. */
    bool needs_sample;

    const char *meaning; /* one sentence */
    const char *formula;
    const char *example; /* worked, with numbers */

    /* Owner thread of the view. The value's bounds; false unless it is certainly defined: no condition on it holds then. */
    bool (*value)(struct view *view, struct bounds *bounds);

    /* For ratios of counts: what the value is made of, so that the evaluation can say how many events it takes to
     * change the answer. NULL otherwise. */
    void (*parts)(struct view *view, struct bounds *numerator, struct bounds *denominator);

    /* The attempts (bits of enum measure_domain) that the larger of the two parts counts, all of them; 0: it is
     * no count of attempts. The smaller part grows by at most 1 with each. */
    unsigned whole;
};

/* Any thread. Row `index` of the catalogue, in the order of printed columns; NULL past the end. */
const struct measure *measure_at(size_t index);
size_t measure_count(void);

/* Any thread. The measure of that name, NULL when there is none. */
const struct measure *measure_by_name(const char *name, size_t length);

/* Any thread. The names, for text_nearest: an array of measure_count() texts. */
const char *const *measure_names(void);

/* Any thread. "count", "ratio", ... */
const char *unit_name(enum unit unit);

struct text;

enum language { LANGUAGE_EN, LANGUAGE_VI };

/* Any thread. Appends a value as people read it: "12", "85.5 %", "40 s", "3.5 days"; "85,5 %", "40 giây", "3,5 ngày". */
void measure_format(struct text *text, const struct measure *measure, double value, enum language language);

/* Any thread. Appends a rule's window: "24h", "7d"; "24 giờ", "7 ngày". */
void window_format(struct text *text, int64_t window_ms, enum language language);
