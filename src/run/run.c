/* SPDX-License-Identifier: Apache-2.0
 * The life of a run: open, read again, live, drain, account. */
#include "run_parts.h"

#include "simsieve/base/clock.h"
#include "simsieve/control/notify.h"
#include "simsieve/log/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define IDLE_WAIT_MS 50                          /* between two looks when nothing comes */
#define SHOW_NS      UINT64_C(1000000000)        /* between two publications */
#define BOOK_NS      (20 * UINT64_C(1000000000)) /* between two rows of accounting */

static enum error_class make_folder(const char *path, struct error *error)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return ERROR_OK;
    return error_set(error, ERROR_CANNOT_CREATE, "%s: cannot be made: %s", path, strerror(errno));
}

static enum error_class open_feed(struct run *run, struct run_feed *feed,
                                  const struct run_feed_configuration *configuration,
                                  const char *state_folder, struct error *error)
{
    char path[RUN_PATH_BYTES + 64];
    feed->configuration = configuration;
    snprintf(feed->state_folder, sizeof(feed->state_folder), "%.3000s/%s", state_folder, configuration->name);
    if (!run->is_reader && make_folder(feed->state_folder, error))
        return error->class;
    snprintf(path, sizeof(path), "%s/rejects.ndjson", feed->state_folder);
    feed->rejects = rejects_open(run->is_reader ? NULL : path, error);
    if (!feed->rejects)
        return error->class;
    feed->context = run->context;
    feed->context.map = configuration->map;
    feed->options = (struct feed_options){.name = configuration->name,
                                          .folder = run->options.configuration->folder,
                                          .state_folder = run->options.is_check ? NULL : feed->state_folder,
                                          .is_reader = run->is_reader,
                                          .context = &feed->context,
                                          .format = configuration->decoder,
                                          .rejects = feed->rejects,
                                          .health = &feed->health};
    return configuration->kind->open(&feed->state, &feed->options, configuration->settings, error);
}

static enum error_class open_feeds(struct run *run, const char *state_folder, struct error *error)
{
    const struct run_configuration *configuration = run->options.configuration;
    enum error_class class = ERROR_OK;
    for (size_t i = 0; i < configuration->feed_count && !class; i++)
        class = open_feed(run, &run->feeds[run->feed_count++], &configuration->feeds[i], state_folder, error);
    return class;
}

static enum error_class open_pipeline(struct run *run, struct error *error)
{
    struct pipeline_options options = {.shard_count = run->options.shard_count,
                                       .source_count = FEED_SOURCE_COUNT_MAX,
                                       .lateness_ms = DAY_MS,
                                       .limits = state_limits_default(),
                                       .program = run->program,
                                       .lists = run->lists,
                                       .names = run->options.names,
                                       .wants_near = !run->options.is_replay,
                                       .deliver = run_alerts_deliver,
                                       .delivered = run_alerts_delivered,
                                       .owner = &run->alerts};
    state_limits_for_bytes(&options.limits, run->options.configuration->memory_bytes);
    pipeline_fit_limits(&options.limits, run->program);
    run->pipeline = pipeline_create(&options, error);
    return run->pipeline ? ERROR_OK : error->class;
}

static enum error_class open_parts(struct run *run, struct error *error)
{
    const struct run_configuration *configuration = run->options.configuration;
    char folder[RUN_PATH_BYTES], path[RUN_PATH_BYTES + 32];
    run_path(configuration, configuration->state, folder);
    snprintf(path, sizeof(path), "%s/simsieve.sock", folder);
    if (run->options.is_check && configuration->has_sinks &&
        outbox_check(configuration->folder, configuration->sinks, error))
        return error->class;
    if (run->options.is_check)
        return open_feeds(run, folder, error);
    if (!run->is_reader && make_folder(folder, error))
        return error->class;
    run->positions = run->options.is_replay
                         ? position_log_open_readonly(folder, error)
                         : position_log_open(folder, configuration->positions_bytes, error);
    if (!run->positions)
        return error->class;
    if (run_alerts_open(&run->alerts, run, error) || open_pipeline(run, error) ||
        open_feeds(run, folder, error))
        return error->class;
    if (run->options.is_replay)
        return ERROR_OK;
    run->keeper = keeper_start(run, error);
    if (!run->keeper)
        return error->class;
    run->server = server_start(path, (unsigned)configuration->metrics_port, error);
    return run->server ? ERROR_OK : error->class;
}

