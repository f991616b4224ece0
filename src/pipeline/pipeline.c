/* SPDX-License-Identifier: Apache-2.0
 * The threads of a run and the ring of batches between them; src/pipeline/batch.h says who waits for whom. */
#include "simsieve/pipeline/pipeline.h"

#include "batch.h"
#include "shard.h"
#include "simsieve/base/cursor.h"
#include "simsieve/base/thread.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A wait is ended by progress; this only bounds what a lost wake-up could cost. */
#define WAIT_MS 200

#define NEVER UINT64_MAX

/* So many records wait for the memory that decides on their order. */
#define ORDER_AHEAD 16

struct shard_thread {
    struct pipeline *pipeline;
    struct shard *shard;
    pthread_t thread;
    bool is_running;
    struct cursor done;
};

#define GROUPS_COUNTER_WORDS (sizeof(struct groups_counters) / sizeof(uint64_t))

struct pipeline {
    struct pipeline_options options;
    struct order *order;
    struct groups *groups;
    struct generation grouped; /* alert thread: what groups go by */
    uint64_t swapped;          /* feed thread: number of the first batch since the last swap */
    struct batch *batches[BATCH_RING];
    struct batch *open; /* being filled; feed thread */
    int64_t watch_since_ms;
    uint64_t next; /* number of the open batch; feed thread */

    struct cursor published, retired;
    _Atomic uint64_t
        last; /* number of batches in all, NEVER until known. Release by the feed thread, acquire by the
                            * others: who sees it sees what was published before */
    struct shard_thread shards[SHARDS_MAX];
    pthread_t alert_thread;
    bool is_alert_thread_running;

    _Atomic uint64_t groups_shown[GROUPS_COUNTER_WORDS]; /* relaxed: the alert thread's, for who asks */
    _Atomic uint64_t alert_count;                        /* relaxed: a figure for progress */
    _Atomic bool has_failed; /* release by the alert thread after `failure` is filled, acquire by readers */
    struct error failure;
};

void pipeline_fit_limits(struct state_limits *limits, const struct program *program)
{
    limits->horizon_ms = program->horizon_ms;
    limits->old_horizon_ms = program->old_horizon_ms;
    limits->young_ms = program->young_ms;
    limits->cooldown_ms = 0;
    for (size_t i = 0; i < program->rule_count; i++)
        limits->cooldown_ms = i64_max(limits->cooldown_ms, program->rules[i]->cooldown_ms);
    limits->keeps_contacts = program->keeps_contacts;
    limits->keeps_places = program->keeps_places;
}

static struct batch *batch_create(uint32_t shard_count)
{
    struct batch *batch = calloc(1, sizeof(*batch));
    CHECK(batch);
    batch->work = calloc(shard_count, sizeof(*batch->work));
    batch->outputs = aligned_alloc(CACHE_LINE_BYTES, shard_count * sizeof(*batch->outputs));
    CHECK(batch->work && batch->outputs);
    memset(batch->outputs, 0, shard_count * sizeof(*batch->outputs));
    return batch;
}

static void batch_destroy(struct batch *batch, uint32_t shard_count)
{
    if (!batch)
        return;
    for (uint32_t i = 0; i < shard_count; i++)
        free(batch->outputs[i].edges);
    free(batch->outputs);
    free(batch->work);
    free(batch);
}

/* Waits for batch `number`; false when the run ends before it. */
static bool await_batch(struct pipeline *pipeline, struct cursor *cursor, uint64_t number)
{
    while (number < atomic_load_explicit(&pipeline->last, memory_order_acquire))
        if (cursor_await(cursor, number, WAIT_MS) > number)
            return true;
    return false;
}

static void *shard_main(void *argument)
{
    struct shard_thread *self = argument;
    struct pipeline *pipeline = self->pipeline;
    for (uint64_t number = 0; await_batch(pipeline, &pipeline->published, number); number++) {
        struct batch *batch = pipeline->batches[number % BATCH_RING];
        shard_apply(self->shard, batch, &batch->outputs[self->shard->index]);
        shard_show_counters(self->shard);
        cursor_advance(&self->done, number + 1);
    }
    return NULL;
}

