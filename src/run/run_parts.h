/* SPDX-License-Identifier: Apache-2.0
 * The parts of a run: run.c is its life, intake.c takes chunks in, recovery.c reads again, alerts.c is the alert thread's
 * side, keeper.c loads rules and lists and keeps the books in a thread of its own, snapshot.c tells others how it is. */
#pragma once

#include "simsieve/base/output.h"
#include "simsieve/control/server.h"
#include "simsieve/feed/channel.h"
#include "simsieve/order/position_log.h"
#include "simsieve/run/accounting.h"
#include "simsieve/run/run.h"
#include "simsieve/sink/outbox.h"
#include "simsieve/sink/store.h"

#define RUN_RULES_COUNTED_MAX 256

struct run_source {
    char name[FEED_SOURCE_BYTES];
    uint32_t id;         /* in the position log; cdr.source */
    struct position end; /* what lies before it has been applied */
    bool is_active;      /* holds the watermark back */
    uint64_t seen_ns;    /* clock_monotonic_ns of its last record */
};

enum run_feed_phase { RUN_FEED_WAITS, RUN_FEED_LIVE, RUN_FEED_ENDED, RUN_FEED_FAILED, RUN_FEED_PHASE_COUNT };

struct run_feed {
    const struct run_feed_configuration *configuration;
    char state_folder[RUN_PATH_BYTES];
    struct feed_options options;
    struct decode_context context;
    void *state;
    struct rejects *rejects;
    struct feed_health health;
    struct channel *channel;
    enum run_feed_phase phase;
    struct run_source *sources;
    size_t source_count, last_source; /* the one that the last chunk was of */
    uint64_t decoded;                 /* records */
    uint64_t changes, complaints;     /* subscriber rows and complaints, which are none */
    struct error failure;
};

/* The alert thread's side. */
struct run_alerts {
    struct run *run;
    struct store *store;
    struct outbox *outbox;       /* NULL: no sinks */
    struct output copy;          /* new alerts as lines too; not open: no */
    struct alert *first, **last; /* since the last delivered(), in order */

    /* Written by the alert thread, read by any, relaxed: each stands for itself. */
    _Atomic uint64_t raised, stored, retries;
    _Atomic bool is_stuck; /* the store does not take what it is given */
    struct run_rule_count {
        char id[ALERT_RULE_BYTES]; /* filled before `rule_count` counts it */
        _Atomic uint64_t count;
    } rules[RUN_RULES_COUNTED_MAX];
    _Atomic uint32_t rule_count; /* release by the alert thread, acquire by readers */
};

struct keeper; /* keeper.c */

struct run {
    struct run_options options;
    struct decode_context context;
    struct lists *lists;
    struct program *program;
    struct pipeline *pipeline;
    struct position_log *positions;
    struct server *server;
    struct run_alerts alerts;
    struct keeper *keeper;
    struct run_feed feeds[RUN_FEEDS_MAX];
    size_t feed_count;
    int bell;

    uint64_t generation;             /* of rules and lists, from 1 */
    uint64_t recovered, lost_before; /* records read again; gaps met while doing so */
    uint64_t started_ns, shown_ns, booked_ns;
    int64_t started_wall_ms;
    bool is_reader; /* changes nothing on disk */
    bool is_recovering, is_stopping;
    char trouble[ERROR_TEXT_BYTES]; /* of the run thread; empty: none */
    struct accounting book;         /* as it was at the beginning of the present period */
    uint64_t book_number;
    int64_t book_first_ms;
    char *document; /* room for what is published */

    /* When a run that was told to stop waits no longer, 0: it was not told. Written once by whoever sees the request
     * first; relaxed, for it orders nothing. */
    _Atomic uint64_t give_up_ns;
};

/* intake.c; run thread. Takes one chunk in; with `is_logged` it comes from the log and is not logged again. False when the run
 * gives up first: nothing of the chunk has been applied. */
bool run_take_chunk(struct run *run, struct run_feed *feed, struct chunk *chunk, bool is_logged);

/* The source of that name, made known if it is new; NULL when there are too many. */
struct run_source *run_source_of(struct run *run, struct run_feed *feed, const char *name);

/* Marks sources idle that have shown nothing for their time. */
void run_mark_idle(struct run *run, uint64_t now_ns);

/* The oldest among the newest times of active sources: records before it are late for nobody to wait for. 0: no active
 * source. */
int64_t run_watermark(const struct run *run);

/* recovery.c; run thread. ERROR_DATA, ERROR_IO, what a feed fails with. */
enum error_class run_recover(struct run *run, struct error *error);

/* alerts.c. */
enum error_class run_alerts_open(struct run_alerts *alerts, struct run *run, struct error *error);
enum error_class run_alerts_deliver(void *owner, struct alert *alert, struct error *error);
enum error_class run_alerts_delivered(void *owner, struct error *error);
uint64_t run_alerts_of(const struct run_alerts *alerts, const char *rule); /* any thread */
void run_alerts_close(struct run_alerts *alerts);

/* keeper.c. Start and stop: run thread. */
struct keeper *keeper_start(struct run *run, struct error *error);
void keeper_stop(struct keeper *keeper);

/* Run thread. Asks for rules and lists to be loaded again. */
void keeper_ask(struct keeper *keeper);

/* Run thread. Swaps in what is ready, frees what has settled. */
void keeper_take(struct keeper *keeper, struct run *run);

/* Run thread. The accounting of a period, to be stored soon; a newer one of the same `name` replaces it. */
void keeper_book(struct keeper *keeper, const char *name, int64_t first_ms, int64_t last_ms,
                 const char *json);

/* snapshot.c; run thread, after pipeline_flush. */
void run_show(struct run *run);

/* snapshot.c; run thread, after pipeline_flush. Hands the accounting of the present period to the keeper, and begins the
 * next one when this one has been long enough. */
void run_book(struct run *run);

/* The same. Begins a period: at the start, and when rules have changed. */
void run_open_book(struct run *run);

/* run.c; run thread. What every wait of the run does: looks at signals, shows how it is, pats the watchdog. */
void run_look_up(struct run *run);

/* waiting.c. */

/* Any thread. True once a run that was told to stop has waited long enough. */
bool run_gives_up(struct run *run);

/* Run thread. Waits for the bell, or `wait_ms`. */
void run_wait(struct run *run, int wait_ms);

/* Says once that something is wrong (NULL: over). */
void run_trouble(struct run *run, const struct error *error);
