/* SPDX-License-Identifier: Apache-2.0
 * How good the alerts of a run were, by a truth: what was found, what was not, who was accused wrongly, and
 * how many contacts junk SIMs had made by then (src/tools/score.md defines every figure). */
#pragma once

#include "simsieve/base/error.h"
#include "simsieve/record/cdr.h"

#include <stdio.h>

#define SCORE_CLASSES_MAX 64
#define SCORE_RULES_MAX   256
#define SCORE_NAMED_MAX   20 /* unknown numbers that are named; the rest is counted */

/* Junk SIMs among all in a real operator's sample: 189 in a million. */
#define SCORE_PREVALENCE 0.0002

/* Some values of one kind. Mean, median and the rest are without meaning when `count` is 0. */
struct score_spread {
    uint64_t count;
    double mean;
    int64_t median, p90, max; /* nearest rank */
};

/* One class of the truth, or all of them. A ratio without a denominator is NAN. */
struct score_class {
    char name[NAME_BYTES_MAX + 1];
    bool is_junk;
    uint64_t sims, accused;
    double precision; /* junk classes: accused of this class / (those and all honest accused) */
    double recall;    /* junk classes: accused / sims */
    uint64_t false_alerts;
    double false_alerts_per_million;  /* honest SIM-days */
    struct score_spread contacts;     /* of accused junk SIMs, before the first alert */
    struct score_spread detection_ms; /* of the same, from first_junk to the first alert */
    uint64_t contacts_missed;         /* of junk SIMs that nobody accused, in all */
};

struct score_rule {
    char name[64];
    bool is_shadow; /* would have accused */
    uint64_t alerts, junk_sims, honest_sims;
    double precision;
};

struct score {
    struct score_class classes[SCORE_CLASSES_MAX]; /* junk first, then by name */
    size_t class_count;
    struct score_rule rules[SCORE_RULES_MAX]; /* by name, shadow last */
    size_t rule_count;
    struct score_class all;
    uint64_t junk_sims, honest_sims, junk_accused, honest_accused;
    double precision_in_life; /* `all.precision` at SCORE_PREVALENCE */
    uint64_t days;            /* local days from the first to the last record */
    uint64_t records;
    uint64_t alerts, alerts_shadow, alerts_without_sims, alerts_bad;
    uint64_t truth_bad_rows;
    uint64_t early;   /* junk SIMs accused before their first junk contact */
    uint64_t unknown; /* accusations of numbers that the truth does not hold */
    char unknown_named[SCORE_NAMED_MAX][NUMBER_TEXT_BYTES]; /* masked, each once */
    size_t unknown_named_count;
};

struct scorer;

/* Start-up only. May block. Reads the truth and the alerts (NDJSON of schema simsieve.alert/1). A bad row of the
 * one and a bad line of the other is named on the log (the first SCORE_NAMED_MAX) and counted. `score` stays the
 * caller's and must outlive the scorer. NULL and ERROR_NO_INPUT, ERROR_CONFIG (the truth names nobody), ERROR_DATA
 * (no line of the alerts is an alert), ERROR_INTERNAL (memory; more classes or rules than there is room for).
 * Memory: at most 64 bytes a number of the truth. */
struct scorer *scorer_create(const char *truth_path, const char *alerts_path, struct score *score,
                             struct error *error);
void scorer_destroy(struct scorer *scorer);

/* One thread. Takes one record; each once, in any order. Bound: two hash probes. */
void scorer_record(struct scorer *scorer, const struct cdr *cdr);

/* One thread. Makes the figures, once, after the last record. ERROR_INTERNAL (memory). */
enum error_class scorer_finish(struct scorer *scorer, struct error *error);

/* The next record; *cdr is NULL when there is none. An error ends the scoring. */
typedef enum error_class(score_next_fn)(void *owner, const struct cdr **cdr, struct error *error);

struct score_options {
    const char *truth_path;
    const char *alerts_path;
    score_next_fn *next;
    void *owner;
};

/* Start-up only. May block. All of the above over an iterator: the errors of scorer_create and what `next`
 * returned. */
enum error_class score_compute(const struct score_options *options, struct score *score, struct error *error);

/* Any thread. For people: tables; for programs: one JSON object. The caller checks the stream. */
void score_print_text(const struct score *score, FILE *stream);
void score_print_json(const struct score *score, FILE *stream);
