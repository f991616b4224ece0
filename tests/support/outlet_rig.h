/* SPDX-License-Identifier: Apache-2.0
 * One outlet by itself, without an outbox: opened from a text of settings, given made-up alerts. */
#pragma once

#include "simsieve/sink/outlet.h"

struct outlet_rig {
    const struct outlet *outlet;
    struct outlet_lane lanes[OUTLET_LANES_MAX];
    size_t lane_count;
    struct outlet_answer answers[OUTLET_BATCH_MAX]; /* of the last deliver */
    _Atomic bool is_stopping;
};

/* Opens the outlet `kind` with settings as YAML; relative paths begin in `folder`. */
enum error_class rig_open(struct outlet_rig *rig, const char *kind, const char *folder, const char *yaml,
                          struct error *error);
void rig_close(struct outlet_rig *rig);

/* Alerts `from` to `from + count - 1` (their ids are numbers) to the first lane at `now_ms`; how many were delivered before
 * the first that was not. */
size_t rig_deliver(struct outlet_rig *rig, unsigned from, unsigned count, int64_t now_ms);

/* The JSON of a made-up alert; the caller frees it. */
char *rig_json(unsigned number);