static int by_position(const void *a, const void *b)
{
    const struct edge *left = a, *right = b;
    if (left->position != right->position)
        return left->position < right->position ? -1 : 1;
    if (left->rule_index != right->rule_index)
        return left->rule_index < right->rule_index ? -1 : 1;
    return (left->sim > right->sim) - (left->sim < right->sim);
}

static int in_delivery_order(const void *a, const void *b)
{
    const struct alert *left = *(struct alert *const *)a, *right = *(struct alert *const *)b;
    if (left->position != right->position)
        return left->position < right->position ? -1 : 1;
    if (left->rule_index != right->rule_index)
        return left->rule_index < right->rule_index ? -1 : 1;
    return strcmp(left->subject_key, right->subject_key);
}

static const char *switch_name(void *owner, uint32_t switch_index)
{
    const struct pipeline *pipeline = owner;
    return names_text(pipeline->options.names, order_switch_name(pipeline->order, switch_index));
}

/* All edges of a batch, in the order of positions, through the group stage; its alerts go to the first output. */
static void take_edges(struct pipeline *pipeline, struct batch *batch)
{
    const struct group_context context = {pipeline->options.names, switch_name, pipeline};
    size_t count = 0, at = 0;
    for (uint32_t i = 0; i < pipeline->options.shard_count; i++)
        count += batch->outputs[i].edge_count;
    if (!count)
        return;
    struct edge *edges = malloc(count * sizeof(*edges));
    CHECK(edges);
    for (uint32_t i = 0; i < pipeline->options.shard_count; i++) {
        struct shard_output *output = &batch->outputs[i];
        if (output->edge_count) /* a shard that never had one has no array */
            memcpy(edges + at, output->edges, output->edge_count * sizeof(*edges));
        at += output->edge_count;
        output->edge_count = 0;
    }
    qsort(edges, count, sizeof(*edges), by_position);
    for (size_t i = 0; i < count; i++) {
        struct alert *alert = groups_take(pipeline->groups, &edges[i], &context);
        if (alert)
            output_alert(&batch->outputs[0], alert);
    }
    free(edges);
}

static void fail(struct pipeline *pipeline, const struct error *error)
{
    if (atomic_load_explicit(&pipeline->has_failed, memory_order_relaxed))
        return;
    pipeline->failure = *error;
    atomic_store_explicit(&pipeline->has_failed, true, memory_order_release);
}

/* Delivers in order; after a failure the rest is only freed. */
static void deliver(struct pipeline *pipeline, struct alert **alerts, size_t count)
{
    struct error error = {0};
    enum error_class class = ERROR_OK;
    for (size_t i = 0; i < count; i++) {
        alerts[i]->next = NULL;
        if (class || pipeline_has_failed(pipeline)) {
            alert_destroy(alerts[i]);
            continue;
        }
        const bool is_near = alerts[i]->is_near;
        class = pipeline->options.deliver(pipeline->options.owner, alerts[i], &error);
        if (!is_near)
            atomic_fetch_add_explicit(&pipeline->alert_count, 1, memory_order_relaxed);
    }
    if (!class && !pipeline_has_failed(pipeline))
        class = pipeline->options.delivered(pipeline->options.owner, &error);
    if (class)
        fail(pipeline, &error);
}

static void deliver_batch(struct pipeline *pipeline, struct batch *batch)
{
    size_t count = 0, at = 0;
    for (uint32_t i = 0; i < pipeline->options.shard_count; i++)
        for (const struct alert *alert = batch->outputs[i].first_alert; alert; alert = alert->next)
            count++;
    if (!count)
        return;
    struct alert **alerts = malloc(count * sizeof(*alerts));
    CHECK(alerts);
    for (uint32_t i = 0; i < pipeline->options.shard_count; i++) {
        struct shard_output *output = &batch->outputs[i];
        for (struct alert *alert = output->first_alert; alert; alert = alert->next)
            alerts[at++] = alert;
        output->first_alert = output->last_alert = NULL;
    }
    qsort(alerts, count, sizeof(*alerts), in_delivery_order);
    deliver(pipeline, alerts, count);
    free(alerts);
}

