/* SPDX-License-Identifier: Apache-2.0
 * The outbox: every alert of a store goes to every sink of the configuration, in the order of its rows, at least once,
 * with its id as the key by which a receiver drops a second copy. How far each sink has come and what it refused is kept
 * in the store itself (src/sink/outbox.md), so a killed process goes on where it was.
 *
 *     outbox_open ... (store_add_alert, store_flush, outbox_ring) ... outbox_close
 *
 * It has connections of its own to the store: the caller's struct store stays the caller's. */
#pragma once

#include "simsieve/conf/settings.h"
#include "simsieve/sink/outlet.h"
#include "simsieve/sink/store.h"

struct outbox;

#define OUTBOX_NAME_BYTES 64
#define OUTBOX_LOOK_MS    1000
#define OUTBOX_STOP_MS    5000

/* Start-up only. May block. Reads `sinks`, the list of a configuration, strictly, registers each sink in the store, which
 * is made if need be, and starts a thread for each. Relative paths of the settings begin at `folder`; `seed` decides the
 * jitter of the back-off. The document may go when this has returned. NULL and ERROR_CONFIG with the place, ERROR_NO_INPUT,
 * ERROR_CANNOT_CREATE, ERROR_IO. */
struct outbox *outbox_open(const char *store_path, const char *folder, struct yaml_value sinks, uint64_t seed,
                           struct error *error);

/* Start-up only. May block on local files. Reads `sinks` as strictly, with the keys and routes that their settings name, and
 * makes nothing. The errors of outbox_open that are to be had without a store. */
enum error_class outbox_check(const char *folder, struct yaml_value sinks, struct error *error);

/* Any thread. After store_flush: the store has new rows. Never blocks on a sink; a ring that is left out costs up to
 * OUTBOX_LOOK_MS. */
void outbox_ring(struct outbox *outbox);

/* Any thread. May block. Waits until every sink that is not disabled has dealt with what was in the store at the call;
 * false when `timeout_ms` have passed before. */
bool outbox_drain(struct outbox *outbox, int timeout_ms);

/* Shut-down only. May block for up to OUTBOX_STOP_MS: what a receiver has been asked may still be answered, and another
 * program may be writing to the store. What was not delivered is delivered by the next process. NULL is legal. */
void outbox_close(struct outbox *outbox);

/* What a person asks about a sink. The first group counts since outbox_open. */
struct sink_health {
    char name[OUTBOX_NAME_BYTES]; /* "name", or "name/endpoint" where a sink has several receivers */
    uint64_t delivered;
    uint64_t skipped;      /* not this sink's: another province's, or of a mode that it does not take */
    uint64_t retried;      /* attempts that are made again */
    uint64_t dead;         /* refused, or given up after too long */
    uint64_t store_errors; /* the store could not be read or written; tried again */

    uint64_t behind;               /* rows not yet dealt with; an upper bound where some have expired */
    int64_t oldest_wall_ms;        /* when the oldest of these was stored; 0: there are none */
    int64_t last_delivery_wall_ms; /* 0: none yet */
    uint64_t dead_letters;         /* in its list now */
    uint64_t expired;              /* deleted by the retention before it had them, since the sink exists */
    bool is_failing;               /* backing off */
    bool is_disabled;              /* its receiver said that it is gone for good */

    char
        error[OUTLET_REASON_BYTES]; /* why it fails, did the last time, or is disabled; empty: it never did */
    int64_t error_wall_ms;          /* when it began to */
    int64_t last_error_wall_ms;     /* when it did the last time */
};

/* Any thread. A copy of what sink `index` says of itself, at most OUTBOX_LOOK_MS and one delivery old; false past the
 * last. */
bool outbox_health(struct outbox *outbox, size_t index, struct sink_health *health);

/* Any thread. The tables of settings, for the reference; NULL past the last. */
const struct settings *outbox_settings_at(size_t index);

/* Readers, any one thread. The sinks that a store knows, in the order of their names; calls `row` until it returns false.
 * Strings are valid during the call. */
struct outbox_sink {
    const char *name;
    const char *disabled; /* why; NULL: it is served */
    uint64_t delivered, refused, expired, dead_letters;
    uint64_t due;           /* dead letters that are to be sent again */
    uint64_t behind;        /* as in struct sink_health, at most ten seconds old */
    int64_t oldest_wall_ms; /* the same */
};
enum error_class outbox_each_sink(struct store *store,
                                  bool (*row)(void *owner, const struct outbox_sink *sink), void *owner,
                                  struct error *error);

/* The same: dead letters of one sink, or of all (NULL), in order of sink and alert. ERROR_USAGE: no such sink. */
struct outbox_letter {
    const char *sink, *id, *rule, *reason;
    int64_t time_ms;         /* of the event */
    int64_t refused_wall_ms; /* the last time */
    uint64_t attempts;
    bool is_due;
};
enum error_class outbox_each_letter(struct store *store, const char *sink,
                                    bool (*row)(void *owner, const struct outbox_letter *letter), void *owner,
                                    struct error *error);

/* Any one thread, on a store opened for writing, whether or not a run serves it. NULL: all sinks, all alerts. `count`: how
 * many there were. ERROR_USAGE: no such sink. Resend has letters sent again, and serves the sinks again that were disabled;
 * drop deletes letters. */
enum error_class outbox_resend(struct store *store, const char *sink, const char *id, uint64_t *count,
                               struct error *error);
enum error_class outbox_drop(struct store *store, const char *sink, const char *id, uint64_t *count,
                             struct error *error);

/* The same: forgets a sink that is no longer in the configuration, with its dead letters. */
enum error_class outbox_forget(struct store *store, const char *sink, uint64_t *count, struct error *error);
