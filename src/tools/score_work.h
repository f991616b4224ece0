/* SPDX-License-Identifier: Apache-2.0
 * What the parts of the scorer share while they work: score_truth.c reads the truth, score_alerts.c the
 * alerts, score.c the records, and makes the figures. */
#pragma once

#include "simsieve/tools/score.h"

#define NOT_ACCUSED_MS   INT64_MAX
#define NO_FIRST_JUNK_MS INT64_MIN

/* One number of the truth. */
struct person {
    uint64_t key; /* E.164 digits */
    int64_t first_junk_ms;
    int64_t accused_ms; /* first alert */
    uint32_t class_index;
    uint32_t attempts_index; /* junk: in scorer.attempts */
};

/* What the records say of one junk SIM. */
struct attempts {
    uint64_t key; /* 0: free */
    int64_t accused_ms;
    uint64_t mo, mo_before, mt, mt_before;
    bool is_served;
};

struct accusation {
    uint32_t rule_index;
    uint32_t person_index;
};

struct scorer {
    const char *truth_path, *alerts_path;
    struct score *score;   /* the caller's */
    struct error *error;   /* of the call that is under way */
    struct person *people; /* sorted by key */
    size_t person_count, person_capacity;
    struct accusation *accusations;
    size_t accusation_count, accusation_capacity;
    struct attempts *attempts; /* hash table of the junk SIMs */
    size_t attempts_capacity;  /* a power of two */
    int64_t first_ms, last_ms; /* of the records */
};

/* One thread. The parts, in this order. */
enum error_class score_truth_read(struct scorer *scorer);
enum error_class score_alerts_read(struct scorer *scorer);

/* Any thread. The number of a text of E.164 digits, with or without "+". */
bool score_parse_key(const char *text, size_t length, uint64_t *key);

/* Any thread. The number's row of the truth, NULL when there is none. */
struct person *score_find_person(const struct scorer *scorer, uint64_t key);

/* One thread. Room for one more item of an array that may move; false without memory. */
bool score_make_room(void **items, size_t count, size_t *capacity, size_t item_bytes);

/* One thread. Counts something odd and names the first of its kind on the log. */
void score_note_bad(uint64_t *count, const char *text);

/* Any thread. ERROR_INTERNAL. */
enum error_class score_no_memory(struct scorer *scorer);
