/* SPDX-License-Identifier: Apache-2.0
 * The long run: feeds to alerts, until it is told to stop. One thread, the run's, takes chunks from the channels of all
 * feeds in the order in which they come, writes that order down (order/position_log.h), and pushes the records into the
 * pipeline; it never waits for a feed, a sink or a disk without looking up. A run that starts where another stopped
 * reads the logged part again in the logged order, so it raises the same alerts with the same ids, which the store
 * knows already. */
#pragma once

#include "simsieve/run/accounting.h"
#include "simsieve/run/configuration.h"

struct run_options {
    const struct run_configuration *configuration;
    const struct numbering *numbering;
    struct names *names;
    struct lists *lists;      /* moves in */
    struct program *program;  /* moves in */
    const char *lists_folder; /* that `lists` came from; NULL: none */
    const char *rules_folder; /* that `program` came from */
    const char *alerts;       /* new alerts as lines of JSON too: a path, "-"; NULL: no */
    uint32_t shard_count;
    bool is_check;  /* opens feeds, to have their settings checked, and nothing else; not to be run */
    bool is_replay; /* only reads the position log again, all its alerts to `alerts`; changes nothing */

    /* Any thread. True once the process is to stop; true once for each time that a reload is asked for. */
    bool (*stop_is_asked)(void);
    bool (*reload_is_asked)(void);

    /* Keeper's thread. What new rules must pass before they are swapped in (their own tests). */
    enum error_class (*verify)(const struct program *program, struct error *error);
};

struct run;

/* Start-up only. Opens state folder, position log, store and feeds; reaches nobody outside yet. Takes over lists and program
 * even when it fails. NULL and the class of what failed. */
struct run *run_open(const struct run_options *options, struct error *error);

/* Run thread. Reads again what the position log holds, then runs until asked to stop (ERROR_OK) or until it cannot go on. What
 * came in is applied, alerts are in the store. */
enum error_class run_go(struct run *run, struct error *error);

/* Run thread, after run_go. */
void run_account(const struct run *run, struct accounting *accounting);

void run_close(struct run *run);

/* Any thread. The row `index` of the metrics, for the reference; false past the last. */
bool run_metric_at(size_t index, const char **name, const char **type, const char **label,
                   const char **meaning);
