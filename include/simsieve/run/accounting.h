/* SPDX-License-Identifier: Apache-2.0
 * Where every record went (contract section 4): received = decoded + dropped, decoded = applied + duplicates + late. */
#pragma once

#include "simsieve/feed/rejects.h"
#include "simsieve/pipeline/pipeline.h"

#include <stdatomic.h>

#define ACCOUNTING_JSON_BYTES (256u << 10)

/* Alerts by rule, counted as they are delivered; written by the alert thread, read by any, relaxed. */
struct alert_tally {
    _Atomic uint64_t by_rule[RULES_MAX]; /* of the program at hand */
    _Atomic uint64_t total;
};

/* What came in, from all who take in. */
struct intake {
    uint64_t decoded;
    uint64_t changes,
        complaints; /* subscriber rows and complaints that came among records; not part of `decoded` */
    uint64_t dropped[REASON_COUNT];
    uint64_t rejects_not_kept;
    double seconds;
    bool was_stopped;
};

/* Any thread. Adds what a feed has rejected. */
void intake_add_rejects(struct intake *intake, const struct rejects *rejects);

/* Any thread. Sum over all reasons. */
uint64_t intake_dropped(const struct intake *intake);

/* Everything an accounting says. */
struct accounting {
    struct intake intake;
    struct order_counters order;
    struct shard_counters shards; /* sums */
    struct groups_counters groups;
    uint32_t shard_count;
    uint64_t shard_events[SHARDS_MAX];
    uint64_t alerts[RULES_MAX], alert_total;
    const struct pipeline *pipeline;
    const struct program *program;
    const struct names *names;
};

/* Feed thread, after pipeline_flush. Aborts when the figures do not add up: a record lost without a reason is a fault of
 * this program. */
void accounting_take(struct accounting *accounting, const struct intake *intake,
                     const struct pipeline *pipeline, uint32_t shard_count, const struct program *program,
                     const struct names *names, const struct alert_tally *tally);

/* Feed thread. What happened between two accountings of one run (the second with the same program). */
void accounting_subtract(struct accounting *later, const struct accounting *earlier);

struct text;

/* Feed thread. Appends the accounting as one JSON object. */
void accounting_json(struct text *json, const struct accounting *accounting);

/* Feed thread. The same for people, on stderr; `rejects` (NULL: none) knows where each reason was first met. */
void accounting_print(const struct accounting *accounting, const struct rejects *rejects);
