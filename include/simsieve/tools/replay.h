/* SPDX-License-Identifier: Apache-2.0
 * The pipeline over files: what replay, backtest, the embedded tests of rules and measures run. */
#pragma once

#include "simsieve/run/accounting.h"
#include "simsieve/tools/environment.h"
#include "simsieve/tools/walk.h"

#define REPLAY_SINKS_MAX 4

struct replay_options {
    const struct environment *environment;
    const char *const *paths;
    size_t path_count;
    const char *format, *rejects, *changes; /* NULL: by content; count only; none */
    const struct capture_ports *ports;      /* NULL: the registered ones */
    uint32_t shard_count;
    int64_t lateness_ms;
    uint64_t memory_bytes; /* 0: the default limits */
    bool shows_progress;
    bool wants_near; /* as in pipeline_options */

    /* Alert thread. As in pipeline_options. */
    enum error_class (*deliver)(void *owner, struct alert *alert, struct error *error);
    enum error_class (*delivered)(void *owner, struct error *error);
    void *owner;
};

/* A run: open, run to the end, read its counters, close. */
struct replay {
    const struct replay_options *options;
    struct decode_context context;
    struct walk walk;
    struct pipeline *pipeline;
    struct changes *changes;
    uint64_t change_count; /* rows of it that have been pushed */
    struct alert_tally tally;
};

enum error_class replay_open(struct replay *replay, const struct replay_options *options,
                             struct error *error);

/* Feed thread. Everything is applied and delivered when it returns; counters can be read until replay_close. */
enum error_class replay_run(struct replay *replay, struct error *error);
void replay_account(const struct replay *replay, struct accounting *accounting);
enum error_class replay_close(struct replay *replay, struct error *error);

#define REPLAY_LATENESS_MS (24 * HOUR_MS)

/* Any thread. As many shards as there are processors beyond the feed's, at least 1. */
uint32_t replay_default_shards(void);
