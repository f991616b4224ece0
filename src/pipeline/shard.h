/* SPDX-License-Identifier: Apache-2.0
 * A shard: the SIMs of its partitions, and what is found about them. All of it belongs to one thread. */
#pragma once

#include "batch.h"
#include "simsieve/detect/episodes.h"
#include "simsieve/detect/evaluate.h"
#include "simsieve/pipeline/pipeline.h"

#include <stdatomic.h>

#define SHARD_COUNTER_WORDS (sizeof(struct shard_counters) / sizeof(uint64_t))
static_assert(sizeof(struct shard_counters) % sizeof(uint64_t) == 0, "nothing but 64-bit counters");

struct shard {
    uint32_t index;
    const struct pipeline_options *options;
    const struct order *order; /* names of switches only */
    struct state *state;
    struct examination *examination;
    struct episodes *episodes;
    struct episodes
        *near; /* who was noted as near a rule; apart, so that noting costs no episode its place */
    struct overlay *overlay;           /* subscriber rows that changed during the run */
    struct complaint_book *complaints; /* that came during the run */
    struct generation generation;

    /* the piece of work at hand */
    const struct batch *batch;
    struct shard_output *output;
    const struct cdr *record;
    const struct ordered *ordered;
    uint64_t matched; /* bits of rules that held */

    struct shard_counters counters;

    /* `counters` as they were after the last batch; written by this thread, read by any: relaxed, each stands for itself. */
    _Atomic uint64_t shown[SHARD_COUNTER_WORDS];
};

/* Start-up only. */
struct shard *shard_create(uint32_t index, const struct pipeline_options *options, const struct order *order,
                           struct error *error);
void shard_destroy(struct shard *shard);

/* Shard thread. From here on these rules and lists hold: every SIM is looked at after its next attempt. Bound: a pass over
 * all SIMs. */
void shard_adopt(struct shard *shard, const struct generation *generation);

/* Shard thread. Applies its share of a batch. */
void shard_apply(struct shard *shard, const struct batch *batch, struct shard_output *output);

/* Shard thread, after a batch. Makes the counters of now visible to others. */
void shard_show_counters(struct shard *shard);

/* Shard thread. Looks at a SIM with the rules of `looks` and puts what holds into the output; sets the SIM's
 * countdown. */
void shard_look(struct shard *shard, struct line *line, unsigned looks);

/* Shard thread. The subscriber row of a number, as changed since the lists were loaded; NULL when there is none. */
const struct subscriber *shard_subscriber(const struct shard *shard, uint64_t number);
