/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/tools/measuring.h"

#include "simsieve/pipeline/pipeline.h"
#include "simsieve/state/sighting.h"
#include "simsieve/tools/walk.h"

#include <stdlib.h>

/* Nothing is too late for a look back. */
#define NO_LATENESS_MS (36500 * DAY_MS)

struct measuring {
    const struct measuring_options *options;
    struct pipeline *pipeline;
    struct examination *examination;
    struct state *state;
    int64_t at_ms;
};

static enum error_class take_record(void *owner, const struct cdr *record, struct error *error)
{
    struct measuring *measuring = owner;
    (void)error;
    if (!measuring->options->at_ms || record->time_ms <= measuring->options->at_ms)
        pipeline_push(measuring->pipeline, record);
    return ERROR_OK;
}

static enum error_class no_alert(void *owner, struct alert *alert, struct error *error)
{
    (void)owner;
    (void)error;
    alert_destroy(alert);
    return ERROR_OK;
}

static enum error_class nothing(void *owner, struct error *error)
{
    (void)owner;
    (void)error;
    return ERROR_OK;
}

static bool visit_line(void *owner, struct line *line)
{
    struct measuring *measuring = owner;
    if (line->event_count >= measuring->examination->capacity) {
        const size_t capacity = 2 * (line->event_count + 1);
        examination_destroy(measuring->examination);
        measuring->examination = examination_create(capacity);
    }
    struct examination *examination = measuring->examination;
    examination_begin(examination, measuring->state, measuring->options->environment->lists, line,
                      measuring->at_ms);
    const struct view *view = examination_view(examination, measuring->options->window_ms);
    if (view->first < examination->count)
        measuring->options->sim(measuring->options->owner, examination);
    return true;
}

/* Exactness or nothing: a table of estimates under the name of counts would be worse than none. */
static enum error_class check_complete(const struct shard_counters *counters, struct error *error)
{
    if (!counters->state.lines_evicted && !counters->state.blocks_trimmed && !counters->untracked &&
        !counters->state.contacts_demoted && !counters->state.events_capped)
        return ERROR_OK;
    return error_set(error, ERROR_INTERNAL,
                     "these records need more memory than --memory allows to be measured "
                     "exactly; raise it, or take a shorter --window or fewer records");
}

static enum error_class visit_all(struct measuring *measuring, struct error *error)
{
    enum error_class class = ERROR_OK;
    for (uint32_t shard = 0; shard < measuring->options->shard_count && !class; shard++) {
        struct shard_counters counters;
        pipeline_shard_counters(measuring->pipeline, shard, &counters);
        class = check_complete(&counters, error);
    }
    for (uint32_t shard = 0; shard < measuring->options->shard_count && !class; shard++) {
        measuring->state = pipeline_state(measuring->pipeline, shard);
        for (uint32_t partition = 0; partition < PARTITION_COUNT; partition++)
            state_each_line(measuring->state, partition, visit_line, measuring);
    }
    return class;
}

static struct state_limits limits_of(const struct measuring_options *options)
{
    struct state_limits limits = state_limits_default();
    if (options->memory_bytes)
        state_limits_for_bytes(&limits, options->memory_bytes);
    limits.events_max = EVENTS_OF_ONE_SIM_MAX;
    limits.places_max = UINT16_MAX;
    limits.horizon_ms = limits.old_horizon_ms = options->window_ms + CONTACT_MEMORY_MS;
    limits.keeps_contacts = false; /* all contacts of the 30 days before the window are in the ring */
    limits.keeps_places = true;
    return limits;
}

enum error_class measure_inputs(const struct measuring_options *options, struct measuring_result *result,
                                struct error *error)
{
    const struct environment *environment = options->environment;
    const struct decode_context context = {.numbering = environment->numbering, .names = environment->names};
    struct measuring measuring = {.options = options};
    const struct walk_options walk_options = {.context = &context,
                                              .paths = options->paths,
                                              .path_count = options->path_count,
                                              .format = options->format,
                                              .shows_progress = true,
                                              .record = take_record,
                                              .owner = &measuring};
    struct pipeline_options pipeline = {.shard_count = options->shard_count,
                                        .lateness_ms = NO_LATENESS_MS,
                                        .limits = limits_of(options),
                                        .program = environment->program,
                                        .lists = environment->lists,
                                        .names = environment->names,
                                        .tracks_everybody = true,
                                        .deliver = no_alert,
                                        .delivered = nothing};
    struct walk walk;
    enum error_class class = walk_open(&walk, &walk_options, error);
    if (class)
        return class;
    pipeline.source_count = inputs_count(walk.inputs);
    measuring.pipeline = pipeline_create(&pipeline, error);
    measuring.examination = examination_create(1024);
    if (measuring.pipeline) {
        class = walk_run(&walk, &walk_options, error);
        pipeline_finish(measuring.pipeline, error);
        const struct order_counters *counters = order_counters(pipeline_order(measuring.pipeline));
        measuring.at_ms = options->at_ms ? options->at_ms : counters->last_ms;
        *result = (struct measuring_result){measuring.at_ms, counters->applied, rejects_total(walk.rejects),
                                            counters->duplicates};
        if (!class)
            class = walk_judge(&walk, error);
        if (!class)
            class = visit_all(&measuring, error);
    } else {
        class = error->class;
    }
    struct error later;
    examination_destroy(measuring.examination);
    pipeline_destroy(measuring.pipeline);
    walk_close(&walk, &later);
    return class;
}