static void show_groups(struct pipeline *pipeline)
{
    const struct groups_counters counters = groups_counters(pipeline->groups);
    uint64_t words[GROUPS_COUNTER_WORDS];
    memcpy(words, &counters, sizeof(words));
    for (size_t i = 0; i < GROUPS_COUNTER_WORDS; i++)
        atomic_store_explicit(&pipeline->groups_shown[i], words[i], memory_order_relaxed);
}

static void *alert_main(void *argument)
{
    struct pipeline *pipeline = argument;
    for (uint64_t number = 0;; number++) {
        for (uint32_t i = 0; i < pipeline->options.shard_count; i++)
            if (!await_batch(pipeline, &pipeline->shards[i].done, number))
                return NULL;
        struct batch *batch = pipeline->batches[number % BATCH_RING];
        if (batch->generation.program != pipeline->grouped.program) {
            pipeline->grouped = batch->generation;
            groups_adopt(pipeline->groups, batch->generation.program);
        }
        take_edges(pipeline, batch);
        show_groups(pipeline);
        deliver_batch(pipeline, batch);
        cursor_advance(&pipeline->retired, number + 1);
    }
}

static void add_on_net(struct pipeline *pipeline)
{
    const struct lists *lists = pipeline->options.lists;
    for (size_t i = 0; i < lists_subscriber_count(lists); i++)
        order_add_on_net(pipeline->order, lists_subscriber_at(lists, i)->number);
}

struct pipeline *pipeline_create(const struct pipeline_options *options, struct error *error)
{
    struct pipeline *pipeline = aligned_alloc(CACHE_LINE_BYTES, sizeof(*pipeline));
    CHECK(pipeline && options->shard_count >= 1 && options->shard_count <= SHARDS_MAX);
    memset(pipeline, 0, sizeof(*pipeline));
    pipeline->options = *options;
    pipeline->options.limits.lateness_ms = options->lateness_ms;
    atomic_store_explicit(&pipeline->last, NEVER, memory_order_relaxed);
    pipeline->options.victim_key = hash_key_random();
    pipeline->grouped = (struct generation){options->program, options->lists};
    pipeline->groups = groups_create(options->program);
    pipeline->order = order_create(options->source_count, options->lateness_ms, error);
    bool is_ready = pipeline->order != NULL;
    for (uint32_t i = 0; i < options->shard_count && is_ready; i++) {
        struct shard_thread *thread = &pipeline->shards[i];
        thread->pipeline = pipeline;
        thread->shard = shard_create(i, &pipeline->options, pipeline->order, error);
        is_ready = thread->shard != NULL;
    }
    if (!is_ready) {
        pipeline_destroy(pipeline);
        return NULL;
    }
    for (unsigned i = 0; i < BATCH_RING; i++)
        pipeline->batches[i] = batch_create(options->shard_count);
    pipeline->open = pipeline->batches[0];
    add_on_net(pipeline);
    for (uint32_t i = 0; i < options->shard_count; i++) {
        struct shard_thread *thread = &pipeline->shards[i];
        thread_start(&thread->thread, shard_main, thread, "shard %u", i);
        thread->is_running = true;
    }
    thread_start(&pipeline->alert_thread, alert_main, pipeline, "alerts");
    pipeline->is_alert_thread_running = true;
    return pipeline;
}

static bool is_tracked(const struct pipeline *pipeline, uint64_t number)
{
    return pipeline->options.tracks_everybody ||
           pipeline->options.program->number_kinds >> number_kind(number) & 1;
}

static void add_work(struct pipeline *pipeline, uint64_t number, uint32_t index, enum side side)
{
    struct shard_work *work = &pipeline->open->work[partition_of(number) % pipeline->options.shard_count];
    work->works[work->count++] = WORK_MAKE(index, side);
}

/* Gives the oldest record that waits its place in the order, and the shards their work. A record that does not count
 * stays in the batch as a hole. */
