/* SPDX-License-Identifier: Apache-2.0
 * The parts of a report: what is gathered from the store, and what is printed from it. */
#pragma once

#include "layout.h"
#include "masking.h"
#include "places.h"
#include "simsieve/report/report.h"
#include "view.h"

#define REPORT_ALERTS_MAX  200 /* described in the text */
#define REPORT_RULES_MAX   64  /* rows of the table */
#define REPORT_RUNS_MAX    10
#define REPORT_LINES_MAX   12   /* reasons, and gaps, of one run */
#define REPORT_NUMBERS_MAX 10   /* of one alert in the text */
#define CSV_NUMBERS_MAX    2000 /* of one alert in a cell: a spreadsheet's holds 32,767 characters */
#define SCRATCH_BYTES      65536

/* Alerts of one rule in one kind of mode. */
struct tally {
    char rule[ALERT_RULE_BYTES];
    char title[256];
    bool is_trial; /* shadow */
    uint64_t counts[SEVERITY_COUNT];
};

/* The accounting of one run. */
struct run {
    json_t *root; /* owned */
    char name[128];
    int64_t first_ms, last_ms;
};

struct digest {
    const struct report_options *options;
    const struct places *places;
    int64_t from_ms, to_ms; /* the day, [from, to) */
    FILE *csv;              /* NULL: not wanted */
    uint64_t alert_count;   /* routed here, all modes */
    uint64_t trial_count;   /* of them in shadow mode */
    uint64_t unreadable_count;
    struct view views[SEVERITY_COUNT][REPORT_ALERTS_MAX]; /* the first of each severity, trials left out */
    size_t view_counts[SEVERITY_COUNT];
    struct tally tallies[REPORT_RULES_MAX];
    size_t tally_count;
    struct tally others; /* of the rules that found no row */
    struct run runs[REPORT_RUNS_MAX];
    size_t run_count; /* all that touched the day; `runs` holds the first */
    char scratch[SCRATCH_BYTES];
};

/* csv.c */
void csv_header(FILE *stream);
void csv_row(FILE *stream, struct digest *digest, const struct view *view);

/* draft.c: the whole text */
void draft_print(FILE *stream, struct digest *digest);

/* completeness.c: its first section */
void completeness_print(FILE *stream, struct digest *digest);
