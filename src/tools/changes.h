/* SPDX-License-Identifier: Apache-2.0
 * A file of subscriber rows that change while records are read: the columns of subscribers.csv, and optionally
 * `time`, when the change became known (default: `activated`). Rows are in order of that time. */
#pragma once

#include "simsieve/lists/change.h"

struct changes;

/* Start-up only. NULL and ERROR_NO_INPUT, ERROR_CONFIG. */
struct changes *changes_open(const char *path, const struct numbering *numbering, struct names *names,
                             struct error *error);
void changes_close(struct changes *changes);

/* Feed thread. The next row that became known at or before `time_ms`, in *change; NULL there when there is none yet.
 * Valid until the next call. A bad row is named on the log and left out, a row out of order is named and comes when
 * its turn comes. ERROR_CONFIG and ERROR_NO_INPUT when the rest of the file cannot be read. */
enum error_class changes_next(struct changes *changes, int64_t time_ms, const struct subscriber **change,
                              int64_t *known_ms, struct error *error);
