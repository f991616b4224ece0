/* SPDX-License-Identifier: Apache-2.0 */
#include "simsieve/tools/replay.h"

#include "changes.h"

#include <unistd.h>

uint32_t replay_default_shards(void)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors <= 2 ? 1 : processors > SHARDS_MAX ? SHARDS_MAX : (uint32_t)processors - 1;
}

static enum error_class deliver(void *owner, struct alert *alert, struct error *error)
{
    struct replay *replay = owner;
    if (!alert->is_near) {
        atomic_fetch_add_explicit(&replay->tally.by_rule[alert->rule_index], 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&replay->tally.total, 1, memory_order_relaxed);
    }
    return replay->options->deliver(replay->options->owner, alert, error);
}

static enum error_class delivered(void *owner, struct error *error)
{
    const struct replay *replay = owner;
    return replay->options->delivered ? replay->options->delivered(replay->options->owner, error) : ERROR_OK;
}

/* Tells the pipeline what is known of subscribers by the time of a record. */
static enum error_class push_changes(struct replay *replay, int64_t time_ms, struct error *error)
{
    const struct subscriber *change;
    int64_t known_ms;
    enum error_class class = changes_next(replay->changes, time_ms, &change, &known_ms, error);
    while (!class && change) {
        pipeline_push_change(replay->pipeline, change, known_ms);
        replay->change_count++;
        class = changes_next(replay->changes, time_ms, &change, &known_ms, error);
    }
    return class;
}

static enum error_class take_record(void *owner, const struct cdr *record, struct error *error)
{
    struct replay *replay = owner;
    enum error_class class = replay->changes ? push_changes(replay, record->time_ms, error) : ERROR_OK;
    pipeline_push(replay->pipeline, record); /* it is counted as decoded, whatever comes now */
    if (unlikely(!class && pipeline_has_failed(replay->pipeline)))
        class = error_set(error, ERROR_IO, "alerts cannot be delivered"); /* pipeline_finish knows why */
    return class;
}

static void take_pause(void *owner)
{
    pipeline_flush(((struct replay *)owner)->pipeline);
}

static uint64_t alert_count(void *owner)
{
    return pipeline_alert_count(((struct replay *)owner)->pipeline);
}

static struct walk_options walk_options_of(struct replay *replay)
{
    const struct replay_options *options = replay->options;
    return (struct walk_options){.context = &replay->context,
                                 .paths = options->paths,
                                 .path_count = options->path_count,
                                 .format = options->format,
                                 .rejects = options->rejects,
                                 .shows_progress = options->shows_progress,
                                 .record = take_record,
                                 .idle = take_pause,
                                 .alert_count = alert_count,
                                 .owner = replay};
}

enum error_class replay_open(struct replay *replay, const struct replay_options *options, struct error *error)
{
    const struct environment *environment = options->environment;
    *replay = (struct replay){.options = options,
                              .context = {.numbering = environment->numbering,
                                          .names = environment->names,
                                          .ports = options->ports}};
    struct pipeline_options pipeline = {.shard_count = options->shard_count,
                                        .lateness_ms = options->lateness_ms,
                                        .limits = state_limits_default(),
                                        .program = environment->program,
                                        .lists = environment->lists,
                                        .names = environment->names,
                                        .wants_near = options->wants_near,
                                        .deliver = deliver,
                                        .delivered = delivered,
                                        .owner = replay};
    if (options->memory_bytes)
        state_limits_for_bytes(&pipeline.limits, options->memory_bytes);
    pipeline_fit_limits(&pipeline.limits, environment->program);
    const struct walk_options walk = walk_options_of(replay);
    enum error_class class = walk_open(&replay->walk, &walk, error);
    if (!class && options->changes) {
        replay->changes = changes_open(options->changes, environment->numbering, environment->names, error);
        class = replay->changes ? ERROR_OK : error->class;
    }
    if (!class) {
        pipeline.source_count = inputs_count(replay->walk.inputs);
        replay->pipeline = pipeline_create(&pipeline, error);
        class = replay->pipeline ? ERROR_OK : error->class;
    }
    if (class) {
        struct error ignored;
        replay_close(replay, &ignored);
    }
    return class;
}

enum error_class replay_run(struct replay *replay, struct error *error)
{
    const struct walk_options walk = walk_options_of(replay);
    struct error failure;
    enum error_class class = walk_run(&replay->walk, &walk, error);
    if (pipeline_finish(replay->pipeline, &failure)) {
        *error = failure;
        class = failure.class;
    }
    return class;
}

void replay_account(const struct replay *replay, struct accounting *accounting)
{
    const struct environment *environment = replay->options->environment;
    struct intake intake = {.decoded = replay->walk.decoded,
                            .changes = replay->change_count,
                            .seconds = replay->walk.seconds,
                            .was_stopped = replay->walk.was_stopped};
    intake_add_rejects(&intake, replay->walk.rejects);
    accounting_take(accounting, &intake, replay->pipeline, replay->options->shard_count, environment->program,
                    environment->names, &replay->tally);
}

enum error_class replay_close(struct replay *replay, struct error *error)
{
    pipeline_destroy(replay->pipeline);
    changes_close(replay->changes);
    const enum error_class class = walk_close(&replay->walk, error);
    replay->pipeline = NULL;
    replay->changes = NULL;
    return class;
}
