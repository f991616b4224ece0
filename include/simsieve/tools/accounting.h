/* SPDX-License-Identifier: Apache-2.0
 * Where every record went (contract section 4): received = decoded + dropped, decoded = applied + duplicates + late. */
#pragma once

#include "simsieve/base/output.h"
#include "simsieve/pipeline/pipeline.h"
#include "simsieve/tools/walk.h"

#define ACCOUNTING_JSON_BYTES (256u << 10)

/* Alerts by rule, counted as they are delivered. */
struct alert_tally {
    uint64_t by_rule[RULES_MAX];
    uint64_t total;
};

struct text;

/* Feed thread, after pipeline_finish. Appends the accounting as one JSON object. Aborts when it does not add up: a
 * record lost without a reason is a fault of this program. */
void accounting_json(struct text *json, const struct walk *walk, const struct pipeline *pipeline,
                     uint32_t shard_count, const struct program *program, const struct names *names,
                     const struct alert_tally *tally);

/* Feed thread. The same for people, on stderr. */
void accounting_print(const struct walk *walk, const struct pipeline *pipeline, uint32_t shard_count,
                      const struct program *program, const struct names *names,
                      const struct alert_tally *tally);
