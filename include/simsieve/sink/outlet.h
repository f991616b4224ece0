/* SPDX-License-Identifier: Apache-2.0
 * The plug point of places that a long-running process delivers alerts to. An outlet is one descriptor, its own files
 * in src/sink, one page, and a line in outlet_registry.c. It is given alerts in the order of the store and says of each what
 * became of it; cursors, back-off, dead letters and threads are the outbox's (outbox.h).
 *
 * An outlet opens into one lane or several. A lane is one receiver, with its own cursor, thread and dead letters, so that
 * one Department's server that is down holds nobody else up.
 *
 * Life cycle of a lane: open, deliver any number of times, close. One thread at a time: the start-up thread's, then the
 * lane's own, then the start-up thread's again. */
#pragma once

#include "simsieve/alert/alert.h"
#include "simsieve/conf/settings.h"

#include <stdatomic.h>

#define OUTLET_BATCH_MAX    256
#define OUTLET_LANES_MAX    128
#define OUTLET_NAME_BYTES   32 /* of a sink, and of one of its lanes */
#define OUTLET_REASON_BYTES 200
#define OUTLET_PATH_BYTES   4096
#define OUTLET_STOP_MS      1500

/* A row of the store. */
struct outlet_alert {
    int64_t number;     /* its place in the order; only grows */
    int64_t time_ms;    /* of the event */
    int64_t written_ms; /* when it was stored, wall clock */
    enum alert_mode mode;
    const char *id; /* the key by which receivers drop a second copy */
    const char *subject_type, *subject_key;
    const char *json;
    size_t json_length;
    struct province_set provinces; /* where it was active or registered, or has victims */
};

enum outlet_outcome {
    OUTLET_RETRY, /* not now: the receiver or the way to it is ill */
    OUTLET_DELIVERED,
    OUTLET_REFUSED, /* this alert never: a dead letter */
    OUTLET_GONE     /* nothing any more: the lane is disabled until a person resends */
};

struct outlet_answer {
    enum outlet_outcome outcome;
    int64_t retry_after_ms;           /* what the receiver asks for; 0: by the lane's own back-off */
    char reason[OUTLET_REASON_BYTES]; /* unless delivered; names no number */
};

struct outlet_batch {
    const struct outlet_alert *alerts;
    size_t count;
    int64_t now_ms;                  /* wall clock */
    const _Atomic bool *is_stopping; /* deliver returns within OUTLET_STOP_MS after this has become true */
    struct outlet_answer *answers;   /* one an alert; zeroed: retry */
};

/* What an outlet is given to open; valid during the call. */
struct outlet_options {
    struct yaml_value settings; /* the map of its own keys */
    const char *folder;         /* where relative paths begin */
    bool is_check;              /* the lanes are closed again at once, and nothing is to be made on disk */
};

struct outlet_lane {
    char name[OUTLET_NAME_BYTES]; /* "" when the sink is one lane */
    void *state;
};

struct outlet {
    const char *name;    /* the word of `kind:` */
    const char *summary; /* one line */
    const struct settings *settings;
    size_t
        batch_max; /* alerts of a deliver, up to OUTLET_BATCH_MAX; what is not settled comes again after a crash */
    unsigned modes; /* bits of enum alert_mode that it takes unless the settings say otherwise */
    int64_t
        give_up_ms; /* an alert that nobody takes for so long is a dead letter, unless set otherwise; 0: never */

    /* Start-up only. May block on local files. Reads its settings strictly and fills `lanes`; reaches no other
     * machine. After an error no lane is left. ERROR_CONFIG, ERROR_NO_INPUT, ERROR_CANNOT_CREATE. */
    enum error_class (*open)(const struct outlet_options *options,
                             struct outlet_lane lanes[static OUTLET_LANES_MAX], size_t *lane_count,
                             struct error *error);
    void (*close)(void *state);

    /* Lane's thread. Whether an alert is this lane's at all. May be NULL: every alert is. */
    bool (*wants)(const void *state, const struct outlet_alert *alert);

    /* Lane's thread. May block. Delivers in order. Answers behind the first OUTLET_RETRY or OUTLET_GONE are not looked at:
     * from that alert on everything comes again. */
    void (*deliver)(void *state, struct outlet_batch *batch);
};

/* Any thread. Row `index` of the registry, NULL past the end. */
const struct outlet *outlet_at(size_t index);

/* Any thread. The path as the process can use it, in `buffer`, which it returns. */
const char *outlet_path(const struct outlet_options *options, const char *path,
                        char buffer[static OUTLET_PATH_BYTES]);

/* Any thread. Fills an answer. */
void outlet_answer(struct outlet_answer *answer, enum outlet_outcome outcome, const char *format, ...)
    PRINTF_LIKE(3, 4);