struct run *run_open(const struct run_options *options, struct error *error)
{
    struct run *run = calloc(1, sizeof(*run));
    CHECK(run);
    run->options = *options;
    run->lists = options->lists;
    run->program = options->program;
    run->context = (struct decode_context){.numbering = options->numbering, .names = options->names};
    run->is_reader = options->is_check || options->is_replay;
    run->generation = 1;
    run->started_ns = clock_monotonic_ns();
    run->started_wall_ms = clock_wall_ms();
    run->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    CHECK(run->bell >= 0);
    if (open_parts(run, error) == ERROR_OK)
        return run;
    run_close(run);
    return NULL;
}

static void look_at_signals(struct run *run)
{
    if (!run->is_stopping && run->options.stop_is_asked()) {
        run->is_stopping = true;
        notify_manager("STOPPING=1");
    }
    if (run->keeper && run->options.reload_is_asked())
        keeper_ask(run->keeper);
}

/* What is done about once a second. */
static void show(struct run *run, uint64_t now_ns)
{
    struct error error;
    run->shown_ns = now_ns;
    notify_manager("WATCHDOG=1");
    run_mark_idle(run, now_ns);
    if (!run->is_recovering && position_log_write(run->positions, &error))
        run_trouble(run, &error);
    const bool has_room = pipeline_has_room(run->pipeline);
    if (has_room)
        pipeline_flush(run->pipeline);
    else
        pipeline_order_pushed(run->pipeline);
    run_show(run); /* above all when it is held up */
    if (!has_room || run->is_recovering)
        return; /* a swap could wait */
    keeper_take(run->keeper, run);
    if (now_ns - run->booked_ns < BOOK_NS)
        return;
    run->booked_ns = now_ns;
    run_book(run);
}

void run_look_up(struct run *run)
{
    const uint64_t now_ns = clock_monotonic_ns();
    look_at_signals(run);
    if (run->server && now_ns - run->shown_ns >= SHOW_NS)
        show(run, now_ns);
}

/* Sources of a feed and where to go on with each. */
static void start_feed(struct run *run, struct run_feed *feed)
{
    struct feed_resume *resume = calloc(feed->source_count + 1, sizeof(*resume));
    CHECK(resume);
    for (size_t i = 0; i < feed->source_count; i++) {
        memcpy(resume[i].source, feed->sources[i].name, sizeof(resume[i].source));
        resume[i].position = feed->sources[i].end;
    }
    feed->channel = channel_start(feed->configuration->kind, feed->state, &feed->health, resume,
                                  feed->source_count, run->bell);
    feed->phase = RUN_FEED_LIVE;
    free(resume);
}

static void end_feed(struct run_feed *feed, enum channel_state state)
{
    feed->phase = state == CHANNEL_FAILED ? RUN_FEED_FAILED : RUN_FEED_ENDED;
    if (state != CHANNEL_FAILED)
        return;
    feed->failure = *channel_error(feed->channel);
    feed_health_tell(&feed->health, 0,
                     feed->failure.text); /* its thread has ended: nobody says that it is well */
    log_write(LOG_ERROR, "feed %s has failed: %s", feed->configuration->name, feed->failure.text);
}

