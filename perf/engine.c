/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"

#include "simsieve/base/hash.h"
#include "simsieve/pipeline/pipeline.h"
#include "simsieve/tools/environment.h"

#define SPAN_MS  (6 * HOUR_MS)
#define FIRST_MS INT64_C(1733706000000)

static enum error_class count_alert(void *owner, struct alert *alert, struct error *error)
{
    uint64_t *alerts = owner;
    (void)error;
    ++*alerts;
    alert_destroy(alert);
    return ERROR_OK;
}

static enum error_class nothing(void *owner, struct error *error)
{
    (void)owner;
    (void)error;
    return ERROR_OK;
}

/* A call of one of `sims` to one of ten contacts of its own among them; every 33rd calls any of them. */
static struct cdr record_at(uint64_t index, uint64_t records, uint32_t sims)
{
    const uint64_t hash = hash_fixed(index + 1);
    const uint64_t a = hash % sims, pick = hash >> 40;
    const uint64_t b = hash_fixed(a % 33 == 0 ? hash : a * 10 + pick % 10) % sims;
    struct cdr record = {.time_ms = FIRST_MS + (int64_t)(index * (uint64_t)SPAN_MS / records),
                         .a = number_make(NUMBER_MOBILE, 84900000000 + a),
                         .b = number_make(NUMBER_MOBILE, 84900000000 + b),
                         .type = CDR_MO_CALL,
                         .outcome = CDR_ANSWERED,
                         .duration_s = (uint32_t)(pick % 300)};
    record.valid =
        1u << CDR_TYPE | 1u << CDR_TIME | 1u << CDR_A | 1u << CDR_B | 1u << CDR_OUTCOME | 1u << CDR_DURATION;
    return record;
}

struct engine_result engine_figure(uint32_t sims, uint64_t records, uint32_t shards, const char *rules)
{
    struct engine_result result = {0};
    struct environment environment;
    struct error error;
    CHECK(!environment_open(&environment, NULL, rules, &error));
    struct pipeline_options options = {.shard_count = shards,
                                       .source_count = 1,
                                       .lateness_ms = DAY_MS,
                                       .limits = state_limits_default(),
                                       .program = environment.program,
                                       .lists = environment.lists,
                                       .names = environment.names,
                                       .deliver = count_alert,
                                       .delivered = nothing,
                                       .owner = &result.alerts};
    pipeline_fit_limits(&options.limits, environment.program);
    struct pipeline *pipeline = pipeline_create(&options, &error);
    CHECK(pipeline);
    const struct stopwatch started = stopwatch_start();
    for (uint64_t index = 0; index < records; index++) {
        const struct cdr record = record_at(index, records, sims);
        pipeline_push(pipeline, &record);
    }
    CHECK(!pipeline_finish(pipeline, &error));
    result.figure = stopwatch_stop(&started, records);
    uint64_t bytes = 0, lines = 0;
    for (uint32_t i = 0; i < shards; i++) {
        struct shard_counters counters;
        pipeline_shard_counters(pipeline, i, &counters);
        bytes += counters.bytes_used;
        lines += counters.lines;
    }
    result.bytes_per_sim = (double)bytes / (double)lines;
    result.events_per_sim = (double)records / (double)lines;
    pipeline_destroy(pipeline);
    environment_close(&environment);
    return result;
}
