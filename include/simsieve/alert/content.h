/* SPDX-License-Identifier: Apache-2.0
 * What an alert says, before it is written: contract section 3 as plain data. Whoever raises an alert fills this;
 * alert_render turns it into the object that all sinks share. */
#pragma once

#include "simsieve/alert/alert.h"
#include "simsieve/record/identity.h"
#include "simsieve/record/number.h"

#define ALERT_EVIDENCE_MAX 20
#define ALERT_MEASURES_MAX 32
#define ALERT_SIMS_MAX     1024

struct alert_measure {
    char name[48];
    double value;
    bool has_value;
    double threshold;
    const char *op; /* ">=", "<=", ">", "<" */
};

struct alert_evidence {
    int64_t time_ms;
    uint64_t identity; /* record/identity.h */
};

struct alert_content {
    const char *rule, *title_vi, *title_en;
    const char *summary_vi, *summary_en;
    uint32_t rev, rule_index;
    enum alert_mode mode;
    enum severity severity;
    enum subject_type subject_type;
    const char *subject_key;

    uint64_t position;
    int64_t time_ms;    /* of the record that fired it */
    const char *firing; /* that record's identity in words: part of the id */

    const uint64_t *sims; /* accused, in ascending order */
    size_t sim_count;
    const uint64_t *joined; /* of these, new since the last alert; NULL: the field is left out */
    size_t joined_count;

    struct alert_measure measures[ALERT_MEASURES_MAX];
    size_t measure_count;
    int64_t first_seen_ms; /* 0: no outgoing contact */
    uint64_t contacts;
    uint32_t protected_count;
    uint32_t protected_by_province[PROVINCE_CODE_MAX + 1];
    struct province_set active, registered, victims;
    struct alert_evidence evidence[ALERT_EVIDENCE_MAX]; /* newest first */
    size_t evidence_count;
};

/* Any thread. Adds a record behind the others. Not more than ALERT_EVIDENCE_MAX, and none twice: records without a
 * sequence number that are alike in everything cannot be told apart. */
void alert_add_evidence(struct alert_content *content, int64_t time_ms, uint64_t identity);

/* Any thread. The alert of a content; the caller owns it. `names` resolves senders, `switch_name` the switch index
 * of an identity. Its id is XXH3-128 over rule, revision, subject and firing record. */
struct alert *alert_render(const struct alert_content *content, const struct names *names,
                           const char *(*switch_name)(void *owner, uint32_t switch_index), void *owner);