/* A chunk of each feed that has one; false when there was none, or the run gave up. */
static bool take_round(struct run *run)
{
    bool has_taken = false;
    for (size_t i = 0; i < run->feed_count; i++) {
        struct run_feed *feed = &run->feeds[i];
        if (feed->phase != RUN_FEED_LIVE)
            continue;
        struct chunk *chunk = channel_take(feed->channel);
        if (chunk) {
            if (!run_take_chunk(run, feed, chunk, false))
                return false;
            channel_release(feed->channel);
            has_taken = true;
        } else if (channel_state(feed->channel) != CHANNEL_LIVE) {
            end_feed(feed, channel_state(feed->channel));
        }
    }
    return has_taken;
}

static bool has_live_feed(const struct run *run)
{
    for (size_t i = 0; i < run->feed_count; i++)
        if (run->feeds[i].phase == RUN_FEED_LIVE)
            return true;
    return false;
}

/* Until told to stop, or until no feed is left. */
static void live(struct run *run)
{
    while (!run->is_stopping && !pipeline_has_failed(run->pipeline)) {
        run_look_up(run);
        if (take_round(run))
            continue;
        if (!has_live_feed(run))
            break;
        if (pipeline_has_room(run->pipeline))
            pipeline_flush(run->pipeline);
        run_wait(run, IDLE_WAIT_MS);
    }
}

/* Feeds say good-bye; what they had handed on is still taken. */
static void drain(struct run *run)
{
    for (size_t i = 0; i < run->feed_count; i++)
        if (run->feeds[i].channel)
            channel_stop(run->feeds[i].channel);
    while (has_live_feed(run) && !pipeline_has_failed(run->pipeline) && !run_gives_up(run)) {
        run_look_up(run);
        if (!take_round(run))
            run_wait(run, IDLE_WAIT_MS);
    }
    for (size_t i = 0; i < run->feed_count; i++) {
        channel_destroy(run->feeds[i].channel);
        run->feeds[i].channel = NULL;
    }
}

/* Feeds that cannot go on end the run only when they were the last. */
static enum error_class judge(const struct run *run, struct error *error)
{
    for (size_t i = 0; i < run->feed_count; i++)
        if (run->feeds[i].phase == RUN_FEED_FAILED) {
            *error = run->feeds[i].failure;
            return error->class;
        }
    return ERROR_OK;
}

static enum error_class finish(struct run *run, struct error *error)
{
    struct error later;
    enum error_class class = pipeline_finish(run->pipeline, error);
    if (run->options.is_replay)
        return class ? class : output_commit(&run->alerts.copy, error);
    const enum error_class written = position_log_write(run->positions, class ? &later : error);
    class = class ? class : written;
    run_book(run);
    return class;
}

enum error_class run_go(struct run *run, struct error *error)
{
    struct error later;
    notify_manager("STATUS=reading again what the position log holds");
    enum error_class class = run_recover(run, error);
    pipeline_flush(run->pipeline);
    run_open_book(run);
    if (!class && !run->is_stopping && !run->options.is_replay) {
        for (size_t i = 0; i < run->feed_count; i++)
            start_feed(run, &run->feeds[i]);
        notify_manager("READY=1\nSTATUS=live");
        live(run);
        drain(run);
        class = judge(run, error);
    }
    const enum error_class finished = finish(run, class ? &later : error);
    return class ? class : finished;
}

static void close_feeds(struct run *run)
{
    struct error ignored;
    for (size_t i = 0; i < run->feed_count; i++) {
        struct run_feed *feed = &run->feeds[i];
        if (feed->state)
            feed->configuration->kind->close(feed->state);
        if (feed->rejects)
            rejects_close(feed->rejects, &ignored);
        free(feed->sources);
    }
}

void run_close(struct run *run)
{
    server_stop(run->server);
    pipeline_destroy(run->pipeline);
    keeper_stop(run->keeper);
    close_feeds(run);
    run_alerts_close(&run->alerts);
    position_log_close(run->positions);
    lists_destroy(run->lists);
    program_destroy(run->program);
    close(run->bell);
    free(run->document);
    free(run);
}