static void order_next(struct pipeline *pipeline)
{
    struct batch *batch = pipeline->open;
    const uint32_t index = batch->ordered_count++;
    const struct cdr *record = &batch->records[index];
    struct ordered *ordered = &batch->ordered[index];
    if (order_record(pipeline->order, record, ordered) != ORDER_APPLIED)
        return;
    if (!pipeline->watch_since_ms)
        pipeline->watch_since_ms = record->time_ms;
    const bool keeps_incoming =
        pipeline->options.tracks_everybody || pipeline->options.program->keeps_incoming;
    const unsigned a_roles = ROLE_OUT_A | ROLE_PLACE_A,
                   b_roles = (keeps_incoming ? ROLE_IN_B : 0) | ROLE_PLACE_B;
    if (ordered->roles & a_roles && record->a && is_tracked(pipeline, record->a))
        add_work(pipeline, record->a, index, SIDE_A);
    if (ordered->roles & b_roles && is_tracked(pipeline, record->b))
        add_work(pipeline, record->b, index, SIDE_B);
}

void pipeline_order_pushed(struct pipeline *pipeline)
{
    while (pipeline->open->ordered_count < pipeline->open->count)
        order_next(pipeline);
}

/* Gives the open batch to the shards and waits for a free place for the next. */
static void publish(struct pipeline *pipeline)
{
    pipeline_order_pushed(pipeline);
    pipeline->open->watch_since_ms = pipeline->watch_since_ms;
    pipeline->open->generation = (struct generation){pipeline->options.program, pipeline->options.lists};
    cursor_advance(&pipeline->published, ++pipeline->next);
    if (pipeline->next >= BATCH_RING)
        while (cursor_await(&pipeline->retired, pipeline->next - BATCH_RING, WAIT_MS) <=
               pipeline->next - BATCH_RING)
            continue;
    struct batch *batch = pipeline->batches[pipeline->next % BATCH_RING];
    batch->count = batch->ordered_count = batch->change_count = batch->complaint_count = 0;
    for (uint32_t i = 0; i < pipeline->options.shard_count; i++)
        batch->work[i].count = 0;
    pipeline->open = batch;
}

void pipeline_push(struct pipeline *pipeline, const struct cdr *record)
{
    struct batch *batch = pipeline->open;
    batch->records[batch->count++] = *record;
    order_prefetch(pipeline->order, record);
    if (batch->count - batch->ordered_count > ORDER_AHEAD)
        order_next(pipeline);
    if (batch->count == BATCH_RECORDS)
        publish(pipeline);
}

void pipeline_push_change(struct pipeline *pipeline, const struct subscriber *subscriber, int64_t time_ms)
{
    pipeline_order_pushed(pipeline);
    struct batch *batch = pipeline->open;
    const uint32_t index = batch->change_count++;
    batch->changes[index] = *subscriber;
    batch->change_ms[index] = time_ms;
    order_add_on_net(pipeline->order, subscriber->number);
    add_work(pipeline, subscriber->number, index, SIDE_CHANGE);
    if (batch->change_count == BATCH_RECORDS)
        publish(pipeline);
}

void pipeline_push_complaint(struct pipeline *pipeline, const struct complaint *complaint)
{
    pipeline_order_pushed(pipeline);
    struct batch *batch = pipeline->open;
    const uint32_t index = batch->complaint_count++;
    batch->complaints[index] = *complaint;
    add_work(pipeline, complaint->number, index, SIDE_COMPLAINT);
    if (batch->complaint_count == BATCH_RECORDS)
        publish(pipeline);
}

enum error_class pipeline_swap(struct pipeline *pipeline, const struct program *program,
                               const struct lists *lists, struct error *error)
{
    const struct state_limits *limits = &pipeline->options.limits;
    const struct program *present = pipeline->options.program;
    if (program->horizon_ms > limits->horizon_ms || program->old_horizon_ms > limits->old_horizon_ms ||
        program->young_ms > limits->young_ms)
        return error_set(
            error, ERROR_CONFIG,
            "the new rules look further back than this run keeps events; restart it to read them again");
    if ((program->keeps_contacts && !limits->keeps_contacts) ||
        (program->keeps_places && !limits->keeps_places) ||
        (program->keeps_incoming && !present->keeps_incoming) ||
        program->number_kinds & ~present->number_kinds)
        return error_set(
            error, ERROR_CONFIG,
            "the new rules ask for what this run does not keep (contacts, places, incoming records, other "
            "kinds of numbers); restart it to read them again");
    pipeline_flush(pipeline);
    pipeline->options.program = program;
    pipeline->options.lists = lists;
    pipeline->swapped = pipeline->next;
    add_on_net(pipeline);
    publish(pipeline); /* empty: nobody waits for a record to let go of the old ones */
    return ERROR_OK;
}

