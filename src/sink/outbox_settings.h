/* SPDX-License-Identifier: Apache-2.0
 * What every sink of a configuration has (outbox.md). */
#pragma once

#include "simsieve/sink/outlet.h"

struct sink_settings {
    const char *name; /* borrowed from the document */
    const struct outlet *outlet;
    bool is_from_start;
    unsigned modes; /* bits of enum alert_mode */
    int64_t retry_min_ms, retry_max_ms, give_up_ms;
    struct yaml_value own; /* what its outlet reads */
};

/* Start-up only. ERROR_CONFIG. */
enum error_class sink_settings_read(struct sink_settings *settings, struct yaml_value map,
                                    struct error *error);
