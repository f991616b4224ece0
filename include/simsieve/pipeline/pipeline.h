/* SPDX-License-Identifier: Apache-2.0
 * From ordered records to alerts: the one path that replay, run, measures and the tests share. The caller's thread
 * is the feed thread: it pushes records in their order; shard threads apply them to the SIMs of their partitions; the
 * alert thread takes what they find, runs the group stage and delivers alerts, in the order of the records that fired
 * them, then rule, then subject. The same records, lists and rules give the same alerts, whatever the number of
 * shards and however the records were pushed. */
#pragma once

#include "simsieve/detect/groups.h"
#include "simsieve/lists/lists.h"
#include "simsieve/order/order.h"
#include "simsieve/state/state.h"

#define SHARDS_MAX 64

struct pipeline_options {
    uint32_t shard_count;
    size_t source_count; /* inputs, for lateness */
    int64_t lateness_ms;
    struct state_limits limits;    /* horizon and what is kept: see pipeline_fit_limits */
    const struct program *program; /* until pipeline_swap */
    const struct lists *lists;
    const struct names *names;
    struct hash_key
        victim_key;        /* set by pipeline_create: what groups know victims by; no result depends on it */
    bool wants_near;       /* also deliver who nearly met a rule (alert->is_near) */
    bool tracks_everybody; /* services and kinds of numbers that no rule asks about too (measures) */

    /* Alert thread. One alert, whose ownership moves in; and the end of a batch that had some. A class other than 0
     * stops the run (a full disk). */
    enum error_class (*deliver)(void *owner, struct alert *alert, struct error *error);
    enum error_class (*delivered)(void *owner, struct error *error);
    void *owner;
};

struct shard_counters {
    uint64_t events;             /* sides of records applied */
    uint64_t looks;              /* SIMs looked at with rules */
    uint64_t alerts;             /* raised by SIM rules */
    uint64_t allowed;            /* episodes that the allow-list stopped */
    uint64_t protected_subjects; /* episodes not reported because the subject is itself protected */
    uint64_t untracked;          /* sides of records whose SIM found no room */
    uint64_t former_owners;      /* sides of records from before a number's activation that came after it */
    uint64_t changes_refused;    /* subscriber rows that found no room (OVERLAY_ROWS_MAX) */
    uint64_t complaints_refused; /* let go of before their time (COMPLAINTS_OF_PARTITION_MAX) */
    uint64_t episodes_forgotten;
    struct state_counters state;
    uint64_t lines, bytes_used;
};

struct pipeline;

/* Any thread. Sets what the state must keep for these rules. */
void pipeline_fit_limits(struct state_limits *limits, const struct program *program);

/* Start-up only. Starts the threads. Borrows what the options point at. NULL and ERROR_INTERNAL. */
struct pipeline *pipeline_create(const struct pipeline_options *options, struct error *error);

/* Feed thread. A source's own lateness, instead of that of the options. */
void pipeline_set_lateness(struct pipeline *pipeline, uint32_t source, int64_t lateness_ms);

/* Feed thread. Takes one record in the order of the run; copies it. May block while the shards are behind. */
void pipeline_push(struct pipeline *pipeline, const struct cdr *record);

/* Feed thread. Takes one changed subscriber row, in order with the records. */
void pipeline_push_change(struct pipeline *pipeline, const struct subscriber *subscriber, int64_t time_ms);

/* Feed thread. Takes one complaint, in order with the records. */
void pipeline_push_complaint(struct pipeline *pipeline, const struct complaint *complaint);

/* Feed thread. From the next record on these rules and lists hold, for every shard at the same record. Borrows both until
 * the next swap has settled. ERROR_CONFIG, and nothing has changed, when the rules need something of the past that this
 * run does not keep (a longer window, contacts, places): a restart reads it again. */
enum error_class pipeline_swap(struct pipeline *pipeline, const struct program *program,
                               const struct lists *lists, struct error *error);

/* Feed thread. True when nothing uses the rules and lists of before the last swap any more. */
bool pipeline_has_settled(const struct pipeline *pipeline);

/* Feed thread. Gives all that has been pushed its place in the order, so that it is accounted for; hands nothing on and never
 * waits. */
void pipeline_order_pushed(struct pipeline *pipeline);

/* Feed thread. Hands on what has been pushed, so that its alerts leave although more input may come. */
void pipeline_flush(struct pipeline *pipeline);

/* Feed thread. True when delivering failed: push no more, call pipeline_finish. */
bool pipeline_has_failed(const struct pipeline *pipeline);

/* Feed thread. Hands on the rest, waits until all of it is applied and delivered, and stops the threads. The class
 * of the first failure. Counters and states stay readable until pipeline_destroy. */
enum error_class pipeline_finish(struct pipeline *pipeline, struct error *error);

/* Feed thread. Legal before pipeline_finish too: it then stops the threads. */
void pipeline_destroy(struct pipeline *pipeline);

/* Feed thread. */
const struct order *pipeline_order(const struct pipeline *pipeline);

/* Any thread. A shard's counters as they were after one of its last batches; exact after pipeline_finish. */
void pipeline_shard_counters(const struct pipeline *pipeline, uint32_t shard,
                             struct shard_counters *counters);

/* Feed thread. True when a whole batch can be pushed without waiting. */
bool pipeline_has_room(const struct pipeline *pipeline);

/* Any thread. The group stage's counters as they were after one of its last batches; exact after pipeline_finish. */
void pipeline_group_counters(const struct pipeline *pipeline, struct groups_counters *counters);

/* After pipeline_finish. */
struct state *pipeline_state(struct pipeline *pipeline, uint32_t shard);

/* Any thread. Alerts delivered so far. */
uint64_t pipeline_alert_count(const struct pipeline *pipeline);
