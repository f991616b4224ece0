/* SPDX-License-Identifier: Apache-2.0
 * What a lane of the outbox asks of its store. One thread at a time on one store. */
#pragma once

#include "simsieve/sink/outlet.h"
#include "simsieve/sink/store.h"

/* Texts of the alerts of a batch; more are left for the next one. One alert is always taken. */
#define LANE_BATCH_BYTES_MAX (1u << 20)

struct lane_state {
    char disabled[OUTLET_REASON_BYTES]; /* "": it is served */
    uint64_t expired, dead_letters, behind;
    int64_t oldest_wall_ms;
};

struct lane_rows {
    struct outlet_alert alerts[OUTLET_BATCH_MAX];
    void *texts[OUTLET_BATCH_MAX]; /* owned */
    size_t count;
};

/* What became of the first `count` alerts of a batch. */
struct lane_settlement {
    const struct outlet_alert *alerts;
    const struct outlet_answer *answers; /* delivered or refused; NULL: none of them was this lane's */
    size_t count;
    bool are_due; /* they came from the dead letters */
    int64_t now_ms;
};

/* May block. Makes the lane's row unless there is one. */
enum error_class lane_register(struct store *store, const char *name, bool from_start, int64_t *sink,
                               int64_t *cursor, struct error *error);

/* May block. `cursor`: how far the lane is, which the store may not know yet. ERROR_CONFIG: it was forgotten. */
enum error_class lane_state(struct store *store, int64_t sink, int64_t cursor, struct lane_state *state,
                            struct error *error);

/* May block. Fills `rows`, which were cleared, with the next alerts behind the cursor, or with due dead letters. */
enum error_class lane_next(struct store *store, int64_t cursor, struct lane_rows *rows, struct error *error);
enum error_class lane_due(struct store *store, int64_t sink, struct lane_rows *rows, struct error *error);
void lane_rows_clear(struct lane_rows *rows);

/* May block. In one transaction that is durable when this returns. */
enum error_class lane_settle(struct store *store, int64_t sink, const struct lane_settlement *settlement,
                             struct error *error);
enum error_class lane_disable(struct store *store, int64_t sink, const char *reason, struct error *error);