bool pipeline_has_settled(const struct pipeline *pipeline)
{
    return cursor_get(&pipeline->retired) > pipeline->swapped;
}

void pipeline_flush(struct pipeline *pipeline)
{
    const struct batch *batch = pipeline->open;
    if (batch->count || batch->change_count || batch->complaint_count)
        publish(pipeline);
}

bool pipeline_has_failed(const struct pipeline *pipeline)
{
    return atomic_load_explicit(&pipeline->has_failed, memory_order_acquire);
}

static void join(pthread_t thread, bool *is_running)
{
    if (*is_running)
        CHECK(pthread_join(thread, NULL) == 0);
    *is_running = false;
}

/* One more, empty batch goes through and wakes every thread, which then finds that it was the last. */
static void stop(struct pipeline *pipeline)
{
    if (pipeline->is_alert_thread_running) {
        atomic_store_explicit(&pipeline->last, pipeline->next + 1, memory_order_release);
        publish(pipeline);
    }
    for (uint32_t i = 0; i < pipeline->options.shard_count; i++)
        join(pipeline->shards[i].thread, &pipeline->shards[i].is_running);
    join(pipeline->alert_thread, &pipeline->is_alert_thread_running);
}

enum error_class pipeline_finish(struct pipeline *pipeline, struct error *error)
{
    pipeline_flush(pipeline);
    stop(pipeline);
    if (!pipeline_has_failed(pipeline))
        return ERROR_OK;
    *error = pipeline->failure;
    return error->class;
}

void pipeline_destroy(struct pipeline *pipeline)
{
    if (!pipeline)
        return;
    stop(pipeline);
    for (unsigned i = 0; i < BATCH_RING; i++)
        batch_destroy(pipeline->batches[i], pipeline->options.shard_count);
    for (uint32_t i = 0; i < pipeline->options.shard_count; i++)
        shard_destroy(pipeline->shards[i].shard);
    groups_destroy(pipeline->groups);
    order_destroy(pipeline->order);
    free(pipeline);
}

void pipeline_set_lateness(struct pipeline *pipeline, uint32_t source, int64_t lateness_ms)
{
    order_set_lateness(pipeline->order, source, lateness_ms);
}

const struct order *pipeline_order(const struct pipeline *pipeline)
{
    return pipeline->order;
}

void pipeline_shard_counters(const struct pipeline *pipeline, uint32_t shard, struct shard_counters *counters)
{
    uint64_t words[SHARD_COUNTER_WORDS] = {0};
    for (size_t i = 0; i < SHARD_COUNTER_WORDS; i++)
        words[i] = atomic_load_explicit(&pipeline->shards[shard].shard->shown[i], memory_order_relaxed);
    memcpy(counters, words, sizeof(words));
}

bool pipeline_has_room(const struct pipeline *pipeline)
{
    return pipeline->next - cursor_get(&pipeline->retired) < BATCH_RING - 1;
}

void pipeline_group_counters(const struct pipeline *pipeline, struct groups_counters *counters)
{
    uint64_t words[GROUPS_COUNTER_WORDS] = {0};
    for (size_t i = 0; i < GROUPS_COUNTER_WORDS; i++)
        words[i] = atomic_load_explicit(&pipeline->groups_shown[i], memory_order_relaxed);
    memcpy(counters, words, sizeof(words));
}

struct state *pipeline_state(struct pipeline *pipeline, uint32_t shard)
{
    return pipeline->shards[shard].shard->state;
}

uint64_t pipeline_alert_count(const struct pipeline *pipeline)
{
    return atomic_load_explicit(&pipeline->alert_count, memory_order_relaxed);
}
